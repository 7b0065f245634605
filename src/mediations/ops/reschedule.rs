//! Moving a session.

use uuid::Uuid;

use super::{
    organization, record_session,
    schedule::{ensure_can_meet, holders, refusal},
};
use crate::{
    call::Micros,
    clock::{civil_date, rfc3339},
    db::{Command, Tx},
    error::Result,
    mediations::{
        flow::{self, MediationStep, SessionStep},
        model::{Detail, Participant, Session},
        numbers::Consent,
        store,
    },
    wire::ensure_etag,
};

/// Moves a session to another time or place. Those who are asked stay.
pub struct Reschedule {
    pub mediation: Uuid,
    pub session: Uuid,
    pub etag: String,
    pub start_time: Micros,
    pub end_time: Micros,
    pub venue: Option<String>,
    pub room: Option<String>,
    pub place: Option<String>,
    pub reason: String,
}

impl Command for Reschedule {
    type Answer = Session;
    const NAME: &'static str = "mediations.reschedule";

    async fn run(&self, tx: &Tx<'_>) -> Result<Session> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Schedule)?;
        let before = store::sessions::find(tx, &mediation, self.session, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut session = before.clone();
        session.state = flow::next(flow::SESSION, &before.name(), before.state, SessionStep::Reschedule)?;
        session.start_time = self.start_time;
        session.end_time = self.end_time;
        session.venue = self.venue.clone();
        session.room = self.room.clone();
        session.place = self.place.clone();
        session.reschedule_reason = Some(self.reason.clone());
        session.reschedule_count += 1;
        session.version += 1;
        let asked: Vec<Uuid> = before.attendances.iter().filter(|one| one.asked).map(|one| one.participant).collect();
        let asked = store::participants::find_all(tx, &mediation, &asked).await?;
        // Who left or refuses is waited for no longer.
        let (gone, participants): (Vec<Participant>, Vec<Participant>) =
            asked.into_iter().partition(|one| one.left.is_some() || one.consent == Some(Consent::Refused));
        ensure_can_meet(tx, &mediation, &participants, civil_date(self.start_time)).await?;
        if let Some(venue) = &self.venue {
            organization(tx, venue, civil_date(self.start_time)).await?;
        }
        // It does not stand in its own way.
        store::bookings::release(tx, session.id).await?;
        if let Some(clash) = store::bookings::take(tx, &session, &holders(&session, &participants)).await? {
            return Err(refusal(tx, &session, clash).await?);
        }
        store::sessions::save_move(tx, &session).await?;
        let gone: Vec<Uuid> = gone.iter().map(|one| one.id).collect();
        store::sessions::unask(tx, &session, &gone).await?;
        let detail = vec![("start_time_before", rfc3339(before.start_time)), ("start_time", rfc3339(self.start_time))];
        record_session(tx, &mediation, "session.rescheduled", Some(&before), &session, detail);
        store::sessions::find(tx, &mediation, session.id, Detail::Basic).await
    }
}
