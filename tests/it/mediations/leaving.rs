//! Mediators and bodies that go, agents who come, and what the parties are told at the end.

use lianbang::pb::v1::{
    self,
    attendance::Status as Presence,
    mediation::State,
    participant::{Consent, LeaveReason},
};

use super::scene::{
    HOUR, Scene, agent, assert_condition, attending, challenging, clients, consenting, dismissing, household, metadata,
    releasing, replacing, scheduling, signing, starting, told_of_other_ways, withdrawing,
};
use crate::harness::{assert_reason, official};

#[tokio::test]
async fn a_mediator_steps_aside_without_another_one_in_the_place() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 1..2, &[&cast.owner, &cast.mediator])).await;
    let challenge = challenging(&cast.mediator, &cast.owner);
    let challenge = scene.mediations.challenge_mediator(challenge).await.expect("challenged").into_inner();
    let request = v1::ListParticipantsRequest { parent: cast.mediation.name.clone(), ..Default::default() };
    let list = scene.mediations.list_participants(request).await.expect("list").into_inner().participants;
    let mediator = list.into_iter().find(|one| one.name == cast.mediator.name).expect("the mediator");

    assert_reason(scene.mediations.release_participant(releasing(&cast.mediator)).await, "ETAG_MISMATCH");
    let upheld = v1::ReleaseParticipantRequest { reason: LeaveReason::ChallengeUpheld.into(), ..releasing(&mediator) };
    assert_reason(scene.mediations.release_participant(upheld).await, "INVALID_REQUEST");
    assert_condition(scene.mediations.release_participant(releasing(&cast.owner)).await, "IS_A_PARTY");
    let nobody = v1::ReleaseParticipantRequest { on_behalf_of: None, ..releasing(&mediator) };
    assert_reason(scene.mediations.release_participant(nobody).await, "OFFICIAL_NOT_ACCEPTED");

    let left = scene.mediations.release_participant(releasing(&mediator)).await.expect("left").into_inner();
    assert_eq!((left.leave_reason(), left.pending_challenge_count), (LeaveReason::Recusal, 0));
    assert!(left.leave_time.is_some());
    let request = v1::GetChallengeRequest { name: challenge.name, ..Default::default() };
    let challenge = scene.mediations.get_challenge(request).await.expect("challenge").into_inner();
    assert_eq!(challenge.state(), v1::challenge::State::Upheld);
    assert_condition(scene.mediations.release_participant(releasing(&left)).await, "PARTICIPANT_LEFT");
    let draft = scene.draft(&cast.mediation).await;
    assert_condition(scene.agreements.sign_agreement(signing(&draft, &left)).await, "PARTICIPANT_LEFT");
    // Nothing takes the mediator's time any more, and another one takes over.
    let other = scene.open().await;
    let again = scene.invite(&other, super::scene::mediator("cadres/wang")).await;
    scene.schedule(scheduling(&other, 1..2, &[&again])).await;
    let next = scene.mediations.replace_mediator(replacing(&left, "cadres/zhao")).await.expect("replaced").into_inner();
    scene.stage.time.advance(HOUR * 1_000_000);
    let session = scene.session(&session.name).await;
    assert!(session.participants.contains(&next.name), "{session:?}");
    scene.mediations.start_session(starting(&session)).await.expect("begun");

    let body = v1::ReleaseParticipantRequest { reason: LeaveReason::EnteredInError.into(), ..releasing(&cast.police) };
    let gone = scene.mediations.release_participant(body).await.expect("gone").into_inner();
    assert_eq!(gone.leave_reason(), LeaveReason::EnteredInError);
    // Another one of the body may come later.
    let back = scene.invite(&cast.mediation, super::scene::body("派出所")).await;
    assert_ne!(back.name, gone.name);
    let asked = scheduling(&cast.mediation, 20..21, &[&next, &gone]);
    assert_condition(scene.mediations.schedule_session(asked).await, "PARTICIPANT_LEFT");
    assert_eq!(scene.events("participant.left").await, 2);
}

