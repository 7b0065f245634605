//! Clients, grants and tokens on the wire.

use super::model::{Client, Grant, Issued, Token};
use crate::{
    auth::{Area, Role},
    error::{Error, Result},
    pb::v1::{self, grant::Scope},
    place::{Code, Level},
    wire::{etag, id_in, ids_in, pb_time},
};

impl From<Client> for v1::Client {
    fn from(client: Client) -> Self {
        let name = client.name();
        let Client { id: _, display_name, names_officials, organization, create_time, version, grants } = client;
        Self {
            name,
            display_name,
            names_officials,
            organization: organization.unwrap_or_default(),
            create_time: Some(pb_time(create_time)),
            grants: grants.into_iter().map(Into::into).collect(),
            etag: etag(version),
        }
    }
}

impl From<Grant> for v1::Grant {
    fn from(grant: Grant) -> Self {
        let name = grant.name();
        let Grant { id: _, client: _, role, area, create_time, revoke_time, version } = grant;
        let scope = match &area {
            Area::Region { .. } => Scope::Region(area.name()),
            Area::Organization { .. } => Scope::Organization(area.name()),
            Area::Posting { .. } => Scope::Posting(area.name()),
        };
        Self {
            name,
            role: role as i32,
            create_time: Some(pb_time(create_time)),
            revoke_time: revoke_time.map(pb_time),
            etag: etag(version),
            scope: Some(scope),
        }
    }
}

impl From<Token> for v1::Token {
    fn from(token: Token) -> Self {
        let name = token.name();
        let Token { id: _, client: _, prefix, create_time, expire_time, revoke_time, version } = token;
        Self {
            name,
            prefix,
            create_time: Some(pb_time(create_time)),
            expire_time: Some(pb_time(expire_time)),
            revoke_time: revoke_time.map(pb_time),
            etag: etag(version),
        }
    }
}

/// The answer of IssueToken. What is stored for a repetition comes from the same function without a secret.
pub fn issued(issued: &Issued) -> v1::IssueTokenResponse {
    v1::IssueTokenResponse {
        token: Some(issued.token.clone().into()),
        secret: issued.secret.as_ref().map(|secret| secret.reveal().to_owned()).unwrap_or_default(),
    }
}

/// Role and area of a grant to be given.
pub fn grant(grant: Option<v1::Grant>) -> Result<(Role, Area)> {
    let Some(v1::Grant { name: _, role, create_time: _, revoke_time: _, etag: _, scope }) = grant else {
        return Err(Error::field("grant", "is required"));
    };
    let role = Role::from_number(role).ok_or_else(|| Error::field("grant.role", "is required"))?;
    let area = match scope {
        // The level is looked up where the grant is given.
        Some(Scope::Region(name)) => Code::from_name(&name)
            .map(|code| Area::Region { level: Level::Country, code })
            .map_err(|fault| Error::field("grant.region", fault))?,
        Some(Scope::Organization(name)) => id_in(&name, "organizations")
            .map(|id| Area::Organization { id: id.to_owned() })
            .map_err(|fault| Error::field("grant.organization", fault))?,
        Some(Scope::Posting(name)) => ids_in(&name, "cadres", "postings")
            .map(|(cadre, id)| Area::Posting { cadre: cadre.to_owned(), id: id.to_owned() })
            .map_err(|fault| Error::field("grant.posting", fault))?,
        None => return Err(Error::field("grant.scope", "is required")),
    };
    Ok((role, area))
}
