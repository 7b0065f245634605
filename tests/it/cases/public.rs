//! What petitioners do themselves: they ask where their case stands, by its number and query code, and rate who handled it.

use std::time::Duration;

use futures::future::join_all;
use lianbang::{
    auth::Role,
    pb::v1::{
        self,
        case::{Outcome, Rating, State},
        case_service_client::CaseServiceClient,
        duplicate_service_client::DuplicateServiceClient,
        event_service_client::EventServiceClient,
        public_service_client::PublicServiceClient,
        public_step::Kind,
        rate_case_request::RatedBody,
    },
};
use prost::Message as _;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{docket::Docket, registered};
use crate::harness::{DAY, Line, Stage, assert_condition, assert_reason, reason, request_id};

const VILLAGE: &str = "regions/411002001001";
const MINUTE: i64 = 60_000_000;
const PREFECTURE: &str = "regions/411000000000";

async fn issue(line: &Line, case: &str) -> v1::QueryCode {
    let request = v1::IssueQueryCodeRequest { name: case.into(), request_id: request_id(), ..Default::default() };
    PublicServiceClient::new(line.clone()).issue_query_code(request).await.expect("issued").into_inner()
}

async fn ask(line: &Line, number: &str, code: &str) -> Result<v1::PublicStatus, Status> {
    let request = v1::QueryPublicStatusRequest { number: number.into(), query_code: code.into() };
    let answer = PublicServiceClient::new(line.clone()).query_public_status(request).await;
    answer.map(tonic::Response::into_inner)
}

fn rating(code: &v1::QueryCode, body: RatedBody, rating: Rating) -> v1::SubmitRatingRequest {
    v1::SubmitRatingRequest {
        number: code.number.clone(),
        query_code: code.query_code.clone(),
        rated_body: body.into(),
        rating: rating.into(),
        comment: "来得及时".into(),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn rate(line: &Line, request: v1::SubmitRatingRequest) -> Result<v1::PublicStatus, Status> {
    let answer = PublicServiceClient::new(line.clone()).submit_rating(request).await;
    answer.map(tonic::Response::into_inner)
}

/// Another code whose last digit fits.
fn wrong(code: &str) -> String {
    // Both digits count once, so that one up and the other down leave the sum.
    let mut digits: Vec<u32> = code.chars().map(|digit| digit.to_digit(10).expect("a digit")).collect();
    digits[1] = (digits[1] + 1) % 10;
    digits[3] = (digits[3] + 9) % 10;
    digits.iter().map(u32::to_string).collect()
}

fn kinds(status: &v1::PublicStatus) -> Vec<Kind> {
    status.steps.iter().map(v1::PublicStep::kind).collect()
}

/// A refusal speaks of the case by its number, and neither of what organs do with it nor of what they may do next.
#[track_caller]
fn tells_nothing_internal(status: &Status, name: &str) {
    let told = format!("{}{}", status.message(), String::from_utf8_lossy(status.details()));
    for kept in [name, "DISPUTED", "AcceptCase", "DecideDispute"] {
        assert!(!told.contains(kept), "{kept} is told: {told}");
    }
}

#[tokio::test]
async fn a_petitioner_sees_dates_and_documents_and_nothing_else() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "老张家供暖").await;
    let portal = stage.within(Role::Portal, PREFECTURE).await;
    let code = issue(&case.line, &case.case.name).await;
    assert_eq!((code.number.as_str(), code.query_code.len()), (case.case.number.as_str(), 12));
    let fresh = ask(&portal, &code.number, &code.query_code).await.expect("status");
    assert_eq!((fresh.state(), kinds(&fresh)), (State::Registered, vec![Kind::Registered]));
    let due = fresh.answer_due_date.expect("a notice is owed");
    assert_eq!((due.month, due.day), (3, 17));
    case.accepts().await;
    case.answers().await;
    stage.time.advance(DAY);
    case.serves().await;
    let status = ask(&portal, &code.number, &code.query_code).await.expect("status");
    assert_eq!(status.state(), State::Answered);
    assert_eq!(kinds(&status).last(), Some(&Kind::HandlingOpinion));
    assert!(kinds(&status).contains(&Kind::Accepted));
    let opinion = status.steps.last().expect("the opinion");
    assert_eq!(opinion.serve_time, Some(case.now()));
    assert_ne!(opinion.outcome(), Outcome::Unspecified);
    assert!(!opinion.document_number.is_empty());
    let until = status.review_due_date.expect("the right to review");
    let (_, day) = case.clock("review_request").await;
    assert!(day <= format!("{:04}-{:02}-{:02}", until.year, until.month, until.day), "{day} and {until:?}");
    assert_eq!(status.answer_due_date, None);
    let bytes = status.encode_to_vec();
    let told = String::from_utf8_lossy(&bytes);
    for kept in ["老张", "暖气", "属实", case.case.name.as_str()] {
        assert!(!told.contains(kept), "{kept} is told");
    }
}

