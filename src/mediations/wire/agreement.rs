//! Agreements and signatures.

use super::{child_id, mediation_id, participant_of, said, shown, some};
use crate::{
    call::Call,
    clock::civil_date,
    error::{Error, Result},
    mediations::{
        model::{Agreement, Detail, Seal, Signature, participant_name},
        numbers::{Numbered, SignatureMeans},
        ops,
    },
    pb::v1,
    wire::{etag, micros, pb_date, pb_time},
};

/// Reads DraftAgreement.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn draft(call: &Call, request: v1::DraftAgreementRequest) -> Result<ops::Draft> {
    ops::ensure_official(call)?;
    let v1::DraftAgreementRequest { parent, agreement, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let v1::Agreement {
        name: _,
        state: _,
        version: _,
        text,
        necessary_party_count: _,
        necessary_signature_count: _,
        acceding_signature_count: _,
        mediator_signature_count: _,
        seal: _,
        missing_elements: _,
        effect_date: _,
        effect_time: _,
        create_time: _,
        etag: _,
    } = agreement.unwrap_or_default();
    let text = said(text).ok_or_else(|| Error::field("agreement.text", "is required"))?;
    Ok(ops::Draft { mediation: mediation_id(&parent)?, text })
}

/// Reads ReviseAgreement.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn revise(call: &Call, request: v1::ReviseAgreementRequest) -> Result<ops::Revise> {
    ops::ensure_official(call)?;
    let v1::ReviseAgreementRequest { name, etag, text, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, agreement) = child_id(&name, "agreements")?;
    let text = said(text).ok_or_else(|| Error::field("text", "is required"))?;
    Ok(ops::Revise { mediation, agreement, etag, text })
}

/// Reads SignAgreement.
///
/// # Errors
/// `OfficialNotAccepted` for paper without an official, `Invalid`, `NotFound`.
pub fn sign(call: &Call, request: v1::SignAgreementRequest) -> Result<ops::Sign> {
    let v1::SignAgreementRequest {
        name,
        version,
        participant,
        means,
        evidence_sha256,
        sign_time,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let means = SignatureMeans::from_number(means).ok_or_else(|| Error::field("means", "is required"))?;
    if means.leaves_paper() {
        ops::ensure_official(call)?;
    } else if evidence_sha256.is_empty() {
        return Err(Error::field("evidence_sha256", "is required where there is no paper"));
    }
    let sign_time = past(call, sign_time, "sign_time")?;
    let (mediation, agreement) = child_id(&name, "agreements")?;
    let participant = participant_of(mediation, &participant)?;
    Ok(ops::Sign { mediation, agreement, version, participant, means, evidence: some(evidence_sha256), sign_time })
}

/// Reads SealAgreement.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn seal(call: &Call, request: v1::SealAgreementRequest) -> Result<ops::Seal> {
    ops::ensure_official(call)?;
    let v1::SealAgreementRequest {
        name,
        version,
        evidence_sha256,
        seal_time,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let seal_time = past(call, seal_time, "seal_time")?;
    let (mediation, agreement) = child_id(&name, "agreements")?;
    Ok(ops::Seal { mediation, agreement, version, evidence: some(evidence_sha256), seal_time })
}

fn past(call: &Call, time: Option<prost_types::Timestamp>, field: &str) -> Result<crate::call::Micros> {
    let time = time.map(|given| micros(&given)).transpose().map_err(|fault| Error::field(field, fault))?;
    ops::ensure_past(call, time, field)
}

/// An agreement for the wire.
pub fn agreement(agreement: Agreement, detail: Detail) -> v1::Agreement {
    let (name, missing) = (agreement.name(), agreement.missing());
    let Agreement {
        id: _,
        mediation: _,
        committee,
        state,
        edition,
        text,
        necessary_party_count,
        necessary_signature_count,
        acceding_signature_count,
        mediator_signature_count,
        last_party_time: _,
        first_mediator_time: _,
        seal,
        effect_time,
        create_time,
        version,
    } = agreement;
    v1::Agreement {
        name,
        state: state.number(),
        version: edition,
        text: shown(text.filter(|_| detail == Detail::Full)),
        necessary_party_count,
        necessary_signature_count,
        acceding_signature_count,
        mediator_signature_count,
        seal: seal.map(|Seal { time, evidence }| v1::Seal {
            seal_time: Some(pb_time(time)),
            organization: format!("organizations/{committee}"),
            evidence_sha256: shown(evidence),
        }),
        missing_elements: missing.into_iter().map(Numbered::number).collect(),
        effect_date: effect_time.map(|time| pb_date(civil_date(time))),
        effect_time: effect_time.map(pb_time),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}

/// A signature for the wire.
pub fn signature(signature: Signature) -> v1::Signature {
    let Signature { id, mediation, agreement, edition, participant, kind, means, evidence, sign_time, create_time } =
        signature;
    v1::Signature {
        name: format!("mediations/{mediation}/agreements/{agreement}/signatures/{id}"),
        participant: participant_name(mediation, participant),
        kind: kind.number(),
        version: edition,
        means: means.number(),
        evidence_sha256: shown(evidence),
        sign_time: Some(pb_time(sign_time)),
        create_time: Some(pb_time(create_time)),
    }
}
