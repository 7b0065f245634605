//! By which procedure a case is handled, what it turns out to be, and clocks that stand still.

use lianbang::{
    auth::Role,
    pb::v1::{
        self,
        case::{Nature, Outcome, Procedure, Route, State},
        case_service_client::CaseServiceClient,
        clock::State::{Cancelled, Paused, Running, Stopped},
        clock_rule::PauseCause,
        procedure_service_client::ProcedureServiceClient,
        review,
        routing_service_client::RoutingServiceClient,
    },
};

use super::{
    docket::{Docket, step},
    registration,
    reviews::{decide, request},
};
use crate::{
    harness::{DAY, Stage, assert_condition, assert_reason, date},
    mutations::organizations,
};

macro_rules! switched {
    ($case:expr, $procedure:ident $(, $field:ident: $value:expr)*) => {
        step!($case, ProcedureServiceClient.switch_procedure(SwitchProcedureRequest {
            procedure: Procedure::$procedure.into(),
            reason: "事实清楚、争议不大".into(),
            $($field: $value,)*
        }))
    };
}

macro_rules! reclassified {
    ($case:expr, $nature:ident, $route:expr) => {
        step!(
            $case,
            CaseServiceClient.reclassify_case(ReclassifyCaseRequest {
                nature: Nature::$nature.into(),
                route: $route as i32,
                reason: "据实更正".into(),
            })
        )
    };
}

macro_rules! accepted {
    ($case:expr, $nature:ident, $route:expr) => {
        step!(
            $case,
            ProcedureServiceClient
                .accept_case(AcceptCaseRequest { nature: Nature::$nature.into(), route: $route as i32 })
        )
    };
}

#[tokio::test]
async fn the_simplified_procedure_has_its_own_terms_from_registration_to_the_opinion() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "路灯不亮").await;
    assert_eq!(case.case.procedure(), Procedure::Ordinary);
    assert_condition(switched!(case, Ordinary, approver: "王局长".into()), "PROCEDURE_UNCHANGED");
    assert_eq!(case.took(switched!(case, Simplified)), State::Registered);
    // Registered on Monday 2 March: 3, 4, 5 March.
    assert_eq!(case.clock("simplified_transfer").await, (Running, "2026-03-05".into()));
    stage.time.advance(DAY);
    let organ = organizations::entered(&stage).await.name;
    case.sent_to(&organ).await;
    assert_eq!(case.clock("simplified_transfer").await.0, Stopped);
    assert_eq!(case.clock("simplified_acceptance").await, (Running, "2026-03-06".into()));
    stage.time.advance(DAY);
    case.accepts().await;
    assert_eq!(case.clock("simplified_acceptance").await.0, Stopped);
    // Ten working days from Wednesday 4 March; no sixty days beside them.
    assert_eq!(case.clock("simplified_opinion").await, (Running, "2026-03-18".into()));
    assert!(case.clocks().await.iter().all(|clock| clock.0 != "handling"));
    let extended = step!(
        case,
        ProcedureServiceClient.extend_handling(ExtendHandlingRequest {
            days: 5,
            reason: "复杂".into(),
            approver: "王局长".into(),
            document_number: "延1号".into(),
        })
    );
    assert_condition(extended, "CLOCK_NOT_RUNNING");
    case.answers().await;
    assert_eq!(case.clock("simplified_opinion").await.0, Stopped);
}

#[tokio::test]
async fn back_to_the_ordinary_procedure_the_sixty_days_run_from_the_acceptance() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "路灯不亮").await;
    case.took(switched!(case, Simplified));
    case.accepts().await;
    assert_eq!(case.clock("simplified_opinion").await, (Running, "2026-03-16".into()));
    stage.time.advance(10 * DAY);
    assert_reason(switched!(case, Ordinary), "INVALID_REQUEST");
    case.took(switched!(case, Ordinary, approver: "王局长".into()));
    assert_eq!(case.clock("simplified_opinion").await.0, Cancelled);
    assert_eq!(case.clock("handling").await, (Running, "2026-05-01".into()));
    // And once more the other way: the ten days are counted from the acceptance, too.
    case.took(switched!(case, Simplified));
    assert_eq!(case.clock("handling").await.0, Cancelled);
    assert_eq!(case.clock("simplified_opinion").await, (Running, "2026-03-16".into()));
    assert_eq!(case.case.procedure(), Procedure::Simplified);
}

