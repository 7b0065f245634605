//! What people say and who they are stands nowhere in the clear, in no column of any table.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, case_service_client::CaseServiceClient, party, procedure_service_client::ProcedureServiceClient,
        routing_service_client::RoutingServiceClient,
    },
};

use super::registration;
use crate::harness::{Stage, official, request_id};

const VILLAGE: &str = "regions/411002001001";

#[tokio::test]
async fn nothing_that_a_citizen_said_or_is_can_be_read_in_the_database() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let (mut cases, mut procedure) = (CaseServiceClient::new(line.clone()), ProcedureServiceClient::new(line.clone()));
    let mut request = registration(VILLAGE, "供暖");
    let case = request.case.as_mut().expect("case");
    case.statement = "甲句老人冬天难熬".into();
    case.summary = "乙句要求供暖".into();
    request.parties = vec![v1::Party {
        role: party::Role::Petitioner.into(),
        display_name: "张丙丰".into(),
        phone: "13812345678".into(),
        id_number: "11010519491231002X".into(),
        address: "丁号楼".into(),
        needs: "戊疾".into(),
        ..Default::default()
    }];
    let case = cases.register_case(request).await.expect("registered").into_inner();
    let progress = v1::ReportProgressRequest {
        parent: case.name.clone(),
        text: "己句已走访".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    };
    procedure.report_progress(progress).await.expect("progress");
    let transfer = v1::ReplyDirectlyRequest {
        name: case.name.clone(),
        etag: case.etag.clone(),
        reply: "庚句您好".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let case = procedure.reply_directly(transfer).await.expect("reply").into_inner();
    let close = v1::CloseCaseRequest {
        name: case.name,
        etag: case.etag,
        evidence: "辛句回访记录".into(),
        resolution: v1::case::Resolution::Substantive.into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    };
    procedure.close_case(close).await.expect("closed");
    let other = cases.register_case(registration(VILLAGE, "供暖")).await.expect("registered").into_inner();
    let transfer = v1::TransferCaseRequest {
        name: other.name,
        etag: other.etag,
        organization: organ(&stage).await,
        note: "壬句请办".into(),
        request_id: request_id(),
        on_behalf_of: official(),
        ..Default::default()
    };
    RoutingServiceClient::new(line).transfer_case(transfer).await.expect("transferred");

    let content = stage.database.content().await;
    let words =
        ["甲句", "乙句", "张丙", "13812345678", "11010519491231002", "丁号楼", "戊疾", "己句", "庚句", "辛句", "壬句"];
    for word in words {
        let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
        for (table, rows) in &content {
            let found = rows.iter().any(|row| row.contains(word) || row.to_lowercase().contains(&hex));
            assert!(!found, "{word} stands in {table}");
        }
    }
    // What is not sealed is found so, or the search above proves nothing.
    assert!(content["cases"].iter().any(|row| row.contains("供暖")));
}

async fn organ(stage: &Stage) -> String {
    crate::mutations::organizations::entered(stage).await.name
}
