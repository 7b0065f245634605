//! What comes after an agreement: confirmation by a court, and visits.

use chrono::NaiveDate;

use super::{agreement_id, label, number, part_id, participant_of, past, said, shown, some};
use crate::{
    call::Call,
    catalog::Catalog,
    check::Faults,
    clock::civil_date,
    error::{Error, Result},
    mediations::{
        model::{Confirmation, Detail, FollowUp, participant_name, record_name},
        numbers::{ConfirmationState, Finding, Numbered, Obstacle},
        ops,
    },
    pb::v1,
    wire::{date, etag, micros, pb_date, pb_time},
};

/// The rule of the term for an application.
const CLOCK_RULE: &str = "clockRules/cn-2022.judicial_confirmation";

/// Reads RequestConfirmation.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn request_confirmation(
    call: &Call,
    catalog: Catalog,
    request: v1::RequestConfirmationRequest,
) -> Result<ops::RequestConfirmation> {
    ops::ensure_official(call)?;
    let v1::RequestConfirmationRequest { parent, confirmation, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let v1::Confirmation { applicants, court, request_time, evidence_sha256, .. } = confirmation.unwrap_or_default();
    let (mediation, agreement) = agreement_id(&parent)?;
    let mut faults = Faults::default();
    let (mut time, mut court_name) = (None, None);
    faults.field("confirmation", |faults| {
        if applicants.is_empty() {
            faults.at("applicants", "is required");
        }
        court_name = faults.take("court", label(&court).ok_or_else(|| "is required".to_owned()));
        time = request_time.and_then(|given| faults.take("request_time", micros(&given)));
        if time.is_some_and(|time| time > call.now) {
            faults.at("request_time", "lies in the future");
        }
    });
    faults.into_result()?;
    Ok(ops::RequestConfirmation {
        catalog,
        mediation,
        agreement,
        applicants: applicants.iter().map(|name| participant_of(mediation, name)).collect::<Result<_>>()?,
        court: court_name.unwrap_or_default(),
        request_time: time.unwrap_or(call.now),
        evidence: some(evidence_sha256),
    })
}

/// Reads RecordCourtDecision.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn court_decision(call: &Call, request: v1::RecordCourtDecisionRequest) -> Result<ops::RecordCourtDecision> {
    ops::ensure_official(call)?;
    let v1::RecordCourtDecisionRequest {
        name,
        etag,
        decision,
        document_number,
        decide_time,
        reason,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, agreement, confirmation) = part_id(&name, "confirmations")?;
    let decision = ConfirmationState::from_number(decision).ok_or_else(|| Error::field("decision", "is required"))?;
    let (document_number, reason) = (label(&document_number), label(&reason));
    let mut faults = Faults::default();
    if decision != ConfirmationState::Withdrawn && document_number.is_none() {
        faults.at("document_number", "is required for a decision of the court");
    }
    let refused = matches!(decision, ConfirmationState::NotAccepted | ConfirmationState::Rejected);
    if refused && reason.is_none() {
        faults.at("reason", "is required for this decision");
    }
    faults.into_result()?;
    let decide_time = past(call, decide_time, "decide_time")?;
    Ok(ops::RecordCourtDecision {
        mediation,
        agreement,
        confirmation,
        etag,
        decision,
        document_number,
        decide_time,
        reason,
    })
}

/// Whether the parties may ask, for the wire.
pub fn eligibility(eligibility: ops::Eligibility) -> v1::CheckConfirmationResponse {
    let ops::Eligibility { obstacles, deadline } = eligibility;
    let obstacle = |obstacle: &Obstacle| v1::ConfirmationObstacle {
        code: obstacle.number(),
        article: obstacle.article().to_owned(),
    };
    v1::CheckConfirmationResponse {
        eligible: obstacles.is_empty(),
        obstacles: obstacles.iter().map(obstacle).collect(),
        deadline_date: deadline.as_ref().map(|deadline| pb_date(deadline.adjusted_date)),
        late_time: deadline.as_ref().map(|deadline| pb_time(deadline.late_after)),
        provisional: deadline.is_some_and(|deadline| deadline.provisional),
        clock_rule: CLOCK_RULE.to_owned(),
    }
}