#[tokio::test]
async fn what_is_not_right_is_not_there() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let case = registered(&admin, VILLAGE, "供暖").await;
    let portal = stage.within(Role::Portal, PREFECTURE).await;
    let elsewhere = stage.within(Role::Portal, "regions/411081000000").await;
    let code = issue(&admin, &case.name).await;
    let without = registered(&admin, VILLAGE, "供水").await.number;
    let zeros = "000000000000";
    let told = |outcome: Result<v1::PublicStatus, Status>, number: &str| {
        let status = assert_reason(outcome, "NOT_FOUND");
        status.message().replace(number, "N")
    };
    let expected = told(ask(&portal, "411002-20200101-0001", zeros).await, "411002-20200101-0001");
    assert_eq!(told(ask(&portal, &code.number, &wrong(&code.query_code)).await, &code.number), expected);
    assert_eq!(told(ask(&portal, &without, zeros).await, &without), expected);
    assert_eq!(told(ask(&elsewhere, &code.number, &code.query_code).await, &code.number), expected);
    stage.sql(&format!("UPDATE cases SET nature = 2 WHERE number = '{}'", case.number)).await;
    assert_eq!(told(ask(&portal, &code.number, &code.query_code).await, &code.number), expected);
    // A portal does nothing else.
    let get = v1::GetCaseRequest { name: case.name.clone(), ..Default::default() };
    assert_reason(CaseServiceClient::new(portal.clone()).get_case(get).await, "PERMISSION_DENIED");
    let list = CaseServiceClient::new(portal.clone()).list_cases(v1::ListCasesRequest::default()).await;
    assert_reason(list, "PERMISSION_DENIED");
    let again = v1::IssueQueryCodeRequest { name: case.name, request_id: request_id(), ..Default::default() };
    let issued = PublicServiceClient::new(portal).issue_query_code(again).await;
    assert_reason(issued, "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_new_code_ends_the_one_before_and_stands_in_no_event() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let case = registered(&admin, VILLAGE, "供暖").await;
    let first = issue(&admin, &case.name).await;
    let mut client = PublicServiceClient::new(admin.clone());
    let request = v1::IssueQueryCodeRequest { name: case.name, request_id: request_id(), ..Default::default() };
    let tried = v1::IssueQueryCodeRequest { validate_only: true, ..request.clone() };
    let tried = client.issue_query_code(tried).await.expect("tried").into_inner();
    assert_eq!(tried.query_code, "");
    ask(&admin, &first.number, &first.query_code).await.expect("it works until then");
    let second = client.issue_query_code(request.clone()).await.expect("issued").into_inner();
    let repeated = client.issue_query_code(request).await.expect("repeated").into_inner();
    assert_eq!(second, repeated);
    assert_ne!(first.query_code, second.query_code);
    assert_reason(ask(&admin, &first.number, &first.query_code).await, "NOT_FOUND");
    ask(&admin, &second.number, &second.query_code).await.expect("the new one");
    stage.settle(&admin).await;
    let list = v1::ListEventsRequest { page_size: 500, ..Default::default() };
    let events = EventServiceClient::new(admin).list_events(list).await.expect("events").into_inner().encode_to_vec();
    let told = String::from_utf8_lossy(&events);
    assert!(told.contains("case.query_code_issued"));
    assert!(!told.contains(&first.query_code) && !told.contains(&second.query_code));
}

