//! Who may mediate, when, and how much.

use futures::future::join_all;
use lianbang::pb::v1::{
    self, CommitteeMember, CommitteeTerm, cadre_service_client::CadreServiceClient, committee_member::Post,
    committee_service_client::CommitteeServiceClient,
};

use super::scene::{
    COMMITTEE, HOUR, Scene, VILLAGE, assert_condition, inviting, mediator, metadata, moving_to, scheduling,
};
use crate::{
    harness::{Stage, assert_reason, date, meet, reason, request_id},
    mutations::cadres,
};

const DAY: i64 = 24 * HOUR;

#[tokio::test]
async fn nobody_mediates_outside_the_engagement() {
    let mut scene = Scene::new().await;
    let cadre = cadres::entered(&scene.stage).await.name;
    let post = |role: v1::posting::Role, from, until| v1::CreatePostingRequest {
        parent: cadre.clone(),
        posting: Some(v1::Posting {
            region: VILLAGE.into(),
            role: role.into(),
            valid_from: from,
            valid_until: until,
            ..Default::default()
        }),
        request_id: request_id(),
        ..Default::default()
    };
    let mut client = CadreServiceClient::new(scene.stage.admin().await);
    let mut posted = Vec::new();
    for (role, from, until) in [
        (v1::posting::Role::VillageHelper, date(2025, 1, 1), None),
        (v1::posting::Role::Mediator, date(2026, 1, 1), date(2026, 3, 10)),
    ] {
        posted.push(client.create_posting(post(role, from, until)).await.expect("posted").into_inner().name);
    }
    let cast = scene.cast().await;
    let as_helper = v1::Participant { posting: posted[0].clone(), ..mediator("") };
    let refused = scene.mediations.invite_participant(inviting(&cast.mediation, as_helper)).await;
    assert_condition(refused, "NOT_ENGAGED");
    let nowhere = v1::Participant { posting: format!("{cadre}/postings/none"), ..mediator("") };
    assert_condition(scene.mediations.invite_participant(inviting(&cast.mediation, nowhere)).await, "NOT_ENGAGED");
    let engaged = v1::Participant { posting: posted[1].clone(), ..mediator("") };
    let engaged = scene.invite(&cast.mediation, engaged).await;
    let session = scene.schedule(scheduling(&cast.mediation, 24..25, &[&cast.owner, &engaged])).await;
    let late = scheduling(&cast.mediation, 240..241, &[&cast.owner, &engaged]);
    assert_condition(scene.mediations.schedule_session(late).await, "NOT_ENGAGED");
    assert_condition(scene.mediations.reschedule_session(moving_to(&session, 240..241)).await, "NOT_ENGAGED");
    scene.pass_to(10 * DAY);
    let other = scene.open().await;
    let by_name = scene.mediations.invite_participant(inviting(&other, mediator(&cadre))).await;
    assert_condition(by_name, "NOT_ENGAGED");
}

#[tokio::test]
async fn a_member_of_a_committee_mediates_while_the_committee_is_in_office() {
    let mut scene = Scene::new().await;
    let cadre = cadres::entered(&scene.stage).await.name;
    let mut committees = CommitteeServiceClient::new(scene.stage.admin().await);
    let member = CommitteeMember { cadre: cadre.clone(), post: Post::Director.into(), ..Default::default() };
    let term = CommitteeTerm {
        valid_from: date(2026, 3, 4),
        chosen_by: v1::committee_term::ChosenBy::Residents.into(),
        members: vec![member],
        ..Default::default()
    };
    let request = v1::CreateCommitteeTermRequest {
        parent: COMMITTEE.into(),
        committee_term: Some(term),
        request_id: request_id(),
        ..Default::default()
    };
    let term = committees.create_committee_term(request).await.expect("term").into_inner();
    let cast = scene.cast().await;
    let early = scene.mediations.invite_participant(inviting(&cast.mediation, mediator(&cadre))).await;
    assert_condition(early, "NOT_ENGAGED");
    scene.pass_to(3 * DAY);
    let chosen = scene.invite(&cast.mediation, mediator(&cadre)).await;
    scene.schedule(scheduling(&cast.mediation, 96..97, &[&cast.owner, &chosen])).await;
    let request = v1::EndCommitteeTermRequest {
        name: term.name,
        etag: term.etag,
        valid_until: date(2026, 3, 10),
        end_reason: v1::committee_term::EndReason::Renewal.into(),
        request_id: request_id(),
        ..Default::default()
    };
    committees.end_committee_term(request).await.expect("ended");
    scene.schedule(scheduling(&cast.mediation, 168..169, &[&cast.owner, &chosen])).await;
    let late = scheduling(&cast.mediation, 192..193, &[&cast.owner, &chosen]);
    assert_condition(scene.mediations.schedule_session(late).await, "NOT_ENGAGED");
    // Nor does one take over a session after the term.
    let last = scene.schedule(scheduling(&cast.mediation, 193..194, &[&cast.owner, &cast.mediator])).await;
    let other = scene.open().await;
    let others = scene.invite(&other, mediator("cadres/sun")).await;
    scene.schedule(scheduling(&other, 193..194, &[&others])).await;
    assert_condition(scene.replace(&others, &cadre).await, "NOT_ENGAGED");
    assert_eq!(scene.session(&last.name).await, last);
    // Who has left the service mediates no more, nor does anybody for a committee that has ended.
    for (table, id) in [("cadres", cadre.rsplit_once('/').expect("name").1), ("organizations", "jindi-committee")] {
        scene.stage.sql(&format!("UPDATE {table} SET valid_until = 100 WHERE id = '{id}'")).await;
        let early = scheduling(&cast.mediation, 120..121, &[&cast.owner, &chosen]);
        assert_condition(scene.mediations.schedule_session(early).await, "NOT_ENGAGED");
        scene.stage.sql(&format!("UPDATE {table} SET valid_until = NULL WHERE id = '{id}'")).await;
    }
    scene.schedule(scheduling(&cast.mediation, 120..121, &[&cast.owner, &chosen])).await;
}

