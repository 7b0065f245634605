//! What was pledged, paid and paid back. Entries are never changed; their sums are kept beside them.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::known;
use crate::{
    db::{Rows, Tx},
    error::Result,
    mediations::{
        entity::{balance, contribution, total},
        model::{Agreement, Contribution, Sums},
        numbers::Numbered,
    },
};

/// The sums of one participant under a line.
pub async fn balance(rows: &impl Rows, agreement: &Agreement, line: &str, participant: Uuid) -> Result<Sums> {
    let found = balance::Entity::find_by_id((agreement.id, line.to_owned(), participant)).one(&rows.on()).await?;
    Ok(found.map(|row| Sums { pledged: row.pledged, paid: row.paid }).unwrap_or_default())
}

/// The sums of all lines.
pub async fn totals(rows: &impl Rows, agreement: &Agreement) -> Result<HashMap<String, Sums>> {
    let found = total::Entity::find().filter(total::Column::Agreement.eq(agreement.id)).all(&rows.on()).await?;
    Ok(found.into_iter().map(|row| (row.line, Sums { pledged: row.pledged, paid: row.paid })).collect())
}

/// The sums of all participants, by line.
pub async fn balances(rows: &impl Rows, agreement: &Agreement) -> Result<Vec<(String, Uuid, Sums)>> {
    let found = balance::Entity::find().filter(balance::Column::Agreement.eq(agreement.id)).all(&rows.on()).await?;
    Ok(found
        .into_iter()
        .map(|row| (row.line, row.participant, Sums { pledged: row.pledged, paid: row.paid }))
        .collect())
}

/// The sums of some participants under a line.
pub async fn balances_of(
    rows: &impl Rows,
    agreement: &Agreement,
    line: &str,
    participants: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Sums>> {
    let found = balance::Entity::find()
        .filter(balance::Column::Agreement.eq(agreement.id))
        .filter(balance::Column::Line.eq(line))
        .filter(balance::Column::Participant.is_in(participants))
        .all(&rows.on())
        .await?;
    Ok(found.into_iter().map(|row| (row.participant, Sums { pledged: row.pledged, paid: row.paid })).collect())
}

/// Enters an entry, with the sums of its participant and its line after it.
pub async fn insert(tx: &Tx<'_>, entry: &Contribution, own: Sums, whole: Sums) -> Result<()> {
    let row = contribution::Model {
        id: entry.id,
        agreement: entry.agreement,
        line: entry.line.clone(),
        participant: entry.participant,
        kind: entry.kind.number(),
        amount: entry.amount,
        evidence: entry.evidence.clone(),
        contribute_time: entry.contribute_time,
        create_time: entry.create_time,
    };
    contribution::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    let (agreement, line) = (entry.agreement, entry.line.clone());
    let balance = balance::Model {
        agreement,
        line: line.clone(),
        participant: entry.participant,
        pledged: own.pledged,
        paid: own.paid,
    };
    let key = [balance::Column::Agreement, balance::Column::Line, balance::Column::Participant];
    let mut again = OnConflict::columns(key);
    again.update_columns([balance::Column::Pledged, balance::Column::Paid]);
    balance::Entity::insert(balance.into_active_model()).on_conflict(again).exec_without_returning(tx.conn()).await?;
    let total = total::Model { agreement, line, pledged: whole.pledged, paid: whole.paid };
    let mut again = OnConflict::columns([total::Column::Agreement, total::Column::Line]);
    again.update_columns([total::Column::Pledged, total::Column::Paid]);
    total::Entity::insert(total.into_active_model()).on_conflict(again).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// How many entries there are.
pub async fn count(rows: &impl Rows, agreement: &Agreement) -> Result<usize> {
    let found = contribution::Entity::find().filter(contribution::Column::Agreement.eq(agreement.id));
    Ok(usize::try_from(found.count(&rows.on()).await?).unwrap_or(usize::MAX))
}

/// Entries as they were entered.
pub async fn list(
    rows: &impl Rows,
    agreement: &Agreement,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Contribution>> {
    let mut query = contribution::Entity::find().filter(contribution::Column::Agreement.eq(agreement.id));
    if let Some(id) = after {
        query = query.filter(contribution::Column::Id.gt(id));
    }
    let found = query.order_by_asc(contribution::Column::Id).limit(limit).all(&rows.on()).await?;
    let model = |row: contribution::Model| {
        Ok(Contribution {
            id: row.id,
            mediation: agreement.mediation,
            agreement: row.agreement,
            line: row.line,
            participant: row.participant,
            kind: known(row.kind, "contributions", row.id)?,
            amount: row.amount,
            evidence: row.evidence,
            contribute_time: row.contribute_time,
            create_time: row.create_time,
        })
    };
    found.into_iter().map(model).collect()
}
