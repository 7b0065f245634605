//! Disputes of jurisdiction (XF 23(3), 24): the organ that received a case says that it is not competent.

use uuid::Uuid;

use super::{
    register::{level_of, organization_place},
    routing::relieve,
    step::Step,
};
use crate::{
    cases::{
        clocks::rules,
        flow::Act,
        model::Case,
        steps::{Assignment, AssignmentState, Decider, Dispute, DisputeDecision},
        store,
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Raises a dispute.
#[derive(Debug)]
pub struct DisputeJurisdiction {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub grounds: String,
    pub sender_consented: bool,
}

impl Command for DisputeJurisdiction {
    type Answer = Case;
    const NAME: &'static str = "cases.dispute_jurisdiction";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::DisputeJurisdiction, "DisputeJurisdiction")?;
        let mut hop = current_hop(tx, &step.case).await?;
        let before = hop.dispute.as_ref();
        if before.is_some_and(|dispute| dispute.decider == Decider::CommonSuperior) {
            return Err(refused(&step.case, "COMMON_SUPERIOR_HAS_DECIDED"));
        }
        // The first dispute has its term. Who insists after a refusal disputes what is under dispute already.
        let late = step.clocks.running(rules::JURISDICTION_DISPUTE).is_some_and(|clock| clock.is_overdue(now));
        if late && !self.sender_consented {
            return Err(refused(&step.case, "DISPUTE_TERM_OVER"));
        }
        let raise_count = before.map_or(1, |dispute| dispute.raise_count + 1);
        hop.dispute = Some(Dispute {
            raise_time: now,
            raise_count,
            grounds: Some(self.grounds.clone()),
            sender_consented: self.sender_consented,
            decision: DisputeDecision::Open,
            decider: Decider::None,
            decide_time: None,
            decision_reason: None,
        });
        hop.version += 1;
        store::step::update_assignment(tx, &hop).await?;
        step.clocks.stop(&[rules::JURISDICTION_DISPUTE], "case.jurisdiction_disputed", now);
        step.note("assignment", hop.name());
        step.note("raise_count", raise_count.to_string());
        step.finish("case.jurisdiction_disputed").await
    }
}

/// Decides a dispute.
#[derive(Debug)]
pub struct DecideDispute {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub agreed: bool,
    pub decider: Decider,
    pub reason: String,
}

impl Command for DecideDispute {
    type Answer = Case;
    const NAME: &'static str = "cases.decide_dispute";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        let act = if self.agreed { Act::AgreeDispute } else { Act::RefuseDispute };
        step.act(act, "DecideDispute")?;
        let mut hop = current_hop(tx, &step.case).await?;
        let dispute = hop.dispute.as_mut().ok_or_else(|| Error::internal("a disputed hop has no dispute"))?;
        if dispute.raise_count > 1 && self.decider == Decider::Sender {
            return Err(refused(&step.case, "COMMON_SUPERIOR_DECIDES"));
        }
        dispute.decision = if self.agreed { DisputeDecision::Agreed } else { DisputeDecision::Refused };
        dispute.decider = self.decider;
        dispute.decide_time = Some(now);
        dispute.decision_reason = Some(self.reason.clone());
        step.note("assignment", hop.name());
        step.note("decision", if self.agreed { "AGREED" } else { "REFUSED" });
        step.note("decider", self.decider.word());
        if self.agreed {
            give_back(tx, &mut step, &mut hop).await?;
        }
        hop.version += 1;
        store::step::update_assignment(tx, &hop).await?;
        step.finish("case.dispute_decided").await
    }
}

/// The papers go back to the sender, whose own term runs on from the first receipt.
async fn give_back(tx: &Tx<'_>, step: &mut Step<'_, '_>, hop: &mut Assignment) -> Result<()> {
    to_sender(tx, step, hop).await?;
    relieve(tx, step, "case.dispute_decided").await?;
    resume_sender(step).await
}

/// The sender holds the case again.
pub async fn to_sender(tx: &Tx<'_>, step: &mut Step<'_, '_>, hop: &mut Assignment) -> Result<()> {
    hop.state = AssignmentState::Returned;
    held_by(tx, step, hop.from_organization.as_deref()).await
}

/// An organization handles the case, at its level; an office without an organization at that of the case's place.
pub async fn held_by(tx: &Tx<'_>, step: &mut Step<'_, '_>, organization: Option<&str>) -> Result<()> {
    step.case.handling_level = match organization {
        Some(name) => level_of(&organization_place(tx, name, "organization").await?),
        None => level_of(&step.case.place),
    };
    step.case.handling_organization = organization.map(str::to_owned);
    Ok(())
}

/// The sender's own term runs on from the first receipt (XF 22).
pub async fn resume_sender(step: &mut Step<'_, '_>) -> Result<()> {
    let received = step.case.receive_time;
    for rule in [rules::REGISTER_AND_DISPOSE, rules::NOTICE_DIRECT] {
        if step.clocks.has_had(rule) && step.clocks.running(rule).is_none() {
            step.start_clock(rule, received, None).await?;
        }
    }
    Ok(())
}

async fn current_hop(tx: &Tx<'_>, case: &Case) -> Result<Assignment> {
    store::step::current_hop(tx, case.id).await?.ok_or_else(|| refused(case, "NEVER_SENT"))
}

fn refused(case: &Case, condition: &'static str) -> Error {
    Error::Precondition { resource: case.name(), condition }
}
