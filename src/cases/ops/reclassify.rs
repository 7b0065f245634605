//! What a case is: its nature and route, found to be others under way (XF 29, 30, 31).

use uuid::Uuid;

use super::{
    dispute::held_by,
    register::first_rule,
    routing::{relieve, supersede},
    step::{Step, keep_reason},
    switch::{OF_SIMPLIFIED, simple, start_handling},
};
use crate::{
    cases::{
        clocks::rules,
        flow::Act,
        model::{Case, Nature, Procedure, Route, State},
        store,
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
    record::Sight,
};

/// Says that a case is of another nature or goes another route.
#[derive(Debug)]
pub struct ReclassifyCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub nature: Nature,
    pub route: Route,
    pub reason: String,
}

impl Command for ReclassifyCase {
    type Answer = Case;
    const NAME: &'static str = "cases.reclassify";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        const EVENT: &str = "case.reclassified";
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        let accusation = self.nature == Nature::Accusation;
        step.act(if accusation { Act::BecomeAccusation } else { Act::Reclassify }, "ReclassifyCase")?;
        if (step.case.nature, step.case.route) == (self.nature, self.route) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "CLASS_UNCHANGED" });
        }
        if step.case.state == State::Accepted && self.nature == Nature::Claim && self.route == Route::None {
            return Err(Error::against("XF 31", "route", "is required for a claim that is accepted"));
        }
        let was = step.case.is_accusation();
        step.case.nature = self.nature;
        step.case.route = self.route;
        if was != accusation {
            step.left = Some(Sight { place: step.case.place, restricted: was });
            store::terms::refresh(tx, &step.case).await?;
        }
        if accusation {
            step.case.accept_time = None;
            step.case.procedure = Procedure::Ordinary;
            // The organ that has it is not the competent body: it goes back to the office, whose 15 days run on from the first receipt.
            supersede(tx, self.id).await?;
            let office = step.case.registering_organization.clone();
            held_by(tx, &mut step, office.as_deref()).await?;
            relieve(tx, &mut step, EVENT).await?;
            step.clocks.cancel(&OF_SIMPLIFIED, EVENT, now);
            // No notice is owed in matters of discipline (XF 23(4)), and there are no 60 days.
            step.clocks.cancel(&[rules::NOTICE_DIRECT, rules::HANDLING], EVENT, now);
            let office = rules::REGISTER_AND_DISPOSE;
            if step.clocks.has_had(office) && step.clocks.running(office).is_none() {
                let received = step.case.receive_time;
                step.start_clock(office, received, None).await?;
            }
        } else if step.case.state == State::Accepted {
            if step.case.procedure == Procedure::Simplified && !simple(&step.case) {
                step.case.procedure = Procedure::Ordinary;
                step.clocks.cancel(&OF_SIMPLIFIED, EVENT, now);
            }
            if self.route != Route::Petition {
                step.clocks.cancel(&[rules::HANDLING], EVENT, now);
            }
            let runs = [rules::HANDLING, rules::SIMPLIFIED_OPINION].map(|rule| step.clocks.running(rule).is_some());
            if !runs.contains(&true) {
                start_handling(&mut step).await?;
            }
        } else if was {
            owe_notice_again(tx, &mut step).await?;
        }
        keep_reason(tx, &mut step, &self.reason).await?;
        step.note("nature", self.nature.word());
        step.note("route", self.route.word());
        step.finish(EVENT).await
    }
}

/// It is no matter of discipline after all: whoever has it owes what any petition is owed, from when it was received.
async fn owe_notice_again(tx: &Tx<'_>, step: &mut Step<'_, '_>) -> Result<()> {
    let (rule, received) = match step.case.state {
        State::Registered => (
            first_rule(tx, step.case.registering_organization.as_deref(), step.case.nature).await?,
            step.case.receive_time,
        ),
        State::Received | State::Disputed => {
            let hop = store::step::current_hop(tx, step.case.id).await?;
            (Some(rules::NOTICE_TRANSFERRED), hop.and_then(|hop| hop.receive_time).unwrap_or(tx.call().now))
        }
        _ => return Ok(()),
    };
    match rule {
        Some(rule) if step.clocks.running(rule).is_none() => step.start_clock(rule, received, None).await,
        _ => Ok(()),
    }
}
