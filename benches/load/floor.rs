//! What the disk and the libraries below us can do alone.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::Fault;

/// Writes of 8 kB with a sync each, a second.
pub fn fsync(folder: &Path, time: Duration) -> Result<f64, Fault> {
    let mut file = File::create(folder.join("fsync"))?;
    let page = [7_u8; 8_192];
    let begin = Instant::now();
    let mut count = 0_u32;
    while begin.elapsed() < time {
        file.write_all(&page)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / begin.elapsed().as_secs_f64())
}

/// Transactions of one row on SQLite, as durable as ours, a second.
pub async fn sqlite_rows(folder: &Path, time: Duration) -> Result<f64, Fault> {
    let mut conn = SqliteConnectOptions::new()
        .filename(folder.join("rows.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    conn.execute("CREATE TABLE rows (id BLOB PRIMARY KEY, body BLOB NOT NULL)").await?;
    let body = vec![7_u8; 500];
    let begin = Instant::now();
    let mut count = 0_u32;
    while begin.elapsed() < time {
        conn.execute("BEGIN IMMEDIATE").await?;
        let id = uuid::Uuid::now_v7().into_bytes().to_vec();
        sqlx::query("INSERT INTO rows VALUES (?, ?)").bind(id).bind(&body).execute(&mut conn).await?;
        conn.execute("COMMIT").await?;
        count += 1;
    }
    let rate = f64::from(count) / begin.elapsed().as_secs_f64();
    conn.close().await?;
    Ok(rate)
}

/// A library that makes each fsync 5 ms longer.
pub struct Fsync(PathBuf);

impl Fsync {
    /// Compiles it with the system's C compiler.
    pub fn compile(folder: &Path) -> Result<Self, Fault> {
        let library = folder.join("slow_fsync.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/load/slow_fsync.c");
        let status = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status()?;
        if status.success() { Ok(Self(library)) } else { Err("cc failed".into()) }
    }

    /// For LD_PRELOAD.
    pub fn path(&self) -> String {
        self.0.display().to_string()
    }
}
