//! Parties: masked, sealed, shown in full on record, and walls.

use lianbang::{
    auth::Role,
    pb::v1::{self, View, case_service_client::CaseServiceClient, party},
};

use super::{registered, registration};
use crate::harness::{Line, Stage, assert_condition, assert_reason, date, official, request_id};

const VILLAGE: &str = "regions/411002001001";

/// A person of whom everything is known.
pub fn person(role: party::Role, name: &str) -> v1::Party {
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

/// An agent by a written mandate of 2026.
pub fn agent(name: &str, principals: Vec<String>) -> v1::Party {
    let mandate = v1::Mandate {
        basis: v1::mandate::Basis::WrittenMandate.into(),
        document_number: "授〔2026〕1号".into(),
        principals,
        ..Default::default()
    };
    v1::Party {
        role: party::Role::Agent.into(),
        display_name: name.into(),
        mandate: Some(mandate),
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

async fn add(line: &Line, parent: &str, party: v1::Party) -> Result<v1::Party, tonic::Status> {
    let request = v1::AddPartyRequest {
        parent: parent.into(),
        party: Some(party),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(line.clone()).add_party(request).await.map(tonic::Response::into_inner)
}

async fn full(line: &Line, name: &str) -> v1::Party {
    let get = v1::GetPartyRequest {
        name: name.into(),
        view: View::Full.into(),
        purpose: "联系".into(),
        on_behalf_of: official(),
    };
    CaseServiceClient::new(line.clone()).get_party(get).await.expect("party").into_inner()
}

/// The fields that a refusal names, in its order.
fn fields(outcome: Result<v1::Party, tonic::Status>) -> Vec<String> {
    let status = assert_reason(outcome, "INVALID_REQUEST");
    let details = tonic_types::StatusExt::get_details_bad_request(&status).expect("a bad request");
    details.field_violations.into_iter().map(|violation| violation.field).collect()
}

#[tokio::test]
async fn what_a_party_is_known_by_is_checked() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let case = registered(&line, VILLAGE, "供暖").await.name;
    let petitioner = |change: fn(&mut v1::Party)| {
        let mut party = v1::Party { role: party::Role::Petitioner.into(), ..Default::default() };
        change(&mut party);
        party
    };
    use party::{IdDocument, Kind};
    let refused: [(v1::Party, &[&str]); 7] = [
        // A wrong check digit, as a card or by its form; something that is no card's number.
        (petitioner(|party| party.id_number = "110105194912310021".into()), &["party.id_number"]),
        (
            petitioner(|party| {
                party.id_document = IdDocument::ResidentCard.into();
                party.id_number = "E12345678".into();
            }),
            &["party.id_number"],
        ),
        // A day that there was not.
        (petitioner(|party| party.id_number = "110105194902300023".into()), &["party.id_number"]),
        // What belongs to another kind, all at once.
        (
            petitioner(|party| {
                party.unified_code = "91350100M000100Y43".into();
                party.household_size = 4;
                party.mandate = Some(v1::Mandate { basis: 2, ..Default::default() });
            }),
            &["party.unified_code", "party.household_size", "party.mandate"],
        ),
        (
            petitioner(|party| {
                party.kind = Kind::Organization.into();
                party.unified_code = "91350100I000100Y43".into();
            }),
            &["party.unified_code"],
        ),
        // An agent without a mandate, and one whose mandate says too little.
        (petitioner(|party| party.role = party::Role::Agent.into()), &["party.mandate"]),
        (
            petitioner(|party| {
                party.role = party::Role::Agent.into();
                party.mandate = Some(v1::Mandate {
                    basis: v1::mandate::Basis::WrittenMandate.into(),
                    start_date: date(2026, 3, 2),
                    end_date: date(2026, 3, 1),
                    principals: vec!["cases/x/parties/y".into()],
                    ..Default::default()
                });
            }),
            &["party.mandate.document_number", "party.mandate.end_date", "party.mandate.principals[0]"],
        ),
    ];
    for (party, expected) in refused {
        assert_eq!(fields(add(&line, &case, party).await), expected);
    }
    let old = petitioner(|party| {
        party.id_document = IdDocument::ResidentCard.into();
        party.id_number = "110105491231002".into();
    });
    add(&line, &case, old).await.expect("a number of before 1999");
    let passport = petitioner(|party| {
        party.id_document = IdDocument::Passport.into();
        party.id_number = "E12345678".into();
    });
    add(&line, &case, passport).await.expect("a passport");
    add(&line, &case, petitioner(|_| {})).await.expect("nothing is known");
    let firm = |code: &str| v1::Party {
        kind: Kind::Organization.into(),
        display_name: "热力公司".into(),
        unified_code: code.into(),
        ..petitioner(|_| {})
    };
    let fits = add(&line, &case, firm("91350100M000100Y43")).await.expect("a code");
    // An early code, whose check digit does not fit, is legal.
    let early = add(&line, &case, firm("91350100M0001TGQXM")).await.expect("an early code");
    assert_eq!((fits.unified_code_doubtful, early.unified_code_doubtful), (false, true));
    assert_eq!(fits.unified_code, "****************43");
}

#[tokio::test]
async fn an_agent_acts_by_a_mandate_until_it_is_revoked() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let case = registered(&line, VILLAGE, "供暖").await.name;
    let petitioner = add(&line, &case, person(party::Role::Petitioner, "张三丰")).await.expect("petitioner");
    let witness = add(&line, &case, person(party::Role::Witness, "李四")).await.expect("witness");
    let missing = format!("{case}/parties/00000000-0000-4000-8000-000000000000");
    for principal in [witness.name.clone(), missing] {
        let refused = add(&line, &case, agent("王律师", vec![principal])).await;
        assert_eq!(fields(refused), ["party.mandate.principals"]);
    }
    let added = add(&line, &case, agent("王律师", vec![petitioner.name.clone()])).await.expect("agent");
    let mandate = added.mandate.clone().expect("a mandate");
    assert_eq!(mandate.principals, std::slice::from_ref(&petitioner.name));
    assert_eq!((mandate.extent(), mandate.start_date), (v1::mandate::Extent::General, date(2026, 3, 2)));

    let mut client = CaseServiceClient::new(line.clone());
    let revoke = |party: &v1::Party| v1::RevokeMandateRequest {
        name: party.name.clone(),
        etag: party.etag.clone(),
        reason: "解除委托".into(),
        request_id: request_id(),
        ..Default::default()
    };
    assert_condition(client.revoke_mandate(revoke(&petitioner)).await, "NO_MANDATE");
    let guardian = v1::Party {
        mandate: Some(v1::Mandate { basis: v1::mandate::Basis::Law.into(), ..Default::default() }),
        ..agent("张父", Vec::new())
    };
    let guardian = add(&line, &case, guardian).await.expect("a guardian");
    assert_condition(client.revoke_mandate(revoke(&guardian)).await, "NO_MANDATE");
    let revoked = client.revoke_mandate(revoke(&added)).await.expect("revoked").into_inner();
    assert!(revoked.end_time.is_some() && revoked.mandate.as_ref().expect("mandate").revoke_time == revoked.end_time);
    assert_condition(client.revoke_mandate(revoke(&revoked)).await, "ALREADY_ENDED");
    assert_eq!(full(&line, &added.name).await.mandate, revoked.mandate);
    let get = v1::GetCaseRequest { name: case, ..Default::default() };
    assert_eq!(client.get_case(get).await.expect("case").into_inner().party_count, 3);
}

#[tokio::test]
async fn what_is_known_of_a_party_is_corrected() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let case = registered(&line, VILLAGE, "供暖").await.name;
    let party = add(&line, &case, person(party::Role::Petitioner, "张三丰")).await.expect("petitioner");
    let mut client = CaseServiceClient::new(line.clone());
    let update = |party: v1::Party, paths: &[&str]| v1::UpdatePartyRequest {
        party: Some(party),
        update_mask: (!paths.is_empty())
            .then(|| prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }),
        request_id: request_id(),
        ..Default::default()
    };
    let of = |party: &v1::Party| v1::Party { name: party.name.clone(), etag: party.etag.clone(), ..Default::default() };
    let moved = v1::Party { phone: "13900000011".into(), special_needs: vec![1, 4], ..of(&party) };
    let changed = client.update_party(update(moved, &[])).await.expect("updated").into_inner();
    let known = full(&line, &party.name).await;
    assert_eq!((known.phone.as_str(), &known.special_needs[..]), ("13900000011", &[1, 4][..]));
    assert_eq!((known.display_name.as_str(), known.id_number.as_str()), ("张三丰", "11010519491231002X"));
    assert!(changed.special_needs.is_empty() && changed.phone.ends_with("11"));

    let stale = update(v1::Party { phone: "1".into(), ..of(&party) }, &[]);
    assert_reason(client.update_party(stale).await, "ETAG_MISMATCH");
    for (party, paths) in [
        (of(&changed), &[][..]),
        (of(&changed), &["role"]),
        (v1::Party { etag: String::new(), phone: "1".into(), ..of(&changed) }, &[]),
        (v1::Party { id_number: "110105194912310021".into(), ..of(&changed) }, &[]),
    ] {
        assert_reason(client.update_party(update(party, paths)).await, "INVALID_REQUEST");
    }
    // Emptied by name.
    let emptied =
        client.update_party(update(of(&changed), &["id_number", "needs"])).await.expect("updated").into_inner();
    let known = full(&line, &emptied.name).await;
    assert_eq!((known.id_number.as_str(), known.needs.as_str()), ("", ""));
    let history = v1::ListCaseHistoryRequest { parent: case, ..Default::default() };
    let entries = client.list_case_history(history).await.expect("history").into_inner().entries;
    let told: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.r#type == "party.updated")
        .map(|entry| entry.facts["fields"].as_str())
        .collect();
    assert_eq!(told, ["phone,special_needs", "id_number,needs"]);
}

