//! The walls around a case, for every RPC by construction: the descriptor says which RPCs there are and what their requests name, the
//! fixtures of `mutations` make something of each kind. Whoever is walled off gets the answer that it would get for what does not exist,
//! and nothing of the case in any list, feed or error; whoever has the same grants and serves nobody concerned gets the case.
//!
//! An RPC that this file cannot ask by itself fails the test: say in `ask` or in `KNOWS_NO_CASE` what it is.

use std::collections::{BTreeMap, BTreeSet};

use lianbang::{
    auth::Role,
    pb::v1::{self, case_service_client::CaseServiceClient},
};
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tonic::{Request, Status};

use crate::{
    cases::{documents, registered},
    harness::{Line, MONDAY, Stage, official, reason},
    mutations::{self, Body, POOL, cadres, methods, organizations, path, send, send_all},
};

/// RPCs that neither name nor show a case, whatever they are asked.
const KNOWS_NO_CASE: &[&str] = &[
    "AdminService",
    "CadreService",
    "CatalogService",
    "OrganizationService",
    "RegionService",
    "StaffingService",
    "CaseService/RegisterCase",
];
/// What stands in for an id that is nobody's.
const NOBODY: &str = "ffffffff-ffff-4fff-8fff-ffffffffffff";
/// Title of what is walled off.
const TITLE: &str = "甲乙丙丁戊";

/// Somebody who is kept from a case by one relation to the accused, and the twin with the same grants and without it.
struct Pair {
    about: &'static str,
    /// Who is walled off for it.
    holder: String,
    serving: Line,
    twin: Line,
    /// Metadata that the serving one sends along.
    official: Option<v1::Official>,
}

struct World {
    stage: Stage,
    /// Administrator, and sees accusations.
    entitled: Line,
    /// Everything that is known by name.
    names: BTreeSet<String>,
    pairs: Vec<Pair>,
    random: StdRng,
}

/// What came of a call: its bytes, or reason and all that it tells.
type Outcome = Result<Vec<u8>, Status>;
/// The messages of a request, encoded.
type Messages = Vec<Vec<u8>>;

/// The names of cases, mediations and their parts in some bytes.
fn names_in(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for start in ["cases/", "mediations/"] {
        for (at, _) in text.match_indices(start) {
            let end = text[at..]
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '-')
                .map_or(text.len(), |n| at + n);
            let parts: Vec<&str> = text[at..end].split('/').collect();
            for pair in (2..=parts.len()).step_by(2) {
                // What follows a name in the bytes of a message may be a letter too.
                let Some(id) = parts[pair - 1].get(..36).filter(|id| uuid::Uuid::try_parse(id).is_ok()) else { break };
                found.push(format!("{}/{id}", parts[..pair - 1].join("/")));
            }
        }
    }
    found
}

/// The fields of a request that the URI binds, with the pattern of each: `name`, `cases/*/opinions/*`.
fn bindings(method: &MethodDescriptor) -> Vec<(String, String)> {
    let http = POOL.get_extension_by_name("google.api.http").expect("the option");
    let options = method.options();
    let rule = options.get_extension(&http);
    let Some(rule) = rule.as_message() else { return Vec::new() };
    let more = rule.get_field_by_name("additional_bindings");
    let more = more.as_deref().and_then(Value::as_list).map(<[Value]>::to_vec).unwrap_or_default();
    let rules = std::iter::once(rule.clone()).chain(more.iter().filter_map(|rule| rule.as_message().cloned()));
    let uris = rules.flat_map(|rule| {
        ["get", "post", "patch", "delete"].map(|verb| {
            rule.get_field_by_name(verb).and_then(|uri| uri.as_str().map(str::to_owned)).unwrap_or_default()
        })
    });
    let bound = |uri: String| {
        let (_, rest) = uri.split_once('{')?;
        let (binding, _) = rest.split_once('}')?;
        let (field, pattern) = binding.split_once('=')?;
        Some((field.to_owned(), pattern.to_owned()))
    };
    uris.filter_map(bound).collect()
}

fn fits(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<&str>, Vec<&str>) = (name.split('/').collect(), pattern.split('/').collect());
    name.len() == pattern.len() && name.iter().zip(&pattern).all(|(part, wanted)| *wanted == "*" || part == wanted)
}

