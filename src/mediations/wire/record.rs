//! Records of the file.

use uuid::Uuid;

use super::{child_id, label, mediation_id, participant_of, past, said, shown, some};
use crate::{
    call::Call,
    check::Faults,
    error::{Error, Result},
    mediations::{
        model::{Detail, MediationRecord, RecordItem, participant_name, session_name},
        numbers::{Numbered, RecordKind, Visibility},
        ops,
    },
    pb::v1,
    wire::{etag, micros, pb_time},
};

/// Fewest parties between whom a fact can be undisputed.
const FEWEST_ACKNOWLEDGE: usize = 2;

/// Reads AddMediationRecord.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn add_record(call: &Call, request: v1::AddMediationRecordRequest) -> Result<ops::AddRecord> {
    ops::ensure_official(call)?;
    let v1::AddMediationRecordRequest { parent, mediation_record, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let mediation = mediation_id(&parent)?;
    let given = mediation_record.unwrap_or_default();
    let mut faults = Faults::default();
    let mut read = None;
    faults.field("mediation_record", |faults| {
        let kind = faults.take("kind", RecordKind::from_number(given.kind).ok_or_else(|| "is required".to_owned()));
        let Some(kind) = kind else { return };
        check(kind, &given, faults);
        let time = given.event_time.as_ref().and_then(|time| faults.take("event_time", micros(time)));
        if time.is_some_and(|time| time > call.now) {
            faults.at("event_time", "lies in the future");
        }
        read = Some((kind, time));
    });
    faults.into_result()?;
    let (kind, event_time) = read.ok_or_else(|| Error::internal("a checked record lacks its kind"))?;
    let v1::MediationRecord {
        name: _,
        kind: _,
        visibility,
        session,
        participant,
        audience,
        title,
        text,
        items,
        event_time: _,
        place,
        acknowledged_by,
        recorder: _,
        create_time: _,
        etag: _,
    } = given;
    let each = |names: Vec<String>| names.iter().map(|name| participant_of(mediation, name)).collect::<Result<_>>();
    let session = some(session).map(|name| session_of(mediation, &name)).transpose()?;
    let participant = some(participant).map(|name| participant_of(mediation, &name)).transpose()?;
    Ok(ops::AddRecord {
        mediation,
        kind,
        visibility: Visibility::from_number(visibility).unwrap_or(Visibility::Open),
        session,
        participant,
        audience: each(audience)?,
        title: label(&title),
        text: said(text),
        items: items.into_iter().map(item).collect(),
        event_time,
        place: label(&place),
        acknowledged_by: each(acknowledged_by)?,
    })
}

/// What each kind needs and takes.
fn check(kind: RecordKind, given: &v1::MediationRecord, faults: &mut Faults) {
    let word = kind.word();
    let private = given.visibility == Visibility::Private.number();
    if kind.is_of_session() && given.session.is_empty() {
        faults.at("session", format!("is required for {word}"));
    }
    if kind.names_participant() && given.participant.is_empty() {
        faults.at("participant", format!("is required for {word}"));
    }
    if kind.names_time() && given.event_time.is_none() {
        faults.at("event_time", format!("is required for {word}"));
    }
    if given.text.trim().is_empty() && given.items.is_empty() {
        let (field, why) = match kind {
            RecordKind::Evidence => ("items", "are required for EVIDENCE"),
            _ => ("text", "is required where there are no items"),
        };
        faults.at(field, why);
    } else if kind == RecordKind::Evidence && given.items.is_empty() {
        faults.at("items", "are required for EVIDENCE");
    }
    if private && !kind.can_be_private() {
        faults.at("visibility", format!("of {word} cannot be PRIVATE"));
    }
    match (private, given.audience.is_empty()) {
        (true, true) => faults.at("audience", "is required for a PRIVATE record"),
        (false, false) => faults.at("audience", "is taken for a PRIVATE record only"),
        (true, false) | (false, true) => {}
    }
    let acknowledged = given.acknowledged_by.len();
    if kind == RecordKind::UndisputedFact && acknowledged < FEWEST_ACKNOWLEDGE {
        faults.at("acknowledged_by", "needs at least two parties");
    } else if kind != RecordKind::UndisputedFact && acknowledged > 0 {
        faults.at("acknowledged_by", "is taken for an UNDISPUTED_FACT only");
    }
}

fn session_of(mediation: Uuid, name: &str) -> Result<Uuid> {
    match child_id(name, "sessions")? {
        (parent, id) if parent == mediation => Ok(id),
        _ => Err(Error::not_found(name)),
    }
}

fn item(given: v1::RecordItem) -> RecordItem {
    let v1::RecordItem { title, sha256, page_count, original } = given;
    RecordItem { title: label(&title).unwrap_or_default(), sha256, page_count, original }
}

/// Reads WidenAudience.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn widen_audience(call: &Call, request: v1::WidenAudienceRequest) -> Result<ops::WidenAudience> {
    ops::ensure_official(call)?;
    let v1::WidenAudienceRequest {
        name,
        etag,
        participants,
        consent_time,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, record) = child_id(&name, "records")?;
    let consent_time = past(call, consent_time, "consent_time")?;
    let participants = participants.iter().map(|name| participant_of(mediation, name)).collect::<Result<_>>()?;
    Ok(ops::WidenAudience { mediation, record, etag, participants, consent_time })
}

/// A record for the wire.
pub fn record(record: MediationRecord, detail: Detail) -> v1::MediationRecord {
    let name = record.name();
    let MediationRecord {
        id: _,
        mediation,
        kind,
        visibility,
        session,
        participant,
        audience,
        title,
        text,
        items,
        event_time,
        place,
        acknowledged_by,
        recorder,
        create_time,
        version,
    } = record;
    let in_full = |text: Option<String>| shown(text.filter(|_| detail == Detail::Full));
    let names = |ids: Vec<Uuid>| ids.into_iter().map(|id| participant_name(mediation, id)).collect();
    let items = if detail == Detail::Full { items } else { Vec::new() };
    v1::MediationRecord {
        name,
        kind: kind.number(),
        visibility: visibility.number(),
        session: shown(session.map(|id| session_name(mediation, id))),
        participant: shown(participant.map(|id| participant_name(mediation, id))),
        audience: names(audience),
        title: in_full(title),
        text: in_full(text),
        items: items.into_iter().map(pb_item).collect(),
        event_time: event_time.map(pb_time),
        place: in_full(place),
        acknowledged_by: names(acknowledged_by),
        recorder,
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}

fn pb_item(item: RecordItem) -> v1::RecordItem {
    let RecordItem { title, sha256, page_count, original } = item;
    v1::RecordItem { title, sha256, page_count, original }
}
