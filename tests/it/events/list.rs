//! Reading in stretches.

use lianbang::{db::Rows, page::Page};

use super::*;
use crate::harness::assert_reason;

#[tokio::test]
async fn changes_come_in_order_and_say_what_happened() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    stage.settle(&admin).await;
    let (entries, _) = list_to_end(&admin, list_all("", "type = \"region.*\"")).await;
    let events: Vec<&v1::Event> =
        entries.iter().map(|entry| if let Entry::Event(event) = entry { event } else { panic!("{entry:?}") }).collect();
    let expected: Vec<String> =
        crate::harness::small_tree().iter().map(|row| format!("regions/{:0<12}", row.code)).collect();
    assert_eq!(events.iter().map(|event| event.subject.clone()).collect::<Vec<_>>(), expected);
    let ids: std::collections::HashSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len());

    let village = events.last().expect("event");
    assert_eq!(village.spec_version, "1.0");
    assert!(village.source.starts_with("/registers/"), "{}", village.source);
    assert_eq!(village.r#type, "region.created");
    assert_eq!(village.resource_type, "lianbang/Region");
    assert_eq!(village.region, "regions/411081001002");
    assert_eq!(village.client, "clients/administrator-everywhere");
    assert_eq!(village.etag, "v1");
    assert!(village.time.is_some());

    // What the server did by itself names no client; what has no place names no region.
    let (own, _) = list_to_end(&admin, list_all("", "type = \"database.claimed\"")).await;
    let Entry::Event(own) = &own[0] else { panic!("{own:?}") };
    assert_eq!((own.client.as_str(), own.region.as_str()), ("", ""));
}

#[tokio::test]
async fn an_event_keeps_states_and_official_but_no_names() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    stage
        .note([Change {
            state_before: Some("STATE_OPEN"),
            state_after: Some("STATE_CLOSED"),
            etag: "v7".into(),
            ..case_in(WEIDU, "1")
        }])
        .await;
    let event = Watcher::open(&admin, watch_all("", "subject = \"cases/1\"")).await.event().await;
    assert_eq!(event.resource_type, "lianbang/Case");
    assert_eq!((event.state_before.as_str(), event.state_after.as_str()), ("STATE_OPEN", "STATE_CLOSED"));
    assert_eq!((event.etag.as_str(), event.region.as_str()), ("v7", "regions/411002000000"));

    stage.sql("UPDATE records SET official_id = 'z1', official_name = '张三', official_post = '主任'").await;
    let event = Watcher::open(&admin, watch_all("", "subject = \"cases/1\"")).await.event().await;
    let official = event.official.clone().expect("official");
    assert_eq!((official.official_id.as_str(), official.post.as_str()), ("z1", "主任"));
    assert!(!format!("{event:?}").contains("张三"));
}

#[tokio::test]
async fn pages_go_on_without_gap_or_double() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    stage.settle(&admin).await;
    let (whole, end) = list_to_end(&admin, list_all("", "")).await;
    assert!(whole.len() > 11, "{}", whole.len());
    let (pieces, _) = list_to_end(&admin, v1::ListEventsRequest { page_size: 2, ..list_all("", "") }).await;
    let subjects = |entries: &[Entry]| entries.iter().map(about).collect::<Vec<_>>();
    assert_eq!(subjects(&pieces), subjects(&whole));
    // From each event's own cursor the rest follows, and the same events have the same ids.
    for (index, entry) in whole.iter().enumerate() {
        let Entry::Event(event) = entry else { panic!("{entry:?}") };
        let (rest, _) = list_to_end(&admin, list_all(&event.cursor, "")).await;
        assert_eq!(subjects(&rest), subjects(&whole[index + 1..]));
        if let (Some(Entry::Event(next)), Some(Entry::Event(known))) = (rest.first(), whole.get(index + 1)) {
            assert_eq!(next.id, known.id);
        }
    }
    let (nothing, _) = list_to_end(&admin, list_all(&end, "")).await;
    assert_eq!(subjects(&nothing), Vec::<String>::new());
}

#[tokio::test]
async fn who_begins_now_gets_what_comes() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    stage.settle(&admin).await;
    let answer = list(&admin, v1::ListEventsRequest { from_now: true, ..Default::default() }).await.expect("list");
    assert!(answer.entries.is_empty() && answer.caught_up);
    stage.note([case_in(WEIDU, "1")]).await;
    assert_eq!(Watcher::open(&admin, watch_all(&answer.cursor, "")).await.subjects().await, ["cases/1"]);
    let both = v1::ListEventsRequest { cursor: answer.cursor, from_now: true, ..Default::default() };
    assert_reason(list(&admin, both).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn a_list_and_a_watch_from_its_cursor_have_no_gap() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    // A list feature takes its cursor before it reads its rows: what is written between is in both.
    let cursor = stage.cursor_now().await;
    stage.note([case_in(WEIDU, "1")]).await;
    stage.note([case_in(WEIDU, "2")]).await;
    let mut watcher = Watcher::open(&admin, watch_all(&cursor, "subject = \"cases/*\"")).await;
    assert_eq!(watcher.subjects().await, ["cases/1", "cases/2"]);
}

#[tokio::test]
async fn every_page_of_a_list_has_the_cursor_of_the_first() {
    let stage = Stage::new().await;
    let door = &stage.running.base().door;
    let call = Sources { time: door.time.clone(), ids: door.ids.clone() }.own_call();
    let read = |token: &str| Page::<i64>::read(&call, door.db.keys(), 1, token, &[]).expect("page");
    let mut first = read("");
    let cursor = first.cursor(door).await.expect("cursor");
    let (_, token) = first.finish(door.db.keys(), vec![1, 2], |row| *row);
    let mut second = read(&token);
    assert_eq!(second.after, Some(1));
    assert_eq!(second.cursor(door).await.expect("cursor"), cursor);
}