/// The uuid of the case or mediation that a name begins with.
fn root_id(name: &str) -> &str {
    name.split('/').nth(1).expect("an id")
}

/// Puts a name into a field, also one of a message within.
fn put(message: &mut DynamicMessage, field: &str, name: &str) {
    match field.split_once('.') {
        None => message.set_field_by_name(field, Value::String(name.to_owned())),
        Some((outer, inner)) => {
            let mut within = message.get_field_by_name(outer).expect("field").as_message().expect("message").clone();
            put(&mut within, inner, name);
            message.set_field_by_name(outer, Value::Message(within));
        }
    }
}

impl World {
    async fn new(seed: u64) -> Self {
        let stage = Stage::with_regions().await;
        let mut random = StdRng::seed_from_u64(seed);
        let entitled =
            stage.client_of("", &[Role::Administrator, Role::AccusationHandler], &["regions/000000000000"]).await;
        let pairs = pairs(&stage, &mut random).await;
        Self { stage, entitled, names: BTreeSet::new(), pairs, random }
    }

    /// Does everything once that can be done, and keeps the names that come of it.
    async fn populate(&mut self) {
        for fixture in mutations::all_fixtures() {
            let body = Body::new(fixture.method, &fixture.prepare(&self.stage).await);
            let answer = send(&self.entitled, fixture.method, Request::new(body.bytes())).await;
            let answer = answer.unwrap_or_else(|status| panic!("{}: {status:?}", fixture.method));
            self.names.extend(names_in(&body.bytes()));
            self.names.extend(names_in(&answer));
        }
        let case = self.names.iter().find(|name| fits(name, "cases/*")).expect("a case").clone();
        let content = "附件".as_bytes();
        let header = documents::header_of(&case, "text/plain", content);
        let document = documents::attach(&self.entitled, &header, content).await.expect("attached");
        self.names.insert(document.name);
        for method in methods() {
            for (field, pattern) in bindings(&method) {
                if !method.name().starts_with("List") || !pattern.starts_with(['c', 'm']) {
                    continue;
                }
                for parent in self.names.clone().iter().filter(|name| fits(name, &pattern)) {
                    let mut request = DynamicMessage::new(method.input());
                    put(&mut request, &field, parent);
                    if let Ok(answer) =
                        send(&self.entitled, &path(&method), Request::new(request.encode_to_vec())).await
                    {
                        self.names.extend(names_in(&answer));
                    }
                }
            }
        }
    }

    /// The case behind a name; a mediation is put on a new one.
    async fn case_of(&self, name: &str) -> String {
        if name.starts_with("cases/") {
            return format!("cases/{}", root_id(name));
        }
        let case = registered(&self.entitled, "regions/411002001001", TITLE).await.name;
        self.put_on(&format!("mediations/{}", root_id(name)), &case).await;
        case
    }

    /// Puts a mediation on a case.
    async fn put_on(&self, mediation: &str, case: &str) {
        let (case_id, mediation) = (literal(root_id(case)), literal(root_id(mediation)));
        let insert = format!(
            "INSERT INTO mediation_cases (mediation, position, case_id) \
             SELECT {mediation}, 1 + COALESCE(MAX(position), 0), {case_id} FROM mediation_cases WHERE mediation = {mediation}"
        );
        self.stage.sql(&insert).await;
    }

    async fn wall(&self, case: &str, holder: &str) {
        let case_id = literal(root_id(case));
        let insert = format!(
            "INSERT INTO case_walls (case_id, holder, since) VALUES ({case_id}, '{holder}', '-') ON CONFLICT DO NOTHING"
        );
        self.stage.sql(&insert).await;
    }

    async fn change(&self, case: &str, what: &str) {
        self.stage.sql(&format!("UPDATE cases SET {what} WHERE id = {}", literal(root_id(case)))).await;
    }
}

/// A UUID as the database at hand writes it.
fn literal(id: &str) -> String {
    if std::env::var("LIANBANG_TEST_POSTGRES").is_ok_and(|url| !url.is_empty()) {
        format!("'{id}'")
    } else {
        format!("x'{}'", id.replace('-', ""))
    }
}

