//! Ending a mediation without agreement.

use uuid::Uuid;

use super::end;
use crate::{
    db::{Command, Tx},
    error::Result,
    mediations::{
        flow::MediationStep,
        model::{Failure, Mediation, RoutesNotice},
        numbers::Numbered,
        store,
    },
    wire::ensure_etag,
};

/// Ends a mediation that brought no agreement; the notice of the other ways is part of it (RMTJ 26).
pub struct Fail {
    pub mediation: Uuid,
    pub etag: String,
    pub failure: Failure,
    pub notice: RoutesNotice,
}

impl Command for Fail {
    type Answer = Mediation;
    const NAME: &'static str = "mediations.fail";

    async fn run(&self, tx: &Tx<'_>) -> Result<Mediation> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        ensure_etag(&self.etag, mediation.version, &mediation.name())?;
        let detail = vec![("reason", self.failure.reason.word().to_owned()), ("routes", self.notice.words())];
        mediation.failure = Some(self.failure.clone());
        mediation.notice = Some(self.notice.clone());
        let step = MediationStep::Fail;
        let end = end::End { step, kind: "mediation.failed", time: tx.call().now, settlement: None };
        end.run(tx, &mut mediation, detail).await?;
        Ok(mediation)
    }
}
