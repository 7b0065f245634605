//! A clock of a case: what it is, and how it is computed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    alerts,
    model::{case_name, numbered},
};
use crate::{
    call::Micros,
    catalog::Catalog,
    clock::{self, ClockError, ClockRule, Deadline, Duty, Extension, Input, Pause, SetTerm, Unit, civil_date},
    db::Tx,
    error::{Error, Result},
    organizations::{self, Hours},
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
    /// Simplified procedure: sent on.
    pub const SIMPLIFIED_TRANSFER: &str = "simplified_transfer";
    /// Simplified procedure: decision on acceptance.
    pub const SIMPLIFIED_ACCEPTANCE: &str = "simplified_acceptance";
    /// Simplified procedure: opinion.
    pub const SIMPLIFIED_OPINION: &str = "simplified_opinion";
    /// What an opinion promises, until its due date (XF 40).
    pub const EXECUTION: &str = "execution";
    /// Written answer to supervision or a recommendation (XF 40).
    pub const WRITTEN_ANSWER: &str = "written_answer";
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
    /// The hours of the organization that owed it when it began, for half working days. They stay when another takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_hours: Option<Hours>,
}

impl Clock {
    /// `cases/{uuid}/clocks/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/clocks/{}", case_name(self.case_id), self.id)
    }

    /// An extension is in force.
    pub fn is_extended(&self) -> bool {
        self.inputs.extensions.iter().any(|extension| extension.revoked.is_none())
    }

    /// Late at `now`, or late when it stopped.
    pub fn is_overdue(&self, now: Micros) -> bool {
        match self.state {
            ClockState::Running | ClockState::Stopped => self.stop_time.unwrap_or(now) >= self.due_time,
            ClockState::Paused | ClockState::Cancelled => false,
        }
    }

    /// Runs on after what ended it was taken back. A warning that fell due meanwhile is given now.
    pub(super) fn run_on(&mut self, now: Micros) {
        let stands = self.inputs.pauses.iter().any(|pause| pause.until.is_none());
        let ended = self.stop_time.take().unwrap_or(now);
        let first = alerts::first(self.id_of_rule(), self.start_time, self.due_time);
        self.state = if stands { ClockState::Paused } else { ClockState::Running };
        self.stopped_by = None;
        self.alert_time = match (stands, first > ended, self.due_time > ended) {
            (true, _, _) | (false, _, false) => None,
            (false, true, true) => Some(first),
            (false, false, true) => Some(self.due_time),
        };
    }

    /// Takes over what was computed anew. Where the due time moved, and where the clock runs again, its warnings begin anew.
    pub(super) fn take(&mut self, deadline: Deadline) -> Result<()> {
        let stood = self.state == ClockState::Paused;
        let stands = self.inputs.pauses.iter().any(|pause| pause.until.is_none());
        self.state = if stands { ClockState::Paused } else { ClockState::Running };
        if stands {
            self.alert_time = None;
        } else if stood || self.due_time != deadline.late_after {
            self.alert_time = Some(alerts::first(self.id_of_rule(), self.start_time, deadline.late_after));
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
    pub(super) fn dates(&self) -> (NaiveDate, NaiveDate, Micros, bool) {
        (self.nominal_date, self.adjusted_date, self.due_time, self.provisional)
    }

    /// Id of its rule in every rule set: `handling`. Of a term of a case type the whole, `alarm@1.acknowledge`, since ids of types mean
    /// nothing outside them.
    pub fn id_of_rule(&self) -> &str {
        match self.rule.rsplit_once('.') {
            Some((rule_set, id)) if !rule_set.contains('@') => id,
            _ => &self.rule,
        }
    }

    pub(super) fn is_of(&self, rules: &[&str]) -> bool {
        rules.contains(&self.id_of_rule())
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
    let Some(rule) = catalog.rule_of(tx, rule, civil_date(start)).await? else { return Ok(None) };
    let office_hours = match holder.and_then(|name| name.strip_prefix("organizations/")) {
        Some(id) if rule.unit == Unit::HalfWorkingDay => organizations::office_hours(tx, id).await?,
        _ => None,
    };
    let inputs = Inputs { set, office_hours, ..Inputs::default() };
    let deadline = deadline(tx, catalog, &rule, start, &inputs)
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
        alert_time: Some(alerts::first(&rule.id, start, deadline.late_after)),
        checked_calendar,
    }))
}

/// The deadline by the calendar as it stands.
pub(super) async fn deadline(
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
        office_hours: inputs.office_hours.and_then(Hours::for_clock).unwrap_or_default(),
    }))
}

/// Number of a calendar's version: of `cn@3` it is 3.
pub fn calendar_number(version: &str) -> i64 {
    version.rsplit('@').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
