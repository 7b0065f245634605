//! The life of a case, step by step, with its clocks.

use lianbang::{
    auth::Role,
    pb::v1::{self, case_service_client::CaseServiceClient, clock, procedure_service_client::ProcedureServiceClient},
};

use super::registered;
use crate::harness::{DAY, Line, Stage, assert_reason, date, request_id};

const VILLAGE: &str = "regions/411002001001";

async fn clocks(line: &Line, case: &v1::Case) -> Vec<(String, clock::State)> {
    let request = v1::ListClocksRequest { parent: case.name.clone(), ..Default::default() };
    let found = ProcedureServiceClient::new(line.clone()).list_clocks(request).await.expect("clocks").into_inner();
    let short = |rule: &str| rule.rsplit('.').next().unwrap_or_default().to_owned();
    found.clocks.iter().map(|clock| (short(&clock.rule), clock.state())).collect()
}

fn accept(case: &v1::Case) -> v1::AcceptCaseRequest {
    v1::AcceptCaseRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        nature: v1::case::Nature::Claim.into(),
        route: v1::case::Route::Petition.into(),
        request_id: request_id(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_claim_is_accepted_answered_served_and_closed() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Handler).await;
    let mut procedure = ProcedureServiceClient::new(line.clone());
    let case = registered(&line, VILLAGE, "供暖").await;
    stage.time.advance(2 * DAY);
    let case = procedure.accept_case(accept(&case)).await.expect("accepted").into_inner();
    assert_eq!(case.state(), v1::case::State::Accepted);
    use clock::State::{Running, Stopped};
    let expected = [("register_and_dispose".to_owned(), Stopped), ("handling".to_owned(), Running)];
    assert_eq!(clocks(&line, &case).await, expected);

    stage.time.advance(10 * DAY);
    let opinion = v1::IssueOpinionRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        outcome: v1::case::Outcome::Supported.into(),
        facts: "经查属实".into(),
        reasons: "诉求合理".into(),
        legal_basis: "《信访工作条例》第三十二条".into(),
        document_number: "魏信处〔2026〕1号".into(),
        execution_promised: true,
        request_id: request_id(),
        ..Default::default()
    };
    let without = v1::IssueOpinionRequest { legal_basis: String::new(), request_id: request_id(), ..opinion.clone() };
    assert_reason(procedure.issue_opinion(without).await, "INVALID_REQUEST");
    let case = procedure.issue_opinion(opinion).await.expect("opinion").into_inner();
    assert_eq!((case.state(), case.outcome()), (v1::case::State::Answered, v1::case::Outcome::Supported));
    assert_eq!(case.execution(), v1::case::Execution::Pending);
    assert!(case.next_due_time.is_none());

    let list = v1::ListOpinionsRequest { parent: case.name.clone(), ..Default::default() };
    let opinion = procedure.list_opinions(list).await.expect("opinions").into_inner().opinions.remove(0);
    assert!(opinion.facts.is_empty());
    stage.time.advance(DAY);
    let received = stage.running.base().door.time.now() / 1_000_000;
    let serve = v1::ServeDocumentRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        document: opinion.name.clone(),
        means: v1::service_record::Means::Direct.into(),
        receive_time: Some(prost_types::Timestamp { seconds: received, nanos: 0 }),
        request_id: request_id(),
        ..Default::default()
    };
    let case = procedure.serve_document(serve.clone()).await.expect("served").into_inner();
    let again = v1::ServeDocumentRequest { etag: case.etag.clone(), request_id: request_id(), ..serve };
    assert_reason(procedure.serve_document(again).await, "PRECONDITION_FAILED");
    let request = v1::ListClocksRequest { parent: case.name.clone(), ..Default::default() };
    let review = procedure.list_clocks(request).await.expect("clocks").into_inner().clocks.pop().expect("clock");
    assert_eq!(review.rule, "clockRules/cn-2022.review_request");
    assert_eq!(review.duty(), clock::Duty::Citizen);
    // Served on 15 March; 30 days end on 14 April.
    assert_eq!(review.nominal_date, date(2026, 4, 14));

    let close = v1::CloseCaseRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        evidence: "暖气已通，住户签字".into(),
        resolution: v1::case::Resolution::Substantive.into(),
        request_id: request_id(),
        ..Default::default()
    };
    let case = procedure.close_case(close).await.expect("closed").into_inner();
    assert_eq!(case.state(), v1::case::State::Closed);
    assert_eq!(
        clocks(&line, &case).await.last().expect("clock").1,
        Running,
        "a close does not cut the right to review"
    );
}

#[tokio::test]
async fn a_step_that_is_not_possible_names_those_that_are() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Handler).await;
    let mut procedure = ProcedureServiceClient::new(line.clone());
    let mut client = CaseServiceClient::new(line.clone());
    let case = registered(&line, VILLAGE, "供暖").await;
    let close = v1::CloseCaseRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        evidence: "无".into(),
        resolution: v1::case::Resolution::None.into(),
        request_id: request_id(),
        ..Default::default()
    };
    let status = assert_reason(procedure.close_case(close).await, "TRANSITION_NOT_ALLOWED");
    let info = tonic_types::StatusExt::get_details_error_info(&status).expect("info");
    let request = v1::ListAllowedActionsRequest { name: case.name.clone() };
    let allowed = client.list_allowed_actions(request).await.expect("actions").into_inner();
    // A method that leads to several states is listed with each, and named once.
    let mut methods: Vec<&str> = allowed.actions.iter().map(|action| action.method.as_str()).collect();
    methods.dedup();
    assert_eq!(info.metadata["allowed"], methods.join(","));
    assert_eq!(allowed.etag, case.etag);
    assert!(methods.contains(&"lianbang.v1.ProcedureService/AcceptCase"));
}

#[tokio::test]
async fn a_direct_reply_answers_and_opens_no_review() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Handler).await;
    let mut procedure = ProcedureServiceClient::new(line.clone());
    let case = registered(&line, VILLAGE, "咨询").await;
    let reply = v1::ReplyDirectlyRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        reply: "医保窗口周六也办理。".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let case = procedure.reply_directly(reply).await.expect("answered").into_inner();
    assert_eq!((case.state(), case.outcome()), (v1::case::State::Answered, v1::case::Outcome::Unspecified));
    assert_eq!(clocks(&line, &case).await, [("register_and_dispose".to_owned(), clock::State::Stopped)]);
    let report = v1::ReportProgressRequest {
        parent: case.name.clone(),
        text: "电话回访".into(),
        request_id: request_id(),
        ..Default::default()
    };
    procedure.report_progress(report).await.expect("progress");
    let list = v1::ListProgressReportsRequest { parent: case.name, ..Default::default() };
    assert_eq!(procedure.list_progress_reports(list).await.expect("reports").into_inner().progress_reports.len(), 1);
}

#[tokio::test]
async fn a_late_case_shows_as_overdue() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Handler).await;
    let mut client = CaseServiceClient::new(line.clone());
    let case = registered(&line, VILLAGE, "供暖").await;
    let get = v1::GetCaseRequest { name: case.name.clone(), ..Default::default() };
    // Registered on 2 March: 17 March is the last day, late from its end on.
    stage.time.advance(16 * DAY - 9 * 3_600_000_000 - 1);
    assert!(!client.get_case(get.clone()).await.expect("case").into_inner().overdue);
    stage.time.advance(1);
    assert!(client.get_case(get).await.expect("case").into_inner().overdue);
}
