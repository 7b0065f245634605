//! A server with one registered case, and a line to it that may do everything.

use lianbang::{
    auth::Role,
    config::Config,
    pb::v1,
    seal::KeyRing,
    server::{self, Running, Sources},
};
use tonic::{
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

pub type Fault = Box<dyn std::error::Error + Send + Sync>;

const HOUR: i64 = 3_600_000_000;
const KEYS: &str =
    "blind AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";

/// Gives each call its token.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: tonic::Request<()>) -> Result<tonic::Request<()>, tonic::Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

pub type Line = InterceptedService<Channel, Bearer>;

pub fn told(error: lianbang::error::Error) -> Fault {
    format!("{error:?}").into()
}

/// Starts on a database, with some settings changed.
pub async fn begun(
    url: &str,
    sources: &Sources,
    change: impl FnOnce(&mut Config),
) -> Result<(Running, Line, v1::Case), Fault> {
    let mut config = Config::default();
    config.database.url = url.to_owned();
    config.server.metrics_listen = String::new();
    config.worker.enabled = false;
    change(&mut config);
    if !url.starts_with("sqlite:") {
        lianbang::migrate::up(&config.database).await.map_err(told)?;
    }
    let base = server::open(&config, KeyRing::parse(KEYS)?, sources).await.map_err(told)?;
    let (db, call) = (&base.door.db, sources.own_call());
    let made = lianbang::admin::bootstrap(db, &call, "bench", "bench", Role::Administrator, HOUR).await;
    let secret = made.map_err(told)?.secret;
    let running =
        server::start(&config, base, tokio::net::TcpListener::bind("127.0.0.1:0").await?).await.map_err(told)?;
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", running.address()))?.connect().await?;
    let line = InterceptedService::new(channel, Bearer(format!("Bearer {}", secret.reveal()).parse()?));

    let import = v1::ImportHeader { source: "bench".into(), ..Default::default() };
    let date = Some(lianbang::pb::google::r#type::Date { year: 2023, month: 6, day: 30 });
    let header = v1::RegionImportHeader { import_header: Some(import), effective_date: date };
    let row = |code: &str, level: v1::region::Level, parent: &str| v1::RegionRow {
        code: code.into(),
        display_name: code.into(),
        level: level.into(),
        parent_code: parent.into(),
        ..Default::default()
    };
    use v1::{import_regions_request::Message, region::Level};
    let rows = [
        row("000000000000", Level::Country, ""),
        row("41", Level::Province, "000000000000"),
        row("4110", Level::City, "41"),
        row("411002", Level::County, "4110"),
    ];
    let messages: Vec<_> = std::iter::once(Message::Header(header))
        .chain(rows.map(Message::Row))
        .map(|message| v1::ImportRegionsRequest { message: Some(message) })
        .collect();
    let mut regions = v1::region_service_client::RegionServiceClient::new(line.clone());
    let mut results = regions.import_regions(futures::stream::iter(messages)).await?.into_inner();
    while results.message().await?.is_some() {}
    let case = v1::Case {
        title: "供暖".into(),
        statement: "小区没有暖气。".into(),
        region: "regions/411002000000".into(),
        nature: v1::case::Nature::Claim.into(),
        channel: v1::case::Channel::Visit.into(),
        ..Default::default()
    };
    let request_id = uuid::Uuid::new_v4().to_string();
    let request = v1::RegisterCaseRequest { case: Some(case), request_id, ..Default::default() };
    let mut client = v1::case_service_client::CaseServiceClient::new(line.clone());
    let case = client.register_case(request).await?.into_inner();
    Ok((running, line, case))
}
