//! Searching: Chinese words from two characters on, in scope, ranked, and nothing sensitive by what it tells.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, case::Nature, case_match::Part, case_service_client::CaseServiceClient, party,
        routing_service_client::RoutingServiceClient,
    },
};

use super::{
    docket::{Docket, step},
    parties::person,
    registration,
};
use crate::{
    harness::{DAY, Line, MONDAY, Stage, assert_reason, official, request_id},
    mutations::organizations,
    worker::worker,
};

const HERE: &str = "regions/411002001001";
const THERE: &str = "regions/411081001002";

fn about(region: &str, title: &str, statement: &str) -> v1::RegisterCaseRequest {
    let mut request = registration(region, title);
    let case = request.case.as_mut().expect("a case");
    case.statement = statement.into();
    request
}

/// Registers a case, a second after the one before.
async fn told(stage: &Stage, line: &Line, title: &str, statement: &str) -> v1::Case {
    stage.time.advance(1_000_000);
    register(line, about(HERE, title, statement)).await
}

async fn register(line: &Line, request: v1::RegisterCaseRequest) -> v1::Case {
    CaseServiceClient::new(line.clone()).register_case(request).await.expect("registered").into_inner()
}

fn words(query: &str) -> v1::SearchCasesRequest {
    v1::SearchCasesRequest { query: query.into(), ..Default::default() }
}

async fn search(line: &Line, request: v1::SearchCasesRequest) -> v1::SearchCasesResponse {
    let query = request.query.clone();
    CaseServiceClient::new(line.clone()).search_cases(request).await.expect(&query).into_inner()
}

/// The titles that a query finds.
async fn found(line: &Line, query: &str) -> Vec<String> {
    titles(search(line, words(query)).await)
}

fn titles(response: v1::SearchCasesResponse) -> Vec<String> {
    response.matches.into_iter().map(|found| found.case.expect("a case").title).collect()
}

#[tokio::test]
async fn words_are_found_as_they_are_written_titles_first_and_the_newer_first() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    told(&stage, &line, "A3区锅炉房噪音", "夜里十二点还在响。").await;
    told(&stage, &line, "供暖不足", "锅炉太旧，温度只有十二度，Ａ３区全部如此。").await;
    told(&stage, &line, "锅炉又坏了", "报修三次没人来。").await;
    told(&stage, &line, "路灯不亮", "与锅 炉无关；炉和锅也无关。").await;
    for (query, expected) in [
        ("锅炉", vec!["锅炉又坏了", "A3区锅炉房噪音", "供暖不足"]),
        ("a3区", vec!["A3区锅炉房噪音", "供暖不足"]),
        ("锅炉 十二", vec!["供暖不足", "A3区锅炉房噪音"]),
        ("锅炉，噪音", vec!["A3区锅炉房噪音"]),
        ("报修三次没人来", vec!["锅炉又坏了"]),
        ("锅炉房 报修", vec![]),
        // Each pair of characters is there, the word is not.
        ("炉又坏了报", vec![]),
        ("炉房噪音夜", vec![]),
    ] {
        assert_eq!(found(&line, query).await, expected, "{query}");
    }
    let found = search(&line, words("锅炉")).await;
    let parts: Vec<Part> = found.matches.iter().map(v1::CaseMatch::part).collect();
    assert_eq!(parts, [Part::Title, Part::Title, Part::Narrative]);
    // What is found is shown as in a list.
    assert!(found.matches.iter().flat_map(|found| &found.case).all(|case| case.statement.is_empty()));
    let by_time = v1::SearchCasesRequest { order_by: "register_time desc".into(), ..words("锅炉") };
    assert_eq!(titles(search(&line, by_time).await), ["锅炉又坏了", "供暖不足", "A3区锅炉房噪音"]);
}

