//! A register full of made-up cases: copies of one case's row, each with texts, a place and a day of its own.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use lianbang::seal::KeyRing;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use uuid::Uuid;

use crate::{Fault, asked::Asker, messages::Messages, program::Setting};

/// Cases in one statement.
const BATCH: usize = 500;
const YEARS: i64 = 3 * 365 * 86_400_000_000;

/// The database beside the program.
pub struct Register {
    url: String,
    keys: KeyRing,
    columns: Vec<String>,
    /// Region, township and county of each village.
    villages: Vec<[String; 3]>,
    now: i64,
    filled: usize,
}

impl Register {
    pub async fn new(setting: &Setting, asker: &Asker) -> Result<Self, Fault> {
        asker.register("样例", "样例。", None).await?;
        let url = setting.url().to_owned();
        let table = include_str!("../../data/regions/xuchang_regions.csv");
        let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
        let villages = rows.iter().filter(|row| row[2] == "village");
        let villages = villages.map(|row| {
            let (township, county) = (format!("{}000", row[3]), format!("{}000000", &row[3][..6]));
            [row[0].to_owned(), township, county]
        });
        let register = Self {
            keys: KeyRing::read(setting.keys())?,
            columns: columns(&url).await?,
            villages: villages.collect(),
            now: number(&url, "SELECT register_time FROM cases").await?,
            filled: 0,
            url,
        };
        Ok(register)
    }

    fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Fills it up to so many, and waits until all are indexed: how many a second.
    pub async fn fill(&mut self, messages: &Messages, cases: usize) -> Result<f64, Fault> {
        let (new, begun) = (cases.saturating_sub(self.filled), Instant::now());
        while self.filled < cases {
            let batch = self.filled..(self.filled + BATCH).min(cases);
            let text = self.batch(messages, batch.clone());
            execute(&self.url, &text).await?;
            self.filled = batch.end;
        }
        let parties = if self.is_sqlite() {
            "INSERT INTO case_parties (id, case_id, role, kind, id_document, household_size, phone_index, outcome, consent, create_time, version)
             SELECT randomblob(16), id, 1, 1, 0, 0, randomblob(16), 0, 0, register_time, 1 FROM cases WHERE NOT indexed"
        } else {
            "INSERT INTO case_parties (id, case_id, role, kind, id_document, household_size, phone_index, outcome, consent, create_time, version)
             SELECT gen_random_uuid(), id, 1, 1, 0, 0, decode(md5(random()::text), 'hex'), 0, 0, register_time, 1 FROM cases WHERE NOT indexed"
        };
        execute(&self.url, parties).await?;
        while number(&self.url, "SELECT COUNT(*) FROM cases WHERE NOT indexed").await? > 0 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let rate = new as f64 / begun.elapsed().as_secs_f64();
        // What PostgreSQL does by itself after a while. SQLite has no statistics unless somebody asks for them.
        if !self.is_sqlite() {
            execute(&self.url, "VACUUM ANALYZE").await?;
        }
        Ok(rate)
    }

    fn batch(&self, messages: &Messages, numbers: std::ops::Range<usize>) -> String {
        let changed = [
            "id",
            "number",
            "title",
            "statement",
            "region",
            "village",
            "township",
            "county",
            "register_time",
            "receive_time",
            "next_due_time",
            "state",
            "indexed",
        ];
        let value = |column: &String| match changed.iter().position(|name| name == column) {
            Some(at) => format!("v.column{}", at + 1),
            None => format!("one.{column}"),
        };
        let from: Vec<String> = self.columns.iter().map(value).collect();
        let rows: Vec<String> = numbers.map(|number| self.row(messages, number)).collect();
        format!(
            "INSERT INTO cases ({}) SELECT {} FROM (VALUES {}) AS v CROSS JOIN (SELECT * FROM cases WHERE title = '样例') AS one",
            self.columns.join(", "),
            from.join(", "),
            rows.join(", ")
        )
    }

    fn row(&self, messages: &Messages, number: usize) -> String {
        let id = Uuid::from_u128((number as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
        let (title, text) = messages.made_up(number);
        let sealed = self.keys.seal(&format!("cases|statement|{id}"), text.as_bytes());
        let mixed = (number as i64).wrapping_mul(0x2545_F491_4F6C_DD1D) & i64::MAX;
        let time = self.now - mixed % YEARS;
        let [village, township, county] = &self.villages[number * 7919 % self.villages.len()];
        let due = if number.is_multiple_of(3) { (time + 60 * 86_400_000_000).to_string() } else { "NULL".into() };
        let (id, sealed) = match self.is_sqlite() {
            true => (format!("X'{}'", id.simple()), format!("X'{}'", hex(&sealed))),
            false => (format!("'{id}'::uuid"), format!("'\\x{}'::bytea", hex(&sealed))),
        };
        let due = if self.is_sqlite() { due } else { format!("{due}::bigint") };
        let title = title.replace('\'', "''");
        let state = if number.is_multiple_of(3) { 6 } else { 14 };
        format!(
            "({id}, 'F{number}', '{title}', {sealed}, {village}, {village}, {township}, {county}, {time}, {time}, {due}, {state}, FALSE)"
        )
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Beside the program, whose indexing may hold the lock for as long as a large register takes to write out.
async fn sqlite(url: &str) -> Result<SqliteConnection, Fault> {
    let options: SqliteConnectOptions = url.parse()?;
    Ok(SqliteConnection::connect_with(&options.busy_timeout(Duration::from_secs(120))).await?)
}

async fn execute(url: &str, text: &str) -> Result<(), Fault> {
    let text = sqlx::raw_sql(sqlx::AssertSqlSafe(text));
    if url.starts_with("sqlite:") {
        sqlite(url).await?.execute(text).await?;
    } else {
        PgConnection::connect(url).await?.execute(text).await?;
    }
    Ok(())
}

async fn number(url: &str, text: &str) -> Result<i64, Fault> {
    let query = sqlx::AssertSqlSafe(text);
    if url.starts_with("sqlite:") {
        Ok(sqlx::query_scalar(query).fetch_one(&mut sqlite(url).await?).await?)
    } else {
        Ok(sqlx::query_scalar(query).fetch_one(&mut PgConnection::connect(url).await?).await?)
    }
}

async fn columns(url: &str) -> Result<Vec<String>, Fault> {
    if url.starts_with("sqlite:") {
        let text = "SELECT name FROM pragma_table_info('cases')";
        Ok(sqlx::query_scalar(text).fetch_all(&mut sqlite(url).await?).await?)
    } else {
        let text = "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'cases'";
        Ok(sqlx::query_scalar(text).fetch_all(&mut PgConnection::connect(url).await?).await?)
    }
}
