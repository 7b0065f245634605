//! What becomes of an obligation besides being performed: waived, disputed, resumed, breached, overdue.

use uuid::Uuid;

use super::{Performed, confirm::eligibility, record_obligation};
use crate::{
    call::Micros,
    cases,
    catalog::Catalog,
    db::{Command, Rows, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, ObligationStep},
        model::{Agreement, Detail, Mediation, Obligation, Ways},
        numbers::AgreementState,
        store,
    },
    wire::ensure_etag,
};

/// Moves an obligation that binds.
pub struct Move {
    pub catalog: Catalog,
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub obligation: Uuid,
    pub etag: String,
    pub step: Moved,
    pub reason: String,
}

/// How it moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// The creditor waives it.
    Waived,
    /// The parties are at odds over it.
    Disputed,
    /// It is owed as before.
    Resumed,
    /// The debtor does not perform.
    Breached,
}

impl Moved {
    fn step(self) -> ObligationStep {
        match self {
            Self::Waived => ObligationStep::Waive,
            Self::Disputed => ObligationStep::Dispute,
            Self::Resumed => ObligationStep::Resume,
            Self::Breached => ObligationStep::Breach,
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Waived => "obligation.waived",
            Self::Disputed => "obligation.disputed",
            Self::Resumed => "obligation.resumed",
            Self::Breached => "obligation.breached",
        }
    }
}

impl Command for Move {
    type Answer = Performed;
    const NAME: &'static str = "agreements.move_obligation";

    async fn run(&self, tx: &Tx<'_>) -> Result<Performed> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let before = store::obligations::find(tx, &agreement, self.obligation, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut obligation = before.clone();
        obligation.state = flow::next(flow::OBLIGATION, &before.name(), before.state, self.step.step())?;
        if agreement.state != AgreementState::Effective {
            return Err(Error::Precondition { resource: agreement.name(), condition: "NOT_IN_EFFECT" });
        }
        let against = matches!(self.step, Moved::Disputed | Moved::Breached);
        if against && before.binding_time.is_none() {
            return Err(Error::Precondition { resource: before.name(), condition: "DEBTOR_NOT_BOUND" });
        }
        match self.step {
            Moved::Waived => obligation.end_time = Some(tx.call().now),
            Moved::Resumed => {
                let begun = before.begun(store::performances::any(tx, &before).await?);
                obligation.state = before.owed_again(begun, tx.call().now);
            }
            Moved::Disputed | Moved::Breached => {}
        }
        obligation.reason = Some(self.reason.clone());
        obligation.version += 1;
        store::obligations::save(tx, &obligation).await?;
        record_obligation(tx, &mediation, self.step.kind(), &before, &obligation, Vec::new());
        if self.step == Moved::Breached {
            cases::agreement_breached(tx, &mediation.cases, &agreement.name()).await?;
        }
        let ways = ways(tx, &self.catalog, &mediation, &agreement, &obligation, tx.call().now).await?;
        Ok(Performed { obligation, ways })
    }
}

/// Which ways are open about an obligation at a time. A debtor who acceded after the effect has a term of its own for confirmation.
///
/// # Errors
/// What the database answers.
pub async fn ways(
    rows: &impl Rows,
    catalog: &Catalog,
    mediation: &Mediation,
    agreement: &Agreement,
    of: &Obligation,
    now: Micros,
) -> Result<Ways> {
    let on_case = !mediation.cases.is_empty();
    if !of.is_failing() {
        return Ok(Ways { on_case, may_confirm: false });
    }
    let later = of.binds_later_than(agreement.effect_time);
    let acceding: &[Uuid] = if later { std::slice::from_ref(&of.debtor) } else { &[] };
    let may_confirm = eligibility(rows, catalog, agreement, acceding, now).await?.obstacles.is_empty();
    Ok(Ways { on_case, may_confirm })
}

/// Its day has passed.
pub struct Lapse {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub obligation: Uuid,
}

impl Command for Lapse {
    type Answer = u64;
    const NAME: &'static str = "agreements.lapse_obligation";

    async fn run(&self, tx: &Tx<'_>) -> Result<u64> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let before: Obligation = store::obligations::find(tx, &agreement, self.obligation, Detail::Basic).await?;
        // It may have been performed since it was looked for.
        if before.lapse_time().is_none_or(|time| time > tx.call().now) {
            return Ok(0);
        }
        let mut obligation = before.clone();
        obligation.state = flow::next(flow::OBLIGATION, &before.name(), before.state, ObligationStep::Lapse)?;
        obligation.version += 1;
        store::obligations::save(tx, &obligation).await?;
        record_obligation(tx, &mediation, "obligation.overdue", &before, &obligation, Vec::new());
        Ok(1)
    }
}
