//! What every mutating RPC promises, checked for all of them by construction: the descriptor says which there are, a fixture says
//! how to ask.
//!
//! To add one: in `mutations/<feature>.rs`, five to ten lines in `fixtures()` (see `admin.rs`), which make what the request needs
//! and answer with the request. A new feature adds its file to `FEATURES`.
//! `LIANBANG_TEST_ONLY=CreateClient cargo test --test it mutations::` runs the suite for the methods whose path contains the word.

mod admin;
pub mod cadres;
mod cases;
mod catalog;
pub mod committees;
mod duplicates;
mod fixture;
pub mod mediations;
pub mod organizations;
mod parties;
mod request;
mod routing;
mod supervision;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use futures::future::join_all;
use lianbang::auth;
use tonic::{Code, Request, Status};
use uuid::Uuid;

pub use cases::query_code;
pub use fixture::{Fixture, HOME, SIBLING};
pub use request::{Body, POOL, input, methods, path, send, send_all};

use crate::harness::{
    Line, Stage, assert_reason,
    database::{Content, Counts},
    reason,
};

/// The fixtures of each feature.
const FEATURES: &[fn() -> Vec<Fixture>] = &[
    admin::fixtures,
    organizations::fixtures,
    cadres::fixtures,
    cases::fixtures,
    catalog::fixtures,
    committees::fixtures,
    duplicates::fixtures,
    mediations::fixtures,
];

/// Calls that are cut off, per method.
const CUTS: u32 = 16;

/// An id that nothing has yet.
pub fn fresh(word: &str) -> String {
    format!("{word}-{}", Uuid::new_v4().simple())
}

/// The fixtures of all mutating RPCs.
pub fn all_fixtures() -> Vec<Fixture> {
    FEATURES.iter().flat_map(|fixtures| fixtures()).collect()
}

/// One fixture on a running server.
struct Scene<'a> {
    stage: &'a Stage,
    fixture: &'a Fixture,
    /// May do everything everywhere.
    line: &'a Line,
}

/// Says at the end of a failed test which method it was about.
impl Drop for Scene<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the fixture under test was that of {}", self.fixture.method);
        }
    }
}

impl Scene<'_> {
    async fn prepare(&self) -> Body {
        Body::new(self.fixture.method, &self.fixture.prepare(self.stage).await)
    }

    async fn call_on(&self, line: &Line, body: &Body) -> Result<Vec<u8>, Status> {
        send(line, self.fixture.method, Request::new(body.bytes())).await
    }

    async fn call(&self, body: &Body) -> Result<Vec<u8>, Status> {
        self.call_on(self.line, body).await
    }

    #[track_caller]
    fn ok(&self, outcome: Result<Vec<u8>, Status>) -> Vec<u8> {
        outcome.unwrap_or_else(|status| panic!("{}: {status:?}", self.fixture.method))
    }

    /// A repetition answers the same, or as the fixture says.
    #[track_caller]
    fn same(&self, first: &[u8], repetition: Result<Vec<u8>, Status>) {
        match self.fixture.repetition_refused {
            Some(expected) => {
                assert_reason(repetition, expected);
            }
            None => assert!(self.ok(repetition) == first, "{}: another answer", self.fixture.method),
        }
    }

    async fn content(&self) -> Content {
        self.stage.database.content().await
    }

    /// Fails where anything in the database is not as it was.
    async fn untouched(&self, before: &Content) {
        let after = self.content().await;
        let changed: Vec<&String> =
            after.iter().filter(|(table, rows)| before.get(*table) != Some(rows)).map(|(table, _)| table).collect();
        // A wrong query code is counted, and that is all that becomes of it.
        let counts = self.fixture.method.ends_with("/SubmitRating");
        let changed: Vec<&String> =
            changed.into_iter().filter(|table| !(counts && *table == "query_failures")).collect();
        assert!(changed.is_empty(), "{}: rows of {changed:?} changed", self.fixture.method);
    }

    /// What one call adds, in rows of each table. It is measured on a second call, since a first one may open a counter.
    async fn one_effect(&self) -> Counts {
        let first = self.prepare().await;
        self.ok(self.call(&first).await);
        let body = self.prepare().await;
        let before = self.counts().await;
        self.ok(self.call(&body).await);
        let effect = added(&before, &self.counts().await);
        assert!(effect["records"] > 0, "{}: no record", self.fixture.method);
        effect
    }

    async fn counts(&self) -> Counts {
        self.stage.database.counts().await
    }

    async fn line_in(&self, area: &str) -> Line {
        self.stage.within(self.fixture.role, area).await
    }
}

