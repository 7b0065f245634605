//! Agreements by word of mouth.

use uuid::Uuid;

use super::{
    agreement_draft::first, agreement_effect::take_effect, agreement_elements::ensure_signatory,
    invite::ensure_engaged_as, record_agreement,
};
use crate::{
    call::Micros,
    cases,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{Agreement, FEWEST_PARTIES, Mediation, Participant, Signature},
        numbers::{AgreementState, Capacity, Extent, Form, Kind, SignatureMeans, Source, Subject},
        store,
    },
};

/// Records what parties agreed by word of mouth (RMTJ 28, 30).
pub struct RecordOral {
    pub mediation: Uuid,
    pub text: String,
    pub extent: Extent,
    pub excluded_subjects: Vec<Subject>,
    pub parties: Vec<Uuid>,
    pub mediator: Uuid,
    pub agree_time: Micros,
}

impl Command for RecordOral {
    type Answer = Agreement;
    const NAME: &'static str = "agreements.record_oral";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agreement> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Draft)?;
        self.ensure_oral(tx, &mediation).await?;
        let parties = store::participants::find_all(tx, &mediation, &self.parties).await?;
        let mediator = store::participants::find(tx, &mediation, self.mediator).await?;
        ensure_agreed(&mediation, &parties, &mediator)?;
        ensure_engaged_as(tx, &mediator, civil_date(self.agree_time)).await?;
        let mut agreement = Agreement {
            state: AgreementState::Effective,
            form: Form::Oral,
            extent: self.extent,
            excluded_subjects: self.excluded_subjects.clone(),
            effect_time: Some(self.agree_time),
            ..first(tx, &mediation)
        };
        for participant in parties.iter().chain([&mediator]) {
            agreement.bear(participant.kind, self.agree_time);
        }
        store::agreements::insert(tx, &agreement).await?;
        store::agreements::insert_text(tx, &agreement, &self.text, tx.call().now).await?;
        for participant in parties.iter().chain([&mediator]) {
            store::signatures::insert(tx, &self.word_of(tx, &agreement, participant), participant).await?;
        }
        record_agreement(tx, &mediation, "agreement.recorded", None, &agreement, Vec::new());
        take_effect(tx, &mut mediation, None, &agreement, self.agree_time).await?;
        Ok(agreement)
    }
}

impl RecordOral {
    async fn ensure_oral(&self, tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
        let failed = |condition| Err(Error::Precondition { resource: mediation.name(), condition });
        if mediation.opened().is_some_and(|opened| self.agree_time < opened) {
            return failed("SIGNED_BEFORE_OPENING");
        }
        if mediation.source == Source::Petition || cases::any_petition(tx, &mediation.cases).await? {
            return failed("MUST_BE_WRITTEN");
        }
        Ok(())
    }

    fn word_of(&self, tx: &Tx<'_>, agreement: &Agreement, participant: &Participant) -> Signature {
        Signature {
            id: tx.call().new_id(),
            mediation: agreement.mediation,
            agreement: agreement.id,
            edition: agreement.edition,
            participant: participant.id,
            kind: participant.kind,
            means: SignatureMeans::Spoken,
            evidence: None,
            sign_time: self.agree_time,
            create_time: tx.call().now,
            capacity: if participant.kind == Kind::Mediator { Capacity::Own } else { participant.own_capacity() },
            agent: None,
            effect_time: None,
            strike: None,
        }
    }
}

/// All necessary parties agreed, before a mediator.
fn ensure_agreed(mediation: &Mediation, parties: &[Participant], mediator: &Participant) -> Result<()> {
    let failed = |resource: String, condition| Err(Error::Precondition { resource, condition });
    if mediator.kind != Kind::Mediator {
        return failed(mediator.name(), "NOT_A_MEDIATOR");
    }
    ensure_signatory(mediator)?;
    if let Some(other) = parties.iter().find(|participant| !participant.kind.is_party()) {
        return failed(other.name(), "NOT_A_PARTY");
    }
    for party in parties {
        ensure_signatory(party)?;
    }
    let necessary = parties.iter().filter(|party| party.kind == Kind::NecessaryParty).count();
    let needed = mediation.necessary_party_count;
    if needed < FEWEST_PARTIES || usize::try_from(needed) != Ok(necessary) {
        return failed(mediation.name(), "NECESSARY_PARTIES_MISSING");
    }
    Ok(())
}