#[tokio::test]
async fn a_session_is_moved_without_those_who_have_gone() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let home = scene.invite(&cast.mediation, household(1)).await;
    let registered = v1::Participant {
        organization: "organizations/yuzhou-committee".into(),
        ..super::scene::body("禹州调委会")
    };
    let registered = scene.invite(&cast.mediation, registered).await;
    let all = [&cast.owner, &home, &cast.police, &registered, &cast.mediator];
    let session = scene.schedule(scheduling(&cast.mediation, 1..2, &all)).await;
    for body in [&cast.police, &registered] {
        let reason = LeaveReason::EnteredInError.into();
        let request = v1::ReleaseParticipantRequest { reason, ..releasing(body) };
        scene.mediations.release_participant(request).await.expect("gone");
    }
    scene.consent(&home, Consent::Refused).await.expect("refused");
    let request = super::scene::moving_to(&session, 5..6);
    let moved = scene.mediations.reschedule_session(request).await.expect("moved").into_inner();
    let mut left = moved.participants.clone();
    left.sort();
    let mut expected = vec![cast.owner.name.clone(), cast.mediator.name.clone()];
    expected.sort();
    assert_eq!((left, scene.session(&session.name).await.participants), (expected, moved.participants));
    // Who left may come back, also as something else.
    let party = v1::Participant {
        organization: "organizations/yuzhou-committee".into(),
        ..super::scene::party("禹州调委会", v1::participant::Kind::AccedingParty)
    };
    scene.invite(&cast.mediation, party.clone()).await;
    let twice = super::scene::inviting(&cast.mediation, party);
    assert_reason(scene.mediations.invite_participant(twice).await, "ALREADY_EXISTS");
    scene.mediations.release_participant(releasing(&cast.mediator)).await.expect("gone");
    let moved = scene.session(&session.name).await;
    let request = super::scene::moving_to(&moved, 7..8);
    assert_condition(scene.mediations.reschedule_session(request).await, "MEDIATOR_MISSING");
}

#[tokio::test]
async fn a_mandate_is_that_of_the_day_on_which_the_session_went_on() {
    const DAY: i64 = 24;
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator])).await;
    let begun = scene.mediations.start_session(starting(&session)).await.expect("started").into_inner();
    let adjourned = super::scene::adjourning(&begun);
    let adjourned = scene.mediations.adjourn_session(adjourned).await.expect("adjourned").into_inner();
    let request = super::scene::moving_to(&adjourned, 7 * DAY..7 * DAY + 1);
    scene.mediations.reschedule_session(request).await.expect("moved");
    let later = v1::Agent { start_date: crate::harness::date(2026, 3, 6), ..agent("周代理") };
    let zhou = scene.appoint(&cast.owner, later).await;
    let mut came = attending(&session, &[(&cast.owner, Presence::Present)]);
    came.attendances[0].agent = zhou.name.clone();
    scene.mediations.record_attendance(came).await.expect("came a week later");
}

#[tokio::test]
async fn who_came_for_a_party_is_told_and_held_a_mandate() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator])).await;
    let narrow = v1::Agent { extent: v1::mandate::Extent::General.into(), ..agent("周代理") };
    let zhou = scene.appoint(&cast.owner, narrow).await;
    let of_other = scene.appoint(&cast.builder, agent("吴代理")).await;
    let came = |by: &v1::Agent, status: Presence| {
        let mut request = attending(&session, &[(&cast.owner, status)]);
        request.attendances[0].agent = by.name.clone();
        request
    };
    for wrong in [came(&of_other, Presence::Present), came(&zhou, Presence::Absent)] {
        let status = assert_reason(scene.mediations.record_attendance(wrong).await, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), "attendances[0].agent");
    }
    let unknown = v1::Agent { name: format!("{}/agents/{}", cast.owner.name, uuid::Uuid::nil()), ..zhou.clone() };
    assert_reason(scene.mediations.record_attendance(came(&unknown, Presence::Present)).await, "NOT_FOUND");
    let held = scene.mediations.record_attendance(came(&zhou, Presence::Present)).await.expect("came").into_inner();
    assert_eq!(held.attendances[0].agent, zhou.name);
    scene
        .mediations
        .record_attendance(attending(&session, &[(&cast.mediator, Presence::Present)]))
        .await
        .expect("came");
    let minutes = super::scene::ending(&scene.session(&session.name).await);
    scene.mediations.end_session(minutes).await.expect("ended");
    assert_eq!(scene.session(&session.name).await.attendances[0].agent, zhou.name);
    // A later entry says that the party came itself.
    let own = scene.mediations.record_attendance(attending(&session, &[(&cast.owner, Presence::Present)])).await;
    assert_eq!(own.expect("entered").into_inner().attendances[0].agent, "");
    scene.mediations.dismiss_agent(dismissing(&zhou)).await.expect("dismissed");
    assert_condition(scene.mediations.record_attendance(came(&zhou, Presence::Present)).await, "AGENT_WITHOUT_MANDATE");
}

