//! Fixtures of CatalogService.

use lianbang::{
    auth::Role,
    pb::v1::{self, calendar_day::Kind, catalog_service_client::CatalogServiceClient},
};

use super::{Fixture, fresh};
use crate::{
    cases::types,
    harness::{Stage, date, request_id},
};

pub fn fixtures() -> Vec<Fixture> {
    let import = async |stage: &Stage| next_year(stage).await;
    let publish = async |_: &Stage| v1::PublishCaseTypeRequest {
        case_type: Some(types::small_type(1, 30)),
        case_type_id: format!("t{}", &fresh("")[1..30]),
        ..Default::default()
    };
    vec![
        Fixture::new("/lianbang.v1.CatalogService/ImportCalendar", Role::Administrator, import).only_everywhere(),
        Fixture::new("/lianbang.v1.CatalogService/PublishCaseType", Role::Administrator, publish).only_everywhere(),
    ]
}

/// The notice of the year after the last that the calendar knows.
async fn next_year(stage: &Stage) -> v1::ImportCalendarRequest {
    let name = "calendars/cn".to_owned();
    let mut client = CatalogServiceClient::new(stage.admin().await);
    let request = v1::GetCalendarRequest { name: name.clone(), year: 0 };
    let calendar = client.get_calendar(request).await.expect("calendar").into_inner();
    let year = calendar.years.last().expect("a year").year + 1;
    let off =
        |month| v1::CalendarDay {
            date: date(year, month, 1), kind: Kind::Holiday.into(), display_name: "假日".into()
        };
    v1::ImportCalendarRequest {
        name,
        year,
        days: vec![off(1), off(10)],
        citation: format!("{year}年通知"),
        etag: calendar.etag,
        request_id: request_id(),
        ..Default::default()
    }
}
