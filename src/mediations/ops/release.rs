//! A mediator steps aside, or an invited body goes.

use uuid::Uuid;

use super::challenges::leave;
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::Participant,
        numbers::LeaveReason,
        store,
    },
    wire::ensure_etag,
};

/// Lets a mediator or an invited body go, without another one in the place.
pub struct ReleaseParticipant {
    pub mediation: Uuid,
    pub participant: Uuid,
    pub etag: String,
    pub reason: LeaveReason,
}

impl Command for ReleaseParticipant {
    type Answer = Participant;
    const NAME: &'static str = "mediations.release_participant";

    async fn run(&self, tx: &Tx<'_>) -> Result<Participant> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let mut participant = store::participants::find(tx, &mediation, self.participant).await?;
        ensure_etag(&self.etag, participant.version, &participant.name())?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Release)?;
        let failed = |condition| Err(Error::Precondition { resource: participant.name(), condition });
        if participant.kind.is_party() {
            return failed("IS_A_PARTY");
        }
        if participant.left.is_some() {
            return failed("PARTICIPANT_LEFT");
        }
        participant.version += 1;
        leave(tx, &mediation, &mut participant, self.reason).await?;
        Ok(participant)
    }
}
