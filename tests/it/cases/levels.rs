//! Between the sender and the levels, and beside the case: returned, moved up and down, reported for instruction, assisted.

use lianbang::pb::v1::{
    self, assignment,
    case::{HandlingLevel, State},
    clock::State::{Cancelled, Running, Stopped},
    routing_service_client::RoutingServiceClient,
};

use super::docket::{Docket, step};
use crate::{
    harness::{DAY, Stage, assert_condition, assert_reason, date, request_id},
    mutations::organizations,
};

const CITY: &str = "regions/411000000000";
const TOWNSHIP: &str = "regions/411002001000";

macro_rules! returned {
    ($case:expr) => {
        step!($case, RoutingServiceClient.return_case(ReturnCaseRequest { reason: "材料不全".into() }))
    };
}

macro_rules! escalated {
    ($case:expr, $organization:expr) => {
        step!(
            $case,
            RoutingServiceClient
                .escalate_case(EscalateCaseRequest { organization: $organization.clone(), reason: "跨县".into() })
        )
    };
}

macro_rules! delegated {
    ($case:expr, $organization:expr) => {
        step!(
            $case,
            RoutingServiceClient
                .delegate_case(DelegateCaseRequest {
                    organization: $organization.clone(), reason: "就地办理".into()
                })
        )
    };
}

async fn assignments(case: &Docket) -> Vec<v1::Assignment> {
    let request = v1::ListAssignmentsRequest { parent: case.case.name.clone(), ..Default::default() };
    RoutingServiceClient::new(case.line.clone()).list_assignments(request).await.expect("list").into_inner().assignments
}

async fn organ(stage: &Stage, region: &str) -> String {
    organizations::entered_at(stage, region).await.name
}

/// Who owes the running clock of a rule.
async fn holder(case: &Docket, rule: &str) -> String {
    let list = v1::ListClocksRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut client = v1::procedure_service_client::ProcedureServiceClient::new(case.line.clone());
    let clocks = client.list_clocks(list).await.expect("clocks").into_inner().clocks;
    let found = clocks.into_iter().find(|clock| clock.rule.ends_with(rule) && clock.state() == Running);
    found.expect("runs").holder
}

#[tokio::test]
async fn what_is_returned_before_acceptance_is_the_senders_with_its_first_term() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    assert_condition(returned!(case), "NEVER_SENT");
    let (first, second) = (organ(&stage, CITY).await, organizations::entered(&stage).await.name);
    case.sent_to(&first).await;
    stage.time.advance(DAY);
    case.sent_to(&second).await;
    stage.time.advance(DAY);
    // The second gives it back to the first, the first to the office that registered it.
    assert_eq!(case.took(returned!(case)), State::Registered);
    assert_eq!(case.case.handling_organization, first);
    assert_eq!(case.case.handling_level(), HandlingLevel::City);
    assert_eq!(case.clock("notice_transferred").await.0, Cancelled);
    assert_eq!(case.clock("register_and_dispose").await, (Running, "2026-03-17".into()));
    assert_eq!(case.took(returned!(case)), State::Registered);
    assert_eq!(case.case.handling_organization, "");
    assert_condition(returned!(case), "NEVER_SENT");
    let states: Vec<_> = assignments(&case).await.iter().map(v1::Assignment::state).collect();
    assert_eq!(states, [assignment::State::Returned; 2]);
    let running = case.clocks().await.into_iter().filter(|clock| clock.1 == Running).map(|clock| clock.0);
    assert_eq!(running.collect::<Vec<_>>(), ["register_and_dispose"]);
    // It goes on from there.
    case.sent_to(&second).await;
    assert_eq!(case.case.state(), State::Received);
}

#[tokio::test]
async fn a_case_that_is_handled_keeps_its_state_and_its_clock_whoever_takes_over() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let (county, city) = (organizations::entered(&stage).await.name, organ(&stage, CITY).await);
    case.sent_to(&county).await;
    case.accepts().await;
    assert_eq!(case.clock("handling").await, (Running, "2026-05-01".into()));
    assert_eq!(holder(&case, "handling").await, county);
    stage.time.advance(10 * DAY);
    assert_eq!(case.took(escalated!(case, city)), State::Accepted);
    assert_eq!((case.case.handling_organization.as_str(), case.case.hop_count), (city.as_str(), 2));
    assert_eq!(case.case.handling_level(), HandlingLevel::City);
    assert_eq!(case.clock("handling").await, (Running, "2026-05-01".into()));
    assert_eq!(holder(&case, "handling").await, city);
    // Given back, it is the county's again, as it stands.
    assert_eq!(case.took(returned!(case)), State::Accepted);
    assert_eq!(case.case.handling_organization, county);
    assert_eq!(holder(&case, "handling").await, county);
    let kinds: Vec<_> = assignments(&case).await.iter().map(v1::Assignment::kind).collect();
    assert_eq!(kinds, [assignment::Kind::Transfer, assignment::Kind::Escalation]);
    let history: Vec<_> = case.history().await.into_iter().map(|(kind, _)| kind).collect();
    assert!(history.contains(&"case.escalated".into()) && history.contains(&"case.returned".into()), "{history:?}");
}

