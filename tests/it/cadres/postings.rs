//! Postings: entered, ended, listed, and what is refused.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, Cadre, Posting,
        cadre_service_client::CadreServiceClient,
        posting::{EndReason, Role as As},
    },
};

use super::{
    OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, cadre, client, condition, create, end, enter, helper, link, staged, update,
};
use crate::harness::{assert_reason, date, import_regions, reason, region_row, request_id};

#[tokio::test]
async fn a_posting_is_never_overwritten() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    enter(&mut client, "li-01").await;
    let first = Posting { valid_until: date(2026, 1, 1), ..helper(VILLAGE, 2024) };
    let named = v1::CreatePostingRequest { posting_id: "first".into(), ..link("li-01", first) };
    let first = client.create_posting(named.clone()).await.expect("posting").into_inner();
    assert_eq!(first.name, "cadres/li-01/postings/first");
    assert_eq!((first.cadre_display_name.as_str(), first.region_version), ("李干部", 1));

    for (from, until) in [(2025, None), (2023, None), (2025, date(2025, 6, 1)), (2023, date(2024, 1, 2))] {
        let other = Posting { valid_until: until, ..helper(VILLAGE, from) };
        assert_reason(client.create_posting(link("li-01", other)).await, "POSTING_OVERLAP");
    }
    let again = v1::CreatePostingRequest { request_id: request_id(), posting: Some(helper(VILLAGE, 2027)), ..named };
    assert_reason(client.create_posting(again).await, "ALREADY_EXISTS");
    // On the day on which one ends the next may begin; another role or place is another posting.
    client.create_posting(link("li-01", helper(VILLAGE, 2026))).await.expect("next");
    let before = Posting { valid_until: date(2024, 1, 1), ..helper(VILLAGE, 2022) };
    client.create_posting(link("li-01", before)).await.expect("before the first edition of the codes");
    let other_role = Posting { role: As::Mediator.into(), ..helper(VILLAGE, 2025) };
    client.create_posting(link("li-01", other_role)).await.expect("other role");
    client.create_posting(link("li-01", helper(OTHER_VILLAGE, 2025))).await.expect("other place");
    enter(&mut client, "wang-01").await;
    client.create_posting(link("wang-01", helper(VILLAGE, 2025))).await.expect("other cadre");

    let get = v1::GetPostingRequest { name: first.name.clone() };
    assert_eq!(client.get_posting(get).await.expect("posting").into_inner(), first);
    for name in ["cadres/li-01/postings/none", "cadres/wang-01/postings/first"] {
        assert_reason(client.get_posting(v1::GetPostingRequest { name: name.into() }).await, "NOT_FOUND");
    }
    assert_reason(client.create_posting(link("none", helper(VILLAGE, 2025))).await, "NOT_FOUND");
    assert_reason(client.create_posting(link("li-01", helper("regions/411002009009", 2025))).await, "NOT_FOUND");
    let faulty = Posting { valid_until: date(2025, 1, 1), role: 0, ..helper(VILLAGE, 2025) };
    let status = assert_reason(client.create_posting(link("li-01", faulty)).await, "INVALID_REQUEST");
    assert!(status.message().contains("posting.valid_until") && status.message().contains("posting.role"));
}

#[tokio::test]
async fn a_posting_lies_within_service_and_region() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let served = Cadre { valid_from: date(2024, 1, 1), valid_until: date(2027, 1, 1), ..cadre("李干部") };
    let served = client.create_cadre(create("li-01", served)).await.expect("cadre").into_inner();
    for (from, until) in [(2025, None), (2023, date(2025, 1, 1)), (2025, date(2027, 1, 2))] {
        let outside = Posting { valid_until: until, ..helper(VILLAGE, from) };
        assert_eq!(condition(client.create_posting(link("li-01", outside)).await), "CADRE_NOT_IN_SERVICE");
    }
    let inside = Posting { valid_until: date(2027, 1, 1), ..helper(VILLAGE, 2024) };
    let inside = client.create_posting(link("li-01", inside)).await.expect("posting").into_inner();
    let leaves = Cadre { valid_until: date(2026, 6, 1), ..served.clone() };
    assert_eq!(
        condition(client.update_cadre(update(leaves.clone(), &["valid_until"])).await),
        "POSTING_BEYOND_SERVICE"
    );
    client.end_posting(end(&inside, date(2026, 6, 1), EndReason::Transfer)).await.expect("end");
    client.update_cadre(update(leaves, &["valid_until"])).await.expect("change");
    let before = Cadre { valid_until: date(2023, 1, 1), etag: "v2".into(), ..served };
    assert_reason(client.update_cadre(update(before, &["valid_until"])).await, "INVALID_REQUEST");

    let ended = v1::RegionRow {
        ended: true,
        ..region_row("411002001002", "南关社区居委会", v1::region::Level::Village, "411002001")
    };
    import_regions(stage.admin().await, date(2025, 7, 1), vec![ended]).await;
    enter(&mut client, "wang-01").await;
    client.create_posting(link("wang-01", helper(OTHER_VILLAGE, 2025))).await.expect("while it was there");
    assert_eq!(condition(client.create_posting(link("wang-01", helper(OTHER_VILLAGE, 2026))).await), "REGION_ENDED");
}

