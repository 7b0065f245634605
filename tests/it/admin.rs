//! AdminService: who may call.

use lianbang::{
    auth::Role,
    pb::v1::{
        self, admin_service_client::AdminServiceClient, grant::Scope, region_service_client::RegionServiceClient,
    },
};

use crate::harness::{DAY, Stage, assert_reason, request_id};

fn new_client(id: &str) -> v1::CreateClientRequest {
    v1::CreateClientRequest {
        client: Some(v1::Client { display_name: "热线".into(), names_officials: true, ..Default::default() }),
        client_id: id.into(),
        request_id: request_id(),
        ..Default::default()
    }
}

#[tokio::test]
async fn without_a_token_nothing_answers() {
    let stage = Stage::new().await;
    for line in [stage.nobody(), stage.holder("lb_x"), stage.holder(&"9".repeat(85))] {
        let mut client = AdminServiceClient::new(line);
        assert_reason(client.who_am_i(v1::WhoAmIRequest {}).await, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_client_gets_a_role_and_a_token_and_loses_them() {
    let stage = Stage::with_regions().await;
    let mut admin = AdminServiceClient::new(stage.admin().await);
    let client = admin.create_client(new_client("hotline")).await.expect("client").into_inner();
    assert_eq!(client.name, "clients/hotline");
    let grant = v1::Grant {
        role: v1::Role::Reader.into(),
        scope: Some(Scope::Region("regions/411002000000".into())),
        ..Default::default()
    };
    let grant = v1::GrantRoleRequest {
        parent: client.name.clone(),
        grant: Some(grant),
        request_id: request_id(),
        ..Default::default()
    };
    let grant = admin.grant_role(grant).await.expect("grant").into_inner();
    let issue = v1::IssueTokenRequest { parent: client.name.clone(), request_id: request_id(), ..Default::default() };
    let issued = admin.issue_token(issue.clone()).await.expect("token").into_inner();
    assert_reason(admin.issue_token(issue).await, "TOKEN_ALREADY_ISSUED");

    let mut hotline = AdminServiceClient::new(stage.holder(&issued.secret));
    let me = hotline.who_am_i(v1::WhoAmIRequest {}).await.expect("me").into_inner();
    assert_eq!(me.client.expect("client").grants.len(), 1);
    assert!(me.permissions.contains(&"regions.read".to_owned()));
    assert_reason(hotline.create_client(new_client("other")).await, "PERMISSION_DENIED");

    let revoke = v1::RevokeGrantRequest {
        name: grant.name.clone(),
        etag: grant.etag.clone(),
        request_id: request_id(),
        ..Default::default()
    };
    admin.revoke_grant(revoke.clone()).await.expect("revoked");
    let mut regions = RegionServiceClient::new(stage.holder(&issued.secret));
    let request = v1::GetRegionRequest { name: "regions/411002000000".into(), date: None };
    assert_reason(regions.get_region(request).await, "PERMISSION_DENIED");

    let token = issued.token.expect("token");
    let revoke =
        v1::RevokeTokenRequest { name: token.name, etag: token.etag, request_id: request_id(), ..Default::default() };
    admin.revoke_token(revoke).await.expect("revoked");
    assert_reason(hotline.who_am_i(v1::WhoAmIRequest {}).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    let stage = Stage::new().await;
    let mut admin = AdminServiceClient::new(stage.admin().await);
    admin.who_am_i(v1::WhoAmIRequest {}).await.expect("me");
    stage.time.advance(31 * DAY);
    assert_reason(admin.who_am_i(v1::WhoAmIRequest {}).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn nobody_grants_more_than_they_hold() {
    let stage = Stage::with_regions().await;
    let mut admin = AdminServiceClient::new(stage.admin().await);
    admin.create_client(new_client("hotline")).await.expect("client");
    let mut county = AdminServiceClient::new(stage.within(Role::Administrator, "regions/411002000000").await);
    let grant = |role: v1::Role, region: &str| v1::GrantRoleRequest {
        parent: "clients/hotline".into(),
        grant: Some(v1::Grant { role: role.into(), scope: Some(Scope::Region(region.into())), ..Default::default() }),
        request_id: request_id(),
        ..Default::default()
    };
    county.grant_role(grant(v1::Role::Reader, "regions/411002001000")).await.expect("inside");
    assert_reason(county.grant_role(grant(v1::Role::Reader, "regions/411081000000")).await, "GRANT_EXCEEDS_OWN");
    assert_reason(
        county.grant_role(grant(v1::Role::AccusationHandler, "regions/411002001000")).await,
        "GRANT_EXCEEDS_OWN",
    );
    assert_reason(county.create_client(new_client("mine")).await, "OUT_OF_SCOPE");
}

#[tokio::test]
async fn faults_are_told_all_at_once() {
    let stage = Stage::new().await;
    let mut admin = AdminServiceClient::new(stage.admin().await);
    let request = v1::CreateClientRequest { client_id: "X".into(), request_id: request_id(), ..Default::default() };
    let status = assert_reason(admin.create_client(request).await, "INVALID_REQUEST");
    let details = tonic_types::StatusExt::get_details_bad_request(&status).expect("BadRequest");
    let fields: Vec<&str> = details.field_violations.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["client_id", "client"]);
}

#[tokio::test]
async fn the_server_tells_its_limits() {
    let stage = Stage::new().await;
    let mut admin = AdminServiceClient::new(stage.admin().await);
    let info = admin.get_server_info(v1::GetServerInfoRequest {}).await.expect("info").into_inner();
    assert_eq!(info.max_page_size, 500);
    assert_eq!(info.database, if stage.database.is_postgres() { "postgresql" } else { "sqlite" });
    assert!(!info.incarnation.is_empty());
}
