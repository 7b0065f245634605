//! Lianbang (联帮), the system of record for grassroots casework: petitions and disputes, the cadres linked to every township and
//! village, and the mediation that settles them.
//!
//! The modules in reading order: what a call is (`call`, `auth`, `door`), how data is written (`db`, `record`), then the features
//! in the line of their dependence.
#![forbid(unsafe_code)]

pub mod admin;
pub mod auth;
pub mod cadres;
pub mod call;
pub mod cases;
pub mod catalog;
pub mod check;
pub mod clock;
pub mod codec;
pub mod committees;
pub mod config;
pub mod db;
pub mod door;
pub mod error;
pub mod events;
pub mod filter;
pub mod import;
pub mod mask;
pub mod mediations;
pub mod migrate;
pub mod money;
pub mod organizations;
pub mod page;
pub mod pb;
pub mod place;
pub mod record;
pub mod regions;
pub mod seal;
pub mod server;
pub mod shelf;
pub mod staffing;
pub mod text;
pub mod wire;
pub mod worker;
