//! What is agreed.

use uuid::Uuid;

use super::FEWEST_PARTIES;
use crate::{
    call::Micros,
    mediations::numbers::{
        AgreementState, Capacity, Element, Extent, Form, Kind, SignatureMeans, StrikeReason, Subject,
    },
};

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// `{id}` of the committee, whose seal it bears.
    pub committee: String,
    /// Where it stands.
    pub state: AgreementState,
    /// Number of the current text: the version that is signed.
    pub edition: i32,
    /// The current text.
    pub text: Option<String>,
    /// Parties all of whom have to sign.
    pub necessary_party_count: i32,
    /// How many of them signed the current text.
    pub necessary_signature_count: i32,
    /// Acceding parties who signed it.
    pub acceding_signature_count: i32,
    /// Mediators who signed it.
    pub mediator_signature_count: i32,
    /// The latest of the necessary parties' signatures.
    pub last_party_time: Option<Micros>,
    /// The earliest of the mediators' signatures.
    pub first_mediator_time: Option<Micros>,
    /// The committee's seal under it.
    pub seal: Option<Seal>,
    /// When it took effect.
    pub effect_time: Option<Micros>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts the changes of text, plan, obligations, seal and state.
    pub version: i64,
    /// How much of the dispute it settles.
    pub extent: Extent,
    /// In which form it was made.
    pub form: Form,
    /// Acceding parties who have to sign it.
    pub acceding_threshold: i32,
    /// Who bears the cost.
    pub plan: Option<Uuid>,
    /// What it deals with that no court confirms.
    pub excluded_subjects: Vec<Subject>,
}

impl Agreement {
    /// `mediations/{id}/agreements/{id}`.
    pub fn name(&self) -> String {
        format!("mediations/{}/agreements/{}", self.mediation, self.id)
    }

    /// What it still needs to take effect. Nothing once it has, or never will.
    pub fn missing(&self) -> Vec<Element> {
        match self.state {
            AgreementState::Draft | AgreementState::Signing => self.absent(),
            AgreementState::Effective | AgreementState::Void => Vec::new(),
        }
    }

    fn absent(&self) -> Vec<Element> {
        let parties = self.necessary_party_count >= FEWEST_PARTIES
            && self.necessary_signature_count >= self.necessary_party_count;
        [
            (!parties, Element::NecessaryParties),
            (self.first_mediator_time.is_none(), Element::Mediator),
            (self.seal.is_none(), Element::Seal),
            (self.acceding_signature_count < self.acceding_threshold, Element::AccedingParties),
        ]
        .into_iter()
        .filter_map(|(absent, element)| absent.then_some(element))
        .collect()
    }

    /// Everything is there.
    pub fn is_complete(&self) -> bool {
        self.absent().is_empty()
    }

    /// When it takes effect, being complete: with the last of the elements, as they happened (RMTJ 29). `threshold`: when enough acceding
    /// parties had signed.
    pub fn due_effect(&self, threshold: Option<Micros>) -> Option<Micros> {
        let seal = self.seal.as_ref().map(|seal| seal.time);
        let times = [self.last_party_time, self.first_mediator_time, seal, threshold];
        times.into_iter().flatten().max()
    }

    /// How many copies of the paper there have to be: one for each party that it binds, and the committee's (RMTJ 29).
    pub fn copy_count(&self) -> i32 {
        match self.form {
            Form::Written => self.necessary_party_count + self.acceding_signature_count + 1,
            Form::Oral => 0,
        }
    }

    /// A signature by a participant of this kind at that time.
    pub fn bear(&mut self, kind: Kind, time: Micros) {
        match kind {
            Kind::NecessaryParty => {
                self.necessary_signature_count += 1;
                self.last_party_time = self.last_party_time.max(Some(time));
            }
            Kind::AccedingParty => self.acceding_signature_count += 1,
            Kind::Mediator => {
                self.mediator_signature_count += 1;
                self.first_mediator_time = Some(self.first_mediator_time.map_or(time, |first| first.min(time)));
            }
            Kind::InvitedBody => {}
        }
    }

