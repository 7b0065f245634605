//! Sessions: time and place without clashes, who came, and how they ended.

use lianbang::pb::v1::{
    self,
    attendance::Status::{Absent, Present},
    participant::{Consent, Kind},
    session::State,
};

use super::scene::{
    COMMITTEE, HOUR, Scene, assert_condition, at, attending, cancelling, clients, ending, in_room, mediator, metadata,
    moving_to, opening, party, scheduling,
};
use crate::harness::assert_reason;

#[tokio::test]
async fn a_session_is_scheduled() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let request = in_room(scheduling(&cast.mediation, 2..4, &[&cast.builder, &cast.mediator, &cast.owner]), " 三楼 ");
    let session = scene.schedule(request).await;
    assert_eq!(session.state(), State::Scheduled);
    assert_eq!((session.venue.as_str(), session.room.as_str()), (COMMITTEE, "三楼"));
    let asked = [&cast.owner, &cast.builder, &cast.mediator].map(|participant| participant.name.clone());
    assert_eq!(session.participants, asked, "in the order of invitation");
    assert_eq!(scene.session(&session.name).await, session);
    assert_eq!(scene.get(&cast.mediation.name).await.session_count, 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_session_is_told() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let good = || scheduling(&cast.mediation, 2..4, &[&cast.mediator, &cast.owner]);
    type Change = fn(&mut v1::Session);
    let faulty: [(Change, &str); 6] = [
        (|session| session.start_time = None, "start_time"),
        (|session| session.end_time = session.start_time, "end_time"),
        (|session| session.end_time = at(27 * HOUR), "end_time"),
        (|session| session.room = "三楼".into(), "room"),
        (|session| session.participants.clear(), "participants"),
        (
            |session| {
                session.venue = COMMITTEE.into();
                session.place = "张家".into();
            },
            "place",
        ),
    ];
    for (change, field) in faulty {
        let mut request = good();
        change(request.session.as_mut().expect("session"));
        let status = assert_reason(scene.mediations.schedule_session(request).await, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), format!("session.{field}"));
    }
    let nobody = v1::ScheduleSessionRequest { on_behalf_of: None, ..good() };
    assert_reason(scene.mediations.schedule_session(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let alone = scheduling(&cast.mediation, 2..4, &[&cast.owner, &cast.police]);
    assert_condition(scene.mediations.schedule_session(alone).await, "MEDIATOR_MISSING");
    let mut nowhere = good();
    nowhere.session.as_mut().expect("session").venue = "organizations/none".into();
    assert_reason(scene.mediations.schedule_session(nowhere).await, "NOT_FOUND");

    let other = scene.open().await;
    let stranger = scene.invite(&other, mediator("cadres/li")).await;
    let request = scheduling(&cast.mediation, 2..4, &[&cast.mediator, &stranger]);
    assert_reason(scene.mediations.schedule_session(request).await, "NOT_FOUND");
    let request = v1::ScheduleSessionRequest { parent: "mediations/none".into(), ..good() };
    assert_reason(scene.mediations.schedule_session(request).await, "NOT_FOUND");
    let household = scene.invite(&cast.mediation, party("赵六", Kind::AccedingParty)).await;
    scene.consent(&household, Consent::Refused).await.expect("refused");
    let request = scheduling(&cast.mediation, 2..4, &[&cast.mediator, &household]);
    assert_condition(scene.mediations.schedule_session(request).await, "PARTICIPANT_REFUSED");
    scene.stage.sql("UPDATE organizations SET valid_until = 100").await;
    let request = in_room(good(), "三楼");
    assert_condition(scene.mediations.schedule_session(request).await, "ORGANIZATION_ENDED");
}

#[tokio::test]
async fn neither_a_person_nor_a_room_is_taken_twice() {
    let mut scene = Scene::new().await;
    let first = scene.cast().await;
    let second = scene.cast().await;
    let other = scene.invite(&second.mediation, mediator("cadres/li")).await;
    let session =
        scene.schedule(in_room(scheduling(&first.mediation, 2..4, &[&first.mediator, &first.owner]), "三楼")).await;

    // The same cadre in another mediation.
    let busy = scheduling(&second.mediation, 3..5, &[&second.mediator, &second.owner]);
    let status = assert_reason(scene.mediations.schedule_session(busy).await, "SCHEDULE_CLASH");
    assert_eq!(metadata(&status, "resource"), "cadres/wang");
    assert_eq!(metadata(&status, "session"), session.name);
    assert_eq!(metadata(&status, "free_start_times"), "2026-03-02T05:00:00Z", "from one o'clock in the afternoon on");
    // The same room.
    let taken = in_room(scheduling(&second.mediation, 1..3, &[&other, &second.owner]), "三楼");
    let status = assert_reason(scene.mediations.schedule_session(taken).await, "SCHEDULE_CLASH");
    assert_eq!(metadata(&status, "resource"), COMMITTEE);
    // The same party.
    let third = scene.invite(&first.mediation, mediator("cadres/zhao")).await;
    let twice = scheduling(&first.mediation, 3..4, &[&third, &first.owner]);
    let status = assert_reason(scene.mediations.schedule_session(twice).await, "SCHEDULE_CLASH");
    assert_eq!(metadata(&status, "resource"), first.owner.name);
    // Another room, other people, bodies, and times that only touch.
    scene
        .schedule(in_room(scheduling(&second.mediation, 2..4, &[&other, &second.owner, &second.police]), "四楼"))
        .await;
    let request = in_room(scheduling(&first.mediation, 4..5, &[&first.mediator, &first.owner, &first.police]), "三楼");
    scene.schedule(request).await;
    let dry = v1::ScheduleSessionRequest {
        validate_only: true,
        ..scheduling(&second.mediation, 23..40, &[&second.mediator, &second.owner])
    };
    scene.mediations.schedule_session(dry).await.expect("free");
    assert_eq!(scene.stage.count("SELECT COUNT(*) FROM mediation_sessions").await, 3);
}

#[tokio::test]
async fn a_session_is_moved_and_does_not_stand_in_its_own_way() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session =
        scene.schedule(in_room(scheduling(&cast.mediation, 2..4, &[&cast.mediator, &cast.owner]), "三楼")).await;
    let other = scene.schedule(scheduling(&cast.mediation, 6..7, &[&cast.mediator])).await;
    let moved = scene.mediations.reschedule_session(moving_to(&session, 3..5)).await.expect("moved").into_inner();
    assert_eq!((moved.start_time, moved.end_time), (at(3 * HOUR), at(5 * HOUR)));
    assert_eq!((moved.venue.as_str(), moved.reschedule_count, moved.reschedule_reason.as_str()), ("", 1, ""));
    assert_eq!(moved.participants, session.participants);
    assert_reason(scene.mediations.reschedule_session(moving_to(&session, 3..5)).await, "ETAG_MISMATCH");
    let status = assert_reason(scene.mediations.reschedule_session(moving_to(&moved, 5..8)).await, "SCHEDULE_CLASH");
    assert_eq!(
        (metadata(&status, "session"), metadata(&status, "free_start_times")),
        (other.name, "2026-03-02T08:00:00Z".into())
    );
    assert_eq!(scene.session(&moved.name).await, moved, "nothing is half-moved");
    // What it had taken is free again, and what it takes now is not.
    scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.mediator])).await;
    let taken = scheduling(&cast.mediation, 4..5, &[&cast.mediator]);
    assert_reason(scene.mediations.schedule_session(taken).await, "SCHEDULE_CLASH");

    let nobody = v1::RescheduleSessionRequest { on_behalf_of: None, ..moving_to(&moved, 9..10) };
    assert_reason(scene.mediations.reschedule_session(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let faulty = [
        (v1::RescheduleSessionRequest { start_time: at(-60), ..moving_to(&moved, 9..10) }, "start_time"),
        (v1::RescheduleSessionRequest { end_time: at(9 * HOUR), ..moving_to(&moved, 9..10) }, "end_time"),
        (v1::RescheduleSessionRequest { room: "三楼".into(), ..moving_to(&moved, 9..10) }, "room"),
    ];
    for (request, field) in faulty {
        let status = assert_reason(scene.mediations.reschedule_session(request).await, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), field);
    }
    let cancelled = scene.mediations.cancel_session(cancelling(&moved)).await.expect("cancelled").into_inner();
    assert_reason(scene.mediations.reschedule_session(moving_to(&cancelled, 9..10)).await, "TRANSITION_NOT_ALLOWED");
    assert_eq!(scene.events("session.rescheduled").await, 1);
}

