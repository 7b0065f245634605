//! Private records of mediations: for everybody outside the audience each RPC answers as if there were none, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use lianbang::pb::v1::{
    self, event_service_client::EventServiceClient, feed_entry::Entry, mediation_service_client::MediationServiceClient,
};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage as _, Value};
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

use super::{
    lists::{collections, figures},
    names::{knows_no_case, reading},
    world::{Messages, NOBODY, Outcome, World, ask, bindings, fits, names_in, root_id, told},
};
use crate::{
    harness::{Line, official, reason},
    mediations::scene::{adding_record, evidence, for_ears_of, inviting, mediator, official_of, widening},
    mutations::{self, Body, POOL, methods, path},
};

/// Stands in each text of a private record.
const SECRET: &str = "只告诉调解员";
/// Most names that one read is asked about, of those that are no part of a mediation.
const ENOUGH: usize = 3;

/// Methods whose answers grow with each look that is asked here.
const TELL_OF_READS: [&str; 2] = ["/ListCaseHistory", "/ListDisclosures"];

/// A mediation with somebody to whom one can speak alone.
struct Ear {
    mediation: v1::Mediation,
    mediator: v1::Participant,
}

/// What is asked: a method with its request, and on whose behalf.
type Asked = (String, Messages, usize);

fn mediations(world: &World) -> Vec<String> {
    world.names.iter().filter(|name| fits(name, "mediations/*")).cloned().collect()
}

/// Takes part in each mediation as a mediator, and is told nothing.
const BYSTANDER: &str = "cadres/bystander";

/// Invites a mediator to each mediation that takes one, and another who is told nothing.
async fn ears(world: &World) -> Vec<Ear> {
    let mut client = MediationServiceClient::new(world.entitled.clone());
    let mut ears = Vec::new();
    for name in mediations(world) {
        let mediation = v1::Mediation { name, ..Default::default() };
        let newcomer = mediator(&format!("cadres/{}", mutations::fresh("ear")));
        if let Ok(invited) = client.invite_participant(inviting(&mediation, newcomer)).await {
            client.invite_participant(inviting(&mediation, mediator(BYSTANDER))).await.expect("invited");
            ears.push(Ear { mediation, mediator: invited.into_inner() });
        }
    }
    ears
}

fn secret() -> v1::MediationRecord {
    let item = v1::RecordItem { title: SECRET.into(), ..Default::default() };
    v1::MediationRecord {
        title: SECRET.into(),
        text: SECRET.into(),
        place: SECRET.into(),
        items: vec![item],
        ..evidence()
    }
}

/// Tells one mediator something, lets somebody else know it, and reads it.
async fn tell(line: &Line, ear: &Ear) -> v1::MediationRecord {
    let mut client = MediationServiceClient::new(line.clone());
    let of = || official_of(&ear.mediator);
    let request = adding_record(&ear.mediation, for_ears_of(secret(), &[&ear.mediator]), of());
    let record = client.add_mediation_record(request).await.expect("told").into_inner();
    let record = client.widen_audience(widening(&record, &[&ear.mediator], of())).await.expect("widened").into_inner();
    let (view, purpose) = (v1::View::Full.into(), "核对".to_owned());
    let get =
        v1::GetMediationRecordRequest { name: record.name.clone(), view, purpose: purpose.clone(), on_behalf_of: of() };
    let read = client.get_mediation_record(get).await.expect("read").into_inner();
    assert_eq!((read.text.as_str(), read.place.as_str()), (SECRET, SECRET));
    let parent = ear.mediation.name.clone();
    let list = v1::ListMediationRecordsRequest { parent, view, purpose, on_behalf_of: of(), ..Default::default() };
    let listed = client.list_mediation_records(list).await.expect("listed").into_inner();
    assert!(listed.mediation_records.iter().any(|one| one.name == record.name), "not in the list of its audience");
    read
}

/// Officials who were told nothing: none, one who is in no register, another mediator of each mediation.
fn outsiders() -> [Option<v1::Official>; 3] {
    [None, official(), official_of(&mediator(BYSTANDER))]
}

/// Every read about everything that is known, and every list, for each outsider.
fn questions(world: &World, outsiders: &[Option<v1::Official>]) -> Vec<Asked> {
    let mut all = Vec::new();
    for method in methods().into_iter().filter(is_read) {
        for (field, pattern) in bindings(&method) {
            let found = world.names.iter().filter(|name| fits(name, &pattern));
            let most = if pattern.starts_with("mediations") { usize::MAX } else { ENOUGH };
            for name in found.take(most) {
                for (whose, official) in outsiders.iter().enumerate() {
                    for full in [false, true] {
                        all.push((path(&method), reading(&method, &field, name, full, official.clone()), whose));
                    }
                }
            }
        }
    }
    let unnamed = collections("", &v1::QueryCode::default(), "", "").into_iter().chain(figures());
    let unnamed = unnamed.filter(|(method, _)| !method.contains("Event") && !method.contains("Import"));
    for (method, messages) in unnamed {
        for whose in 0..outsiders.len() {
            all.push((method.to_owned(), messages.clone(), whose));
        }
    }
    all
}

