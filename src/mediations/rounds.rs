//! The round of the elected worker over obligations whose day has passed.

use uuid::Uuid;

use super::{ops::Lapse, store::obligations};
use crate::{
    call::{Call, Micros},
    cases::rounds::{Tally, each},
    db::Db,
    error::Result,
};

/// Obligations that are looked for at once.
const PAGE: u64 = 500;

/// Where the round stands.
pub type Place = Option<(Micros, Uuid)>;

/// Does the page after `place`. Gives what came of it and where to go on; none at the end.
///
/// # Errors
/// What the database answers to the walk itself.
pub async fn lapse(db: &Db, call: &Call, place: Place) -> Result<(Tally, Option<Place>)> {
    let found = obligations::lapsing(db, call.now, place, PAGE).await?;
    let next = found.last().filter(|_| found.len() as u64 == PAGE).map(|last| Some((last.lapse_time, last.id)));
    let command = |found: obligations::Lapsing| Lapse {
        mediation: found.mediation,
        agreement: found.agreement,
        obligation: found.id,
    };
    let work = found.into_iter().map(|found| (found.id, command(found))).collect();
    Ok((each(db, call, work).await, next))
}
