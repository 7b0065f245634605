//! What was recorded, signed and owed stays as it was, whoever comes or goes later.

use lianbang::pb::v1::{self, agreement::Extent, contribution::Kind as Entry, participant::Kind};

use super::scene::*;
use crate::harness::{assert_reason, date, official, reason, request_id};

const DAY: i64 = 24 * HOUR;

fn present(of: &v1::Session, who: &v1::Participant) -> v1::RecordAttendanceRequest {
    attending(of, &[(who, v1::attendance::Status::Present)])
}

async fn full(scene: &mut Scene, name: &str) -> v1::Mediation {
    let request = v1::GetMediationRequest {
        name: name.into(),
        view: v1::View::Full.into(),
        purpose: "核对".into(),
        on_behalf_of: official(),
    };
    scene.mediations.get_mediation(request).await.expect("mediation").into_inner()
}

#[tokio::test]
async fn an_interrupted_session_goes_on_with_the_next_mediator() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator])).await;
    let late = scene.schedule(scheduling(&cast.mediation, 1..4, &[&cast.builder, &cast.mediator])).await;
    let begun = scene.mediations.start_session(starting(&session)).await.expect("started").into_inner();
    scene.mediations.record_attendance(present(&begun, &cast.mediator)).await.expect("came");
    let begun = scene.session(&begun.name).await;
    let broken = scene.mediations.adjourn_session(adjourning(&begun)).await.expect("adjourned").into_inner();
    scene.pass_to(2 * HOUR);
    let next = scene.replace(&cast.mediator, "cadres/zhao").await.expect("replaced");
    for name in [&broken.name, &late.name] {
        let handed = scene.session(name).await;
        assert!(handed.participants.contains(&next.name) && !handed.participants.contains(&cast.mediator.name));
    }
    let came = scene.session(&broken.name).await.attendances;
    assert!(came.iter().any(|one| one.participant == cast.mediator.name), "who came stays: {came:?}");
    // The one who left has time again, and the next one does not.
    let elsewhere = scene.open().await;
    let free = scene.invite(&elsewhere, mediator("cadres/wang")).await;
    scene.schedule(scheduling(&elsewhere, 3..4, &[&free])).await;
    let busy = scene.invite(&elsewhere, mediator("cadres/zhao")).await;
    let clash = scene.mediations.schedule_session(scheduling(&elsewhere, 3..4, &[&busy])).await;
    assert_reason(clash, "SCHEDULE_CLASH");
    let broken = scene.session(&broken.name).await;
    let moved = scene.mediations.reschedule_session(moving_to(&broken, 24..25)).await.expect("moved").into_inner();
    scene.pass_to(DAY);
    scene.mediations.start_session(starting(&moved)).await.expect("goes on");
}

#[tokio::test]
async fn a_session_takes_nobodys_time_once_it_has_ended() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(in_room(scheduling(&cast.mediation, 0..8, &[&cast.mediator]), "三楼")).await;
    let begun = scene.mediations.start_session(starting(&session)).await.expect("started").into_inner();
    scene.mediations.record_attendance(present(&begun, &cast.mediator)).await.expect("came");
    let begun = scene.session(&begun.name).await;
    scene.pass_to(HOUR);
    scene.mediations.end_session(ending(&begun)).await.expect("ended");
    scene.schedule(in_room(scheduling(&cast.mediation, 1..2, &[&cast.mediator]), "三楼")).await;
    let mut past = in_room(scheduling(&cast.mediation, 0..1, &[&cast.mediator]), "三楼");
    past.session.as_mut().expect("session").late_entry_reason = "补录".into();
    assert_reason(scene.mediations.schedule_session(past).await, "SCHEDULE_CLASH");
}

#[tokio::test]
async fn why_a_mediation_failed_is_kept_when_a_session_is_cancelled_later() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.mediator])).await;
    scene.pass_to(HOUR);
    let mediation = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(failing(&mediation)).await.expect("failed");
    let before = full(&mut scene, &cast.mediation.name).await;
    let explained = format!("{before:?}");
    assert!(explained.contains("差距太大。"), "{explained}");
    scene.mediations.cancel_session(cancelling(&session)).await.expect("cancelled");
    let after = full(&mut scene, &cast.mediation.name).await;
    assert!(format!("{after:?}").contains("差距太大。"), "{after:?}");
}