    /// One signature less; what remains was given at these times, the last of a necessary party and the first of a mediator.
    pub fn shed(&mut self, kind: Kind, last_party: Option<Micros>, first_mediator: Option<Micros>) {
        match kind {
            Kind::NecessaryParty => self.necessary_signature_count -= 1,
            Kind::AccedingParty => self.acceding_signature_count -= 1,
            Kind::Mediator => self.mediator_signature_count -= 1,
            Kind::InvitedBody => {}
        }
        (self.last_party_time, self.first_mediator_time) = (last_party, first_mediator);
    }

    /// It bears neither signature nor seal.
    pub fn is_bare(&self) -> bool {
        let signatures = self.necessary_signature_count + self.acceding_signature_count + self.mediator_signature_count;
        signatures == 0 && self.seal.is_none()
    }

    /// A new text, which bears nothing yet.
    pub fn renew(&mut self) {
        self.edition += 1;
        self.necessary_signature_count = 0;
        self.acceding_signature_count = 0;
        self.mediator_signature_count = 0;
        self.last_party_time = None;
        self.first_mediator_time = None;
        self.seal = None;
    }
}

/// The committee's seal under a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// When it was affixed.
    pub time: Micros,
    /// SHA-256 of the evidence in hexadecimal digits.
    pub evidence: Option<String>,
}

/// A signature under one text of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// The agreement.
    pub agreement: Uuid,
    /// Number of the text.
    pub edition: i32,
    /// Who signed.
    pub participant: Uuid,
    /// As what.
    pub kind: Kind,
    /// How.
    pub means: SignatureMeans,
    /// SHA-256 of the evidence in hexadecimal digits.
    pub evidence: Option<String>,
    /// When it was given.
    pub sign_time: Micros,
    /// When it was entered.
    pub create_time: Micros,
    /// By whom the participant signed.
    pub capacity: Capacity,
    /// The agent who did.
    pub agent: Option<Uuid>,
    /// From when the agreement binds the party.
    pub effect_time: Option<Micros>,
    /// When and why it was struck: it does not count.
    pub strike: Option<(Micros, StrikeReason)>,
}

impl Signature {
    /// `mediations/{id}/agreements/{id}/signatures/{id}`.
    pub fn name(&self) -> String {
        format!("mediations/{}/agreements/{}/signatures/{}", self.mediation, self.agreement, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement() -> Agreement {
        Agreement {
            id: Uuid::nil(),
            mediation: Uuid::nil(),
            committee: "c".into(),
            state: AgreementState::Signing,
            edition: 1,
            text: None,
            necessary_party_count: 2,
            necessary_signature_count: 0,
            acceding_signature_count: 0,
            mediator_signature_count: 0,
            last_party_time: None,
            first_mediator_time: None,
            seal: None,
            effect_time: None,
            create_time: 0,
            version: 1,
            extent: Extent::Whole,
            form: Form::Written,
            acceding_threshold: 0,
            plan: None,
            excluded_subjects: Vec::new(),
        }
    }

    #[test]
    fn effect_comes_with_the_latest_element_and_the_earliest_mediator() {
        let mut agreement = agreement();
        agreement.bear(Kind::Mediator, 90);
        agreement.bear(Kind::Mediator, 20);
        agreement.bear(Kind::NecessaryParty, 40);
        agreement.seal = Some(Seal { time: 30, evidence: None });
        assert_eq!(agreement.missing(), [Element::NecessaryParties]);
        agreement.bear(Kind::AccedingParty, 80);
        assert!(!agreement.is_complete());
        agreement.bear(Kind::NecessaryParty, 10);
        assert!(agreement.is_complete());
        assert_eq!((agreement.due_effect(None), agreement.due_effect(Some(80))), (Some(40), Some(80)));
        assert_eq!(agreement.copy_count(), 4, "two necessary parties, one acceding, the committee");
        agreement.acceding_threshold = 2;
        assert_eq!(agreement.missing(), [Element::AccedingParties]);
        agreement.renew();
        assert_eq!(agreement.missing().len(), 4);
    }

    #[test]
    fn one_party_alone_agrees_with_nobody() {
        let mut agreement = Agreement { necessary_party_count: 1, ..agreement() };
        agreement.bear(Kind::NecessaryParty, 1);
        agreement.bear(Kind::Mediator, 1);
        agreement.seal = Some(Seal { time: 1, evidence: None });
        assert!(!agreement.is_complete());
    }
}
