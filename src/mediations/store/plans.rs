//! Plans of who bears the cost, and their shares.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::{
    db::{Rows, Tx, sql},
    error::{Error, Result},
    mediations::{
        entity::{line, participant, plan, share},
        model::{Agreement, Bound, Line, Mediation, Payer, Plan, Share},
        numbers::{Kind, Numbered},
    },
    money::Fen,
};

/// Rows of one statement.
const AT_ONCE: usize = 1_000;

/// The plan of the current version.
pub async fn find(rows: &impl Rows, agreement: &Agreement) -> Result<Option<Plan>> {
    let Some(id) = agreement.plan else { return Ok(None) };
    let found = plan::Entity::find_by_id(id).one(&rows.on()).await?;
    let found = found.ok_or_else(|| Error::internal("the plan of an agreement is gone"))?;
    let lines = line::Entity::find()
        .filter(line::Column::Plan.eq(id))
        .order_by_asc(line::Column::Position)
        .all(&rows.on())
        .await?;
    Ok(Some(Plan {
        id,
        agreement: found.agreement,
        cost: found.cost,
        lines: lines.into_iter().map(model).collect::<Result<_>>()?,
        create_time: found.create_time,
    }))
}

fn model(row: line::Model) -> Result<Line> {
    let payer = match (row.payer, row.bearer) {
        (Some(payer), None) => Payer::Party(payer),
        (None, Some(bearer)) => Payer::Pool { bearer },
        _ => return Err(Error::internal(format!("line {} of plan {} has no payer", row.key, row.plan))),
    };
    Ok(Line { key: row.key, display_name: row.display_name, amount: row.amount, payer })
}

/// The plan of an agreement has a participant as payer, bearer or member of the pool.
pub async fn names(rows: &impl Rows, agreement: &Agreement, participant: Uuid) -> Result<bool> {
    let Some(plan) = find(rows, agreement).await? else { return Ok(false) };
    let is_payer = plan.lines.iter().any(|line| match line.payer {
        Payer::Party(party) | Payer::Pool { bearer: party } => party == participant,
    });
    Ok(is_payer || share(rows, &plan, participant).await?.is_some())
}

/// Enters a plan with the shares of its pool.
pub async fn insert(tx: &Tx<'_>, plan: &Plan, shares: &[Share]) -> Result<()> {
    let row = plan::Model { id: plan.id, agreement: plan.agreement, cost: plan.cost, create_time: plan.create_time };
    plan::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    let lines = plan.lines.iter().zip(0..).map(|(line, position)| {
        let (payer, bearer) = match line.payer {
            Payer::Party(party) => (Some(party), None),
            Payer::Pool { bearer } => (None, Some(bearer)),
        };
        line::ActiveModel {
            plan: Set(plan.id),
            position: Set(position),
            key: Set(line.key.clone()),
            display_name: Set(line.display_name.clone()),
            amount: Set(line.amount),
            payer: Set(payer),
            bearer: Set(bearer),
        }
    });
    line::Entity::insert_many(lines).exec_without_returning(tx.conn()).await?;
    for some in shares.chunks(AT_ONCE) {
        let rows = some.iter().map(|share| share::ActiveModel {
            plan: Set(plan.id),
            participant: Set(share.participant),
            weight: Set(share.weight),
            amount: Set(share.amount),
        });
        share::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Those who may share: the acceding parties, in the order of their invitation.
pub async fn members(rows: &impl Rows, mediation: &Mediation) -> Result<Vec<Uuid>> {
    let query = participant::Entity::find()
        .select_only()
        .column(participant::Column::Id)
        .filter(participant::Column::Mediation.eq(mediation.id))
        .filter(participant::Column::Kind.eq(Kind::AccedingParty.number()))
        .order_by_asc(participant::Column::Id);
    Ok(query.into_tuple().all(&rows.on()).await?)
}

/// The share of one party.
pub async fn share(rows: &impl Rows, plan: &Plan, participant: Uuid) -> Result<Option<Share>> {
    Ok(share::Entity::find_by_id((plan.id, participant)).one(&rows.on()).await?.map(shared))
}

fn shared(row: share::Model) -> Share {
    Share { participant: row.participant, weight: row.weight, amount: row.amount }
}

/// What each of those who share in the pool has.
pub async fn amounts(rows: &impl Rows, plan: &Plan) -> Result<HashMap<Uuid, Fen>> {
    let query = share::Entity::find()
        .select_only()
        .column(share::Column::Participant)
        .column(share::Column::Amount)
        .filter(share::Column::Plan.eq(plan.id));
    let found: Vec<(Uuid, Fen)> = query.into_tuple().all(&rows.on()).await?;
    Ok(found.into_iter().collect())
}

/// Shares in the order of invitation.
pub async fn shares(rows: &impl Rows, plan: &Plan, after: Option<Uuid>, limit: u64) -> Result<Vec<Share>> {
    let mut query = share::Entity::find().filter(share::Column::Plan.eq(plan.id));
    if let Some(id) = after {
        query = query.filter(share::Column::Participant.gt(id));
    }
    let found = query.order_by_asc(share::Column::Participant).limit(limit).all(&rows.on()).await?;
    Ok(found.into_iter().map(shared).collect())
}

/// How much of the pool those owe who signed the current version.
pub async fn bound(rows: &impl Rows, agreement: &Agreement, plan: &Plan) -> Result<Bound> {
    let text = "SELECT COUNT(*) AS members, COUNT(g.id) AS signed, \
                CAST(COALESCE(SUM(CASE WHEN g.id IS NULL THEN 0 ELSE s.amount END), 0) AS bigint) AS amount \
                FROM contribution_shares s LEFT JOIN agreement_signatures g \
                ON g.participant = s.participant AND g.agreement = ? AND g.edition = ? AND g.strike_time IS NULL WHERE s.plan = ?";
    let values = [agreement.id.into(), agreement.edition.into(), plan.id.into()];
    let row = rows.on().query_one_raw(sql(rows.backend(), text, values)).await?;
    let row = row.ok_or_else(|| Error::internal("a sum has no row"))?;
    Ok(Bound {
        members: row.try_get("", "members")?,
        signed: row.try_get("", "signed")?,
        amount: row.try_get("", "amount")?,
    })
}
