//! What parties say to the mediation.

use uuid::Uuid;

use super::{change, end};
use crate::{
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{Mediation, Participant, RoutesNotice},
        numbers::{Consent, Kind, Numbered, State},
        store,
    },
    record::Change,
    wire::ensure_etag,
};

/// Records that a party consents or refuses. The refusal of a necessary party ends the mediation (RMTJ 17).
pub struct RecordConsent {
    pub mediation: Uuid,
    pub participant: Uuid,
    pub etag: String,
    /// `Given` or `Refused`.
    pub consent: Consent,
    pub statement: Option<String>,
    /// What the parties were told of the other ways, where a refusal ends the mediation.
    pub notice: Option<RoutesNotice>,
}

impl Command for RecordConsent {
    type Answer = Participant;
    const NAME: &'static str = "mediations.record_consent";

    async fn run(&self, tx: &Tx<'_>) -> Result<Participant> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        let mut participant = store::participants::find(tx, &mediation, self.participant).await?;
        let name = participant.name();
        ensure_etag(&self.etag, participant.version, &name)?;
        let ends = self.consent == Consent::Refused && participant.kind == Kind::NecessaryParty;
        let step = match participant.kind {
            Kind::AccedingParty => MediationStep::Answer,
            Kind::NecessaryParty if ends => MediationStep::Refuse,
            Kind::NecessaryParty | Kind::Mediator | Kind::InvitedBody => MediationStep::Consent,
        };
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, step)?;
        ensure_to_accede(tx, &mediation).await?;
        self.ensure_possible(tx, &mediation, &participant).await?;
        self.ensure_notice(&mediation, ends)?;

        let before = participant.consent;
        participant.consent = Some(self.consent);
        participant.consent_time = Some(tx.call().now);
        participant.consent_statement = self.statement.clone();
        participant.version += 1;
        store::participants::save_consent(tx, &participant).await?;
        tx.record(Change {
            state_before: before.map(Numbered::word),
            state_after: Some(self.consent.word()),
            ..change(&mediation, kind_of(self.consent), name, participant.version)
        });
        if participant.kind == Kind::NecessaryParty {
            let count = |consent| i32::from(consent == Some(Consent::Given));
            mediation.necessary_consent_count += count(participant.consent) - count(before);
        }
        if ends {
            mediation.notice.clone_from(&self.notice);
            let routes = self.notice.as_ref().map(RoutesNotice::words).unwrap_or_default();
            let end = end::End { step, kind: "mediation.refused", time: tx.call().now, settlement: None };
            end.run(tx, &mut mediation, vec![("routes", routes)]).await?;
        } else {
            store::mediations::save(tx, &mediation).await?;
        }
        Ok(participant)
    }
}

fn kind_of(consent: Consent) -> &'static str {
    match consent {
        Consent::Pending | Consent::Given => "participant.consented",
        Consent::Refused => "participant.refused",
    }
}

/// A mediation that has ended takes parties in that accede, as long as there is something to accede to.
pub(super) async fn ensure_to_accede(tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
    if mediation.state == State::Open || store::agreements::any_effective(tx, mediation).await? {
        return Ok(());
    }
    Err(Error::Precondition { resource: mediation.name(), condition: "NOTHING_TO_ACCEDE_TO" })
}

impl RecordConsent {
    /// With the refusal that ends the mediation the parties are told of the other ways, and with no other.
    fn ensure_notice(&self, mediation: &Mediation, ends: bool) -> Result<()> {
        match (ends, self.notice.is_some()) {
            (true, false) => Err(Error::Precondition { resource: mediation.name(), condition: "ROUTES_NOT_TOLD" }),
            (false, true) => Err(Error::field("routes_notice", "is taken with a refusal that ends the mediation only")),
            (true, true) | (false, false) => Ok(()),
        }
    }

    async fn ensure_possible(&self, tx: &Tx<'_>, mediation: &Mediation, participant: &Participant) -> Result<()> {
        let failed = |condition| Err(Error::Precondition { resource: participant.name(), condition });
        if !participant.kind.is_party() {
            return failed("NOT_A_PARTY");
        }
        if participant.consent == Some(self.consent) {
            return failed("CONSENT_UNCHANGED");
        }
        if self.consent == Consent::Refused && participant.kind == Kind::AccedingParty {
            let alive = store::agreements::alive(tx, mediation).await?;
            if store::signatures::any_by(tx, participant, &alive).await? {
                return failed("SIGNED_ALREADY");
            }
        }
        Ok(())
    }
}
