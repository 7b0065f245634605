//! The engine against a slow reference that walks day by day, minute by minute, over random calendars, pauses and
//! extensions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, Weekday};
use proptest::prelude::*;

use super::super::*;
use super::{at, local_rule};

/// A case for the reference.
#[derive(Debug, Clone)]
struct Case {
    start: Micros,
    length: u32,
    pauses: Vec<Pause>,
    extension: Option<u32>,
    calendar: Calendar,
}

impl Case {
    fn compute(&self, unit: Unit) -> Result<Deadline, ClockError> {
        let extensions: Vec<Extension> = self.extension.into_iter().map(|length| granted(length, None)).collect();
        self.compute_with(unit, &self.pauses, &extensions)
    }

    fn compute_with(&self, unit: Unit, pauses: &[Pause], extensions: &[Extension]) -> Result<Deadline, ClockError> {
        let rule = local_rule(unit, self.length);
        let (start, calendar, office_hours) = (self.start, &self.calendar, OfficeHours::default());
        compute(&Input { rule: &rule, start, set: None, pauses, extensions, calendar, office_hours })
    }

    fn total(&self) -> u32 {
        self.length + self.extension.unwrap_or(0)
    }

    fn paused(&self, from: Micros, until: Micros) -> bool {
        self.pauses
            .iter()
            .any(|pause| pause.from < pause.until.unwrap() && pause.from < until && pause.until.unwrap() > from)
    }
}

fn granted(length: u32, revoked: Option<Micros>) -> Extension {
    Extension { length, granted: at("2026-01-05 09:00"), revoked }
}

/// Civil time by chrono, on its own path.
fn civil(at: Micros) -> chrono::NaiveDateTime {
    let zone = FixedOffset::east_opt(8 * 3600).unwrap();
    DateTime::from_timestamp_micros(at).unwrap().with_timezone(&zone).naive_local()
}

fn instant(date: NaiveDate, time: NaiveTime) -> Micros {
    date.and_time(time).and_utc().timestamp_micros() - 8 * HOUR
}

fn midnight(date: NaiveDate) -> Micros {
    instant(date, NaiveTime::MIN)
}

fn next(date: NaiveDate) -> NaiveDate {
    date + Days::new(1)
}

fn works(calendar: &Calendar, rows: &BTreeMap<NaiveDate, Listed>, date: NaiveDate) -> bool {
    assert_eq!(calendar.day(date) == Day::Unknown, !calendar.years().contains(&date.year()));
    rows.get(&date).map_or(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun), |row| !row.off)
}

/// Rows and published years around 2025–2027.
fn calendars() -> impl Strategy<Value = (BTreeMap<NaiveDate, Listed>, BTreeSet<i32>)> {
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let rows = prop::collection::btree_map(0u64..1200, any::<bool>(), 0..200);
    let rows = rows.prop_map(move |rows| {
        let row = |(day, off)| (first + Days::new(day), Listed { off, name: "节".to_owned() });
        rows.into_iter().map(row).collect()
    });
    (rows, prop::collection::btree_set(2025..2029, 0..4))
}

fn cases() -> impl Strategy<Value = (Case, BTreeMap<NaiveDate, Listed>)> {
    let base = at("2025-11-01 00:00");
    // Minutes, or half hours, or days: whole ones meet the edges of days and terms.
    let grain = || prop::sample::select(vec![(1i64, 100_000i64), (30, 3_000), (1440, 70)]);
    let moment = move || grain().prop_flat_map(|(minutes, count)| (0..count).prop_map(move |n| n * minutes));
    let pause = (moment(), grain(), 0i64..60, any::<bool>()).prop_map(move |(from, (minutes, _), n, near)| {
        let from = base + (if near { from % 4_320 } else { from - 20_160 }) * MINUTE;
        Pause { from, until: Some(from + n * minutes * MINUTE), cause: PauseCause::Hearing }
    });
    let pauses = prop::collection::vec(pause, 0..5);
    let parts = (0i64..100_000, prop_oneof![1u32..6, 1u32..90], pauses, prop::option::of(1u32..=30), calendars());
    parts.prop_map(move |(start, length, pauses, extension, (rows, years))| {
        let calendar = Calendar::new("random", rows.clone(), years);
        (Case { start: base + start * MINUTE, length, pauses, extension, calendar }, rows)
    })
}

