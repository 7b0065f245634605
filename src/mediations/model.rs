//! What mediations are made of.

use chrono::NaiveDate;
use uuid::Uuid;

use super::numbers::{
    AgreementState, ChosenBy, Consent, Element, FailureReason, Kind, NoticeMeans, Outcome, Presence, Route,
    SessionState, SignatureMeans, Source, State,
};
use crate::{
    call::Micros,
    place::{Code, Path},
};

/// Most participants of one mediation.
pub const MOST_PARTICIPANTS: i32 = 500;
/// Longest session, µs.
pub const LONGEST_SESSION: Micros = 24 * 3_600 * 1_000_000;
/// Fewest parties that can agree on anything.
pub const FEWEST_PARTIES: i32 = 2;

/// How much of what people told is opened. What is not opened is `None` in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Names and telephones only, which the wire masks.
    Basic,
    /// Everything.
    Full,
}

/// The mediation of one dispute before one committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mediation {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub state: State,
    /// How it came about.
    pub source: Source,
    /// `{id}` of `organizations/{id}`.
    pub committee: String,
    /// Region of the dispute.
    pub region: Code,
    /// Version of the region's code on the day of opening.
    pub region_version: i32,
    /// The regions above and with it.
    pub place: Path,
    /// The cases that it is to settle, in the order given.
    pub cases: Vec<Uuid>,
    /// What the dispute is about.
    pub matter: Option<String>,
    /// Day of the application or referral.
    pub application_date: Option<NaiveDate>,
    /// When it was opened.
    pub open_time: Micros,
    /// Participants of any kind.
    pub participant_count: i32,
    /// Parties without whom nothing is agreed.
    pub necessary_party_count: i32,
    /// How many of them consented.
    pub necessary_consent_count: i32,
    /// Sessions that were not cancelled.
    pub session_count: i32,
    /// The agreement that settled it.
    pub settlement: Option<Uuid>,
    /// When it ended.
    pub end_time: Option<Micros>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts its changes; those of the counts alone are not counted.
    pub version: i64,
}

impl Mediation {
    /// `mediations/{id}`.
    pub fn name(&self) -> String {
        mediation_name(self.id)
    }

    /// Name of something that belongs to it.
    pub fn child(&self, collection: &str, id: Uuid) -> String {
        format!("mediations/{}/{collection}/{id}", self.id)
    }
}

/// `mediations/{id}`.
pub fn mediation_name(id: Uuid) -> String {
    format!("mediations/{id}")
}

/// Why a mediation failed, and what the parties were told then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: FailureReason,
    /// Why, in words.
    pub explanation: Option<String>,
    /// The other ways that were named.
    pub routes: Vec<Route>,
    /// How the parties were told.
    pub means: NoticeMeans,
}

/// Someone who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// As what.
    pub kind: Kind,
    /// `cadres/{id}` of a mediator, `organizations/{id}` of a body that is registered.
    pub identity: Option<String>,
    /// `cadres/{id}/postings/{id}` of a mediator.
    pub posting: Option<String>,
    /// Name of the person or body.
    pub display_name: String,
    /// Telephone.
    pub phone: Option<String>,
    /// What is needed to take part.
    pub needs: Option<String>,
    /// Who chose a mediator.
    pub chosen_by: Option<ChosenBy>,
    /// When the parties consented to an invited body.
    pub invitation_consent_time: Option<Micros>,
    /// Of a party: whether it wants the mediation.
    pub consent: Option<Consent>,
    /// Since when that is on record.
    pub consent_time: Option<Micros>,
    /// What the party said with it.
    pub consent_statement: Option<String>,
    /// When the participant was entered.
    pub create_time: Micros,
    /// Counts the changes.
    pub version: i64,
}

impl Participant {
    /// `mediations/{id}/participants/{id}`.
    pub fn name(&self) -> String {
        participant_name(self.mediation, self.id)
    }

    /// What is taken while the participant sits in a session: a mediator wherever it is, a party within the mediation. Bodies can
    /// send several people.
    pub fn holder(&self) -> Option<String> {
        match self.kind {
            Kind::NecessaryParty | Kind::AccedingParty => Some(self.name()),
            Kind::Mediator => self.identity.clone(),
            Kind::InvitedBody => None,
        }
    }
}

/// `mediations/{id}/participants/{id}`.
pub fn participant_name(mediation: Uuid, id: Uuid) -> String {
    format!("mediations/{mediation}/participants/{id}")
}

/// A meeting of participants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// Where it stands.
    pub state: SessionState,
    /// Planned start.
    pub start_time: Micros,
    /// Planned end, exclusive.
    pub end_time: Micros,
    /// `{id}` of the organization at which it is held.
    pub venue: Option<String>,
    /// The room there.
    pub room: Option<String>,
    /// The place where there is no venue.
    pub place: Option<String>,
    /// Who is asked to come and who came, in the order of invitation to the mediation.
    pub attendances: Vec<Attendance>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The minutes.
    pub minutes: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts its changes; attendance alone is not counted.
    pub version: i64,
}

impl Session {
    /// `mediations/{id}/sessions/{id}`.
    pub fn name(&self) -> String {
        session_name(self.mediation, self.id)
    }
}

/// `mediations/{id}/sessions/{id}`.
pub fn session_name(mediation: Uuid, id: Uuid) -> String {
    format!("mediations/{mediation}/sessions/{id}")
}

/// One participant and one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    /// The participant.
    pub participant: Uuid,
    /// It was asked to come.
    pub asked: bool,
    /// Whether it came, once that is recorded.
    pub entry: Option<AttendanceEntry>,
}

/// What was recorded of a participant's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceEntry {
    /// Whether it came.
    pub presence: Presence,
    /// Why not.
    pub reason: Option<String>,
    /// When it was recorded.
    pub record_time: Micros,
}

/// A written agreement.
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
    /// Counts the changes of text, seal and state.
    pub version: i64,
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
        ]
        .into_iter()
        .filter_map(|(absent, element)| absent.then_some(element))
        .collect()
    }

    /// When it takes effect by what it bears now: with the last of the elements, as they happened (RMTJ 29).
    pub fn due_effect(&self) -> Option<Micros> {
        if !self.absent().is_empty() {
            return None;
        }
        let times = [self.last_party_time, self.first_mediator_time, self.seal.as_ref().map(|seal| seal.time)];
        times.into_iter().flatten().max()
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
        assert_eq!(agreement.due_effect(), None);
        agreement.bear(Kind::AccedingParty, 80);
        assert_eq!(agreement.due_effect(), None);
        agreement.bear(Kind::NecessaryParty, 10);
        assert_eq!(agreement.due_effect(), Some(40));
        agreement.renew();
        assert_eq!(agreement.missing().len(), 3);
    }

    #[test]
    fn one_party_alone_agrees_with_nobody() {
        let mut agreement = Agreement { necessary_party_count: 1, ..agreement() };
        agreement.bear(Kind::NecessaryParty, 1);
        agreement.bear(Kind::Mediator, 1);
        agreement.seal = Some(Seal { time: 1, evidence: None });
        assert_eq!(agreement.due_effect(), None);
    }
}
