//! Moves between the sender and the levels: returned, moved up (提级), moved down (下沉). A case that is handled already is taken over as
//! it stands, with its clocks.

use uuid::Uuid;

use super::{
    dispute::to_sender,
    register::{level_of, receiver_place},
    routing::{ensure_not_accused, leave, relieve, supersede},
    step::Step,
};
use crate::{
    call::Micros,
    cases::{
        clocks::rules,
        flow::{Act, HANDLED},
        model::Case,
        steps::{Assignment, AssignmentKind, AssignmentState},
        store,
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Gives a case back to the organization that sent it.
#[derive(Debug)]
pub struct ReturnCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub reason: String,
}

impl Command for ReturnCase {
    type Answer = Case;
    const NAME: &'static str = "cases.return";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        let handled = HANDLED.contains(&step.case.state);
        step.act(if handled { Act::ReturnHandled } else { Act::Return }, "ReturnCase")?;
        let hop = match &step.case.handling_organization {
            Some(holder) => store::step::hop_to(tx, self.id, holder).await?,
            None => None,
        };
        let never = || Error::Precondition { resource: step.case.name(), condition: "NEVER_SENT" };
        let mut hop = hop.ok_or_else(never)?;
        let before = step.case.handling_organization.clone();
        to_sender(tx, &mut step, &mut hop).await?;
        if handled {
            let after = step.case.handling_organization.clone();
            take_over(&mut step, before.as_deref(), after.as_deref(), "case.returned", tx.call().now);
        } else {
            relieve(tx, &mut step, "case.returned").await?;
            super::dispute::resume_sender(&mut step).await?;
        }
        hop.result = Some(self.reason.clone());
        hop.version += 1;
        store::step::update_assignment(tx, &hop).await?;
        step.note("assignment", hop.name());
        step.note("organization", step.case.handling_organization.clone().unwrap_or_default());
        step.finish("case.returned").await
    }
}

/// Another organ takes over as it stands. The result that was assigned to the one before is no longer owed.
fn take_over(step: &mut Step<'_, '_>, from: Option<&str>, to: Option<&str>, event: &str, now: Micros) {
    if let Some(from) = from {
        step.clocks.cancel_of(rules::ASSIGNED_RESULT, from, event, now);
    }
    step.clocks.hand_over(from, to);
}

/// Which way a case is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To a higher level.
    Up,
    /// To a lower level.
    Down,
}

/// Moves a case to an organization of another level.
#[derive(Debug)]
pub struct MoveLevel {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub way: Way,
    pub organization: String,
    pub reason: String,
}

impl Command for MoveLevel {
    type Answer = Case;
    const NAME: &'static str = "cases.move_level";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        let handled = HANDLED.contains(&step.case.state);
        let (act, method, kind, event) = match (self.way, handled) {
            (Way::Up, false) => (Act::Escalate, "EscalateCase", AssignmentKind::Escalation, "case.escalated"),
            (Way::Up, true) => (Act::EscalateHandled, "EscalateCase", AssignmentKind::Escalation, "case.escalated"),
            (Way::Down, false) => (Act::Delegate, "DelegateCase", AssignmentKind::Delegation, "case.delegated"),
            (Way::Down, true) => (Act::DelegateHandled, "DelegateCase", AssignmentKind::Delegation, "case.delegated"),
        };
        step.act(act, method)?;
        let place = receiver_place(tx, &self.organization, "organization").await?;
        let (lowest, code) = place.lowest();
        if !step.case.place.is_within(lowest, code) {
            return Err(Error::field("organization", "is not above the place of the case"));
        }
        let level = level_of(&place);
        match self.way {
            // A lower number is a higher level.
            Way::Up if level >= step.case.handling_level => {
                return Err(Error::field("organization", "is not above the level that handles the case"));
            }
            Way::Down if level <= step.case.handling_level => {
                return Err(Error::field("organization", "is not below the level that handles the case"));
            }
            Way::Up | Way::Down => {}
        }
        ensure_not_accused(tx, self.id, &self.organization).await?;
        supersede(tx, self.id).await?;
        let mut hop = Assignment {
            organization: Some(self.organization.clone()),
            note: Some(self.reason.clone()),
            ..Assignment::new(tx, &step.case, kind)
        };
        let before = step.case.handling_organization.replace(self.organization.clone());
        step.case.handling_level = level;
        step.case.hop_count += 1;
        if handled {
            hop.state = AssignmentState::Received;
            hop.receive_time = Some(now);
            take_over(&mut step, before.as_deref(), Some(&self.organization), event, now);
        } else {
            leave(tx, &mut step, event).await?;
        }
        store::step::insert_assignment(tx, &hop).await?;
        store::case::add_holder(tx, &step.case, &self.organization).await?;
        step.note("organization", self.organization.clone());
        step.note("assignment", hop.name());
        step.note("handling_level", level.to_string());
        step.finish(event).await
    }
}
