//! Reviews and hearings.

use crate::{
    cases::{
        model::case_name,
        review::{Hearing, Review},
        steps::Document,
    },
    pb::v1,
    wire::{pb_date, pb_time},
};

/// A review; narrative as far as it was opened.
pub fn review(review: Review) -> v1::Review {
    let name = review.name();
    let Review {
        id: _,
        case_id,
        stage,
        state,
        organization,
        opinion,
        request_date,
        receive_time,
        grounds,
        decision,
        decide_time,
    } = review;
    let opinion_name = |id| Document::Opinion(id).name(case_id);
    v1::Review {
        name,
        stage: stage.number(),
        state: state.number(),
        organization,
        opinion: opinion_name(opinion),
        request_date: Some(pb_date(request_date)),
        receive_time: Some(pb_time(receive_time)),
        grounds: grounds.unwrap_or_default(),
        decision: decision.map(opinion_name).unwrap_or_default(),
        decide_time: decide_time.map(pb_time),
    }
}

/// A hearing; narrative as far as it was opened.
pub fn hearing(hearing: Hearing) -> v1::Hearing {
    let name = hearing.name();
    let Hearing { id: _, case_id, review, presider, open_time, end_time, minutes } = hearing;
    v1::Hearing {
        name,
        review: format!("{}/reviews/{review}", case_name(case_id)),
        presider,
        open_time: Some(pb_time(open_time)),
        end_time: end_time.map(pb_time),
        minutes: minutes.unwrap_or_default(),
    }
}
