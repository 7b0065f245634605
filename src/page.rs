//! Pages of a list: how many, from where, and the token that carries the place from one page to the next.
//!
//! A token is sealed and bound to method, filter, order and caller; it holds the last row's sort key, never an offset, so a page
//! costs what a page costs however deep it is.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    call::Call,
    door::Door,
    error::{Error, Result},
    seal::KeyRing,
};

/// Items on a page where the caller does not say.
pub const DEFAULT_SIZE: u64 = 50;
/// Most items on a page; more is taken as this.
pub const MAX_SIZE: u64 = 500;

/// One page as asked for: `K` is the sort key of the last row of the page before.
#[derive(Debug, Clone)]
pub struct Page<K> {
    /// Most items.
    pub size: u64,
    /// Where the page before ended.
    pub after: Option<K>,
    binding: String,
    cursor: Option<String>,
}

impl<K: Serialize + DeserializeOwned> Page<K> {
    /// Reads size and token. `query` is what else decides the list (parent, canonical filter, order).
    ///
    /// # Errors
    /// `InvalidPageToken`; a negative size is a fault of form.
    pub fn read(call: &Call, keys: &KeyRing, size: i32, token: &str, query: &[&str]) -> Result<Self> {
        let size = self::size(size)?;
        let binding = binding(call, query);
        let (cursor, after) = match token {
            "" => (None, None),
            token => {
                let (cursor, after) = open(keys, &binding, token).ok_or(Error::InvalidPageToken)?;
                (cursor, Some(after))
            }
        };
        Ok(Self { size, after, binding, cursor })
    }

    /// The feed's cursor for the list, the same on every page: taken at the first one, carried on by the tokens. Ask for it before
    /// the rows are read.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn cursor(&mut self, door: &Door) -> Result<String> {
        let cursor = match self.cursor.take() {
            Some(cursor) => cursor,
            None => door.cursor_now().await?,
        };
        Ok(self.cursor.insert(cursor).clone())
    }

    /// How many rows to fetch: one more than the page tells whether there is a next.
    pub fn fetch(&self) -> u64 {
        self.size + 1
    }

    /// Cuts the fetched rows to the page and makes the token of the next.
    pub fn finish<T>(&self, keys: &KeyRing, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> (Vec<T>, String) {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        if rows.len() <= size {
            return (rows, String::new());
        }
        rows.truncate(size);
        let token = rows.last().map(|row| self.token(keys, &key(row))).unwrap_or_default();
        (rows, token)
    }

    /// The token of a page that begins after a sort key.
    pub fn token(&self, keys: &KeyRing, key: &K) -> String {
        seal(keys, &self.binding, &(&self.cursor, key))
    }
}

/// The `page_size` of a request: the default where it says nothing, the most where it asks for more.
///
/// # Errors
/// A negative size is a fault of form.
pub fn size(asked: i32) -> Result<u64> {
    match u64::try_from(asked) {
        Err(_) => Err(Error::field("page_size", "is less than 0")),
        Ok(0) => Ok(DEFAULT_SIZE),
        Ok(size) => Ok(size.min(MAX_SIZE)),
    }
}

fn binding(call: &Call, query: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in [call.method.path, call.identity.client.as_str()].iter().chain(query) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    format!("page|{}", URL_SAFE_NO_PAD.encode(hash.finalize()))
}

fn seal(keys: &KeyRing, binding: &str, key: &impl Serialize) -> String {
    let plain = serde_json::to_vec(key).expect("invariant: sort keys are plain values");
    URL_SAFE_NO_PAD.encode(keys.seal(binding, &plain))
}

fn open<K: DeserializeOwned>(keys: &KeyRing, binding: &str, token: &str) -> Option<K> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    serde_json::from_slice(&keys.open(binding, &sealed)?).ok()
}
