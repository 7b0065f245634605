//! Fixtures of SupervisionService.

use lianbang::{
    auth::Role,
    pb::v1::{self, supervision_service_client::SupervisionServiceClient},
};

use super::{
    Fixture,
    cases::{case, line},
    organizations,
};
use crate::harness::{Stage, date, request_id};

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.SupervisionService/SuperviseCase", Role::Coordinator, async |stage| {
            supervise(stage).await
        }),
        Fixture::new("/lianbang.v1.SupervisionService/AnswerSupervision", Role::Handler, async |stage| {
            let v1::Supervision { name, etag, .. } = supervised(stage).await;
            v1::AnswerSupervisionRequest { name, etag, answer: "已整改".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.SupervisionService/LiftSupervision", Role::Coordinator, async |stage| {
            let v1::Supervision { name, etag, issuer: organization, .. } = supervised(stage).await;
            v1::LiftSupervisionRequest { name, etag, organization, reason: "已办结".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.SupervisionService/ReportUrgent", Role::Handler, async |stage| {
            v1::ReportUrgentRequest {
                parent: case(stage).await.name,
                reporter: organizations::entered(stage).await.name,
                organizations: vec![organizations::entered(stage).await.name],
                content: "可能引发群体事件".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.SupervisionService/IssueRecommendation", Role::Coordinator, async |stage| {
            recommend(stage).await
        }),
        Fixture::new("/lianbang.v1.SupervisionService/AnswerRecommendation", Role::Handler, async |stage| {
            let issue = v1::IssueRecommendationRequest { request_id: request_id(), ..recommend(stage).await };
            let mut client = SupervisionServiceClient::new(line(stage).await);
            let v1::Recommendation { name, etag, .. } =
                client.issue_recommendation(issue).await.expect("recommendation").into_inner();
            v1::AnswerRecommendationRequest {
                name,
                etag,
                adoption: v1::recommendation::Adoption::Adopted.into(),
                answer: "已修订办法".into(),
                ..Default::default()
            }
        }),
    ]
}

async fn supervise(stage: &Stage) -> v1::SuperviseCaseRequest {
    v1::SuperviseCaseRequest {
        parent: case(stage).await.name,
        kind: v1::supervision::Kind::Order.into(),
        reason: v1::supervision::Reason::Shirking.into(),
        issuer: organizations::entered(stage).await.name,
        organization: organizations::entered(stage).await.name,
        content: "限期办结".into(),
        answer_date: date(2026, 4, 1),
        ..Default::default()
    }
}

async fn supervised(stage: &Stage) -> v1::Supervision {
    let supervise = v1::SuperviseCaseRequest { request_id: request_id(), ..supervise(stage).await };
    let mut client = SupervisionServiceClient::new(line(stage).await);
    client.supervise_case(supervise).await.expect("supervised").into_inner()
}

async fn recommend(stage: &Stage) -> v1::IssueRecommendationRequest {
    v1::IssueRecommendationRequest {
        parent: case(stage).await.name,
        kind: v1::recommendation::Kind::Improvement.into(),
        issuer: organizations::entered(stage).await.name,
        organization: organizations::entered(stage).await.name,
        content: "完善供暖报装流程".into(),
        answer_date: date(2026, 4, 1),
        ..Default::default()
    }
}
