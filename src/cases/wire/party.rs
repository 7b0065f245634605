//! Parties.

use uuid::Uuid;

use super::{case_id, child_ids, optional};
use crate::{
    cases::{
        model::Outcome,
        ops::{
            joint::{ElectRepresentatives, RecordOutcomes},
            party::{AddParties, EndParty, FIELDS, NewMandate, NewParty, UpdateParty},
            restrict::RestrictParty,
        },
        party::{
            Basis, Consent, Extent, IdDocument, Identity, Mandate, Need, Party, PartyKind, PartyRole, masked_name,
            masked_number, party_name,
        },
    },
    catalog::Catalog,
    check::Faults,
    error::Result,
    mask,
    pb::v1,
    text,
    wire::{date, etag, pb_date, pb_time},
};

/// A party to be entered into a case, if that is known; faults are noted below `path`.
pub fn new(faults: &mut Faults, path: &str, case: Option<Uuid>, party: v1::Party) -> Option<NewParty> {
    let role = PartyRole::from_number(party.role);
    if role.is_none() {
        faults.at(&format!("{path}.role"), "is required");
    }
    let kind = PartyKind::from_number(party.kind).unwrap_or(PartyKind::Person);
    let subject = optional(party.subject.clone());
    let given = party.mandate.clone();
    let identity = identity(party);
    identity.check(faults, path, kind);
    let mandate = match (role, given) {
        (Some(PartyRole::Agent), None) => {
            faults.against("MFD 163; MFD 165", &format!("{path}.mandate"), "is required for an agent");
            None
        }
        (Some(PartyRole::Agent), Some(given)) => mandate_of(faults, &format!("{path}.mandate"), case, given),
        (_, Some(_)) => {
            faults.at(&format!("{path}.mandate"), "belongs to an agent only");
            None
        }
        (_, None) => None,
    };
    Some(NewParty { role: role?, kind, identity, subject, mandate })
}

fn identity(party: v1::Party) -> Identity {
    let v1::Party {
        name: _,
        role: _,
        kind: _,
        display_name,
        id_number,
        phone,
        address,
        needs,
        subject: _,
        create_time: _,
        end_time: _,
        end_reason: _,
        etag: _,
        id_document,
        unified_code,
        unified_code_doubtful: _,
        special_needs,
        household_size,
        mandate: _,
        outcome: _,
        consent: _,
        outcome_time: _,
        restrict_time: _,
    } = party;
    Identity {
        display_name: optional(text::label(&display_name)),
        id_document: IdDocument::from_number(id_document).unwrap_or(IdDocument::Unknown),
        id_number: optional(id_number),
        unified_code: optional(unified_code),
        phone: optional(phone),
        address: optional(address),
        needs: optional(needs),
        special_needs: special_needs.into_iter().filter_map(Need::from_number).collect(),
        household_size,
    }
}

fn mandate_of(faults: &mut Faults, path: &str, case: Option<Uuid>, given: v1::Mandate) -> Option<NewMandate> {
    let v1::Mandate { basis, extent, principals, document_number, start_date, end_date, revoke_time: _ } = given;
    let basis = Basis::from_number(basis);
    let document_number = optional(text::label(&document_number));
    if basis == Some(Basis::WrittenMandate) && document_number.is_none() {
        faults.against("MFD 165", &format!("{path}.document_number"), "is required for a written mandate");
    }
    let start_date = start_date.and_then(|given| faults.take(&format!("{path}.start_date"), date(&given)));
    let end_date = end_date.and_then(|given| faults.take(&format!("{path}.end_date"), date(&given)));
    if start_date.zip(end_date).is_some_and(|(start, end)| end < start) {
        faults.at(&format!("{path}.end_date"), "is before start_date");
    }
    let mut ids = Vec::new();
    for (index, name) in principals.iter().enumerate() {
        match child_ids(name, "parties") {
            Ok((of, id)) if Some(of) == case => ids.push(id),
            _ => faults.at(&format!("{path}.principals[{index}]"), "is no party of this case"),
        }
    }
    Some(NewMandate {
        basis: basis?,
        extent: Extent::from_number(extent).unwrap_or(Extent::General),
        principals: ids,
        document_number,
        start_date,
        end_date,
    })
}

