//! Participants.

use std::collections::HashMap;

use uuid::Uuid;

use super::{child_id, label, mediation::notice, mediation_id, number, participant_of, said, shown, some};
use crate::{
    call::Call,
    cases::{Need, PartyKind, masked_name, masked_number},
    check::Faults,
    error::{Error, Result},
    mask,
    mediations::{
        model::{Detail, Facts, Participant, needed, participant_name},
        numbers::{ChosenBy, Consent, Kind, LeaveReason, Numbered},
        ops,
    },
    pb::v1,
    text,
    wire::{etag, micros, pb_time},
};

/// Reads InviteParticipant.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn invite(call: &Call, request: v1::InviteParticipantRequest) -> Result<ops::Invite> {
    ops::ensure_official(call)?;
    let v1::InviteParticipantRequest { parent, participant, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let mediation = mediation_id(&parent)?;
    let mut faults = Faults::default();
    let newcomer = newcomer(&mut faults, "participant", call, mediation, participant.unwrap_or_default());
    faults.into_result()?;
    Ok(ops::Invite { mediation, newcomers: newcomer.into_iter().collect() })
}

/// Reads BatchInviteParticipants.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn batch_invite(call: &Call, request: v1::BatchInviteParticipantsRequest) -> Result<ops::Invite> {
    ops::ensure_official(call)?;
    let v1::BatchInviteParticipantsRequest { parent, participants, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let mediation = mediation_id(&parent)?;
    let mut faults = Faults::default();
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut newcomers = Vec::new();
    for (index, given) in participants.into_iter().enumerate() {
        let field = format!("participants[{index}]");
        let Some(newcomer) = newcomer(&mut faults, &field, call, mediation, given) else { continue };
        let dwelling = newcomer.facts.dwelling.as_deref().map(text::matched);
        for (known, name) in [(&newcomer.identity, newcomer.kind.register()), (&dwelling, "dwelling")] {
            let Some(known) = known else { continue };
            if let Some(same) = first.insert(known.clone(), index) {
                faults.at(&format!("{field}.{name}"), format!("is that of participants[{same}]"));
            }
        }
        newcomers.push(newcomer);
    }
    faults.into_result()?;
    Ok(ops::Invite { mediation, newcomers })
}

pub(super) fn newcomer(
    faults: &mut Faults,
    field: &str,
    call: &Call,
    mediation: Uuid,
    given: v1::Participant,
) -> Option<ops::Newcomer> {
    let mut read = None;
    faults.field(field, |faults| {
        let kind = faults.take("kind", Kind::from_number(given.kind).ok_or_else(|| "is required".to_owned()));
        let (cadre, posting) = (given.cadre.clone(), given.posting.clone());
        let known = Given { cadre, posting, organization: given.organization.clone() };
        let mut facts = facts(faults, call, mediation, given);
        let Some(kind) = kind else { return };
        let identity = known.identity(faults, kind);
        facts.sort(kind, identity.is_some());
        facts.check(faults, kind, identity.is_some());
        read = Some(ops::Newcomer { kind, identity, posting: some(known.posting), facts });
    });
    read
}

/// What is told of a participant.
fn facts(faults: &mut Faults, call: &Call, mediation: Uuid, given: v1::Participant) -> Facts {
    let consent_time =
        given.invitation_consent_time.and_then(|given| faults.take("invitation_consent_time", micros(&given)));
    if consent_time.is_some_and(|time| time > call.now) {
        faults.at("invitation_consent_time", "lies in the future");
    }
    Facts {
        display_name: label(&given.display_name).unwrap_or_default(),
        phone: label(&given.phone),
        needs: said(given.needs),
        special_needs: given.special_needs.into_iter().filter_map(Need::from_number).collect(),
        party_kind: PartyKind::from_number(given.party_kind),
        dwelling: label(&given.dwelling),
        household_size: given.household_size,
        chosen_by: ChosenBy::from_number(given.chosen_by),
        agreed_by: parties_of(faults, mediation, &given.agreed_by),
        invitation_consent_time: consent_time,
    }
}

/// The ids of parties of the mediation; the others are noted.
fn parties_of(faults: &mut Faults, mediation: Uuid, names: &[String]) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        match participant_of(mediation, name) {
            Ok(id) => ids.push(id),
            Err(_) => faults.at(&format!("agreed_by[{index}]"), "is no participant of this mediation"),
        }
    }
    ids
}

/// The names by which a participant may be known to the register.
struct Given {
    cadre: String,
    posting: String,
    organization: String,
}

impl Given {
    /// A mediator is a cadre, others may be an organization.
    fn identity(&self, faults: &mut Faults, kind: Kind) -> Option<String> {
        let mediates = kind == Kind::Mediator;
        if mediates {
            match (self.cadre.is_empty(), self.posting.is_empty()) {
                (true, true) => faults.at("cadre", "is required for this kind, or a posting"),
                (false, false) if self.of_posting() != Some(self.cadre.clone()) => {
                    faults.at("posting", "is not one of the cadre");
                }
                _ => {}
            }
        } else {
            needed(faults, "cadre", false, !self.cadre.is_empty());
            needed(faults, "posting", false, !self.posting.is_empty());
        }
        if mediates {
            needed(faults, "organization", false, !self.organization.is_empty());
            some(self.cadre.clone()).or_else(|| self.of_posting())
        } else {
            some(self.organization.clone())
        }
    }

    fn of_posting(&self) -> Option<String> {
        self.posting.split_once("/postings/").map(|(cadre, _)| cadre.to_owned())
    }
}

