//! An archive of texts that is made piece by piece: tar, with a list of hashes at its end.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use tar::{Builder, Header};

use crate::{
    call::Micros,
    error::{Error, Result},
};

/// The list of hashes, as `sha256sum -c` reads it.
const SUMS: &str = "SHA256SUMS";

/// An archive in the making.
pub struct Archive {
    builder: Builder<Vec<u8>>,
    sums: String,
    /// Seconds since 1970, the same for all files.
    time: u64,
}

impl Archive {
    /// Of that time.
    pub fn new(now: Micros) -> Self {
        let time = u64::try_from(now / 1_000_000).unwrap_or_default();
        Self { builder: Builder::new(Vec::new()), sums: String::new(), time }
    }

    /// Adds a text.
    ///
    /// # Errors
    /// A path that no archive takes.
    pub fn add(&mut self, path: &str, text: &str) -> Result<()> {
        let _ = writeln!(self.sums, "{}  {path}", hex(text.as_bytes()));
        self.append(path, text.as_bytes())
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_size(u64::try_from(bytes.len()).unwrap_or_default());
        header.set_mode(0o644);
        header.set_mtime(self.time);
        self.builder.append_data(&mut header, path, bytes).map_err(Error::internal)
    }

    /// What was made since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.builder.get_mut())
    }

    /// The rest, with the list of hashes.
    ///
    /// # Errors
    /// None that a memory gives.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let sums = std::mem::take(&mut self.sums);
        self.append(SUMS, sums.as_bytes())?;
        self.builder.into_inner().map_err(Error::internal)
    }
}

/// SHA-256 in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
