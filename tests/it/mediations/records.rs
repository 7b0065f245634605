//! The file of a mediation: open records, and private ones with their audience.

use lianbang::pb::v1::{
    self,
    mediation_record::{Kind, Visibility},
};
use tonic::Status;

use super::scene::*;
use crate::harness::{assert_reason, official, request_id};

/// Fails unless a call is refused for these fields.
#[track_caller]
fn assert_fields<T: std::fmt::Debug>(outcome: Result<T, Status>, fields: &[&str]) {
    let status = assert_reason(outcome, "INVALID_REQUEST");
    assert_eq!(metadata(&status, "fields"), fields.join(","));
}

impl Scene {
    async fn record(
        &mut self,
        parent: &v1::Mediation,
        record: v1::MediationRecord,
        of: Option<v1::Official>,
    ) -> Result<v1::MediationRecord, Status> {
        let request = adding_record(parent, record, of);
        self.mediations.add_mediation_record(request).await.map(tonic::Response::into_inner)
    }

    async fn read_record(
        &mut self,
        record: &v1::MediationRecord,
        of: Option<v1::Official>,
    ) -> Result<v1::MediationRecord, Status> {
        let request = v1::GetMediationRecordRequest {
            name: record.name.clone(),
            view: v1::View::Full.into(),
            purpose: "核对".into(),
            on_behalf_of: of,
        };
        self.mediations.get_mediation_record(request).await.map(tonic::Response::into_inner)
    }

    async fn file(&mut self, parent: &v1::Mediation, filter: &str, of: Option<v1::Official>) -> Vec<String> {
        let request = v1::ListMediationRecordsRequest {
            parent: parent.name.clone(),
            filter: filter.into(),
            on_behalf_of: of,
            ..Default::default()
        };
        let listed = self.mediations.list_mediation_records(request).await.expect("the file").into_inner();
        listed.mediation_records.into_iter().map(|record| record.name).collect()
    }
}

#[tokio::test]
async fn what_is_recorded_is_kept_as_told() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator])).await;
    let mut inspected = evidence();
    inspected.kind = Kind::Investigation.into();
    (inspected.event_time, inspected.place) = (at(-HOUR), "二单元地下室".into());
    let fact = v1::MediationRecord {
        kind: Kind::UndisputedFact.into(),
        session: session.name.clone(),
        text: "水是从楼上下来的。".into(),
        acknowledged_by: vec![cast.owner.name.clone(), cast.builder.name.clone()],
        ..Default::default()
    };
    let mut kept = Vec::new();
    for record in [statement(&session, &cast.owner, "漏了三年。"), inspected, fact.clone()] {
        kept.push(scene.record(&cast.mediation, record, official()).await.expect("recorded"));
    }
    let basic = &kept[1];
    assert_eq!((basic.title.as_str(), basic.place.as_str(), basic.items.len()), ("", "", 0), "BASIC shows no content");
    assert_eq!((basic.recorder.as_str(), basic.visibility()), ("张主任", Visibility::Open));
    let read = scene.read_record(basic, official()).await.expect("read");
    assert_eq!((read.title.as_str(), read.place.as_str()), ("收条一张", "二单元地下室"));
    assert_eq!((read.items[0].sha256.as_str(), read.items[0].original), ("cd".repeat(32).as_str(), true));
    let read = scene.read_record(&kept[2], official()).await.expect("read");
    assert_eq!((read.text, read.acknowledged_by), (fact.text, fact.acknowledged_by));
    let names: Vec<String> = kept.iter().map(|record| record.name.clone()).collect();
    assert_eq!(scene.file(&cast.mediation, "", official()).await, names);
    for (filter, expected) in [
        ("kind = \"KIND_STATEMENT\"".to_owned(), &names[..1]),
        (format!("session = \"{}\" AND kind != \"KIND_STATEMENT\"", session.name), &names[2..]),
        (format!("NOT session = \"{}\"", session.name), &names[1..2]),
        ("visibility = \"VISIBILITY_PRIVATE\"".to_owned(), &names[..0]),
    ] {
        assert_eq!(scene.file(&cast.mediation, &filter, official()).await, expected, "{filter}");
    }
    assert_eq!(scene.events("mediation_record.added").await, 3);
}

