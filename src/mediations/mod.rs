//! Mediations: participants and their consent, sessions, and the written agreements that settle them.
//!
//! A mediation is the root of all that belongs to it: whoever changes any of it locks its row, and whoever may see its place sees
//! all of it.

mod archive;
mod dispute;
mod dossier;
mod entity;
mod flow;
mod import;
mod limitation;
mod model;
mod numbers;
mod ops;
mod render;
pub mod rounds;
mod rpc;
mod store;
mod wire;

pub use rpc::{AgreementApi, MediationApi};
