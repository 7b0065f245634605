//! Who is told what.

use uuid::Uuid;

use super::*;
use crate::harness::assert_reason;

/// Subjects that a line is told of, but for what lies nowhere.
async fn seen(line: &Line) -> Vec<String> {
    let (entries, _) = list_to_end(line, list_all("", "")).await;
    entries.iter().map(about).collect()
}

#[tokio::test]
async fn a_reader_gets_what_lies_in_its_areas() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let weidu = stage.within(Role::Coordinator, "regions/411002000000").await;
    let yuzhou = stage.within(Role::Exchange, "regions/411081000000").await;
    let city = stage.within(Role::Coordinator, "regions/411000000000").await;
    let country = stage.everywhere(Role::Coordinator).await;
    let organization = stage.within(Role::Handler, "organizations/xfj").await;
    let begin = stage.cursor_now().await;
    stage.note([case_in(WEIDU, "1"), case_in(YUZHOU, "2")]).await;
    stage.note([Change { kind: "client.created", resource: "clients/x".into(), ..Change::default() }]).await;
    stage.settle(&admin).await;
    for (line, expected) in [
        (&weidu, &["cases/1"][..]),
        (&yuzhou, &["cases/2"]),
        (&city, &["cases/1", "cases/2"]),
        (&country, &["cases/1", "cases/2", "clients/x", "settled"]),
        (&organization, &[]),
    ] {
        let (entries, _) = list_to_end(line, list_all(&begin, "")).await;
        // A cursor may repeat: what a transaction elsewhere on the cluster held up comes again, here the stage's own clients.
        let told =
            entries.iter().map(about).filter(|subject| subject == "clients/x" || !subject.starts_with("clients/"));
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }
    let mut watcher = Watcher::open(&weidu, watch_all("", "subject = \"cases/*\"")).await;
    stage.note([case_in(YUZHOU, "3"), case_in(WEIDU, "4")]).await;
    assert_eq!(watcher.subjects().await, ["cases/1", "cases/4"]);

    let reader = stage.everywhere(Role::Reader).await;
    assert_reason(list(&reader, list_all("", "")).await, "PERMISSION_DENIED");
    assert_reason(Watcher::try_open(&reader, watch_all("", "")).await.map(|_| ()), "PERMISSION_DENIED");
    assert_reason(list(&stage.nobody(), list_all("", "")).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_accusation_is_seen_by_those_who_handle_them_there() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let weidu = stage.within(Role::AccusationHandler, "regions/411002000000").await;
    let coordinator = stage.within(Role::Coordinator, "regions/411002000000").await;
    let restricted = |county, id| Change { restricted: true, ..case_in(county, id) };
    stage.note([restricted(WEIDU, "1"), restricted(YUZHOU, "2"), case_in(WEIDU, "3")]).await;
    stage.settle(&admin).await;
    let cases = |subjects: Vec<String>| {
        subjects.into_iter().filter(|subject| subject.starts_with("cases/")).collect::<Vec<_>>()
    };
    assert_eq!(cases(seen(&weidu).await), ["cases/1", "cases/3"]);
    assert_eq!(cases(seen(&coordinator).await), ["cases/3"]);
    assert_eq!(cases(seen(&admin).await), ["cases/3"]);
}

#[tokio::test]
async fn a_resource_that_leaves_is_told_by_its_name_only() {
    let stage = Stage::with_regions().await;
    let weidu = stage.within(Role::Coordinator, "regions/411002000000").await;
    let yuzhou = stage.within(Role::Coordinator, "regions/411081000000").await;
    let city = stage.within(Role::Coordinator, "regions/411000000000").await;
    let cursor = stage.cursor_now().await;
    let cases = |filter: &str| watch_all(&cursor, filter);
    let mut old = Watcher::open(&weidu, cases("subject = \"cases/*\"")).await;
    let mut new = Watcher::open(&yuzhou, cases("subject = \"cases/*\"")).await;
    let mut both = Watcher::open(&city, cases("subject = \"cases/*\"")).await;
    let mut by_region = Watcher::open(
        &city,
        cases("region = \"regions/411002000000\" AND subject = \"cases/*\" AND type = \"case.registered\""),
    )
    .await;

    stage.note([case_in(WEIDU, "1")]).await;
    let moved = Change {
        kind: "case.updated",
        left: Some(Sight { place: within(WEIDU), restricted: false }),
        ..case_in(YUZHOU, "1")
    };
    stage.note([moved]).await;
    stage.note([case_in(WEIDU, "2"), case_in(YUZHOU, "3")]).await;

    assert_eq!(old.subjects().await, ["cases/1"]);
    let left = old.scope_left().await;
    assert_eq!(left.name, "cases/1");
    assert_eq!(old.subjects().await, ["cases/2"]);
    assert_eq!(new.subjects().await, ["cases/1", "cases/3"]);
    assert_eq!(both.subjects().await, ["cases/1", "cases/1", "cases/2", "cases/3"]);
    assert_eq!(by_region.subjects().await, ["cases/1"]);
    assert_eq!(by_region.scope_left().await.name, "cases/1");
    assert_eq!(by_region.subjects().await, ["cases/2"]);
    // Its cursor is one to go on from, and a poller is told the same.
    assert_eq!(Watcher::open(&weidu, watch_all(&left.cursor, "")).await.subjects().await, ["cases/2"]);
    let (entries, _) = list_to_end(&weidu, list_all(&cursor, "")).await;
    assert_eq!(entries.iter().map(about).collect::<Vec<_>>(), ["cases/1", "left cases/1", "cases/2"]);
}

