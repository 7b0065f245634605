//! The people's mediation committees: their terms of office, members and seals (RMTJ 8 to 10), and with them who may mediate.
//!
//! Other features ask [`may_mediate`].

mod engaged;
mod entity;
mod model;
mod ops;
mod query;
mod rpc;
mod store;
mod wire;

pub use engaged::may_mediate;
pub use rpc::Service;
