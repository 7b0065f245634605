//! The catalogue: case types, topics, calendars and clock rules.
//!
//! Clock rules ship with the program and are served from memory; case types, topics and calendars are rows, entered when a server
//! starts ([`seed`]), calendars also by import and case types by publication. Other features hold a [`Catalog`], or ask [`ancestors`] of a topic.

mod case_type;
mod entity;
mod handle;
mod model;
mod ops;
mod publish;
mod query;
mod rpc;
mod seed;
mod shipped;
mod store;
mod wire;

pub use case_type::{Action, CaseType, FieldKind, PETITION, Stage};
pub use handle::{Catalog, ancestors};
pub use rpc::Service;
pub use seed::seed;
