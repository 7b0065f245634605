//! The written agreement: its versions, and the element with which it takes effect.

use lianbang::pb::v1::{
    self,
    agreement::{Element, State},
    participant::Kind,
    signature::Means,
};

use super::scene::{
    COMMITTEE, Scene, assert_condition, at, drafting, metadata, party, revising, scheduling, sealing, signing,
};
use crate::harness::{assert_reason, date};

fn missing(agreement: &v1::Agreement) -> Vec<Element> {
    agreement.missing_elements().collect()
}

#[tokio::test]
async fn an_agreement_takes_effect_with_its_last_element() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.mediator, &cast.owner])).await;
    let draft = scene.draft(&cast.mediation).await;
    let other = scene.draft(&cast.mediation).await;
    assert_eq!((draft.state(), draft.version, draft.necessary_party_count), (State::Draft, 1, 2));
    assert_eq!(missing(&draft), [Element::NecessaryParties, Element::Mediator, Element::Seal]);
    assert_eq!(draft.text, "", "mutations answer BASIC");

    scene.stage.time.advance(3_600_000_000);
    let sealed = scene.seal(&draft).await.expect("the seal may come first");
    assert_eq!(sealed.state(), State::Signing);
    let seal = sealed.seal.clone().expect("seal");
    assert_eq!((seal.organization.as_str(), seal.seal_time), (COMMITTEE, at(3_600)));
    assert_condition(scene.seal(&draft).await, "ALREADY_SEALED");
    let early = v1::SignAgreementRequest { sign_time: at(1_800), ..signing(&draft, &cast.mediator) };
    let signed = scene.agreements.sign_agreement(early).await.expect("signed").into_inner();
    assert_eq!(signed.etag, sealed.etag, "a signature that leaves the state");
    assert_eq!((signed.mediator_signature_count, missing(&signed)), (1, vec![Element::NecessaryParties]));
    scene.sign(&draft, &cast.owner).await.expect("signed");
    assert_reason(scene.sign(&draft, &cast.owner).await, "ALREADY_EXISTS");

    let last = v1::SignAgreementRequest { sign_time: at(2_400), ..signing(&draft, &cast.builder) };
    let effective = scene.agreements.sign_agreement(last).await.expect("signed").into_inner();
    assert_eq!((effective.state(), effective.necessary_signature_count), (State::Effective, 2));
    assert_eq!(effective.effect_time, at(3_600), "the latest of the elements as they happened");
    assert_eq!(effective.effect_date, date(2026, 3, 2));
    assert!(effective.missing_elements.is_empty());
    assert_eq!(scene.agreement(&draft.name).await, effective);

    let agreed = scene.get(&cast.mediation.name).await;
    assert_eq!(agreed.state(), v1::mediation::State::Agreed);
    assert_eq!((agreed.settlement.as_str(), agreed.end_time), (draft.name.as_str(), at(3_600)));
    assert_eq!(scene.agreement(&other.name).await.state(), State::Void);
    assert_eq!(scene.session(&session.name).await.state(), v1::session::State::Cancelled);
    for kind in ["agreement.effected", "mediation.agreed", "agreement.voided", "session.cancelled"] {
        assert_eq!(scene.events(kind).await, 1, "{kind}");
    }
    let household = scene.sign(&draft, &cast.owner).await;
    assert_eq!(metadata(&assert_reason(household, "TRANSITION_NOT_ALLOWED"), "state"), "EFFECTIVE");
    assert_reason(scene.seal(&other).await, "TRANSITION_NOT_ALLOWED");
    assert_reason(scene.agreements.revise_agreement(revising(&effective)).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn a_new_version_voids_what_was_signed() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    scene.sign(&draft, &cast.owner).await.expect("signed");
    scene.seal(&draft).await.expect("sealed");
    assert_reason(scene.agreements.revise_agreement(revising(&draft)).await, "ETAG_MISMATCH");
    let present = scene.agreement(&draft.name).await;
    let nobody = v1::ReviseAgreementRequest { on_behalf_of: None, ..revising(&present) };
    assert_reason(scene.agreements.revise_agreement(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let unknown =
        v1::ReviseAgreementRequest { name: format!("{}/agreements/none", cast.mediation.name), ..revising(&present) };
    assert_reason(scene.agreements.revise_agreement(unknown).await, "NOT_FOUND");
    let mute = v1::ReviseAgreementRequest { text: String::new(), ..revising(&present) };
    assert_reason(scene.agreements.revise_agreement(mute).await, "INVALID_REQUEST");

    let revised = scene.agreements.revise_agreement(revising(&present)).await.expect("revised").into_inner();
    assert_eq!((revised.state(), revised.version, revised.necessary_signature_count), (State::Draft, 2, 0));
    assert_eq!(revised.seal, None);
    assert_eq!(missing(&revised).len(), 3);
    let old = assert_reason(scene.sign(&draft, &cast.builder).await, "VERSION_SUPERSEDED");
    assert_eq!(metadata(&old, "version"), "2");
    assert_reason(scene.seal(&draft).await, "VERSION_SUPERSEDED");
    scene.sign(&revised, &cast.owner).await.expect("signed anew");

    let request = v1::ListSignaturesRequest { parent: draft.name.clone(), ..Default::default() };
    let signatures = scene.agreements.list_signatures(request).await.expect("list").into_inner().signatures;
    assert_eq!(signatures.iter().map(|signature| signature.version).collect::<Vec<_>>(), [1, 2]);
    assert!(signatures.iter().all(|signature| signature.participant == cast.owner.name));
    assert_eq!((signatures[0].kind(), signatures[0].means()), (Kind::NecessaryParty, Means::Fingerprint));
}

#[tokio::test]
async fn what_is_wrong_with_an_element_is_told() {
    let mut scene = Scene::new().await;
    let alone = scene.open().await;
    let one = scene.invite(&alone, party("张三", Kind::NecessaryParty)).await;
    let draft = scene.draft(&alone).await;
    assert_condition(scene.sign(&draft, &one).await, "NECESSARY_PARTIES_MISSING");
    assert_condition(scene.seal(&draft).await, "NECESSARY_PARTIES_MISSING");

    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    assert_condition(scene.sign(&draft, &cast.police).await, "NOT_A_SIGNATORY");
    assert_reason(scene.sign(&draft, &one).await, "NOT_FOUND");
    let early = v1::SignAgreementRequest { sign_time: at(-60), ..signing(&draft, &cast.owner) };
    assert_condition(scene.agreements.sign_agreement(early).await, "SIGNED_BEFORE_OPENING");
    let early = v1::SealAgreementRequest { seal_time: at(-60), ..sealing(&draft) };
    assert_condition(scene.agreements.seal_agreement(early).await, "SIGNED_BEFORE_OPENING");
    let late = v1::SignAgreementRequest { sign_time: at(60), ..signing(&draft, &cast.owner) };
    assert_reason(scene.agreements.sign_agreement(late).await, "INVALID_REQUEST");
    let late = v1::SealAgreementRequest { seal_time: at(60), ..sealing(&draft) };
    assert_reason(scene.agreements.seal_agreement(late).await, "INVALID_REQUEST");
    let nobody = v1::SignAgreementRequest { on_behalf_of: None, ..signing(&draft, &cast.owner) };
    assert_reason(scene.agreements.sign_agreement(nobody.clone()).await, "OFFICIAL_NOT_ACCEPTED");
    let code = v1::SignAgreementRequest { means: Means::OneTimeCode.into(), ..nobody };
    assert_reason(scene.agreements.sign_agreement(code.clone()).await, "INVALID_REQUEST");
    let code = v1::SignAgreementRequest { evidence_sha256: "0f".repeat(32), ..code };
    scene.agreements.sign_agreement(code).await.expect("a system takes a code alone");
    let nobody = v1::SealAgreementRequest { on_behalf_of: None, ..sealing(&draft) };
    assert_reason(scene.agreements.seal_agreement(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let nameless = v1::Agreement { name: format!("{}/agreements/none", cast.mediation.name), ..draft.clone() };
    assert_reason(scene.sign(&nameless, &cast.owner).await, "NOT_FOUND");
    assert_reason(scene.seal(&nameless).await, "NOT_FOUND");

    let nobody = v1::DraftAgreementRequest { on_behalf_of: None, ..drafting(&cast.mediation) };
    assert_reason(scene.agreements.draft_agreement(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let mute = v1::DraftAgreementRequest { agreement: Some(v1::Agreement::default()), ..drafting(&cast.mediation) };
    assert_reason(scene.agreements.draft_agreement(mute).await, "INVALID_REQUEST");
    let nowhere = v1::Mediation { name: "mediations/none".into(), ..Default::default() };
    assert_reason(scene.agreements.draft_agreement(drafting(&nowhere)).await, "NOT_FOUND");
}

#[tokio::test]
async fn acceding_parties_hold_nobody_up() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let joins = scene.invite(&cast.mediation, party("赵六", Kind::AccedingParty)).await;
    scene.invite(&cast.mediation, party("钱七", Kind::AccedingParty)).await;
    let draft = scene.draft(&cast.mediation).await;
    for signatory in [&joins, &cast.owner, &cast.builder, &cast.mediator] {
        scene.sign(&draft, signatory).await.expect("signed");
    }
    let effective = scene.seal(&draft).await.expect("sealed last");
    assert_eq!((effective.state(), effective.acceding_signature_count), (State::Effective, 1));
}