#[tokio::test]
async fn a_filter_takes_what_it_names_and_no_other_field() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    stage.note([case_in(WEIDU, "1"), case_in(YUZHOU, "2")]).await;
    stage.note([Change { kind: "mediation.opened", resource: "mediations/1".into(), ..case_in(YUZHOU, "") }]).await;
    stage.settle(&admin).await;
    for (filter, expected) in [
        ("type = \"case.*\"", &["cases/1", "cases/2"][..]),
        ("type = \"mediation.opened\"", &["mediations/1"]),
        ("type = \"case.*\" OR type = \"mediation.*\"", &["cases/1", "cases/2", "mediations/1"]),
        ("resource_type = \"lianbang/Mediation\"", &["mediations/1"]),
        ("region = \"regions/411081000000\"", &["cases/2", "mediations/1"]),
        ("region = \"regions/411000000000\" AND type != \"mediation.*\"", &["cases/1", "cases/2"]),
        ("subject = \"cases/2\"", &["cases/2"]),
        ("subject = \"medi*\"", &["mediations/1"]),
    ] {
        let (entries, _) = list_to_end(&admin, list_all("", filter)).await;
        assert_eq!(entries.iter().map(about).collect::<Vec<_>>(), expected, "{filter}");
    }
    for filter in ["client = \"x\"", "region = \"regions/41\"", "subject != \"cases/1\"", "type >"] {
        assert_reason(list(&admin, list_all("", filter)).await, "INVALID_FILTER");
        assert_reason(Watcher::try_open(&admin, watch_all("", filter)).await.map(|_| ()), "INVALID_FILTER");
    }
}

#[tokio::test]
async fn one_call_walks_over_a_bounded_stretch() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    stage.settle(&admin).await;
    let begin =
        list(&admin, v1::ListEventsRequest { from_now: true, ..Default::default() }).await.expect("list").cursor;
    stage.note_elsewhere(WEIDU, 4_500, "").await;
    stage.note([case_in(YUZHOU, "last")]).await;
    let filter = "subject = \"cases/last\"";
    Watcher::open(&admin, watch_all("", filter)).await.event().await;
    let answer = list(&admin, list_all(&begin, filter)).await.expect("list");
    assert!(answer.entries.is_empty() && !answer.caught_up);
    let (entries, _) = list_to_end(&admin, list_all(&begin, filter)).await;
    assert_eq!(entries.iter().map(about).collect::<Vec<_>>(), ["cases/last"]);
    let most = v1::ListEventsRequest { page_size: 9_999, ..list_all(&begin, "") };
    assert_eq!(list(&admin, most).await.expect("list").entries.len(), 500);
}

#[tokio::test]
async fn a_cursor_of_nobody_is_refused() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let mut altered = stage.cursor_now().await.into_bytes();
    altered[20] ^= 1;
    for cursor in ["x".to_owned(), "张三".to_owned(), String::from_utf8_lossy(&altered).into_owned()] {
        assert_reason(list(&admin, list_all(&cursor, "")).await, "INVALID_CURSOR");
        assert_reason(Watcher::try_open(&admin, watch_all(&cursor, "")).await.map(|_| ()), "INVALID_CURSOR");
    }
    assert_reason(list(&admin, list_all(&"x".repeat(513), "")).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn a_cursor_whose_history_is_gone_is_told_so() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    stage.settle(&admin).await;
    let (entries, end) = list_to_end(&admin, list_all("", "type = \"region.*\"")).await;
    let Entry::Event(first) = &entries[0] else { panic!("{entries:?}") };
    assert!(list(&admin, list_all(&first.cursor, "")).await.is_ok());
    // History up to and with the fifth region is removed.
    let fifth = "(SELECT seq FROM records WHERE kind = 'region.created' ORDER BY seq LIMIT 1 OFFSET 4)";
    stage
        .sql(&format!("INSERT INTO meta SELECT 'feed_floor', xact || ':' || seq FROM records WHERE seq = {fifth}"))
        .await;
    stage.sql(&format!("DELETE FROM records WHERE seq <= {fifth}")).await;
    assert_reason(list(&admin, list_all(&first.cursor, "")).await, "REVISION_COMPACTED");
    assert_reason(Watcher::try_open(&admin, watch_all(&first.cursor, "")).await.map(|_| ()), "REVISION_COMPACTED");
    // From the end, and from the oldest retained change, reading goes on.
    assert!(list(&admin, list_all(&end, "")).await.is_ok());
    let (rest, _) = list_to_end(&admin, list_all("", "type = \"region.*\"")).await;
    assert_eq!(rest.len(), entries.len() - 5);
}

#[tokio::test]
async fn a_cursor_from_before_a_restore_is_told_so() {
    let stage = Stage::new().await;
    let cursor = stage.cursor_now().await;
    stage.sql("UPDATE meta SET value = '0123456789abcdef0123456789abcdef' WHERE key = 'incarnation'").await;
    let Stage { running, config, database, .. } = stage;
    running.stop().await;
    let stage = Stage::start(config, database).await;
    let admin = stage.admin().await;
    assert_reason(list(&admin, list_all(&cursor, "")).await, "REVISION_COMPACTED");

    // A database that was set back without a new incarnation: the cursor lies ahead of everything.
    if !stage.database.is_postgres() {
        let cursor = stage.cursor_now().await;
        stage.sql("DELETE FROM records WHERE seq = (SELECT MAX(seq) FROM records)").await;
        assert_reason(list(&admin, list_all(&cursor, "")).await, "REVISION_COMPACTED");
    }
}
