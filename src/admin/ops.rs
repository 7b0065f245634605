//! What an administrator does: enter clients, grant and revoke, issue and end tokens.

use uuid::Uuid;

use super::{
    model::{Client, Grant, Issued, MOST_GRANTS, Token, client_name},
    store,
};
use crate::{
    auth::{Area, Role, Secret, TokenKey, permissions},
    call::{Call, Micros},
    clock::civil_date,
    db::{Command, Db, Rows, Tx, Written},
    error::{Error, Result},
    record::Change,
    regions,
    wire::{ensure_etag, etag},
};

/// Enters a client.
pub struct CreateClient {
    pub id: String,
    pub display_name: String,
    pub names_officials: bool,
    /// `organizations/{id}` that runs it.
    pub organization: Option<String>,
}

impl Command for CreateClient {
    type Answer = Client;
    const NAME: &'static str = "admin.create_client";

    async fn run(&self, tx: &Tx<'_>) -> Result<Client> {
        let client = Client {
            id: self.id.clone(),
            display_name: self.display_name.clone(),
            names_officials: self.names_officials,
            organization: self.organization.clone(),
            create_time: tx.call().now,
            version: 1,
            grants: Vec::new(),
        };
        tx.call().permit.ensure_everywhere(&client.name())?;
        store::insert_client(tx, &client).await?;
        record(tx, "client.created", client.name(), client.version, Vec::new());
        Ok(client)
    }
}

/// Gives a client a role within an area.
pub struct GrantRole {
    pub client: String,
    pub role: Role,
    pub area: Area,
}

impl Command for GrantRole {
    type Answer = Grant;
    const NAME: &'static str = "admin.grant_role";

    async fn run(&self, tx: &Tx<'_>) -> Result<Grant> {
        let area = known_area(tx, &self.area).await?;
        ensure_held(tx, self.role, &area).await?;
        let client = store::lock_client(tx, &self.client).await?;
        if client.grants.len() >= MOST_GRANTS {
            return Err(Error::Precondition { resource: client.name(), condition: "TOO_MANY_GRANTS" });
        }
        let grant = Grant {
            id: tx.call().new_id(),
            client: self.client.clone(),
            role: self.role,
            area,
            create_time: tx.call().now,
            revoke_time: None,
            version: 1,
        };
        store::insert_grant(tx, &grant).await?;
        store::touch_client(tx, &self.client).await?;
        record_grant(tx, "grant.created", &grant);
        Ok(grant)
    }
}

/// Takes a grant back.
pub struct RevokeGrant {
    pub client: String,
    pub id: Uuid,
    pub etag: String,
}

impl Command for RevokeGrant {
    type Answer = Grant;
    const NAME: &'static str = "admin.revoke_grant";

    async fn run(&self, tx: &Tx<'_>) -> Result<Grant> {
        let name = format!("{}/grants/{}", client_name(&self.client), self.id);
        store::lock_client(tx, &self.client).await.map_err(|error| hidden(error, &name))?;
        let mut grant =
            store::find_grant(tx, &self.client, self.id).await?.ok_or_else(|| Error::not_found(name.clone()))?;
        ensure_held(tx, grant.role, &grant.area).await?;
        ensure_etag(&self.etag, grant.version, &name)?;
        if grant.revoke_time.is_some() {
            return Err(Error::Precondition { resource: name, condition: "ALREADY_REVOKED" });
        }
        grant.revoke_time = Some(tx.call().now);
        grant.version += 1;
        store::revoke_grant(tx, &grant).await?;
        store::touch_client(tx, &self.client).await?;
        record_grant(tx, "grant.revoked", &grant);
        Ok(grant)
    }
}

/// Issues a token.
pub struct IssueToken {
    pub client: String,
    /// How long it holds, µs.
    pub ttl: Micros,
}

impl Command for IssueToken {
    type Answer = Issued;
    const NAME: &'static str = "admin.issue_token";

    async fn run(&self, tx: &Tx<'_>) -> Result<Issued> {
        tx.call().permit.ensure_everywhere(&client_name(&self.client))?;
        let client = store::lock_client(tx, &self.client).await?;
        let id = tx.call().new_id();
        let secret = Secret::generate(id);
        let key =
            TokenKey::read(tx.keys(), secret.reveal()).ok_or_else(|| Error::internal("a new token does not read"))?;
        let token = Token {
            id,
            client: client.id,
            prefix: secret.prefix(),
            create_time: tx.call().now,
            expire_time: tx.call().now.saturating_add(self.ttl),
            revoke_time: None,
            version: 1,
        };
        store::insert_token(tx, &token, &key.digest).await?;
        record(tx, "token.issued", token.name(), token.version, Vec::new());
        Ok(Issued { token, secret: (!tx.call().validate_only).then_some(secret) })
    }
}

