//! Cadres.

use super::{
    super::{
        model::{Cadre, Expertise, Facts, Field, Post, Rank, Source, is_term},
        ops::{CadreRow, CreateCadre, OrganizationRef, UpdateCadre},
    },
    Header, date_at, source,
};
use crate::{
    check::{Checked, Faults},
    error::Result,
    mask,
    organizations::organization_name,
    pb::v1,
    text,
    wire::{etag, id_in, pb_date, pb_time},
};

/// What stands in the BASIC view in place of a number. It is none, so it is never stored as one.
const MASKED: &str = "***";

/// The paths of an update mask.
const FIELDS: &[(&str, Field)] = &[
    ("display_name", Field::DisplayName),
    ("rank", Field::Rank),
    ("organization", Field::Organization),
    ("posts", Field::Posts),
    ("expertises", Field::Expertises),
    ("phone", Field::Phone),
    ("mediation_capacity", Field::MediationCapacity),
    ("valid_from", Field::ValidFrom),
    ("valid_until", Field::ValidUntil),
    ("source", Field::Source),
    ("source_id", Field::Source),
];
const OUTPUT_ONLY: &[&str] = &["name", "create_time", "update_time", "etag"];

/// How much of a cadre an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// CONTACT fields masked.
    Basic,
    /// Everything.
    Full,
}

/// The view that a request asks for, and the purpose of a FULL one.
///
/// # Errors
/// `Invalid` where FULL comes without a purpose.
pub fn view(view: i32, purpose: &str) -> Result<(View, String)> {
    let purpose = text::label(purpose);
    match v1::View::try_from(view) {
        Ok(v1::View::Full) if purpose.is_empty() => {
            Err(crate::error::Error::field("purpose", "is required with VIEW_FULL"))
        }
        Ok(v1::View::Full) => Ok((View::Full, purpose)),
        Ok(v1::View::Unspecified | v1::View::Basic) | Err(_) => Ok((View::Basic, purpose)),
    }
}

impl Cadre {
    /// The cadre as an answer shows it.
    pub(in super::super) fn shown(&self, view: View) -> v1::Cadre {
        let Self { id: _, facts, create_time, update_time, version } = self.clone();
        let Facts {
            display_name,
            rank,
            organization,
            posts,
            expertises,
            phone,
            mediation_capacity,
            valid_from,
            valid_until,
            source,
        } = facts;
        let (source, source_id) = source.map(|Source { register, id }| (register, id)).unwrap_or_default();
        v1::Cadre {
            name: self.name(),
            display_name,
            rank: pb_rank(rank).into(),
            organization: organization_name(&organization),
            posts: posts.into_iter().map(Into::into).collect(),
            expertises: expertises.into_iter().map(Into::into).collect(),
            phone: match (view, phone) {
                (_, None) => String::new(),
                (View::Basic, Some(_)) => MASKED.to_owned(),
                (View::Full, Some(phone)) => phone,
            },
            valid_from: valid_from.map(pb_date),
            valid_until: valid_until.map(pb_date),
            source,
            source_id,
            create_time: Some(pb_time(create_time)),
            update_time: Some(pb_time(update_time)),
            etag: etag(version),
            mediation_capacity: mediation_capacity.unwrap_or_default(),
        }
    }
}

impl From<Post> for v1::Post {
    fn from(post: Post) -> Self {
        let Post { display_name, organization } = post;
        Self { display_name, organization: organization.as_deref().map(organization_name).unwrap_or_default() }
    }
}

impl From<Expertise> for v1::Expertise {
    fn from(expertise: Expertise) -> Self {
        let Expertise { topic, valid_from, valid_until } = expertise;
        Self {
            topic: format!("topics/{topic}"),
            valid_from: valid_from.map(pb_date),
            valid_until: valid_until.map(pb_date),
        }
    }
}

fn pb_rank(rank: Rank) -> v1::cadre::Rank {
    match rank {
        Rank::Prefecture => v1::cadre::Rank::Prefecture,
        Rank::County => v1::cadre::Rank::County,
        Rank::Section => v1::cadre::Rank::Section,
        Rank::Staff => v1::cadre::Rank::Staff,
        Rank::Other => v1::cadre::Rank::Other,
    }
}