#[tokio::test]
async fn who_is_invited_after_the_effect_changes_nothing_of_the_agreement() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let agreement =
        v1::Agreement { extent: Extent::Partial.into(), ..drafting(&cast.mediation).agreement.expect("agreement") };
    let request = v1::DraftAgreementRequest { agreement: Some(agreement), ..drafting(&cast.mediation) };
    let draft = scene.agreements.draft_agreement(request).await.expect("drafted").into_inner();
    for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
        scene.sign(&draft, signatory).await.expect("signed");
    }
    let bound = scene.seal(&draft).await.expect("in effect");
    let third = scene.invite(&cast.mediation, party("第三人", Kind::NecessaryParty)).await;
    let read = scene.agreement(&bound.name).await;
    assert_eq!((read.necessary_party_count, read.copy_count), (bound.necessary_party_count, bound.copy_count));
    let render =
        v1::RenderAgreementRequest { name: bound.name.clone(), purpose: "归档".into(), on_behalf_of: official() };
    let text = scene.agreements.render_agreement(render).await.expect("rendered").into_inner().text;
    assert!(!text.contains("第三人"), "{text}");
    let ask = async |scene: &mut Scene, by: &[&v1::Participant]| {
        scene.agreements.request_confirmation(asking_court(&bound, by)).await
    };
    assert_condition(ask(&mut scene, &[&cast.owner, &cast.builder, &third]).await, "NOT_BOUND");
    assert_condition(ask(&mut scene, &[&cast.owner]).await, "NOT_JOINT");
    ask(&mut scene, &[&cast.owner, &cast.builder]).await.expect("asked");
}

#[tokio::test]
async fn nobody_begins_or_signs_outside_the_engagement() {
    let mut scene = Scene::new().await;
    let cadre = crate::mutations::cadres::entered(&scene.stage).await.name;
    let id = cadre.rsplit_once('/').expect("a name").1.to_owned();
    let mediation = scene.open().await;
    let owner = scene.invite(&mediation, party("张三丰", Kind::NecessaryParty)).await;
    let builder = scene.invite(&mediation, party("施工方", Kind::NecessaryParty)).await;
    let chosen = scene.invite(&mediation, mediator(&cadre)).await;
    let session = scene.schedule(scheduling(&mediation, 0..1, &[&owner, &chosen])).await;
    let draft = scene.draft(&mediation).await;
    scene.stage.sql(&format!("UPDATE cadres SET valid_until = 100 WHERE id = '{id}'")).await;
    let refused = scene.mediations.start_session(starting(&session)).await.expect_err("left the service");
    assert_eq!(
        (reason(&refused).as_str(), metadata(&refused, "article")),
        ("PRECONDITION_FAILED", "RMTJ 13; RMTJ 14".into())
    );
    assert_condition(scene.sign(&draft, &chosen).await, "NOT_ENGAGED");
    let by_word = oral(&mediation, &[&owner, &builder], &chosen);
    assert_condition(scene.agreements.record_oral_agreement(by_word).await, "NOT_ENGAGED");
    scene.stage.sql(&format!("UPDATE cadres SET valid_until = NULL WHERE id = '{id}'")).await;
    scene.mediations.start_session(starting(&session)).await.expect("started");
    scene.sign(&draft, &chosen).await.expect("signed");
}

