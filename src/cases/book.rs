//! The clocks of a case while a step changes them.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    clocks::{Clock, ClockState, Inputs, calendar_number, compute, deadline},
    model::Case,
};
use crate::{
    call::Micros,
    catalog::Catalog,
    clock::{ClockError, Duty, SetTerm, civil_date},
    db::Tx,
    error::{Error, Result},
};

/// The clocks of a case while a step changes them.
#[derive(Debug)]
pub struct ClockBook {
    /// Those that stood before the step.
    present: Vec<Clock>,
    /// Which of them the step ended, or let run on.
    ended: Vec<usize>,
    /// Which of them the step computed again.
    computed: Vec<usize>,
    /// Those that the step starts.
    started: Vec<Clock>,
}

impl ClockBook {
    /// Opens the book of a case.
    pub fn new(present: Vec<Clock>) -> Self {
        Self { present, ended: Vec::new(), computed: Vec::new(), started: Vec::new() }
    }

    /// Starts a clock, unless the case is historic or no rule is in force.
    ///
    /// # Errors
    /// As [`compute`].
    pub async fn start(
        &mut self,
        tx: &Tx<'_>,
        catalog: &Catalog,
        case: &Case,
        rule: &str,
        start: Micros,
        set: Option<SetTerm>,
    ) -> Result<()> {
        self.start_for(tx, catalog, case, case.handling_organization.as_deref(), rule, start, set).await
    }

    /// As [`ClockBook::start`], for a step that another organ than the handling one owes.
    #[expect(clippy::too_many_arguments, reason = "each says something else, and one file calls it")]
    pub async fn start_for(
        &mut self,
        tx: &Tx<'_>,
        catalog: &Catalog,
        case: &Case,
        holder: Option<&str>,
        rule: &str,
        start: i64,
        set: Option<SetTerm>,
    ) -> Result<()> {
        if case.historic {
            return Ok(());
        }
        self.started.extend(compute(tx, catalog, case.id, rule, start, set, holder).await?);
        Ok(())
    }

    /// Stops the running clocks of these rules: what they waited for happened.
    pub fn stop(&mut self, rules: &[&str], event: &str, at: Micros) {
        self.end(rules, ClockState::Stopped, event, at);
    }

    /// Stops one clock: what it waited for happened.
    pub fn stop_one(&mut self, id: Uuid, event: &str, at: Micros) {
        self.end_where(|clock| clock.id == id, ClockState::Stopped, event, at);
    }

    /// Ends one clock: what it waited for is no longer owed.
    pub fn cancel_one(&mut self, id: Uuid, event: &str, at: Micros) {
        self.end_where(|clock| clock.id == id, ClockState::Cancelled, event, at);
    }

    /// Ends the running clocks of these rules: the procedure took another way.
    pub fn cancel(&mut self, rules: &[&str], event: &str, at: Micros) {
        self.end(rules, ClockState::Cancelled, event, at);
    }

    /// Ends every running clock but those of these rules: the procedure has ended, and what was promised is still to be done.
    pub fn cancel_all_but(&mut self, rules: &[&str], event: &str, at: Micros) {
        self.end_where(|clock| !clock.is_of(rules), ClockState::Cancelled, event, at);
    }

    /// Ends every running clock, the citizen's too: the case has ended.
    pub fn cancel_all(&mut self, event: &str, at: Micros) {
        self.end_where(|_| true, ClockState::Cancelled, event, at);
    }

    /// Stops the running clocks of a rule that one organ owes.
    pub fn stop_of(&mut self, rule: &str, holder: &str, event: &str, at: Micros) {
        let owed = |clock: &Clock| clock.is_of(&[rule]) && clock.holder.as_deref() == Some(holder);
        self.end_where(owed, ClockState::Stopped, event, at);
    }

    /// Ends the running clocks of a rule that one organ owes: it is no longer owed.
    pub fn cancel_of(&mut self, rule: &str, holder: &str, event: &str, at: Micros) {
        let owed = |clock: &Clock| clock.is_of(&[rule]) && clock.holder.as_deref() == Some(holder);
        self.end_where(owed, ClockState::Cancelled, event, at);
    }

    /// What one organ owes is owed by another from now on. Dates stay: a move between organs gives nobody more time.
    pub fn hand_over(&mut self, from: Option<&str>, to: Option<&str>) {
        for (index, clock) in self.present.iter_mut().enumerate() {
            if runs(clock) && clock.duty == Duty::Organ && clock.holder.as_deref() == from {
                clock.holder = to.map(str::to_owned);
                self.computed.push(index);
            }
        }
    }

    fn end(&mut self, rules: &[&str], state: ClockState, event: &str, at: Micros) {
        self.end_where(|clock| clock.is_of(rules), state, event, at);
    }

    fn end_where(&mut self, which: impl Fn(&Clock) -> bool, state: ClockState, event: &str, at: Micros) {
        for (index, clock) in self.present.iter_mut().enumerate() {
            if runs(clock) && which(clock) {
                clock.state = state;
                clock.stop_time = Some(at);
                clock.stopped_by = Some(event.to_owned());
                clock.alert_time = None;
                self.ended.push(index);
            }
        }
    }

    /// Lets clocks run on that were ended by what is taken back, with the dates that they had.
    pub fn revive(&mut self, which: impl Fn(&Clock) -> bool, now: Micros) {
        for (index, clock) in self.present.iter_mut().enumerate() {
            if which(clock) {
                clock.run_on(now);
                self.ended.push(index);
            }
        }
    }

