//! Mediators who step aside: disclosed interests, challenges, and who comes in their place.

use lianbang::pb::v1::{
    self,
    challenge::{Decision, Ground, State},
    participant::LeaveReason,
};
use tonic::Status;

use super::scene::*;
use crate::harness::{assert_reason, official};

impl Scene {
    async fn challenge(&mut self, of: &v1::Participant, by: &v1::Participant) -> Result<v1::Challenge, Status> {
        self.mediations.challenge_mediator(challenging(of, by)).await.map(tonic::Response::into_inner)
    }

    async fn decide(&mut self, challenge: &v1::Challenge, decision: Decision) -> Result<v1::Challenge, Status> {
        self.mediations.decide_challenge(deciding(challenge, decision)).await.map(tonic::Response::into_inner)
    }

    pub(super) async fn replace(&mut self, former: &v1::Participant, cadre: &str) -> Result<v1::Participant, Status> {
        self.mediations.replace_mediator(replacing(former, cadre)).await.map(tonic::Response::into_inner)
    }

    async fn participant(&mut self, of: &v1::Participant) -> v1::Participant {
        let parent = of.name.split("/participants/").next().expect("parent").to_owned();
        let request = v1::ListParticipantsRequest {
            parent,
            view: v1::View::Full.into(),
            purpose: "核对".into(),
            on_behalf_of: official(),
            ..Default::default()
        };
        let listed = self.mediations.list_participants(request).await.expect("listed").into_inner().participants;
        listed.into_iter().find(|one| one.name == of.name).expect("the participant")
    }
}

#[tokio::test]
async fn an_interest_is_disclosed() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let told = scene.mediations.disclose_interest(disclosing(&cast.mediator)).await.expect("disclosed").into_inner();
    assert_eq!((told.interest_statement.as_str(), told.interest_time), ("", at(0)), "BASIC tells that, not what");
    assert_eq!(scene.participant(&cast.mediator).await.interest_statement, "与一方同村。");
    assert_reason(scene.mediations.disclose_interest(disclosing(&cast.mediator)).await, "ETAG_MISMATCH");
    let owner = scene.participant(&cast.owner).await;
    assert_condition(scene.mediations.disclose_interest(disclosing(&owner)).await, "NOT_A_MEDIATOR");
}

#[tokio::test]
async fn a_challenged_mediator_neither_begins_nor_signs() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator])).await;
    let draft = scene.draft(&cast.mediation).await;
    let challenge = scene.challenge(&cast.mediator, &cast.owner).await.expect("challenged");
    assert_eq!((challenge.state(), challenge.ground(), challenge.raise_time), (State::Pending, Ground::Kin, at(0)));
    assert_eq!(challenge.statement, "", "BASIC");
    assert_condition(scene.challenge(&cast.mediator, &cast.owner).await, "ALREADY_CHALLENGED");
    assert_condition(scene.challenge(&cast.mediator, &cast.police).await, "NOT_A_PARTY");
    assert_condition(scene.challenge(&cast.builder, &cast.owner).await, "NOT_A_MEDIATOR");
    assert_condition(scene.mediations.start_session(starting(&session)).await, "CHALLENGE_PENDING");
    assert_condition(scene.sign(&draft, &cast.mediator).await, "CHALLENGE_PENDING");
    let own = v1::DecideChallengeRequest {
        on_behalf_of: official_of(&cast.mediator),
        ..deciding(&challenge, Decision::Rejected)
    };
    assert_condition(scene.mediations.decide_challenge(own).await, "DECIDES_ON_ONESELF");
    let unreasoned = v1::DecideChallengeRequest { reason: String::new(), ..deciding(&challenge, Decision::Rejected) };
    let status = assert_reason(scene.mediations.decide_challenge(unreasoned).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "reason");
    let rejected = scene.decide(&challenge, Decision::Rejected).await.expect("decided");
    assert_eq!((rejected.state(), rejected.decide_time), (State::Rejected, at(0)));
    assert_reason(scene.decide(&rejected, Decision::Upheld).await, "TRANSITION_NOT_ALLOWED");
    assert_eq!(scene.participant(&cast.mediator).await.pending_challenge_count, 0);
    scene.sign(&draft, &cast.mediator).await.expect("signed");
    scene.mediations.start_session(starting(&session)).await.expect("started");
    let full = v1::GetChallengeRequest {
        name: challenge.name.clone(),
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        on_behalf_of: official(),
    };
    let read = scene.mediations.get_challenge(full).await.expect("challenge").into_inner();
    assert_eq!((read.statement.as_str(), read.decision_reason.as_str()), ("他是对方的表舅。", "经查属实。"));
    let list = v1::ListChallengesRequest { parent: cast.mediation.name.clone(), ..Default::default() };
    let listed = scene.mediations.list_challenges(list).await.expect("challenges").into_inner().challenges;
    assert_eq!(listed, [rejected]);
}

