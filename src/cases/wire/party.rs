//! Parties.

use super::optional;
use crate::{
    cases::{
        model::{Party, PartyKind, PartyRole, citizen_number_is_plausible, masked_name, masked_number},
        ops::party::NewParty,
    },
    check::Faults,
    pb::v1,
    wire::{etag, pb_time},
};

/// A party to be entered; faults are noted below `path`.
pub fn new(faults: &mut Faults, path: &str, party: v1::Party) -> Option<NewParty> {
    let v1::Party {
        name: _,
        role,
        kind,
        display_name,
        id_number,
        phone,
        address,
        needs,
        subject,
        create_time: _,
        end_time: _,
        end_reason: _,
        etag: _,
    } = party;
    let role = PartyRole::from_number(role);
    if role.is_none() {
        faults.at(&format!("{path}.role"), "is required");
    }
    if !citizen_number_is_plausible(&id_number) {
        faults.at(&format!("{path}.id_number"), "has a wrong check digit (GB 11643)");
    }
    Some(NewParty {
        role: role?,
        kind: PartyKind::from_number(kind).unwrap_or(PartyKind::Person),
        display_name: optional(crate::text::label(&display_name)),
        id_number: optional(id_number),
        phone: optional(phone),
        address: optional(address),
        needs: optional(needs),
        subject: optional(subject),
    })
}

/// A party in full.
pub fn full(party: Party) -> v1::Party {
    let name = party.name();
    let Party {
        id: _,
        case_id: _,
        role,
        kind,
        display_name,
        id_number,
        phone,
        address,
        needs,
        subject,
        create_time,
        end_time,
        end_reason,
        version,
    } = party;
    v1::Party {
        name,
        role: role.number(),
        kind: kind.number(),
        display_name: display_name.unwrap_or_default(),
        id_number: id_number.unwrap_or_default(),
        phone: phone.unwrap_or_default(),
        address: address.unwrap_or_default(),
        needs: needs.unwrap_or_default(),
        subject: subject.unwrap_or_default(),
        create_time: Some(pb_time(create_time)),
        end_time: end_time.map(pb_time),
        end_reason: end_reason.unwrap_or_default(),
        etag: etag(version),
    }
}

/// A party in the BASIC view: names and numbers masked, address and needs left out.
pub fn basic(party: &Party) -> v1::Party {
    let shown = full(party.clone());
    v1::Party {
        display_name: masked_name(&shown.display_name),
        id_number: masked_number(&shown.id_number),
        phone: masked_number(&shown.phone),
        address: String::new(),
        needs: String::new(),
        ..shown
    }
}
