//! Agreements that wait for enough households, that settle a part, that are spoken, and that others join later.

use lianbang::pb::v1::{
    self,
    agreement::{Element, Extent, Form, State},
    mediation::Source,
    participant::{Consent, Kind},
    signature::Means,
};

use super::scene::{
    Cast, Scene, acceding, assert_condition, at, batch, drafting, household, inviting, mediator, metadata, opening,
    oral, party, revising, signing,
};
use crate::{
    cases::registered,
    harness::{Stage, assert_reason, date},
};

impl Scene {
    async fn households(&mut self, cast: &Cast, numbers: std::ops::RangeInclusive<u32>) -> Vec<v1::Participant> {
        let request = batch(&cast.mediation, numbers.map(household).collect());
        self.mediations.batch_invite_participants(request).await.expect("batch").into_inner().participants
    }

    async fn draft_for(&mut self, cast: &Cast, threshold: i32, extent: Extent) -> v1::Agreement {
        let agreement = v1::Agreement {
            acceding_threshold: threshold,
            extent: extent.into(),
            ..drafting(&cast.mediation).agreement.expect("agreement")
        };
        let request = v1::DraftAgreementRequest { agreement: Some(agreement), ..drafting(&cast.mediation) };
        self.agreements.draft_agreement(request).await.expect("drafted").into_inner()
    }

    /// All but the households.
    async fn bind(&mut self, cast: &Cast, draft: &v1::Agreement) -> v1::Agreement {
        for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
            self.sign(draft, signatory).await.expect("signed");
        }
        self.seal(draft).await.expect("sealed")
    }
}

async fn signatures(scene: &mut Scene, of: &v1::Agreement) -> Vec<v1::Signature> {
    let request = v1::ListSignaturesRequest { parent: of.name.clone(), ..Default::default() };
    scene.agreements.list_signatures(request).await.expect("list").into_inner().signatures
}

#[tokio::test]
async fn an_agreement_waits_for_enough_households() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let homes = scene.households(&cast, 1..=4).await;
    let draft = scene.draft_for(&cast, 3, Extent::Whole).await;
    assert_eq!((draft.acceding_threshold, draft.extent(), draft.form()), (3, Extent::Whole, Form::Written));
    scene.stage.time.advance(100_000_000);
    // Entered in another order than signed: the third of them, by its own time, was at 50.
    for (home, seconds) in homes[..2].iter().zip([90, 10]) {
        let request = v1::SignAgreementRequest { sign_time: at(seconds), ..signing(&draft, home) };
        scene.agreements.sign_agreement(request).await.expect("signed");
    }
    for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
        let request = v1::SignAgreementRequest { sign_time: at(20), ..signing(&draft, signatory) };
        scene.agreements.sign_agreement(request).await.expect("signed");
    }
    let request = v1::SignAgreementRequest { sign_time: at(50), ..signing(&draft, &homes[2]) };
    let waiting = scene.agreements.sign_agreement(request).await.expect("signed").into_inner();
    assert_eq!(waiting.missing_elements().collect::<Vec<_>>(), [Element::Seal]);
    let request = v1::SignAgreementRequest { sign_time: at(40), ..signing(&draft, &homes[3]) };
    scene.agreements.sign_agreement(request).await.expect("signed");
    let sealing = v1::SealAgreementRequest { seal_time: at(30), ..super::scene::sealing(&draft) };
    let effective = scene.agreements.seal_agreement(sealing).await.expect("sealed").into_inner();
    assert_eq!((effective.state(), effective.effect_time), (State::Effective, at(50)), "10, 40 and 50: the third");
    assert_eq!(effective.copy_count, 2 + 4 + 1);

    let effects: Vec<_> =
        signatures(&mut scene, &draft).await.iter().map(|one| (one.kind(), one.effect_time)).collect();
    let household = |time| (Kind::AccedingParty, at(time));
    let party = (Kind::NecessaryParty, at(50));
    let expected = [household(90), household(50), party, party, (Kind::Mediator, None), household(50), household(50)];
    assert_eq!(effects, expected, "each is bound from the effect on, and not before its own signature");
}

