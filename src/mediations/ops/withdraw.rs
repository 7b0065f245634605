//! Taking an application for mediation back.

use uuid::Uuid;

use super::end;
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::MediationStep,
        model::{Mediation, RoutesNotice, participant_name},
        store,
    },
    wire::ensure_etag,
};

/// Ends a mediation because whoever asked for it no longer does.
pub struct Withdraw {
    pub mediation: Uuid,
    pub etag: String,
    /// The party; none where the committee or who referred it takes it back.
    pub participant: Option<Uuid>,
    pub reason: String,
    /// What the parties were told of the other ways.
    pub notice: Option<RoutesNotice>,
}

impl Command for Withdraw {
    type Answer = Mediation;
    const NAME: &'static str = "mediations.withdraw";

    async fn run(&self, tx: &Tx<'_>) -> Result<Mediation> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        ensure_etag(&self.etag, mediation.version, &mediation.name())?;
        if let Some(id) = self.participant {
            let party = store::participants::find(tx, &mediation, id).await?;
            if !party.kind.is_party() {
                return Err(Error::Precondition { resource: party.name(), condition: "NOT_A_PARTY" });
            }
        }
        mediation.withdrawn_by = self.participant;
        mediation.withdrawal_reason = Some(self.reason.clone());
        mediation.notice.clone_from(&self.notice);
        let by = self.participant.map(|id| participant_name(mediation.id, id)).unwrap_or_default();
        let step = MediationStep::Withdraw;
        let end = end::End { step, kind: "mediation.withdrawn", time: tx.call().now, settlement: None };
        end.run(tx, &mut mediation, vec![("withdrawn_by", by)]).await?;
        Ok(mediation)
    }
}
