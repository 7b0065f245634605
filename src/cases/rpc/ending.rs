//! Requests that end a case or take it up again, read from the wire.

use crate::{
    cases::{
        ops::{
            ending::{ConcludeCase, ReopenCase, WithdrawCase},
            notice::Told,
        },
        steps::Ground,
        wire::{self, required},
    },
    catalog::Catalog,
    check::Faults,
    error::Result,
    pb::v1,
};

pub fn withdraw(catalog: Catalog, request: v1::WithdrawCaseRequest) -> Result<WithdrawCase> {
    let v1::WithdrawCaseRequest { name, etag, evidence, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let evidence = required(&mut faults, "evidence", evidence);
    faults.into_result()?;
    Ok(WithdrawCase { catalog, id: wire::case_id(&name)?, etag, evidence })
}

pub fn reopen(catalog: Catalog, request: v1::ReopenCaseRequest) -> Result<ReopenCase> {
    let v1::ReopenCaseRequest {
        name,
        etag,
        ground,
        reason,
        document_number,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let ground = Ground::from_number(ground).unwrap_or(Ground::None);
    if !ground.reopens() {
        faults.at("ground", "is none on which a case is reopened");
    }
    let reason = required(&mut faults, "reason", reason);
    let document_number = required(&mut faults, "document_number", document_number);
    faults.into_result()?;
    let told = Told { ground, reason, approver: None, document_number };
    Ok(ReopenCase { catalog, id: wire::case_id(&name)?, etag, told })
}

pub fn conclude(catalog: Catalog, request: v1::ConcludeCaseRequest) -> Result<ConcludeCase> {
    let v1::ConcludeCaseRequest {
        name,
        etag,
        reason,
        approver,
        document_number,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    let approver = required(&mut faults, "approver", approver);
    let document_number = required(&mut faults, "document_number", document_number);
    faults.into_result()?;
    let told = Told { ground: Ground::LegallyEnded, reason, approver: Some(approver), document_number };
    Ok(ConcludeCase { catalog, id: wire::case_id(&name)?, etag, told })
}
