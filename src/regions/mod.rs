//! Regions: the tree of divisions from the province to the village, in versions by date. Everything else refers to it.
//!
//! Other features ask [`place_of`] for the chain above a code.

mod entity;
mod model;
mod named;
mod ops;
mod rpc;
mod store;
mod wire;

pub use model::{Kind, Region};
pub use named::{Levels, levels};
pub use ops::{RegionRow, latest, place_as_known, place_of, versions};
pub use rpc::Service;
pub use store::find;
