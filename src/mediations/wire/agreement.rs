//! Agreements and signatures.

use std::collections::HashMap;

use uuid::Uuid;

use super::{agent_ids, agreement_id, mediation_id, number, part_id, participant_of, past, said, shown, some};
use crate::{
    call::Call,
    check::Faults,
    clock::civil_date,
    error::{Error, Result},
    mediations::{
        model::{Agreement, Detail, Seal, Signature, agent_name, participant_name},
        numbers::{Extent, Numbered, SignatureMeans, StrikeReason, Subject},
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
        extent,
        form: _,
        acceding_threshold,
        copy_count: _,
        excluded_subjects,
    } = agreement.unwrap_or_default();
    let text = said(text).ok_or_else(|| Error::field("agreement.text", "is required"))?;
    let extent = Extent::from_number(extent).unwrap_or(Extent::Whole);
    let excluded_subjects = subjects(&excluded_subjects);
    Ok(ops::Draft { mediation: mediation_id(&parent)?, text, extent, acceding_threshold, excluded_subjects })
}

/// In the order of their numbers.
fn subjects(numbers: &[i32]) -> Vec<Subject> {
    Subject::ALL.iter().copied().filter(|subject| numbers.contains(&subject.number())).collect()
}

/// Reads ReviseAgreement.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn revise(call: &Call, request: v1::ReviseAgreementRequest) -> Result<ops::Revise> {
    ops::ensure_official(call)?;
    let v1::ReviseAgreementRequest {
        name,
        etag,
        text,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
        acceding_threshold,
        extent,
        excluded_subjects,
    } = request;
    let (mediation, agreement) = agreement_id(&name)?;
    let text = said(text).ok_or_else(|| Error::field("text", "is required"))?;
    let extent = Extent::from_number(extent);
    let excluded_subjects = excluded_subjects.map(|given| subjects(&given.subjects));
    Ok(ops::Revise { mediation, agreement, etag, text, acceding_threshold, extent, excluded_subjects })
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
        agent,
    } = request;
    let (mediation, agreement) = agreement_id(&name)?;
    if means == v1::signature::Means::Spoken as i32 {
        return Err(Error::field("means", "is for an oral agreement only"));
    }
    let given = v1::NewSignature { participant, agent, means, evidence_sha256, sign_time };
    let signatures = vec![signed(call, mediation, given)?];
    Ok(ops::Sign { mediation, agreement, version, signatures })
}

/// Reads BatchSignAgreement.
///
/// # Errors
/// `OfficialNotAccepted` for paper without an official, `Invalid`, `NotFound`.
pub fn batch_sign(call: &Call, request: v1::BatchSignAgreementRequest) -> Result<ops::Sign> {
    let v1::BatchSignAgreementRequest { name, version, signatures, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let (mediation, agreement) = agreement_id(&name)?;
    let mut faults = Faults::default();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (index, given) in signatures.iter().enumerate() {
        faults.field(&format!("signatures[{index}]"), |faults| {
            if let Some(same) = first.insert(&given.participant, index) {
                faults.at("participant", format!("is that of signatures[{same}]"));
            }
            check_evidence(faults, given);
            let time = given.sign_time.and_then(|time| faults.take("sign_time", micros(&time)));
            if time.is_some_and(|time| time > call.now) {
                faults.at("sign_time", "lies in the future");
            }
        });
    }
    faults.into_result()?;
    let read = signatures.into_iter().map(|given| signed(call, mediation, given));
    Ok(ops::Sign { mediation, agreement, version, signatures: read.collect::<Result<_>>()? })
}

/// Reads AccedeAgreement.
///
/// # Errors
/// `OfficialNotAccepted` for paper without an official, `Invalid`, `NotFound`.
pub fn accede(call: &Call, request: v1::AccedeAgreementRequest) -> Result<ops::Accede> {
    let v1::AccedeAgreementRequest {
        name,
        version,
        participant,
        means,
        evidence_sha256,
        sign_time,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
        agent,
    } = request;
    let (mediation, agreement) = agreement_id(&name)?;
    let given = v1::NewSignature { participant, agent, means, evidence_sha256, sign_time };
    let signature = signed(call, mediation, given)?;
    Ok(ops::Accede { mediation, agreement, version, signature })
}

/// What leaves no paper has evidence.
fn check_evidence(faults: &mut Faults, given: &v1::NewSignature) {
    let witnessed = SignatureMeans::from_number(given.means).is_some_and(SignatureMeans::is_witnessed);
    if !witnessed && given.evidence_sha256.is_empty() {
        faults.at("evidence_sha256", "is required where there is no paper");
    }
}

/// A signature as it is given.
fn signed(call: &Call, mediation: Uuid, given: v1::NewSignature) -> Result<ops::Signing> {
    let means = SignatureMeans::from_number(given.means).ok_or_else(|| Error::field("means", "is required"))?;
    if means.is_witnessed() {
        ops::ensure_official(call)?;
    }
    let mut faults = Faults::default();
    check_evidence(&mut faults, &given);
    faults.into_result()?;
    let sign_time = past(call, given.sign_time, "sign_time")?;
    let participant = participant_of(mediation, &given.participant)?;
    let agent = match given.agent.as_str() {
        "" => None,
        name => match agent_ids(name)? {
            (of, party, id) if (of, party) == (mediation, participant) => Some(id),
            _ => return Err(Error::not_found(name)),
        },
    };
    Ok(ops::Signing { participant, agent, means, evidence: some(given.evidence_sha256), sign_time })
}

/// Reads StrikeSignature.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn strike(call: &Call, request: v1::StrikeSignatureRequest) -> Result<ops::Strike> {
    ops::ensure_official(call)?;
    let v1::StrikeSignatureRequest { name, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, agreement, signature) = part_id(&name, "signatures")?;
    let reason = StrikeReason::from_number(reason).ok_or_else(|| Error::field("reason", "is required"))?;
    Ok(ops::Strike { mediation, agreement, signature, reason })
}

