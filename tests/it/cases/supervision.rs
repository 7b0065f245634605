//! Supervision, recommendations with their answers, urgent reports (XF 25, 39, 40).

use lianbang::pb::v1::{
    self,
    case::{Outcome, State},
    clock::State::{Cancelled, Running, Stopped},
    procedure_service_client::ProcedureServiceClient,
    recommendation::{self, Adoption},
    supervision::{self, Kind, Reason},
    supervision_service_client::SupervisionServiceClient,
};
use tonic::{Response, Status};

use super::docket::{Docket, step};
use crate::{
    harness::{DAY, Line, Stage, assert_condition, assert_reason, date, request_id},
    mutations::organizations,
};

const CITY: &str = "regions/411000000000";

fn client(case: &Docket) -> SupervisionServiceClient<Line> {
    SupervisionServiceClient::new(case.line.clone())
}

fn order(case: &Docket, issuer: &str, organization: &str) -> v1::SuperviseCaseRequest {
    v1::SuperviseCaseRequest {
        parent: case.case.name.clone(),
        kind: Kind::Order.into(),
        reason: Reason::Overdue.into(),
        issuer: issuer.into(),
        organization: organization.into(),
        content: "请于期限内办结并书面反馈".into(),
        answer_date: date(2026, 3, 20),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn answer(case: &Docket, demand: &v1::Supervision) -> Result<Response<v1::Supervision>, Status> {
    let request = v1::AnswerSupervisionRequest {
        name: demand.name.clone(),
        etag: demand.etag.clone(),
        answer: "已派员办理".into(),
        request_id: request_id(),
        ..Default::default()
    };
    client(case).answer_supervision(request).await
}

async fn lift(case: &Docket, demand: &v1::Supervision, by: &str) -> Result<Response<v1::Supervision>, Status> {
    let request = v1::LiftSupervisionRequest {
        name: demand.name.clone(),
        etag: demand.etag.clone(),
        organization: by.into(),
        reason: "已办结".into(),
        request_id: request_id(),
        ..Default::default()
    };
    client(case).lift_supervision(request).await
}

async fn supervisions(case: &Docket) -> Vec<v1::Supervision> {
    let list = v1::ListSupervisionsRequest { parent: case.case.name.clone(), ..Default::default() };
    client(case).list_supervisions(list).await.expect("list").into_inner().supervisions
}

#[tokio::test]
async fn an_order_is_answered_by_its_day_and_lifted_by_its_issuer_or_above() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let county = async || organizations::entered(&stage).await.name;
    let (office, organ, other) = (county().await, county().await, county().await);
    let city = organizations::entered_at(&stage, CITY).await.name;
    let township = organizations::entered_at(&stage, "regions/411002001000").await.name;
    // A county is of a higher level than a township next door, and yet not above it.
    let sibling = organizations::entered_at(&stage, crate::mutations::SIBLING).await.name;
    let past = v1::SuperviseCaseRequest { answer_date: date(2026, 3, 1), ..order(&case, &office, &organ) };
    let stranger = v1::SuperviseCaseRequest {
        proposal: format!("{}/supervisions/{}", case.case.name, uuid::Uuid::from_u128(9)),
        ..order(&case, &office, &organ)
    };
    let elsewhere = order(&case, &sibling, &township);
    for wrong in
        [past, stranger, elsewhere, order(&case, &township, &organ), order(&case, &office, "organizations/none")]
    {
        assert_reason(client(&case).supervise_case(wrong).await, "INVALID_REQUEST");
    }
    let ordered = client(&case).supervise_case(order(&case, &office, &organ)).await.expect("ordered").into_inner();
    assert_eq!((ordered.state(), ordered.kind()), (supervision::State::Open, Kind::Order));
    assert_eq!((ordered.rule.as_str(), ordered.content.as_str()), ("", ""));
    assert_eq!(case.clock("written_answer").await, (Running, "2026-03-20".into()));
    case.refreshes().await;
    assert_eq!(case.case.state(), State::Registered);
    // The organ sees the case from now on.
    let holder = stage.within(lianbang::auth::Role::Handler, &organ).await;
    let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
    v1::case_service_client::CaseServiceClient::new(holder).get_case(get).await.expect("the organ sees it");

    let answered = answer(&case, &ordered).await.expect("answered").into_inner();
    assert_eq!(answered.state(), supervision::State::Answered);
    assert_eq!(case.clock("written_answer").await.0, Stopped);
    assert_reason(answer(&case, &ordered).await, "ETAG_MISMATCH");
    assert_reason(answer(&case, &answered).await, "TRANSITION_NOT_ALLOWED");
    assert_condition(lift(&case, &answered, &other).await, "NOT_THE_ISSUER");
    assert_condition(lift(&case, &answered, &sibling).await, "NOT_THE_ISSUER");
    let lifted = lift(&case, &answered, &city).await.expect("a level above").into_inner();
    assert_eq!(lifted.state(), supervision::State::Lifted);
    assert_reason(lift(&case, &lifted, &office).await, "TRANSITION_NOT_ALLOWED");
    // Lifted before it was answered: nothing is owed any more.
    let second = client(&case).supervise_case(order(&case, &office, &organ)).await.expect("ordered").into_inner();
    lift(&case, &second, &office).await.expect("the issuer");
    assert_eq!(case.clock("written_answer").await.0, Cancelled);
    let full = v1::ListSupervisionsRequest {
        parent: case.case.name.clone(),
        view: v1::View::Full.into(),
        purpose: "督查".into(),
        ..Default::default()
    };
    let opened = client(&case).list_supervisions(full).await.expect("full").into_inner().supervisions.remove(0);
    assert_eq!((opened.answer.as_str(), opened.end_reason.as_str()), ("已派员办理", "已办结"));
    let get = v1::GetSupervisionRequest { name: opened.name.clone(), ..Default::default() };
    let basic = client(&case).get_supervision(get.clone()).await.expect("basic").into_inner();
    assert_eq!((basic.answer.as_str(), basic.end_reason.as_str()), ("", ""));
    let full = v1::GetSupervisionRequest { view: v1::View::Full.into(), purpose: "督查".into(), ..get };
    assert_eq!(client(&case).get_supervision(full).await.expect("full").into_inner(), opened);
}

#[tokio::test]
async fn rules_propose_supervision_and_a_person_follows_or_dismisses() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    let (office, organ) = (organizations::entered(&stage).await.name, organizations::entered(&stage).await.name);
    case.accepts().await;
    // Answered on the day after the sixtieth, with a promise that is not kept.
    stage.time.advance(61 * DAY);
    case.line = stage.admin().await;
    case.took(step!(
        case,
        ProcedureServiceClient.issue_opinion(IssueOpinionRequest {
            outcome: Outcome::Supported.into(),
            facts: "属实".into(),
            reasons: "合理".into(),
            legal_basis: "《信访工作条例》第三十二条".into(),
            document_number: "处〔2026〕1号".into(),
            execution_promised: true,
        })
    ));
    let late = supervisions(&case).await.remove(0);
    assert_eq!(
        (late.state(), late.reason(), late.rule.as_str()),
        (supervision::State::Proposed, Reason::Overdue, "answered_late")
    );
    assert_reason(answer(&case, &late).await, "TRANSITION_NOT_ALLOWED");
    let list = v1::ListPromisesRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    let promise = procedure.list_promises(list).await.expect("promises").into_inner().promises.remove(0);
    let mut refused = v1::RecordExecutionRequest {
        name: promise.name,
        etag: promise.etag,
        evidence: "无资金".into(),
        request_id: request_id(),
        ..Default::default()
    };
    refused.etag = procedure.record_execution(refused.clone()).await.expect("refused").into_inner().etag;
    // Said twice, proposed once.
    refused.request_id = request_id();
    procedure.record_execution(refused).await.expect("refused again");
    let found = supervisions(&case).await;
    let rules: Vec<_> = found.iter().map(|found| found.rule.as_str()).collect();
    assert_eq!(rules, ["answered_late", "not_executed"]);
    // The first is followed under its own name, the second dismissed.
    let follow = v1::SuperviseCaseRequest {
        proposal: late.name.clone(),
        answer_date: date(2026, 6, 1),
        ..order(&case, &office, &organ)
    };
    let followed = client(&case).supervise_case(follow.clone()).await.expect("followed").into_inner();
    assert_eq!((followed.name.as_str(), followed.rule.as_str()), (late.name.as_str(), "answered_late"));
    assert_eq!(followed.state(), supervision::State::Open);
    let again = v1::SuperviseCaseRequest { request_id: request_id(), ..follow };
    assert_reason(client(&case).supervise_case(again).await, "INVALID_REQUEST");
    let dismissed = lift(&case, &found[1], &office).await.expect("dismissed").into_inner();
    assert_eq!(dismissed.state(), supervision::State::Dismissed);
    let history: Vec<_> = case.history().await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(history.iter().filter(|kind| *kind == "case.supervision_proposed").count(), 2);
}

