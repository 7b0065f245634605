//! Reading and writing mediations. Everything below a mediation is found through its [`Mediation`](super::model::Mediation), and
//! that only where the permit covers its place.

use uuid::Uuid;

use super::{model::Detail, numbers::Numbered};
use crate::{
    db::Rows,
    error::{Error, Result},
    seal::KeyRing,
};

pub mod agents;
pub mod agreements;
pub mod bookings;
pub mod challenges;
pub mod confirmations;
pub mod contributions;
pub mod filter;
pub mod follow_ups;
pub mod mediations;
pub mod obligations;
pub mod participants;
pub mod performances;
pub mod plans;
pub mod records;
pub mod sessions;
pub mod signatures;

/// A sealed column, named as its place is.
#[derive(Clone, Copy)]
struct Sealed(&'static str);

impl Sealed {
    fn place(self, row: &str) -> String {
        format!("{}|{row}", self.0)
    }

    fn seal(self, keys: &KeyRing, row: &str, text: &str) -> Vec<u8> {
        keys.seal(&self.place(row), text.as_bytes())
    }

    fn seal_some(self, keys: &KeyRing, row: &str, text: Option<&String>) -> Option<Vec<u8>> {
        text.map(|text| self.seal(keys, row, text))
    }

    fn open(self, rows: &impl Rows, row: &str, sealed: &[u8]) -> Result<String> {
        rows.keys().open_text(&self.place(row), sealed)
    }

    fn open_some(self, rows: &impl Rows, row: &str, sealed: Option<&Vec<u8>>) -> Result<Option<String>> {
        sealed.map(|sealed| self.open(rows, row, sealed)).transpose()
    }

    /// Opens what the BASIC view leaves out.
    fn open_in(self, detail: Detail, rows: &impl Rows, row: &str, sealed: Option<&Vec<u8>>) -> Result<Option<String>> {
        match detail {
            Detail::Basic => Ok(None),
            Detail::Full => self.open_some(rows, row, sealed),
        }
    }
}

/// The value of a stored number.
fn known<T: Numbered>(number: i32, table: &str, id: Uuid) -> Result<T> {
    T::from_number(number).ok_or_else(|| Error::internal(format!("{table} {id} has the unknown number {number}")))
}

/// As [`known`], or nothing.
fn known_some<T: Numbered>(number: Option<i32>, table: &str, id: Uuid) -> Result<Option<T>> {
    number.map(|number| known(number, table, id)).transpose()
}