/// Reads RecordOralAgreement.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn oral(call: &Call, request: v1::RecordOralAgreementRequest) -> Result<ops::RecordOral> {
    ops::ensure_official(call)?;
    let v1::RecordOralAgreementRequest {
        parent,
        agreement,
        parties,
        mediator,
        agree_time,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let agreement = agreement.unwrap_or_default();
    let mut faults = Faults::default();
    let text = said(agreement.text);
    if text.is_none() {
        faults.at("agreement.text", "is required");
    }
    if agreement.acceding_threshold != 0 {
        faults.at("agreement.acceding_threshold", "is not taken for an oral agreement");
    }
    faults.into_result()?;
    let mediation = mediation_id(&parent)?;
    Ok(ops::RecordOral {
        mediation,
        text: text.unwrap_or_default(),
        extent: Extent::from_number(agreement.extent).unwrap_or(Extent::Whole),
        excluded_subjects: subjects(&agreement.excluded_subjects),
        parties: parties.iter().map(|name| participant_of(mediation, name)).collect::<Result<_>>()?,
        mediator: participant_of(mediation, &mediator)?,
        agree_time: past(call, agree_time, "agree_time")?,
    })
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
    let (mediation, agreement) = agreement_id(&name)?;
    Ok(ops::Seal { mediation, agreement, version, evidence: some(evidence_sha256), seal_time })
}

/// An agreement for the wire.
pub fn agreement(agreement: Agreement, detail: Detail) -> v1::Agreement {
    let (name, missing, copy_count) = (agreement.name(), agreement.missing(), agreement.copy_count());
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
        extent,
        form,
        acceding_threshold,
        plan: _,
        excluded_subjects,
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
        extent: extent.number(),
        form: form.number(),
        acceding_threshold,
        copy_count,
        excluded_subjects: excluded_subjects.into_iter().map(Numbered::number).collect(),
    }
}

/// A signature for the wire.
pub fn signature(signature: Signature) -> v1::Signature {
    let name = signature.name();
    let Signature {
        id: _,
        mediation,
        agreement: _,
        edition,
        participant,
        kind,
        means,
        evidence,
        sign_time,
        create_time,
        capacity,
        agent,
        effect_time,
        strike,
    } = signature;
    v1::Signature {
        name,
        participant: participant_name(mediation, participant),
        kind: kind.number(),
        version: edition,
        means: means.number(),
        evidence_sha256: shown(evidence),
        sign_time: Some(pb_time(sign_time)),
        create_time: Some(pb_time(create_time)),
        capacity: capacity.number(),
        agent: agent.map(|id| agent_name(mediation, participant, id)).unwrap_or_default(),
        effect_time: effect_time.map(pb_time),
        strike_time: strike.map(|(time, _)| pb_time(time)),
        strike_reason: number(strike.map(|(_, reason)| reason)),
    }
}
