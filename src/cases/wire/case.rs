//! The case itself.

use uuid::Uuid;

use super::{optional, party};
use crate::{
    call::Micros,
    cases::{
        model::{Case, Channel, IdentityMode, Nature},
        ops::{amend::AmendCase, register::RegisterCase},
    },
    catalog::Catalog,
    check::Faults,
    error::{Error, Result},
    pb::v1,
    place::Code,
    text,
    wire::{date, etag, micros, pb_date, pb_time, uuid_in},
};

/// A case in the BASIC view, or in full where its narrative was opened. `now` decides whether it is overdue.
pub fn case(case: Case, now: Micros) -> v1::Case {
    let name = case.name();
    let Case {
        id: _,
        number,
        case_type,
        state,
        stage,
        nature,
        route,
        channel,
        title,
        statement,
        summary,
        topic,
        region,
        region_version,
        place: _,
        registering_organization,
        handling_organization,
        handling_level,
        petition_date,
        receive_time,
        register_time,
        update_time,
        backdating_reason,
        external,
        identity_mode,
        attendance,
        party_count,
        hop_count,
        urgent,
        historic,
        outcome,
        execution,
        resolution,
        settlement,
        register_posting,
        current_posting,
        next_due_time,
        answer_time,
        close_time,
        procedure,
        accept_time,
        office_rating,
        organ_rating,
        version,
    } = case;
    let (external_source, external_id) = external.unwrap_or_default();
    v1::Case {
        name,
        number,
        case_type,
        state: state.number(),
        stage: stage.unwrap_or_default(),
        nature: nature.number(),
        route: route.number(),
        channel: channel.number(),
        title,
        statement: statement.unwrap_or_default(),
        summary: summary.unwrap_or_default(),
        topic: topic.unwrap_or_default(),
        region: region.name(),
        region_version,
        registering_organization: registering_organization.unwrap_or_default(),
        handling_organization: handling_organization.unwrap_or_default(),
        handling_level,
        petition_date: Some(pb_date(petition_date)),
        receive_time: Some(pb_time(receive_time)),
        backdating_reason: backdating_reason.unwrap_or_default(),
        register_time: Some(pb_time(register_time)),
        update_time: Some(pb_time(update_time)),
        external_source,
        external_id,
        identity_mode: identity_mode.number(),
        attendance,
        party_count,
        hop_count,
        urgent,
        historic,
        outcome: outcome.number(),
        execution: execution.number(),
        resolution: resolution.number(),
        settlement: settlement.unwrap_or_default(),
        register_posting: register_posting.unwrap_or_default(),
        current_posting: current_posting.unwrap_or_default(),
        next_due_time: next_due_time.map(pb_time),
        overdue: next_due_time.is_some_and(|due| due <= now),
        answer_time: answer_time.map(pb_time),
        close_time: close_time.map(pb_time),
        etag: etag(version),
        procedure: procedure.number(),
        accept_time: accept_time.map(pb_time),
        office_rating: office_rating.number(),
        organ_rating: organ_rating.number(),
    }
}

/// A case as a mutation answers it: without narrative, as of the mutation.
pub fn basic(changed: &Case) -> v1::Case {
    let now = changed.update_time;
    case(Case { statement: None, summary: None, ..changed.clone() }, now)
}

