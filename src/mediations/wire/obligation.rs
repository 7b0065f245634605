//! Obligations, and what was done on them.

use uuid::Uuid;

use super::{agreement_id, part_id, participant_of, past, said, shown, some, uuid};
use crate::{
    call::Call,
    catalog::Catalog,
    check::Faults,
    error::{Error, Result},
    mediations::{
        model::{Detail, Obligation, Performance, Ways, participant_name},
        numbers::{Numbered, ObligationKind},
        ops::{self, Moved},
    },
    pb::v1,
    wire::{date, etag, fen, pb_date, pb_money, pb_time},
};

/// The ids of `mediations/{id}/agreements/{id}/obligations/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn obligation_id(name: &str) -> Result<(Uuid, Uuid, Uuid)> {
    part_id(name, "obligations")
}

/// Reads BatchAddObligations.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn add_obligations(call: &Call, request: v1::BatchAddObligationsRequest) -> Result<ops::AddObligations> {
    ops::ensure_official(call)?;
    let v1::BatchAddObligationsRequest {
        parent,
        agreement_etag: etag,
        obligations,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, agreement) = agreement_id(&parent)?;
    let mut faults = Faults::default();
    let mut read = Vec::new();
    for (index, given) in obligations.into_iter().enumerate() {
        faults.field(&format!("obligations[{index}]"), |faults| read.extend(new(faults, mediation, given)));
    }
    faults.into_result()?;
    Ok(ops::AddObligations { mediation, agreement, etag, obligations: read })
}

fn new(faults: &mut Faults, mediation: Uuid, given: v1::Obligation) -> Option<ops::NewObligation> {
    let v1::Obligation { kind, debtor, creditor, text, amount, due_date, instalment, line, .. } = given;
    let kind = faults.take("kind", ObligationKind::from_number(kind).ok_or_else(|| "is required".to_owned()));
    let party = |faults: &mut Faults, name: &str, given: &str| {
        let of = participant_of(mediation, given).map_err(|_| "is no participant of this mediation".to_owned());
        faults.take(name, of)
    };
    let debtor_id = party(faults, "debtor", &debtor);
    let creditor_id =
        Some(creditor.as_str()).filter(|name| !name.is_empty()).and_then(|name| party(faults, "creditor", name));
    if !creditor.is_empty() && creditor == debtor {
        faults.at("creditor", "is the debtor");
    }
    let text = said(text);
    let sum = amount.as_ref().and_then(|given| faults.take("amount", fen(given)));
    let due_date = due_date.and_then(|given| faults.take("due_date", date(&given)));
    match kind {
        Some(ObligationKind::Act) => {
            if text.is_none() {
                faults.at("text", "is required for ACT");
            }
            if amount.is_some() {
                faults.at("amount", "is not taken for ACT");
            }
            if !line.is_empty() {
                faults.at("line", "is not taken for ACT");
            }
        }
        Some(ObligationKind::Payment) if amount.is_none() => faults.at("amount", "is required for PAYMENT"),
        Some(ObligationKind::Payment) | None => {}
    }
    let (kind, debtor) = kind.zip(debtor_id)?;
    Some(ops::NewObligation {
        kind,
        debtor,
        creditor: creditor_id,
        text,
        amount: sum.unwrap_or(0),
        due_date,
        instalment,
        line: some(line),
    })
}

/// Reads RemoveObligation.
///
/// # Errors
/// `OfficialNotAccepted`, `NotFound`.
pub fn remove_obligation(call: &Call, request: v1::RemoveObligationRequest) -> Result<ops::Remove> {
    ops::ensure_official(call)?;
    let v1::RemoveObligationRequest { name, etag, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, agreement, obligation) = obligation_id(&name)?;
    Ok(ops::Remove { mediation, agreement, obligation, etag })
}

