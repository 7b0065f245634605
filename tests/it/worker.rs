//! What happens without a caller: warnings before and at the due date, dates that a new calendar moves. Each once, whoever works.

use std::time::Duration;

use lianbang::{
    auth::Role,
    cases::rounds::Tally,
    config::WorkerConfig,
    pb::v1::{
        self, calendar_day::Kind, catalog_service_client::CatalogServiceClient, clock::State::Running,
        procedure_service_client::ProcedureServiceClient,
    },
    worker::{Turn, Worker},
};
use tokio_util::sync::CancellationToken;

use crate::{
    cases::{docket::Docket, registered},
    harness::{DAY, KEYS, Line, MONDAY, Serving, Stage, date, request_id},
    mutations::organizations,
};

const VILLAGE: &str = "regions/411002001001";
/// Midnight of 2 March 2026 in China.
const MIDNIGHT: i64 = MONDAY - 9 * 3_600_000_000;

/// Another replica's worker on the stage's database.
pub fn worker(stage: &Stage, lease_seconds: u64) -> Worker {
    let config = WorkerConfig { lease_seconds, ..WorkerConfig::default() };
    Worker::new(stage.running.base().door.clone(), &config, CancellationToken::new())
}

async fn turn(worker: &Worker) -> Option<Turn> {
    worker.turn().await.expect("the database answers")
}

async fn warned(worker: &Worker) -> u64 {
    let turn = turn(worker).await.expect("elected");
    assert_eq!((turn.warnings.failed, turn.recomputed), (0, Tally::default()));
    turn.warnings.done
}

/// What the feed tells of clocks, once nothing older is under way.
async fn clock_events(stage: &Stage, line: &Line) -> Vec<v1::Event> {
    stage.settle(&stage.admin().await).await;
    let request = v1::ListEventsRequest { filter: "type = \"clock.*\"".into(), ..Default::default() };
    let found = v1::event_service_client::EventServiceClient::new(line.clone()).list_events(request).await;
    let entries = found.expect("events").into_inner().entries.into_iter().filter_map(|entry| entry.entry);
    let event = |entry| match entry {
        v1::feed_entry::Entry::Event(event) => event,
        v1::feed_entry::Entry::ScopeLeft(left) => panic!("{left:?}"),
    };
    entries.map(event).collect()
}

/// The kinds of the worker's events, oldest first.
async fn events(case: &Docket) -> Vec<String> {
    let history = case.history().await.into_iter().map(|(kind, _)| kind);
    history.filter(|kind| kind.starts_with("clock.") || kind == "case.clocks_recomputed").collect()
}

#[tokio::test]
async fn a_clock_warns_three_days_before_and_at_its_due_date_once_each() {
    let stage = Stage::with_regions().await;
    let worker = worker(&stage, 30);
    let mut case = Docket::new(&stage, "供暖").await;
    case.accepts().await;
    // Accepted on 2 March, due at the end of 1 May.
    assert_eq!(case.clock("handling").await, (Running, "2026-05-01".into()));
    let due = MIDNIGHT + 61 * DAY;
    for (at, expected) in [
        (MONDAY, 0),
        // Half of the term is over and nobody has reported: supervision is proposed.
        (due - 30 * DAY, 1),
        (due - 3 * DAY - 1, 0),
        (due - 3 * DAY, 1),
        (due - 3 * DAY, 0),
        (due - 1, 0),
        (due, 1),
        (due, 0),
        (due + 400 * DAY, 0),
    ] {
        stage.time.set(at);
        assert_eq!(warned(&worker).await, expected, "{}", (at - due) / DAY);
    }
    stage.time.set(due);
    case.line = stage.admin().await;
    assert_eq!(events(&case).await, ["clock.due_soon", "clock.overdue"]);
}

#[tokio::test]
async fn half_of_the_term_without_a_report_proposes_supervision_and_a_report_spares_it() {
    let stage = Stage::with_regions().await;
    let worker = worker(&stage, 30);
    let mut silent = Docket::new(&stage, "无声").await;
    silent.accepts().await;
    let mut busy = Docket::new(&stage, "有声").await;
    busy.accepts().await;
    stage.time.advance(10 * DAY);
    let report = v1::ReportProgressRequest {
        parent: busy.case.name.clone(),
        text: "已现场勘查".into(),
        request_id: request_id(),
        ..Default::default()
    };
    ProcedureServiceClient::new(busy.line.clone()).report_progress(report).await.expect("report");
    // From Monday 09:00 to midnight after 1 May are 60 days and 15 hours.
    let half = MONDAY + (60 * DAY + 15 * 3_600_000_000) / 2;
    stage.time.set(half - 1);
    assert_eq!(warned(&worker).await, 0);
    stage.time.set(half);
    assert_eq!(warned(&worker).await, 1);
    assert_eq!(warned(&worker).await, 0);
    let line = stage.admin().await;
    let proposed = async |case: &Docket| {
        let list = v1::ListSupervisionsRequest { parent: case.case.name.clone(), ..Default::default() };
        let mut client = v1::supervision_service_client::SupervisionServiceClient::new(line.clone());
        client.list_supervisions(list).await.expect("supervisions").into_inner().supervisions
    };
    assert_eq!(proposed(&busy).await, []);
    let found = proposed(&silent).await.remove(0);
    assert_eq!(
        (found.state(), found.reason()),
        (v1::supervision::State::Proposed, v1::supervision::Reason::NoFeedback)
    );
    assert_eq!(found.rule, "half_term_without_report");
}

