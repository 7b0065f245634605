//! From a rule, a start, pauses and extensions to a deadline, with every step that led there.
//!
//! The result depends on what happened, not on the order in which it was entered: pauses are merged, an extension
//! counts on from the nominal date, and a revoked one leaves no trace in the dates.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::count::{Counter, Position};
use super::deadline::{extension_steps, pause_steps, rule_step};
use super::{
    Calendar, ClockError, ClockRule, Deadline, Duty, Length, Micros, OfficeHours, PauseCause, Roll, Skipped, Step,
    Unit, checked_date, end_of_day,
};

/// A time in which the clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub from: Micros,
    /// The first instant that counts again; `None` while it lasts.
    pub until: Option<Micros>,
    pub cause: PauseCause,
}

/// An extension, by the unit of the rule's cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    pub length: u32,
    pub granted: Micros,
    pub revoked: Option<Micros>,
}

/// A term that the rule leaves to whoever assigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SetTerm {
    Length {
        length: u32,
        unit: Unit,
    },
    /// The last day, ending at 24:00; may be the day of the start.
    Due(#[serde(with = "super::iso_date")] NaiveDate),
}

/// Everything a deadline depends on.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The version in force on the day of the start ([`super::RuleSet::rule_at`]).
    pub rule: &'a ClockRule,
    pub start: Micros,
    /// Given exactly when the rule's length is [`Length::AsSet`].
    pub set: Option<SetTerm>,
    /// In any order; they may overlap.
    pub pauses: &'a [Pause],
    /// In any order, revoked ones included.
    pub extensions: &'a [Extension],
    pub calendar: &'a Calendar,
    pub office_hours: OfficeHours,
}

/// Computes a deadline.
///
/// # Errors
/// [`ClockError`]: what the rule does not allow, a term missing or out of place, dates out of range.
pub fn compute(input: &Input) -> Result<Deadline, ClockError> {
    check(input)?;
    let start = checked_date(input.start)?;
    let mut counter = Counter::new(input.calendar, input.office_hours, input.pauses);
    let mut steps = vec![rule_step(input.rule), Step::Start { event: input.rule.starts_at, at: input.start }];

    let begin = Position::at_start(input.start);
    let article = input.rule.article.clone();
    let (mut position, mut unit) = match term(input)? {
        Term::Length { length, unit, set } => {
            steps.push(Step::Term { article, length, unit, set, start });
            (counter.advance(begin, length, unit)?, unit)
        }
        Term::Due(due) if due < start => return Err(ClockError::DueBeforeStart { start, due }),
        Term::Due(due) => {
            steps.push(Step::TermUntil { article, due });
            (counter.until_date(begin, due)?, Unit::NaturalDay)
        }
    };
    steps.extend(pause_steps(input.pauses));
    if let Some(extension) = input.rule.extension {
        steps.extend(extension_steps(input.extensions, extension.unit));
        for active in input.extensions.iter().filter(|extension| extension.revoked.is_none()) {
            position = counter.advance(position, active.length, extension.unit)?;
            unit = extension.unit;
        }
    }
    finish(input, counter, position, unit, steps)
}