#[tokio::test]
async fn a_recommendation_is_answered_in_writing() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "供暖").await;
    let organ = organizations::entered(&stage).await.name;
    let township = organizations::entered_at(&stage, "regions/411002001000").await.name;
    let issue = |kind: recommendation::Kind, issuer: &str| v1::IssueRecommendationRequest {
        parent: case.case.name.clone(),
        kind: kind.into(),
        issuer: issuer.into(),
        organization: organ.clone(),
        content: "完善报装流程".into(),
        answer_date: date(2026, 4, 1),
        request_id: request_id(),
        ..Default::default()
    };
    let low = client(&case).issue_recommendation(issue(recommendation::Kind::Policy, &township)).await;
    assert_reason(low, "INVALID_REQUEST");
    let issued = client(&case).issue_recommendation(issue(recommendation::Kind::Procuratorial, &township)).await;
    let issued = issued.expect("a procuratorate speaks to every level").into_inner();
    assert_eq!(case.clock("written_answer").await, (Running, "2026-04-01".into()));
    let mut answer = v1::AnswerRecommendationRequest {
        name: issued.name.clone(),
        etag: issued.etag,
        adoption: Adoption::Partly.into(),
        answer: "第一项已改，第二项条件不具备。".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let answered = client(&case).answer_recommendation(answer.clone()).await.expect("answered").into_inner();
    assert_eq!((answered.state(), answered.adoption()), (recommendation::State::Answered, Adoption::Partly));
    assert_eq!(case.clock("written_answer").await.0, Stopped);
    answer.etag = answered.etag;
    answer.request_id = request_id();
    assert_reason(client(&case).answer_recommendation(answer).await, "TRANSITION_NOT_ALLOWED");
    let get = v1::GetRecommendationRequest {
        name: issued.name.clone(),
        view: v1::View::Full.into(),
        purpose: "备查".into(),
        ..Default::default()
    };
    let opened = client(&case).get_recommendation(get).await.expect("full").into_inner();
    assert_eq!(opened.answer, "第一项已改，第二项条件不具备。");
    // A supervision is no recommendation.
    let wrong = v1::GetSupervisionRequest {
        name: issued.name.replace("recommendations", "supervisions"),
        ..Default::default()
    };
    assert_reason(client(&case).get_supervision(wrong).await, "NOT_FOUND");
    let list = v1::ListRecommendationsRequest { parent: case.case.name.clone(), ..Default::default() };
    let listed = client(&case).list_recommendations(list).await.expect("list").into_inner().recommendations;
    assert_eq!(listed.len(), 1);
    assert_eq!(supervisions(&case).await, []);
}