#[tokio::test]
async fn a_substitute_is_another_in_force() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    for id in ["li-01", "wang-01"] {
        enter(&mut client, id).await;
    }
    let other = Posting { valid_until: date(2026, 1, 1), ..helper(VILLAGE, 2025) };
    let other = client.create_posting(link("wang-01", other)).await.expect("posting").into_inner();
    let by = |posting: &str, cadre: &str, from| Posting {
        substitute_posting: posting.into(),
        substitute_cadre: cadre.into(),
        ..helper(VILLAGE, from)
    };
    let refused = client.create_posting(link("li-01", by(&other.name, "", 2026))).await;
    assert_eq!(condition(refused), "SUBSTITUTE_NOT_IN_FORCE");
    let refused = client.create_posting(link("li-01", by("", "cadres/li-01", 2025))).await;
    assert_eq!(condition(refused), "SUBSTITUTE_IS_SELF");
    let refused = client.create_posting(link("li-01", by("", "cadres/none", 2025))).await;
    assert_reason(refused, "NOT_FOUND");
    let refused = client.create_posting(link("li-01", by(&other.name, "cadres/li-01", 2025))).await;
    assert_reason(refused, "INVALID_REQUEST");
    let posting = client.create_posting(link("li-01", by(&other.name, "", 2025))).await.expect("posting").into_inner();
    assert_eq!((posting.substitute_posting, posting.substitute_cadre), (other.name, "cadres/wang-01".into()));
}

#[tokio::test]
async fn a_posting_ends_once_within_its_term() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    enter(&mut client, "li-01").await;
    let term = Posting { valid_until: date(2027, 1, 1), ..helper(VILLAGE, 2025) };
    let posting = client.create_posting(link("li-01", term)).await.expect("posting").into_inner();
    let rotation = EndReason::Rotation;
    for (day, reason, expected) in [
        (date(2024, 12, 31), rotation, "END_BEFORE_FIRST_DAY"),
        (date(2027, 1, 2), rotation, "END_AFTER_TERM"),
        (date(2025, 1, 2), EndReason::EnteredInError, "END_NOT_ON_FIRST_DAY"),
    ] {
        assert_eq!(condition(client.end_posting(end(&posting, day, reason)).await), expected);
    }
    let stale = v1::EndPostingRequest { etag: "v0".into(), ..end(&posting, date(2026, 1, 1), rotation) };
    assert_reason(client.end_posting(stale).await, "ETAG_MISMATCH");
    let silent = end(&posting, date(2026, 1, 1), EndReason::Other);
    assert_reason(client.end_posting(silent).await, "INVALID_REQUEST");
    let absent = Posting { name: "cadres/none/postings/none".into(), ..posting.clone() };
    assert_reason(client.end_posting(end(&absent, date(2026, 1, 1), rotation)).await, "NOT_FOUND");

    let document = v1::PostingDocument { document_number: "许办文〔2026〕3号".into(), ..Default::default() };
    let request =
        v1::EndPostingRequest { ending_document: Some(document.clone()), ..end(&posting, date(2026, 1, 1), rotation) };
    let ended = client.end_posting(request).await.expect("end").into_inner();
    assert_eq!((ended.valid_until, ended.end_reason()), (date(2026, 1, 1), rotation));
    assert_eq!(ended.ending_document, Some(document));
    assert_ne!(ended.etag, posting.etag);
    assert_eq!(condition(client.end_posting(end(&ended, date(2026, 2, 1), rotation)).await), "ALREADY_ENDED");

    // One that was entered in error never held: the right one may take its days.
    let wrong = client.create_posting(link("li-01", helper(OTHER_VILLAGE, 2025))).await.expect("posting").into_inner();
    client.end_posting(end(&wrong, date(2025, 1, 1), EndReason::EnteredInError)).await.expect("end");
    client.create_posting(link("li-01", helper(OTHER_VILLAGE, 2025))).await.expect("posting");
    let past = Posting { valid_until: date(2024, 6, 1), ..helper(OTHER_VILLAGE, 2024) };
    let past = client.create_posting(link("li-01", past)).await.expect("posting").into_inner();
    assert_eq!(condition(client.end_posting(end(&past, date(2024, 3, 1), rotation)).await), "TERM_OVER");
}