proptest! {
    #[test]
    fn days_agree_with_walking((case, rows) in cases(), working in any::<bool>()) {
        let mut day = civil(case.start).date();
        let (mut left, mut asked) = (case.total(), BTreeSet::new());
        while left > 0 {
            day = next(day);
            if case.paused(midnight(day), midnight(next(day))) {
                continue;
            }
            if working {
                asked.insert(day);
            }
            if !working || works(&case.calendar, &rows, day) {
                left -= 1;
            }
        }
        let nominal = day;
        asked.insert(day);
        while !works(&case.calendar, &rows, day) {
            day = next(day);
            asked.insert(day);
        }
        let unsettled = |date: &NaiveDate| {
            let known = |year| case.calendar.years().contains(&year);
            !known(date.year()) || (date.month() == 12 && !known(date.year() + 1))
        };
        let deadline = case.compute(if working { Unit::WorkingDay } else { Unit::NaturalDay }).unwrap();
        prop_assert_eq!(deadline.nominal_date, nominal);
        prop_assert_eq!(deadline.nominal_due, midnight(next(nominal)));
        prop_assert_eq!(deadline.adjusted_date, day);
        prop_assert_eq!(deadline.adjusted_due, midnight(next(day)));
        prop_assert_eq!(deadline.provisional, asked.iter().any(unsettled));
        prop_assert_eq!(deadline.roll.is_some(), day != nominal);
    }

    #[test]
    fn half_days_agree_with_walking((case, rows) in cases()) {
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let sessions = [(time(8, 30), time(12, 0)), (time(14, 30), time(18, 0))];
        let (mut day, mut ends) = (civil(case.start).date(), Vec::new());
        while ends.len() < case.total() as usize {
            for (opens, closes) in sessions.map(|(opens, closes)| (instant(day, opens), instant(day, closes))) {
                if works(&case.calendar, &rows, day) && opens > case.start && !case.paused(opens, closes) {
                    ends.push(closes);
                }
            }
            day = next(day);
        }
        let deadline = case.compute(Unit::HalfWorkingDay).unwrap();
        prop_assert_eq!(deadline.nominal_due, ends[case.total() as usize - 1]);
        prop_assert_eq!(deadline.adjusted_due, deadline.nominal_due);
    }

    #[test]
    fn minutes_agree_with_walking((case, _) in cases()) {
        let (mut minute, mut left) = (case.start, case.total());
        while left > 0 {
            if !case.paused(minute, minute + MINUTE) {
                left -= 1;
            }
            minute += MINUTE;
        }
        prop_assert_eq!(case.compute(Unit::Minute).unwrap().late_after, minute);
    }

    #[test]
    fn order_does_not_matter((case, _) in cases(), unit in units(), turn in 0usize..5) {
        let mut pauses = case.pauses.clone();
        pauses.rotate_left(turn.min(case.pauses.len()));
        pauses.reverse();
        let revoked = granted(7, Some(at("2026-01-06 09:00")));
        let one_way = case.compute_with(unit, &case.pauses, &[revoked, granted(9, None)]).unwrap();
        let other_way = case.compute_with(unit, &pauses, &[granted(9, None), revoked]).unwrap();
        prop_assert_eq!(one_way, other_way);
    }

    #[test]
    fn revocation_restores((case, _) in cases(), unit in units(), length in 1u32..=30) {
        let plain = case.compute_with(unit, &case.pauses, &[]).unwrap();
        let extended = case.compute_with(unit, &case.pauses, &[granted(length, None)]).unwrap();
        let mut revoked = case.compute_with(unit, &case.pauses, &[granted(length, Some(case.start))]).unwrap();
        prop_assert!(extended.nominal_due > plain.nominal_due);
        revoked.steps.retain(|step| !matches!(step, Step::Extended { .. }));
        prop_assert_eq!(revoked, plain);
    }

    #[test]
    fn explanations_name_the_article_and_the_date((case, _) in cases(), unit in units()) {
        let deadline = case.compute(unit).unwrap();
        for lang in [Lang::Zh, Lang::En] {
            let text = explain(&deadline, lang).join("\n");
            prop_assert!(text.contains("XF 36") && text.contains(&deadline.nominal_date.to_string()), "{}", text);
        }
    }

    #[test]
    fn a_day_holds_its_instants(at in -200_000_000_000_000_000i64..200_000_000_000_000_000) {
        let date = civil_date(at);
        prop_assert_eq!(date, civil(at).date());
        prop_assert!(start_of_day(date) <= at && at < end_of_day(date));
    }

    #[test]
    fn nothing_panics(
        start in instants(),
        length in any::<u32>(),
        pauses in prop::collection::vec((instants(), prop::option::of(instants())), 0..3),
        unit in units(),
        due in prop::option::of(instants()),
    ) {
        let mut rule = local_rule(unit, length);
        let set = due.map(|due| SetTerm::Due(civil_date(due)));
        rule.length = if set.is_some() { Length::AsSet } else { rule.length };
        let cause = PauseCause::Hearing;
        let pauses: Vec<Pause> = pauses.into_iter().map(|(from, until)| Pause { from, until, cause }).collect();
        let calendar = Calendar::new("empty", BTreeMap::new(), BTreeSet::from([i32::MAX, i32::MIN, 2026]));
        let (extensions, office_hours) = ([granted(30, None)], OfficeHours::default());
        let (rule, pauses, extensions, calendar) = (&rule, pauses.as_slice(), extensions.as_slice(), &calendar);
        let input = Input { rule, start, set, pauses, extensions, calendar, office_hours };
        if let Ok(deadline) = compute(&input) {
            explain(&deadline, Lang::Zh);
            explain(&deadline, Lang::En);
        }
        start_of_day(civil_date(start));
        end_of_day(civil_date(start));
        calendar.day(civil_date(start));
        calendar.awaited(civil_date(start)).count();
    }
}

fn units() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![Unit::NaturalDay, Unit::WorkingDay, Unit::HalfWorkingDay, Unit::Hour, Unit::Minute])
}

/// Everyday instants, the ends of the supported years, and anything at all.
fn instants() -> impl Strategy<Value = Micros> {
    let near = |centre: Micros| (-90 * DAY..90 * DAY).prop_map(move |offset| centre.saturating_add(offset));
    let (first, last) = (start_of_day(day_numbered(FIRST_DAY).unwrap()), end_of_day(day_numbered(LAST_DAY).unwrap()));
    prop_oneof![
        4 => near(at("2026-03-02 10:00")),
        1 => near(first),
        1 => near(last),
        1 => near(Micros::MIN),
        1 => near(Micros::MAX),
        1 => any::<Micros>(),
    ]
}
