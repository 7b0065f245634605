//! Review, re-review and the hearing (XF 35, 36).

use lianbang::pb::v1::{
    self,
    case::{Outcome, State},
    case_service_client::CaseServiceClient,
    clock::State::{Paused, Running, Stopped},
    procedure_service_client::ProcedureServiceClient,
    review,
};

use super::docket::{Docket, step};
use crate::{
    harness::{DAY, Stage, assert_condition, assert_reason, date, official},
    mutations::organizations,
};

macro_rules! request {
    ($case:expr, $method:ident $request:ident, $organ:expr, $date:expr) => {
        step!(
            $case,
            ProcedureServiceClient.$method($request {
                organization: $organ,
                request_date: $date,
                grounds: "处理意见未回应诉求".into(),
            })
        )
    };
}
pub(super) use request;

macro_rules! decide {
    ($case:expr, $method:ident $request:ident, $decision:ident, $outcome:ident) => {
        step!(
            $case,
            ProcedureServiceClient.$method($request {
                decision: review::Decision::$decision.into(),
                outcome: Outcome::$outcome.into(),
                facts: "经复查属实".into(),
                reasons: "适用依据正确".into(),
                legal_basis: "《信访工作条例》第三十五条".into(),
                document_number: "复查〔2026〕1号".into(),
            })
        )
    };
}
pub(super) use decide;

/// Accepted and answered by an opinion on Monday 2 March.
async fn answered(stage: &Stage) -> Docket {
    let mut case = Docket::new(stage, "供暖").await;
    case.accepts().await;
    case.answers().await;
    case
}

#[tokio::test]
async fn the_right_to_review_runs_from_service_and_rolls_to_a_working_day() {
    let stage = Stage::with_regions().await;
    let mut case = answered(&stage).await;
    // Received on Friday 6 March: thirty days end on Sunday 5 April, in the Qingming holiday until the 6th.
    stage.time.advance(4 * DAY);
    case.serves().await;
    assert_eq!(case.clock("review_request").await, (Running, "2026-04-05".into()));
    let organ = organizations::entered(&stage).await.name;
    stage.time.advance(40 * DAY);
    case.line = stage.admin().await;
    let early = request!(case, request_review RequestReviewRequest, organ.clone(), date(2026, 3, 1));
    assert_reason(early, "INVALID_REQUEST");
    let future = request!(case, request_review RequestReviewRequest, organ.clone(), date(2026, 5, 1));
    assert_reason(future, "INVALID_REQUEST");

    // One day too late: entered, refused, and nothing moved.
    let before = case.clock("review_request").await;
    case.took(request!(case, request_review RequestReviewRequest, organ.clone(), date(2026, 4, 8)));
    assert_eq!(case.case.state(), State::Answered);
    assert_eq!(case.clock("review_request").await, before);
    assert_eq!(case.history().await.pop(), Some(("case.review_refused".into(), "ANSWERED".into())));

    // Posted on the last day, received nine days later: in time.
    case.took(request!(case, request_review RequestReviewRequest, organ, date(2026, 4, 7)));
    assert_eq!(case.case.state(), State::InReview);
    assert_eq!(case.clock("review_request").await.0, Stopped);
    assert_eq!(case.clock("review").await, (Running, "2026-05-15".into()));
    let states: Vec<_> = case.reviews().await.iter().map(v1::Review::state).collect();
    assert_eq!(states, [review::State::Late, review::State::Pending]);
}

#[tokio::test]
async fn an_unserved_opinion_can_be_complained_of_and_a_direct_reply_cannot() {
    let stage = Stage::with_regions().await;
    let organ = organizations::entered(&stage).await.name;
    let mut replied = Docket::new(&stage, "供暖").await;
    replied
        .took(step!(replied, ProcedureServiceClient.reply_directly(ReplyDirectlyRequest { reply: "已修复".into() })));
    let refused = request!(replied, request_review RequestReviewRequest, organ.clone(), date(2026, 3, 2));
    assert_condition(refused, "NO_HANDLING_OPINION");

    let mut case = answered(&stage).await;
    let refused = request!(case, request_re_review RequestReReviewRequest, organ.clone(), date(2026, 3, 2));
    assert_reason(refused, "TRANSITION_NOT_ALLOWED");
    case.took(request!(case, request_review RequestReviewRequest, organ, date(2026, 3, 2)));
    // Served now, it starts no right: the right is used.
    case.serves().await;
    assert!(case.clocks().await.iter().all(|(rule, ..)| rule != "review_request"));
}

