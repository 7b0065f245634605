//! Fixtures of CaseService and ProcedureService.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, case_service_client::CaseServiceClient, procedure_service_client::ProcedureServiceClient,
        routing_service_client::RoutingServiceClient,
    },
};

use super::{Fixture, organizations, parties, routing, supervision};
use crate::{
    cases::{documents, registered, registration, stages},
    harness::{Line, MONDAY, Stage, date, request_id},
};

const VILLAGE: &str = "regions/411002001001";

pub fn fixtures() -> Vec<Fixture> {
    [cases(), public(), parties::fixtures(), routing::fixtures(), supervision::fixtures(), procedure()]
        .into_iter()
        .flatten()
        .collect()
}

fn cases() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.CaseService/RegisterCase", Role::Intake, async |_| registration(VILLAGE, "供暖")),
        Fixture::new("/lianbang.v1.CaseService/AmendCase", Role::Intake, async |stage| {
            let case = case(stage).await;
            v1::AmendCaseRequest {
                case: Some(v1::Case {
                    name: case.name,
                    etag: case.etag,
                    title: "集中供暖".into(),
                    ..Default::default()
                }),
                reason: "更正".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.CaseService/ReclassifyCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            let nature = v1::case::Nature::Suggestion.into();
            v1::ReclassifyCaseRequest { name, etag, nature, reason: "实为建议".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/WallCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            let holders = vec![organizations::entered(stage).await.name];
            v1::WallCaseRequest { name, etag, holders, reason: "上级有利害关系".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/AdvanceCase", Role::Cadre, async |stage| {
            let office = organizations::entered(stage).await.name;
            let v1::Case { name, etag, .. } = stages::registered(stage, "caseTypes/alarm", &office).await.case;
            v1::AdvanceCaseRequest { name, etag, action: "acknowledge".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.CaseService/WithdrawDocument", Role::Intake, async |stage| {
            let content = "情况说明".as_bytes();
            let header = documents::header_of(&case(stage).await.name, "text/plain", content);
            let document = documents::attach(&line(stage).await, &header, content).await.expect("attached");
            let v1::Document { name, etag, .. } = document;
            v1::WithdrawDocumentRequest { name, etag, reason: "附错".into(), ..Default::default() }
        }),
    ]
}

fn public() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.PublicService/IssueQueryCode", Role::Intake, async |stage| {
            v1::IssueQueryCodeRequest { name: case(stage).await.name, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.PublicService/SubmitRating", Role::Portal, async |stage| {
            let v1::QueryCode { number, query_code } = query_code(stage, &answered(stage).await.name).await;
            v1::SubmitRatingRequest {
                number,
                query_code,
                rated_body: v1::rate_case_request::RatedBody::PetitionOffice.into(),
                rating: v1::case::Rating::Satisfied.into(),
                ..Default::default()
            }
        }),
    ]
}

/// A query code of a case.
pub async fn query_code(stage: &Stage, case: &str) -> v1::QueryCode {
    let request = v1::IssueQueryCodeRequest { name: case.into(), request_id: request_id(), ..Default::default() };
    let mut client = v1::public_service_client::PublicServiceClient::new(line(stage).await);
    client.issue_query_code(request).await.expect("a code").into_inner()
}