#[tokio::test]
async fn a_threshold_is_missing_until_it_is_reached_and_is_of_the_version() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let homes = scene.households(&cast, 1..=2).await;
    let draft = scene.draft_for(&cast, 2, Extent::Whole).await;
    scene.sign(&draft, &homes[0]).await.expect("signed");
    let waiting = scene.bind(&cast, &draft).await;
    assert_eq!(waiting.missing_elements().collect::<Vec<_>>(), [Element::AccedingParties]);
    let revise = v1::ReviseAgreementRequest { acceding_threshold: Some(1), ..revising(&waiting) };
    let revised = scene.agreements.revise_agreement(revise).await.expect("revised").into_inner();
    assert_eq!((revised.version, revised.acceding_threshold, revised.acceding_signature_count), (2, 1, 0));
    assert_reason(scene.sign(&draft, &homes[1]).await, "VERSION_SUPERSEDED");
    let present = scene.agreements.revise_agreement(revising(&revised)).await.expect("revised").into_inner();
    assert_eq!((present.version, present.acceding_threshold), (3, 1), "kept where nothing is said");
    scene.bind(&cast, &present).await;
    let effective = scene.sign(&present, &homes[0]).await.expect("signed");
    assert_eq!(effective.state(), State::Effective);
}

#[tokio::test]
async fn others_accede_later_with_an_effect_of_their_own() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let homes = scene.households(&cast, 1..=3).await;
    let draft = scene.draft_for(&cast, 1, Extent::Whole).await;
    assert_reason(scene.agreements.accede_agreement(acceding(&draft, &homes[0])).await, "TRANSITION_NOT_ALLOWED");
    scene.sign(&draft, &homes[0]).await.expect("signed");
    let effective = scene.bind(&cast, &draft).await;
    assert_eq!(effective.state(), State::Effective);
    assert_eq!(scene.get(&cast.mediation.name).await.state(), v1::mediation::State::Agreed);

    scene.stage.time.advance(86_400_000_000);
    let late = assert_reason(scene.sign(&draft, &homes[1]).await, "TRANSITION_NOT_ALLOWED");
    assert!(metadata(&late, "allowed").contains("AccedeAgreement"), "{late:?}");
    let acceded = scene.agreements.accede_agreement(acceding(&draft, &homes[1])).await.expect("acceded").into_inner();
    assert_eq!((acceded.acceding_signature_count, acceded.copy_count), (2, 5));
    assert_eq!(
        (acceded.effect_time, &acceded.etag),
        (effective.effect_time, &effective.etag),
        "nothing changes for others"
    );
    let last = signatures(&mut scene, &draft).await.pop().expect("signature");
    assert_eq!((last.participant.as_str(), last.effect_time), (homes[1].name.as_str(), at(86_400)));
    assert_reason(scene.agreements.accede_agreement(acceding(&draft, &homes[1])).await, "ALREADY_EXISTS");
    assert_condition(scene.agreements.accede_agreement(acceding(&draft, &cast.owner)).await, "NOT_AN_ACCEDING_PARTY");
    let old = v1::AccedeAgreementRequest { version: 2, ..acceding(&draft, &homes[2]) };
    assert_reason(scene.agreements.accede_agreement(old).await, "VERSION_SUPERSEDED");
    let spoken = v1::AccedeAgreementRequest { means: Means::Spoken.into(), ..acceding(&draft, &homes[2]) };
    assert_reason(scene.agreements.accede_agreement(spoken).await, "INVALID_REQUEST");
    let refused = scene.consent(&homes[2], Consent::Refused).await.expect("refuses still");
    assert_condition(scene.agreements.accede_agreement(acceding(&draft, &homes[2])).await, "PARTICIPANT_REFUSED");
    scene.consent(&refused, Consent::Given).await.expect("and comes back");
    scene.agreements.accede_agreement(acceding(&draft, &homes[2])).await.expect("acceded");
    let acceded = scene.mediations.list_participants(v1::ListParticipantsRequest {
        parent: cast.mediation.name.clone(),
        filter: "kind = KIND_ACCEDING_PARTY".into(),
        ..Default::default()
    });
    let acceded = acceded.await.expect("list").into_inner().participants;
    let back = acceded.iter().find(|home| home.name == homes[2].name).expect("the household");
    assert_condition(scene.consent(back, Consent::Refused).await, "SIGNED_ALREADY");

    let newcomer = scene.invite(&cast.mediation, household(9)).await;
    scene.agreements.accede_agreement(acceding(&draft, &newcomer)).await.expect("who moved in later");
    let party = inviting(&cast.mediation, party("赵六", Kind::NecessaryParty));
    assert_reason(scene.mediations.invite_participant(party).await, "TRANSITION_NOT_ALLOWED");
    assert_eq!(scene.events("agreement.acceded").await, 3);
}

