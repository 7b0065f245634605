//! Where the content of documents is kept: in the database, or in a directory. The rows that name it are the cases'.
//!
//! Content comes in as a stream into a [`Spool`], which checks and seals it; [`Shelf::put`] belongs to the transaction of the row,
//! [`Shelf::keep`] comes before it and [`Shelf::settle`] after.

mod directory;
mod kinds;
mod spool;
mod store;

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

pub use self::{
    kinds::media_types,
    spool::{Declared, Incoming, PIECE, Spool, pieces},
};
use crate::{
    config::DocumentsConfig,
    db::{Rows, Tx},
    error::{Error, Result},
};

/// Content that waits this long for its row has none: no call is as long.
const ABANDONED: Duration = Duration::from_secs(24 * 3_600);

/// Where content is kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shelf(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// None: the database.
    directory: Option<PathBuf>,
    spool_directory: PathBuf,
    max_bytes: u64,
    uploads: Semaphore,
    patience: Duration,
}

impl Shelf {
    /// Opens it as the settings say.
    ///
    /// # Errors
    /// `Internal` where the directory cannot be made.
    pub fn open(config: &DocumentsConfig) -> Result<Self> {
        let spool_directory = match &config.directory {
            Some(root) => {
                directory::prepare(root).map_err(|fault| Error::internal(format!("{}: {fault}", root.display())))?;
                directory::spool_directory(root)
            }
            None => config.spool_directory.clone().unwrap_or_else(std::env::temp_dir),
        };
        Ok(Self(Arc::new(Inner {
            directory: config.directory.clone(),
            spool_directory,
            max_bytes: config.max_bytes,
            uploads: Semaphore::new(config.uploads),
            patience: Duration::from_secs(config.patience_seconds),
        })))
    }

    /// Longest content, bytes.
    pub fn max_bytes(&self) -> u64 {
        self.0.max_bytes
    }

    /// How long an upload may be silent.
    pub fn patience(&self) -> Duration {
        self.0.patience
    }

    /// Room for one upload, as long as the permit is held.
    ///
    /// # Errors
    /// `Overloaded`.
    pub fn admit(&self) -> Result<SemaphorePermit<'_>> {
        self.0.uploads.try_acquire().map_err(|_| Error::Overloaded)
    }

    /// Begins to take a content.
    ///
    /// # Errors
    /// `StorageFull`, `Internal`.
    pub fn begin(&self, declared: Declared) -> Result<Incoming> {
        Incoming::begin(&self.0.spool_directory, declared)
    }

    /// Before the transaction: what does not go into it is on the disk.
    ///
    /// # Errors
    /// `StorageFull`, `Internal`.
    pub fn keep(&self, spool: &Spool) -> Result<()> {
        self.0.directory.as_deref().map_or(Ok(()), |root| directory::keep(root, spool))
    }

    /// In the transaction of the row.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn put(&self, tx: &Tx<'_>, spool: &Spool) -> Result<()> {
        match self.0.directory {
            Some(_) => Ok(()),
            None => store::put(tx, spool).await,
        }
    }

    /// After the transaction, when it is known whether the row stands. A fault here loses nothing: the content is found where it is,
    /// and looked at again when the server starts.
    pub fn settle(&self, id: Uuid, stands: bool) {
        let Some(root) = self.0.directory.as_deref() else { return };
        if let Err(fault) = directory::settle(root, id, stands) {
            tracing::warn!(%fault, %id, stands, "a document's content stays in the incoming directory");
        }
    }

    /// Contents whose fate a crash left open: those of which it is for the rows to say whether they stand, and of these the ones that
    /// are old enough to be given up.
    ///
    /// # Errors
    /// `Internal`.
    pub fn waiting(&self) -> Result<Vec<(Uuid, bool)>> {
        let Some(root) = self.0.directory.as_deref() else { return Ok(Vec::new()) };
        let old = directory::waiting(root, ABANDONED).map_err(Error::internal)?;
        let all = directory::waiting(root, Duration::ZERO).map_err(Error::internal)?;
        Ok(all.into_iter().map(|id| (id, old.contains(&id))).collect())
    }

    /// A piece of content.
    ///
    /// # Errors
    /// `Internal` where it is not what was stored.
    pub async fn piece(&self, rows: &impl Rows, id: Uuid, size: u64, index: u64) -> Result<Vec<u8>> {
        let sealed = match self.0.directory.as_deref() {
            Some(root) => directory::piece(root, id, size, index)?,
            None => store::piece(rows, id, index).await?,
        };
        let sealed = sealed.ok_or_else(|| Error::internal(format!("piece {index} of document {id} is missing")))?;
        spool::open_piece(rows.keys(), id, size, index, &sealed)
    }
}
