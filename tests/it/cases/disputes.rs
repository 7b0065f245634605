//! Disputes of jurisdiction (XF 23(3), 24).

use lianbang::pb::v1::{
    self,
    assignment::dispute::{Decider, Decision},
    case::State,
    clock::State::{Cancelled, Running, Stopped},
    routing_service_client::RoutingServiceClient,
};

use super::docket::{Docket, step};
use crate::{
    harness::{DAY, Stage, assert_condition, assert_reason, official},
    mutations::organizations,
};

/// A case that an organ received on Tuesday 3 March.
async fn received(stage: &Stage) -> Docket {
    let mut case = Docket::new(stage, "供暖").await;
    let organization = organizations::entered(stage).await.name;
    case.took(step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: organization })));
    stage.time.advance(DAY);
    case.took(step!(case, RoutingServiceClient.receive_case(ReceiveCaseRequest {})));
    case
}

macro_rules! dispute {
    ($case:expr $(, $field:ident: $value:expr)*) => {
        step!($case, RoutingServiceClient.dispute_jurisdiction(DisputeJurisdictionRequest {
            grounds: "不属于本机关职责".into(),
            $($field: $value,)*
        }))
    };
}

macro_rules! decide {
    ($case:expr, $decision:ident, $decider:ident) => {
        step!(
            $case,
            RoutingServiceClient.decide_dispute(DecideDisputeRequest {
                decision: Decision::$decision.into(),
                decider: Decider::$decider.into(),
                reason: "职责在城管局".into(),
            })
        )
    };
}

async fn assignments(case: &Docket) -> Vec<v1::Assignment> {
    let request = v1::ListAssignmentsRequest { parent: case.case.name.clone(), ..Default::default() };
    RoutingServiceClient::new(case.line.clone()).list_assignments(request).await.expect("list").into_inner().assignments
}

#[tokio::test]
async fn papers_go_back_and_the_senders_term_runs_on() {
    let stage = Stage::with_regions().await;
    let mut case = received(&stage).await;
    // The fifth working day, to its last minute in China.
    stage.time.advance(7 * DAY);
    assert_eq!(case.took(dispute!(case)), State::Disputed);
    assert_eq!(case.clock("jurisdiction_dispute").await, (Stopped, "2026-03-10".into()));
    assert_eq!(case.clock("notice_transferred").await, (Running, "2026-03-18".into()));

    assert_eq!(case.took(decide!(case, Agreed, Sender)), State::Registered);
    assert_eq!(case.case.handling_organization, "");
    let clocks: Vec<_> =
        case.clocks().await.into_iter().map(|(rule, state, day)| format!("{rule} {state:?} {day}")).collect();
    let expected = [
        "register_and_dispose Stopped 2026-03-17",
        "notice_transferred Cancelled 2026-03-18",
        "jurisdiction_dispute Stopped 2026-03-10",
        // Counted from the first receipt, not from the return.
        "register_and_dispose Running 2026-03-17",
    ];
    assert_eq!(clocks, expected);

    let organization = organizations::entered(&stage).await.name;
    case.took(step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: organization })));
    assert_eq!(case.case.hop_count, 2);
    let states: Vec<_> = assignments(&case).await.iter().map(v1::Assignment::state).collect();
    assert_eq!(states, [v1::assignment::State::Returned, v1::assignment::State::Sent]);
    assert_eq!(case.clock("register_and_dispose").await.0, Stopped);
    assert_eq!(case.clock("notice_transferred").await.0, Cancelled);
}

#[tokio::test]
async fn after_five_working_days_the_sender_must_consent() {
    let stage = Stage::with_regions().await;
    let mut case = received(&stage).await;
    stage.time.advance(8 * DAY);
    assert_condition(dispute!(case), "DISPUTE_TERM_OVER");
    assert_eq!(case.took(dispute!(case, sender_consented: true)), State::Disputed);
    let dispute = assignments(&case).await.remove(0).dispute.expect("dispute");
    assert!(dispute.sender_consented && dispute.raise_count == 1 && dispute.decision() == Decision::Unspecified);
}

#[tokio::test]
async fn who_insists_is_judged_by_the_common_superior_once() {
    let stage = Stage::with_regions().await;
    let mut case = received(&stage).await;
    case.took(dispute!(case));
    assert_eq!(case.took(decide!(case, Refused, Sender)), State::Received);
    // Long after the five days: what is insisted on was disputed in time.
    stage.time.advance(20 * DAY);
    assert_eq!(case.took(dispute!(case)), State::Disputed);
    assert_condition(decide!(case, Agreed, Sender), "COMMON_SUPERIOR_DECIDES");
    assert_eq!(case.took(decide!(case, Refused, CommonSuperior)), State::Received);
    assert_condition(dispute!(case), "COMMON_SUPERIOR_HAS_DECIDED");
    let dispute = assignments(&case).await.remove(0).dispute.expect("dispute");
    assert_eq!(
        (dispute.raise_count, dispute.decision(), dispute.decider()),
        (2, Decision::Refused, Decider::CommonSuperior)
    );
    let events: Vec<_> = case.history().await.into_iter().map(|(event, state)| format!("{event} {state}")).collect();
    let expected = [
        "case.jurisdiction_disputed DISPUTED",
        "case.dispute_decided RECEIVED",
        "case.jurisdiction_disputed DISPUTED",
        "case.dispute_decided RECEIVED",
    ];
    assert_eq!(events[3..], expected);
}

#[tokio::test]
async fn only_a_received_case_is_disputed_and_only_with_grounds() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    assert_reason(dispute!(case), "TRANSITION_NOT_ALLOWED");
    assert_reason(decide!(case, Agreed, Sender), "TRANSITION_NOT_ALLOWED");
    case = received(&stage).await;
    let without =
        step!(case, RoutingServiceClient.dispute_jurisdiction(DisputeJurisdictionRequest { grounds: " ".into() }));
    assert_reason(without, "INVALID_REQUEST");
    case.took(dispute!(case));
    assert_reason(decide!(case, Unspecified, Unspecified), "INVALID_REQUEST");
    let status = assert_reason(dispute!(case), "TRANSITION_NOT_ALLOWED");
    assert!(status.message().matches("DecideDispute").count() == 1, "{status:?}");
}

#[tokio::test]
async fn grounds_and_reason_are_narrative() {
    let stage = Stage::with_regions().await;
    let mut case = received(&stage).await;
    case.took(dispute!(case));
    case.took(decide!(case, Refused, Sender));
    let basic = assignments(&case).await.remove(0);
    let told = basic.dispute.expect("dispute");
    assert_eq!((told.grounds.as_str(), told.decision_reason.as_str()), ("", ""));
    let request = v1::GetAssignmentRequest {
        name: basic.name,
        view: v1::View::Full.into(),
        purpose: "核查".into(),
        on_behalf_of: official(),
    };
    let full = RoutingServiceClient::new(case.line.clone()).get_assignment(request).await.expect("full").into_inner();
    let told = full.dispute.expect("dispute");
    assert_eq!((told.grounds.as_str(), told.decision_reason.as_str()), ("不属于本机关职责", "职责在城管局"));
}
