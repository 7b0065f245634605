//! CadreService.

mod imports;
mod leaves;
mod postings;

use lianbang::{
    auth::Role,
    pb::v1::{
        self, Cadre, Posting,
        cadre::Rank,
        cadre_service_client::CadreServiceClient,
        organization_service_client::OrganizationServiceClient,
        posting::{EndReason, Role as As},
    },
};

use crate::harness::{Line, Stage, assert_reason, date, official, request_id};

type Client = CadreServiceClient<Line>;

const VILLAGE: &str = "regions/411002001001";
const OTHER_VILLAGE: &str = "regions/411002001002";
const OTHER_COUNTY: &str = "regions/411081001001";

/// A server with an office in each of two counties.
async fn staged() -> Stage {
    let stage = Stage::with_regions().await;
    let mut organizations = OrganizationServiceClient::new(stage.admin().await);
    for (id, region) in [("weidu", "regions/411002000000"), ("yuzhou", "regions/411081000000")] {
        let organization = v1::Organization {
            display_name: "信访局".into(),
            kind: v1::organization::Kind::PetitionOffice.into(),
            region: region.into(),
            source: "hr".into(),
            source_id: id.into(),
            ..Default::default()
        };
        let request = v1::CreateOrganizationRequest {
            organization: Some(organization),
            organization_id: id.into(),
            request_id: request_id(),
            ..Default::default()
        };
        organizations.create_organization(request).await.expect("organization");
    }
    stage
}

async fn client(stage: &Stage) -> Client {
    CadreServiceClient::new(stage.admin().await)
}

fn cadre(name: &str) -> Cadre {
    Cadre {
        display_name: name.into(),
        rank: Rank::Section.into(),
        organization: "organizations/weidu".into(),
        ..Default::default()
    }
}

fn create(id: &str, cadre: Cadre) -> v1::CreateCadreRequest {
    v1::CreateCadreRequest { cadre: Some(cadre), cadre_id: id.into(), request_id: request_id(), ..Default::default() }
}

async fn enter(client: &mut Client, id: &str) -> Cadre {
    client.create_cadre(create(id, cadre("李干部"))).await.expect("cadre").into_inner()
}

fn update(cadre: Cadre, paths: &[&str]) -> v1::UpdateCadreRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    v1::UpdateCadreRequest {
        cadre: Some(cadre),
        update_mask: Some(prost_types::FieldMask { paths }),
        request_id: request_id(),
        ..Default::default()
    }
}

fn helper(region: &str, from: i32) -> Posting {
    Posting {
        region: region.into(),
        role: As::VillageHelper.into(),
        valid_from: date(from, 1, 1),
        ..Default::default()
    }
}

fn link(cadre: &str, posting: Posting) -> v1::CreatePostingRequest {
    v1::CreatePostingRequest {
        parent: format!("cadres/{cadre}"),
        posting: Some(posting),
        request_id: request_id(),
        ..Default::default()
    }
}

fn end(posting: &Posting, day: Option<lianbang::pb::google::r#type::Date>, reason: EndReason) -> v1::EndPostingRequest {
    v1::EndPostingRequest {
        name: posting.name.clone(),
        valid_until: day,
        end_reason: reason.into(),
        etag: posting.etag.clone(),
        request_id: request_id(),
        ..Default::default()
    }
}

/// The condition of a PRECONDITION_FAILED.
#[track_caller]
fn condition<T: std::fmt::Debug>(outcome: Result<T, tonic::Status>) -> String {
    let status = assert_reason(outcome, "PRECONDITION_FAILED");
    let info = tonic_types::StatusExt::get_details_error_info(&status).expect("ErrorInfo");
    info.metadata["condition"].clone()
}

fn full(name: &str) -> v1::GetCadreRequest {
    v1::GetCadreRequest {
        name: name.into(),
        view: v1::View::Full.into(),
        purpose: "通知接访".into(),
        on_behalf_of: official(),
    }
}

