//! Rules across rows, each with two calls that are made to meet: one of them is refused, whichever comes first. Those of sessions and
//! agreements stand with the tests of mediations.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, admin_service_client::AdminServiceClient, cadre_service_client::CadreServiceClient,
        case_service_client::CaseServiceClient, grant::Scope, import_result::Outcome, party,
        procedure_service_client::ProcedureServiceClient,
    },
};
use tonic::{Response, Status};

use crate::{
    cases::{registered, registration},
    harness::{Stage, date, import_regions, meet, reason, region_row, request_id},
    mutations::{cadres, fresh},
};

const VILLAGE: &str = "regions/411002001001";

/// One has it and one is refused with the reason.
#[track_caller]
fn assert_one<T: std::fmt::Debug>(both: (Result<Response<T>, Status>, Result<Response<T>, Status>), refused: &str) {
    let loser = match both {
        (Ok(_), Err(status)) | (Err(status), Ok(_)) => status,
        both => panic!("one of two, not {both:?}"),
    };
    assert_eq!(reason(&loser), refused);
}

#[tokio::test]
async fn an_external_id_is_entered_once() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    // The row that numbers are taken from: both have looked for the external id before they come to it.
    registered(&line, VILLAGE, "第一件").await;
    let call = || {
        let mut request = registration(VILLAGE, "供暖");
        let case = request.case.as_mut().expect("case");
        case.external_source = "hotline".into();
        case.external_id = "7".into();
        let mut client = CaseServiceClient::new(line.clone());
        async move { client.register_case(request).await }
    };
    assert_one(meet(&stage, "SELECT 1 FROM case_numbers FOR UPDATE", call(), call()).await, "ALREADY_EXISTS");
    assert_eq!(stage.count("SELECT COUNT(*) FROM cases WHERE external_id = '7'").await, 1);
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind = 'case.registered'").await, 2);
}

#[tokio::test]
async fn a_row_imported_twice_at_once_is_entered_once() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let row = || vec![region_row("411002002", "东大街道", v1::region::Level::Township, "411002")];
    let call = || import_regions(admin.clone(), date(2023, 6, 30), row());
    let (one, two) = meet(&stage, "LOCK TABLE regions IN SHARE MODE", call(), call()).await;
    let mut outcomes = [one[0].outcome(), two[0].outcome()];
    outcomes.sort();
    assert_eq!(outcomes, [Outcome::Created, Outcome::Unchanged], "{one:?} {two:?}");
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE resource = 'regions/411002002000'").await, 1);
}

#[tokio::test]
async fn numbers_are_given_once_and_without_gaps() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    registered(&line, VILLAGE, "第一件").await;
    let call = || registered(&line, VILLAGE, "供暖");
    let (one, two) = meet(&stage, "SELECT 1 FROM case_numbers FOR UPDATE", call(), call()).await;
    let mut numbers = [one.number, two.number];
    numbers.sort();
    assert_eq!(numbers, ["411002-20260302-0002", "411002-20260302-0003"]);
}

#[tokio::test]
async fn two_postings_of_a_cadre_do_not_overlap() {
    let stage = Stage::with_regions().await;
    let cadre = cadres::entered(&stage).await.name;
    let line = stage.admin().await;
    let call = |from: i32| {
        let posting = v1::Posting {
            region: VILLAGE.into(),
            role: v1::posting::Role::VillageHelper.into(),
            valid_from: date(from, 1, 1),
            valid_until: date(2030, 1, 1),
            ..Default::default()
        };
        let request = v1::CreatePostingRequest {
            parent: cadre.clone(),
            posting: Some(posting),
            request_id: request_id(),
            ..Default::default()
        };
        let mut client = CadreServiceClient::new(line.clone());
        async move { client.create_posting(request).await }
    };
    let lock = format!("SELECT 1 FROM cadres WHERE id = '{}' FOR UPDATE", cadre.trim_start_matches("cadres/"));
    assert_one(meet(&stage, &lock, call(2024), call(2025)).await, "POSTING_OVERLAP");
    assert_eq!(stage.count("SELECT COUNT(*) FROM postings").await, 1);
}

#[tokio::test]
async fn a_visit_gets_no_sixth_representative() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let representative =
        || v1::Party { role: party::Role::Representative.into(), display_name: "代表".into(), ..Default::default() };
    let mut request = registration(VILLAGE, "集体访");
    request.parties = (0..4).map(|_| representative()).collect();
    let mut client = CaseServiceClient::new(line.clone());
    let case = client.register_case(request).await.expect("registered").into_inner();
    let call = || {
        let request = v1::AddPartyRequest {
            parent: case.name.clone(),
            party: Some(representative()),
            request_id: request_id(),
            ..Default::default()
        };
        let mut client = client.clone();
        async move { client.add_party(request).await }
    };
    assert_one(meet(&stage, "SELECT 1 FROM cases FOR UPDATE", call(), call()).await, "PRECONDITION_FAILED");
    assert_eq!(stage.count("SELECT COUNT(*) FROM case_parties").await, 5);
}

#[tokio::test]
async fn a_document_is_served_once() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Handler).await;
    let mut procedure = ProcedureServiceClient::new(line.clone());
    let case = registered(&line, VILLAGE, "供暖").await;
    let reply = v1::ReplyDirectlyRequest {
        name: case.name.clone(),
        etag: case.etag,
        reply: "您好".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let case = procedure.reply_directly(reply).await.expect("reply").into_inner();
    let list = v1::ListOpinionsRequest { parent: case.name.clone(), ..Default::default() };
    let opinion = procedure.list_opinions(list).await.expect("opinions").into_inner().opinions.remove(0);
    let call = || {
        let request = v1::ServeDocumentRequest {
            name: case.name.clone(),
            etag: case.etag.clone(),
            document: opinion.name.clone(),
            means: v1::service_record::Means::Direct.into(),
            receive_time: opinion.issue_time,
            request_id: request_id(),
            ..Default::default()
        };
        let mut client = procedure.clone();
        async move { client.serve_document(request).await }
    };
    assert_one(meet(&stage, "SELECT 1 FROM cases FOR UPDATE", call(), call()).await, "ETAG_MISMATCH");
    assert_eq!(stage.count("SELECT COUNT(*) FROM case_service_records").await, 1);
}

#[tokio::test]
async fn a_client_gets_no_seventeenth_grant() {
    let stage = Stage::with_regions().await;
    let mut admin = AdminServiceClient::new(stage.admin().await);
    let id = fresh("client");
    let create = v1::CreateClientRequest {
        client: Some(v1::Client { display_name: "热线".into(), ..Default::default() }),
        client_id: id.clone(),
        request_id: request_id(),
        ..Default::default()
    };
    let name = admin.create_client(create).await.expect("client").into_inner().name;
    let call = |number: usize| {
        let grant = v1::Grant {
            role: v1::Role::Reader.into(),
            scope: Some(Scope::Organization(format!("organizations/o-{number:02}"))),
            ..Default::default()
        };
        let request = v1::GrantRoleRequest {
            parent: name.clone(),
            grant: Some(grant),
            request_id: request_id(),
            ..Default::default()
        };
        let mut client = admin.clone();
        async move { client.grant_role(request).await }
    };
    for number in 0..15 {
        call(number).await.expect("grant");
    }
    let lock = format!("SELECT 1 FROM clients WHERE id = '{id}' FOR UPDATE");
    assert_one(meet(&stage, &lock, call(15), call(16)).await, "PRECONDITION_FAILED");
    assert_eq!(stage.count(&format!("SELECT COUNT(*) FROM grants WHERE client = '{id}'")).await, 16);
}