/// Each way to serve somebody, with an area drawn at random.
async fn pairs(stage: &Stage, random: &mut StdRng) -> Vec<Pair> {
    let accused = organizations::entered(stage).await.name;
    let parent = accused.clone();
    let below = organizations::entered_with(stage, |organization| organization.parent = parent).await.name;
    let cadre = cadres::entered(stage).await;
    let posting = cadres::posted(stage).await;
    let posted = posting.name.split("/postings/").next().expect("cadre").to_owned();
    let mut areas = || {
        let areas = ["regions/000000000000", "regions/411000000000", "regions/411002000000"];
        areas[random.random_range(0..areas.len())].to_owned()
    };
    let official = |organization: &str, cadre: &str| {
        Some(v1::Official {
            official_id: "w-1".into(),
            display_name: "王某".into(),
            organization: organization.into(),
            cadre: cadre.into(),
            ..Default::default()
        })
    };
    let ways = [
        ("the client of the accused organization", accused.clone(), accused.clone(), None, None),
        ("the client of one below it", accused.clone(), below.clone(), None, None),
        ("an official of the accused organization", accused.clone(), String::new(), None, official(&accused, "")),
        ("an official of one below it", accused, String::new(), None, official(&below, "")),
        ("the accused as an official", cadre.name.clone(), String::new(), None, official("", &cadre.name)),
        (
            "an official whose organization is the accused one's",
            cadre.organization,
            String::new(),
            None,
            official("", &cadre.name),
        ),
        ("the app of the accused", posted, String::new(), Some(posting.name), None),
    ];
    let mut pairs = Vec::new();
    for (about, holder, organization, posting, official) in ways {
        let area = areas();
        let roles = [Role::Administrator];
        let granted: Vec<&str> = std::iter::once(area.as_str()).chain(posting.as_deref()).collect();
        let serving = stage.client_of(&organization, &roles, &granted).await;
        let twin = stage.client_of("", &roles, &[area.as_str()]).await;
        pairs.push(Pair { about, holder, serving, twin, official });
    }
    pairs
}

impl Pair {
    async fn asks(&self, method: &str, messages: Messages) -> Outcome {
        ask(&self.serving, method, messages, self.official.as_ref()).await
    }
}

/// Calls a method of any form.
async fn ask(line: &Line, method: &str, messages: Messages, official: Option<&v1::Official>) -> Outcome {
    let mut request = Request::new(messages);
    name_official(&mut request, official);
    send_all(line, method, request).await
}

fn name_official<T>(request: &mut Request<T>, official: Option<&v1::Official>) {
    if let Some(official) = official {
        let value = tonic::metadata::MetadataValue::from_bytes(&official.encode_to_vec());
        request.metadata_mut().insert_bin("on-behalf-of-bin", value);
    }
}

/// What is told of a refusal, without what stands for the name that was asked for.
fn told(outcome: &Outcome, asked: &str) -> Result<(), (String, String)> {
    match outcome {
        Ok(_) => Ok(()),
        Err(status) => Err((reason(status), status.message().replace(asked, NOBODY))),
    }
}