#[tokio::test]
async fn each_kind_says_what_it_lacks() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let of = |kind: Kind| v1::MediationRecord { kind: kind.into(), text: "说了。".into(), ..Default::default() };
    let private = |record| for_ears_of(record, &[&cast.mediator]);
    let unheard = v1::MediationRecord { audience: Vec::new(), ..private(of(Kind::Evidence)) };
    let audible = v1::MediationRecord { audience: vec![cast.owner.name.clone()], ..of(Kind::FileNote) };
    let future = v1::MediationRecord { event_time: at(HOUR), ..of(Kind::FollowUp) };
    let lonely = v1::MediationRecord { acknowledged_by: vec![cast.owner.name.clone()], ..of(Kind::UndisputedFact) };
    let agreed = v1::MediationRecord { acknowledged_by: vec![cast.owner.name.clone()], ..of(Kind::FileNote) };
    let silent = v1::MediationRecord { text: " ".into(), ..of(Kind::FileNote) };
    let table: [(v1::MediationRecord, &[&str]); 13] = [
        (v1::MediationRecord::default(), &["kind"]),
        (of(Kind::Note), &["session"]),
        (of(Kind::Statement), &["session", "participant"]),
        (of(Kind::RightsNotice), &["participant"]),
        (of(Kind::Investigation), &["event_time"]),
        (of(Kind::Evidence), &["items"]),
        (silent, &["text"]),
        (future, &["event_time"]),
        (lonely, &["session", "acknowledged_by"]),
        (agreed, &["acknowledged_by"]),
        (unheard, &["items", "audience"]),
        (audible, &["audience"]),
        (private(of(Kind::FollowUp)), &["event_time", "visibility"]),
    ];
    for (record, fields) in table {
        let refused = scene.record(&cast.mediation, record, official()).await;
        let fields: Vec<String> = fields.iter().map(|field| format!("mediation_record.{field}")).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        assert_fields(refused, &fields);
    }
    let mut mistaken = of(Kind::UndisputedFact);
    mistaken.session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.mediator])).await.name;
    mistaken.acknowledged_by = vec![cast.owner.name.clone(), cast.mediator.name.clone()];
    assert_condition(scene.record(&cast.mediation, mistaken.clone(), official()).await, "NOT_A_PARTY");
    let other = scene.open().await;
    let foreign = scene.record(&other, mistaken, official()).await;
    assert_reason(foreign, "NOT_FOUND");
    let session = scene.schedule(scheduling(&cast.mediation, 2..3, &[&cast.mediator])).await;
    scene.mediations.cancel_session(cancelling(&session)).await.expect("cancelled");
    let late = statement(&session, &cast.owner, "没开成。");
    assert_condition(scene.record(&cast.mediation, late, official()).await, "SESSION_CANCELLED");
}

#[tokio::test]
async fn what_is_told_in_private_is_for_its_audience() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let station = v1::Participant { organization: COMMITTEE.into(), ..body("司法所") };
    let station = scene.invite(&cast.mediation, station).await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator])).await;
    let told = statement(&session, &cast.owner, "底线是三万。");
    let wang = official_of(&cast.mediator);
    let nobody_hears = for_ears_of(told.clone(), &[&cast.owner]);
    assert_condition(scene.record(&cast.mediation, nobody_hears, wang.clone()).await, "MEDIATOR_MISSING");
    let others = for_ears_of(told, &[&cast.mediator]);
    assert_condition(scene.record(&cast.mediation, others.clone(), official()).await, "NOT_IN_AUDIENCE");
    let kept = scene.record(&cast.mediation, others, wang.clone()).await.expect("recorded");
    // Who said it knows it.
    assert_eq!(kept.audience, [cast.owner.name.clone(), cast.mediator.name.clone()]);
    assert_eq!(scene.read_record(&kept, wang.clone()).await.expect("read").text, "底线是三万。");
    let at_station = official_of(&station);
    for outsider in [official(), at_station.clone()] {
        assert_reason(scene.read_record(&kept, outsider.clone()).await, "NOT_FOUND");
        assert!(scene.file(&cast.mediation, "", outsider).await.is_empty());
    }
    assert_eq!(scene.file(&cast.mediation, "", wang.clone()).await, std::slice::from_ref(&kept.name));
    let stale = v1::WidenAudienceRequest { etag: "x".into(), ..widening(&kept, &[&station], wang.clone()) };
    assert_reason(scene.mediations.widen_audience(stale).await, "ETAG_MISMATCH");
    let widened = scene.mediations.widen_audience(widening(&kept, &[&station, &cast.owner], wang.clone())).await;
    let widened = widened.expect("widened").into_inner();
    assert_eq!((widened.audience.len(), widened.etag == kept.etag), (3, false));
    assert_eq!(scene.read_record(&kept, at_station).await.expect("read").text, "底线是三万。");
    let open = scene.record(&cast.mediation, evidence(), wang.clone()).await.expect("recorded");
    let refused = scene.mediations.widen_audience(widening(&open, &[&station], wang)).await;
    assert_condition(refused, "NOT_PRIVATE");
    let private = "SELECT COUNT(*) FROM records WHERE kind LIKE 'mediation_record.%' AND private";
    assert_eq!(scene.stage.count(private).await, 2, "the act is on record, though in no feed");
}

