//! Participants.

use std::collections::HashMap;

use super::{child_id, label, mediation_id, number, said, shown, some};
use crate::{
    call::Call,
    cases::{Need, PartyKind, masked_name, masked_number},
    check::Faults,
    error::{Error, Result},
    mediations::{
        model::{Detail, Participant, participant_name, party_kind_of},
        numbers::{ChosenBy, Consent, Kind, Numbered},
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
    let newcomer = newcomer(&mut faults, "participant", call, participant.unwrap_or_default());
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
        let Some(newcomer) = newcomer(&mut faults, &field, call, given) else { continue };
        let dwelling = newcomer.dwelling.as_deref().map(text::matched);
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

pub(super) fn newcomer(faults: &mut Faults, field: &str, call: &Call, given: v1::Participant) -> Option<ops::Newcomer> {
    let v1::Participant {
        name: _,
        kind,
        display_name,
        phone,
        needs,
        posting,
        cadre,
        organization,
        chosen_by,
        invitation_consent_time,
        consent: _,
        consent_time: _,
        consent_statement: _,
        create_time: _,
        etag: _,
        party_kind,
        dwelling,
        household_size,
        special_needs,
        interest_statement: _,
        interest_time: _,
        leave_time: _,
        leave_reason: _,
        replaces: _,
        pending_challenge_count: _,
    } = given;
    let mut read = None;
    faults.field(field, |faults| {
        let given = Given { cadre, posting, organization };
        let kind = faults.take("kind", Kind::from_number(kind).ok_or_else(|| "is required".to_owned()));
        let display_name = label(&display_name);
        if display_name.is_none() {
            faults.at("display_name", "is required");
        }
        let chosen_by = ChosenBy::from_number(chosen_by);
        let consent_time =
            invitation_consent_time.and_then(|given| faults.take("invitation_consent_time", micros(&given)));
        if consent_time.is_some_and(|time| time > call.now) {
            faults.at("invitation_consent_time", "lies in the future");
        }
        let Some(kind) = kind else { return };
        needed(faults, "chosen_by", kind == Kind::Mediator, chosen_by.is_some());
        needed(faults, "invitation_consent_time", kind == Kind::InvitedBody, invitation_consent_time.is_some());
        let identity = given.identity(faults, kind);
        let dwelling = label(&dwelling);
        let party_kind = sort(faults, kind, party_kind, identity.as_deref());
        let household = party_kind == Some(PartyKind::Household);
        needed(faults, "dwelling", household, dwelling.is_some());
        if household_size != 0 && !household {
            faults.at("household_size", "is not taken for this kind");
        }
        read = display_name.map(|display_name| ops::Newcomer {
            kind,
            identity,
            posting: some(given.posting),
            display_name,
            phone: label(&phone),
            needs: said(needs),
            special_needs: special_needs.into_iter().filter_map(Need::from_number).collect(),
            party_kind,
            dwelling,
            household_size,
            chosen_by,
            invitation_consent_time: consent_time,
        });
    });
    read
}

/// What sort of party: as given, or as the register of organizations knows it.
fn sort(faults: &mut Faults, kind: Kind, given: i32, identity: Option<&str>) -> Option<PartyKind> {
    let given = PartyKind::from_number(given);
    if !kind.is_party() {
        if given.is_some() {
            faults.at("party_kind", "is not taken for this kind");
        }
        return None;
    }
    let sort = given.unwrap_or_else(|| party_kind_of(identity));
    if identity.is_some() && sort != PartyKind::Organization {
        faults.at("party_kind", "is ORGANIZATION where an organization is named");
    }
    Some(sort)
}

/// A field that one kind needs and the others do not take.
fn needed(faults: &mut Faults, name: &str, wanted: bool, given: bool) {
    match (wanted, given) {
        (true, false) => faults.at(name, "is required for this kind"),
        (false, true) => faults.at(name, "is not taken for this kind"),
        (true, true) | (false, false) => {}
    }
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
    let v1::RecordConsentRequest { name, etag, consent, statement, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let (mediation, participant) = child_id(&name, "participants")?;
    let consent = Consent::from_number(consent).ok_or_else(|| Error::field("consent", "is required"))?;
    Ok(ops::RecordConsent { mediation, participant, etag, consent, statement: said(statement) })
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
        display_name,
        phone,
        needs,
        special_needs,
        party_kind,
        dwelling,
        household_size,
        chosen_by,
        invitation_consent_time,
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
    }
}

/// The participants that were invited together.
pub fn batch_invited(participants: &[Participant]) -> v1::BatchInviteParticipantsResponse {
    let basic = |invited: &Participant| participant(invited.clone(), Detail::Basic);
    v1::BatchInviteParticipantsResponse { participants: participants.iter().map(basic).collect() }
}

/// The one that was invited alone.
pub fn invited(participants: &[Participant]) -> v1::Participant {
    participants.first().map(|invited| participant(invited.clone(), Detail::Basic)).unwrap_or_default()
}
