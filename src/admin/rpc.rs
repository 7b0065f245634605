//! AdminService.

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{model::client_name, ops, store, wire};
use crate::{
    auth::permissions,
    db::Rows,
    door::Door,
    error::{Error, Result},
    migrate,
    page::Page,
    pb::v1::{self, admin_service_server::AdminService},
    shelf::media_types,
    text,
    wire::{id_in, ids_in, pb_time},
};

/// Ninety days.
const DEFAULT_TTL: i64 = 90 * 86_400 * 1_000_000;

/// What the server tells of itself.
#[derive(Debug, Clone)]
pub struct Info {
    /// Id of the database's incarnation.
    pub incarnation: String,
    /// Largest request message, bytes.
    pub max_message_bytes: usize,
    /// Longest unary call.
    pub max_call: std::time::Duration,
    /// Greatest age of a watch stream.
    pub max_watch: std::time::Duration,
    /// How long a request_id is remembered.
    pub request_id_retention: std::time::Duration,
    /// Longest document, bytes.
    pub max_document_bytes: u64,
}

/// AdminService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service {
    /// The way in.
    pub door: Door,
    /// What the server tells of itself.
    pub info: Info,
}

type Answer<T> = std::result::Result<Response<T>, Status>;

fn client_id(name: &str, field: &str) -> Result<String> {
    id_in(name, "clients").map(str::to_owned).map_err(|fault| Error::field(field, fault))
}

fn child(name: &str, collection: &str) -> Result<(String, Uuid)> {
    let (client, id) = ids_in(name, "clients", collection).map_err(|fault| Error::field("name", fault))?;
    // An id that is no UUID names nothing that exists.
    let id = Uuid::try_parse(id).map_err(|_| Error::not_found(name))?;
    Ok((client.to_owned(), id))
}

impl Service {
    /// Runs a mutation of clients and forgets what was kept of them.
    async fn change<T>(&self, answer: impl Future<Output = Answer<T>>) -> Answer<T> {
        let answer = answer.await;
        self.door.authenticator.forget();
        answer
    }
}

#[tonic::async_trait]
impl AdminService for Service {
    async fn who_am_i(&self, request: Request<v1::WhoAmIRequest>) -> Answer<v1::WhoAmIResponse> {
        let read = async |call: &crate::call::Call, _| {
            let identity = &call.identity;
            let client = store::find_client(&self.door.db, &identity.client)
                .await?
                .ok_or_else(|| Error::not_found(client_name(&identity.client)))?;
            let held = |permission: &&str| !identity.areas(permission).is_empty();
            Ok(v1::WhoAmIResponse {
                client: Some(client.into()),
                permissions: permissions().into_iter().filter(held).map(str::to_owned).collect(),
                token_expire_time: Some(pb_time(identity.token_expires)),
            })
        };
        self.door.read(request, read).await
    }

    async fn get_server_info(&self, request: Request<v1::GetServerInfoRequest>) -> Answer<v1::ServerInfo> {
        let read = async |call: &crate::call::Call, _| {
            let duration = |time: std::time::Duration| prost_types::Duration::try_from(time).ok();
            Ok(v1::ServerInfo {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                database: self.door.db.product().to_owned(),
                incarnation: self.info.incarnation.clone(),
                schema_version: migrate::newest_step(),
                max_page_size: i32::try_from(crate::page::MAX_SIZE).unwrap_or(i32::MAX),
                max_message_bytes: i32::try_from(self.info.max_message_bytes).unwrap_or(i32::MAX),
                max_call_duration: duration(self.info.max_call),
                request_id_retention: duration(self.info.request_id_retention),
                server_time: Some(pb_time(call.now)),
                max_watch_duration: duration(self.info.max_watch),
                max_document_bytes: i64::try_from(self.info.max_document_bytes).unwrap_or(i64::MAX),
                document_media_types: media_types().map(str::to_owned).collect(),
            })
        };
        self.door.read(request, read).await
    }

    async fn create_client(&self, request: Request<v1::CreateClientRequest>) -> Answer<v1::Client> {
        let parse = |_: &_, request: v1::CreateClientRequest| {
            let v1::CreateClientRequest { client, client_id: id, request_id: _, validate_only: _, on_behalf_of: _ } =
                request;
            let client = client.unwrap_or_default();
            let (display_name, names_officials) = (text::label(&client.display_name), client.names_officials);
            let organization = Some(client.organization).filter(|name| !name.is_empty());
            Ok(ops::CreateClient { id, display_name, names_officials, organization })
        };
        self.door.write(request, parse, |client| client.clone().into()).await
    }

