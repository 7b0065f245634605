//! Opening the database: pools, pragmas, time limits. Everything that a connection must have is set here and nowhere else.

use std::{str::FromStr, sync::Arc, time::Duration};

use sea_orm::{DbBackend, SqlxPostgresConnector, SqlxSqliteConnector};
use serde::Deserialize;
use sqlx::{
    ConnectOptions, Executor, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

use super::{Db, Inner, Writer, postgres, slow, sqlite};
use crate::{
    error::{Error, Result},
    seal::KeyRing,
};

/// Where the data is.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:/path/file.db` or `postgres://user@host/database`.
    pub url: String,
    /// Connections that read (SQLite) or do both (PostgreSQL). Default 8.
    pub connections: u32,
    /// Calls that wait together share one commit (SQLite). Default true; false is for measuring.
    pub shared_commits: bool,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: "sqlite:lianbang.db".into(), connections: 8, shared_commits: true }
    }
}

impl DatabaseConfig {
    /// The file that the data is in, where it is in one.
    pub fn sqlite_file(&self) -> Option<std::path::PathBuf> {
        sqlite_path(&self.url)
    }
}

/// Opens the database. The schema must be there (see `migrate`).
///
/// # Errors
/// `DatabaseUnavailable` with the cause for the log.
pub async fn connect(config: &DatabaseConfig, keys: Arc<KeyRing>) -> Result<Db> {
    let inner = if config.url.starts_with("sqlite:") {
        open_sqlite(config, keys).await?
    } else {
        open_postgres(config, keys).await?
    };
    Ok(Db { inner: Arc::new(inner) })
}

fn unavailable(fault: impl std::fmt::Display) -> Error {
    Error::DatabaseUnavailable { cause: fault.to_string() }
}

/// Options of every SQLite connection: durable commits, and deleted content overwritten.
pub(crate) fn sqlite_options(url: &str) -> Result<SqliteConnectOptions> {
    Ok(SqliteConnectOptions::from_str(url)
        .map_err(unavailable)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("secure_delete", "on")
        // Under write load a checkpoint each 1,000 pages costs more than the writes.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging())
}

async fn open_sqlite(config: &DatabaseConfig, keys: Arc<KeyRing>) -> Result<Inner> {
    let options = sqlite_options(&config.url)?;
    // Pages that a connection keeps, in KiB. Each has its own: what many readers keep, memory pays for as many times, while
    // the operating system has the file's pages once for all of them.
    let (writes, reads) = (options.clone().pragma("cache_size", "-32000"), options.pragma("cache_size", "-4000"));
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(writes.create_if_missing(true))
        .await
        .map_err(unavailable)?;
    let reader = SqlitePoolOptions::new()
        .max_connections(config.connections)
        .min_connections(config.connections.min(2))
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(3))
        .test_before_acquire(false)
        .connect_with(reads.create_if_missing(false).read_only(true).pragma("query_only", "on"))
        .await
        .map_err(unavailable)?;
    let writer = slow::watched(SqlxSqliteConnector::from_sqlx_sqlite_pool(writer));
    let writer = sqlite::Writer::start(writer, config.shared_commits).map_err(unavailable)?;
    Ok(Inner {
        backend: DbBackend::Sqlite,
        reader: slow::watched(SqlxSqliteConnector::from_sqlx_sqlite_pool(reader)),
        writer: Writer::Sqlite(writer),
        keys,
        commits: watch::Sender::default(),
    })
}

/// Options of every PostgreSQL connection: no statement, lock or idle transaction outlasts its use.
pub(crate) fn postgres_options(url: &str) -> Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)
        .map_err(unavailable)?
        .application_name("lianbang")
        .options([
            ("statement_timeout", "10s"),
            ("lock_timeout", "3s"),
            ("idle_in_transaction_session_timeout", "10s"),
            ("client_connection_check_interval", "2s"),
            ("default_transaction_isolation", "read committed"),
            ("TimeZone", "UTC"),
            // No statement is long enough for helpers, and the parts of a UNION ALL are to be run in their order.
            ("max_parallel_workers_per_gather", "0"),
            // Nor for compilation, which costs more than such a statement takes; the estimates that call for it are far too high.
            ("jit", "off"),
        ])
        .disable_statement_logging())
}

async fn open_postgres(config: &DatabaseConfig, keys: Arc<KeyRing>) -> Result<Inner> {
    let pool = PgPoolOptions::new()
        .max_connections(config.connections)
        .acquire_timeout(Duration::from_secs(3))
        .idle_timeout(Duration::from_secs(600))
        .max_lifetime(Duration::from_secs(1_800))
        .test_before_acquire(false)
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                // A connection whose BEGIN was cut off sits inside a transaction; inside one now() stands still. Only one that
                // rested can be told apart cheaply from one in steady use.
                if meta.idle_for < Duration::from_millis(50) {
                    return Ok(true);
                }
                let row = conn.fetch_one(sqlx::raw_sql("SELECT now() = statement_timestamp()")).await?;
                row.try_get::<bool, _>(0)
            })
        })
        .connect_with(postgres_options(&config.url)?)
        .await
        .map_err(unavailable)?;
    let conn = slow::watched(SqlxPostgresConnector::from_sqlx_postgres_pool(pool));
    // Readers keep some connections even when every writer waits.
    let at_once = usize::try_from((config.connections * 3 / 4).max(1)).unwrap_or(1);
    Ok(Inner {
        backend: DbBackend::Postgres,
        reader: conn.clone(),
        writer: Writer::Postgres(postgres::Writer::new(conn, at_once)),
        keys,
        commits: watch::Sender::default(),
    })
}

/// The file of a SQLite URL.
pub(crate) fn sqlite_path(url: &str) -> Option<std::path::PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(path.split('?').next().unwrap_or(path).into())
}

/// One connection for schema steps, which may take longer than calls.
pub(crate) async fn migration_connection(config: &DatabaseConfig) -> Result<sea_orm::DatabaseConnection> {
    if config.url.starts_with("sqlite:") {
        let options = sqlite_options(&config.url)?.create_if_missing(true).busy_timeout(Duration::from_secs(60));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(unavailable)?;
        Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
    } else {
        let options = postgres_options(&config.url)?.options([("statement_timeout", "0"), ("lock_timeout", "60s")]);
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.map_err(unavailable)?;
        Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
    }
}
