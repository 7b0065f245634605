//! The catalogue: case types, topics, calendars and clock rules.
//!
//! Case types and clock rules ship with the program and are served from memory; topics and calendars are rows, entered when a
//! server starts ([`seed`]) and, for calendars, by import. Other features hold a [`Catalog`], or ask [`ancestors`] of a topic.

mod entity;
mod handle;
mod model;
mod ops;
mod query;
mod rpc;
mod seed;
mod shipped;
mod store;
mod wire;

pub use handle::{Catalog, ancestors};
pub use rpc::Service;
pub use seed::seed;