/// It changes nothing: whatever takes no request_id, but for streams of rows and for the feed, which is looked at by itself.
fn is_read(method: &MethodDescriptor) -> bool {
    method.input().get_field_by_name("request_id").is_none()
        && !method.is_client_streaming()
        && !method.name().ends_with("Events")
}

/// Asks, and leaves out what moves by itself: where in the feed one is.
async fn answer(world: &World, asked: &Asked, outsiders: &[Option<v1::Official>]) -> Result<Vec<u8>, (String, String)> {
    let (method, messages, whose) = asked;
    let answered = ask(&world.entitled, method, messages.clone(), outsiders[*whose].as_ref()).await;
    answered.map(|bytes| settled(method, &bytes)).map_err(|status| (reason(&status), refused(&status)))
}

/// A refusal in one order: that of the metadata is another each time.
fn refused(status: &Status) -> String {
    let details = status.get_error_details();
    let metadata: BTreeMap<_, _> = details.error_info().map(|info| info.metadata.iter().collect()).unwrap_or_default();
    let (words, failure, request) =
        (details.localized_message(), details.precondition_failure(), details.bad_request());
    format!("{} {metadata:?} {words:?} {failure:?} {request:?}", status.message())
}

fn settled(method: &str, bytes: &[u8]) -> Vec<u8> {
    let (service, name) = method.trim_start_matches('/').split_once('/').expect("a path");
    let output = POOL.get_service_by_name(service).expect("service").methods().find(|one| one.name() == name);
    let output = output.expect("method").output();
    let mut message = DynamicMessage::decode(output, bytes).expect("an answer");
    for moving in ["cursor", "next_page_token"] {
        if message.descriptor().get_field_by_name(moving).is_some() {
            message.set_field_by_name(moving, Value::String(String::new()));
        }
    }
    message.encode_to_vec()
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Ok(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Err(status) => format!("{} {}", status.message(), String::from_utf8_lossy(status.details())),
    }
}

/// Where the feed is now, for who sees everything.
async fn cursor(line: &Line) -> String {
    events_behind(line, "").await.1
}

async fn events_behind(line: &Line, cursor: &str) -> (Vec<v1::Event>, String) {
    let mut client = EventServiceClient::new(line.clone());
    let (mut all, mut cursor) = (Vec::new(), cursor.to_owned());
    loop {
        let request = v1::ListEventsRequest { cursor: cursor.clone(), ..Default::default() };
        let page = client.list_events(request).await.expect("events").into_inner();
        all.extend(page.entries.into_iter().filter_map(|entry| match entry.entry {
            Some(Entry::Event(event)) => Some(event),
            Some(Entry::ScopeLeft(_)) | None => None,
        }));
        cursor = page.cursor;
        if page.caught_up {
            return (all, cursor);
        }
    }
}

#[tokio::test]
async fn a_private_record_changes_nothing_for_anybody_else() {
    let mut world = World::new(8).await;
    world.populate().await;
    let ears = ears(&world).await;
    assert!(ears.len() > 10, "hardly a mediation takes a mediator: {}", ears.len());
    let outsiders = outsiders();
    let questions = questions(&world, &outsiders);
    let mut before = BTreeMap::new();
    for (at, asked) in questions.iter().enumerate() {
        before.insert(at, answer(&world, asked, &outsiders).await);
    }
    world.stage.settle(&world.entitled).await;
    let start = cursor(&world.entitled).await;
    let mut told_ones = Vec::new();
    for ear in &ears {
        told_ones.push(tell(&world.entitled, ear).await);
    }
    world.stage.settle(&world.entitled).await;
    let (events, _) = events_behind(&world.entitled, &start).await;
    // The lists that the audience read show that they were read, and no more.
    let listed: BTreeSet<&str> = ears.iter().map(|ear| ear.mediation.name.as_str()).collect();
    for event in &events {
        let viewed = event.r#type.ends_with("mediation.viewed") && listed.contains(event.subject.as_str());
        let plain = viewed || event.r#type == "test.settled";
        assert!(plain, "the feed tells of it: {event:?}");
    }
    let mut methods_asked = BTreeSet::new();
    for (at, asked) in questions.iter().enumerate() {
        let after = answer(&world, asked, &outsiders).await;
        let told_of_reads = TELL_OF_READS.iter().any(|method| asked.0.ends_with(method));
        let same = told_of_reads || after == before[&at];
        let both = || format!("{:?} and {:?}", before[&at].as_ref().map(Vec::len), after.as_ref().map(Vec::len));
        assert!(same, "{} answers otherwise since something was told in private: {}", asked.0, both());
        let text = after.map_or_else(|(_, text)| text, |bytes| String::from_utf8_lossy(&bytes).into_owned());
        let secret = told_ones.iter().map(id_of).chain([SECRET.to_owned()]).find(|secret| text.contains(secret));
        assert_eq!(secret, None, "{} tells of it", asked.0);
        methods_asked.insert(asked.0.clone());
    }
    let all: BTreeSet<String> = methods().into_iter().filter(is_read).map(|method| path(&method)).collect();
    let unasked: Vec<&String> = all.difference(&methods_asked).filter(|path| !knows_no_case(path)).collect();
    assert!(unasked.is_empty(), "not asked: {unasked:?}");
    nobody_finds(&world, &told_ones, &outsiders).await;
}

