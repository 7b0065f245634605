//! Sessions.

use uuid::Uuid;

use super::{agent_ids, child_id, label, mediation_id, number, participant_of, past, said, shown, some};
use crate::{
    call::{Call, Micros},
    check::Faults,
    error::{Error, Result},
    mediations::{
        model::{Attendance, Detail, LONGEST_SESSION, Session, agent_name, participant_name},
        numbers::{Numbered, Openness, Outcome, Presence},
        ops,
    },
    pb::v1,
    wire::{etag, id_in, micros, pb_time},
};

/// Reads ScheduleSession.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn schedule(call: &Call, request: v1::ScheduleSessionRequest) -> Result<ops::Schedule> {
    ops::ensure_official(call)?;
    let v1::ScheduleSessionRequest { parent, session, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let v1::Session {
        name: _,
        state: _,
        start_time,
        end_time,
        venue,
        room,
        place,
        participants,
        attendances: _,
        present_count: _,
        absent_count: _,
        outcome: _,
        minutes: _,
        cancel_reason: _,
        create_time: _,
        etag: _,
        late_entry_reason,
        reschedule_reason: _,
        reschedule_count: _,
        openness,
        actual_start_time: _,
        actual_end_time: _,
        adjourn_count: _,
        adjourn_reason: _,
    } = session.unwrap_or_default();
    let mediation = mediation_id(&parent)?;
    let mut faults = Faults::default();
    let late_entry_reason = label(&late_entry_reason);
    let mut meeting = None;
    faults.field("session", |faults| {
        meeting = Meeting { start_time, end_time, venue, room, place }.read(faults);
        let begun = meeting.as_ref().is_some_and(|meeting| meeting.start_time < call.now);
        match (begun, late_entry_reason.is_some()) {
            // The work is recorded as it is done; what is entered later says why.
            (true, false) => {
                faults.against("RMTJ 27", "late_entry_reason", "is required where the session has begun already");
            }
            (false, true) => faults.at("late_entry_reason", "is taken for a session that has begun already only"),
            (true, true) | (false, false) => {}
        }
        if participants.is_empty() {
            faults.at("participants", "is required");
        }
    });
    faults.into_result()?;
    let Read { start_time, end_time, venue, room, place } =
        meeting.ok_or_else(|| Error::internal("a checked session lacks its times"))?;
    let participants = participants.iter().map(|name| participant_of(mediation, name)).collect::<Result<_>>()?;
    let openness = Openness::from_number(openness).unwrap_or(Openness::Closed);
    Ok(ops::Schedule { mediation, start_time, end_time, venue, room, place, participants, late_entry_reason, openness })
}

/// When and where a session is, as given.
struct Meeting {
    start_time: Option<prost_types::Timestamp>,
    end_time: Option<prost_types::Timestamp>,
    venue: String,
    room: String,
    place: String,
}

/// The same, read.
struct Read {
    start_time: Micros,
    end_time: Micros,
    venue: Option<String>,
    room: Option<String>,
    place: Option<String>,
}

impl Meeting {
    fn read(self, faults: &mut Faults) -> Option<Read> {
        let required = || "is required".to_owned();
        let start = faults.take("start_time", self.start_time.ok_or_else(required).and_then(|given| micros(&given)));
        let end = faults.take("end_time", self.end_time.ok_or_else(required).and_then(|given| micros(&given)));
        let (room, place) = (label(&self.room), label(&self.place));
        if room.is_some() && self.venue.is_empty() {
            faults.at("room", "is taken with a venue only");
        }
        if place.is_some() && !self.venue.is_empty() {
            faults.at("place", "is taken without a venue only");
        }
        let (start_time, end_time) = start.zip(end)?;
        if end_time <= start_time {
            faults.at("end_time", "is not after start_time");
        } else if end_time - start_time > LONGEST_SESSION {
            faults.at("end_time", "is more than 24 hours after start_time");
        }
        let venue = some(self.venue).and_then(|name| id_in(&name, "organizations").map(str::to_owned).ok());
        Some(Read { start_time, end_time, venue, room, place })
    }
}

/// Reads RescheduleSession.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn reschedule(call: &Call, request: v1::RescheduleSessionRequest) -> Result<ops::Reschedule> {
    ops::ensure_official(call)?;
    let v1::RescheduleSessionRequest {
        name,
        etag,
        start_time,
        end_time,
        venue,
        room,
        place,
        reason,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, session) = child_id(&name, "sessions")?;
    let mut faults = Faults::default();
    let meeting = Meeting { start_time, end_time, venue, room, place }.read(&mut faults);
    if meeting.as_ref().is_some_and(|meeting| meeting.start_time < call.now) {
        faults.at("start_time", "lies in the past");
    }
    faults.into_result()?;
    let Read { start_time, end_time, venue, room, place } =
        meeting.ok_or_else(|| Error::internal("a checked session lacks its times"))?;
    let reason = said(reason).unwrap_or_default();
    Ok(ops::Reschedule { mediation, session, etag, start_time, end_time, venue, room, place, reason })
}

/// Reads CancelSession.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn cancel(call: &Call, request: v1::CancelSessionRequest) -> Result<ops::CancelSession> {
    ops::ensure_official(call)?;
    let v1::CancelSessionRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, session) = child_id(&name, "sessions")?;
    let reason = label(&reason).ok_or_else(|| Error::field("reason", "is required"))?;
    Ok(ops::CancelSession { mediation, session, etag, reason })
}

