//! Accusations and the walls around them: how they rise, who is told that a case left, and who has seen it (XF 30, 46).

use lianbang::{
    auth::Role,
    pb::v1::{
        self, case::Nature, case_service_client::CaseServiceClient, party,
        routing_service_client::RoutingServiceClient, watch_events_response::Message,
    },
};
use tonic::{Response, Status};

use super::{
    docket::{Docket, step},
    registration,
};
use crate::{
    events::watched,
    harness::{Line, Stage, assert_condition, assert_reason, official, reason, request_id},
    mutations::{cadres, organizations},
};

const VILLAGE: &str = "regions/411002001001";
const CITY: &str = "regions/411000000000";

fn accused(subject: &str) -> v1::Party {
    v1::Party { role: party::Role::Accused.into(), subject: subject.into(), ..Default::default() }
}

async fn accuse(case: &Docket, subject: &str) {
    let add = v1::AddPartyRequest {
        parent: case.case.name.clone(),
        party: Some(accused(subject)),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(case.line.clone()).add_party(add).await.expect("the accused");
}

async fn wall(case: &Docket, holders: &[&str]) -> Result<Response<v1::Case>, Status> {
    let holders = holders.iter().map(|name| (*name).to_owned()).collect();
    let reason = "上级有利害关系".to_owned();
    step!(case, CaseServiceClient.wall_case(WallCaseRequest { holders: holders, reason: reason }))
}

/// The line sees the case.
async fn sees(line: &Line, case: &str) -> bool {
    let get = v1::GetCaseRequest { name: case.into(), ..Default::default() };
    match CaseServiceClient::new(line.clone()).get_case(get).await {
        Ok(_) => true,
        Err(status) => {
            assert_eq!(reason(&status), "NOT_FOUND");
            false
        }
    }
}

#[tokio::test]
async fn the_accused_and_all_who_serve_them_are_walled_off() {
    let stage = Stage::with_regions().await;
    let bureau = organizations::entered(&stage).await.name;
    let above = bureau.clone();
    let branch = organizations::entered_with(&stage, |organization| organization.parent = above).await.name;
    let cadre = cadres::entered(&stage).await;
    let unit = cadre.organization.clone();
    let lines = async |organization: &str| stage.client_of(organization, &[Role::Coordinator], &[CITY]).await;
    let (of_bureau, of_branch, of_unit, other) =
        (lines(&bureau).await, lines(&branch).await, lines(&unit).await, lines("").await);
    let seen = async |case: &str| {
        let mut seen = Vec::new();
        for line in [&of_bureau, &of_branch, &of_unit, &other] {
            seen.push(sees(line, case).await);
        }
        seen
    };
    // From the beginning, by the accused of a registration; those above an accused organization are not walled off by it.
    let mut request = registration(VILLAGE, "反映办事拖延");
    request.parties = vec![accused(&bureau)];
    let mut client = CaseServiceClient::new(other.clone());
    let case = client.register_case(request).await.expect("registered").into_inner().name;
    assert_eq!(seen(&case).await, [false, false, true, true]);
    let mut request = registration(VILLAGE, "反映办事拖延");
    request.parties = vec![accused(&branch)];
    let case = client.register_case(request).await.expect("registered").into_inner().name;
    assert_eq!(seen(&case).await, [true, false, true, true]);

    // Later, by an accused cadre: the cadre's organization too.
    let case = Docket::new(&stage, "反映干部").await;
    assert_eq!(seen(&case.case.name).await, [true; 4]);
    accuse(&case, &cadre.name).await;
    assert_eq!(seen(&case.case.name).await, [true, true, false, true]);

    // By hand: superiors in conflict. The end of a part takes no wall down.
    let mut case = Docket::new(&stage, "反映领导").await;
    case.took(wall(&case, &[&bureau]).await);
    assert_eq!(seen(&case.case.name).await, [false, false, true, true]);
    let nobody = wall(&case, &["organizations/nobody", "cadres/nobody"]).await;
    let details = tonic_types::StatusExt::get_details_bad_request(&assert_reason(nobody, "INVALID_REQUEST"));
    let fields: Vec<String> = details.expect("faults").field_violations.into_iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["holders[0]", "holders[1]"]);
    let own = Docket { line: lines(&unit).await, case: case.case.clone(), time: case.time.clone() };
    assert_reason(wall(&own, &[&unit]).await, "INVALID_REQUEST");

    // Who serves whom is looked up with each call: a cadre that joins the bureau tomorrow is walled off tomorrow. Neither they nor those
    // below get the case by a transfer.
    for (organization, relation) in [(&bureau, "ACCUSED"), (&branch, "SERVES_ACCUSED")] {
        let organization = organization.clone();
        let sent = step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: organization }));
        let status = assert_reason(sent, "CONFLICT_OF_INTEREST");
        let info = tonic_types::StatusExt::get_details_error_info(&status).expect("info");
        assert_eq!(info.metadata["relation"], relation);
    }
}

