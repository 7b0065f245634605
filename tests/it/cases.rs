//! Case-, Routing- and ProcedureService.

mod appointments;
mod disputes;
pub mod docket;
pub mod documents;
mod endings;
mod execution;
mod extensions;
mod levels;
mod life;
mod notices;
mod parties;
mod reading;
mod register;
mod reviews;
mod routing;
mod sealing;
pub mod stages;
pub mod succession;
mod supervision;
mod switches;
pub mod types;
mod wander;
mod whole;

use lianbang::pb::v1;

use crate::harness::{Line, request_id};

/// A registration of a village matter.
pub fn registration(region: &str, title: &str) -> v1::RegisterCaseRequest {
    v1::RegisterCaseRequest {
        case: Some(v1::Case {
            title: title.into(),
            statement: "小区十年没有暖气，老人冬天难熬。".into(),
            region: region.into(),
            nature: v1::case::Nature::Claim.into(),
            channel: v1::case::Channel::Visit.into(),
            ..Default::default()
        }),
        request_id: request_id(),
        ..Default::default()
    }
}

/// A registered case.
pub async fn registered(line: &Line, region: &str, title: &str) -> v1::Case {
    let mut client = v1::case_service_client::CaseServiceClient::new(line.clone());
    client.register_case(registration(region, title)).await.expect("registered").into_inner()
}
