//! Who may call what: the table as a golden file, and the table as the running server keeps it.

use std::time::Duration;

use lianbang::{
    auth::{METHODS, Role},
    pb::v1::{self, admin_service_client::AdminServiceClient},
};
use tonic::{Code, Request, Status};
use tonic_reflection::pb::{v1 as reflection, v1alpha as reflection_alpha};

use crate::{
    harness::{Line, Stage, assert_golden, assert_reason, reason, request_id},
    mutations::send,
};

fn open_to_all(permission: &str) -> bool {
    matches!(permission, "public" | "authenticated")
}

fn allowed(role: Role, permission: &str) -> bool {
    open_to_all(permission) || role.allows(permission)
}

#[test]
fn roles_may_call_what_the_table_says() {
    let heads: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let mut text = format!("method; permission; {}\n", heads.join(", "));
    for method in METHODS {
        let may: Vec<&str> =
            Role::ALL.iter().filter(|role| allowed(**role, method.permission)).map(|role| role.word()).collect();
        let name = method.path.trim_start_matches("/lianbang.v1.");
        let may = if may.len() == Role::ALL.len() { "all".to_owned() } else { may.join(", ") };
        text += &format!("{name}; {}; {may}\n", method.permission);
    }
    assert_golden("roles.txt", &text);
}

#[test]
fn every_permission_is_held_by_a_role() {
    for method in METHODS.iter().filter(|method| !open_to_all(method.permission)) {
        let held = Role::ALL.iter().any(|role| role.allows(method.permission));
        assert!(held, "no role carries {} for {}", method.permission, method.path);
    }
}

/// Calls with an empty body. A stream that says nothing for a second has let its caller in.
async fn try_method(line: &Line, path: &str) -> Result<(), Status> {
    let stream = METHODS.iter().any(|method| method.path == path && method.server_stream);
    let patience = Duration::from_secs(if stream { 1 } else { 30 });
    match tokio::time::timeout(patience, send(line, path, Request::new(Vec::new()))).await {
        Ok(outcome) => outcome.map(|_| ()),
        Err(_waiting) if stream => Ok(()),
        Err(_late) => panic!("{path} does not answer"),
    }
}

/// The reason, or nothing for success and for what only the client's side finds wrong with a stream.
fn reason_of(outcome: Result<(), Status>) -> Option<String> {
    let status = outcome.err()?;
    let told = tonic_types::StatusExt::get_details_error_info(&status).is_some();
    told.then(|| reason(&status))
}

#[tokio::test]
async fn without_a_token_nothing_of_the_contract_answers() {
    let stage = Stage::new().await;
    for method in METHODS.iter().filter(|method| method.permission != "public") {
        let outcome = try_method(&stage.nobody(), method.path).await;
        assert_eq!(reason_of(outcome).as_deref(), Some("UNAUTHENTICATED"), "{}", method.path);
    }
}

/// A line of a client without grants.
async fn without_grants(stage: &Stage) -> Line {
    let mut admin = AdminServiceClient::new(stage.admin().await);
    let client = v1::Client { display_name: "热线".into(), ..Default::default() };
    let create = v1::CreateClientRequest {
        client: Some(client),
        client_id: "hotline".into(),
        request_id: request_id(),
        ..Default::default()
    };
    let parent = admin.create_client(create).await.expect("client").into_inner().name;
    let issue = v1::IssueTokenRequest { parent, request_id: request_id(), ..Default::default() };
    let secret = admin.issue_token(issue).await.expect("token").into_inner().secret;
    stage.holder(&secret)
}

#[tokio::test]
async fn a_client_without_grants_may_ask_who_it_is() {
    let stage = Stage::new().await;
    let line = without_grants(&stage).await;
    for method in METHODS {
        let told = reason_of(try_method(&line, method.path).await);
        if open_to_all(method.permission) {
            assert_ne!(told.as_deref(), Some("PERMISSION_DENIED"), "{}", method.path);
        } else {
            assert_eq!(told.as_deref(), Some("PERMISSION_DENIED"), "{}", method.path);
        }
    }
}

#[tokio::test]
async fn the_running_server_keeps_the_table() {
    let stage = Stage::new().await;
    for role in Role::ALL {
        let line = stage.everywhere(role).await;
        for method in METHODS {
            let told = reason_of(try_method(&line, method.path).await);
            let denied = told.as_deref() == Some("PERMISSION_DENIED");
            assert_eq!(denied, !allowed(role, method.permission), "{} as {}: {told:?}", method.path, role.word());
        }
    }
}

