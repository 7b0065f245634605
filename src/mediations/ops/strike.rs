//! Striking a signature before the agreement takes effect.

use uuid::Uuid;

use super::record_agreement;
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, AgreementStep},
        model::{Agreement, Detail},
        numbers::{Numbered, StrikeReason},
        store,
    },
};

/// Strikes a signature under the current version. It stays on record and does not count.
pub struct Strike {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub signature: Uuid,
    pub reason: StrikeReason,
}

impl Command for Strike {
    type Answer = Agreement;
    const NAME: &'static str = "agreements.strike_signature";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agreement> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let mut signature = store::signatures::find(tx, &before, self.signature).await?;
        let mut agreement = before.clone();
        agreement.state = flow::next(flow::AGREEMENT, &before.name(), before.state, AgreementStep::Strike)?;
        let failed = |condition| Err(Error::Precondition { resource: signature.name(), condition });
        if signature.strike.is_some() {
            return failed("ALREADY_STRUCK");
        }
        if signature.edition != before.edition {
            return failed("NOT_OF_THIS_VERSION");
        }
        signature.strike = Some((tx.call().now, self.reason));
        store::signatures::save_strike(tx, &signature).await?;
        let (last_party, first_mediator) = store::signatures::element_times(tx, &before).await?;
        agreement.shed(signature.kind, last_party, first_mediator);
        if agreement.is_bare() {
            agreement.state = flow::next(flow::AGREEMENT, &before.name(), before.state, AgreementStep::StrikeLast)?;
            agreement.version += 1;
        }
        store::agreements::save(tx, &agreement).await?;
        let detail = vec![
            ("signature", signature.name()),
            ("participant", mediation.child("participants", signature.participant)),
            ("reason", self.reason.word().to_owned()),
        ];
        record_agreement(tx, &mediation, "agreement.signature_struck", Some(&before), &agreement, detail);
        Ok(agreement)
    }
}
