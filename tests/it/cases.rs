//! Case-, Routing- and ProcedureService.

mod accusations;
mod appointments;
mod disputes;
pub mod docket;
pub mod documents;
mod endings;
mod execution;
mod extensions;
mod joint;
mod levels;
mod life;
mod merge;
mod notices;
pub mod parties;
mod public;
mod reading;
mod register;
mod reviews;
mod routing;
mod sealing;
mod search;
mod similar;
mod split;
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

/// A notice that is issued on a case.
pub async fn notice_of(line: &Line, case: &str) -> String {
    let mut cases = v1::case_service_client::CaseServiceClient::new(line.clone());
    let get = v1::GetCaseRequest { name: case.into(), ..Default::default() };
    let v1::Case { name, etag, .. } = cases.get_case(get).await.expect("case").into_inner();
    let issue = v1::IssueNoticeRequest {
        name,
        etag,
        document_number: "告〔2026〕1号".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let mut procedure = v1::procedure_service_client::ProcedureServiceClient::new(line.clone());
    procedure.issue_notice(issue).await.expect("notice");
    let list = v1::ListNoticesRequest { parent: case.into(), ..Default::default() };
    procedure.list_notices(list).await.expect("notices").into_inner().notices.remove(0).name
}
