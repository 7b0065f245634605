//! Documents: the rows that name a content.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{case::Depth, open, seal};
use crate::{
    cases::{
        document::{Document, DocumentKind, DocumentState},
        entity::document::{Column, Entity, Model},
    },
    db::{Rows, Tx, sql},
    error::{Error, Result},
};

const TABLE: &str = "case_documents";

/// The parts of a case that a document may be the file of: collection and table.
const SUBJECTS: &[(&str, &str)] = &[
    ("hearings", "case_hearings"),
    ("notices", "case_notices"),
    ("opinions", "case_opinions"),
    ("reviews", "case_reviews"),
    ("serviceRecords", "case_service_records"),
];

fn from_row(rows: &impl Rows, row: Model, depth: Depth) -> Result<Document> {
    let broken = || Error::internal(format!("{TABLE} {} holds what it cannot", row.id));
    let (title, withdraw_reason) = match depth {
        Depth::Basic => (None, None),
        Depth::Full => (
            open(rows, TABLE, "title", row.id, Some(&row.title))?,
            open(rows, TABLE, "withdraw_reason", row.id, row.withdraw_reason.as_deref())?,
        ),
    };
    Ok(Document {
        kind: DocumentKind::from_number(row.kind).ok_or_else(broken)?,
        state: DocumentState::from_number(row.state).ok_or_else(broken)?,
        size: row.size_bytes.try_into().map_err(|_| broken())?,
        sha256: row.sha256.as_slice().try_into().map_err(|_| broken())?,
        id: row.id,
        case_id: row.case_id,
        title,
        media_type: row.media_type,
        subject: row.subject,
        attach_time: row.attach_time,
        withdraw_time: row.withdraw_time,
        withdraw_reason,
        version: row.version,
    })
}

/// Enters a document.
pub async fn insert(tx: &Tx<'_>, new: &Document) -> Result<()> {
    let row = Model {
        id: new.id,
        case_id: new.case_id,
        kind: new.kind.number(),
        state: new.state.number(),
        title: seal(tx, TABLE, "title", new.id, new.title.as_deref()).unwrap_or_default(),
        media_type: new.media_type.clone(),
        size_bytes: new.size.try_into().map_err(Error::internal)?,
        sha256: new.sha256.to_vec(),
        subject: new.subject.clone(),
        attach_time: new.attach_time,
        withdraw_time: None,
        withdraw_reason: None,
        version: new.version,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes that a document is withdrawn, and why.
pub async fn withdraw(tx: &Tx<'_>, changed: &Document) -> Result<()> {
    let reason = seal(tx, TABLE, "withdraw_reason", changed.id, changed.withdraw_reason.as_deref());
    Entity::update_many()
        .col_expr(Column::State, Expr::value(changed.state.number()))
        .col_expr(Column::WithdrawTime, Expr::value(changed.withdraw_time))
        .col_expr(Column::WithdrawReason, Expr::value(reason))
        .col_expr(Column::Version, Expr::value(changed.version))
        .filter(Column::Id.eq(changed.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// One of a case.
pub async fn find(rows: &impl Rows, case_id: Uuid, id: Uuid, depth: Depth) -> Result<Option<Document>> {
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
) -> Result<Vec<Document>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row, depth)).collect()
}

/// How many a case has.
pub async fn count(rows: &impl Rows, case_id: Uuid) -> Result<u64> {
    Ok(Entity::find().filter(Column::CaseId.eq(case_id)).count(&rows.on()).await?)
}

/// There is such a document, of whatever case.
pub async fn stands(rows: &impl Rows, id: Uuid) -> Result<bool> {
    Ok(Entity::find_by_id(id).one(&rows.on()).await?.is_some())
}

/// There is such a part of the case, of a kind that a document may be the file of.
pub async fn has_subject(rows: &impl Rows, case_id: Uuid, collection: &str, id: Uuid) -> Result<bool> {
    let Some((_, table)) = SUBJECTS.iter().find(|(name, _)| *name == collection) else { return Ok(false) };
    let text = format!("SELECT 1 FROM {table} WHERE id = ? AND case_id = ?");
    Ok(rows.on().query_one_raw(sql(rows.backend(), &text, [id.into(), case_id.into()])).await?.is_some())
}
