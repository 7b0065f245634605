//! What was promised and whether it was done; how the citizen rates the organs. Closed does not mean resolved.

use lianbang::pb::v1::{
    self,
    case::{Execution, Outcome, Rating, Resolution, State},
    clock::State::{Cancelled, Running, Stopped},
    notice::Ground,
    procedure_service_client::ProcedureServiceClient,
    promise,
    rate_case_request::RatedBody,
};
use tonic::{Response, Status};

use super::docket::{Docket, step};
use crate::harness::{DAY, Stage, assert_condition, assert_reason, date, request_id};

fn item(text: &str, month: i32, day: i32) -> v1::issue_opinion_request::NewPromise {
    v1::issue_opinion_request::NewPromise { text: text.into(), due_date: date(2026, month, day) }
}

macro_rules! opinion {
    ($case:expr, $($promise:expr),*) => {
        step!($case, ProcedureServiceClient.issue_opinion(IssueOpinionRequest {
            outcome: Outcome::Supported.into(),
            facts: "属实".into(),
            reasons: "合理".into(),
            legal_basis: "《信访工作条例》第三十二条".into(),
            document_number: "处〔2026〕1号".into(),
            promises: vec![$($promise),*],
        }))
    };
}

macro_rules! closed {
    ($case:expr) => {
        step!(
            $case,
            ProcedureServiceClient
                .close_case(CloseCaseRequest { evidence: "签字".into(), resolution: Resolution::Phased.into() })
        )
    };
}

async fn promises(case: &Docket) -> Vec<v1::Promise> {
    let list = v1::ListPromisesRequest { parent: case.case.name.clone(), ..Default::default() };
    ProcedureServiceClient::new(case.line.clone()).list_promises(list).await.expect("promises").into_inner().promises
}

async fn record(case: &Docket, promise: &v1::Promise, done: bool) -> Result<Response<v1::Promise>, Status> {
    let request = v1::RecordExecutionRequest {
        name: promise.name.clone(),
        etag: promise.etag.clone(),
        done,
        evidence: "现场照片三张".into(),
        request_id: request_id(),
        ..Default::default()
    };
    ProcedureServiceClient::new(case.line.clone()).record_execution(request).await
}

async fn rate(case: &Docket, body: RatedBody, rating: Rating) -> Result<Response<v1::Case>, Status> {
    let request = v1::RateCaseRequest {
        name: case.case.name.clone(),
        rated_body: body.into(),
        rating: rating.into(),
        comment: "来得及时".into(),
        request_id: request_id(),
        ..Default::default()
    };
    ProcedureServiceClient::new(case.line.clone()).rate_case(request).await
}

#[tokio::test]
async fn promises_have_due_dates_and_execution_is_done_when_all_are_kept() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    case.accepts().await;
    let past = assert_reason(opinion!(case, item("修站", 3, 31), item("通暖", 3, 1)), "INVALID_REQUEST");
    assert!(past.message().contains("promises[1].due_date"), "{}", past.message());
    case.took(opinion!(case, item("修站", 3, 31), item("通暖", 4, 10)));
    assert_eq!(case.case.execution(), Execution::Pending);
    let clocks: Vec<_> = case.clocks().await.into_iter().filter(|clock| clock.0 == "execution").collect();
    assert_eq!(clocks.iter().map(|clock| clock.2.as_str()).collect::<Vec<_>>(), ["2026-03-31", "2026-04-10"]);
    let [first, second] = promises(&case).await.try_into().expect("two");
    assert_eq!((first.state(), first.text.as_str()), (promise::State::Pending, ""));
    // The case is closed all the same, and what was promised is still owed.
    case.took(closed!(case));
    let done = record(&case, &first, true).await.expect("done").into_inner();
    assert_eq!((done.state(), done.evidence.as_str()), (promise::State::Done, ""));
    assert_reason(record(&case, &first, true).await, "ETAG_MISMATCH");
    assert_condition(record(&case, &done, false).await, "PROMISE_ENDED");
    case.refreshes().await;
    assert_eq!((case.case.execution(), case.case.state()), (Execution::Pending, State::Closed));
    let states: Vec<_> =
        case.clocks().await.into_iter().filter(|clock| clock.0 == "execution").map(|clock| clock.1).collect();
    assert_eq!(states, [Stopped, Running]);
    // Refused first, done later.
    let refused = record(&case, &second, false).await.expect("refused").into_inner();
    case.refreshes().await;
    assert_eq!(case.case.execution(), Execution::Refused);
    let last = case.history().await.pop().expect("event").0;
    assert_eq!(last, "case.reopening_proposed");
    record(&case, &refused, true).await.expect("done after all");
    case.refreshes().await;
    assert_eq!(case.case.execution(), Execution::Done);
    assert_eq!(case.clock("execution").await.0, Stopped);
    let full = v1::ListPromisesRequest {
        parent: case.case.name.clone(),
        view: v1::View::Full.into(),
        purpose: "督办".into(),
        ..Default::default()
    };
    let mut client = ProcedureServiceClient::new(case.line.clone());
    let opened = client.list_promises(full).await.expect("full").into_inner().promises;
    assert_eq!((opened[1].text.as_str(), opened[1].evidence.as_str()), ("通暖", "现场照片三张"));
}

