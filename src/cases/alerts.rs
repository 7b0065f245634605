//! When a clock warns: once before its due time and once at it.

use super::clocks::{Clock, ClockState};
use crate::call::Micros;

/// The longest time before the due time: three days.
const LONGEST_LEAD: Micros = 3 * 86_400_000_000;

/// A warning of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// The due time is near.
    DueSoon,
    /// The due time has passed.
    Overdue,
}

impl Alert {
    /// Type of the event.
    pub fn kind(self) -> &'static str {
        match self {
            Self::DueSoon => "clock.due_soon",
            Self::Overdue => "clock.overdue",
        }
    }
}

/// When the first warning is due: three days before the due time, or when three quarters of the term are over, whichever is later.
pub fn first(start: Micros, due: Micros) -> Micros {
    due - due.saturating_sub(start).max(0).div_euclid(4).min(LONGEST_LEAD)
}

/// The warning that a clock owes at `now`, and when the one after it is due. A clock that is looked at after its due time only gives the
/// second warning: the first would say nothing any more.
pub fn owed(clock: &Clock, now: Micros) -> Option<(Alert, Option<Micros>)> {
    if clock.state != ClockState::Running || clock.alert_time.is_none_or(|time| time > now) {
        return None;
    }
    if now >= clock.due_time { Some((Alert::Overdue, None)) } else { Some((Alert::DueSoon, Some(clock.due_time))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Micros = 86_400_000_000;

    #[test]
    fn the_first_warning_comes_three_days_before_or_in_the_last_quarter() {
        assert_eq!(first(0, 60 * DAY), 57 * DAY);
        assert_eq!(first(0, 12 * DAY), 9 * DAY);
        assert_eq!(first(0, 8 * DAY), 6 * DAY);
        assert_eq!(first(0, 40), 30);
        assert_eq!(first(7, 7), 7);
        assert_eq!(first(9, 7), 7);
    }
}
