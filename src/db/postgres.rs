//! The writer on PostgreSQL: each command in a spawned task, so that a cancelled call cannot leave a transaction open, and the
//! whole transaction again where the database asks for it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use rand::Rng;
use sea_orm::{DatabaseConnection, TransactionTrait};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::task::TaskTracker;

use super::{Command, WRITE_LIMIT, Work, Written};
use crate::error::{Error, Result};

/// Runs of one command before it is given up as CONTENTION.
const MOST_RUNS: u32 = 5;
/// Longest wait for a turn.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Runs commands on the pool, at most as many at once as it has connections for.
#[derive(Debug)]
pub(super) struct Writer {
    conn: DatabaseConnection,
    turns: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl Writer {
    pub(super) fn new(conn: DatabaseConnection, at_once: usize) -> Self {
        Self { conn, turns: Arc::new(Semaphore::new(at_once)), tasks: TaskTracker::new() }
    }

    pub(super) async fn write<C, R>(&self, work: Work<C, R>) -> Result<Written<C::Answer>>
    where
        C: Command,
        R: Fn(&C::Answer) -> Vec<u8> + Send + Sync + 'static,
    {
        // The turn is taken before the task starts: tasks outlive their callers and must not pile up.
        let wait = work.call.deadline.saturating_duration_since(Instant::now()).min(LONGEST_WAIT);
        let turn = match timeout(wait, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_closed)) => return Err(Error::ShuttingDown),
            Err(_late) if work.call.deadline <= Instant::now() => return Err(Error::DeadlineExceeded),
            Err(_late) => return Err(Error::Overloaded),
        };
        let conn = self.conn.clone();
        let task = self.tasks.spawn(async move {
            let _turn = turn;
            repeat(&conn, &work).await
        });
        task.await.unwrap_or_else(|fault| Err(Error::OutcomeUnknown { cause: fault.to_string() }))
    }

    pub(super) async fn close(&self) {
        self.turns.close();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn repeat<C, R>(conn: &DatabaseConnection, work: &Work<C, R>) -> Result<Written<C::Answer>>
where
    C: Command,
    R: Fn(&C::Answer) -> Vec<u8> + Send + Sync + 'static,
{
    for run in 1..=MOST_RUNS {
        match once(conn, work).await {
            Err(Error::Contention) if run < MOST_RUNS => {
                let most = 5u64 << run;
                let pause = rand::rng().random_range(1..=most);
                sleep(Duration::from_millis(pause)).await;
            }
            Err(error) => return work.failed(conn, error).await,
            written => return written,
        }
    }
    Err(Error::Contention)
}

async fn once<C, R>(conn: &DatabaseConnection, work: &Work<C, R>) -> Result<Written<C::Answer>>
where
    C: Command,
    R: Fn(&C::Answer) -> Vec<u8> + Send + Sync + 'static,
{
    let until = work.call.deadline.min(Instant::now() + WRITE_LIMIT);
    #[expect(clippy::disallowed_methods, reason = "the one door to write")]
    let tx = conn.begin().await?;
    match AssertUnwindSafe(timeout_at(until, work.perform(&tx))).catch_unwind().await {
        Ok(Ok(Ok((written, true)))) => match tx.commit().await {
            Ok(()) => Ok(written),
            Err(fault) => Err(unknown_or_contention(fault)),
        },
        Ok(Ok(Ok((written, false)))) => {
            undo(tx).await;
            Ok(written)
        }
        Ok(Ok(Err(error))) => {
            undo(tx).await;
            Err(error)
        }
        Ok(Err(_late)) => {
            undo(tx).await;
            Err(Error::DeadlineExceeded)
        }
        Err(_panic) => {
            undo(tx).await;
            Err(Error::internal(format!("{} panicked", C::NAME)))
        }
    }
}

/// A COMMIT that the database refused wrote nothing; one without an answer may have.
fn unknown_or_contention(fault: sea_orm::DbErr) -> Error {
    let cause = fault.to_string();
    match Error::from(fault) {
        Error::Contention => Error::Contention,
        _ => Error::OutcomeUnknown { cause },
    }
}

async fn undo(tx: sea_orm::DatabaseTransaction) {
    if let Err(fault) = tx.rollback().await {
        tracing::warn!(%fault, "rollback");
    }
}