#[tokio::test]
async fn who_guesses_waits_longer_each_time() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let case = registered(&admin, VILLAGE, "供暖").await;
    let code = issue(&admin, &case.name).await;
    let guess = wrong(&code.query_code);
    // A slip of the hand is told, and costs nothing.
    let mut slip = code.query_code.clone();
    let last = slip.pop().expect("a digit").to_digit(10).expect("a digit");
    slip.push_str(&((last + 1) % 10).to_string());
    for _ in 0..10 {
        let status = assert_reason(ask(&admin, &code.number, &slip).await, "INVALID_REQUEST");
        assert!(status.message().contains("query_code"), "{status}");
    }
    for _ in 0..3 {
        assert_reason(ask(&admin, &code.number, &guess).await, "NOT_FOUND");
    }
    // A rating is a way to guess, also one that is only tried.
    let tried = v1::QueryCode { number: code.number.clone(), query_code: guess.clone() };
    let mut tried = rating(&tried, RatedBody::PetitionOffice, Rating::Satisfied);
    assert_reason(rate(&admin, tried.clone()).await, "NOT_FOUND");
    tried.validate_only = true;
    tried.request_id = request_id();
    assert_reason(rate(&admin, tried.clone()).await, "NOT_FOUND");
    for (minutes, shown) in [(1, &code.query_code), (1, &guess)] {
        let status = assert_reason(ask(&admin, &code.number, shown).await, "TOO_MANY_ATTEMPTS");
        assert_eq!(status.code(), Code::ResourceExhausted);
        let wait = status.get_details_retry_info().and_then(|info| info.retry_delay);
        assert_eq!(wait, Some(Duration::from_secs(60 * minutes)));
    }
    tried.request_id = request_id();
    assert_reason(rate(&admin, tried).await, "TOO_MANY_ATTEMPTS");
    stage.time.advance(MINUTE);
    ask(&admin, &code.number, &code.query_code).await.expect("the petitioner");
    assert_reason(ask(&admin, &code.number, &guess).await, "NOT_FOUND");
    stage.time.advance(MINUTE);
    assert_reason(ask(&admin, &code.number, &guess).await, "TOO_MANY_ATTEMPTS");
    // Another number is not held up, and after a day without failures all is forgotten.
    let other = registered(&admin, VILLAGE, "供水").await;
    let other = issue(&admin, &other.name).await;
    ask(&admin, &other.number, &other.query_code).await.expect("another number");
    stage.time.advance(DAY);
    for _ in 0..5 {
        assert_reason(ask(&admin, &code.number, &guess).await, "NOT_FOUND");
    }
    assert_reason(ask(&admin, &code.number, &guess).await, "TOO_MANY_ATTEMPTS");
    assert_eq!(stage.count("SELECT CAST(count AS BIGINT) FROM query_failures WHERE key LIKE 'numbers/%'").await, 5);
}

#[tokio::test]
async fn guesses_at_once_are_counted_one_by_one() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let case = registered(&admin, VILLAGE, "供暖").await;
    let code = issue(&admin, &case.name).await;
    let guess = wrong(&code.query_code);
    let answers = join_all((0..20).map(|_| ask(&admin, &code.number, &guess))).await;
    let mut reasons: Vec<String> = answers.iter().map(|answer| reason(answer.as_ref().expect_err("wrong"))).collect();
    reasons.sort();
    assert_eq!(reasons[..5], ["NOT_FOUND"; 5].map(String::from));
    assert_eq!(reasons[5..], ["TOO_MANY_ATTEMPTS"; 15].map(String::from));
}

