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
    let late = scene.sign_together(signing_all(&draft, &[&homes[3]])).await;
    assert_reason(late, "TRANSITION_NOT_ALLOWED");
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