#[tokio::test]
async fn a_partial_agreement_leaves_the_rest_open() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let part = scene.draft_for(&cast, 0, Extent::Partial).await;
    let rest = scene.draft(&cast.mediation).await;
    let effective = scene.bind(&cast, &part).await;
    assert_eq!((effective.state(), effective.extent()), (State::Effective, Extent::Partial));
    let open = scene.get(&cast.mediation.name).await;
    assert_eq!((open.state(), open.settlement.as_str()), (v1::mediation::State::Open, ""));
    assert_eq!(scene.agreement(&rest.name).await.state(), State::Draft);
    scene.bind(&cast, &rest).await;
    let agreed = scene.get(&cast.mediation.name).await;
    assert_eq!((agreed.state(), agreed.settlement), (v1::mediation::State::Agreed, rest.name.clone()));
    assert_eq!(scene.agreement(&part.name).await.state(), State::Effective);
}

#[tokio::test]
async fn what_was_agreed_by_word_of_mouth_is_in_effect_at_once() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let homes = scene.households(&cast, 1..=2).await;
    scene.draft(&cast.mediation).await;
    scene.stage.time.advance(7_200_000_000);
    let all = [&cast.owner, &cast.builder, &homes[0]];
    let only = |parties: &[&v1::Participant]| oral(&cast.mediation, parties, &cast.mediator);
    assert_condition(scene.agreements.record_oral_agreement(only(&all[..1])).await, "NECESSARY_PARTIES_MISSING");
    let body = scene.agreements.record_oral_agreement(only(&[&cast.owner, &cast.builder, &cast.police])).await;
    assert_condition(body, "NOT_A_PARTY");
    let alone = scene.agreements.record_oral_agreement(oral(&cast.mediation, &all, &cast.police)).await;
    assert_condition(alone, "NOT_A_MEDIATOR");
    let early = v1::RecordOralAgreementRequest { agree_time: at(-60), ..only(&all) };
    assert_condition(scene.agreements.record_oral_agreement(early).await, "SIGNED_BEFORE_OPENING");
    let mute = v1::RecordOralAgreementRequest { agreement: Some(v1::Agreement::default()), ..only(&all) };
    assert_reason(scene.agreements.record_oral_agreement(mute).await, "INVALID_REQUEST");
    let nobody = v1::RecordOralAgreementRequest { on_behalf_of: None, ..only(&all) };
    assert_reason(scene.agreements.record_oral_agreement(nobody).await, "OFFICIAL_NOT_ACCEPTED");

    let request = v1::RecordOralAgreementRequest { agree_time: at(3_600), ..only(&all) };
    let spoken = scene.agreements.record_oral_agreement(request).await.expect("recorded").into_inner();
    assert_eq!((spoken.state(), spoken.form(), spoken.copy_count), (State::Effective, Form::Oral, 0));
    assert_eq!((spoken.effect_time, spoken.effect_date), (at(3_600), date(2026, 3, 2)));
    let counts = (spoken.necessary_signature_count, spoken.acceding_signature_count, spoken.mediator_signature_count);
    assert_eq!(counts, (2, 1, 1));
    assert_eq!(scene.get(&cast.mediation.name).await.settlement, spoken.name);
    assert_eq!(scene.events("agreement.voided").await, 1, "the draft");
    assert!(signatures(&mut scene, &spoken).await.iter().all(|one| one.means() == Means::Spoken));
    let joins = v1::AccedeAgreementRequest { means: Means::Spoken.into(), ..acceding(&spoken, &homes[1]) };
    scene.agreements.accede_agreement(joins).await.expect("by word of mouth, too");
    let spoken = v1::SignAgreementRequest { means: Means::Spoken.into(), ..signing(&spoken, &homes[1]) };
    assert_reason(scene.agreements.sign_agreement(spoken).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn on_a_petition_it_is_written() {
    let mut scene = Scene::new().await;
    for (source, with_case) in [(Source::Petition, false), (Source::Application, true)] {
        let mut request = opening();
        let mediation = request.mediation.as_mut().expect("mediation");
        mediation.source = source.into();
        if with_case {
            mediation.cases = vec![case(&scene.stage).await];
        }
        let mediation = scene.mediations.open_mediation(request).await.expect("opened").into_inner();
        let one = scene.invite(&mediation, party("张三", Kind::NecessaryParty)).await;
        let two = scene.invite(&mediation, party("李四", Kind::NecessaryParty)).await;
        let by = scene.invite(&mediation, mediator("cadres/wang")).await;
        let refused = scene.agreements.record_oral_agreement(oral(&mediation, &[&one, &two], &by)).await;
        assert_condition(refused, "MUST_BE_WRITTEN");
    }
}

async fn case(stage: &Stage) -> String {
    registered(&stage.admin().await, super::scene::VILLAGE, "供暖").await.name
}

#[tokio::test(flavor = "multi_thread")]
async fn two_signatures_at_once_that_reach_the_threshold_bring_one_effect() {
    for _ in 0..4 {
        let mut scene = Scene::new().await;
        let cast = scene.cast().await;
        let homes = scene.households(&cast, 1..=12).await;
        let draft = scene.draft_for(&cast, 11, Extent::Whole).await;
        scene.bind(&cast, &draft).await;
        let all = homes.iter().map(|home| {
            let mut client = scene.agreements.clone();
            let request = signing(&draft, home);
            async move { client.sign_agreement(request).await }
        });
        let outcomes = futures::future::join_all(all).await;
        let signed = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).map(|signed| signed.get_ref().state());
        assert_eq!(signed.clone().count(), 11, "the twelfth comes after the effect");
        assert_eq!(signed.filter(|state| *state == State::Effective).count(), 1);
        for late in outcomes.into_iter().filter(Result::is_err) {
            assert_reason(late, "TRANSITION_NOT_ALLOWED");
        }
        assert_eq!(scene.events("agreement.effected").await, 1);
        assert_eq!(scene.agreement(&draft.name).await.acceding_signature_count, 11);
    }
}

