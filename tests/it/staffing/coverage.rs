//! GetCoverage: who covers what, counts, filters, pages.

use std::collections::BTreeMap;

use lianbang::{
    auth::Role,
    pb::v1::{
        self, RegionCoverage,
        posting::{EndReason, Role as As},
        region::Level,
        region_coverage::Status,
        staffing_service_client::StaffingServiceClient,
    },
};

use super::{CITY, COUNTY, NEXT_VILLAGE, Scene, TOWNSHIP, VILLAGE, stands};
use crate::harness::{assert_reason, date, import_regions, region_row};

fn ask(region: &str) -> v1::GetCoverageRequest {
    v1::GetCoverageRequest { region: region.into(), date: date(2026, 3, 1), ..Default::default() }
}

fn count(level: Level, covered: i32, lapsed: i32, never: i32) -> v1::CoverageCount {
    v1::CoverageCount {
        level: level.into(),
        total_count: covered + lapsed + never,
        covered_count: covered,
        lapsed_count: lapsed,
        never_count: never,
    }
}

#[tokio::test]
async fn a_posting_covers_from_its_first_day_to_the_day_before_its_end() {
    let mut scene = Scene::new().await;
    scene.cadre("li").await;
    scene.post("li", VILLAGE, As::VillageHelper, date(2026, 1, 10), date(2026, 2, 10)).await;
    let at = async |month, day| scene.status(VILLAGE, date(2026, month, day)).await;
    assert_eq!(stands(&at(1, 9).await), (Status::Never, None, None, vec![]));
    assert_eq!(stands(&at(1, 10).await), (Status::Covered, date(2026, 1, 10), Some(0), vec!["li"]));
    assert_eq!(stands(&at(2, 9).await), (Status::Covered, date(2026, 1, 10), Some(30), vec!["li"]));
    assert_eq!(stands(&at(2, 10).await), (Status::Lapsed, date(2026, 2, 10), Some(0), vec!["li"]));
    assert_eq!(stands(&at(3, 1).await), (Status::Lapsed, date(2026, 2, 10), Some(19), vec!["li"]));
    let lapsed = &at(3, 1).await.responsibles[0];
    assert_eq!(
        (lapsed.role(), lapsed.valid_from, lapsed.valid_until),
        (As::VillageHelper, date(2026, 1, 10), date(2026, 2, 10))
    );
}

#[tokio::test]
async fn the_longest_in_place_comes_first_and_who_left_last_is_named() {
    let mut scene = Scene::new().await;
    for id in ["an", "bai", "chen", "dong"] {
        scene.cadre(id).await;
    }
    scene.post("an", VILLAGE, As::VillageHelper, date(2024, 1, 1), date(2025, 6, 1)).await;
    scene.post("bai", VILLAGE, As::FirstSecretary, date(2025, 1, 1), date(2026, 1, 1)).await;
    scene.post("chen", VILLAGE, As::TownshipLink, date(2024, 5, 1), date(2026, 1, 1)).await;
    scene.post("dong", VILLAGE, As::VillageHelper, date(2026, 5, 1), None).await;
    let both = scene.status(VILLAGE, date(2025, 3, 1)).await;
    assert_eq!(stands(&both), (Status::Covered, date(2024, 1, 1), Some(425), vec!["an", "chen", "bai"]));
    assert_eq!(both.responsible_count, 3);
    let gap = scene.status(VILLAGE, date(2026, 4, 30)).await;
    assert_eq!(stands(&gap), (Status::Lapsed, date(2026, 1, 1), Some(119), vec!["chen", "bai"]));
    let again = scene.status(VILLAGE, date(2026, 5, 1)).await;
    assert_eq!(stands(&again), (Status::Covered, date(2026, 5, 1), Some(0), vec!["dong"]));
}

#[tokio::test]
async fn what_was_entered_in_error_never_covered() {
    let mut scene = Scene::new().await;
    scene.cadre("li").await;
    let posting = scene.post("li", VILLAGE, As::VillageHelper, date(2026, 1, 10), None).await;
    scene.end(&posting, date(2026, 1, 10), EndReason::EnteredInError).await;
    assert_eq!(stands(&scene.status(VILLAGE, date(2026, 3, 1)).await), (Status::Never, None, None, vec![]));
}

