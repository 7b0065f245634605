//! The writer on SQLite: one connection, and commits that concurrent calls share.
//!
//! Calls queue up; the writer takes what waits, gives each a savepoint inside one `BEGIN IMMEDIATE`, and commits once. An idle
//! writer waits for nobody. The promises, each with its test: a call that is gone or late before its savepoint is not run; after
//! its savepoint is released it commits whatever its caller does; an error or panic undoes its own savepoint only; OK follows
//! COMMIT.

use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures::FutureExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::{Instant, timeout_at},
};

use super::{Command, WRITE_LIMIT, Work, Written};
use crate::error::{Error, Result};

/// Most calls that share one commit.
const MOST_SHARED: usize = 64;
/// Most calls that wait for the writer. Admission at the edge keeps below it.
const QUEUE: usize = 1_024;

/// Hands work to the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    stop: tokio_util::sync::CancellationToken,
}

impl Writer {
    /// Starts the writer in a thread of its own: each statement is a hand-off to the driver's thread and back, and a thread that
    /// does nothing else is woken sooner than one that serves connections as well.
    pub(super) fn start(conn: DatabaseConnection, shared_commits: bool) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let stop = tokio_util::sync::CancellationToken::new();
        let (end, ended) = oneshot::channel();
        let work = run(conn, jobs, stop.clone(), if shared_commits { MOST_SHARED } else { 1 });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        std::thread::Builder::new().name("sqlite-writer".into()).spawn(move || {
            runtime.block_on(work);
            let _ = end.send(());
        })?;
        Ok(Self { queue, ended: Mutex::new(Some(ended)), stop })
    }

    pub(super) async fn write<C, R>(&self, work: Work<C, R>) -> Result<Written<C::Answer>>
    where
        C: Command,
        R: Fn(&C::Answer) -> Vec<u8> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Pending { work, outcome: None, reply });
        self.queue.try_send(job).map_err(|fault| match fault {
            mpsc::error::TrySendError::Full(_) => Error::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Error::ShuttingDown,
        })?;
        answer.await.unwrap_or_else(|_| Err(Error::OutcomeUnknown { cause: "the writer ended".into() }))
    }

    pub(super) async fn close(&self) {
        self.stop.cancel();
        if let Some(ended) = self.ended.lock().await.take()
            && ended.await.is_err()
        {
            tracing::error!("the writer ended badly");
        }
    }
}

/// A queued call, whatever its types.
#[async_trait]
trait Job: Send + std::fmt::Debug {
    /// The caller still waits and is not late.
    fn wanted(&self) -> bool;
    /// Runs inside the savepoint. True: release it; false: roll it back. The outcome is kept inside.
    async fn run(&mut self, conn: &DatabaseTransaction) -> bool;
    /// After a run that was rolled back.
    async fn undone(&mut self, conn: &DatabaseTransaction);
    /// Tells the caller: the outcome where the commit stands, the fault otherwise.
    fn finish(self: Box<Self>, commit: std::result::Result<(), Error>);
}

struct Pending<C: Command, R> {
    work: Work<C, R>,
    outcome: Option<Result<Written<C::Answer>>>,
    reply: oneshot::Sender<Result<Written<C::Answer>>>,
}

impl<C: Command, R> std::fmt::Debug for Pending<C, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(C::NAME)
    }
}

#[async_trait]
impl<C, R> Job for Pending<C, R>
where
    C: Command,
    R: Fn(&C::Answer) -> Vec<u8> + Send + Sync + 'static,
{
    fn wanted(&self) -> bool {
        !self.reply.is_closed() && Instant::now() < self.work.call.deadline
    }

    async fn run(&mut self, conn: &DatabaseTransaction) -> bool {
        let until = self.work.call.deadline.min(Instant::now() + WRITE_LIMIT);
        let performed = AssertUnwindSafe(timeout_at(until, self.work.perform(conn))).catch_unwind().await;
        let (outcome, keep) = match performed {
            Ok(Ok(Ok((written, keep)))) => (Ok(written), keep),
            Ok(Ok(Err(error))) => (Err(error), false),
            Ok(Err(_late)) => (Err(Error::DeadlineExceeded), false),
            Err(_panic) => (Err(Error::internal(format!("{} panicked", C::NAME))), false),
        };
        self.outcome = Some(outcome);
        keep
    }

    async fn undone(&mut self, conn: &DatabaseTransaction) {
        self.outcome = match self.outcome.take() {
            Some(Err(error)) => Some(self.work.failed(conn, error).await),
            other => other,
        };
    }

    fn finish(self: Box<Self>, commit: std::result::Result<(), Error>) {
        let outcome = match (self.outcome, commit) {
            (None, Ok(())) => Err(Error::DeadlineExceeded),
            (None, Err(fault)) => Err(fault),
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(_)), Err(fault)) => Err(fault),
            (Some(Ok(written)), Ok(())) => Ok(written),
        };
        // A caller that left does not hear; what is committed stays committed.
        let _ = self.reply.send(outcome);
    }
}

