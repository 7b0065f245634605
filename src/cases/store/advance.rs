//! Actions that were taken.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{case::Depth, open, seal};
use crate::{
    cases::{
        advance::Advance,
        entity::advance::{Column, Entity, Model},
    },
    db::{Rows, Tx},
    error::{Error, Result},
};

const TABLE: &str = "case_advances";

fn from_row(rows: &impl Rows, row: Model, depth: Depth) -> Result<Advance> {
    let form = match depth {
        Depth::Basic => None,
        Depth::Full => open(rows, TABLE, "form", row.id, row.form.as_deref())?,
    };
    Ok(Advance {
        id: row.id,
        case_id: row.case_id,
        action: row.action,
        stage_before: row.stage_before,
        stage_after: row.stage_after,
        organization: row.organization,
        form: form.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()?,
        time: row.advance_time,
    })
}

/// Enters an action.
pub async fn insert(tx: &Tx<'_>, new: &Advance) -> Result<()> {
    let form = new.form.as_ref().map(serde_json::to_string).transpose().map_err(Error::internal)?;
    let row = Model {
        id: new.id,
        case_id: new.case_id,
        action: new.action.clone(),
        stage_before: new.stage_before.clone(),
        stage_after: new.stage_after.clone(),
        organization: new.organization.clone(),
        form: seal(tx, TABLE, "form", new.id, form.as_deref()),
        advance_time: new.time,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// One of a case.
pub async fn find(rows: &impl Rows, case_id: Uuid, id: Uuid, depth: Depth) -> Result<Option<Advance>> {
    let row = Entity::find_by_id(id).filter(Column::CaseId.eq(case_id)).one(&rows.on()).await?;
    row.map(|row| from_row(rows, row, depth)).transpose()
}

/// Those of a case, oldest first.
pub async fn list(
    rows: &impl Rows,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
    depth: Depth,
) -> Result<Vec<Advance>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row, depth)).collect()
}
