//! Postings.

use super::{
    super::{
        model::{
            Document, End, EndReason, Posting, PostingFacts, Role, Source, Substitute, cadre_name, is_term,
            posting_name,
        },
        ops::{CadreRef, CreatePosting, EndPosting, PostingRow},
    },
    Header, date_at, source,
};
use crate::{
    check::{Checked, Faults},
    error::{Error, Result},
    pb::v1,
    place::Code,
    text,
    wire::{etag, id_in, ids_in, pb_date, pb_time},
};

impl From<Posting> for v1::Posting {
    fn from(posting: Posting) -> Self {
        let name = posting.name();
        let valid_until = posting.valid_until().map(pb_date);
        let Posting {
            cadre: _,
            id: _,
            cadre_display_name,
            facts,
            region_version,
            region_level: _,
            place: _,
            end,
            source,
            create_time,
            update_time,
            version,
        } = posting;
        let PostingFacts { region, role, valid_from, term_until: _, document, substitute } = facts;
        let (source, source_id) = source.map(|Source { register, id }| (register, id)).unwrap_or_default();
        let (end_reason, end_explanation, ending_document) = match end {
            Some(End { date: _, reason, explanation, document }) => {
                (pb_reason(reason), explanation, pb_document(document))
            }
            None => (v1::posting::EndReason::Unspecified, String::new(), None),
        };
        let (substitute_cadre, substitute_posting) = substitute.map(substitute_names).unwrap_or_default();
        Self {
            name,
            cadre_display_name,
            region: region.name(),
            region_version,
            role: role_number(role),
            valid_from: Some(pb_date(valid_from)),
            valid_until,
            appointing_document: pb_document(document),
            substitute_posting,
            substitute_cadre,
            end_reason: end_reason.into(),
            end_explanation,
            ending_document,
            source,
            source_id,
            create_time: Some(pb_time(create_time)),
            update_time: Some(pb_time(update_time)),
            etag: etag(version),
        }
    }
}

fn substitute_names(substitute: Substitute) -> (String, String) {
    let Substitute { cadre, posting } = substitute;
    let posting = posting.map(|id| posting_name(&cadre, &id)).unwrap_or_default();
    (cadre_name(&cadre), posting)
}

fn pb_document(document: Document) -> Option<v1::PostingDocument> {
    let empty = document == Document::default();
    let Document { number, title, issuer, date } = document;
    (!empty).then(|| v1::PostingDocument { document_number: number, title, issuer, issue_date: date.map(pb_date) })
}

/// The proto's number of a role.
fn role_number(role: Role) -> i32 {
    use v1::posting::Role as Pb;
    let pb = match role {
        Role::TownshipLeader => Pb::TownshipLeader,
        Role::VillageHelper => Pb::VillageHelper,
        Role::FirstSecretary => Pb::FirstSecretary,
        Role::TownshipLink => Pb::TownshipLink,
        Role::GridMember => Pb::GridMember,
        Role::Reception => Pb::Reception,
        Role::Mediator => Pb::Mediator,
        Role::PetitionAgent => Pb::PetitionAgent,
        Role::VillageDoctor => Pb::VillageDoctor,
    };
    pb.into()
}

impl From<Role> for v1::posting::Role {
    fn from(role: Role) -> Self {
        Self::try_from(role_number(role)).unwrap_or_default()
    }
}

fn pb_reason(reason: EndReason) -> v1::posting::EndReason {
    use v1::posting::EndReason as Pb;
    match reason {
        EndReason::Rotation => Pb::Rotation,
        EndReason::Transfer => Pb::Transfer,
        EndReason::Retirement => Pb::Retirement,
        EndReason::Removal => Pb::Removal,
        EndReason::RegionEnded => Pb::RegionEnded,
        EndReason::EnteredInError => Pb::EnteredInError,
        EndReason::Other => Pb::Other,
    }
}

