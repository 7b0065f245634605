//! The rounds of the elected worker: walks over clocks, each case in a transaction of its own. A round that breaks off, or that two
//! workers make at once, does no harm: what is owed is decided again under the case's lock.

use futures::{StreamExt, stream};
use uuid::Uuid;

use super::{
    clocks::calendar_number,
    ops::{
        rounds::{IndexCases, RecheckCase, WarnCase},
        succession::SucceedCase,
    },
    store::clock,
};
use crate::{
    call::{Call, Micros},
    catalog::Catalog,
    clock::civil_date,
    db::{Command, Db, Tx, Written},
    error::Result,
    organizations::{self, Ended},
};

pub use super::store::clock::Found;

/// Clocks that are looked for at once.
const PAGE: u64 = 500;
/// Cases in hand at once: they share commits on SQLite.
const AT_ONCE: usize = 16;

/// Cases that are indexed in one transaction, and how many of those are under way.
const CHUNK: usize = 100;
const CHUNKS_AT_ONCE: usize = 4;

/// What a page of a round came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Warnings given, clocks whose dates moved, or cases indexed.
    pub done: u64,
    /// Cases that could not be written; the next round finds them again.
    pub failed: u64,
}

/// A walk over clocks or cases, page by page.
#[derive(Debug, Clone, Copy)]
pub enum Round {
    /// Warnings that are due.
    Warnings,
    /// Clocks that a newer calendar may move.
    Calendar,
    /// Cases that a server of before has entered, for the index of words.
    Index,
}

/// Where a round stands: what was last found, or its end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place(Option<Found>);

impl Round {
    /// The clocks or cases of the page after `place`.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn find(self, db: &Db, now: Micros, catalog: &Catalog, place: Place) -> Result<Vec<Found>> {
        match self {
            Self::Warnings => clock::warnings(db, now, place.0, PAGE).await,
            Self::Calendar => {
                let number = calendar_number(catalog.calendar(db).await?.version());
                clock::unchecked(db, number, place.0, PAGE).await
            }
            Self::Index => clock::unindexed(db, place.0, PAGE).await,
        }
    }

    /// Does the page after `place`. Gives what came of it and where to go on; none at the end.
    ///
    /// # Errors
    /// What the database answers to the walk itself.
    pub async fn page(self, db: &Db, call: &Call, catalog: &Catalog, place: Place) -> Result<(Tally, Option<Place>)> {
        let found = self.find(db, call.now, catalog, place).await?;
        let mut cases: Vec<Uuid> = found.iter().map(|found| found.case_id).collect();
        cases.sort_unstable();
        cases.dedup();
        let tally = match self {
            Self::Warnings => each(db, call, cases.into_iter().map(|id| (id, WarnCase { id })).collect()).await,
            Self::Calendar => {
                let command = |id| (id, RecheckCase { catalog: catalog.clone(), id });
                each(db, call, cases.into_iter().map(command).collect()).await
            }
            Self::Index => index(db, call, cases).await,
        };
        let more = found.len() as u64 == PAGE;
        Ok((tally, found.last().filter(|_| more).map(|last| Place(Some(*last)))))
    }
}

/// The organizations that have ended and whose cases are to be looked through.
///
/// # Errors
/// What the database answers.
pub async fn ended(db: &Db, call: &Call) -> Result<Vec<Ended>> {
    organizations::ended(db, civil_date(call.now), PAGE).await
}

/// Gives the open cases of an organization that has ended to its successor.
///
/// # Errors
/// What the database answers to the walk itself.
pub async fn succeed(db: &Db, call: &Call, catalog: &Catalog, ended: Ended) -> Result<Tally> {
    let mut tally = Tally::default();
    let holder = organizations::organization_name(&ended.id);
    let mut after = None;
    loop {
        let found = clock::held_open(db, &holder, after, PAGE).await?;
        let cases = found.iter().map(|found| found.case_id);
        let command =
            |id| (id, SucceedCase { catalog: catalog.clone(), id, ended: holder.clone(), since: ended.update_time });
        let page = each(db, call, cases.map(command).collect()).await;
        tally.done += page.done;
        tally.failed += page.failed;
        after = found.last().copied();
        if (found.len() as u64) < PAGE {
            break;
        }
    }
    // What could not be written is looked for again.
    if tally.failed == 0 {
        db.write(call, MarkSucceeded(ended), |()| Vec::new()).await?;
    }
    Ok(tally)
}

struct MarkSucceeded(Ended);

impl Command for MarkSucceeded {
    type Answer = ();
    const NAME: &'static str = "organizations.mark_succeeded";
    const BOOKKEEPING: bool = true;

    async fn run(&self, tx: &Tx<'_>) -> Result<()> {
        organizations::mark_succeeded(tx, &self.0).await
    }
}

/// Indexes cases, many in a transaction; where that fails, each by itself, so that one that cannot be read holds up no other.
async fn index(db: &Db, call: &Call, cases: Vec<Uuid>) -> Tally {
    let chunks = cases.chunks(CHUNK).map(<[Uuid]>::to_vec);
    let writes = chunks.map(async |ids| match db.write(call, IndexCases { ids: ids.clone() }, |_| Vec::new()).await {
        Ok(Written::Now(done)) => Tally { done, failed: 0 },
        Ok(Written::Before(_)) => Tally::default(),
        Err(_) => each(db, call, ids.into_iter().map(|id| (id, IndexCases { ids: vec![id] })).collect()).await,
    });
    let tallies = stream::iter(writes).buffer_unordered(CHUNKS_AT_ONCE);
    let sum = async |sum: Tally, more: Tally| Tally { done: sum.done + more.done, failed: sum.failed + more.failed };
    tallies.fold(Tally::default(), sum).await
}

/// Runs commands, each in a transaction of its own, and named in the log by an id.
pub async fn each<C: Command<Answer = u64>>(db: &Db, call: &Call, work: Vec<(Uuid, C)>) -> Tally {
    let writes =
        work.into_iter().map(|(id, command)| async move { (id, db.write(call, command, |_| Vec::new()).await) });
    let outcomes = stream::iter(writes).buffer_unordered(AT_ONCE);
    outcomes
        .fold(Tally::default(), async |mut tally, (id, outcome)| {
            match outcome {
                Ok(Written::Now(done)) => tally.done += done,
                Ok(Written::Before(_)) => {}
                Err(error) => {
                    tracing::warn!(%id, reason = error.reason(), cause = error.cause(), command = C::NAME, "is tried again in the next round");
                    tally.failed += 1;
                }
            }
            tally
        })
        .await
}
