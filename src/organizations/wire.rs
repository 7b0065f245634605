//! Organizations on the wire.

use chrono::NaiveDate;

use super::{
    model::{Competence, Edit, Facts, Hours, Kind, Organization, organization_name},
    ops::{Candidate, CreateOrganization, OrganizationRow, Planned, UpdateOrganization},
};
use crate::{
    call::Locale,
    check::{Checked, Faults},
    error::{Error, Result},
    mask,
    pb::{google::r#type::Date, v1},
    place::Code,
    text,
    wire::{date, etag, id_in, pb_date, pb_time},
};

impl From<Organization> for v1::Organization {
    fn from(organization: Organization) -> Self {
        let name = organization.name();
        let Organization { id: _, facts, place: _, create_time, update_time, version } = organization;
        let warnings = facts.warnings().into_iter().map(|warning| warning as i32).collect();
        let Facts {
            display_name,
            kind,
            region,
            parent,
            unified_code,
            competences,
            office_hours,
            valid_from,
            valid_until,
            successors,
            source,
            source_id,
        } = facts;
        Self {
            name,
            display_name,
            kind: kind as i32,
            region: region.name(),
            parent: parent.map(|id| organization_name(&id)).unwrap_or_default(),
            unified_code: unified_code.unwrap_or_default(),
            competences: competences.into_iter().map(pb_competence).collect(),
            office_hours: office_hours.map(pb_hours),
            valid_from: valid_from.map(pb_date),
            valid_until: valid_until.map(pb_date),
            successors: successors.iter().map(|id| organization_name(id)).collect(),
            source: source.unwrap_or_default(),
            source_id: source_id.unwrap_or_default(),
            warnings,
            create_time: Some(pb_time(create_time)),
            update_time: Some(pb_time(update_time)),
            etag: etag(version),
        }
    }
}

fn pb_competence(competence: Competence) -> v1::Competence {
    let Competence { topic, regions } = competence;
    v1::Competence { topic, regions: regions.into_iter().map(Code::name).collect() }
}

fn pb_hours(hours: Hours) -> v1::OfficeHours {
    let [morning_open, morning_close, afternoon_open, afternoon_close] =
        hours.times().map(|minutes| format!("{:02}:{:02}", minutes / 60, minutes % 60));
    v1::OfficeHours { morning_open, morning_close, afternoon_open, afternoon_close }
}

/// A candidate, with the reason in the caller's language.
pub fn candidate(candidate: Candidate, locale: Locale) -> v1::CompetenceCandidate {
    let explanation = candidate.explanation(locale);
    let Candidate { organization, topic, topic_distance, region, region_name: _, region_distance } = candidate;
    let steps = |count| i32::try_from(count).unwrap_or(i32::MAX);
    v1::CompetenceCandidate {
        organization: Some(organization.into()),
        matched_topic: topic,
        topic_distance: steps(topic_distance),
        matched_region: region.name(),
        region_distance: steps(region_distance),
        explanation,
    }
}

/// The facts that a call can change, as paths of its mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    DisplayName,
    Kind,
    Region,
    Parent,
    UnifiedCode,
    Competences,
    OfficeHours,
    ValidFrom,
    ValidUntil,
    Successors,
    Source,
    SourceId,
}

const FIELDS: &[(&str, Field)] = &[
    ("display_name", Field::DisplayName),
    ("kind", Field::Kind),
    ("region", Field::Region),
    ("parent", Field::Parent),
    ("unified_code", Field::UnifiedCode),
    ("competences", Field::Competences),
    ("office_hours", Field::OfficeHours),
    ("valid_from", Field::ValidFrom),
    ("valid_until", Field::ValidUntil),
    ("successors", Field::Successors),
    ("source", Field::Source),
    ("source_id", Field::SourceId),
];
const NOT_CHANGED: &[&str] = &["name", "warnings", "create_time", "update_time", "etag"];

