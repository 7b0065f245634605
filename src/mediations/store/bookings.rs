//! Who or what is taken when. No person and no room is taken twice at overlapping times: a rule across rows, which holds because
//! two bookings of one holder on one day lock the same row of `booking_days` before they look. SQLite has a single writer.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict};
use uuid::Uuid;

use crate::{
    call::Micros,
    db::{Rows, Tx},
    error::Result,
    mediations::{
        entity::{
            booking::{ActiveModel, Column, Entity},
            booking_day,
        },
        model::{LONGEST_SESSION, Session},
    },
};

const DAY: Micros = 86_400_000_000;

/// A holder that is taken, and by which session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The person or room.
    pub holder: String,
    /// The session in the way.
    pub session: Uuid,
}

/// Takes the holders for the time of a session, or says what is in the way. `holders` are sorted and distinct.
pub async fn take(tx: &Tx<'_>, session: &Session, holders: &[String]) -> Result<Option<Clash>> {
    if holders.is_empty() {
        return Ok(None);
    }
    lock_days(tx, session, holders).await?;
    if let Some(clash) = clash(tx, session, holders).await? {
        return Ok(Some(clash));
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

async fn clash(rows: &impl Rows, session: &Session, holders: &[String]) -> Result<Option<Clash>> {
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
    Ok(found.map(|row| Clash { holder: row.holder, session: row.session }))
}