#[tokio::test]
async fn a_query_that_is_none_is_refused_with_its_reason() {
    let stage = Stage::with_regions().await;
    let mut client = CaseServiceClient::new(stage.everywhere(Role::Reader).await);
    let long = "锅炉".repeat(51);
    for query in
        ["", "锅", "锅炉 坏", "锅炉*", "\"锅炉", "锅炉 OR 噪音", "-锅炉", "title:锅炉", "(锅炉)", "？", "……", &long]
    {
        let answer = client.search_cases(words(query)).await;
        let status = answer.as_ref().expect_err(query);
        assert!(format!("{:?}", tonic_types::StatusExt::get_error_details(status)).contains("query"), "{query}");
        assert_reason(answer, "INVALID_REQUEST");
    }
    let request = v1::SearchCasesRequest { filter: "title = a".into(), ..words("锅炉") };
    assert_reason(client.search_cases(request).await, "INVALID_FILTER");
    let request = v1::SearchCasesRequest { order_by: "next_due_time".into(), ..words("锅炉") };
    assert_reason(client.search_cases(request).await, "INVALID_FILTER");
    let request = v1::SearchCasesRequest { page_token: "x".into(), ..words("锅炉") };
    assert_reason(client.search_cases(request).await, "INVALID_PAGE_TOKEN");
}

#[tokio::test]
async fn what_is_told_is_searched_only_by_those_who_may_read_it() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    told(&stage, &line, "供暖不足", "锅炉太旧。").await;
    told(&stage, &line, "锅炉噪音", "夜里很响。").await;
    let reader = stage.everywhere(Role::Reader).await;
    assert_eq!(found(&reader, "锅炉").await, ["锅炉噪音"]);
    let by_time = v1::SearchCasesRequest { order_by: "register_time desc".into(), ..words("锅炉") };
    assert_eq!(titles(search(&reader, by_time).await), ["锅炉噪音"]);
    assert!(found(&reader, "很响").await.is_empty());
}

#[tokio::test]
async fn a_search_stays_in_scope_and_takes_filters() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    told(&stage, &line, "锅炉一", "旧").await;
    stage.time.advance(1_000_000);
    let other = register(&line, about(THERE, "锅炉二", "旧")).await;
    for (area, expected) in [
        ("411002000000", vec!["锅炉一"]),
        ("411002001001", vec!["锅炉一"]),
        ("411002001002", vec![]),
        ("411081000000", vec!["锅炉二"]),
        ("411000000000", vec!["锅炉二", "锅炉一"]),
    ] {
        let line = stage.within(Role::Coordinator, &format!("regions/{area}")).await;
        assert_eq!(found(&line, "锅炉").await, expected, "{area}");
    }
    let filtered = |filter: &str| v1::SearchCasesRequest { filter: filter.into(), ..words("锅炉") };
    assert_eq!(titles(search(&line, filtered("region = regions/411081000000")).await), ["锅炉二"]);
    assert!(titles(search(&line, filtered("state = STATE_CLOSED")).await).is_empty());
    // Two areas that hold the same case.
    let both = stage.within_all(Role::Coordinator, &["regions/411002000000", "regions/411002001001"]).await;
    assert_eq!(found(&both, "锅炉").await, ["锅炉一"]);

    // An organization finds what it was sent, from when it was sent.
    let bureau = organizations::entered(&stage).await.name;
    let of_bureau = stage.within(Role::Handler, &bureau).await;
    assert!(found(&of_bureau, "锅炉").await.is_empty());
    let case = Docket { line: line.clone(), case: other, time: stage.time.clone() };
    step!(case, RoutingServiceClient.transfer_case(TransferCaseRequest { organization: bureau.clone() }))
        .expect("sent");
    assert_eq!(found(&of_bureau, "锅炉").await, ["锅炉二"]);
}

