//! Interests and challenges.

use super::{child_id, label, participant_of, past, said, shown};
use crate::{
    call::Call,
    check::Faults,
    error::{Error, Result},
    mediations::{
        model::{Challenge, Detail, participant_name},
        numbers::{ChallengeGround, ChallengeState, Kind, LeaveReason, Numbered},
        ops,
    },
    pb::v1,
    wire::{etag, pb_time},
};

/// Reads DiscloseInterest.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn disclose_interest(call: &Call, request: v1::DiscloseInterestRequest) -> Result<ops::DiscloseInterest> {
    ops::ensure_official(call)?;
    let v1::DiscloseInterestRequest { name, etag, statement, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let (mediation, participant) = child_id(&name, "participants")?;
    let statement = said(statement).ok_or_else(|| Error::field("statement", "is required"))?;
    Ok(ops::DiscloseInterest { mediation, participant, etag, statement })
}

/// Reads ChallengeMediator.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn challenge_mediator(call: &Call, request: v1::ChallengeMediatorRequest) -> Result<ops::ChallengeMediator> {
    ops::ensure_official(call)?;
    let v1::ChallengeMediatorRequest {
        name,
        challenger,
        ground,
        statement,
        raise_time,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, participant) = child_id(&name, "participants")?;
    let ground = ChallengeGround::from_number(ground).ok_or_else(|| Error::field("ground", "is required"))?;
    if ground != ChallengeGround::PartyWish && statement.trim().is_empty() {
        return Err(Error::field("statement", "is required for this ground"));
    }
    let challenger = participant_of(mediation, &challenger)?;
    let raise_time = past(call, raise_time, "raise_time")?;
    Ok(ops::ChallengeMediator { mediation, participant, challenger, ground, statement: said(statement), raise_time })
}

/// Reads DecideChallenge.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn decide_challenge(call: &Call, request: v1::DecideChallengeRequest) -> Result<ops::DecideChallenge> {
    ops::ensure_official(call)?;
    let v1::DecideChallengeRequest { name, etag, decision, reason, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let (mediation, challenge) = child_id(&name, "challenges")?;
    let decision = ChallengeState::from_number(decision).ok_or_else(|| Error::field("decision", "is required"))?;
    let reason = label(&reason);
    if decision == ChallengeState::Rejected && reason.is_none() {
        return Err(Error::field("reason", "is required for REJECTED"));
    }
    Ok(ops::DecideChallenge { mediation, challenge, etag, decision, reason })
}

/// Reads ReplaceMediator.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn replace_mediator(call: &Call, request: v1::ReplaceMediatorRequest) -> Result<ops::ReplaceMediator> {
    ops::ensure_official(call)?;
    let v1::ReplaceMediatorRequest {
        name,
        etag,
        participant: given,
        reason,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, participant) = child_id(&name, "participants")?;
    let mut faults = Faults::default();
    let newcomer = super::participant::newcomer(&mut faults, "participant", call, mediation, given.unwrap_or_default());
    if newcomer.as_ref().is_some_and(|newcomer| newcomer.kind != Kind::Mediator) {
        faults.field("participant", |faults| faults.at("kind", "is MEDIATOR"));
    }
    faults.into_result()?;
    let newcomer = newcomer.ok_or_else(|| Error::internal("a checked participant lacks a field"))?;
    Ok(ops::ReplaceMediator { mediation, participant, etag, newcomer, reason: LeaveReason::from_number(reason) })
}

/// A challenge for the wire.
pub fn challenge(challenge: Challenge, detail: Detail) -> v1::Challenge {
    let name = challenge.name();
    let Challenge {
        id: _,
        mediation,
        mediator,
        challenger,
        ground,
        state,
        statement,
        raise_time,
        decision,
        decide_time,
        create_time,
        version,
    } = challenge;
    let in_full = |text: Option<String>| shown(text.filter(|_| detail == Detail::Full));
    v1::Challenge {
        name,
        mediator: participant_name(mediation, mediator),
        challenger: participant_name(mediation, challenger),
        ground: ground.number(),
        statement: in_full(statement),
        state: state.number(),
        raise_time: Some(pb_time(raise_time)),
        decision_reason: in_full(decision),
        decide_time: decide_time.map(pb_time),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}