#[tokio::test]
async fn a_session_begins_is_interrupted_and_goes_on() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let request = scheduling(&cast.mediation, 1..3, &[&cast.owner, &cast.mediator]);
    let session = scene.schedule(in_room(request, "一号")).await;
    assert_eq!(session.openness(), v1::session::Openness::Closed);
    assert_condition(scene.mediations.start_session(starting(&session)).await, "NOT_BEGUN");
    scene.pass_to(HOUR + 60);
    let early = v1::StartSessionRequest { start_time: at(60), ..starting(&session) };
    assert_condition(scene.mediations.start_session(early).await, "NOT_BEGUN");
    let future = v1::StartSessionRequest { start_time: at(2 * HOUR), ..starting(&session) };
    assert_fields(scene.mediations.start_session(future).await, &["start_time"]);
    let begun = scene.mediations.start_session(starting(&session)).await.expect("started").into_inner();
    assert_eq!((begun.state(), begun.actual_start_time), (v1::session::State::InProgress, at(HOUR + 60)));
    assert_reason(scene.mediations.cancel_session(cancelling(&begun)).await, "TRANSITION_NOT_ALLOWED");
    let broken = scene.mediations.adjourn_session(adjourning(&begun)).await.expect("adjourned").into_inner();
    assert_eq!((broken.state(), broken.adjourn_count), (v1::session::State::Adjourned, 1));
    // Room and persons are free again.
    let other = scene.schedule(in_room(scheduling(&cast.mediation, 2..3, &[&cast.mediator]), "一号")).await;
    let clash = scene.mediations.reschedule_session(moving_to(&broken, 2..4)).await;
    assert_eq!(metadata(&assert_reason(clash, "SCHEDULE_CLASH"), "session"), other.name);
    let moved = scene.mediations.reschedule_session(moving_to(&broken, 24..26)).await.expect("moved").into_inner();
    assert_eq!(moved.state(), v1::session::State::Adjourned);
    scene.pass_to(24 * HOUR);
    let again = scene.mediations.start_session(starting(&moved)).await.expect("started").into_inner();
    assert_eq!(again.actual_start_time, at(HOUR + 60), "it began when it first began");
    let came = attending(&again, &[(&cast.mediator, v1::attendance::Status::Present)]);
    scene.mediations.record_attendance(came).await.expect("attendance");
    scene.pass_to(25 * HOUR);
    let ended = scene.mediations.end_session(ending(&again)).await.expect("ended").into_inner();
    assert_eq!((ended.state(), ended.actual_end_time), (v1::session::State::Ended, at(25 * HOUR)));
    assert_eq!((scene.events("session.started").await, scene.events("session.adjourned").await), (2, 1));
}

