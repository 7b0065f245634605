//! Requests that say what a case is and how it is handled, and that hold clocks.

use super::Service;
use crate::{
    cases::{
        model::{Nature, Procedure, Route},
        ops::{hold::HoldClock, reclassify::ReclassifyCase, switch::SwitchProcedure},
        wire::{self, optional, required},
    },
    check::Faults,
    clock::PauseCause,
    error::{Error, Result},
    pb::v1,
};

pub fn procedure(service: &Service, request: v1::SwitchProcedureRequest) -> Result<SwitchProcedure> {
    let v1::SwitchProcedureRequest {
        name,
        etag,
        procedure,
        reason,
        approver,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    let procedure = Procedure::from_number(procedure).unwrap_or(Procedure::Ordinary);
    let approver = optional(approver);
    if procedure == Procedure::Ordinary && approver.is_none() {
        faults.at("approver", "is required for the ordinary procedure");
    }
    faults.into_result()?;
    let catalog = service.catalog.clone();
    Ok(SwitchProcedure { catalog, id: wire::case_id(&name)?, etag, procedure, reason, approver })
}

pub fn reclassify(service: &Service, request: v1::ReclassifyCaseRequest) -> Result<ReclassifyCase> {
    let v1::ReclassifyCaseRequest {
        name,
        etag,
        nature,
        route,
        reason,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    let nature = Nature::from_number(nature).unwrap_or(Nature::Unknown);
    let route = Route::from_number(route).unwrap_or(Route::None);
    if nature != Nature::Claim && route != Route::None {
        faults.against("XF 31", "route", "is for claims only");
    }
    faults.into_result()?;
    let catalog = service.catalog.clone();
    Ok(ReclassifyCase { catalog, id: wire::case_id(&name)?, etag, nature, route, reason })
}

pub fn suspend(service: &Service, request: v1::SuspendClockRequest) -> Result<HoldClock> {
    let v1::SuspendClockRequest { name, etag, cause, reason, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let cause = match v1::clock_rule::PauseCause::try_from(cause) {
        Ok(v1::clock_rule::PauseCause::Hearing) => PauseCause::Hearing,
        Ok(v1::clock_rule::PauseCause::Appraisal) => PauseCause::Appraisal,
        Ok(v1::clock_rule::PauseCause::Unspecified) | Err(_) => return Err(Error::field("cause", "is required")),
    };
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    let (case_id, id) = wire::child_ids(&name, "clocks")?;
    Ok(HoldClock { catalog: service.catalog.clone(), case_id, id, etag, cause: Some(cause), reason: Some(reason) })
}

pub fn resume(service: &Service, request: v1::ResumeClockRequest) -> Result<HoldClock> {
    let v1::ResumeClockRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (case_id, id) = wire::child_ids(&name, "clocks")?;
    let catalog = service.catalog.clone();
    Ok(HoldClock { catalog, case_id, id, etag, cause: None, reason: optional(reason) })
}
