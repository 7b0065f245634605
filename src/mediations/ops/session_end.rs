//! The end of a session: held with an outcome, or cancelled.

use uuid::Uuid;

use super::{end, record_session};
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, SessionStep},
        model::{Detail, Mediation, Session},
        numbers::{Kind, Numbered, Outcome, Presence},
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
    pub minutes: String,
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
        if tx.call().now < session.start_time {
            return Err(Error::Precondition { resource: name, condition: "NOT_BEGUN" });
        }
        if !mediator_came(tx, &mediation, &session).await? {
            return Err(Error::Precondition { resource: name, condition: "MEDIATOR_NOT_PRESENT" });
        }
        session.outcome = Some(self.outcome);
        session.minutes = Some(self.minutes.clone());
        session.version += 1;
        store::sessions::save(tx, &session).await?;
        let detail = vec![("outcome", self.outcome.word().to_owned())];
        record_session(tx, &mediation, "session.ended", Some(&before), &session, detail);
        Ok(session)
    }
}

async fn mediator_came(tx: &Tx<'_>, mediation: &Mediation, session: &Session) -> Result<bool> {
    let came = |entry: &&crate::mediations::model::Attendance| {
        entry.entry.as_ref().is_some_and(|entry| entry.presence == Presence::Present)
    };
    let present: Vec<Uuid> = session.attendances.iter().filter(came).map(|entry| entry.participant).collect();
    let present = store::participants::find_all(tx, mediation, &present).await?;
    Ok(present.iter().any(|participant| participant.kind == Kind::Mediator))
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