#[tokio::test]
async fn a_private_session_has_no_minutes() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let alone = |with: &[&v1::Participant]| {
        let mut request = scheduling(&cast.mediation, 0..1, with);
        request.session.as_mut().expect("session").openness = v1::session::Openness::Private.into();
        request
    };
    let both = scene.mediations.schedule_session(alone(&[&cast.owner, &cast.builder, &cast.mediator])).await;
    assert_condition(both, "PRIVATE_WITH_ALL");
    let session = scene.schedule(alone(&[&cast.owner, &cast.mediator])).await;
    let came = attending(&session, &[(&cast.mediator, v1::attendance::Status::Present)]);
    scene.mediations.record_attendance(came).await.expect("attendance");
    assert_fields(scene.mediations.end_session(ending(&session)).await, &["minutes"]);
    let silent = v1::EndSessionRequest { minutes: String::new(), request_id: request_id(), ..ending(&session) };
    let ended = scene.mediations.end_session(silent).await.expect("ended").into_inner();
    assert_eq!(ended.state(), v1::session::State::Ended);
    scene.pass_to(HOUR);
    let session = scene.schedule(scheduling(&cast.mediation, 1..2, &[&cast.builder, &cast.mediator])).await;
    let came = attending(&session, &[(&cast.mediator, v1::attendance::Status::Present)]);
    scene.mediations.record_attendance(came).await.expect("attendance");
    let silent = v1::EndSessionRequest { minutes: String::new(), ..ending(&session) };
    assert_fields(scene.mediations.end_session(silent).await, &["minutes"]);
}

#[tokio::test]
async fn an_interrupted_session_takes_nobodys_time_once_the_mediation_has_ended() {
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let session = scene.schedule(scheduling(&cast.mediation, 0..1, &[&cast.owner, &cast.mediator])).await;
    let begun = scene.mediations.start_session(starting(&session)).await.expect("started").into_inner();
    let broken = scene.mediations.adjourn_session(adjourning(&begun)).await.expect("adjourned").into_inner();
    let moved = scene.mediations.reschedule_session(moving_to(&broken, 5..6)).await.expect("moved").into_inner();
    let mediation = scene.get(&cast.mediation.name).await;
    scene.mediations.fail_mediation(failing(&mediation)).await.expect("failed");
    assert_eq!(scene.stage.count("SELECT COUNT(*) FROM session_bookings").await, 0);
    scene.pass_to(5 * HOUR);
    assert_reason(scene.mediations.start_session(starting(&moved)).await, "TRANSITION_NOT_ALLOWED");
    let came = attending(&moved, &[(&cast.mediator, v1::attendance::Status::Present)]);
    scene.mediations.record_attendance(came).await.expect("attendance");
    let ended = scene.mediations.end_session(ending(&moved)).await.expect("ended").into_inner();
    assert_eq!(ended.state(), v1::session::State::Ended);
}

/// A database takes so many values in one statement only: what is read of each private record is put on record in several.
#[tokio::test]
async fn a_file_with_many_private_records_is_exported() {
    use futures::{StreamExt as _, stream};
    const MANY: usize = 1_400;
    let mut scene = Scene::new().await;
    let cast = scene.cast().await;
    let own = official_of(&cast.mediator);
    let secret = for_ears_of(evidence(), &[&cast.mediator]);
    let add = |_: usize| {
        let mut client = scene.mediations.clone();
        let request = adding_record(&cast.mediation, secret.clone(), own.clone());
        async move { client.add_mediation_record(request).await.map(drop) }
    };
    let added: Vec<_> = stream::iter(0..MANY).map(add).buffer_unordered(20).collect().await;
    assert!(added.iter().all(Result::is_ok));
    let request = v1::ExportDossierRequest {
        name: format!("{}/dossier", cast.mediation.name),
        purpose: "归档".into(),
        on_behalf_of: own,
        ..Default::default()
    };
    let mut stream = scene.mediations.export_dossier(request).await.expect("an archive").into_inner();
    let mut bytes = Vec::new();
    while let Some(message) = stream.message().await.expect("a piece") {
        if let Some(v1::export_dossier_response::Message::Chunk(piece)) = message.message {
            bytes.extend(piece);
        }
    }
    let files = tar::Archive::new(bytes.as_slice()).entries().expect("an archive").count();
    assert!(files > MANY, "{files}");
    assert_eq!(scene.events("mediation.viewed").await, i64::try_from(MANY).expect("a number") + 1);
}
