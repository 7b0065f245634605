//! Opening a mediation, and its end without agreement.

use lianbang::{
    auth::Role,
    pb::v1::{self, mediation::State, organization::Kind as Organ},
};

use super::scene::{
    COMMITTEE, Scene, VILLAGE, YUZHOU, assert_condition, at, clients, committee, drafting, failing, metadata, opening,
    party, scheduling,
};
use crate::{
    cases::registered,
    harness::{assert_reason, date, request_id},
};

fn with(change: impl FnOnce(&mut v1::Mediation)) -> v1::OpenMediationRequest {
    let mut request = opening();
    change(request.mediation.as_mut().expect("mediation"));
    request
}

#[tokio::test]
async fn a_mediation_is_opened_on_no_case() {
    let mut scene = Scene::new().await;
    let request = with(|mediation| {
        mediation.application_date = date(2026, 3, 1);
        mediation.open_time = at(-3_600);
    });
    let opened = scene.mediations.open_mediation(request).await.expect("opened").into_inner();
    assert_eq!(opened.state(), State::Open);
    assert_eq!(opened.committee, COMMITTEE);
    assert_eq!((opened.region.as_str(), opened.region_version), (VILLAGE, 1));
    assert_eq!(opened.open_time, at(-3_600));
    assert_eq!(opened.application_date, date(2026, 3, 1));
    assert_eq!(opened.matter, "", "mutations answer BASIC");
    assert_eq!(scene.get(&opened.name).await, opened);
    assert_eq!(scene.events("mediation.opened").await, 1);
}

#[tokio::test]
async fn a_mediation_is_opened_on_cases_that_the_caller_sees() {
    let mut scene = Scene::new().await;
    let first = registered(&scene.line, VILLAGE, "漏水").await;
    let second = registered(&scene.line, VILLAGE, "噪音").await;
    let names = vec![second.name.clone(), first.name.clone()];
    let request = with(|mediation| {
        mediation.cases = names.clone();
        mediation.matter = String::new();
    });
    let opened = scene.mediations.open_mediation(request).await.expect("opened").into_inner();
    assert_eq!(opened.cases, names);

    let elsewhere = registered(&scene.stage.admin().await, YUZHOU, "别处").await;
    for case in [elsewhere.name, "cases/none".into(), format!("cases/{}", uuid::Uuid::new_v4())] {
        let request = with(|mediation| mediation.cases = vec![first.name.clone(), case.clone()]);
        let status = assert_reason(scene.mediations.open_mediation(request).await, "NOT_FOUND");
        assert_eq!(metadata(&status, "resource"), case);
    }
    scene.stage.sql(&format!("UPDATE cases SET state = {}", v1::case::State::Withdrawn as i32)).await;
    let request = with(|mediation| mediation.cases = vec![first.name.clone()]);
    assert_condition(scene.mediations.open_mediation(request).await, "CASE_ENDED");
}

