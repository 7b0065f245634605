//! Calendars.

use std::sync::Arc;

use lianbang::{
    auth::Role,
    clock::Day,
    pb::v1::{self, calendar_day::Kind},
    server::{self, Sources},
};

use super::{Client, english, reader};
use crate::harness::{Stage, assert_reason, date, keys, official, request_id};

const CN: &str = "calendars/cn";

fn day(year: i32, month: i32, day: i32, kind: Kind) -> v1::CalendarDay {
    v1::CalendarDay { date: date(year, month, day), kind: kind.into(), display_name: "元旦".into() }
}

fn notice(etag: &str) -> v1::ImportCalendarRequest {
    v1::ImportCalendarRequest {
        name: CN.into(),
        year: 2027,
        days: vec![
            day(2026, 12, 26, Kind::MakeUpDay),
            day(2026, 12, 28, Kind::Holiday),
            day(2027, 1, 1, Kind::Holiday),
            day(2027, 10, 1, Kind::Holiday),
        ],
        citation: "国办发明电〔2026〕1号".into(),
        etag: etag.into(),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn get(client: &mut Client, year: i32) -> v1::Calendar {
    client.get_calendar(v1::GetCalendarRequest { name: CN.into(), year }).await.expect("calendar").into_inner()
}

#[tokio::test]
async fn the_national_calendar_is_there_from_the_start() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let calendar = get(&mut client, 0).await;
    assert_eq!((calendar.version.as_str(), calendar.etag.as_str()), ("cn@1", "v1"));
    let years: Vec<i32> = calendar.years.iter().map(|year| year.year).collect();
    assert_eq!(years, (2004..=2026).collect::<Vec<_>>());
    assert!(calendar.years.iter().all(|year| year.day_count > 0 && !year.citation.is_empty()));
    assert!(calendar.days.is_empty());
    assert_eq!(calendar.office_hours.expect("hours").morning_open, "08:30");

    let days = get(&mut client, 2026).await.days;
    assert!(days.contains(&v1::CalendarDay { display_name: "春节".into(), ..day(2026, 2, 14, Kind::MakeUpDay) }));
    assert!(days.is_sorted_by_key(|day| day.date.map(|date| (date.year, date.month, date.day))));
    // 2022-12-31 stands in the notice for 2023 and comes with its own year.
    assert!(get(&mut client, 2022).await.days.iter().any(|listed| listed.date == date(2022, 12, 31)));
    assert!(get(&mut client, 2023).await.days.iter().all(|listed| listed.date != date(2022, 12, 31)));
    assert!(get(&mut client, 2027).await.days.is_empty());

    let unknown = v1::GetCalendarRequest { name: "calendars/henan".into(), year: 0 };
    assert_reason(client.get_calendar(unknown).await, "NOT_FOUND");
    let listed = client.list_calendars(english(v1::ListCalendarsRequest::default())).await.expect("list").into_inner();
    assert_eq!(listed.calendars.len(), 1);
    assert_eq!(listed.calendars[0].display_name, "National calendar of holidays");
    assert_eq!(listed.calendars[0].years.len(), 23);
    assert!(!listed.cursor.is_empty());
    let faulty = v1::ListCalendarsRequest { page_token: "x".into(), ..Default::default() };
    assert_reason(client.list_calendars(faulty).await, "INVALID_PAGE_TOKEN");
}

#[tokio::test]
async fn a_year_is_imported_and_replaced() {
    let stage = Stage::new().await;
    let mut client = Client::new(stage.admin().await);
    let request = v1::ImportCalendarRequest { on_behalf_of: official(), ..notice("v1") };
    let calendar = client.import_calendar(english(request.clone())).await.expect("import").into_inner();
    assert_eq!((calendar.version.as_str(), calendar.etag.as_str()), ("cn@2", "v2"));
    assert_eq!(calendar.display_name, "National calendar of holidays");
    let year = calendar.years.last().expect("year");
    assert_eq!((year.year, year.day_count, year.citation.as_str()), (2027, 4, "国办发明电〔2026〕1号"));
    assert_eq!(client.import_calendar(request).await.expect("again").into_inner(), calendar);
    assert_eq!(get(&mut client, 2027).await.days.len(), 2);
    assert!(get(&mut client, 2026).await.days.contains(&day(2026, 12, 28, Kind::Holiday)));

    assert_reason(client.import_calendar(notice("v1")).await, "ETAG_MISMATCH");
    let mut shorter = notice("v2");
    shorter.days.drain(..2);
    assert_eq!(client.import_calendar(shorter).await.expect("import").into_inner().version, "cn@3");
    assert_eq!(get(&mut client, 2027).await.days.len(), 2);
    assert!(!get(&mut client, 2026).await.days.contains(&day(2026, 12, 28, Kind::Holiday)));
    assert_eq!(get(&mut client, 0).await.years.len(), 24);
    let told = "SELECT COUNT(*) FROM records WHERE kind = 'calendar.imported' AND resource = 'calendars/cn'";
    assert_eq!(stage.count(told).await, 3);
}

#[tokio::test]
async fn a_trial_import_writes_nothing() {
    let stage = Stage::new().await;
    let mut client = Client::new(stage.admin().await);
    let trial = v1::ImportCalendarRequest { validate_only: true, ..notice("v1") };
    assert_eq!(client.import_calendar(trial).await.expect("trial").into_inner().version, "cn@2");
    assert_eq!(get(&mut client, 2027).await.version, "cn@1");
    assert!(get(&mut client, 2027).await.days.is_empty());
}

#[tokio::test]
async fn a_faulty_notice_is_refused_whole() {
    let stage = Stage::new().await;
    let mut client = Client::new(stage.admin().await);
    let mut faulty = notice("v1");
    faulty.days[0] = day(2026, 11, 30, Kind::Holiday);
    faulty.days[1] = day(2027, 1, 1, Kind::Holiday);
    faulty.days[3] = day(2027, 10, 4, Kind::MakeUpDay);
    let status = assert_reason(client.import_calendar(faulty).await, "INVALID_REQUEST");
    for field in ["days[0].date", "days[2].date", "days[3].date", "2027-10-01"] {
        assert!(status.message().contains(field), "{field} in {}", status.message());
    }
    let mut faulty = notice("v1");
    faulty.days[0].kind = 0;
    faulty.days[1].date = date(2026, 2, 30);
    faulty.citation = String::new();
    let status = assert_reason(client.import_calendar(faulty).await, "INVALID_REQUEST");
    for field in ["days[0].kind", "citation"] {
        assert!(status.message().contains(field), "{field} in {}", status.message());
    }
    let faulty = v1::ImportCalendarRequest { year: 1949, ..notice("v1") };
    assert_reason(client.import_calendar(faulty).await, "INVALID_REQUEST");
    let unknown = v1::ImportCalendarRequest { name: "calendars/henan".into(), ..notice("v1") };
    assert_reason(client.import_calendar(unknown).await, "NOT_FOUND");
    assert_eq!(get(&mut client, 0).await.etag, "v1");
}

#[tokio::test]
async fn a_calendar_is_changed_by_who_may_everywhere() {
    let stage = Stage::with_regions().await;
    let mut local = Client::new(stage.within(Role::Administrator, "regions/411002000000").await);
    assert_reason(local.import_calendar(notice("v1")).await, "OUT_OF_SCOPE");
    assert_eq!(get(&mut local, 0).await.etag, "v1");
    let mut office = Client::new(stage.everywhere(Role::Coordinator).await);
    assert_reason(office.import_calendar(notice("v1")).await, "PERMISSION_DENIED");
    let mut client = Client::new(stage.nobody());
    let request = v1::GetCalendarRequest { name: CN.into(), year: 0 };
    assert_reason(client.get_calendar(request).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn another_server_counts_by_the_new_version_at_once() {
    let stage = Stage::new().await;
    let own = &stage.running.base().door;
    let sources = Sources { time: own.time.clone(), ids: own.ids.clone() };
    let other = server::open(&stage.config, keys(), &sources).await.expect("open").door;
    let (first, again) = (
        other.catalog.calendar(&other.db).await.expect("read"),
        other.catalog.calendar(&other.db).await.expect("read"),
    );
    assert!(Arc::ptr_eq(&first, &again), "kept while the version stands");
    let monday = "2026-12-28".parse().expect("date");
    assert_eq!((first.version(), first.day(monday)), ("cn@1", Day::Working));
    Client::new(stage.admin().await).import_calendar(notice("v1")).await.expect("import");
    let now = other.catalog.calendar(&other.db).await.expect("read");
    assert_eq!((now.version(), now.day(monday)), ("cn@2", Day::Off));
    other.db.close().await;
}

#[tokio::test]
async fn servers_that_start_at_once_enter_the_missing_years_once() {
    let stage = Stage::new().await;
    let mut client = Client::new(stage.admin().await);
    client.import_calendar(notice("v1")).await.expect("import");
    stage.sql("DELETE FROM calendar_days WHERE year IN (2025, 2026)").await;
    stage.sql("DELETE FROM calendar_years WHERE year IN (2025, 2026)").await;
    let own = &stage.running.base().door;
    let sources = Sources { time: own.time.clone(), ids: own.ids.clone() };
    let open = || server::open(&stage.config, keys(), &sources);
    let (one, two, three) = tokio::join!(open(), open(), open());
    for base in [one, two, three] {
        base.expect("open").door.db.close().await;
    }
    let calendar = get(&mut client, 2026).await;
    // What was imported stays; the two years are entered once.
    assert_eq!((calendar.version.as_str(), calendar.years.len()), ("cn@3", 24));
    assert!(calendar.days.contains(&day(2026, 12, 28, Kind::Holiday)));
    assert!(calendar.days.len() > 30);
}
