//! Entering and ending leaves.

use chrono::{Days, NaiveDate};

use super::{
    super::{
        leave::{Leave, leave_name},
        store,
    },
    cadre::ensure_in_scope,
};
use crate::{
    db::{Command, Rows, Tx},
    error::{Error, Result},
    place::Path,
    record::Change,
    wire::{ensure_etag, etag},
};

/// Enters days on which a cadre is away.
pub struct CreateLeave {
    pub cadre: String,
    /// The id that the caller chose.
    pub id: Option<String>,
    pub valid_from: NaiveDate,
    pub valid_until: NaiveDate,
}

impl Command for CreateLeave {
    type Answer = Leave;
    const NAME: &'static str = "cadres.create_leave";

    async fn run(&self, tx: &Tx<'_>) -> Result<Leave> {
        let cadre = store::lock_cadre(tx, &self.cadre).await?;
        let place = ensure_in_scope(tx, &cadre).await?;
        let now = tx.call().now;
        let leave = Leave {
            cadre: cadre.id,
            id: self.id.clone().unwrap_or_else(|| tx.call().new_id().to_string()),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            create_time: now,
            update_time: now,
            version: 1,
        };
        if store::find_leave(tx, &leave.cadre, &leave.id).await?.is_some() {
            return Err(Error::AlreadyExists { resource: leave.name() });
        }
        let last = self.valid_until - Days::new(1);
        if let Some(other) = store::leaves_within(tx, &[&leave.cadre], self.valid_from, last).await?.first() {
            return Err(Error::Precondition { resource: other.name(), condition: "LEAVE_OVERLAP" });
        }
        store::insert_leave(tx, &leave).await?;
        record(tx, "leave.created", &leave, place);
        Ok(leave)
    }
}

/// Has a leave end before its set day.
pub struct EndLeave {
    pub cadre: String,
    pub id: String,
    pub etag: String,
    pub valid_until: NaiveDate,
}

impl Command for EndLeave {
    type Answer = Leave;
    const NAME: &'static str = "cadres.end_leave";

    async fn run(&self, tx: &Tx<'_>) -> Result<Leave> {
        let name = leave_name(&self.cadre, &self.id);
        // Whether the cadre or the leave is missing makes no difference.
        let cadre = store::lock_cadre(tx, &self.cadre).await.map_err(|error| match error {
            Error::NotFound { .. } => Error::not_found(name.clone()),
            other => other,
        })?;
        let mut leave = get_leave(tx, &self.cadre, &self.id).await?;
        let place = ensure_in_scope(tx, &cadre).await?;
        ensure_etag(&self.etag, leave.version, &name)?;
        let refuse = |condition| Err(Error::Precondition { resource: name.clone(), condition });
        if self.valid_until < leave.valid_from {
            return refuse("END_BEFORE_FIRST_DAY");
        }
        if self.valid_until >= leave.valid_until {
            return refuse("END_AFTER_TERM");
        }
        leave.valid_until = self.valid_until;
        leave.update_time = tx.call().now;
        leave.version += 1;
        store::update_leave(tx, &leave).await?;
        record(tx, "leave.ended", &leave, place);
        Ok(leave)
    }
}

/// One leave, also one that is over.
pub async fn get_leave(rows: &impl Rows, cadre: &str, id: &str) -> Result<Leave> {
    store::find_leave(rows, cadre, id).await?.ok_or_else(|| Error::not_found(leave_name(cadre, id)))
}

/// When cadres of this register are away on the days from one to another, both included, earliest first.
///
/// # Errors
/// What the database answers.
pub async fn away(rows: &impl Rows, cadres: &[&str], first: NaiveDate, last: NaiveDate) -> Result<Vec<Leave>> {
    store::leaves_within(rows, cadres, first, last).await
}

fn record(tx: &Tx<'_>, kind: &'static str, leave: &Leave, place: Path) {
    let detail = vec![("valid_from", leave.valid_from.to_string()), ("valid_until", leave.valid_until.to_string())];
    tx.record(Change { kind, resource: leave.name(), place, etag: etag(leave.version), detail, ..Change::default() });
}
