//! Case types that a county publishes itself.

use lianbang::{
    auth::Role,
    pb::v1::{self, case::State, catalog_service_client::CatalogServiceClient, clock_rule::Unit, form_field::Kind},
};
use tonic::{Response, Status};

use super::stages::{advance, registered, terms, text};
use crate::{
    harness::{Line, Stage, assert_reason, request_id},
    mutations::organizations,
};

/// A type with two stages, one action and one term.
pub fn small_type(revision: i32, minutes: i32) -> v1::CaseType {
    let stage = |id: &str, terminal| v1::Stage { stage: id.into(), display_name: id.into(), terminal };
    let field = v1::FormField {
        field: "result".into(),
        display_name: "结果".into(),
        kind: Kind::Choice.into(),
        required: true,
        choices: vec!["FIXED".into(), "NONE".into()],
    };
    v1::CaseType {
        revision,
        display_name: "路灯报修".into(),
        stages: vec![stage("OPEN", false), stage("DONE", true)],
        actions: vec![v1::Action {
            action: "finish".into(),
            display_name: "办结".into(),
            from_stages: vec!["OPEN".into()],
            to_stage: "DONE".into(),
            form: vec![field],
            ..Default::default()
        }],
        terms: vec![v1::Term {
            term: "repair".into(),
            display_name: "修复".into(),
            start_stage: "OPEN".into(),
            stop_stages: vec!["DONE".into()],
            unit: Unit::Minute.into(),
            length: minutes,
        }],
        ..Default::default()
    }
}

pub async fn publish(line: &Line, id: &str, case_type: v1::CaseType) -> Result<Response<v1::CaseType>, Status> {
    let request = v1::PublishCaseTypeRequest {
        case_type: Some(case_type),
        case_type_id: id.into(),
        request_id: request_id(),
        ..Default::default()
    };
    CatalogServiceClient::new(line.clone()).publish_case_type(request).await
}

#[tokio::test]
async fn a_case_keeps_the_revision_that_it_was_registered_with() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    let office = organizations::entered(&stage).await.name;
    let first = publish(&line, "street-lamp", small_type(1, 60)).await.expect("published").into_inner();
    assert_eq!(first.name, "caseTypes/street-lamp@1");
    assert_eq!(first.clock_rules, ["clockRules/street-lamp@1.repair"]);
    let get = v1::GetCaseTypeRequest { name: "caseTypes/street-lamp".into() };
    let mut catalog = CatalogServiceClient::new(line.clone());
    assert_eq!(catalog.get_case_type(get.clone()).await.expect("read").into_inner(), first);
    let mut old = registered(&stage, "caseTypes/street-lamp", &office).await;
    publish(&line, "street-lamp", small_type(2, 30)).await.expect("published");
    assert_eq!(catalog.get_case_type(get).await.expect("read").into_inner().revision, 2);
    let new = registered(&stage, "caseTypes/street-lamp", &office).await;
    assert_eq!((old.case.case_type.as_str(), terms(&old).await[0].2), ("caseTypes/street-lamp@1", 60));
    assert_eq!((new.case.case_type.as_str(), terms(&new).await[0].2), ("caseTypes/street-lamp@2", 30));
    let outcome = advance(&old, "finish", vec![text("result", "FIXED")], "").await;
    assert_eq!(old.took(outcome), State::Finished);

    assert_reason(publish(&line, "street-lamp", small_type(2, 30)).await, "ALREADY_EXISTS");
    let coordinator = stage.everywhere(Role::Coordinator).await;
    assert_reason(publish(&coordinator, "street-lamp", small_type(3, 30)).await, "PERMISSION_DENIED");
    let county = stage.within(Role::Administrator, "regions/411002000000").await;
    assert_reason(publish(&county, "street-lamp", small_type(3, 30)).await, "OUT_OF_SCOPE");
}

#[tokio::test]
async fn a_type_that_would_leave_a_case_without_an_end_is_not_published() {
    let stage = Stage::new().await;
    let line = stage.admin().await;
    let faults = async |id: &str, change: &dyn Fn(&mut v1::CaseType)| {
        let mut given = small_type(1, 60);
        change(&mut given);
        let status = assert_reason(publish(&line, id, given).await, "INVALID_REQUEST");
        let details = tonic_types::StatusExt::get_details_bad_request(&status).expect("fields");
        details.field_violations.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
    };
    let lamp = "street-lamp";
    let extra = |id: &str| v1::Stage { stage: id.into(), display_name: "多余".into(), terminal: false };
    assert_eq!(faults("petition", &|_| {}).await, ["case_type_id"]);
    assert_eq!(faults(lamp, &|given| given.display_name = " ".into()).await, ["case_type.display_name"]);
    assert_eq!(
        faults(lamp, &|given| given.actions[0].display_name = "\u{3000}".into()).await,
        ["case_type.actions[0].display_name"]
    );
    assert_eq!(faults(lamp, &|given| given.revision = 2).await, ["case_type.revision"]);
    assert_eq!(faults(lamp, &|given| given.stages.push(extra("OPEN"))).await, ["case_type.stages"]);
    let lost = ["case_type.stages[2].stage", "case_type.stages[2].stage"];
    assert_eq!(faults(lamp, &|given| given.stages.push(extra("LOST"))).await, lost, "never reached, and no way out");
    assert_eq!(
        faults(lamp, &|given| given.stages[1].terminal = false).await,
        ["case_type.stages[0].stage", "case_type.stages[1].stage"]
    );
    assert_eq!(
        faults(lamp, &|given| {
            given.actions[0].from_stages.push("DONE".into());
            given.actions[0].from_stages.push("NOWHERE".into());
            given.actions[0].form[0].choices.clear();
            given.terms[0].start_stage = "DONE".into();
            given.terms[0].stop_stages.push("NOWHERE".into());
        })
        .await,
        [
            "case_type.actions[0].from_stages",
            "case_type.actions[0].from_stages",
            "case_type.actions[0].form[0].choices",
            "case_type.terms[0].start_stage",
            "case_type.terms[0].stop_stages",
        ]
    );
    let shape = faults(lamp, &|given| {
        given.terms[0].length = 0;
        given.terms[0].unit = 0;
        given.stages[0].stage = "not an id".into();
        given.actions[0].form[0].kind = 9;
    });
    assert_eq!(shape.await.len(), 4);
}
