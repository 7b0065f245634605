//! The door to write: what `src/db/sqlite.rs` and `src/db/postgres.rs` promise, with commands of the test's own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use lianbang::{
    call::{Call, RequestKey},
    db::{Command, Db, Rows, Tx, Written, sql},
    error::{Error, Result},
    record::Change,
    server::Sources,
};
use sea_orm::ConnectionTrait;
use tokio::{
    sync::Semaphore,
    task::JoinHandle,
    time::{Instant, sleep},
};
use uuid::Uuid;

use crate::harness::{Stage, database::Database, program};

/// What a command does after it wrote its row.
#[derive(Clone)]
enum Then {
    Stand,
    Fail,
    Panic,
    /// Waits until the gate opens.
    Wait(Arc<Semaphore>),
    /// Runs this as well.
    Run(&'static str),
    /// Runs this as well, in the first so many runs.
    RunFirst(u32, &'static str),
    /// Says nothing of what it did.
    KeepSilent,
}

/// Writes one row into `scratch`.
struct Act {
    row: i32,
    then: Then,
    runs: Arc<AtomicU32>,
}

impl Command for Act {
    type Answer = i32;
    const NAME: &'static str = "test.act";

    async fn run(&self, tx: &Tx<'_>) -> Result<i32> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        let insert = sql(tx.backend(), "INSERT INTO scratch (id) VALUES (?)", [self.row.into()]);
        tx.conn().execute_raw(insert).await?;
        match &self.then {
            Then::Stand => {}
            Then::Fail => return Err(Error::not_found("test")),
            Then::Panic => panic!("as the test wants it"),
            Then::Wait(gate) => drop(gate.acquire().await.expect("gate")),
            Then::Run(text) => _ = tx.conn().execute_unprepared(text).await?,
            Then::RunFirst(times, text) if run < *times => _ = tx.conn().execute_unprepared(text).await?,
            Then::RunFirst(..) => {}
            Then::KeepSilent => return Ok(self.row),
        }
        tx.record(Change { kind: "test.acted", resource: format!("test/{}", self.row), ..Change::default() });
        Ok(self.row)
    }
}

/// A register with a table to play with, and one writer at a time on PostgreSQL too where `one_writer` says so.
struct Play {
    stage: Stage,
    call: Call,
}

/// A write under way, and how often its command ran.
struct Under {
    task: JoinHandle<Result<i32>>,
    runs: Arc<AtomicU32>,
}

impl Under {
    async fn outcome(self) -> Result<i32> {
        self.task.await.expect("task")
    }

    async fn until_it_runs(&self) {
        while self.runs.load(Ordering::SeqCst) == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// The caller goes away.
    async fn leave(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

impl Play {
    async fn new(one_writer: bool) -> Self {
        let stage = Stage::with(|config| config.database.connections = if one_writer { 2 } else { 8 }).await;
        stage.sql("CREATE TABLE scratch (id INTEGER PRIMARY KEY)").await;
        let door = &stage.running.base().door;
        let call = Sources { time: door.time.clone(), ids: door.ids.clone() }.own_call();
        Self { stage, call }
    }

    fn db(&self) -> &Db {
        self.stage.running.db()
    }

    fn begin(&self, row: i32, then: Then) -> Under {
        self.begin_as(self.call.clone(), row, then)
    }

    fn begin_as(&self, call: Call, row: i32, then: Then) -> Under {
        let (db, runs) = (self.db().clone(), Arc::<AtomicU32>::default());
        let act = Act { row, then, runs: runs.clone() };
        let task = tokio::spawn(async move {
            match db.write(&call, act, |row| row.to_string().into_bytes()).await? {
                Written::Now(row) => Ok(row),
                Written::Before(answer) => Ok(-String::from_utf8_lossy(&answer).parse::<i32>().expect("answer")),
            }
        });
        Under { task, runs }
    }

    /// The rows, each of which has its record. Both are seen at one moment: somebody may commit meanwhile.
    async fn rows(&self) -> Vec<i64> {
        let all = "SELECT CAST(1 AS BIGINT), CAST(substr(resource, 6) AS BIGINT) FROM records WHERE kind = 'test.acted' \
                   UNION ALL SELECT 0, CAST(id AS BIGINT) FROM scratch ORDER BY 2";
        let found = self.db().on().query_all_raw(sql(self.db().backend(), all, [])).await.expect("rows");
        let of = |table: i64| -> Vec<i64> {
            let read =
                |row: &sea_orm::QueryResult| Some((row.try_get_by_index(0).ok()?, row.try_get_by_index(1).ok()?));
            let read = found.iter().map(|row| read(row).expect("numbers"));
            read.filter(|(from, _): &(i64, i64)| *from == table).map(|(_, id)| id).collect()
        };
        assert_eq!(of(0), of(1), "rows and their records");
        of(0)
    }

    /// The rows, once there are so many: a write whose caller left commits when it does, and tells nobody.
    async fn rows_once_there_are(&self, count: usize) -> Vec<i64> {
        let until = Instant::now() + Duration::from_secs(3);
        while self.rows().await.len() < count && Instant::now() < until {
            sleep(Duration::from_millis(5)).await;
        }
        self.rows().await
    }
}

fn closed_gate() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(0))
}

#[tokio::test]
async fn an_error_or_a_panic_undoes_its_own_call_only() {
    let play = Play::new(true).await;
    let gate = closed_gate();
    let first = play.begin(1, Then::Wait(gate.clone()));
    first.until_it_runs().await;
    // On SQLite these wait together, and share one commit with the first.
    let rest = [Then::Stand, Then::Fail, Then::Panic, Then::Stand];
    let rest: Vec<Under> = (2..).zip(rest).map(|(row, then)| play.begin(row, then)).collect();
    let checked = play.begin_as(Call { validate_only: true, ..play.call.clone() }, 6, Then::Stand);
    sleep(Duration::from_millis(20)).await;
    gate.add_permits(1);
    assert_eq!(first.outcome().await, Ok(1));
    let outcomes = join_all(rest.into_iter().map(Under::outcome)).await;
    assert_eq!(outcomes[0], Ok(2));
    assert_eq!(outcomes[1], Err(Error::not_found("test")));
    assert!(matches!(outcomes[2], Err(Error::Internal { .. })), "{:?}", outcomes[2]);
    assert_eq!(outcomes[3], Ok(5));
    assert_eq!(checked.outcome().await, Ok(6));
    assert_eq!(play.rows().await, [1, 2, 5]);
}

#[tokio::test]
async fn a_caller_that_is_gone_or_late_before_its_turn_is_not_served() {
    let play = Play::new(true).await;
    let gate = closed_gate();
    let first = play.begin(1, Then::Wait(gate.clone()));
    first.until_it_runs().await;
    let gone = play.begin(2, Then::Stand);
    let soon = Instant::now() + Duration::from_millis(40);
    let late = play.begin_as(Call { deadline: soon, ..play.call.clone() }, 3, Then::Stand);
    let patient = play.begin(4, Then::Stand);
    sleep(Duration::from_millis(20)).await;
    let runs = gone.runs.clone();
    gone.leave().await;
    sleep(Duration::from_millis(40)).await;
    gate.add_permits(1);
    assert_eq!(first.outcome().await, Ok(1));
    assert_eq!(patient.outcome().await, Ok(4));
    assert_eq!((runs.load(Ordering::SeqCst), late.runs.load(Ordering::SeqCst)), (0, 0));
    assert_eq!(late.outcome().await, Err(Error::DeadlineExceeded));
    assert_eq!(play.rows().await, [1, 4]);
}

#[tokio::test]
async fn what_has_run_is_committed_though_its_caller_left() {
    let play = Play::new(false).await;
    let gate = closed_gate();
    // The first one's savepoint is released while the second keeps their common commit waiting.
    let opener = play.begin(1, Then::Wait(gate.clone()));
    opener.until_it_runs().await;
    let leaves = play.begin(2, Then::Stand);
    let keeps = play.begin(3, Then::Wait(gate.clone()));
    gate.add_permits(1);
    keeps.until_it_runs().await;
    leaves.until_it_runs().await;
    leaves.leave().await;
    gate.add_permits(1);
    assert_eq!(opener.outcome().await, Ok(1));
    assert_eq!(keeps.outcome().await, Ok(3));
    assert_eq!(play.rows_once_there_are(3).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_caller_that_leaves_while_its_call_runs_tears_nothing() {
    let play = Play::new(false).await;
    let gate = closed_gate();
    let leaves = play.begin(1, Then::Wait(gate.clone()));
    leaves.until_it_runs().await;
    leaves.leave().await;
    gate.add_permits(1);
    assert_eq!(play.begin(2, Then::Stand).outcome().await, Ok(2));
    assert_eq!(play.rows_once_there_are(2).await, [1, 2]);
}

#[tokio::test]
async fn a_call_slower_than_its_deadline_is_undone() {
    let play = Play::new(false).await;
    let deadline = Instant::now() + Duration::from_millis(100);
    let slow = play.begin_as(Call { deadline, ..play.call.clone() }, 1, Then::Wait(closed_gate()));
    assert_eq!(slow.outcome().await, Err(Error::DeadlineExceeded));
    assert_eq!(play.begin(2, Then::Stand).outcome().await, Ok(2));
    assert_eq!(play.rows().await, [2]);
}

#[tokio::test]
async fn a_failed_commit_is_an_unknown_outcome_for_all_who_shared_it() {
    let play = Play::new(true).await;
    play.stage.sql("CREATE TABLE child (id INTEGER REFERENCES scratch (id) DEFERRABLE INITIALLY DEFERRED)").await;
    let gate = closed_gate();
    let first = play.begin(1, Then::Wait(gate.clone()));
    first.until_it_runs().await;
    let breaks = play.begin(2, Then::Run("INSERT INTO child (id) VALUES (99)"));
    sleep(Duration::from_millis(20)).await;
    gate.add_permits(1);
    assert!(matches!(breaks.outcome().await, Err(Error::OutcomeUnknown { .. })));
    let first = first.outcome().await;
    if play.stage.database.is_postgres() {
        assert_eq!(first, Ok(1));
        assert_eq!(play.rows().await, [1]);
    } else {
        assert!(matches!(first, Err(Error::OutcomeUnknown { .. })), "{first:?}");
        assert_eq!(play.rows().await, Vec::<i64>::new());
    }
    // The writer goes on.
    assert_eq!(play.begin(3, Then::Stand).outcome().await, Ok(3));
}

#[tokio::test]
async fn a_commit_without_an_answer_is_an_unknown_outcome() {
    let play = Play::new(true).await;
    if !play.stage.database.is_postgres() {
        return;
    }
    // The connection is killed in the middle of COMMIT.
    play.stage
        .sql(
            "CREATE TABLE fuse (id INTEGER);
             CREATE FUNCTION blow() RETURNS trigger AS
             'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END' LANGUAGE plpgsql;
             CREATE CONSTRAINT TRIGGER blow AFTER INSERT ON fuse DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION blow();",
        )
        .await;
    let breaks = play.begin(1, Then::Run("INSERT INTO fuse (id) VALUES (1)"));
    let outcome = breaks.outcome().await;
    assert!(matches!(outcome, Err(Error::OutcomeUnknown { .. })), "{outcome:?}");
    for row in 2..6 {
        assert_eq!(play.begin(row, Then::Stand).outcome().await, Ok(row));
    }
    assert_eq!(play.rows().await, [2, 3, 4, 5]);
}

#[tokio::test]
async fn who_loses_the_common_transaction_to_a_neighbour_is_run_again() {
    let play = Play::new(true).await;
    if play.stage.database.is_postgres() {
        return;
    }
    play.stage.sql("CREATE TABLE one (id INTEGER PRIMARY KEY); INSERT INTO one VALUES (1)").await;
    let gate = closed_gate();
    let first = play.begin(1, Then::Wait(gate.clone()));
    first.until_it_runs().await;
    // As a full disk does, this ends the whole transaction and not the statement alone.
    let breaks = play.begin(2, Then::Run("INSERT OR ROLLBACK INTO one VALUES (1)"));
    let third = play.begin(3, Then::Stand);
    sleep(Duration::from_millis(20)).await;
    gate.add_permits(2);
    let runs = first.runs.clone();
    assert_eq!(first.outcome().await, Ok(1));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert!(breaks.outcome().await.is_err());
    assert_eq!(third.outcome().await, Ok(3));
    assert_eq!(play.rows().await, [1, 3]);
}

#[tokio::test]
async fn a_collision_is_run_again_and_given_up_at_last() {
    const COLLIDE: &str = "DO $$ BEGIN RAISE EXCEPTION 'collision' USING ERRCODE = '40001'; END $$";
    let play = Play::new(false).await;
    if !play.stage.database.is_postgres() {
        return;
    }
    let key = RequestKey { id: Uuid::new_v4(), hash: [7; 32] };
    let call = Call { request: Some(key), ..play.call.clone() };
    let twice = play.begin_as(call, 1, Then::RunFirst(2, COLLIDE));
    let runs = twice.runs.clone();
    assert_eq!(twice.outcome().await, Ok(1));
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    let always = play.begin(2, Then::Run(COLLIDE));
    let runs = always.runs.clone();
    assert_eq!(always.outcome().await, Err(Error::Contention));
    assert_eq!(runs.load(Ordering::SeqCst), 5);
    assert_eq!(play.rows().await, [1]);
}

#[tokio::test]
async fn calls_that_lock_each_other_out_both_succeed() {
    let play = Play::new(false).await;
    if !play.stage.database.is_postgres() {
        return;
    }
    play.stage
        .sql("CREATE TABLE pair (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO pair VALUES (1, 0), (2, 0)")
        .await;
    let up = "UPDATE pair SET n = n + 1 WHERE id = 1; SELECT pg_sleep(0.2); UPDATE pair SET n = n + 1 WHERE id = 2";
    let down = "UPDATE pair SET n = n + 1 WHERE id = 2; SELECT pg_sleep(0.2); UPDATE pair SET n = n + 1 WHERE id = 1";
    let (one, two) = (play.begin(1, Then::Run(up)), play.begin(2, Then::Run(down)));
    let runs = [one.runs.clone(), two.runs.clone()];
    assert_eq!((one.outcome().await, two.outcome().await), (Ok(1), Ok(2)));
    assert!(runs.iter().map(|runs| runs.load(Ordering::SeqCst)).sum::<u32>() > 2, "they did not collide");
    assert_eq!(play.stage.count("SELECT SUM(n) FROM pair").await, 4);
    assert_eq!(play.rows().await, [1, 2]);
}

#[tokio::test]
async fn a_mutation_that_nobody_could_see_is_refused() {
    let play = Play::new(false).await;
    let key = RequestKey { id: Uuid::new_v4(), hash: [7; 32] };
    let call = Call { request: Some(key), ..play.call.clone() };
    let silent = play.begin_as(call, 1, Then::KeepSilent);
    assert!(matches!(silent.outcome().await, Err(Error::Internal { .. })));
    assert_eq!(play.rows().await, Vec::<i64>::new());
}

#[tokio::test]
async fn a_key_answers_the_same_and_is_the_clients_own() {
    let play = Play::new(false).await;
    let key = RequestKey { id: Uuid::new_v4(), hash: [7; 32] };
    let call = Call { request: Some(key), ..play.call.clone() };
    assert_eq!(play.begin_as(call.clone(), 1, Then::Stand).outcome().await, Ok(1));
    assert_eq!(play.begin_as(call.clone(), 1, Then::Stand).outcome().await, Ok(-1));
    let other = Call { request: Some(RequestKey { hash: [8; 32], ..key }), ..call.clone() };
    let reused = play.begin_as(other, 2, Then::Stand).outcome().await;
    assert_eq!(reused, Err(Error::RequestIdReused { request_id: key.id.to_string() }));
    let identity = lianbang::auth::Identity { client: "another".into(), ..(*call.identity).clone() };
    let another = Call { identity: Arc::new(identity), ..call };
    assert_eq!(play.begin_as(another, 3, Then::Stand).outcome().await, Ok(3));
    assert_eq!(play.rows().await, [1, 3]);
}

#[tokio::test]
async fn closing_ends_what_is_in_hand_and_takes_nothing_new() {
    let play = Play::new(true).await;
    let gate = closed_gate();
    let first = play.begin(1, Then::Wait(gate.clone()));
    first.until_it_runs().await;
    let db = play.db().clone();
    let closing = tokio::spawn(async move { db.close().await });
    sleep(Duration::from_millis(20)).await;
    let late = play.begin(2, Then::Stand);
    sleep(Duration::from_millis(20)).await;
    gate.add_permits(1);
    assert_eq!(first.outcome().await, Ok(1));
    closing.await.expect("closed");
    let late = late.outcome().await;
    let rows = play.stage.count("SELECT COUNT(*) FROM scratch").await;
    match late {
        Err(Error::ShuttingDown) => assert_eq!(rows, 1),
        Ok(2) => assert_eq!(rows, 2),
        other => panic!("{other:?}"),
    }
    assert_eq!(play.begin(3, Then::Stand).outcome().await, Err(Error::ShuttingDown));
}

#[tokio::test]
async fn two_programs_that_migrate_at_once_do_no_harm() {
    let database = Database::empty().await;
    let start = |_| program(&database.url()).arg("migrate").spawn().expect("program");
    let programs: Vec<_> = (0..4).map(start).collect();
    let mut applied = Vec::new();
    for program in programs {
        let output = program.wait_with_output().expect("program");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
        applied.push(told.split(' ').next().expect("steps").parse::<i64>().expect("a number"));
    }
    let steps = database.number("SELECT COUNT(*) FROM seaql_migrations").await;
    applied.sort_unstable();
    assert!(steps > 0);
    assert_eq!(applied, [0, 0, 0, steps]);
}