#[tokio::test]
async fn who_is_walled_off_is_told_once_that_it_left() {
    let stage = Stage::with_regions().await;
    let bureau = organizations::entered(&stage).await.name;
    let of_bureau = stage.client_of(&bureau, &[Role::Coordinator], &[CITY]).await;
    let other = stage.client_of("", &[Role::Coordinator], &[CITY]).await;
    let mut case = Docket::new(&stage, "反映办事拖延").await;
    case.took(wall(&case, &[&bureau]).await);
    // Moved within the city: nothing more of it reaches them, neither the move nor a mark of it.
    case.refreshes().await;
    let mut amended = v1::AmendCaseRequest {
        case: Some(v1::Case { region: "regions/411081001001".into(), ..case.case.clone() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["region".into()] }),
        request_id: request_id(),
        ..Default::default()
    };
    amended.reason = "地点更正".into();
    CaseServiceClient::new(case.line.clone()).amend_case(amended).await.expect("amended");
    let next = Docket::new(&stage, "供暖").await.case.name;
    stage.settle(&stage.admin().await).await;
    let told = |messages: Vec<Message>| -> Vec<String> {
        let about = |message| match message {
            Message::Event(event) => Some(event.r#type).filter(|_| event.subject.starts_with(&case.case.name)),
            Message::ScopeLeft(left) => Some(format!("left {}", left.name)),
            _ => None,
        };
        messages.into_iter().filter_map(about).collect()
    };
    let left = format!("left {}", case.case.name);
    assert_eq!(told(watched(&of_bureau, &next).await), [left]);
    assert_eq!(told(watched(&other, &next).await), ["case.registered", "case.walled", "case.amended"]);
}

#[tokio::test]
async fn what_becomes_an_accusation_leaves_and_names_who_has_seen_it() {
    let stage = Stage::with_regions().await;
    let coordinator = stage.within(Role::Coordinator, CITY).await;
    let discipline =
        stage.client_of("", &[Role::AccusationHandler, Role::Coordinator], &["regions/000000000000"]).await;
    let mut case = Docket::new(&stage, "反映问题").await;
    case.line = discipline.clone();
    let view = v1::GetCaseRequest {
        name: case.case.name.clone(),
        view: v1::View::Full.into(),
        purpose: "研判".into(),
        on_behalf_of: official(),
    };
    let mut client = CaseServiceClient::new(coordinator.clone());
    for _ in 0..2 {
        client.get_case(view.clone()).await.expect("seen");
    }
    let nature = Nature::Accusation.into();
    let reason = "实为检举".to_owned();
    case.took(step!(case, CaseServiceClient.reclassify_case(ReclassifyCaseRequest { nature: nature, reason: reason })));
    assert!(!sees(&coordinator, &case.case.name).await);
    let next = Docket::new(&stage, "供暖").await.case.name;
    stage.settle(&discipline).await;
    // A replay from the beginning shows nothing of its past, and that it left.
    let about: Vec<String> = watched(&coordinator, &next)
        .await
        .into_iter()
        .filter_map(|message| match message {
            Message::Event(event) => Some(event.subject).filter(|subject| subject.starts_with(&case.case.name)),
            Message::ScopeLeft(left) => Some(format!("left {}", left.name)),
            _ => None,
        })
        .collect();
    assert_eq!(about, [format!("left {}", case.case.name)]);

    let list = v1::ListDisclosuresRequest { parent: case.case.name.clone(), page_size: 1, ..Default::default() };
    let mut client = CaseServiceClient::new(discipline.clone());
    let first = client.list_disclosures(list.clone()).await.expect("disclosures").into_inner();
    assert_eq!(first.disclosures.len(), 1);
    assert_eq!((first.disclosures[0].view_count, first.disclosures[0].act_count), (0, 1));
    let rest = v1::ListDisclosuresRequest { page_size: 10, page_token: first.next_page_token, ..list };
    let rest = client.list_disclosures(rest).await.expect("disclosures").into_inner();
    let told: Vec<_> = rest
        .disclosures
        .iter()
        .map(|seen| {
            let who = seen.on_behalf_of.as_ref().map_or("", |official| official.official_id.as_str());
            (who, seen.view_count, seen.act_count)
        })
        .collect();
    // The official who looked twice; the body that reclassified it.
    assert_eq!(told, [("zhang-001", 2, 0), ("", 0, 1)]);
    assert_reason(
        CaseServiceClient::new(coordinator)
            .list_disclosures(v1::ListDisclosuresRequest { parent: case.case.name, ..Default::default() })
            .await,
        "NOT_FOUND",
    );
}

#[tokio::test]
async fn numbers_have_no_holes_that_tell_of_accusations() {
    let stage = Stage::with_regions().await;
    let line = stage.client_of("", &[Role::AccusationHandler, Role::Coordinator], &[CITY]).await;
    let mut client = CaseServiceClient::new(line);
    let mut numbers = Vec::new();
    for nature in [Nature::Claim, Nature::Accusation, Nature::Claim, Nature::Accusation] {
        let mut request = registration(VILLAGE, "反映问题");
        request.case.as_mut().expect("case").nature = nature.into();
        numbers.push(client.register_case(request).await.expect("registered").into_inner().number);
    }
    let expected = ["411002-20260302-0001", "411002-20260302-J0001", "411002-20260302-0002", "411002-20260302-J0002"];
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn an_ended_case_raises_no_wall() {
    let stage = Stage::with_regions().await;
    let bureau = organizations::entered(&stage).await.name;
    let mut case = Docket::new(&stage, "供暖").await;
    let evidence = "撤回申请".to_owned();
    use lianbang::pb::v1::procedure_service_client::ProcedureServiceClient;
    case.took(step!(case, ProcedureServiceClient.withdraw_case(WithdrawCaseRequest { evidence: evidence })));
    assert_condition(wall(&case, &[&bureau]).await, "CASE_ENDED");
}

#[tokio::test]
async fn a_notice_does_not_name_a_case_that_is_kept_from_its_reader() {
    use lianbang::pb::v1::{notice::Ground, procedure_service_client::ProcedureServiceClient};
    let stage = Stage::with_regions().await;
    let bureau = organizations::entered(&stage).await.name;
    let of_bureau = stage.client_of(&bureau, &[Role::Coordinator], &[CITY]).await;
    let mut hidden = Docket::new(&stage, "反映办事拖延").await;
    let mut again = Docket::new(&stage, "还是办事拖延").await;
    let declined = step!(
        again,
        ProcedureServiceClient.decline_case(DeclineCaseRequest {
            ground: Ground::SameMatterLive.into(),
            document_number: "不受〔2026〕1号".into(),
            guidance: "该事项正在办理。".into(),
            related_case: hidden.case.name.clone(),
        })
    );
    again.took(declined);
    hidden.took(wall(&hidden, &[&bureau]).await);
    let list = v1::ListNoticesRequest { parent: again.case.name.clone(), ..Default::default() };
    for (line, shown) in [(&again.line, hidden.case.name.as_str()), (&of_bureau, "")] {
        let mut client = ProcedureServiceClient::new(line.clone());
        let notice = client.list_notices(list.clone()).await.expect("notices").into_inner().notices.remove(0);
        assert_eq!(notice.related_case, shown);
        let get = v1::GetNoticeRequest { name: notice.name, ..Default::default() };
        assert_eq!(client.get_notice(get).await.expect("notice").into_inner().related_case, shown);
    }
}
