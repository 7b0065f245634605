//! Cases of types with their own stages: alarms and matters of a service window.

use lianbang::{
    auth::Role,
    pb::v1::{
        self,
        case::State,
        case_service_client::CaseServiceClient,
        catalog_service_client::CatalogServiceClient,
        clock::State::{Cancelled, Running, Stopped},
        clock_rule::Unit,
        form_value::Value,
        procedure_service_client::ProcedureServiceClient,
        routing_service_client::RoutingServiceClient,
    },
};
use tonic::{Response, Status};

use super::{
    docket::{Docket, step},
    registration,
};
use crate::{
    harness::{MONDAY, Stage, assert_reason, date},
    mutations::organizations,
    worker,
};

const VILLAGE: &str = "regions/411002001001";
const MINUTE: i64 = 60_000_000;

/// A registered case of a type, by an organization.
pub async fn registered(stage: &Stage, case_type: &str, office: &str) -> Docket {
    let line = stage.admin().await;
    let mut request = registration(VILLAGE, "呼叫");
    let case = request.case.as_mut().expect("case");
    case.case_type = case_type.into();
    case.nature = v1::case::Nature::Unspecified.into();
    case.registering_organization = office.into();
    let case = CaseServiceClient::new(line.clone()).register_case(request).await.expect("registered").into_inner();
    Docket { line, case, time: stage.time.clone() }
}

fn value(field: &str, value: Value) -> v1::FormValue {
    v1::FormValue { field: field.into(), value: Some(value) }
}

pub fn text(field: &str, given: &str) -> v1::FormValue {
    value(field, Value::Text(given.into()))
}

pub async fn advance(
    case: &Docket,
    action: &str,
    form: Vec<v1::FormValue>,
    to: &str,
) -> Result<Response<v1::Case>, Status> {
    step!(
        case,
        CaseServiceClient.advance_case(AdvanceCaseRequest {
            action: action.into(),
            form: form,
            organization: to.into(),
        })
    )
}

async fn allowed(case: &Docket) -> Vec<(String, String)> {
    let request = v1::ListAllowedActionsRequest { name: case.case.name.clone() };
    let found = CaseServiceClient::new(case.line.clone()).list_allowed_actions(request).await.expect("actions");
    let actions = found.into_inner().actions.into_iter().filter(|action| !action.action.is_empty());
    actions.map(|action| (action.action, action.stage_after)).collect()
}

/// The clocks of a type: term, state, minutes from 09:00 to when it is late.
pub async fn terms(case: &Docket) -> Vec<(String, v1::clock::State, i64)> {
    let request = v1::ListClocksRequest { parent: case.case.name.clone(), ..Default::default() };
    let mut client = ProcedureServiceClient::new(case.line.clone());
    let found = client.list_clocks(request).await.expect("clocks").into_inner().clocks;
    let told = |clock: v1::Clock| {
        let due = clock.due_time.expect("due").seconds;
        (clock.rule.clone(), clock.state(), (due - MONDAY / 1_000_000) / 60)
    };
    found.into_iter().map(told).collect()
}

fn faulty(outcome: Result<Response<v1::Case>, Status>) -> Vec<String> {
    let status = assert_reason(outcome, "INVALID_REQUEST");
    let details = tonic_types::StatusExt::get_details_bad_request(&status).expect("fields");
    details.field_violations.into_iter().map(|fault| fault.field).collect()
}

