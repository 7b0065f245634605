//! Lists, look-ups and the feed: what is asked without the name of a case.

use std::collections::{BTreeMap, BTreeSet};

use lianbang::pb::v1::{self, duplicate_service_client::DuplicateServiceClient};
use prost::Message as _;
use tonic::Request;

use super::world::{Messages, Outcome, TITLE, World, ask, hides, name_official, root_id};
use crate::{
    cases::registered,
    harness::{Line, MONDAY, request_id},
    mutations,
};

/// What is asked without the name of a case, and must not show it: by method, for a case with its query code and the one that came behind it.
pub fn collections(case: &str, code: &v1::QueryCode, mediation: &str, next: &str) -> BTreeMap<&'static str, Messages> {
    let about = format!("subject = \"{case}*\" OR subject = \"{mediation}*\" OR subject = \"{next}*\"");
    let v1::QueryCode { number, query_code } = code.clone();
    let query = v1::QueryPublicStatusRequest { number: number.clone(), query_code: query_code.clone() };
    let rating = v1::SubmitRatingRequest {
        number: number.clone(),
        query_code,
        rated_body: v1::rate_case_request::RatedBody::PetitionOffice.into(),
        rating: v1::case::Rating::Satisfied.into(),
        request_id: request_id(),
        ..Default::default()
    };
    let number = v1::lookup_case_request::Key::Number(number);
    let import = v1::ImportHeader { source: "walls".into(), ..Default::default() };
    let header = v1::CaseImportHeader { import_header: Some(import), ..Default::default() };
    let row = v1::CaseRow {
        source_id: "known".into(),
        region: "regions/411002001001".into(),
        title: "供暖".into(),
        receive_time: Some(prost_types::Timestamp { seconds: MONDAY / 1_000_000, nanos: 0 }),
        ..Default::default()
    };
    use v1::import_cases_request::Message;
    let import = [Message::Header(header), Message::Row(row)];
    let import = import.map(|message| v1::ImportCasesRequest { message: Some(message) }.encode_to_vec());
    let import_header = Some(v1::ImportHeader {
        source: "walls".into(),
        on_behalf_of: crate::harness::official(),
        ..Default::default()
    });
    let region = "regions/411002001001".to_owned();
    let header = v1::MediationImportHeader { import_header, committee: "organizations/none".into(), region };
    let row = v1::MediationRow { source_id: "known".into(), matter: "供暖".into(), ..Default::default() };
    use v1::import_mediations_request::Message as Telling;
    let mediations = [Telling::Header(header), Telling::Row(row)];
    let mediations = mediations.map(|message| v1::ImportMediationsRequest { message: Some(message) }.encode_to_vec());
    let one = |message: Vec<u8>| vec![message];
    BTreeMap::from([
        (
            "/lianbang.v1.CaseService/ListCases",
            one(v1::ListCasesRequest { page_size: 500, ..Default::default() }.encode_to_vec()),
        ),
        (
            "/lianbang.v1.CaseService/BatchGetCases",
            one(v1::BatchGetCasesRequest { names: vec![case.into()] }.encode_to_vec()),
        ),
        (
            "/lianbang.v1.CaseService/SearchCases",
            one(v1::SearchCasesRequest { query: TITLE.into(), page_size: 500, ..Default::default() }.encode_to_vec()),
        ),
        ("/lianbang.v1.CaseService/LookupCase", one(v1::LookupCaseRequest { key: Some(number) }.encode_to_vec())),
        ("/lianbang.v1.CaseService/ImportCases", import.to_vec()),
        (
            "/lianbang.v1.EventService/ListEvents",
            one(v1::ListEventsRequest { filter: about.clone(), ..Default::default() }.encode_to_vec()),
        ),
        (
            "/lianbang.v1.EventService/WatchEvents",
            one(v1::WatchEventsRequest { filter: about, ..Default::default() }.encode_to_vec()),
        ),
        (
            "/lianbang.v1.MediationService/ListMediations",
            one(v1::ListMediationsRequest { page_size: 500, ..Default::default() }.encode_to_vec()),
        ),
        ("/lianbang.v1.MediationService/ImportMediations", mediations.to_vec()),
        ("/lianbang.v1.PublicService/QueryPublicStatus", one(query.encode_to_vec())),
        ("/lianbang.v1.PublicService/SubmitRating", one(rating.encode_to_vec())),
    ])
}

/// What answers with figures over cases: by method, how it is asked.
pub fn figures() -> BTreeMap<&'static str, Messages> {
    BTreeMap::from([(
        "/lianbang.v1.DuplicateService/ReportRules",
        vec![v1::ReportRulesRequest::default().encode_to_vec()],
    )])
}

