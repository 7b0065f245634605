//! Meetings.

use uuid::Uuid;

use crate::{
    call::Micros,
    mediations::numbers::{Openness, Outcome, Presence, SessionState},
};

/// A meeting of participants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// Where it stands.
    pub state: SessionState,
    /// Planned start.
    pub start_time: Micros,
    /// Planned end, exclusive.
    pub end_time: Micros,
    /// `{id}` of the organization at which it is held.
    pub venue: Option<String>,
    /// The room there.
    pub room: Option<String>,
    /// The place where there is no venue.
    pub place: Option<String>,
    /// Who is asked to come and who came, in the order of invitation to the mediation.
    pub attendances: Vec<Attendance>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The minutes.
    pub minutes: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Why it was entered only after it had begun.
    pub late_entry_reason: Option<String>,
    /// Why it was moved last.
    pub reschedule_reason: Option<String>,
    /// How often it was moved.
    pub reschedule_count: i32,
    /// Who may be there; not told of sessions of before.
    pub openness: Option<Openness>,
    /// When it began.
    pub actual_start_time: Option<Micros>,
    /// When it ended.
    pub actual_end_time: Option<Micros>,
    /// How often it was interrupted.
    pub adjourn_count: i32,
    /// Why it was interrupted last.
    pub adjourn_reason: Option<String>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts its changes; attendance alone is not counted.
    pub version: i64,
}

impl Session {
    /// `mediations/{id}/sessions/{id}`.
    pub fn name(&self) -> String {
        session_name(self.mediation, self.id)
    }
}

/// `mediations/{id}/sessions/{id}`.
pub fn session_name(mediation: Uuid, id: Uuid) -> String {
    format!("mediations/{mediation}/sessions/{id}")
}

/// One participant and one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    /// The participant.
    pub participant: Uuid,
    /// It was asked to come.
    pub asked: bool,
    /// Whether it came, once that is recorded.
    pub entry: Option<AttendanceEntry>,
}

/// What was recorded of a participant's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceEntry {
    /// Whether it came.
    pub presence: Presence,
    /// Who came for a party.
    pub agent: Option<Uuid>,
    /// Why not.
    pub reason: Option<String>,
    /// When it was recorded.
    pub record_time: Micros,
}
