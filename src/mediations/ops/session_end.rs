//! The end of a session: held with an outcome, or cancelled.

use uuid::Uuid;

use super::{end, record_session};
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, SessionStep},
        model::{Detail, Mediation, Session},
        numbers::{Kind, Numbered, Openness, Outcome, Presence, SessionState},
        store,
    },
    wire::ensure_etag,
};

/// Ends a session with its outcome and minutes. The mediation stays as it is.
pub struct EndSession {
    pub mediation: Uuid,
    pub session: Uuid,
    pub etag: String,
    pub outcome: Outcome,
    /// Of all but a private session.
    pub minutes: Option<String>,
}

impl Command for EndSession {
    type Answer = Session;
    const NAME: &'static str = "mediations.end_session";

    async fn run(&self, tx: &Tx<'_>) -> Result<Session> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::sessions::find(tx, &mediation, self.session, Detail::Basic).await?;
        let name = before.name();
        ensure_etag(&self.etag, before.version, &name)?;
        let mut session = before.clone();
        session.state = flow::next(flow::SESSION, &name, before.state, SessionStep::End)?;
        self.ensure_minutes(&before)?;
        let now = tx.call().now;
        if before.state == SessionState::Scheduled && now < session.start_time {
            return Err(Error::Precondition { resource: name, condition: "NOT_BEGUN" });
        }
        ensure_led(tx, &mediation, &session).await?;
        session.outcome = Some(self.outcome);
        session.minutes = self.minutes.clone();
        session.actual_end_time = (before.state == SessionState::InProgress).then_some(now);
        session.version += 1;
        store::sessions::save(tx, &session).await?;
        store::bookings::end(tx, session.id, now).await?;
        let detail = vec![("outcome", self.outcome.word().to_owned())];
        record_session(tx, &mediation, "session.ended", Some(&before), &session, detail);
        Ok(session)
    }
}

impl EndSession {
    /// What is said in a private session is recorded with an audience, and in no minutes.
    fn ensure_minutes(&self, session: &Session) -> Result<()> {
        match (session.openness == Some(Openness::Private), self.minutes.is_some()) {
            (true, true) => {
                Err(Error::field("minutes", "are not taken of a private session: add records with an audience"))
            }
            (false, false) => Err(Error::field("minutes", "is required")),
            (true, false) | (false, true) => Ok(()),
        }
    }
}

/// A mediator came. Where nobody began it first (StartSession), one who takes part at that time and whom nobody wanted to step aside then.
async fn ensure_led(tx: &Tx<'_>, mediation: &Mediation, session: &Session) -> Result<()> {
    let came = |entry: &&crate::mediations::model::Attendance| {
        entry.entry.as_ref().is_some_and(|entry| entry.presence == Presence::Present)
    };
    let present: Vec<Uuid> = session.attendances.iter().filter(came).map(|entry| entry.participant).collect();
    let mut mediators = store::participants::find_all(tx, mediation, &present).await?;
    mediators.retain(|one| one.kind == Kind::Mediator);
    let began = session.actual_start_time.is_some();
    let time = session.start_time;
    mediators.retain(|one| began || one.left.as_ref().is_none_or(|(left, _)| time < *left));
    if mediators.is_empty() {
        return Err(Error::Precondition { resource: session.name(), condition: "MEDIATOR_NOT_PRESENT" });
    }
    for mediator in mediators.iter().filter(|one| !began && one.open_challenges > 0) {
        let pending = store::challenges::pending(tx, mediation, mediator.id).await?;
        if pending.iter().any(|challenge| challenge.raise_time <= time) {
            return Err(Error::Precondition { resource: mediator.name(), condition: "CHALLENGE_PENDING" });
        }
    }
    Ok(())
}

/// Cancels a session that was not held.
pub struct CancelSession {
    pub mediation: Uuid,
    pub session: Uuid,
    pub etag: String,
    pub reason: String,
}

impl Command for CancelSession {
    type Answer = Session;
    const NAME: &'static str = "mediations.cancel_session";

    async fn run(&self, tx: &Tx<'_>) -> Result<Session> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        let mut session = store::sessions::find(tx, &mediation, self.session, Detail::Basic).await?;
        ensure_etag(&self.etag, session.version, &session.name())?;
        session.cancel_reason = Some(self.reason.clone());
        end::cancel(tx, &mediation, &mut session).await?;
        mediation.session_count -= 1;
        store::mediations::save(tx, &mediation).await?;
        Ok(session)
    }
}
