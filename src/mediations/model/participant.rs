//! Those who take part.

use chrono::NaiveDate;
use uuid::Uuid;

use super::Facts;
use crate::{
    call::Micros,
    cases::{MandateBasis, MandateExtent, PartyKind},
    clock::civil_date,
    mediations::numbers::{Capacity, Consent, Kind, LeaveReason},
};

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
    /// What is told of it.
    pub facts: Facts,
    /// Of a party: whether it wants the mediation.
    pub consent: Option<Consent>,
    /// Since when that is on record.
    pub consent_time: Option<Micros>,
    /// What the party said with it.
    pub consent_statement: Option<String>,
    /// What binds a mediator to a party or to the matter.
    pub interest: Option<String>,
    /// When that was disclosed.
    pub interest_time: Option<Micros>,
    /// When a mediator or body left, and why.
    pub left: Option<(Micros, LeaveReason)>,
    /// In whose place a mediator came.
    pub replaces: Option<Uuid>,
    /// Challenges to a mediator that are to be decided.
    pub open_challenges: i32,
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

    /// By whom it signs where no agent does.
    pub fn own_capacity(&self) -> Capacity {
        match self.facts.party_kind {
            Some(PartyKind::Household) => Capacity::HouseholdHead,
            Some(PartyKind::Organization) => Capacity::OrganizationHead,
            Some(PartyKind::Person) | None => Capacity::Own,
        }
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

/// Most agents of one party, those whose mandate was revoked included.
pub const MOST_AGENTS: u64 = 10;

/// Who acts for a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// The party.
    pub participant: Uuid,
    /// Name.
    pub display_name: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Where the power to act comes from.
    pub basis: MandateBasis,
    /// How far it goes.
    pub extent: MandateExtent,
    /// Number of the written mandate.
    pub document_number: Option<String>,
    /// SHA-256 of its scan in hexadecimal digits.
    pub evidence: Option<String>,
    /// First day.
    pub start_date: NaiveDate,
    /// Last day.
    pub end_date: Option<NaiveDate>,
    /// When it was revoked.
    pub revoke_time: Option<Micros>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts the changes.
    pub version: i64,
}

impl Agent {
    /// `mediations/{id}/participants/{id}/agents/{id}`.
    pub fn name(&self) -> String {
        agent_name(self.mediation, self.participant, self.id)
    }

    /// The mandate holds at a time.
    pub fn holds(&self, time: Micros) -> bool {
        let day = civil_date(time);
        self.start_date <= day
            && self.end_date.is_none_or(|last| day <= last)
            && self.revoke_time.is_none_or(|revoked| time < revoked)
    }

    /// The mandate reaches the signing of an agreement.
    pub fn may_settle(&self) -> bool {
        self.basis == MandateBasis::Law || self.extent == MandateExtent::Special
    }
}

/// `mediations/{id}/participants/{id}/agents/{id}`.
pub fn agent_name(mediation: Uuid, participant: Uuid, id: Uuid) -> String {
    format!("mediations/{mediation}/participants/{participant}/agents/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::start_of_day;

    #[test]
    fn a_mandate_holds_from_its_first_day_to_its_last() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).expect("day");
        let agent = Agent {
            id: Uuid::nil(),
            mediation: Uuid::nil(),
            participant: Uuid::nil(),
            display_name: String::new(),
            phone: None,
            basis: MandateBasis::WrittenMandate,
            extent: MandateExtent::Special,
            document_number: None,
            evidence: None,
            start_date: day(2),
            end_date: Some(day(3)),
            revoke_time: None,
            create_time: 0,
            version: 1,
        };
        let held = |agent: &Agent| [1, 2, 3, 4].map(|number| agent.holds(start_of_day(day(number))));
        assert_eq!(held(&agent), [false, true, true, false]);
        let endless = Agent { end_date: None, ..agent.clone() };
        assert_eq!(held(&endless), [false, true, true, true]);
        let revoked = Agent { revoke_time: Some(start_of_day(day(3))), ..agent };
        assert_eq!(held(&revoked), [false, true, false, false]);
    }
}
