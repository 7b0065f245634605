//! What is owed under a draft: added and taken out.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{change, record_obligation};
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, AgreementStep, ObligationStep},
        model::{Agreement, Detail, MOST_OBLIGATIONS, Mediation, Obligation},
        numbers::{Numbered, ObligationKind, ObligationState},
        store,
    },
    money::Fen,
    record::Change,
    wire::{ensure_etag, etag},
};

/// An obligation to be entered, checked for form.
pub struct NewObligation {
    pub kind: ObligationKind,
    pub debtor: Uuid,
    pub creditor: Option<Uuid>,
    pub text: Option<String>,
    pub amount: Fen,
    pub due_date: Option<NaiveDate>,
    pub instalment: i32,
    pub line: Option<String>,
}

/// Adds obligations to the current version, all or none.
pub struct AddObligations {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub etag: String,
    pub obligations: Vec<NewObligation>,
}

/// What was added, and the agreement's etag after it.
#[derive(Debug, Clone)]
pub struct Added {
    pub obligations: Vec<Obligation>,
    pub agreement_etag: String,
}

impl Command for AddObligations {
    type Answer = Added;
    const NAME: &'static str = "agreements.add_obligations";

    async fn run(&self, tx: &Tx<'_>) -> Result<Added> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut agreement = before.clone();
        agreement.state = flow::next(flow::AGREEMENT, &before.name(), before.state, AgreementStep::Oblige)?;
        self.ensure_room(tx, &agreement).await?;
        self.ensure_parties(tx, &mediation).await?;
        self.ensure_lines(tx, &agreement).await?;
        let obligations: Vec<Obligation> = self.obligations.iter().map(|new| new.enter(tx, &agreement)).collect();
        store::obligations::insert(tx, &obligations).await?;
        agreement.version += 1;
        store::agreements::save(tx, &agreement).await?;
        for obligation in &obligations {
            let detail = vec![
                ("kind", obligation.kind.word().to_owned()),
                ("due_date", obligation.due_date.map(|day| day.to_string()).unwrap_or_default()),
            ];
            let change = change(&mediation, "obligation.added", obligation.name(), obligation.version);
            tx.record(Change { state_after: Some(obligation.state.word()), detail, ..change });
        }
        Ok(Added { obligations, agreement_etag: etag(agreement.version) })
    }
}

impl AddObligations {
    async fn ensure_room(&self, tx: &Tx<'_>, agreement: &Agreement) -> Result<()> {
        let known = store::obligations::count(tx, agreement).await?;
        if known + self.obligations.len() as u64 > MOST_OBLIGATIONS {
            return Err(Error::Precondition { resource: agreement.name(), condition: "TOO_MANY_OBLIGATIONS" });
        }
        Ok(())
    }

    async fn ensure_parties(&self, tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
        let mut named: Vec<Uuid> =
            self.obligations.iter().flat_map(|new| [Some(new.debtor), new.creditor]).flatten().collect();
        named.sort_unstable();
        named.dedup();
        let found = store::participants::find_all(tx, mediation, &named).await?;
        match found.iter().find(|participant| !participant.kind.is_party()) {
            Some(other) => Err(Error::Precondition { resource: other.name(), condition: "NOT_A_PARTY" }),
            None => Ok(()),
        }
    }

    async fn ensure_lines(&self, tx: &Tx<'_>, agreement: &Agreement) -> Result<()> {
        let named: Vec<(&str, Uuid)> =
            self.obligations.iter().filter_map(|new| Some((new.line.as_deref()?, new.debtor))).collect();
        if named.is_empty() {
            return Ok(());
        }
        let failed = |condition| Err(Error::Precondition { resource: agreement.name(), condition });
        let Some(plan) = store::plans::find(tx, agreement).await? else { return failed("LINE_UNKNOWN") };
        if named.iter().any(|(line, _)| plan.line(line).is_none()) {
            return failed("LINE_UNKNOWN");
        }
        let shares = store::plans::amounts(tx, &plan).await?;
        let due = |line: &str, debtor: Uuid| plan.due(line, debtor, shares.get(&debtor).copied());
        if !named.iter().all(|(line, debtor)| due(line, *debtor).is_some()) {
            return failed("NOT_A_CONTRIBUTOR");
        }
        // Together with what is owed and paid already, nobody owes more than falls to them.
        let mut sums: HashMap<(String, Uuid), Fen> = HashMap::new();
        for (line, debtor, owed) in store::obligations::lines(tx, agreement).await? {
            *sums.entry((line, debtor)).or_default() += owed;
        }
        for new in &self.obligations {
            if let Some(line) = &new.line {
                *sums.entry((line.clone(), new.debtor)).or_default() += new.amount;
            }
        }
        for (line, debtor, paid) in store::contributions::balances(tx, agreement).await? {
            if let Some(sum) = sums.get_mut(&(line, debtor)) {
                *sum += paid.paid;
            }
        }
        let within =
            |((line, debtor), sum): (&(String, Uuid), &Fen)| due(line, *debtor).is_none_or(|most| *sum <= most);
        if sums.iter().all(within) { Ok(()) } else { failed("MORE_THAN_OWED") }
    }
}

impl NewObligation {
    fn enter(&self, tx: &Tx<'_>, agreement: &Agreement) -> Obligation {
        Obligation {
            id: tx.call().new_id(),
            mediation: agreement.mediation,
            agreement: agreement.id,
            kind: self.kind,
            state: ObligationState::Pending,
            debtor: self.debtor,
            creditor: self.creditor,
            text: self.text.clone(),
            amount: self.amount,
            performed: 0,
            due_date: self.due_date,
            instalment: self.instalment,
            line: self.line.clone(),
            binding_time: None,
            state_before: None,
            end_time: None,
            late: false,
            reason: None,
            create_time: tx.call().now,
            version: 1,
        }
    }
}

/// Takes an obligation out of a draft.
pub struct Remove {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub obligation: Uuid,
    pub etag: String,
}

impl Command for Remove {
    type Answer = Obligation;
    const NAME: &'static str = "agreements.remove_obligation";

    async fn run(&self, tx: &Tx<'_>) -> Result<Obligation> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let mut agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let before = store::obligations::find(tx, &agreement, self.obligation, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        flow::next(flow::AGREEMENT, &agreement.name(), agreement.state, AgreementStep::Oblige)?;
        let mut obligation = before.clone();
        obligation.state = flow::next(flow::OBLIGATION, &before.name(), before.state, ObligationStep::Remove)?;
        obligation.end_time = Some(tx.call().now);
        obligation.version += 1;
        store::obligations::save(tx, &obligation).await?;
        agreement.version += 1;
        store::agreements::save(tx, &agreement).await?;
        record_obligation(tx, &mediation, "obligation.removed", &before, &obligation, Vec::new());
        Ok(obligation)
    }
}