#[tokio::test]
async fn every_service_is_served() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    for method in METHODS {
        let told = reason_of(try_method(&admin, method.path).await);
        let served = told.as_deref() != Some("METHOD_UNKNOWN");
        assert!(served, "{} is not mounted in src/server/mod.rs", method.path);
        if method.mutation {
            assert_eq!(told.as_deref(), Some("INVALID_REQUEST"), "{} with an empty body", method.path);
        }
    }
}

#[tokio::test]
async fn health_is_open() {
    let stage = Stage::new().await;
    let outcome = send(&stage.nobody(), "/grpc.health.v1.Health/Check", Request::new(Vec::new())).await;
    outcome.expect("health");
}

/// The names of the services, by both versions.
async fn reflect(line: Line) -> [Result<Vec<String>, Status>; 2] {
    let newer = async {
        use reflection::{server_reflection_request::MessageRequest, server_reflection_response::MessageResponse};
        let request = reflection::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let mut client = reflection::server_reflection_client::ServerReflectionClient::new(line.clone());
        let mut answers = client.server_reflection_info(tokio_stream::iter([request])).await?.into_inner();
        match answers.message().await?.and_then(|answer| answer.message_response) {
            Some(MessageResponse::ListServicesResponse(list)) => {
                Ok(list.service.into_iter().map(|service| service.name).collect())
            }
            other => panic!("{other:?}"),
        }
    };
    let older = async {
        use reflection_alpha::{
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let request = reflection_alpha::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let mut client = reflection_alpha::server_reflection_client::ServerReflectionClient::new(line.clone());
        let mut answers = client.server_reflection_info(tokio_stream::iter([request])).await?.into_inner();
        match answers.message().await?.and_then(|answer| answer.message_response) {
            Some(MessageResponse::ListServicesResponse(list)) => {
                Ok(list.service.into_iter().map(|service| service.name).collect())
            }
            other => panic!("{other:?}"),
        }
    };
    [newer.await, older.await]
}

#[tokio::test]
async fn reflection_needs_a_token() {
    let stage = Stage::new().await;
    for outcome in reflect(stage.nobody()).await {
        assert_reason(outcome, "UNAUTHENTICATED");
    }
    for outcome in reflect(without_grants(&stage).await).await {
        assert_reason(outcome, "PERMISSION_DENIED");
    }
    for outcome in reflect(stage.everywhere(Role::Reader).await).await {
        let services = outcome.expect("services");
        for method in METHODS {
            let service = method.path.split('/').nth(1).expect("service");
            assert!(services.iter().any(|found| found == service), "{service} is not reflected");
        }
    }
}

#[tokio::test]
async fn reflection_is_open_where_the_configuration_says_so() {
    let stage = Stage::with(|config| config.server.open_reflection = true).await;
    for outcome in reflect(stage.nobody()).await {
        assert!(outcome.expect("services").contains(&"lianbang.v1.AdminService".to_owned()));
    }
    let outcome = try_method(&stage.nobody(), "/lianbang.v1.AdminService/WhoAmI").await;
    assert_eq!(outcome.expect_err("no token").code(), Code::Unauthenticated);
}

#[tokio::test]
async fn reflection_shows_comments_and_options() {
    use prost::Message as _;
    use reflection::{server_reflection_request::MessageRequest, server_reflection_response::MessageResponse};

    let stage = Stage::with(|config| config.server.open_reflection = true).await;
    let request = reflection::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol("lianbang.v1.AdminService".into())),
    };
    let mut client = reflection::server_reflection_client::ServerReflectionClient::new(stage.nobody());
    let answers = client.server_reflection_info(tokio_stream::iter([request])).await.expect("reflection");
    let answer = answers.into_inner().message().await.expect("answer").expect("answer").message_response;
    let Some(MessageResponse::FileDescriptorResponse(files)) = answer else { panic!("{answer:?}") };
    let bytes = files.file_descriptor_proto.first().expect("a file");
    let file = prost_types::FileDescriptorProto::decode(bytes.as_slice()).expect("a descriptor");
    let comments = file.source_code_info.expect("comments").location;
    assert!(comments.iter().any(|place| place.leading_comments.as_deref().is_some_and(|text| text.contains("client"))));
    let permission = b"clients.manage";
    assert!(bytes.windows(permission.len()).any(|window| window == permission), "the option (permission) is lost");
}
