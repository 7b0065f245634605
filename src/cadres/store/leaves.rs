//! Leaves.

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::super::{
    entity::leave::{ActiveModel, Column, Entity, Model},
    leave::{LONGEST_LEAVE, Leave},
};
use crate::{
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    wire::{days, from_days},
};

/// The sort key of a leave: first day, cadre, id.
pub type LeaveKey = (i32, String, String);

/// One leave.
pub async fn find_leave(rows: &impl Rows, cadre: &str, id: &str) -> Result<Option<Leave>> {
    Ok(Entity::find_by_id((cadre.to_owned(), id.to_owned())).one(&rows.on()).await?.map(leave))
}

/// Leaves of a cadre or of all, only those that hold on a day where one is given, latest first day first.
pub async fn list_leaves(
    rows: &impl Rows,
    cadre: Option<&str>,
    date: Option<NaiveDate>,
    after: Option<LeaveKey>,
    limit: u64,
) -> Result<Vec<Leave>> {
    let mut query = Entity::find();
    if let Some(cadre) = cadre {
        query = query.filter(Column::Cadre.eq(cadre));
    }
    if let Some(date) = date {
        query = query.filter(between(date, date));
    }
    if let Some((from, cadre, id)) = after {
        let key = Expr::tuple([Column::ValidFrom, Column::Cadre, Column::Id].map(Expr::col));
        query = query.filter(key.lt(Expr::tuple([Expr::value(from), Expr::value(cadre), Expr::value(id)])));
    }
    let query = query.order_by_desc(Column::ValidFrom).order_by_desc(Column::Cadre).order_by_desc(Column::Id);
    Ok(query.limit(limit).all(&rows.on()).await?.into_iter().map(leave).collect())
}

/// Leaves of these cadres that hold on one of the days from one to another, both included, earliest first.
pub async fn leaves_within(rows: &impl Rows, cadres: &[&str], first: NaiveDate, last: NaiveDate) -> Result<Vec<Leave>> {
    let query = Entity::find().filter(Column::Cadre.is_in(cadres.iter().copied())).filter(between(first, last));
    let found = query.order_by_asc(Column::ValidFrom).order_by_asc(Column::Cadre).all(&rows.on()).await?;
    Ok(found.into_iter().map(leave).collect())
}

/// It holds on one of these days. No leave is longer than the longest: an earlier first day cannot reach them, and the index need not be read
/// from its beginning.
fn between(first: NaiveDate, last: NaiveDate) -> Expr {
    let earliest = first.checked_sub_months(LONGEST_LEAVE).unwrap_or(NaiveDate::MIN);
    Column::ValidFrom
        .lte(days(last))
        .and(Column::ValidFrom.gte(days(earliest)))
        .and(Column::ValidUntil.gt(days(first)))
        // One that ended on its first day was never taken.
        .and(Expr::col(Column::ValidUntil).gt(Expr::col(Column::ValidFrom)))
}

fn leave(row: Model) -> Leave {
    let Model { cadre, id, valid_from, valid_until, create_time, update_time, version } = row;
    let (valid_from, valid_until) = (from_days(valid_from), from_days(valid_until));
    Leave { cadre, id, valid_from, valid_until, create_time, update_time, version }
}

fn row(leave: &Leave) -> ActiveModel {
    ActiveModel {
        cadre: Set(leave.cadre.clone()),
        id: Set(leave.id.clone()),
        valid_from: Set(days(leave.valid_from)),
        valid_until: Set(days(leave.valid_until)),
        create_time: Set(leave.create_time),
        update_time: Set(leave.update_time),
        version: Set(leave.version),
    }
}

/// Enters a leave. The caller has locked the cadre and looked for overlaps.
pub async fn insert_leave(tx: &Tx<'_>, leave: &Leave) -> Result<()> {
    let taken = || Error::AlreadyExists { resource: leave.name() };
    Entity::insert(row(leave)).exec_without_returning(tx.conn()).await.or_conflict(taken).map(|_| ())
}

/// Writes a leave anew, whose cadre the caller has locked.
pub async fn update_leave(tx: &Tx<'_>, leave: &Leave) -> Result<()> {
    Entity::update(row(leave)).exec(tx.conn()).await?;
    Ok(())
}