#[tokio::test]
async fn pages_hold_each_match_once() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    for number in 0..9 {
        // Some share their second.
        if number % 3 == 0 {
            stage.time.advance(1_000_000);
        }
        let (title, statement) = if number % 2 == 0 { ("锅炉", "旧") } else { ("供暖", "锅炉旧") };
        register(&line, about(HERE, &format!("{title}{number}"), statement)).await;
    }
    for order_by in ["", "register_time desc"] {
        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let asked =
                v1::SearchCasesRequest { page_size: 2, page_token, order_by: order_by.into(), ..words("锅炉") };
            let page = search(&line, asked).await;
            page_token = page.next_page_token.clone();
            assert!(page.matches.len() <= 2);
            seen.extend(titles(page));
            if page_token.is_empty() {
                break;
            }
        }
        if order_by.is_empty() {
            assert!(seen[..5].iter().all(|title| title.starts_with("锅炉")), "{seen:?}");
        }
        seen.sort();
        let all = ["供暖1", "供暖3", "供暖5", "供暖7", "锅炉0", "锅炉2", "锅炉4", "锅炉6", "锅炉8"];
        assert_eq!(seen, all, "{order_by}");
    }
}

#[tokio::test]
async fn the_index_follows_corrections() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    let case = told(&stage, &line, "供暖不足", "锅炉太旧。").await;
    let amend = v1::AmendCaseRequest {
        case: Some(v1::Case {
            name: case.name.clone(),
            title: "电梯停运".into(),
            summary: "物业不管".into(),
            region: THERE.into(),
            etag: case.etag.clone(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["title".into(), "summary".into(), "region".into()] }),
        reason: "核对".into(),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(line.clone()).amend_case(amend).await.expect("amended");
    for (query, expected) in [("电梯", 1), ("物业", 1), ("锅炉", 1), ("供暖", 0), ("电梯 锅炉", 1)] {
        assert_eq!(found(&line, query).await.len(), expected, "{query}");
    }
    let before = stage.within(Role::Coordinator, HERE).await;
    let now = stage.within(Role::Coordinator, THERE).await;
    assert_eq!((found(&before, "电梯").await.len(), found(&now, "电梯").await.len()), (0, 1));
}

#[tokio::test]
async fn what_is_told_in_confidence_is_not_in_the_index() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::AccusationHandler).await;
    let mut secret = about(HERE, "举报一", "侵占土地补偿款");
    secret.case.as_mut().expect("a case").nature = Nature::Accusation.into();
    let mut confidential = about(HERE, "反映二", "侵占土地补偿款");
    confidential.case.as_mut().expect("a case").identity_mode = v1::case::IdentityMode::Confidential.into();
    let with = |title: &str, party: v1::Party| {
        let mut request = about(HERE, title, "侵占土地补偿款");
        request.parties = vec![party];
        request
    };
    let plain = v1::Party { role: party::Role::Petitioner.into(), display_name: "张三".into(), ..Default::default() };
    // Fifteen years old on 2 March 2026.
    let minor = v1::Party { id_number: "110105201012310027".into(), ..plain.clone() };
    let ill = v1::Party { needs: "听力不便".into(), ..plain.clone() };
    let ward = v1::Mandate { basis: v1::mandate::Basis::Law.into(), ..Default::default() };
    let guardian = v1::Party { role: party::Role::Agent.into(), mandate: Some(ward), ..plain.clone() };
    for request in [
        secret,
        confidential,
        with("未成年三", minor.clone()),
        with("健康四", ill.clone()),
        with("监护五", guardian.clone()),
        with("普通六", plain.clone()),
        about(HERE, "普通七", "侵占土地补偿款"),
    ] {
        stage.time.advance(1_000_000);
        register(&line, request).await;
    }
    assert_eq!(found(&line, "补偿款").await, ["普通七", "普通六"]);
    for title in ["举报", "反映", "未成年", "健康", "监护"] {
        assert_eq!(found(&line, title).await.len(), 1, "{title}");
    }
    // Whoever sees no accusations finds none, by its title either.
    assert!(found(&stage.everywhere(Role::Coordinator).await, "举报").await.is_empty());
    // And from when it turns out to be sensitive, it is found no longer.
    for (title, party) in [("改一甲", minor), ("改二乙", ill), ("改三丙", guardian)] {
        let case = told(&stage, &line, title, "挪用专项资金").await;
        assert_eq!(found(&line, "专项资金").await, [title]);
        let add = v1::AddPartyRequest {
            parent: case.name,
            party: Some(party),
            request_id: request_id(),
            on_behalf_of: official(),
            ..Default::default()
        };
        CaseServiceClient::new(line.clone()).add_party(add).await.expect("added");
        assert!(found(&line, "专项资金").await.is_empty());
        assert_eq!(found(&line, title).await, [title]);
    }
    // An accusation leaves the index, and what is none after all comes back.
    let case = told(&stage, &line, "普通九", "挪用专项资金").await;
    let mut case = Docket { line: line.clone(), case, time: stage.time.clone() };
    for (nature, expected) in [(Nature::Accusation, 0), (Nature::Claim, 1)] {
        let class = (i32::from(nature), "核实".to_owned());
        case.took(step!(
            case,
            CaseServiceClient.reclassify_case(ReclassifyCaseRequest { nature: class.0, reason: class.1 })
        ));
        assert_eq!(found(&line, "专项资金").await.len(), expected, "{nature:?}");
    }
}

