//! What the tests of mediations begin with: a committee, a mediation, its participants, a session.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, agreement_service_client::AgreementServiceClient, mediation::Source,
        mediation_service_client::MediationServiceClient, organization::Kind as Organ,
        organization_service_client::OrganizationServiceClient, participant, participant::Kind,
    },
};
use tonic::Status;

pub use super::{asking::*, making::*};
use crate::harness::{Line, MONDAY, Stage, official, request_id};

pub const WEIDU: &str = "regions/411002000000";
pub const YUZHOU: &str = "regions/411081000000";
pub const VILLAGE: &str = "regions/411002001001";
pub const COMMITTEE: &str = "organizations/jindi-committee";
pub const HOUR: i64 = 3_600;

/// A server with a committee, and a client who conducts mediations in one county.
pub struct Scene {
    pub stage: Stage,
    pub line: Line,
    pub mediations: MediationServiceClient<Line>,
    pub agreements: AgreementServiceClient<Line>,
}

/// Two parties, a mediator and a body in an open mediation.
pub struct Cast {
    pub mediation: v1::Mediation,
    pub owner: v1::Participant,
    pub builder: v1::Participant,
    pub mediator: v1::Participant,
    pub police: v1::Participant,
}

impl Scene {
    pub async fn new() -> Self {
        let stage = Stage::with_regions().await;
        let admin = stage.admin().await;
        committee(&admin, "jindi-committee", VILLAGE, Organ::MediationCommittee).await;
        committee(&admin, "yuzhou-committee", YUZHOU, Organ::MediationCommittee).await;
        let line = stage.within(Role::Coordinator, WEIDU).await;
        let (mediations, agreements) = clients(&line);
        Self { stage, line, mediations, agreements }
    }

    pub async fn open(&mut self) -> v1::Mediation {
        self.mediations.open_mediation(opening()).await.expect("opened").into_inner()
    }

    /// A body comes with the consent of all necessary parties.
    pub async fn invite(&mut self, parent: &v1::Mediation, mut participant: v1::Participant) -> v1::Participant {
        if participant.kind() == Kind::InvitedBody && participant.agreed_by.is_empty() {
            participant.agreed_by = self.necessary(parent).await;
        }
        self.mediations.invite_participant(inviting(parent, participant)).await.expect("invited").into_inner()
    }

    pub async fn cast(&mut self) -> Cast {
        let mediation = self.open().await;
        let owner = self.invite(&mediation, party("张三丰", Kind::NecessaryParty)).await;
        let builder = self.invite(&mediation, party("李建筑", Kind::NecessaryParty)).await;
        let mediator = self.invite(&mediation, mediator("cadres/wang")).await;
        let police = self.invite(&mediation, body("派出所")).await;
        let mediation = self.get(&mediation.name).await;
        Cast { mediation, owner, builder, mediator, police }
    }

    /// Names of the necessary parties.
    pub async fn necessary(&mut self, of: &v1::Mediation) -> Vec<String> {
        let filter = "kind = KIND_NECESSARY_PARTY".into();
        let request = v1::ListParticipantsRequest { parent: of.name.clone(), filter, ..Default::default() };
        let list = self.mediations.list_participants(request).await.expect("list").into_inner().participants;
        list.into_iter().map(|party| party.name).collect()
    }

    pub async fn get(&mut self, name: &str) -> v1::Mediation {
        let request = v1::GetMediationRequest { name: name.into(), ..Default::default() };
        self.mediations.get_mediation(request).await.expect("mediation").into_inner()
    }

    pub async fn schedule(&mut self, request: v1::ScheduleSessionRequest) -> v1::Session {
        self.mediations.schedule_session(request).await.expect("scheduled").into_inner()
    }

    pub async fn session(&mut self, name: &str) -> v1::Session {
        let request = v1::GetSessionRequest { name: name.into(), ..Default::default() };
        self.mediations.get_session(request).await.expect("session").into_inner()
    }

    pub async fn consent(
        &mut self,
        of: &v1::Participant,
        consent: participant::Consent,
    ) -> Result<v1::Participant, Status> {
        self.mediations.record_consent(consenting(of, consent)).await.map(tonic::Response::into_inner)
    }

    pub async fn appoint(&mut self, of: &v1::Participant, agent: v1::Agent) -> v1::Agent {
        self.mediations.appoint_agent(appointing(of, agent)).await.expect("appointed").into_inner()
    }

