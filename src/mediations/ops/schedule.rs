//! Setting a session.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{invite::ensure_engaged_as, organization, record_session};
use crate::{
    call::Micros,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{Attendance, Detail, Mediation, Participant, Session, session_name},
        numbers::{Consent, Kind, Openness, SessionState},
        store::{
            self,
            bookings::{Clash, Taken},
        },
    },
};

/// Sets a time and a place for participants to meet.
pub struct Schedule {
    pub mediation: Uuid,
    pub start_time: Micros,
    pub end_time: Micros,
    pub venue: Option<String>,
    pub room: Option<String>,
    pub place: Option<String>,
    pub participants: Vec<Uuid>,
    /// Of one that has begun already.
    pub late_entry_reason: Option<String>,
    pub openness: Openness,
}

impl Command for Schedule {
    type Answer = Session;
    const NAME: &'static str = "mediations.schedule";

    async fn run(&self, tx: &Tx<'_>) -> Result<Session> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Schedule)?;
        let participants = store::participants::find_all(tx, &mediation, &self.participants).await?;
        ensure_can_meet(tx, &mediation, &participants, civil_date(self.start_time)).await?;
        let sides = participants.iter().filter(|one| one.kind == Kind::NecessaryParty).count();
        let all = mediation.necessary_party_count > 1 && usize::try_from(mediation.necessary_party_count) == Ok(sides);
        if self.openness == Openness::Private && all {
            return Err(Error::Precondition { resource: mediation.name(), condition: "PRIVATE_WITH_ALL" });
        }
        if let Some(venue) = &self.venue {
            organization(tx, venue, civil_date(self.start_time)).await?;
        }
        let session = self.session(tx, &participants);
        if let Some(clash) = store::bookings::take(tx, &session, &holders(&session, &participants)).await? {
            return Err(refusal(tx, &session, clash).await?);
        }
        store::sessions::insert(tx, &session).await?;
        mediation.session_count += 1;
        store::mediations::save(tx, &mediation).await?;
        record_session(tx, &mediation, "session.scheduled", None, &session, Vec::new());
        Ok(session)
    }
}

impl Schedule {
    fn session(&self, tx: &Tx<'_>, participants: &[Participant]) -> Session {
        let asked = |participant: &Participant| Attendance { participant: participant.id, asked: true, entry: None };
        Session {
            id: tx.call().new_id(),
            mediation: self.mediation,
            state: SessionState::Scheduled,
            start_time: self.start_time,
            end_time: self.end_time,
            venue: self.venue.clone(),
            room: self.room.clone(),
            place: self.place.clone(),
            attendances: participants.iter().map(asked).collect(),
            outcome: None,
            minutes: None,
            cancel_reason: None,
            late_entry_reason: self.late_entry_reason.clone(),
            reschedule_reason: None,
            reschedule_count: 0,
            openness: Some(self.openness),
            actual_start_time: None,
            actual_end_time: None,
            adjourn_count: 0,
            adjourn_reason: None,
            create_time: tx.call().now,
            version: 1,
        }
    }
}

/// They can meet on that day.
pub(super) async fn ensure_can_meet(
    tx: &Tx<'_>,
    mediation: &Mediation,
    participants: &[Participant],
    day: NaiveDate,
) -> Result<()> {
    if let Some(refused) = participants.iter().find(|participant| participant.consent == Some(Consent::Refused)) {
        return Err(Error::Precondition { resource: refused.name(), condition: "PARTICIPANT_REFUSED" });
    }
    if let Some(gone) = participants.iter().find(|participant| participant.left.is_some()) {
        return Err(Error::Precondition { resource: gone.name(), condition: "PARTICIPANT_LEFT" });
    }
    let mediators: Vec<&Participant> = participants.iter().filter(|one| one.kind == Kind::Mediator).collect();
    if mediators.is_empty() {
        return Err(Error::Precondition { resource: mediation.name(), condition: "MEDIATOR_MISSING" });
    }
    for mediator in mediators {
        ensure_engaged_as(tx, mediator, day).await?;
    }
    Ok(())
}

/// Everything that is taken by a session, in one order for all.
pub(super) fn holders(session: &Session, participants: &[Participant]) -> Vec<String> {
    let mut holders: Vec<String> = participants.iter().filter_map(Participant::holder).chain(room(session)).collect();
    holders.sort_unstable();
    holders.dedup();
    holders
}

/// A room, which no resource name can be mistaken for.
fn room(session: &Session) -> Option<String> {
    let (venue, room) = (session.venue.as_ref()?, session.room.as_ref()?);
    Some(format!("organizations/{venue} {room}"))
}

/// The refusal names what is taken; the session in the way only where the caller may see it.
pub(super) async fn refusal(tx: &Tx<'_>, session: &Session, clash: Clash) -> Result<Error> {
    let of_room = room(session).is_some_and(|room| room == clash.holder);
    let resource = match &session.venue {
        Some(venue) if of_room => format!("organizations/{venue}"),
        _ => clash.holder,
    };
    let other = match clash.by {
        Taken::Leave(leave) => {
            return Ok(Error::ScheduleClash { resource, session: String::new(), leave, free: clash.free });
        }
        Taken::Session(other) => other,
    };
    let mediation = store::sessions::mediation_of(tx, other).await?;
    let visible = match mediation {
        Some(id) => store::mediations::find(tx, &tx.call().permit, id, Detail::Basic).await?,
        None => None,
    };
    let session = visible.map(|mediation| session_name(mediation.id, other)).unwrap_or_default();
    Ok(Error::ScheduleClash { resource, session, leave: String::new(), free: clash.free })
}