#[tokio::test]
async fn cases_of_servers_of_before_are_indexed_by_the_worker() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    told(&stage, &line, "供暖不足", "锅炉太旧。").await;
    let mut request = about(HERE, "锅炉噪音", "老人睡不着");
    request.parties = vec![person(party::Role::Petitioner, "张三")];
    register(&line, request).await;
    let index = if stage.database.is_postgres() { "case_terms" } else { "case_index" };
    stage.sql(&format!("DELETE FROM {index}")).await;
    stage.sql("DELETE FROM case_terms").await;
    stage.sql("UPDATE cases SET indexed = FALSE").await;
    assert!(found(&line, "锅炉").await.is_empty());
    let worker = worker(&stage, 60);
    let turn = worker.turn().await.expect("the database answers").expect("elected");
    assert_eq!((turn.indexed.done, turn.indexed.failed), (2, 0));
    assert_eq!(found(&line, "锅炉").await, ["锅炉噪音", "供暖不足"]);
    // A party whose health is on record.
    assert!(found(&line, "睡不着").await.is_empty());
    assert_eq!(worker.turn().await.expect("answers").expect("elected").indexed.done, 0);
}

#[tokio::test]
async fn a_filter_that_hardly_anything_passes_ends_a_page_early_and_loses_nothing() {
    use v1::import_cases_request::Message;
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Administrator).await;
    let sought = told(&stage, &line, "锅炉零", "旧").await;
    stage.time.advance(DAY);
    let import = v1::ImportHeader { source: "many".into(), ..Default::default() };
    let header = v1::CaseImportHeader { import_header: Some(import), ..Default::default() };
    let row = |number: i64| v1::CaseRow {
        source_id: number.to_string(),
        region: HERE.into(),
        title: "锅炉".into(),
        receive_time: Some(prost_types::Timestamp { seconds: MONDAY / 1_000_000 + 3600 + number, nanos: 0 }),
        ..Default::default()
    };
    let messages = std::iter::once(Message::Header(header)).chain((0..4500).map(|number| Message::Row(row(number))));
    let messages: Vec<_> = messages.map(|message| v1::ImportCasesRequest { message: Some(message) }).collect();
    let mut client = CaseServiceClient::new(line.clone());
    let mut results = client.import_cases(futures::stream::iter(messages)).await.expect("import").into_inner();
    while results.message().await.expect("a row").is_some() {}
    let asked = v1::SearchCasesRequest { filter: "external_source != \"many\"".into(), ..words("锅炉") };
    let first = search(&line, asked.clone()).await;
    assert!(first.matches.is_empty() && !first.next_page_token.is_empty(), "looked at all of them");
    let (mut names, mut page_token, mut pages) = (Vec::new(), first.next_page_token, 1);
    while !page_token.is_empty() {
        let page = search(&line, v1::SearchCasesRequest { page_token, ..asked.clone() }).await;
        names.extend(page.matches.into_iter().map(|found| found.case.expect("a case").name));
        page_token = page.next_page_token;
        pages += 1;
    }
    // Each of the two ranks is looked through in two pages, the second of the first going on to the other rank.
    assert_eq!((names, pages), (vec![sought.name], 3));
}
