//! Parties of a case.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::{open, seal};
use crate::{
    cases::{
        entity::party::{self, Column, Entity},
        model::{Party, PartyKind, PartyRole},
    },
    db::{Rows, Tx},
    error::{Error, Result},
};

const TABLE: &str = "case_parties";

fn from_row(rows: &impl Rows, row: party::Model) -> Result<Party> {
    let broken = || Error::internal(format!("party {} has an unknown role or kind", row.id));
    Ok(Party {
        role: PartyRole::from_number(row.role).ok_or_else(broken)?,
        kind: PartyKind::from_number(row.kind).ok_or_else(broken)?,
        display_name: open(rows, TABLE, "display_name", row.id, row.display_name.as_deref())?,
        id_number: open(rows, TABLE, "id_number", row.id, row.id_number.as_deref())?,
        phone: open(rows, TABLE, "phone", row.id, row.phone.as_deref())?,
        address: open(rows, TABLE, "address", row.id, row.address.as_deref())?,
        needs: open(rows, TABLE, "needs", row.id, row.needs.as_deref())?,
        id: row.id,
        case_id: row.case_id,
        subject: row.subject,
        create_time: row.create_time,
        end_time: row.end_time,
        end_reason: row.end_reason,
        version: row.version,
    })
}

/// Digits and letters only: the form in which numbers are matched.
fn normal(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Enters parties, sealed, with blind indexes of what they are matched by.
pub async fn insert(tx: &Tx<'_>, parties: &[Party]) -> Result<()> {
    if parties.is_empty() {
        return Ok(());
    }
    let index = |field: &str, number: Option<&str>| number.map(|number| tx.keys().blind_index(field, &normal(number)));
    let rows = parties.iter().map(|party| party::ActiveModel {
        id: Set(party.id),
        case_id: Set(party.case_id),
        role: Set(party.role.number()),
        kind: Set(party.kind.number()),
        display_name: Set(seal(tx, TABLE, "display_name", party.id, party.display_name.as_deref())),
        id_number: Set(seal(tx, TABLE, "id_number", party.id, party.id_number.as_deref())),
        id_number_index: Set(index("id_number", party.id_number.as_deref())),
        phone: Set(seal(tx, TABLE, "phone", party.id, party.phone.as_deref())),
        phone_index: Set(index("phone", party.phone.as_deref())),
        address: Set(seal(tx, TABLE, "address", party.id, party.address.as_deref())),
        needs: Set(seal(tx, TABLE, "needs", party.id, party.needs.as_deref())),
        subject: Set(party.subject.clone()),
        create_time: Set(party.create_time),
        end_time: Set(party.end_time),
        end_reason: Set(party.end_reason.clone()),
        version: Set(party.version),
    });
    Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// One party of a case.
pub async fn find(rows: &impl Rows, case_id: Uuid, id: Uuid) -> Result<Option<Party>> {
    let row = Entity::find_by_id(id).filter(Column::CaseId.eq(case_id)).one(&rows.on()).await?;
    row.map(|row| from_row(rows, row)).transpose()
}

/// Parties in the order they were added.
pub async fn list(rows: &impl Rows, case_id: Uuid, after: Option<Uuid>, limit: u64) -> Result<Vec<Party>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row)).collect()
}

/// Representatives whose part has not ended.
pub async fn count_representatives(rows: &impl Rows, case_id: Uuid) -> Result<usize> {
    let count = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Role.eq(PartyRole::Representative.number()))
        .filter(Column::EndTime.is_null())
        .count(&rows.on())
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Ends a party's part.
pub async fn end(tx: &Tx<'_>, party: &Party) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::EndTime, Expr::value(party.end_time))
        .col_expr(Column::EndReason, Expr::value(party.end_reason.clone()))
        .col_expr(Column::Version, Expr::value(party.version))
        .filter(Column::Id.eq(party.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
