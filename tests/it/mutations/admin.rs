//! Fixtures of AdminService.

use lianbang::{
    auth::Role,
    pb::v1::{self, admin_service_client::AdminServiceClient, grant::Scope},
};

use super::{Fixture, fresh};
use crate::harness::{Stage, request_id};

pub fn fixtures() -> Vec<Fixture> {
    vec![
        Fixture::new("/lianbang.v1.AdminService/CreateClient", Role::Administrator, async |_| new_client())
            .only_everywhere(),
        Fixture::new("/lianbang.v1.AdminService/GrantRole", Role::Administrator, async |stage| {
            grant(client(stage).await)
        }),
        Fixture::new("/lianbang.v1.AdminService/RevokeGrant", Role::Administrator, async |stage| {
            let grant = grant(client(stage).await);
            let v1::Grant { name, etag, .. } =
                service(stage).await.grant_role(grant).await.expect("grant").into_inner();
            v1::RevokeGrantRequest { name, etag, ..Default::default() }
        }),
        Fixture::new("/lianbang.v1.AdminService/IssueToken", Role::Administrator, async |stage| {
            issue(client(stage).await)
        })
        .only_everywhere()
        .repetition_refused("TOKEN_ALREADY_ISSUED"),
        Fixture::new("/lianbang.v1.AdminService/RevokeToken", Role::Administrator, async |stage| {
            let issue = issue(client(stage).await);
            let issued = service(stage).await.issue_token(issue).await.expect("token").into_inner();
            let v1::Token { name, etag, .. } = issued.token.expect("token");
            v1::RevokeTokenRequest { name, etag, ..Default::default() }
        })
        .only_everywhere(),
    ]
}

async fn service(stage: &Stage) -> AdminServiceClient<crate::harness::Line> {
    AdminServiceClient::new(stage.admin().await)
}

/// The name of a new client.
async fn client(stage: &Stage) -> String {
    service(stage).await.create_client(new_client()).await.expect("client").into_inner().name
}

fn new_client() -> v1::CreateClientRequest {
    v1::CreateClientRequest {
        client: Some(v1::Client { display_name: "热线".into(), ..Default::default() }),
        client_id: fresh("client"),
        request_id: request_id(),
        ..Default::default()
    }
}

fn grant(parent: String) -> v1::GrantRoleRequest {
    let scope = Some(Scope::Region("regions/411002001000".into()));
    v1::GrantRoleRequest {
        parent,
        grant: Some(v1::Grant { role: v1::Role::Reader.into(), scope, ..Default::default() }),
        request_id: request_id(),
        ..Default::default()
    }
}

fn issue(parent: String) -> v1::IssueTokenRequest {
    v1::IssueTokenRequest { parent, request_id: request_id(), ..Default::default() }
}
