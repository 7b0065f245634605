//! The database: how it is opened, how it is read, and the one door to write.
//!
//! A write is a [`Command`]: a value that says what to do and can be run again. `Db::write` gives it a [`Tx`], the only value that
//! store functions accept for writing; inside, everything is read through that same value. What the command noted with
//! [`Tx::record`] commits with it, together with the answer under its request_id.

use std::{future::Future, sync::Arc, time::Duration};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, SqlErr,
    Statement, Value,
};
use tokio::sync::watch;

use crate::{
    call::Call,
    error::{Error, Result},
    record::{self, Change},
    seal::KeyRing,
};

pub mod filtered;
pub(crate) mod lease;
mod meta;
mod open;
mod postgres;
mod slow;
mod sqlite;

pub(crate) use meta::read as meta;
pub use meta::{Origin, claim, is_ours, server_time};
pub use open::{DatabaseConfig, connect};
pub(crate) use open::{migration_connection, postgres_options, sqlite_path};

/// Longest time that one command may hold a transaction.
pub const WRITE_LIMIT: Duration = Duration::from_secs(5);

/// Something to be done in one transaction.
///
/// `run` may be called again after a rollback (a serialization failure, a neighbour that broke a shared transaction), so it takes
/// `&self` and does nothing outside the transaction.
pub trait Command: Send + Sync + 'static {
    /// What the caller is told.
    type Answer: Send + 'static;
    /// Name in logs and metrics: `feature.verb`.
    const NAME: &'static str;
    /// What it writes may be the program's own bookkeeping (a lease, what was looked through), which changes no resource and so has
    /// no record.
    const BOOKKEEPING: bool = false;
    /// Does it. Awaits nothing but its own statements.
    fn run(&self, tx: &Tx<'_>) -> impl Future<Output = Result<Self::Answer>> + Send;
}

/// What a write came to.
#[derive(Debug)]
pub enum Written<T> {
    /// Done now, and durable (or checked and undone, with validate_only).
    Now(T),
    /// Done before under the same request_id: the first answer, as it was rendered.
    Before(Vec<u8>),
}

/// A handle on the database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    backend: DbBackend,
    reader: DatabaseConnection,
    writer: Writer,
    keys: Arc<KeyRing>,
    commits: watch::Sender<()>,
}

#[derive(Debug)]
enum Writer {
    Sqlite(sqlite::Writer),
    Postgres(postgres::Writer),
}

impl Db {
    /// Runs a command in a transaction of its own. `render` turns the answer into the bytes that a repetition is answered with.
    ///
    /// # Errors
    /// The command's own error with nothing written; `OutcomeUnknown` where COMMIT got no answer.
    pub async fn write<C, R>(&self, call: &Call, command: C, render: R) -> Result<Written<C::Answer>>
    where
        C: Command,
        R: Fn(&C::Answer) -> Vec<u8> + Send + Sync + 'static,
    {
        let work =
            Work { call: call.clone(), command, render, keys: self.inner.keys.clone(), backend: self.inner.backend };
        let written = match &self.inner.writer {
            Writer::Sqlite(writer) => writer.write(work).await,
            Writer::Postgres(writer) => writer.write(work).await,
        };
        if !call.validate_only && matches!(written, Ok(Written::Now(_))) {
            self.inner.commits.send_replace(());
        }
        written
    }

    /// Changes after a commit of this process. A hint to look at once, not a promise: other replicas commit too, and so does a
    /// write whose caller left.
    pub fn commits(&self) -> watch::Receiver<()> {
        self.inner.commits.subscribe()
    }

    /// Name of the database's product.
    pub fn product(&self) -> &'static str {
        match self.inner.backend {
            DbBackend::Postgres => "postgresql",
            _ => "sqlite",
        }
    }

    /// Answers where the database does.
    ///
    /// # Errors
    /// `DatabaseUnavailable`.
    pub async fn ping(&self) -> Result<()> {
        self.inner.reader.execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Ends the writer after what it has in hand, and closes the connections.
    pub async fn close(&self) {
        match &self.inner.writer {
            Writer::Sqlite(writer) => writer.close().await,
            Writer::Postgres(writer) => writer.close().await,
        }
        if let Err(fault) = self.inner.reader.close_by_ref().await {
            tracing::warn!(%fault, "closing the readers");
        }
    }
}

/// A place to read from: the pool, or the transaction that a decision is made in.
pub trait Rows: Sync {
    /// Where statements go.
    fn on(&self) -> DatabaseExecutor<'_>;
    /// The keys that sealed columns are opened with.
    fn keys(&self) -> &KeyRing;
    /// Which database it is.
    fn backend(&self) -> DbBackend;
}

impl Rows for Db {
    fn on(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Connection(&self.inner.reader)
    }

    fn keys(&self) -> &KeyRing {
        &self.inner.keys
    }

    fn backend(&self) -> DbBackend {
        self.inner.backend
    }
}

/// A transaction under way, and the call it belongs to.
pub struct Tx<'a> {
    conn: &'a DatabaseTransaction,
    call: &'a Call,
    keys: &'a KeyRing,
    backend: DbBackend,
    changes: std::sync::Mutex<Vec<Change>>,
}

impl<'a> Tx<'a> {
    /// The call that the transaction serves.
    pub fn call(&self) -> &'a Call {
        self.call
    }

    /// Where writing statements go. Only store functions have use for it.
    pub fn conn(&self) -> &'a DatabaseTransaction {
        self.conn
    }

    /// Notes a change: its audit record and event commit with the transaction.
    pub fn record(&self, change: Change) {
        self.changes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(change);
    }

    /// `FOR UPDATE` where rows are locked one by one; SQLite has a single writer.
    pub fn locks_rows(&self) -> bool {
        self.backend == DbBackend::Postgres
    }
}