#[tokio::test]
async fn who_decided_does_not_review() {
    let stage = Stage::with_regions().await;
    let organ = organizations::entered(&stage).await.name;
    let other = organizations::entered(&stage).await.name;
    let mut case = Docket::new(&stage, "供暖").await;
    case.sent_to(&organ).await;
    case.accepts().await;
    case.answers().await;
    let own = request!(case, request_review RequestReviewRequest, organ, date(2026, 3, 2));
    assert_reason(own, "CONFLICT_OF_INTEREST");
    let nobody = request!(case, request_review RequestReviewRequest, "organizations/nobody".into(), date(2026, 3, 2));
    assert_reason(nobody, "INVALID_REQUEST");
    case.took(request!(case, request_review RequestReviewRequest, other.clone(), date(2026, 3, 2)));
    // From now on the reviewing organ has it in its scope.
    let reviewer = stage.within(lianbang::auth::Role::Handler, &other).await;
    let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
    CaseServiceClient::new(reviewer).get_case(get).await.expect("in scope");

    let faulty = [
        decide!(case, decide_review DecideReviewRequest, Changed, Unspecified),
        decide!(case, decide_review DecideReviewRequest, Upheld, Explained),
        decide!(case, decide_review DecideReviewRequest, Unspecified, Unspecified),
    ];
    for fault in faulty {
        assert_reason(fault, "INVALID_REQUEST");
    }
    assert_eq!(case.took(decide!(case, decide_review DecideReviewRequest, Changed, Explained)), State::Reviewed);
    assert_eq!(case.case.outcome(), Outcome::Explained);
    let again = request!(case, request_re_review RequestReReviewRequest, other, date(2026, 3, 2));
    assert_reason(again, "CONFLICT_OF_INTEREST");
}

#[tokio::test]
async fn a_hearing_stops_the_clock_of_the_re_review_and_only_that() {
    let stage = Stage::with_regions().await;
    let mut case = answered(&stage).await;
    let organ = organizations::entered(&stage).await.name;
    let upper = organizations::entered(&stage).await.name;
    macro_rules! open {
        () => {
            step!(case, ProcedureServiceClient.open_hearing(OpenHearingRequest { presider: "刘处长".into() }))
        };
    }
    macro_rules! end {
        () => {
            step!(case, ProcedureServiceClient.end_hearing(EndHearingRequest { minutes: "各方陈述如下".into() }))
        };
    }
    case.took(request!(case, request_review RequestReviewRequest, organ, date(2026, 3, 2)));
    assert_reason(open!(), "TRANSITION_NOT_ALLOWED");
    case.took(decide!(case, decide_review DecideReviewRequest, Upheld, Unspecified));
    case.took(request!(case, request_re_review RequestReReviewRequest, upper, date(2026, 3, 2)));
    assert_eq!(case.clock("re_review").await, (Running, "2026-04-01".into()));
    assert_condition(end!(), "NO_HEARING_OPEN");

    stage.time.advance(8 * DAY);
    case.took(open!());
    assert_eq!(case.clock("re_review").await.0, Paused);
    assert_eq!(case.case.next_due_time, None);
    assert_condition(open!(), "HEARING_OPEN");
    let early = decide!(case, decide_re_review DecideReReviewRequest, Upheld, Unspecified);
    assert_condition(early, "HEARING_OPEN");
    stage.time.advance(4 * DAY);
    case.took(end!());
    // Five civil days saw the hearing, 10 to 14 March.
    assert_eq!(case.clock("re_review").await, (Running, "2026-04-06".into()));
    assert!(case.case.next_due_time.is_some());

    assert_eq!(case.took(decide!(case, decide_re_review DecideReReviewRequest, Upheld, Unspecified)), State::Concluded);
    assert_eq!(case.clock("re_review").await.0, Stopped);
    case.serves().await;
    assert!(case.clocks().await.iter().all(|(_, state, _)| *state != Running), "a re-review is final");

    let list = v1::ListHearingsRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    let basic = procedure.list_hearings(list.clone()).await.expect("hearings").into_inner().hearings.remove(0);
    assert_eq!((basic.presider.as_str(), basic.minutes.as_str()), ("刘处长", ""));
    let full = v1::ListHearingsRequest {
        view: v1::View::Full.into(),
        purpose: "归档".into(),
        on_behalf_of: official(),
        ..list
    };
    let full = procedure.list_hearings(full).await.expect("hearings").into_inner().hearings.remove(0);
    assert_eq!(full.minutes, "各方陈述如下");
    let grounds = v1::ListReviewsRequest {
        parent: case.case.name.clone(),
        view: v1::View::Full.into(),
        purpose: "归档".into(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let reviews = procedure.list_reviews(grounds).await.expect("reviews").into_inner().reviews;
    assert!(reviews.len() == 2 && reviews.iter().all(|review| review.grounds == "处理意见未回应诉求"));
    assert!(case.reviews().await.iter().all(|review| review.grounds.is_empty()));
}