fn filled(given: &v1::Organization, field: Field) -> bool {
    match field {
        Field::DisplayName => !given.display_name.is_empty(),
        Field::Kind => given.kind != 0,
        Field::Region => !given.region.is_empty(),
        Field::Parent => !given.parent.is_empty(),
        Field::UnifiedCode => !given.unified_code.is_empty(),
        Field::Competences => !given.competences.is_empty(),
        Field::OfficeHours => given.office_hours.is_some(),
        Field::ValidFrom => given.valid_from.is_some(),
        Field::ValidUntil => given.valid_until.is_some(),
        Field::Successors => !given.successors.is_empty(),
        Field::Source => !given.source.is_empty(),
        Field::SourceId => !given.source_id.is_empty(),
    }
}

/// One fact of a message; nothing where it is faulty.
fn edit(given: &v1::Organization, field: Field, faults: &mut Faults) -> Option<Edit> {
    let text = |value: &str| Some(value).filter(|value| !value.is_empty()).map(|value| text::nfc(value.to_owned()));
    match field {
        Field::DisplayName => {
            let name = text::label(&given.display_name);
            if name.is_empty() {
                faults.at("display_name", "is required");
            }
            Some(Edit::DisplayName(name))
        }
        Field::Kind => {
            let kind = Kind::from_number(given.kind).ok_or_else(|| "is required".to_owned());
            faults.take("kind", kind).map(Edit::Kind)
        }
        Field::Region if given.region.is_empty() => faults.take("region", Err("is required".to_owned())),
        Field::Region => faults.take("region", Code::from_name(&given.region)).map(Edit::Region),
        Field::Parent if given.parent.is_empty() => Some(Edit::Parent(None)),
        Field::Parent => {
            let id = faults.take("parent", id_in(&given.parent, "organizations").map(str::to_owned));
            id.map(|id| Edit::Parent(Some(id)))
        }
        Field::UnifiedCode => Some(Edit::UnifiedCode(text(&given.unified_code))),
        Field::Competences => Some(Edit::Competences(given.competences.iter().map(competence).collect())),
        Field::OfficeHours => match &given.office_hours {
            None => Some(Edit::OfficeHours(None)),
            Some(given) => faults.take("office_hours", hours(given)).map(|hours| Edit::OfficeHours(Some(hours))),
        },
        Field::ValidFrom => day("valid_from", given.valid_from.as_ref(), faults).map(Edit::ValidFrom),
        Field::ValidUntil => day("valid_until", given.valid_until.as_ref(), faults).map(Edit::ValidUntil),
        Field::Successors => {
            let ids = given.successors.iter().filter_map(|name| id_in(name, "organizations").ok());
            Some(Edit::Successors(ids.map(str::to_owned).collect()))
        }
        Field::Source => Some(Edit::Source(text(&given.source))),
        Field::SourceId => Some(Edit::SourceId(text(&given.source_id))),
    }
}

fn day(name: &str, given: Option<&Date>, faults: &mut Faults) -> Option<Option<NaiveDate>> {
    match given {
        None => Some(None),
        Some(given) => faults.take(name, date(given)).map(Some),
    }
}

/// Regions that are not of the form are faults already.
fn competence(given: &v1::Competence) -> Competence {
    let v1::Competence { topic, regions } = given;
    Competence { topic: topic.clone(), regions: regions.iter().filter_map(|name| Code::from_name(name).ok()).collect() }
}

fn hours(given: &v1::OfficeHours) -> std::result::Result<Hours, String> {
    let v1::OfficeHours { morning_open, morning_close, afternoon_open, afternoon_close } = given;
    let minutes = |time: &str| -> Option<u16> {
        let (hour, minute) = time.split_once(':')?;
        Some(hour.parse::<u16>().ok()? * 60 + minute.parse::<u16>().ok()?)
    };
    let half = |open, close| minutes(open).zip(minutes(close)).ok_or("has a time that is none".to_owned());
    Hours::new(half(morning_open, morning_close)?, half(afternoon_open, afternoon_close)?)
        .ok_or_else(|| "has times that are not in order".to_owned())
}