impl Rows for Tx<'_> {
    fn on(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Transaction(self.conn)
    }

    fn keys(&self) -> &KeyRing {
        self.keys
    }

    fn backend(&self) -> DbBackend {
        self.backend
    }
}

/// A command with all it needs to be run, again if need be.
struct Work<C, R> {
    call: Call,
    command: C,
    render: R,
    keys: Arc<KeyRing>,
    backend: DbBackend,
}

impl<C, R> Work<C, R>
where
    C: Command,
    R: Fn(&C::Answer) -> Vec<u8> + Send + Sync + 'static,
{
    /// Runs the command inside `conn` up to, and without, its commit. The flag tells whether there is something to commit.
    ///
    /// A call that was answered before fails here at the latest with its record, which stands under its request_id already; only
    /// who fails asks for that answer. Nobody else pays for a look.
    async fn perform(&self, conn: &DatabaseTransaction) -> Result<(Written<C::Answer>, bool)> {
        let changes = std::sync::Mutex::default();
        let tx = Tx { conn, call: &self.call, keys: &self.keys, backend: self.backend, changes };
        let answer = self.command.run(&tx).await?;
        let changes = tx.changes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.call.validate_only {
            return Ok((Written::Now(answer), false));
        }
        if changes.is_empty() {
            // A mutation that nobody could see in the feed or the audit is a fault of ours; rows of an import may change nothing.
            return match self.call.request {
                Some(_) => Err(Error::internal(format!("{} wrote without a record", C::NAME))),
                None => Ok((Written::Now(answer), C::BOOKKEEPING)),
            };
        }
        let reply = self.call.request.map(|key| record::Reply { key, answer: (self.render)(&answer) });
        record::write(conn, self.backend, &self.keys, &self.call, changes, reply).await?;
        Ok((Written::Now(answer), true))
    }

    /// The outcome of a run that failed and is undone: the answer that the same call got before, or the error.
    async fn failed(&self, conn: &impl ConnectionTrait, error: Error) -> Result<Written<C::Answer>> {
        match self.call.request {
            Some(key) if !self.call.validate_only => match record::answer(conn, &self.keys, &self.call, key).await {
                Ok(Some(answer)) => Ok(Written::Before(answer)),
                Ok(None) | Err(Error::DatabaseUnavailable { .. }) => Err(error),
                Err(other) => Err(other),
            },
            _ => Err(error),
        }
    }
}

/// Faults of the driver lose their detail here: callers get a reason, the log gets the text.
impl From<DbErr> for Error {
    fn from(fault: DbErr) -> Self {
        classify(&fault)
    }
}

fn classify(fault: &DbErr) -> Error {
    let cause = fault.to_string();
    match fault {
        DbErr::ConnectionAcquire(_) => Error::Overloaded,
        DbErr::Conn(_) => Error::DatabaseUnavailable { cause },
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            match inner.as_database_error().and_then(|inner| inner.code()).as_deref() {
                // serialization failure, deadlock, lock not available; SQLite busy and its kin
                Some("40001" | "40P01" | "55P03" | "5" | "261" | "517" | "6" | "262") => Error::Contention,
                // PostgreSQL's unique and exclusion constraints, where no command names the fault (see Conflict): somebody wrote
                // the row between this transaction's look and its insert. The next run finds it. SQLite has one writer, so that
                // there it would be a fault of ours.
                Some("23505" | "23P01") => Error::Contention,
                // disk full; SQLite full
                Some("53100" | "13") => Error::StorageFull,
                // statement timeout
                Some("57014") => Error::DeadlineExceeded,
                // too many connections, shutdown, read-only primary
                Some("53300" | "57P01" | "57P02" | "57P03" | "25006") => Error::DatabaseUnavailable { cause },
                Some(_) => Error::Internal { cause },
                None => match **inner {
                    sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                        Error::DatabaseUnavailable { cause }
                    }
                    sqlx::Error::PoolTimedOut => Error::Overloaded,
                    _ => Error::Internal { cause },
                },
            }
        }
        _ => Error::Internal { cause },
    }
}

/// Names whose fault a broken unique constraint is.
pub trait Conflict<T> {
    /// Turns a broken unique or exclusion constraint into `error`, any other fault into its own.
    ///
    /// # Errors
    /// As said.
    fn or_conflict(self, error: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> Conflict<T> for std::result::Result<T, DbErr> {
    fn or_conflict(self, error: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|fault| match fault.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => error(),
            _ if is_exclusion(&fault) => error(),
            _ => fault.into(),
        })
    }
}

fn is_exclusion(fault: &DbErr) -> bool {
    match fault {
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            inner.as_database_error().and_then(|inner| inner.code()).as_deref() == Some("23P01")
        }
        _ => false,
    }
}

/// A statement in our one way of writing SQL by hand: `?` for each value, whatever the database.
pub fn sql(backend: DbBackend, text: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    match backend {
        DbBackend::Postgres => {
            let mut numbered = String::with_capacity(text.len() + 16);
            let mut count = 0;
            for part in text.split_inclusive('?') {
                match part.strip_suffix('?') {
                    Some(before) => {
                        count += 1;
                        numbered.push_str(before);
                        numbered.push('$');
                        numbered.push_str(&count.to_string());
                    }
                    None => numbered.push_str(part),
                }
            }
            Statement::from_sql_and_values(backend, numbered, values)
        }
        _ => Statement::from_sql_and_values(backend, text, values),
    }
}
