//! Mediations: participants and their consent, sessions, and the written agreements that settle them.
//!
//! A mediation is the root of all that belongs to it: whoever changes any of it locks its row, and whoever may see its place sees
//! all of it.

mod entity;
mod flow;
mod model;
mod numbers;
mod ops;
pub mod rounds;
mod rpc;
mod store;
mod wire;

pub use rpc::{AgreementApi, MediationApi};
