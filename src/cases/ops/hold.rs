//! Clocks that stand still on a ground that their rule knows, and run on.

use uuid::Uuid;

use super::step::{Step, keep_reason};
use crate::{
    call::Micros,
    cases::{clocks::Clock, model::case_name, store},
    catalog::Catalog,
    clock::{Pause, PauseCause},
    db::{Command, Tx},
    error::{Error, Result},
};

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