#[tokio::test]
async fn who_refused_accedes_after_the_end_to_what_is_in_effect() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let homes = scene.households(&cast, 1..=2).await;
    let refused = scene.consent(&homes[0], Consent::Refused).await.expect("refused");
    let part = scene.draft_for(&cast, 0, Extent::Partial).await;
    scene.bind(&cast, &part).await;
    let open = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(super::scene::failing(&open)).await.expect("failed");
    assert_condition(scene.agreements.accede_agreement(acceding(&part, &homes[0])).await, "PARTICIPANT_REFUSED");
    let back = scene.consent(&refused, Consent::Given).await.expect("consents after all");
    scene.agreements.accede_agreement(acceding(&part, &back)).await.expect("acceded");
    let newcomer = scene.invite(&cast.mediation, household(9)).await;
    scene.agreements.accede_agreement(acceding(&part, &newcomer)).await.expect("acceded");
    let mediation = scene.get(&cast.mediation.name).await;
    assert_eq!((mediation.state(), mediation.participant_count), (v1::mediation::State::Failed, 7));
    assert_reason(scene.consent(&cast.owner, Consent::Given).await, "TRANSITION_NOT_ALLOWED");

    for refuses in [true, false] {
        let mut scene = Scene::new().await;
        let cast = scene.cast().await;
        let part = scene.draft_for(&cast, 0, Extent::Partial).await;
        scene.bind(&cast, &part).await;
        if refuses {
            scene.consent(&cast.owner, Consent::Refused).await.expect("ended");
        } else {
            let open = scene.get(&cast.mediation.name).await;
            let request = super::scene::withdrawing(&open, None);
            scene.mediations.withdraw_mediation(request).await.expect("ended");
        }
        let home = scene.invite(&cast.mediation, household(1)).await;
        scene.agreements.accede_agreement(acceding(&part, &home)).await.expect("acceded");
    }

    // Nothing was agreed: there is nothing to join.
    let mut other = Scene::new().await;
    let cast = other.cast().await;
    let home = other.invite(&cast.mediation, household(1)).await;
    let open = other.get(&cast.mediation.name).await;
    other.mediations.fail_mediation(super::scene::failing(&open)).await.expect("failed");
    assert_condition(other.consent(&home, Consent::Given).await, "NOTHING_TO_ACCEDE_TO");
    let late = other.mediations.invite_participant(inviting(&cast.mediation, household(2))).await;
    assert_condition(late, "NOTHING_TO_ACCEDE_TO");
}
