//! Agents of parties.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query,
};
use uuid::Uuid;

use super::Sealed;
use crate::{
    cases::{MandateBasis, MandateExtent},
    db::{Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::{
            agent::{ActiveModel, Column, Entity, Model},
            participant,
        },
        model::{Agent, Mediation, Participant, agent_name},
    },
    wire::{days, from_days},
};

const DISPLAY_NAME: Sealed = Sealed("mediation_agents|display_name");
const PHONE: Sealed = Sealed("mediation_agents|phone");

/// One agent of a party.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, party: &Participant, id: Uuid) -> Result<Agent> {
    let row = Entity::find_by_id(id).filter(Column::Participant.eq(party.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(agent_name(party.mediation, party.id, id)))?;
    model(rows, party.mediation, row)
}

/// Agents of a party in the order of their appointment.
pub async fn list(rows: &impl Rows, party: &Participant, after: Option<Uuid>, limit: u64) -> Result<Vec<Agent>> {
    let mut query = Entity::find().filter(Column::Participant.eq(party.id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, party.mediation, row)).collect()
}

/// How many a party has had.
pub async fn count(rows: &impl Rows, party: &Participant) -> Result<u64> {
    Ok(Entity::find().filter(Column::Participant.eq(party.id)).count(&rows.on()).await?)
}

fn of_parties(mediation: &Mediation) -> sea_query::Expr {
    let parties = participant::Entity::find()
        .select_only()
        .column(participant::Column::Id)
        .filter(participant::Column::Mediation.eq(mediation.id))
        .into_query();
    Column::Participant.in_subquery(parties)
}

/// How many agents by written mandate a mediation has had.
pub async fn mandates(rows: &impl Rows, mediation: &Mediation) -> Result<usize> {
    let query = Entity::find().filter(of_parties(mediation));
    let query = query.filter(Column::Basis.eq(MandateBasis::WrittenMandate.number()));
    Ok(usize::try_from(query.count(&rows.on()).await?).unwrap_or(usize::MAX))
}

/// All agents that parties of a mediation have had, in the order of their appointment.
pub async fn of_mediation(rows: &impl Rows, mediation: &Mediation) -> Result<Vec<Agent>> {
    let query = Entity::find().filter(of_parties(mediation)).order_by_asc(Column::Id);
    let found = query.all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, mediation.id, row)).collect()
}

/// Enters an agent.
pub async fn insert(tx: &Tx<'_>, agent: &Agent) -> Result<()> {
    let row = agent.id.to_string();
    let model = ActiveModel {
        id: Set(agent.id),
        participant: Set(agent.participant),
        display_name: Set(DISPLAY_NAME.seal(tx.keys(), &row, &agent.display_name)),
        phone: Set(PHONE.seal_some(tx.keys(), &row, agent.phone.as_ref())),
        basis: Set(agent.basis.number()),
        extent: Set(agent.extent.number()),
        document_number: Set(agent.document_number.clone()),
        evidence: Set(agent.evidence.clone()),
        start_date: Set(days(agent.start_date)),
        end_date: Set(agent.end_date.map(days)),
        revoke_time: Set(agent.revoke_time),
        create_time: Set(agent.create_time),
        version: Set(agent.version),
    };
    Entity::insert(model).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes that a mandate was revoked.
pub async fn save_end(tx: &Tx<'_>, agent: &Agent) -> Result<()> {
    let model =
        ActiveModel { revoke_time: Set(agent.revoke_time), version: Set(agent.version), ..ActiveModel::default() };
    Entity::update_many().set(model).filter(Column::Id.eq(agent.id)).exec(tx.conn()).await?;
    Ok(())
}

fn model(rows: &impl Rows, mediation: Uuid, row: Model) -> Result<Agent> {
    let key = row.id.to_string();
    let unknown = || Error::internal(format!("agent {} has an unknown number", row.id));
    Ok(Agent {
        id: row.id,
        mediation,
        participant: row.participant,
        display_name: DISPLAY_NAME.open(rows, &key, &row.display_name)?,
        phone: PHONE.open_some(rows, &key, row.phone.as_ref())?,
        basis: MandateBasis::from_number(row.basis).ok_or_else(unknown)?,
        extent: MandateExtent::from_number(row.extent).ok_or_else(unknown)?,
        document_number: row.document_number,
        evidence: row.evidence,
        start_date: from_days(row.start_date),
        end_date: row.end_date.map(from_days),
        revoke_time: row.revoke_time,
        create_time: row.create_time,
        version: row.version,
    })
}
