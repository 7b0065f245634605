//! Challenges of mediators.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Sealed, known};
use crate::{
    db::{Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::challenge::{ActiveModel, Column, Entity, Model},
        model::{Challenge, Detail, Mediation},
        numbers::{ChallengeState, Numbered},
    },
};

const TABLE: &str = "mediation_challenges";
const STATEMENT: Sealed = Sealed("mediation_challenges|statement");
const DECISION: Sealed = Sealed("mediation_challenges|decision");

/// One challenge.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, mediation: &Mediation, id: Uuid, detail: Detail) -> Result<Challenge> {
    let row = Entity::find_by_id(id).filter(Column::Mediation.eq(mediation.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(mediation.child("challenges", id)))?;
    model(rows, row, detail)
}

/// How many there are.
pub async fn count(rows: &impl Rows, mediation: &Mediation) -> Result<usize> {
    let found = Entity::find().filter(Column::Mediation.eq(mediation.id)).count(&rows.on()).await?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

/// Challenges in the order of their entry.
pub async fn list(rows: &impl Rows, mediation: &Mediation, after: Option<Uuid>, limit: u64) -> Result<Vec<Challenge>> {
    let mut query = Entity::find().filter(Column::Mediation.eq(mediation.id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, row, Detail::Basic)).collect()
}

/// Those against a mediator that are to be decided.
pub async fn pending(rows: &impl Rows, mediation: &Mediation, mediator: Uuid) -> Result<Vec<Challenge>> {
    let query = Entity::find().filter(Column::Mediation.eq(mediation.id)).filter(Column::Mediator.eq(mediator));
    let query = query.filter(Column::State.eq(ChallengeState::Pending.number()));
    let found = query.order_by_asc(Column::Id).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, row, Detail::Basic)).collect()
}

/// Enters a challenge.
pub async fn insert(tx: &Tx<'_>, challenge: &Challenge) -> Result<()> {
    let row = challenge.id.to_string();
    let model = ActiveModel {
        id: Set(challenge.id),
        mediation: Set(challenge.mediation),
        mediator: Set(challenge.mediator),
        challenger: Set(challenge.challenger),
        ground: Set(challenge.ground.number()),
        state: Set(challenge.state.number()),
        statement: Set(STATEMENT.seal_some(tx.keys(), &row, challenge.statement.as_ref())),
        raise_time: Set(challenge.raise_time),
        decision: Set(None),
        decide_time: Set(None),
        create_time: Set(challenge.create_time),
        version: Set(challenge.version),
    };
    Entity::insert(model).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes how it was decided.
pub async fn save_decision(tx: &Tx<'_>, challenge: &Challenge) -> Result<()> {
    let row = challenge.id.to_string();
    let model = ActiveModel {
        state: Set(challenge.state.number()),
        decision: Set(DECISION.seal_some(tx.keys(), &row, challenge.decision.as_ref())),
        decide_time: Set(challenge.decide_time),
        version: Set(challenge.version),
        ..ActiveModel::default()
    };
    Entity::update_many().set(model).filter(Column::Id.eq(challenge.id)).exec(tx.conn()).await?;
    Ok(())
}

fn model(rows: &impl Rows, row: Model, detail: Detail) -> Result<Challenge> {
    let key = row.id.to_string();
    Ok(Challenge {
        id: row.id,
        mediation: row.mediation,
        mediator: row.mediator,
        challenger: row.challenger,
        ground: known(row.ground, TABLE, row.id)?,
        state: known(row.state, TABLE, row.id)?,
        statement: STATEMENT.open_in(detail, rows, &key, row.statement.as_ref())?,
        raise_time: row.raise_time,
        decision: DECISION.open_in(detail, rows, &key, row.decision.as_ref())?,
        decide_time: row.decide_time,
        create_time: row.create_time,
        version: row.version,
    })
}