#[tokio::test]
async fn each_place_counts_for_itself_and_only_linking_roles_cover_unless_named() {
    let mut scene = Scene::new().await;
    for id in ["li", "wang", "zhao"] {
        scene.cadre(id).await;
    }
    scene.post("li", TOWNSHIP, As::TownshipLeader, date(2026, 1, 1), None).await;
    scene.post("wang", VILLAGE, As::GridMember, date(2026, 1, 1), None).await;
    scene.post("zhao", NEXT_VILLAGE, As::VillageHelper, date(2025, 1, 1), date(2026, 1, 1)).await;
    // A county is no place that has to be covered.
    scene.post("zhao", COUNTY, As::VillageHelper, date(2025, 1, 1), None).await;
    let answer = scene.coverage(ask(COUNTY)).await;
    let seen: Vec<_> = answer.region_coverages.iter().map(|place| (place.region.as_str(), place.status())).collect();
    assert_eq!(seen, [(TOWNSHIP, Status::Covered), (VILLAGE, Status::Never), (NEXT_VILLAGE, Status::Lapsed)]);
    assert_eq!(answer.counts, [count(Level::Township, 1, 0, 0), count(Level::Village, 0, 1, 1)]);
    let linking = [As::TownshipLeader, As::VillageHelper, As::FirstSecretary, As::TownshipLink].map(i32::from);
    assert_eq!((answer.roles.as_slice(), answer.date), (linking.as_slice(), date(2026, 3, 1)));

    let grid = v1::GetCoverageRequest { roles: vec![As::GridMember.into()], ..ask(COUNTY) };
    let answer = scene.coverage(grid).await;
    assert_eq!(answer.counts, [count(Level::Township, 0, 0, 1), count(Level::Village, 1, 0, 1)]);
    assert_eq!(answer.roles, [i32::from(As::GridMember)]);

    // The root counts itself; a village is a root too.
    let answer = scene.coverage(ask(TOWNSHIP)).await;
    assert_eq!(answer.region_coverages.len(), 3);
    let answer = scene.coverage(ask(VILLAGE)).await;
    assert_eq!(answer.counts, [count(Level::Township, 0, 0, 0), count(Level::Village, 0, 0, 1)]);
    let country = scene.coverage(ask("regions/000000000000")).await;
    assert_eq!(country.counts, [count(Level::Township, 1, 0, 1), count(Level::Village, 0, 1, 3)]);
}

