//! Rules across rows, with everybody at once.

use futures::future::join_all;
use lianbang::pb::v1::{self, agreement::State, participant::Kind};

use super::scene::{Cast, Scene, in_room, mediator, party, scheduling, sealing, signing};
use crate::harness::{assert_reason, reason};

/// Rounds of each race, since one may come out right by chance.
const ROUNDS: i64 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_sessions_with_one_mediator_one_is_scheduled() {
    let mut scene = Scene::new().await;
    let (first, second) = (scene.cast().await, scene.cast().await);
    for round in 0..ROUNDS {
        let hours = 2 * round..2 * round + 1;
        let one = scheduling(&first.mediation, hours.clone(), &[&first.mediator, &first.owner]);
        let two = scheduling(&second.mediation, hours, &[&second.mediator, &second.owner]);
        assert_one_of(&scene, one, two).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_sessions_in_one_room_one_is_scheduled() {
    let mut scene = Scene::new().await;
    let (first, second) = (scene.cast().await, scene.cast().await);
    let other = scene.invite(&second.mediation, mediator("cadres/li")).await;
    for round in 0..ROUNDS {
        // Over midnight too, where they share only one of their days.
        let start = 24 * round + 12;
        let one = in_room(scheduling(&first.mediation, start..start + 4, &[&first.mediator, &first.owner]), "三楼");
        let two = in_room(scheduling(&second.mediation, start + 3..start + 14, &[&other, &second.owner]), "三楼");
        assert_one_of(&scene, one, two).await;
    }
}

async fn assert_one_of(scene: &Scene, one: v1::ScheduleSessionRequest, two: v1::ScheduleSessionRequest) {
    let (mut here, mut there) = (scene.mediations.clone(), scene.mediations.clone());
    let (one, two) = tokio::join!(here.schedule_session(one), there.schedule_session(two));
    let loser = match (one, two) {
        (Ok(_), Err(status)) | (Err(status), Ok(_)) => status,
        both => panic!("one of two, not {both:?}"),
    };
    assert_eq!(reason(&loser), "SCHEDULE_CLASH");
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_at_once_all_count_and_the_effect_comes_once() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let mut signatories = vec![cast.owner.clone(), cast.builder.clone(), cast.mediator.clone()];
    for number in 0..7 {
        signatories.push(scene.invite(&cast.mediation, party(&format!("必要{number}"), Kind::NecessaryParty)).await);
    }
    let draft = scene.draft(&cast.mediation).await;
    scene.seal(&draft).await.expect("sealed");
    let all = signatories.iter().map(|signatory| {
        let mut client = scene.agreements.clone();
        let request = signing(&draft, signatory);
        async move { client.sign_agreement(request).await.map(tonic::Response::into_inner) }
    });
    let outcomes = join_all(all).await;
    let effective =
        outcomes.iter().map(|outcome| outcome.as_ref().expect("signed").state()).filter(is_effective).count();
    assert_eq!(effective, 1, "one of them was the last");
    assert_settled_once(&mut scene, &cast, &draft).await;
}

fn is_effective(state: &State) -> bool {
    *state == State::Effective
}

#[tokio::test(flavor = "multi_thread")]
async fn two_last_elements_at_once_bring_one_effect() {
    for _ in 0..ROUNDS / 2 {
        let mut scene = Scene::new().await;
        let cast = scene.cast().await;
        let draft = scene.draft(&cast.mediation).await;
        for signatory in [&cast.owner, &cast.mediator] {
            scene.sign(&draft, signatory).await.expect("signed");
        }
        let (mut here, mut there) = (scene.agreements.clone(), scene.agreements.clone());
        let (signed, sealed) =
            tokio::join!(here.sign_agreement(signing(&draft, &cast.builder)), there.seal_agreement(sealing(&draft)));
        let states = [signed, sealed].map(|outcome| outcome.expect("both count").into_inner().state());
        assert_eq!(states.iter().filter(|state| is_effective(state)).count(), 1);
        assert_settled_once(&mut scene, &cast, &draft).await;
    }
}

async fn assert_settled_once(scene: &mut Scene, cast: &Cast, draft: &v1::Agreement) {
    assert_eq!(scene.agreement(&draft.name).await.state(), State::Effective);
    let mediation = scene.get(&cast.mediation.name).await;
    assert_eq!((mediation.state(), mediation.settlement), (v1::mediation::State::Agreed, draft.name.clone()));
    assert_eq!(scene.events("agreement.effected").await, 1);
    assert_eq!(scene.events("mediation.agreed").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_and_the_last_signature_do_not_both_end_it() {
    for _ in 0..ROUNDS / 2 {
        let mut scene = Scene::new().await;
        let cast = scene.cast().await;
        let draft = scene.draft(&cast.mediation).await;
        for signatory in [&cast.owner, &cast.mediator] {
            scene.sign(&draft, signatory).await.expect("signed");
        }
        scene.seal(&draft).await.expect("sealed");
        let (mut here, mut there) = (scene.agreements.clone(), scene.mediations.clone());
        let refusing = super::scene::consenting(&cast.owner, v1::participant::Consent::Refused);
        let (signed, refused) =
            tokio::join!(here.sign_agreement(signing(&draft, &cast.builder)), there.record_consent(refusing));
        match (signed, refused) {
            (Ok(_), refused) => assert_reason(refused, "TRANSITION_NOT_ALLOWED"),
            (signed, Ok(_)) => assert_reason(signed, "TRANSITION_NOT_ALLOWED"),
            both => panic!("one of two, not {both:?}"),
        };
        let ends = scene.events("mediation.agreed").await + scene.events("mediation.refused").await;
        assert_eq!(ends, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mediator_is_invited_once() {
    let mut scene = Scene::new().await;
    let mediation = scene.open().await;
    let all = (0..6).map(|_| {
        let mut client = scene.mediations.clone();
        let request = super::scene::inviting(&mediation, mediator("cadres/wang"));
        async move { client.invite_participant(request).await }
    });
    let outcomes = join_all(all).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.into_iter().filter(Result::is_err) {
        assert_reason(refused, "ALREADY_EXISTS");
    }
    assert_eq!(scene.get(&mediation.name).await.participant_count, 1);
}
