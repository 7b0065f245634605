//! Cases of organizations that have ended go to their successors (XF 24).

use lianbang::{
    auth::Role,
    pb::v1::{
        self, case::State, case_service_client::CaseServiceClient, clock::State::Running,
        organization_service_client::OrganizationServiceClient, procedure_service_client::ProcedureServiceClient,
        routing_service_client::RoutingServiceClient,
    },
};

use super::docket::{Docket, step};
use crate::{
    harness::{DAY, Line, Stage, assert_reason, date, request_id},
    mutations::organizations::{entered, entered_with},
    worker,
};

const HEATING: &str = "topics/heating";
const HOUSING: &str = "topics/housing";

/// Ends an organization on a day, with those that take over.
pub async fn ends(line: &Line, organization: &v1::Organization, day: u32, successors: &[&v1::Organization]) {
    let mut client = OrganizationServiceClient::new(line.clone());
    let get = v1::GetOrganizationRequest { name: organization.name.clone() };
    let present = client.get_organization(get).await.expect("organization").into_inner();
    let changed = v1::Organization {
        valid_until: date(2026, 3, day as i32),
        successors: successors.iter().map(|successor| successor.name.clone()).collect(),
        ..present
    };
    let paths = vec!["valid_until".into(), "successors".into()];
    let request = v1::UpdateOrganizationRequest {
        organization: Some(changed),
        update_mask: Some(prost_types::FieldMask { paths }),
        request_id: request_id(),
        ..Default::default()
    };
    client.update_organization(request).await.expect("ended");
}

async fn at(stage: &Stage, organ: &v1::Organization, title: &str) -> Docket {
    let mut case = Docket::new(stage, title).await;
    case.sent_to(&organ.name).await;
    case
}

async fn holders(case: &Docket) -> Vec<(String, String)> {
    let request = v1::ListClocksRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut client = ProcedureServiceClient::new(case.line.clone());
    let clocks = client.list_clocks(request).await.expect("clocks").into_inner().clocks;
    let running = clocks.into_iter().filter(|clock| clock.state() == Running);
    running.map(|clock| (clock.holder, clock.rule)).collect()
}

#[tokio::test]
async fn open_cases_go_on_with_the_successor_as_they_stand() {
    let stage = Stage::with_regions().await;
    let worker = worker::worker(&stage, 30);
    let (old, between, heir) = (entered(&stage).await, entered(&stage).await, entered(&stage).await);
    let mut accepted = at(&stage, &old, "供暖").await;
    accepted.accepts().await;
    let mut received = at(&stage, &old, "漏水").await;
    let mut withdrawn = at(&stage, &old, "噪声").await;
    let withdraw =
        step!(withdrawn, ProcedureServiceClient.withdraw_case(WithdrawCaseRequest { evidence: "已解决".into() }));
    assert_eq!(withdrawn.took(withdraw), State::Withdrawn);
    let line = stage.admin().await;

    // Merged into one that was merged itself. Nothing happens before the day.
    ends(&line, &old, 4, &[&between]).await;
    ends(&line, &between, 4, &[&heir]).await;
    assert_eq!(worker.turn().await.expect("a turn").expect("elected").succeeded.done, 0);
    let early = step!(
        accepted,
        RoutingServiceClient
            .escalate_case(EscalateCaseRequest { organization: old.name.clone(), reason: "试".into() })
    );
    assert_reason(early, "INVALID_REQUEST");
    stage.time.advance(2 * DAY);
    assert_eq!(worker.turn().await.expect("a turn").expect("elected").succeeded.done, 2);
    assert_eq!(worker.turn().await.expect("a turn").expect("elected").succeeded.done, 0, "once");

    for case in [&mut accepted, &mut received] {
        let before = case.case.clone();
        case.refreshes().await;
        assert_eq!((case.case.state, &case.case.handling_organization), (before.state, &heir.name));
        assert_ne!(case.case.etag, before.etag);
        assert!(holders(case).await.iter().all(|(holder, _)| *holder == heir.name));
        assert!(case.history().await.iter().any(|(kind, _)| kind == "case.succeeded"));
        let sees = stage.within(Role::Handler, &heir.name).await;
        let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
        CaseServiceClient::new(sees).get_case(get).await.expect("the successor sees it");
    }
    assert_eq!(accepted.clock("handling").await, (Running, "2026-05-01".into()), "nobody gets more time");
    // What came by a transfer goes back to who sent it, not to the one that has ended.
    let returned = step!(received, RoutingServiceClient.return_case(ReturnCaseRequest { reason: "不属职权".into() }));
    assert_eq!(received.took(returned), State::Registered);
    assert_eq!(received.case.handling_organization, "");
    // What has ended stays where it ended.
    withdrawn.refreshes().await;
    assert_eq!(withdrawn.case.handling_organization, old.name);

    // Nothing more is sent to who has ended.
    let fresh = Docket::new(&stage, "供水").await;
    let sent = step!(fresh, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: old.name.clone() }));
    assert_reason(sent, "INVALID_REQUEST");
}

#[tokio::test]
async fn of_several_successors_the_competent_one_has_the_case_and_none_where_it_is_not_clear() {
    let stage = Stage::with_regions().await;
    let worker = worker::worker(&stage, 30);
    let old = entered(&stage).await;
    let competent = async |topic: &str| {
        let competence = v1::Competence { topic: topic.into(), regions: Vec::new() };
        entered_with(&stage, |organization| organization.competences = vec![competence]).await
    };
    let (heating, housing) = (competent(HEATING).await, competent(HOUSING).await);
    let mut clear = at(&stage, &old, "供暖").await;
    let amended = step_amend(&clear, HEATING).await;
    clear.case = amended;
    let mut unclear = at(&stage, &old, "纠纷").await;
    let line = stage.admin().await;
    ends(&line, &old, 3, &[&housing, &heating]).await;
    stage.time.advance(DAY);
    assert_eq!(worker.turn().await.expect("a turn").expect("elected").succeeded.done, 1);
    clear.refreshes().await;
    unclear.refreshes().await;
    assert_eq!(clear.case.handling_organization, heating.name);
    assert_eq!(unclear.case.handling_organization, old.name);
    let told =
        async |case: &Docket| case.history().await.iter().filter(|(kind, _)| kind == "case.succession_unclear").count();
    assert_eq!((told(&clear).await, told(&unclear).await), (0, 1));
    worker.turn().await.expect("a turn");
    assert_eq!(told(&unclear).await, 1, "once");
    // As after a worker that was killed before it noted that it had looked: what it told is not told again.
    stage.sql("UPDATE organizations SET succeeded_version = NULL").await;
    assert_eq!(worker.turn().await.expect("a turn").expect("elected").succeeded.done, 0);
    assert_eq!(told(&unclear).await, 1, "once, whoever looks");
    // A topic, and the organization named anew, makes it clear.
    let amended = step_amend(&unclear, HOUSING).await;
    unclear.case = amended;
    ends(&line, &old, 2, &[&housing, &heating]).await;
    assert_eq!(worker.turn().await.expect("a turn").expect("elected").succeeded.done, 1);
    unclear.refreshes().await;
    assert_eq!(unclear.case.handling_organization, housing.name);
}

async fn step_amend(case: &Docket, topic: &str) -> v1::Case {
    let request = v1::AmendCaseRequest {
        case: Some(v1::Case {
            name: case.case.name.clone(),
            etag: case.case.etag.clone(),
            topic: topic.into(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["topic".into()] }),
        reason: "补充".into(),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(case.line.clone()).amend_case(request).await.expect("amended").into_inner()
}