#[tokio::test]
async fn nothing_is_moved_once_the_mediation_has_ended() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.mediator, &cast.owner])).await;
    let mediation = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(super::scene::failing(&mediation)).await.expect("failed");
    let present = scene.session(&session.name).await;
    assert_eq!(present.state(), State::Scheduled, "under way: it is ended with its minutes");
    assert_reason(scene.mediations.reschedule_session(moving_to(&present, 5..6)).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn a_session_that_has_begun_is_entered_with_a_reason() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let late = |reason: &str, hours| {
        let mut request = scheduling(&cast.mediation, hours, &[&cast.mediator, &cast.owner]);
        request.session.as_mut().expect("session").late_entry_reason = reason.into();
        request
    };
    for (reason, hours) in [("", -2..-1), ("上门调解，无网络", 1..2)] {
        let status = assert_reason(scene.mediations.schedule_session(late(reason, hours)).await, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), "session.late_entry_reason");
    }
    let entered = scene.schedule(late("上门调解，无网络", -2..-1)).await;
    assert_eq!((entered.start_time, entered.late_entry_reason.as_str()), (at(-2 * HOUR), ""));
    let mut admin = clients(&scene.stage.admin().await).0;
    let request = v1::GetSessionRequest {
        name: entered.name.clone(),
        view: v1::View::Full.into(),
        purpose: "核对笔录".into(),
        on_behalf_of: crate::harness::official(),
    };
    let full = admin.get_session(request).await.expect("full").into_inner();
    assert_eq!(full.late_entry_reason, "上门调解，无网络");
}