    async fn get_client(&self, request: Request<v1::GetClientRequest>) -> Answer<v1::Client> {
        let read = async |_: &_, request: v1::GetClientRequest| {
            let id = client_id(&request.name, "name")?;
            let found = store::find_client(&self.door.db, &id).await?;
            Ok(found.ok_or_else(|| Error::not_found(request.name))?.into())
        };
        self.door.read(request, read).await
    }

    async fn list_clients(&self, request: Request<v1::ListClientsRequest>) -> Answer<v1::ListClientsResponse> {
        let read = async |call: &_, request: v1::ListClientsRequest| {
            let keys = self.door.db.keys();
            let page: Page<String> = Page::read(call, keys, request.page_size, &request.page_token, &[])?;
            let rows = store::list_clients(&self.door.db, page.after.clone(), page.fetch()).await?;
            let (rows, next_page_token) = page.finish(keys, rows, |row| row.id.clone());
            Ok(v1::ListClientsResponse { clients: rows.into_iter().map(Into::into).collect(), next_page_token })
        };
        self.door.read(request, read).await
    }

    async fn grant_role(&self, request: Request<v1::GrantRoleRequest>) -> Answer<v1::Grant> {
        let parse = |_: &_, request: v1::GrantRoleRequest| {
            let v1::GrantRoleRequest { parent, grant, request_id: _, validate_only: _, on_behalf_of: _ } = request;
            let (role, area) = wire::grant(grant)?;
            Ok(ops::GrantRole { client: client_id(&parent, "parent")?, role, area })
        };
        self.change(self.door.write(request, parse, |grant| grant.clone().into())).await
    }

    async fn revoke_grant(&self, request: Request<v1::RevokeGrantRequest>) -> Answer<v1::Grant> {
        let parse = |_: &_, request: v1::RevokeGrantRequest| {
            let v1::RevokeGrantRequest { name, etag, request_id: _, validate_only: _, on_behalf_of: _ } = request;
            let (client, id) = child(&name, "grants")?;
            Ok(ops::RevokeGrant { client, id, etag })
        };
        self.change(self.door.write(request, parse, |grant| grant.clone().into())).await
    }

    async fn issue_token(&self, request: Request<v1::IssueTokenRequest>) -> Answer<v1::IssueTokenResponse> {
        let parse = |_: &_, request: v1::IssueTokenRequest| {
            let v1::IssueTokenRequest { parent, ttl, request_id: _, validate_only: _, on_behalf_of: _ } = request;
            let ttl = ttl.map_or(DEFAULT_TTL, |ttl| ttl.seconds * 1_000_000 + i64::from(ttl.nanos) / 1_000);
            Ok(ops::IssueToken { client: client_id(&parent, "parent")?, ttl })
        };
        self.door.write_secret(request, parse, wire::issued).await
    }

    async fn list_tokens(&self, request: Request<v1::ListTokensRequest>) -> Answer<v1::ListTokensResponse> {
        let read = async |call: &_, request: v1::ListTokensRequest| {
            let v1::ListTokensRequest { parent, page_size, page_token } = request;
            let keys = self.door.db.keys();
            let page: Page<Uuid> = Page::read(call, keys, page_size, &page_token, &[&parent])?;
            let client = client_id(&parent, "parent")?;
            store::find_client(&self.door.db, &client).await?.ok_or_else(|| Error::not_found(parent))?;
            let rows = store::list_tokens(&self.door.db, &client, page.after, page.fetch()).await?;
            let (rows, next_page_token) = page.finish(keys, rows, |row| row.id);
            Ok(v1::ListTokensResponse { tokens: rows.into_iter().map(Into::into).collect(), next_page_token })
        };
        self.door.read(request, read).await
    }

    async fn revoke_token(&self, request: Request<v1::RevokeTokenRequest>) -> Answer<v1::Token> {
        let parse = |_: &_, request: v1::RevokeTokenRequest| {
            let v1::RevokeTokenRequest { name, etag, request_id: _, validate_only: _, on_behalf_of: _ } = request;
            let (client, id) = child(&name, "tokens")?;
            Ok(ops::RevokeToken { client, id, etag })
        };
        self.change(self.door.write(request, parse, |token| token.clone().into())).await
    }
}
