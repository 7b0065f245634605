//! What is done on an obligation.

use uuid::Uuid;

use super::{Contribute, record_obligation};
use crate::{
    call::Micros,
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, ObligationStep},
        model::{Detail, Obligation, Performance},
        numbers::{ContributionKind, ObligationKind},
        store,
    },
    money::{Fen, yuan},
};

/// Records what was done on an obligation.
pub struct Perform {
    pub catalog: Catalog,
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub obligation: Uuid,
    /// Of a payment.
    pub amount: Option<Fen>,
    /// Of an act.
    pub complete: bool,
    pub perform_time: Micros,
    pub evidence: Option<String>,
    pub text: Option<String>,
}

/// An obligation with the ways that are open about it.
#[derive(Debug, Clone)]
pub struct Performed {
    pub obligation: Obligation,
    pub ways: crate::mediations::model::Ways,
}

impl Command for Perform {
    type Answer = Performed;
    const NAME: &'static str = "agreements.perform";

    async fn run(&self, tx: &Tx<'_>) -> Result<Performed> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let before = store::obligations::find(tx, &agreement, self.obligation, Detail::Basic).await?;
        let performance = self.performance(tx, &before)?;
        let step = before.step_of(&performance);
        let mut obligation = before.clone();
        obligation.state = flow::next(flow::OBLIGATION, &before.name(), before.state, step)?;
        obligation.performed += performance.amount;
        if before.kind == ObligationKind::Payment && obligation.performed > before.amount {
            return Err(Error::Precondition { resource: before.name(), condition: "MORE_THAN_OWED" });
        }
        if step == ObligationStep::Perform {
            // What is entered last was not always done last.
            let before_it = store::performances::last_time(tx, &before).await?;
            let last = before_it.map_or(self.perform_time, |time| time.max(self.perform_time));
            obligation.state_before = Some(before.state);
            obligation.end_time = Some(last);
            obligation.late = before.is_late_at(last);
        }
        obligation.version += 1;
        store::performances::insert(tx, &performance).await?;
        store::obligations::save(tx, &obligation).await?;
        let what = match before.kind {
            ObligationKind::Act => ("complete", self.complete.to_string()),
            ObligationKind::Payment => ("amount", yuan(performance.amount)),
        };
        let detail = vec![("performance", before.performance_name(performance.id)), what];
        record_obligation(tx, &mediation, "obligation.performed", &before, &obligation, detail);
        if let Some(line) = &before.line {
            let paid = Contribute {
                mediation: self.mediation,
                agreement: self.agreement,
                line: line.clone(),
                participant: before.debtor,
                kind: ContributionKind::Paid,
                amount: performance.amount,
                evidence: self.evidence.clone(),
                contribute_time: self.perform_time,
            };
            paid.enter(tx, &mediation, &agreement).await?;
        }
        let ways = super::ways(tx, &self.catalog, &mediation, &agreement, &obligation, tx.call().now).await?;
        Ok(Performed { obligation, ways })
    }
}

impl Perform {
    fn performance(&self, tx: &Tx<'_>, of: &Obligation) -> Result<Performance> {
        let amount = match (of.kind, self.amount) {
            (ObligationKind::Payment, Some(amount)) => amount,
            (ObligationKind::Payment, None) => {
                return Err(Error::field("performance.amount", "is required for a payment"));
            }
            (ObligationKind::Act, None) => 0,
            (ObligationKind::Act, Some(_)) => {
                return Err(Error::field("performance.amount", "is not taken for an act"));
            }
        };
        Ok(Performance {
            id: tx.call().new_id(),
            obligation: of.id,
            amount,
            complete: self.complete && of.kind == ObligationKind::Act,
            perform_time: self.perform_time,
            evidence: self.evidence.clone(),
            text: self.text.clone(),
            create_time: tx.call().now,
            reverse_time: None,
            reverse_reason: None,
        })
    }
}
