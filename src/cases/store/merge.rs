//! Merges, and what each brought along.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use crate::{
    call::Micros,
    cases::{
        entity::merge::{Column, Entity, Model, party},
        model::State,
        relation::Merge,
    },
    db::{Rows, Tx},
    error::{Error, Result},
};

/// Enters a merge with the parties that it brings along.
pub async fn insert(tx: &Tx<'_>, merge: &Merge, parties: &[Uuid]) -> Result<()> {
    let row = Model {
        id: merge.id,
        case_id: merge.case_id,
        into_id: merge.into,
        state_before: merge.state_before.number(),
        merge_time: merge.merge_time,
        undo_time: None,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    if parties.is_empty() {
        return Ok(());
    }
    let rows = parties.iter().map(|id| party::ActiveModel { merge_id: Set(merge.id), party_id: Set(*id) });
    party::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The merge by which a case is in another one.
pub async fn of(rows: &impl Rows, case_id: Uuid) -> Result<Option<Merge>> {
    let query = Entity::find().filter(Column::CaseId.eq(case_id)).filter(Column::UndoTime.is_null());
    let Some(row) = query.one(&rows.on()).await? else { return Ok(None) };
    let broken = || Error::internal(format!("merge {} has an unknown state", row.id));
    Ok(Some(Merge {
        id: row.id,
        case_id: row.case_id,
        into: row.into_id,
        state_before: State::from_number(row.state_before).ok_or_else(broken)?,
        merge_time: row.merge_time,
    }))
}

/// The parties that a merge brought along.
pub async fn parties(rows: &impl Rows, id: Uuid) -> Result<Vec<Uuid>> {
    let query = party::Entity::find().filter(party::Column::MergeId.eq(id));
    Ok(query.all(&rows.on()).await?.into_iter().map(|row| row.party_id).collect())
}

/// Notes that a merge is undone.
pub async fn undo(tx: &Tx<'_>, id: Uuid, time: Micros) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::UndoTime, Expr::value(time)).filter(Column::Id.eq(id));
    update.exec(tx.conn()).await?;
    Ok(())
}
