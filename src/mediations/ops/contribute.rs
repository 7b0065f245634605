//! What is pledged, paid and paid back under a plan.

use uuid::Uuid;

use super::change;
use crate::{
    call::Micros,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        model::{Agreement, Contribution, Detail, Mediation, Participant, Payer, Sums},
        numbers::{AgreementState, ContributionKind, Numbered},
        store,
    },
    money::{Fen, yuan},
    record::Change,
};

/// Enters what somebody pledged, paid or got back.
pub struct Contribute {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub line: String,
    pub participant: Uuid,
    pub kind: ContributionKind,
    pub amount: Fen,
    pub evidence: Option<String>,
    pub contribute_time: Micros,
}

impl Command for Contribute {
    type Answer = Contribution;
    const NAME: &'static str = "agreements.contribute";

    async fn run(&self, tx: &Tx<'_>) -> Result<Contribution> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        if self.is_of_an_obligation(tx, &agreement).await? {
            return Err(Error::Precondition { resource: agreement.name(), condition: "OWED_AS_OBLIGATION" });
        }
        self.enter(tx, &mediation, &agreement).await
    }
}

impl Contribute {
    /// What is paid on an obligation is entered once: there, whence it comes here. So it is taken back.
    async fn is_of_an_obligation(&self, tx: &Tx<'_>, agreement: &Agreement) -> Result<bool> {
        match self.kind {
            ContributionKind::Pledged | ContributionKind::PledgeWithdrawn => Ok(false),
            ContributionKind::Paid => store::obligations::owes_under(tx, agreement, &self.line, self.participant).await,
            // What was paid for an agreement that is void goes back, whatever it was paid on.
            ContributionKind::Refunded if agreement.state == AgreementState::Void => Ok(false),
            ContributionKind::Refunded | ContributionKind::Reversed => {
                let there = store::obligations::paid_under(tx, agreement, &self.line, self.participant).await?;
                let own = store::contributions::balance(tx, agreement, &self.line, self.participant).await?;
                Ok(there > 0 && self.amount > own.paid - there)
            }
        }
    }

    /// Enters it under an agreement of a locked mediation.
    pub(super) async fn enter(
        &self,
        tx: &Tx<'_>,
        mediation: &Mediation,
        agreement: &Agreement,
    ) -> Result<Contribution> {
        let failed = |condition| Error::Precondition { resource: agreement.name(), condition };
        let party = store::participants::find(tx, mediation, self.participant).await?;
        let own = store::contributions::balance(tx, agreement, &self.line, party.id).await?;
        let whole = store::contributions::totals(tx, agreement).await?.remove(&self.line).unwrap_or_default();
        let (own, whole) = (own.after(self.kind, self.amount), whole.after(self.kind, self.amount));
        match self.kind {
            ContributionKind::Pledged | ContributionKind::Paid if agreement.state == AgreementState::Void => {
                return Err(failed("AGREEMENT_VOID"));
            }
            ContributionKind::Pledged | ContributionKind::Paid => {
                self.ensure_owed(tx, agreement, &party, own, whole).await?;
            }
            // What is taken back need not be owed any more.
            ContributionKind::Refunded | ContributionKind::Reversed if own.paid < 0 => {
                return Err(failed("MORE_THAN_PAID"));
            }
            ContributionKind::PledgeWithdrawn if own.pledged < 0 => return Err(failed("MORE_THAN_PLEDGED")),
            ContributionKind::Refunded | ContributionKind::Reversed | ContributionKind::PledgeWithdrawn => {}
        }
        let entry = Contribution {
            id: tx.call().new_id(),
            mediation: mediation.id,
            agreement: agreement.id,
            line: self.line.clone(),
            participant: party.id,
            kind: self.kind,
            amount: self.amount,
            evidence: self.evidence.clone(),
            contribute_time: self.contribute_time,
            create_time: tx.call().now,
        };
        store::contributions::insert(tx, &entry, own, whole).await?;
        tx.record(Change {
            detail: vec![
                ("line", self.line.clone()),
                ("participant", party.name()),
                ("kind", self.kind.word().to_owned()),
                ("amount", yuan(self.amount)),
            ],
            ..change(mediation, "contribution.recorded", entry.name(), 1)
        });
        Ok(entry)
    }

    /// Nobody pays or pledges more than falls to them; `own` and `whole` are the sums after the entry.
    async fn ensure_owed(
        &self,
        tx: &Tx<'_>,
        agreement: &Agreement,
        party: &Participant,
        own: Sums,
        whole: Sums,
    ) -> Result<()> {
        let failed = |condition| Error::Precondition { resource: agreement.name(), condition };
        let plan = store::plans::find(tx, agreement).await?.ok_or_else(|| failed("PLAN_MISSING"))?;
        let line = plan.line(&self.line).ok_or_else(|| failed("LINE_UNKNOWN"))?;
        let share = store::plans::share(tx, &plan, party.id).await?.map(|share| share.amount);
        let most = plan.due(&self.line, party.id, share);
        let most =
            most.ok_or_else(|| Error::Precondition { resource: party.name(), condition: "NOT_A_CONTRIBUTOR" })?;
        let most = match line.payer {
            // Who bears the shortfall does not pay what those who signed owe.
            Payer::Pool { bearer } if bearer == party.id => {
                most - store::plans::bound(tx, agreement, &plan).await?.amount
            }
            Payer::Pool { .. } | Payer::Party(_) => most,
        };
        let sum = |sums: Sums| if self.kind == ContributionKind::Pledged { sums.pledged } else { sums.paid };
        if sum(own) > most || sum(whole) > line.amount {
            return Err(failed("MORE_THAN_OWED"));
        }
        Ok(())
    }
}
