//! What the catalogue consists of: topics, case types, calendars with the notices they were made from.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::{
    call::{Locale, Micros},
    check::Faults,
    clock::{Lang, Words},
};

/// Id of the national calendar, by which deadlines are counted.
pub const NATIONAL: &str = "cn";
/// The jurisdiction of the national rules.
pub const COUNTRY: &str = "CN";

/// `calendars/{id}`.
pub fn calendar_name(id: &str) -> String {
    format!("calendars/{id}")
}

/// `topics/{id}`.
pub fn topic_name(id: &str) -> String {
    format!("topics/{id}")
}

/// The language of explanations for a locale.
pub fn lang(locale: Locale) -> Lang {
    match locale {
        Locale::ZhCn => Lang::Zh,
        Locale::En => Lang::En,
    }
}

/// The words in a language.
pub fn words(words: &Words, locale: Locale) -> &str {
    match locale {
        Locale::ZhCn => &words.zh,
        Locale::En => &words.en,
    }
}

/// A topic in its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// `{id}` of `topics/{id}`.
    pub id: String,
    /// The tree it stands in.
    pub taxonomy: String,
    /// Its name.
    pub title: Words,
    /// Id of the topic above.
    pub parent: Option<String>,
    /// The ids from the top down to this one.
    pub path: Vec<String>,
    /// Where it stands in the tree, from 1.
    pub position: i32,
    /// The position of the last topic below it; its own where there is none.
    pub last_position: i32,
}

impl Topic {
    /// Depth in the tree, 1 at the top.
    pub fn level(&self) -> i32 {
        i32::try_from(self.path.len()).unwrap_or(i32::MAX)
    }

    /// No topic stands below it.
    pub fn is_leaf(&self) -> bool {
        self.position == self.last_position
    }
}

/// A calendar without its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarHead {
    /// `{id}` of `calendars/{id}`.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// Number of changes so far.
    pub version: i64,
    /// When it last changed.
    pub update_time: Micros,
}

impl CalendarHead {
    /// `calendars/{id}`.
    pub fn name(&self) -> String {
        calendar_name(&self.id)
    }

    /// The version as deadlines name it: `cn@3`.
    pub fn version_name(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }
}

/// A calendar as it is told: its years, and the days of the year that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarView {
    /// The calendar.
    pub head: CalendarHead,
    /// The published years, ascending.
    pub years: Vec<CalendarYear>,
    /// Days, ascending.
    pub days: Vec<ListedDay>,
}

/// A published year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarYear {
    /// The year.
    pub year: i32,
    /// The notice it was taken from.
    pub citation: String,
    /// Number of days that the notice lists.
    pub day_count: i32,
    /// When it was entered.
    pub import_time: Micros,
}

/// A day that a notice lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDay {
    /// The day.
    pub date: NaiveDate,
    /// Off, or worked on a weekend.
    pub off: bool,
    /// The holiday it belongs to.
    pub display_name: String,
}

/// One year's notice of holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The year.
    pub year: i32,
    /// Where it is published.
    pub citation: String,
    /// The days that it lists, in December before the year and in it.
    pub days: Vec<ListedDay>,
}

impl Notice {
    /// Notes what is wrong with the days, each at its place in `days`.
    pub fn check(&self, faults: &mut Faults) {
        let mut seen = HashSet::new();
        faults.field("days", |faults| {
            for (index, day) in self.days.iter().enumerate() {
                let fault = if !seen.insert(day.date) {
                    "stands twice"
                } else if !belongs(self.year, day.date) {
                    "is neither in the year nor in the December before it"
                } else if !day.off && !is_weekend(day.date) {
                    "is no Saturday or Sunday, which a make-up day is"
                } else {
                    continue;
                };
                faults.index(index, |faults| faults.at("date", fault));
            }
            // An empty or half entered year must not pass for one without holidays.
            for month in [1, 10] {
                let first = NaiveDate::from_ymd_opt(self.year, month, 1);
                if !self.days.iter().any(|day| day.off && Some(day.date) == first) {
                    faults.add(format!("do not have {}-{month:02}-01 as a day off", self.year));
                }
            }
        });
    }
}

/// Whether a year's notice may list the day: its own days, and those around New Year before it.
fn belongs(year: i32, date: NaiveDate) -> bool {
    date.year() == year || (date.year() == year - 1 && date.month() == 12)
}

/// A Saturday or a Sunday.
pub fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(days: &[(&str, bool)]) -> Vec<String> {
        let day = |(date, off): &(&str, bool)| ListedDay {
            date: date.parse().expect("date"),
            off: *off,
            display_name: "元旦".into(),
        };
        let notice = Notice { year: 2027, citation: "x".into(), days: days.iter().map(day).collect() };
        let mut faults = Faults::default();
        notice.check(&mut faults);
        match faults.into_result() {
            Ok(()) => Vec::new(),
            Err(crate::error::Error::Invalid(found)) => found.into_iter().map(|fault| fault.field).collect(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_notice_lists_each_day_once_within_its_reach() {
        let whole = [("2026-12-26", false), ("2027-01-01", true), ("2027-10-01", true)];
        assert!(faults(&whole).is_empty());
        let wrong = [
            ("2027-01-01", true),
            ("2027-01-01", true),
            ("2026-11-30", true),
            ("2028-01-01", true),
            ("2027-01-04", false),
            ("2027-10-01", true),
        ];
        assert_eq!(faults(&wrong), ["days[1].date", "days[2].date", "days[3].date", "days[4].date"]);
    }

    #[test]
    fn a_half_entered_year_is_refused() {
        assert_eq!(faults(&[("2027-01-01", true)]), ["days"]);
        assert_eq!(faults(&[("2026-12-31", true)]), ["days", "days"]);
    }
}