/// Adjusts the nominal date and draws up the result.
fn finish(
    input: &Input,
    mut counter: Counter,
    position: Position,
    unit: Unit,
    mut steps: Vec<Step>,
) -> Result<Deadline, ClockError> {
    let nominal_date = position.date()?;
    let nominal_provisional = !counter.awaits.is_empty();
    if counter.skipped != Skipped::default() {
        steps.push(Step::Skipped(counter.skipped.clone()));
    }
    steps.push(Step::Nominal { due: position.due });

    // Only terms in days end on a day that may be off; hours and minutes end at their instant, half days in office
    // hours.
    let by_days = matches!(unit, Unit::NaturalDay | Unit::WorkingDay);
    let adjusted_date = if by_days { counter.roll(nominal_date)? } else { nominal_date };
    let reason = input.calendar.reason(nominal_date);
    let mut roll = None;
    if adjusted_date != nominal_date {
        let rolled = Roll { from: nominal_date, to: adjusted_date, reason };
        steps.push(Step::Rolled(rolled.clone()));
        roll = Some(rolled);
    } else if unit == Unit::NaturalDay {
        steps.push(Step::NotRolled { date: nominal_date, reason });
    }
    let adjusted_due = if by_days { end_of_day(adjusted_date) } else { position.due };
    let late_after = match input.rule.duty {
        Duty::Organ => position.due,
        Duty::Citizen => adjusted_due,
    };
    let awaits: Vec<i32> = counter.awaits.into_iter().collect();
    let calendar_version = input.calendar.version().to_owned();
    let outer = (adjusted_due != late_after).then_some(adjusted_due);
    steps.push(Step::Late { duty: input.rule.duty, after: late_after, outer });
    // A term in hours or minutes asks no calendar.
    if !matches!(unit, Unit::Hour | Unit::Minute) {
        steps.push(Step::Calendar { version: calendar_version.clone(), awaits: awaits.clone(), nominal_provisional });
    }
    let paused_since = open_pause(input.pauses, position.due);
    steps.extend(paused_since.map(|since| Step::StandsStill { since }));
    Ok(Deadline {
        nominal_date,
        nominal_due: position.due,
        adjusted_date,
        adjusted_due,
        late_after,
        provisional: !awaits.is_empty(),
        nominal_provisional,
        awaits,
        roll,
        paused_since,
        calendar_version,
        steps,
    })
}

/// The earliest pause that has not ended, unless the term was over before it began.
fn open_pause(pauses: &[Pause], due: Micros) -> Option<Micros> {
    let open = pauses.iter().filter(|pause| pause.until.is_none() && pause.from < due);
    open.map(|pause| pause.from).min()
}

/// What the rule allows, whatever the dates.
fn check(input: &Input) -> Result<(), ClockError> {
    let name = || input.rule.id.clone();
    for pause in input.pauses {
        if !input.rule.pausable.contains(&pause.cause) {
            return Err(ClockError::NotPausable { rule: name(), cause: pause.cause });
        }
        checked_date(pause.from)?;
        if let Some(until) = pause.until {
            checked_date(until)?;
            if until < pause.from {
                return Err(ClockError::PauseReversed);
            }
        }
    }
    for extension in input.extensions {
        let allowed = input.rule.extension.ok_or_else(|| ClockError::NotExtendable { rule: name() })?;
        if extension.length == 0 {
            return Err(ClockError::ZeroLength);
        }
        if extension.length > allowed.cap {
            let (asked, cap, unit) = (extension.length, allowed.cap, allowed.unit);
            return Err(ClockError::ExtensionOverCap { rule: name(), asked, cap, unit });
        }
    }
    if input.extensions.iter().filter(|extension| extension.revoked.is_none()).count() > 1 {
        return Err(ClockError::ExtendedTwice { rule: name() });
    }
    Ok(())
}

enum Term {
    Length { length: u32, unit: Unit, set: bool },
    Due(NaiveDate),
}

fn term(input: &Input) -> Result<Term, ClockError> {
    let rule = input.rule;
    match (rule.length, input.set) {
        (Length::Fixed(0), None) | (Length::AsSet, Some(SetTerm::Length { length: 0, .. })) => {
            Err(ClockError::ZeroLength)
        }
        (Length::Fixed(length), None) => Ok(Term::Length { length, unit: rule.unit, set: false }),
        (Length::Fixed(_), Some(_)) => {
            Err(ClockError::TermFixed { rule: rule.id.clone(), article: rule.article.clone() })
        }
        (Length::AsSet, None) => Err(ClockError::TermMissing { rule: rule.id.clone() }),
        (Length::AsSet, Some(SetTerm::Length { length, unit })) => Ok(Term::Length { length, unit, set: true }),
        (Length::AsSet, Some(SetTerm::Due(due))) => Ok(Term::Due(due)),
    }
}
