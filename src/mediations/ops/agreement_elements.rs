//! The elements of an agreement: signatures and the seal. With the last of them it takes effect (RMTJ 29).
//!
//! They take the number of the version and no etag, so that a hundred may sign at once; the lock of the mediation brings them into
//! an order, and whoever comes last finds all the others.

use uuid::Uuid;

use super::{Facts, agreement_effect::effect, invite::ensure_engaged_as, record_agreement};
use crate::{
    call::Micros,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, AgreementStep},
        model::{Agreement, Detail, FEWEST_PARTIES, Mediation, Participant, Seal as SealMark, Signature},
        numbers::{Capacity, Consent, Form, Kind, Numbered, SignatureMeans},
        store,
    },
};

/// A signature as it is brought.
pub struct Signing {
    pub participant: Uuid,
    /// The agent who signs for the participant.
    pub agent: Option<Uuid>,
    pub means: SignatureMeans,
    pub evidence: Option<String>,
    pub sign_time: Micros,
}

/// Records signatures of parties and mediators under a version, all or none.
pub struct Sign {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub version: i32,
    pub signatures: Vec<Signing>,
}

impl Command for Sign {
    type Answer = Agreement;
    const NAME: &'static str = "agreements.sign";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agreement> {
        let mut mediation = store::mediations::lock(tx, self.mediation).await?;
        let mut agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        for signing in &self.signatures {
            let before = agreement;
            agreement = bearing(&mediation, &before, self.version, AgreementStep::Sign, signing.sign_time)?;
            let signatory = store::participants::find(tx, &mediation, signing.participant).await?;
            ensure_signatory(&signatory)?;
            if signatory.kind == Kind::Mediator {
                ensure_engaged_as(tx, &signatory, civil_date(signing.sign_time)).await?;
            }
            signing.enter(tx, &agreement, &signatory).await?;
            agreement.bear(signatory.kind, signing.sign_time);
            let kind = "agreement.signed";
            record_agreement(tx, &mediation, kind, Some(&before), &agreement, signing.facts(&signatory));
        }
        store::agreements::save(tx, &agreement).await?;
        effect(tx, &mut mediation, agreement).await
    }
}

/// Records that an acceding party joins an agreement in effect.
pub struct Accede {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub version: i32,
    pub signature: Signing,
}

impl Command for Accede {
    type Answer = Agreement;
    const NAME: &'static str = "agreements.accede";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agreement> {
        let signing = &self.signature;
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let step = AgreementStep::Accede;
        let mut agreement = bearing(&mediation, &before, self.version, step, signing.sign_time)?;
        let signatory = store::participants::find(tx, &mediation, signing.participant).await?;
        if signatory.kind != Kind::AccedingParty {
            return Err(Error::Precondition { resource: signatory.name(), condition: "NOT_AN_ACCEDING_PARTY" });
        }
        ensure_signatory(&signatory)?;
        ensure_form(&agreement, signing.means)?;
        signing.enter(tx, &agreement, &signatory).await?;
        agreement.bear(signatory.kind, signing.sign_time);
        store::agreements::save(tx, &agreement).await?;
        let effect = agreement.effect_time.ok_or_else(|| Error::internal("an agreement in effect has no day"))?;
        store::obligations::bind(tx, &agreement, effect, Some(signatory.id)).await?;
        let kind = "agreement.acceded";
        record_agreement(tx, &mediation, kind, Some(&before), &agreement, signing.facts(&signatory));
        Ok(agreement)
    }
}

/// What is written is not acceded to by word of mouth.
fn ensure_form(agreement: &Agreement, means: SignatureMeans) -> Result<()> {
    if means == SignatureMeans::Spoken && agreement.form == Form::Written {
        return Err(Error::field("means", "is not SPOKEN for a written agreement"));
    }
    Ok(())
}

impl Signing {
    /// Enters the signature of somebody who may sign.
    async fn enter(&self, tx: &Tx<'_>, agreement: &Agreement, signatory: &Participant) -> Result<()> {
        let capacity = match self.agent {
            None => signatory.own_capacity(),
            Some(id) => {
                let agent = store::agents::find(tx, signatory, id).await?;
                let failed = |condition| Err(Error::Precondition { resource: agent.name(), condition });
                if !agent.holds(self.sign_time) {
                    return failed("AGENT_WITHOUT_MANDATE");
                }
                if !agent.may_settle() {
                    return failed("MANDATE_TOO_NARROW");
                }
                Capacity::Agent
            }
        };
        let signature = Signature {
            id: tx.call().new_id(),
            mediation: agreement.mediation,
            agreement: agreement.id,
            edition: agreement.edition,
            participant: signatory.id,
            kind: signatory.kind,
            means: self.means,
            evidence: self.evidence.clone(),
            sign_time: self.sign_time,
            create_time: tx.call().now,
            capacity,
            agent: self.agent,
            effect_time: None,
            strike: None,
        };
        store::signatures::insert(tx, &signature, signatory).await
    }

    /// What the event tells of it.
    fn facts(&self, signatory: &Participant) -> Facts {
        vec![("participant", signatory.name()), ("means", self.means.word().to_owned())]
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
    if mediation.opened().is_some_and(|opened| time < opened) {
        return Err(Error::Precondition { resource, condition: "SIGNED_BEFORE_OPENING" });
    }
    let version = before.version + i64::from(state != before.state);
    Ok(Agreement { state, version, ..before.clone() })
}

pub(super) fn ensure_signatory(participant: &Participant) -> Result<()> {
    let failed = |condition| Err(Error::Precondition { resource: participant.name(), condition });
    if participant.kind == Kind::InvitedBody {
        return failed("NOT_A_SIGNATORY");
    }
    if participant.left.is_some() {
        return failed("PARTICIPANT_LEFT");
    }
    if participant.open_challenges > 0 {
        return failed("CHALLENGE_PENDING");
    }
    if participant.consent == Some(Consent::Refused) { failed("PARTICIPANT_REFUSED") } else { Ok(()) }
}
