//! Participants.

use super::{child_id, label, mediation_id, number, said, shown, some};
use crate::{
    call::Call,
    cases::{masked_name, masked_number},
    check::Faults,
    error::{Error, Result},
    mediations::{
        model::{Detail, Participant},
        numbers::{ChosenBy, Consent, Kind, Numbered},
        ops,
    },
    pb::v1,
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
    } = participant.unwrap_or_default();
    let mediation = mediation_id(&parent)?;
    let mut faults = Faults::default();
    let mut read = None;
    faults.field("participant", |faults| {
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
        read = display_name.map(|display_name| ops::Invite {
            mediation,
            kind,
            identity,
            posting: some(given.posting),
            display_name,
            phone: label(&phone),
            needs: said(needs),
            chosen_by,
            invitation_consent_time: consent_time,
        });
    });
    faults.into_result()?;
    read.ok_or_else(|| Error::internal("a checked participant lacks a field"))
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
        mediation: _,
        kind,
        identity,
        posting,
        display_name,
        phone,
        needs,
        chosen_by,
        invitation_consent_time,
        consent,
        consent_time,
        consent_statement,
        create_time,
        version,
    } = participant;
    let (display_name, phone, needs, statement) = match detail {
        Detail::Basic => (masked_name(&display_name), phone.map(|phone| masked_number(&phone)), None, None),
        Detail::Full => (display_name, phone, needs, consent_statement),
    };
    let (cadre, organization) = if kind == Kind::Mediator { (identity, None) } else { (None, identity) };
    v1::Participant {
        name,
        kind: kind.number(),
        display_name,
        phone: shown(phone),
        needs: shown(needs),
        posting: shown(posting),
        cadre: shown(cadre),
        organization: shown(organization),
        chosen_by: number(chosen_by),
        invitation_consent_time: invitation_consent_time.map(pb_time),
        consent: number(consent),
        consent_time: consent_time.map(pb_time),
        consent_statement: shown(statement),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}