#[tokio::test]
async fn an_alarm_is_acknowledged_handed_on_attended_and_finished() {
    let stage = Stage::with_regions().await;
    let (centre, clinic) = (organizations::entered(&stage).await.name, organizations::entered(&stage).await.name);
    let worker = worker::worker(&stage, 30);
    let mut case = registered(&stage, "caseTypes/alarm", &centre).await;
    assert_eq!((case.case.case_type.as_str(), case.case.stage.as_str()), ("caseTypes/alarm@1", "RAISED"));
    assert_eq!(case.case.state(), State::Open);
    let acknowledge = "clockRules/alarm@1.acknowledge".to_owned();
    let attend = "clockRules/alarm@1.attend".to_owned();
    assert_eq!(terms(&case).await, [(acknowledge.clone(), Running, 5)]);
    let actions = [("acknowledge", "ACKNOWLEDGED"), ("hand_on", "RAISED"), ("dismiss", "FALSE_ALARM")];
    assert_eq!(allowed(&case).await, actions.map(|(action, stage)| (action.to_owned(), stage.to_owned())));

    // Nobody answers within five minutes: the feed says so.
    stage.time.advance(6 * MINUTE);
    assert_eq!(worker.turn().await.expect("a turn").expect("elected").warnings.done, 1);
    assert!(case.history().await.iter().any(|(kind, _)| kind == "clock.overdue"));

    // What is not possible in the stage, or not as the form demands, changes nothing.
    let early = advance(&case, "attend", vec![text("condition", "摔倒")], "").await;
    let early = assert_reason(early, "TRANSITION_NOT_ALLOWED");
    let told = tonic_types::StatusExt::get_details_error_info(&early).expect("info").metadata;
    assert_eq!((told["state"].as_str(), told["allowed"].as_str()), ("RAISED", "acknowledge,hand_on,dismiss"));
    assert_eq!(faulty(advance(&case, "fly", vec![], "").await), ["action"]);
    assert_eq!(faulty(advance(&case, "hand_on", vec![], "").await), ["form", "organization"]);
    assert_eq!(
        faulty(advance(&case, "acknowledge", vec![text("x", "y")], &clinic).await),
        ["form[0].field", "organization"]
    );
    let stale = v1::Case { etag: "\"0\"".into(), ..case.case.clone() };
    let stale = Docket { case: stale, line: case.line.clone(), time: case.time.clone() };
    assert_reason(advance(&stale, "acknowledge", vec![], "").await, "ETAG_MISMATCH");
    let before = (case.case.clone(), terms(&case).await);
    case.refreshes().await;
    assert_eq!((&case.case.etag, terms(&case).await), (&before.0.etag, before.1));

    let outcome = advance(&case, "acknowledge", vec![], "").await;
    assert_eq!(case.took(outcome), State::Open);
    assert_eq!(terms(&case).await, [(acknowledge.clone(), Stopped, 5), (attend.clone(), Running, 36)]);

    // Handed on, it must be acknowledged anew, and nobody gets more time to be there.
    stage.time.advance(4 * MINUTE);
    let outcome = advance(&case, "hand_on", vec![text("reason", "需要医生")], &clinic).await;
    case.took(outcome);
    assert_eq!((&case.case.stage[..], &case.case.handling_organization), ("RAISED", &clinic));
    let expected =
        [(acknowledge.clone(), Stopped, 5), (attend.clone(), Running, 36), (acknowledge.clone(), Running, 15)];
    assert_eq!(terms(&case).await, expected);
    assert_eq!(faulty(advance(&case, "hand_on", vec![text("reason", "再转")], &clinic).await), ["organization"]);
    let sees = stage.within(Role::Handler, &clinic).await;
    let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
    CaseServiceClient::new(sees).get_case(get).await.expect("the clinic sees what it has");
    let outcome = advance(&case, "acknowledge", vec![], "").await;
    case.took(outcome);
    assert_eq!(terms(&case).await.len(), 3, "the term to attend runs on");

    // A fault of each kind, all told at once.
    let form = vec![
        value("condition", Value::Number(1.0)),
        value("conscious", Value::Text("是".into())),
        text("condition", "再来"),
    ];
    let faults = ["form[0].value", "form[1].value", "form[2].field"];
    assert_eq!(faulty(advance(&case, "attend", form, "").await), faults);
    let form = vec![text("condition", "意识清醒，能走动"), value("conscious", Value::Flag(true))];
    let outcome = advance(&case, "attend", form.clone(), "").await;
    case.took(outcome);
    let wrong = vec![text("result", "FLOWN"), value("visit_date", Value::Date(date(2026, 2, 30).expect("a date")))];
    assert_eq!(faulty(advance(&case, "finish", wrong, "").await), ["form[1].value"]);
    assert_eq!(faulty(advance(&case, "finish", vec![text("result", "FLOWN")], "").await), ["form[0].value"]);
    let done =
        vec![text("result", "HELPED_AT_HOME"), value("visit_date", Value::Date(date(2026, 3, 9).expect("a date")))];
    let outcome = advance(&case, "finish", done.clone(), "").await;
    assert_eq!(case.took(outcome), State::Finished);
    assert_eq!(case.case.stage, "FINISHED");
    assert!(terms(&case).await.iter().all(|(_, state, _)| matches!(state, Stopped | Cancelled)));
    assert!(case.case.next_due_time.is_none() && case.case.close_time.is_some());
    assert_eq!(allowed(&case).await, []);
    assert_reason(advance(&case, "dismiss", vec![text("reason", "误报")], "").await, "TRANSITION_NOT_ALLOWED");

    // The forms are on record, for those who may read them.
    let mut client = CaseServiceClient::new(case.line.clone());
    let list = v1::ListAdvancesRequest { parent: case.case.name.clone(), ..Default::default() };
    let basic = client.list_advances(list.clone()).await.expect("listed").into_inner().advances;
    let taken: Vec<_> = basic.iter().map(|advance| advance.action.as_str()).collect();
    assert_eq!(taken, ["acknowledge", "hand_on", "acknowledge", "attend", "finish"]);
    assert!(basic.iter().all(|advance| advance.form.is_empty()));
    let full = v1::ListAdvancesRequest { view: v1::View::Full.into(), purpose: "核查".into(), ..list };
    let full = client.list_advances(full).await.expect("listed in full").into_inner().advances;
    assert_eq!((&full[3].form, &full[4].form), (&form, &done));
    let get = v1::GetAdvanceRequest { name: basic[1].name.clone(), ..Default::default() };
    assert_eq!(client.get_advance(get).await.expect("read").into_inner(), basic[1]);

    // A list finds cases by their type and stage.
    let filter = "case_type = \"caseTypes/alarm@1\" AND stage = \"FINISHED\" AND state = STATE_FINISHED".to_owned();
    let found = client.list_cases(v1::ListCasesRequest { filter, ..Default::default() }).await.expect("listed");
    assert_eq!(found.into_inner().cases.len(), 1);
}

