//! Clocks: how a term in law becomes a date, and why.
//!
//! Pure: no system clock, no async, no database. The instant "now", the rule, the calendar and the office hours all
//! come from the caller, so that a deadline can be computed again years later with the same answer.
//!
//! | file | holds |
//! |---|---|
//! | `calendar.rs` | which days are worked: holidays, make-up days (调休), office hours |
//! | `rule.rs` | a term as data: article, length, who owes it, what may pause or extend it |
//! | `count.rs` | counting forward in one unit over days off and pauses |
//! | `engine.rs` | rule + start + pauses + extensions = deadline |
//! | `deadline.rs` | the dates and the steps that led to them |
//! | `explain.rs` | the steps in words, Chinese and English |
//!
//! Articles are cited as in the rules' data: XF 《信访工作条例》, RMTJ 《人民调解法》, MFD 《民法典》.

mod calendar;
mod count;
mod deadline;
mod engine;
mod explain;
mod rule;

#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate};

pub use calendar::{Calendar, Day, DayReason, Listed, OfficeHours};
pub use deadline::{Deadline, Roll, RuleFacts, Skipped, Span, Step};
pub use engine::{Extension, Input, Pause, SetTerm, compute};
pub use explain::{Lang, explain};
pub use rule::{
    ClockRule, Duty, ExtensionCap, Length, PauseCause, RuleSet, StartEvent, StopEvent, Unit, Verification, Words,
};

/// The national rule set that ships with the program, for [`RuleSet::parse`].
pub const CN_2022_TOML: &str = include_str!("../../data/rules/cn-2022.toml");

/// The holidays and make-up days that ship with the program, for [`Calendar::parse_csv`].
pub const CN_HOLIDAYS_CSV: &str = include_str!("../../data/calendar/cn_holidays.csv");

/// An instant: microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// Microseconds in a minute.
pub const MINUTE: Micros = 60_000_000;
/// Microseconds in an hour.
pub const HOUR: Micros = 60 * MINUTE;
const DAY: Micros = 24 * HOUR;

/// Civil time is Asia/Shanghai, and here that is a fixed +08:00: the zone has had no daylight saving since 1992, and
/// the first rule is in force from 2022. Should China change its clocks again, this constant becomes a table.
const OFFSET: Micros = 8 * HOUR;

/// 1970-01-01 counted in days from 0001-01-01, which is day 1.
const EPOCH_DAY: i64 = 719_163;

/// The first and last civil day that the engine computes with (0001-01-01 and 9999-12-31, as a protobuf `Timestamp`),
/// in days from 0001-01-01.
const FIRST_DAY: i64 = 1;
const LAST_DAY: i64 = 3_652_059;

/// The civil day in Asia/Shanghai of an instant. An instant beyond chrono's range gives the first or last date there
/// is; [`compute`] refuses such instants, so that no deadline rests on one.
pub fn civil_date(at: Micros) -> NaiveDate {
    // In this order because adding the offset first could overflow.
    let day = at.div_euclid(DAY) + EPOCH_DAY + (at.rem_euclid(DAY) + OFFSET).div_euclid(DAY);
    let limit = if at < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    i32::try_from(day).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(limit)
}

/// An instant as RFC 3339 writes it, in UTC and to the second.
pub fn rfc3339(at: Micros) -> String {
    let time = chrono::DateTime::from_timestamp_micros(at).unwrap_or_default();
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The first instant of a civil day, 00:00.
pub fn start_of_day(date: NaiveDate) -> Micros {
    (i64::from(date.num_days_from_ce()) - EPOCH_DAY) * DAY - OFFSET
}

/// The end of a civil day, 24:00 (MFD 203), which is the first instant of the next one: what happens before it is in
/// time, and a clock is late when `now >= end_of_day(date)`.
pub fn end_of_day(date: NaiveDate) -> Micros {
    start_of_day(date) + DAY
}

/// The civil day with this number, if the engine computes with it.
fn day_numbered(day: i64) -> Result<NaiveDate, ClockError> {
    let within = (FIRST_DAY..=LAST_DAY).contains(&day);
    let date = i32::try_from(day).ok().filter(|_| within).and_then(NaiveDate::from_num_days_from_ce_opt);
    date.ok_or(ClockError::OutOfRange)
}

/// The civil day of an instant, if the engine computes with it.
fn checked_date(at: Micros) -> Result<NaiveDate, ClockError> {
    day_numbered(i64::from(civil_date(at).num_days_from_ce()))
}

/// Why a clock cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The rule names no such ground for a pause (`CLOCK_NOT_PAUSABLE`).
    #[error("clock {rule} cannot be paused by {cause:?}")]
    NotPausable { rule: String, cause: PauseCause },
    /// The rule knows no extension (`CLOCK_NOT_EXTENDABLE`).
    #[error("clock {rule} cannot be extended")]
    NotExtendable { rule: String },
    /// The extension is longer than the rule allows; the cap itself is allowed (`CLOCK_NOT_EXTENDABLE`).
    #[error("clock {rule} can be extended by at most {cap} {unit:?}, not by {asked}")]
    ExtensionOverCap { rule: String, asked: u32, cap: u32, unit: Unit },
    /// A second extension stands beside one that was not revoked (`CLOCK_NOT_EXTENDABLE`).
    #[error("clock {rule} can be extended once only")]
    ExtendedTwice { rule: String },
    /// The rule leaves the term to whoever assigns, and none was given.
    #[error("clock {rule} needs a term set by the assigning office")]
    TermMissing { rule: String },
    /// The rule fixes the term; it cannot be set.
    #[error("clock {rule} has its term fixed by {article}")]
    TermFixed { rule: String, article: String },
    /// A term or an extension of zero.
    #[error("a length must be at least 1")]
    ZeroLength,
    /// A set due date before the day of the start.
    #[error("the due date {due} is before the start on {start}")]
    DueBeforeStart { start: NaiveDate, due: NaiveDate },
    /// A pause that ends before it begins.
    #[error("a pause ends before it begins")]
    PauseReversed,
    /// The computation leaves the years 1 to 9999, or finds no working day for 200 years.
    #[error("the dates are out of range")]
    OutOfRange,
}

/// Why a data file (rules, calendar) is refused. `at` is a line number, or the id of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {fault}")]
pub struct DataError {
    pub at: String,
    pub fault: String,
}

impl DataError {
    fn new(at: impl ToString, fault: impl ToString) -> Self {
        Self { at: at.to_string(), fault: fault.to_string() }
    }
}

/// Dates as `YYYY-MM-DD` in stored steps; here because chrono is built without its serde feature.
mod iso_date {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(date: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
