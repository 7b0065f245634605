//! A session that begins, and one that is interrupted.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{invite::ensure_engaged_as, record_session};
use crate::{
    call::Micros,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep, SessionStep},
        model::{Detail, Mediation, Participant, Session},
        numbers::Kind,
        store,
    },
    wire::ensure_etag,
};

/// Records that a session began, or went on.
pub struct StartSession {
    pub mediation: Uuid,
    pub session: Uuid,
    pub etag: String,
    pub start_time: Micros,
}

impl Command for StartSession {
    type Answer = Session;
    const NAME: &'static str = "mediations.start_session";

    async fn run(&self, tx: &Tx<'_>) -> Result<Session> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Schedule)?;
        let before = store::sessions::find(tx, &mediation, self.session, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut session = before.clone();
        session.state = flow::next(flow::SESSION, &before.name(), before.state, SessionStep::Start)?;
        if self.start_time < session.start_time {
            return Err(Error::Precondition { resource: before.name(), condition: "NOT_BEGUN" });
        }
        ensure_led(tx, &mediation, &session, civil_date(self.start_time)).await?;
        session.actual_start_time = session.actual_start_time.or(Some(self.start_time));
        session.version += 1;
        store::sessions::save(tx, &session).await?;
        record_session(tx, &mediation, "session.started", Some(&before), &session, Vec::new());
        Ok(session)
    }
}

/// Somebody leads it who is engaged on that day, and whom nobody wants to step aside.
async fn ensure_led(tx: &Tx<'_>, mediation: &Mediation, session: &Session, day: NaiveDate) -> Result<()> {
    let asked: Vec<Uuid> = session.attendances.iter().filter(|one| one.asked).map(|one| one.participant).collect();
    let mut mediators = store::participants::find_all(tx, mediation, &asked).await?;
    mediators.retain(|one| one.kind == Kind::Mediator && one.left.is_none());
    let failed = |resource, condition| Err(Error::Precondition { resource, condition });
    match mediators.iter().find(|one| one.open_challenges > 0) {
        Some(challenged) => failed(challenged.name(), "CHALLENGE_PENDING"),
        None if mediators.is_empty() => failed(session.name(), "MEDIATOR_MISSING"),
        None => ensure_one_engaged(tx, &mediators, day).await,
    }
}

async fn ensure_one_engaged(tx: &Tx<'_>, mediators: &[Participant], day: NaiveDate) -> Result<()> {
    let mut refusal = Ok(());
    for mediator in mediators {
        refusal = ensure_engaged_as(tx, mediator, day).await;
        if refusal.is_ok() {
            return Ok(());
        }
    }
    refusal
}

/// Interrupts a session under way.
pub struct AdjournSession {
    pub mediation: Uuid,
    pub session: Uuid,
    pub etag: String,
    pub reason: String,
}

impl Command for AdjournSession {
    type Answer = Session;
    const NAME: &'static str = "mediations.adjourn_session";

    async fn run(&self, tx: &Tx<'_>) -> Result<Session> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::sessions::find(tx, &mediation, self.session, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut session = before.clone();
        session.state = flow::next(flow::SESSION, &before.name(), before.state, SessionStep::Adjourn)?;
        session.adjourn_count += 1;
        session.adjourn_reason = Some(self.reason.clone());
        session.version += 1;
        store::sessions::save_adjournment(tx, &session).await?;
        store::bookings::release(tx, session.id).await?;
        record_session(tx, &mediation, "session.adjourned", Some(&before), &session, Vec::new());
        Ok(session)
    }
}
