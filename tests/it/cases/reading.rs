//! Lists, filters, pages and scope.

use lianbang::{
    auth::Role,
    pb::v1::{self, case_service_client::CaseServiceClient},
};

use super::registered;
use crate::harness::{DAY, Line, Stage, assert_reason};

const HERE: &str = "regions/411002001001";
const THERE: &str = "regions/411081001002";

async fn titles(line: &Line, filter: &str, order_by: &str) -> Vec<String> {
    let mut client = CaseServiceClient::new(line.clone());
    let request = v1::ListCasesRequest { filter: filter.into(), order_by: order_by.into(), ..Default::default() };
    let found = client.list_cases(request).await.expect("list").into_inner();
    found.cases.into_iter().map(|case| case.title).collect()
}

#[tokio::test]
async fn each_level_of_scope_sees_its_own_newest_first() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    for (region, title) in [(HERE, "一"), (THERE, "二"), (HERE, "三")] {
        registered(&line, region, title).await;
        stage.time.advance(1_000_000);
    }
    assert_eq!(titles(&line, "", "").await, ["三", "二", "一"]);
    for area in ["411002000000", "411002001000", "411002001001"] {
        let line = stage.within(Role::Reader, &format!("regions/{area}")).await;
        assert_eq!(titles(&line, "", "").await, ["三", "一"], "{area}");
    }
    for area in ["410000000000", "411000000000"] {
        let line = stage.within(Role::Reader, &format!("regions/{area}")).await;
        assert_eq!(titles(&line, "", "").await.len(), 3, "{area}");
    }
    let sibling = stage.within(Role::Reader, "regions/411002001002").await;
    assert!(titles(&sibling, "", "").await.is_empty());
}

#[tokio::test]
async fn filters_say_what_they_mean() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    registered(&line, HERE, "一").await;
    stage.time.advance(20 * DAY);
    registered(&line, THERE, "二").await;
    for (filter, expected) in [
        ("overdue = true", vec!["一"]),
        ("overdue = false", vec!["二"]),
        ("NOT overdue = true", vec!["二"]),
        ("region = regions/411081000000", vec!["二"]),
        ("-region = regions/411081000000", vec!["一"]),
        ("state = STATE_REGISTERED AND region = \"regions/411002000000\"", vec!["一"]),
        ("state = STATE_CLOSED OR state = STATE_REGISTERED", vec!["二", "一"]),
        ("nature != NATURE_CLAIM", vec![]),
        ("register_time > 2026-03-10T00:00:00Z", vec!["二"]),
        ("petition_date = 2026-03-02", vec!["一"]),
        ("topic != topics/heating", vec!["二", "一"]),
        ("historic = false urgent = false", vec!["二", "一"]),
    ] {
        assert_eq!(titles(&line, filter, "").await, expected, "{filter}");
    }
    assert_eq!(titles(&line, "", "next_due_time").await, ["一", "二"]);
    let mut client = CaseServiceClient::new(line);
    for filter in ["statement = \"x\"", "state = CLOSED", "state ~ x", "(", "title = a", "' OR 1=1 --"] {
        let request = v1::ListCasesRequest { filter: filter.into(), ..Default::default() };
        assert_reason(client.list_cases(request).await, "INVALID_FILTER");
    }
    let request = v1::ListCasesRequest { order_by: "title".into(), ..Default::default() };
    assert_reason(client.list_cases(request).await, "INVALID_FILTER");
}

#[tokio::test]
async fn pages_hold_each_case_once() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    for number in 0..7 {
        // Some share their time.
        if number % 3 == 0 {
            stage.time.advance(1_000_000);
        }
        registered(&line, HERE, &number.to_string()).await;
    }
    let mut client = CaseServiceClient::new(line);
    for order_by in ["", "next_due_time"] {
        let mut seen = Vec::new();
        let mut page_token = String::new();
        loop {
            let request =
                v1::ListCasesRequest { page_size: 2, page_token, order_by: order_by.into(), ..Default::default() };
            let page = client.list_cases(request).await.expect("page").into_inner();
            seen.extend(page.cases.into_iter().map(|case| case.title));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        seen.sort();
        assert_eq!(seen, ["0", "1", "2", "3", "4", "5", "6"], "{order_by}");
    }
}