/// All facts of a message, checked against each other where they can be.
fn facts(given: &v1::Organization, fields: &[(&str, Field)], faults: &mut Faults) -> Option<Facts> {
    // Stands for what is missing, which is a fault, and never leaves this function.
    let mut facts = Facts::new(String::new(), Kind::Other, Code::COUNTRY);
    let before = faults.is_empty();
    let edits: Vec<Edit> = fields.iter().filter_map(|(_, field)| edit(given, *field, faults)).collect();
    edits.into_iter().for_each(|edit| facts.apply(edit));
    if before && faults.is_empty() {
        facts.check(faults);
    }
    faults.is_empty().then_some(facts)
}

/// Reads a request to enter an organization.
pub fn create(request: v1::CreateOrganizationRequest) -> Result<CreateOrganization> {
    let v1::CreateOrganizationRequest {
        organization,
        organization_id,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let given = organization.ok_or_else(|| Error::field("organization", "is required"))?;
    let mut faults = Faults::default();
    let mut read = None;
    faults.field("organization", |faults| read = facts(&given, FIELDS, faults));
    faults.into_result()?;
    let facts = read.ok_or_else(|| Error::internal("a faultless organization was not read"))?;
    Ok(CreateOrganization { id: Some(organization_id).filter(|id| !id.is_empty()), facts })
}

/// Reads a request to change an organization.
pub fn update(request: v1::UpdateOrganizationRequest) -> Result<UpdateOrganization> {
    let v1::UpdateOrganizationRequest { organization, update_mask, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let given = organization.ok_or_else(|| Error::field("organization", "is required"))?;
    let fields = mask::read(update_mask, FIELDS, NOT_CHANGED, |field| filled(&given, field))?;
    let mut faults = Faults::default();
    let (mut id, mut edits) = (None, Vec::new());
    faults.field("organization", |faults| {
        id = faults.take("name", id_in(&given.name, "organizations").map(str::to_owned));
        if given.etag.is_empty() {
            faults.at("etag", "is required");
        }
        edits = fields.into_iter().filter_map(|field| edit(&given, field, faults)).collect();
    });
    faults.into_result()?;
    let id = id.ok_or_else(|| Error::internal("a faultless name was not read"))?;
    Ok(UpdateOrganization { id, etag: given.etag, edits })
}

/// What holds for every row of an import.
pub struct Header {
    pub source: String,
    pub dry_run: bool,
    pub official: Option<v1::Official>,
    pub planned: Planned,
}

impl TryFrom<v1::ImportHeader> for Header {
    type Error = Error;

    fn try_from(header: v1::ImportHeader) -> Result<Self> {
        Faults::of(&header).into_result()?;
        let v1::ImportHeader { source, dry_run, on_behalf_of } = header;
        Ok(Self { source, dry_run, official: on_behalf_of, planned: Planned::default() })
    }
}

/// Reads a row under its header.
pub fn row(row: v1::OrganizationRow, header: &Header) -> Result<OrganizationRow> {
    let mut faults = Faults::default();
    let mut read = None;
    faults.field("row", |faults| {
        row.check(faults);
        if let Some(given) = &row.organization {
            // The row says where it comes from; what the organization says of that is ignored.
            let own = FIELDS.len() - 2;
            faults.field("organization", |faults| read = facts(given, &FIELDS[..own], faults));
        }
    });
    faults.into_result()?;
    let v1::OrganizationRow { source_id, organization: _, parent_source_id } = row;
    Ok(OrganizationRow {
        source: header.source.clone(),
        source_id,
        facts: read.ok_or_else(|| Error::internal("a faultless row was not read"))?,
        parent_source_id: Some(parent_source_id).filter(|id| !id.is_empty()),
        planned: header.planned.clone(),
    })
}
