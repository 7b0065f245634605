//! Documents.

use crate::{
    cases::document::Document,
    pb::v1,
    wire::{etag, pb_time},
};

/// A document; narrative as far as it was opened.
pub fn document(found: &Document) -> v1::Document {
    v1::Document {
        name: found.name(),
        kind: found.kind.number(),
        state: found.state.number(),
        title: found.title.clone().unwrap_or_default(),
        media_type: found.media_type.clone(),
        size_bytes: found.size.try_into().unwrap_or(i64::MAX),
        sha256: found.sha256_text(),
        subject: found.subject.clone().unwrap_or_default(),
        attach_time: Some(pb_time(found.attach_time)),
        withdraw_time: found.withdraw_time.map(pb_time),
        withdraw_reason: found.withdraw_reason.clone().unwrap_or_default(),
        etag: etag(found.version),
    }
}
