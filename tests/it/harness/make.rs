//! Valid things to begin a test with.

use lianbang::pb::{
    google::r#type::Date,
    v1::{self, import_regions_request::Message, region_service_client::RegionServiceClient},
};

use super::{Line, Stage};

/// A civil date.
pub fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

/// An official who decides.
pub fn official() -> Option<v1::Official> {
    Some(v1::Official {
        official_id: "zhang-001".into(),
        display_name: "张主任".into(),
        organization: String::new(),
        post: "主任".into(),
        cadre: String::new(),
    })
}

/// A row of an edition of the codes.
pub fn region_row(code: &str, name: &str, level: v1::region::Level, parent: &str) -> v1::RegionRow {
    v1::RegionRow {
        code: code.into(),
        display_name: name.into(),
        level: level.into(),
        parent_code: parent.into(),
        ..Default::default()
    }
}

/// Imports an edition and returns a result per row.
pub async fn import_regions(line: Line, effective: Option<Date>, rows: Vec<v1::RegionRow>) -> Vec<v1::ImportResult> {
    let import = v1::ImportHeader { source: "test".into(), ..Default::default() };
    let header = v1::RegionImportHeader { import_header: Some(import), effective_date: effective };
    let messages: Vec<v1::ImportRegionsRequest> = std::iter::once(Message::Header(header))
        .chain(rows.into_iter().map(Message::Row))
        .map(|message| v1::ImportRegionsRequest { message: Some(message) })
        .collect();
    let mut stream =
        RegionServiceClient::new(line).import_regions(tokio_stream::iter(messages)).await.expect("import").into_inner();
    let mut results = Vec::new();
    while let Some(answer) = stream.message().await.expect("result") {
        results.extend(answer.result);
    }
    results
}

/// A country, Henan, Xuchang, two counties with a township and two villages each.
pub fn small_tree() -> Vec<v1::RegionRow> {
    use v1::region::Level::{City, Country, County, Province, Township, Village};
    vec![
        region_row("000000000000", "中国", Country, ""),
        region_row("41", "河南省", Province, "000000000000"),
        region_row("4110", "许昌市", City, "41"),
        region_row("411002", "魏都区", County, "4110"),
        region_row("411002001", "西大街道", Township, "411002"),
        region_row("411002001001", "金地社区居委会", Village, "411002001"),
        region_row("411002001002", "南关社区居委会", Village, "411002001"),
        region_row("411081", "禹州市", County, "4110"),
        region_row("411081001", "颍川街道", Township, "411081"),
        region_row("411081001001", "南关社区居委会", Village, "411081001"),
        region_row("411081001002", "寺门社区居民委员会", Village, "411081001"),
    ]
}

impl Stage {
    /// A server that knows the small tree since 2023-06-30.
    pub async fn with_regions() -> Self {
        Self::with_regions_and(|_| {}).await
    }

    /// The same with some settings changed.
    pub async fn with_regions_and(change: impl FnOnce(&mut lianbang::config::Config)) -> Self {
        let stage = Self::with(change).await;
        let results = import_regions(stage.admin().await, date(2023, 6, 30), small_tree()).await;
        assert!(results.iter().all(|result| result.error.is_none()), "{results:?}");
        stage
    }
}
