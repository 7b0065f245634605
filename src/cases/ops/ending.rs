//! Ends beside the close: withdrawn by the citizen, concluded by the competent level; and a closed case taken up again.

use uuid::Uuid;

use super::{
    notice::{Told, tell},
    review::again,
    step::Step,
};
use crate::{
    cases::{clocks::rules, flow::Act, model::Case, steps::NoticeKind, store},
    catalog::Catalog,
    db::{Command, Tx},
    error::Result,
};

/// The citizen withdraws.
#[derive(Debug)]
pub struct WithdrawCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub evidence: String,
}

impl Command for WithdrawCase {
    type Answer = Case;
    const NAME: &'static str = "cases.withdraw";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::Withdraw, "WithdrawCase")?;
        store::case::set_evidence(tx, self.id, &self.evidence).await?;
        store::review::end_pending(tx, self.id, now).await?;
        step.clocks.cancel_all("case.withdrawn", now);
        step.finish("case.withdrawn").await
    }
}

/// A closed case is taken up again: a new acceptance.
#[derive(Debug)]
pub struct ReopenCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub told: Told,
}

impl Command for ReopenCase {
    type Answer = Case;
    const NAME: &'static str = "cases.reopen";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::Reopen, "ReopenCase")?;
        // The opinion to come brings its own right to review.
        step.clocks.cancel(&[rules::REVIEW_REQUEST, rules::RE_REVIEW_REQUEST], "case.reopened", now);
        again(tx, &mut step, "case.reopened").await?;
        tell(tx, &mut step, NoticeKind::Reopening, &self.told).await?;
        step.finish("case.reopened").await
    }
}

/// The competent level concludes the matter.
#[derive(Debug)]
pub struct ConcludeCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub told: Told,
}

impl Command for ConcludeCase {
    type Answer = Case;
    const NAME: &'static str = "cases.conclude";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::Conclude, "ConcludeCase")?;
        store::review::end_pending(tx, self.id, now).await?;
        step.clocks.cancel_all_but(&[rules::EXECUTION], "case.concluded", now);
        tell(tx, &mut step, NoticeKind::Conclusion, &self.told).await?;
        step.finish("case.concluded").await
    }
}
