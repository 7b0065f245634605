//! Content on its way in: checked against what was said of it, and sealed piece by piece into a file that nobody can find by a name.

use std::{fs::File, os::unix::fs::FileExt, path::Path};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::kinds;
use crate::{
    error::{Error, Result},
    seal::{KeyRing, SEAL_BYTES},
};

/// Bytes of content in one sealed piece; the last one has what is left.
pub const PIECE: usize = 256 << 10;

/// What was said of the content.
#[derive(Debug, Clone)]
pub struct Declared {
    pub id: Uuid,
    pub size: u64,
    pub sha256: [u8; 32],
    pub media_type: String,
}

/// How many pieces a content has.
pub fn pieces(size: u64) -> u64 {
    size.div_ceil(PIECE as u64)
}

/// The place that a piece is sealed for: no other document, no other position, no other length.
fn place(id: Uuid, size: u64, index: u64) -> String {
    format!("documents|{id}|{size}|{index}")
}

/// Opens a sealed piece.
pub fn open_piece(keys: &KeyRing, id: Uuid, size: u64, index: u64, sealed: &[u8]) -> Result<Vec<u8>> {
    let broken = || Error::internal(format!("piece {index} of document {id} is not what was stored"));
    keys.open(&place(id, size, index), sealed).ok_or_else(broken)
}

/// Reads a sealed piece out of a file of them.
pub fn read_piece(file: &File, size: u64, index: u64) -> std::io::Result<Vec<u8>> {
    let begin = index * PIECE as u64;
    let length = (size - begin).min(PIECE as u64) as usize + SEAL_BYTES;
    let mut sealed = vec![0; length];
    file.read_exact_at(&mut sealed, index * (PIECE + SEAL_BYTES) as u64)?;
    Ok(sealed)
}

/// Content that comes in.
#[derive(Debug)]
pub struct Incoming {
    declared: Declared,
    path: NamedTempFile,
    file: tokio::fs::File,
    hash: Sha256,
    head: Vec<u8>,
    piece: Vec<u8>,
    index: u64,
    received: u64,
}

impl Incoming {
    /// Makes room in a directory.
    pub fn begin(directory: &Path, declared: Declared) -> Result<Self> {
        let path = NamedTempFile::new_in(directory).map_err(full)?;
        let file = tokio::fs::File::from_std(path.reopen().map_err(full)?);
        let (hash, head, piece) = (Sha256::new(), Vec::new(), Vec::with_capacity(PIECE));
        Ok(Self { declared, path, file, hash, head, piece, index: 0, received: 0 })
    }

    /// Takes what came.
    ///
    /// # Errors
    /// `Invalid` as soon as it is more than was said, or of another type.
    pub async fn take(&mut self, keys: &KeyRing, mut chunk: &[u8]) -> Result<()> {
        self.received += chunk.len() as u64;
        if self.received > self.declared.size {
            return Err(Error::field("chunk", "the content is longer than size_bytes says"));
        }
        self.hash.update(chunk);
        let wanting = kinds::HEAD_BYTES.saturating_sub(self.head.len()).min(chunk.len());
        if wanting > 0 {
            self.head.extend_from_slice(&chunk[..wanting]);
            if self.head.len() == kinds::HEAD_BYTES {
                self.look()?;
            }
        }
        while !chunk.is_empty() {
            let (now, later) = chunk.split_at(chunk.len().min(PIECE - self.piece.len()));
            self.piece.extend_from_slice(now);
            chunk = later;
            if self.piece.len() == PIECE {
                self.seal(keys).await?;
            }
        }
        Ok(())
    }

    fn look(&self) -> Result<()> {
        match kinds::fits(&self.declared.media_type, &self.head) {
            true => Ok(()),
            false => Err(Error::field("chunk", "the content is not of the type that media_type says")),
        }
    }

    async fn seal(&mut self, keys: &KeyRing) -> Result<()> {
        let sealed = keys.seal(&place(self.declared.id, self.declared.size, self.index), &self.piece);
        self.file.write_all(&sealed).await.map_err(full)?;
        self.piece.clear();
        self.index += 1;
        Ok(())
    }

    /// The content is complete.
    ///
    /// # Errors
    /// `Invalid` where it is less than was said, or other content.
    pub async fn finish(mut self, keys: &KeyRing) -> Result<Spool> {
        if self.received < self.declared.size {
            return Err(Error::field("chunk", "the content is shorter than size_bytes says"));
        }
        self.look()?;
        if self.hash.clone().finalize()[..] != self.declared.sha256 {
            return Err(Error::field("chunk", "the content has not the SHA-256 that the header says"));
        }
        if !self.piece.is_empty() {
            self.seal(keys).await?;
        }
        self.file.flush().await.map_err(full)?;
        self.file.sync_all().await.map_err(full)?;
        let file = self.path.reopen().map_err(full)?;
        Ok(Spool { declared: self.declared, file, path: self.path })
    }
}

fn full(fault: std::io::Error) -> Error {
    match fault.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::StorageFull,
        _ => Error::internal(format!("the spool of documents: {fault}")),
    }
}

/// Checked and sealed content that is not yet in its place. Its file goes with it, unless it was kept.
#[derive(Debug)]
pub struct Spool {
    pub declared: Declared,
    file: File,
    path: NamedTempFile,
}

impl Spool {
    /// A sealed piece.
    pub fn piece(&self, index: u64) -> Result<Vec<u8>> {
        read_piece(&self.file, self.declared.size, index).map_err(full)
    }

    /// Gives the file a name that outlives this process.
    pub fn keep(&self, path: &Path) -> Result<()> {
        std::fs::hard_link(self.path.path(), path).map_err(full)
    }
}