/// Fails where an answer or a refusal shows anything of a case.
#[track_caller]
fn hides(outcome: &Outcome, case: &v1::Case, asked: &[u8], about: &str) {
    let text = match outcome {
        Ok(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Err(status) => format!("{} {}", status.message(), String::from_utf8_lossy(status.details())),
    };
    // A refusal may say again what was asked for.
    let asked = String::from_utf8_lossy(asked);
    for secret in [&case.number, TITLE, root_id(&case.name)] {
        let known = outcome.is_err() && asked.contains(secret);
        assert!(known || !text.contains(secret), "{about}: {secret} is shown");
    }
}

async fn read(line: &Line, case: &str) -> v1::Case {
    let get = v1::GetCaseRequest { name: case.into(), ..Default::default() };
    CaseServiceClient::new(line.clone()).get_case(get).await.expect("the case").into_inner()
}

/// Asks one RPC about one name behind each wall.
async fn check(world: &World, method: &str, name: &str, request: impl Fn() -> Messages) {
    // Walls of earlier checks, which may have been about the same name.
    world.stage.sql("DELETE FROM case_walls").await;
    let absent = |messages: Messages| -> Messages {
        let other = |message: &Vec<u8>| replaced(message, root_id(name).as_bytes(), NOBODY.as_bytes());
        let others: Messages = messages.iter().map(other).collect();
        assert_ne!(others, messages, "{method} does not name {name}");
        others
    };
    let case = world.case_of(name).await;
    world.change(&case, &format!("title = '{TITLE}'")).await;
    let shown = read(&world.entitled, &case).await;
    let same = |hidden: Outcome, missing: Outcome, about: &str| {
        let about = format!("{method} and {about}");
        assert!(hidden.is_err(), "{about}: answered for {name}");
        assert_eq!(told(&hidden, root_id(name)), told(&missing, NOBODY), "{about}");
        hides(&hidden, &shown, name.as_bytes(), &about);
    };
    let blind = &world.pairs[0].twin;
    world.change(&case, "nature = 2").await;
    let hidden = ask(blind, method, request(), None).await;
    let missing = ask(blind, method, absent(request()), None).await;
    same(hidden, missing, "who sees no accusations");
    world.change(&case, &format!("nature = {}", shown.nature)).await;
    for pair in &world.pairs {
        world.wall(&case, &pair.holder).await;
        let hidden = pair.asks(method, request()).await;
        let missing = pair.asks(method, absent(request())).await;
        same(hidden, missing, pair.about);
    }
    // Only then: what can be done once is done by the twin.
    let open = ask(blind, method, request(), None).await;
    // What was withdrawn is refused as such, to who may know of it.
    let let_in = open.as_ref().err().is_none_or(|status| reason(status) == "PRECONDITION_FAILED");
    assert!(let_in, "{method}: who serves nobody gets {open:?} for {name}");
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        bytes[at + found..at + found + from.len()].copy_from_slice(to);
        at += found + from.len();
    }
    bytes
}

/// The request of a read about a name.
fn reading(method: &MethodDescriptor, field: &str, name: &str, full: bool) -> Messages {
    let mut request = DynamicMessage::new(method.input());
    put(&mut request, field, name);
    if method.input().get_field_by_name("purpose").is_some() {
        request.set_field_by_name("purpose", Value::String("核查".into()));
    }
    if let Some(field) = method.input().get_field_by_name("on_behalf_of") {
        let kind = field.kind().as_message().expect("an official").clone();
        let bytes = official().expect("official").encode_to_vec();
        let named = DynamicMessage::decode(kind, bytes.as_slice()).expect("an official");
        request.set_field(&field, Value::Message(named));
    }
    if full && method.input().get_field_by_name("view").is_some() {
        request.set_field_by_name("view", Value::EnumNumber(v1::View::Full.into()));
    }
    vec![request.encode_to_vec()]
}

#[tokio::test]
async fn what_is_walled_off_is_not_there_for_any_rpc() {
    let mut world = World::new(4).await;
    world.populate().await;
    let mut asked: BTreeSet<String> = BTreeSet::new();
    let case = registered(&world.entitled, "regions/411002001001", "供暖").await.name;
    let mut open = mutations::mediations::open(&world.stage).await;
    open.mediation.as_mut().expect("mediation").cases = vec![case.clone()];
    let path_of = "/lianbang.v1.MediationService/OpenMediation";
    check(&world, path_of, &case, || vec![Body::new(path_of, &open.encode_to_vec()).bytes()]).await;
    asked.insert(path_of.to_owned());
    for fixture in mutations::all_fixtures() {
        let body = Body::new(fixture.method, &fixture.prepare(&world.stage).await);
        let Some(name) = names_in(&body.bytes()).into_iter().next() else { continue };
        check(&world, fixture.method, &name, || vec![body.anew().bytes()]).await;
        asked.insert(fixture.method.to_owned());
    }
    for method in methods() {
        let path = path(&method);
        if asked.contains(&path) {
            continue;
        }
        for (field, pattern) in bindings(&method) {
            if !pattern.starts_with("cases/") && !pattern.starts_with("mediations/") {
                continue;
            }
            let found: Vec<&String> = world.names.iter().filter(|name| fits(name, &pattern)).collect();
            assert!(!found.is_empty(), "nothing is known for {pattern} of {path}");
            let name = found[world.random.random_range(0..found.len())].clone();
            if method.is_client_streaming() {
                check(&world, &path, &name, || documents::messages(&name, "附件".as_bytes())).await;
            } else {
                for full in [false, true] {
                    check(&world, &path, &name, || reading(&method, &field, &name, full)).await;
                }
            }
            asked.insert(path.clone());
        }
    }
    let rest =
        methods().into_iter().map(|method| path(&method)).filter(|path| !asked.contains(path) && !knows_no_case(path));
    let collections: BTreeSet<String> = collections("", "", "").into_keys().map(str::to_owned).collect();
    assert_eq!(rest.collect::<BTreeSet<_>>(), collections, "say how these are asked, or that they know no case");
}

