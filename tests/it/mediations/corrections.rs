//! What is known of participants, set right.

use lianbang::pb::v1::{
    self,
    agreement::Extent,
    mediation::State,
    participant::{ChosenBy, Consent, Kind},
};
use tonic::Status;

use super::scene::{
    Scene, assert_condition, body, cancelling, clients, drafting, failing, household, inviting, mediator, metadata,
    party, planning, scheduling, updating,
};
use crate::harness::{assert_reason, official};

impl Scene {
    async fn update(&mut self, as_it_is_to_be: v1::Participant, paths: &[&str]) -> Result<v1::Participant, Status> {
        self.mediations.update_participant(updating(as_it_is_to_be, paths)).await.map(tonic::Response::into_inner)
    }

    /// A participant as somebody reads it who may read all.
    async fn in_full(&mut self, of: &v1::Participant) -> v1::Participant {
        let mut admin = clients(&self.stage.admin().await).0;
        let request = v1::ListParticipantsRequest {
            parent: of.name.split("/participants/").next().expect("a parent").into(),
            view: v1::View::Full.into(),
            purpose: "核对".into(),
            on_behalf_of: official(),
            ..Default::default()
        };
        let list = admin.list_participants(request).await.expect("list").into_inner().participants;
        list.into_iter().find(|one| one.name == of.name).expect("there")
    }

    async fn reclassify(&mut self, of: &v1::Participant, kind: Kind) -> Result<v1::Participant, Status> {
        self.update(v1::Participant { kind: kind.into(), ..of.clone() }, &["kind"]).await
    }
}

