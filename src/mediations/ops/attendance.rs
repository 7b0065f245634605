//! Who came to a session.

use uuid::Uuid;

use super::record_session;
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, SessionStep},
        model::{Attendance, AttendanceEntry, Detail, Participant, Session, participant_name},
        numbers::Presence,
        store,
    },
};

/// Records who was present and who was not. It appends, so it takes no etag.
pub struct RecordAttendance {
    pub mediation: Uuid,
    pub session: Uuid,
    pub entries: Vec<AttendanceOf>,
}

/// One entry.
pub struct AttendanceOf {
    pub participant: Uuid,
    pub presence: Presence,
    /// Who came for a party.
    pub agent: Option<Uuid>,
    pub reason: Option<String>,
}

impl Command for RecordAttendance {
    type Answer = Session;
    const NAME: &'static str = "mediations.record_attendance";

    async fn run(&self, tx: &Tx<'_>) -> Result<Session> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::sessions::find(tx, &mediation, self.session, Detail::Basic).await?;
        flow::next(flow::SESSION, &before.name(), before.state, SessionStep::Attend)?;
        let ids: Vec<Uuid> = self.entries.iter().map(|entry| entry.participant).collect();
        let participants = store::participants::find_all(tx, &mediation, &ids).await?;
        self.ensure_mandates(tx, &before, &participants).await?;
        let entry = |entry: &AttendanceOf| Attendance {
            participant: entry.participant,
            asked: false,
            entry: Some(AttendanceEntry {
                presence: entry.presence,
                agent: entry.agent,
                reason: entry.reason.clone(),
                record_time: tx.call().now,
            }),
        };
        let entries: Vec<Attendance> = self.entries.iter().map(entry).collect();
        store::sessions::put_attendances(tx, &before, &entries).await?;
        let after = store::sessions::find(tx, &mediation, self.session, Detail::Basic).await?;
        let detail = vec![("present", self.names(Presence::Present)), ("absent", self.names(Presence::Absent))];
        record_session(tx, &mediation, "attendance.recorded", Some(&before), &after, detail);
        Ok(after)
    }
}

impl RecordAttendance {
    /// Who came for a party held a mandate then, of whatever extent.
    async fn ensure_mandates(&self, tx: &Tx<'_>, session: &Session, participants: &[Participant]) -> Result<()> {
        // What went on another day has that day as its start.
        let time = session.actual_start_time.map_or(session.start_time, |began| began.max(session.start_time));
        for entry in &self.entries {
            let party = participants.iter().find(|one| one.id == entry.participant);
            let Some((party, agent)) = party.zip(entry.agent) else { continue };
            let agent = store::agents::find(tx, party, agent).await?;
            if !agent.holds(time) {
                return Err(Error::Precondition { resource: agent.name(), condition: "AGENT_WITHOUT_MANDATE" });
            }
        }
        Ok(())
    }

    fn names(&self, presence: Presence) -> String {
        let names: Vec<String> = self
            .entries
            .iter()
            .filter(|entry| entry.presence == presence)
            .map(|entry| participant_name(self.mediation, entry.participant))
            .collect();
        names.join(",")
    }
}