/// What a call without a name answers. A watch never ends by itself: it is read up to what came behind.
async fn ask_for_all(
    line: &Line,
    method: &str,
    messages: Messages,
    official: Option<&v1::Official>,
    next: &str,
) -> Outcome {
    if method.ends_with("ListEvents") {
        let mut request = v1::ListEventsRequest::decode(messages[0].as_slice()).expect("the request");
        let mut all = Vec::new();
        loop {
            let bytes = ask(line, method, vec![request.encode_to_vec()], official).await?;
            let answer = v1::ListEventsResponse::decode(bytes.as_slice()).expect("the answer");
            all.extend(bytes);
            if answer.caught_up {
                return Ok(all);
            }
            request.cursor = answer.cursor;
        }
    }
    if !method.ends_with("WatchEvents") {
        return ask(line, method, messages, official).await;
    }
    let request = v1::WatchEventsRequest::decode(messages[0].as_slice()).expect("the request");
    let mut request = Request::new(request);
    name_official(&mut request, official);
    let mut client = v1::event_service_client::EventServiceClient::new(line.clone());
    let mut events = client.watch_events(request).await?.into_inner();
    let mut all = Vec::new();
    while let Some(event) = events.message().await? {
        let bytes = event.encode_to_vec();
        let last = String::from_utf8_lossy(&bytes).contains(root_id(next));
        all.extend(bytes);
        if last {
            break;
        }
    }
    Ok(all)
}

#[tokio::test]
async fn what_is_walled_off_is_in_no_list_and_no_feed() {
    for accusation in [false, true] {
        let world = World::new(5).await;
        let case = registered(&world.entitled, "regions/411002001001", TITLE).await;
        let source = "external_source = 'walls', external_id = 'known'";
        world.change(&case.name, source).await;
        let mediation = mutations::mediations::opened(&world.stage).await.name;
        let next = registered(&world.entitled, "regions/411002001001", "供暖").await;
        let names = [root_id(&case.name).to_owned(), root_id(&mediation).to_owned()];
        world.put_on(&mediation, &case.name).await;
        world.stage.settle(&world.entitled).await;
        if accusation {
            world.change(&case.name, "nature = 2").await;
        }
        for (method, messages) in collections(&case.name, &case.number, &next.name) {
            let open = ask_for_all(&world.entitled, method, messages.clone(), None, &next.name).await;
            let text = String::from_utf8_lossy(&open.expect(method)).into_owned();
            assert!(names.iter().any(|name| text.contains(name)), "{method} does not show it to who may see it");
        }
        for pair in &world.pairs {
            if !accusation {
                world.wall(&case.name, &pair.holder).await;
            }
            for (method, messages) in collections(&case.name, &case.number, &next.name) {
                let (about, asked) = (format!("{method} and {}", pair.about), messages.concat());
                let kept = ask_for_all(&pair.serving, method, messages, pair.official.as_ref(), &next.name).await;
                hides(&kept, &case, &asked, &about);
                let text = kept.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
                assert!(!text.contains(&names[1]), "{about}: the mediation is shown");
            }
        }
    }
}

