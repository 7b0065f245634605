//! The clocks of one case under a step: which start, which stop, and when the next is late.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    alerts,
    model::{Case, case_name, numbered},
};
use crate::{
    call::Micros,
    catalog::Catalog,
    clock::{self, ClockError, ClockRule, Deadline, Duty, Extension, Input, OfficeHours, Pause, SetTerm, civil_date},
    db::Tx,
    error::{Error, Result},
};

/// Rules of the national set that the built steps start and stop.
pub mod rules {
    /// Petition office: register and dispose (XF 22).
    pub const REGISTER_AND_DISPOSE: &str = "register_and_dispose";
    /// Another organ: notice on what was brought directly (XF 23(2)).
    pub const NOTICE_DIRECT: &str = "notice_direct";
    /// The organ that received a transfer: notice (XF 23(3)).
    pub const NOTICE_TRANSFERRED: &str = "notice_transferred";
    /// Dispute of jurisdiction (XF 23(3)).
    pub const JURISDICTION_DISPUTE: &str = "jurisdiction_dispute";
    /// Result of an assignment (XF 22).
    pub const ASSIGNED_RESULT: &str = "assigned_result";
    /// Handling (XF 34).
    pub const HANDLING: &str = "handling";
    /// The citizen's time to ask for review (XF 35).
    pub const REVIEW_REQUEST: &str = "review_request";
    /// Review (XF 35).
    pub const REVIEW: &str = "review";
    /// The citizen's time to ask for re-review (XF 36).
    pub const RE_REVIEW_REQUEST: &str = "re_review_request";
    /// Re-review (XF 36).
    pub const RE_REVIEW: &str = "re_review";
}

numbered! {
    /// Whether a clock runs.
    ClockState {
        /// Runs.
        Running = 1 "RUNNING",
        /// Stands still.
        Paused = 2 "PAUSED",
        /// Stopped by what it waited for.
        Stopped = 3 "STOPPED",
        /// No longer owed.
        Cancelled = 4 "CANCELLED",
    }
}

/// A term of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    pub id: Uuid,
    pub case_id: Uuid,
    /// `{rule_set}.{id}` of the rule.
    pub rule: String,
    pub rule_version: i32,
    pub article: String,
    pub state: ClockState,
    pub duty: Duty,
    pub start_time: Micros,
    pub nominal_date: NaiveDate,
    pub adjusted_date: NaiveDate,
    pub due_time: Micros,
    pub provisional: bool,
    pub calendar_version: String,
    pub stop_time: Option<Micros>,
    pub stopped_by: Option<String>,
    pub holder: Option<String>,
    /// The computation with its steps, as JSON.
    pub computation: String,
    /// What it was computed from beside rule, start and calendar.
    pub inputs: Inputs,
    /// When its next warning is due; none where it does not run, or all were given.
    pub alert_time: Option<Micros>,
    /// Number of the calendar's version that its dates were last compared with.
    pub checked_calendar: i64,
}

/// What happened to a clock: by this, its rule, its start and a calendar it can be computed again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inputs {
    /// The term that was set, where the rule leaves it to whoever assigns.
    pub set: Option<SetTerm>,
    /// Times in which it stood still.
    pub pauses: Vec<Pause>,
    /// Extensions, revoked ones included.
    pub extensions: Vec<Extension>,
}

impl Clock {
    /// `cases/{uuid}/clocks/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/clocks/{}", case_name(self.case_id), self.id)
    }

    /// Late at `now`, or late when it stopped.
    pub fn is_overdue(&self, now: Micros) -> bool {
        match self.state {
            ClockState::Running | ClockState::Stopped => self.stop_time.unwrap_or(now) >= self.due_time,
            ClockState::Paused | ClockState::Cancelled => false,
        }
    }

    /// Takes over what was computed anew. Where the due time moved, and where the clock runs again, its warnings begin anew.
    fn take(&mut self, deadline: Deadline) -> Result<()> {
        let stood = self.state == ClockState::Paused;
        let stands = self.inputs.pauses.iter().any(|pause| pause.until.is_none());
        self.state = if stands { ClockState::Paused } else { ClockState::Running };
        if stands {
            self.alert_time = None;
        } else if stood || self.due_time != deadline.late_after {
            self.alert_time = Some(alerts::first(self.start_time, deadline.late_after));
        }
        self.computation = serde_json::to_string(&deadline).map_err(Error::internal)?;
        self.nominal_date = deadline.nominal_date;
        self.adjusted_date = deadline.adjusted_date;
        self.due_time = deadline.late_after;
        self.provisional = deadline.provisional;
        self.checked_calendar = calendar_number(&deadline.calendar_version);
        self.calendar_version = deadline.calendar_version;
        Ok(())
    }

    /// The dates that somebody may have read.
    fn dates(&self) -> (NaiveDate, NaiveDate, Micros, bool) {
        (self.nominal_date, self.adjusted_date, self.due_time, self.provisional)
    }

    fn is_of(&self, rules: &[&str]) -> bool {
        rules.iter().any(|rule| self.rule.rsplit('.').next() == Some(rule))
    }
}

