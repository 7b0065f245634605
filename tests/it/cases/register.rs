//! Registration and amendment.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, cadre_service_client::CadreServiceClient, case_service_client::CaseServiceClient,
        procedure_service_client::ProcedureServiceClient,
    },
};

use super::{registered, registration};
use crate::{
    harness::{DAY, MONDAY, Stage, assert_reason, date, request_id},
    mutations::cadres,
};

const VILLAGE: &str = "regions/411002001001";

#[tokio::test]
async fn a_case_gets_a_number_and_the_clock_of_the_petition_office() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let case = registered(&line, VILLAGE, "供暖").await;
    assert_eq!(case.number, "411002-20260302-0001");
    assert_eq!(case.state(), v1::case::State::Registered);
    assert_eq!(case.case_type, "caseTypes/petition@1");
    assert_eq!((case.statement.as_str(), case.historic, case.overdue), ("", false, false));
    assert_eq!(registered(&line, VILLAGE, "路灯").await.number, "411002-20260302-0002");

    let mut procedure = ProcedureServiceClient::new(line);
    let request = v1::ListClocksRequest { parent: case.name, ..Default::default() };
    let clocks = procedure.list_clocks(request).await.expect("clocks").into_inner().clocks;
    assert_eq!(clocks.len(), 1);
    assert_eq!(clocks[0].rule, "clockRules/cn-2022.register_and_dispose");
    // 2 March + 15 days: the start day is not counted.
    assert_eq!(clocks[0].nominal_date, date(2026, 3, 17));
    assert_eq!(clocks[0].due_time, case.next_due_time);
    let explain = v1::ExplainClockRequest { name: clocks[0].name.clone() };
    let words = procedure.explain_clock(explain).await.expect("words").into_inner().sentences.join("");
    assert!(words.contains("2026-03-17") && words.contains("XF 22"), "{words}");
}

#[tokio::test]
async fn a_day_ends_at_midnight_in_china() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    // 23:59 and 00:01 on the next minute but one.
    stage.time.set(MONDAY + 14 * 3_600_000_000 + 59 * 60_000_000);
    let before = registered(&line, VILLAGE, "晚").await;
    stage.time.advance(120_000_000);
    let after = registered(&line, VILLAGE, "早").await;
    let seconds = |case: &v1::Case| case.next_due_time.expect("due").seconds;
    assert_eq!(seconds(&after) - seconds(&before), 86_400);
    assert_eq!(after.number, "411002-20260303-0001");
}

#[tokio::test]
async fn an_external_id_makes_no_double() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Intake).await;
    let mut client = CaseServiceClient::new(line);
    let mut request = registration(VILLAGE, "供暖");
    let case = request.case.as_mut().expect("case");
    case.external_source = "12345-xuchang".into();
    case.external_id = "A-1".into();
    let first = client.register_case(request.clone()).await.expect("registered").into_inner();
    request.request_id = request_id();
    let status = assert_reason(client.register_case(request).await, "ALREADY_EXISTS");
    let info = tonic_types::StatusExt::get_details_error_info(&status).expect("info");
    assert_eq!(info.metadata["resource"], first.name);
    let key =
        v1::lookup_case_request::Key::External(v1::ExternalId { source: "12345-xuchang".into(), id: "A-1".into() });
    let found = client.lookup_case(v1::LookupCaseRequest { key: Some(key) }).await.expect("found").into_inner();
    assert_eq!(found.name, first.name);
    let key = v1::lookup_case_request::Key::Number(first.number);
    let found = client.lookup_case(v1::LookupCaseRequest { key: Some(key) }).await.expect("found").into_inner();
    assert_eq!(found.name, first.name);
}