/// Reads EndSession.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn end(call: &Call, request: v1::EndSessionRequest) -> Result<ops::EndSession> {
    ops::ensure_official(call)?;
    let v1::EndSessionRequest { name, etag, outcome, minutes, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let (mediation, session) = child_id(&name, "sessions")?;
    let outcome = Outcome::from_number(outcome).ok_or_else(|| Error::field("outcome", "is required"))?;
    Ok(ops::EndSession { mediation, session, etag, outcome, minutes: said(minutes) })
}

/// Reads StartSession.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn start(call: &Call, request: v1::StartSessionRequest) -> Result<ops::StartSession> {
    ops::ensure_official(call)?;
    let v1::StartSessionRequest { name, etag, start_time, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, session) = child_id(&name, "sessions")?;
    let start_time = past(call, start_time, "start_time")?;
    Ok(ops::StartSession { mediation, session, etag, start_time })
}

/// Reads AdjournSession.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn adjourn(call: &Call, request: v1::AdjournSessionRequest) -> Result<ops::AdjournSession> {
    ops::ensure_official(call)?;
    let v1::AdjournSessionRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, session) = child_id(&name, "sessions")?;
    let reason = label(&reason).ok_or_else(|| Error::field("reason", "is required"))?;
    Ok(ops::AdjournSession { mediation, session, etag, reason })
}

/// Reads RecordAttendance.
///
/// # Errors
/// `Invalid`, `NotFound`.
pub fn attendance(request: v1::RecordAttendanceRequest) -> Result<ops::RecordAttendance> {
    let v1::RecordAttendanceRequest { name, attendances, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (mediation, session) = child_id(&name, "sessions")?;
    let mut faults = Faults::default();
    let mut seen = std::collections::HashSet::new();
    faults.field("attendances", |faults| {
        for (index, given) in attendances.iter().enumerate() {
            faults.index(index, |faults| {
                if !seen.insert(&given.participant) {
                    faults.at("participant", "is there twice");
                }
                let present = given.status == Presence::Present.number();
                if present && !given.reason.is_empty() {
                    faults.at("reason", "is taken for an absence only");
                }
                if !present && !given.agent.is_empty() {
                    faults.at("agent", "is taken for a presence only");
                }
                if !given.agent.is_empty() && !given.agent.starts_with(&format!("{}/agents/", given.participant)) {
                    faults.at("agent", "is no agent of the participant");
                }
            });
        }
    });
    faults.into_result()?;
    let entries = attendances.into_iter().map(|given| entry(mediation, given)).collect::<Result<_>>()?;
    Ok(ops::RecordAttendance { mediation, session, entries })
}

fn entry(mediation: Uuid, given: v1::Attendance) -> Result<ops::AttendanceOf> {
    let v1::Attendance { participant, status, reason, record_time: _, agent } = given;
    let presence = Presence::from_number(status).ok_or_else(|| Error::field("attendances", "have no status"))?;
    let agent = some(agent).map(|name| agent_ids(&name).map(|(.., id)| id)).transpose()?;
    let participant = participant_of(mediation, &participant)?;
    Ok(ops::AttendanceOf { participant, presence, agent, reason: said(reason) })
}

/// A session for the wire.
pub fn session(session: Session, detail: Detail) -> v1::Session {
    let name = session.name();
    let Session {
        id: _,
        mediation,
        state,
        start_time,
        end_time,
        venue,
        room,
        place,
        attendances,
        outcome,
        minutes,
        cancel_reason,
        late_entry_reason,
        reschedule_reason,
        reschedule_count,
        openness,
        actual_start_time,
        actual_end_time,
        adjourn_count,
        adjourn_reason,
        create_time,
        version,
    } = session;
    let in_full = |text: Option<String>| shown(text.filter(|_| detail == Detail::Full));
    let asked = attendances.iter().filter(|attendance| attendance.asked);
    let participants = asked.map(|attendance| participant_name(mediation, attendance.participant)).collect();
    let attendances: Vec<v1::Attendance> =
        attendances.into_iter().filter_map(|attendance| pb_attendance(mediation, attendance, detail)).collect();
    let count = |presence: Presence| {
        let count = attendances.iter().filter(|attendance| attendance.status == presence.number()).count();
        i32::try_from(count).unwrap_or(i32::MAX)
    };
    v1::Session {
        name,
        state: state.number(),
        start_time: Some(pb_time(start_time)),
        end_time: Some(pb_time(end_time)),
        venue: venue.map(|id| format!("organizations/{id}")).unwrap_or_default(),
        room: shown(room),
        place: in_full(place),
        participants,
        present_count: count(Presence::Present),
        absent_count: count(Presence::Absent),
        attendances,
        outcome: number(outcome),
        minutes: in_full(minutes),
        cancel_reason: in_full(cancel_reason),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
        late_entry_reason: in_full(late_entry_reason),
        reschedule_reason: in_full(reschedule_reason),
        reschedule_count,
        openness: number(openness),
        actual_start_time: actual_start_time.map(pb_time),
        actual_end_time: actual_end_time.map(pb_time),
        adjourn_count,
        adjourn_reason: in_full(adjourn_reason),
    }
}

fn pb_attendance(mediation: Uuid, attendance: Attendance, detail: Detail) -> Option<v1::Attendance> {
    let Attendance { participant, asked: _, entry } = attendance;
    let entry = entry?;
    Some(v1::Attendance {
        participant: participant_name(mediation, participant),
        status: entry.presence.number(),
        reason: shown(entry.reason.filter(|_| detail == Detail::Full)),
        record_time: Some(pb_time(entry.record_time)),
        agent: entry.agent.map(|agent| agent_name(mediation, participant, agent)).unwrap_or_default(),
    })
}