/// A registration.
pub fn register(request: v1::RegisterCaseRequest, catalog: Catalog) -> Result<RegisterCase> {
    let v1::RegisterCaseRequest { case, case_id, parties, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let v1::Case {
        name: _,
        number: _,
        case_type,
        state: _,
        stage: _,
        nature,
        route: _,
        channel,
        title,
        statement,
        summary,
        topic,
        region,
        region_version: _,
        registering_organization,
        handling_organization: _,
        handling_level: _,
        petition_date,
        receive_time,
        register_time: _,
        backdating_reason,
        update_time: _,
        external_source,
        external_id,
        identity_mode,
        attendance,
        party_count: _,
        hop_count: _,
        urgent,
        historic: _,
        outcome: _,
        execution: _,
        resolution: _,
        settlement: _,
        register_posting: _,
        current_posting: _,
        next_due_time: _,
        overdue: _,
        answer_time: _,
        close_time: _,
        procedure: _,
        accept_time: _,
        office_rating: _,
        organ_rating: _,
        etag: _,
    } = case.unwrap_or_default();
    let mut faults = Faults::default();
    let title = text::label(&title);
    if title.is_empty() {
        faults.at("case.title", "is required");
    }
    let region = faults.take("case.region", Code::from_name(&region));
    let petition_date = petition_date.and_then(|given| faults.take("case.petition_date", date(&given)));
    let receive_time = receive_time.and_then(|given| faults.take("case.receive_time", micros(&given)));
    let external = match (external_source.is_empty(), external_id.is_empty()) {
        (false, false) => Some((external_source, external_id)),
        (true, true) => None,
        (true, false) => {
            faults.at("case.external_source", "is required with external_id");
            None
        }
        (false, true) => {
            faults.at("case.external_id", "is required with external_source");
            None
        }
    };
    let parties = parties
        .into_iter()
        .enumerate()
        .filter_map(|(index, given)| party::new(&mut faults, &format!("parties[{index}]"), None, given))
        .collect();
    faults.into_result()?;
    Ok(RegisterCase {
        catalog,
        id: Uuid::try_parse(&case_id).ok(),
        case_type: optional(case_type),
        nature: Nature::from_number(nature).unwrap_or(Nature::Unknown),
        channel: Channel::from_number(channel).filter(|channel| *channel != Channel::Unknown).unwrap_or(Channel::Other),
        title,
        statement: optional(statement),
        summary: optional(summary),
        topic: optional(topic),
        region: region.unwrap_or(Code::COUNTRY),
        registering_organization: optional(registering_organization),
        petition_date,
        receive_time,
        backdating_reason: optional(backdating_reason),
        external,
        identity_mode: IdentityMode::from_number(identity_mode).unwrap_or(IdentityMode::Unknown),
        attendance,
        urgent,
        parties,
    })
}

/// Fields that AmendCase may set.
const AMENDABLE: &[&str] = &["title", "summary", "topic", "region", "urgent"];

/// An amendment.
pub fn amend(request: v1::AmendCaseRequest, catalog: Catalog) -> Result<AmendCase> {
    let v1::AmendCaseRequest { case, update_mask, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let case = case.unwrap_or_default();
    let mut faults = Faults::default();
    let id = uuid_in(&case.name, "cases").map_err(|_| Error::not_found(case.name.clone()))?;
    if case.etag.is_empty() {
        faults.at("case.etag", "is required");
    }
    let paths: Vec<String> = match update_mask {
        Some(mask) if mask.paths.iter().any(|path| path == "*") => AMENDABLE.iter().map(|&path| path.into()).collect(),
        Some(mask) => mask.paths,
        None => populated(&case),
    };
    for path in &paths {
        if !AMENDABLE.contains(&path.as_str()) {
            let known = OUTPUT_OR_FIXED.contains(&path.as_str());
            let why = if known { "cannot be amended" } else { "is not a field of a case" };
            faults.at("update_mask", format!("names a field that {why}; amendable are {}", AMENDABLE.join(", ")));
        }
    }
    let named = |path: &str| paths.iter().any(|known| known == path);
    let title = named("title").then(|| text::label(&case.title));
    if title.as_deref() == Some("") {
        faults.at("case.title", "is required");
    }
    let region = if named("region") { faults.take("case.region", Code::from_name(&case.region)) } else { None };
    if paths.is_empty() {
        faults.at("update_mask", "names nothing to amend");
    }
    let amendment = AmendCase {
        catalog,
        id,
        title,
        summary: named("summary").then(|| optional(case.summary)),
        topic: named("topic").then(|| optional(case.topic)),
        region,
        urgent: named("urgent").then_some(case.urgent),
        etag: case.etag,
        reason: text::label(&reason),
    };
    faults.into_result()?;
    Ok(amendment)
}

/// Known fields that no amendment sets, named for a clear refusal.
const OUTPUT_OR_FIXED: &[&str] = &[
    "name",
    "number",
    "case_type",
    "state",
    "stage",
    "nature",
    "route",
    "channel",
    "statement",
    "region_version",
    "registering_organization",
    "handling_organization",
    "handling_level",
    "petition_date",
    "receive_time",
    "register_time",
    "backdating_reason",
    "update_time",
    "external_source",
    "external_id",
    "identity_mode",
    "attendance",
    "party_count",
    "hop_count",
    "historic",
    "outcome",
    "execution",
    "resolution",
    "settlement",
    "register_posting",
    "current_posting",
    "next_due_time",
    "overdue",
    "answer_time",
    "close_time",
    "procedure",
    "accept_time",
    "office_rating",
    "organ_rating",
    "etag",
];

/// What an amendment without a mask sets: the amendable fields that are not empty.
fn populated(case: &v1::Case) -> Vec<String> {
    [
        ("title", !case.title.is_empty()),
        ("summary", !case.summary.is_empty()),
        ("topic", !case.topic.is_empty()),
        ("region", !case.region.is_empty()),
        ("urgent", case.urgent),
    ]
    .into_iter()
    .filter(|(_, set)| *set)
    .map(|(path, _)| path.to_owned())
    .collect()
}
