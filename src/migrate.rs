//! Bringing the schema up. Two processes that migrate at once do no harm: one waits for the other.

use std::{fs, path::PathBuf};

use fs4::FileExt;
use lianbang_migrations::Migrator;
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use sqlx::{Connection, Executor, PgConnection};

use crate::{
    db::{DatabaseConfig, migration_connection, postgres_options, sqlite_path},
    error::{Error, Result},
};

/// Number of the PostgreSQL advisory lock that a migration holds ("lianbang" in a phone's letters).
const LOCK: i64 = 54_262_264;

/// Name of the newest step that this program knows.
pub fn newest_step() -> String {
    Migrator::migrations().last().map(|step| step.name().to_owned()).unwrap_or_default()
}

/// Applies the steps that are missing, and says how many there were.
///
/// # Errors
/// `DatabaseUnavailable`, or `Internal` with the step's fault.
pub async fn up(config: &DatabaseConfig) -> Result<usize> {
    match sqlite_path(&config.url) {
        Some(path) => {
            let _lock = lock_file(path).await?;
            apply(config).await
        }
        None => {
            // Session and lock end with the connection, also when this process is killed.
            let mut holder = PgConnection::connect_with(
                &postgres_options(&config.url)?.options([("lock_timeout", "0"), ("statement_timeout", "0")]),
            )
            .await
            .map_err(|fault| Error::DatabaseUnavailable { cause: fault.to_string() })?;
            holder
                .execute(sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK))
                .await
                .map_err(|fault| Error::DatabaseUnavailable { cause: fault.to_string() })?;
            let applied = apply(config).await;
            let _ = holder.close().await;
            applied
        }
    }
}

/// How the schema stands. Writes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// Steps that the database has.
    pub applied: usize,
    /// Steps of this program that it lacks.
    pub missing: usize,
    /// Steps that it has and this program does not know: a newer program was here.
    pub unknown: usize,
}

/// Looks at the schema.
///
/// # Errors
/// `DatabaseUnavailable`, also where there is no file yet.
pub async fn state(config: &DatabaseConfig) -> Result<Schema> {
    if let Some(path) = sqlite_path(&config.url).filter(|path| !path.is_file()) {
        return Err(Error::DatabaseUnavailable { cause: format!("there is no file {}", path.display()) });
    }
    let conn = migration_connection(config).await?;
    let text = "SELECT version FROM seaql_migrations";
    let rows = conn.query_all_raw(crate::db::sql(conn.get_database_backend(), text, [])).await;
    conn.close().await?;
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    // A database that was never migrated has no such table.
    let applied: Vec<String> = rows.unwrap_or_default().iter().filter_map(|row| row.try_get_by_index(0).ok()).collect();
    let missing = known.iter().filter(|step| !applied.contains(step)).count();
    let unknown = applied.iter().filter(|step| !known.contains(step)).count();
    Ok(Schema { applied: applied.len(), missing, unknown })
}

async fn apply(config: &DatabaseConfig) -> Result<usize> {
    let conn = migration_connection(config).await?;
    let pending = Migrator::get_pending_migrations(&conn).await?.len();
    Migrator::up(&conn, None).await?;
    conn.close().await?;
    Ok(pending)
}

async fn lock_file(database: PathBuf) -> Result<fs::File> {
    let path = PathBuf::from(format!("{}.migrate-lock", database.display()));
    let locked = tokio::task::spawn_blocking(move || {
        let file = fs::File::create(path)?;
        FileExt::lock(&file)?;
        Ok::<_, std::io::Error>(file)
    });
    locked
        .await
        .map_err(Error::internal)?
        .map_err(|fault| Error::DatabaseUnavailable { cause: format!("locking for the migration: {fault}") })
}