#[tokio::test]
async fn the_simplified_procedure_is_not_for_other_routes_nor_for_extended_terms() {
    let stage = Stage::with_regions().await;
    let mut court = Docket::new(&stage, "判决不服").await;
    court.took(accepted!(court, Claim, Route::Litigation));
    assert!(court.clocks().await.iter().all(|clock| clock.0 != "handling"));
    assert_condition(switched!(court, Simplified), "NOT_FOR_SIMPLIFIED");
    let mut extended = Docket::new(&stage, "供暖").await;
    extended.accepts().await;
    extended.took(step!(
        extended,
        ProcedureServiceClient.extend_handling(ExtendHandlingRequest {
            days: 5,
            reason: "复杂".into(),
            approver: "王局长".into(),
            document_number: "延1号".into(),
        })
    ));
    assert_condition(switched!(extended, Simplified), "NOT_FOR_SIMPLIFIED");
    assert_eq!(extended.clock("handling").await, (Running, "2026-05-06".into()));
    extended.answers().await;
    assert_reason(switched!(extended, Simplified), "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn clocks_follow_the_class_of_a_case_under_way() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    assert_reason(reclassified!(case, Suggestion, Route::Petition), "INVALID_REQUEST");
    assert_condition(reclassified!(case, Claim, Route::Unspecified), "CLASS_UNCHANGED");
    case.accepts().await;
    stage.time.advance(5 * DAY);
    // A suggestion has no sixty days, nor has what belongs to a court.
    assert_eq!(case.took(reclassified!(case, Suggestion, Route::Unspecified)), State::Accepted);
    assert_eq!(case.clock("handling").await.0, Cancelled);
    assert_eq!(case.case.next_due_time, None);
    assert_reason(reclassified!(case, Claim, Route::Unspecified), "INVALID_REQUEST");
    case.took(reclassified!(case, Claim, Route::Litigation));
    assert_eq!(case.clock("handling").await.0, Cancelled);
    // A claim on the petition route has them from its acceptance.
    case.took(reclassified!(case, Claim, Route::Petition));
    assert_eq!(case.clock("handling").await, (Running, "2026-05-01".into()));
    let handling = case.clocks().await.into_iter().filter(|clock| clock.0 == "handling").count();
    assert_eq!(handling, 2);
    case.answers().await;
    assert_reason(reclassified!(case, Suggestion, Route::Unspecified), "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn what_becomes_an_accusation_leaves_the_sight_of_those_who_may_not_see_one() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "低保").await;
    let organ = organizations::entered(&stage).await.name;
    case.sent_to(&organ).await;
    case.accepts().await;
    let list = v1::ListEventsRequest { from_now: true, ..Default::default() };
    let mut feed = v1::event_service_client::EventServiceClient::new(case.line.clone());
    let cursor = feed.list_events(list).await.expect("feed").into_inner().cursor;
    assert_eq!(case.took(reclassified!(case, Accusation, Route::Unspecified)), State::Registered);
    assert_eq!(case.case.accept_time, None);
    let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
    let gone = CaseServiceClient::new(case.line.clone()).get_case(get.clone()).await;
    assert_reason(gone, "NOT_FOUND");
    // The feed brings it when no older transaction is under way any more: a stream waits for that.
    let watch = v1::WatchEventsRequest { cursor, ..Default::default() };
    let mut stream = feed.watch_events(watch).await.expect("watch").into_inner();
    let left = loop {
        match stream.message().await.expect("open").and_then(|answer| answer.message).expect("a message") {
            v1::watch_events_response::Message::ScopeLeft(left) => break left,
            v1::watch_events_response::Message::Event(event) => assert_ne!(event.r#type, "case.reclassified"),
            _ => {}
        }
    };
    assert_eq!(left.name, case.case.name);
    // The competent body sees it, without the clocks of a petition; the office has its fifteen days to send it there.
    assert_eq!(case.case.handling_organization, "");
    // The office of a village matter without an organization is the lowest that there is.
    assert_eq!(case.case.handling_level(), v1::case::HandlingLevel::Village);
    case.line = stage.everywhere(Role::AccusationHandler).await;
    let running = case.clocks().await.into_iter().filter(|clock| clock.1 == Running).map(|clock| (clock.0, clock.2));
    assert_eq!(running.collect::<Vec<_>>(), [("register_and_dispose".into(), "2026-03-17".into())]);
    assert_reason(accepted!(case, Claim, Route::Petition), "PRECONDITION_FAILED");
    case.took(reclassified!(case, Claim, Route::Petition));
    case.line = stage.admin().await;
    CaseServiceClient::new(case.line.clone()).get_case(get).await.expect("it is back");
}

#[tokio::test]
async fn no_notice_is_owed_for_an_accusation_and_for_what_is_none_after_all_it_is() {
    let stage = Stage::with_regions().await;
    let (office, organ) = (organizations::entered(&stage).await.name, organizations::entered(&stage).await.name);
    let mut request = registration("regions/411002001001", "低保");
    let given = request.case.as_mut().expect("case");
    given.nature = Nature::Accusation.into();
    given.registering_organization = office;
    let handler = stage.everywhere(Role::AccusationHandler).await;
    let case = CaseServiceClient::new(handler.clone()).register_case(request).await.expect("registered").into_inner();
    let mut case = Docket { line: handler, case, time: stage.time.clone() };
    assert_eq!(case.clocks().await, []);
    stage.time.advance(DAY);
    case.took(reclassified!(case, Claim, Route::Petition));
    assert_eq!(case.clock("notice_direct").await, (Running, "2026-03-17".into()), "from the receipt");
    case.took(reclassified!(case, Accusation, Route::Unspecified));
    assert_eq!(case.clock("notice_direct").await.0, Cancelled);
    case.sent_to(&organ).await;
    assert!(case.clocks().await.iter().all(|clock| clock.0 != "notice_transferred"));
    stage.time.advance(DAY);
    case.took(reclassified!(case, Claim, Route::Petition));
    assert_eq!(case.clock("notice_transferred").await, (Running, "2026-03-18".into()), "from the receipt by the organ");
    // So it is while the organ says that it is not competent.
    case.took(reclassified!(case, Accusation, Route::Unspecified));
    case.sent_to(&organ).await;
    case.took(step!(
        case,
        RoutingServiceClient.dispute_jurisdiction(DisputeJurisdictionRequest { grounds: "不属职权".into() })
    ));
    case.took(reclassified!(case, Claim, Route::Petition));
    assert_eq!(case.clock("notice_transferred").await, (Running, "2026-03-19".into()));
}

#[tokio::test]
async fn a_clock_stands_still_only_on_a_ground_that_its_rule_knows() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    case.accepts().await;
    let named = async |case: &Docket, rule: &str| {
        let list = v1::ListClocksRequest { parent: case.case.name.clone(), ..Default::default() };
        let mut client = ProcedureServiceClient::new(case.line.clone());
        let clocks = client.list_clocks(list).await.expect("clocks").into_inner().clocks;
        clocks.into_iter().rev().find(|clock| clock.rule.ends_with(rule)).expect("clock").name
    };
    let hold = async |case: &Docket, name: &str, cause: PauseCause| {
        let request = v1::SuspendClockRequest {
            name: name.into(),
            etag: case.case.etag.clone(),
            cause: cause.into(),
            reason: "听证".into(),
            request_id: crate::harness::request_id(),
            ..Default::default()
        };
        ProcedureServiceClient::new(case.line.clone()).suspend_clock(request).await
    };
    let handling = named(&case, ".handling").await;
    for cause in [PauseCause::Hearing, PauseCause::Appraisal] {
        assert_reason(hold(&case, &handling, cause).await, "CLOCK_NOT_PAUSABLE");
    }
    let none = format!("{}/clocks/{}", case.case.name, uuid::Uuid::from_u128(7));
    assert_reason(hold(&case, &none, PauseCause::Hearing).await, "NOT_FOUND");
    let resume = |case: &Docket, name: &str| v1::ResumeClockRequest {
        name: name.into(),
        etag: case.case.etag.clone(),
        request_id: crate::harness::request_id(),
        ..Default::default()
    };
    let mut client = ProcedureServiceClient::new(case.line.clone());
    assert_condition(client.resume_clock(resume(&case, &handling)).await, "CLOCK_NOT_SUSPENDED");
    // Up to the re-review, whose rule knows a hearing.
    case.answers().await;
    case.serves().await;
    let organ = async || organizations::entered(&stage).await.name;
    case.took(request!(case, request_review RequestReviewRequest, organ().await, date(2026, 3, 2)));
    case.took(decide!(case, decide_review DecideReviewRequest, Upheld, Unspecified));
    case.serves().await;
    case.took(request!(case, request_re_review RequestReReviewRequest, organ().await, date(2026, 3, 2)));
    let clock = named(&case, ".re_review").await;
    let due = case.clock("re_review").await.1;
    assert_reason(hold(&case, &clock, PauseCause::Appraisal).await, "CLOCK_NOT_PAUSABLE");
    let held = hold(&case, &clock, PauseCause::Hearing).await.expect("known").into_inner();
    assert_eq!(held.state(), Paused);
    case.refreshes().await;
    assert_reason(hold(&case, &clock, PauseCause::Hearing).await, "CLOCK_NOT_PAUSABLE");
    stage.time.advance(2 * DAY);
    case.line = stage.admin().await;
    client = ProcedureServiceClient::new(case.line.clone());
    let resumed = client.resume_clock(resume(&case, &clock)).await.expect("resumed").into_inner();
    assert_eq!(resumed.state(), Running);
    case.refreshes().await;
    assert!(case.clock("re_review").await.1 > due);
    // While a hearing is open the clock does not run on: EndHearing lets it.
    case.took(step!(case, ProcedureServiceClient.open_hearing(OpenHearingRequest { presider: "刘处长".into() })));
    assert_condition(client.resume_clock(resume(&case, &clock)).await, "HEARING_OPEN");
}
