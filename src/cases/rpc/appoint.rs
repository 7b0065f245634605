//! Requests about the cadres of a case.

use super::Service;
use crate::{
    cases::{
        appointment::{Role, Trigger},
        ops::appoint::{AppointCadre, RecuseCadre, ReleaseCadre},
        wire::{self, optional, required},
    },
    check::Faults,
    error::Result,
    pb::v1,
};

pub fn appoint(service: &Service, request: v1::AppointCadreRequest) -> Result<AppointCadre> {
    let v1::AppointCadreRequest { parent, cadre, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (catalog, case_id) = (service.catalog.clone(), wire::case_id(&parent)?);
    Ok(AppointCadre { catalog, case_id, role: Role::Handler, cadre, plan: None })
}

pub fn take_charge(service: &Service, request: v1::TakeChargeRequest) -> Result<AppointCadre> {
    let v1::TakeChargeRequest { parent, cadre, plan, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let plan = required(&mut faults, "plan", plan);
    faults.into_result()?;
    let (catalog, case_id) = (service.catalog.clone(), wire::case_id(&parent)?);
    Ok(AppointCadre { catalog, case_id, role: Role::Leader, cadre, plan: Some(plan) })
}

pub fn release(service: &Service, request: v1::ReleaseCadreRequest) -> Result<ReleaseCadre> {
    let v1::ReleaseCadreRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    released(service, Role::Handler, &name, etag, reason)
}

pub fn release_charge(service: &Service, request: v1::ReleaseChargeRequest) -> Result<ReleaseCadre> {
    let v1::ReleaseChargeRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    released(service, Role::Leader, &name, etag, reason)
}

fn released(service: &Service, role: Role, name: &str, etag: String, reason: String) -> Result<ReleaseCadre> {
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    let (case_id, id) = wire::child_ids(name, "appointments")?;
    Ok(ReleaseCadre { catalog: service.catalog.clone(), role, case_id, id, etag, reason })
}

pub fn recuse(service: &Service, request: v1::RecuseCadreRequest) -> Result<RecuseCadre> {
    let v1::RecuseCadreRequest {
        name,
        etag,
        trigger,
        granted,
        decider,
        ground,
        replacement,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let decider = required(&mut faults, "decider", decider);
    let ground = required(&mut faults, "ground", ground);
    let replacement = optional(replacement);
    if replacement.is_some() && !granted {
        faults.at("replacement", "is named where recusal is granted only");
    }
    faults.into_result()?;
    let trigger = Trigger::from_number(trigger).unwrap_or(Trigger::None);
    let (case_id, id) = wire::child_ids(&name, "appointments")?;
    let catalog = service.catalog.clone();
    Ok(RecuseCadre { catalog, case_id, id, etag, trigger, granted, decider, ground, replacement })
}
