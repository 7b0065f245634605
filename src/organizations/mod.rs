//! Organizations: petition offices, organs, committees, with their region and what they are competent for.
//!
//! Other features ask [`find`] and [`place_of`] with their own transaction; [`OrganizationRow`] is what the command line imports.

mod entity;
mod model;
mod ops;
mod query;
mod rpc;
mod store;
pub mod unified_code;
mod wire;

pub use model::{Competence, Facts, Hours, Kind, Organization, organization_name};
pub use ops::{OrganizationRow, Planned, successor};
pub use query::within;
pub use rpc::Service;
pub use store::{Ended, Held, by_source, ended, ends, find, hold, lock, mark_succeeded, place_of, with_ancestors};

use crate::{db::Rows, error::Result};

/// The organization exists on a day, as far as it is known.
///
/// # Errors
/// What the database answers.
pub async fn exists(rows: &impl Rows, id: &str, date: chrono::NaiveDate) -> Result<bool> {
    Ok(find(rows, id).await?.is_some_and(|organization| organization.facts.exists(date)))
}

/// The hours in which an organization works, where it has its own.
///
/// # Errors
/// What the database answers.
pub async fn office_hours(rows: &impl Rows, id: &str) -> Result<Option<Hours>> {
    Ok(find(rows, id).await?.and_then(|organization| organization.facts.office_hours))
}

/// The organization is a petition office, whose first clock is another than that of an organ approached directly (XF 22, 23(2)).
///
/// # Errors
/// What the database answers.
pub async fn is_petition_office(rows: &impl Rows, id: &str) -> Result<bool> {
    Ok(find(rows, id).await?.is_some_and(|organization| organization.facts.kind == Kind::PetitionOffice))
}
