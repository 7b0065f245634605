//! What the worker's rounds cost: finding what is due, and giving an hour's warnings, at ten thousand and at a million open cases.
//!
//! ```sh
//! cargo bench --bench worker                     # both databases, about five minutes
//! cargo bench --bench worker -- --most 20000     # to see that it works
//! ```
//!
//! One case is registered through the API; the others are copies of its rows made by SQL, with due times spread evenly over the sixty
//! days to come. Then the program's own rounds run on them.

#[path = "load/postgres.rs"]
#[expect(dead_code, reason = "the other measurement uses more of it")]
mod postgres;
#[path = "load/stage.rs"]
mod stage;

use std::{sync::Arc, time::Instant};

use clap::Parser;
use lianbang::{
    call::{RandomIds, SetTimeSource},
    cases::rounds::{Place, Round},
    config::WorkerConfig,
    server::Sources,
    worker::Worker,
};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tokio_util::sync::CancellationToken;

use stage::{Fault, told};

/// Monday 2 March 2026, 09:00 in China.
const START: i64 = 1_772_413_200_000_000;
const HOUR: i64 = 3_600_000_000;

#[derive(Debug, Parser)]
struct Options {
    /// Open cases at the most; a hundredth of them at the least.
    #[arg(long, default_value_t = 1_000_000)]
    most: usize,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let options = Options::parse();
    let folder = tempfile::tempdir()?;
    let cluster = postgres::Cluster::start("")?;
    println!("| measured | open cases | result |\n|---|---|---|");
    for cases in [options.most / 100, options.most] {
        let file = folder.path().join(format!("{cases}.db"));
        on("SQLite", &format!("sqlite:{}", file.display()), cases).await?;
        on("PostgreSQL", &cluster.url(&cluster.create(&format!("due{cases}"))?), cases).await?;
    }
    Ok(())
}

async fn on(product: &str, url: &str, cases: usize) -> Result<(), Fault> {
    let time = Arc::new(SetTimeSource::new(START));
    let sources = Sources { time: time.clone(), ids: Arc::new(RandomIds::default()) };
    let (running, ..) = stage::begun(url, &sources, |_| {}).await?;
    fill(url, cases).await?;
    let door = running.base().door.clone();
    let worker = Worker::new(door.clone(), &WorkerConfig::default(), CancellationToken::new());
    // The first turn looks through what a fresh database brings along.
    worker.turn().await.map_err(told)?;

    let (mut times, call) = (Vec::new(), sources.own_call());
    for _ in 0..200 {
        let started = Instant::now();
        let found =
            Round::Warnings.find(&door.db, call.now + HOUR, &door.catalog, Place::default()).await.map_err(told)?;
        times.push((started.elapsed(), found.len()));
    }
    times.sort_unstable();
    let (middle, found) = times[times.len() / 2];
    println!(
        "| {product}: the next hour's warnings are found, first page of {found} | {cases} | {:.2} ms |",
        middle.as_secs_f64() * 1e3
    );

    let mut idle = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        worker.turn().await.map_err(told)?;
        idle.push(started.elapsed());
    }
    idle.sort_unstable();
    println!("| {product}: a turn with nothing due | {cases} | {:.2} ms |", idle[idle.len() / 2].as_secs_f64() * 1e3);

    time.advance(HOUR);
    let started = Instant::now();
    let turn = worker.turn().await.map_err(told)?.ok_or("not elected")?;
    let seconds = started.elapsed().as_secs_f64();
    let given = turn.warnings.done;
    println!(
        "| {product}: a turn that gives an hour's {given} warnings | {cases} | {:.0} /s |",
        given as f64 / seconds
    );
    running.stop().await;
    Ok(())
}

/// Copies the case and its clock.
async fn fill(url: &str, cases: usize) -> Result<(), Fault> {
    let sqlite = url.starts_with("sqlite:");
    let (id, random) = if sqlite {
        ("randomblob(16)", format!("abs(random()) % {}", 60 * 24 * HOUR))
    } else {
        ("gen_random_uuid()", format!("(random() * {})::bigint", 60 * 24 * HOUR))
    };
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) ", cases - 1);
    let (case, clock) = (columns(url, "cases").await?, columns(url, "case_clocks").await?);
    let copied = |columns: &[String], changed: &[(&str, String)]| {
        let value = |column: &String| {
            let found = changed.iter().find(|(name, _)| name == column);
            found.map_or_else(|| format!("one.{column}"), |(_, text)| text.clone())
        };
        (columns.join(", "), columns.iter().map(value).collect::<Vec<_>>().join(", "))
    };
    let (into, from) = copied(&case, &[("id", id.into()), ("number", "'bench-' || n.i".into())]);
    let cases = format!("INSERT INTO cases ({into}) {numbers} SELECT {from} FROM n, (SELECT * FROM cases) AS one");
    let due = format!("{START} + due.at + 3 * 24 * {HOUR}");
    let changed = [
        ("id", id.into()),
        ("case_id", "due.id".into()),
        ("due_time", due),
        ("alert_time", format!("{START} + due.at")),
    ];
    let (into, from) = copied(&clock, &changed);
    let clocks = format!(
        "INSERT INTO case_clocks ({into}) SELECT {from} FROM \
         (SELECT id, {random} AS at FROM cases WHERE number LIKE 'bench-%') AS due, (SELECT * FROM case_clocks) AS one"
    );
    for text in [cases, clocks, "ANALYZE".to_owned()] {
        let text = sqlx::raw_sql(sqlx::AssertSqlSafe(text));
        if sqlite {
            SqliteConnection::connect(url).await?.execute(text).await?;
        } else {
            PgConnection::connect(url).await?.execute(text).await?;
        }
    }
    Ok(())
}

async fn columns(url: &str, table: &str) -> Result<Vec<String>, Fault> {
    let found = if url.starts_with("sqlite:") {
        let text = format!("SELECT name FROM pragma_table_info('{table}')");
        let mut conn = SqliteConnection::connect(url).await?;
        sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_all(&mut conn).await?
    } else {
        let text = format!("SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}'");
        let mut conn = PgConnection::connect(url).await?;
        sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_all(&mut conn).await?
    };
    Ok(found)
}
