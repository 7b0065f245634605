//! What a computation yields: the dates, and the steps that led to them, which are kept with the clock.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    ClockRule, DayReason, Duty, Extension, Micros, Pause, PauseCause, StartEvent, Unit, Verification, Words, iso_date,
};

/// A computed deadline. A stopped clock keeps it as it is, steps and all, and is never computed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The last civil day by counting alone.
    #[serde(with = "iso_date")]
    pub nominal_date: NaiveDate,
    /// The end of the term by counting alone: the first instant that is too late.
    pub nominal_due: Micros,
    /// The last civil day after the roll of a day off to the next working day (MFD 203).
    #[serde(with = "iso_date")]
    pub adjusted_date: NaiveDate,
    pub adjusted_due: Micros,
    /// The clock is late from this instant on: nominal for an organ's duty, adjusted for a citizen's right.
    pub late_after: Micros,
    /// A date rests on days whose calendar is not published; compute again when one of `awaits` is imported.
    pub provisional: bool,
    /// Even the nominal date is provisional (only working days and half days can be).
    pub nominal_provisional: bool,
    /// The years awaited, ascending.
    pub awaits: Vec<i32>,
    pub roll: Option<Roll>,
    /// The clock stands still since then. The dates are as if it went on the day after and move on with every further
    /// day; such a clock is not late.
    pub paused_since: Option<Micros>,
    pub calendar_version: String,
    /// For [`super::explain`].
    pub steps: Vec<Step>,
}

impl Deadline {
    /// Whether a clock that is still running is late.
    pub fn is_late(&self, now: Micros) -> bool {
        self.paused_since.is_none() && now >= self.late_after
    }
}

/// A last day that is off, moved to the next working day (MFD 203).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roll {
    #[serde(with = "iso_date")]
    pub from: NaiveDate,
    #[serde(with = "iso_date")]
    pub to: NaiveDate,
    /// Why `from` is off.
    pub reason: DayReason,
}

/// Days of one holiday, first and last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    #[serde(with = "iso_date")]
    pub from: NaiveDate,
    #[serde(with = "iso_date")]
    pub to: NaiveDate,
    pub name: String,
}

/// What counting passed over on its way to the nominal date.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub holidays: Vec<Span>,
    /// Days off on weekends outside the holidays.
    pub weekend_days: u32,
    /// Weekend days that were counted, being worked.
    pub make_up_days: Vec<Span>,
    /// Days left out for pauses, for a clock in days.
    pub paused: u32,
}

/// What an explanation says of the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFacts {
    pub id: String,
    pub rule_set: String,
    pub version: u32,
    pub title: Words,
    pub article: String,
    pub citation: String,
    pub verification: Verification,
    pub note: Option<Words>,
}

/// One fact of a computation, in the order of telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// The rule as it was then, so that a stored deadline explains itself without it.
    Rule(RuleFacts),
    Start {
        event: StartEvent,
        at: Micros,
    },
    /// The length, fixed by the article or set for the case under it, and how its unit begins: days and half days
    /// without the one of the start, hours and minutes at the instant (MFD 201).
    Term {
        article: String,
        length: u32,
        unit: Unit,
        set: bool,
        #[serde(with = "iso_date")]
        start: NaiveDate,
    },
    /// The last day, set for the case.
    TermUntil {
        article: String,
        #[serde(with = "iso_date")]
        due: NaiveDate,
    },
    Paused {
        cause: PauseCause,
        from: Micros,
        until: Option<Micros>,
    },
    Extended {
        length: u32,
        unit: Unit,
        granted: Micros,
        revoked: Option<Micros>,
    },
    Skipped(Skipped),
    Nominal {
        due: Micros,
    },
    /// The last day is worked: nothing to adjust.
    NotRolled {
        #[serde(with = "iso_date")]
        date: NaiveDate,
        reason: DayReason,
    },
    Rolled(Roll),
    Late {
        duty: Duty,
        after: Micros,
        /// An organ's adjusted date, when it is another: the outer limit.
        outer: Option<Micros>,
    },
    Calendar {
        version: String,
        awaits: Vec<i32>,
        nominal_provisional: bool,
    },
    /// A pause has not ended.
    StandsStill {
        since: Micros,
    },
}

pub(super) fn rule_step(rule: &ClockRule) -> Step {
    Step::Rule(RuleFacts {
        id: rule.id.clone(),
        rule_set: rule.rule_set.clone(),
        version: rule.version,
        title: rule.title.clone(),
        article: rule.article.clone(),
        citation: rule.citation.clone(),
        verification: rule.verification,
        note: rule.note.clone(),
    })
}

pub(super) fn pause_steps(pauses: &[Pause]) -> impl Iterator<Item = Step> {
    let mut pauses = pauses.to_vec();
    pauses.sort_by_key(|pause| (pause.from, pause.until.unwrap_or(Micros::MAX), pause.cause));
    pauses.into_iter().map(|pause| Step::Paused { cause: pause.cause, from: pause.from, until: pause.until })
}

pub(super) fn extension_steps(extensions: &[Extension], unit: Unit) -> impl Iterator<Item = Step> {
    let mut extensions = extensions.to_vec();
    extensions.sort_by_key(|extension| (extension.granted, extension.revoked.unwrap_or(Micros::MAX), extension.length));
    extensions.into_iter().map(move |extension| Step::Extended {
        length: extension.length,
        unit,
        granted: extension.granted,
        revoked: extension.revoked,
    })
}
