//! Content in a directory: one file for each document, under the last two digits of its id.
//!
//! A content is complete and on the disk in `incoming` before its row commits, and goes to its place after. What a crash leaves in
//! between is read from `incoming` where the row stands, and swept from there where it does not.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use uuid::Uuid;

use super::spool::{Spool, read_piece};
use crate::error::{Error, Result};

const INCOMING: &str = "incoming";

fn incoming(root: &Path, id: Uuid) -> PathBuf {
    root.join(INCOMING).join(id.to_string())
}

fn place(root: &Path, id: Uuid) -> PathBuf {
    let name = id.to_string();
    root.join(&name[name.len() - 2..]).join(&name)
}

fn fault(fault: io::Error) -> Error {
    Error::internal(format!("the directory of documents: {fault}"))
}

/// Where content comes in: in the directory itself, so that it need not be copied to its place.
pub fn spool_directory(root: &Path) -> PathBuf {
    root.join(INCOMING)
}

/// Makes the directory, for this user only.
pub fn prepare(root: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(root.join(INCOMING))
}

/// Keeps a content that nobody names yet.
pub fn keep(root: &Path, spool: &Spool) -> Result<()> {
    spool.keep(&incoming(root, spool.declared.id))?;
    sync(&root.join(INCOMING)).map_err(fault)
}

/// Brings a kept content to its place, or removes it. Where none was kept, or another process was first, there is nothing to do.
pub fn settle(root: &Path, id: Uuid, stands: bool) -> io::Result<()> {
    let from = incoming(root, id);
    let to = place(root, id);
    let parent = to.parent().unwrap_or(root);
    let moved = if stands {
        fs::create_dir_all(parent)?;
        fs::rename(from, &to)
    } else {
        fs::remove_file(from)
    };
    match moved {
        Err(gone) if gone.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(()) if stands => sync(parent),
        other => other,
    }
}

/// The contents in `incoming` that are at least this old.
pub fn waiting(root: &Path, age: Duration) -> io::Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(INCOMING))? {
        let entry = entry?;
        let Some(id) = entry.file_name().to_str().and_then(|name| Uuid::try_parse(name).ok()) else { continue };
        if entry.metadata()?.modified()?.elapsed().unwrap_or_default() >= age {
            found.push(id);
        }
    }
    Ok(found)
}

/// A sealed piece.
pub fn piece(root: &Path, id: Uuid, size: u64, index: u64) -> Result<Option<Vec<u8>>> {
    let opened = match File::open(place(root, id)) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => File::open(incoming(root, id)),
        other => other,
    };
    match opened {
        Ok(file) => read_piece(&file, size, index).map(Some).map_err(fault),
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(other) => Err(fault(other)),
    }
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
