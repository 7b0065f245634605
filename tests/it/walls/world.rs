//! Cases, those who serve the accused, and twins of theirs who serve nobody; what they ask, and what must not be told.

use std::collections::BTreeSet;

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
    harness::{Line, Stage, reason},
    mutations::{self, Body, POOL, cadres, input, methods, organizations, path, send, send_all},
};

/// What stands in for an id that is nobody's.
pub const NOBODY: &str = "ffffffff-ffff-4fff-8fff-ffffffffffff";
/// Title of what is walled off.
pub const TITLE: &str = "甲乙丙丁戊";

/// Somebody who is kept from a case by one relation to the accused, and the twin with the same grants and without it.
pub struct Pair {
    pub about: &'static str,
    /// Who is walled off for it.
    pub holder: String,
    pub serving: Line,
    pub twin: Line,
    /// Metadata that the serving one sends along.
    pub official: Option<v1::Official>,
    /// It names the official in the request, where that can be.
    pub in_request: bool,
}

pub struct World {
    pub stage: Stage,
    /// Administrator, and sees accusations.
    pub entitled: Line,
    /// Everything that is known by name.
    pub names: BTreeSet<String>,
    pub pairs: Vec<Pair>,
    pub random: StdRng,
}

/// What came of a call: its bytes, or reason and all that it tells.
pub type Outcome = Result<Vec<u8>, Status>;
/// The messages of a request, encoded.
pub type Messages = Vec<Vec<u8>>;

/// The names of cases, mediations and their parts in some bytes.
pub fn names_in(bytes: &[u8]) -> Vec<String> {
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
            // The one part of which there is one only.
            if let Some(at) = parts.iter().position(|part| part.starts_with("contributionPlan")) {
                found.push(format!("{}/contributionPlan", parts[..at].join("/")));
            }
        }
    }
    found
}

/// The fields of a request that the URI binds, with the pattern of each: `name`, `cases/*/opinions/*`.
pub fn bindings(method: &MethodDescriptor) -> Vec<(String, String)> {
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

pub fn fits(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<&str>, Vec<&str>) = (name.split('/').collect(), pattern.split('/').collect());
    name.len() == pattern.len() && name.iter().zip(&pattern).all(|(part, wanted)| *wanted == "*" || part == wanted)
}

/// The uuid of the case or mediation that a name begins with.
pub fn root_id(name: &str) -> &str {
    name.split('/').nth(1).expect("an id")
}