#[tokio::test]
async fn what_was_done_last_says_whether_it_was_late() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let household = scene.invite(&cast.mediation, household(1)).await;
    let owed = |debtor: &v1::Participant| v1::Obligation {
        kind: v1::obligation::Kind::Payment.into(),
        debtor: debtor.name.clone(),
        amount: money(1_000),
        due_date: date(2026, 3, 3),
        ..Default::default()
    };
    let owed = scene.add(&draft, vec![owed(&cast.builder), owed(&household)]).await;
    for signatory in [&cast.owner, &cast.builder, &cast.mediator] {
        scene.sign(&draft, signatory).await.expect("signed");
    }
    scene.seal(&draft).await.expect("in effect");
    scene.pass_to(5 * DAY);
    let paid = |fen, day| {
        let mut request = performing(&owed[0], Some(fen));
        request.performance.as_mut().expect("performance").perform_time = at(day * DAY);
        request
    };
    scene.perform(paid(600, 4)).await.expect("a part, too late");
    let done = scene.perform(paid(400, 1)).await.expect("the rest, entered afterwards");
    assert_eq!((done.state(), done.late, done.end_time), (v1::obligation::State::Performed, true, at(4 * DAY)));
    // A household that never signed breaks nothing.
    let unbound = scene.owed(&owed[1].name).await;
    let (name, etag, reason, request_id, on_behalf_of) = moving(&unbound);
    let breach = v1::ReportBreachRequest { name, etag, request_id, reason, on_behalf_of, ..Default::default() };
    assert_condition(scene.agreements.report_breach(breach).await, "DEBTOR_NOT_BOUND");
}

#[tokio::test]
async fn a_pledge_does_not_freeze_a_plan_and_a_bearer_leaves_the_signed_shares_alone() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let homes = [scene.invite(&cast.mediation, household(1)).await, scene.invite(&cast.mediation, household(2)).await];
    let planned = scene.agreements.set_contribution_plan(planning(&draft, &[(&cast.owner, 100)], 1_000)).await;
    planned.expect("planned");
    let enter = async |scene: &mut Scene, by: &v1::Participant, kind: Entry, fen: i64| {
        scene.agreements.record_contribution(contributing(&draft, "residents", by, kind, fen)).await
    };
    enter(&mut scene, &homes[0], Entry::Pledged, 500).await.expect("pledged");
    scene.invite(&cast.mediation, household(3)).await;
    let now = scene.agreement(&draft.name).await;
    let again =
        v1::SetContributionPlanRequest { request_id: request_id(), ..planning(&now, &[(&cast.owner, 100)], 1_000) };
    scene.agreements.set_contribution_plan(again).await.expect("shared out anew");
    assert_condition(enter(&mut scene, &homes[0], Entry::Paid, 500).await, "MORE_THAN_OWED");
    scene.sign(&draft, &homes[1]).await.expect("signed");
    assert_condition(enter(&mut scene, &cast.owner, Entry::Paid, 668).await, "MORE_THAN_OWED");
    enter(&mut scene, &cast.owner, Entry::Paid, 667).await.expect("what those who did not sign leave");
    enter(&mut scene, &homes[1], Entry::Paid, 333).await.expect("the share of the one who signed");
}

