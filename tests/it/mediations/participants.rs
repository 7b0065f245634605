//! Who takes part, and what they say to it.

use lianbang::pb::v1::{
    self,
    mediation::State,
    participant::{Consent, Kind},
};

use super::scene::{Scene, assert_condition, at, body, consenting, inviting, mediator, metadata, party, scheduling};
use crate::harness::assert_reason;

#[tokio::test]
async fn parties_mediators_and_bodies_are_invited() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    assert_eq!(cast.owner.display_name, "张**");
    assert_eq!(cast.owner.phone, "*********78");
    assert_eq!(cast.owner.needs, "");
    assert_eq!(cast.owner.consent(), Consent::Pending);
    assert_eq!(cast.mediator.consent(), Consent::Unspecified);
    assert_eq!(cast.mediator.cadre, "cadres/wang");
    assert_eq!((cast.mediation.participant_count, cast.mediation.necessary_party_count), (4, 2));
    let posted = v1::Participant { posting: "cadres/li/postings/p1".into(), ..mediator("") };
    assert_eq!(scene.invite(&cast.mediation, posted).await.cadre, "cadres/li");
    let company = v1::Participant {
        organization: "organizations/yuzhou-committee".into(),
        ..party("禹州调委会", Kind::AccedingParty)
    };
    let company = scene.invite(&cast.mediation, company).await;
    assert_eq!(company.organization, "organizations/yuzhou-committee");
    assert_eq!(scene.events("participant.invited").await, 6);
}

