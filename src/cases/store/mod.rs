//! Reading and writing cases, always from the caller's scope.

pub mod advance;
pub mod appointment;
pub mod case;
pub mod clock;
pub mod document;
pub mod list;
pub mod merge;
pub mod notice;
pub mod oversight;
pub mod party;
pub mod promise;
pub mod query_code;
pub mod relation;
pub mod review;
pub mod scope;
pub mod search;
pub mod service;
pub mod similar;
pub mod step;
pub mod terms;

use crate::{db::Rows, error::Result};

/// Seals a text of one column of one row.
fn seal(rows: &impl Rows, table: &str, column: &str, id: uuid::Uuid, text: Option<&str>) -> Option<Vec<u8>> {
    text.map(|text| rows.keys().seal(&format!("{table}|{column}|{id}"), text.as_bytes()))
}

/// Opens what [`seal`] sealed.
fn open(rows: &impl Rows, table: &str, column: &str, id: uuid::Uuid, sealed: Option<&[u8]>) -> Result<Option<String>> {
    sealed.map(|sealed| rows.keys().open_text(&format!("{table}|{column}|{id}"), sealed)).transpose()
}
