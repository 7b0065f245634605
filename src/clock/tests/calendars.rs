//! Published years, unknown years, and deadlines that wait for one.

use super::*;

#[test]
fn a_year_without_a_notice_is_unknown() {
    let calendar = calendar();
    assert_eq!(calendar.years().first(), Some(&2004));
    assert_eq!(calendar.years().last(), Some(&2026));
    assert_eq!(calendar.day(date("2026-02-14")), Day::Working);
    assert_eq!(calendar.day(date("2026-02-23")), Day::Off);
    assert_eq!(calendar.day(date("2026-12-31")), Day::Working);
    assert_eq!(calendar.day(date("2027-01-04")), Day::Unknown);
    assert_eq!(calendar.day(date("2003-12-31")), Day::Unknown);
    assert_eq!(calendar.awaited(date("2026-12-31")).collect::<Vec<_>>(), [2027]);
    assert_eq!(calendar.awaited(date("2025-12-31")).count(), 0);
}

/// The weekdays off and the weekend days worked, as the notices of two years have them.
#[test]
fn the_tables_of_2025_and_2026() {
    let days = |spans: &[(&str, &str)]| -> Vec<NaiveDate> {
        spans.iter().flat_map(|(from, to)| date(from).iter_days().take_while(|day| *day <= date(to))).collect()
    };
    let off = days(&[
        ("2025-01-01", "2025-01-01"),
        ("2025-01-28", "2025-02-04"),
        ("2025-04-04", "2025-04-06"),
        ("2025-05-01", "2025-05-05"),
        ("2025-05-31", "2025-06-02"),
        ("2025-10-01", "2025-10-08"),
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ]);
    let worked = [
        "2025-01-26",
        "2025-02-08",
        "2025-04-27",
        "2025-09-28",
        "2025-10-11",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ];
    let worked = worked.map(date);
    let calendar = calendar();
    for day in days(&[("2025-01-01", "2026-12-31")]) {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let expected = if worked.contains(&day) || (!weekend && !off.contains(&day)) { Day::Working } else { Day::Off };
        assert_eq!(calendar.day(day), expected, "{day}");
    }
}

#[test]
fn an_unpublished_year_makes_a_deadline_provisional() {
    let organ = plain(&rule("handling"), "2026-11-20 10:00");
    assert_eq!(organ.nominal_date, date("2027-01-19"));
    assert!(organ.provisional && !organ.nominal_provisional);
    assert_eq!(organ.awaits, [2027]);
    // The notice of 2027 may still move working days of December 2026.
    let dispute = plain(&rule("jurisdiction_dispute"), "2026-12-21 10:00");
    assert_eq!(dispute.nominal_date, date("2026-12-28"));
    assert!(dispute.provisional && dispute.nominal_provisional);
    assert!(!plain(&rule("jurisdiction_dispute"), "2026-11-20 10:00").provisional);
}

#[test]
fn importing_the_year_settles_it() {
    let rows = format!(
        "{CN_HOLIDAYS_CSV}2026-12-26,元旦,false\n2026-12-28,元旦,true\n2027-01-01,元旦,true\n2027-10-01,国庆节,true\n"
    );
    let calendar = Calendar::parse_csv("2027", &rows).unwrap();
    let (rule, office_hours) = (rule("jurisdiction_dispute"), OfficeHours::default());
    let start = at("2026-12-21 10:00");
    let input =
        Input { rule: &rule, start, set: None, pauses: &[], extensions: &[], calendar: &calendar, office_hours };
    let deadline = compute(&input).unwrap();
    assert_eq!((deadline.nominal_date, deadline.provisional), (date("2026-12-26"), false));
}

#[test]
fn a_half_entered_year_is_not_published() {
    let calendar =
        Calendar::parse_csv("x", "date,name,is_off_day\n2026-12-31,元旦,true\n2027-01-01,元旦,true\n").unwrap();
    assert!(calendar.years().is_empty());
    assert_eq!(calendar.day(date("2027-01-01")), Day::Unknown);
    for bad in [
        "2026-02-30,春节,true",
        "2026-02-15,,true",
        "2026-02-15,春节,maybe",
        "2026-02-15,春节,true\n2026-02-15,春节,true",
    ] {
        assert!(Calendar::parse_csv("x", &format!("date,name,is_off_day\n{bad}\n")).is_err(), "{bad}");
    }
}
