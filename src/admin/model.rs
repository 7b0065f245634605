//! Clients, grants, tokens.

use uuid::Uuid;

use crate::{
    auth::{Area, Role, Secret},
    call::Micros,
};

/// Most grants in force of one client: several grants are a merge of at most as many index walks.
pub const MOST_GRANTS: usize = 16;

/// A system that may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `{id}` of `clients/{id}`.
    pub id: String,
    /// What it is, for people.
    pub display_name: String,
    /// It vouches for the officials it names.
    pub names_officials: bool,
    /// `organizations/{id}` that runs it.
    pub organization: Option<String>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts its changes, and those of its grants.
    pub version: i64,
    /// Grants in force.
    pub grants: Vec<Grant>,
}

impl Client {
    /// `clients/{id}`.
    pub fn name(&self) -> String {
        client_name(&self.id)
    }
}

/// `clients/{id}`.
pub fn client_name(id: &str) -> String {
    format!("clients/{id}")
}

/// A role within an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub client: String,
    /// What may be done.
    pub role: Role,
    /// Where.
    pub area: Area,
    /// When it was given.
    pub create_time: Micros,
    /// When it was taken back.
    pub revoke_time: Option<Micros>,
    /// Counts its changes.
    pub version: i64,
}

impl Grant {
    /// `clients/{id}/grants/{id}`.
    pub fn name(&self) -> String {
        format!("clients/{}/grants/{}", self.client, self.id)
    }
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub client: String,
    /// The first characters of the secret.
    pub prefix: String,
    /// When it was issued.
    pub create_time: Micros,
    /// When it ends by itself.
    pub expire_time: Micros,
    /// When it was revoked.
    pub revoke_time: Option<Micros>,
    /// Counts its changes.
    pub version: i64,
}

impl Token {
    /// `clients/{id}/tokens/{id}`.
    pub fn name(&self) -> String {
        format!("clients/{}/tokens/{}", self.client, self.id)
    }
}

/// A token with its secret, once.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The token.
    pub token: Token,
    /// Its secret; none where nothing was written.
    pub secret: Option<Secret>,
}
