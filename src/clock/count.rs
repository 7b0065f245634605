//! Counting forward in one unit, over days off and pauses. What is skipped on the way is tallied for the explanation.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::{
    Calendar, ClockError, DayReason, HOUR, MINUTE, Micros, OfficeHours, Pause, Skipped, Span, Unit, checked_date,
    civil_date, day_numbered, end_of_day, start_of_day,
};

/// How far a search for working days goes before it gives up, in days: 200 years. Keeps a huge length or pause from
/// costing more than milliseconds.
const HORIZON: i64 = 73_050;

/// Where counting stands. The unit that holds `last` is used up: at the start because the starting day is not counted
/// (MFD 201), later because it was the last one counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    /// The term ends here: the first instant that is too late.
    pub due: Micros,
    last: Micros,
}

impl Position {
    pub(super) fn at_start(start: Micros) -> Self {
        Self { due: start, last: start }
    }

    fn ended(due: Micros) -> Self {
        Self { due, last: due - 1 }
    }

    /// The civil day of the last instant in time: a term that ends at 24:00 ends on the day before midnight.
    pub(super) fn date(self) -> Result<NaiveDate, ClockError> {
        checked_date(self.last)
    }
}

/// Counts by one calendar and one set of pauses.
pub(super) struct Counter<'a> {
    calendar: &'a Calendar,
    hours: OfficeHours,
    pauses: Pauses,
    pub skipped: Skipped,
    /// The years whose calendar could still change what was counted.
    pub awaits: BTreeSet<i32>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(calendar: &'a Calendar, hours: OfficeHours, pauses: &[Pause]) -> Self {
        let pauses = Pauses::new(pauses);
        Self { calendar, hours, pauses, skipped: Skipped::default(), awaits: BTreeSet::new() }
    }

    /// `length` units on from a position. Additive: counting a and then b gives what counting a + b gives, so that an
    /// extension in the unit of its rule simply makes the term longer.
    pub(super) fn advance(&mut self, from: Position, length: u32, unit: Unit) -> Result<Position, ClockError> {
        match unit {
            Unit::NaturalDay => self.natural_days(from.date()?, length),
            Unit::WorkingDay => self.working_days(from.date()?, length),
            Unit::HalfWorkingDay => self.half_days(from, length),
            Unit::Hour => self.exact(from.due, i64::from(length).checked_mul(HOUR)),
            Unit::Minute => self.exact(from.due, i64::from(length).checked_mul(MINUTE)),
        }
    }

    /// To the end of a day that was set, moved on by the days on which the clock stood still.
    pub(super) fn until_date(&mut self, from: Position, due: NaiveDate) -> Result<Position, ClockError> {
        let start = from.date()?;
        let days = u32::try_from((due - start).num_days()).map_err(|_| ClockError::DueBeforeStart { start, due })?;
        self.natural_days(start, days)
    }

    /// The next working day on or after a date.
    pub(super) fn roll(&mut self, date: NaiveDate) -> Result<NaiveDate, ClockError> {
        let first = i64::from(date.num_days_from_ce());
        for day in first..first + HORIZON {
            let date = day_numbered(day)?;
            self.awaits.extend(self.calendar.awaited(date));
            if self.calendar.reason(date).works() {
                return Ok(date);
            }
        }
        Err(ClockError::OutOfRange)
    }

    fn natural_days(&mut self, from: NaiveDate, length: u32) -> Result<Position, ClockError> {
        let from = i64::from(from.num_days_from_ce());
        let mut last = from + i64::from(length);
        for &(first_paused, last_paused) in &self.pauses.days {
            let first_paused = first_paused.max(from + 1);
            if first_paused > last {
                break;
            }
            let days = (last_paused - first_paused + 1).max(0);
            last += days;
            self.skipped.paused += u32::try_from(days).map_err(|_| ClockError::OutOfRange)?;
        }
        Ok(Position::ended(end_of_day(day_numbered(last)?)))
    }

    fn working_days(&mut self, from: NaiveDate, length: u32) -> Result<Position, ClockError> {
        let from = i64::from(from.num_days_from_ce());
        let mut left = within_horizon(length)?;
        for day in from + 1..from + HORIZON {
            let date = day_numbered(day)?;
            if self.pauses.touch(start_of_day(date), end_of_day(date)) {
                self.skipped.paused += 1;
            } else if self.works(date) {
                left = left.saturating_sub(1);
                if left == 0 {
                    return Ok(Position::ended(end_of_day(date)));
                }
            }
        }
        Err(ClockError::OutOfRange)
    }

    /// The half day in which the clock starts is not counted, as the starting day is not (MFD 201); a term ends when
    /// the office closes (MFD 203: where there are business hours, their end). Before opening, at lunch or on a day off
    /// no half day has begun, and the next one is the first.
    fn half_days(&mut self, from: Position, length: u32) -> Result<Position, ClockError> {
        let first = i64::from(from.date()?.num_days_from_ce());
        let mut left = within_horizon(length / 2).map(|_| length)?;
        for day in first..first + HORIZON {
            let date = day_numbered(day)?;
            let ahead = self.hours.half_days(date).into_iter().filter(|(opens, _)| *opens > from.last);
            let ahead: Vec<(Micros, Micros)> = ahead.collect();
            if ahead.is_empty() || !self.works(date) {
                continue;
            }
            for (opens, closes) in ahead {
                if self.pauses.touch(opens, closes) {
                    continue;
                }
                left = left.saturating_sub(1);
                if left == 0 {
                    return Ok(Position::ended(closes));
                }
            }
        }
        Err(ClockError::OutOfRange)
    }

    /// Hours and minutes run from the instant (MFD 201), through nights and holidays.
    fn exact(&self, from: Micros, length: Option<Micros>) -> Result<Position, ClockError> {
        let length = length.ok_or(ClockError::OutOfRange)?;
        let mut due = from.checked_add(length).ok_or(ClockError::OutOfRange)?;
        for &(paused, resumed) in &self.pauses.spans {
            let paused = paused.max(from);
            if paused >= due {
                break;
            }
            due = due.checked_add((resumed - paused).max(0)).ok_or(ClockError::OutOfRange)?;
        }
        checked_date(due)?;
        Ok(Position::ended(due))
    }

    /// Whether a day is worked, as far as known, with its tally.
    fn works(&mut self, date: NaiveDate) -> bool {
        self.awaits.extend(self.calendar.awaited(date));
        let reason = self.calendar.reason(date);
        let works = reason.works();
        match reason {
            DayReason::Holiday(name) => add_holiday(&mut self.skipped.holidays, date, name),
            DayReason::MakeUpDay(name) => self.skipped.make_up_days.push(Span { from: date, to: date, name }),
            DayReason::Weekend | DayReason::AssumedOff => self.skipped.weekend_days += 1,
            DayReason::Weekday | DayReason::AssumedWorking => {}
        }
        works
    }
}

