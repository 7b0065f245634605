//! What only several writers at once can show: a number drawn early and committed late.

use sqlx::{Connection, Executor, PgConnection};

use super::*;

const INSERT: &str = "INSERT INTO records (xact, time, kind, resource, etag, restricted, client, method, body)
    VALUES (pg_current_xact_id()::text::bigint, 0, 'case.registered', 'cases/late', '', FALSE, 'x', '/x', '')";

#[tokio::test]
async fn a_transaction_that_commits_late_is_not_missed() {
    let stage = Stage::new().await;
    if !stage.database.is_postgres() {
        return;
    }
    let admin = stage.admin().await;
    let cursor = stage.cursor_now().await;
    let mut watcher = Watcher::open(&admin, watch_all(&cursor, "subject = \"cases/*\"")).await;
    let mut late = PgConnection::connect(&stage.database.url()).await.expect("connect");
    late.execute("BEGIN").await.expect("begin");
    late.execute(INSERT).await.expect("insert");
    stage.note([case_in(WEIDU, "early")]).await;

    // The early one is committed, but what stands before it is not settled yet: nobody reads past it.
    let (entries, before) = list_to_end(&admin, list_all(&cursor, "subject = \"cases/*\"")).await;
    assert_eq!(entries.iter().map(about).collect::<Vec<_>>(), Vec::<String>::new());
    let now = stage.cursor_now().await;
    late.execute("COMMIT").await.expect("commit");

    assert_eq!(watcher.subjects().await, ["cases/late", "cases/early"]);
    for cursor in [before, now] {
        let mut watcher = Watcher::open(&admin, watch_all(&cursor, "subject = \"cases/*\"")).await;
        assert_eq!(watcher.subjects().await, ["cases/late", "cases/early"]);
    }
}

#[tokio::test]
async fn a_transaction_that_is_undone_holds_nobody_up() {
    let stage = Stage::new().await;
    if !stage.database.is_postgres() {
        return;
    }
    let admin = stage.admin().await;
    let mut watcher = Watcher::open(&admin, watch_all(&stage.cursor_now().await, "subject = \"cases/*\"")).await;
    let mut undone = PgConnection::connect(&stage.database.url()).await.expect("connect");
    undone.execute("BEGIN").await.expect("begin");
    undone.execute(INSERT).await.expect("insert");
    stage.note([case_in(WEIDU, "1")]).await;
    undone.execute("ROLLBACK").await.expect("rollback");
    assert_eq!(watcher.subjects().await, ["cases/1"]);
}