/// Reads a cadre to enter.
///
/// # Errors
/// `Invalid` with every fault.
pub fn create(request: v1::CreateCadreRequest) -> Result<CreateCadre> {
    let v1::CreateCadreRequest { cadre, cadre_id, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let facts = facts(&mut faults, "cadre", cadre.unwrap_or_default(), &Field::ALL);
    faults.into_result()?;
    Ok(CreateCadre { id: (!cadre_id.is_empty()).then_some(cadre_id), facts })
}

/// Reads a change of a cadre.
///
/// # Errors
/// `Invalid` with every fault.
pub fn update(request: v1::UpdateCadreRequest) -> Result<UpdateCadre> {
    let v1::UpdateCadreRequest { cadre, update_mask, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let cadre = cadre.unwrap_or_default();
    let mut faults = Faults::default();
    let id = faults.take("cadre.name", id_in(&cadre.name, "cadres").map(str::to_owned));
    if cadre.etag.is_empty() {
        faults.at("cadre.etag", "is required");
    }
    let fields = mask::read(update_mask, FIELDS, OUTPUT_ONLY, |field| is_filled(&cadre, field))?;
    let etag = cadre.etag.clone();
    let facts = facts(&mut faults, "cadre", cadre, &fields);
    faults.into_result()?;
    Ok(UpdateCadre { id: id.unwrap_or_default(), etag, facts, fields })
}

/// Reads a row of another register.
///
/// # Errors
/// `Invalid` with every fault.
pub fn cadre_row(row: v1::CadreRow, header: &Header) -> Result<CadreRow> {
    let mut faults = Faults::default();
    faults.field("row", |faults| row.check(faults));
    let v1::CadreRow { source_id, cadre, organization_source_id } = row;
    // A row's own source is the header's, whatever stands in it.
    let cadre = v1::Cadre { source: String::new(), source_id: String::new(), ..cadre.unwrap_or_default() };
    let organization = match (cadre.organization.as_str(), organization_source_id) {
        ("", id) if !id.is_empty() => OrganizationRef::SourceId(text::nfc(id)),
        (name, _) => OrganizationRef::Id(id_in(name, "organizations").unwrap_or_default().to_owned()),
    };
    let fields: Vec<Field> = match organization {
        // Named in the other way.
        OrganizationRef::SourceId(_) => Field::ALL.into_iter().filter(|field| *field != Field::Organization).collect(),
        OrganizationRef::Id(_) => Field::ALL.to_vec(),
    };
    let facts = facts(&mut faults, "row.cadre", cadre, &fields);
    faults.into_result()?;
    let source = Source { register: header.source.clone(), id: text::nfc(source_id) };
    Ok(CadreRow { source, organization, facts })
}

/// Something stands in the field of a message. The mask of a number is none.
fn is_filled(cadre: &v1::Cadre, field: Field) -> bool {
    match field {
        Field::DisplayName => !cadre.display_name.is_empty(),
        Field::Rank => cadre.rank != 0,
        Field::Organization => !cadre.organization.is_empty(),
        Field::Posts => !cadre.posts.is_empty(),
        Field::Expertises => !cadre.expertises.is_empty(),
        Field::Phone => !cadre.phone.is_empty() && cadre.phone != MASKED,
        Field::MediationCapacity => cadre.mediation_capacity != 0,
        Field::ValidFrom => cadre.valid_from.is_some(),
        Field::ValidUntil => cadre.valid_until.is_some(),
        Field::Source => !cadre.source.is_empty() || !cadre.source_id.is_empty(),
    }
}

/// What a message says of a cadre; of the fields named, those that can't be empty must be there.
fn facts(faults: &mut Faults, at: &str, cadre: v1::Cadre, fields: &[Field]) -> Facts {
    let v1::Cadre {
        name: _,
        display_name,
        rank,
        organization,
        posts,
        expertises,
        phone,
        valid_from,
        valid_until,
        source: register,
        source_id,
        create_time: _,
        update_time: _,
        etag: _,
        mediation_capacity,
    } = cadre;
    let display_name = text::label(&display_name);
    if display_name.is_empty() && fields.contains(&Field::DisplayName) {
        faults.at(&format!("{at}.display_name"), "is required");
    }
    let rank = Rank::from_number(rank);
    if rank.is_none() && fields.contains(&Field::Rank) {
        faults.at(&format!("{at}.rank"), "is required");
    }
    let valid_from = date_at(faults, &format!("{at}.valid_from"), valid_from);
    let valid_until = date_at(faults, &format!("{at}.valid_until"), valid_until);
    if !is_term(valid_from, valid_until) {
        faults.at(&format!("{at}.valid_until"), "is not after valid_from");
    }
    let path = format!("{at}.organization");
    if organization.is_empty() && fields.contains(&Field::Organization) {
        faults.at(&path, "is required");
    }
    let organization = organization_id(faults, &path, &organization);
    let phone = phone.trim().to_owned();
    if phone == MASKED && fields.contains(&Field::Phone) {
        faults.at(&format!("{at}.phone"), "is masked and no number");
    }
    Facts {
        display_name,
        // Where it is not given it is not among the fields to change.
        rank: rank.unwrap_or(Rank::Other),
        organization: organization.unwrap_or_default(),
        posts: posts
            .into_iter()
            .enumerate()
            .map(|(index, post)| held(faults, &format!("{at}.posts[{index}]"), post))
            .collect(),
        expertises: expertises
            .into_iter()
            .enumerate()
            .map(|(index, topic)| expertise(faults, &format!("{at}.expertises[{index}]"), topic))
            .collect(),
        phone: (!phone.is_empty()).then_some(phone),
        mediation_capacity: (mediation_capacity > 0).then_some(mediation_capacity),
        valid_from,
        valid_until,
        source: source(faults, at, register, source_id),
    }
}

fn organization_id(faults: &mut Faults, path: &str, name: &str) -> Option<String> {
    match name {
        "" => None,
        name => faults.take(path, id_in(name, "organizations").map(str::to_owned)),
    }
}

fn held(faults: &mut Faults, at: &str, post: v1::Post) -> Post {
    let v1::Post { display_name, organization } = post;
    let display_name = text::label(&display_name);
    if display_name.is_empty() {
        faults.at(&format!("{at}.display_name"), "is required");
    }
    Post { display_name, organization: organization_id(faults, &format!("{at}.organization"), &organization) }
}

fn expertise(faults: &mut Faults, at: &str, expertise: v1::Expertise) -> Expertise {
    let v1::Expertise { topic, valid_from, valid_until } = expertise;
    let topic = faults.take(&format!("{at}.topic"), id_in(&topic, "topics").map(str::to_owned)).unwrap_or_default();
    let valid_from = date_at(faults, &format!("{at}.valid_from"), valid_from);
    let valid_until = date_at(faults, &format!("{at}.valid_until"), valid_until);
    if !is_term(valid_from, valid_until) {
        faults.at(&format!("{at}.valid_until"), "is not after valid_from");
    }
    Expertise { topic, valid_from, valid_until }
}
