//! What the file of a mediation holds.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    call::{Micros, Official},
    mediations::numbers::{RecordKind, Visibility},
};

/// Most open records of a mediation, and most private ones of one official there. What is private is not counted together: a refusal would
/// tell of it.
pub const MOST_RECORDS: u64 = 2_000;

/// A record of the file. Only its audience changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediationRecord {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// What it is.
    pub kind: RecordKind,
    /// Who may read it.
    pub visibility: Visibility,
    /// The session that it is of.
    pub session: Option<Uuid>,
    /// Who said it, gave it or was told.
    pub participant: Option<Uuid>,
    /// Who may know it, where it is private, in the order of invitation.
    pub audience: Vec<Uuid>,
    /// A heading.
    pub title: Option<String>,
    /// What was said, found or explained.
    pub text: Option<String>,
    /// Papers and things.
    pub items: Vec<RecordItem>,
    /// When it was.
    pub event_time: Option<Micros>,
    /// Where it was.
    pub place: Option<String>,
    /// Who acknowledged a fact.
    pub acknowledged_by: Vec<Uuid>,
    /// Name of the official who recorded it.
    pub recorder: String,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts the changes of the audience.
    pub version: i64,
}

impl MediationRecord {
    /// `mediations/{id}/records/{id}`.
    pub fn name(&self) -> String {
        record_name(self.mediation, self.id)
    }
}

/// `mediations/{id}/records/{id}`.
pub fn record_name(mediation: Uuid, id: Uuid) -> String {
    format!("mediations/{mediation}/records/{id}")
}

/// A paper or thing in a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordItem {
    /// What it is.
    pub title: String,
    /// SHA-256 of its file in hexadecimal digits.
    pub sha256: String,
    /// How many pages it has.
    pub page_count: i32,
    /// The original, not a copy.
    pub original: bool,
}

/// By which names of the registers an official is a participant.
pub fn identities(official: Option<&Official>) -> Vec<String> {
    let names = official.map(|official| [official.cadre.clone(), official.organization.clone()]);
    names.into_iter().flatten().filter(|name| !name.is_empty()).collect()
}
