//! What people say and who they are stands nowhere in the clear, in no column of any table.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, case_service_client::CaseServiceClient, party, procedure_service_client::ProcedureServiceClient,
        routing_service_client::RoutingServiceClient, supervision_service_client::SupervisionServiceClient,
    },
};

use super::{
    docket::{Docket, step},
    documents, registration, stages,
};
use crate::{
    harness::{Stage, date, official, request_id},
    mutations::cadres,
};

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
    request.parties.push(v1::Party {
        role: party::Role::Respondent.into(),
        kind: party::Kind::Organization.into(),
        unified_code: "91350100M000100Y43".into(),
        ..Default::default()
    });
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
        name: case.name.clone(),
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
    RoutingServiceClient::new(line.clone()).transfer_case(transfer).await.expect("transferred");

    let file = "酉句附件".as_bytes();
    let header =
        v1::DocumentHeader { title: "申句题名".into(), ..documents::header_of(&case.name, "text/plain", file) };
    let document = documents::attach(&line, &header, file).await.expect("attached");
    documents::withdraw(&line, &document, "未句附错").await.expect("withdrawn");

    let words = [
        "甲句",
        "乙句",
        "张丙",
        "13812345678",
        "11010519491231002",
        "91350100M000100Y4",
        "丁号楼",
        "戊疾",
        "己句",
        "庚句",
        "辛句",
        "壬句",
        "酉句",
        "申句",
        "未句",
    ];
    assert_sealed(&stage, &words).await;
}

#[tokio::test]
async fn nothing_that_is_written_over_the_procedure_can_be_read_in_the_database() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "供暖").await;
    case.line = stage.everywhere(Role::Coordinator).await;
    let (office, county) = (organ(&stage).await, organ(&stage).await);
    let (parent, line) = (case.case.name.clone(), case.line.clone());
    let mut routing = RoutingServiceClient::new(line.clone());
    let mut supervision = SupervisionServiceClient::new(line.clone());
    let answer_date = date(2026, 4, 1);
    let on_behalf_of = official();
    let supervise = v1::SuperviseCaseRequest {
        parent: parent.clone(),
        kind: v1::supervision::Kind::Order.into(),
        reason: v1::supervision::Reason::Other.into(),
        issuer: office.clone(),
        organization: county.clone(),
        content: "癸句限期".into(),
        answer_date,
        request_id: request_id(),
        on_behalf_of: on_behalf_of.clone(),
        ..Default::default()
    };
    let ordered = supervision.supervise_case(supervise).await.expect("ordered").into_inner();
    let answer = v1::AnswerSupervisionRequest {
        name: ordered.name,
        etag: ordered.etag,
        answer: "子句已办".into(),
        request_id: request_id(),
        on_behalf_of: on_behalf_of.clone(),
        ..Default::default()
    };
    let answered = supervision.answer_supervision(answer).await.expect("answered").into_inner();
    let lift = v1::LiftSupervisionRequest {
        name: answered.name,
        etag: answered.etag,
        organization: office.clone(),
        reason: "丑句了结".into(),
        request_id: request_id(),
        on_behalf_of: on_behalf_of.clone(),
        ..Default::default()
    };
    supervision.lift_supervision(lift).await.expect("lifted");
    let urgent = v1::ReportUrgentRequest {
        parent: parent.clone(),
        reporter: county.clone(),
        organizations: vec![office],
        content: "寅句聚集".into(),
        request_id: request_id(),
        on_behalf_of: on_behalf_of.clone(),
        ..Default::default()
    };
    supervision.report_urgent(urgent).await.expect("reported");
    let charge = v1::TakeChargeRequest {
        parent: parent.clone(),
        cadre: cadres::entered(&stage).await.name,
        plan: "卯句约见".into(),
        request_id: request_id(),
        on_behalf_of: on_behalf_of.clone(),
        ..Default::default()
    };
    let charge = routing.take_charge(charge).await.expect("charge").into_inner();
    let recuse = v1::RecuseCadreRequest {
        name: charge.name,
        etag: charge.etag,
        trigger: v1::appointment::recusal::Trigger::OwnRequest.into(),
        granted: true,
        decider: "王局长".into(),
        ground: "辰句近亲".into(),
        request_id: request_id(),
        on_behalf_of: on_behalf_of.clone(),
        ..Default::default()
    };
    routing.recuse_cadre(recuse).await.expect("recused");
    case.refreshes().await;
    case.took(step!(
        case,
        ProcedureServiceClient.switch_procedure(SwitchProcedureRequest {
            procedure: v1::case::Procedure::Simplified.into(),
            reason: "巳句清楚".into(),
            on_behalf_of: on_behalf_of.clone(),
        })
    ));
    case.took(step!(
        case,
        ProcedureServiceClient.accept_case(AcceptCaseRequest {
            nature: v1::case::Nature::Claim.into(),
            route: v1::case::Route::Petition.into(),
            on_behalf_of: on_behalf_of.clone(),
        })
    ));
    let promise = v1::issue_opinion_request::NewPromise { text: "午句修站".into(), due_date: None };
    case.took(step!(
        case,
        ProcedureServiceClient.issue_opinion(IssueOpinionRequest {
            outcome: v1::case::Outcome::Supported.into(),
            facts: "未句属实".into(),
            reasons: "申句合理".into(),
            legal_basis: "《信访工作条例》第三十二条".into(),
            document_number: "处1号".into(),
            promises: vec![promise],
            on_behalf_of: on_behalf_of.clone(),
        })
    ));
    let mut procedure = ProcedureServiceClient::new(line);
    let list = v1::ListPromisesRequest { parent: parent.clone(), ..Default::default() };
    let promise = procedure.list_promises(list).await.expect("promises").into_inner().promises.remove(0);
    let record = v1::RecordExecutionRequest {
        name: promise.name,
        etag: promise.etag,
        done: true,
        evidence: "酉句照片".into(),
        request_id: request_id(),
        on_behalf_of: on_behalf_of.clone(),
        ..Default::default()
    };
    procedure.record_execution(record).await.expect("recorded");
    let rate = v1::RateCaseRequest {
        name: parent,
        rated_body: v1::rate_case_request::RatedBody::HandlingOrgan.into(),
        rating: v1::case::Rating::Satisfied.into(),
        comment: "戌句满意".into(),
        request_id: request_id(),
        on_behalf_of,
        ..Default::default()
    };
    procedure.rate_case(rate).await.expect("rated");
    let mut alarm = stages::registered(&stage, "caseTypes/alarm", &organ(&stage).await).await;
    let reason = v1::form_value::Value::Text("亥句误触".into());
    let form = vec![v1::FormValue { field: "reason".into(), value: Some(reason) }];
    alarm.took(step!(
        alarm,
        CaseServiceClient.advance_case(AdvanceCaseRequest { action: "dismiss".into(), form: form })
    ));

    let words =
        ["亥句", "癸句", "子句", "丑句", "寅句", "卯句", "辰句", "巳句", "午句", "未句", "申句", "酉句", "戌句"];
    assert_sealed(&stage, &words).await;
}

/// The words stand in no column of any table, neither as text nor as bytes.
async fn assert_sealed(stage: &Stage, words: &[&str]) {
    let content = stage.database.content().await;
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
