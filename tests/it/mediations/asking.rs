//! Requests about sessions under way, the file, mediators who step aside, and what comes after an agreement.

use lianbang::pb::v1;

use super::scene::{at, mediator};
use crate::harness::{official, request_id};

pub fn starting(session: &v1::Session) -> v1::StartSessionRequest {
    v1::StartSessionRequest {
        name: session.name.clone(),
        etag: session.etag.clone(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn adjourning(session: &v1::Session) -> v1::AdjournSessionRequest {
    v1::AdjournSessionRequest {
        name: session.name.clone(),
        etag: session.etag.clone(),
        reason: "老人累了。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

/// Evidence of one paper.
pub fn evidence() -> v1::MediationRecord {
    let item = v1::RecordItem { title: "收条".into(), sha256: "cd".repeat(32), page_count: 1, original: true };
    v1::MediationRecord {
        kind: v1::mediation_record::Kind::Evidence.into(),
        title: "收条一张".into(),
        items: vec![item],
        ..Default::default()
    }
}

/// What somebody said in a session.
pub fn statement(session: &v1::Session, by: &v1::Participant, text: &str) -> v1::MediationRecord {
    v1::MediationRecord {
        kind: v1::mediation_record::Kind::Statement.into(),
        session: session.name.clone(),
        participant: by.name.clone(),
        text: text.into(),
        ..Default::default()
    }
}

/// The same for these alone.
pub fn for_ears_of(record: v1::MediationRecord, audience: &[&v1::Participant]) -> v1::MediationRecord {
    v1::MediationRecord {
        visibility: v1::mediation_record::Visibility::Private.into(),
        audience: audience.iter().map(|participant| participant.name.clone()).collect(),
        ..record
    }
}

/// The official that a mediator or a body is.
pub fn official_of(participant: &v1::Participant) -> Option<v1::Official> {
    Some(v1::Official {
        official_id: "of-1".into(),
        display_name: "王调解".into(),
        cadre: participant.cadre.clone(),
        organization: participant.organization.clone(),
        ..Default::default()
    })
}

pub fn adding_record(
    parent: &v1::Mediation,
    record: v1::MediationRecord,
    on_behalf_of: Option<v1::Official>,
) -> v1::AddMediationRecordRequest {
    v1::AddMediationRecordRequest {
        parent: parent.name.clone(),
        mediation_record: Some(record),
        request_id: request_id(),
        on_behalf_of,
        ..Default::default()
    }
}

pub fn widening(
    record: &v1::MediationRecord,
    by: &[&v1::Participant],
    on_behalf_of: Option<v1::Official>,
) -> v1::WidenAudienceRequest {
    v1::WidenAudienceRequest {
        name: record.name.clone(),
        etag: record.etag.clone(),
        participants: by.iter().map(|participant| participant.name.clone()).collect(),
        consent_time: at(0),
        request_id: request_id(),
        on_behalf_of,
        ..Default::default()
    }
}

pub fn disclosing(by: &v1::Participant) -> v1::DiscloseInterestRequest {
    v1::DiscloseInterestRequest {
        name: by.name.clone(),
        etag: by.etag.clone(),
        statement: "与一方同村。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn challenging(of: &v1::Participant, by: &v1::Participant) -> v1::ChallengeMediatorRequest {
    v1::ChallengeMediatorRequest {
        name: of.name.clone(),
        challenger: by.name.clone(),
        ground: v1::challenge::Ground::Kin.into(),
        statement: "他是对方的表舅。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn deciding(challenge: &v1::Challenge, decision: v1::challenge::Decision) -> v1::DecideChallengeRequest {
    v1::DecideChallengeRequest {
        name: challenge.name.clone(),
        etag: challenge.etag.clone(),
        decision: decision.into(),
        reason: "经查属实。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn replacing(former: &v1::Participant, cadre: &str) -> v1::ReplaceMediatorRequest {
    v1::ReplaceMediatorRequest {
        name: former.name.clone(),
        etag: former.etag.clone(),
        participant: Some(mediator(cadre)),
        reason: v1::participant::LeaveReason::Unavailable.into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn withdrawing(mediation: &v1::Mediation, by: Option<&v1::Participant>) -> v1::WithdrawMediationRequest {
    v1::WithdrawMediationRequest {
        name: mediation.name.clone(),
        etag: mediation.etag.clone(),
        participant: by.map(|party| party.name.clone()).unwrap_or_default(),
        reason: "自己谈好了。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

/// All of these agreed to go on until that day of April.
pub fn extending(mediation: &v1::Mediation, day: i32, parties: &[&v1::Participant]) -> v1::ExtendMediationRequest {
    v1::ExtendMediationRequest {
        name: mediation.name.clone(),
        etag: mediation.etag.clone(),
        term_date: Some(lianbang::pb::google::r#type::Date { year: 2026, month: 4, day }),
        parties: parties.iter().map(|party| party.name.clone()).collect(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn asking_court(agreement: &v1::Agreement, applicants: &[&v1::Participant]) -> v1::RequestConfirmationRequest {
    v1::RequestConfirmationRequest {
        parent: agreement.name.clone(),
        confirmation: Some(v1::Confirmation {
            applicants: applicants.iter().map(|party| party.name.clone()).collect(),
            court: "魏都区人民法院".into(),
            ..Default::default()
        }),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn court_says(of: &v1::Confirmation, decision: v1::confirmation::Decision) -> v1::RecordCourtDecisionRequest {
    v1::RecordCourtDecisionRequest {
        name: of.name.clone(),
        etag: of.etag.clone(),
        decision: decision.into(),
        document_number: "（2026）豫1002民特1号".into(),
        reason: "符合法律规定。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

/// A visit within four weeks.
pub fn visiting(agreement: &v1::Agreement, visitor: &v1::Participant) -> v1::ScheduleFollowUpRequest {
    v1::ScheduleFollowUpRequest {
        parent: agreement.name.clone(),
        follow_up: Some(v1::FollowUp {
            due_date: Some(lianbang::pb::google::r#type::Date { year: 2026, month: 3, day: 30 }),
            visitor: visitor.name.clone(),
            ..Default::default()
        }),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn visited(visit: &v1::FollowUp) -> v1::RecordFollowUpRequest {
    v1::RecordFollowUpRequest {
        name: visit.name.clone(),
        etag: visit.etag.clone(),
        finding: v1::follow_up::Finding::Performed.into(),
        text: "老人气色好，儿女轮流来。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}