#[tokio::test]
async fn what_lies_outside_the_grants_is_read_and_not_written() {
    let stage = staged().await;
    let mut admin = client(&stage).await;
    let present = enter(&mut admin, "li-01").await;
    let outside = admin.create_posting(link("li-01", helper(OTHER_COUNTY, 2025))).await.expect("posting").into_inner();
    let mut county = CadreServiceClient::new(stage.within(Role::Coordinator, "regions/411002000000").await);
    county.create_posting(link("li-01", helper(VILLAGE, 2025))).await.expect("inside");
    assert_reason(county.create_posting(link("li-01", helper(OTHER_COUNTY, 2024))).await, "OUT_OF_SCOPE");
    let refused = county.end_posting(end(&outside, date(2026, 1, 1), EndReason::Rotation)).await;
    assert_reason(refused, "OUT_OF_SCOPE");
    let elsewhere = Cadre { organization: "organizations/yuzhou".into(), ..cadre("王干部") };
    assert_reason(county.create_cadre(create("", elsewhere.clone())).await, "OUT_OF_SCOPE");
    let moved = Cadre { organization: elsewhere.organization.clone(), ..present.clone() };
    assert_reason(county.update_cadre(update(moved.clone(), &["organization"])).await, "OUT_OF_SCOPE");
    let changed = county.update_cadre(update(present, &["rank"])).await.expect("inside").into_inner();
    let moved = admin.update_cadre(update(Cadre { etag: changed.etag, ..moved }, &["organization"])).await;
    let moved = moved.expect("moved").into_inner();
    assert_reason(county.update_cadre(update(moved, &["rank"])).await, "OUT_OF_SCOPE");
    assert_eq!(stage.count("SELECT COUNT(*) FROM records WHERE kind = 'scope.left'").await, 1);
    county.get_posting(v1::GetPostingRequest { name: outside.name }).await.expect("read");
    let mut reader = CadreServiceClient::new(stage.everywhere(Role::Reader).await);
    assert_reason(reader.create_posting(link("li-01", helper(OTHER_VILLAGE, 2025))).await, "PERMISSION_DENIED");
}

#[tokio::test]
async fn postings_are_listed_by_place_role_and_day() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    for id in ["li-01", "wang-01"] {
        enter(&mut client, id).await;
        client.create_posting(link(id, helper(VILLAGE, 2024))).await.expect("posting");
        let past = Posting { valid_until: date(2025, 1, 1), ..helper(OTHER_COUNTY, 2023) };
        client.create_posting(link(id, past)).await.expect("posting");
        let township = Posting { role: As::TownshipLeader.into(), ..helper("regions/411002001000", 2025) };
        client.create_posting(link(id, township)).await.expect("posting");
    }
    let list = |parent: &str, filter: &str, on| v1::ListPostingsRequest {
        parent: parent.into(),
        filter: filter.into(),
        date: on,
        ..Default::default()
    };
    let today = date(2026, 3, 2);
    for (parent, filter, on, count) in [
        ("cadres/-", "", None, 6),
        ("cadres/li-01", "", None, 3),
        ("cadres/li-01", "", today, 2),
        ("cadres/-", "region = regions/411002000000", None, 4),
        ("cadres/-", "region = regions/411002001001", None, 2),
        ("cadres/-", "region = regions/410000000000 AND role = ROLE_TOWNSHIP_LEADER", today, 2),
        ("cadres/-", "region = regions/000000000000 AND role != ROLE_TOWNSHIP_LEADER", None, 4),
        ("cadres/-", "region = regions/411081001002", None, 0),
    ] {
        let found = client.list_postings(list(parent, filter, on)).await.expect("list").into_inner().postings;
        assert_eq!(found.len(), count, "{parent} {filter}");
    }
    assert_reason(client.list_postings(list("cadres/none", "", None)).await, "NOT_FOUND");
    for filter in ["cadre = x", "region = regions/999999999999"] {
        assert_reason(client.list_postings(list("cadres/-", filter, None)).await, "INVALID_FILTER");
    }
    for order_by in ["", "name"] {
        let mut seen = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = v1::ListPostingsRequest {
                page_size: 2,
                page_token,
                order_by: order_by.into(),
                ..list("cadres/-", "", None)
            };
            let page = client.list_postings(request).await.expect("page").into_inner();
            seen.extend(page.postings);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen.len(), 6);
        match order_by {
            "name" => assert!(seen.is_sorted_by_key(|posting| posting.name.clone())),
            _ => assert!(seen.is_sorted_by_key(|posting| -posting.valid_from.as_ref().expect("day").year)),
        }
    }
}

/// Two that are entered at once overlap, so one of them is refused, however they interleave.
#[tokio::test]
async fn of_two_that_overlap_at_once_one_stands() {
    let stage = staged().await;
    let client = client(&stage).await;
    for round in 0..20 {
        let id = format!("cadre-{round}");
        enter(&mut client.clone(), &id).await;
        let calls = (0..4).map(|first| {
            let mut client = client.clone();
            // Set terms, which no index of the schema compares.
            let posting = Posting { valid_until: date(2030 + first, 1, 1), ..helper(VILLAGE, 2024 + first) };
            let request = link(&id, posting);
            tokio::spawn(async move { client.create_posting(request).await })
        });
        let mut stood = 0;
        for outcome in futures::future::join_all(calls).await {
            match outcome.expect("task") {
                Ok(_) => stood += 1,
                Err(status) => assert_eq!(reason(&status), "POSTING_OVERLAP"),
            }
        }
        assert_eq!(stood, 1, "{id}");
        assert_eq!(stage.count(&format!("SELECT COUNT(*) FROM postings WHERE cadre = '{id}'")).await, 1);
    }
}