/// An application for the wire.
pub fn confirmation(confirmation: Confirmation, detail: Detail) -> v1::Confirmation {
    let name = confirmation.name();
    let Confirmation {
        id: _,
        mediation,
        agreement: _,
        state,
        applicants,
        court,
        request_time,
        evidence,
        deadline_date,
        document_number,
        accept_time,
        decide_time,
        reason,
        create_time,
        version,
    } = confirmation;
    v1::Confirmation {
        name,
        state: state.number(),
        applicants: applicants.into_iter().map(|id| participant_name(mediation, id)).collect(),
        court,
        request_time: Some(pb_time(request_time)),
        evidence_sha256: shown(evidence),
        deadline_date: Some(pb_date(deadline_date)),
        document_number: shown(document_number),
        accept_time: accept_time.map(pb_time),
        decide_time: decide_time.map(pb_time),
        decision_reason: shown(reason.filter(|_| detail == Detail::Full)),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}

/// Reads ScheduleFollowUp.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn schedule_follow_up(call: &Call, request: v1::ScheduleFollowUpRequest) -> Result<ops::ScheduleFollowUp> {
    ops::ensure_official(call)?;
    let v1::ScheduleFollowUpRequest { parent, follow_up, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let v1::FollowUp { due_date, visitor, .. } = follow_up.unwrap_or_default();
    let (mediation, agreement) = agreement_id(&parent)?;
    let mut faults = Faults::default();
    let mut due = None;
    faults.field("follow_up", |faults| {
        due = faults.take("due_date", due_date.ok_or_else(|| "is required".to_owned()).and_then(|given| date(&given)));
        if due.is_some_and(|due: NaiveDate| due < civil_date(call.now)) {
            faults.at("due_date", "lies in the past");
        }
        if visitor.is_empty() {
            faults.at("visitor", "is required");
        }
    });
    faults.into_result()?;
    let due_date = due.ok_or_else(|| Error::internal("a checked visit has no day"))?;
    let visitor = participant_of(mediation, &visitor)?;
    Ok(ops::ScheduleFollowUp { mediation, agreement, due_date, visitor })
}

/// Reads RecordFollowUp.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn record_follow_up(call: &Call, request: v1::RecordFollowUpRequest) -> Result<ops::RecordFollowUp> {
    ops::ensure_official(call)?;
    let v1::RecordFollowUpRequest {
        name,
        etag,
        finding,
        text,
        visit_time,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, agreement, follow_up) = part_id(&name, "followUps")?;
    let finding = Finding::from_number(finding).ok_or_else(|| Error::field("finding", "is required"))?;
    let text = said(text).ok_or_else(|| Error::field("text", "is required"))?;
    let visit_time = past(call, visit_time, "visit_time")?;
    Ok(ops::RecordFollowUp { mediation, agreement, follow_up, etag, finding, text, visit_time })
}

/// Reads CancelFollowUp.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn cancel_follow_up(call: &Call, request: v1::CancelFollowUpRequest) -> Result<ops::CancelFollowUp> {
    ops::ensure_official(call)?;
    let v1::CancelFollowUpRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, agreement, follow_up) = part_id(&name, "followUps")?;
    let reason = label(&reason).ok_or_else(|| Error::field("reason", "is required"))?;
    Ok(ops::CancelFollowUp { mediation, agreement, follow_up, etag, reason })
}

/// A visit after a change: none is planned for a day that has passed.
pub fn changed_follow_up(visit: &FollowUp) -> v1::FollowUp {
    follow_up(visit.clone(), visit.due_date, Detail::Basic)
}

/// A visit for the wire, as it stands on a day.
pub fn follow_up(visit: FollowUp, today: NaiveDate, detail: Detail) -> v1::FollowUp {
    let (name, overdue) = (visit.name(), visit.is_overdue(today));
    let FollowUp {
        id: _,
        mediation,
        agreement: _,
        state,
        due_date,
        visitor,
        finding,
        record,
        visit_time,
        cancel_reason,
        create_time,
        version,
    } = visit;
    v1::FollowUp {
        name,
        state: state.number(),
        due_date: Some(pb_date(due_date)),
        visitor: participant_name(mediation, visitor),
        overdue,
        finding: number(finding),
        record: shown(record.map(|id| record_name(mediation, id))),
        visit_time: visit_time.map(pb_time),
        cancel_reason: shown(cancel_reason.filter(|_| detail == Detail::Full)),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}