#[tokio::test]
async fn what_was_entered_in_error_bars_nobody() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let cadre = cadres::entered(&scene.stage).await.name;
    let mut committees = CommitteeServiceClient::new(scene.stage.admin().await);
    let member = CommitteeMember { cadre: cadre.clone(), post: Post::Member.into(), ..Default::default() };
    let term = CommitteeTerm {
        valid_from: date(2026, 1, 1),
        valid_until: date(2026, 1, 1),
        end_reason: v1::committee_term::EndReason::EnteredInError.into(),
        chosen_by: v1::committee_term::ChosenBy::Residents.into(),
        members: vec![member],
        ..Default::default()
    };
    let request = v1::CreateCommitteeTermRequest {
        parent: COMMITTEE.into(),
        committee_term: Some(term),
        request_id: request_id(),
        ..Default::default()
    };
    committees.create_committee_term(request).await.expect("term");
    scene.invite(&cast.mediation, mediator(&cadre)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_there_before_the_leave_or_gives_way_to_it() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let cadre = cadres::entered(&scene.stage).await.name;
    let chosen = scene.invite(&cast.mediation, mediator(&cadre)).await;
    let id = cadre.rsplit_once('/').expect("name").1;
    let lock = format!("SELECT 1 FROM cadres WHERE id = '{id}' FOR UPDATE");
    let request = scheduling(&cast.mediation, 24..25, &[&cast.owner, &chosen]);
    let mut client = scene.mediations.clone();
    let (session, _) =
        meet(&scene.stage, &lock, client.schedule_session(request), leave(&scene.stage, &cadre, 3, 5)).await;
    let of = async |kind: &str| {
        scene.stage.count(&format!("SELECT COALESCE(MAX(seq), 0) FROM records WHERE kind = '{kind}'")).await
    };
    match session {
        Ok(_) => assert!(of("session.scheduled").await < of("leave.created").await),
        Err(status) => assert_eq!(reason(&status), "SCHEDULE_CLASH"),
    }
}