    pub async fn draft(&mut self, parent: &v1::Mediation) -> v1::Agreement {
        self.agreements.draft_agreement(drafting(parent)).await.expect("drafted").into_inner()
    }

    pub async fn sign(&mut self, agreement: &v1::Agreement, by: &v1::Participant) -> Result<v1::Agreement, Status> {
        self.agreements.sign_agreement(signing(agreement, by)).await.map(tonic::Response::into_inner)
    }

    pub async fn seal(&mut self, agreement: &v1::Agreement) -> Result<v1::Agreement, Status> {
        self.agreements.seal_agreement(sealing(agreement)).await.map(tonic::Response::into_inner)
    }

    pub async fn agreement(&mut self, name: &str) -> v1::Agreement {
        let request = v1::GetAgreementRequest { name: name.into(), ..Default::default() };
        self.agreements.get_agreement(request).await.expect("agreement").into_inner()
    }

    /// It is so many seconds after Monday, nine o'clock.
    pub fn pass_to(&self, seconds: i64) {
        self.stage.time.set(MONDAY + seconds * 1_000_000);
    }

    /// How many events of a type there are.
    pub async fn events(&self, kind: &str) -> i64 {
        self.stage.count(&format!("SELECT COUNT(*) FROM records WHERE kind = '{kind}'")).await
    }
}

pub fn clients(line: &Line) -> (MediationServiceClient<Line>, AgreementServiceClient<Line>) {
    (MediationServiceClient::new(line.clone()), AgreementServiceClient::new(line.clone()))
}

pub async fn committee(line: &Line, id: &str, region: &str, kind: Organ) {
    let organization =
        v1::Organization { display_name: id.into(), kind: kind.into(), region: region.into(), ..Default::default() };
    let request = v1::CreateOrganizationRequest {
        organization: Some(organization),
        organization_id: id.into(),
        request_id: request_id(),
        ..Default::default()
    };
    OrganizationServiceClient::new(line.clone()).create_organization(request).await.expect("organization");
}

