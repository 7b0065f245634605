//! From a token to a client with its grants. The look-up is kept for a second, so that a busy client does not cost a read a call;
//! a revocation on this server clears it at once, on other replicas it holds within that second.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;

use super::{
    Area, Method, Permit, Role, TokenKey,
    role::{READ_ACCUSATIONS, READ_FULL},
};
use crate::{
    admin, cadres,
    call::{Micros, Official},
    db::{Db, Rows},
    error::{Error, Result},
};

/// How long a replica may rest on what it read of a client.
const KEPT: Duration = Duration::from_secs(1);

/// A client that calls, with what it was granted.
#[derive(Debug, Clone)]
pub struct Identity {
    /// `{id}` of `clients/{id}`.
    pub client: String,
    /// The client vouches for the officials that it names.
    pub names_officials: bool,
    /// `organizations/{id}` that runs it.
    pub organization: Option<String>,
    /// Whom it serves by that and by its grants: what accuses one of them does not exist for it.
    pub serves: Vec<String>,
    /// Grants in force.
    pub grants: Vec<IdentityGrant>,
    /// When the token of the call ends, µs.
    pub token_expires: Micros,
}

/// One grant of a client.
#[derive(Debug, Clone)]
pub struct IdentityGrant {
    /// What may be done.
    pub role: Role,
    /// Where.
    pub area: Area,
}

impl Identity {
    /// What the client may do with a method, or why not. `official` are those whom the official serves for whom it acts.
    ///
    /// # Errors
    /// `PermissionDenied`.
    pub fn permit(&self, method: &'static Method, official: &[String]) -> Result<Permit> {
        let areas = match method.permission {
            "public" | "authenticated" => Vec::new(),
            permission => {
                let areas = self.areas(permission);
                if areas.is_empty() {
                    return Err(Error::PermissionDenied { permission });
                }
                areas
            }
        };
        let mut conflicts = [&self.serves[..], official].concat();
        conflicts.sort_unstable();
        conflicts.dedup();
        Ok(Permit { areas, accusations: self.areas(READ_ACCUSATIONS), full: self.areas(READ_FULL), conflicts })
    }

    /// Whom the client names as its own: its organization, those of its grants.
    fn named(&self) -> Vec<String> {
        let granted = self.grants.iter().filter_map(|grant| match &grant.area {
            Area::Region { .. } => None,
            Area::Organization { id } => Some(format!("organizations/{id}")),
            Area::Posting { cadre, .. } => Some(format!("cadres/{cadre}")),
        });
        self.organization.iter().cloned().chain(granted).collect()
    }

    /// Areas of the grants whose role carries the permission.
    pub fn areas(&self, permission: &str) -> Vec<Area> {
        let mut areas: Vec<Area> = Vec::new();
        for grant in self.grants.iter().filter(|grant| grant.role.allows(permission)) {
            if !areas.contains(&grant.area) {
                areas.push(grant.area.clone());
            }
        }
        areas
    }
}

/// Knows tokens.
#[derive(Debug, Clone)]
pub struct Authenticator {
    db: Db,
    kept: Cache<TokenKey, Arc<Identity>>,
    /// Whom officials serve, by their organization and cadre.
    officials: Cache<(String, String), Arc<Vec<String>>>,
}

impl Authenticator {
    /// Reads clients from `db`.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            kept: Cache::builder().max_capacity(10_000).time_to_live(KEPT).build(),
            officials: Cache::builder().max_capacity(10_000).time_to_live(KEPT).build(),
        }
    }

    /// The key of a token. What is wrong with a token is not told.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn read(&self, token: &str) -> Result<TokenKey> {
        TokenKey::read(self.db.keys(), token).ok_or(Error::Unauthenticated)
    }

    /// The client of a token.
    ///
    /// # Errors
    /// `Unauthenticated`, or what the database answers.
    pub async fn identify(&self, key: &TokenKey, now: Micros) -> Result<Arc<Identity>> {
        match self.kept.get(key) {
            Some(identity) => valid(identity, now),
            None => self.identify_anew(key, now).await,
        }
    }

    /// The client of a token as the database knows it at this moment: for streams, which must not send on what is kept.
    ///
    /// # Errors
    /// `Unauthenticated`, or what the database answers.
    pub async fn identify_anew(&self, key: &TokenKey, now: Micros) -> Result<Arc<Identity>> {
        let mut identity = admin::identify(&self.db, key).await?.ok_or(Error::Unauthenticated)?;
        identity.serves = cadres::served(&self.db, identity.named()).await?;
        let identity = Arc::new(identity);
        self.kept.insert(key.clone(), identity.clone());
        valid(identity, now)
    }

    /// Whom an official serves: the cadre that it is, its organization, and what stands above.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn served_by(&self, official: &Official) -> Result<Arc<Vec<String>>> {
        let key = (official.organization.clone(), official.cadre.clone());
        if let Some(serves) = self.officials.get(&key) {
            return Ok(serves);
        }
        let named = [&official.organization, &official.cadre];
        let named = named.into_iter().filter(|name| !name.is_empty()).cloned().collect();
        let serves = Arc::new(cadres::served(&self.db, named).await?);
        self.officials.insert(key, serves.clone());
        Ok(serves)
    }

    /// Forgets everything, after a change of clients, grants or tokens.
    pub fn forget(&self) {
        self.kept.invalidate_all();
    }
}

fn valid(identity: Arc<Identity>, now: Micros) -> Result<Arc<Identity>> {
    if now < identity.token_expires { Ok(identity) } else { Err(Error::Unauthenticated) }
}
