//! Signatures under agreements. They are entered and never changed.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::known;
use crate::{
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::signature::{ActiveModel, Column, Entity, Model},
        model::{Agreement, Participant, Signature},
        numbers::Numbered,
    },
};

const TABLE: &str = "agreement_signatures";

/// Signatures under an agreement, as they were entered.
pub async fn list(rows: &impl Rows, agreement: &Agreement, after: Option<Uuid>, limit: u64) -> Result<Vec<Signature>> {
    let mut query = Entity::find().filter(Column::Agreement.eq(agreement.id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(agreement, row)).collect()
}

/// The participant signed the current text of one of these agreements.
pub async fn any_by(rows: &impl Rows, participant: &Participant, agreements: &[Agreement]) -> Result<bool> {
    let mut current = Condition::any();
    for agreement in agreements {
        let this = Condition::all().add(Column::Agreement.eq(agreement.id)).add(Column::Edition.eq(agreement.edition));
        current = current.add(this);
    }
    if current.is_empty() {
        return Ok(false);
    }
    let found = Entity::find().filter(Column::Participant.eq(participant.id)).filter(current).count(&rows.on()).await?;
    Ok(found > 0)
}

/// Enters a signature.
///
/// # Errors
/// `AlreadyExists` where the participant signed this text.
pub async fn insert(tx: &Tx<'_>, signature: &Signature, signatory: &Participant) -> Result<()> {
    let row = ActiveModel {
        id: Set(signature.id),
        agreement: Set(signature.agreement),
        edition: Set(signature.edition),
        participant: Set(signature.participant),
        kind: Set(signature.kind.number()),
        means: Set(signature.means.number()),
        evidence: Set(signature.evidence.clone()),
        sign_time: Set(signature.sign_time),
        create_time: Set(signature.create_time),
    };
    let taken = || Error::AlreadyExists { resource: signatory.name() };
    Entity::insert(row).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    Ok(())
}

fn model(agreement: &Agreement, row: Model) -> Result<Signature> {
    Ok(Signature {
        id: row.id,
        mediation: agreement.mediation,
        agreement: row.agreement,
        edition: row.edition,
        participant: row.participant,
        kind: known(row.kind, TABLE, row.id)?,
        means: known(row.means, TABLE, row.id)?,
        evidence: row.evidence,
        sign_time: row.sign_time,
        create_time: row.create_time,
    })
}
