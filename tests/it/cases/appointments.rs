//! Who handles a case, who takes charge of it, and who must keep away from it (XF 18, 28).

use lianbang::pb::v1::{
    self,
    appointment::{Role, State, recusal::Trigger},
    procedure_service_client::ProcedureServiceClient,
    routing_service_client::RoutingServiceClient,
};
use tonic::{Response, Status};

use super::docket::{Docket, step};
use crate::{
    harness::{Line, Stage, assert_condition, assert_reason, request_id},
    mutations::cadres,
};

type Answer = Result<Response<v1::Appointment>, Status>;

fn client(case: &Docket) -> RoutingServiceClient<Line> {
    RoutingServiceClient::new(case.line.clone())
}

async fn appoint(case: &Docket, cadre: &str) -> Answer {
    let request = v1::AppointCadreRequest {
        parent: case.case.name.clone(),
        cadre: cadre.into(),
        request_id: request_id(),
        ..Default::default()
    };
    client(case).appoint_cadre(request).await
}

async fn take_charge(case: &Docket, cadre: &str) -> Answer {
    let request = v1::TakeChargeRequest {
        parent: case.case.name.clone(),
        cadre: cadre.into(),
        plan: "一周内约见，一月内化解".into(),
        request_id: request_id(),
        ..Default::default()
    };
    client(case).take_charge(request).await
}

async fn recuse(case: &Docket, from: &v1::Appointment, granted: bool, replacement: &str) -> Answer {
    let request = v1::RecuseCadreRequest {
        name: from.name.clone(),
        etag: from.etag.clone(),
        trigger: Trigger::PartyRequest.into(),
        granted,
        decider: "王局长".into(),
        ground: "与一方系近亲属".into(),
        replacement: replacement.into(),
        request_id: request_id(),
        ..Default::default()
    };
    client(case).recuse_cadre(request).await
}

async fn release(case: &Docket, from: &v1::Appointment) -> Answer {
    let request = v1::ReleaseCadreRequest {
        name: from.name.clone(),
        etag: from.etag.clone(),
        reason: "调离".into(),
        request_id: request_id(),
        ..Default::default()
    };
    client(case).release_cadre(request).await
}

async fn appointments(case: &Docket, view: v1::View) -> Vec<v1::Appointment> {
    let list = v1::ListAppointmentsRequest {
        parent: case.case.name.clone(),
        view: view.into(),
        purpose: if view == v1::View::Full { "督查".into() } else { String::new() },
        ..Default::default()
    };
    client(case).list_appointments(list).await.expect("list").into_inner().appointments
}

#[tokio::test]
async fn a_leader_takes_charge_with_a_plan_and_is_released_with_what_came_of_it() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "供暖").await;
    let (first, second) = (cadres::entered(&stage).await.name, cadres::entered(&stage).await.name);
    assert_reason(take_charge(&case, "cadres/none").await, "INVALID_REQUEST");
    let taken = take_charge(&case, &first).await.expect("taken").into_inner();
    assert_eq!((taken.role(), taken.state(), taken.plan.as_str()), (Role::Leader, State::Serving, ""));
    assert_condition(take_charge(&case, &second).await, "CHARGE_TAKEN");
    // A charge is not released as a handler is.
    assert_reason(release(&case, &taken).await, "TRANSITION_NOT_ALLOWED");
    let request = v1::ReleaseChargeRequest {
        name: taken.name.clone(),
        etag: taken.etag.clone(),
        reason: "已化解".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let released = client(&case).release_charge(request).await.expect("released").into_inner();
    assert_eq!(released.state(), State::Released);
    take_charge(&case, &second).await.expect("the next leader");
    let full = appointments(&case, v1::View::Full).await;
    assert_eq!((full[0].plan.as_str(), full[0].end_reason.as_str()), ("一周内约见，一月内化解", "已化解"));
    let get = v1::GetAppointmentRequest { name: taken.name, ..Default::default() };
    let basic = client(&case).get_appointment(get).await.expect("basic").into_inner();
    assert_eq!((basic.plan.as_str(), basic.etag.as_str()), ("", released.etag.as_str()));
    let history: Vec<_> = case.history().await.into_iter().map(|(kind, _)| kind).take(4).collect();
    assert_eq!(history, ["case.registered", "case.charge_taken", "case.charge_released", "case.charge_taken"]);
}

