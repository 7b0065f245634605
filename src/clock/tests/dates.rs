//! The examples of the law and of practice, unit by unit.

use super::*;

#[test]
fn examples_of_the_2026_calendar() {
    let fifteen = rule("register_and_dispose");
    let cases = [
        (&fifteen, "2026-01-30 10:00", "2026-02-14", "2026-02-14"),
        (&fifteen, "2026-09-05 10:00", "2026-09-20", "2026-09-20"),
        (&rule("handling"), "2026-07-20 10:00", "2026-09-18", "2026-09-18"),
        (&rule("jurisdiction_dispute"), "2026-02-12 10:00", "2026-02-26", "2026-02-26"),
        (&rule("simplified_opinion"), "2026-02-10 10:00", "2026-03-02", "2026-03-02"),
        // A last day on the first of May rolls over the holiday, to the Wednesday.
        (&rule("review_request"), "2026-04-01 10:00", "2026-05-01", "2026-05-06"),
    ];
    for (rule, start, nominal, adjusted) in cases {
        let deadline = plain(rule, start);
        assert_eq!(deadline.nominal_date, date(nominal), "{} from {start}", rule.id);
        assert_eq!(deadline.adjusted_date, date(adjusted), "{} from {start}", rule.id);
        assert_eq!(deadline.nominal_due, end_of_day(date(nominal)));
        assert!(!deadline.provisional);
    }
}

#[test]
fn two_minutes_around_midnight_are_two_days() {
    let rule = rule("register_and_dispose");
    assert_eq!(plain(&rule, "2026-03-02 23:59").nominal_date, date("2026-03-17"));
    assert_eq!(plain(&rule, "2026-03-03 00:01").nominal_date, date("2026-03-18"));
    assert_eq!(civil_date(at("2026-03-02 23:59")), date("2026-03-02"));
    assert_eq!(civil_date(at("2026-03-03 00:00")), date("2026-03-03"));
}

#[test]
fn the_last_day_runs_to_midnight() {
    let deadline = plain(&rule("register_and_dispose"), "2026-03-02 10:00");
    assert!(!deadline.is_late(at("2026-03-17 10:00")));
    assert!(!deadline.is_late(at("2026-03-18 00:00") - 1));
    assert!(deadline.is_late(at("2026-03-18 00:00")));
}

#[test]
fn organs_are_late_by_the_nominal_date_and_citizens_by_the_adjusted_one() {
    let organ = plain(&rule("review"), "2026-04-01 10:00");
    let citizen = plain(&rule("review_request"), "2026-04-01 10:00");
    assert_eq!(organ.late_after, at("2026-05-02 00:00"));
    assert_eq!(citizen.late_after, at("2026-05-07 00:00"));
    let roll =
        Roll { from: date("2026-05-01"), to: date("2026-05-06"), reason: DayReason::Holiday("劳动节".to_owned()) };
    assert_eq!(citizen.roll, Some(roll));
}

#[test]
fn half_days_follow_the_office_hours() {
    let rule = local_rule(Unit::HalfWorkingDay, 1);
    let due = |start| plain(&rule, start).nominal_due;
    assert_eq!(due("2026-03-02 09:10"), at("2026-03-02 18:00"));
    assert_eq!(due("2026-03-02 07:00"), at("2026-03-02 12:00"));
    assert_eq!(due("2026-03-02 12:30"), at("2026-03-02 18:00"));
    assert_eq!(due("2026-03-02 15:00"), at("2026-03-03 12:00"));
    assert_eq!(due("2026-03-06 19:00"), at("2026-03-09 12:00"));
    // Saturday 28 February is worked.
    assert_eq!(due("2026-02-27 16:00"), at("2026-02-28 12:00"));
}

#[test]
fn hours_and_minutes_run_from_the_instant() {
    let minutes = plain(&local_rule(Unit::Minute, 10), "2026-02-15 23:55");
    assert_eq!(minutes.late_after, at("2026-02-16 00:05"));
    assert!(minutes.roll.is_none() && !minutes.provisional);
    let hours = plain(&local_rule(Unit::Hour, 24), "2026-02-15 00:00");
    assert_eq!((hours.nominal_due, hours.nominal_date), (at("2026-02-16 00:00"), date("2026-02-15")));
    assert!(!plain(&local_rule(Unit::Hour, 24), "2027-02-15 08:00").provisional);
}
