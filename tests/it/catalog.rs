//! CatalogService.

mod calendars;
mod deadlines;

use lianbang::{
    auth::Role,
    pb::v1::{self, catalog_service_client::CatalogServiceClient},
};

use crate::harness::{Line, Stage, assert_reason};

type Client = CatalogServiceClient<Line>;

/// The request in English.
fn english<T>(message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("accept-language", "en".parse().expect("ascii"));
    request
}

/// A client that reads.
async fn reader(stage: &Stage) -> Client {
    Client::new(stage.everywhere(Role::Reader).await)
}

fn topic(name: &str) -> v1::GetTopicRequest {
    v1::GetTopicRequest { name: name.into() }
}

/// The topics of a list, by pages of `page_size`.
async fn topics(client: &mut Client, parent: &str, descendants: bool, page_size: i32) -> Vec<v1::Topic> {
    let mut found = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListTopicsRequest { parent: parent.into(), descendants, page_size, page_token };
        let page = client.list_topics(request).await.expect("page").into_inner();
        assert!(page_size == 0 || page.topics.len() <= usize::try_from(page_size).expect("size"));
        found.extend(page.topics);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}

#[tokio::test]
async fn a_topic_stands_in_its_tree() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let heating = client.get_topic(topic("topics/heating")).await.expect("topic").into_inner();
    assert_eq!(heating.display_name, "供热");
    assert_eq!((heating.parent.as_str(), heating.level, heating.leaf), ("topics/utilities", 2, true));
    assert_eq!(heating.taxonomy, "cn-general");
    let heating = client.get_topic(english(topic("topics/heating"))).await.expect("topic").into_inner();
    assert_eq!(heating.display_name, "Heating");
    let above = client.get_topic(topic("topics/utilities")).await.expect("topic").into_inner();
    assert_eq!((above.parent.as_str(), above.level, above.leaf), ("", 1, false));
    assert_reason(client.get_topic(topic("topics/nothing")).await, "NOT_FOUND");
    assert_reason(client.get_topic(topic("heating")).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn topics_are_listed_in_the_order_of_the_tree() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let top = topics(&mut client, "", false, 5).await;
    assert_eq!(top.len(), 12);
    assert!(top.iter().all(|topic| topic.parent.is_empty() && !topic.leaf));
    let all = topics(&mut client, "", true, 7).await;
    assert!(all.len() > 48, "{}", all.len());
    for (index, topic) in all.iter().enumerate() {
        let above = all.iter().position(|other| other.name == topic.parent);
        assert_eq!(above.is_none(), topic.parent.is_empty());
        assert!(above.is_none_or(|above| above < index), "{} stands before the topic above it", topic.name);
    }
    let names = |topics: Vec<v1::Topic>| topics.into_iter().map(|topic| topic.name).collect::<Vec<_>>();
    let below = names(topics(&mut client, "topics/utilities", false, 0).await);
    assert_eq!(below[..3], ["topics/heating", "topics/water", "topics/gas"]);
    assert_eq!(names(topics(&mut client, "topics/utilities", true, 2).await), below);
    assert!(topics(&mut client, "topics/heating", true, 0).await.is_empty());
}

#[tokio::test]
async fn a_list_of_topics_knows_its_parent_and_its_own_tokens() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let unknown = v1::ListTopicsRequest { parent: "topics/nothing".into(), ..Default::default() };
    assert_reason(client.list_topics(unknown).await, "NOT_FOUND");
    let request = v1::ListTopicsRequest { page_size: 1, ..Default::default() };
    let page_token = client.list_topics(request).await.expect("page").into_inner().next_page_token;
    let other = v1::ListTopicsRequest { parent: "topics/housing".into(), page_token, ..Default::default() };
    assert_reason(client.list_topics(other).await, "INVALID_PAGE_TOKEN");
}

#[tokio::test]
async fn the_petition_is_a_case_type_with_its_stages() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let get = |name: &str| v1::GetCaseTypeRequest { name: name.into() };
    let petition = client.get_case_type(get("caseTypes/petition@1")).await.expect("type").into_inner();
    assert_eq!((petition.display_name.as_str(), petition.revision), ("信访事项", 1));
    assert_eq!(petition.stages[0].stage, "STATE_REGISTERED");
    assert!(petition.stages.iter().any(|stage| stage.stage == "STATE_CLOSED" && stage.terminal));
    let newest = client.get_case_type(get("caseTypes/petition")).await.expect("type").into_inner();
    assert_eq!(newest, petition);
    for name in &petition.clock_rules {
        let request = v1::GetClockRuleRequest { name: name.clone(), date: None };
        client.get_clock_rule(request).await.expect("a rule of the petition is there");
    }
    assert_reason(client.get_case_type(get("caseTypes/petition@2")).await, "NOT_FOUND");
    assert_reason(client.get_case_type(get("caseTypes/nothing")).await, "NOT_FOUND");

    let listed = client.list_case_types(english(v1::ListCaseTypesRequest::default())).await.expect("list").into_inner();
    let names: Vec<_> = listed.case_types.iter().map(|known| known.display_name.as_str()).collect();
    assert_eq!(names, ["Alarm", "Petition", "Service window"]);
    assert_eq!(listed.next_page_token, "");
    let faulty = v1::ListCaseTypesRequest { page_token: "x".into(), ..Default::default() };
    assert_reason(client.list_case_types(faulty).await, "INVALID_PAGE_TOKEN");
}

#[tokio::test]
async fn a_newer_tree_is_taken_over_at_the_next_start() {
    let stage = Stage::new().await;
    stage.sql("DELETE FROM topics WHERE id = 'gas'").await;
    stage.sql("UPDATE topics SET display_name = '暖气' WHERE id = 'heating'").await;
    stage.sql("UPDATE topic_trees SET version = 0").await;
    let door = &stage.running.base().door;
    let sources = lianbang::server::Sources { time: door.time.clone(), ids: door.ids.clone() };
    let call = sources.own_call();
    let (one, other) = tokio::join!(lianbang::catalog::seed(&door.db, &call), lianbang::catalog::seed(&door.db, &call));
    one.and(other).expect("both");
    let mut client = reader(&stage).await;
    assert_eq!(client.get_topic(topic("topics/heating")).await.expect("topic").into_inner().display_name, "供热");
    client.get_topic(topic("topics/gas")).await.expect("topic");
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind = 'topics.updated'").await, 2);

    // An older program leaves a newer tree alone.
    stage.sql("UPDATE topic_trees SET version = 99").await;
    stage.sql("UPDATE topics SET display_name = '集中供热' WHERE id = 'heating'").await;
    lianbang::catalog::seed(&door.db, &sources.own_call()).await.expect("seed");
    assert_eq!(client.get_topic(topic("topics/heating")).await.expect("topic").into_inner().display_name, "集中供热");
}

#[tokio::test]
async fn topics_above_a_topic_come_nearest_first() {
    let stage = Stage::new().await;
    let door = &stage.running.base().door;
    let above = lianbang::catalog::ancestors(&door.db, "topics/heating").await.expect("topic");
    assert_eq!(above, ["topics/heating", "topics/utilities"]);
    for unknown in ["topics/nothing", "heating", "regions/1"] {
        assert!(lianbang::catalog::ancestors(&door.db, unknown).await.expect("none").is_empty());
    }
    assert!(door.catalog.topic_exists(&door.db, "topics/utilities").await.expect("topic"));
    assert!(!door.catalog.topic_exists(&door.db, "topics/nothing").await.expect("none"));
}
