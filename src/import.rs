//! Imports: a stream of rows in, a result per row out, in order. Rows that are ready together share a transaction; a row that is
//! refused takes nobody with it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::{
    call::Call,
    db::{Command, Db, Tx, Written},
    door::{Entry, refusal},
    error::{Error, Result},
    pb::v1::ImportResult,
};

/// What became of a row, as the contract counts it.
pub use crate::pb::v1::import_result::Outcome;

/// Most rows in one transaction.
const MOST_ROWS: usize = 200;
/// Results that wait for a slow reader before the import waits for it.
const RESULTS: usize = 1_000;

/// A row that can be written.
pub trait Row: Send + Sync + 'static {
    /// Name for logs: `feature.import`.
    const NAME: &'static str;
    /// Writes the row, or finds that it is there already.
    fn import(&self, tx: &Tx<'_>) -> impl Future<Output = Result<Imported>> + Send;
}

/// What became of a row.
#[derive(Debug, Clone)]
pub struct Imported {
    /// What happened.
    pub outcome: Outcome,
    /// Name of the resource.
    pub name: String,
}

/// A row as it was read: its id at the source, and the row or what is wrong with it.
#[derive(Debug)]
pub struct Parsed<R> {
    /// The row's id at the source.
    pub source_id: String,
    /// The row.
    pub row: Result<R>,
}

/// Runs an import in a task of its own and streams its results. `rows` ends with the client's stream; a fault of the stream itself
/// ends the import with that status.
pub fn run<R, S>(db: Db, entry: Entry, call: Call, rows: S) -> ReceiverStream<std::result::Result<ImportResult, Status>>
where
    R: Row,
    S: Stream<Item = std::result::Result<Parsed<R>, Status>> + Send + 'static,
{
    let (results, stream) = mpsc::channel(RESULTS);
    tokio::spawn(async move {
        let mut chunks = Box::pin(rows.ready_chunks(MOST_ROWS));
        let mut count = 0;
        while let Some(chunk) = chunks.next().await {
            let mut batch = Vec::with_capacity(chunk.len());
            let mut fault = None;
            for item in chunk {
                match item {
                    Ok(parsed) => batch.push(parsed),
                    Err(status) => {
                        fault = Some(status);
                        break;
                    }
                }
            }
            for (source_id, outcome) in write(&db, &call, batch).await {
                count += 1;
                if results.send(Ok(result(count, source_id, outcome, &entry))).await.is_err() {
                    return;
                }
            }
            if let Some(status) = fault {
                let _ = results.send(Err(status)).await;
                return;
            }
        }
    });
    ReceiverStream::new(stream)
}

fn result(row_number: i64, source_id: String, outcome: Result<Imported>, entry: &Entry) -> ImportResult {
    match outcome {
        Ok(Imported { outcome, name }) => ImportResult {
            row_number,
            source_id,
            outcome: outcome.into(),
            name,
            error: None,
            missing_fields: Vec::new(),
        },
        Err(error) => {
            let status = refusal(error, entry);
            let error = prost::Message::decode(status.details()).unwrap_or_else(|_| crate::pb::google::rpc::Status {
                code: status.code().into(),
                message: status.message().to_owned(),
                details: Vec::new(),
            });
            ImportResult {
                row_number,
                source_id,
                outcome: Outcome::Failed.into(),
                name: String::new(),
                error: Some(error),
                missing_fields: Vec::new(),
            }
        }
    }
}

/// Several rows in one transaction. It stops at the first that fails and says which.
struct Chunk<R> {
    rows: Arc<Vec<R>>,
    from: usize,
    until: usize,
    failed: Arc<AtomicUsize>,
}

impl<R: Row> Command for Chunk<R> {
    type Answer = Vec<Imported>;
    const NAME: &'static str = R::NAME;

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<Imported>> {
        let mut done = Vec::with_capacity(self.until - self.from);
        for index in self.from..self.until {
            self.failed.store(index, Ordering::SeqCst);
            done.push(self.rows[index].import(tx).await?);
        }
        self.failed.store(self.until, Ordering::SeqCst);
        Ok(done)
    }
}

async fn write<R: Row>(db: &Db, call: &Call, batch: Vec<Parsed<R>>) -> Vec<(String, Result<Imported>)> {
    let mut outcomes: Vec<(String, Option<Result<Imported>>)> = Vec::with_capacity(batch.len());
    let mut rows = Vec::with_capacity(batch.len());
    let mut places = Vec::with_capacity(batch.len());
    for (place, Parsed { source_id, row }) in batch.into_iter().enumerate() {
        match row {
            Ok(row) => {
                rows.push(row);
                places.push(place);
                outcomes.push((source_id, None));
            }
            Err(error) => outcomes.push((source_id, Some(Err(error)))),
        }
    }
    let rows = Arc::new(rows);
    let (mut from, mut until) = (0, rows.len());
    let mut looked_again = None;
    while from < rows.len() {
        let failed = Arc::new(AtomicUsize::new(until));
        let mut call = call.clone();
        call.deadline = tokio::time::Instant::now() + crate::db::WRITE_LIMIT;
        let chunk = Chunk { rows: rows.clone(), from, until, failed: failed.clone() };
        match db.write(&call, chunk, |_| Vec::new()).await {
            Ok(Written::Now(done)) => {
                for (index, imported) in (from..until).zip(done) {
                    outcomes[places[index]].1 = Some(Ok(imported));
                }
                (from, until) = (until, rows.len());
            }
            Ok(Written::Before(_)) => unreachable!("invariant: rows of an import have no request_id"),
            Err(error) => {
                let at = failed.load(Ordering::SeqCst);
                if matches!(error, Error::AlreadyExists { .. }) && looked_again != Some(at) {
                    // Another import may have entered the row meanwhile: looked for again, it is known.
                    looked_again = Some(at);
                } else if at > from && at < until {
                    // The rows before the faulty one are written without it.
                    until = at;
                } else {
                    let last = if at == from { from + 1 } else { until };
                    for index in from..last {
                        outcomes[places[index]].1 = Some(Err(error.clone()));
                    }
                    (from, until) = (last, rows.len());
                }
            }
        }
    }
    outcomes
        .into_iter()
        .map(|(source_id, outcome)| {
            (source_id, outcome.unwrap_or_else(|| Err(Error::internal("a row without outcome"))))
        })
        .collect()
}