#[tokio::test]
async fn a_window_issues_its_result_within_half_a_working_day_of_its_own_hours() {
    let stage = Stage::with_regions().await;
    let own = organizations::entered_with(&stage, |organization| {
        organization.office_hours = Some(v1::OfficeHours {
            morning_open: "09:00".into(),
            morning_close: "11:30".into(),
            afternoon_open: "13:00".into(),
            afternoon_close: "16:00".into(),
        });
    })
    .await;
    let usual = organizations::entered(&stage).await;
    let mut rule = String::new();
    // Taken on Monday at 09:30: the half day that has begun is not counted, the next one ends with the office.
    stage.time.advance(30 * MINUTE);
    for (office, minutes) in [(&own, 7 * 60), (&usual, 9 * 60)] {
        let mut case = registered(&stage, "caseTypes/service-window@1", &office.name).await;
        assert_eq!(terms(&case).await, []);
        let outcome = advance(&case, "ask_for_materials", vec![text("missing", "身份证、合同")], "").await;
        case.took(outcome);
        assert_eq!((case.case.stage.as_str(), terms(&case).await), ("FILED", vec![]));
        let outcome = advance(&case, "take", vec![], "").await;
        case.took(outcome);
        let clocks = terms(&case).await;
        assert_eq!(clocks[0].2, minutes, "{}", office.name);
        rule.clone_from(&clocks[0].0);
        // Handed to another window with other hours, it is due when it was.
        let outcome = advance(&case, "hand_on", vec![], &organizations::entered(&stage).await.name).await;
        case.took(outcome);
        assert_eq!(terms(&case).await, clocks);
        let outcome =
            advance(&case, "decide", vec![value("granted", Value::Flag(true)), value("fee", Value::Number(12.5))], "")
                .await;
        assert_eq!(case.took(outcome), State::Finished);
        assert_eq!(terms(&case).await[0].1, Stopped);
    }
    let mut catalog = CatalogServiceClient::new(stage.admin().await);
    let found = catalog.get_clock_rule(v1::GetClockRuleRequest { name: rule, date: None }).await.expect("a rule");
    let length = found.into_inner().length.expect("a length");
    assert_eq!((length.unit(), length.count), (Unit::HalfWorkingDay, 1));
}

#[tokio::test]
async fn the_law_has_no_part_in_other_types_and_they_have_none_in_a_petition() {
    let stage = Stage::with_regions().await;
    let office = organizations::entered(&stage).await.name;
    let case = registered(&stage, "caseTypes/alarm", &office).await;
    let accept = step!(
        case,
        ProcedureServiceClient.accept_case(AcceptCaseRequest { nature: v1::case::Nature::Suggestion.into() })
    );
    assert_reason(accept, "TRANSITION_NOT_ALLOWED");
    let transfer =
        step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: office.clone() }));
    assert_reason(transfer, "TRANSITION_NOT_ALLOWED");
    let petition = Docket::new(&stage, "供暖").await;
    let refused = assert_reason(advance(&petition, "acknowledge", vec![], "").await, "TRANSITION_NOT_ALLOWED");
    assert!(format!("{refused:?}").contains("AcceptCase"), "{refused:?}");

    let mut client = CaseServiceClient::new(case.line.clone());
    let mut request = registration(VILLAGE, "呼叫");
    request.case.as_mut().expect("case").case_type = "caseTypes/nothing".into();
    assert_eq!(faulty(client.register_case(request.clone()).await), ["case.case_type"]);
    request.case.as_mut().expect("case").case_type = "caseTypes/alarm@7".into();
    assert_eq!(faulty(client.register_case(request.clone()).await), ["case.case_type"]);
    let accusation = request.case.as_mut().expect("case");
    accusation.case_type = "caseTypes/alarm".into();
    accusation.nature = v1::case::Nature::Accusation.into();
    assert_eq!(faulty(client.register_case(request).await), ["case.nature"]);

    // A citizen takes a matter back, whatever its type.
    let mut case = case;
    let withdraw =
        step!(case, ProcedureServiceClient.withdraw_case(WithdrawCaseRequest { evidence: "不需要了".into() }));
    assert_eq!(case.took(withdraw), State::Withdrawn);
    assert_eq!(terms(&case).await[0].1, Cancelled);
    assert_reason(advance(&case, "acknowledge", vec![], "").await, "TRANSITION_NOT_ALLOWED");
}