#[tokio::test]
async fn with_the_refusal_the_parties_are_told_of_the_other_ways() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let home = scene.invite(&cast.mediation, household(1)).await;
    let refusing = |of: &v1::Participant, notice| v1::RecordConsentRequest {
        routes_notice: notice,
        ..consenting(of, Consent::Refused)
    };
    assert_condition(scene.mediations.record_consent(refusing(&cast.owner, None)).await, "ROUTES_NOT_TOLD");
    for idle in [
        refusing(&home, told_of_other_ways()),
        v1::RecordConsentRequest { consent: Consent::Given.into(), ..refusing(&cast.owner, told_of_other_ways()) },
    ] {
        let status = assert_reason(scene.mediations.record_consent(idle).await, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), "routes_notice");
    }
    let mut silent = told_of_other_ways().expect("a notice");
    silent.routes.clear();
    let silent = scene.mediations.record_consent(refusing(&cast.owner, Some(silent))).await;
    assert_eq!(metadata(&assert_reason(silent, "INVALID_REQUEST"), "fields"), "routes_notice.routes");
    scene.mediations.record_consent(refusing(&cast.owner, told_of_other_ways())).await.expect("refused");
    let ended = scene.get(&cast.mediation.name).await;
    assert_eq!(ended.state(), State::EndedByRefusal);
    let told = ended.routes_notice.expect("told");
    assert_eq!((told.means(), told.routes.len()), (v1::routes_notice::Means::Written, 2));

    // Of an application that is taken back it may be told.
    let open = scene.open().await;
    let request = v1::WithdrawMediationRequest { routes_notice: told_of_other_ways(), ..withdrawing(&open, None) };
    let back = scene.mediations.withdraw_mediation(request).await.expect("withdrawn").into_inner();
    assert!(back.routes_notice.is_some());
    let open = scene.open().await;
    let back = scene.mediations.withdraw_mediation(withdrawing(&open, None)).await.expect("withdrawn").into_inner();
    assert_eq!(back.routes_notice, None);
}

#[tokio::test]
async fn a_document_names_agents_shares_and_scans() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let homes = [
        scene.invite(&cast.mediation, household(1)).await,
        scene.invite(&cast.mediation, household(2)).await,
        scene.invite(&cast.mediation, household(3)).await,
    ];
    scene.consent(&homes[2], Consent::Refused).await.expect("refused");
    let zhou = scene.appoint(&homes[0], agent("周代理")).await;
    let draft = scene.draft(&cast.mediation).await;
    let plan = super::scene::planning(&draft, &[(&cast.owner, 100)], 300);
    scene.agreements.set_contribution_plan(plan).await.expect("planned");
    let hash = "a".repeat(64);
    let by = v1::SignAgreementRequest {
        agent: zhou.name.clone(),
        evidence_sha256: hash.clone(),
        ..signing(&draft, &homes[0])
    };
    scene.agreements.sign_agreement(by).await.expect("signed");
    let mut admin = clients(&scene.stage.admin().await).1;
    let request =
        v1::RenderAgreementRequest { name: draft.name.clone(), purpose: "签署".into(), on_behalf_of: official() };
    let text = admin.render_agreement(request.clone()).await.expect("rendered").into_inner().text;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    assert!(lines.contains(&"户主1，3号楼1单元001：人民币1.00元"), "{text}");
    assert!(
        lines.iter().any(|line| line.contains("（代理人周代理代签）") && line.ends_with(&format!("凭证：{hash}"))),
        "{text}"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("当事人 户主2") && line.contains("签名（盖章、按指印）")),
        "{text}"
    );
    assert!(!text.contains("当事人 户主3"), "who refused has no line to sign on");
    for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
        scene.sign(&draft, signatory).await.expect("signed");
    }
    scene.seal(&draft).await.expect("sealed");
    let text = admin.render_agreement(request).await.expect("rendered").into_inner().text;
    assert!(text.contains("当事人 户主1") && !text.contains("当事人 户主2"), "those who are bound: {text}");
}
