//! Service records: on whom a document was served, and when.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    cases::{
        entity::{
            opinion,
            service::{self, Column},
        },
        steps::{Document, ServiceMeans, ServiceRecord},
    },
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
};

/// Numbers of the kinds of documents that are served.
const OPINION: i32 = 1;
const NOTICE: i32 = 2;

fn parts(document: Document) -> (Uuid, i32) {
    match document {
        Document::Opinion(id) => (id, OPINION),
        Document::Notice(id) => (id, NOTICE),
    }
}

/// Enters a service record. The document keeps when it was received first.
pub async fn insert(tx: &Tx<'_>, record: &ServiceRecord) -> Result<()> {
    let (document, document_kind) = parts(record.document);
    let row = service::Model {
        id: record.id,
        case_id: record.case_id,
        document,
        document_kind,
        means: record.means.number(),
        receive_time: record.receive_time,
        party: record.party,
        create_time: record.create_time,
    };
    let served = || Error::Precondition { resource: record.document.name(record.case_id), condition: "ALREADY_SERVED" };
    service::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.or_conflict(served)?;
    if let Document::Notice(id) = record.document {
        return super::notice::serve(tx, id, record.receive_time).await;
    }
    opinion::Entity::update_many()
        .col_expr(opinion::Column::ServeTime, Expr::value(record.receive_time))
        .filter(opinion::Column::Id.eq(document))
        .filter(opinion::Column::ServeTime.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The document was served on that party, or on the petitioner where none is named.
pub async fn is_served(rows: &impl Rows, document: Document, party: Option<Uuid>) -> Result<bool> {
    let on_whom = match party {
        Some(party) => Column::Party.eq(party),
        None => Column::Party.is_null(),
    };
    let found = service::Entity::find().filter(Column::Document.eq(parts(document).0)).filter(on_whom);
    Ok(found.one(&rows.on()).await?.is_some())
}

/// Service records of a document on some parties.
pub async fn of_document(rows: &impl Rows, document: Document, parties: &[Uuid]) -> Result<Vec<ServiceRecord>> {
    let found = service::Entity::find()
        .filter(Column::Document.eq(parts(document).0))
        .filter(Column::Party.is_in(parties.iter().copied()))
        .all(&rows.on())
        .await?;
    found.into_iter().map(from_row).collect()
}

/// Service records of a case, oldest first.
pub async fn list(rows: &impl Rows, case_id: Uuid, after: Option<Uuid>, limit: u64) -> Result<Vec<ServiceRecord>> {
    let mut query = service::Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(from_row).collect()
}

fn from_row(row: service::Model) -> Result<ServiceRecord> {
    let broken = || Error::internal(format!("service record {} has an unknown number", row.id));
    Ok(ServiceRecord {
        means: ServiceMeans::from_number(row.means).ok_or_else(broken)?,
        document: match row.document_kind {
            OPINION => Document::Opinion(row.document),
            NOTICE => Document::Notice(row.document),
            _ => return Err(broken()),
        },
        id: row.id,
        case_id: row.case_id,
        receive_time: row.receive_time,
        party: row.party,
        create_time: row.create_time,
    })
}
