//! Taking back a performance that was entered wrongly.

use uuid::Uuid;

use super::{Contribute, Performed, record_obligation};
use crate::{
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, ObligationStep},
        model::{Agreement, Detail, Mediation, Obligation, Performance},
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
    /// It was paid, and the money went back.
    pub refunded: bool,
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
        if self.refunded && before.kind == ObligationKind::Act {
            return Err(Error::field("refunded", "is not taken for an act"));
        }
        performance.reverse_time = Some(tx.call().now);
        performance.reverse_reason = Some(self.reason.clone());
        store::performances::save_reversal(tx, &performance).await?;

        let obligation = without(tx, &agreement, &before, &performance).await?;
        store::obligations::save(tx, &obligation).await?;
        let mut detail = vec![("performance", name)];
        if before.kind == ObligationKind::Payment {
            detail.push(("amount", yuan(performance.amount)));
        }
        record_obligation(tx, &mediation, "obligation.performance_reversed", &before, &obligation, detail);
        self.correct_plan(tx, &mediation, &agreement, &before, &performance).await?;
        let ways = super::ways(tx, &self.catalog, &mediation, &agreement, &obligation, tx.call().now).await?;
        Ok(Performed { obligation, ways })
    }
}

impl Reverse {
    /// Takes a payment out of the plan's book, as far as it is still there: what a void agreement had paid back is.
    async fn correct_plan(
        &self,
        tx: &Tx<'_>,
        mediation: &Mediation,
        agreement: &Agreement,
        obligation: &Obligation,
        performance: &Performance,
    ) -> Result<()> {
        let Some(line) = &obligation.line else { return Ok(()) };
        let own = store::contributions::balance(tx, agreement, line, obligation.debtor).await?;
        let amount = performance.amount.min(own.paid);
        if amount == 0 {
            return Ok(());
        }
        let entry = Contribute {
            mediation: self.mediation,
            agreement: self.agreement,
            line: line.clone(),
            participant: obligation.debtor,
            kind: if self.refunded { ContributionKind::Refunded } else { ContributionKind::Reversed },
            amount,
            evidence: None,
            contribute_time: tx.call().now,
        };
        entry.enter(tx, mediation, agreement).await.map(drop)
    }
}

/// The obligation without a performance.
async fn without(
    tx: &Tx<'_>,
    agreement: &Agreement,
    before: &Obligation,
    performance: &Performance,
) -> Result<Obligation> {
    let mut obligation = before.clone();
    obligation.performed -= performance.amount;
    obligation.version += 1;
    let reopens = match before.state {
        // Of an act, what did not complete it leaves it done.
        ObligationState::Performed => before.kind == ObligationKind::Payment || performance.complete,
        // What was left of it was waived, and that is more now.
        ObligationState::Waived => true,
        ObligationState::Pending
        | ObligationState::PartPerformed
        | ObligationState::Overdue
        | ObligationState::Disputed
        | ObligationState::Breached
        | ObligationState::Void => false,
    };
    let step = if reopens { ObligationStep::Reopen } else { ObligationStep::Reverse };
    obligation.state = flow::next(flow::OBLIGATION, &before.name(), before.state, step)?;
    if reopens || before.state == ObligationState::PartPerformed {
        (obligation.end_time, obligation.late, obligation.state_before) = (None, false, None);
        obligation.state = owed(tx, agreement, before, &obligation).await?;
        if obligation.state == ObligationState::Void {
            obligation.end_time = Some(tx.call().now);
        }
    } else if before.state == ObligationState::Performed {
        obligation.end_time = store::performances::last_time(tx, before).await?;
        obligation.late = obligation.end_time.is_some_and(|time| before.is_late_at(time));
    }
    Ok(obligation)
}

/// Where an obligation stands that is owed after all.
async fn owed(
    tx: &Tx<'_>,
    agreement: &Agreement,
    before: &Obligation,
    obligation: &Obligation,
) -> Result<ObligationState> {
    if agreement.state == AgreementState::Void {
        return Ok(ObligationState::Void);
    }
    if let Some(state @ (ObligationState::Disputed | ObligationState::Breached)) = before.state_before {
        return Ok(state);
    }
    let begun = obligation.begun(store::performances::any(tx, obligation).await?);
    Ok(obligation.owed_again(begun, tx.call().now))
}
