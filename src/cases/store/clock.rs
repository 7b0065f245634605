//! Clocks of a case.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    call::Micros,
    cases::{
        clocks::{Clock, ClockState, Inputs},
        entity::clock::{self, Column, Entity},
        flow::LIVE,
    },
    clock::Duty,
    db::{Rows, Tx, sql},
    error::{Error, Result},
    wire::{days, from_days},
};

fn from_row(row: clock::Model) -> Result<Clock> {
    let broken = || Error::internal(format!("clock {} has an unknown state or duty", row.id));
    Ok(Clock {
        state: ClockState::from_number(row.state).ok_or_else(broken)?,
        duty: match row.duty {
            1 => Duty::Organ,
            2 => Duty::Citizen,
            _ => return Err(broken()),
        },
        id: row.id,
        case_id: row.case_id,
        rule: row.rule,
        rule_version: row.rule_version,
        article: row.article,
        start_time: row.start_time,
        nominal_date: from_days(row.nominal_date),
        adjusted_date: from_days(row.adjusted_date),
        due_time: row.due_time,
        provisional: row.provisional,
        calendar_version: row.calendar_version,
        stop_time: row.stop_time,
        stopped_by: row.stopped_by,
        holder: row.holder,
        computation: row.computation,
        inputs: match row.inputs {
            Some(text) => serde_json::from_str(&text).map_err(Error::internal)?,
            None => Inputs::default(),
        },
        alert_time: row.alert_time,
        checked_calendar: row.checked_calendar,
    })
}