/// Refuses at once a length that the search could not reach.
fn within_horizon(length: u32) -> Result<u32, ClockError> {
    if i64::from(length) < HORIZON { Ok(length) } else { Err(ClockError::OutOfRange) }
}

fn add_holiday(spans: &mut Vec<Span>, date: NaiveDate, name: String) {
    match spans.last_mut() {
        Some(span) if span.name == name && span.to.succ_opt() == Some(date) => span.to = date,
        _ => spans.push(Span { from: date, to: date, name }),
    }
}

/// Pauses merged, so that time in two of them is left out once.
struct Pauses {
    /// `[from, until)`, ascending, disjoint.
    spans: Vec<(Micros, Micros)>,
    /// The civil days touched, first and last, as day numbers, ascending, disjoint. A day of which a part is paused is
    /// not counted at all: "听证所需时间不计算" (XF 36), and a hearing of an afternoon would otherwise not be left out.
    days: Vec<(i64, i64)>,
    /// Starts of pauses that have not ended. Nobody knows how long they last, so that they take only the day they
    /// began.
    open: Vec<Micros>,
}

impl Pauses {
    fn new(pauses: &[Pause]) -> Self {
        let ended = |pause: &Pause| pause.until.filter(|until| *until > pause.from).map(|until| (pause.from, until));
        let spans = merged(pauses.iter().filter_map(ended).collect());
        let open: Vec<Micros> = pauses.iter().filter(|pause| pause.until.is_none()).map(|pause| pause.from).collect();
        let day = |at: Micros| i64::from(civil_date(at).num_days_from_ce());
        let closed_days = spans.iter().map(|(from, until)| (day(*from), day(until - 1)));
        let days = merged(closed_days.chain(open.iter().map(|from| (day(*from), day(*from)))).collect());
        Self { spans, days, open }
    }

    /// Whether a part of `[from, until)` is paused.
    fn touch(&self, from: Micros, until: Micros) -> bool {
        let next = self.spans.partition_point(|span| span.1 <= from);
        self.spans.get(next).is_some_and(|span| span.0 < until)
            || self.open.iter().any(|paused| (from..until).contains(paused))
    }
}

/// Joins what overlaps or touches.
fn merged(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
    for (from, until) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}
