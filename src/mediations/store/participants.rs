//! Participants of a mediation.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Sealed, filter, known, known_some};
use crate::{
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    filter::Expr,
    mediations::{
        entity::participant::{ActiveModel, Column, Entity, Model},
        model::{Detail, Mediation, Participant},
        numbers::Numbered,
    },
};

const TABLE: &str = "mediation_participants";
const DISPLAY_NAME: Sealed = Sealed("mediation_participants|display_name");
const PHONE: Sealed = Sealed("mediation_participants|phone");
const NEEDS: Sealed = Sealed("mediation_participants|needs");
const STATEMENT: Sealed = Sealed("mediation_participants|consent_statement");

/// One participant.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, mediation: &Mediation, id: Uuid) -> Result<Participant> {
    let row = Entity::find_by_id(id).filter(Column::Mediation.eq(mediation.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(mediation.child("participants", id)))?;
    model(rows, row, Detail::Basic)
}

/// These participants, in the order of their invitation.
///
/// # Errors
/// `NotFound` naming the first that is none of the mediation's.
pub async fn find_all(rows: &impl Rows, mediation: &Mediation, ids: &[Uuid]) -> Result<Vec<Participant>> {
    let found = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Mediation.eq(mediation.id))
        .order_by_asc(Column::Id)
        .all(&rows.on())
        .await?;
    if let Some(missing) = ids.iter().find(|id| !found.iter().any(|row| row.id == **id)) {
        return Err(Error::not_found(mediation.child("participants", *missing)));
    }
    found.into_iter().map(|row| model(rows, row, Detail::Basic)).collect()
}

/// Participants in the order of their invitation.
pub async fn list(
    rows: &impl Rows,
    mediation: &Mediation,
    wanted: Option<&Expr>,
    after: Option<Uuid>,
    limit: u64,
    detail: Detail,
) -> Result<Vec<Participant>> {
    let mut query = Entity::find().filter(Column::Mediation.eq(mediation.id));
    if let Some(expr) = wanted {
        query = query.filter(filter::participants(expr)?);
    }
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, row, detail)).collect()
}

/// Enters a participant.
///
/// # Errors
/// `AlreadyExists` where the cadre or organization takes part already.
pub async fn insert(tx: &Tx<'_>, participant: &Participant) -> Result<()> {
    let row = participant.id.to_string();
    let model = ActiveModel {
        id: Set(participant.id),
        mediation: Set(participant.mediation),
        kind: Set(participant.kind.number()),
        identity: Set(participant.identity.clone()),
        posting: Set(participant.posting.clone()),
        display_name: Set(DISPLAY_NAME.seal(tx.keys(), &row, &participant.display_name)),
        phone: Set(PHONE.seal_some(tx.keys(), &row, participant.phone.as_ref())),
        needs: Set(NEEDS.seal_some(tx.keys(), &row, participant.needs.as_ref())),
        chosen_by: Set(participant.chosen_by.map(Numbered::number)),
        invitation_consent_time: Set(participant.invitation_consent_time),
        consent: Set(participant.consent.map(Numbered::number)),
        consent_time: Set(participant.consent_time),
        consent_statement: Set(None),
        create_time: Set(participant.create_time),
        version: Set(participant.version),
    };
    let taken = || Error::AlreadyExists { resource: participant.identity.clone().unwrap_or_default() };
    Entity::insert(model).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    Ok(())
}

/// Writes what a party said to the mediation.
pub async fn save_consent(tx: &Tx<'_>, participant: &Participant) -> Result<()> {
    let row = participant.id.to_string();
    let model = ActiveModel {
        consent: Set(participant.consent.map(Numbered::number)),
        consent_time: Set(participant.consent_time),
        consent_statement: Set(STATEMENT.seal_some(tx.keys(), &row, participant.consent_statement.as_ref())),
        version: Set(participant.version),
        ..ActiveModel::default()
    };
    Entity::update_many().set(model).filter(Column::Id.eq(participant.id)).exec(tx.conn()).await?;
    Ok(())
}

fn model(rows: &impl Rows, row: Model, detail: Detail) -> Result<Participant> {
    let key = row.id.to_string();
    Ok(Participant {
        id: row.id,
        mediation: row.mediation,
        kind: known(row.kind, TABLE, row.id)?,
        display_name: DISPLAY_NAME.open(rows, &key, &row.display_name)?,
        phone: PHONE.open_some(rows, &key, row.phone.as_ref())?,
        needs: NEEDS.open_in(detail, rows, &key, row.needs.as_ref())?,
        chosen_by: known_some(row.chosen_by, TABLE, row.id)?,
        invitation_consent_time: row.invitation_consent_time,
        consent: known_some(row.consent, TABLE, row.id)?,
        consent_time: row.consent_time,
        consent_statement: STATEMENT.open_in(detail, rows, &key, row.consent_statement.as_ref())?,
        create_time: row.create_time,
        version: row.version,
        identity: row.identity,
        posting: row.posting,
    })
}