#[tokio::test]
async fn facts_are_corrected_one_by_one() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let home = scene.invite(&cast.mediation, household(1)).await;
    let other = scene.invite(&cast.mediation, household(2)).await;
    let right = v1::Participant {
        display_name: "户主甲".into(),
        needs: "轮椅".into(),
        household_size: 5,
        special_needs: vec![v1::party::Need::Hearing.into()],
        ..home.clone()
    };
    let changed = scene.update(right, &["needs", "special_needs", "household_size"]).await.expect("corrected");
    assert_ne!(changed.etag, home.etag);
    assert_eq!((changed.needs.as_str(), changed.household_size), ("", 5), "BASIC");
    let full = scene.in_full(&home).await;
    let said = (full.display_name.as_str(), full.needs.as_str(), full.dwelling.as_str(), full.special_needs.len());
    assert_eq!(said, ("户主1", "轮椅", "3号楼1单元001", 1), "what is not in the mask stays");

    // What was read masked is not written back.
    let masked = v1::Participant { phone: cast.owner.phone.clone(), ..cast.owner.clone() };
    let status = assert_reason(scene.update(masked, &["display_name", "phone"]).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "participant.display_name,participant.phone");
    let moved = v1::Participant { dwelling: "3号楼1单元002".into(), ..changed.clone() };
    let taken = assert_reason(scene.update(moved, &["dwelling"]).await, "ALREADY_EXISTS");
    assert_eq!(metadata(&taken, "resource"), other.name);
    let same = v1::Participant { dwelling: "３号楼１单元001".into(), ..changed.clone() };
    let changed = scene.update(same, &["dwelling"]).await.expect("its own");
    let faulty: [(v1::Participant, &[&str], &str); 8] = [
        (v1::Participant { dwelling: String::new(), ..changed.clone() }, &["dwelling"], "participant.dwelling"),
        (
            v1::Participant { display_name: " ".into(), ..changed.clone() },
            &["display_name"],
            "participant.display_name",
        ),
        (v1::Participant { kind: Kind::Mediator.into(), ..changed.clone() }, &["kind"], "participant.kind"),
        (v1::Participant { chosen_by: 1, ..changed.clone() }, &["chosen_by"], "participant.chosen_by"),
        (v1::Participant { chosen_by: 0, ..cast.mediator.clone() }, &["chosen_by"], "participant.chosen_by"),
        (changed.clone(), &["cadre"], "update_mask"),
        (changed.clone(), &["etag"], "update_mask"),
        (v1::Participant { etag: String::new(), ..changed.clone() }, &["household_size"], "participant.etag"),
    ];
    for (wrong, paths, field) in faulty {
        let status = assert_reason(scene.update(wrong, paths).await, "INVALID_REQUEST");
        assert!(metadata(&status, "fields").split(',').any(|name| name == field), "{field}: {status:?}");
    }
    assert_reason(scene.update(home.clone(), &["household_size"]).await, "ETAG_MISMATCH");
    let nobody = v1::UpdateParticipantRequest { on_behalf_of: None, ..updating(changed.clone(), &["household_size"]) };
    assert_reason(scene.mediations.update_participant(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    assert_eq!(scene.events("participant.updated").await, 2);

    // After the end a telephone number still changes, and nobody becomes another sort of party.
    let open = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(failing(&open)).await.expect("failed");
    let called = v1::Participant { phone: "13700000000".into(), ..changed.clone() };
    scene.update(called, &["phone"]).await.expect("corrected");
    assert_eq!(scene.in_full(&home).await.phone, "13700000000");
    let last = scene.in_full(&home).await;
    assert_reason(scene.reclassify(&last, Kind::NecessaryParty).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn a_party_entered_as_the_wrong_sort_becomes_the_right_one() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let third = scene.invite(&cast.mediation, party("赵六", Kind::NecessaryParty)).await;
    let third = scene.consent(&third, Consent::Given).await.expect("consents");
    let before = scene.get(&cast.mediation.name).await;
    assert_eq!((before.necessary_party_count, before.necessary_consent_count), (3, 1));
    let acceding = scene.reclassify(&third, Kind::AccedingParty).await.expect("reclassified");
    let after = scene.get(&cast.mediation.name).await;
    assert_eq!((after.necessary_party_count, after.necessary_consent_count), (2, 0));
    // A party that should not be there at all refuses now, and nothing ends.
    let refused = scene.consent(&acceding, Consent::Refused).await.expect("refused");
    assert_eq!(scene.get(&cast.mediation.name).await.state(), State::Open);
    assert_condition(scene.reclassify(&refused, Kind::NecessaryParty).await, "PARTICIPANT_REFUSED");
    let back = scene.consent(&refused, Consent::Given).await.expect("consents");
    let back = scene.reclassify(&back, Kind::NecessaryParty).await.expect("reclassified");
    let after = scene.get(&cast.mediation.name).await;
    assert_eq!((after.necessary_party_count, after.necessary_consent_count), (3, 1));

    // What rests on what it is stands in the way.
    let home = scene.invite(&cast.mediation, household(1)).await;
    let draft = scene.draft(&cast.mediation).await;
    let plan = planning(&draft, &[(&back, 100)], 90);
    scene.agreements.set_contribution_plan(plan).await.expect("planned");
    assert_condition(scene.reclassify(&back, Kind::AccedingParty).await, "IN_CONTRIBUTION_PLAN");
    assert_condition(scene.reclassify(&home, Kind::NecessaryParty).await, "IN_CONTRIBUTION_PLAN");
    scene.sign(&draft, &cast.owner).await.expect("signed");
    assert_condition(scene.reclassify(&cast.builder, Kind::AccedingParty).await, "AGREEMENT_IN_SIGNING");
}

#[tokio::test]
async fn who_signed_what_is_in_effect_stays_what_it_was() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let agreement =
        v1::Agreement { extent: Extent::Partial.into(), ..drafting(&cast.mediation).agreement.expect("agreement") };
    let request = v1::DraftAgreementRequest { agreement: Some(agreement), ..drafting(&cast.mediation) };
    let part = scene.agreements.draft_agreement(request).await.expect("drafted").into_inner();
    for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
        scene.sign(&part, signatory).await.expect("signed");
    }
    scene.seal(&part).await.expect("sealed");
    assert_condition(scene.reclassify(&cast.owner, Kind::AccedingParty).await, "SIGNED_ALREADY");
}