fn added(before: &Counts, after: &Counts) -> Counts {
    after.iter().map(|(table, count)| (table.clone(), count - before[table])).collect()
}

/// Runs a check for each fixture, one after the other on one server.
async fn each(check: impl AsyncFn(&Scene<'_>)) {
    let only = std::env::var("LIANBANG_TEST_ONLY").unwrap_or_default();
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    for fixture in all_fixtures().iter().filter(|fixture| fixture.method.contains(&only)) {
        check(&Scene { stage: &stage, fixture, line: &line }).await;
    }
}

#[test]
fn every_mutating_rpc_has_a_fixture() {
    let have: Vec<&str> = all_fixtures().iter().map(|fixture| fixture.method).collect();
    let distinct: BTreeSet<&&str> = have.iter().collect();
    assert_eq!(distinct.len(), have.len(), "a method has two fixtures");
    let mutations: Vec<String> = methods().iter().filter(|method| request::is_mutation(method)).map(path).collect();
    let missing: Vec<&String> = mutations.iter().filter(|path| !have.contains(&path.as_str())).collect();
    assert!(
        missing.is_empty(),
        "no fixture for {missing:?}: add one to tests/it/mutations/<feature>.rs, as the head of tests/it/mutations/mod.rs tells"
    );
    for method in have {
        assert!(mutations.iter().any(|path| path == method), "{method} is no mutating RPC of the contract");
    }
}

#[test]
fn the_role_of_a_fixture_may_call_its_method() {
    for fixture in all_fixtures() {
        let method = auth::method(fixture.method).expect("method");
        assert!(fixture.role.allows(method.permission), "{} lacks {}", fixture.role.word(), method.permission);
    }
}

#[tokio::test]
async fn a_repetition_gets_the_same_answer_and_writes_nothing() {
    each(async |scene| {
        let body = scene.prepare().await;
        let first = scene.ok(scene.call(&body).await);
        let before = scene.content().await;
        for _ in 0..3 {
            scene.same(&first, scene.call(&body).await);
        }
        scene.untouched(&before).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_id_stands_for_one_body() {
    each(async |scene| {
        let body = scene.prepare().await;
        let first = scene.ok(scene.call(&body).await);
        let before = scene.content().await;
        assert_reason(scene.call(&body.changed(scene.fixture.change)).await, "REQUEST_ID_REUSED");
        scene.untouched(&before).await;
        scene.same(&first, scene.call(&body).await);
    })
    .await;
}

#[tokio::test]
async fn validate_only_writes_nothing_and_uses_up_no_request_id() {
    each(async |scene| {
        let body = scene.prepare().await;
        let before = scene.content().await;
        scene.ok(scene.call(&body.to_check()).await);
        scene.ok(scene.call(&body.to_check()).await);
        scene.untouched(&before).await;
        scene.ok(scene.call(&body).await);
        assert!(scene.content().await != before, "{}: the call itself wrote nothing", scene.fixture.method);
    })
    .await;
}

#[tokio::test]
async fn a_stale_etag_changes_nothing() {
    each(async |scene| {
        let body = scene.prepare().await;
        if !request::has_etag(&request::input(scene.fixture.method)) {
            return;
        }
        let present = body.etag().expect("etag");
        assert!(!present.is_empty(), "{}: the fixture gives no etag", scene.fixture.method);
        let before = scene.content().await;
        let status = assert_reason(scene.call(&body.with_etag(&format!("{present}x"))).await, "ETAG_MISMATCH");
        let told = tonic_types::StatusExt::get_details_error_info(&status).expect("ErrorInfo").metadata;
        assert_eq!(told["etag"], present, "{}: the present etag", scene.fixture.method);
        assert_reason(scene.call(&body.with_etag("")).await, "INVALID_REQUEST");
        scene.untouched(&before).await;
        // A failure is not kept: the same request_id serves for the mended request.
        scene.ok(scene.call(&body).await);
    })
    .await;
}

#[tokio::test]
async fn a_grant_elsewhere_is_no_grant() {
    each(async |scene| {
        let body = scene.prepare().await;
        let (home, sibling) = (scene.line_in(HOME).await, scene.line_in(SIBLING).await);
        let before = scene.content().await;
        let refused = async |line: &Line| {
            let status = scene.call_on(line, &body.anew()).await.expect_err(scene.fixture.method);
            let allowed = ["NOT_FOUND", "OUT_OF_SCOPE", "PERMISSION_DENIED", "GRANT_EXCEEDS_OWN"];
            assert!(allowed.contains(&reason(&status).as_str()), "{}: {status:?}", scene.fixture.method);
        };
        refused(&sibling).await;
        if scene.fixture.only_everywhere {
            refused(&home).await;
        }
        scene.untouched(&before).await;
        if !scene.fixture.only_everywhere {
            // Or else the refusal above proved nothing.
            scene.ok(scene.call_on(&home, &body).await);
        }
    })
    .await;
}

/// How a call is cut off.
async fn cut(scene: &Scene<'_>, body: &Body, round: u32) -> Option<Vec<u8>> {
    let mut request = Request::new(body.bytes());
    if round.is_multiple_of(3) {
        request.set_timeout(Duration::from_millis(1));
        return match send(scene.line, scene.fixture.method, request).await {
            Ok(answer) => Some(answer),
            Err(status) if matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled) => None,
            Err(status) => panic!("{}: {status:?}", scene.fixture.method),
        };
    }
    let (started, until) = (Instant::now(), Duration::from_micros(u64::from(round) * 200));
    let gone = async {
        while started.elapsed() < until {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        answer = send(scene.line, scene.fixture.method, request) => Some(scene.ok(answer)),
        () = gone => None,
    }
}

async fn no_transaction_stays_open(scene: &Scene<'_>) {
    if !scene.stage.database.is_postgres() {
        return;
    }
    let open = "SELECT COUNT(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let until = Instant::now() + Duration::from_secs(3);
    while scene.stage.count(open).await > 0 {
        assert!(Instant::now() < until, "{}: a transaction stays open", scene.fixture.method);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_cut_off_can_be_repeated() {
    each(async |scene| {
        let effect = scene.one_effect().await;
        let mut last: Option<Counts> = None;
        for round in 0..CUTS {
            if let Some(last) = &last {
                // Nothing came after the repetition was answered.
                assert_eq!(scene.counts().await, *last, "{}: rows that came late", scene.fixture.method);
            }
            let body = scene.prepare().await;
            let before = scene.counts().await;
            let first = cut(scene, &body, round).await;
            if round.is_multiple_of(2) {
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            match (first, scene.fixture.repetition_refused) {
                (Some(first), _) => scene.same(&first, scene.call(&body).await),
                (None, None) => drop(scene.ok(scene.call(&body).await)),
                (None, Some(expected)) => {
                    if let Err(status) = scene.call(&body).await {
                        assert_eq!(reason(&status), expected);
                    }
                }
            }
            let after = scene.counts().await;
            assert_eq!(added(&before, &after), effect, "{}: rows after a cut and a repetition", scene.fixture.method);
            last = Some(after);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(Some(scene.counts().await), last, "{}: rows that came late", scene.fixture.method);
        no_transaction_stays_open(scene).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_at_once_under_one_request_id_are_one() {
    each(async |scene| {
        let effect = scene.one_effect().await;
        let body = scene.prepare().await;
        let before = scene.counts().await;
        let outcomes = join_all((0..20).map(|_| scene.call(&body))).await;
        assert_eq!(added(&before, &scene.counts().await), effect, "{}: rows of twenty", scene.fixture.method);
        let mut answers = Vec::new();
        for outcome in outcomes {
            match (outcome, scene.fixture.repetition_refused) {
                (Err(status), Some(expected)) => assert_eq!(reason(&status), expected),
                (outcome, _) => answers.push(scene.ok(outcome)),
            }
        }
        let first = answers.first().unwrap_or_else(|| panic!("{}: no answer", scene.fixture.method));
        assert!(answers.iter().all(|answer| answer == first), "{}: answers differ", scene.fixture.method);
        let expected = if scene.fixture.repetition_refused.is_some() { 1 } else { 20 };
        assert_eq!(answers.len(), expected, "{}: answers", scene.fixture.method);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_twenty_with_the_same_etag_wins() {
    each(async |scene| {
        if !request::has_etag(&request::input(scene.fixture.method)) {
            return;
        }
        let effect = scene.one_effect().await;
        let body = scene.prepare().await;
        let before = scene.counts().await;
        let bodies: Vec<Body> = (0..20).map(|_| body.anew()).collect();
        let outcomes = join_all(bodies.iter().map(|body| scene.call(body))).await;
        assert_eq!(added(&before, &scene.counts().await), effect, "{}: rows of twenty", scene.fixture.method);
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(won, 1, "{}: winners", scene.fixture.method);
        for status in outcomes.into_iter().filter_map(Result::err) {
            let late = reason(&status) == "ETAG_MISMATCH" || status.code() == Code::FailedPrecondition;
            assert!(late, "{}: {status:?}", scene.fixture.method);
        }
    })
    .await;
}
