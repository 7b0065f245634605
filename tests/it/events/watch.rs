//! Following.

use super::*;
use crate::harness::{DAY, assert_reason, reason, request_id};

const TWO_COUNTIES: [&str; 2] = ["regions/411002000000", "regions/411081000000"];

fn idle(bookmark_seconds: i64) -> v1::WatchEventsRequest {
    let bookmark_interval = Some(prost_types::Duration { seconds: bookmark_seconds, nanos: 0 });
    v1::WatchEventsRequest { from_now: true, bookmark_interval, ..Default::default() }
}

#[tokio::test]
async fn a_watch_replays_and_then_follows() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let cursor = stage.cursor_now().await;
    stage.note([case_in(WEIDU, "1"), case_in(WEIDU, "2")]).await;
    let mut watcher = Watcher::open(&admin, watch_all(&cursor, "subject = \"cases/*\"")).await;
    assert_eq!(watcher.subjects().await, ["cases/1", "cases/2"]);
    stage.note([case_in(WEIDU, "3")]).await;
    let third = watcher.event().await;
    assert_eq!(third.subject, "cases/3");
    stage.note([case_in(WEIDU, "4"), case_in(WEIDU, "5")]).await;
    assert_eq!(watcher.subjects().await, ["cases/4", "cases/5"]);
    // Cut here, another stream goes on from the last message received.
    drop(watcher);
    let mut watcher = Watcher::open(&admin, watch_all(&third.cursor, "")).await;
    assert_eq!(watcher.subjects().await, ["cases/4", "cases/5"]);
}

#[tokio::test]
async fn many_changes_under_way_come_once_each_and_in_order() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let cursor = stage.cursor_now().await;
    let mut watcher = Watcher::open(&admin, watch_all(&cursor, "subject = \"cases/*\"")).await;
    // Each case changes ten times; cases change at once with each other.
    let write = async |case: usize| {
        for step in 0..10 {
            stage.note([Change { etag: format!("v{step}"), ..case_in(WEIDU, &case.to_string()) }]).await;
        }
    };
    futures::future::join_all((0..8).map(write)).await;
    let mut steps = std::collections::BTreeMap::<String, Vec<String>>::new();
    for _ in 0..80 {
        let event = watcher.event().await;
        steps.entry(event.subject).or_default().push(event.etag);
    }
    let expected: Vec<String> = (0..10).map(|step| format!("v{step}")).collect();
    assert_eq!(steps.len(), 8);
    assert!(steps.values().all(|steps| *steps == expected), "{steps:?}");
}

#[tokio::test]
async fn what_another_replica_commits_comes_too() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let cursor = stage.cursor_now().await;
    let mut watcher = Watcher::open(&admin, watch_all(&cursor, "subject = \"cases/*\"")).await;
    stage.note_elsewhere(WEIDU, 3, "").await;
    assert_eq!(watcher.subjects().await, ["cases/elsewhere-1", "cases/elsewhere-2", "cases/elsewhere-3"]);
}

