//! What households signed in one meeting, entered in one call; and refusals of form that rest on an article.

use lianbang::pb::v1::{self, agreement::State, signature::Means};
use tonic::Status;

use super::scene::*;
use crate::harness::assert_reason;

impl Scene {
    async fn sign_together(&mut self, request: v1::BatchSignAgreementRequest) -> Result<v1::Agreement, Status> {
        self.agreements.batch_sign_agreement(request).await.map(tonic::Response::into_inner)
    }
}

#[tokio::test]
async fn a_meeting_of_households_signs_in_one_call() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let request = batch(&cast.mediation, (1..=5).map(household).collect());
    let homes = scene.mediations.batch_invite_participants(request).await.expect("batch").into_inner().participants;
    let text = v1::Agreement { acceding_threshold: 2, ..drafting(&cast.mediation).agreement.expect("agreement") };
    let request = v1::DraftAgreementRequest { agreement: Some(text), ..drafting(&cast.mediation) };
    let draft = scene.agreements.draft_agreement(request).await.expect("drafted").into_inner();
    scene.seal(&draft).await.expect("sealed");
    let zhou = scene.appoint(&homes[1], agent("周代理")).await;

    let all = [&homes[0], &homes[1], &homes[2], &cast.owner, &cast.builder, &cast.mediator];
    let mut request = signing_all(&draft, &all);
    request.signatures[0].means = Means::Digital.into();
    let bare = assert_reason(scene.sign_together(request.clone()).await, "INVALID_REQUEST");
    assert_eq!(metadata(&bare, "fields"), "signatures[0].evidence_sha256");
    request.signatures[0].evidence_sha256 = "ab".repeat(32);
    request.signatures[1].agent = zhou.name.clone();
    request.signatures[2].sign_time = at(-60);
    // One that is not there: nobody signs.
    let mut wrong = request.clone();
    wrong.signatures.push(v1::NewSignature { participant: cast.police.name.clone(), means: 1, ..Default::default() });
    assert_condition(scene.sign_together(wrong).await, "SIGNED_BEFORE_OPENING");
    request.signatures[2].sign_time = at(0);
    let mut wrong = request.clone();
    wrong.signatures.push(v1::NewSignature { participant: cast.police.name.clone(), means: 1, ..Default::default() });
    assert_condition(scene.sign_together(wrong).await, "NOT_A_SIGNATORY");
    let mut twice = request.clone();
    twice.signatures.push(request.signatures[3].clone());
    let status = assert_reason(scene.sign_together(twice).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "signatures[6].participant");
    let mut spoken = request.clone();
    spoken.signatures[0].means = Means::Spoken.into();
    assert_reason(scene.sign_together(spoken).await, "INVALID_REQUEST");
    let nobody = v1::BatchSignAgreementRequest { on_behalf_of: None, ..request.clone() };
    assert_reason(scene.sign_together(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    assert_eq!(scene.events("agreement.signed").await, 0);

    let signed = scene.sign_together(request.clone()).await.expect("signed");
    assert_eq!(
        (signed.state(), signed.acceding_signature_count),
        (State::Effective, 3),
        "all of them before the effect"
    );
    assert_eq!((scene.events("agreement.signed").await, scene.events("agreement.effected").await), (6, 1));
    let list = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
    let list = scene.agreements.list_signatures(list).await.expect("list").into_inner().signatures;
    assert_eq!((list[0].means(), list[0].evidence_sha256.as_str()), (Means::Digital, "ab".repeat(32).as_str()));
    assert_eq!((list[1].agent.as_str(), list[1].capacity()), (zhou.name.as_str(), v1::signature::Capacity::Agent));
    let old = v1::BatchSignAgreementRequest { version: 2, ..signing_all(&draft, &[&homes[3]]) };
    assert_reason(scene.sign_together(old).await, "VERSION_SUPERSEDED");
    let late = scene.sign_together(signing_all(&draft, &[&homes[3]])).await;
    assert_reason(late, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn one_signature_is_struck_and_the_others_stand() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let request = batch(&cast.mediation, (1..=3).map(household).collect());
    let homes = scene.mediations.batch_invite_participants(request).await.expect("batch").into_inner().participants;
    let text = v1::Agreement { acceding_threshold: 2, ..drafting(&cast.mediation).agreement.expect("agreement") };
    let request = v1::DraftAgreementRequest { agreement: Some(text), ..drafting(&cast.mediation) };
    let draft = scene.agreements.draft_agreement(request).await.expect("drafted").into_inner();
    scene.agreements.set_contribution_plan(planning(&draft, &[(&cast.owner, 100)], 300)).await.expect("planned");
    scene.sign_together(signing_all(&draft, &[&homes[0], &cast.owner, &cast.mediator])).await.expect("signed");
    scene.pass_to(HOUR);
    scene.sign(&draft, &cast.builder).await.expect("signed");
    let list = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
    let list = scene.agreements.list_signatures(list).await.expect("list").into_inner().signatures;
    let of = |by: &v1::Participant| list.iter().find(|one| one.participant == by.name).expect("signed").name.clone();
    let strike = async |scene: &mut Scene, name: &str| {
        scene.agreements.strike_signature(striking(name)).await.map(tonic::Response::into_inner)
    };
    let reasonless = v1::StrikeSignatureRequest { reason: 0, ..striking(&of(&homes[0])) };
    assert_reason(scene.agreements.strike_signature(reasonless).await, "INVALID_REQUEST");
    let nobody = v1::StrikeSignatureRequest { on_behalf_of: None, ..striking(&of(&homes[0])) };
    assert_reason(scene.agreements.strike_signature(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    // Entered for the wrong household, and a party that takes it back: the rest stands.
    let struck = strike(&mut scene, &of(&homes[0])).await.expect("struck");
    assert_eq!(
        (struck.state(), struck.acceding_signature_count, struck.necessary_signature_count),
        (State::Signing, 0, 2)
    );
    assert_condition(strike(&mut scene, &of(&homes[0])).await, "ALREADY_STRUCK");
    let struck = strike(&mut scene, &of(&cast.builder)).await.expect("struck");
    assert_eq!((struck.necessary_signature_count, struck.mediator_signature_count), (1, 1));
    let pool = v1::GetContributionPlanRequest { name: format!("{}/contributionPlan", draft.name) };
    let pool = scene.agreements.get_contribution_plan(pool).await.expect("plan").into_inner().lines[1].pool.clone();
    assert_eq!(pool.expect("pool").signed_count, 0, "who is struck owes nothing");
    let home = v1::GetParticipantRequest { name: homes[0].name.clone(), ..Default::default() };
    let home = scene.mediations.get_participant(home).await.expect("home").into_inner();
    let refused = scene.consent(&home, v1::participant::Consent::Refused).await.expect("nothing holds it");
    scene.consent(&refused, v1::participant::Consent::Given).await.expect("comes back");

    // They sign again, and with the last it is in effect from that day.
    scene.pass_to(2 * HOUR);
    scene.sign_together(signing_all(&draft, &[&homes[0], &homes[1]])).await.expect("signed");
    scene.seal(&draft).await.expect("sealed");
    let effective = scene.sign(&draft, &cast.builder).await.expect("signed");
    assert_eq!((effective.state(), effective.effect_time), (State::Effective, at(2 * HOUR)));
    assert_reason(strike(&mut scene, &of(&cast.owner)).await, "TRANSITION_NOT_ALLOWED");
    let list = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
    let list = scene.agreements.list_signatures(list).await.expect("list").into_inner().signatures;
    let marks: Vec<bool> = list.iter().map(|one| one.strike_time.is_some()).collect();
    assert_eq!(marks, [true, false, false, true, false, false, false]);
    assert_eq!((list[0].effect_time, list[0].strike_reason()), (None, v1::signature::StrikeReason::EnteredInError));
    assert_eq!(scene.events("agreement.signature_struck").await, 2);

    // Under an older version none is struck.
    let mut other = Scene::new().await;
    let cast = other.cast().await;
    let draft = other.draft(&cast.mediation).await;
    other.sign(&draft, &cast.owner).await.expect("signed");
    let list = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
    let list = other.agreements.list_signatures(list).await.expect("list").into_inner().signatures;
    let bare = strike(&mut other, &list[0].name).await.expect("struck");
    assert_eq!(bare.state(), State::Draft, "it bears nothing");
    let present = other.agreement(&draft.name).await;
    assert_eq!(present.etag, bare.etag);
    other.agreements.set_contribution_plan(planning(&present, &[(&cast.owner, 100)], 0)).await.expect("a draft again");
    other.sign(&draft, &cast.owner).await.expect("signed");
    let present = other.agreement(&draft.name).await;
    other.agreements.revise_agreement(revising(&present)).await.expect("revised");
    other
        .sign_together(v1::BatchSignAgreementRequest { version: 2, ..signing_all(&draft, &[&cast.owner]) })
        .await
        .expect("signed");
    let list = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
    let list = other.agreements.list_signatures(list).await.expect("list").into_inner().signatures;
    assert_condition(strike(&mut other, &list[1].name).await, "NOT_OF_THIS_VERSION");
}

#[tokio::test]
async fn a_fault_of_form_tells_the_article_on_which_it_rests() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let past = scheduling(&cast.mediation, -2..-1, &[&cast.owner, &cast.mediator]);
    let status = assert_reason(scene.mediations.schedule_session(past).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "article"), "RMTJ 27");
    let draft = scene.draft(&cast.mediation).await;
    let mut fen = planning(&draft, &[(&cast.owner, 100), (&cast.builder, 200)], 0);
    fen.contribution_plan.as_mut().expect("plan").cost = money(301);
    let status = assert_reason(scene.agreements.set_contribution_plan(fen).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "article"), "RMTJ 29");
    let details = tonic_types::StatusExt::get_details_localized_message(&status).expect("words");
    assert!(details.message.contains("《人民调解法》第29条"), "{details:?}");
    // What form alone asks for names none.
    let empty = v1::BatchSignAgreementRequest { signatures: Vec::new(), ..signing_all(&draft, &[]) };
    let status = assert_reason(scene.sign_together(empty).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "article"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_strikes_at_once_one_counts() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    scene.sign(&draft, &cast.builder).await.expect("signed");
    for round in 1..=4 {
        scene.sign(&draft, &cast.owner).await.expect("signed");
        let list = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
        let list = scene.agreements.list_signatures(list).await.expect("list").into_inner().signatures;
        let last = list.last().expect("signed").name.clone();
        let (mut here, mut there) = (scene.agreements.clone(), scene.agreements.clone());
        let both = tokio::join!(here.strike_signature(striking(&last)), there.strike_signature(striking(&last)));
        match both {
            (Ok(_), refused) | (refused, Ok(_)) => assert_condition(refused, "ALREADY_STRUCK"),
            both => panic!("one of two, not {both:?}"),
        };
        assert_eq!(scene.events("agreement.signature_struck").await, round);
    }
}