#[tokio::test]
async fn places_are_those_of_the_day() {
    let mut scene = Scene::new().await;
    scene.cadre("li").await;
    scene.post("li", NEXT_VILLAGE, As::VillageHelper, date(2024, 1, 1), None).await;
    let rows = vec![
        v1::RegionRow {
            ended: true, ..region_row("411002001002", "南关社区居委会", Level::Village, "411002001")
        },
        region_row("411002001003", "新城社区居委会", Level::Village, "411002001"),
    ];
    let results = import_regions(scene.stage.admin().await, date(2026, 2, 1), rows).await;
    assert!(results.iter().all(|result| result.error.is_none()), "{results:?}");
    let on = async |day| {
        let answer = scene.coverage(v1::GetCoverageRequest { date: day, ..ask(TOWNSHIP) }).await;
        let places = answer.region_coverages.into_iter().map(|place| place.region[16..].to_owned()).collect::<Vec<_>>();
        (places, answer.counts[1].covered_count)
    };
    assert_eq!(on(date(2026, 1, 31)).await, (vec!["1000".into(), "1001".into(), "1002".into()], 1));
    assert_eq!(on(date(2026, 2, 1)).await, (vec!["1000".into(), "1001".into(), "1003".into()], 0));
    let mut reader = scene.reader().await;
    let before = v1::GetCoverageRequest { date: date(2023, 6, 29), ..ask(TOWNSHIP) };
    assert_reason(reader.get_coverage(before).await, "NOT_FOUND");
    assert_reason(reader.get_coverage(ask("regions/411002009000")).await, "NOT_FOUND");
    assert_reason(reader.get_coverage(ask("regions/4110")).await, "INVALID_REQUEST");
    let no_day = v1::GetCoverageRequest { date: date(2026, 2, 30), ..ask(TOWNSHIP) };
    assert_reason(reader.get_coverage(no_day).await, "INVALID_REQUEST");
    let twice = v1::GetCoverageRequest { roles: vec![1, 1], ..ask(TOWNSHIP) };
    assert_reason(reader.get_coverage(twice).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn filters_choose_places_and_leave_the_counts_whole() {
    let mut scene = Scene::new().await;
    scene.cadre("li").await;
    scene.post("li", TOWNSHIP, As::TownshipLeader, date(2026, 1, 1), None).await;
    scene.post("li", VILLAGE, As::VillageHelper, date(2025, 1, 1), date(2026, 1, 1)).await;
    let cases: &[(&str, &[&str])] = &[
        ("status != STATUS_COVERED", &[VILLAGE, NEXT_VILLAGE]),
        ("status = STATUS_COVERED", &[TOWNSHIP]),
        ("status = STATUS_LAPSED OR status = STATUS_NEVER", &[VILLAGE, NEXT_VILLAGE]),
        ("status = STATUS_NEVER AND level = LEVEL_VILLAGE", &[NEXT_VILLAGE]),
        ("level = LEVEL_TOWNSHIP", &[TOWNSHIP]),
        ("NOT level = LEVEL_TOWNSHIP", &[VILLAGE, NEXT_VILLAGE]),
        ("NOT (status = STATUS_COVERED OR status = STATUS_LAPSED)", &[NEXT_VILLAGE]),
        ("status != STATUS_LAPSED", &[TOWNSHIP, NEXT_VILLAGE]),
    ];
    for (filter, expected) in cases {
        let answer = scene.coverage(v1::GetCoverageRequest { filter: (*filter).into(), ..ask(COUNTY) }).await;
        let found: Vec<&str> = answer.region_coverages.iter().map(|place| place.region.as_str()).collect();
        assert_eq!(found, *expected, "{filter}");
        assert_eq!(answer.counts, [count(Level::Township, 1, 0, 0), count(Level::Village, 0, 1, 1)], "{filter}");
    }
    let mut reader = scene.reader().await;
    for filter in ["status = COVERED", "region = \"x\"", "level > LEVEL_TOWNSHIP", "level = LEVEL_COUNTY", "status ="] {
        let request = v1::GetCoverageRequest { filter: filter.into(), ..ask(COUNTY) };
        assert_reason(reader.get_coverage(request).await, "INVALID_FILTER");
    }
}

#[tokio::test]
async fn pages_walk_every_place_once() {
    let mut scene = Scene::new().await;
    scene.cadre("li").await;
    scene.post("li", NEXT_VILLAGE, As::VillageHelper, date(2026, 1, 1), None).await;
    let whole = scene.coverage(ask(CITY)).await;
    assert_eq!(whole.region_coverages.len(), 6);
    assert_eq!(whole.next_page_token, "");
    let mut reader = scene.reader().await;
    for size in 1..=7 {
        let mut request = v1::GetCoverageRequest { page_size: size, ..ask(CITY) };
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = reader.get_coverage(request.clone()).await.expect("page").into_inner();
            assert_eq!(page.counts.is_empty(), !seen.is_empty(), "counts on the first page only");
            assert_eq!(cursor.get_or_insert(page.cursor.clone()), &page.cursor, "the same on every page");
            seen.extend(page.region_coverages);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, whole.region_coverages, "pages of {size}");
    }
    let first = v1::GetCoverageRequest { page_size: 2, ..ask(CITY) };
    let token = reader.get_coverage(first.clone()).await.expect("page").into_inner().next_page_token;
    let stolen = [
        v1::GetCoverageRequest { filter: "status = STATUS_NEVER".into(), ..first.clone() },
        v1::GetCoverageRequest { date: date(2026, 3, 2), ..first.clone() },
        v1::GetCoverageRequest { region: COUNTY.into(), ..first.clone() },
        v1::GetCoverageRequest { roles: vec![As::GridMember.into()], ..first.clone() },
    ];
    for request in stolen {
        let request = v1::GetCoverageRequest { page_token: token.clone(), ..request };
        assert_reason(reader.get_coverage(request).await, "INVALID_PAGE_TOKEN");
    }
    let negative = v1::GetCoverageRequest { page_size: -1, ..first };
    assert_reason(reader.get_coverage(negative).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn reading_does_not_depend_on_where_a_grant_lies() {
    let scene = Scene::new().await;
    let elsewhere = scene.stage.within(Role::Reader, "regions/411081000000").await;
    let answer = StaffingServiceClient::new(elsewhere).get_coverage(ask(COUNTY)).await.expect("coverage").into_inner();
    assert_eq!(answer.region_coverages.len(), 3);
    let intake = scene.stage.within(Role::Intake, COUNTY).await;
    assert_reason(StaffingServiceClient::new(intake).get_coverage(ask(COUNTY)).await, "PERMISSION_DENIED");
}

/// A small generator, so that a failure is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[tokio::test]
async fn coverage_is_what_the_postings_say() {
    const REGIONS: [&str; 3] = [TOWNSHIP, VILLAGE, NEXT_VILLAGE];
    let mut scene = Scene::new().await;
    let mut dice = Dice(20_260_301);
    let day = |offset: u64| date(2026, 1, i32::try_from(offset + 1).expect("small"));
    let mut postings = Vec::new();
    for number in 0..24 {
        let cadre = format!("c{number:02}");
        scene.cadre(&cadre).await;
        let (region, from) = (REGIONS[usize::try_from(dice.roll(3)).expect("small")], dice.roll(20));
        let until = (dice.roll(4) > 0).then(|| from + 1 + dice.roll(6));
        let role = [As::VillageHelper, As::TownshipLink, As::GridMember][usize::try_from(dice.roll(3)).expect("small")];
        scene.post(&cadre, region, role, day(from), until.and_then(day)).await;
        postings.push((cadre, region, role, from, until));
    }
    for on in 0..30 {
        let request = v1::GetCoverageRequest { region: COUNTY.into(), date: day(on), ..Default::default() };
        let answer = scene.coverage(request).await;
        let found: BTreeMap<&str, &RegionCoverage> =
            answer.region_coverages.iter().map(|place| (place.region.as_str(), place)).collect();
        for region in REGIONS {
            let mut here: Vec<_> = postings
                .iter()
                .filter(|(_, at, role, from, _)| *at == region && *role != As::GridMember && *from <= on)
                .collect();
            here.sort_by_key(|(cadre, _, _, from, _)| (*from, cadre.clone()));
            let names = |chosen: &[&&(String, &str, As, u64, Option<u64>)]| {
                chosen.iter().map(|posting| posting.0.clone()).collect::<Vec<_>>()
            };
            let held: Vec<_> = here.iter().filter(|(.., until)| until.is_none_or(|until| until > on)).collect();
            let last = here.iter().filter_map(|(.., until)| *until).max();
            let expected = if let Some((.., from, _)) = held.first() {
                (Status::Covered, day(*from), Some(i32::try_from(on - from).expect("small")), names(&held))
            } else if let Some(last) = last {
                let left: Vec<_> = here.iter().filter(|(.., until)| *until == Some(last)).collect();
                (Status::Lapsed, day(last), Some(i32::try_from(on - last).expect("small")), names(&left))
            } else {
                (Status::Never, None, None, Vec::new())
            };
            let place = found[region];
            let (status, since, days, people) = stands(place);
            let people = people.into_iter().map(str::to_owned).collect();
            assert_eq!((status, since, days, people), expected, "{region} on day {on}");
        }
    }
}
