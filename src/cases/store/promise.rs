//! What opinions promise.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{case::Depth, open, seal};
use crate::{
    cases::{
        entity::promise::{self, Column, Entity},
        promise::{Promise, PromiseState},
    },
    db::{Rows, Tx},
    error::{Error, Result},
    wire::{days, from_days},
};

const TABLE: &str = "case_promises";

fn from_row(rows: &impl Rows, row: promise::Model, depth: Depth) -> Result<Promise> {
    let broken = || Error::internal(format!("{TABLE} {} has an unknown state", row.id));
    let (text, evidence) = match depth {
        Depth::Basic => (None, None),
        Depth::Full => (
            open(rows, TABLE, "promise", row.id, Some(&row.promise))?,
            open(rows, TABLE, "evidence", row.id, row.evidence.as_deref())?,
        ),
    };
    Ok(Promise {
        state: PromiseState::from_number(row.state).ok_or_else(broken)?,
        id: row.id,
        case_id: row.case_id,
        opinion: row.opinion,
        clock: row.clock,
        text,
        due_date: row.due_date.map(from_days),
        evidence,
        record_time: row.record_time,
        create_time: row.create_time,
        version: row.version,
    })
}

/// Enters a promise.
pub async fn insert(tx: &Tx<'_>, promise: &Promise) -> Result<()> {
    let text = promise.text.as_deref().unwrap_or_default();
    let row = promise::Model {
        id: promise.id,
        case_id: promise.case_id,
        opinion: promise.opinion,
        clock: promise.clock,
        state: promise.state.number(),
        promise: seal(tx, TABLE, "promise", promise.id, Some(text)).unwrap_or_default(),
        due_date: promise.due_date.map(days),
        evidence: seal(tx, TABLE, "evidence", promise.id, promise.evidence.as_deref()),
        record_time: promise.record_time,
        create_time: promise.create_time,
        version: promise.version,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes what became of a promise.
pub async fn update(tx: &Tx<'_>, promise: &Promise) -> Result<()> {
    let mut update = Entity::update_many()
        .col_expr(Column::State, Expr::value(promise.state.number()))
        .col_expr(Column::RecordTime, Expr::value(promise.record_time))
        .col_expr(Column::Version, Expr::value(promise.version));
    if let Some(evidence) = &promise.evidence {
        let sealed = seal(tx, TABLE, "evidence", promise.id, Some(evidence));
        update = update.col_expr(Column::Evidence, Expr::value(sealed));
    }
    update.filter(Column::Id.eq(promise.id)).exec(tx.conn()).await?;
    Ok(())
}

/// Promises of a case, oldest first.
pub async fn list(
    rows: &impl Rows,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
    depth: Depth,
) -> Result<Vec<Promise>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row, depth)).collect()
}

/// Most promises of one opinion.
pub const MOST: u64 = 20;

/// What is promised and not lapsed; a case has the promises of its present opinion only.
pub async fn present(rows: &impl Rows, case_id: Uuid) -> Result<Vec<Promise>> {
    let found = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::State.ne(PromiseState::Lapsed.number()))
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(&rows.on())
        .await?;
    found.into_iter().map(|row| from_row(rows, row, Depth::Basic)).collect()
}

/// One promise of a case.
pub async fn find(rows: &impl Rows, case_id: Uuid, id: Uuid) -> Result<Option<Promise>> {
    let row = Entity::find_by_id(id).filter(Column::CaseId.eq(case_id)).one(&rows.on()).await?;
    row.map(|row| from_row(rows, row, Depth::Basic)).transpose()
}
