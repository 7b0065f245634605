//! Signatures under agreements. They are entered and never changed, but for the mark that they were struck.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::{known, known_some};
use crate::{
    call::Micros,
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::signature::{ActiveModel, Column, Entity, Model},
        model::{Agreement, Participant, Signature},
        numbers::{Kind, Numbered},
    },
};

const TABLE: &str = "agreement_signatures";

/// One signature.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, agreement: &Agreement, id: Uuid) -> Result<Signature> {
    let row = Entity::find_by_id(id).filter(Column::Agreement.eq(agreement.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(format!("{}/signatures/{id}", agreement.name())))?;
    model(agreement, row)
}

/// Those that count under the current text.
fn standing(agreement: &Agreement) -> Select<Entity> {
    Entity::find()
        .filter(Column::Agreement.eq(agreement.id))
        .filter(Column::Edition.eq(agreement.edition))
        .filter(Column::StrikeTime.is_null())
}

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
    let found = Entity::find()
        .filter(Column::Participant.eq(participant.id))
        .filter(Column::StrikeTime.is_null())
        .filter(current)
        .count(&rows.on())
        .await?;
    Ok(found > 0)
}

/// Those of some participants who signed the current text.
pub async fn signed_among(
    rows: &impl Rows,
    agreement: &Agreement,
    participants: impl IntoIterator<Item = Uuid>,
) -> Result<HashSet<Uuid>> {
    let query =
        standing(agreement).select_only().column(Column::Participant).filter(Column::Participant.is_in(participants));
    let found: Vec<Uuid> = query.into_tuple().all(&rows.on()).await?;
    Ok(found.into_iter().collect())
}

/// Since when the first and the last of some participants are bound by the agreement in effect.
pub async fn effects(
    rows: &impl Rows,
    agreement: &Agreement,
    participants: &[Uuid],
) -> Result<Option<(Micros, Micros)>> {
    let query = standing(agreement)
        .select_only()
        .column_as(Column::SignTime.min(), "first")
        .column_as(Column::SignTime.max(), "last")
        .filter(Column::Participant.is_in(participants.iter().copied()));
    let found: Option<(Option<Micros>, Option<Micros>)> = query.into_tuple().one(&rows.on()).await?;
    let signed = found.and_then(|(first, last)| first.zip(last));
    Ok(agreement.effect_time.zip(signed).map(|(effect, (first, last))| (effect.max(first), effect.max(last))))
}

/// When the last of so many acceding parties signed the current text, as they signed and not as it was entered.
///
/// Reads as many entries of an index; asked for once, when all else is there.
pub async fn nth_acceding(rows: &impl Rows, agreement: &Agreement, count: i32) -> Result<Option<Micros>> {
    let query = standing(agreement)
        .select_only()
        .column(Column::SignTime)
        .filter(Column::Kind.eq(Kind::AccedingParty.number()))
        .order_by_asc(Column::SignTime)
        .offset(u64::try_from(count - 1).unwrap_or(0));
    Ok(query.into_tuple().one(&rows.on()).await?)
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
        capacity: Set(signature.capacity.number()),
        agent: Set(signature.agent),
        strike_time: Set(None),
        strike_reason: Set(None),
    };
    let taken = || Error::AlreadyExists { resource: signatory.name() };
    Entity::insert(row).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    Ok(())
}

/// Marks a signature as struck.
pub async fn save_strike(tx: &Tx<'_>, signature: &Signature) -> Result<()> {
    let row = ActiveModel {
        strike_time: Set(signature.strike.map(|(time, _)| time)),
        strike_reason: Set(signature.strike.map(|(_, reason)| reason.number())),
        ..ActiveModel::default()
    };
    Entity::update_many().set(row).filter(Column::Id.eq(signature.id)).exec(tx.conn()).await?;
    Ok(())
}

/// When the last necessary party and when the first mediator signed the current text.
pub async fn element_times(rows: &impl Rows, agreement: &Agreement) -> Result<(Option<Micros>, Option<Micros>)> {
    let of = |kind: Kind| standing(agreement).select_only().filter(Column::Kind.eq(kind.number()));
    let last = of(Kind::NecessaryParty).column_as(Column::SignTime.max(), "time");
    let first = of(Kind::Mediator).column_as(Column::SignTime.min(), "time");
    let last: Option<Option<Micros>> = last.into_tuple().one(&rows.on()).await?;
    let first: Option<Option<Micros>> = first.into_tuple().one(&rows.on()).await?;
    Ok((last.flatten(), first.flatten()))
}

/// From when a signature binds a party: by the agreement in effect, and not before it was given.
fn effect_of(agreement: &Agreement, edition: i32, kind: Kind, sign_time: Micros) -> Option<Micros> {
    let binds = kind.is_party() && edition == agreement.edition;
    agreement.effect_time.filter(|_| binds).map(|effect| effect.max(sign_time))
}

fn model(agreement: &Agreement, row: Model) -> Result<Signature> {
    let kind = known(row.kind, TABLE, row.id)?;
    let strike = row.strike_time.zip(known_some(row.strike_reason, TABLE, row.id)?);
    Ok(Signature {
        id: row.id,
        mediation: agreement.mediation,
        agreement: row.agreement,
        edition: row.edition,
        participant: row.participant,
        kind,
        means: known(row.means, TABLE, row.id)?,
        evidence: row.evidence,
        sign_time: row.sign_time,
        create_time: row.create_time,
        capacity: known(row.capacity, TABLE, row.id)?,
        agent: row.agent,
        effect_time: effect_of(agreement, row.edition, kind, row.sign_time).filter(|_| strike.is_none()),
        strike,
    })
}
