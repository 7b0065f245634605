//! Another mediator in the place of one.

use uuid::Uuid;

use super::{
    challenges::leave,
    invite::{self, Newcomer, ensure_engaged_as, ensure_parties},
    record_session,
    schedule::refusal,
};
use crate::{
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{MOST_PARTICIPANTS, Mediation, Participant},
        numbers::{Kind, LeaveReason, SessionState},
        store,
    },
    wire::ensure_etag,
};

/// Puts another mediator in the place of one who leaves or has left.
pub struct ReplaceMediator {
    pub mediation: Uuid,
    pub participant: Uuid,
    pub etag: String,
    pub newcomer: Newcomer,
    /// Of one who has not left yet.
    pub reason: Option<LeaveReason>,
}

impl Command for ReplaceMediator {
    type Answer = Participant;
    const NAME: &'static str = "mediations.replace_mediator";

    async fn run(&self, tx: &Tx<'_>) -> Result<Participant> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Replace)?;
        let mut former = store::participants::find(tx, &mediation, self.participant).await?;
        ensure_etag(&self.etag, former.version, &former.name())?;
        self.ensure_replaceable(tx, &mediation, &former).await?;
        self.newcomer.ensure_known(tx).await?;
        ensure_parties(tx, &mediation, &self.newcomer.facts.agreed_by).await?;
        if former.left.is_none() {
            let reason = self.reason.ok_or_else(|| Error::field("reason", "is required: the mediator has not left"))?;
            former.version += 1;
            leave(tx, &mediation, &mut former, reason).await?;
        }
        let next = Participant { replaces: Some(former.id), ..self.newcomer.enter(tx, self.mediation) };
        invite::enter(tx, &mut mediation, std::slice::from_ref(&next)).await?;
        take_over(tx, &mediation, &former, &next).await?;
        Ok(next)
    }
}

impl ReplaceMediator {
    async fn ensure_replaceable(&self, tx: &Tx<'_>, mediation: &Mediation, former: &Participant) -> Result<()> {
        let failed = |resource, condition| Err(Error::Precondition { resource, condition });
        if former.kind != Kind::Mediator {
            return failed(former.name(), "NOT_A_MEDIATOR");
        }
        if store::participants::successor(tx, former).await?.is_some() {
            return failed(former.name(), "ALREADY_REPLACED");
        }
        if mediation.participant_count >= MOST_PARTICIPANTS {
            return failed(mediation.name(), "TOO_MANY_PARTICIPANTS");
        }
        Ok(())
    }
}

/// The sessions that have not begun, and what is to go on of those that were interrupted, are the next one's.
async fn take_over(tx: &Tx<'_>, mediation: &Mediation, former: &Participant, next: &Participant) -> Result<()> {
    let holders: Vec<String> = next.holder().into_iter().collect();
    let now = tx.call().now;
    for session in store::sessions::unfinished(tx, mediation, former.id).await? {
        // Who leads the session under way is seen by who came.
        if session.state == SessionState::InProgress {
            continue;
        }
        let to_come = now < session.start_time;
        if to_come {
            ensure_engaged_as(tx, next, civil_date(session.start_time)).await?;
        }
        // What was interrupted takes nobody's time until it is set anew.
        let waits = session.state == SessionState::Scheduled && now < session.end_time;
        if (to_come || waits)
            && let Some(clash) = store::bookings::take(tx, &session, &holders).await?
        {
            return Err(refusal(tx, &session, clash).await?);
        }
        store::sessions::put_in_place(tx, &session, former.id, next.id).await?;
        let detail = vec![("former", former.name()), ("mediator", next.name())];
        record_session(tx, mediation, "session.mediator_replaced", Some(&session), &session, detail);
    }
    Ok(())
}
