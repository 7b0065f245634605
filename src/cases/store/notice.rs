//! Notices to the petitioner.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{case::Depth, open, seal};
use crate::{
    cases::{
        entity::notice::{Column, Entity, Model},
        steps::{Exemption, Ground, Notice, NoticeKind},
    },
    db::{Rows, Tx},
    error::{Error, Result},
};

const TABLE: &str = "case_notices";

fn from_row(rows: &impl Rows, row: Model, depth: Depth) -> Result<Notice> {
    let broken = || Error::internal(format!("{TABLE} {} holds an unknown number", row.id));
    Ok(Notice {
        kind: NoticeKind::from_number(row.kind).ok_or_else(broken)?,
        exemption: Exemption::from_number(row.exemption).ok_or_else(broken)?,
        ground: Ground::from_number(row.ground).ok_or_else(broken)?,
        guidance: match depth {
            Depth::Basic => None,
            Depth::Full => open(rows, TABLE, "guidance", row.id, row.guidance.as_deref())?,
        },
        id: row.id,
        case_id: row.case_id,
        document_number: row.document_number,
        related_case: row.related_case,
        prior_document_number: row.prior_document_number,
        approver: row.approver,
        issue_time: row.issue_time,
        serve_time: row.serve_time,
    })
}

/// Enters a notice.
pub async fn insert(tx: &Tx<'_>, entered: &Notice) -> Result<()> {
    let row = Model {
        id: entered.id,
        case_id: entered.case_id,
        kind: entered.kind.number(),
        document_number: entered.document_number.clone(),
        exemption: entered.exemption.number(),
        ground: entered.ground.number(),
        related_case: entered.related_case,
        prior_document_number: entered.prior_document_number.clone(),
        guidance: seal(tx, TABLE, "guidance", entered.id, entered.guidance.as_deref()),
        approver: entered.approver.clone(),
        issue_time: entered.issue_time,
        serve_time: entered.serve_time,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Notes when a notice was received first.
pub async fn serve(tx: &Tx<'_>, id: Uuid, time: i64) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ServeTime, Expr::value(time))
        .filter(Column::Id.eq(id))
        .filter(Column::ServeTime.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// One notice of a case.
pub async fn find(rows: &impl Rows, case_id: Uuid, id: Uuid, depth: Depth) -> Result<Option<Notice>> {
    let row = Entity::find_by_id(id).filter(Column::CaseId.eq(case_id)).one(&rows.on()).await?;
    row.map(|row| from_row(rows, row, depth)).transpose()
}

/// Notices of a case, oldest first.
pub async fn list(rows: &impl Rows, case_id: Uuid, after: Option<Uuid>, limit: u64) -> Result<Vec<Notice>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row, Depth::Basic)).collect()
}