#[tokio::test]
async fn who_was_told_of_an_urgent_matter_is_on_record_and_sees_it() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "集体访").await;
    let county = organizations::entered(&stage).await.name;
    let city = organizations::entered_at(&stage, CITY).await.name;
    let township = organizations::entered_at(&stage, "regions/411002001000").await.name;
    assert!(!case.case.urgent);
    let report = |organizations: &[&str]| v1::ReportUrgentRequest {
        parent: case.case.name.clone(),
        reporter: county.clone(),
        organizations: organizations.iter().map(|name| (*name).to_owned()).collect(),
        content: "三十余人聚集，已到现场劝导。".into(),
        request_id: request_id(),
        ..Default::default()
    };
    for wrong in [report(&[]), report(&[&township]), report(&[&city, &city]), report(&["organizations/none"])] {
        assert_reason(client(&case).report_urgent(wrong).await, "INVALID_REQUEST");
    }
    let told = client(&case).report_urgent(report(&[&city])).await.expect("reported").into_inner();
    assert_eq!((told.organizations.as_slice(), told.content.as_str()), ([city.clone()].as_slice(), ""));
    case.refreshes().await;
    assert!(case.case.urgent);
    let list = v1::ListUrgentReportsRequest {
        parent: case.case.name.clone(),
        view: v1::View::Full.into(),
        purpose: "备查".into(),
        ..Default::default()
    };
    let listed = client(&case).list_urgent_reports(list).await.expect("list").into_inner().urgent_reports;
    assert_eq!(listed[0].content, "三十余人聚集，已到现场劝导。");
    let get = v1::GetUrgentReportRequest { name: told.name, ..Default::default() };
    let basic = client(&case).get_urgent_report(get).await.expect("basic").into_inner();
    assert_eq!((basic.reporter.as_str(), basic.content.as_str()), (county.as_str(), ""));
    let line = stage.within(lianbang::auth::Role::Reader, &city).await;
    let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
    v1::case_service_client::CaseServiceClient::new(line).get_case(get).await.expect("the city sees it");
}
