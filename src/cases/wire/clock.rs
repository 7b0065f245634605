//! Clocks.

use crate::{
    call::{Locale, Micros},
    cases::clocks::Clock,
    clock::{Deadline, Duty, Extension, Lang, explain},
    error::{Error, Result},
    pb::v1,
    wire::{pb_date, pb_time},
};

/// A clock at `now`.
pub fn clock(clock: &Clock, now: Micros) -> v1::Clock {
    let duty = match clock.duty {
        Duty::Organ => v1::clock::Duty::Organ,
        Duty::Citizen => v1::clock::Duty::Citizen,
    };
    v1::Clock {
        name: clock.name(),
        rule: format!("clockRules/{}", clock.rule),
        rule_version: clock.rule_version,
        article: clock.article.clone(),
        state: clock.state.number(),
        duty: duty.into(),
        start_time: Some(pb_time(clock.start_time)),
        nominal_date: Some(pb_date(clock.nominal_date)),
        adjusted_date: Some(pb_date(clock.adjusted_date)),
        due_time: Some(pb_time(clock.due_time)),
        provisional: clock.provisional,
        calendar_version: clock.calendar_version.clone(),
        stop_time: clock.stop_time.map(pb_time),
        stopped_by: clock.stopped_by.clone().unwrap_or_default(),
        holder: clock.holder.clone().unwrap_or_default(),
        overdue: clock.is_overdue(now),
        extensions: clock.inputs.extensions.iter().map(extension).collect(),
    }
}

/// A clock as a mutation answers it, as of the mutation.
pub fn changed((changed, now): &(Clock, Micros)) -> v1::Clock {
    clock(changed, *now)
}

fn extension(extension: &Extension) -> v1::clock::Extension {
    let Extension { length, granted, revoked } = *extension;
    v1::clock::Extension {
        length: i32::try_from(length).unwrap_or(i32::MAX),
        grant_time: Some(pb_time(granted)),
        revoke_time: revoked.map(pb_time),
    }
}

/// A clock in words.
pub fn explained(found: &Clock, now: Micros, locale: Locale) -> Result<v1::ExplainClockResponse> {
    let deadline: Deadline = serde_json::from_str(&found.computation).map_err(Error::internal)?;
    let lang = match locale {
        Locale::ZhCn => Lang::Zh,
        Locale::En => Lang::En,
    };
    let mut sentences = explain(&deadline, lang);
    if let (Some(event), Some(time)) = (&found.stopped_by, found.stop_time) {
        let day = crate::clock::civil_date(time);
        sentences.push(match locale {
            Locale::ZhCn => format!("{day} 因 {event} 停止计时。"),
            Locale::En => format!("Stopped on {day} by {event}."),
        });
    }
    Ok(v1::ExplainClockResponse { clock: Some(clock(found, now)), sentences })
}
