//! Pauses, extensions, set terms, and what is refused.

use super::*;

#[test]
fn an_extension_counts_on_and_its_revocation_restores_the_date() {
    let rule = rule("handling");
    let plain = plain(&rule, "2026-07-20 10:00");
    let extended = run(&rule, "2026-07-20 10:00", &[], &[extension(30, None)]).unwrap();
    assert_eq!(extended.nominal_date, date("2026-10-18"));
    let revoked = run(&rule, "2026-07-20 10:00", &[], &[extension(30, Some("2026-08-05 09:00"))]).unwrap();
    assert_eq!(
        (revoked.nominal_due, revoked.adjusted_due, &revoked.roll),
        (plain.nominal_due, plain.adjusted_due, &plain.roll)
    );
    let again =
        run(&rule, "2026-07-20 10:00", &[], &[extension(30, Some("2026-08-05 09:00")), extension(10, None)]).unwrap();
    assert_eq!(again.nominal_date, date("2026-09-28"));
}

#[test]
fn what_the_rule_does_not_allow_is_refused() {
    let start = "2026-07-20 10:00";
    let fault = |id, pauses: &[Pause], extensions: &[Extension]| run(&rule(id), start, pauses, extensions).unwrap_err();
    let pause = hearing("2026-07-25 09:00", Some("2026-07-25 17:00"));
    let cause = PauseCause::Appraisal;
    assert_eq!(
        fault("handling", &[pause], &[]),
        ClockError::NotPausable { rule: "handling".into(), cause: PauseCause::Hearing }
    );
    assert_eq!(
        fault("re_review", &[Pause { cause, ..pause }], &[]),
        ClockError::NotPausable { rule: "re_review".into(), cause }
    );
    assert_eq!(fault("review", &[], &[extension(1, None)]), ClockError::NotExtendable { rule: "review".into() });
    let over = ClockError::ExtensionOverCap { rule: "handling".into(), asked: 31, cap: 30, unit: Unit::NaturalDay };
    assert_eq!(fault("handling", &[], &[extension(31, None)]), over);
    let twice = [extension(10, None), extension(10, None)];
    assert_eq!(fault("handling", &[], &twice), ClockError::ExtendedTwice { rule: "handling".into() });
    assert_eq!(fault("handling", &[], &[extension(0, None)]), ClockError::ZeroLength);
    let reversed = hearing("2026-07-25 09:00", Some("2026-07-24 09:00"));
    assert_eq!(fault("re_review", &[reversed], &[]), ClockError::PauseReversed);
}

#[test]
fn hearing_days_are_left_out_of_the_re_review() {
    let rule = rule("re_review");
    let until = |pauses: &[Pause]| run(&rule, "2026-03-02 10:00", pauses, &[]).unwrap().nominal_date;
    assert_eq!(until(&[]), date("2026-04-01"));
    // An afternoon is a day, two hearings on one day are one day, a night between them is none.
    assert_eq!(until(&[hearing("2026-03-10 14:00", Some("2026-03-10 17:00"))]), date("2026-04-02"));
    let same_day =
        [hearing("2026-03-10 09:00", Some("2026-03-10 11:00")), hearing("2026-03-10 14:00", Some("2026-03-10 17:00"))];
    assert_eq!(until(&same_day), date("2026-04-02"));
    assert_eq!(until(&[hearing("2026-03-10 00:00", Some("2026-03-12 00:00"))]), date("2026-04-03"));
    // On the uncounted day of the start, or when the term is over, it changes nothing.
    assert_eq!(until(&[hearing("2026-03-02 14:00", Some("2026-03-02 17:00"))]), date("2026-04-01"));
    assert_eq!(until(&[hearing("2026-04-02 14:00", Some("2026-04-09 17:00"))]), date("2026-04-01"));
}

#[test]
fn a_pause_that_begins_when_the_term_ends_changes_nothing() {
    let until = |unit, start, from, until| {
        run(&local_rule(unit, 5), start, &[hearing(from, Some(until))], &[]).unwrap().nominal_due
    };
    let (start, resumed) = ("2026-03-02 09:00", "2026-03-20 00:00");
    assert_eq!(until(Unit::Minute, start, "2026-03-02 09:05", resumed), at("2026-03-02 09:05"));
    assert_eq!(until(Unit::Minute, start, "2026-03-02 09:04", resumed), at("2026-03-20 00:01"));
    assert_eq!(until(Unit::WorkingDay, start, "2026-03-10 00:00", resumed), at("2026-03-10 00:00"));
    assert_eq!(until(Unit::WorkingDay, start, "2026-03-09 23:59", resumed), at("2026-03-21 00:00"));
    assert_eq!(until(Unit::NaturalDay, start, "2026-03-08 00:00", resumed), at("2026-03-08 00:00"));
    assert_eq!(until(Unit::NaturalDay, start, "2026-03-07 00:00", resumed), at("2026-03-21 00:00"));
    assert_eq!(until(Unit::HalfWorkingDay, start, "2026-03-04 18:00", resumed), at("2026-03-04 18:00"));
}

#[test]
fn an_open_pause_keeps_a_clock_from_being_late() {
    let rule = rule("re_review");
    let paused = run(&rule, "2026-03-02 10:00", &[hearing("2026-03-10 09:00", None)], &[]).unwrap();
    assert_eq!(paused.paused_since, Some(at("2026-03-10 09:00")));
    assert!(!paused.is_late(at("2026-12-01 00:00")));
    let late_before = run(&rule, "2026-03-02 10:00", &[hearing("2026-04-02 00:00", None)], &[]).unwrap();
    assert_eq!(late_before.paused_since, None);
    assert!(late_before.is_late(at("2026-04-02 00:00")));
}

#[test]
fn a_set_term_comes_from_the_case() {
    let due = set(SetTerm::Due(date("2026-03-31"))).unwrap();
    assert_eq!((due.nominal_date, due.late_after), (date("2026-03-31"), at("2026-04-01 00:00")));
    assert_eq!(set(SetTerm::Due(date("2026-03-02"))).unwrap().nominal_date, date("2026-03-02"));
    let working = set(SetTerm::Length { length: 5, unit: Unit::WorkingDay }).unwrap();
    assert_eq!(working.nominal_date, date("2026-03-09"));
    assert!(matches!(set(SetTerm::Due(date("2026-03-01"))), Err(ClockError::DueBeforeStart { .. })));
    assert_eq!(set(SetTerm::Length { length: 0, unit: Unit::WorkingDay }), Err(ClockError::ZeroLength));
    assert!(matches!(run(&rule("assigned_result"), "2026-03-02 09:00", &[], &[]), Err(ClockError::TermMissing { .. })));
}
