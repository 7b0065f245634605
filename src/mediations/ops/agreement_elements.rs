//! The elements of an agreement: signatures and the seal. With the last of them it takes effect (RMTJ 29).
//!
//! They take the number of the version and no etag, so that a hundred may sign at once; the lock of the mediation brings them into
//! an order, and whoever comes last finds all the others.

use uuid::Uuid;

use super::{end, record_agreement};
use crate::{
    call::Micros,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, AgreementStep, MediationStep},
        model::{Agreement, Detail, FEWEST_PARTIES, Mediation, Participant, Seal as SealMark, Signature},
        numbers::{Consent, Kind, Numbered, SignatureMeans},
        store,
    },
};

/// Records the signature of a party or mediator.
pub struct Sign {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub version: i32,
    pub participant: Uuid,
    pub means: SignatureMeans,
    pub evidence: Option<String>,
    pub sign_time: Micros,
}

impl Command for Sign {
    type Answer = Agreement;
    const NAME: &'static str = "agreements.sign";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agreement> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let mut agreement = bearing(&mediation, &before, self.version, AgreementStep::Sign, self.sign_time)?;
        let signatory = store::participants::find(tx, &mediation, self.participant).await?;
        ensure_signatory(&signatory)?;
        let signature = self.signature(tx, &signatory);
        store::signatures::insert(tx, &signature, &signatory).await?;
        agreement.bear(signatory.kind, self.sign_time);
        store::agreements::save(tx, &agreement).await?;
        let detail = vec![("participant", signatory.name()), ("means", self.means.word().to_owned())];
        record_agreement(tx, &mediation, "agreement.signed", Some(&before), &agreement, detail);
        effect(tx, &mut mediation, agreement).await
    }
}

impl Sign {
    fn signature(&self, tx: &Tx<'_>, signatory: &Participant) -> Signature {
        Signature {
            id: tx.call().new_id(),
            mediation: self.mediation,
            agreement: self.agreement,
            edition: self.version,
            participant: signatory.id,
            kind: signatory.kind,
            means: self.means,
            evidence: self.evidence.clone(),
            sign_time: self.sign_time,
            create_time: tx.call().now,
        }
    }
}

/// Records the committee's seal.
pub struct Seal {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub version: i32,
    pub evidence: Option<String>,
    pub seal_time: Micros,
}

impl Command for Seal {
    type Answer = Agreement;
    const NAME: &'static str = "agreements.seal";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agreement> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let mut agreement = bearing(&mediation, &before, self.version, AgreementStep::Seal, self.seal_time)?;
        if before.seal.is_some() {
            return Err(Error::Precondition { resource: before.name(), condition: "ALREADY_SEALED" });
        }
        agreement.seal = Some(SealMark { time: self.seal_time, evidence: self.evidence.clone() });
        if agreement.version == before.version {
            agreement.version += 1;
        }
        store::agreements::save(tx, &agreement).await?;
        record_agreement(tx, &mediation, "agreement.sealed", Some(&before), &agreement, Vec::new());
        effect(tx, &mut mediation, agreement).await
    }
}

/// The agreement as it is about to bear one more element under this version.
fn bearing(
    mediation: &Mediation,
    before: &Agreement,
    version: i32,
    step: AgreementStep,
    time: Micros,
) -> Result<Agreement> {
    let resource = before.name();
    if version != before.edition {
        return Err(Error::VersionSuperseded { resource, version: before.edition });
    }
    let state = flow::next(flow::AGREEMENT, &resource, before.state, step)?;
    if mediation.necessary_party_count < FEWEST_PARTIES {
        return Err(Error::Precondition { resource: mediation.name(), condition: "NECESSARY_PARTIES_MISSING" });
    }
    if time < mediation.open_time {
        return Err(Error::Precondition { resource, condition: "SIGNED_BEFORE_OPENING" });
    }
    let version = before.version + i64::from(state != before.state);
    Ok(Agreement { state, version, ..before.clone() })
}

fn ensure_signatory(participant: &Participant) -> Result<()> {
    let failed = |condition| Err(Error::Precondition { resource: participant.name(), condition });
    if participant.kind == Kind::InvitedBody {
        return failed("NOT_A_SIGNATORY");
    }
    if participant.consent == Some(Consent::Refused) { failed("PARTICIPANT_REFUSED") } else { Ok(()) }
}

/// Where nothing is missing any more, the agreement takes effect and ends the mediation.
async fn effect(tx: &Tx<'_>, mediation: &mut Mediation, before: Agreement) -> Result<Agreement> {
    let Some(time) = before.due_effect() else { return Ok(before) };
    let mut agreement = before.clone();
    agreement.state = flow::next(flow::AGREEMENT, &before.name(), before.state, AgreementStep::Effect)?;
    agreement.effect_time = Some(time);
    agreement.version += 1;
    store::agreements::save(tx, &agreement).await?;
    record_agreement(tx, mediation, "agreement.effected", Some(&before), &agreement, Vec::new());
    let end = end::End { step: MediationStep::Agree, kind: "mediation.agreed", time, settlement: Some(agreement.id) };
    end.run(tx, mediation, vec![("settlement", agreement.name())]).await?;
    Ok(agreement)
}
