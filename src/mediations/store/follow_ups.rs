//! Visits after agreements.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Sealed, known, known_some};
use crate::{
    db::{Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::follow_up::{ActiveModel, Column, Entity, Model},
        model::{Agreement, Detail, FollowUp},
        numbers::Numbered,
    },
    wire::{days, from_days},
};

const TABLE: &str = "agreement_follow_ups";
const CANCEL_REASON: Sealed = Sealed("agreement_follow_ups|cancel_reason");

/// One visit.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, agreement: &Agreement, id: Uuid, detail: Detail) -> Result<FollowUp> {
    let row = Entity::find_by_id(id).filter(Column::Agreement.eq(agreement.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(format!("{}/followUps/{id}", agreement.name())))?;
    model(rows, agreement, row, detail)
}

/// Visits in the order of their planning.
pub async fn list(rows: &impl Rows, agreement: &Agreement, after: Option<Uuid>, limit: u64) -> Result<Vec<FollowUp>> {
    let mut query = Entity::find().filter(Column::Agreement.eq(agreement.id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, agreement, row, Detail::Basic)).collect()
}

/// How many were planned.
pub async fn count(rows: &impl Rows, agreement: &Agreement) -> Result<u64> {
    Ok(Entity::find().filter(Column::Agreement.eq(agreement.id)).count(&rows.on()).await?)
}

/// Enters a visit.
pub async fn insert(tx: &Tx<'_>, visit: &FollowUp) -> Result<()> {
    let mut model = changeable(tx, visit);
    model.id = Set(visit.id);
    model.agreement = Set(visit.agreement);
    model.due_date = Set(days(visit.due_date));
    model.visitor = Set(visit.visitor);
    model.create_time = Set(visit.create_time);
    Entity::insert(model).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes that it was made or cancelled.
pub async fn save(tx: &Tx<'_>, visit: &FollowUp) -> Result<()> {
    Entity::update_many().set(changeable(tx, visit)).filter(Column::Id.eq(visit.id)).exec(tx.conn()).await?;
    Ok(())
}

fn changeable(tx: &Tx<'_>, visit: &FollowUp) -> ActiveModel {
    ActiveModel {
        state: Set(visit.state.number()),
        finding: Set(visit.finding.map(Numbered::number)),
        record: Set(visit.record),
        visit_time: Set(visit.visit_time),
        cancel_reason: Set(CANCEL_REASON.seal_some(tx.keys(), &visit.id.to_string(), visit.cancel_reason.as_ref())),
        version: Set(visit.version),
        ..ActiveModel::default()
    }
}

fn model(rows: &impl Rows, agreement: &Agreement, row: Model, detail: Detail) -> Result<FollowUp> {
    let cancel_reason = CANCEL_REASON.open_in(detail, rows, &row.id.to_string(), row.cancel_reason.as_ref())?;
    Ok(FollowUp {
        id: row.id,
        mediation: agreement.mediation,
        agreement: row.agreement,
        state: known(row.state, TABLE, row.id)?,
        due_date: from_days(row.due_date),
        visitor: row.visitor,
        finding: known_some(row.finding, TABLE, row.id)?,
        record: row.record,
        visit_time: row.visit_time,
        cancel_reason,
        create_time: row.create_time,
        version: row.version,
    })
}