#[tokio::test]
async fn a_session_outside_the_scope_is_in_the_way_without_a_name() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    scene.schedule(scheduling(&cast.mediation, 2..4, &[&cast.mediator, &cast.owner])).await;
    let line = scene.stage.within(lianbang::auth::Role::Mediator, super::scene::YUZHOU).await;
    let (scene_line, _) = clients(&line);
    scene.mediations = scene_line;
    let mut request = opening();
    request.mediation.as_mut().expect("mediation").region = super::scene::YUZHOU.into();
    let mediation = scene.mediations.open_mediation(request).await.expect("opened").into_inner();
    let busy = scene.invite(&mediation, mediator("cadres/wang")).await;
    let request = scheduling(&mediation, 3..5, &[&busy]);
    let status = assert_reason(scene.mediations.schedule_session(request).await, "SCHEDULE_CLASH");
    assert_eq!((metadata(&status, "resource"), metadata(&status, "session")), ("cadres/wang".into(), String::new()));
}

#[tokio::test]
async fn a_cancelled_session_frees_people_and_room() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let request = || in_room(scheduling(&cast.mediation, 2..4, &[&cast.mediator, &cast.owner]), "三楼");
    let session = scene.schedule(request()).await;
    let stale = v1::CancelSessionRequest { etag: "v9".into(), ..cancelling(&session) };
    assert_reason(scene.mediations.cancel_session(stale).await, "ETAG_MISMATCH");
    let nobody = v1::CancelSessionRequest { on_behalf_of: None, ..cancelling(&session) };
    assert_reason(scene.mediations.cancel_session(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let cancelled = scene.mediations.cancel_session(cancelling(&session)).await.expect("cancelled").into_inner();
    assert_eq!(cancelled.state(), State::Cancelled);
    assert_eq!(cancelled.cancel_reason, "", "mutations answer BASIC");
    assert_eq!(scene.get(&cast.mediation.name).await.session_count, 0);
    scene.schedule(request()).await;
    let again = scene.mediations.cancel_session(cancelling(&cancelled)).await;
    assert_eq!(metadata(&assert_reason(again, "TRANSITION_NOT_ALLOWED"), "allowed"), "");
    let absent = attending(&cancelled, &[(&cast.owner, Absent)]);
    assert_reason(scene.mediations.record_attendance(absent).await, "TRANSITION_NOT_ALLOWED");
    let unknown =
        v1::CancelSessionRequest { name: format!("{}/sessions/none", cast.mediation.name), ..cancelling(&session) };
    assert_reason(scene.mediations.cancel_session(unknown).await, "NOT_FOUND");
}

#[tokio::test]
async fn attendance_is_recorded_and_mended() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.mediator, &cast.owner])).await;
    let entries = attending(&session, &[(&cast.mediator, Present), (&cast.owner, Absent)]);
    let recorded = scene.mediations.record_attendance(entries).await.expect("recorded").into_inner();
    assert_eq!((recorded.present_count, recorded.absent_count), (1, 1));
    assert_eq!(recorded.etag, session.etag, "attendance alone");
    assert!(recorded.attendances.iter().all(|attendance| attendance.reason.is_empty()), "BASIC");
    // The owner came after all, and the builder unasked.
    let entries = attending(&session, &[(&cast.owner, Present), (&cast.builder, Present)]);
    let mended = scene.mediations.record_attendance(entries).await.expect("mended").into_inner();
    assert_eq!((mended.present_count, mended.absent_count), (3, 0));
    assert_eq!(mended.participants.len(), 2, "who was asked stays");
    assert_eq!(scene.session(&session.name).await, mended);
    assert_eq!(scene.events("attendance.recorded").await, 2);

    let twice = attending(&session, &[(&cast.owner, Present), (&cast.owner, Absent)]);
    let status = assert_reason(scene.mediations.record_attendance(twice).await, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), "attendances[1].participant");
    let stranger = v1::Participant {
        name: format!("{}/participants/{}", cast.mediation.name, uuid::Uuid::new_v4()),
        ..cast.owner.clone()
    };
    let both = attending(&session, &[(&cast.police, Present), (&stranger, Present)]);
    assert_reason(scene.mediations.record_attendance(both).await, "NOT_FOUND");
    assert_eq!(scene.session(&session.name).await.present_count, 3, "all or none");
}