#[tokio::test]
async fn the_feed_names_the_clock_and_leaves_the_etag_of_the_case_as_it_was() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "供暖").await;
    stage.time.set(MIDNIGHT + 13 * DAY);
    assert_eq!(warned(&worker(&stage, 30)).await, 1);
    let line = stage.admin().await;
    let [event] = clock_events(&stage, &line).await.try_into().expect("one");
    assert_eq!((event.r#type.as_str(), event.resource_type.as_str()), ("clock.due_soon", "lianbang/Clock"));
    assert!(event.subject.starts_with(&format!("{}/clocks/", case.case.name)));
    assert_eq!((event.region.as_str(), &event.etag), (VILLAGE, &case.case.etag));
    let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
    let now = v1::case_service_client::CaseServiceClient::new(line).get_case(get).await.expect("case").into_inner();
    assert_eq!(now.etag, case.case.etag);
}

#[tokio::test]
async fn what_is_found_after_its_due_date_warns_once_and_what_has_stopped_not_at_all() {
    let stage = Stage::with_regions().await;
    let late = Docket::new(&stage, "迟了").await;
    let mut done = Docket::new(&stage, "办了").await;
    done.accepts().await;
    done.answers().await;
    stage.time.advance(100 * DAY);
    assert_eq!(warned(&worker(&stage, 30)).await, 1);
    let line = stage.admin().await;
    assert_eq!(events(&Docket { line: line.clone(), ..late }).await, ["clock.overdue"]);
    assert_eq!(events(&Docket { line, ..done }).await, [""; 0]);
}

#[tokio::test]
async fn an_accusation_is_warned_of_like_any_case_and_only_who_may_know_it_is_told() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "举报").await;
    stage.sql("UPDATE cases SET nature = 2").await;
    stage.time.advance(100 * DAY);
    assert_eq!(warned(&worker(&stage, 30)).await, 1);
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind = 'clock.overdue' AND restricted").await, 1);
    let blind = stage.admin().await;
    assert_eq!(clock_events(&stage, &blind).await, []);
    let handler = stage.everywhere(Role::AccusationHandler).await;
    let [event] = clock_events(&stage, &handler).await.try_into().expect("one");
    assert!(event.subject.starts_with(&case.case.name));
}

#[tokio::test]
async fn one_replica_is_elected_and_the_next_takes_over_when_its_lease_ends() {
    let stage = Stage::with_regions().await;
    let (first, second) = (worker(&stage, 30), worker(&stage, 30));
    registered(&stage.admin().await, VILLAGE, "供暖").await;
    stage.time.advance(100 * DAY);
    assert_eq!(warned(&first).await, 1);
    registered(&stage.admin().await, VILLAGE, "供水").await;
    stage.time.advance(100 * DAY);
    assert_eq!(turn(&first).await.map(|turn| turn.warnings.done), Some(1));
    assert_eq!(turn(&second).await, None);
    // The first one shows no sign of life for thirty seconds.
    stage.time.advance(29_999_999);
    assert_eq!(turn(&second).await, None);
    stage.time.advance(1);
    assert_eq!(warned(&second).await, 0);
    assert_eq!(turn(&first).await, None);
}

#[tokio::test]
async fn two_that_work_at_once_give_each_warning_once() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    const CASES: u64 = 30;
    for number in 0..CASES {
        registered(&line, VILLAGE, &format!("第{number}件")).await;
    }
    // A lease that ends at once keeps nobody out.
    let (first, second) = (worker(&stage, 0), worker(&stage, 0));
    for (at, kind) in [(13, "clock.due_soon"), (16, "clock.overdue")] {
        stage.time.set(MIDNIGHT + at * DAY);
        let (one, two) = tokio::join!(warned(&first), warned(&second));
        assert_eq!(one + two, CASES);
        let text = format!("SELECT COUNT(DISTINCT resource) FROM records WHERE kind = '{kind}'");
        assert_eq!(stage.count(&text).await, i64::try_from(CASES).expect("few"));
    }
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind LIKE 'clock.%'").await, 60);
}