async fn run(
    conn: DatabaseConnection,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    stop: tokio_util::sync::CancellationToken,
    most_shared: usize,
) {
    loop {
        let first = tokio::select! {
            biased;
            job = jobs.recv() => job,
            () = stop.cancelled() => {
                jobs.close();
                jobs.recv().await
            }
        };
        let Some(first) = first else { break };
        shared_commit(&conn, first, &mut jobs, most_shared).await;
    }
    if let Err(fault) = conn.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await {
        tracing::warn!(%fault, "checkpoint at the end");
    }
}

/// How a call's savepoint ended.
enum Step {
    /// The transaction stands.
    Stands,
    /// SQLite gave the whole transaction up (a full disk, an interrupt): nothing of it remains.
    Gone,
}

async fn shared_commit(
    conn: &DatabaseConnection,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    most: usize,
) {
    let tx = match begin(conn).await {
        Ok(tx) => tx,
        Err(fault) => return first.finish(Err(fault)),
    };
    let mut done = Vec::new();
    let mut next = Some(first);
    let mut open = false;
    while let Some(mut job) = next.take() {
        let after = (done.len() + 1 < most).then_some(&mut *jobs);
        let step = in_savepoint(&tx, &mut job, &mut open, after).await;
        done.push(job);
        if let Step::Gone = step {
            drop(tx);
            return one_by_one(conn, done).await;
        }
        if done.len() < most {
            next = jobs.try_recv().ok();
        }
    }
    let commit = tx.commit().await.map_err(|fault| Error::OutcomeUnknown { cause: fault.to_string() });
    for job in done {
        job.finish(commit.clone());
    }
}

/// Runs the calls of a broken transaction again, each in one of its own.
async fn one_by_one(conn: &DatabaseConnection, jobs: Vec<Box<dyn Job>>) {
    for mut job in jobs {
        let outcome = match begin(conn).await {
            Ok(tx) => match in_savepoint(&tx, &mut job, &mut false, None).await {
                Step::Stands => tx.commit().await.map_err(|fault| Error::OutcomeUnknown { cause: fault.to_string() }),
                Step::Gone => Err(Error::StorageFull),
            },
            Err(fault) => Err(fault),
        };
        job.finish(outcome);
    }
}

async fn begin(conn: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    #[expect(clippy::disallowed_methods, reason = "the one door to write")]
    Ok(conn.begin_with_options(options).await?)
}

/// Runs a call in a savepoint: one that is `open` already, or a new one. Where calls wait `after` it, the end of this savepoint
/// opens the next in the same breath. COMMIT takes one that nobody used with it.
async fn in_savepoint(
    tx: &DatabaseTransaction,
    job: &mut Box<dyn Job>,
    open: &mut bool,
    after: Option<&mut mpsc::Receiver<Box<dyn Job>>>,
) -> Step {
    if !job.wanted() {
        return Step::Stands;
    }
    if !*open && tx.execute_unprepared("SAVEPOINT call").await.is_err() {
        return Step::Gone;
    }
    let keep = job.run(tx).await;
    *open = after.is_some_and(|jobs| !jobs.is_empty());
    let end = match (keep, *open) {
        (true, true) => "RELEASE call; SAVEPOINT call",
        (true, false) => "RELEASE call",
        (false, true) => "ROLLBACK TO call; RELEASE call; SAVEPOINT call",
        (false, false) => "ROLLBACK TO call; RELEASE call",
    };
    // Where SQLite ended the transaction by itself, the savepoint is gone too and this fails: the one reliable sign.
    if tx.execute_unprepared(end).await.is_err() {
        return Step::Gone;
    }
    if !keep {
        job.undone(tx).await;
    }
    Step::Stands
}
