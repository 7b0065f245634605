//! A bare tonic server that answers GetCase with the same case each time: what the transport alone takes.

use std::{
    convert::Infallible,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    task::{Context, Poll},
};

use futures::future::BoxFuture;
use lianbang::pb::v1;
use tonic::{Request, Response, Status, body::Body, server::NamedService};

use crate::Fault;

/// A case of the size of those that the register answers with.
pub fn sample() -> v1::Case {
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 123_000_000 });
    v1::Case {
        name: "cases/01a217fd-1541-7040-9b78-7df0be52b5dd".into(),
        number: "411002-20260301-0001".into(),
        case_type: "caseTypes/petition@1".into(),
        state: 1,
        channel: 1,
        title: "机井损坏，麦田浇不上水".into(),
        region: "regions/411025108002".into(),
        region_version: 1,
        handling_level: 4,
        petition_date: Some(lianbang::pb::google::r#type::Date { year: 2026, month: 3, day: 1 }),
        receive_time: time(1_772_323_200),
        register_time: time(1_772_323_200),
        update_time: time(1_772_323_201),
        backdating_reason: "imported from load".into(),
        external_source: "load".into(),
        external_id: "load-000001".into(),
        attendance: 1,
        party_count: 1,
        next_due_time: time(1_773_619_200),
        etag: "v1".into(),
        ..Default::default()
    }
}

#[derive(Clone)]
struct Echo(v1::Case);

impl NamedService for Echo {
    const NAME: &'static str = "lianbang.v1.CaseService";
}

impl tonic::server::UnaryService<v1::GetCaseRequest> for Echo {
    type Response = v1::Case;
    type Future = std::future::Ready<Result<Response<v1::Case>, Status>>;

    fn call(&mut self, _: Request<v1::GetCaseRequest>) -> Self::Future {
        std::future::ready(Ok(Response::new(self.0.clone())))
    }
}

impl tower::Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let codec = tonic_prost::ProstCodec::<v1::Case, v1::GetCaseRequest>::default();
            Ok(tonic::server::Grpc::new(codec).unary(service, request).await)
        })
    }
}

/// Serves until killed; tells its address.
pub async fn serve() -> Result<(), Fault> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    tonic::transport::Server::builder().add_service(Echo(sample())).serve_with_incoming(incoming).await?;
    Ok(())
}

/// The echo in a process of its own.
pub struct Running {
    child: Child,
    /// Where it listens.
    pub address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts this program as the echo.
pub fn start() -> Result<Running, Fault> {
    let mut child = Command::new(std::env::current_exe()?).arg("--echo").stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    Ok(Running { child, address: address.trim().to_owned() })
}
