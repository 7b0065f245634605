//! Promises.

use crate::{
    cases::{model::case_name, promise::Promise, steps::Document},
    pb::v1,
    wire::{etag, pb_date, pb_time},
};

/// A promise; narrative as far as it was opened.
pub fn promise(promise: Promise) -> v1::Promise {
    let name = promise.name();
    let Promise { id: _, case_id, opinion, clock, state, text, due_date, evidence, record_time, create_time, version } =
        promise;
    v1::Promise {
        name,
        opinion: Document::Opinion(opinion).name(case_id),
        state: state.number(),
        text: text.unwrap_or_default(),
        due_date: due_date.map(pb_date),
        clock: clock.map(|id| format!("{}/clocks/{id}", case_name(case_id))).unwrap_or_default(),
        evidence: evidence.unwrap_or_default(),
        record_time: record_time.map(pb_time),
        create_time: Some(pb_time(create_time)),
        etag: etag(version),
    }
}

/// As a mutation answers it.
pub fn changed(changed: &Promise) -> v1::Promise {
    promise(changed.clone())
}
