//! Cases on the wire.

pub mod advance;
pub mod appointment;
pub mod case;
pub mod clock;
pub mod document;
pub mod import;
pub mod oversight;
pub mod party;
pub mod promise;
pub mod public;
pub mod review;
pub mod step;

use uuid::Uuid;

use crate::{
    check::Faults,
    error::{Error, Result},
    wire::uuid_in,
};

/// The ids of `mediations/{id}/agreements/{id}`, if one is named.
///
/// # Errors
/// `NotFound`.
pub fn settlement(name: &str) -> Result<Option<(uuid::Uuid, uuid::Uuid)>> {
    if name.is_empty() {
        return Ok(None);
    }
    let ids = crate::wire::ids_in(name, "mediations", "agreements").ok();
    let parsed = ids.and_then(|(mediation, agreement)| {
        uuid::Uuid::try_parse(mediation).ok().zip(uuid::Uuid::try_parse(agreement).ok())
    });
    parsed.map(Some).ok_or_else(|| Error::not_found(name))
}

/// The case that a name names; a name of another form names nothing.
pub fn case_id(name: &str) -> Result<Uuid> {
    uuid_in(name, "cases").map_err(|_| Error::not_found(name))
}

/// The ids in `cases/{uuid}/{collection}/{uuid}`; a name of another form names nothing.
pub fn child_ids(name: &str, collection: &str) -> Result<(Uuid, Uuid)> {
    let parts: Vec<&str> = name.split('/').collect();
    let uuid = |text: &str| (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten();
    match parts.as_slice() {
        ["cases", case, kind, id] if *kind == collection => {
            uuid(case).zip(uuid(id)).ok_or_else(|| Error::not_found(name))
        }
        _ => Err(Error::not_found(name)),
    }
}

/// Text that may be empty, in NFC.
pub fn optional(text: String) -> Option<String> {
    Some(crate::text::nfc(text)).filter(|text| !text.trim().is_empty())
}

/// Text that must say something.
pub fn required(faults: &mut Faults, field: &str, text: String) -> String {
    if text.trim().is_empty() {
        faults.at(field, "is required");
    }
    crate::text::nfc(text)
}