    /// Changes what a running clock rests on, and computes it again. A clock whose latest pause is open stands still, any other runs.
    ///
    /// # Errors
    /// `ClockNotExtendable`, `ClockNotPausable`; `Precondition` where no such clock runs.
    pub async fn change(
        &mut self,
        tx: &Tx<'_>,
        catalog: &Catalog,
        case: &Case,
        rule: &str,
        change: impl FnOnce(&mut Inputs),
    ) -> Result<&Clock> {
        let running = self.present.iter().find(|clock| runs(clock) && clock.is_of(&[rule]));
        let id = running.map(|clock| clock.id).ok_or_else(|| not_running(case))?;
        self.change_by_id(tx, catalog, case, id, change).await
    }

    /// As [`ClockBook::change`], for one clock.
    ///
    /// # Errors
    /// As there.
    pub async fn change_by_id(
        &mut self,
        tx: &Tx<'_>,
        catalog: &Catalog,
        case: &Case,
        id: Uuid,
        change: impl FnOnce(&mut Inputs),
    ) -> Result<&Clock> {
        let index = self.present.iter().position(|clock| runs(clock) && clock.id == id);
        let index = index.ok_or_else(|| not_running(case))?;
        let clock = &mut self.present[index];
        let rule = clock.id_of_rule();
        let rule = catalog.rule_of(tx, rule, civil_date(clock.start_time)).await?.ok_or_else(|| not_running(case))?;
        change(&mut clock.inputs);
        let deadline = deadline(tx, catalog, &rule, clock.start_time, &clock.inputs).await?;
        let deadline = deadline.map_err(|fault| refused(fault, clock.name()))?;
        clock.take(deadline)?;
        self.computed.push(index);
        Ok(&self.present[index])
    }

    /// Computes again what runs and was last compared with an older calendar. Gives the clocks whose dates are others now; the rest
    /// stay as they were computed. A clock of a version that did not keep what it rests on yet stays, too.
    ///
    /// # Errors
    /// What the calendar's store answers.
    pub async fn recheck(&mut self, tx: &Tx<'_>, catalog: &Catalog) -> Result<Rechecked> {
        let number = calendar_number(catalog.calendar(tx).await?.version());
        let mut rechecked = Rechecked { number, same: Vec::new(), moved: Vec::new() };
        for (index, clock) in self.present.iter_mut().enumerate() {
            if !runs(clock) || clock.checked_calendar >= number {
                continue;
            }
            let rule = clock.id_of_rule();
            let Some(rule) = catalog.rule_of(tx, rule, civil_date(clock.start_time)).await? else {
                rechecked.same.push(clock.id);
                continue;
            };
            match deadline(tx, catalog, &rule, clock.start_time, &clock.inputs).await? {
                Ok(deadline) => {
                    let (before, mut after) = (clock.dates(), clock.clone());
                    after.take(deadline)?;
                    if after.dates() == before {
                        rechecked.same.push(clock.id);
                    } else {
                        *clock = after;
                        self.computed.push(index);
                        rechecked.moved.push((clock.name(), clock.nominal_date));
                    }
                }
                Err(fault) => {
                    tracing::warn!(clock = clock.name(), %fault, "cannot be computed again and keeps its dates");
                    rechecked.same.push(clock.id);
                }
            }
        }
        Ok(rechecked)
    }

    /// A clock that stood before the step.
    pub fn find(&self, id: Uuid) -> Option<&Clock> {
        self.present.iter().find(|clock| clock.id == id)
    }

    /// The running clock of a rule.
    pub fn running(&self, rule: &str) -> Option<&Clock> {
        self.present.iter().find(|clock| clock.state == ClockState::Running && clock.is_of(&[rule]))
    }

    /// The case has, or once had, a clock of this rule.
    pub fn has_had(&self, rule: &str) -> bool {
        self.present.iter().any(|clock| clock.is_of(&[rule]))
    }

    /// When the first running clock of an organ is late.
    pub fn next_due(&self) -> Option<Micros> {
        self.present
            .iter()
            .chain(&self.started)
            .filter(|clock| clock.state == ClockState::Running && clock.duty == Duty::Organ)
            .map(|clock| clock.due_time)
            .min()
    }

    /// The clocks that ended, or run on.
    pub fn ended(&self) -> impl Iterator<Item = &Clock> {
        self.ended.iter().map(|index| &self.present[*index])
    }

    /// The clocks that were computed again.
    pub fn computed(&self) -> impl Iterator<Item = &Clock> {
        self.computed.iter().map(|index| &self.present[*index])
    }

    /// The clocks that began.
    pub fn started(&self) -> &[Clock] {
        &self.started
    }
}

/// What came of looking through the clocks of a case after the calendar changed.
#[derive(Debug)]
pub struct Rechecked {
    /// Number of the calendar's version now.
    pub number: i64,
    /// Clocks whose dates are the same.
    pub same: Vec<Uuid>,
    /// Clocks whose dates are others: name and nominal date.
    pub moved: Vec<(String, NaiveDate)>,
}

/// It has not ended; it may stand still.
fn runs(clock: &Clock) -> bool {
    matches!(clock.state, ClockState::Running | ClockState::Paused)
}

fn not_running(case: &Case) -> Error {
    Error::Precondition { resource: case.name(), condition: "CLOCK_NOT_RUNNING" }
}

/// What the rule set does not allow, as the caller is told.
fn refused(fault: ClockError, clock: String) -> Error {
    match fault {
        ClockError::NotPausable { .. } | ClockError::PauseReversed => Error::ClockNotPausable { clock },
        ClockError::NotExtendable { .. } | ClockError::ExtensionOverCap { .. } | ClockError::ExtendedTwice { .. } => {
            Error::ClockNotExtendable { clock }
        }
        ClockError::TermMissing { .. }
        | ClockError::TermFixed { .. }
        | ClockError::ZeroLength
        | ClockError::DueBeforeStart { .. }
        | ClockError::OutOfRange => Error::internal(fault),
    }
}