fn basic(name: &str) -> v1::GetCadreRequest {
    v1::GetCadreRequest { name: name.into(), ..Default::default() }
}

#[tokio::test]
async fn a_cadre_is_entered_read_and_changed() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let given = Cadre {
        posts: vec![v1::Post { display_name: " 信访局局长 ".into(), organization: String::new() }],
        expertises: vec![v1::Expertise { topic: "topics/heating".into(), valid_from: None, valid_until: None }],
        phone: "0374-2965 000".into(),
        valid_from: date(2021, 7, 1),
        source: "hr".into(),
        source_id: "0001".into(),
        ..cadre("李干部")
    };
    let entered = client.create_cadre(create("li-01", given.clone())).await.expect("cadre").into_inner();
    assert_eq!(entered.name, "cadres/li-01");
    assert_eq!(entered.phone, "***");
    assert_eq!(entered.posts[0].display_name, "信访局局长");
    assert_eq!(client.get_cadre(basic("cadres/li-01")).await.expect("cadre").into_inner(), entered);
    assert_eq!(stage.count("SELECT COUNT(*) FROM cadres WHERE phone IS NOT NULL").await, 1);

    assert_reason(client.create_cadre(create("li-01", cadre("王干部"))).await, "ALREADY_EXISTS");
    assert_reason(client.create_cadre(create("", given)).await, "ALREADY_EXISTS");
    let unknown = Cadre { organization: "organizations/none".into(), ..cadre("王干部") };
    assert_reason(client.create_cadre(create("", unknown)).await, "NOT_FOUND");
    assert_reason(client.get_cadre(basic("cadres/none")).await, "NOT_FOUND");

    stage.sql("UPDATE organizations SET valid_until = 20000 WHERE id = 'yuzhou'").await;
    let ended = Cadre { organization: "organizations/yuzhou".into(), ..cadre("王干部") };
    assert_eq!(condition(client.create_cadre(create("", ended.clone())).await), "ORGANIZATION_ENDED");
    let before = Cadre { valid_until: date(2024, 1, 1), ..ended };
    client.create_cadre(create("", before)).await.expect("one who left before");

    let changed = Cadre { rank: Rank::County.into(), ..entered.clone() };
    let changed = client.update_cadre(update(changed, &["rank", "create_time"])).await.expect("change").into_inner();
    assert_eq!((changed.rank(), changed.phone.as_str()), (Rank::County, "***"));
    assert_eq!(changed.expertises, entered.expertises);
    assert_ne!(changed.etag, entered.etag);
    assert_reason(client.update_cadre(update(entered, &["rank"])).await, "ETAG_MISMATCH");
    assert_reason(client.update_cadre(update(changed.clone(), &["*"])).await, "INVALID_REQUEST");
    let without = Cadre { phone: String::new(), posts: Vec::new(), ..changed.clone() };
    let without = client.update_cadre(update(without, &["phone", "posts"])).await.expect("change").into_inner();
    assert!(without.phone.is_empty() && without.posts.is_empty());
    let other = Cadre { source_id: "0002".into(), ..without.clone() };
    assert_eq!(condition(client.update_cadre(update(other, &["source_id"])).await), "SOURCE_STANDS");

    // Without a mask the filled fields are taken.
    let renamed =
        Cadre { name: without.name, etag: without.etag, display_name: "李主任".into(), ..Default::default() };
    let request = v1::UpdateCadreRequest { update_mask: None, ..update(renamed, &[]) };
    let renamed = client.update_cadre(request).await.expect("change").into_inner();
    assert_eq!((renamed.display_name.as_str(), renamed.rank()), ("李主任", Rank::County));
}

