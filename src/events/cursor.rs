//! Positions in the feed, and the cursors that carry them to clients and back.
//!
//! A cursor is sealed, so that nobody can make one up or read transaction numbers from it. It belongs to no caller: what a caller
//! may see is judged when it is used.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    error::{Error, Result},
    seal::KeyRing,
};

/// What a cursor is sealed for.
const PLACE: &str = "feed|cursor";
/// Version of the sealed bytes.
const VERSION: u8 = 1;

/// A place between two entries of the feed: behind the row with these numbers.
///
/// On PostgreSQL `xact` is the transaction that wrote the row, by which commits are ordered; on SQLite, where commits are serial,
/// it is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Transaction of the row.
    pub xact: i64,
    /// Number of the row.
    pub seq: i64,
}

impl Position {
    /// The cursor for this position in this incarnation of the database.
    pub fn seal(self, keys: &KeyRing, incarnation: &str) -> String {
        let mut plain = vec![VERSION];
        plain.extend_from_slice(&self.xact.to_be_bytes());
        plain.extend_from_slice(&self.seq.to_be_bytes());
        plain.extend_from_slice(incarnation.as_bytes());
        URL_SAFE_NO_PAD.encode(keys.seal(PLACE, &plain))
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// `InvalidCursor` for what this server never made, `RevisionCompacted` for a cursor of another incarnation.
    pub fn open(keys: &KeyRing, incarnation: &str, cursor: &str) -> Result<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::InvalidCursor)?;
        let plain = keys.open(PLACE, &sealed).ok_or(Error::InvalidCursor)?;
        let (xact, seq, of) = parts(&plain).ok_or(Error::InvalidCursor)?;
        if of == incarnation.as_bytes() { Ok(Self { xact, seq }) } else { Err(Error::RevisionCompacted) }
    }

    /// Reads what `feed_floor` holds: the last position that was removed, `xact:seq`.
    pub fn parse(text: &str) -> Option<Self> {
        let (xact, seq) = text.split_once(':')?;
        Some(Self { xact: xact.parse().ok()?, seq: seq.parse().ok()? })
    }
}

fn parts(plain: &[u8]) -> Option<(i64, i64, &[u8])> {
    let (&version, rest) = plain.split_first()?;
    let (xact, rest) = rest.split_first_chunk()?;
    let (seq, incarnation) = rest.split_first_chunk()?;
    (version == VERSION).then(|| (i64::from_be_bytes(*xact), i64::from_be_bytes(*seq), incarnation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn keys() -> KeyRing {
        let key = STANDARD.encode([1u8; 32]);
        KeyRing::parse(&format!("blind {key}\n1 {key}\n")).expect("keys")
    }

    #[test]
    fn a_cursor_is_read_in_its_incarnation_only() {
        let position = Position { xact: 7, seq: 42 };
        let cursor = position.seal(&keys(), "a");
        assert_eq!(Position::open(&keys(), "a", &cursor), Ok(position));
        assert_eq!(Position::open(&keys(), "b", &cursor), Err(Error::RevisionCompacted));
        assert!(Position::default().seal(&keys(), &"0".repeat(32)).len() <= 512);
    }

    #[test]
    fn what_was_altered_or_made_up_is_refused() {
        let cursor = Position::default().seal(&keys(), "a");
        for index in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'Q' } else { b'A' };
            let altered = String::from_utf8(bytes).expect("ascii");
            assert_eq!(Position::open(&keys(), "a", &altered), Err(Error::InvalidCursor), "character {index}");
        }
        let other_version = URL_SAFE_NO_PAD.encode(keys().seal(PLACE, &[2; 18]));
        for text in ["", "x", "张三", &cursor[1..], &other_version] {
            assert_eq!(Position::open(&keys(), "a", text), Err(Error::InvalidCursor), "{text}");
        }
    }
}
