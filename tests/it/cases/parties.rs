//! Parties: masked, sealed, shown in full on record, and walls.

use lianbang::{
    auth::Role,
    pb::v1::{self, View, case_service_client::CaseServiceClient, party},
};

use super::{registered, registration};
use crate::harness::{Stage, assert_reason, official, request_id};

const VILLAGE: &str = "regions/411002001001";

fn person(role: party::Role, name: &str) -> v1::Party {
    v1::Party {
        role: role.into(),
        display_name: name.into(),
        phone: "13812345678".into(),
        id_number: "11010519491231002X".into(),
        address: "金地社区 3 号楼".into(),
        needs: "听力不便".into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn basic_masks_and_full_is_on_record() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let mut client = CaseServiceClient::new(line);
    let mut request = registration(VILLAGE, "供暖");
    request.parties = vec![person(party::Role::Petitioner, "张三丰")];
    let case = client.register_case(request).await.expect("registered").into_inner();
    assert_eq!(case.identity_mode(), v1::case::IdentityMode::RealName);

    let list = v1::ListPartiesRequest { parent: case.name.clone(), ..Default::default() };
    let basic = client.list_parties(list.clone()).await.expect("parties").into_inner().parties.remove(0);
    assert_eq!(basic.display_name, "张**");
    assert!(!basic.phone.contains("1381") && basic.address.is_empty() && basic.needs.is_empty());

    let full = v1::ListPartiesRequest { view: View::Full.into(), on_behalf_of: official(), ..list };
    assert_reason(client.list_parties(full.clone()).await, "INVALID_REQUEST");
    let full = v1::ListPartiesRequest { purpose: "回访".into(), ..full };
    let shown = client.list_parties(full).await.expect("parties").into_inner().parties.remove(0);
    assert_eq!((shown.display_name.as_str(), shown.needs.as_str()), ("张三丰", "听力不便"));

    let get = v1::GetCaseRequest {
        name: case.name.clone(),
        view: View::Full.into(),
        purpose: "回访".into(),
        on_behalf_of: official(),
    };
    let shown = client.get_case(get.clone()).await.expect("case").into_inner();
    assert!(shown.statement.contains("暖气"));
    let history = v1::ListCaseHistoryRequest { parent: case.name.clone(), ..Default::default() };
    let entries = client.list_case_history(history).await.expect("history").into_inner().entries;
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.r#type.as_str()).collect();
    assert_eq!(kinds, ["case.registered", "case.viewed", "case.viewed"]);
    assert_eq!(entries[1].on_behalf_of.as_ref().expect("official").official_id, "zhang-001");

    let mut reader = CaseServiceClient::new(stage.everywhere(Role::Intake).await);
    assert_reason(reader.get_case(get).await, "PERMISSION_DENIED");
    // Nothing of it stands open in the database.
    let open = stage.count("SELECT COUNT(*) FROM case_parties WHERE CAST(display_name AS TEXT) LIKE '%张三丰%'").await;
    assert_eq!(open, 0);
}

#[tokio::test]
async fn a_visit_has_at_most_five_representatives() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let mut client = CaseServiceClient::new(line.clone());
    let mut request = registration(VILLAGE, "集体访");
    request.parties = (0..6).map(|_| person(party::Role::Representative, "代表")).collect();
    assert_reason(client.register_case(request.clone()).await, "INVALID_REQUEST");
    request.parties.pop();
    let case = client.register_case(request).await.expect("registered").into_inner();
    let add = |role| v1::AddPartyRequest {
        parent: case.name.clone(),
        party: Some(person(role, "新人")),
        request_id: request_id(),
        ..Default::default()
    };
    assert_reason(client.add_party(add(party::Role::Representative)).await, "PRECONDITION_FAILED");
    let member = client.add_party(add(party::Role::Member)).await.expect("added").into_inner();
    let end = v1::EndPartyRequest {
        name: member.name.clone(),
        etag: member.etag.clone(),
        reason: "撤回参与".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let ended = client.end_party(end.clone()).await.expect("ended").into_inner();
    assert!(ended.end_time.is_some());
    let again = v1::EndPartyRequest { etag: ended.etag, request_id: request_id(), ..end };
    assert_reason(client.end_party(again).await, "PRECONDITION_FAILED");
    let get = v1::GetCaseRequest { name: case.name, ..Default::default() };
    assert_eq!(client.get_case(get).await.expect("case").into_inner().party_count, 5);
}

#[tokio::test]
async fn an_accusation_exists_only_for_those_who_may_see_it() {
    let stage = Stage::with_regions().await;
    let coordinator = stage.everywhere(Role::Coordinator).await;
    let mut intake = CaseServiceClient::new(stage.everywhere(Role::Intake).await);
    let mut request = registration(VILLAGE, "反映问题");
    request.case.as_mut().expect("case").nature = v1::case::Nature::Accusation.into();
    let case = intake.register_case(request).await.expect("everybody can bring one").into_inner();
    let ordinary = registered(&coordinator, VILLAGE, "供暖").await;

    let get = v1::GetCaseRequest { name: case.name.clone(), ..Default::default() };
    for line in [coordinator.clone(), stage.admin().await] {
        let mut client = CaseServiceClient::new(line);
        let hidden = assert_reason(client.get_case(get.clone()).await, "NOT_FOUND");
        let absent = v1::GetCaseRequest { name: format!("cases/{}", uuid::Uuid::new_v4()), ..Default::default() };
        let absent = assert_reason(client.get_case(absent).await, "NOT_FOUND");
        assert_eq!(hidden.code(), absent.code());
        let listed = client.list_cases(v1::ListCasesRequest::default()).await.expect("list").into_inner().cases;
        assert_eq!(listed.iter().map(|case| &case.name).collect::<Vec<_>>(), [&ordinary.name]);
        let filtered = v1::ListCasesRequest { filter: "nature = NATURE_ACCUSATION".into(), ..Default::default() };
        assert!(client.list_cases(filtered).await.expect("list").into_inner().cases.is_empty());
        let key = v1::lookup_case_request::Key::Number(case.number.clone());
        assert_reason(client.lookup_case(v1::LookupCaseRequest { key: Some(key) }).await, "NOT_FOUND");
        let history = v1::ListCaseHistoryRequest { parent: case.name.clone(), ..Default::default() };
        assert_reason(client.list_case_history(history).await, "NOT_FOUND");
        let batch = v1::BatchGetCasesRequest { names: vec![ordinary.name.clone(), case.name.clone()] };
        assert_reason(client.batch_get_cases(batch).await, "NOT_FOUND");
    }
    let mut discipline = CaseServiceClient::new(stage.everywhere(Role::AccusationHandler).await);
    assert_eq!(discipline.get_case(get).await.expect("case").into_inner().name, case.name);
}