/// Reads a posting to enter.
///
/// # Errors
/// `Invalid` with every fault.
pub fn create_posting(request: v1::CreatePostingRequest) -> Result<CreatePosting> {
    let v1::CreatePostingRequest { parent, posting, posting_id, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let mut faults = Faults::default();
    let cadre = faults.take("parent", id_in(&parent, "cadres").map(str::to_owned));
    let posting = posting.unwrap_or_default();
    let from = source(&mut faults, "posting", posting.source.clone(), posting.source_id.clone());
    let facts = facts(&mut faults, "posting", posting, true);
    faults.into_result()?;
    let (Some(cadre), Some(facts)) = (cadre, facts) else { return Err(incomplete()) };
    Ok(CreatePosting { cadre, id: (!posting_id.is_empty()).then_some(posting_id), facts, source: from })
}

/// Reads the end of a posting.
///
/// # Errors
/// `Invalid` with every fault.
pub fn end(request: v1::EndPostingRequest) -> Result<EndPosting> {
    let v1::EndPostingRequest {
        name,
        valid_until,
        end_reason,
        end_explanation,
        ending_document,
        etag,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let ids = faults.take("name", ids_in(&name, "cadres", "postings"));
    let date = date_at(&mut faults, "valid_until", valid_until);
    let explanation = explanation(&mut faults, "end_explanation", end_reason, &end_explanation);
    let document = document(&mut faults, "ending_document", ending_document);
    let reason = EndReason::from_number(end_reason);
    faults.into_result()?;
    let (Some((cadre, id)), Some(date), Some(reason)) = (ids, date, reason) else { return Err(incomplete()) };
    let end = End { date, reason, explanation, document };
    Ok(EndPosting { cadre: cadre.to_owned(), id: id.to_owned(), etag, end })
}

/// Reads a row of another register.
///
/// # Errors
/// `Invalid` with every fault.
pub fn posting_row(row: v1::PostingRow, header: &Header) -> Result<PostingRow> {
    let mut faults = Faults::default();
    faults.field("row", |faults| row.check(faults));
    let v1::PostingRow { source_id, cadre, cadre_source_id, posting, end_reason, end_explanation } = row;
    let cadre = match (cadre.as_str(), cadre_source_id.as_str()) {
        ("", "") => {
            faults.at("row.cadre", "or cadre_source_id is required");
            None
        }
        ("", id) => Some(CadreRef::SourceId(text::nfc(id.to_owned()))),
        (name, "") => faults.take("row.cadre", id_in(name, "cadres")).map(|id| CadreRef::Id(id.to_owned())),
        (_, _) => {
            faults.at("row.cadre", "and cadre_source_id cannot both be given");
            None
        }
    };
    let posting = posting.unwrap_or_default();
    let explanation = explanation(&mut faults, "row.end_explanation", end_reason, &end_explanation);
    let ending_document = document(&mut faults, "row.posting.ending_document", posting.ending_document.clone());
    let reason = EndReason::from_number(end_reason);
    if reason.is_some() && posting.valid_until.is_none() {
        faults.at("row.posting.valid_until", "is required with end_reason");
    }
    let facts = facts(&mut faults, "row.posting", posting, reason.is_none());
    faults.into_result()?;
    let (Some(cadre), Some(mut facts)) = (cadre, facts) else { return Err(incomplete()) };
    let end = match reason.zip(facts.term_until) {
        Some((reason, date)) => {
            facts.term_until = None;
            Some(End { date, reason, explanation, document: ending_document })
        }
        None => None,
    };
    let source = Source { register: header.source.clone(), id: text::nfc(source_id) };
    Ok(PostingRow { source, cadre, facts, end })
}

fn incomplete() -> Error {
    Error::internal("a checked request lacks a required field")
}

/// What a message says of a posting. A set term ends after the first day; the day of an end may be the first day.
fn facts(faults: &mut Faults, at: &str, posting: v1::Posting, set_term: bool) -> Option<PostingFacts> {
    let v1::Posting {
        name: _,
        cadre_display_name: _,
        region,
        region_version: _,
        role,
        valid_from,
        valid_until,
        appointing_document,
        substitute_posting,
        substitute_cadre,
        end_reason: _,
        end_explanation: _,
        ending_document: _,
        source: _,
        source_id: _,
        create_time: _,
        update_time: _,
        etag: _,
    } = posting;
    let region = match region.as_str() {
        "" => Err("is required".to_owned()),
        name => Code::from_name(name),
    };
    let region = faults.take(&format!("{at}.region"), region);
    let role = faults.take(&format!("{at}.role"), Role::from_number(role).ok_or_else(|| "is required".to_owned()));
    if valid_from.is_none() {
        faults.at(&format!("{at}.valid_from"), "is required");
    }
    let valid_from = date_at(faults, &format!("{at}.valid_from"), valid_from);
    let term_until = date_at(faults, &format!("{at}.valid_until"), valid_until);
    if set_term && !is_term(valid_from, term_until) {
        faults.at(&format!("{at}.valid_until"), "is not after valid_from");
    }
    let document = document(faults, &format!("{at}.appointing_document"), appointing_document);
    let substitute = substitute(faults, at, &substitute_posting, &substitute_cadre);
    Some(PostingFacts { region: region?, role: role?, valid_from: valid_from?, term_until, document, substitute })
}

fn substitute(faults: &mut Faults, at: &str, posting: &str, cadre: &str) -> Option<Substitute> {
    let named = match cadre {
        "" => None,
        name => faults.take(&format!("{at}.substitute_cadre"), id_in(name, "cadres")),
    };
    if posting.is_empty() {
        return named.map(|cadre| Substitute { cadre: cadre.to_owned(), posting: None });
    }
    let (holder, id) = faults.take(&format!("{at}.substitute_posting"), ids_in(posting, "cadres", "postings"))?;
    if named.is_some_and(|cadre| cadre != holder) {
        faults.at(&format!("{at}.substitute_cadre"), "is not the cadre of substitute_posting");
    }
    Some(Substitute { cadre: holder.to_owned(), posting: Some(id.to_owned()) })
}

fn document(faults: &mut Faults, at: &str, document: Option<v1::PostingDocument>) -> Document {
    let v1::PostingDocument { document_number, title, issuer, issue_date } = document.unwrap_or_default();
    Document {
        number: text::label(&document_number),
        title: text::label(&title),
        issuer: text::label(&issuer),
        date: date_at(faults, &format!("{at}.issue_date"), issue_date),
    }
}

fn explanation(faults: &mut Faults, path: &str, reason: i32, words: &str) -> String {
    let words = text::label(words);
    let is_other = EndReason::from_number(reason) == Some(EndReason::Other);
    if is_other && words.is_empty() {
        faults.at(path, "is required with END_REASON_OTHER");
    }
    words
}
