//! Requests of RoutingService that move a case between levels or go beside it.

use super::Service;
use crate::{
    cases::{
        ops::{
            level::{MoveLevel, ReturnCase, Way},
            report::{Assisting, ReportForInstruction},
        },
        wire::{self, optional, required},
    },
    check::Faults,
    error::Result,
    pb::v1,
    wire::date,
};

pub fn return_case(service: &Service, request: v1::ReturnCaseRequest) -> Result<ReturnCase> {
    let v1::ReturnCaseRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    Ok(ReturnCase { catalog: service.catalog.clone(), id: wire::case_id(&name)?, etag, reason })
}

pub fn escalate_case(service: &Service, request: v1::EscalateCaseRequest) -> Result<MoveLevel> {
    let v1::EscalateCaseRequest { name, etag, organization, reason, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    move_level(service, &name, etag, Way::Up, organization, reason)
}

pub fn delegate_case(service: &Service, request: v1::DelegateCaseRequest) -> Result<MoveLevel> {
    let v1::DelegateCaseRequest { name, etag, organization, reason, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    move_level(service, &name, etag, Way::Down, organization, reason)
}

fn move_level(
    service: &Service,
    name: &str,
    etag: String,
    way: Way,
    organization: String,
    reason: String,
) -> Result<MoveLevel> {
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    Ok(MoveLevel { catalog: service.catalog.clone(), id: wire::case_id(name)?, etag, way, organization, reason })
}

pub fn report(service: &Service, request: v1::ReportForInstructionRequest) -> Result<ReportForInstruction> {
    let v1::ReportForInstructionRequest {
        name,
        etag,
        organization,
        proposal,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let proposal = required(&mut faults, "proposal", proposal);
    faults.into_result()?;
    let catalog = service.catalog.clone();
    Ok(ReportForInstruction { catalog, id: wire::case_id(&name)?, etag, organization, proposal })
}

/// The organs that assist `lead`, each once.
pub fn assisting(faults: &mut Faults, lead: &str, given: Vec<v1::assign_case_request::Assisting>) -> Vec<Assisting> {
    let mut found: Vec<Assisting> = Vec::with_capacity(given.len());
    for (index, row) in given.into_iter().enumerate() {
        let v1::assign_case_request::Assisting { organization, term_date, note } = row;
        if organization == lead || found.iter().any(|other| other.organization == organization) {
            faults.at(&format!("assisting[{index}].organization"), "has a part in the assignment already");
        }
        let date = date(&term_date.unwrap_or_default());
        if let Some(term_date) = faults.take(&format!("assisting[{index}].term_date"), date) {
            found.push(Assisting { organization, term_date, note: optional(note) });
        }
    }
    found
}
