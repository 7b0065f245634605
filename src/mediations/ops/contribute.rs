//! What is pledged, paid and paid back under a plan.

use uuid::Uuid;

use super::change;
use crate::{
    call::Micros,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        model::{Agreement, Contribution, Detail, Mediation, Payer, Sums},
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
        // One payment is entered once: as what was done on the obligation, which enters it here.
        if self.kind == ContributionKind::Paid
            && store::obligations::owes_under(tx, &agreement, &self.line, self.participant).await?
        {
            return Err(Error::Precondition { resource: agreement.name(), condition: "OWED_AS_OBLIGATION" });
        }
        self.enter(tx, &mediation, &agreement).await
    }
}

impl Contribute {
    /// Enters it under an agreement of a locked mediation.
    pub(super) async fn enter(
        &self,
        tx: &Tx<'_>,
        mediation: &Mediation,
        agreement: &Agreement,
    ) -> Result<Contribution> {
        let failed = |condition| Error::Precondition { resource: agreement.name(), condition };
        if agreement.state == AgreementState::Void && self.kind != ContributionKind::Refunded {
            return Err(failed("AGREEMENT_VOID"));
        }
        let plan = store::plans::find(tx, agreement).await?.ok_or_else(|| failed("PLAN_MISSING"))?;
        let line = plan.line(&self.line).ok_or_else(|| failed("LINE_UNKNOWN"))?;
        let party = store::participants::find(tx, mediation, self.participant).await?;
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
        let own = store::contributions::balance(tx, agreement, &self.line, party.id).await?;
        let whole = store::contributions::totals(tx, agreement).await?.remove(&self.line).unwrap_or_default();
        let (own, whole) = (own.after(self.kind, self.amount), whole.after(self.kind, self.amount));
        if self.kind == ContributionKind::Refunded && own.paid < 0 {
            return Err(failed("MORE_THAN_PAID"));
        }
        let within = |sums: Sums, most: Fen| match self.kind {
            ContributionKind::Pledged => sums.pledged <= most,
            ContributionKind::Paid => sums.paid <= most,
            ContributionKind::Refunded => true,
        };
        if !within(own, most) || !within(whole, line.amount) {
            return Err(failed("MORE_THAN_OWED"));
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
}
