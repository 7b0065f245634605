//! Withdrawn, concluded, and taken up again.

use lianbang::pb::v1::{
    self,
    case::{Outcome, State},
    clock::State::{Cancelled, Running},
    notice::{Ground, Kind},
    procedure_service_client::ProcedureServiceClient,
    review,
};

use super::{
    docket::{Docket, step},
    reviews::request,
};
use crate::{
    harness::{DAY, Stage, assert_reason, date},
    mutations::organizations,
};

macro_rules! withdraw {
    ($case:expr) => {
        step!($case, ProcedureServiceClient.withdraw_case(WithdrawCaseRequest { evidence: "撤回申请书".into() }))
    };
}

macro_rules! reopen {
    ($case:expr, $ground:ident) => {
        step!(
            $case,
            ProcedureServiceClient.reopen_case(ReopenCaseRequest {
                ground: Ground::$ground.into(),
                reason: "承诺的管网改造未做".into(),
                document_number: "重〔2026〕1号".into(),
            })
        )
    };
}

macro_rules! conclude {
    ($case:expr) => {
        step!(
            $case,
            ProcedureServiceClient.conclude_case(ConcludeCaseRequest {
                reason: "依法终结".into(),
                approver: "省信访局".into(),
                document_number: "终〔2026〕1号".into(),
            })
        )
    };
}

async fn kinds(case: &Docket) -> Vec<(Kind, Ground)> {
    let request = v1::ListNoticesRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    let notices = procedure.list_notices(request).await.expect("list").into_inner().notices;
    notices.iter().map(|notice| (notice.kind(), notice.ground())).collect()
}

/// In re-review on Monday 2 March.
async fn in_review(stage: &Stage) -> Docket {
    let mut case = Docket::new(stage, "供暖").await;
    case.accepts().await;
    case.answers().await;
    let organ = organizations::entered(stage).await.name;
    case.took(request!(case, request_review RequestReviewRequest, organ, date(2026, 3, 2)));
    case
}

#[tokio::test]
async fn who_withdraws_ends_every_clock_and_a_pending_review() {
    let stage = Stage::with_regions().await;
    let mut case = in_review(&stage).await;
    let without = step!(case, ProcedureServiceClient.withdraw_case(WithdrawCaseRequest { evidence: " ".into() }));
    assert_reason(without, "INVALID_REQUEST");
    assert_eq!(case.took(withdraw!(case)), State::Withdrawn);
    assert_eq!(case.clock("review").await.0, Cancelled);
    assert_eq!(case.case.next_due_time, None);
    assert_eq!(case.reviews().await[0].state(), review::State::Ended);
    assert_reason(withdraw!(case), "TRANSITION_NOT_ALLOWED");
    assert_reason(conclude!(case), "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn a_closed_case_is_taken_up_again_with_a_term_of_its_own() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    case.accepts().await;
    case.answers().await;
    case.serves().await;
    assert_reason(reopen!(case, NewFacts), "TRANSITION_NOT_ALLOWED");
    case.took(step!(
        case,
        ProcedureServiceClient.close_case(CloseCaseRequest {
            evidence: "住户签字".into(),
            resolution: v1::case::Resolution::Substantive.into(),
        })
    ));
    stage.time.advance(10 * DAY);
    for ground in [reopen!(case, CourtMatter), reopen!(case, LegallyEnded), reopen!(case, Unspecified)] {
        assert_reason(ground, "INVALID_REQUEST");
    }
    assert_eq!(case.took(reopen!(case, PromiseNotExecuted)), State::Accepted);
    // Sixty days from Thursday 12 March.
    assert_eq!(case.clock("handling").await, (Running, "2026-05-11".into()));
    assert_eq!(case.clock("review_request").await.0, Cancelled);
    assert_eq!(
        (case.case.outcome(), case.case.resolution()),
        (Outcome::Unspecified, v1::case::Resolution::Unspecified)
    );
    assert_eq!((case.case.answer_time, case.case.close_time), (None, None));
    assert_eq!(kinds(&case).await, [(Kind::Reopening, Ground::PromiseNotExecuted)]);
    case.answers().await;
    case.serves().await;
    assert_eq!(case.clock("review_request").await, (Running, "2026-04-11".into()));
}

#[tokio::test]
async fn a_matter_is_concluded_with_approval() {
    let stage = Stage::with_regions().await;
    let mut registered = Docket::new(&stage, "供暖").await;
    assert_reason(conclude!(registered), "TRANSITION_NOT_ALLOWED");
    let mut case = in_review(&stage).await;
    assert_eq!(case.took(conclude!(case)), State::Concluded);
    assert_eq!(case.clock("review").await.0, Cancelled);
    assert_eq!(case.reviews().await[0].state(), review::State::Ended);
    assert_eq!(kinds(&case).await, [(Kind::Conclusion, Ground::LegallyEnded)]);
    // The same once more is no longer accepted.
    let refused = step!(
        registered,
        ProcedureServiceClient.refuse_case(RefuseCaseRequest {
            ground: Ground::LegallyEnded.into(),
            document_number: "不再受〔2026〕1号".into(),
            guidance: "已依法终结。".into(),
            related_case: case.case.name.clone(),
        })
    );
    assert_eq!(registered.took(refused), State::Refused);
}