/// Reads RecordConsent.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn record_consent(call: &Call, request: v1::RecordConsentRequest) -> Result<ops::RecordConsent> {
    ops::ensure_official(call)?;
    let v1::RecordConsentRequest {
        name,
        etag,
        consent,
        statement,
        routes_notice,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, participant) = child_id(&name, "participants")?;
    let mut faults = Faults::default();
    let consent = faults.take("consent", Consent::from_number(consent).ok_or_else(|| "is required".to_owned()));
    let notice = routes_notice.and_then(|given| notice(&mut faults, given));
    faults.into_result()?;
    let consent = consent.ok_or_else(|| Error::internal("a checked consent is missing"))?;
    Ok(ops::RecordConsent { mediation, participant, etag, consent, statement: said(statement), notice })
}

/// Reads UpdateParticipant.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn update_participant(call: &Call, request: v1::UpdateParticipantRequest) -> Result<ops::UpdateParticipant> {
    ops::ensure_official(call)?;
    let v1::UpdateParticipantRequest { participant, update_mask, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let given = participant.unwrap_or_default();
    let (mediation, participant) = child_id(&given.name, "participants")?;
    let etag = given.etag.clone();
    let mut faults = Faults::default();
    let mut given = given;
    if let Some(paths) = update_mask.as_ref().map(|mask| &mask.paths).filter(|paths| !paths.is_empty()) {
        let named = |name: &str| paths.iter().any(|path| path == name || path == "*");
        // What is not to be changed is not looked at.
        if !named("agreed_by") {
            given.agreed_by.clear();
        }
        if !named("invitation_consent_time") {
            given.invitation_consent_time = None;
        }
    }
    let kind = Kind::from_number(given.kind);
    let mut told = Facts::default();
    faults.field("participant", |faults| {
        if etag.is_empty() {
            faults.at("etag", "is required");
        }
        told = facts(faults, call, mediation, given);
    });
    let fields = mask::read(update_mask, ops::FIELDS, OUTPUT, |field| field.is_filled(kind, &told))?;
    if fields.is_empty() {
        faults.at("update_mask", "names nothing to change");
    }
    if fields.contains(&ops::Field::Kind) && kind.is_none() {
        faults.at("participant.kind", "is required");
    }
    faults.into_result()?;
    Ok(ops::UpdateParticipant { mediation, participant, etag, kind, facts: told, fields })
}

/// Fields that a mask may name and that are not changed with it.
const OUTPUT: &[&str] = &[
    "name",
    "etag",
    "consent",
    "consent_time",
    "consent_statement",
    "create_time",
    "interest_statement",
    "interest_time",
    "leave_time",
    "leave_reason",
    "replaces",
    "pending_challenge_count",
];

/// Reads ReleaseParticipant.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn release_participant(call: &Call, request: v1::ReleaseParticipantRequest) -> Result<ops::ReleaseParticipant> {
    ops::ensure_official(call)?;
    let v1::ReleaseParticipantRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let (mediation, participant) = child_id(&name, "participants")?;
    let reason = LeaveReason::from_number(reason).ok_or_else(|| Error::field("reason", "is required"))?;
    Ok(ops::ReleaseParticipant { mediation, participant, etag, reason })
}

/// A participant for the wire.
pub fn participant(participant: Participant, detail: Detail) -> v1::Participant {
    let name = participant.name();
    let Participant {
        id: _,
        mediation,
        kind,
        identity,
        posting,
        facts,
        consent,
        consent_time,
        consent_statement,
        interest,
        interest_time,
        left,
        replaces,
        open_challenges,
        create_time,
        version,
    } = participant;
    let Facts {
        display_name,
        phone,
        needs,
        special_needs,
        party_kind,
        dwelling,
        household_size,
        chosen_by,
        agreed_by,
        invitation_consent_time,
    } = facts;
    let (display_name, phone) = match detail {
        Detail::Basic => (masked_name(&display_name), phone.map(|phone| masked_number(&phone))),
        Detail::Full => (display_name, phone),
    };
    // What a command answers still has what was just told: the BASIC view has none of it.
    let full = detail == Detail::Full;
    let narrative = |text: Option<String>| shown(text.filter(|_| full));
    let (cadre, organization) = if kind == Kind::Mediator { (identity, None) } else { (None, identity) };
    v1::Participant {
        name,
        kind: kind.number(),
        display_name,
        phone: shown(phone),
        needs: narrative(needs),
        posting: shown(posting),
        cadre: shown(cadre),
        organization: shown(organization),
        chosen_by: number(chosen_by),
        invitation_consent_time: invitation_consent_time.map(pb_time),
        consent: number(consent),
        consent_time: consent_time.map(pb_time),
        consent_statement: narrative(consent_statement),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
        party_kind: party_kind.map_or(0, PartyKind::number),
        dwelling: narrative(dwelling),
        household_size,
        special_needs: special_needs.into_iter().filter(|_| full).map(Need::number).collect(),
        interest_statement: narrative(interest),
        interest_time: interest_time.map(pb_time),
        leave_time: left.map(|(time, _)| pb_time(time)),
        leave_reason: left.map_or(0, |(_, reason)| reason.number()),
        replaces: shown(replaces.map(|id| participant_name(mediation, id))),
        pending_challenge_count: open_challenges,
        agreed_by: agreed_by.into_iter().map(|id| participant_name(mediation, id)).collect(),
    }
}

/// A participant after a change.
pub fn changed_participant(changed: &Participant) -> v1::Participant {
    participant(changed.clone(), Detail::Basic)
}

/// The participants that were invited together.
pub fn batch_invited(participants: &[Participant]) -> v1::BatchInviteParticipantsResponse {
    v1::BatchInviteParticipantsResponse { participants: participants.iter().map(changed_participant).collect() }
}

/// The one that was invited alone.
pub fn invited(participants: &[Participant]) -> v1::Participant {
    participants.first().map(changed_participant).unwrap_or_default()
}
