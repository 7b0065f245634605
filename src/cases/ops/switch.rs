//! By which procedure a case is handled, what it is, and clocks that stand still.

use uuid::Uuid;

use super::{
    routing::{RECEIVERS, supersede},
    step::{Step, keep_reason},
};
use crate::{
    call::Micros,
    cases::{
        clocks::{Clock, rules},
        flow::Act,
        model::{Case, Nature, Procedure, Route, State, case_name},
        store,
    },
    catalog::Catalog,
    clock::{Pause, PauseCause},
    db::{Command, Tx},
    error::{Error, Result},
    record::Sight,
};

const OF_SIMPLIFIED: [&str; 3] = [rules::SIMPLIFIED_TRANSFER, rules::SIMPLIFIED_ACCEPTANCE, rules::SIMPLIFIED_OPINION];

/// The simplified procedure is open to it: not to accusations, nor to what goes another legal route.
pub fn simple(case: &Case) -> bool {
    !case.is_accusation() && matches!(case.route, Route::None | Route::Petition)
}

/// Starts the clock of handling from the acceptance: ten working days in the simplified procedure, the 60 days of a claim on the petition
/// route in the ordinary one.
pub async fn start_handling(step: &mut Step<'_, '_>) -> Result<()> {
    let Some(accepted) = step.case.accept_time else { return Ok(()) };
    match step.case.procedure {
        Procedure::Simplified => step.start_clock(rules::SIMPLIFIED_OPINION, accepted, None).await,
        Procedure::Ordinary if step.case.route == Route::Petition => {
            step.start_clock(rules::HANDLING, accepted, None).await
        }
        Procedure::Ordinary => Ok(()),
    }
}

/// Switches between the ordinary and the simplified procedure.
#[derive(Debug)]
pub struct SwitchProcedure {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub procedure: Procedure,
    pub reason: String,
    pub approver: Option<String>,
}

impl Command for SwitchProcedure {
    type Answer = Case;
    const NAME: &'static str = "cases.switch_procedure";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        const EVENT: &str = "case.procedure_switched";
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::SwitchProcedure, "SwitchProcedure")?;
        let refused = |condition| Error::Precondition { resource: case_name(self.id), condition };
        if step.case.procedure == self.procedure {
            return Err(refused("PROCEDURE_UNCHANGED"));
        }
        step.case.procedure = self.procedure;
        match self.procedure {
            Procedure::Ordinary => step.clocks.cancel(&OF_SIMPLIFIED, EVENT, now),
            Procedure::Simplified => {
                let extended = step.clocks.running(rules::HANDLING).is_some_and(Clock::is_extended);
                if !simple(&step.case) || extended {
                    return Err(refused("NOT_FOR_SIMPLIFIED"));
                }
                step.clocks.cancel(&[rules::HANDLING], EVENT, now);
            }
        }
        let simplified = self.procedure == Procedure::Simplified;
        if step.case.state == State::Accepted {
            start_handling(&mut step).await?;
        } else if simplified && step.case.state == State::Registered {
            let registered = step.case.register_time;
            step.start_clock(rules::SIMPLIFIED_TRANSFER, registered, None).await?;
        } else if simplified && step.case.state == State::Received {
            let hop = store::step::current_hop(tx, self.id).await?;
            let received = hop.and_then(|hop| hop.receive_time).unwrap_or(now);
            step.start_clock(rules::SIMPLIFIED_ACCEPTANCE, received, None).await?;
        }
        keep_reason(tx, &mut step, &self.reason).await?;
        step.note("procedure", self.procedure.word());
        if let Some(approver) = &self.approver {
            step.note("approver", approver.clone());
        }
        step.finish(EVENT).await
    }
}

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
            return Err(Error::field("route", "is required for a claim that is accepted (XF 31)"));
        }
        let was = step.case.is_accusation();
        step.case.nature = self.nature;
        step.case.route = self.route;
        if was != accusation {
            step.left = Some(Sight { place: step.case.place, restricted: was });
        }
        if accusation {
            step.case.accept_time = None;
            step.case.procedure = Procedure::Ordinary;
            // The organ that has it is not the competent body: it goes back to the office, whose 15 days run on from the first receipt.
            supersede(tx, self.id).await?;
            step.case.handling_organization.clone_from(&step.case.registering_organization);
            step.clocks.cancel(&RECEIVERS, EVENT, now);
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
        }
        keep_reason(tx, &mut step, &self.reason).await?;
        step.note("nature", self.nature.word());
        step.note("route", self.route.word());
        step.finish(EVENT).await
    }
}

/// Lets a clock stand still, or run on.
#[derive(Debug)]
pub struct HoldClock {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    /// Why it stands still; none lets it run on.
    pub cause: Option<PauseCause>,
    pub reason: Option<String>,
}

impl Command for HoldClock {
    type Answer = (Clock, Micros);
    const NAME: &'static str = "cases.hold_clock";

    async fn run(&self, tx: &Tx<'_>) -> Result<(Clock, Micros)> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.case_id, &self.etag).await?;
        let name = format!("{}/clocks/{}", case_name(self.case_id), self.id);
        let clock = step.clocks.find(self.id).ok_or_else(|| Error::not_found(name.clone()))?;
        let stands = clock.inputs.pauses.iter().any(|pause| pause.until.is_none());
        let (event, pause) = match self.cause {
            Some(_) if stands => return Err(Error::ClockNotPausable { clock: name }),
            None if !stands => {
                return Err(Error::Precondition { resource: name, condition: "CLOCK_NOT_SUSPENDED" });
            }
            None if store::review::open_hearing(tx, self.case_id).await?.is_some() => {
                return Err(Error::Precondition { resource: name, condition: "HEARING_OPEN" });
            }
            Some(cause) => ("case.clock_suspended", Some(Pause { from: now, until: None, cause })),
            None => ("case.clock_resumed", None),
        };
        let clock = step
            .change_clock_by_id(self.id, |inputs| match pause {
                Some(pause) => inputs.pauses.push(pause),
                None => inputs.pauses.iter_mut().filter(|pause| pause.until.is_none()).for_each(|pause| {
                    pause.until = Some(now);
                }),
            })
            .await?
            .clone();
        if let Some(reason) = &self.reason {
            keep_reason(tx, &mut step, reason).await?;
        }
        step.note("clock", name);
        step.note("nominal_date", clock.nominal_date.to_string());
        step.finish(event).await?;
        Ok((clock, now))
    }
}