/// Random actions, possible and not: the stage is where the type says, no term runs twice, an ended case has no clock that runs, and the
/// history leads to the same stage.
#[tokio::test]
async fn random_actions_never_leave_the_type() {
    let stage = Stage::with_regions().await;
    let mut offices = Vec::new();
    for _ in 0..3 {
        offices.push(organizations::entered(&stage).await.name);
    }
    let get = v1::GetCaseTypeRequest { name: "caseTypes/alarm".into() };
    let mut catalog = CatalogServiceClient::new(stage.admin().await);
    let alarm = catalog.get_case_type(get).await.expect("the type").into_inner();
    let mut random = 20_260_302_u64;
    let mut pick = |count: usize| {
        // Knuth's MMIX generator: the same walk each time.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % count
    };
    let mut taken_in_all = 0;
    for _ in 0..12 {
        let mut case = registered(&stage, "caseTypes/alarm", &offices[0]).await;
        let (mut at, mut taken) = ("RAISED".to_owned(), Vec::new());
        for _ in 0..30 {
            let action = &alarm.actions[pick(alarm.actions.len())];
            let needed = action.form.iter().filter(|field| field.required);
            let form = needed.map(|field| text(&field.field, field.choices.first().map_or("说明", String::as_str)));
            let to = if action.hands_on { offices[1 + pick(2)].clone() } else { String::new() };
            let again = action.hands_on && to == case.case.handling_organization;
            let ended = alarm.stages.iter().any(|stage| stage.stage == at && stage.terminal);
            let possible = action.from_stages.contains(&at);
            stage.time.advance(pick(20) as i64 * MINUTE);
            let outcome = advance(&case, &action.action, form.collect(), &to).await;
            if possible && !again {
                let state = case.took(outcome);
                at.clone_from(&action.to_stage);
                taken.push(action.action.clone());
                let ended = alarm.stages.iter().any(|stage| stage.stage == at && stage.terminal);
                assert_eq!(state, if ended { State::Finished } else { State::Open });
            } else {
                let expected = if possible { "INVALID_REQUEST" } else { "TRANSITION_NOT_ALLOWED" };
                assert_reason(outcome, expected);
                assert!(!possible || !ended);
            }
            assert_eq!(case.case.stage, at);
            let running = terms(&case).await.into_iter().filter(|(_, state, _)| *state == Running);
            let running: Vec<String> = running.map(|(term, ..)| term).collect();
            let distinct: std::collections::BTreeSet<&String> = running.iter().collect();
            assert_eq!(distinct.len(), running.len(), "a term runs twice: {running:?}");
            assert!(case.case.state() != State::Finished || running.is_empty(), "an ended case has a clock that runs");
        }
        let list = v1::ListAdvancesRequest { parent: case.case.name.clone(), ..Default::default() };
        let found = CaseServiceClient::new(case.line.clone()).list_advances(list).await.expect("listed").into_inner();
        assert_eq!(
            found.advances.iter().map(|advance| &advance.action).collect::<Vec<_>>(),
            taken.iter().collect::<Vec<_>>()
        );
        let replayed = found.advances.iter().try_fold("RAISED", |stage, advance| {
            (advance.stage_before == stage).then_some(advance.stage_after.as_str())
        });
        assert_eq!(replayed, Some(at.as_str()));
        let told = case.history().await.into_iter().filter(|(kind, _)| kind == "case.advanced").count();
        assert_eq!(told, taken.len());
        taken_in_all += taken.len();
    }
    assert!(taken_in_all > 30, "the walk went somewhere: {taken_in_all}");
}