#[tokio::test]
async fn a_new_handling_lets_old_promises_lapse_and_asks_for_a_new_rating() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    assert_reason(rate(&case, RatedBody::HandlingOrgan, Rating::Satisfied).await, "TRANSITION_NOT_ALLOWED");
    case.accepts().await;
    case.took(opinion!(case, item("修站", 3, 31)));
    let first = promises(&case).await.remove(0);
    let rated = rate(&case, RatedBody::PetitionOffice, Rating::Satisfied).await.expect("rated").into_inner();
    assert_eq!((rated.office_rating(), rated.organ_rating()), (Rating::Satisfied, Rating::Unspecified));
    assert_condition(rate(&case, RatedBody::PetitionOffice, Rating::NotSatisfied).await, "ALREADY_RATED");
    case.refreshes().await;
    case.took(closed!(case));
    rate(&case, RatedBody::HandlingOrgan, Rating::NotSatisfied).await.expect("rated");
    let last: Vec<_> = case.history().await.into_iter().map(|(kind, _)| kind).rev().take(2).collect();
    assert_eq!(last, ["case.reopening_proposed", "case.rated"]);
    case.refreshes().await;
    stage.time.advance(DAY);
    case.took(step!(
        case,
        ProcedureServiceClient.reopen_case(ReopenCaseRequest {
            ground: Ground::LowRating.into(),
            reason: "不满意".into(),
            document_number: "重〔2026〕1号".into(),
        })
    ));
    assert_eq!((case.case.execution(), case.case.organ_rating()), (Execution::Unspecified, Rating::Unspecified));
    assert_eq!(case.case.office_rating(), Rating::Satisfied);
    assert_eq!(case.clock("execution").await.0, Cancelled);
    let lapsed = promises(&case).await.remove(0);
    assert_eq!(lapsed.state(), promise::State::Lapsed);
    assert_reason(record(&case, &lapsed, true).await, "TRANSITION_NOT_ALLOWED");
    case.took(opinion!(case, item("通暖", 4, 1)));
    assert_condition(record(&case, &lapsed, true).await, "PROMISE_ENDED");
    assert_reason(record(&case, &first, true).await, "ETAG_MISMATCH");
    assert_eq!(case.case.execution(), Execution::Pending);
}

#[tokio::test]
async fn a_promise_without_a_date_has_no_clock_and_outlives_the_conclusion() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    case.accepts().await;
    let flagged = step!(
        case,
        ProcedureServiceClient.issue_opinion(IssueOpinionRequest {
            outcome: Outcome::Supported.into(),
            facts: "属实".into(),
            reasons: "合理".into(),
            legal_basis: "《信访工作条例》第三十二条".into(),
            document_number: "处〔2026〕1号".into(),
            execution_promised: true,
        })
    );
    case.took(flagged);
    assert!(case.clocks().await.iter().all(|clock| clock.0 != "execution"));
    let promised = promises(&case).await.remove(0);
    case.took(step!(
        case,
        ProcedureServiceClient.conclude_case(ConcludeCaseRequest {
            reason: "已穷尽程序".into(),
            approver: "市信访局".into(),
            document_number: "终〔2026〕1号".into(),
        })
    ));
    record(&case, &promised, true).await.expect("still owed");
    case.refreshes().await;
    assert_eq!((case.case.execution(), case.case.state()), (Execution::Done, State::Concluded));
}