/// A party to be added.
pub fn add(catalog: Catalog, request: v1::AddPartyRequest) -> Result<AddParties> {
    let v1::AddPartyRequest { parent, party, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let id = case_id(&parent)?;
    let mut faults = Faults::default();
    let party = new(&mut faults, "party", Some(id), party.unwrap_or_default());
    faults.into_result()?;
    Ok(AddParties { catalog, case_id: id, parties: party.into_iter().collect(), batch: false })
}

/// Parties to be added together.
pub fn add_batch(catalog: Catalog, request: v1::BatchAddPartiesRequest) -> Result<AddParties> {
    let v1::BatchAddPartiesRequest { parent, parties, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let id = case_id(&parent)?;
    let mut faults = Faults::default();
    let read = |(index, given)| new(&mut faults, &format!("parties[{index}]"), Some(id), given);
    let parties: Vec<NewParty> = parties.into_iter().enumerate().filter_map(read).collect();
    faults.into_result()?;
    Ok(AddParties { catalog, case_id: id, parties, batch: true })
}

/// A correction.
pub fn update(catalog: Catalog, request: v1::UpdatePartyRequest) -> Result<UpdateParty> {
    let v1::UpdatePartyRequest { party, update_mask, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    const OUTPUT: &[&str] = &[
        "name",
        "create_time",
        "end_time",
        "end_reason",
        "etag",
        "unified_code_doubtful",
        "outcome",
        "consent",
        "outcome_time",
        "restrict_time",
    ];
    let party = party.unwrap_or_default();
    let (case_id, id) = child_ids(&party.name, "parties")?;
    let etag = party.etag.clone();
    let mut faults = Faults::default();
    if etag.is_empty() {
        faults.at("party.etag", "is required");
    }
    let identity = identity(party);
    let fields = mask::read(update_mask, FIELDS, OUTPUT, |field| field.is_filled(&identity))?;
    if fields.is_empty() {
        faults.at("update_mask", "names nothing to change");
    }
    faults.into_result()?;
    Ok(UpdateParty { catalog, case_id, id, etag, identity, fields })
}

/// The end of a part.
pub fn end(catalog: Catalog, request: v1::EndPartyRequest) -> Result<EndParty> {
    let v1::EndPartyRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (case_id, id) = child_ids(&name, "parties")?;
    Ok(EndParty { catalog, case_id, id, etag, reason: text::label(&reason), revokes: false })
}

/// A mandate that is taken back.
pub fn revoke(catalog: Catalog, request: v1::RevokeMandateRequest) -> Result<EndParty> {
    let v1::RevokeMandateRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let (case_id, id) = child_ids(&name, "parties")?;
    Ok(EndParty { catalog, case_id, id, etag, reason: text::label(&reason), revokes: true })
}

/// A restriction.
pub fn restrict(catalog: Catalog, request: v1::RestrictPartyRequest) -> Result<RestrictParty> {
    let v1::RestrictPartyRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    restriction(catalog, &name, etag, reason, true)
}

/// The end of a restriction.
pub fn unrestrict(catalog: Catalog, request: v1::UnrestrictPartyRequest) -> Result<RestrictParty> {
    let v1::UnrestrictPartyRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    restriction(catalog, &name, etag, reason, false)
}

fn restriction(catalog: Catalog, name: &str, etag: String, reason: String, restricted: bool) -> Result<RestrictParty> {
    let mut faults = Faults::default();
    let reason = super::required(&mut faults, "reason", reason);
    let (case_id, id) = child_ids(name, "parties")?;
    faults.into_result()?;
    Ok(RestrictParty { catalog, case_id, id, etag, reason, restricted })
}

/// An election.
pub fn elect(catalog: Catalog, request: v1::ElectRepresentativesRequest) -> Result<ElectRepresentatives> {
    let v1::ElectRepresentativesRequest { name, etag, representatives, .. } = request;
    let id = case_id(&name)?;
    let mut faults = Faults::default();
    let representatives = parties_of(&mut faults, id, &representatives, |index| format!("representatives[{index}]"));
    faults.into_result()?;
    Ok(ElectRepresentatives { catalog, id, etag, representatives })
}

/// The ids of parties that must be of one case; the others are noted.
pub fn parties_of(faults: &mut Faults, case: Uuid, names: &[String], path: impl Fn(usize) -> String) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        match child_ids(name, "parties") {
            Ok((of, id)) if of == case => ids.push(id),
            _ => faults.at(&path(index), "is no party of this case"),
        }
    }
    ids
}

/// Outcomes of parties.
pub fn outcomes(catalog: Catalog, request: v1::RecordOutcomesRequest) -> Result<RecordOutcomes> {
    let v1::RecordOutcomesRequest { parent, outcomes, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let case_id = case_id(&parent)?;
    let mut faults = Faults::default();
    let names: Vec<String> = outcomes.iter().map(|given| given.party.clone()).collect();
    let ids = parties_of(&mut faults, case_id, &names, |index| format!("outcomes[{index}].party"));
    let mut said = Vec::with_capacity(outcomes.len());
    for (index, given) in outcomes.iter().enumerate() {
        let outcome = Outcome::from_number(given.outcome).filter(|outcome| *outcome != Outcome::None);
        let consent = Consent::from_number(given.consent).filter(|consent| *consent != Consent::None);
        if outcome.is_none() && consent.is_none() {
            faults.at(&format!("outcomes[{index}]"), "says neither outcome nor consent");
        }
        said.push((outcome, consent));
    }
    faults.into_result()?;
    let outcomes = ids.into_iter().zip(said).map(|(id, (outcome, consent))| (id, outcome, consent)).collect();
    Ok(RecordOutcomes { catalog, case_id, outcomes })
}

/// The one party that was added.
pub fn added(parties: &[Party]) -> v1::Party {
    parties.first().map(basic).unwrap_or_default()
}

/// The parties that were added together.
pub fn added_batch(parties: &[Party]) -> v1::BatchAddPartiesResponse {
    v1::BatchAddPartiesResponse { parties: parties.iter().map(basic).collect() }
}

/// The parties whose outcome was recorded.
pub fn decided(parties: &[Party]) -> v1::RecordOutcomesResponse {
    v1::RecordOutcomesResponse { parties: parties.iter().map(basic).collect() }
}

/// A party in full.
pub fn full(party: Party) -> v1::Party {
    let name = party.name();
    let Party {
        id: _,
        case_id,
        role,
        kind,
        identity,
        subject,
        mandate,
        outcome,
        consent,
        outcome_time,
        restrict_time,
        create_time,
        end_time,
        end_reason,
        version,
    } = party;
    let unified_code_doubtful = identity.code_is_doubtful();
    let Identity {
        display_name,
        id_document,
        id_number,
        unified_code,
        phone,
        address,
        needs,
        special_needs,
        household_size,
    } = identity;
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
        id_document: id_document.number(),
        unified_code: unified_code.unwrap_or_default(),
        unified_code_doubtful,
        special_needs: special_needs.into_iter().map(Need::number).collect(),
        household_size,
        mandate: mandate.map(|mandate| pb_mandate(case_id, mandate)),
        outcome: outcome.number(),
        consent: consent.number(),
        outcome_time: outcome_time.map(pb_time),
        restrict_time: restrict_time.map(pb_time),
    }
}

fn pb_mandate(case_id: Uuid, mandate: Mandate) -> v1::Mandate {
    let Mandate { basis, extent, principals, document_number, start_date, end_date, revoke_time } = mandate;
    v1::Mandate {
        basis: basis.number(),
        extent: extent.number(),
        principals: principals.into_iter().map(|id| party_name(case_id, id)).collect(),
        document_number: document_number.unwrap_or_default(),
        start_date: Some(pb_date(start_date)),
        end_date: end_date.map(pb_date),
        revoke_time: revoke_time.map(pb_time),
    }
}

/// A party in the BASIC view: names and numbers masked, address and needs left out.
pub fn basic(party: &Party) -> v1::Party {
    let shown = full(party.clone());
    v1::Party {
        display_name: masked_name(&shown.display_name),
        id_number: masked_number(&shown.id_number),
        unified_code: masked_number(&shown.unified_code),
        phone: masked_number(&shown.phone),
        address: String::new(),
        needs: String::new(),
        special_needs: Vec::new(),
        ..shown
    }
}

/// A party as a view shows it.
pub fn shown(party: Party, in_full: bool) -> v1::Party {
    if in_full { full(party) } else { basic(&party) }
}
