//! The integration tests: one binary, generated clients, the real server on a real database.
//!
//! They run on SQLite, or on PostgreSQL where `LIANBANG_TEST_POSTGRES` names a server on which databases may be created.

mod admin;
mod authz;
mod cadres;
mod cases;
mod catalog;
mod cli;
mod committees;
mod contract;
mod crash;
mod db;
mod events;
mod harness;
mod mediations;
mod mutations;
mod organizations;
mod plans;
mod races;
mod regions;
mod server;
mod staffing;
mod tidy;
mod upgrade;
mod walls;
mod worker;
