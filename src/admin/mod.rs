//! Clients, their grants and tokens: who may call this register at all.
//!
//! [`identify`] is what authentication asks; [`bootstrap`] gives a fresh register its first administrator. The commands are there for
//! the command line too, which enters the first clients before anybody can call.

mod entity;
mod model;
mod ops;
mod rpc;
mod store;
mod wire;

pub use model::Issued;
pub use ops::{Bootstrapped, CreateClient, GrantRole, IssueToken, RevokeGrant, RevokeToken, bootstrap};
pub use rpc::{Info, Service};
pub use store::{find_client, identify, list_clients, list_tokens};
