//! Leaves and capacities: entered, ended, listed, and what is refused.

use lianbang::{
    auth::Role,
    pb::v1::{self, Cadre, Leave, cadre_service_client::CadreServiceClient},
};

use super::{basic, client, condition, enter, staged, update};
use crate::harness::{assert_reason, date, request_id};

fn away(cadre: &str, id: &str, days: std::ops::Range<i32>) -> v1::CreateLeaveRequest {
    let leave =
        Leave { valid_from: date(2026, 4, days.start), valid_until: date(2026, 4, days.end), ..Default::default() };
    v1::CreateLeaveRequest {
        parent: format!("cadres/{cadre}"),
        leave: Some(leave),
        leave_id: id.into(),
        request_id: request_id(),
        ..Default::default()
    }
}

fn end(leave: &Leave, day: i32) -> v1::EndLeaveRequest {
    v1::EndLeaveRequest {
        name: leave.name.clone(),
        valid_until: date(2026, 4, day),
        etag: leave.etag.clone(),
        request_id: request_id(),
        ..Default::default()
    }
}

#[tokio::test]
async fn leaves_do_not_overlap_and_end_early() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    for id in ["li-01", "wang-01"] {
        enter(&mut client, id).await;
    }
    let first = client.create_leave(away("li-01", "first", 5..10)).await.expect("leave").into_inner();
    assert_eq!(first.name, "cadres/li-01/leaves/first");
    let get = v1::GetLeaveRequest { name: first.name.clone() };
    assert_eq!(client.get_leave(get).await.expect("leave").into_inner(), first);
    for days in [4..6, 6..7, 9..12, 1..20] {
        assert_eq!(condition(client.create_leave(away("li-01", "", days)).await), "LEAVE_OVERLAP");
    }
    client.create_leave(away("li-01", "next", 10..12)).await.expect("from the day on which the first ends");
    client.create_leave(away("li-01", "before", 1..5)).await.expect("until the first begins");
    client.create_leave(away("wang-01", "other", 6..8)).await.expect("another cadre");
    assert_reason(client.create_leave(away("li-01", "first", 20..21)).await, "ALREADY_EXISTS");

    assert_eq!(condition(client.end_leave(end(&first, 4)).await), "END_BEFORE_FIRST_DAY");
    assert_eq!(condition(client.end_leave(end(&first, 10)).await), "END_AFTER_TERM");
    let ended = client.end_leave(end(&first, 7)).await.expect("ended").into_inner();
    assert_eq!((ended.valid_until, ended.etag.as_str()), (date(2026, 4, 7), "v2"));
    assert_reason(client.end_leave(end(&first, 6)).await, "ETAG_MISMATCH");
    client.create_leave(away("li-01", "again", 7..8)).await.expect("the days are free again");
    client.end_leave(end(&ended, 5)).await.expect("never taken");
    client.create_leave(away("li-01", "later", 5..6)).await.expect("what was never taken is in nobody's way");
    for name in ["cadres/li-01/leaves/none", "cadres/wang-01/leaves/first", "cadres/none/leaves/first"] {
        assert_reason(client.get_leave(v1::GetLeaveRequest { name: name.into() }).await, "NOT_FOUND");
        assert_reason(client.end_leave(end(&Leave { name: name.into(), ..ended.clone() }, 5)).await, "NOT_FOUND");
    }
}

#[tokio::test]
async fn leaves_are_listed_by_cadre_and_by_day() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    for id in ["li-01", "wang-01"] {
        enter(&mut client, id).await;
    }
    for (cadre, id, days) in [("li-01", "leave-a", 1..3), ("li-01", "leave-b", 5..10), ("wang-01", "leave-c", 7..9)] {
        client.create_leave(away(cadre, id, days)).await.expect("leave");
    }
    let listed = async |parent: &str, day: Option<i32>, client: &mut CadreServiceClient<_>| -> Vec<String> {
        let (mut page_token, mut ids) = (String::new(), Vec::new());
        loop {
            let date = day.and_then(|day| date(2026, 4, day));
            let request = v1::ListLeavesRequest { parent: parent.into(), date, page_size: 1, page_token };
            let page = client.list_leaves(request).await.expect("leaves").into_inner();
            ids.extend(page.leaves.into_iter().filter_map(|leave| Some(leave.name.rsplit_once('-')?.1.to_owned())));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return ids;
            }
        }
    };
    assert_eq!(listed("cadres/-", None, &mut client).await, ["c", "b", "a"]);
    assert_eq!(listed("cadres/li-01", None, &mut client).await, ["b", "a"]);
    assert_eq!(listed("cadres/-", Some(7), &mut client).await, ["c", "b"]);
    assert_eq!(listed("cadres/-", Some(9), &mut client).await, ["b"]);
    assert!(listed("cadres/-", Some(3), &mut client).await.is_empty());
    let request = v1::ListLeavesRequest { parent: "cadres/none".into(), ..Default::default() };
    assert_reason(client.list_leaves(request).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_faulty_leave_is_refused_with_each_field() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    enter(&mut client, "li-01").await;
    let with = |from, until| {
        let mut request = away("li-01", "", 1..2);
        request.leave = Some(Leave { valid_from: from, valid_until: until, ..Default::default() });
        request
    };
    for (from, until, field) in [
        (None, date(2026, 4, 1), "leave.valid_from"),
        (date(2026, 4, 1), None, "leave.valid_until"),
        (date(2026, 4, 1), date(2026, 4, 1), "leave.valid_until"),
        (date(2026, 4, 1), date(2029, 4, 2), "leave.valid_until"),
        (date(2026, 2, 30), date(2026, 4, 1), "leave.valid_from"),
    ] {
        let status = assert_reason(client.create_leave(with(from, until)).await, "INVALID_REQUEST");
        assert!(status.message().contains(field), "{field}: {}", status.message());
    }
    client.create_leave(with(date(2026, 4, 1), date(2029, 4, 1))).await.expect("three years");
    assert_reason(client.create_leave(away("none", "", 1..2)).await, "NOT_FOUND");
    let mut elsewhere = CadreServiceClient::new(stage.within(Role::Coordinator, "regions/411081000000").await);
    assert_reason(elsewhere.create_leave(away("li-01", "", 1..2)).await, "OUT_OF_SCOPE");
}

#[tokio::test]
async fn a_capacity_is_set_and_taken_away() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let cadre = enter(&mut client, "li-01").await;
    let set = Cadre { mediation_capacity: 5, ..cadre.clone() };
    let set = client.update_cadre(update(set, &["mediation_capacity"])).await.expect("set").into_inner();
    assert_eq!(set.mediation_capacity, 5);
    let renamed = Cadre { display_name: "李新名".into(), mediation_capacity: 0, ..set };
    let renamed = client.update_cadre(update(renamed, &["display_name"])).await.expect("named").into_inner();
    assert_eq!(renamed.mediation_capacity, 5, "what is not named stays");
    let cleared = Cadre { mediation_capacity: 0, ..renamed.clone() };
    client.update_cadre(update(cleared, &["mediation_capacity"])).await.expect("cleared");
    let read = client.get_cadre(basic("cadres/li-01")).await.expect("cadre").into_inner();
    assert_eq!(read.mediation_capacity, 0);
    let negative = Cadre { mediation_capacity: -1, ..read };
    assert_reason(client.update_cadre(update(negative, &["mediation_capacity"])).await, "INVALID_REQUEST");
}
