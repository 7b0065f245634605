//! Clocks of a case.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    cases::{
        clocks::{Clock, ClockState, Inputs},
        entity::clock::{self, Column, Entity},
    },
    clock::Duty,
    db::{Rows, Tx},
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