#[tokio::test]
async fn faults_of_a_cadre_are_told_together() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let faulty = Cadre { phone: "13800x".into(), organization: "organizations/A".into(), ..Default::default() };
    let status = assert_reason(client.create_cadre(create("", faulty)).await, "INVALID_REQUEST");
    assert!(status.message().contains("cadre.phone") && status.message().contains("cadre.organization"), "{status:?}");
    let faulty = Cadre {
        phone: "***".into(),
        valid_from: date(2026, 3, 1),
        valid_until: date(2026, 2, 30),
        source: "hr".into(),
        posts: vec![v1::Post { display_name: " ".into(), organization: String::new() }],
        ..Default::default()
    };
    let status = assert_reason(client.create_cadre(create("", faulty)).await, "INVALID_REQUEST");
    for field in ["display_name", "rank", "organization", "valid_until", "source_id", "phone", "posts[0].display_name"]
    {
        let field = format!("cadre.{field}");
        assert!(status.message().contains(&field), "{field} in {status:?}");
    }
    let present = enter(&mut client, "li-01").await;
    let request =
        update(Cadre { display_name: String::new(), ..present.clone() }, &["display_name", "posts.display_name"]);
    let status = assert_reason(client.update_cadre(request).await, "INVALID_REQUEST");
    assert!(status.message().contains("update_mask"), "{status:?}");
    let request = update(Cadre { organization: String::new(), ..present }, &["organization"]);
    let status = assert_reason(client.update_cadre(request).await, "INVALID_REQUEST");
    assert!(status.message().contains("cadre.organization"), "{status:?}");
}

#[tokio::test]
async fn the_full_view_needs_official_purpose_and_permission_and_is_kept() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let given = Cadre { phone: "13800000000".into(), ..cadre("李干部") };
    client.create_cadre(create("li-01", given)).await.expect("cadre");
    let kept = "SELECT COUNT(*) FROM records WHERE kind = 'cadre.viewed'";
    let nobody = v1::GetCadreRequest { on_behalf_of: None, ..full("cadres/li-01") };
    assert_reason(client.get_cadre(nobody).await, "OFFICIAL_NOT_ACCEPTED");
    let idle = v1::GetCadreRequest { purpose: " ".into(), ..full("cadres/li-01") };
    assert_reason(client.get_cadre(idle).await, "INVALID_REQUEST");
    let mut reader = CadreServiceClient::new(stage.everywhere(Role::Reader).await);
    assert_reason(reader.get_cadre(full("cadres/li-01")).await, "PERMISSION_DENIED");
    let mut county = CadreServiceClient::new(stage.within(Role::Coordinator, "regions/411081000000").await);
    assert_reason(county.get_cadre(full("cadres/li-01")).await, "OUT_OF_SCOPE");
    assert_eq!(county.get_cadre(basic("cadres/li-01")).await.expect("basic").into_inner().phone, "***");
    assert_eq!(stage.count(kept).await, 0);

    assert_eq!(client.get_cadre(full("cadres/li-01")).await.expect("full").into_inner().phone, "13800000000");
    assert_eq!(stage.count(kept).await, 1);
    assert_reason(client.get_cadre(full("cadres/none")).await, "NOT_FOUND");
    let list = v1::ListCadresRequest {
        view: v1::View::Full.into(),
        purpose: "核对名册".into(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let listed = client.list_cadres(list.clone()).await.expect("list").into_inner().cadres;
    assert_eq!(listed[0].phone, "13800000000");
    assert_eq!(stage.count(kept).await, 2);
    assert!(county.list_cadres(list.clone()).await.expect("list").into_inner().cadres.is_empty());
    let mut home = CadreServiceClient::new(stage.within(Role::Coordinator, "regions/411002000000").await);
    assert_eq!(home.list_cadres(list.clone()).await.expect("list").into_inner().cadres.len(), 1);
    assert_reason(reader.list_cadres(list).await, "PERMISSION_DENIED");
}

async fn names(client: &mut Client, filter: &str, order_by: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListCadresRequest {
            page_size: 2,
            page_token,
            filter: filter.into(),
            order_by: order_by.into(),
            ..Default::default()
        };
        let page = client.list_cadres(request).await.expect("page").into_inner();
        names.extend(page.cadres.into_iter().map(|cadre| cadre.name.replace("cadres/", "")));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return names;
        }
    }
}

