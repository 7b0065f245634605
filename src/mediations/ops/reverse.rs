//! Taking back a performance that was entered wrongly.

use uuid::Uuid;

use super::{Contribute, Performed, record_obligation};
use crate::{
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, ObligationStep},
        model::{Agreement, Detail, Obligation, Performance},
        numbers::{AgreementState, ContributionKind, ObligationKind, ObligationState},
        store,
    },
    money::yuan,
};

/// Reverses a performance. The entry stays on record, with the reason.
pub struct Reverse {
    pub catalog: Catalog,
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub obligation: Uuid,
    pub performance: Uuid,
    pub reason: String,
}

impl Command for Reverse {
    type Answer = Performed;
    const NAME: &'static str = "agreements.reverse_performance";

    async fn run(&self, tx: &Tx<'_>) -> Result<Performed> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let before = store::obligations::find(tx, &agreement, self.obligation, Detail::Basic).await?;
        let mut performance = store::performances::find(tx, &before, self.performance).await?;
        let name = before.performance_name(performance.id);
        if performance.reverse_time.is_some() {
            return Err(Error::Precondition { resource: name, condition: "ALREADY_REVERSED" });
        }
        let end = match before.state {
            ObligationState::Performed => store::performances::last_entered(tx, &before).await?,
            _ => None,
        };
        performance.reverse_time = Some(tx.call().now);
        performance.reverse_reason = Some(self.reason.clone());
        store::performances::save_reversal(tx, &performance).await?;

        let obligation = without(tx, &agreement, &before, &performance, end).await?;
        store::obligations::save(tx, &obligation).await?;
        let mut detail = vec![("performance", name)];
        if before.kind == ObligationKind::Payment {
            detail.push(("amount", yuan(performance.amount)));
        }
        record_obligation(tx, &mediation, "obligation.performance_reversed", &before, &obligation, detail);
        if let Some(line) = &before.line {
            let reversed = Contribute {
                mediation: self.mediation,
                agreement: self.agreement,
                line: line.clone(),
                participant: before.debtor,
                kind: ContributionKind::Reversed,
                amount: performance.amount,
                evidence: None,
                contribute_time: tx.call().now,
            };
            reversed.enter(tx, &mediation, &agreement).await?;
        }
        let ways = super::ways(tx, &self.catalog, &mediation, &agreement, tx.call().now).await?;
        Ok(Performed { obligation, ways })
    }
}

/// The obligation without a performance; `end` is the one by which all of it was done.
async fn without(
    tx: &Tx<'_>,
    agreement: &Agreement,
    before: &Obligation,
    performance: &Performance,
    end: Option<Performance>,
) -> Result<Obligation> {
    let mut obligation = before.clone();
    obligation.performed -= performance.amount;
    obligation.version += 1;
    // Of an act, what did not complete it leaves it done.
    let reopens = end.is_some() && (before.kind == ObligationKind::Payment || performance.complete);
    let step = if reopens { ObligationStep::Reopen } else { ObligationStep::Reverse };
    obligation.state = flow::next(flow::OBLIGATION, &before.name(), before.state, step)?;
    let owed_as_before = reopens || before.state == ObligationState::PartPerformed;
    if owed_as_before {
        (obligation.end_time, obligation.late) = (None, false);
        obligation.state = before_it(tx, agreement, &obligation, end).await?;
        if obligation.state == ObligationState::Void {
            obligation.end_time = Some(tx.call().now);
        }
    } else if before.state == ObligationState::Performed {
        obligation.end_time = store::performances::last_time(tx, before).await?;
        obligation.late = obligation.end_time.is_some_and(|time| before.is_late_at(time));
    }
    Ok(obligation)
}

/// Where an obligation stands on which all was not done after all.
async fn before_it(
    tx: &Tx<'_>,
    agreement: &Agreement,
    obligation: &Obligation,
    end: Option<Performance>,
) -> Result<ObligationState> {
    if agreement.state == AgreementState::Void {
        return Ok(ObligationState::Void);
    }
    let stood = end.and_then(|performance| performance.state_before);
    if let Some(state @ (ObligationState::Disputed | ObligationState::Breached)) = stood {
        return Ok(state);
    }
    let begun = obligation.begun(store::performances::any(tx, obligation).await?);
    Ok(obligation.owed_again(begun, tx.call().now))
}
