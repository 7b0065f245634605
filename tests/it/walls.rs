//! The walls around a case, for every RPC by construction: the descriptor says which RPCs there are and what their requests name, the
//! fixtures of `mutations` make something of each kind. Whoever is walled off gets the answer that it would get for what does not exist,
//! and nothing of the case in any list, feed or error; whoever has the same grants and serves nobody concerned gets the case.
//!
//! An RPC that this file cannot ask by itself fails the test: say in `ask` or in `KNOWS_NO_CASE` what it is.

mod beside;
mod confidential;
mod lists;
mod names;
pub mod world;
