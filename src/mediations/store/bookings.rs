//! Who or what is taken when. No person and no room is taken twice at overlapping times: a rule across rows, which holds because
//! two bookings of one holder on one day lock the same row of `booking_days` before they look. SQLite has a single writer.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    cadres::{self, Leave, cadre_name},
    call::Micros,
    clock::{civil_date, start_of_day},
    db::{Rows, Tx},
    error::Result,
    mediations::{
        entity::{
            booking::{ActiveModel, Column, Entity},
            booking_day,
        },
        model::{LONGEST_SESSION, Session},
    },
    wire::id_in,
};

const DAY: Micros = 86_400_000_000;

/// What is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A session.
    Session(Uuid),
    /// A leave, by name.
    Leave(String),
}

/// A holder that is taken, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The person or room.
    pub holder: String,
    /// What is in the way.
    pub by: Taken,
    /// When all holders are free for as long.
    pub free: Vec<Micros>,
}

/// How far ahead a free time is looked for, how many are proposed, and how many bookings are looked at.
const HORIZON: Micros = 14 * DAY;
const PROPOSED: usize = 3;
const LOOKED_AT: u64 = 500;

/// Takes the holders for the time of a session, or says what is in the way. `holders` are sorted and distinct.
pub async fn take(tx: &Tx<'_>, session: &Session, holders: &[String]) -> Result<Option<Clash>> {
    if holders.is_empty() {
        return Ok(None);
    }
    // A leave is entered under the lock of its cadre: it is there before the session, or the session before it.
    cadres::hold_cadres(tx, &cadres_of(holders)).await?;
    lock_days(tx, session, holders).await?;
    let taken = match leave(tx, session, holders, tx.call().now).await? {
        Some(leave) => Some((cadre_name(&leave.cadre), Taken::Leave(leave.name()))),
        None => clash(tx, session, holders).await?.map(|(holder, session)| (holder, Taken::Session(session))),
    };
    if let Some((holder, by)) = taken {
        let free = free(tx, session, holders).await?;
        return Ok(Some(Clash { holder, by, free }));
    }
    let rows = holders.iter().map(|holder| ActiveModel {
        holder: Set(holder.clone()),
        session: Set(session.id),
        start_time: Set(session.start_time),
        end_time: Set(session.end_time),
    });
    Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(None)
}

/// Frees what a session had taken.
pub async fn release(tx: &Tx<'_>, session: Uuid) -> Result<()> {
    Entity::delete_many().filter(Column::Session.eq(session)).exec(tx.conn()).await?;
    Ok(())
}

/// Frees what a session had taken from a time on.
pub async fn end(tx: &Tx<'_>, session: Uuid, now: Micros) -> Result<()> {
    let own = || Condition::all().add(Column::Session.eq(session));
    Entity::delete_many().filter(own().add(Column::StartTime.gte(now))).exec(tx.conn()).await?;
    let until = ActiveModel { end_time: Set(now), ..Default::default() };
    Entity::update_many().set(until).filter(own().add(Column::EndTime.gt(now))).exec(tx.conn()).await?;
    Ok(())
}

/// Frees what one holder had taken for a session.
pub async fn release_holder(tx: &Tx<'_>, session: Uuid, holder: &str) -> Result<()> {
    let own = Entity::delete_many().filter(Column::Session.eq(session)).filter(Column::Holder.eq(holder));
    own.exec(tx.conn()).await?;
    Ok(())
}

/// Locks the days of each holder, in the same order whoever comes. An upsert locks rows that are there as well as new ones.
async fn lock_days(tx: &Tx<'_>, session: &Session, holders: &[String]) -> Result<()> {
    if !tx.locks_rows() {
        return Ok(());
    }
    let day = |time: Micros| i32::try_from(time.div_euclid(DAY)).unwrap_or(i32::MAX);
    let days = day(session.start_time)..=day(session.end_time - 1);
    let rows = holders.iter().flat_map(|holder| {
        days.clone().map(move |day| booking_day::ActiveModel { holder: Set(holder.clone()), day: Set(day) })
    });
    use booking_day::Column as Row;
    let lock = OnConflict::columns([Row::Holder, Row::Day]).update_column(Row::Day).to_owned();
    booking_day::Entity::insert_many(rows).on_conflict(lock).exec_without_returning(tx.conn()).await?;
    Ok(())
}

