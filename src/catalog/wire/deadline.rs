//! Deadlines on the wire: the question, and the answer with each step in words and as data.

use super::rule::{
    clock_rule, count, pause_cause, pb_duty, pb_length, pb_pause_cause, pb_start_event, pb_unit, pb_verification, unit,
};
use crate::{
    call::{Locale, Micros},
    catalog::{
        model::{lang, words},
        ops::{Question, national_calendar},
    },
    check::Faults,
    clock::{
        ClockRule, DayReason, Deadline, Extension, OfficeHours, Pause, Roll, RuleFacts, SetTerm, Skipped, Span, Step,
        explain,
    },
    error::{Error, Result},
    pb::v1::{
        self,
        compute_deadline_request::SetTerm as PbTerm,
        deadline_step::{self as pb, Fact, day_reason::Kind},
    },
    wire::{date, micros, pb_date, pb_time},
};

/// Reads a question.
pub fn question(request: v1::ComputeDeadlineRequest) -> Result<Question> {
    let v1::ComputeDeadlineRequest { name, start_time, pauses, extensions, office_hours, set_term } = request;
    let mut faults = Faults::default();
    let start = faults.take("start_time", micros(&start_time.unwrap_or_default()));
    let set = set_term.and_then(|term| set_term_of(&term, &mut faults));
    let pauses = each("pauses", &pauses, &mut faults, pause);
    let extensions = each("extensions", &extensions, &mut faults, extension);
    let office_hours = match office_hours {
        Some(given) => faults.take("office_hours", super::hours(&given)),
        None => Some(OfficeHours::default()),
    };
    faults.into_result()?;
    match (start, office_hours) {
        (Some(start), Some(office_hours)) => Ok(Question { rule: name, start, set, pauses, extensions, office_hours }),
        _ => Err(Error::internal("a checked question lacks a part")),
    }
}

fn each<P, T>(field: &str, given: &[P], faults: &mut Faults, read: fn(&P, &mut Faults) -> Option<T>) -> Vec<T> {
    let mut found = Vec::with_capacity(given.len());
    faults.field(field, |faults| {
        for (index, given) in given.iter().enumerate() {
            faults.index(index, |faults| found.extend(read(given, faults)));
        }
    });
    found
}

fn set_term_of(term: &PbTerm, faults: &mut Faults) -> Option<SetTerm> {
    match term {
        PbTerm::SetLength(length) => {
            let v1::ClockLength { count, unit: _ } = length;
            Some(SetTerm::Length { length: u32::try_from(*count).ok()?, unit: unit(length.unit())? })
        }
        PbTerm::SetDueDate(due) => faults.take("set_due_date", date(due)).map(SetTerm::Due),
    }
}

fn pause(given: &v1::ClockPause, faults: &mut Faults) -> Option<Pause> {
    let v1::ClockPause { cause: _, start_time, end_time } = given;
    let from = faults.take("start_time", micros(&start_time.unwrap_or_default()));
    let until = end_time.as_ref().map(|time| faults.take("end_time", micros(time)));
    let until = match until {
        Some(None) => return None,
        Some(Some(time)) => Some(time),
        None => None,
    };
    Some(Pause { from: from?, until, cause: pause_cause(given.cause())? })
}

fn extension(given: &v1::ClockExtension, faults: &mut Faults) -> Option<Extension> {
    let v1::ClockExtension { count, unit: _, grant_time, revoke_time } = given;
    let granted = faults.take("grant_time", micros(&grant_time.unwrap_or_default()));
    let revoked = match revoke_time.as_ref().map(|time| faults.take("revoke_time", micros(time))) {
        Some(None) => return None,
        Some(Some(time)) => Some(time),
        None => None,
    };
    Some(Extension { length: u32::try_from(*count).ok()?, granted: granted?, revoked })
}

/// The answer, in a language.
pub fn answer(deadline: &Deadline, rule: &ClockRule, locale: Locale) -> v1::ComputeDeadlineResponse {
    v1::ComputeDeadlineResponse {
        deadline: Some(pb_deadline(deadline, locale)),
        clock_rule: Some(clock_rule(rule, locale)),
    }
}

fn pb_deadline(deadline: &Deadline, locale: Locale) -> v1::Deadline {
    let texts = explain(deadline, lang(locale));
    let Deadline {
        nominal_date,
        nominal_due,
        adjusted_date,
        adjusted_due,
        late_after,
        provisional,
        nominal_provisional,
        awaits,
        roll: _,
        paused_since,
        calendar_version,
        steps,
    } = deadline;
    let step = |(text, step)| v1::DeadlineStep { text, fact: Some(fact(step, locale)) };
    v1::Deadline {
        nominal_date: Some(pb_date(*nominal_date)),
        nominal_due_time: Some(pb_time(*nominal_due)),
        adjusted_date: Some(pb_date(*adjusted_date)),
        adjusted_due_time: Some(pb_time(*adjusted_due)),
        late_time: Some(pb_time(*late_after)),
        provisional: *provisional,
        nominal_provisional: *nominal_provisional,
        awaited_years: awaits.clone(),
        pause_start_time: paused_since.map(pb_time),
        calendar: national_calendar(),
        calendar_version: calendar_version.clone(),
        steps: texts.into_iter().zip(steps).map(step).collect(),
    }
}

