//! The end of a mediation, and what ends with it.

use uuid::Uuid;

use super::{Facts, record_agreement, record_mediation, record_session};
use crate::{
    call::Micros,
    db::Tx,
    error::Result,
    mediations::{
        flow::{self, AgreementStep, MediationStep, SessionStep},
        model::{Mediation, Session},
        store,
    },
};

/// How a mediation ends.
pub struct End {
    /// The step that ends it.
    pub step: MediationStep,
    /// Type of the event.
    pub kind: &'static str,
    /// When.
    pub time: Micros,
    /// The agreement that settles it.
    pub settlement: Option<Uuid>,
}

impl End {
    /// Ends a locked mediation and writes it: agreements that are not in effect become void, sessions that have not begun are
    /// cancelled. A session under way or interrupted stays to be ended with its minutes; it takes no time of anybody that is to come.
    pub async fn run(&self, tx: &Tx<'_>, mediation: &mut Mediation, detail: Facts) -> Result<()> {
        let before = mediation.clone();
        mediation.state = flow::next(flow::MEDIATION, &mediation.name(), mediation.state, self.step)?;
        mediation.end_time = Some(self.time);
        mediation.settlement = self.settlement;
        mediation.version += 1;
        let sessions = store::sessions::to_come(tx, mediation, tx.call().now).await?;
        for _ in &sessions {
            mediation.session_count -= 1;
        }
        store::mediations::save(tx, mediation).await?;
        record_mediation(tx, self.kind, Some(&before), mediation, detail);
        for mut session in sessions {
            cancel(tx, mediation, &mut session).await?;
        }
        for session in store::sessions::unfinished_ids(tx, mediation).await? {
            store::bookings::end(tx, session, tx.call().now).await?;
        }
        void_others(tx, mediation).await
    }
}

/// Cancels a session and frees whom and what it had taken. The count is the caller's.
pub async fn cancel(tx: &Tx<'_>, mediation: &Mediation, session: &mut Session) -> Result<()> {
    let before = session.clone();
    session.state = flow::next(flow::SESSION, &session.name(), session.state, SessionStep::Cancel)?;
    session.version += 1;
    store::sessions::save(tx, session).await?;
    store::bookings::release(tx, session.id).await?;
    record_session(tx, mediation, "session.cancelled", Some(&before), session, Vec::new());
    Ok(())
}

/// The one that settles the mediation is in effect by now and no longer pending.
async fn void_others(tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
    for before in store::agreements::pending(tx, mediation).await? {
        let mut agreement = before.clone();
        agreement.state = flow::next(flow::AGREEMENT, &agreement.name(), agreement.state, AgreementStep::Void)?;
        agreement.version += 1;
        store::agreements::save(tx, &agreement).await?;
        store::obligations::void(tx, &agreement, tx.call().now).await?;
        record_agreement(tx, mediation, "agreement.voided", Some(&before), &agreement, Vec::new());
    }
    Ok(())
}
