//! The calls that are measured.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt;
use lianbang::pb::v1::{
    self, case_service_client::CaseServiceClient, import_cases_request::Message, import_result::Outcome,
};
use tonic::{Request, metadata::MetadataValue, transport::Channel};
use uuid::Uuid;

use crate::{
    Fault,
    echo::sample,
    generator::{Rate, lines, load, scattered},
};

const COUNTIES: [&str; 7] = ["411002", "411003", "411024", "411025", "411071", "411081", "411082"];
const STATEMENT: &str = "三眼井坏了两眼，报了俩月没人来修。麦子正在返青，再不浇水今年的收成就没有了。\
                         村里去镇上问过两次，都说已经报上去了，让等通知，等到现在也没有人来看过一眼。";

fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let bearer: MetadataValue<_> = format!("Bearer {token}").parse().expect("a token is ASCII");
    request.metadata_mut().insert("authorization", bearer);
    request
}

/// GetCase of the echo.
pub async fn get_same(address: &str, flight: usize, time: Duration) -> Result<Rate, Fault> {
    let name: Arc<str> = sample().name.into();
    let call = move |line, _| {
        let request = with("lb_echo", v1::GetCaseRequest { name: name.to_string(), ..Default::default() });
        async move {
            CaseServiceClient::new(line).get_case(request).await?;
            Ok(())
        }
    };
    load(&lines(address, 8.min(flight)), flight, time, call).await
}

/// GetCase of cases at random, in the BASIC view.
pub async fn get(
    line: &[Channel],
    token: &str,
    cases: &[String],
    flight: usize,
    time: Duration,
) -> Result<Rate, Fault> {
    let (cases, token): (Arc<[String]>, Arc<str>) = (cases.into(), token.into());
    let call = move |line, number| {
        let name = cases[scattered(number) % cases.len()].clone();
        let request = with(&token, v1::GetCaseRequest { name, ..Default::default() });
        async move {
            CaseServiceClient::new(line).get_case(request).await?;
            Ok(())
        }
    };
    load(&line[..8.min(flight)], flight, time, call).await
}

/// ListCases of the fifty newest of a county.
pub async fn list(line: &[Channel], token: &str, flight: usize, time: Duration) -> Result<Rate, Fault> {
    let token: Arc<str> = token.into();
    let call = move |line, number| {
        let county = COUNTIES[scattered(number) % COUNTIES.len()];
        let filter = format!("region = \"regions/{county}000000\"");
        let request = with(&token, v1::ListCasesRequest { filter, page_size: 50, ..Default::default() });
        async move {
            let page = CaseServiceClient::new(line).list_cases(request).await?.into_inner();
            if page.cases.len() == 50 { Ok(()) } else { Err("a county with less than 50 cases".into()) }
        }
    };
    load(&line[..8.min(flight)], flight, time, call).await
}

/// RegisterCase with a petitioner.
pub struct Register {
    line: Vec<Channel>,
    token: Arc<str>,
}

impl Register {
    pub fn new(line: &[Channel], token: &str) -> Self {
        Self { line: line.to_vec(), token: token.into() }
    }

    pub async fn load(&self, flight: usize, time: Duration) -> Result<Rate, Fault> {
        let token = self.token.clone();
        let call = move |line, number| {
            let request = with(&token, registration(number));
            async move {
                CaseServiceClient::new(line).register_case(request).await?;
                Ok(())
            }
        };
        load(&self.line[..8.min(flight)], flight, time, call).await
    }
}

fn county(number: usize) -> String {
    format!("regions/{}000000", COUNTIES[scattered(number) % COUNTIES.len()])
}

fn registration(number: usize) -> v1::RegisterCaseRequest {
    v1::RegisterCaseRequest {
        case: Some(v1::Case {
            title: "机井损坏，麦田浇不上水".into(),
            statement: STATEMENT.into(),
            nature: v1::case::Nature::Claim.into(),
            channel: v1::case::Channel::Visit.into(),
            region: county(number),
            ..Default::default()
        }),
        parties: vec![v1::Party {
            role: v1::party::Role::Petitioner.into(),
            kind: v1::party::Kind::Person.into(),
            display_name: "王建国".into(),
            phone: "13800000000".into(),
            ..Default::default()
        }],
        request_id: Uuid::new_v4().to_string(),
        on_behalf_of: Some(v1::Official {
            official_id: "zhang-001".into(),
            display_name: "张主任".into(),
            post: "接访科科长".into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Enters so many cases by one import; their names and the rate.
pub async fn import(line: &[Channel], token: &str, count: usize) -> Result<(Vec<String>, Rate), Fault> {
    let header = v1::CaseImportHeader {
        import_header: Some(v1::ImportHeader { source: "load".into(), ..Default::default() }),
        ..Default::default()
    };
    let row = |number: usize| v1::CaseRow {
        source_id: format!("load-{number:06}"),
        region: county(number),
        title: "机井损坏，麦田浇不上水".into(),
        statement: STATEMENT.into(),
        nature: v1::case::Nature::Claim.into(),
        channel: v1::case::Channel::Hotline.into(),
        receive_time: Some(prost_types::Timestamp {
            seconds: 1_767_225_600 + i64::try_from(scattered(number) % 20_000_000).unwrap_or(0),
            nanos: 0,
        }),
        petitioner_name: "王建国".into(),
        petitioner_phone: "13800000000".into(),
        ..Default::default()
    };
    let messages = futures::stream::iter([Message::Header(header)])
        .chain(futures::stream::iter((0..count).map(move |number| Message::Row(row(number)))))
        .map(|message| v1::ImportCasesRequest { message: Some(message) });
    let begin = Instant::now();
    let mut answers = CaseServiceClient::new(line[0].clone()).import_cases(with(token, messages)).await?.into_inner();
    let mut names = Vec::with_capacity(count);
    while let Some(answer) = answers.next().await {
        let result = answer?.result.unwrap_or_default();
        if result.outcome() != Outcome::Created {
            return Err(format!("row {}: {:?}", result.row_number, result.error).into());
        }
        names.push(result.name);
    }
    let taken = begin.elapsed();
    let none = Duration::ZERO;
    Ok((names, Rate { per_second: count as f64 / taken.as_secs_f64(), median: none, slow: none }))
}

/// Returns once the server answers a read.
pub async fn ready(line: &[Channel], token: &str) -> Result<(), Fault> {
    let request = with(token, v1::ListCasesRequest { page_size: 1, ..Default::default() });
    CaseServiceClient::new(line[0].clone()).list_cases(request).await?;
    Ok(())
}