#[tokio::test]
async fn what_is_wrong_with_an_invitation_is_told() {
    let mut scene = Scene::new().await;
    let mediation = scene.open().await;
    let faulty = [
        (v1::Participant { kind: 0, ..party("张三", Kind::NecessaryParty) }, "kind"),
        (v1::Participant { display_name: " ".into(), ..party("", Kind::NecessaryParty) }, "display_name"),
        (v1::Participant { cadre: "cadres/wang".into(), ..party("张三", Kind::NecessaryParty) }, "cadre"),
        (v1::Participant { chosen_by: 1, ..party("张三", Kind::AccedingParty) }, "chosen_by"),
        (v1::Participant { chosen_by: 0, ..mediator("cadres/wang") }, "chosen_by"),
        (mediator(""), "cadre"),
        (v1::Participant { posting: "cadres/li/postings/p1".into(), ..mediator("cadres/wang") }, "posting"),
        (v1::Participant { organization: "organizations/x".into(), ..mediator("cadres/wang") }, "organization"),
        (v1::Participant { invitation_consent_time: None, ..body("派出所") }, "invitation_consent_time"),
        (v1::Participant { invitation_consent_time: at(60), ..body("派出所") }, "invitation_consent_time"),
    ];
    for (participant, field) in faulty {
        let outcome = scene.mediations.invite_participant(inviting(&mediation, participant)).await;
        let status = assert_reason(outcome, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), format!("participant.{field}"));
    }
    let nobody = v1::InviteParticipantRequest {
        on_behalf_of: None,
        ..inviting(&mediation, party("张三", Kind::NecessaryParty))
    };
    assert_reason(scene.mediations.invite_participant(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let unknown = v1::Participant { organization: "organizations/none".into(), ..body("某局") };
    assert_reason(scene.mediations.invite_participant(inviting(&mediation, unknown)).await, "NOT_FOUND");
    let elsewhere = v1::Mediation { name: format!("mediations/{}", uuid::Uuid::new_v4()), ..mediation.clone() };
    let request = inviting(&elsewhere, party("张三", Kind::NecessaryParty));
    assert_reason(scene.mediations.invite_participant(request).await, "NOT_FOUND");
    scene.stage.sql("UPDATE organizations SET valid_until = 100 WHERE id = 'yuzhou-committee'").await;
    let ended = v1::Participant { organization: "organizations/yuzhou-committee".into(), ..body("禹州调委会") };
    assert_condition(scene.mediations.invite_participant(inviting(&mediation, ended)).await, "ORGANIZATION_ENDED");

    scene.invite(&mediation, mediator("cadres/wang")).await;
    let twice = scene.mediations.invite_participant(inviting(&mediation, mediator("cadres/wang"))).await;
    let status = assert_reason(twice, "ALREADY_EXISTS");
    assert_eq!(metadata(&status, "resource"), "cadres/wang");
    scene.stage.sql("UPDATE mediations SET participant_count = 5000").await;
    let full = scene.mediations.invite_participant(inviting(&mediation, party("张三", Kind::AccedingParty))).await;
    assert_condition(full, "TOO_MANY_PARTICIPANTS");
}

#[tokio::test]
async fn parties_consent() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let owner = scene.consent(&cast.owner, Consent::Given).await.expect("consented");
    assert_eq!(owner.consent(), Consent::Given);
    assert_eq!(owner.consent_time, at(0));
    assert_eq!(owner.consent_statement, "");
    assert_eq!(scene.get(&cast.mediation.name).await.necessary_consent_count, 1);
    assert_eq!(scene.get(&cast.mediation.name).await.etag, cast.mediation.etag, "counts alone");

    assert_reason(scene.consent(&cast.owner, Consent::Refused).await, "ETAG_MISMATCH");
    assert_condition(scene.consent(&owner, Consent::Given).await, "CONSENT_UNCHANGED");
    assert_condition(scene.consent(&cast.mediator, Consent::Given).await, "NOT_A_PARTY");
    let pending = v1::RecordConsentRequest { consent: 1, ..consenting(&owner, Consent::Given) };
    assert_reason(scene.mediations.record_consent(pending).await, "INVALID_REQUEST");
    let nobody = v1::RecordConsentRequest { on_behalf_of: None, ..consenting(&cast.builder, Consent::Given) };
    assert_reason(scene.mediations.record_consent(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let other = scene.open().await;
    let id = owner.name.rsplit('/').next().expect("id");
    let stranger = v1::Participant { name: format!("{}/participants/{id}", other.name), ..owner };
    assert_reason(scene.consent(&stranger, Consent::Refused).await, "NOT_FOUND");
}

#[tokio::test]
async fn one_refusal_of_a_necessary_party_ends_the_mediation() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let owner = scene.consent(&cast.owner, Consent::Given).await.expect("consented");
    let session = scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.mediator, &cast.owner])).await;
    let draft = scene.draft(&cast.mediation).await;
    scene.consent(&owner, Consent::Refused).await.expect("refused, after a consent");
    let ended = scene.get(&cast.mediation.name).await;
    assert_eq!(ended.state(), State::EndedByRefusal);
    assert_eq!((ended.necessary_consent_count, ended.session_count), (0, 0));
    assert_eq!(ended.end_time, at(0));
    assert_eq!(scene.session(&session.name).await.state(), v1::session::State::Cancelled);
    assert_eq!(scene.agreement(&draft.name).await.state(), v1::agreement::State::Void);
    for kind in ["participant.refused", "mediation.refused", "session.cancelled", "agreement.voided"] {
        assert_eq!(scene.events(kind).await, 1, "{kind}");
    }
    assert_reason(scene.consent(&cast.builder, Consent::Given).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn an_acceding_party_refuses_for_itself_until_it_signed() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let household = scene.invite(&cast.mediation, party("赵六", Kind::AccedingParty)).await;
    let household = scene.consent(&household, Consent::Refused).await.expect("refused");
    assert_eq!(scene.get(&cast.mediation.name).await.state(), State::Open);
    let draft = scene.draft(&cast.mediation).await;
    assert_condition(scene.sign(&draft, &household).await, "PARTICIPANT_REFUSED");
    let household = scene.consent(&household, Consent::Given).await.expect("came round");
    scene.sign(&draft, &household).await.expect("signed");
    assert_condition(scene.consent(&household, Consent::Refused).await, "SIGNED_ALREADY");
    let request = inviting(&cast.mediation, party("钱七", Kind::NecessaryParty));
    assert_condition(scene.mediations.invite_participant(request).await, "AGREEMENT_IN_SIGNING");
}
