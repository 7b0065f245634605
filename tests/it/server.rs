//! The server around the services: its layers in their order, its limits, health, metrics, and how it stops.

use std::time::Duration;

use futures::future::join_all;
use lianbang::{
    auth::{METHODS, Role},
    config::Config,
    pb::v1::{self, admin_service_client::AdminServiceClient},
};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};
use tonic::{Code, Request, Status, codec::CompressionEncoding};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_types::StatusExt;

use crate::{
    harness::{Line, Stage, assert_reason, reason, request_id},
    mutations::send,
};

const WHO_AM_I: &str = "/lianbang.v1.AdminService/WhoAmI";
const CREATE_CLIENT: &str = "/lianbang.v1.AdminService/CreateClient";

fn new_client(id: &str) -> v1::CreateClientRequest {
    v1::CreateClientRequest {
        client: Some(v1::Client { display_name: "热线".into(), ..Default::default() }),
        client_id: id.into(),
        request_id: request_id(),
        ..Default::default()
    }
}

async fn who_am_i(line: &Line) -> Result<v1::WhoAmIResponse, Status> {
    AdminServiceClient::new(line.clone()).who_am_i(v1::WhoAmIRequest {}).await.map(tonic::Response::into_inner)
}

/// A server with one writer on both databases.
async fn stage_with(change: impl FnOnce(&mut Config)) -> Stage {
    let with = |config: &mut Config| {
        config.database.connections = 2;
        change(config);
    };
    Stage::with(with).await
}

/// A request with one header set.
fn with_header(body: Vec<u8>, name: &'static str, value: &str) -> Request<Vec<u8>> {
    let mut request = Request::new(body);
    request.metadata_mut().insert(name, value.parse().expect("ascii"));
    request
}

