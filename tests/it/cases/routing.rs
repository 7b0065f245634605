//! Hops between organizations, and help of linked cadres.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, assignment, cadre_service_client::CadreServiceClient, case_service_client::CaseServiceClient, clock,
        procedure_service_client::ProcedureServiceClient, routing_service_client::RoutingServiceClient,
    },
};

use super::registered;
use crate::{
    harness::{DAY, Line, Stage, assert_reason, date, request_id},
    mutations::{cadres, organizations},
};

const VILLAGE: &str = "regions/411002001001";

async fn clocks(line: &Line, case: &v1::Case) -> Vec<(String, clock::State)> {
    let request = v1::ListClocksRequest { parent: case.name.clone(), ..Default::default() };
    let found = ProcedureServiceClient::new(line.clone()).list_clocks(request).await.expect("clocks").into_inner();
    let short = |rule: &str| rule.rsplit('.').next().unwrap_or_default().to_owned();
    found.clocks.iter().map(|clock| (short(&clock.rule), clock.state())).collect()
}

#[tokio::test]
async fn a_case_goes_to_an_organ_that_then_has_it_in_its_scope() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let mut routing = RoutingServiceClient::new(line.clone());
    let organ = organizations::entered(&stage).await;
    let own = stage.within(Role::Handler, &organ.name).await;
    let case = registered(&line, VILLAGE, "供暖").await;
    let get = v1::GetCaseRequest { name: case.name.clone(), ..Default::default() };
    assert_reason(CaseServiceClient::new(own.clone()).get_case(get.clone()).await, "NOT_FOUND");

    let transfer = v1::TransferCaseRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        organization: organ.name.clone(),
        request_id: request_id(),
        ..Default::default()
    };
    let unknown = v1::TransferCaseRequest {
        organization: "organizations/nobody".into(),
        request_id: request_id(),
        ..transfer.clone()
    };
    assert_reason(routing.transfer_case(unknown).await, "INVALID_REQUEST");
    let case = routing.transfer_case(transfer).await.expect("transferred").into_inner();
    assert_eq!(case.state(), v1::case::State::Transferred);
    assert_eq!((case.hop_count, case.handling_organization.as_str()), (1, organ.name.as_str()));
    let mut handler = CaseServiceClient::new(own.clone());
    assert_eq!(handler.get_case(get).await.expect("in scope now").into_inner().etag, case.etag);
    let listed = handler.list_cases(v1::ListCasesRequest::default()).await.expect("list").into_inner();
    assert_eq!(listed.cases.len(), 1);

    stage.time.advance(DAY);
    let receive = v1::ReceiveCaseRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        request_id: request_id(),
        ..Default::default()
    };
    let case = RoutingServiceClient::new(own.clone()).receive_case(receive).await.expect("received").into_inner();
    use clock::State::{Cancelled, Running, Stopped};
    let named = |list: &[(&str, clock::State)]| -> Vec<(String, clock::State)> {
        list.iter().map(|(rule, state)| ((*rule).to_owned(), *state)).collect()
    };
    let expected =
        [("register_and_dispose", Stopped), ("notice_transferred", Running), ("jurisdiction_dispute", Running)];
    assert_eq!(clocks(&line, &case).await, named(&expected));
    let request = v1::ListClocksRequest { parent: case.name.clone(), ..Default::default() };
    let dispute = ProcedureServiceClient::new(line.clone())
        .list_clocks(request)
        .await
        .expect("clocks")
        .into_inner()
        .clocks
        .pop()
        .expect("clock");
    // Received on Tuesday 3 March: five working days end on Tuesday 10 March.
    assert_eq!(dispute.nominal_date, date(2026, 3, 10));

    let mut procedure = ProcedureServiceClient::new(own);
    let notice = v1::IssueNoticeRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        document_number: "告〔2026〕1号".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let case = procedure.issue_notice(notice).await.expect("noticed").into_inner();
    let accept = v1::AcceptCaseRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        nature: v1::case::Nature::Claim.into(),
        route: v1::case::Route::Petition.into(),
        request_id: request_id(),
        ..Default::default()
    };
    let case = procedure.accept_case(accept).await.expect("accepted").into_inner();
    let expected = [
        ("register_and_dispose", Stopped),
        ("notice_transferred", Stopped),
        ("jurisdiction_dispute", Cancelled),
        ("handling", Running),
    ];
    assert_eq!(clocks(&line, &case).await, named(&expected));
}