#[tokio::test]
async fn cadres_are_listed_by_what_is_known_of_them() {
    let stage = staged().await;
    let mut client = client(&stage).await;
    let heating = |from| v1::Expertise { topic: "topics/heating".into(), valid_from: from, valid_until: None };
    for (id, given) in [
        ("c-5", Cadre { rank: Rank::County.into(), organization: "organizations/yuzhou".into(), ..cadre("李一") }),
        ("c-4", Cadre { expertises: vec![heating(None)], ..cadre("李二") }),
        ("c-3", Cadre { expertises: vec![heating(date(2027, 1, 1))], ..cadre("王三") }),
        ("c-2", Cadre { valid_until: date(2025, 1, 1), ..cadre("李%") }),
        ("c-1", Cadre { source: "hr".into(), source_id: "工号-1".into(), ..cadre("李%四") }),
    ] {
        client.create_cadre(create(id, given)).await.expect("cadre");
    }
    assert_eq!(names(&mut client, "", "").await, ["c-1", "c-2", "c-3", "c-4", "c-5"]);
    assert_eq!(names(&mut client, "", "create_time desc").await, ["c-5", "c-4", "c-3", "c-2", "c-1"]);
    assert_eq!(names(&mut client, "rank = RANK_COUNTY", "").await, ["c-5"]);
    assert_eq!(names(&mut client, "rank != RANK_COUNTY", "create_time desc").await, ["c-4", "c-3", "c-2", "c-1"]);
    assert_eq!(names(&mut client, "display_name = \"李*\"", "").await, ["c-1", "c-2", "c-4", "c-5"]);
    assert_eq!(names(&mut client, "display_name = \"李%*\"", "").await, ["c-1", "c-2"]);
    assert_eq!(names(&mut client, "display_name = \"李%\"", "").await, ["c-2"]);
    assert_eq!(names(&mut client, "topic = topics/heating", "").await, ["c-3", "c-4"]);
    assert_eq!(names(&mut client, "source = hr AND source_id = \"工号-1\"", "").await, ["c-1"]);
    assert_eq!(names(&mut client, "NOT source = hr", "").await, ["c-2", "c-3", "c-4", "c-5"]);
    assert_eq!(names(&mut client, "region = regions/411081000000", "").await, ["c-5"]);
    assert_eq!(names(&mut client, "region = regions/410000000000", "").await.len(), 5);
    assert_eq!(names(&mut client, "NOT region = regions/411002000000", "").await, ["c-5"]);
    assert_eq!(names(&mut client, "organization = organizations/yuzhou", "").await, ["c-5"]);
    assert!(names(&mut client, "organization = organizations/none", "").await.is_empty());

    let on =
        |filter: &str| v1::ListCadresRequest { filter: filter.into(), date: date(2026, 3, 2), ..Default::default() };
    let serving = client.list_cadres(on("")).await.expect("list").into_inner().cadres;
    assert_eq!(serving.len(), 4);
    let experts = client.list_cadres(on("topic = topics/heating")).await.expect("list").into_inner().cadres;
    assert_eq!(experts.len(), 1);

    for (filter, order) in [
        ("phone = 1", ""),
        ("rank = RANK_NONE", ""),
        ("region = regions/x", ""),
        ("region = regions/999999999999", ""),
        ("", "phone"),
    ] {
        let request = v1::ListCadresRequest { filter: filter.into(), order_by: order.into(), ..Default::default() };
        assert_reason(client.list_cadres(request).await, "INVALID_FILTER");
    }
    let page = v1::ListCadresRequest { page_size: 1, ..Default::default() };
    let page_token = client.list_cadres(page).await.expect("page").into_inner().next_page_token;
    let other = v1::ListCadresRequest { page_token, filter: "rank = RANK_COUNTY".into(), ..Default::default() };
    assert_reason(client.list_cadres(other).await, "INVALID_PAGE_TOKEN");
}
