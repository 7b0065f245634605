//! Applications for confirmation.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Sealed, known};
use crate::{
    db::{Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::confirmation::{ActiveModel, Column, Entity, Model},
        model::{Agreement, Confirmation, Detail},
        numbers::{ConfirmationState, Numbered},
    },
    wire::{days, from_days},
};

const TABLE: &str = "agreement_confirmations";
const REASON: Sealed = Sealed("agreement_confirmations|reason");

/// One application.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, agreement: &Agreement, id: Uuid, detail: Detail) -> Result<Confirmation> {
    let row = Entity::find_by_id(id).filter(Column::Agreement.eq(agreement.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(format!("{}/confirmations/{id}", agreement.name())))?;
    model(rows, agreement, row, detail)
}

/// Applications in the order of their entry.
pub async fn list(
    rows: &impl Rows,
    agreement: &Agreement,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Confirmation>> {
    let mut query = Entity::find().filter(Column::Agreement.eq(agreement.id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, agreement, row, Detail::Basic)).collect()
}

/// How many there are.
pub async fn count(rows: &impl Rows, agreement: &Agreement) -> Result<usize> {
    let found = Entity::find().filter(Column::Agreement.eq(agreement.id)).count(&rows.on()).await?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

/// Those that are with the court or were granted: one, and one for each group of parties that acceded.
pub async fn live(rows: &impl Rows, agreement: &Agreement) -> Result<Vec<Confirmation>> {
    use ConfirmationState::{Accepted, Confirmed, Requested};
    let live = [Requested, Accepted, Confirmed].map(Numbered::number);
    let query = Entity::find().filter(Column::Agreement.eq(agreement.id)).filter(Column::State.is_in(live));
    let found = query.all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, agreement, row, Detail::Basic)).collect()
}

/// Enters an application.
pub async fn insert(tx: &Tx<'_>, confirmation: &Confirmation) -> Result<()> {
    let applicants: Vec<String> = confirmation.applicants.iter().map(Uuid::to_string).collect();
    let model = ActiveModel {
        id: Set(confirmation.id),
        agreement: Set(confirmation.agreement),
        state: Set(confirmation.state.number()),
        applicants: Set(applicants.join(",")),
        court: Set(confirmation.court.clone()),
        request_time: Set(confirmation.request_time),
        evidence: Set(confirmation.evidence.clone()),
        deadline_date: Set(days(confirmation.deadline_date)),
        document_number: Set(None),
        accept_time: Set(None),
        decide_time: Set(None),
        reason: Set(None),
        create_time: Set(confirmation.create_time),
        version: Set(confirmation.version),
    };
    Entity::insert(model).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes what the court decided.
pub async fn save_decision(tx: &Tx<'_>, confirmation: &Confirmation) -> Result<()> {
    let row = confirmation.id.to_string();
    let model = ActiveModel {
        state: Set(confirmation.state.number()),
        document_number: Set(confirmation.document_number.clone()),
        accept_time: Set(confirmation.accept_time),
        decide_time: Set(confirmation.decide_time),
        reason: Set(REASON.seal_some(tx.keys(), &row, confirmation.reason.as_ref())),
        version: Set(confirmation.version),
        ..ActiveModel::default()
    };
    Entity::update_many().set(model).filter(Column::Id.eq(confirmation.id)).exec(tx.conn()).await?;
    Ok(())
}

fn model(rows: &impl Rows, agreement: &Agreement, row: Model, detail: Detail) -> Result<Confirmation> {
    let reason = REASON.open_in(detail, rows, &row.id.to_string(), row.reason.as_ref())?;
    let applicants = row.applicants.split(',').map(Uuid::parse_str).collect::<std::result::Result<_, _>>();
    Ok(Confirmation {
        id: row.id,
        mediation: agreement.mediation,
        agreement: row.agreement,
        state: known(row.state, TABLE, row.id)?,
        applicants: applicants.map_err(Error::internal)?,
        court: row.court,
        request_time: row.request_time,
        evidence: row.evidence,
        deadline_date: from_days(row.deadline_date),
        document_number: row.document_number,
        accept_time: row.accept_time,
        decide_time: row.decide_time,
        reason,
        create_time: row.create_time,
        version: row.version,
    })
}