#[tokio::test]
async fn an_idle_watch_says_how_far_it_is() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let mut watcher =
        Watcher::open(&admin, v1::WatchEventsRequest { filter: "subject = \"cases/2\"".into(), ..idle(1) }).await;
    assert!(!watcher.began.is_empty());
    stage.note([case_in(WEIDU, "1")]).await;
    let mut last = String::new();
    for _ in 0..2 {
        match watcher.next().await.expect("message") {
            Some(Message::Bookmark(bookmark)) => {
                assert!(bookmark.time.is_some());
                last = bookmark.cursor;
            }
            other => panic!("expected a bookmark, got {other:?}"),
        }
    }
    stage.note([case_in(WEIDU, "2")]).await;
    // A bookmark is a cursor like any other: nothing behind it is missed.
    assert_eq!(Watcher::open(&admin, watch_all(&last, "subject = \"cases/2\"")).await.subjects().await, ["cases/2"]);
    assert_eq!(watcher.subjects().await, ["cases/2"]);
    for seconds in [0, 301] {
        assert_reason(Watcher::try_open(&admin, idle(seconds)).await.map(|_| ()), "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn a_server_that_stops_ends_its_watches_with_their_cursor() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let cursor = stage.cursor_now().await;
    let mut watcher = Watcher::open(&admin, watch_all(&cursor, "subject = \"cases/*\"")).await;
    stage.note([case_in(WEIDU, "1")]).await;
    assert_eq!(watcher.subjects().await, ["cases/1"]);
    stage.note([case_in(WEIDU, "2")]).await;
    let Stage { running, config, database, .. } = stage;
    let (ended, ()) = tokio::join!(
        async {
            let mut seen = Vec::new();
            loop {
                match watcher.next().await.expect("message") {
                    Some(Message::Ended(ended)) => break (ended, seen, watcher.next().await.err()),
                    Some(Message::Event(event)) => seen.push(event.subject),
                    Some(_) => {}
                    None => panic!("the stream ended without a word"),
                }
            }
        },
        running.stop()
    );
    let (ended, mut seen, status) = ended;
    assert_eq!(ended.reason(), Reason::ShuttingDown);
    assert_eq!(reason(&status.expect("status")), "SHUTTING_DOWN");
    // Whatever came before the end, the rest comes from its cursor.
    let stage = Stage::start(config, database).await;
    let admin = stage.admin().await;
    stage.note([case_in(WEIDU, "3")]).await;
    let mut watcher = Watcher::open(&admin, watch_all(&ended.cursor, "subject = \"cases/*\"")).await;
    while seen.last().is_none_or(|last| last != "cases/3") {
        seen.push(watcher.event().await.subject);
    }
    assert_eq!(seen, ["cases/2", "cases/3"]);
}

#[tokio::test]
async fn a_watch_grows_as_old_as_it_may() {
    let stage = Stage::with(|config| config.limits.watch_seconds = 1).await;
    let admin = stage.admin().await;
    let (ended, status) = Watcher::open(&admin, idle(30)).await.ended().await;
    assert_eq!(ended.reason(), Reason::MaxAge);
    assert!(status.is_none(), "{status:?}");
    assert!(list(&admin, list_all(&ended.cursor, "")).await.is_ok());
}

#[tokio::test]
async fn a_revoked_grant_takes_its_area_along() {
    let stage = Stage::with_regions().await;
    let mut client = Granted::enter(&stage, v1::Role::Exchange, &TWO_COUNTIES).await;
    let mut watcher = Watcher::open(&client.line, watch_all(&stage.cursor_now().await, "subject = \"cases/*\"")).await;
    stage.note([case_in(WEIDU, "1"), case_in(YUZHOU, "2")]).await;
    assert_eq!(watcher.subjects().await, ["cases/1", "cases/2"]);
    client.revoke_grant(0).await;
    stage.note([case_in(WEIDU, "3"), case_in(YUZHOU, "4")]).await;
    assert_eq!(watcher.subjects().await, ["cases/4"]);
    client.revoke_grant(1).await;
    stage.note([case_in(WEIDU, "5"), case_in(YUZHOU, "6")]).await;
    match watcher.next().await.expect("message") {
        Some(Message::Ended(ended)) => assert_eq!(ended.reason(), Reason::PermissionDenied),
        other => panic!("expected the end, got {other:?}"),
    }
    assert_reason(watcher.next().await, "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_revoked_token_ends_the_watch() {
    let stage = Stage::with_regions().await;
    let mut client = Granted::enter(&stage, v1::Role::Exchange, &TWO_COUNTIES).await;
    let mut watcher = Watcher::open(&client.line, idle(30)).await;
    let v1::Token { name, etag, .. } = client.token.clone();
    let request = v1::RevokeTokenRequest { name, etag, request_id: request_id(), ..Default::default() };
    client.admin.revoke_token(request).await.expect("revoked");
    let (ended, status) = watcher.ended().await;
    assert_eq!(ended.reason(), Reason::Unauthenticated);
    assert_eq!(reason(&status.expect("status")), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_that_expires_ends_the_watch() {
    let stage = Stage::new().await;
    let mut watcher = Watcher::open(&stage.admin().await, idle(30)).await;
    stage.time.advance(31 * DAY);
    assert_eq!(watcher.ended().await.0.reason(), Reason::Unauthenticated);
}

#[tokio::test]
async fn as_many_watch_as_the_server_takes() {
    let stage = Stage::with(|config| config.limits.watchers = 1).await;
    let admin = stage.admin().await;
    let first = Watcher::open(&admin, idle(30)).await;
    assert_reason(Watcher::try_open(&admin, idle(30)).await.map(|_| ()), "OVERLOADED");
    drop(first);
    until_free(&admin).await;
}

/// Waits until the one place is free again.
async fn until_free(line: &Line) -> Watcher {
    loop {
        match Watcher::try_open(line, idle(30)).await {
            Ok(watcher) => return watcher,
            Err(status) => assert_eq!(reason(&status), "OVERLOADED"),
        }
    }
}

#[tokio::test]
async fn a_slow_reader_is_ended_and_goes_on_from_its_cursor() {
    let change = |config: &mut lianbang::config::Config| {
        config.limits.watchers = 1;
        config.limits.watcher_patience_seconds = 1;
    };
    let stage = Stage::with(change).await;
    let admin = stage.admin().await;
    let cursor = stage.cursor_now().await;
    stage.note_elsewhere(WEIDU, 3_000, &"v".repeat(1_000)).await;
    let mut slow = Watcher::open(&admin, watch_all(&cursor, "subject = \"cases/*\"")).await;
    slow.event().await;
    // It reads no more. Its place becomes free when the server has given it up.
    drop(until_free(&admin).await);
    let mut count = 1;
    let ended = loop {
        match slow.next().await.expect("message") {
            Some(Message::Event(_)) => count += 1,
            Some(Message::Ended(ended)) => break ended,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ended.reason(), Reason::SlowConsumer);
    assert_reason(slow.next().await, "SLOW_CONSUMER");
    assert!(count < 3_000, "{count}");
    drop(slow);
    let (rest, _) = list_to_end(&admin, list_all(&ended.cursor, "subject = \"cases/*\"")).await;
    assert_eq!(count + rest.len(), 3_000);
}

#[tokio::test]
async fn a_watch_whose_history_is_removed_is_told_so() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let mut watcher = Watcher::open(&admin, idle(30)).await;
    stage.sql("INSERT INTO meta (key, value) VALUES ('feed_floor', '9000000000000000000:0')").await;
    stage.note([case_in(WEIDU, "1")]).await;
    let (ended, status) = watcher.ended().await;
    assert_eq!(ended.reason(), Reason::RevisionCompacted);
    assert_eq!(reason(&status.expect("status")), "REVISION_COMPACTED");
}

#[tokio::test]
async fn a_watch_does_not_outlast_its_database() {
    let stage = Stage::new().await;
    let mut watcher = Watcher::open(&stage.admin().await, idle(30)).await;
    stage.running.db().close().await;
    let (ended, status) = watcher.ended().await;
    assert_eq!(ended.reason(), Reason::DatabaseUnavailable);
    assert_eq!(reason(&status.expect("status")), "DATABASE_UNAVAILABLE");
}
