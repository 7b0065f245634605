//! What was done on obligations. An entry is never changed, but for the mark that it was entered wrongly.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use uuid::Uuid;

use super::Sealed;
use crate::{
    call::Micros,
    db::{Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::{
            obligation,
            performance::{ActiveModel, Column, Entity, Model},
        },
        model::{Agreement, Detail, Obligation, Performance},
    },
};

const TEXT: Sealed = Sealed("performances|text");
const REASON: Sealed = Sealed("performances|reverse_reason");

/// One performance.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, of: &Obligation, id: Uuid) -> Result<Performance> {
    let row = Entity::find_by_id(id).filter(Column::Obligation.eq(of.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(of.performance_name(id)))?;
    model(rows, row, Detail::Basic)
}

/// What was done on an obligation, in the order in which it was entered.
pub async fn list(
    rows: &impl Rows,
    of: &Obligation,
    after: Option<Uuid>,
    limit: u64,
    detail: Detail,
) -> Result<Vec<Performance>> {
    let mut query = Entity::find().filter(Column::Obligation.eq(of.id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, row, detail)).collect()
}

/// Those of an obligation that count.
fn standing(of: Uuid) -> Select<Entity> {
    Entity::find().filter(Column::Obligation.eq(of)).filter(Column::ReverseTime.is_null())
}

/// Something was done on an obligation.
pub async fn any(rows: &impl Rows, of: &Obligation) -> Result<bool> {
    Ok(standing(of.id).count(&rows.on()).await? > 0)
}

/// When something was last done on an obligation, as it was done and not as it was entered.
pub async fn last_time(rows: &impl Rows, of: &Obligation) -> Result<Option<Micros>> {
    let query = standing(of.id).select_only().column(Column::PerformTime);
    Ok(query.order_by_desc(Column::PerformTime).limit(1).into_tuple().one(&rows.on()).await?)
}

/// How many there are on what is owed under an agreement, but for payments that are in the book of its plan.
pub async fn count(rows: &impl Rows, agreement: &Agreement) -> Result<usize> {
    let owed = obligation::Entity::find()
        .select_only()
        .column(obligation::Column::Id)
        .filter(obligation::Column::Agreement.eq(agreement.id))
        .filter(obligation::Column::Line.is_null())
        .into_query();
    let found = Entity::find().filter(Column::Obligation.in_subquery(owed)).filter(Column::ReverseTime.is_null());
    Ok(usize::try_from(found.count(&rows.on()).await?).unwrap_or(usize::MAX))
}

/// Enters one.
pub async fn insert(tx: &Tx<'_>, performance: &Performance) -> Result<()> {
    let key = performance.id.to_string();
    let row = Model {
        id: performance.id,
        obligation: performance.obligation,
        amount: performance.amount,
        complete: performance.complete,
        perform_time: performance.perform_time,
        evidence: performance.evidence.clone(),
        text: TEXT.seal_some(tx.keys(), &key, performance.text.as_ref()),
        create_time: performance.create_time,
        reverse_time: performance.reverse_time,
        reverse_reason: REASON.seal_some(tx.keys(), &key, performance.reverse_reason.as_ref()),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Marks one as entered wrongly.
pub async fn save_reversal(tx: &Tx<'_>, performance: &Performance) -> Result<()> {
    let key = performance.id.to_string();
    let row = ActiveModel {
        reverse_time: Set(performance.reverse_time),
        reverse_reason: Set(REASON.seal_some(tx.keys(), &key, performance.reverse_reason.as_ref())),
        ..ActiveModel::default()
    };
    Entity::update_many().set(row).filter(Column::Id.eq(performance.id)).exec(tx.conn()).await?;
    Ok(())
}

fn model(rows: &impl Rows, row: Model, detail: Detail) -> Result<Performance> {
    let key = row.id.to_string();
    Ok(Performance {
        id: row.id,
        obligation: row.obligation,
        amount: row.amount,
        complete: row.complete,
        perform_time: row.perform_time,
        evidence: row.evidence,
        text: TEXT.open_in(detail, rows, &key, row.text.as_ref())?,
        create_time: row.create_time,
        reverse_time: row.reverse_time,
        reverse_reason: REASON.open_in(detail, rows, &key, row.reverse_reason.as_ref())?,
    })
}