/// Writes new clocks.
pub async fn insert(tx: &Tx<'_>, clocks: &[Clock]) -> Result<()> {
    if clocks.is_empty() {
        return Ok(());
    }
    let rows = clocks.iter().map(|clock| {
        clock::Model {
            id: clock.id,
            case_id: clock.case_id,
            rule: clock.rule.clone(),
            rule_version: clock.rule_version,
            article: clock.article.clone(),
            state: clock.state.number(),
            duty: match clock.duty {
                Duty::Organ => 1,
                Duty::Citizen => 2,
            },
            start_time: clock.start_time,
            nominal_date: days(clock.nominal_date),
            adjusted_date: days(clock.adjusted_date),
            due_time: clock.due_time,
            provisional: clock.provisional,
            calendar_version: clock.calendar_version.clone(),
            stop_time: clock.stop_time,
            stopped_by: clock.stopped_by.clone(),
            holder: clock.holder.clone(),
            computation: clock.computation.clone(),
            inputs: inputs(clock),
            alert_time: clock.alert_time,
            checked_calendar: clock.checked_calendar,
        }
        .into_active_model()
    });
    Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// What a clock rests on, as JSON; most rest on nothing.
fn inputs(clock: &Clock) -> Option<String> {
    (clock.inputs != Inputs::default()).then(|| serde_json::to_string(&clock.inputs).unwrap_or_default())
}

/// Writes a clock that was computed again.
pub async fn recompute(tx: &Tx<'_>, clock: &Clock) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(clock.state.number()))
        .col_expr(Column::NominalDate, Expr::value(days(clock.nominal_date)))
        .col_expr(Column::AdjustedDate, Expr::value(days(clock.adjusted_date)))
        .col_expr(Column::DueTime, Expr::value(clock.due_time))
        .col_expr(Column::Provisional, Expr::value(clock.provisional))
        .col_expr(Column::CalendarVersion, Expr::value(clock.calendar_version.clone()))
        .col_expr(Column::Computation, Expr::value(clock.computation.clone()))
        .col_expr(Column::Inputs, Expr::value(inputs(clock)))
        .col_expr(Column::AlertTime, Expr::value(clock.alert_time))
        .col_expr(Column::Holder, Expr::value(clock.holder.clone()))
        .col_expr(Column::CheckedCalendar, Expr::value(clock.checked_calendar))
        .filter(Column::Id.eq(clock.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Writes how a clock ended. What was computed stays as it is for ever.
pub async fn end(tx: &Tx<'_>, clock: &Clock) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(clock.state.number()))
        .col_expr(Column::StopTime, Expr::value(clock.stop_time))
        .col_expr(Column::StoppedBy, Expr::value(clock.stopped_by.clone()))
        .col_expr(Column::AlertTime, Expr::value(clock.alert_time))
        .filter(Column::Id.eq(clock.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// One clock of a case.
pub async fn find(rows: &impl Rows, case_id: Uuid, id: Uuid) -> Result<Option<Clock>> {
    let row = Entity::find_by_id(id).filter(Column::CaseId.eq(case_id)).one(&rows.on()).await?;
    row.map(from_row).transpose()
}

/// All clocks of a case, oldest first.
pub async fn all(rows: &impl Rows, case_id: Uuid) -> Result<Vec<Clock>> {
    let found = Entity::find().filter(Column::CaseId.eq(case_id)).order_by_asc(Column::Id).all(&rows.on()).await?;
    found.into_iter().map(from_row).collect()
}

/// A page of the clocks of a case, oldest first.
pub async fn list(rows: &impl Rows, case_id: Uuid, after: Option<Uuid>, limit: u64) -> Result<Vec<Clock>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(from_row).collect()
}

/// A clock that a round of the worker finds, by what the walk is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What the walk is ordered by first: a time, or a calendar's number.
    pub key: i64,
    /// Id of the clock.
    pub id: Uuid,
    /// Its case.
    pub case_id: Uuid,
}

/// Clocks whose next warning is due at `until`, in order of time.
pub async fn warnings(rows: &impl Rows, until: Micros, after: Option<Found>, limit: u64) -> Result<Vec<Found>> {
    let text = "SELECT alert_time AS key, id, case_id FROM case_clocks WHERE alert_time <= ? AND (alert_time, id) > (?, ?) \
                ORDER BY alert_time, id LIMIT ?";
    walk(rows, text, until, after, limit).await
}

/// Running clocks that were last compared with an older calendar than the one of this number.
pub async fn unchecked(rows: &impl Rows, number: i64, after: Option<Found>, limit: u64) -> Result<Vec<Found>> {
    let text = "SELECT checked_calendar AS key, id, case_id FROM case_clocks WHERE state IN (1, 2) AND checked_calendar <= ? \
                AND (checked_calendar, id) > (?, ?) ORDER BY checked_calendar, id LIMIT ?";
    walk(rows, text, number - 1, after, limit).await
}

/// Open cases that an organization handles, in the order in which they were registered.
pub async fn held_open(rows: &impl Rows, holder: &str, after: Option<Found>, limit: u64) -> Result<Vec<Found>> {
    let live: Vec<String> = LIVE.iter().map(|state| state.number().to_string()).collect();
    let text = format!(
        "SELECT l.register_time AS key, l.case_id AS id, l.case_id AS case_id FROM case_line l JOIN cases c ON c.id = l.case_id \
         WHERE l.holder = ? AND (l.register_time, l.case_id) > (?, ?) AND c.handling_organization = l.holder AND c.state IN ({}) \
         ORDER BY l.register_time, l.case_id LIMIT ?",
        live.join(", ")
    );
    walk(rows, &text, holder, after, limit).await
}

/// Cases that are not in the index of words yet, in the order in which they were registered.
pub async fn unindexed(rows: &impl Rows, after: Option<Found>, limit: u64) -> Result<Vec<Found>> {
    let text = "SELECT register_time AS key, id, id AS case_id FROM cases WHERE NOT indexed AND register_time >= ? \
                AND (register_time, id) > (?, ?) ORDER BY register_time, id LIMIT ?";
    walk(rows, text, i64::MIN, after, limit).await
}

async fn walk(
    rows: &impl Rows,
    text: &str,
    first: impl Into<sea_orm::Value>,
    after: Option<Found>,
    limit: u64,
) -> Result<Vec<Found>> {
    let (key, id) = after.map_or((i64::MIN, Uuid::nil()), |found| (found.key, found.id));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let statement = sql(rows.backend(), text, [first.into(), key.into(), id.into(), limit.into()]);
    let found = rows.on().query_all_raw(statement).await?;
    let read = |row: &QueryResult| -> Result<Found, DbErr> {
        Ok(Found { key: row.try_get("", "key")?, id: row.try_get("", "id")?, case_id: row.try_get("", "case_id")? })
    };
    found.iter().map(|row| read(row).map_err(Error::from)).collect()
}

/// Sets when the next warning of a clock is due.
pub async fn set_alert(tx: &Tx<'_>, id: Uuid, time: Option<Micros>) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::AlertTime, Expr::value(time)).filter(Column::Id.eq(id));
    update.exec(tx.conn()).await?;
    Ok(())
}

/// Notes that the dates of these clocks stand by that version of the calendar, too.
pub async fn set_checked(tx: &Tx<'_>, ids: &[Uuid], number: i64) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let update = Entity::update_many().col_expr(Column::CheckedCalendar, Expr::value(number));
    update.filter(Column::Id.is_in(ids.iter().copied())).exec(tx.conn()).await?;
    Ok(())
}