/// Neither reads nor changes find a private record by its name.
async fn nobody_finds(world: &World, records: &[v1::MediationRecord], outsiders: &[Option<v1::Official>]) {
    let of_records = |method: &MethodDescriptor| {
        bindings(method).into_iter().find(|(_, pattern)| fits(&records[0].name, pattern)).map(|(field, _)| field)
    };
    let mut asked = 0;
    for method in methods() {
        let Some(field) = of_records(&method) else { continue };
        for official in outsiders.iter().filter(|official| official.is_some()) {
            let ask_for = async |name: &str| {
                let body = reading(&method, &field, name, false, official.clone()).remove(0);
                let mut message = DynamicMessage::decode(method.input(), body.as_slice()).expect("a request");
                if method.name() == "WidenAudience" {
                    let whole = widening(&records[0], &[], official.clone());
                    let part = format!("{}/participants/{NOBODY}", name.split("/records/").next().unwrap_or_default());
                    let whole = v1::WidenAudienceRequest { name: name.into(), participants: vec![part], ..whole };
                    message = DynamicMessage::decode(method.input(), whole.encode_to_vec().as_slice()).expect("one");
                }
                ask(&world.entitled, &path(&method), vec![message.encode_to_vec()], None).await
            };
            let id = records[0].name.rsplit('/').next().expect("an id");
            let missing = records[0].name.replace(id, NOBODY);
            let (hidden, missing) = (ask_for(&records[0].name).await, ask_for(&missing).await);
            assert_eq!(hidden.as_ref().err().map(reason).as_deref(), Some("NOT_FOUND"), "{}", method.name());
            assert_eq!(told(&hidden, id), told(&missing, NOBODY), "{}", method.name());
            asked += 1;
        }
    }
    assert!(asked >= 4, "reads and changes of records: {asked}");
}

#[tokio::test]
async fn no_change_tells_of_a_private_record() {
    let world = World::new(9).await;
    let shelter = mutations::mediations::opened(&world.stage).await;
    let ear = ear_of(&world, &shelter.name).await.expect("a mediator");
    let mut secrets: BTreeSet<String> = BTreeSet::from([SECRET.to_owned(), id_of(&tell(&world.entitled, &ear).await)]);
    let mut asked = 0;
    for fixture in mutations::all_fixtures() {
        let body = Body::new(fixture.method, &fixture.prepare(&world.stage).await);
        let Some(name) = names_in(&body.bytes()).into_iter().next() else { continue };
        if name.starts_with("cases/") {
            world.put_on(&shelter.name, &name).await;
        } else if let Ok(ear) = ear_of(&world, &format!("mediations/{}", root_id(&name))).await {
            secrets.insert(id_of(&tell(&world.entitled, &ear).await));
        }
        // Once as it is, and once more for the refusal.
        for _ in 0..2 {
            let bytes = body.anew().bytes();
            let outcome = ask(&world.entitled, fixture.method, vec![bytes], None).await;
            let text = shown(&outcome);
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "{}: {secret} is told", fixture.method);
            }
        }
        asked += 1;
    }
    assert!(asked > 40, "fixtures name cases and mediations: {asked}");
    world.stage.settle(&world.entitled).await;
    let (events, _) = events_behind(&world.entitled, "").await;
    for event in &events {
        let text = String::from_utf8_lossy(&event.encode_to_vec()).into_owned();
        let shown: Vec<&String> = secrets.iter().filter(|secret| text.contains(secret.as_str())).collect();
        assert!(shown.is_empty(), "the feed tells of it: {event:?}");
    }
}

async fn ear_of(world: &World, mediation: &str) -> Result<Ear, Status> {
    let mut client = MediationServiceClient::new(world.entitled.clone());
    let mediation = v1::Mediation { name: mediation.into(), ..Default::default() };
    let newcomer = mediator(&format!("cadres/{}", mutations::fresh("ear")));
    let mut request = Request::new(inviting(&mediation, newcomer));
    request.set_timeout(std::time::Duration::from_secs(30));
    let mediator = client.invite_participant(request).await?.into_inner();
    Ok(Ear { mediation, mediator })
}

fn id_of(record: &v1::MediationRecord) -> String {
    record.name.rsplit('/').next().expect("an id").to_owned()
}
