//! Clock rules on the wire, and the words of rules that deadlines use too.

use crate::{
    call::Locale,
    catalog::{model::words, ops::rule_name},
    clock::{ClockRule, Duty, Length, PauseCause, StartEvent, StopEvent, Unit, Verification},
    pb::v1::{self, clock_rule as pb},
    wire::pb_date,
};

/// A clock rule, in a language.
pub fn clock_rule(rule: &ClockRule, locale: Locale) -> v1::ClockRule {
    let ClockRule {
        id: _,
        rule_set,
        version,
        title,
        article,
        citation,
        jurisdiction,
        effective_from,
        effective_until,
        starts_at,
        stops_at,
        unit,
        length,
        duty,
        extension,
        pausable,
        verification,
        note,
    } = rule;
    let fixed = match length {
        Length::Fixed(count) => Some(pb_length(*count, *unit)),
        Length::AsSet => None,
    };
    v1::ClockRule {
        name: rule_name(rule),
        rule_set: rule_set.clone(),
        version: count(*version),
        display_name: words(title, locale).to_owned(),
        article: article.clone(),
        citation: citation.clone(),
        jurisdiction: jurisdiction.clone(),
        effective_from: Some(pb_date(*effective_from)),
        effective_until: effective_until.map(pb_date),
        start_event: pb_start_event(*starts_at).into(),
        stop_events: stops_at.iter().map(|event| pb_stop_event(*event).into()).collect(),
        set_for_case: fixed.is_none(),
        length: fixed,
        duty: pb_duty(*duty).into(),
        extension_cap: extension.map(|extension| pb_length(extension.cap, extension.unit)),
        pause_causes: pausable.iter().map(|cause| pb_pause_cause(*cause).into()).collect(),
        verification: pb_verification(*verification).into(),
        note: note.as_ref().map(|note| words(note, locale).to_owned()).unwrap_or_default(),
    }
}

/// A count for the wire.
pub fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A length.
pub fn pb_length(length: u32, unit: Unit) -> v1::ClockLength {
    v1::ClockLength { count: count(length), unit: pb_unit(unit).into() }
}

/// A unit.
pub fn pb_unit(unit: Unit) -> pb::Unit {
    match unit {
        Unit::NaturalDay => pb::Unit::NaturalDay,
        Unit::WorkingDay => pb::Unit::WorkingDay,
        Unit::HalfWorkingDay => pb::Unit::HalfWorkingDay,
        Unit::Hour => pb::Unit::Hour,
        Unit::Minute => pb::Unit::Minute,
    }
}

/// A unit of the wire; none is not one.
pub fn unit(unit: pb::Unit) -> Option<Unit> {
    match unit {
        pb::Unit::Unspecified => None,
        pb::Unit::NaturalDay => Some(Unit::NaturalDay),
        pb::Unit::WorkingDay => Some(Unit::WorkingDay),
        pb::Unit::HalfWorkingDay => Some(Unit::HalfWorkingDay),
        pb::Unit::Hour => Some(Unit::Hour),
        pb::Unit::Minute => Some(Unit::Minute),
    }
}

/// Whose term it is.
pub fn pb_duty(duty: Duty) -> pb::Duty {
    match duty {
        Duty::Organ => pb::Duty::Organ,
        Duty::Citizen => pb::Duty::Citizen,
    }
}

/// How far the text was checked.
pub fn pb_verification(verification: Verification) -> pb::Verification {
    match verification {
        Verification::Source => pb::Verification::Source,
        Verification::Secondary => pb::Verification::Secondary,
        Verification::Unverified => pb::Verification::Unverified,
    }
}

/// Why a clock stands still.
pub fn pb_pause_cause(cause: PauseCause) -> pb::PauseCause {
    match cause {
        PauseCause::Hearing => pb::PauseCause::Hearing,
        PauseCause::Appraisal => pb::PauseCause::Appraisal,
    }
}

/// A cause of the wire; none is not one.
pub fn pause_cause(cause: pb::PauseCause) -> Option<PauseCause> {
    match cause {
        pb::PauseCause::Unspecified => None,
        pb::PauseCause::Hearing => Some(PauseCause::Hearing),
        pb::PauseCause::Appraisal => Some(PauseCause::Appraisal),
    }
}

/// What starts a clock.
pub fn pb_start_event(event: StartEvent) -> pb::StartEvent {
    match event {
        StartEvent::Receipt => pb::StartEvent::Receipt,
        StartEvent::Registered => pb::StartEvent::Registered,
        StartEvent::TransferReceived => pb::StartEvent::TransferReceived,
        StartEvent::Assigned => pb::StartEvent::Assigned,
        StartEvent::Accepted => pb::StartEvent::Accepted,
        StartEvent::OpinionReceived => pb::StartEvent::OpinionReceived,
        StartEvent::ReviewRequestReceived => pb::StartEvent::ReviewRequestReceived,
        StartEvent::ReviewOpinionReceived => pb::StartEvent::ReviewOpinionReceived,
        StartEvent::ReReviewRequestReceived => pb::StartEvent::ReReviewRequestReceived,
        StartEvent::AgreementInEffect => pb::StartEvent::AgreementInEffect,
        StartEvent::MediationOpened => pb::StartEvent::MediationOpened,
        StartEvent::AlarmRaised => pb::StartEvent::AlarmRaised,
        StartEvent::MaterialsComplete => pb::StartEvent::MaterialsComplete,
        StartEvent::OpinionIssued => pb::StartEvent::OpinionIssued,
        StartEvent::AnswerDemanded => pb::StartEvent::AnswerDemanded,
        StartEvent::StageEntered => pb::StartEvent::StageEntered,
    }
}

fn pb_stop_event(event: StopEvent) -> pb::StopEvent {
    match event {
        StopEvent::Transferred => pb::StopEvent::Transferred,
        StopEvent::Assigned => pb::StopEvent::Assigned,
        StopEvent::ReportedForInstruction => pb::StopEvent::ReportedForInstruction,
        StopEvent::AnsweredDirectly => pb::StopEvent::AnsweredDirectly,
        StopEvent::Accepted => pb::StopEvent::Accepted,
        StopEvent::Declined => pb::StopEvent::Declined,
        StopEvent::NoticeIssued => pb::StopEvent::NoticeIssued,
        StopEvent::NoticeExempt => pb::StopEvent::NoticeExempt,
        StopEvent::JurisdictionDisputed => pb::StopEvent::JurisdictionDisputed,
        StopEvent::ResultReported => pb::StopEvent::ResultReported,
        StopEvent::OpinionIssued => pb::StopEvent::OpinionIssued,
        StopEvent::ReviewRequested => pb::StopEvent::ReviewRequested,
        StopEvent::ReviewOpinionIssued => pb::StopEvent::ReviewOpinionIssued,
        StopEvent::ReReviewRequested => pb::StopEvent::ReReviewRequested,
        StopEvent::ReReviewOpinionIssued => pb::StopEvent::ReReviewOpinionIssued,
        StopEvent::ConfirmationRequested => pb::StopEvent::ConfirmationRequested,
        StopEvent::MediationEnded => pb::StopEvent::MediationEnded,
        StopEvent::AlarmAcknowledged => pb::StopEvent::AlarmAcknowledged,
        StopEvent::AlarmAttended => pb::StopEvent::AlarmAttended,
        StopEvent::ResultIssued => pb::StopEvent::ResultIssued,
        StopEvent::Executed => pb::StopEvent::Executed,
        StopEvent::AnsweredInWriting => pb::StopEvent::AnsweredInWriting,
        StopEvent::StageEntered => pb::StopEvent::StageEntered,
    }
}
