//! Reading and writing clients, grants and tokens.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    entity::{client, grant, token},
    model::{Client, Grant, Token, client_name},
};
use crate::{
    auth::{Area, Identity, IdentityGrant, TokenKey},
    call::Micros,
    db::{Conflict, Db, Rows, Tx},
    error::{Error, Result},
    place::Level,
};

/// The client of a token, or nothing: unknown, revoked and wrong look the same. Expiry is the caller's to check.
///
/// # Errors
/// What the database answers.
pub async fn identify(db: &Db, key: &TokenKey) -> Result<Option<Identity>> {
    let Some(row) = token::Entity::find_by_id(key.id).one(&db.on()).await? else { return Ok(None) };
    if row.revoke_time.is_some() || !bool::from(row.digest.as_slice().ct_eq(&key.digest)) {
        return Ok(None);
    }
    let Some(client) = find_client(db, &row.client).await? else { return Ok(None) };
    let grants = client.grants.into_iter().map(|grant| IdentityGrant { role: grant.role, area: grant.area }).collect();
    Ok(Some(Identity {
        client: client.id,
        names_officials: client.names_officials,
        organization: client.organization,
        serves: Vec::new(),
        grants,
        token_expires: row.expire_time,
    }))
}

/// One client with its grants.
pub async fn find_client(rows: &impl Rows, id: &str) -> Result<Option<Client>> {
    let Some(row) = client::Entity::find_by_id(id).one(&rows.on()).await? else { return Ok(None) };
    let grants = grants_of(rows, std::slice::from_ref(&row.id)).await?;
    Ok(Some(with_grants(row, &grants)))
}

fn with_grants(row: client::Model, grants: &[Grant]) -> Client {
    let client::Model { id, display_name, names_officials, organization, create_time, version } = row;
    let grants = grants.iter().filter(|grant| grant.client == id).cloned().collect();
    Client { id, display_name, names_officials, organization, create_time, version, grants }
}

async fn grants_of(rows: &impl Rows, clients: &[String]) -> Result<Vec<Grant>> {
    let found = grant::Entity::find()
        .filter(grant::Column::Client.is_in(clients))
        .filter(grant::Column::RevokeTime.is_null())
        .order_by_asc(grant::Column::Id)
        .all(&rows.on())
        .await?;
    found.into_iter().map(Grant::try_from).collect()
}

/// Clients in the order of their ids.
pub async fn list_clients(rows: &impl Rows, after: Option<String>, limit: u64) -> Result<Vec<Client>> {
    let mut query = client::Entity::find();
    if let Some(id) = after {
        query = query.filter(client::Column::Id.gt(id));
    }
    let found = query.order_by_asc(client::Column::Id).limit(limit).all(&rows.on()).await?;
    let ids: Vec<String> = found.iter().map(|row| row.id.clone()).collect();
    let grants = grants_of(rows, &ids).await?;
    Ok(found.into_iter().map(|row| with_grants(row, &grants)).collect())
}

/// Locks a client for a change of its grants or tokens.
pub async fn lock_client(tx: &Tx<'_>, id: &str) -> Result<Client> {
    if tx.locks_rows() {
        client::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?;
    }
    find_client(tx, id).await?.ok_or_else(|| Error::not_found(client_name(id)))
}

/// Enters a client.
pub async fn insert_client(tx: &Tx<'_>, client: &Client) -> Result<()> {
    let Client { id, display_name, names_officials, organization, create_time, version, grants: _ } = client;
    let row = client::ActiveModel {
        id: Set(id.clone()),
        display_name: Set(display_name.clone()),
        names_officials: Set(*names_officials),
        organization: Set(organization.clone()),
        create_time: Set(*create_time),
        version: Set(*version),
    };
    let taken = || Error::AlreadyExists { resource: client.name() };
    client::Entity::insert(row).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    Ok(())
}

/// Counts a change of a client.
pub async fn touch_client(tx: &Tx<'_>, id: &str) -> Result<()> {
    client::Entity::update_many()
        .col_expr(client::Column::Version, Expr::col(client::Column::Version).add(1))
        .filter(client::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// One grant, also a revoked one.
pub async fn find_grant(rows: &impl Rows, client: &str, id: Uuid) -> Result<Option<Grant>> {
    let row = grant::Entity::find_by_id(id).filter(grant::Column::Client.eq(client)).one(&rows.on()).await?;
    row.map(Grant::try_from).transpose()
}

/// Enters a grant.
pub async fn insert_grant(tx: &Tx<'_>, grant: &Grant) -> Result<()> {
    let (mut region, mut region_level, mut organization, mut cadre, mut posting) = (None, None, None, None, None);
    match &grant.area {
        Area::Region { level, code } => (region, region_level) = (Some(code.stored()), Some(Level::stored(*level))),
        Area::Organization { id } => organization = Some(id.clone()),
        Area::Posting { cadre: of, id } => (cadre, posting) = (Some(of.clone()), Some(id.clone())),
    }
    let row = grant::ActiveModel {
        id: Set(grant.id),
        client: Set(grant.client.clone()),
        role: Set(grant.role as i32),
        region: Set(region),
        region_level: Set(region_level),
        organization: Set(organization),
        cadre: Set(cadre),
        posting: Set(posting),
        create_time: Set(grant.create_time),
        revoke_time: Set(grant.revoke_time),
        version: Set(grant.version),
    };
    grant::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Takes a grant back.
pub async fn revoke_grant(tx: &Tx<'_>, grant: &Grant) -> Result<()> {
    grant::Entity::update_many()
        .col_expr(grant::Column::RevokeTime, Expr::value(grant.revoke_time))
        .col_expr(grant::Column::Version, Expr::value(grant.version))
        .filter(grant::Column::Id.eq(grant.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// One token.
pub async fn find_token(rows: &impl Rows, client: &str, id: Uuid) -> Result<Option<Token>> {
    let row = token::Entity::find_by_id(id).filter(token::Column::Client.eq(client)).one(&rows.on()).await?;
    Ok(row.map(Token::from))
}

/// Tokens of a client, newest first.
pub async fn list_tokens(rows: &impl Rows, client: &str, before: Option<Uuid>, limit: u64) -> Result<Vec<Token>> {
    let mut query = token::Entity::find().filter(token::Column::Client.eq(client));
    if let Some(id) = before {
        query = query.filter(token::Column::Id.lt(id));
    }
    let found = query.order_by_desc(token::Column::Id).limit(limit).all(&rows.on()).await?;
    Ok(found.into_iter().map(Token::from).collect())
}

/// Enters a token with the digest of its secret.
pub async fn insert_token(tx: &Tx<'_>, token: &Token, digest: &[u8]) -> Result<()> {
    let Token { id, client, prefix, create_time, expire_time, revoke_time, version } = token;
    let row = token::ActiveModel {
        id: Set(*id),
        client: Set(client.clone()),
        prefix: Set(prefix.clone()),
        digest: Set(digest.to_vec()),
        create_time: Set(*create_time),
        expire_time: Set(*expire_time),
        revoke_time: Set(*revoke_time),
        version: Set(*version),
    };
    token::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Ends a token.
pub async fn revoke_token(tx: &Tx<'_>, id: Uuid, time: Micros, version: i64) -> Result<()> {
    token::Entity::update_many()
        .col_expr(token::Column::RevokeTime, Expr::value(time))
        .col_expr(token::Column::Version, Expr::value(version))
        .filter(token::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