#[tokio::test]
async fn what_is_wrong_with_an_opening_is_told() {
    let mut scene = Scene::new().await;
    let faulty = with(|mediation| {
        *mediation = v1::Mediation { open_time: at(60), application_date: date(2027, 1, 1), ..Default::default() };
    });
    let status = assert_reason(scene.mediations.open_mediation(faulty).await, "INVALID_REQUEST");
    let fields = metadata(&status, "fields");
    for field in ["source", "committee", "region", "matter", "open_time", "application_date"] {
        assert!(fields.contains(&format!("mediation.{field}")), "{field} in {fields}");
    }
    let unknown = with(|mediation| mediation.region = "regions/411002009000".into());
    assert_reason(scene.mediations.open_mediation(unknown).await, "INVALID_REQUEST");
    let nobody = v1::OpenMediationRequest { on_behalf_of: None, ..opening() };
    assert_reason(scene.mediations.open_mediation(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let outside = with(|mediation| mediation.region = YUZHOU.into());
    assert_reason(scene.mediations.open_mediation(outside).await, "OUT_OF_SCOPE");
    let missing = with(|mediation| mediation.committee = "organizations/none".into());
    assert_reason(scene.mediations.open_mediation(missing).await, "NOT_FOUND");

    let admin = scene.stage.admin().await;
    committee(&admin, "police", VILLAGE, Organ::Police).await;
    let police = with(|mediation| mediation.committee = "organizations/police".into());
    assert_condition(scene.mediations.open_mediation(police).await, "NOT_A_MEDIATION_COMMITTEE");
    scene.stage.sql("UPDATE organizations SET valid_until = 100 WHERE id = 'jindi-committee'").await;
    assert_condition(scene.mediations.open_mediation(opening()).await, "ORGANIZATION_ENDED");
}

#[tokio::test]
async fn a_reader_opens_nothing() {
    let scene = Scene::new().await;
    let (mut reader, _) = clients(&scene.stage.everywhere(Role::Reader).await);
    assert_reason(reader.open_mediation(opening()).await, "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_failure_tells_the_other_ways_and_ends_everything_open() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.mediator, &cast.owner])).await;
    let running = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.mediator, &cast.owner])).await;
    let draft = scene.draft(&cast.mediation).await;
    let mediation = scene.get(&cast.mediation.name).await;

    let silent = v1::FailMediationRequest { routes_notice: None, ..failing(&mediation) };
    assert_reason(scene.mediations.fail_mediation(silent).await, "INVALID_REQUEST");
    let other = v1::FailMediationRequest {
        reason: v1::mediation::FailureReason::Other.into(),
        explanation: String::new(),
        ..failing(&mediation)
    };
    assert_reason(scene.mediations.fail_mediation(other).await, "INVALID_REQUEST");
    let nobody = v1::FailMediationRequest { on_behalf_of: None, ..failing(&mediation) };
    assert_reason(scene.mediations.fail_mediation(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let stale = v1::FailMediationRequest { etag: "v9".into(), ..failing(&mediation) };
    assert_reason(scene.mediations.fail_mediation(stale).await, "ETAG_MISMATCH");

    let failed = scene.mediations.fail_mediation(failing(&mediation)).await.expect("failed").into_inner();
    assert_eq!(failed.state(), State::Failed);
    assert_eq!(failed.failure_reason(), v1::mediation::FailureReason::NoAgreement);
    assert_eq!(failed.failure_explanation, "");
    assert_eq!(failed.end_time, at(0));
    let notice = failed.routes_notice.clone().expect("notice");
    assert_eq!(notice.routes.len(), 2);
    assert_eq!(notice.means(), v1::routes_notice::Means::Written);
    assert_eq!(failed.session_count, 1);
    assert_eq!(scene.get(&failed.name).await, failed);
    assert_eq!(scene.session(&session.name).await.state(), v1::session::State::Cancelled);
    assert_eq!(scene.session(&running.name).await.state(), v1::session::State::Scheduled, "it has begun");
    assert_eq!(scene.agreement(&draft.name).await.state(), v1::agreement::State::Void);

    let again = scene.mediations.fail_mediation(failing(&failed)).await;
    let status = assert_reason(again, "TRANSITION_NOT_ALLOWED");
    assert_eq!(metadata(&status, "state"), "FAILED");
    let after = ["InviteParticipant", "RecordConsent", "UpdateParticipant"];
    let after = after.map(|method| format!("lianbang.v1.MediationService/{method}")).join(",");
    assert_eq!(metadata(&status, "allowed"), after, "of acceding parties, where something is in effect");
    let late = super::scene::inviting(&failed, party("赵六", v1::participant::Kind::AccedingParty));
    assert_condition(scene.mediations.invite_participant(late).await, "NOTHING_TO_ACCEDE_TO");
    let late = scheduling(&failed, 30..31, &[&cast.mediator, &cast.owner]);
    assert_reason(scene.mediations.schedule_session(late).await, "TRANSITION_NOT_ALLOWED");
    assert_reason(scene.agreements.draft_agreement(drafting(&failed)).await, "TRANSITION_NOT_ALLOWED");
    let unknown = v1::FailMediationRequest { name: "mediations/none".into(), ..failing(&failed) };
    assert_reason(scene.mediations.fail_mediation(unknown).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_repeated_opening_opens_once() {
    let mut scene = Scene::new().await;
    let request = opening();
    let first = scene.mediations.open_mediation(request.clone()).await.expect("opened").into_inner();
    let second = scene.mediations.open_mediation(request).await.expect("repeated").into_inner();
    assert_eq!(first, second);
    let dry = v1::OpenMediationRequest { validate_only: true, request_id: request_id(), ..opening() };
    scene.mediations.open_mediation(dry).await.expect("checked");
    assert_eq!(scene.stage.count("SELECT COUNT(*) FROM mediations").await, 1);
}