#[tokio::test]
async fn levels_are_kept_to() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let county = organizations::entered(&stage).await.name;
    case.sent_to(&county).await;
    let (city, township) = (organ(&stage, CITY).await, organ(&stage, TOWNSHIP).await);
    let elsewhere = organ(&stage, "regions/411081001000").await;
    for wrong in
        [escalated!(case, county), escalated!(case, township), escalated!(case, "organizations/none".to_owned())]
    {
        assert_reason(wrong, "INVALID_REQUEST");
    }
    for wrong in [delegated!(case, county), delegated!(case, city), delegated!(case, elsewhere)] {
        assert_reason(wrong, "INVALID_REQUEST");
    }
    assert_eq!(case.took(delegated!(case, township)), State::Transferred);
    assert_eq!(case.case.handling_level(), HandlingLevel::Township);
    case.took(step!(case, RoutingServiceClient.receive_case(ReceiveCaseRequest {})));
    assert_eq!(case.took(escalated!(case, city)), State::Transferred);
    assert_eq!(case.clock("notice_transferred").await.0, Cancelled);
    assert_eq!(case.took(returned!(case)), State::Registered);
    assert_eq!((case.case.handling_organization, case.case.hop_count), (township, 3));
}

#[tokio::test]
async fn a_report_stops_the_offices_clock_and_its_instruction_is_a_result() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let committee = organizations::entered(&stage).await.name;
    let reported = step!(
        case,
        RoutingServiceClient.report_for_instruction(ReportForInstructionRequest {
            organization: committee.clone(),
            proposal: "建议由住建局牵头".into(),
        })
    );
    assert_eq!(case.took(reported), State::Registered);
    assert_eq!(case.case.handling_organization, "");
    assert_eq!(case.clock("register_and_dispose").await.0, Stopped);
    let report = assignments(&case).await.pop().expect("report");
    assert_eq!((report.kind(), report.organization.as_str()), (assignment::Kind::Report, committee.as_str()));
    let submit = v1::SubmitResultRequest {
        name: report.name,
        etag: report.etag,
        result: "同意，请住建局牵头办理。".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let instruction = RoutingServiceClient::new(case.line.clone()).submit_result(submit).await.expect("instruction");
    assert_eq!(instruction.into_inner().state(), assignment::State::Submitted);
}

#[tokio::test]
async fn one_organ_leads_and_others_assist_each_with_its_own_term() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let organ = async || organizations::entered(&stage).await.name;
    let (lead, first, second) = (organ().await, organ().await, organ().await);
    let assisting = |organization: &str, day| v1::assign_case_request::Assisting {
        organization: organization.into(),
        term_date: date(2026, 3, day),
        note: "查管网图".into(),
    };
    macro_rules! assign {
        ($($assisting:expr),*) => {
            step!(case, RoutingServiceClient.assign_case(AssignCaseRequest {
                organization: lead.clone(),
                term_date: date(2026, 4, 1),
                assisting: vec![$($assisting),*],
            }))
        };
    }
    for wrong in [
        assign!(assisting(&first, 20), assisting(&first, 21)),
        assign!(assisting(&lead, 20)),
        assign!(assisting(&first, 1)),
        assign!(assisting("organizations/none", 20)),
    ] {
        assert_reason(wrong, "INVALID_REQUEST");
    }
    assert_eq!(case.took(assign!(assisting(&first, 20), assisting(&second, 25))), State::Assigned);
    let terms: Vec<_> = case.clocks().await.into_iter().filter(|clock| clock.0 == "assigned_result").collect();
    let days: Vec<_> = terms.iter().map(|clock| (clock.1, clock.2.as_str())).collect();
    assert_eq!(days, [(Running, "2026-04-01"), (Running, "2026-03-20"), (Running, "2026-03-25")]);
    // A result of one stops its own term and nobody else's.
    let found = assignments(&case).await;
    let helper = found.iter().find(|found| found.organization == first).expect("assists").clone();
    assert_eq!((helper.kind(), helper.state()), (assignment::Kind::Assistance, assignment::State::Received));
    let submit = v1::SubmitResultRequest {
        name: helper.name,
        etag: helper.etag,
        result: "管网图已查。".into(),
        request_id: request_id(),
        ..Default::default()
    };
    RoutingServiceClient::new(case.line.clone()).submit_result(submit).await.expect("result");
    let states = case.clocks().await.into_iter().filter(|clock| clock.0 == "assigned_result").map(|clock| clock.1);
    assert_eq!(states.collect::<Vec<_>>(), [Running, Stopped, Running]);
    assert_eq!(case.case.handling_organization, lead);
    // Moved up, nobody is owed help by those who assisted the one before.
    case.refreshes().await;
    let city = self::organ(&stage, CITY).await;
    case.took(escalated!(case, city));
    let assistance = assignments(&case).await.into_iter().filter(|found| found.kind() == assignment::Kind::Assistance);
    assert!(assistance.map(|found| found.state()).all(|state| state == assignment::State::Superseded));
    assert!(case.clocks().await.iter().all(|clock| clock.0 != "assigned_result" || clock.1 != Running));
}

#[tokio::test]
async fn a_result_that_was_assigned_is_not_owed_once_another_has_taken_over() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let (county, city) = (organizations::entered(&stage).await.name, organ(&stage, CITY).await);
    case.took(step!(
        case,
        RoutingServiceClient
            .assign_case(AssignCaseRequest { organization: county.clone(), term_date: date(2026, 4, 1) })
    ));
    case.took(step!(case, RoutingServiceClient.receive_case(ReceiveCaseRequest {})));
    case.accepts().await;
    assert_eq!(case.clock("assigned_result").await.0, Running);
    case.took(escalated!(case, city));
    assert_eq!(case.clock("assigned_result").await.0, Cancelled);
    assert_eq!(holder(&case, "handling").await, city);
}
