//! Inviting parties, mediators and bodies.

use uuid::Uuid;

use super::{change, organization};
use crate::{
    call::Micros,
    clock::civil_date,
    db::{Command, Rows, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{MOST_PARTICIPANTS, Mediation, Participant},
        numbers::{AgreementState, ChosenBy, Consent, Kind, Numbered},
        store,
    },
    record::Change,
    wire::id_in,
};

/// Adds a participant.
pub struct Invite {
    pub mediation: Uuid,
    pub kind: Kind,
    /// `cadres/{id}` of a mediator, `organizations/{id}` of a body.
    pub identity: Option<String>,
    pub posting: Option<String>,
    pub display_name: String,
    pub phone: Option<String>,
    pub needs: Option<String>,
    pub chosen_by: Option<ChosenBy>,
    pub invitation_consent_time: Option<Micros>,
}

impl Command for Invite {
    type Answer = Participant;
    const NAME: &'static str = "mediations.invite";

    async fn run(&self, tx: &Tx<'_>) -> Result<Participant> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Invite)?;
        self.ensure_room(tx, &mediation).await?;
        self.ensure_known(tx).await?;
        let participant = self.participant(tx);
        store::participants::insert(tx, &participant).await?;
        mediation.participant_count += 1;
        if self.kind == Kind::NecessaryParty {
            mediation.necessary_party_count += 1;
        }
        store::mediations::save(tx, &mediation).await?;
        tx.record(Change {
            detail: vec![
                ("kind", self.kind.word().to_owned()),
                ("identity", self.identity.clone().unwrap_or_default()),
            ],
            ..change(&mediation, "participant.invited", participant.name(), participant.version)
        });
        Ok(participant)
    }
}

impl Invite {
    async fn ensure_room(&self, tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
        let failed = |condition| Err(Error::Precondition { resource: mediation.name(), condition });
        if mediation.participant_count >= MOST_PARTICIPANTS {
            return failed("TOO_MANY_PARTICIPANTS");
        }
        if self.kind == Kind::NecessaryParty {
            let pending = store::agreements::pending(tx, mediation).await?;
            if pending.iter().any(|agreement| agreement.state == AgreementState::Signing) {
                return failed("AGREEMENT_IN_SIGNING");
            }
        }
        Ok(())
    }

    async fn ensure_known(&self, tx: &Tx<'_>) -> Result<()> {
        let Some(identity) = &self.identity else { return Ok(()) };
        match id_in(identity, "organizations") {
            Ok(id) => organization(tx, id, civil_date(tx.call().now)).await.map(|_| ()),
            Err(_) => ensure_mediator(tx, identity, self.posting.as_deref()).await,
        }
    }

    fn participant(&self, tx: &Tx<'_>) -> Participant {
        Participant {
            id: tx.call().new_id(),
            mediation: self.mediation,
            kind: self.kind,
            identity: self.identity.clone(),
            posting: self.posting.clone(),
            display_name: self.display_name.clone(),
            phone: self.phone.clone(),
            needs: self.needs.clone(),
            chosen_by: self.chosen_by,
            invitation_consent_time: self.invitation_consent_time,
            consent: self.kind.is_party().then_some(Consent::Pending),
            consent_time: None,
            consent_statement: None,
            create_time: tx.call().now,
            version: 1,
        }
    }
}

/// The one place that judges who may mediate. Cadres and postings are taken as named: a mediator may be in no register here, since
/// committees keep their own.
async fn ensure_mediator(_rows: &impl Rows, _cadre: &str, _posting: Option<&str>) -> Result<()> {
    Ok(())
}