#[tokio::test]
async fn who_steps_aside_leaves_at_once_and_another_takes_over() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    scene.sign(&draft, &cast.mediator).await.expect("signed");
    let coming = scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.owner, &cast.mediator])).await;
    let first = scene.challenge(&cast.mediator, &cast.owner).await.expect("challenged");
    let second = scene.challenge(&cast.mediator, &cast.builder).await.expect("challenged");
    scene.decide(&first, Decision::Upheld).await.expect("upheld");
    let get = v1::GetChallengeRequest { name: second.name.clone(), ..Default::default() };
    let other = scene.mediations.get_challenge(get).await.expect("the other").into_inner();
    assert_eq!(other.state(), State::Upheld, "it is settled with the first");
    let former = scene.participant(&cast.mediator).await;
    assert_eq!((former.leave_reason(), former.leave_time), (LeaveReason::ChallengeUpheld, at(0)));
    // Nothing takes their time any more.
    let elsewhere = scene.open().await;
    let busy = scene.invite(&elsewhere, mediator("cadres/wang")).await;
    scene.schedule(scheduling(&elsewhere, 2..3, &[&busy])).await;
    let again = scheduling(&cast.mediation, 5..6, &[&cast.owner, &former]);
    assert_condition(scene.mediations.schedule_session(again).await, "PARTICIPANT_LEFT");
    assert_condition(scene.challenge(&former, &cast.owner).await, "PARTICIPANT_LEFT");
    assert_condition(scene.mediations.reschedule_session(moving_to(&coming, 6..7)).await, "MEDIATOR_MISSING");
    // Whoever comes must be free, and new to the mediation.
    let occupied = scene.invite(&elsewhere, mediator("cadres/li")).await;
    scene.schedule(scheduling(&elsewhere, 2..3, &[&occupied])).await;
    assert_reason(scene.replace(&former, "cadres/li").await, "SCHEDULE_CLASH");
    assert_reason(scene.replace(&former, "cadres/wang").await, "ALREADY_EXISTS");
    let next = scene.replace(&former, "cadres/zhao").await.expect("replaced");
    assert_eq!((next.replaces.as_str(), next.cadre.as_str()), (former.name.as_str(), "cadres/zhao"));
    assert_condition(scene.replace(&former, "cadres/qian").await, "ALREADY_REPLACED");
    let session = scene.session(&coming.name).await;
    assert_eq!(session.participants, [cast.owner.name.clone(), next.name.clone()]);
    assert_eq!(scene.agreement(&draft.name).await.mediator_signature_count, 1, "what the former one did stays");
    scene.mediations.reschedule_session(moving_to(&session, 6..7)).await.expect("moved");
    let counts = [("participant.left", 1), ("challenge.decided", 2), ("session.mediator_replaced", 1)];
    for (kind, count) in counts {
        assert_eq!(scene.events(kind).await, count, "{kind}");
    }
}

#[tokio::test]
async fn a_mediator_is_replaced_for_a_reason() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let silent = v1::ReplaceMediatorRequest { reason: 0, ..replacing(&cast.mediator, "cadres/zhao") };
    let status = assert_reason(scene.mediations.replace_mediator(silent).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "reason");
    let other = v1::ReplaceMediatorRequest {
        participant: Some(party("王五", v1::participant::Kind::NecessaryParty)),
        ..replacing(&cast.mediator, "cadres/zhao")
    };
    let status = assert_reason(scene.mediations.replace_mediator(other).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "participant.kind");
    assert_condition(scene.replace(&cast.owner, "cadres/zhao").await, "NOT_A_MEDIATOR");
    // What was told to the former one in private, the next one does not know.
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator])).await;
    let told = for_ears_of(statement(&session, &cast.owner, "底线是三万。"), &[&cast.mediator]);
    let request = adding_record(&cast.mediation, told, official_of(&cast.mediator));
    let record = scene.mediations.add_mediation_record(request).await.expect("recorded").into_inner();
    let next = scene.replace(&cast.mediator, "cadres/zhao").await.expect("replaced");
    assert_eq!(scene.participant(&cast.mediator).await.leave_reason(), LeaveReason::Unavailable);
    for reader in [&cast.mediator, &next] {
        let get = v1::GetMediationRecordRequest {
            name: record.name.clone(),
            on_behalf_of: official_of(reader),
            ..Default::default()
        };
        assert_reason(scene.mediations.get_mediation_record(get).await, "NOT_FOUND");
    }
}
