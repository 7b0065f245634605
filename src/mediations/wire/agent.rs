//! Agents.

use uuid::Uuid;

use super::{label, past, shown, some, uuid};
use crate::{
    call::Call,
    cases::{MandateBasis, MandateExtent, masked_name, masked_number},
    check::Faults,
    error::{Error, Result},
    mediations::{
        model::{Agent, Detail},
        ops,
    },
    pb::v1,
    wire::{date, etag, pb_date, pb_time},
};

/// The ids of `mediations/{id}/participants/{id}/agents/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn agent_ids(name: &str) -> Result<(Uuid, Uuid, Uuid)> {
    let parts: Vec<&str> = name.split('/').collect();
    let ids = match parts.as_slice() {
        ["mediations", mediation, "participants", participant, "agents", id] => {
            uuid(mediation).zip(uuid(participant)).zip(uuid(id))
        }
        _ => None,
    };
    ids.map(|((mediation, participant), id)| (mediation, participant, id)).ok_or_else(|| Error::not_found(name))
}

/// Reads AppointAgent.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn appoint(call: &Call, request: v1::AppointAgentRequest) -> Result<ops::Appoint> {
    ops::ensure_official(call)?;
    let v1::AppointAgentRequest { parent, agent, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let v1::Agent {
        name: _,
        display_name,
        phone,
        basis,
        extent,
        document_number,
        evidence_sha256,
        start_date,
        end_date,
        revoke_time: _,
        create_time: _,
        etag: _,
    } = agent.unwrap_or_default();
    let (mediation, participant) = super::child_id(&parent, "participants")?;
    let mut faults = Faults::default();
    let mut read = None;
    faults.field("agent", |faults| {
        let display_name = faults.take("display_name", label(&display_name).ok_or_else(|| "is required".to_owned()));
        let basis = faults.take("basis", MandateBasis::from_number(basis).ok_or_else(|| "is required".to_owned()));
        let document_number = label(&document_number);
        if basis == Some(MandateBasis::WrittenMandate) && document_number.is_none() {
            faults.at("document_number", "is required for WRITTEN_MANDATE");
        }
        let mut day = |name: &str, given: Option<_>| given.and_then(|given| faults.take(name, date(&given)));
        let (start_date, end_date) = (day("start_date", start_date), day("end_date", end_date));
        if start_date.zip(end_date).is_some_and(|(first, last)| last < first) {
            faults.at("end_date", "lies before start_date");
        }
        read = display_name.zip(basis).map(|(display_name, basis)| ops::Appoint {
            mediation,
            participant,
            display_name,
            phone: label(&phone),
            basis,
            extent: MandateExtent::from_number(extent).unwrap_or(MandateExtent::General),
            document_number,
            evidence: some(evidence_sha256),
            start_date,
            end_date,
        });
    });
    faults.into_result()?;
    read.ok_or_else(|| Error::internal("a checked agent lacks a field"))
}

/// Reads DismissAgent.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn dismiss(call: &Call, request: v1::DismissAgentRequest) -> Result<ops::Dismiss> {
    ops::ensure_official(call)?;
    let v1::DismissAgentRequest { name, etag, revoke_time, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, participant, agent) = agent_ids(&name)?;
    let revoke_time = past(call, revoke_time, "revoke_time")?;
    Ok(ops::Dismiss { mediation, participant, agent, etag, revoke_time })
}

/// An agent for the wire.
pub fn agent(agent: Agent, detail: Detail) -> v1::Agent {
    let name = agent.name();
    let Agent {
        id: _,
        mediation: _,
        participant: _,
        display_name,
        phone,
        basis,
        extent,
        document_number,
        evidence,
        start_date,
        end_date,
        revoke_time,
        create_time,
        version,
    } = agent;
    let (display_name, phone) = match detail {
        Detail::Basic => (masked_name(&display_name), phone.map(|phone| masked_number(&phone))),
        Detail::Full => (display_name, phone),
    };
    v1::Agent {
        name,
        display_name,
        phone: shown(phone),
        basis: basis.number(),
        extent: extent.number(),
        document_number: shown(document_number),
        evidence_sha256: shown(evidence),
        start_date: Some(pb_date(start_date)),
        end_date: end_date.map(pb_date),
        revoke_time: revoke_time.map(pb_time),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}
