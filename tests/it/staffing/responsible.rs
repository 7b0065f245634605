//! ListResponsible: who answers for a place at a time.

use lianbang::{
    auth::Role,
    pb::v1::{self, posting::Role as As, region::Level, staffing_service_client::StaffingServiceClient},
};

use super::{CITY, COUNTY, NEXT_VILLAGE, Scene, TOWNSHIP, VILLAGE};
use crate::harness::{assert_reason, date};

/// Noon of a day in Asia/Shanghai.
fn noon(year: i64, month: u32, day: u32) -> Option<prost_types::Timestamp> {
    let year = i32::try_from(year).expect("small");
    let midnight = chrono::NaiveDate::from_ymd_opt(year, month, day).expect("day").and_hms_opt(4, 0, 0).expect("hour");
    Some(prost_types::Timestamp { seconds: midnight.and_utc().timestamp(), nanos: 0 })
}

fn ask(region: &str) -> v1::ListResponsibleRequest {
    v1::ListResponsibleRequest { region: region.into(), as_of_time: noon(2026, 3, 1), ..Default::default() }
}

/// Cadre, region, steps up.
fn told(answer: &v1::ListResponsibleResponse) -> Vec<(String, String, i32)> {
    answer
        .responsible_postings
        .iter()
        .map(|found| {
            let posting = found.posting.as_ref().expect("posting");
            (posting.cadre_display_name.clone(), posting.region.clone(), found.region_distance)
        })
        .collect()
}

async fn staged() -> Scene {
    let mut scene = Scene::new().await;
    for id in ["an", "bai", "chen", "dong", "feng"] {
        scene.cadre(id).await;
    }
    scene.post("an", CITY, As::Reception, date(2020, 1, 1), None).await;
    scene.post("bai", VILLAGE, As::VillageHelper, date(2026, 2, 1), None).await;
    scene.post("chen", VILLAGE, As::VillageHelper, date(2025, 1, 1), date(2026, 3, 2)).await;
    scene.post("dong", TOWNSHIP, As::TownshipLeader, date(2024, 1, 1), None).await;
    scene.post("feng", NEXT_VILLAGE, As::VillageHelper, date(2024, 1, 1), None).await;
    scene.post("feng", VILLAGE, As::GridMember, date(2019, 1, 1), None).await;
    scene
}

fn row(cadre: &str, region: &str, distance: i32) -> (String, String, i32) {
    (cadre.into(), region.into(), distance)
}

#[tokio::test]
async fn the_nearest_come_first() {
    let scene = staged().await;
    let mut reader = scene.reader().await;
    let answer = reader.list_responsible(ask(VILLAGE)).await.expect("list").into_inner();
    let expected = [
        row("chen", VILLAGE, 0),
        row("bai", VILLAGE, 0),
        row("feng", VILLAGE, 0),
        row("dong", TOWNSHIP, 1),
        row("an", CITY, 3),
    ];
    assert_eq!(told(&answer), expected);
    let leader = &answer.responsible_postings[3];
    assert_eq!((leader.region_display_name.as_str(), leader.region_level()), ("西大街道", Level::Township));
    assert_eq!(leader.posting.as_ref().expect("posting").role(), As::TownshipLeader);

    let above = reader.list_responsible(ask(COUNTY)).await.expect("list").into_inner();
    assert_eq!(told(&above), [row("an", CITY, 1)]);
    let request = v1::ListResponsibleRequest { roles: vec![As::GridMember.into()], ..ask(VILLAGE) };
    assert_eq!(told(&reader.list_responsible(request).await.expect("list").into_inner()), [row("feng", VILLAGE, 0)]);
}

#[tokio::test]
async fn it_is_asked_as_of_a_time() {
    let scene = staged().await;
    let mut reader = scene.reader().await;
    let mut at = async |seconds_before: i64, day| {
        let time =
            noon(2026, 3, day).map(|noon| prost_types::Timestamp { seconds: noon.seconds - seconds_before, nanos: 0 });
        let roles = vec![As::VillageHelper.into()];
        let request = v1::ListResponsibleRequest { as_of_time: time, roles, ..ask(VILLAGE) };
        told(&reader.list_responsible(request).await.expect("list").into_inner())
            .into_iter()
            .map(|(cadre, ..)| cadre)
            .collect::<Vec<_>>()
    };
    // The last second of the first of March, and the first of the second.
    assert_eq!(at(12 * 3_600 + 1, 2).await, ["chen", "bai"]);
    assert_eq!(at(12 * 3_600, 2).await, ["bai"]);
    let request = v1::ListResponsibleRequest { as_of_time: noon(2025, 6, 1), ..ask(VILLAGE) };
    let then = reader.list_responsible(request).await.expect("list").into_inner();
    let then: Vec<String> = told(&then).into_iter().map(|(cadre, ..)| cadre).collect();
    assert_eq!(then, ["chen", "feng", "dong", "an"]);
    assert_reason(reader.list_responsible(ask("regions/411002009009")).await, "NOT_FOUND");
    let request = v1::ListResponsibleRequest { as_of_time: noon(2023, 6, 29), ..ask(VILLAGE) };
    assert_reason(reader.list_responsible(request).await, "NOT_FOUND");
    let request = v1::ListResponsibleRequest {
        as_of_time: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }),
        ..ask(VILLAGE)
    };
    assert_reason(reader.list_responsible(request).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn pages_walk_everybody_once() {
    let scene = staged().await;
    let mut reader = scene.reader().await;
    let whole = reader.list_responsible(ask(VILLAGE)).await.expect("list").into_inner();
    for size in 1..=6 {
        let mut request = v1::ListResponsibleRequest { page_size: size, ..ask(VILLAGE) };
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = reader.list_responsible(request.clone()).await.expect("page").into_inner();
            assert_eq!(cursor.get_or_insert(page.cursor.clone()), &page.cursor, "the same on every page");
            seen.extend(told(&page));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, told(&whole), "pages of {size}");
    }
    let first = v1::ListResponsibleRequest { page_size: 2, ..ask(VILLAGE) };
    let token = reader.list_responsible(first.clone()).await.expect("page").into_inner().next_page_token;
    let stolen = v1::ListResponsibleRequest { page_token: token, region: NEXT_VILLAGE.into(), ..first };
    assert_reason(reader.list_responsible(stolen).await, "INVALID_PAGE_TOKEN");
    let intake = scene.stage.within(Role::Intake, COUNTY).await;
    assert_reason(StaffingServiceClient::new(intake).list_responsible(ask(VILLAGE)).await, "PERMISSION_DENIED");
}