#[tokio::test]
async fn nobody_is_asked_to_mediate_on_a_day_of_leave() {
    let mut scene = Scene::new().await;
    let cadre = cadres::entered(&scene.stage).await.name;
    let cast = scene.cast().await;
    let resting = scene.invite(&cast.mediation, mediator(&cadre)).await;
    let before = scene.schedule(scheduling(&cast.mediation, 24..25, &[&cast.owner, &resting])).await;
    let leave = leave(&scene.stage, &cadre, 3, 5).await;
    assert_eq!(scene.session(&before.name).await, before, "what is set stands");

    // Nine in the morning and fifteen hours is midnight, when the leave begins.
    let touching = scheduling(&cast.mediation, 14..15, &[&cast.owner, &resting]);
    scene.schedule(touching).await;
    let request = scheduling(&cast.mediation, 15..16, &[&cast.builder, &resting]);
    let status = assert_reason(scene.mediations.schedule_session(request).await, "SCHEDULE_CLASH");
    assert_eq!(metadata(&status, "resource"), cadre);
    assert_eq!((metadata(&status, "leave"), metadata(&status, "session")), (leave.name.clone(), String::new()));
    assert_eq!(
        metadata(&status, "free_start_times"),
        "2026-03-04T16:00:00Z",
        "midnight in Shanghai, back on the fifth"
    );
    let moved = scene.mediations.reschedule_session(moving_to(&before, 30..31)).await;
    assert_reason(moved, "SCHEDULE_CLASH");
    scene.schedule(scheduling(&cast.mediation, 30..31, &[&cast.builder, &cast.mediator])).await;

    // Free times do not lie in a leave, whatever else is in the way.
    let busy = scheduling(&cast.mediation, 14..15, &[&cast.builder, &resting]);
    let status = assert_reason(scene.mediations.schedule_session(busy).await, "SCHEDULE_CLASH");
    assert_eq!(metadata(&status, "leave"), "");
    assert_eq!(metadata(&status, "free_start_times"), "2026-03-04T16:00:00Z");
    // Who comes back early may be asked again.
    let mut client = CadreServiceClient::new(scene.stage.admin().await);
    let end = v1::EndLeaveRequest {
        name: leave.name,
        valid_until: date(2026, 3, 4),
        etag: leave.etag,
        request_id: request_id(),
        ..Default::default()
    };
    client.end_leave(end).await.expect("ended");
    scene.schedule(scheduling(&cast.mediation, 48..49, &[&cast.builder, &resting])).await;
    // What is entered late was held.
    scene.pass_to(3 * DAY);
    let mut held = scheduling(&cast.mediation, 31..32, &[&cast.builder, &resting]);
    held.session.as_mut().expect("session").late_entry_reason = "补录".into();
    scene.schedule(held).await;
}

async fn leave(stage: &Stage, cadre: &str, from: i32, until: i32) -> v1::Leave {
    let leave = v1::Leave { valid_from: date(2026, 3, from), valid_until: date(2026, 3, until), ..Default::default() };
    let request = v1::CreateLeaveRequest {
        parent: cadre.into(),
        leave: Some(leave),
        request_id: request_id(),
        ..Default::default()
    };
    CadreServiceClient::new(stage.admin().await).create_leave(request).await.expect("leave").into_inner()
}

/// A new cadre who takes as many mediations.
pub async fn cadre_with_capacity(stage: &Stage, capacity: i32) -> String {
    let cadre = v1::Cadre { mediation_capacity: capacity, ..cadres::entered(stage).await };
    let request = v1::UpdateCadreRequest { cadre: Some(cadre), request_id: request_id(), ..Default::default() };
    CadreServiceClient::new(stage.admin().await).update_cadre(request).await.expect("capacity").into_inner().name
}

#[tokio::test]
async fn nobody_mediates_more_than_they_can() {
    let mut scene = Scene::new().await;
    let cadre = cadre_with_capacity(&scene.stage, 2).await;
    let opened = [scene.open().await, scene.open().await, scene.open().await];
    let first = scene.invite(&opened[0], mediator(&cadre)).await;
    scene.invite(&opened[1], mediator(&cadre)).await;
    let refused = scene.mediations.invite_participant(inviting(&opened[2], mediator(&cadre))).await;
    assert_condition(refused, "MEDIATOR_AT_CAPACITY");
    let other = scene.invite(&opened[2], mediator("cadres/li")).await;
    let replacing = scene.replace(&other, &cadre).await;
    assert_condition(replacing, "MEDIATOR_AT_CAPACITY");
    // Who leaves one may take another.
    scene.replace(&first, "cadres/zhao").await.expect("replaced");
    scene.replace(&other, &cadre).await.expect("has room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_at_once_do_not_exceed_a_capacity() {
    let mut scene = Scene::new().await;
    let cadre = cadre_with_capacity(&scene.stage, 3).await;
    let mut opened = Vec::new();
    for _ in 0..10 {
        opened.push(scene.open().await);
    }
    let all = opened.iter().map(|mediation| {
        let (mut client, request) = (scene.mediations.clone(), inviting(mediation, mediator(&cadre)));
        async move { client.invite_participant(request).await }
    });
    let answers = join_all(all).await;
    let refused: Vec<String> = answers.iter().filter_map(|answer| answer.as_ref().err().map(reason)).collect();
    assert_eq!(refused, vec!["PRECONDITION_FAILED"; 7]);
}
