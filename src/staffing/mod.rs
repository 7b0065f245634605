//! Staffing: what the postings add up to, place by place: who looks after it, since when, and where nobody does.
//!
//! It has no tables of its own and writes nothing.

mod model;
mod ops;
mod query;
mod rpc;
mod store;
mod wire;

pub use rpc::Service;