/// What a call without a name answers. A watch never ends by itself: it is read up to what came behind.
async fn ask_for_all(
    line: &Line,
    method: &str,
    messages: Messages,
    official: Option<&v1::Official>,
    next: &str,
) -> Outcome {
    if method.ends_with("ListEvents") {
        let mut request = v1::ListEventsRequest::decode(messages[0].as_slice()).expect("the request");
        let mut all = Vec::new();
        loop {
            let bytes = ask(line, method, vec![request.encode_to_vec()], official).await?;
            let answer = v1::ListEventsResponse::decode(bytes.as_slice()).expect("the answer");
            all.extend(bytes);
            if answer.caught_up {
                return Ok(all);
            }
            request.cursor = answer.cursor;
        }
    }
    if !method.ends_with("WatchEvents") {
        return ask(line, method, messages, official).await;
    }
    let request = v1::WatchEventsRequest::decode(messages[0].as_slice()).expect("the request");
    let mut request = Request::new(request);
    name_official(&mut request, official);
    let mut client = v1::event_service_client::EventServiceClient::new(line.clone());
    let mut events = client.watch_events(request).await?.into_inner();
    let mut all = Vec::new();
    while let Some(event) = events.message().await? {
        let bytes = event.encode_to_vec();
        let last = String::from_utf8_lossy(&bytes).contains(root_id(next));
        all.extend(bytes);
        if last {
            break;
        }
    }
    Ok(all)
}

#[tokio::test]
async fn what_is_walled_off_is_in_no_figure() {
    for accusation in [false, true] {
        let world = World::new(5).await;
        let case = registered(&world.entitled, "regions/411002001001", TITLE).await;
        let other = registered(&world.entitled, "regions/411002001001", "供暖").await;
        let ask = async |line: &Line, official: Option<&v1::Official>| {
            let mut answers = BTreeMap::new();
            for (method, messages) in figures() {
                answers.insert(method, ask(line, method, messages, official).await.ok());
            }
            answers
        };
        let before = ask(&world.entitled, None).await;
        let confirm = v1::ConfirmDuplicateRequest {
            name: case.name.clone(),
            other_case: other.name,
            kind: v1::similar_case::Rule::Related.into(),
            request_id: request_id(),
            ..Default::default()
        };
        DuplicateServiceClient::new(world.entitled.clone()).confirm_duplicate(confirm).await.expect("confirmed");
        let after = ask(&world.entitled, None).await;
        let mut answered = BTreeSet::new();
        for (method, figure) in &before {
            assert_ne!(figure, &after[method], "{method} does not count it for who may see it");
        }
        if accusation {
            world.change(&case.name, "nature = 2").await;
        }
        for pair in &world.pairs {
            if !accusation {
                world.stage.sql("DELETE FROM case_walls").await;
                let counted = ask(&pair.serving, pair.official.as_ref()).await;
                for (method, figure) in &after {
                    let same = counted[method].as_ref().is_none_or(|counted| Some(counted) == figure.as_ref());
                    assert!(same, "{method} and {}: not counted before there is a wall", pair.about);
                }
                world.wall(&case.name, &pair.holder).await;
            }
            let kept = ask(&pair.serving, pair.official.as_ref()).await;
            for (method, figure) in &before {
                let none = kept[method].as_ref().is_none_or(|kept| Some(kept) == figure.as_ref());
                assert!(none, "{method} and {}: it is counted", pair.about);
                answered.extend(kept[method].is_some().then_some(*method));
            }
        }
        assert_eq!(answered.len(), before.len(), "nobody behind a wall may ask: {answered:?}");
    }
}

#[tokio::test]
async fn what_is_walled_off_is_in_no_list_and_no_feed() {
    for accusation in [false, true] {
        let world = World::new(5).await;
        let case = registered(&world.entitled, "regions/411002001001", TITLE).await;
        let source = "external_source = 'walls', external_id = 'known'";
        world.change(&case.name, source).await;
        let mediation = mutations::mediations::opened(&world.stage).await.name;
        let next = registered(&world.entitled, "regions/411002001001", "供暖").await;
        let code = mutations::query_code(&world.stage, &case.name).await;
        // Answered, so that it can be rated.
        world.change(&case.name, "state = 9").await;
        let names = [root_id(&case.name).to_owned(), root_id(&mediation).to_owned()];
        world.put_on(&mediation, &case.name).await;
        world
            .stage
            .sql(&format!("UPDATE mediations SET {source} WHERE id IN (SELECT mediation FROM mediation_cases)"))
            .await;
        world.stage.settle(&world.entitled).await;
        if accusation {
            world.change(&case.name, "nature = 2").await;
        }
        for (method, messages) in collections(&case.name, &code, &mediation, &next.name) {
            let open = ask_for_all(&world.entitled, method, messages.clone(), None, &next.name).await;
            let text = String::from_utf8_lossy(&open.expect(method)).into_owned();
            assert!(
                names.iter().chain([&case.number]).any(|name| text.contains(name)),
                "{method} does not show it to who may see it"
            );
        }
        for pair in &world.pairs {
            if !accusation {
                world.wall(&case.name, &pair.holder).await;
            }
            for (method, messages) in collections(&case.name, &code, &mediation, &next.name) {
                let (about, asked) = (format!("{method} and {}", pair.about), messages.concat());
                // Whoever waits after wrong codes would not be asked at all.
                world.stage.sql("DELETE FROM query_failures").await;
                let kept = ask_for_all(&pair.serving, method, messages, pair.official.as_ref(), &next.name).await;
                hides(&kept, &case, &asked, &about);
                let text = kept.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
                assert!(!text.contains(&names[1]), "{about}: the mediation is shown");
            }
        }
    }
}