pub fn opening() -> v1::OpenMediationRequest {
    v1::OpenMediationRequest {
        mediation: Some(v1::Mediation {
            source: Source::Application.into(),
            committee: COMMITTEE.into(),
            region: VILLAGE.into(),
            matter: "楼上漏水，两家各说各的理。".into(),
            ..Default::default()
        }),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn inviting(parent: &v1::Mediation, participant: v1::Participant) -> v1::InviteParticipantRequest {
    v1::InviteParticipantRequest {
        parent: parent.name.clone(),
        participant: Some(participant),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn party(name: &str, kind: Kind) -> v1::Participant {
    v1::Participant {
        kind: kind.into(),
        display_name: name.into(),
        phone: "13812345678".into(),
        needs: "听力不好".into(),
        ..Default::default()
    }
}

pub fn mediator(cadre: &str) -> v1::Participant {
    v1::Participant {
        kind: Kind::Mediator.into(),
        display_name: "王调解".into(),
        cadre: cadre.into(),
        chosen_by: participant::ChosenBy::Parties.into(),
        ..Default::default()
    }
}

pub fn body(name: &str) -> v1::Participant {
    v1::Participant {
        kind: Kind::InvitedBody.into(),
        display_name: name.into(),
        invitation_consent_time: at(0),
        ..Default::default()
    }
}

pub fn consenting(of: &v1::Participant, consent: participant::Consent) -> v1::RecordConsentRequest {
    v1::RecordConsentRequest {
        name: of.name.clone(),
        etag: of.etag.clone(),
        consent: consent.into(),
        statement: "我愿意谈。".into(),
        routes_notice: told_of_other_ways()
            .filter(|_| consent == participant::Consent::Refused && of.kind() == Kind::NecessaryParty),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn told_of_other_ways() -> Option<v1::RoutesNotice> {
    Some(v1::RoutesNotice {
        routes: vec![v1::routes_notice::Route::Judicial.into(), v1::routes_notice::Route::Arbitration.into()],
        means: v1::routes_notice::Means::Written.into(),
    })
}

/// Seconds after Monday, nine o'clock.
pub fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: MONDAY / 1_000_000 + seconds, nanos: 0 })
}

/// A session of so many hours from then on, for these.
pub fn scheduling(
    parent: &v1::Mediation,
    hours: std::ops::Range<i64>,
    participants: &[&v1::Participant],
) -> v1::ScheduleSessionRequest {
    v1::ScheduleSessionRequest {
        parent: parent.name.clone(),
        session: Some(v1::Session {
            start_time: at(hours.start * HOUR),
            end_time: at(hours.end * HOUR),
            participants: participants.iter().map(|participant| participant.name.clone()).collect(),
            ..Default::default()
        }),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn in_room(mut request: v1::ScheduleSessionRequest, room: &str) -> v1::ScheduleSessionRequest {
    let session = request.session.as_mut().expect("session");
    session.venue = COMMITTEE.into();
    session.room = room.into();
    request
}

pub fn attending(
    session: &v1::Session,
    entries: &[(&v1::Participant, v1::attendance::Status)],
) -> v1::RecordAttendanceRequest {
    let entry = |(participant, status): &(&v1::Participant, v1::attendance::Status)| v1::Attendance {
        participant: participant.name.clone(),
        status: (*status).into(),
        reason: if *status == v1::attendance::Status::Absent { "住院".into() } else { String::new() },
        ..Default::default()
    };
    v1::RecordAttendanceRequest {
        name: session.name.clone(),
        attendances: entries.iter().map(entry).collect(),
        request_id: request_id(),
        ..Default::default()
    }
}

pub fn ending(session: &v1::Session) -> v1::EndSessionRequest {
    v1::EndSessionRequest {
        name: session.name.clone(),
        etag: session.etag.clone(),
        outcome: v1::session::Outcome::Agreed.into(),
        minutes: "双方同意分期赔偿。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn cancelling(session: &v1::Session) -> v1::CancelSessionRequest {
    v1::CancelSessionRequest {
        name: session.name.clone(),
        etag: session.etag.clone(),
        reason: "大雪".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

/// So many hours from then on, at no venue.
pub fn moving_to(session: &v1::Session, hours: std::ops::Range<i64>) -> v1::RescheduleSessionRequest {
    v1::RescheduleSessionRequest {
        name: session.name.clone(),
        etag: session.etag.clone(),
        start_time: at(hours.start * HOUR),
        end_time: at(hours.end * HOUR),
        reason: "大雪".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn failing(mediation: &v1::Mediation) -> v1::FailMediationRequest {
    v1::FailMediationRequest {
        name: mediation.name.clone(),
        etag: mediation.etag.clone(),
        reason: v1::mediation::FailureReason::NoAgreement.into(),
        explanation: "差距太大。".into(),
        routes_notice: told_of_other_ways(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn drafting(parent: &v1::Mediation) -> v1::DraftAgreementRequest {
    v1::DraftAgreementRequest {
        parent: parent.name.clone(),
        agreement: Some(v1::Agreement { text: "乙方于四月一日前修好。".into(), ..Default::default() }),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn signing(agreement: &v1::Agreement, by: &v1::Participant) -> v1::SignAgreementRequest {
    v1::SignAgreementRequest {
        name: agreement.name.clone(),
        version: agreement.version,
        participant: by.name.clone(),
        means: v1::signature::Means::Fingerprint.into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn sealing(agreement: &v1::Agreement) -> v1::SealAgreementRequest {
    v1::SealAgreementRequest {
        name: agreement.name.clone(),
        version: agreement.version,
        evidence_sha256: "ab".repeat(32),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

pub fn revising(agreement: &v1::Agreement) -> v1::ReviseAgreementRequest {
    v1::ReviseAgreementRequest {
        name: agreement.name.clone(),
        etag: agreement.etag.clone(),
        text: "乙方于五月一日前修好。".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    }
}

/// The condition of a refusal, or the session of a clash.
#[track_caller]
pub fn metadata(status: &Status, key: &str) -> String {
    use tonic_types::StatusExt;
    let info = status.get_details_error_info().expect("ErrorInfo");
    info.metadata.get(key).unwrap_or_else(|| panic!("no {key} in {info:?}")).clone()
}

/// Fails where a call was not refused with this condition.
#[track_caller]
pub fn assert_condition<T: std::fmt::Debug>(outcome: Result<T, Status>, condition: &str) {
    let status = crate::harness::assert_reason(outcome, "PRECONDITION_FAILED");
    assert_eq!(metadata(&status, "condition"), condition);
}
