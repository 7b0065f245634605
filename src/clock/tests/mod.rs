//! Tests against the calendar and the rules that ship; `properties.rs` against a slow reference.

mod calendars;
mod changes;
mod dates;
mod properties;
mod rules;
mod words;

use chrono::{DateTime, Datelike, NaiveDate, Weekday};

use super::*;

/// An instant in Asia/Shanghai, `2026-01-30 23:59`.
fn at(text: &str) -> Micros {
    DateTime::parse_from_str(&format!("{text} +0800"), "%Y-%m-%d %H:%M %z").unwrap().timestamp_micros()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rules() -> RuleSet {
    RuleSet::parse(CN_2022_TOML).unwrap()
}

fn calendar() -> Calendar {
    Calendar::parse_csv("2026", CN_HOLIDAYS_CSV).unwrap()
}

fn rule(id: &str) -> ClockRule {
    rules().rule_at(id, "CN", date("2026-01-01")).unwrap().clone()
}

/// A rule that no statute knows: for units and lengths outside `cn-2022`.
fn local_rule(unit: Unit, length: u32) -> ClockRule {
    let mut rule = rule("re_review");
    rule.id = "local".to_owned();
    rule.unit = unit;
    rule.length = Length::Fixed(length);
    rule.extension = Some(ExtensionCap { cap: 30, unit });
    rule
}

fn run(rule: &ClockRule, start: &str, pauses: &[Pause], extensions: &[Extension]) -> Result<Deadline, ClockError> {
    let (calendar, office_hours) = (calendar(), OfficeHours::default());
    compute(&Input { rule, start: at(start), set: None, pauses, extensions, calendar: &calendar, office_hours })
}

fn plain(rule: &ClockRule, start: &str) -> Deadline {
    run(rule, start, &[], &[]).unwrap()
}

fn set(term: SetTerm) -> Result<Deadline, ClockError> {
    let (rule, calendar, office_hours) = (rule("assigned_result"), calendar(), OfficeHours::default());
    let start = at("2026-03-02 09:00");
    compute(&Input {
        rule: &rule,
        start,
        set: Some(term),
        pauses: &[],
        extensions: &[],
        calendar: &calendar,
        office_hours,
    })
}

fn hearing(from: &str, until: Option<&str>) -> Pause {
    Pause { from: at(from), until: until.map(at), cause: PauseCause::Hearing }
}

fn extension(length: u32, revoked: Option<&str>) -> Extension {
    Extension { length, granted: at("2026-08-01 10:00"), revoked: revoked.map(at) }
}
