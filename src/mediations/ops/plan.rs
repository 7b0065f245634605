//! Setting who bears the cost.

use std::collections::HashMap;

use uuid::Uuid;

use super::record_agreement;
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, AgreementStep},
        model::{Agreement, Bound, Detail, Line, Mediation, Payer, Plan, Share, Sums, share_out},
        numbers::Kind,
        store,
    },
    money::{Fen, yuan},
    wire::ensure_etag,
};

/// Sets who bears the cost under the current version. The lines are checked to be as much as the cost.
pub struct SetPlan {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub etag: String,
    pub cost: Fen,
    pub lines: Vec<Line>,
    /// Shares in the pool that are not one.
    pub weights: HashMap<Uuid, i32>,
}

/// A plan with what came of it so far.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The mediation.
    pub mediation: Uuid,
    /// The plan.
    pub plan: Plan,
    /// What was pledged and paid, by line.
    pub totals: HashMap<String, Sums>,
    /// What the members of the pool owe.
    pub bound: Bound,
}

impl Command for SetPlan {
    type Answer = Standing;
    const NAME: &'static str = "agreements.set_plan";

    async fn run(&self, tx: &Tx<'_>) -> Result<Standing> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut agreement = before.clone();
        agreement.state = flow::next(flow::AGREEMENT, &before.name(), before.state, AgreementStep::Plan)?;
        self.ensure_payers(tx, &mediation).await?;
        let plan = Plan {
            id: tx.call().new_id(),
            agreement: before.id,
            cost: self.cost,
            lines: self.lines.clone(),
            create_time: tx.call().now,
        };
        let shares = self.shares(tx, &mediation, &plan).await?;
        ensure_kept(tx, &before, &plan, &shares).await?;
        store::plans::insert(tx, &plan, &shares).await?;
        agreement.plan = Some(plan.id);
        agreement.version += 1;
        store::agreements::save(tx, &agreement).await?;
        let detail = vec![("cost", yuan(plan.cost)), ("lines", plan.lines.len().to_string())];
        record_agreement(tx, &mediation, "agreement.planned", Some(&before), &agreement, detail);
        let totals = store::contributions::totals(tx, &agreement).await?;
        let bound = store::plans::bound(tx, &agreement, &plan).await?;
        Ok(Standing { mediation: mediation.id, plan, totals, bound })
    }
}

impl SetPlan {
    /// Who pays or bears is bound by the agreement in any case.
    async fn ensure_payers(&self, tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
        for line in &self.lines {
            let (Payer::Party(id) | Payer::Pool { bearer: id }) = line.payer;
            let party = store::participants::find(tx, mediation, id).await?;
            if party.kind != Kind::NecessaryParty {
                return Err(Error::Precondition { resource: party.name(), condition: "NOT_A_NECESSARY_PARTY" });
            }
        }
        Ok(())
    }

    /// The shares of the pool, among those who are there now.
    async fn shares(&self, tx: &Tx<'_>, mediation: &Mediation, plan: &Plan) -> Result<Vec<Share>> {
        let Some(pool) = plan.pool() else { return Ok(Vec::new()) };
        let members = store::plans::members(tx, mediation).await?;
        if let Some(other) = self.weights.keys().filter(|id| !members.contains(id)).min() {
            let party = store::participants::find(tx, mediation, *other).await?;
            return Err(Error::Precondition { resource: party.name(), condition: "NOT_AN_ACCEDING_PARTY" });
        }
        let weighed = members.into_iter().map(|id| (id, self.weights.get(&id).copied().unwrap_or(1)));
        let weighed: Vec<(Uuid, i32)> = weighed.filter(|(_, weight)| *weight > 0).collect();
        if weighed.is_empty() {
            return Err(Error::Precondition { resource: mediation.name(), condition: "POOL_EMPTY" });
        }
        let weights: Vec<i32> = weighed.iter().map(|(_, weight)| *weight).collect();
        let amounts = share_out(pool.amount, &weights);
        let share = |((participant, weight), amount)| Share { participant, weight, amount };
        Ok(weighed.into_iter().zip(amounts).map(share).collect())
    }
}

/// What was entered under the plan before stays within this one.
async fn ensure_kept(tx: &Tx<'_>, agreement: &Agreement, plan: &Plan, shares: &[Share]) -> Result<()> {
    let shares: HashMap<Uuid, Fen> = shares.iter().map(|share| (share.participant, share.amount)).collect();
    // A pledge is no money: where the new plan asks for less, less is paid.
    let mut lines: HashMap<String, Fen> = HashMap::new();
    for (key, sums) in store::contributions::totals(tx, agreement).await? {
        *lines.entry(key).or_default() += sums.paid;
    }
    let mut each: HashMap<(String, Uuid), Fen> = HashMap::new();
    for (key, participant, sums) in store::contributions::balances(tx, agreement).await? {
        *each.entry((key, participant)).or_default() += sums.paid;
    }
    let due = |key: &str, participant: Uuid| plan.due(key, participant, shares.get(&participant).copied());
    let mut named = true;
    for (key, debtor, owed) in store::obligations::lines(tx, agreement).await? {
        named &= due(&key, debtor).is_some();
        *lines.entry(key.clone()).or_default() += owed;
        *each.entry((key, debtor)).or_default() += owed;
    }
    let kept = named
        && lines.iter().all(|(key, sum)| *sum <= plan.line(key).map_or(0, |line| line.amount))
        && each.iter().all(|((key, participant), sum)| *sum <= due(key, *participant).unwrap_or(0));
    if kept { Ok(()) } else { Err(Error::Precondition { resource: agreement.name(), condition: "LINE_IN_USE" }) }
}
