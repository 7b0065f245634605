//! Cadres and postings on the wire.

mod cadre;
mod leave;
mod posting;

pub use cadre::{View, cadre_row, create, update, view};
pub use leave::{create_leave, end_leave};
pub use posting::{create_posting, end, posting_row};

use chrono::NaiveDate;

use super::model::Source;
use crate::{
    check::Faults,
    error::{Error, Result},
    filter::{self, Expr, Field},
    pb::{google::r#type::Date, v1},
    text,
    wire::date,
};

/// What holds for every row of an import.
#[derive(Debug)]
pub struct Header {
    pub source: String,
    pub dry_run: bool,
    pub official: Option<v1::Official>,
}

/// Reads the header of an import.
///
/// # Errors
/// `Invalid`.
pub fn header(header: v1::ImportHeader) -> Result<Header> {
    let mut faults = Faults::default();
    faults.field("header", |faults| crate::check::Checked::check(&header, faults));
    faults.into_result()?;
    let v1::ImportHeader { source, dry_run, on_behalf_of } = header;
    Ok(Header { source, dry_run, official: on_behalf_of })
}

/// Reads a filter, and gives it in its one spelling besides.
///
/// # Errors
/// `InvalidFilter`.
pub fn filter(source: String, fields: &[Field]) -> Result<(Option<Expr>, String)> {
    let tree = filter::parse(&text::nfc(source), fields)
        .map_err(|fault| Error::InvalidFilter { field: "filter", message: fault.to_string() })?;
    let canonical = tree.as_ref().map(|tree| filter::canonical(tree, fields)).unwrap_or_default();
    Ok((tree, canonical))
}

/// Reads an order, by its place among the documented ones.
///
/// # Errors
/// `InvalidFilter`.
pub fn order(source: &str, orders: &[&'static str]) -> Result<usize> {
    filter::parse_order(source, orders)
        .map_err(|fault| Error::InvalidFilter { field: "order_by", message: fault.to_string() })
}

/// Reads a date of a request.
///
/// # Errors
/// `Invalid`.
pub fn day(given: Option<Date>) -> Result<Option<NaiveDate>> {
    given.map(|given| date(&given).map_err(|fault| Error::field("date", fault))).transpose()
}

/// Reads a date at `path`.
fn date_at(faults: &mut Faults, path: &str, given: Option<Date>) -> Option<NaiveDate> {
    given.and_then(|given| faults.take(path, date(&given)))
}

/// Register and id there: both or none.
fn source(faults: &mut Faults, at: &str, register: String, id: String) -> Option<Source> {
    let id = text::label(&id);
    match (register.is_empty(), id.is_empty()) {
        (true, true) => return None,
        (false, true) => faults.at(&format!("{at}.source_id"), "is required with source"),
        (true, false) => faults.at(&format!("{at}.source"), "is required with source_id"),
        (false, false) => {}
    }
    Some(Source { register, id })
}