/// Computes a clock. None where no rule is in force on the day of its start.
///
/// # Errors
/// What the calendar's store answers; a fault of form where the set term is out of range.
pub async fn compute(
    tx: &Tx<'_>,
    catalog: &Catalog,
    case_id: Uuid,
    rule: &str,
    start: Micros,
    set: Option<SetTerm>,
    holder: Option<&str>,
) -> Result<Option<Clock>> {
    let Some(rule) = catalog.rule(rule, civil_date(start)) else { return Ok(None) };
    let inputs = Inputs { set, ..Inputs::default() };
    let deadline = deadline(tx, catalog, rule, start, &inputs)
        .await?
        .map_err(|fault| Error::field("term_date", fault.to_string()))?;
    let computation = serde_json::to_string(&deadline).map_err(Error::internal)?;
    let checked_calendar = calendar_number(&deadline.calendar_version);
    Ok(Some(Clock {
        id: tx.call().new_id(),
        case_id,
        rule: format!("{}.{}", rule.rule_set, rule.id),
        rule_version: i32::try_from(rule.version).unwrap_or(i32::MAX),
        article: rule.article.clone(),
        state: ClockState::Running,
        duty: rule.duty,
        start_time: start,
        nominal_date: deadline.nominal_date,
        adjusted_date: deadline.adjusted_date,
        due_time: deadline.late_after,
        provisional: deadline.provisional,
        calendar_version: deadline.calendar_version,
        stop_time: None,
        stopped_by: None,
        holder: holder.map(str::to_owned),
        computation,
        inputs,
        alert_time: Some(alerts::first(start, deadline.late_after)),
        checked_calendar,
    }))
}

/// The deadline by the calendar as it stands.
async fn deadline(
    tx: &Tx<'_>,
    catalog: &Catalog,
    rule: &ClockRule,
    start: Micros,
    inputs: &Inputs,
) -> Result<std::result::Result<Deadline, ClockError>> {
    let calendar = catalog.calendar(tx).await?;
    Ok(clock::compute(&Input {
        rule,
        start,
        set: inputs.set,
        pauses: &inputs.pauses,
        extensions: &inputs.extensions,
        calendar: &calendar,
        office_hours: OfficeHours::default(),
    }))
}

/// The clocks of a case while a step changes them.
#[derive(Debug)]
pub struct ClockBook {
    /// Those that stood before the step.
    present: Vec<Clock>,
    /// Which of them the step ended.
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

    /// Ends the running clocks of these rules: the procedure took another way.
    pub fn cancel(&mut self, rules: &[&str], event: &str, at: Micros) {
        self.end(rules, ClockState::Cancelled, event, at);
    }

    /// Ends every running clock, the citizen's too: the case has ended.
    pub fn cancel_all(&mut self, event: &str, at: Micros) {
        self.end_where(|_| true, ClockState::Cancelled, event, at);
    }

    fn end(&mut self, rules: &[&str], state: ClockState, event: &str, at: Micros) {
        self.end_where(|clock| clock.is_of(rules), state, event, at);
    }

    fn end_where(&mut self, which: impl Fn(&Clock) -> bool, state: ClockState, event: &str, at: Micros) {
        for (index, clock) in self.present.iter_mut().enumerate() {
            let runs = matches!(clock.state, ClockState::Running | ClockState::Paused);
            if runs && which(clock) {
                clock.state = state;
                clock.stop_time = Some(at);
                clock.stopped_by = Some(event.to_owned());
                clock.alert_time = None;
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
        let running = self
            .present
            .iter()
            .position(|clock| matches!(clock.state, ClockState::Running | ClockState::Paused) && clock.is_of(&[rule]));
        let missing = || Error::Precondition { resource: case.name(), condition: "CLOCK_NOT_RUNNING" };
        let index = running.ok_or_else(missing)?;
        let clock = &mut self.present[index];
        let rule = catalog.rule(rule, civil_date(clock.start_time)).ok_or_else(missing)?;
        change(&mut clock.inputs);
        let deadline = deadline(tx, catalog, rule, clock.start_time, &clock.inputs).await?;
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
            let runs = matches!(clock.state, ClockState::Running | ClockState::Paused);
            if !runs || clock.checked_calendar >= number {
                continue;
            }
            let rule = clock.rule.rsplit('.').next().unwrap_or_default();
            let Some(rule) = catalog.rule(rule, civil_date(clock.start_time)) else {
                rechecked.same.push(clock.id);
                continue;
            };
            match deadline(tx, catalog, rule, clock.start_time, &clock.inputs).await? {
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

    /// The clocks that ended.
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

/// Number of a calendar's version: of `cn@3` it is 3.
pub fn calendar_number(version: &str) -> i64 {
    version.rsplit('@').next().and_then(|number| number.parse().ok()).unwrap_or(0)
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
