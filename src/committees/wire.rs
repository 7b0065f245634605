//! Terms of office on the wire.

use super::{
    model::{ChosenBy, End, EndReason, Facts, Field, Member, Post, Seal, Term},
    ops::{Create, Finish, Shown, Update},
};
use crate::{
    cadres::cadre_name,
    check::Faults,
    error::{Error, Result},
    mask,
    pb::{google::r#type::Date, v1},
    text,
    wire::{date, etag, id_in, ids_in, pb_date, pb_time},
};

impl From<Shown> for v1::CommitteeTerm {
    fn from(shown: Shown) -> Self {
        let Shown { term, people, committee_end, today } = shown;
        let gone = |cadre: &str, day| !people.get(cadre).is_some_and(|cadre| cadre.serves(day));
        let warnings = term.warnings(today, committee_end, gone).into_iter().map(|warning| warning as i32).collect();
        let (name, term_until) = (term.name(), term.term_until());
        let Term { organization: _, id: _, valid_from, end, facts, court_told: _, create_time, update_time, version } =
            term;
        let Facts { chosen_by, members, women_count, multi_ethnic_area, minority_count, seal, court_notify_date } =
            facts;
        let member = |member: Member| {
            let display_name = people.get(&member.cadre).map(|cadre| cadre.display_name.clone()).unwrap_or_default();
            pb_member(member, display_name)
        };
        Self {
            name,
            valid_from: Some(pb_date(valid_from)),
            chosen_by: chosen_by as i32,
            members: members.into_iter().map(member).collect(),
            women_count,
            multi_ethnic_area,
            minority_count,
            seal: seal.map(pb_seal),
            court_notify_date: court_notify_date.map(pb_date),
            term_until: Some(pb_date(term_until)),
            valid_until: end.map(|end| pb_date(end.date)),
            end_reason: end.map(|end| end.reason as i32).unwrap_or_default(),
            warnings,
            create_time: Some(pb_time(create_time)),
            update_time: Some(pb_time(update_time)),
            etag: etag(version),
        }
    }
}

fn pb_member(member: Member, display_name: String) -> v1::CommitteeMember {
    let Member { cadre, post, valid_from, valid_until } = member;
    v1::CommitteeMember {
        cadre: cadre_name(&cadre),
        display_name,
        post: post as i32,
        valid_from: valid_from.map(pb_date),
        valid_until: valid_until.map(pb_date),
    }
}

fn pb_seal(seal: Seal) -> v1::CommitteeSeal {
    let Seal { inscription, impression_sha256, use_date } = seal;
    v1::CommitteeSeal {
        inscription,
        impression_sha256: impression_sha256.unwrap_or_default(),
        use_date: use_date.map(pb_date),
    }
}

/// The paths of an update mask.
const FIELDS: &[(&str, Field)] = &[
    ("chosen_by", Field::ChosenBy),
    ("members", Field::Members),
    ("women_count", Field::WomenCount),
    ("multi_ethnic_area", Field::MultiEthnicArea),
    ("minority_count", Field::MinorityCount),
    ("seal", Field::Seal),
    ("court_notify_date", Field::CourtNotifyDate),
];
const NOT_CHANGED: &[&str] = &[
    "name",
    "valid_from",
    "term_until",
    "valid_until",
    "end_reason",
    "warnings",
    "create_time",
    "update_time",
    "etag",
];

fn is_filled(term: &v1::CommitteeTerm, field: Field) -> bool {
    match field {
        Field::ChosenBy => term.chosen_by != 0,
        Field::Members => !term.members.is_empty(),
        Field::WomenCount => term.women_count != 0,
        Field::MultiEthnicArea => term.multi_ethnic_area,
        Field::MinorityCount => term.minority_count != 0,
        Field::Seal => term.seal.is_some(),
        Field::CourtNotifyDate => term.court_notify_date.is_some(),
    }
}

/// Reads a term to enter.
///
/// # Errors
/// `Invalid` with every fault.
pub fn create(request: v1::CreateCommitteeTermRequest) -> Result<Create> {
    let v1::CreateCommitteeTermRequest {
        parent,
        committee_term,
        committee_term_id,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let given = committee_term.unwrap_or_default();
    let mut faults = Faults::default();
    let organization = faults.take("parent", id_in(&parent, "organizations").map(str::to_owned));
    let (mut valid_from, mut end, mut read) = (None, None, None);
    faults.field("committee_term", |faults| {
        if given.valid_from.is_none() {
            faults.at("valid_from", "is required");
        }
        valid_from = day(faults, "valid_from", given.valid_from);
        end = day(faults, "valid_until", given.valid_until).zip(EndReason::from_number(given.end_reason));
        match (given.valid_until.is_some(), given.end_reason != 0) {
            (true, false) => faults.at("end_reason", "is required with valid_until"),
            (false, true) => faults.at("valid_until", "is required with end_reason"),
            (true, true) | (false, false) => {}
        }
        read = Some(facts(faults, given, &Field::ALL));
    });
    faults.into_result()?;
    let (Some(organization), Some(valid_from), Some(facts)) = (organization, valid_from, read) else {
        return Err(incomplete());
    };
    let end = end.map(|(date, reason)| End { date, reason });
    let id = (!committee_term_id.is_empty()).then_some(committee_term_id);
    Ok(Create { organization, id, valid_from, end, facts })
}

/// Reads a change of a term.
///
/// # Errors
/// `Invalid` with every fault.
pub fn update(request: v1::UpdateCommitteeTermRequest) -> Result<Update> {
    let v1::UpdateCommitteeTermRequest {
        committee_term,
        update_mask,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let given = committee_term.unwrap_or_default();
    let fields = mask::read(update_mask, FIELDS, NOT_CHANGED, |field| is_filled(&given, field))?;
    let (name, etag) = (given.name.clone(), given.etag.clone());
    let mut faults = Faults::default();
    let (mut ids, mut read) = (None, None);
    faults.field("committee_term", |faults| {
        ids = faults.take("name", ids_in(&name, "organizations", "committeeTerms"));
        if etag.is_empty() {
            faults.at("etag", "is required");
        }
        read = Some(facts(faults, given, &fields));
    });
    faults.into_result()?;
    let (Some((organization, id)), Some(facts)) = (ids, read) else { return Err(incomplete()) };
    Ok(Update { organization: organization.to_owned(), id: id.to_owned(), etag, facts, fields })
}

/// Reads the end of a term.
///
/// # Errors
/// `Invalid` with every fault.
pub fn end(request: v1::EndCommitteeTermRequest) -> Result<Finish> {
    let v1::EndCommitteeTermRequest {
        name,
        valid_until,
        end_reason,
        etag,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let ids = faults.take("name", ids_in(&name, "organizations", "committeeTerms"));
    let date = day(&mut faults, "valid_until", valid_until);
    faults.into_result()?;
    let (Some((organization, id)), Some(date), Some(reason)) = (ids, date, EndReason::from_number(end_reason)) else {
        return Err(incomplete());
    };
    Ok(Finish { organization: organization.to_owned(), id: id.to_owned(), etag, end: End { date, reason } })
}

fn incomplete() -> Error {
    Error::internal("a checked request lacks a required field")
}

fn day(faults: &mut Faults, name: &str, given: Option<Date>) -> Option<chrono::NaiveDate> {
    given.and_then(|given| faults.take(name, date(&given)))
}

/// What a message says of a term, at the present place; of the fields named, those that can't be empty must be there.
fn facts(faults: &mut Faults, given: v1::CommitteeTerm, fields: &[Field]) -> Facts {
    let v1::CommitteeTerm {
        name: _,
        valid_from: _,
        chosen_by,
        members,
        women_count,
        multi_ethnic_area,
        minority_count,
        seal,
        court_notify_date,
        term_until: _,
        valid_until: _,
        end_reason: _,
        warnings: _,
        create_time: _,
        update_time: _,
        etag: _,
    } = given;
    let chosen_by = ChosenBy::from_number(chosen_by);
    if chosen_by.is_none() && fields.contains(&Field::ChosenBy) {
        faults.at("chosen_by", "is required");
    }
    if members.is_empty() && fields.contains(&Field::Members) {
        faults.at("members", "is required");
    }
    let mut read = Vec::with_capacity(members.len());
    faults.field("members", |faults| {
        for (index, given) in members.into_iter().enumerate() {
            faults.index(index, |faults| read.extend(member(faults, given)));
        }
    });
    let mut own = None;
    if let Some(given) = seal {
        faults.field("seal", |faults| own = Some(read_seal(faults, given)));
    }
    Facts {
        // Where it is not given it is not among the fields to change.
        chosen_by: chosen_by.unwrap_or(ChosenBy::Founder),
        members: read,
        women_count,
        multi_ethnic_area,
        minority_count,
        seal: own,
        court_notify_date: day(faults, "court_notify_date", court_notify_date),
    }
}

fn member(faults: &mut Faults, given: v1::CommitteeMember) -> Option<Member> {
    let v1::CommitteeMember { cadre, display_name: _, post, valid_from, valid_until } = given;
    let cadre = match cadre.as_str() {
        "" => Err("is required".to_owned()),
        name => id_in(name, "cadres"),
    };
    let cadre = faults.take("cadre", cadre);
    let post = faults.take("post", Post::from_number(post).ok_or_else(|| "is required".to_owned()));
    let (valid_from, valid_until) = (day(faults, "valid_from", valid_from), day(faults, "valid_until", valid_until));
    Some(Member { cadre: cadre?.to_owned(), post: post?, valid_from, valid_until })
}

fn read_seal(faults: &mut Faults, given: v1::CommitteeSeal) -> Seal {
    let v1::CommitteeSeal { inscription, impression_sha256, use_date } = given;
    let inscription = text::label(&inscription);
    if inscription.is_empty() {
        faults.at("inscription", "is required");
    }
    Seal {
        inscription,
        impression_sha256: (!impression_sha256.is_empty()).then_some(impression_sha256),
        use_date: day(faults, "use_date", use_date),
    }
}