#[tokio::test]
async fn what_is_said_in_private_is_kept_by_the_mediators_who_take_part() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let other = scene.invite(&cast.mediation, mediator("cadres/li")).await;
    let mut request = scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator]);
    request.session.as_mut().expect("session").openness = v1::session::Openness::Private.into();
    let session = scene.schedule(request).await;
    let of = || official_of(&cast.mediator);
    let said = statement(&session, &cast.owner, "底线是三万。");
    let open = scene.mediations.add_mediation_record(adding_record(&cast.mediation, said.clone(), of())).await;
    assert_condition(open, "SESSION_IS_PRIVATE");
    let station = v1::Participant { organization: COMMITTEE.into(), ..body("派出所") };
    let station = scene.invite(&cast.mediation, station).await;
    let private = for_ears_of(said, &[&cast.mediator, &other, &station]);
    let kept = scene.mediations.add_mediation_record(adding_record(&cast.mediation, private, of())).await;
    let kept = kept.expect("kept").into_inner();
    let by_body = scene.mediations.widen_audience(widening(&kept, &[&cast.builder], official_of(&station))).await;
    assert_condition(by_body, "NOT_A_MEDIATOR");
    // Who left is given no archive with what they may not read any more.
    scene.replace(&other, "cadres/zhao").await.expect("replaced");
    let export = async |scene: &mut Scene, recipient: &v1::Participant| {
        let request = v1::ExportDossierRequest {
            name: format!("{}/dossier", cast.mediation.name),
            recipient: recipient.name.clone(),
            purpose: "移交".into(),
            on_behalf_of: official_of(&cast.mediator),
        };
        let mut stream = scene.mediations.export_dossier(request).await.expect("export").into_inner();
        let mut bytes = Vec::new();
        while let Some(piece) = stream.message().await.expect("a piece") {
            if let Some(v1::export_dossier_response::Message::Chunk(chunk)) = piece.message {
                bytes.extend(chunk);
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    assert!(export(&mut scene, &cast.mediator).await.contains("底线是三万。"));
    assert!(!export(&mut scene, &other).await.contains("底线是三万。"));
}

#[tokio::test]
async fn a_session_that_nobody_began_is_held_by_a_mediator_who_may_lead_it() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 1..2, &[&cast.owner, &cast.mediator])).await;
    let challenge = scene.mediations.challenge_mediator(challenging(&cast.mediator, &cast.owner)).await;
    let challenge = challenge.expect("challenged").into_inner();
    scene.pass_to(HOUR + 60);
    scene.mediations.record_attendance(present(&session, &cast.mediator)).await.expect("came");
    let now = scene.session(&session.name).await;
    assert_condition(scene.mediations.end_session(ending(&now)).await, "CHALLENGE_PENDING");
    let upheld = deciding(&challenge, v1::challenge::Decision::Upheld);
    scene.mediations.decide_challenge(upheld).await.expect("upheld");
    let now = scene.session(&session.name).await;
    scene.mediations.end_session(ending(&now)).await.expect("the mediator left after it had begun");
    // One who had left before cannot have held it, nor keep what was told in private.
    let late = scene.invite(&cast.mediation, mediator("cadres/li")).await;
    let other = scene.schedule(scheduling(&cast.mediation, 3..4, &[&cast.owner, &late])).await;
    scene.replace(&late, "cadres/zhao").await.expect("replaced");
    scene.pass_to(3 * HOUR);
    scene.mediations.record_attendance(present(&other, &late)).await.expect("told so");
    let other = scene.session(&other.name).await;
    assert_condition(scene.mediations.end_session(ending(&other)).await, "MEDIATOR_NOT_PRESENT");
    let station = v1::Participant { organization: COMMITTEE.into(), ..body("派出所") };
    let station = scene.invite(&cast.mediation, station).await;
    let private = for_ears_of(evidence(), &[&late, &station]);
    let kept =
        scene.mediations.add_mediation_record(adding_record(&cast.mediation, private, official_of(&station))).await;
    assert_condition(kept, "MEDIATOR_MISSING");
}

#[tokio::test]
async fn an_imported_mediation_without_a_day_is_signed_on_its_own() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let draft = scene.draft(&cast.mediation).await;
    let before = v1::SignAgreementRequest { sign_time: at(-DAY), ..signing(&draft, &cast.owner) };
    assert_condition(scene.agreements.sign_agreement(before.clone()).await, "SIGNED_BEFORE_OPENING");
    scene.stage.sql("UPDATE mediations SET undated = TRUE").await;
    let again = v1::SignAgreementRequest { request_id: request_id(), ..before };
    scene.agreements.sign_agreement(again).await.expect("signed");
}

#[tokio::test]
async fn a_request_id_stands_for_the_official_of_the_metadata_too() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let other = scene.invite(&cast.mediation, mediator("cadres/li")).await;
    let record = for_ears_of(evidence(), &[&cast.mediator]);
    let message = adding_record(&cast.mediation, record, None);
    let ask = async |scene: &mut Scene, by: &v1::Participant| {
        let mut request = tonic::Request::new(message.clone());
        crate::walls::world::name_official(&mut request, official_of(by).as_ref());
        scene.mediations.add_mediation_record(request).await
    };
    let first = ask(&mut scene, &cast.mediator).await.expect("added").into_inner();
    assert_eq!(ask(&mut scene, &cast.mediator).await.expect("again").into_inner(), first);
    assert_reason(ask(&mut scene, &other).await, "REQUEST_ID_REUSED");
}