/// Puts a name into a field, also one of a message within.
pub fn put(message: &mut DynamicMessage, field: &str, name: &str) {
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
    pub async fn new(seed: u64) -> Self {
        let stage = Stage::with_regions().await;
        let mut random = StdRng::seed_from_u64(seed);
        let entitled =
            stage.client_of("", &[Role::Administrator, Role::AccusationHandler], &["regions/000000000000"]).await;
        let pairs = pairs(&stage, &mut random).await;
        Self { stage, entitled, names: BTreeSet::new(), pairs, random }
    }

    /// Does everything once that can be done, and keeps the names that come of it.
    pub async fn populate(&mut self) {
        for fixture in mutations::all_fixtures() {
            let body = Body::new(fixture.method, &fixture.prepare(&self.stage).await);
            let answer = send(&self.entitled, fixture.method, Request::new(body.bytes())).await;
            let answer = answer.unwrap_or_else(|status| panic!("{}: {status:?}", fixture.method));
            // What is private is not there for those who ask here: see `confidential`.
            if fixture.method.ends_with("/WidenAudience") {
                continue;
            }
            self.names.extend(names_in(&body.bytes()));
            self.names.extend(names_in(&answer));
        }
        let case = self.names.iter().find(|name| fits(name, "cases/*")).expect("a case").clone();
        let content = "附件".as_bytes();
        let header = documents::header_of(&case, "text/plain", content);
        let document = documents::attach(&self.entitled, &header, content).await.expect("attached");
        self.names.insert(document.name);
        // Each mediation has one.
        let mediations = self.names.iter().filter(|name| fits(name, "mediations/*"));
        let dossiers: Vec<String> = mediations.map(|name| format!("{name}/dossier")).collect();
        self.names.extend(dossiers);
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
    pub async fn case_of(&self, name: &str) -> String {
        if name.starts_with("cases/") {
            return format!("cases/{}", root_id(name));
        }
        let case = registered(&self.entitled, "regions/411002001001", TITLE).await.name;
        self.put_on(&format!("mediations/{}", root_id(name)), &case).await;
        case
    }

    /// Puts a mediation on a case.
    pub async fn put_on(&self, mediation: &str, case: &str) {
        let (case_id, mediation) = (literal(root_id(case)), literal(root_id(mediation)));
        let insert = format!(
            "INSERT INTO mediation_cases (mediation, position, case_id) \
             SELECT {mediation}, 1 + COALESCE(MAX(position), 0), {case_id} FROM mediation_cases WHERE mediation = {mediation}"
        );
        self.stage.sql(&insert).await;
    }

    /// Walls a case off from one, and from nobody else: each way to serve somebody is tried alone.
    pub async fn wall(&self, case: &str, holder: &str) {
        self.stage.sql("DELETE FROM case_walls").await;
        let case_id = literal(root_id(case));
        let insert = format!(
            "INSERT INTO case_walls (case_id, holder, since) VALUES ({case_id}, '{holder}', '-') ON CONFLICT DO NOTHING"
        );
        self.stage.sql(&insert).await;
    }

    pub async fn change(&self, case: &str, what: &str) {
        self.stage.sql(&format!("UPDATE cases SET {what} WHERE id = {}", literal(root_id(case)))).await;
    }
}

/// A UUID as the database at hand writes it.
pub fn literal(id: &str) -> String {
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
        // Every other official stands in the request.
        let in_request = pairs.len() % 2 == 1;
        pairs.push(Pair { about, holder, serving, twin, official, in_request });
    }
    pairs
}

impl Pair {
    /// Asks as the serving one; its official stands in the request where that has a field for one and the pair wants it there.
    pub async fn asks(&self, method: &str, mut messages: Messages) -> Outcome {
        if let (true, Some(official), [only]) = (self.in_request, &self.official, messages.as_mut_slice())
            && let Some(field) = input(method).get_field_by_name("on_behalf_of")
        {
            let kind = field.kind().as_message().expect("an official").clone();
            let bytes = official.encode_to_vec();
            let named = DynamicMessage::decode(kind, bytes.as_slice()).expect("an official");
            let mut request = DynamicMessage::decode(input(method), only.as_slice()).expect("the request");
            request.set_field(&field, Value::Message(named));
            *only = request.encode_to_vec();
            return ask(&self.serving, method, messages, None).await;
        }
        ask(&self.serving, method, messages, self.official.as_ref()).await
    }
}

/// Calls a method of any form.
pub async fn ask(line: &Line, method: &str, messages: Messages, official: Option<&v1::Official>) -> Outcome {
    let mut request = Request::new(messages);
    name_official(&mut request, official);
    send_all(line, method, request).await
}

pub fn name_official<T>(request: &mut Request<T>, official: Option<&v1::Official>) {
    if let Some(official) = official {
        let value = tonic::metadata::MetadataValue::from_bytes(&official.encode_to_vec());
        request.metadata_mut().insert_bin("on-behalf-of-bin", value);
    }
}

/// What is told of a refusal, without what stands for the name that was asked for.
pub fn told(outcome: &Outcome, asked: &str) -> Result<(), (String, String)> {
    match outcome {
        Ok(_) => Ok(()),
        Err(status) => Err((reason(status), status.message().replace(asked, NOBODY))),
    }
}

/// Fails where an answer or a refusal shows anything of a case.
#[track_caller]
pub fn hides(outcome: &Outcome, case: &v1::Case, asked: &[u8], about: &str) {
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

pub async fn read(line: &Line, case: &str) -> v1::Case {
    let get = v1::GetCaseRequest { name: case.into(), ..Default::default() };
    CaseServiceClient::new(line.clone()).get_case(get).await.expect("the case").into_inner()
}