#[tokio::test]
async fn a_petitioner_rates_once_for_an_opinion() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let portal = stage.within(Role::Portal, PREFECTURE).await;
    let code = issue(&case.line, &case.case.name).await;
    let early = rate(&portal, rating(&code, RatedBody::HandlingOrgan, Rating::NotSatisfied)).await;
    let early = assert_reason(early, "TRANSITION_NOT_ALLOWED");
    tells_nothing_internal(&early, &case.case.name);
    // Not even that organs dispute over it.
    stage.sql("UPDATE cases SET state = 5").await;
    let disputed = rate(&portal, rating(&code, RatedBody::HandlingOrgan, Rating::NotSatisfied)).await;
    tells_nothing_internal(&assert_reason(disputed, "TRANSITION_NOT_ALLOWED"), &case.case.name);
    stage.sql("UPDATE cases SET state = 1").await;
    case.accepts().await;
    case.answers().await;
    let request = rating(&code, RatedBody::HandlingOrgan, Rating::NotSatisfied);
    let rated = rate(&portal, request.clone()).await.expect("rated");
    assert_eq!((rated.organ_rating(), rated.office_rating()), (Rating::NotSatisfied, Rating::Unspecified));
    assert_eq!(rate(&portal, request).await.expect("repeated"), rated);
    let again = rate(&portal, rating(&code, RatedBody::HandlingOrgan, Rating::Satisfied)).await;
    tells_nothing_internal(again.as_ref().expect_err("rated before"), &case.case.name);
    assert_condition(again, "ALREADY_RATED");
    rate(&portal, rating(&code, RatedBody::PetitionOffice, Rating::Satisfied)).await.expect("the other one");
    case.refreshes().await;
    assert_eq!((case.case.organ_rating(), case.case.office_rating()), (Rating::NotSatisfied, Rating::Satisfied));
    assert_eq!(case.history().await.pop().expect("event").0, "case.rated");
}

async fn merge(case: &mut Docket, into: &mut Docket) {
    into.refreshes().await;
    case.refreshes().await;
    let merge = v1::MergeCasesRequest {
        name: case.case.name.clone(),
        etag: case.case.etag.clone(),
        into_case: into.case.name.clone(),
        into_etag: into.case.etag.clone(),
        reason: "同一事项".into(),
        request_id: request_id(),
        ..Default::default()
    };
    DuplicateServiceClient::new(case.line.clone()).merge_cases(merge).await.expect("merged");
    into.refreshes().await;
}

#[tokio::test]
async fn a_merged_case_answers_with_what_became_of_it() {
    let stage = Stage::with_regions().await;
    let mut into = Docket::new(&stage, "锅炉坏了").await;
    stage.time.advance(DAY);
    let mut between = Docket::new(&stage, "锅炉没修").await;
    stage.time.advance(DAY);
    let mut case = Docket::new(&stage, "锅炉还没修").await;
    let code = issue(&case.line, &case.case.name).await;
    merge(&mut case, &mut between).await;
    let status = ask(&case.line, &code.number, &code.query_code).await.expect("status");
    assert_eq!((status.state(), status.continued_in.as_str()), (State::Registered, &*between.case.number));
    // That one is merged in its turn.
    stage.time.advance(DAY);
    merge(&mut between, &mut into).await;
    stage.time.advance(DAY);
    into.accepts().await;
    let status = ask(&case.line, &code.number, &code.query_code).await.expect("status");
    assert_eq!((status.number.as_str(), status.continued_in.as_str()), (&*code.number, &*into.case.number));
    assert_eq!(status.state(), State::Accepted);
    assert_eq!(kinds(&status), [Kind::Registered, Kind::Merged, Kind::Merged, Kind::Accepted]);
}
