//! Review (复查, XF 35), re-review (复核, XF 36) and the hearing within it.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    clocks::rules,
    flow::Act,
    model::{case_name, numbered},
    steps::OpinionKind,
};
use crate::call::Micros;

numbered! {
    /// Which of the two it is.
    Stage {
        /// Review.
        Review = 1 "REVIEW",
        /// Re-review, the last.
        ReReview = 2 "RE_REVIEW",
    }
}

numbered! {
    /// Where a review stands.
    ReviewState {
        /// Not decided.
        Pending = 1 "PENDING",
        /// The opinion is upheld.
        Upheld = 2 "UPHELD",
        /// The opinion is changed.
        Changed = 3 "CHANGED",
        /// Sent back to the organ.
        SentBack = 4 "SENT_BACK",
        /// Asked for too late.
        Late = 5 "LATE",
        /// The case ended before it was decided.
        Ended = 6 "ENDED",
    }
}

/// What makes the one stage differ from the other.
pub struct Course {
    /// The opinion that is complained of.
    pub of: OpinionKind,
    /// The opinion that decides.
    pub decides: OpinionKind,
    /// The citizen's term to ask.
    pub asking: &'static str,
    /// The organ's term to decide.
    pub deciding: &'static str,
    pub request: Act,
    pub decide: Act,
    pub send_back: Act,
    pub request_method: &'static str,
    pub decide_method: &'static str,
    pub requested: &'static str,
    pub late: &'static str,
    pub decided: &'static str,
}

impl Stage {
    /// The course of the stage.
    pub fn course(self) -> Course {
        match self {
            Self::Review => Course {
                of: OpinionKind::Handling,
                decides: OpinionKind::Review,
                asking: rules::REVIEW_REQUEST,
                deciding: rules::REVIEW,
                request: Act::RequestReview,
                decide: Act::DecideReview,
                send_back: Act::SendBackReview,
                request_method: "RequestReview",
                decide_method: "DecideReview",
                requested: "case.review_requested",
                late: "case.review_refused",
                decided: "case.review_decided",
            },
            Self::ReReview => Course {
                of: OpinionKind::Review,
                decides: OpinionKind::ReReview,
                asking: rules::RE_REVIEW_REQUEST,
                deciding: rules::RE_REVIEW,
                request: Act::RequestReReview,
                decide: Act::DecideReReview,
                send_back: Act::SendBackReReview,
                request_method: "RequestReReview",
                decide_method: "DecideReReview",
                requested: "case.re_review_requested",
                late: "case.re_review_refused",
                decided: "case.re_review_decided",
            },
        }
    }
}

/// A review or a re-review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub id: Uuid,
    pub case_id: Uuid,
    pub stage: Stage,
    pub state: ReviewState,
    pub organization: String,
    pub opinion: Uuid,
    pub request_date: NaiveDate,
    pub receive_time: Micros,
    pub grounds: Option<String>,
    pub decision: Option<Uuid>,
    pub decide_time: Option<Micros>,
}

impl Review {
    /// `cases/{uuid}/reviews/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/reviews/{}", case_name(self.case_id), self.id)
    }
}

/// A hearing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hearing {
    pub id: Uuid,
    pub case_id: Uuid,
    pub review: Uuid,
    pub presider: String,
    pub open_time: Micros,
    pub end_time: Option<Micros>,
    pub minutes: Option<String>,
}

impl Hearing {
    /// `cases/{uuid}/hearings/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/hearings/{}", case_name(self.case_id), self.id)
    }
}
