//! Requests about notices, and serving documents, read from the wire.

use crate::{
    cases::{
        ops::notice::{IssueNotice, Turn, TurnAway},
        steps::{Exemption, Ground},
        wire::{self, optional, required},
    },
    catalog::Catalog,
    check::Faults,
    error::{Error, Result},
    pb::v1,
    wire::uuid_in,
};

pub fn issue(catalog: Catalog, request: v1::IssueNoticeRequest) -> Result<IssueNotice> {
    let v1::IssueNoticeRequest {
        name,
        etag,
        document_number,
        exemption,
        guidance,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let exemption = Exemption::from_number(exemption).unwrap_or(Exemption::None);
    let notice = match (optional(document_number), exemption) {
        (Some(number), Exemption::None) => Ok(number),
        (None, Exemption::None) => {
            return Err(Error::against("XF 23", "document_number", "is required unless exempt"));
        }
        (None, exemption) => Err(exemption),
        (Some(_), _) => return Err(Error::field("exemption", "is not set where a notice was issued")),
    };
    Ok(IssueNotice { catalog, id: wire::case_id(&name)?, etag, notice, guidance: optional(guidance) })
}

pub fn decline(catalog: Catalog, request: v1::DeclineCaseRequest) -> Result<TurnAway> {
    let v1::DeclineCaseRequest {
        name,
        etag,
        ground,
        document_number,
        guidance,
        related_case,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let ground = Ground::from_number(ground).unwrap_or(Ground::None);
    if !ground.declines() {
        faults.at("ground", "is none on which a case is declined");
    }
    match (ground == Ground::SameMatterLive, related_case.is_empty()) {
        (true, true) => faults.against("XF 19", "related_case", "is required for SAME_MATTER_LIVE"),
        (false, false) => faults.at("related_case", "is for SAME_MATTER_LIVE only"),
        (true, false) | (false, true) => {}
    }
    let related_case = related(&mut faults, &related_case);
    let document_number = required(&mut faults, "document_number", document_number);
    let guidance = required(&mut faults, "guidance", guidance);
    faults.into_result()?;
    Ok(TurnAway {
        catalog,
        id: wire::case_id(&name)?,
        etag,
        turn: Turn::Decline,
        ground,
        document_number,
        guidance,
        related_case,
        prior_document_number: None,
    })
}

pub fn refuse(catalog: Catalog, request: v1::RefuseCaseRequest) -> Result<TurnAway> {
    let v1::RefuseCaseRequest {
        name,
        etag,
        ground,
        document_number,
        guidance,
        related_case,
        prior_document_number,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let ground = Ground::from_number(ground).unwrap_or(Ground::None);
    if !ground.refuses() {
        faults.at("ground", "is none on which a case is refused");
    }
    let related_case = related(&mut faults, &related_case);
    let prior_document_number = optional(prior_document_number);
    if related_case.is_some() == prior_document_number.is_some() {
        faults.against("XF 36", "related_case", "or prior_document_number is required, one of them");
    }
    let document_number = required(&mut faults, "document_number", document_number);
    let guidance = required(&mut faults, "guidance", guidance);
    faults.into_result()?;
    Ok(TurnAway {
        catalog,
        id: wire::case_id(&name)?,
        etag,
        turn: Turn::Refuse,
        ground,
        document_number,
        guidance,
        related_case,
        prior_document_number,
    })
}

fn related(faults: &mut Faults, name: &str) -> Option<uuid::Uuid> {
    if name.is_empty() { None } else { faults.take("related_case", uuid_in(name, "cases")) }
}
