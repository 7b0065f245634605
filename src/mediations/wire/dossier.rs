//! The file as a whole.

use super::{participant_of, some};
use crate::{
    error::Result,
    mediations::{
        archive::hex,
        dossier::Entry,
        model::{Mediation, participant_name},
        numbers::{Numbered, PaperState},
    },
    pb::v1,
};

/// The participant that is named, if one is.
///
/// # Errors
/// `NotFound`.
pub fn participant_in(mediation: uuid::Uuid, name: &str) -> Result<Option<uuid::Uuid>> {
    some(name.to_owned()).map(|name| participant_of(mediation, &name)).transpose()
}

/// The papers for the wire.
pub fn dossier(mediation: &Mediation, papers: Vec<Entry>) -> v1::Dossier {
    let complete = papers.iter().all(|entry| entry.state != PaperState::Missing);
    let paper = |entry: Entry| v1::DossierPaper {
        kind: entry.paper.number(),
        title: entry.paper.title().to_owned(),
        state: entry.state.number(),
        piece_count: entry.count,
        lacking: entry.lacking.into_iter().map(|id| participant_name(mediation.id, id)).collect(),
    };
    v1::Dossier {
        name: format!("{}/dossier", mediation.name()),
        papers: papers.into_iter().map(paper).collect(),
        complete,
    }
}

/// A document for the wire.
pub fn rendered(text: String, version: i32) -> v1::RenderAgreementResponse {
    let sha256 = hex(text.as_bytes());
    v1::RenderAgreementResponse { text, version, sha256 }
}
