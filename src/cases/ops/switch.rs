//! By which procedure a case is handled: the ordinary or the simplified one.

use uuid::Uuid;

use super::step::{Step, keep_reason};
use crate::{
    cases::{
        clocks::{Clock, rules},
        flow::Act,
        model::{Case, Procedure, Route, State, case_name},
        store,
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
};

pub const OF_SIMPLIFIED: [&str; 3] =
    [rules::SIMPLIFIED_TRANSFER, rules::SIMPLIFIED_ACCEPTANCE, rules::SIMPLIFIED_OPINION];

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
