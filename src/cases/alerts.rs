//! When a clock warns: once before its due time and once at it; the term of handling also at its half, where nobody has reported.

use super::clocks::{Clock, ClockState, rules};
use crate::call::Micros;

/// The longest time before the due time: three days.
const LONGEST_LEAD: Micros = 3 * 86_400_000_000;

/// A warning of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// Half of the term is over: is there a report?
    HalfTerm,
    /// The due time is near.
    DueSoon,
    /// The due time has passed.
    Overdue,
}

impl Alert {
    /// Type of the event; none where a rule decides whether something is said.
    pub fn kind(self) -> Option<&'static str> {
        match self {
            Self::HalfTerm => None,
            Self::DueSoon => Some("clock.due_soon"),
            Self::Overdue => Some("clock.overdue"),
        }
    }
}

/// When a clock is looked at first: the term of handling at its half, others when the warning before the due time is due.
pub fn first(rule: &str, start: Micros, due: Micros) -> Micros {
    let before = before(start, due);
    let half = start + due.saturating_sub(start).max(0) / 2;
    if rule == rules::HANDLING && half < before { half } else { before }
}

/// When the warning before the due time is due: three days before the due time, or when three quarters of the term are over, whichever is later.
fn before(start: Micros, due: Micros) -> Micros {
    due - due.saturating_sub(start).max(0).div_euclid(4).min(LONGEST_LEAD)
}

/// The warning that a clock owes at `now`, and when the one after it is due. A clock that is looked at after its due time only gives the
/// second warning: the first would say nothing any more.
pub fn owed(clock: &Clock, now: Micros) -> Option<(Alert, Option<Micros>)> {
    if clock.state != ClockState::Running || clock.alert_time.is_none_or(|time| time > now) {
        return None;
    }
    let before = before(clock.start_time, clock.due_time);
    if now >= clock.due_time {
        Some((Alert::Overdue, None))
    } else if now >= before {
        Some((Alert::DueSoon, Some(clock.due_time)))
    } else {
        Some((Alert::HalfTerm, Some(before)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Micros = 86_400_000_000;

    #[test]
    fn the_first_warning_comes_three_days_before_or_in_the_last_quarter() {
        let first = |start, due| first(rules::REVIEW, start, due);
        assert_eq!(first(0, 60 * DAY), 57 * DAY);
        assert_eq!(first(0, 12 * DAY), 9 * DAY);
        assert_eq!(first(0, 8 * DAY), 6 * DAY);
        assert_eq!(first(0, 40), 30);
        assert_eq!(first(7, 7), 7);
        assert_eq!(first(9, 7), 7);
    }

    #[test]
    fn the_term_of_handling_is_looked_at_at_its_half() {
        assert_eq!(first(rules::HANDLING, 0, 60 * DAY), 30 * DAY);
        assert_eq!(first(rules::HANDLING, 0, 4), 2);
        assert_eq!(first(rules::HANDLING, 9, 7), 7);
    }
}