#[tokio::test]
async fn a_session_ends_with_outcome_and_minutes() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 1..2, &[&cast.mediator, &cast.owner])).await;
    assert_condition(scene.mediations.end_session(ending(&session)).await, "NOT_BEGUN");
    scene.stage.time.advance(HOUR * 1_000_000);
    assert_condition(scene.mediations.end_session(ending(&session)).await, "MEDIATOR_NOT_PRESENT");
    let present = attending(&session, &[(&cast.owner, Present), (&cast.mediator, Present)]);
    scene.mediations.record_attendance(present).await.expect("recorded");
    let stale = v1::EndSessionRequest { etag: "v9".into(), ..ending(&session) };
    assert_reason(scene.mediations.end_session(stale).await, "ETAG_MISMATCH");
    for (minutes, outcome, field) in [("谈了。", 0, "outcome"), ("", 1, "minutes")] {
        let mute = v1::EndSessionRequest { minutes: minutes.into(), outcome, ..ending(&session) };
        let status = assert_reason(scene.mediations.end_session(mute).await, "INVALID_REQUEST");
        assert_eq!(metadata(&status, "fields"), field);
    }
    let nobody = v1::EndSessionRequest { on_behalf_of: None, ..ending(&session) };
    assert_reason(scene.mediations.end_session(nobody).await, "OFFICIAL_NOT_ACCEPTED");

    let ended = scene.mediations.end_session(ending(&session)).await.expect("ended").into_inner();
    assert_eq!((ended.state(), ended.outcome()), (State::Ended, v1::session::Outcome::Agreed));
    assert_eq!(ended.minutes, "");
    assert_eq!(scene.session(&session.name).await, ended);
    assert_eq!(scene.get(&cast.mediation.name).await.state(), v1::mediation::State::Open);
    let again = assert_reason(scene.mediations.end_session(ending(&ended)).await, "TRANSITION_NOT_ALLOWED");
    assert_eq!(metadata(&again, "allowed"), "lianbang.v1.MediationService/RecordAttendance");
    let late = attending(&ended, &[(&cast.builder, Absent)]);
    scene.mediations.record_attendance(late).await.expect("mended afterwards");
}