#[tokio::test]
async fn a_case_that_becomes_an_accusation_leaves_those_who_see_none() {
    let stage = Stage::with_regions().await;
    let coordinator = stage.within(Role::Coordinator, "regions/411002000000").await;
    let handler = stage.within(Role::AccusationHandler, "regions/411002000000").await;
    let cursor = stage.cursor_now().await;
    stage.note([case_in(WEIDU, "1")]).await;
    let left = Some(Sight { place: within(WEIDU), restricted: false });
    stage.note([Change { kind: "case.reclassified", restricted: true, left, ..case_in(WEIDU, "1") }]).await;
    stage.note([case_in(WEIDU, "2")]).await;
    let mut watcher = Watcher::open(&coordinator, watch_all(&cursor, "subject = \"cases/*\"")).await;
    assert_eq!(watcher.subjects().await, ["cases/1"]);
    assert_eq!(watcher.scope_left().await.name, "cases/1");
    assert_eq!(watcher.subjects().await, ["cases/2"]);
    let mut watcher = Watcher::open(&handler, watch_all(&cursor, "subject = \"cases/*\"")).await;
    assert_eq!(watcher.subjects().await, ["cases/1", "cases/1", "cases/2"]);
}

/// A case that an organization holds.
async fn held_case(stage: &Stage, holder: &str) -> Uuid {
    let case = Uuid::now_v7();
    let id = id_in_sql(stage, case);
    stage.sql(&format!("INSERT INTO case_line (holder, register_time, case_id) VALUES ('{holder}', 0, {id})")).await;
    case
}

fn id_in_sql(stage: &Stage, id: Uuid) -> String {
    if stage.database.is_postgres() { format!("'{id}'::uuid") } else { format!("X'{}'", id.simple()) }
}

/// A change of that case, and the same with a mark of where and what it was before.
fn change_of(case: Uuid, county: &str) -> Change {
    Change { root: Some(case), ..case_in(county, &case.to_string()) }
}

fn moved(case: Uuid, from: &str, to: &str) -> Change {
    let left = Some(Sight { place: within(from), restricted: false });
    Change { kind: "case.updated", left, ..change_of(case, to) }
}

#[tokio::test]
async fn a_holder_sees_its_cases_wherever_they_are() {
    let stage = Stage::with_regions().await;
    let handler = Granted::enter(&stage, v1::Role::Handler, &["organizations/xfj", "regions/411002000000"]).await.line;
    let cursor = stage.cursor_now().await;
    let (held, other) = (held_case(&stage, "organizations/xfj").await, held_case(&stage, "organizations/other").await);
    stage.note([change_of(held, WEIDU), change_of(other, WEIDU)]).await;
    stage.note([moved(held, WEIDU, YUZHOU), moved(other, WEIDU, YUZHOU)]).await;
    stage.note([change_of(held, YUZHOU), change_of(other, YUZHOU)]).await;
    stage.note([case_in(WEIDU, "last")]).await;
    let mut watcher = Watcher::open(&handler, watch_all(&cursor, "subject = \"cases/*\"")).await;
    let name = |case: Uuid| format!("cases/{case}");
    assert_eq!(watcher.subjects().await, [name(held), name(other), name(held)]);
    assert_eq!(watcher.scope_left().await.name, name(other));
    assert_eq!(watcher.subjects().await, [name(held), "cases/last".into()]);
    // The mark is for the feed alone: what happened to the case is what was done to it.
    let history = lianbang::record::history(stage.running.db(), other, None, 10).await.expect("history");
    let kinds: Vec<&str> = history.iter().map(|recorded| recorded.kind.as_str()).collect();
    assert_eq!(kinds, ["case.registered", "case.updated", "case.registered"]);
}

#[tokio::test]
async fn a_holder_who_sees_no_accusations_is_told_when_its_case_becomes_one() {
    let stage = Stage::with_regions().await;
    let handler = stage.within(Role::Handler, "organizations/xfj").await;
    let cursor = stage.cursor_now().await;
    let (case, last) = (held_case(&stage, "organizations/xfj").await, held_case(&stage, "organizations/xfj").await);
    stage.note([change_of(case, WEIDU)]).await;
    stage.note([Change { restricted: true, ..moved(case, WEIDU, WEIDU) }]).await;
    stage.note([change_of(last, WEIDU)]).await;
    let mut watcher = Watcher::open(&handler, watch_all(&cursor, "")).await;
    assert_eq!(watcher.subjects().await, [format!("cases/{case}")]);
    assert_eq!(watcher.scope_left().await.name, format!("cases/{case}"));
    assert_eq!(watcher.subjects().await, [format!("cases/{last}")]);
}

#[tokio::test]
async fn nothing_is_told_of_a_case_behind_a_wall() {
    let stage = Stage::with_regions().await;
    // The client serves the organization, so a wall against it holds for all of the client's grants.
    let handler = Granted::enter(&stage, v1::Role::Handler, &["organizations/xfj", "regions/411002000000"]).await.line;
    let cursor = stage.cursor_now().await;
    let case = Uuid::now_v7();
    let id = id_in_sql(&stage, case);
    stage.sql(&format!("INSERT INTO case_walls (case_id, holder) VALUES ({id}, 'organizations/xfj')")).await;
    stage.note([change_of(case, WEIDU)]).await;
    stage.note([moved(case, WEIDU, YUZHOU)]).await;
    stage.note([case_in(WEIDU, "last")]).await;
    let mut watcher = Watcher::open(&handler, watch_all(&cursor, "subject = \"cases/*\"")).await;
    assert_eq!(watcher.subjects().await, ["cases/last"]);
}
