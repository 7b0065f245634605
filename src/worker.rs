//! The elected worker: what must happen without a caller. Of all replicas on a database one works, by a lease in the database; should
//! two work at once (a lease that ran out under a slow one), each thing is still done once, because it is decided in its transaction.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    call::{Call, Micros},
    cases::rounds::{self, Place, Round, Tally},
    config::WorkerConfig,
    db::lease,
    door::Door,
    error::Result,
    mediations,
    server::{Sources, WorkerMetrics},
};

/// Name of the lease.
const LEASE: &str = "worker";

/// What one turn came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turn {
    /// Warnings.
    pub warnings: Tally,
    /// Clocks that a newer calendar moved.
    pub recomputed: Tally,
    /// Cases of organizations that have ended, gone to their successors.
    pub succeeded: Tally,
    /// Cases that a server of before has entered, put into the index of words.
    pub indexed: Tally,
    /// Obligations whose day has passed.
    pub lapsed: Tally,
}

/// One replica's worker.
#[derive(Debug)]
pub struct Worker {
    door: Door,
    sources: Sources,
    holder: Arc<str>,
    lease: Micros,
    stop: CancellationToken,
}

impl Worker {
    /// A worker that ends its turn between two pages once `stop` is cancelled.
    pub fn new(door: Door, config: &WorkerConfig, stop: CancellationToken) -> Self {
        let sources = Sources { time: door.time.clone(), ids: door.ids.clone() };
        let holder = uuid::Uuid::new_v4().simple().to_string();
        let lease = i64::try_from(config.lease_seconds).unwrap_or(i64::MAX / 2_000_000).saturating_mul(1_000_000);
        Self { door, sources, holder: holder.into(), lease, stop }
    }

    /// Works until stopped, then gives the lease back.
    pub async fn run(self, every: Duration, metrics: WorkerMetrics) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => break,
                _ = ticks.tick() => {}
            }
            let turn = self.turn().await;
            metrics.told(&turn);
            if let Err(error) = turn {
                tracing::warn!(reason = error.reason(), cause = error.cause(), "the worker's turn broke off");
            }
        }
        if let Err(error) = lease::give_back(&self.door.db, &self.call(), LEASE, &self.holder).await {
            tracing::warn!(reason = error.reason(), cause = error.cause(), "the lease runs out by itself");
        }
    }

    /// One turn: everything that is due now. None where another replica holds the lease.
    ///
    /// # Errors
    /// What the database answers; what was done stays done.
    pub async fn turn(&self) -> Result<Option<Turn>> {
        let Some(warnings) = self.round(Round::Warnings).await? else { return Ok(None) };
        let recomputed = self.round(Round::Calendar).await?.unwrap_or_default();
        let succeeded = self.succession().await?;
        let indexed = self.round(Round::Index).await?.unwrap_or_default();
        let lapsed = self.lapse().await?;
        Ok(Some(Turn { warnings, recomputed, succeeded, indexed, lapsed }))
    }

    /// The cases of organizations that have ended, one organization after the other, as long as the lease is held.
    async fn succession(&self) -> Result<Tally> {
        let mut sum = Tally::default();
        for ended in rounds::ended(&self.door.db, &self.call()).await? {
            let call = self.call();
            if self.stop.is_cancelled() || !lease::take(&self.door.db, &call, LEASE, &self.holder, self.lease).await? {
                break;
            }
            let tally = rounds::succeed(&self.door.db, &call, &self.door.catalog, ended).await?;
            sum.done += tally.done;
            sum.failed += tally.failed;
        }
        Ok(sum)
    }

    /// Obligations that are overdue, page by page, as long as the lease is held.
    async fn lapse(&self) -> Result<Tally> {
        let (mut sum, mut place) = (Tally::default(), Some(None));
        while let Some(at) = place {
            let call = self.call();
            if self.stop.is_cancelled() || !lease::take(&self.door.db, &call, LEASE, &self.holder, self.lease).await? {
                break;
            }
            let (tally, next) = mediations::rounds::lapse(&self.door.db, &call, at).await?;
            sum.done += tally.done;
            sum.failed += tally.failed;
            place = next;
        }
        Ok(sum)
    }

    /// A round, page by page, as long as the lease is held.
    async fn round(&self, round: Round) -> Result<Option<Tally>> {
        let mut sum: Option<Tally> = None;
        let mut place = Some(Place::default());
        while let Some(at) = place {
            let call = self.call();
            if self.stop.is_cancelled() || !lease::take(&self.door.db, &call, LEASE, &self.holder, self.lease).await? {
                break;
            }
            let (tally, next) = round.page(&self.door.db, &call, &self.door.catalog, at).await?;
            let sum = sum.get_or_insert_default();
            sum.done += tally.done;
            sum.failed += tally.failed;
            place = next;
        }
        Ok(sum)
    }

    fn call(&self) -> Call {
        self.sources.own_call()
    }
}