#[tokio::test]
async fn a_message_over_the_limit_is_named_so() {
    let stage = Stage::with(|config| config.limits.message_bytes = 4_096).await;
    let admin = stage.admin().await;
    let mut request = new_client("hotline");
    request.client.as_mut().expect("client").display_name = "热".repeat(2_000);
    let outcome = send(&admin, CREATE_CLIENT, Request::new(request.encode_to_vec())).await;
    assert_reason(outcome, "MESSAGE_TOO_LARGE");
    // Small on the way, large when unpacked.
    request.client.as_mut().expect("client").display_name = "0".repeat(8 << 20);
    let mut packing = AdminServiceClient::new(admin).send_compressed(CompressionEncoding::Gzip);
    assert_reason(packing.create_client(request).await, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn bytes_that_are_no_message_are_the_callers_fault() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    for bytes in [vec![0xff; 16], vec![0x0a, 0x7f], vec![0x12, 0x02, 0xff, 0xfe], vec![0x0b; 400]] {
        assert_reason(send(&admin, CREATE_CLIENT, Request::new(bytes)).await, "MALFORMED_MESSAGE");
    }
    // Who may not call does not learn how it would be decoded.
    assert_reason(send(&stage.nobody(), CREATE_CLIENT, Request::new(vec![0xff; 16])).await, "UNAUTHENTICATED");
    let encoding = with_header(Vec::new(), "grpc-encoding", "zstd");
    let status = send(&admin, WHO_AM_I, encoding).await.map(|_| ());
    // An encoding without compressed messages is no fault; one that is used and not known is told as such.
    if let Err(status) = status {
        assert!(matches!(reason(&status).as_str(), "METHOD_UNKNOWN" | "MALFORMED_MESSAGE"), "{status:?}");
    }
}

#[tokio::test]
async fn methods_that_do_not_exist_are_named_so() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    for path in ["/lianbang.v1.AdminService/Nothing", "/lianbang.v1.Nothing/Nothing", "/x/y"] {
        assert_reason(send(&admin, path, Request::new(Vec::new())).await, "METHOD_UNKNOWN");
        assert_reason(send(&stage.nobody(), path, Request::new(Vec::new())).await, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_deadline_reaches_the_writer_and_is_told_as_such() {
    let stage = stage_with(|_| {}).await;
    let admin = stage.admin().await;
    let hold = stage.hold_writer().await;
    // The client's library ends the call by itself where our answer comes late on a busy machine.
    let mut told = false;
    for _ in 0..10 {
        let body = new_client("hotline").encode_to_vec();
        let outcome = send(&admin, CREATE_CLIENT, with_header(body, "grpc-timeout", "80m")).await;
        if outcome.as_ref().is_err_and(|status| status.code() == Code::Cancelled) {
            continue;
        }
        assert_reason(outcome, "DEADLINE_EXCEEDED");
        told = true;
        break;
    }
    assert!(told, "the server never answered in time");
    hold.release().await;
    let mut client = AdminServiceClient::new(admin);
    let get = v1::GetClientRequest { name: "clients/hotline".into() };
    assert_reason(client.get_client(get).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_call_without_a_deadline_ends_all_the_same() {
    let stage = stage_with(|config| config.limits.call_seconds = 1).await;
    let admin = stage.admin().await;
    let hold = stage.hold_writer().await;
    let started = Instant::now();
    let long = with_header(new_client("hotline").encode_to_vec(), "grpc-timeout", "30S");
    assert_reason(send(&admin, CREATE_CLIENT, long).await, "DEADLINE_EXCEEDED");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    hold.release().await;
}

#[tokio::test]
async fn a_malformed_timeout_is_refused() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    for value in ["soon", "5", "123456789S", "-1S"] {
        let outcome = send(&admin, WHO_AM_I, with_header(Vec::new(), "grpc-timeout", value)).await;
        assert_reason(outcome, "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn a_call_too_many_is_told_when_to_come_again() {
    let stage = stage_with(|config| config.limits.calls = 2).await;
    let admin = stage.admin().await;
    let hold = stage.hold_writer().await;
    let waiting: Vec<_> = ["one", "two"]
        .map(|id| {
            let (line, body) = (admin.clone(), new_client(&format!("client-{id}")).encode_to_vec());
            tokio::spawn(async move { send(&line, CREATE_CLIENT, Request::new(body)).await })
        })
        .into();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let status = assert_reason(who_am_i(&admin).await, "OVERLOADED");
    let pause = status.get_details_retry_info().expect("RetryInfo").retry_delay.expect("a pause");
    assert!(pause > Duration::ZERO && pause < Duration::from_secs(10));
    // It costs no look-up of the caller, and health answers when nothing else does.
    assert_reason(who_am_i(&stage.nobody()).await, "OVERLOADED");
    assert_eq!(health(&stage, "").await, Ok(ServingStatus::Serving));
    hold.release().await;
    for outcome in join_all(waiting).await {
        outcome.expect("task").expect("client");
    }
    who_am_i(&admin).await.expect("room again");
}

#[tokio::test]
async fn one_connection_cannot_take_all_calls() {
    let stage = stage_with(|config| config.limits.calls_per_connection = 1).await;
    let secret = stage.secret_of(Role::Administrator).await;
    let (greedy, other) = (stage.holder(&secret), stage.holder_apart(&secret).await);
    let hold = stage.hold_writer().await;
    let waiting = tokio::spawn({
        let (line, body) = (greedy.clone(), new_client("hotline").encode_to_vec());
        async move { send(&line, CREATE_CLIENT, Request::new(body)).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_reason(who_am_i(&greedy).await, "OVERLOADED");
    who_am_i(&other).await.expect("the other connection");
    hold.release().await;
    waiting.await.expect("task").expect("client");
}

#[tokio::test]
async fn a_connection_too_many_is_closed_and_the_others_stay() {
    let stage = Stage::with(|config| config.limits.connections = 1).await;
    let secret = stage.secret_of(Role::Administrator).await;
    let first = stage.holder(&secret);
    who_am_i(&first).await.expect("the first connection");
    let mut second = TcpStream::connect(stage.running.address()).await.expect("connect");
    let closed = tokio::time::timeout(Duration::from_secs(3), second.read(&mut [0; 16])).await.expect("closed");
    assert!(matches!(closed, Ok(0) | Err(_)));
    who_am_i(&first).await.expect("still there");
}

#[tokio::test]
async fn headers_over_the_limit_end_one_call_only() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let status = send(&admin, WHO_AM_I, with_header(Vec::new(), "x-large", &"x".repeat(64 << 10))).await;
    assert!(status.is_err());
    who_am_i(&admin).await.expect("still there");
}

#[tokio::test]
async fn messages_are_packed_both_ways() {
    let stage = Stage::new().await;
    let mut packing = AdminServiceClient::new(stage.admin().await)
        .send_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Gzip);
    packing.create_client(new_client("hotline")).await.expect("client");
    let answer = packing.who_am_i(v1::WhoAmIRequest {}).await.expect("me");
    assert_eq!(answer.metadata().get("grpc-encoding").map(|value| value.as_bytes()), Some(&b"gzip"[..]));
    assert!(answer.into_inner().client.is_some());
}

#[tokio::test]
async fn two_tokens_are_as_good_as_none() {
    let stage = Stage::new().await;
    let secret = stage.secret_of(Role::Administrator).await;
    let mut request = Request::new(Vec::new());
    for _ in 0..2 {
        request.metadata_mut().append("authorization", format!("Bearer {secret}").parse().expect("ascii"));
    }
    assert_reason(send(&stage.nobody(), WHO_AM_I, request).await, "UNAUTHENTICATED");
    let basic = with_header(Vec::new(), "authorization", &format!("Basic {secret}"));
    assert_reason(send(&stage.nobody(), WHO_AM_I, basic).await, "UNAUTHENTICATED");
    let small = with_header(Vec::new(), "authorization", &format!("bearer {secret}"));
    send(&stage.nobody(), WHO_AM_I, small).await.expect("the scheme's case does not matter");
}

#[tokio::test]
async fn people_are_answered_in_their_language() {
    let stage = Stage::new().await;
    for (accepted, locale) in [("en", "en"), ("fr, en-GB;q=0.8", "en"), ("zh", "zh-CN"), ("fr", "zh-CN")] {
        let request = with_header(Vec::new(), "accept-language", accepted);
        let status = assert_reason(send(&stage.nobody(), WHO_AM_I, request).await, "UNAUTHENTICATED");
        assert_eq!(status.get_details_localized_message().expect("words").locale, locale, "{accepted}");
    }
}

#[tokio::test]
async fn each_call_has_an_id_for_the_log() {
    let stage = Stage::new().await;
    let mut admin = AdminServiceClient::new(stage.admin().await);
    let first = admin.who_am_i(v1::WhoAmIRequest {}).await.expect("me");
    let second = admin.who_am_i(v1::WhoAmIRequest {}).await.expect("me");
    let ids = [&first, &second].map(|answer| answer.metadata().get("x-request-id").expect("id").clone());
    assert_ne!(ids[0], ids[1]);
    let refused = who_am_i(&stage.nobody()).await.expect_err("no token");
    assert!(refused.metadata().contains_key("x-request-id"));
    let unknown = send(&stage.admin().await, "/lianbang.v1.AdminService/Nothing", Request::new(Vec::new())).await;
    assert!(unknown.expect_err("unknown").metadata().contains_key("x-request-id"));
}

async fn health(stage: &Stage, service: &str) -> Result<ServingStatus, Code> {
    let request = HealthCheckRequest { service: service.into() };
    let answer = HealthClient::new(stage.nobody()).check(request).await.map_err(|status| status.code())?.into_inner();
    Ok(answer.status())
}

#[tokio::test]
async fn readiness_follows_the_database_and_liveness_does_not() {
    let stage = Stage::new().await;
    let mut services: Vec<&str> = METHODS.iter().filter_map(|method| method.path.split('/').nth(1)).collect();
    services.dedup();
    services.push("");
    let until = |expected: ServingStatus| {
        let (stage, services) = (&stage, &services);
        async move {
            let started = Instant::now();
            for service in services {
                while health(stage, service).await != Ok(expected) {
                    assert!(started.elapsed() < Duration::from_secs(5), "{service} is not {expected:?}");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    };
    until(ServingStatus::Serving).await;
    assert_eq!(health(&stage, "liveness").await, Ok(ServingStatus::Serving));
    assert_eq!(health(&stage, "lianbang.v1.Nothing").await, Err(Code::NotFound));
    stage.running.db().close().await;
    until(ServingStatus::NotServing).await;
    assert_eq!(health(&stage, "liveness").await, Ok(ServingStatus::Serving));
    assert_reason(who_am_i(&stage.holder(&"lb_x".repeat(20))).await, "UNAUTHENTICATED");
}

async fn metrics(stage: &Stage) -> String {
    let address = stage.running.metrics_address().expect("metrics");
    let mut stream = TcpStream::connect(address).await.expect("connect");
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.expect("request");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("answer");
    text
}

#[tokio::test]
async fn every_call_is_counted_under_the_code_that_its_caller_saw() {
    let stage = Stage::with(|config| config.limits.message_bytes = 4_096).await;
    let admin = stage.admin().await;
    who_am_i(&admin).await.expect("me");
    assert_reason(who_am_i(&stage.nobody()).await, "UNAUTHENTICATED");
    assert_reason(send(&admin, "/any/Thing", Request::new(Vec::new())).await, "METHOD_UNKNOWN");
    assert_reason(send(&admin, CREATE_CLIENT, Request::new(vec![0; 5_000])).await, "MESSAGE_TOO_LARGE");
    let malformed = with_header(Vec::new(), "grpc-timeout", "soon");
    assert_reason(send(&admin, WHO_AM_I, malformed).await, "INVALID_REQUEST");
    let text = metrics(&stage).await;
    let counted = |code: &str, service: &str, method: &str, times: u32| {
        let line = format!(
            "grpc_server_handled_total{{grpc_code=\"{code}\",grpc_method=\"{method}\",grpc_service=\"{service}\",grpc_type=\"unary\"}} {times}"
        );
        assert!(text.lines().any(|found| found == line), "no line {line} in\n{text}");
    };
    counted("OK", "lianbang.v1.AdminService", "WhoAmI", 1);
    counted("UNAUTHENTICATED", "lianbang.v1.AdminService", "WhoAmI", 1);
    counted("INVALID_ARGUMENT", "lianbang.v1.AdminService", "WhoAmI", 1);
    counted("RESOURCE_EXHAUSTED", "lianbang.v1.AdminService", "CreateClient", 1);
    counted("UNIMPLEMENTED", "unknown", "unknown", 1);
    for name in
        ["grpc_server_started_total{", "grpc_server_handling_seconds_bucket{", "grpc_server_handling_seconds_count{"]
    {
        assert!(text.contains(name), "no {name}");
    }
    // Every method is there from the start, so that a rate has a zero to begin with.
    for method in METHODS {
        let (service, name) = method.path.trim_start_matches('/').split_once('/').expect("path");
        assert!(text.contains(&format!("grpc_method=\"{name}\",grpc_service=\"{service}\"")), "{}", method.path);
    }
}

#[tokio::test]
async fn stopping_lets_calls_end_and_takes_no_new_ones() {
    let stage = stage_with(|_| {}).await;
    let secret = stage.secret_of(Role::Administrator).await;
    let admin = stage.holder(&secret);
    let hold = stage.hold_writer().await;
    let body = new_client("hotline").encode_to_vec();
    let under_way = tokio::spawn({
        let line = admin.clone();
        async move { send(&line, CREATE_CLIENT, Request::new(body)).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (address, database) = (stage.running.address(), stage.database);
    let stopping = tokio::spawn(stage.running.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stopping.is_finished(), "a call is under way");
    hold.release().await;
    under_way.await.expect("task").expect("the call under way is answered");
    let ended = tokio::time::timeout(Duration::from_secs(5), stopping).await;
    ended.expect("a connection without calls does not keep the server").expect("stopped");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens");
    assert_eq!(database.number("SELECT COUNT(*) FROM clients WHERE id = 'hotline'").await, 1);
}

#[tokio::test]
async fn stopping_has_an_end() {
    let stage = stage_with(|config| config.limits.drain_seconds = 1).await;
    let admin = stage.admin().await;
    let _hold = stage.hold_writer().await;
    let body = new_client("hotline").encode_to_vec();
    let under_way = tokio::spawn(async move { send(&admin, CREATE_CLIENT, Request::new(body)).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let bound = Duration::from_secs(1) + lianbang::db::WRITE_LIMIT + Duration::from_secs(2);
    let database = stage.database;
    tokio::time::timeout(bound, stage.running.stop()).await.expect("stopped");
    // Whatever the caller was told is true.
    let written = database.number("SELECT COUNT(*) FROM clients WHERE id = 'hotline'").await;
    match under_way.await.expect("task") {
        Ok(_) => assert_eq!(written, 1),
        Err(status) => assert!(status.code() != Code::InvalidArgument, "{status:?}"),
    }
}
