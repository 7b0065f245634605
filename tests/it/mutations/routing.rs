//! Fixtures of RoutingService.

use lianbang::{
    auth::Role,
    pb::v1::{
        self,
        assignment::dispute::{Decider, Decision},
        routing_service_client::RoutingServiceClient,
    },
};

use super::{
    Fixture, cadres,
    cases::{assign, assigned, case, dispute, line, received, submit},
    organizations,
};
use crate::harness::{Stage, date, request_id};

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.RoutingService/TransferCase", Role::Coordinator, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            let organization = organizations::entered(stage).await.name;
            v1::TransferCaseRequest { name, etag, organization, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.RoutingService/AssignCase", Role::Coordinator, async |stage| assign(stage).await),
        Fixture::new("/lianbang.v1.RoutingService/ReceiveCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = assigned(stage).await;
            v1::ReceiveCaseRequest { name, etag, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.RoutingService/DisputeJurisdiction", Role::Handler, async |stage| {
            dispute(&received(stage).await)
        }),
        Fixture::new("/lianbang.v1.RoutingService/DecideDispute", Role::Coordinator, async |stage| {
            let dispute = dispute(&received(stage).await);
            let mut client = RoutingServiceClient::new(line(stage).await);
            let v1::Case { name, etag, .. } =
                client.dispute_jurisdiction(dispute).await.expect("disputed").into_inner();
            v1::DecideDisputeRequest {
                name,
                etag,
                decision: Decision::Agreed.into(),
                decider: Decider::Sender.into(),
                reason: "供暖归城管局".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.RoutingService/ReturnCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = received(stage).await;
            v1::ReturnCaseRequest { name, etag, reason: "材料不全".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.RoutingService/EscalateCase", Role::Handler, async |stage| {
            let v1::Case { name, etag, .. } = received(stage).await;
            let organization = organizations::entered_at(stage, "regions/411000000000").await.name;
            v1::EscalateCaseRequest { name, etag, organization, reason: "跨县".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.RoutingService/DelegateCase", Role::Coordinator, async |stage| {
            let v1::Case { name, etag, .. } = received(stage).await;
            let organization = organizations::entered_at(stage, "regions/411002001000").await.name;
            v1::DelegateCaseRequest { name, etag, organization, reason: "就地办理".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.RoutingService/ReportForInstruction", Role::Coordinator, async |stage| {
            let v1::Case { name, etag, .. } = case(stage).await;
            let organization = organizations::entered(stage).await.name;
            let proposal = "建议由住建局牵头".into();
            v1::ReportForInstructionRequest { name, etag, organization, proposal, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.RoutingService/RequestHelp", Role::Coordinator, async |stage| {
            v1::RequestHelpRequest {
                parent: case(stage).await.name,
                posting: cadres::posted(stage).await.name,
                means: v1::assignment::Means::Letter.into(),
                term_date: date(2026, 4, 1),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.RoutingService/SubmitResult", Role::Handler, async |stage| submit(stage).await),
        Fixture::new("/lianbang.v1.RoutingService/ConfirmResult", Role::Coordinator, async |stage| {
            let submit = v1::SubmitResultRequest { request_id: request_id(), ..submit(stage).await };
            let mut client = RoutingServiceClient::new(line(stage).await);
            let v1::Assignment { name, etag, .. } = client.submit_result(submit).await.expect("result").into_inner();
            let resolution = v1::case::Resolution::Substantive.into();
            v1::ConfirmResultRequest { name, etag, resolution, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.RoutingService/AppointCadre", Role::Coordinator, async |stage| appoint(stage).await),
        Fixture::new("/lianbang.v1.RoutingService/ReleaseCadre", Role::Coordinator, async |stage| {
            let v1::Appointment { name, etag, .. } = appointed(stage).await;
            v1::ReleaseCadreRequest { name, etag, reason: "调离".into(), ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.RoutingService/RecuseCadre", Role::Coordinator, async |stage| {
            let v1::Appointment { name, etag, .. } = appointed(stage).await;
            v1::RecuseCadreRequest {
                name,
                etag,
                trigger: v1::appointment::recusal::Trigger::OwnRequest.into(),
                granted: true,
                decider: "王局长".into(),
                ground: "与一方系近亲属".into(),
                ..Default::default()
            }
        }),
        Fixture::new("/lianbang.v1.RoutingService/TakeCharge", Role::Coordinator, async |stage| {
            take_charge(stage).await
        }),
        Fixture::new("/lianbang.v1.RoutingService/ReleaseCharge", Role::Coordinator, async |stage| {
            let take = v1::TakeChargeRequest { request_id: request_id(), ..take_charge(stage).await };
            let mut client = RoutingServiceClient::new(line(stage).await);
            let v1::Appointment { name, etag, .. } = client.take_charge(take).await.expect("charge").into_inner();
            v1::ReleaseChargeRequest { name, etag, reason: "已化解".into(), ..Default::default() }
        }),
    ]
}

async fn appoint(stage: &Stage) -> v1::AppointCadreRequest {
    let cadre = cadres::entered(stage).await.name;
    v1::AppointCadreRequest { parent: case(stage).await.name, cadre, ..Default::default() }
}

async fn appointed(stage: &Stage) -> v1::Appointment {
    let appoint = v1::AppointCadreRequest { request_id: request_id(), ..appoint(stage).await };
    RoutingServiceClient::new(line(stage).await).appoint_cadre(appoint).await.expect("appointed").into_inner()
}

async fn take_charge(stage: &Stage) -> v1::TakeChargeRequest {
    let cadre = cadres::entered(stage).await.name;
    v1::TakeChargeRequest {
        parent: case(stage).await.name,
        cadre,
        plan: "一周内约见，一月内化解".into(),
        ..Default::default()
    }
}