#[tokio::test]
async fn restricted_data_is_shown_to_nobody_and_comes_back() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let case = registered(&line, VILLAGE, "供暖").await.name;
    let party = add(&line, &case, person(party::Role::Petitioner, "张三丰")).await.expect("petitioner");
    let mut client = CaseServiceClient::new(line.clone());
    let restrict = |party: &v1::Party| v1::RestrictPartyRequest {
        name: party.name.clone(),
        etag: party.etag.clone(),
        reason: "本人申请停止处理".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let restricted = client.restrict_party(restrict(&party)).await.expect("restricted").into_inner();
    assert!(restricted.restrict_time.is_some());
    let known = full(&line, &party.name).await;
    for shown in [&restricted, &known] {
        let identity = [&shown.display_name, &shown.id_number, &shown.phone, &shown.address, &shown.needs];
        assert!(identity.iter().all(|text| text.is_empty()), "{shown:?}");
    }
    let matched = "SELECT COUNT(*) FROM case_parties WHERE phone_index IS NOT NULL OR id_number_index IS NOT NULL";
    assert_eq!(stage.count(matched).await, 0);
    assert_condition(client.restrict_party(restrict(&restricted)).await, "PARTY_RESTRICTED");
    let update = v1::UpdatePartyRequest {
        party: Some(v1::Party { phone: "13900000000".into(), ..restricted.clone() }),
        request_id: request_id(),
        ..Default::default()
    };
    assert_condition(client.update_party(update).await, "PARTY_RESTRICTED");

    let lift = |party: &v1::Party| v1::UnrestrictPartyRequest {
        name: party.name.clone(),
        etag: party.etag.clone(),
        reason: "本人撤回申请".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let open = client.unrestrict_party(lift(&restricted)).await.expect("lifted").into_inner();
    assert_eq!((open.display_name.as_str(), open.restrict_time), ("张**", None));
    assert_eq!(full(&line, &party.name).await.id_number, "11010519491231002X");
    assert_eq!(stage.count(matched).await, 1);
    assert_condition(client.unrestrict_party(lift(&open)).await, "NOT_RESTRICTED");
}