#[tokio::test]
async fn a_new_calendar_moves_the_dates_that_rest_on_it_and_says_so() {
    let stage = Stage::with_regions().await;
    let worker = worker(&stage, 30);
    let organ = organizations::entered(&stage).await.name;
    // Thursday 24 December 2026, 09:00.
    stage.time.set(MONDAY + 297 * DAY);
    let mut case = Docket::new(&stage, "供暖").await;
    case.sent_to(&organ).await;
    let mut untouched = Docket::new(&stage, "别处").await;
    untouched.accepts().await;
    untouched.answers().await;
    // 25, 28, 29, 30 and 31 December by what is known; fifteen days end in a year without a calendar.
    assert_eq!(case.clock("jurisdiction_dispute").await, (Running, "2026-12-31".into()));
    assert_eq!(case.clock("notice_transferred").await, (Running, "2027-01-08".into()));
    let mut procedure = ProcedureServiceClient::new(case.line.clone());
    let list = v1::ListClocksRequest { parent: case.case.name.clone(), ..Default::default() };
    let clocks = procedure.list_clocks(list.clone()).await.expect("clocks").into_inner().clocks;
    let provisional = |clocks: &[v1::Clock]| clocks.iter().map(|clock| clock.provisional).collect::<Vec<_>>();
    let before = provisional(&clocks);
    assert_eq!(turn(&worker).await, Some(Turn::default()));

    let day = |year, month, day| v1::CalendarDay {
        date: date(year, month, day),
        kind: Kind::Holiday.into(),
        display_name: "元旦".into(),
    };
    let import = v1::ImportCalendarRequest {
        name: "calendars/cn".into(),
        year: 2027,
        days: vec![day(2026, 12, 28), day(2027, 1, 1), day(2027, 10, 1)],
        citation: "国办发明电〔2026〕1号".into(),
        etag: "v1".into(),
        request_id: request_id(),
        ..Default::default()
    };
    CatalogServiceClient::new(case.line.clone()).import_calendar(import).await.expect("import");
    let moved = turn(&worker).await.expect("elected");
    assert_eq!(moved.recomputed, Tally { done: 2, failed: 0 });
    // 25, 29, 30, 31 December and Monday 4 January.
    assert_eq!(case.clock("jurisdiction_dispute").await, (Running, "2027-01-04".into()));
    assert_eq!(case.clock("notice_transferred").await, (Running, "2027-01-08".into()));
    let after = procedure.list_clocks(list).await.expect("clocks").into_inner().clocks;
    assert!(before.contains(&true) && provisional(&after) != before, "{before:?} {:?}", provisional(&after));
    let changed: Vec<_> = after.iter().filter(|clock| clock.calendar_version == "cn@2").collect();
    assert_eq!(changed.len(), 2);
    assert_eq!(events(&case).await, ["case.clocks_recomputed"]);
    let get = v1::GetCaseRequest { name: case.case.name.clone(), ..Default::default() };
    let now = v1::case_service_client::CaseServiceClient::new(case.line.clone()).get_case(get).await;
    let now = now.expect("case").into_inner();
    assert_ne!(now.etag, case.case.etag);
    let first = after.iter().filter(|clock| clock.state() == Running).filter_map(|clock| clock.due_time);
    assert_eq!(now.next_due_time, first.min_by_key(|time| time.seconds));
    // Everything was looked through; what did not move was not told of.
    assert_eq!(turn(&worker).await, Some(Turn::default()));
    assert_eq!(events(&untouched).await, [""; 0]);
    assert_eq!(stage.count("SELECT COUNT(*) FROM case_clocks WHERE state IN (1, 2) AND checked_calendar < 2").await, 0);
    // Warnings follow the new date: nothing on 1 January, when the old one has passed, and one on the 5th.
    stage.time.set(MONDAY + 305 * DAY);
    assert_eq!(warned(&worker).await, 0);
    stage.time.set(MONDAY + 309 * DAY);
    assert_eq!(warned(&worker).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_programs_one_is_killed_and_each_warning_is_given_once() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    const CASES: i64 = 150;
    for number in 0..CASES {
        registered(&line, VILLAGE, &format!("第{number}件")).await;
    }
    let folder = tempfile::TempDir::new().expect("folder");
    let keys = folder.path().join("keys");
    std::fs::write(&keys, KEYS).expect("keys");
    std::fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("mode");
    let keys = keys.display().to_string();
    let url = stage.database.url();
    let settings = [
        ("LIANBANG_WORKER__ENABLED", "true"),
        ("LIANBANG_WORKER__INTERVAL_MILLIS", "20"),
        ("LIANBANG_WORKER__LEASE_SECONDS", "1"),
    ];
    let start = || Serving::start_with(&url, &keys, &settings);
    let given = async || stage.count("SELECT COUNT(*) FROM records WHERE kind = 'clock.overdue'").await;
    // The machine's clock is long past the terms of 2 March 2026.
    let first = start();
    // On SQLite one program has the file; the second starts when the first is gone.
    let beside = stage.database.is_postgres().then(start);
    until(async || given().await > 0).await;
    first.kill();
    let _second = beside.unwrap_or_else(start);
    until(async || given().await >= CASES).await;
    let resources = "SELECT COUNT(DISTINCT resource) FROM records WHERE kind = 'clock.overdue'";
    assert_eq!((given().await, stage.count(resources).await), (CASES, CASES));
}

/// Looks until it holds, for at most a minute.
async fn until(holds: impl AsyncFn() -> bool) {
    let looks = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looks).await.expect("within a minute");
}
