//! Mediations themselves.

use uuid::Uuid;

use super::{label, mediation_id, number, participant_of, said, shown, some};
use crate::{
    call::Call,
    catalog::Catalog,
    check::Faults,
    clock::civil_date,
    error::{Error, Result},
    mask,
    mediations::{
        model::{Failure, Mediation, Referral, RoutesNotice},
        numbers::{DisputeType, FailureReason, NoticeMeans, Numbered, Route, Source},
        ops,
    },
    pb::v1,
    place::Code,
    wire::{date, etag, id_in, micros, pb_date, pb_time, uuid_in},
};

/// Reads OpenMediation.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`.
pub fn open(call: &Call, catalog: Catalog, request: v1::OpenMediationRequest) -> Result<ops::Open> {
    ops::ensure_official(call)?;
    let v1::OpenMediationRequest { mediation, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let v1::Mediation {
        name: _,
        state: _,
        source,
        committee,
        region,
        region_version: _,
        cases,
        matter,
        application_date,
        open_time,
        participant_count: _,
        necessary_party_count: _,
        necessary_consent_count: _,
        session_count: _,
        settlement: _,
        end_time: _,
        failure_reason: _,
        failure_explanation: _,
        routes_notice: _,
        create_time: _,
        etag: _,
        withdrawn_by: _,
        withdrawal_reason: _,
        dispute_type,
        missing_fields: _,
        term_date,
        term_rule: _,
        term_time: _,
        referrer,
        referral_number,
    } = mediation.unwrap_or_default();
    let mut faults = Faults::default();
    let mut read = None;
    faults.field("mediation", |faults| {
        let known = Source::from_number(source).filter(|source| *source != Source::Unknown);
        let source = faults.take("source", known.ok_or_else(|| "is required".to_owned()));
        let committee = faults.take("committee", id_in(&committee, "organizations").map(str::to_owned));
        let region = faults.take("region", Code::from_name(&region));
        let matter = said(matter);
        if matter.is_none() && cases.is_empty() {
            faults.at("matter", "is required where there is no case");
        }
        let application_date = application_date.and_then(|given| faults.take("application_date", date(&given)));
        if application_date.is_some_and(|day| day > civil_date(call.now)) {
            faults.at("application_date", "lies in the future");
        }
        let open_time = open_time.and_then(|given| faults.take("open_time", micros(&given)));
        if open_time.is_some_and(|time| time > call.now) {
            faults.at("open_time", "lies in the future");
        }
        let term_date = term_date.and_then(|given| faults.take("term_date", date(&given)));
        let referral = referred(faults, &referrer, &referral_number);
        if let Some(source) = source {
            referral.check(faults, source);
        }
        read = source.zip(committee).zip(region).map(|((source, committee), region)| ops::Open {
            source,
            committee,
            region,
            cases: Vec::new(),
            matter,
            application_date,
            referral,
            open_time: open_time.unwrap_or(call.now),
            dispute_type: DisputeType::from_number(dispute_type),
            term_date,
            catalog,
        });
    });
    faults.into_result()?;
    let cases = case_ids(&cases)?;
    read.map(|open| ops::Open { cases, ..open }).ok_or_else(|| Error::internal("a checked mediation lacks a field"))
}

/// An id that is no UUID names no case that exists.
fn case_ids(names: &[String]) -> Result<Vec<Uuid>> {
    names.iter().map(|name| uuid_in(name, "cases").map_err(|_| Error::not_found(name))).collect()
}

/// Who referred it.
fn referred(faults: &mut Faults, referrer: &str, number: &str) -> Referral {
    let referrer = Some(referrer).filter(|name| !name.is_empty());
    let referrer = referrer.and_then(|name| faults.take("referrer", id_in(name, "organizations").map(str::to_owned)));
    Referral { referrer, number: label(number) }
}

/// Fields that a mask may name and that are not changed with it.
const OUTPUT: &[&str] = &[
    "name",
    "etag",
    "state",
    "region_version",
    "participant_count",
    "necessary_party_count",
    "necessary_consent_count",
    "session_count",
    "settlement",
    "create_time",
    "end_time",
    "failure_reason",
    "failure_explanation",
    "routes_notice",
    "withdrawn_by",
    "withdrawal_reason",
    "missing_fields",
    "term_rule",
    "term_time",
];

/// Reads UpdateMediation.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn update(call: &Call, catalog: Catalog, request: v1::UpdateMediationRequest) -> Result<ops::UpdateMediation> {
    use ops::MediationField as Field;
    ops::ensure_official(call)?;
    let v1::UpdateMediationRequest { mediation, update_mask, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let given = mediation.unwrap_or_default();
    let id = mediation_id(&given.name)?;
    let filled = |field: Field| match field {
        Field::Cases => !given.cases.is_empty(),
        Field::Matter => !given.matter.is_empty(),
        Field::ApplicationDate => given.application_date.is_some(),
        Field::DisputeType => given.dispute_type != 0,
        Field::Referrer => !given.referrer.is_empty(),
        Field::ReferralNumber => !given.referral_number.is_empty(),
    };
    let fields = mask::read(update_mask, ops::MEDIATION_FIELDS, OUTPUT, filled)?;
    let mut faults = Faults::default();
    if fields.is_empty() {
        faults.at("update_mask", "names nothing to change");
    }
    let (mut application_date, mut referral) = (None, Referral::default());
    faults.field("mediation", |faults| {
        if given.etag.is_empty() {
            faults.at("etag", "is required");
        }
        application_date = given.application_date.and_then(|given| faults.take("application_date", date(&given)));
        if application_date.is_some_and(|day| day > civil_date(call.now)) {
            faults.at("application_date", "lies in the future");
        }
        referral = referred(faults, &given.referrer, &given.referral_number);
    });
    faults.into_result()?;
    Ok(ops::UpdateMediation {
        catalog,
        mediation: id,
        etag: given.etag,
        cases: case_ids(&given.cases)?,
        matter: said(given.matter),
        application_date,
        dispute_type: DisputeType::from_number(given.dispute_type),
        referral,
        fields,
    })
}

/// Reads FailMediation.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn fail(call: &Call, request: v1::FailMediationRequest) -> Result<ops::Fail> {
    ops::ensure_official(call)?;
    let v1::FailMediationRequest {
        name,
        etag,
        reason,
        explanation,
        routes_notice,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let required = || "is required".to_owned();
    let reason = faults.take("reason", FailureReason::from_number(reason).ok_or_else(required));
    let notice = notice(&mut faults, routes_notice.unwrap_or_default());
    let explanation = label(&explanation);
    if reason == Some(FailureReason::Other) && explanation.is_none() {
        faults.at("explanation", "is required with the reason OTHER");
    }
    faults.into_result()?;
    let (Some(reason), Some(notice)) = (reason, notice) else {
        return Err(Error::internal("a checked failure lacks a field"));
    };
    Ok(ops::Fail { mediation: mediation_id(&name)?, etag, failure: Failure { reason, explanation }, notice })
}

/// What the parties were told of the other ways.
pub(super) fn notice(faults: &mut Faults, given: v1::RoutesNotice) -> Option<RoutesNotice> {
    let v1::RoutesNotice { routes, means } = given;
    let required = || "is required".to_owned();
    let means = faults.take("routes_notice.means", NoticeMeans::from_number(means).ok_or_else(required))?;
    // In the order in which they are read back.
    let routes = Route::ALL.iter().copied().filter(|route| routes.contains(&route.number())).collect();
    Some(RoutesNotice { routes, means })
}

/// Reads ExtendMediation.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn extend(call: &Call, request: v1::ExtendMediationRequest) -> Result<ops::Extend> {
    ops::ensure_official(call)?;
    let v1::ExtendMediationRequest { name, etag, term_date, parties, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let mediation = mediation_id(&name)?;
    let mut faults = Faults::default();
    let given = term_date.ok_or_else(|| "is required".to_owned());
    let day = faults.take("term_date", given.and_then(|given| date(&given)));
    if day.is_some_and(|day| day < civil_date(call.now)) {
        faults.at("term_date", "lies in the past");
    }
    faults.into_result()?;
    let term_date = day.ok_or_else(|| Error::internal("a checked term has no day"))?;
    let parties = parties.iter().map(|name| participant_of(mediation, name)).collect::<Result<_>>()?;
    Ok(ops::Extend { mediation, etag, term_date, parties })
}

/// Reads WithdrawMediation.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn withdraw(call: &Call, request: v1::WithdrawMediationRequest) -> Result<ops::Withdraw> {
    ops::ensure_official(call)?;
    let v1::WithdrawMediationRequest {
        name,
        etag,
        participant,
        reason,
        routes_notice,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mediation = mediation_id(&name)?;
    let participant = some(participant).map(|name| participant_of(mediation, &name)).transpose()?;
    let mut faults = Faults::default();
    let reason = faults.take("reason", label(&reason).ok_or_else(|| "is required".to_owned()));
    let notice = routes_notice.and_then(|given| notice(&mut faults, given));
    faults.into_result()?;
    Ok(ops::Withdraw { mediation, etag, participant, reason: reason.unwrap_or_default(), notice })
}

/// A mediation for the wire. What was not opened is not shown.
pub fn mediation(mediation: Mediation) -> v1::Mediation {
    let name = mediation.name();
    let settlement = mediation.settlement.map(|id| mediation.child("agreements", id));
    let withdrawer = mediation.withdrawn_by.map(|id| mediation.child("participants", id));
    let Mediation {
        id: _,
        state,
        source,
        committee,
        region,
        region_version,
        place: _,
        cases,
        matter,
        application_date,
        referral,
        open_time,
        participant_count,
        necessary_party_count,
        necessary_consent_count,
        session_count,
        settlement: _,
        end_time,
        failure,
        notice,
        withdrawn_by: _,
        withdrawal_reason,
        dispute_type,
        undated,
        external: _,
        missing_fields,
        term,
        create_time,
        version,
    } = mediation;
    let told = |notice: RoutesNotice| v1::RoutesNotice {
        routes: notice.routes.into_iter().map(Numbered::number).collect(),
        means: notice.means.number(),
    };
    v1::Mediation {
        name,
        state: state.number(),
        source: source.number(),
        committee: format!("organizations/{committee}"),
        region: region.name(),
        region_version,
        cases: cases.into_iter().map(|id| format!("cases/{id}")).collect(),
        matter: shown(matter),
        application_date: application_date.map(pb_date),
        referrer: referral.referrer.map(|id| format!("organizations/{id}")).unwrap_or_default(),
        referral_number: shown(referral.number),
        open_time: Some(pb_time(open_time)).filter(|_| !undated),
        participant_count,
        necessary_party_count,
        necessary_consent_count,
        session_count,
        settlement: settlement.unwrap_or_default(),
        end_time: end_time.map(pb_time),
        failure_reason: number(failure.as_ref().map(|failure| failure.reason)),
        routes_notice: notice.map(told),
        failure_explanation: shown(failure.and_then(|failure| failure.explanation)),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
        withdrawn_by: shown(withdrawer),
        withdrawal_reason: shown(withdrawal_reason),
        dispute_type: number(dispute_type),
        missing_fields,
        term_date: term.as_ref().map(|term| pb_date(term.date)),
        term_time: term.as_ref().map(|term| pb_time(term.time)),
        term_rule: shown(term.and_then(|term| term.rule)),
    }
}

/// The answer of a mutation: BASIC, whatever was said in the request.
pub fn basic(mut answer: Mediation) -> v1::Mediation {
    answer.matter = None;
    answer.withdrawal_reason = None;
    if let Some(failure) = &mut answer.failure {
        failure.explanation = None;
    }
    mediation(answer)
}