fn procedure() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.ProcedureService/IssueNotice", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            v1::IssueNoticeRequest { name, etag, document_number: "告〔2026〕1号".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/SwitchProcedure", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            let procedure = v1::case::Procedure::Simplified.into();
            v1::SwitchProcedureRequest { name, etag, procedure, reason: "事实清楚".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/SuspendClock", Role::Handler, async |stage| suspend(stage).await.0),
        Fixture::new("/lianbang.v1.ProcedureService/ResumeClock", Role::Handler, async |stage| {
            let (suspend, case) = suspend(stage).await;
            let suspend = v1::SuspendClockRequest { request_id: request_id(), ..suspend };
            let mut client = ProcedureServiceClient::new(line(stage).await);
            let name = client.suspend_clock(suspend).await.expect("suspended").into_inner().name;
            let get = v1::GetCaseRequest { name: case, ..Default::default() };
            let mut cases = CaseServiceClient::new(line(stage).await);
            let etag = cases.get_case(get).await.expect("case").into_inner().etag;
            v1::ResumeClockRequest { name, etag, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/DeclineCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            v1::DeclineCaseRequest {
                name,
                etag,
                ground: v1::notice::Ground::CourtMatter.into(),
                document_number: "不受〔2026〕1号".into(),
                guidance: "请向人民法院提起诉讼。".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/RefuseCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            v1::RefuseCaseRequest {
                name,
                etag,
                ground: v1::notice::Ground::ReReviewed.into(),
                document_number: "不再受〔2026〕1号".into(),
                guidance: "复核意见为终结意见。".into(),
                prior_document_number: "复核〔2020〕1号".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/AcceptCase", Role::Handler, async |stage| {
            accept(&case(stage).await)
        }),
        Fixture::new("/lianbang.v1.ProcedureService/ExtendHandling", Role::Handler, async |stage| {
            extend(&accepted(stage).await)
        }),
        Fixture::new("/lianbang.v1.ProcedureService/RevokeExtension", Role::Handler, async |stage| {
            let extend = extend(&accepted(stage).await);
            let mut client = ProcedureServiceClient::new(line(stage).await);
            let v1::Case { name, etag, .. } = client.extend_handling(extend).await.expect("extended").into_inner();
            v1::RevokeExtensionRequest {
                name,
                etag,
                reason: "已查清".into(),
                approver: "王局长".into(),
                document_number: "撤延〔2026〕1号".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/ReplyDirectly", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            v1::ReplyDirectlyRequest { name, etag, reply: "已修复。".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/ReportProgress", Role::Cadre, async |stage| {
            v1::ReportProgressRequest { parent: case(stage).await.name, text: "已入户".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/IssueOpinion", Role::Handler, async |stage| {
            opinion(&accepted(stage).await)
        }),
        Fixture::new("/lianbang.v1.ProcedureService/ServeDocument", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = answered(stage).await;
            let list = v1::ListOpinionsRequest { parent: name.clone(), ..Default::default() };
            let mut client = ProcedureServiceClient::new(line(stage).await);
            let opinions = client.list_opinions(list).await.expect("opinions").into_inner().opinions;
            v1::ServeDocumentRequest {
                name,
                etag,
                document: opinions[0].name.clone(),
                means: v1::service_record::Means::Direct.into(),
                receive_time: Some(prost_types::Timestamp { seconds: MONDAY / 1_000_000, nanos: 0 }),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/RequestReview", Role::Handler, async |stage| {
            review(stage, &answered(stage).await).await
        }),
        Fixture::new("/lianbang.v1.ProcedureService/DecideReview", Role::Handler, async |stage| {
            decision(&in_review(stage).await)
        }),
        Fixture::new("/lianbang.v1.ProcedureService/RequestReReview", Role::Handler, async |stage| {
            re_review(stage).await
        }),
        Fixture::new("/lianbang.v1.ProcedureService/OpenHearing", Role::Handler, async |stage| {
            hearing(&in_re_review(stage).await)
        }),
        Fixture::new("/lianbang.v1.ProcedureService/EndHearing", Role::Handler, async |stage| {
            let hearing = hearing(&in_re_review(stage).await);
            let mut client = ProcedureServiceClient::new(line(stage).await);
            let v1::Case { name, etag, .. } = client.open_hearing(hearing).await.expect("opened").into_inner();
            v1::EndHearingRequest { name, etag, minutes: "各方陈述如下".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/DecideReReview", Role::Handler, async |stage| {
            let v1::DecideReviewRequest { name, etag, facts, reasons, legal_basis, document_number, .. } =
                decision(&in_re_review(stage).await);
            v1::DecideReReviewRequest {
                name,
                etag,
                decision: v1::review::Decision::Upheld.into(),
                facts,
                reasons,
                legal_basis,
                document_number,
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/CloseCase", Role::Handler, async |stage| close(stage).await),
        Fixture::new("/lianbang.v1.ProcedureService/RecordExecution", Role::Handler, async |stage| {
            let parent = answered(stage).await.name;
            let list = v1::ListPromisesRequest { parent, ..Default::default() };
            let mut client = ProcedureServiceClient::new(line(stage).await);
            let v1::Promise { name, etag, .. } =
                client.list_promises(list).await.expect("promises").into_inner().promises.remove(0);
            v1::RecordExecutionRequest { name, etag, done: true, evidence: "照片".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/RateCase", Role::Handler, async |stage| v1::RateCaseRequest {
            name: answered(stage).await.name,
            rated_body: v1::rate_case_request::RatedBody::PetitionOffice.into(),
            rating: v1::case::Rating::Satisfied.into(),
            ..Default::default()
        }),
        Fixture::new("/lianbang.v1.ProcedureService/WithdrawCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            v1::WithdrawCaseRequest { name, etag, evidence: "撤回申请书".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/ReopenCase", Role::Handler, async |stage| {
            let close = v1::CloseCaseRequest { request_id: request_id(), ..close(stage).await };
            let mut client = ProcedureServiceClient::new(line(stage).await);
            let v1::Case { name, etag, .. } = client.close_case(close).await.expect("closed").into_inner();
            v1::ReopenCaseRequest {
                name,
                etag,
                ground: v1::notice::Ground::NewFacts.into(),
                reason: "出现新事实".into(),
                document_number: "重〔2026〕1号".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.ProcedureService/ConcludeCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = answered(stage).await;
            v1::ConcludeCaseRequest {
                name,
                etag,
                reason: "依法终结".into(),
                approver: "省信访局".into(),
                document_number: "终〔2026〕1号".into(),
                ..Default::default()
            }
        }),
    ]
}

pub async fn line(stage: &Stage) -> Line {
    stage.admin().await
}

pub async fn case(stage: &Stage) -> v1::Case {
    registered(&line(stage).await, VILLAGE, "供暖").await
}

pub async fn assign(stage: &Stage) -> v1::AssignCaseRequest {
    let v1::Case { name, etag, .. } = case(stage).await;
    let organization = organizations::entered(stage).await.name;
    let term_date = date(2026, 4, 1);
    v1::AssignCaseRequest { name, etag, organization, term_date, request_id: request_id(), ..Default::default() }
}

pub async fn assigned(stage: &Stage) -> v1::Case {
    let mut client = RoutingServiceClient::new(line(stage).await);
    client.assign_case(assign(stage).await).await.expect("assigned").into_inner()
}

pub async fn received(stage: &Stage) -> v1::Case {
    let v1::Case { name, etag, .. } = assigned(stage).await;
    let receive = v1::ReceiveCaseRequest { name, etag, request_id: request_id(), ..Default::default() };
    RoutingServiceClient::new(line(stage).await).receive_case(receive).await.expect("received").into_inner()
}

pub fn dispute(case: &v1::Case) -> v1::DisputeJurisdictionRequest {
    v1::DisputeJurisdictionRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        grounds: "不属于本机关职责".into(),
        request_id: request_id(),
        ..Default::default()
    }
}

pub async fn submit(stage: &Stage) -> v1::SubmitResultRequest {
    let parent = received(stage).await.name;
    let mut client = RoutingServiceClient::new(line(stage).await);
    let list = v1::ListAssignmentsRequest { parent, ..Default::default() };
    let mut found = client.list_assignments(list).await.expect("assignments").into_inner().assignments;
    let v1::Assignment { name, etag, .. } = found.remove(0);
    v1::SubmitResultRequest { name, etag, result: "已接通暖气".into(), ..Default::default() }
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

async fn accepted(stage: &Stage) -> v1::Case {
    let accept = accept(&case(stage).await);
    ProcedureServiceClient::new(line(stage).await).accept_case(accept).await.expect("accepted").into_inner()
}

fn extend(case: &v1::Case) -> v1::ExtendHandlingRequest {
    v1::ExtendHandlingRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        days: 30,
        reason: "情况复杂".into(),
        approver: "王局长".into(),
        document_number: "延〔2026〕1号".into(),
        request_id: request_id(),
        ..Default::default()
    }
}

fn opinion(case: &v1::Case) -> v1::IssueOpinionRequest {
    v1::IssueOpinionRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        outcome: v1::case::Outcome::Supported.into(),
        facts: "属实".into(),
        reasons: "合理".into(),
        legal_basis: "《信访工作条例》第三十二条".into(),
        document_number: "〔2026〕1号".into(),
        execution_promised: true,
        request_id: request_id(),
        ..Default::default()
    }
}

pub async fn answered(stage: &Stage) -> v1::Case {
    let opinion = opinion(&accepted(stage).await);
    ProcedureServiceClient::new(line(stage).await).issue_opinion(opinion).await.expect("answered").into_inner()
}

async fn review(stage: &Stage, case: &v1::Case) -> v1::RequestReviewRequest {
    v1::RequestReviewRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        organization: organizations::entered(stage).await.name,
        request_date: date(2026, 3, 2),
        grounds: "未回应诉求".into(),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn in_review(stage: &Stage) -> v1::Case {
    let review = review(stage, &answered(stage).await).await;
    ProcedureServiceClient::new(line(stage).await).request_review(review).await.expect("in review").into_inner()
}

fn decision(case: &v1::Case) -> v1::DecideReviewRequest {
    v1::DecideReviewRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        decision: v1::review::Decision::Upheld.into(),
        facts: "属实".into(),
        reasons: "正确".into(),
        legal_basis: "《信访工作条例》第三十五条".into(),
        document_number: "复查〔2026〕1号".into(),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn re_review(stage: &Stage) -> v1::RequestReReviewRequest {
    let decision = decision(&in_review(stage).await);
    let mut client = ProcedureServiceClient::new(line(stage).await);
    let reviewed = client.decide_review(decision).await.expect("reviewed").into_inner();
    let v1::RequestReviewRequest { name, etag, organization, request_date, grounds, request_id, .. } =
        review(stage, &reviewed).await;
    v1::RequestReReviewRequest { name, etag, organization, request_date, grounds, request_id, ..Default::default() }
}

async fn in_re_review(stage: &Stage) -> v1::Case {
    let request = re_review(stage).await;
    ProcedureServiceClient::new(line(stage).await).request_re_review(request).await.expect("in re-review").into_inner()
}

fn hearing(case: &v1::Case) -> v1::OpenHearingRequest {
    v1::OpenHearingRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        presider: "刘处长".into(),
        request_id: request_id(),
        ..Default::default()
    }
}

/// The clock of a re-review stands still; and its case.
async fn suspend(stage: &Stage) -> (v1::SuspendClockRequest, String) {
    let v1::Case { name: case, etag, .. } = in_re_review(stage).await;
    let mut client = ProcedureServiceClient::new(line(stage).await);
    let list = v1::ListClocksRequest { parent: case.clone(), ..Default::default() };
    let clocks = client.list_clocks(list).await.expect("clocks").into_inner().clocks;
    let clock = clocks.into_iter().find(|clock| clock.rule.ends_with(".re_review")).expect("runs");
    let cause = v1::clock_rule::PauseCause::Hearing.into();
    (v1::SuspendClockRequest { name: clock.name, etag, cause, reason: "听证".into(), ..Default::default() }, case)
}

async fn close(stage: &Stage) -> v1::CloseCaseRequest {
    let v1::Case { name, etag, .. } = answered(stage).await;
    let resolution = v1::case::Resolution::Substantive.into();
    v1::CloseCaseRequest { name, etag, evidence: "住户签字".into(), resolution, ..Default::default() }
}
