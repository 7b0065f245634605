//! RegionService.

use lianbang::{
    auth::Role,
    pb::v1::{self, import_result::Outcome, region::Level, region_service_client::RegionServiceClient},
};

use crate::harness::{Stage, assert_reason, date, import_regions, region_row, small_tree};

async fn lookup(client: &mut RegionServiceClient<crate::harness::Line>, query: &str) -> Vec<String> {
    let request = v1::LookupRegionsRequest { query: query.into(), ..Default::default() };
    let found = client.lookup_regions(request).await.expect("look-up").into_inner();
    found.regions.into_iter().map(|region| region.name).collect()
}

#[tokio::test]
async fn a_name_is_found_by_its_stem_in_every_county() {
    let stage = Stage::with_regions().await;
    let mut client = RegionServiceClient::new(stage.everywhere(Role::Reader).await);
    for query in ["寺门社区居民委员会", "寺门社区", "寺门村", "寺门"] {
        assert_eq!(lookup(&mut client, query).await, ["regions/411081001002"], "{query}");
    }
    assert_eq!(lookup(&mut client, "南关村").await, ["regions/411002001002", "regions/411081001001"]);
    let request = v1::LookupRegionsRequest {
        query: "南关社区".into(),
        parent: "regions/411081000000".into(),
        level: Level::Village.into(),
        ..Default::default()
    };
    let found = client.lookup_regions(request).await.expect("look-up").into_inner();
    assert_eq!(found.regions.len(), 1);
    assert_eq!(found.regions[0].code, "411081001001");
    assert_reason(client.lookup_regions(v1::LookupRegionsRequest::default()).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn the_tree_is_listed_in_pages() {
    let stage = Stage::with_regions().await;
    let mut client = RegionServiceClient::new(stage.everywhere(Role::Reader).await);
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListDescendantsRequest {
            name: "regions/411000000000".into(),
            page_size: 3,
            page_token,
            ..Default::default()
        };
        let page = client.list_descendants(request).await.expect("page").into_inner();
        assert!(page.regions.len() <= 3);
        names.extend(page.regions.into_iter().map(|region| region.code));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names.len(), 8);
    assert!(names.is_sorted());

    let request = v1::ListRegionsRequest { parent: "regions/411000000000".into(), page_size: 1, ..Default::default() };
    let page = client.list_regions(request).await.expect("page").into_inner();
    assert_eq!(page.regions[0].display_name, "魏都区");
    let other = v1::ListRegionsRequest {
        parent: "regions/410000000000".into(),
        page_token: page.next_page_token.clone(),
        ..Default::default()
    };
    assert_reason(client.list_regions(other).await, "INVALID_PAGE_TOKEN");
    let mut altered = page.next_page_token.into_bytes();
    altered[20] ^= 1;
    let other = v1::ListRegionsRequest {
        parent: "regions/411000000000".into(),
        page_token: String::from_utf8_lossy(&altered).into_owned(),
        ..Default::default()
    };
    assert_reason(client.list_regions(other).await, "INVALID_PAGE_TOKEN");
}

#[tokio::test]
async fn a_later_edition_makes_versions_and_successors() {
    let stage = Stage::with_regions().await;
    let admin = stage.admin().await;
    let again = import_regions(admin.clone(), date(2023, 6, 30), small_tree()).await;
    assert!(again.iter().all(|result| result.outcome() == Outcome::Unchanged), "{again:?}");

    let renamed = region_row("411002001001", "金地第一社区居委会", Level::Village, "411002001");
    let ended = v1::RegionRow {
        ended: true,
        ..region_row("411002001002", "南关社区居委会", Level::Village, "411002001")
    };
    let merged = v1::RegionRow {
        predecessor_codes: vec!["411002001002".into()],
        ..region_row("411002001003", "新南关社区居委会", Level::Village, "411002001")
    };
    let results = import_regions(admin.clone(), date(2024, 7, 1), vec![renamed.clone(), ended, merged]).await;
    let outcomes: Vec<Outcome> = results.iter().map(v1::ImportResult::outcome).collect();
    assert_eq!(outcomes, [Outcome::Updated, Outcome::Updated, Outcome::Created]);

    let mut client = RegionServiceClient::new(admin.clone());
    let versions = v1::ListRegionVersionsRequest { parent: "regions/411002001001".into() };
    let versions = client.list_region_versions(versions).await.expect("versions").into_inner().regions;
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0].valid_until, date(2024, 7, 1));
    assert_eq!(versions[1].display_name, "金地第一社区居委会");
    let then = v1::GetRegionRequest { name: "regions/411002001001".into(), date: date(2024, 6, 30) };
    assert_eq!(client.get_region(then).await.expect("region").into_inner().display_name, "金地社区居委会");
    let gone = v1::GetRegionRequest { name: "regions/411002001002".into(), date: None };
    assert_reason(client.get_region(gone).await, "NOT_FOUND");
    let edges = v1::ListRegionSuccessionsRequest { parent: "regions/411002001003".into() };
    let edges = client.list_region_successions(edges).await.expect("edges").into_inner().region_successions;
    assert_eq!(edges[0].predecessor, "regions/411002001002");

    // An older edition cannot overwrite a newer one.
    let results = import_regions(admin, date(2024, 1, 1), vec![small_tree()[5].clone()]).await;
    assert_eq!(results[0].outcome(), Outcome::Failed);
}

#[tokio::test]
async fn a_faulty_row_takes_nobody_with_it() {
    let stage = Stage::with_regions().await;
    let rows = vec![
        region_row("411002002", "东大街道", Level::Township, "411002"),
        region_row("41100200300", "", Level::Unspecified, "411009"),
        region_row("411009001", "无上级", Level::Township, "411009"),
        region_row("411002002001", "东关社区居委会", Level::Village, "411002002"),
    ];
    let results = import_regions(stage.admin().await, date(2023, 6, 30), rows).await;
    let outcomes: Vec<Outcome> = results.iter().map(v1::ImportResult::outcome).collect();
    assert_eq!(outcomes, [Outcome::Created, Outcome::Failed, Outcome::Failed, Outcome::Created]);
    assert_eq!(results.iter().map(|result| result.row_number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let message = results[1].error.as_ref().expect("error").message.clone();
    assert!(message.contains("row.display_name") && message.contains("row.level"), "{message}");
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_knows_its_own_parents() {
    let stage = Stage::new().await;
    let import = v1::ImportHeader { source: "test".into(), dry_run: true, ..Default::default() };
    let header = v1::RegionImportHeader { import_header: Some(import), effective_date: date(2023, 6, 30) };
    let messages: Vec<_> = std::iter::once(v1::import_regions_request::Message::Header(header))
        .chain(small_tree().into_iter().map(v1::import_regions_request::Message::Row))
        .map(|message| v1::ImportRegionsRequest { message: Some(message) })
        .collect();
    let mut client = RegionServiceClient::new(stage.admin().await);
    let mut stream = client.import_regions(tokio_stream::iter(messages)).await.expect("import").into_inner();
    let mut count = 0;
    while let Some(answer) = stream.message().await.expect("result") {
        assert_eq!(answer.result.expect("result").outcome(), Outcome::Created);
        count += 1;
    }
    assert_eq!(count, small_tree().len());
    assert_eq!(stage.count("SELECT COUNT(*) FROM regions").await, 0);
}