/// Fields that name another case than the one that is acted on.
fn other_cases(method: &MethodDescriptor) -> Vec<String> {
    let reference = POOL.get_extension_by_name("google.api.resource_reference").expect("the option");
    let named = |field: &prost_reflect::FieldDescriptor| {
        let options = field.options();
        let reference = options.get_extension(&reference);
        let of = reference.as_message().and_then(|of| of.get_field_by_name("type").map(|kind| kind.into_owned()));
        of.is_some_and(|kind| kind.as_str() == Some("lianbang/Case"))
    };
    let bound: Vec<String> = bindings(method).into_iter().map(|(field, _)| field).collect();
    let input = method.input();
    let fields = input.fields().filter(named).map(|field| field.name().to_owned());
    fields.filter(|field| !bound.contains(field) && field != "names").collect()
}

#[tokio::test]
async fn what_is_walled_off_cannot_be_found_by_naming_it_beside() {
    let world = World::new(6).await;
    let mut found = Vec::new();
    for fixture in mutations::all_fixtures() {
        let method = methods().into_iter().find(|method| path(method) == fixture.method).expect("method");
        for field in other_cases(&method) {
            found.push(fixture.method);
            let body = Body::new(fixture.method, &fixture.prepare(&world.stage).await);
            let hidden = registered(&world.entitled, "regions/411002001001", TITLE).await;
            for pair in &world.pairs {
                world.wall(&hidden.name, &pair.holder).await;
                let naming = |name: &str| {
                    let mut body = body.to_check().anew();
                    put(&mut body.0, &field, name);
                    vec![body.bytes()]
                };
                let about = format!("{} {field} and {}", fixture.method, pair.about);
                let kept = pair.asks(fixture.method, naming(&hidden.name)).await;
                let missing = pair.asks(fixture.method, naming(&format!("cases/{NOBODY}"))).await;
                hides(&kept, &hidden, hidden.name.as_bytes(), &about);
                assert_eq!(told(&kept, root_id(&hidden.name)), told(&missing, NOBODY), "{about}");
            }
        }
    }
    assert!(found.len() > 1, "no field names another case: {found:?}");
}

fn knows_no_case(path: &str) -> bool {
    KNOWS_NO_CASE.iter().any(|word| path.contains(word))
}

/// What is asked without the name of a case, and must not show it: by method, for a case with its number and the one that came behind it.
fn collections(case: &str, number: &str, next: &str) -> BTreeMap<&'static str, Messages> {
    let about = format!("subject = \"{case}*\" OR subject = \"{next}*\"");
    let number = v1::lookup_case_request::Key::Number(number.into());
    let import = v1::ImportHeader { source: "walls".into(), ..Default::default() };
    let header = v1::CaseImportHeader { import_header: Some(import), ..Default::default() };
    let row = v1::CaseRow {
        source_id: "known".into(),
        region: "regions/411002001001".into(),
        title: "供暖".into(),
        receive_time: Some(prost_types::Timestamp { seconds: MONDAY / 1_000_000, nanos: 0 }),
        ..Default::default()
    };
    use v1::import_cases_request::Message;
    let import = [Message::Header(header), Message::Row(row)];
    let import = import.map(|message| v1::ImportCasesRequest { message: Some(message) }.encode_to_vec());
    let one = |message: Vec<u8>| vec![message];
    BTreeMap::from([
        (
            "/lianbang.v1.CaseService/ListCases",
            one(v1::ListCasesRequest { page_size: 500, ..Default::default() }.encode_to_vec()),
        ),
        (
            "/lianbang.v1.CaseService/BatchGetCases",
            one(v1::BatchGetCasesRequest { names: vec![case.into()] }.encode_to_vec()),
        ),
        ("/lianbang.v1.CaseService/LookupCase", one(v1::LookupCaseRequest { key: Some(number) }.encode_to_vec())),
        ("/lianbang.v1.CaseService/ImportCases", import.to_vec()),
        (
            "/lianbang.v1.EventService/ListEvents",
            one(v1::ListEventsRequest { filter: about.clone(), ..Default::default() }.encode_to_vec()),
        ),
        (
            "/lianbang.v1.EventService/WatchEvents",
            one(v1::WatchEventsRequest { filter: about, ..Default::default() }.encode_to_vec()),
        ),
        (
            "/lianbang.v1.MediationService/ListMediations",
            one(v1::ListMediationsRequest { page_size: 500, ..Default::default() }.encode_to_vec()),
        ),
    ])
}