/// Ends a token.
pub struct RevokeToken {
    pub client: String,
    pub id: Uuid,
    pub etag: String,
}

impl Command for RevokeToken {
    type Answer = Token;
    const NAME: &'static str = "admin.revoke_token";

    async fn run(&self, tx: &Tx<'_>) -> Result<Token> {
        let name = format!("{}/tokens/{}", client_name(&self.client), self.id);
        tx.call().permit.ensure_everywhere(&name)?;
        store::lock_client(tx, &self.client).await.map_err(|error| hidden(error, &name))?;
        let mut token =
            store::find_token(tx, &self.client, self.id).await?.ok_or_else(|| Error::not_found(name.clone()))?;
        ensure_etag(&self.etag, token.version, &name)?;
        if token.revoke_time.is_some() {
            return Err(Error::Precondition { resource: name, condition: "ALREADY_REVOKED" });
        }
        token.revoke_time = Some(tx.call().now);
        token.version += 1;
        store::revoke_token(tx, token.id, tx.call().now, token.version).await?;
        record(tx, "token.revoked", name, token.version, Vec::new());
        Ok(token)
    }
}

/// Whether the parent or the child is missing is not told.
fn hidden(error: Error, name: &str) -> Error {
    match error {
        Error::NotFound { .. } => Error::not_found(name),
        other => other,
    }
}

/// The area with what the register knows of it: a region's level. Organizations and postings are taken as named, since the
/// features that hold them stand behind this one; a name without a row covers nothing.
async fn known_area(rows: &impl Rows, area: &Area) -> Result<Area> {
    match area {
        Area::Region { code, .. } if *code == crate::place::Code::COUNTRY => Ok(Area::EVERYWHERE),
        Area::Region { code, .. } => {
            let found = regions::latest(rows, *code).await?.ok_or_else(|| Error::not_found(code.name()))?;
            Ok(Area::Region { level: found.level, code: *code })
        }
        other => Ok(other.clone()),
    }
}

/// Nobody can grant what they do not hold there: the grantor needs an area around it, and each permission of the role.
async fn ensure_held(tx: &Tx<'_>, role: Role, area: &Area) -> Result<()> {
    let call = tx.call();
    if call.permit.is_everywhere() {
        return Ok(());
    }
    let exceeds = || Error::GrantExceedsOwn { role: role.word().to_owned() };
    let Area::Region { code, .. } = area else { return Err(exceeds()) };
    let place = regions::place_of(tx, *code, civil_date(call.now), "grant.region").await?.path;
    let held = |permission: &str| call.identity.areas(permission).iter().any(|own| own.covers(&place));
    if permissions().into_iter().filter(|permission| role.allows(permission)).all(held) {
        Ok(())
    } else {
        Err(exceeds())
    }
}

fn record(tx: &Tx<'_>, kind: &'static str, resource: String, version: i64, detail: Vec<(&'static str, String)>) {
    tx.record(Change { kind, resource, etag: etag(version), detail, ..Change::default() });
}

fn record_grant(tx: &Tx<'_>, kind: &'static str, grant: &Grant) {
    let detail = vec![("role", grant.role.word().to_owned()), ("area", grant.area.name())];
    record(tx, kind, grant.name(), grant.version, detail);
}

/// What [`bootstrap`] made.
#[derive(Debug)]
pub struct Bootstrapped {
    /// Secret of the administrator's token.
    pub secret: Secret,
}

/// Gives a client a role everywhere and a token: the first administrator of a register, or a way back in for its operator.
/// The call's own permit must be for everywhere.
///
/// # Errors
/// What the commands answer.
pub async fn bootstrap(
    db: &Db,
    call: &Call,
    id: &str,
    display_name: &str,
    role: Role,
    ttl: Micros,
) -> Result<Bootstrapped> {
    let create = CreateClient {
        id: id.to_owned(),
        display_name: display_name.to_owned(),
        names_officials: true,
        organization: None,
    };
    match db.write(call, create, |_| Vec::new()).await {
        Ok(_) | Err(Error::AlreadyExists { .. }) => {}
        Err(error) => return Err(error),
    }
    let client = store::find_client(db, id).await?.ok_or_else(|| Error::not_found(client_name(id)))?;
    if !client.grants.iter().any(|grant| grant.role == role && grant.area == Area::EVERYWHERE) {
        let grant = GrantRole { client: id.to_owned(), role, area: Area::EVERYWHERE };
        db.write(call, grant, |_| Vec::new()).await?;
    }
    let issue = IssueToken { client: id.to_owned(), ttl };
    match db.write(call, issue, |_| Vec::new()).await? {
        Written::Now(Issued { secret: Some(secret), .. }) => Ok(Bootstrapped { secret }),
        _ => Err(Error::internal("a token without secret")),
    }
}
