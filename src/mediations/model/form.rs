//! What belongs together in what is told of a participant.

use crate::{
    cases::PartyKind,
    check::Faults,
    mediations::numbers::{ChosenBy, Kind},
};

/// Which facts are told of a participant of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    pub kind: Kind,
    pub party_kind: Option<PartyKind>,
    /// The register of organizations knows it.
    pub is_registered: bool,
    pub has_dwelling: bool,
    pub household_size: i32,
    pub chosen_by: Option<ChosenBy>,
    /// Parties are named who chose the mediator or consented to the body.
    pub names_parties: bool,
    /// When the parties consented to the body.
    pub has_consent_time: bool,
}

impl Form {
    /// Notes what is missing and what is out of place.
    pub fn check(&self, faults: &mut Faults) {
        needed(faults, "chosen_by", self.kind == Kind::Mediator, self.chosen_by.is_some());
        needed(faults, "invitation_consent_time", self.kind == Kind::InvitedBody, self.has_consent_time);
        let by_parties = self.chosen_by == Some(ChosenBy::Parties) || self.kind == Kind::InvitedBody;
        if self.names_parties && !by_parties {
            faults.at("agreed_by", "is taken for an invited body, and a mediator whom parties chose, only");
        }
        if self.party_kind.is_some() && !self.kind.is_party() {
            faults.at("party_kind", "is not taken for this kind");
        }
        if self.kind.is_party() && self.is_registered && self.party_kind != Some(PartyKind::Organization) {
            faults.at("party_kind", "is ORGANIZATION where an organization is named");
        }
        let household = self.party_kind == Some(PartyKind::Household);
        needed(faults, "dwelling", household, self.has_dwelling);
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
