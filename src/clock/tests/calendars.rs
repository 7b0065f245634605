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