#[tokio::test]
async fn an_assignment_owes_a_result_by_its_day() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let mut routing = RoutingServiceClient::new(line.clone());
    let organ = organizations::entered(&stage).await;
    let case = registered(&line, VILLAGE, "供暖").await;
    let assign = v1::AssignCaseRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        organization: organ.name,
        term_date: date(2026, 3, 1),
        request_id: request_id(),
        ..Default::default()
    };
    assert_reason(routing.assign_case(assign.clone()).await, "INVALID_REQUEST");
    let assign = v1::AssignCaseRequest { term_date: date(2026, 3, 20), request_id: request_id(), ..assign };
    let case = routing.assign_case(assign).await.expect("assigned").into_inner();
    // Late from the end of 20 March in China on.
    assert_eq!(case.next_due_time.expect("due").seconds, 1_774_022_400);
    let list = v1::ListAssignmentsRequest { parent: case.name.clone(), ..Default::default() };
    let sent = routing.list_assignments(list).await.expect("list").into_inner().assignments.remove(0);
    let submit = v1::SubmitResultRequest {
        name: sent.name.clone(),
        etag: sent.etag.clone(),
        result: "已办".into(),
        request_id: request_id(),
        ..Default::default()
    };
    assert_reason(routing.submit_result(submit).await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn help_of_a_linked_cadre_moves_no_state_and_counts_when_it_is_confirmed() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let mut routing = RoutingServiceClient::new(line.clone());
    let posting = cadres::posted(&stage).await;
    let case = registered(&line, VILLAGE, "供暖").await;
    assert_eq!(case.register_posting, posting.name);
    let help = v1::RequestHelpRequest {
        parent: case.name.clone(),
        posting: posting.name.clone(),
        means: assignment::Means::Letter.into(),
        term_date: date(2026, 4, 1),
        note: "请入户了解".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let asked = routing.request_help(help.clone()).await.expect("asked").into_inner();
    assert_eq!((asked.kind(), asked.state()), (assignment::Kind::Help, assignment::State::Received));
    let get = v1::GetCaseRequest { name: case.name.clone(), ..Default::default() };
    let mut cadre = CaseServiceClient::new(stage.within(Role::Cadre, &posting.name).await);
    let seen = cadre.get_case(get).await.expect("in the cadre's scope").into_inner();
    assert_eq!((seen.state(), seen.current_posting.as_str()), (v1::case::State::Registered, posting.name.as_str()));

    let mut own = RoutingServiceClient::new(stage.within(Role::Cadre, &posting.name).await);
    let submit = v1::SubmitResultRequest {
        name: asked.name.clone(),
        etag: asked.etag.clone(),
        result: "三方分担，已签字".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let submitted = own.submit_result(submit).await.expect("submitted").into_inner();
    let back = v1::ConfirmResultRequest {
        name: asked.name.clone(),
        etag: submitted.etag.clone(),
        sent_back: true,
        reason: "缺住户签字".into(),
        request_id: request_id(),
        ..Default::default()
    };
    assert_reason(own.confirm_result(back.clone()).await, "PERMISSION_DENIED");
    let back = routing.confirm_result(back).await.expect("sent back").into_inner();
    assert_eq!(back.state(), assignment::State::SentBack);
    let submit = v1::SubmitResultRequest {
        name: asked.name.clone(),
        etag: back.etag,
        result: "已补签".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let submitted = own.submit_result(submit).await.expect("submitted").into_inner();
    let confirm = v1::ConfirmResultRequest {
        name: asked.name.clone(),
        etag: submitted.etag,
        resolution: v1::case::Resolution::Substantive.into(),
        request_id: request_id(),
        ..Default::default()
    };
    let confirmed = routing.confirm_result(confirm).await.expect("confirmed").into_inner();
    assert_eq!(confirmed.resolution(), v1::case::Resolution::Substantive);
    assert!(confirmed.result.is_empty(), "narrative is for the FULL view");
}

#[tokio::test]
async fn the_accused_is_not_asked_and_does_not_see() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let posting = cadres::posted(&stage).await;
    let cadre = posting.name.split("/postings").next().expect("name").to_owned();
    let case = registered(&line, VILLAGE, "反映作风").await;
    let watcher = stage.within(Role::Cadre, &posting.name).await;
    let get = v1::GetCaseRequest { name: case.name.clone(), ..Default::default() };
    CaseServiceClient::new(watcher.clone()).get_case(get.clone()).await.expect("linked to the village");
    let accused = v1::AddPartyRequest {
        parent: case.name.clone(),
        party: Some(v1::Party { role: v1::party::Role::Accused.into(), subject: cadre, ..Default::default() }),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(line.clone()).add_party(accused).await.expect("added");
    assert_reason(CaseServiceClient::new(watcher).get_case(get).await, "NOT_FOUND");
    let help = v1::RequestHelpRequest {
        parent: case.name,
        posting: posting.name.clone(),
        means: assignment::Means::Direct.into(),
        term_date: date(2026, 4, 1),
        request_id: request_id(),
        ..Default::default()
    };
    assert_reason(RoutingServiceClient::new(line.clone()).request_help(help).await, "CONFLICT_OF_INTEREST");
    let request = v1::GetPostingRequest { name: posting.name };
    CadreServiceClient::new(line).get_posting(request).await.expect("the posting itself is no secret");
}
