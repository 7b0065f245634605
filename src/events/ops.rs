//! Reading the feed: where to begin, and the stretch that follows.

use super::{
    cursor::Position,
    model::Happened,
    sight::{Filter, Told, judge},
    store,
};
use crate::{
    auth::Permit,
    db::Rows,
    error::{Error, Result},
};

/// Most rows that one read walks over: what it costs where scope and filter pass over nearly everything.
const WINDOW: u64 = 2_000;

/// The cursor of this moment, for the `cursor` of a list: watching from it misses nothing that the list does not show yet. Take it
/// before the rows of the list are read. What it is followed by may be in the list already.
///
/// # Errors
/// What the database answers.
pub async fn cursor_now(rows: &impl Rows, incarnation: &str) -> Result<String> {
    Ok(store::horizon(rows).await?.seal(rows.keys(), incarnation))
}

/// Where a reader begins.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Behind this position.
    pub after: Position,
    /// Everything up to here is settled.
    pub horizon: Position,
}

/// Finds where a reader begins.
pub async fn start(rows: &impl Rows, incarnation: &str, cursor: &str, from_now: bool) -> Result<Start> {
    let given = match cursor {
        "" => None,
        _ if from_now => return Err(Error::field("from_now", "is not allowed together with a cursor")),
        cursor => Some(Position::open(rows.keys(), incarnation, cursor)?),
    };
    let horizon = store::horizon(rows).await?;
    let floor = store::floor(rows).await?;
    let after = match given {
        // A cursor from ahead of all that is settled was made before the database was set back.
        Some(position) if position < floor || position > horizon => return Err(Error::RevisionCompacted),
        Some(position) => position,
        None if from_now => horizon,
        None => floor,
    };
    Ok(Start { after, horizon })
}

/// A stretch of the feed.
#[derive(Debug)]
pub struct Stretch {
    /// What is told of it, oldest first.
    pub items: Vec<(Told, Happened)>,
    /// How far it goes.
    pub until: Position,
}

/// Reads on from `start`: at most `most` rows of the permit, and no farther than one window.
///
/// # Errors
/// `RevisionCompacted` where history behind the position was removed meanwhile.
pub async fn read(rows: &impl Rows, permit: &Permit, filter: &Filter, start: Start, most: u64) -> Result<Stretch> {
    let Start { after, horizon } = start;
    let mut until = store::window(rows, after, horizon, WINDOW).await?.unwrap_or(horizon);
    let mut found = store::find(rows, permit, after, until, most + 1).await?;
    // Looked at after the rows were read: what was removed before is then known to be gone.
    if after < store::floor(rows).await? {
        return Err(Error::RevisionCompacted);
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if found.len() > most {
        found.truncate(most);
        until = found.last().map_or(after, |last| last.position);
    }
    let mut items = Vec::with_capacity(found.len());
    for row in found {
        let held = match row.moved_to {
            Some(_) => store::holders(rows, permit, row.root).await?,
            None => Vec::new(),
        };
        items.extend(judge(permit, filter, &row, &held).map(|told| (told, row)));
    }
    Ok(Stretch { items, until })
}