#[tokio::test]
async fn who_chose_whom_is_known_by_name() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let by = |one: v1::Participant, names: &[&v1::Participant]| v1::Participant {
        agreed_by: names.iter().map(|party| party.name.clone()).collect(),
        ..one
    };
    let chosen = scene.invite(&cast.mediation, by(mediator("cadres/zhao"), &[&cast.owner, &cast.builder])).await;
    assert_eq!(chosen.agreed_by, [cast.owner.name.clone(), cast.builder.name.clone()]);
    let told = scene.update(by(chosen, &[&cast.builder]), &["agreed_by"]).await.expect("told later");
    assert_eq!(scene.in_full(&told).await.agreed_by, std::slice::from_ref(&cast.builder.name));
    let both = scene.invite(&cast.mediation, by(body("司法所"), &[&cast.owner, &cast.builder])).await;
    assert_eq!(both.agreed_by.len(), 2);
    let fewer = by(both.clone(), &[&cast.owner]);
    assert_condition(scene.update(fewer, &["agreed_by"]).await, "PARTIES_NOT_CONSENTING");
    for names in [&[][..], &[&cast.owner]] {
        let request = inviting(&cast.mediation, by(body("镇老龄办"), names));
        assert_condition(scene.mediations.invite_participant(request).await, "PARTIES_NOT_CONSENTING");
    }

    let mut ask = async |one: v1::Participant| {
        scene.mediations.invite_participant(inviting(&cast.mediation, one)).await.map(tonic::Response::into_inner)
    };
    assert_condition(ask(by(mediator("cadres/qian"), &[&cast.police])).await, "NOT_A_PARTY");
    let committees = v1::Participant { chosen_by: ChosenBy::Committee.into(), ..mediator("cadres/qian") };
    let faulty = [
        (by(committees, &[&cast.owner]), "participant.agreed_by"),
        (by(party("孙七", Kind::NecessaryParty), &[&cast.owner]), "participant.agreed_by"),
        (
            v1::Participant { agreed_by: vec!["mediations/x/participants/y".into()], ..mediator("cadres/qian") },
            "participant.agreed_by[0]",
        ),
    ];
    for (wrong, field) in faulty {
        assert_eq!(metadata(&assert_reason(ask(wrong).await, "INVALID_REQUEST"), "fields"), field);
    }
}

#[tokio::test]
async fn no_session_with_one_side_becomes_one_with_all() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let third = scene.invite(&cast.mediation, party("赵六", Kind::NecessaryParty)).await;
    let mut request = scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.builder, &cast.mediator]);
    request.session.as_mut().expect("session").openness = v1::session::Openness::Private.into();
    let session = scene.schedule(request).await;
    assert_condition(scene.reclassify(&third, Kind::AccedingParty).await, "PRIVATE_WITH_ALL");
    scene.mediations.cancel_session(cancelling(&session)).await.expect("cancelled");
    scene.reclassify(&third, Kind::AccedingParty).await.expect("reclassified");
}

#[tokio::test]
async fn a_mask_of_all_empties_what_is_left_out() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let company = v1::Participant {
        organization: "organizations/yuzhou-committee".into(),
        ..party("禹州调委会", Kind::AccedingParty)
    };
    let company = scene.invite(&cast.mediation, company).await;
    let whole = v1::Participant {
        name: company.name.clone(),
        etag: company.etag.clone(),
        kind: company.kind,
        display_name: "禹州人民调解委员会".into(),
        ..Default::default()
    };
    let changed = scene.update(whole, &["*"]).await.expect("corrected");
    assert_eq!(changed.party_kind(), v1::party::Kind::Organization, "as the register says");
    let full = scene.in_full(&company).await;
    assert_eq!((full.needs.as_str(), full.phone.as_str(), full.party_kind()), ("", "", changed.party_kind()));
    // What is not to be changed is not looked at.
    let stray = v1::Participant { agreed_by: vec![cast.owner.name.clone()], phone: "1".into(), ..changed };
    scene.update(stray, &["phone"]).await.expect("corrected");
}