fn fact(step: &Step, locale: Locale) -> Fact {
    let time = |at: &Micros| Some(pb_time(*at));
    match step {
        Step::Rule(facts) => Fact::Rule(rule(facts, locale)),
        Step::Start { event, at } => {
            Fact::Start(pb::Start { start_event: pb_start_event(*event).into(), start_time: time(at) })
        }
        Step::Term { article, length, unit, set, start } => Fact::Term(pb::Term {
            article: article.clone(),
            length: Some(pb_length(*length, *unit)),
            set_for_case: *set,
            start_date: Some(pb_date(*start)),
        }),
        Step::TermUntil { article, due } => {
            Fact::TermUntil(pb::TermUntil { article: article.clone(), due_date: Some(pb_date(*due)) })
        }
        Step::Paused { cause, from, until } => Fact::Paused(v1::ClockPause {
            cause: pb_pause_cause(*cause).into(),
            start_time: time(from),
            end_time: until.map(pb_time),
        }),
        Step::Extended { length, unit, granted, revoked } => Fact::Extended(v1::ClockExtension {
            count: count(*length),
            unit: pb_unit(*unit).into(),
            grant_time: time(granted),
            revoke_time: revoked.map(pb_time),
        }),
        Step::Skipped(what) => Fact::Skipped(skipped(what)),
        Step::Nominal { due } => Fact::Nominal(pb::Nominal { due_time: time(due) }),
        Step::NotRolled { date, reason } => {
            Fact::NotRolled(pb::NotRolled { date: Some(pb_date(*date)), reason: Some(day_reason(reason)) })
        }
        Step::Rolled(Roll { from, to, reason }) => Fact::Rolled(pb::Rolled {
            from_date: Some(pb_date(*from)),
            to_date: Some(pb_date(*to)),
            reason: Some(day_reason(reason)),
        }),
        Step::Late { duty, after, outer } => {
            Fact::Late(pb::Late { duty: pb_duty(*duty).into(), late_time: time(after), outer_time: outer.map(pb_time) })
        }
        Step::Calendar { version, awaits, nominal_provisional } => Fact::CountedBy(pb::CountedBy {
            calendar: national_calendar(),
            version: version.clone(),
            awaited_years: awaits.clone(),
            nominal_provisional: *nominal_provisional,
        }),
        Step::StandsStill { since } => Fact::StandsStill(pb::StandsStill { since_time: time(since) }),
    }
}

fn rule(facts: &RuleFacts, locale: Locale) -> pb::Rule {
    let RuleFacts { id, rule_set, version, title, article, citation, verification, note } = facts;
    pb::Rule {
        clock_rule: format!("clockRules/{rule_set}.{id}"),
        version: count(*version),
        display_name: words(title, locale).to_owned(),
        article: article.clone(),
        citation: citation.clone(),
        verification: pb_verification(*verification).into(),
        note: note.as_ref().map(|note| words(note, locale).to_owned()).unwrap_or_default(),
    }
}

fn skipped(what: &Skipped) -> pb::Skipped {
    let Skipped { holidays, weekend_days, make_up_days, paused } = what;
    let span = |Span { from, to, name }: &Span| pb::Span {
        first_date: Some(pb_date(*from)),
        last_date: Some(pb_date(*to)),
        display_name: name.clone(),
    };
    pb::Skipped {
        holidays: holidays.iter().map(span).collect(),
        weekend_day_count: count(*weekend_days),
        make_up_days: make_up_days.iter().map(span).collect(),
        paused_day_count: count(*paused),
    }
}

fn day_reason(reason: &DayReason) -> pb::DayReason {
    let (kind, holiday) = match reason {
        DayReason::Weekday => (Kind::Weekday, ""),
        DayReason::Weekend => (Kind::Weekend, ""),
        DayReason::Holiday(name) => (Kind::Holiday, name.as_str()),
        DayReason::MakeUpDay(name) => (Kind::MakeUpDay, name.as_str()),
        DayReason::AssumedWorking => (Kind::AssumedWorking, ""),
        DayReason::AssumedOff => (Kind::AssumedOff, ""),
    };
    pb::DayReason { kind: kind.into(), display_name: holiday.to_owned() }
}
