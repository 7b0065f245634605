//! Lists: filters, orders, pages.

use lianbang::{
    auth::Role,
    pb::v1::{self, organization::Kind},
};

use super::{CITY, Client, STREET, WEIDU, YUZHOU, create, organ};
use crate::harness::{Stage, assert_reason, date};

async fn listed(client: &mut Client, filter: &str, order_by: &str, page_size: i32) -> Vec<String> {
    let mut names = Vec::new();
    let mut request = v1::ListOrganizationsRequest {
        filter: filter.into(),
        order_by: order_by.into(),
        page_size,
        ..Default::default()
    };
    let mut cursor = None;
    loop {
        let page = client.list_organizations(request.clone()).await.expect(filter).into_inner();
        assert_eq!(cursor.get_or_insert(page.cursor.clone()), &page.cursor, "the cursor is the same on every page");
        names.extend(page.organizations.into_iter().map(|found| found.name.replace("organizations/", "")));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return names;
        }
    }
}

#[tokio::test]
async fn organizations_are_listed_by_filter_and_order() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    let heating = v1::Organization {
        source: "edition".into(),
        source_id: "7".into(),
        unified_code: "91350100M000100Y43".into(),
        parent: "organizations/city".into(),
        ..organ("许昌市供热公司", Kind::Enterprise, WEIDU)
    };
    let gone = v1::Organization {
        valid_from: date(2010, 1, 1),
        valid_until: date(2020, 1, 1),
        ..organ("许昌%局", Kind::Department, CITY)
    };
    let entered = [
        ("city", organ("许昌市人民政府", Kind::Government, CITY)),
        ("street", organ("西大街道办事处", Kind::TownshipGovernment, STREET)),
        ("heating", heating),
        ("court", organ("禹州市人民法院", Kind::Court, YUZHOU)),
        ("bureau", gone),
    ];
    for (id, organization) in entered {
        create(&mut admin, id, organization).await;
        stage.time.advance(1);
    }
    let mut reader = Client::new(stage.within(Role::Reader, YUZHOU).await);
    let cases: &[(&str, &[&str])] = &[
        ("", &["bureau", "city", "court", "heating", "street"]),
        ("kind = KIND_COURT", &["court"]),
        ("kind = KIND_COURT OR kind = KIND_GOVERNMENT", &["city", "court"]),
        ("kind != KIND_COURT region = \"regions/411002000000\"", &["heating", "street"]),
        ("NOT region = \"regions/411002000000\"", &["bureau", "city", "court"]),
        ("region = \"regions/000000000000\"", &["bureau", "city", "court", "heating", "street"]),
        ("parent = \"organizations/city\"", &["heating"]),
        ("NOT parent = \"organizations/city\"", &["bureau", "city", "court", "street"]),
        ("display_name = \"许昌*\"", &["bureau", "city", "heating"]),
        ("display_name = \"许昌%*\"", &["bureau"]),
        ("display_name = \"禹州市人民法院\"", &["court"]),
        ("unified_code = \"91350100*\"", &["heating"]),
        ("source = edition AND source_id = \"7\"", &["heating"]),
        ("source = edition AND source_id = \"8\"", &[]),
    ];
    for (filter, expected) in cases {
        assert_eq!(&listed(&mut reader, filter, "", 2).await, expected, "{filter}");
    }
    let newest = ["bureau", "court", "heating", "street", "city"];
    assert_eq!(listed(&mut reader, "", "create_time desc", 2).await, newest);
    assert_eq!(listed(&mut reader, "region = \"regions/411002000000\"", "create_time  desc", 1).await, newest[2..4]);
    for (day, expected) in [(date(2019, 12, 31), 5), (date(2020, 1, 1), 4), (date(2009, 12, 31), 4)] {
        let request = v1::ListOrganizationsRequest { date: day, ..Default::default() };
        let page = reader.list_organizations(request).await.expect("page").into_inner();
        assert_eq!(page.organizations.len(), expected, "{day:?}");
    }
}

#[tokio::test]
async fn a_list_is_asked_in_its_own_words() {
    let stage = Stage::with_regions().await;
    let mut admin = Client::new(stage.admin().await);
    for id in ["one", "two"] {
        create(&mut admin, id, organ(id, Kind::Department, WEIDU)).await;
    }
    let asked = |filter: &str, order_by: &str| v1::ListOrganizationsRequest {
        filter: filter.into(),
        order_by: order_by.into(),
        page_size: 1,
        ..Default::default()
    };
    for filter in ["version = 1", "kind = 1", "region = \"regions/41\"", "region = \"regions/999999999999\"", "kind ="]
    {
        assert_reason(admin.list_organizations(asked(filter, "")).await, "INVALID_FILTER");
    }
    assert_reason(admin.list_organizations(asked("", "kind")).await, "INVALID_FILTER");
    let page = admin.list_organizations(asked("", "")).await.expect("page").into_inner();
    let others = [asked("kind = KIND_DEPARTMENT", ""), asked("", "create_time desc")];
    for other in others {
        let request = v1::ListOrganizationsRequest { page_token: page.next_page_token.clone(), ..other };
        assert_reason(admin.list_organizations(request).await, "INVALID_PAGE_TOKEN");
    }
    let mut stranger = Client::new(stage.everywhere(Role::Reader).await);
    let request = v1::ListOrganizationsRequest { page_token: page.next_page_token, ..asked("", "") };
    assert_reason(stranger.list_organizations(request).await, "INVALID_PAGE_TOKEN");
}