#[tokio::test]
async fn faulty_fields_are_named_all_at_once() {
    let stage = Stage::with_regions().await;
    let mut client = CaseServiceClient::new(stage.everywhere(Role::Intake).await);
    let request = v1::RegisterCaseRequest {
        case: Some(v1::Case {
            title: "  ".into(),
            petition_date: date(2026, 2, 30),
            external_id: "only".into(),
            ..Default::default()
        }),
        parties: vec![v1::Party {
            role: v1::party::Role::Petitioner.into(),
            id_number: "110105194912310021".into(),
            ..Default::default()
        }],
        request_id: request_id(),
        ..Default::default()
    };
    let status = assert_reason(client.register_case(request).await, "INVALID_REQUEST");
    let info = tonic_types::StatusExt::get_details_error_info(&status).expect("info");
    let fields = &info.metadata["fields"];
    for field in ["case.title", "case.region", "case.petition_date", "case.external_source", "parties[0].id_number"] {
        assert!(fields.contains(field), "{field} is not in {fields}");
    }
    let mut unknown = registration("regions/999999999999", "外地");
    assert_reason(client.register_case(unknown.clone()).await, "INVALID_REQUEST");
    unknown.case.as_mut().expect("case").region = VILLAGE.into();
    unknown.case.as_mut().expect("case").receive_time =
        Some(prost_types::Timestamp { seconds: 1_900_000_000, nanos: 0 });
    unknown.request_id = request_id();
    assert_reason(client.register_case(unknown).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn what_is_registered_late_says_why_and_what_is_old_has_no_clocks() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let mut client = CaseServiceClient::new(line.clone());
    let mut request = registration(VILLAGE, "旧事");
    let three_days_ago = (MONDAY - 3 * DAY) / 1_000_000;
    request.case.as_mut().expect("case").receive_time =
        Some(prost_types::Timestamp { seconds: three_days_ago, nanos: 0 });
    assert_reason(client.register_case(request.clone()).await, "INVALID_REQUEST");
    request.case.as_mut().expect("case").backdating_reason = "周末值班收件".into();
    let case = client.register_case(request.clone()).await.expect("registered").into_inner();
    assert_eq!(case.backdating_reason, "周末值班收件");
    // 27 February + 15 days.
    assert_eq!(case.next_due_time.expect("due").seconds, 1_773_504_000);

    // Before the rule set: a region that holds then is needed, so the matter is of 2023 at the earliest here.
    let rows = super::super::harness::small_tree();
    let results = super::super::harness::import_regions(stage.admin().await, date(2023, 6, 30), rows).await;
    assert!(results.iter().all(|result| result.error.is_none()));
    request.request_id = request_id();
    request.case.as_mut().expect("case").receive_time =
        Some(prost_types::Timestamp { seconds: 1_556_150_000, nanos: 0 });
    let old = client.register_case(request).await.expect("registered").into_inner();
    assert!(old.historic && old.next_due_time.is_none());
}

#[tokio::test]
async fn an_amendment_changes_what_officials_wrote_and_nothing_else() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let mut client = CaseServiceClient::new(line.clone());
    let case = registered(&line, VILLAGE, "供暖").await;
    let amend = |paths: &[&str], change: v1::Case| v1::AmendCaseRequest {
        case: Some(v1::Case { name: case.name.clone(), etag: case.etag.clone(), ..change }),
        update_mask: Some(prost_types::FieldMask { paths: paths.iter().map(|&path| path.into()).collect() }),
        request_id: request_id(),
        ..Default::default()
    };
    let change = v1::Case { statement: "改写".into(), ..Default::default() };
    assert_reason(client.amend_case(amend(&["statement"], change)).await, "INVALID_REQUEST");
    let change = v1::Case { title: "集中供暖".into(), region: "regions/411081001002".into(), ..Default::default() };
    let amended = client.amend_case(amend(&["title", "region"], change.clone())).await.expect("amended").into_inner();
    assert_eq!((amended.title.as_str(), amended.region.as_str()), ("集中供暖", "regions/411081001002"));
    assert_eq!(amended.number, case.number);
    assert_reason(client.amend_case(amend(&["title"], change)).await, "ETAG_MISMATCH");

    let county = stage.within(Role::Coordinator, "regions/411002000000").await;
    let request = v1::GetCaseRequest { name: case.name, ..Default::default() };
    assert_reason(CaseServiceClient::new(county).get_case(request).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_cadre_registers_where_the_posting_is_and_while_it_is_in_force() {
    let stage = Stage::with_regions().await;
    let posting = cadres::posted(&stage).await;
    let visitor = stage.within(Role::Cadre, &posting.name).await;
    let case = registered(&visitor, VILLAGE, "井盖").await;
    let mut client = CaseServiceClient::new(visitor);
    let get = v1::GetCaseRequest { name: case.name, ..Default::default() };
    client.get_case(get.clone()).await.expect("seen by who entered it");
    let elsewhere = registration("regions/411081000000", "井盖");
    assert_reason(client.register_case(elsewhere).await, "OUT_OF_SCOPE");
    let end = v1::EndPostingRequest {
        name: posting.name,
        etag: posting.etag,
        valid_until: date(2026, 3, 2),
        end_reason: v1::posting::EndReason::Transfer.into(),
        request_id: request_id(),
        ..Default::default()
    };
    CadreServiceClient::new(stage.admin().await).end_posting(end).await.expect("ended");
    assert_reason(client.register_case(registration(VILLAGE, "井盖")).await, "OUT_OF_SCOPE");
    client.get_case(get).await.expect("what was entered is still seen");
}