#[tokio::test]
async fn who_is_recused_is_followed_by_another_and_stays_away() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "供暖").await;
    let (first, second) = (cadres::entered(&stage).await.name, cadres::entered(&stage).await.name);
    let appointed = appoint(&case, &first).await.expect("appointed").into_inner();
    assert_condition(appoint(&case, &first).await, "ALREADY_APPOINTED");
    assert_reason(recuse(&case, &appointed, false, &second).await, "INVALID_REQUEST");
    let goes_on = recuse(&case, &appointed, false, "").await.expect("refused").into_inner();
    assert_eq!(
        (goes_on.state(), goes_on.recusal.as_ref().map(|recusal| recusal.granted)),
        (State::Serving, Some(false))
    );
    assert_reason(recuse(&case, &appointed, true, "").await, "ETAG_MISMATCH");
    assert_reason(recuse(&case, &goes_on, true, &first).await, "CONFLICT_OF_INTEREST");
    let recused = recuse(&case, &goes_on, true, &second).await.expect("granted").into_inner();
    assert_eq!(recused.state(), State::Recused);
    let found = appointments(&case, v1::View::Basic).await;
    let states: Vec<_> = found.iter().map(|found| (found.cadre.as_str(), found.state())).collect();
    assert_eq!(states, [(first.as_str(), State::Recused), (second.as_str(), State::Serving)]);
    assert_eq!(recused.replacement, found[1].name);
    assert_reason(appoint(&case, &first).await, "CONFLICT_OF_INTEREST");
    assert_reason(take_charge(&case, &first).await, "CONFLICT_OF_INTEREST");
    assert_reason(recuse(&case, &recused, true, "").await, "TRANSITION_NOT_ALLOWED");
    // Who serves already does not follow a second time.
    let third = cadres::entered(&stage).await.name;
    let third = appoint(&case, &third).await.expect("appointed").into_inner();
    assert_condition(recuse(&case, &third, true, &second).await, "ALREADY_APPOINTED");
    release(&case, &found[1]).await.expect("released");
    assert_eq!(appointments(&case, v1::View::Full).await[0].end_reason, "与一方系近亲属");
}

#[tokio::test]
async fn the_accused_and_those_who_serve_them_are_not_appointed() {
    let stage = Stage::with_regions().await;
    let mut case = Docket::new(&stage, "低保").await;
    let accused = cadres::entered(&stage).await;
    let colleague = cadres::entered(&stage).await;
    let accuse = async |case: &Docket, subject: &str| {
        let request = v1::AddPartyRequest {
            parent: case.case.name.clone(),
            party: Some(v1::Party {
                role: v1::party::Role::Accused.into(),
                display_name: "某某".into(),
                subject: subject.into(),
                ..Default::default()
            }),
            request_id: request_id(),
            ..Default::default()
        };
        let mut cases = v1::case_service_client::CaseServiceClient::new(case.line.clone());
        cases.add_party(request).await.expect("accused");
    };
    accuse(&case, &accused.name).await;
    let status = assert_reason(appoint(&case, &accused.name).await, "CONFLICT_OF_INTEREST");
    assert!(format!("{status:?}").contains("ACCUSED"));
    accuse(&case, &colleague.organization).await;
    let status = assert_reason(take_charge(&case, &colleague.name).await, "CONFLICT_OF_INTEREST");
    assert!(format!("{status:?}").contains("SERVES_ACCUSED"));
    assert_eq!(appointments(&case, v1::View::Basic).await, []);
    // Nobody is appointed to what has ended.
    case.refreshes().await;
    case.took(step!(case, ProcedureServiceClient.withdraw_case(WithdrawCaseRequest { evidence: "撤回书".into() })));
    let other = cadres::entered(&stage).await.name;
    assert_condition(appoint(&case, &other).await, "CASE_ENDED");
}