async fn clash(rows: &impl Rows, session: &Session, holders: &[String]) -> Result<Option<(String, Uuid)>> {
    let found = Entity::find()
        .filter(Column::Holder.is_in(holders))
        .filter(Column::StartTime.lt(session.end_time))
        // No session is longer: an earlier start cannot reach this one.
        .filter(Column::StartTime.gt(session.start_time - LONGEST_SESSION))
        .filter(Column::EndTime.gt(session.start_time))
        .order_by_asc(Column::Holder)
        .order_by_asc(Column::StartTime)
        .one(&rows.on())
        .await?;
    Ok(found.map(|row| (row.holder, row.session)))
}

/// A mediator's leave in the days of the session. What has begun already was held, whatever was planned.
async fn leave(rows: &impl Rows, session: &Session, holders: &[String], now: Micros) -> Result<Option<Leave>> {
    if session.start_time < now {
        return Ok(None);
    }
    let (first, last) = (civil_date(session.start_time), civil_date(session.end_time - 1));
    Ok(cadres::away(rows, &cadres_of(holders), first, last).await?.into_iter().next())
}

fn cadres_of(holders: &[String]) -> Vec<&str> {
    holders.iter().filter_map(|holder| id_in(holder, "cadres").ok()).collect()
}

/// The first times from the session's start on at which nobody is taken for as long as it lasts.
async fn free(rows: &impl Rows, session: &Session, holders: &[String]) -> Result<Vec<Micros>> {
    let busy = Entity::find()
        .filter(Column::Holder.is_in(holders))
        .filter(Column::StartTime.gt(session.start_time - LONGEST_SESSION))
        .filter(Column::StartTime.lt(session.start_time + HORIZON))
        .filter(Column::EndTime.gt(session.start_time))
        .order_by_asc(Column::StartTime)
        .limit(LOOKED_AT)
        .all(&rows.on())
        .await?;
    let mut busy: Vec<(Micros, Micros)> = busy.into_iter().map(|row| (row.start_time, row.end_time)).collect();
    let (first, last) = (civil_date(session.start_time), civil_date(session.start_time + HORIZON + LONGEST_SESSION));
    for leave in cadres::away(rows, &cadres_of(holders), first, last).await? {
        busy.push((start_of_day(leave.valid_from), start_of_day(leave.valid_until)));
    }
    busy.sort_unstable();
    Ok(gaps(session.start_time, session.end_time - session.start_time, &busy))
}

/// Where something of a length fits from a time on, between what is busy in the order of its starts: at the beginning of each gap.
fn gaps(from: Micros, length: Micros, busy: &[(Micros, Micros)]) -> Vec<Micros> {
    let (mut at, mut found) = (from, Vec::new());
    for (start, end) in busy {
        if at + length <= *start && at < from + HORIZON {
            found.push(at);
        }
        at = at.max(*end);
    }
    if at < from + HORIZON {
        found.push(at);
    }
    found.truncate(PROPOSED);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_begins_where_nobody_is_taken() {
        assert_eq!(
            gaps(10, 5, &[(8, 12), (11, 20), (26, 30), (32, 40)]),
            [20, 40],
            "between 30 and 32 it does not fit"
        );
        assert_eq!(gaps(10, 2, &[(8, 12), (14, 20), (22, 23), (25, 26)]), [12, 20, 23], "three at most");
        assert_eq!(gaps(10, 5, &[(0, 10 + HORIZON)]), Vec::<Micros>::new());
        assert_eq!(gaps(10, 5, &[(0, 10 + HORIZON), (20 + HORIZON, 30 + HORIZON)]), Vec::<Micros>::new());
    }
}