/// Reads RecordPerformance.
///
/// # Errors
/// `Invalid`, `NotFound`.
pub fn perform(call: &Call, catalog: Catalog, request: v1::RecordPerformanceRequest) -> Result<ops::Perform> {
    let v1::RecordPerformanceRequest { parent, performance, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let v1::Performance { amount, complete, perform_time, evidence_sha256, text, .. } = performance.unwrap_or_default();
    let (mediation, agreement, obligation) = obligation_id(&parent)?;
    let amount = amount.map(|given| fen(&given)).transpose();
    Ok(ops::Perform {
        catalog,
        mediation,
        agreement,
        obligation,
        amount: amount.map_err(|fault| Error::field("performance.amount", fault))?,
        complete,
        perform_time: past(call, perform_time, "performance.perform_time")?,
        evidence: some(evidence_sha256),
        text: said(text),
    })
}

/// Reads ReversePerformance.
///
/// # Errors
/// `OfficialNotAccepted`, `NotFound`.
pub fn reverse(call: &Call, catalog: Catalog, request: v1::ReversePerformanceRequest) -> Result<ops::Reverse> {
    ops::ensure_official(call)?;
    let v1::ReversePerformanceRequest { name, reason, refunded, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let not_found = || Error::not_found(&name);
    let (parent, id) = name.split_once("/performances/").ok_or_else(not_found)?;
    let (mediation, agreement, obligation) = obligation_id(parent).map_err(|_| not_found())?;
    let performance = uuid(id).ok_or_else(not_found)?;
    let reason = said(reason).unwrap_or_default();
    Ok(ops::Reverse { catalog, mediation, agreement, obligation, performance, reason, refunded })
}

macro_rules! moves {
    ($($name:ident $request:ident $step:ident,)+) => {
        $(
            /// Reads the request of a step that has a reason.
            ///
            /// # Errors
            /// `OfficialNotAccepted`, `NotFound`.
            pub fn $name(call: &Call, catalog: Catalog, request: v1::$request) -> Result<ops::Move> {
                ops::ensure_official(call)?;
                let v1::$request { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
                let (mediation, agreement, obligation) = obligation_id(&name)?;
                let reason = said(reason).unwrap_or_default();
                Ok(ops::Move { catalog, mediation, agreement, obligation, etag, step: Moved::$step, reason })
            }
        )+
    };
}

moves! {
    waive_obligation WaiveObligationRequest Waived,
    dispute_obligation DisputeObligationRequest Disputed,
    resume_obligation ResumeObligationRequest Resumed,
    report_breach ReportBreachRequest Breached,
}

/// The obligations that were added together.
pub fn added_obligations(added: &ops::Added) -> v1::BatchAddObligationsResponse {
    // What is only drafted is not failing: no way is needed.
    let none = Ways { on_case: false, may_confirm: false };
    let basic = |added: &Obligation| obligation(added.clone(), none, Detail::Basic);
    v1::BatchAddObligationsResponse {
        obligations: added.obligations.iter().map(basic).collect(),
        agreement_etag: added.agreement_etag.clone(),
    }
}

/// An obligation for the wire.
pub fn obligation(obligation: Obligation, ways: Ways, detail: Detail) -> v1::Obligation {
    let (name, remedies) = (obligation.name(), obligation.remedies(ways));
    let Obligation {
        id: _,
        mediation,
        agreement: _,
        kind,
        state,
        debtor,
        creditor,
        text,
        amount,
        performed,
        due_date,
        instalment,
        line,
        binding_time,
        state_before: _,
        end_time,
        late,
        reason,
        create_time,
        version,
    } = obligation;
    let full = detail == Detail::Full;
    let payment = kind == ObligationKind::Payment;
    v1::Obligation {
        name,
        kind: kind.number(),
        debtor: participant_name(mediation, debtor),
        creditor: creditor.map(|id| participant_name(mediation, id)).unwrap_or_default(),
        text: shown(text.filter(|_| full)),
        amount: payment.then(|| pb_money(amount)),
        due_date: due_date.map(pb_date),
        instalment,
        line: shown(line),
        state: state.number(),
        performed: payment.then(|| pb_money(performed)),
        binding_time: binding_time.map(pb_time),
        end_time: end_time.map(pb_time),
        late,
        remedies: remedies.into_iter().map(Numbered::number).collect(),
        reason: shown(reason.filter(|_| full)),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}

/// What was done on an obligation, for the wire.
pub fn performance(of: &Obligation, performance: Performance) -> v1::Performance {
    let Performance {
        id,
        obligation: _,
        amount,
        complete,
        perform_time,
        evidence,
        text,
        create_time,
        reverse_time,
        reverse_reason,
    } = performance;
    v1::Performance {
        name: of.performance_name(id),
        amount: (of.kind == ObligationKind::Payment).then(|| pb_money(amount)),
        complete,
        perform_time: Some(pb_time(perform_time)),
        evidence_sha256: shown(evidence),
        text: shown(text),
        create_time: Some(pb_time(create_time)),
        reverse_time: reverse_time.map(pb_time),
        reverse_reason: shown(reverse_reason),
    }
}
