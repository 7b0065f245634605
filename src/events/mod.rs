//! The feed: every committed change in one order, as far as its reader may see it.
//!
//! The table `records` is the feed; nothing is copied. `store` reads a stretch of it below the horizon, the position up to which
//! everything is settled; `sight` judges what of it a reader gets; `tail` tells watchers that the horizon moved; `watch` is one
//! watcher's stream.
//!
//! Other features take [`cursor_now`] (through `Door::cursor_now`) for the `cursor` of their lists.

mod cursor;
mod model;
mod ops;
mod rpc;
mod sight;
mod store;
mod tail;
mod watch;
mod wire;

pub use ops::cursor_now;
pub use rpc::Service;
