//! What is told of a participant, and can be corrected.

use uuid::Uuid;

use crate::{
    call::Micros,
    cases::{Need, PartyKind},
    check::Faults,
    mediations::numbers::{ChosenBy, Kind},
};

/// What is told of a participant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Name of the person or body.
    pub display_name: String,
    /// Telephone.
    pub phone: Option<String>,
    /// What is needed to take part, in words.
    pub needs: Option<String>,
    /// What is needed to take part.
    pub special_needs: Vec<Need>,
    /// Of a party: what sort.
    pub party_kind: Option<PartyKind>,
    /// Of a household: where it lives.
    pub dwelling: Option<String>,
    /// How many persons a household has.
    pub household_size: i32,
    /// Who chose a mediator.
    pub chosen_by: Option<ChosenBy>,
    /// The parties who chose the mediator, or consented to the body.
    pub agreed_by: Vec<Uuid>,
    /// When the parties consented to an invited body.
    pub invitation_consent_time: Option<Micros>,
}

impl Facts {
    /// What sort of party one is of which nothing is said.
    pub fn sort(&mut self, kind: Kind, is_registered: bool) {
        let sort = if is_registered { PartyKind::Organization } else { PartyKind::Person };
        self.party_kind = self.party_kind.or(kind.is_party().then_some(sort));
    }

    /// Notes what a participant of a kind lacks, and what is out of place.
    pub fn check(&self, faults: &mut Faults, kind: Kind, is_registered: bool) {
        if self.display_name.is_empty() {
            faults.at("display_name", "is required");
        }
        needed(faults, "chosen_by", kind == Kind::Mediator, self.chosen_by.is_some());
        let consent = self.invitation_consent_time.is_some();
        needed(faults, "invitation_consent_time", kind == Kind::InvitedBody, consent);
        let by_parties = self.chosen_by == Some(ChosenBy::Parties) || kind == Kind::InvitedBody;
        if !self.agreed_by.is_empty() && !by_parties {
            faults.at("agreed_by", "is taken for an invited body, and a mediator whom parties chose, only");
        }
        if self.party_kind.is_some() && !kind.is_party() {
            faults.at("party_kind", "is not taken for this kind");
        }
        if kind.is_party() && is_registered && self.party_kind != Some(PartyKind::Organization) {
            faults.at("party_kind", "is ORGANIZATION where an organization is named");
        }
        let household = self.party_kind == Some(PartyKind::Household);
        needed(faults, "dwelling", household, self.dwelling.is_some());
        if self.household_size != 0 && !household {
            faults.at("household_size", "is not taken for this kind");
        }
    }
}

/// A field that one kind needs and the others do not take.
pub fn needed(faults: &mut Faults, name: &str, wanted: bool, given: bool) {
    match (wanted, given) {
        (true, false) => faults.at(name, "is required for this kind"),
        (false, true) => faults.at(name, "is not taken for this kind"),
        (true, true) | (false, false) => {}
    }
}
