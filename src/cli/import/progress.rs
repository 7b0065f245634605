//! How far a file is: `FILE.progress`, for the same file sent under the same settings.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cli::Outcome;

/// Results between two notes of how far it is.
const EVERY: u64 = 200;

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// What was sent, see [`key`].
    key: String,
    /// Rows with a durable result, from the top of the file.
    rows: u64,
}

/// How far a file is.
#[derive(Debug)]
pub struct Progress {
    path: PathBuf,
    note: Note,
    noted: u64,
}

/// What makes two runs the same: the file's content and where, as what and how it is sent.
pub fn key(file: &Path, settings: &[&str]) -> Outcome<String> {
    let told = |fault: std::io::Error| format!("{}: {fault}", file.display());
    let mut hash = Sha256::new();
    std::io::copy(&mut fs::File::open(file).map_err(told)?, &mut hash).map_err(told)?;
    for setting in settings {
        hash.update([0]);
        hash.update(setting.as_bytes());
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Progress {
    /// Reads the note beside the file. One of another run is left behind.
    pub fn load(file: &Path, key: String) -> Self {
        let path = PathBuf::from(format!("{}.progress", file.display()));
        let note = fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Note>(&text).ok());
        let rows = note.filter(|note| note.key == key).map_or(0, |note| note.rows);
        Self { path, note: Note { key, rows }, noted: rows }
    }

    /// Rows that need not be sent again.
    pub fn rows(&self) -> u64 {
        self.note.rows
    }

    /// The rows up to this one have their results.
    pub fn reached(&mut self, rows: u64) {
        self.note.rows = rows;
        if rows >= self.noted + EVERY {
            self.keep();
        }
    }

    /// Writes the note. Failing to is no harm: the rows are sent again.
    pub fn keep(&mut self) {
        self.noted = self.note.rows;
        let new = self.path.with_extension("progress-new");
        let text = serde_json::to_vec(&self.note).unwrap_or_default();
        let _ = fs::write(&new, text).and_then(|()| fs::rename(&new, &self.path));
    }

    /// The file is through.
    pub fn end(&self) {
        let _ = fs::remove_file(&self.path);
    }
}
