//! What petitioners see.

use crate::{
    cases::public::{PublicStatus, PublicStep},
    pb::v1,
    wire::{pb_date, pb_time},
};

/// A status.
pub fn status(status: &PublicStatus) -> v1::PublicStatus {
    let PublicStatus { number, state, continued_in, steps, answer_due, review_due, office_rating, organ_rating } =
        status.clone();
    v1::PublicStatus {
        number,
        state: state.number(),
        continued_in: continued_in.unwrap_or_default(),
        steps: steps.into_iter().map(step).collect(),
        answer_due_date: answer_due.map(pb_date),
        review_due_date: review_due.map(pb_date),
        office_rating: office_rating.number(),
        organ_rating: organ_rating.number(),
    }
}

fn step(step: PublicStep) -> v1::PublicStep {
    let PublicStep { kind, time, organization, document_number, serve_time, outcome } = step;
    v1::PublicStep {
        kind: kind.number(),
        occur_time: Some(pb_time(time)),
        organization_display_name: organization.unwrap_or_default(),
        document_number: document_number.unwrap_or_default(),
        serve_time: serve_time.map(pb_time),
        outcome: outcome.number(),
    }
}
