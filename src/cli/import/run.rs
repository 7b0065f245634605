//! One import: rows go out, results come back in their order.

use std::{
    fmt, fs,
    io::{BufWriter, Write as _},
};

use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use lianbang::pb::v1::{ImportResult, import_result};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic_types::StatusExt;

use super::{
    kinds::Kind,
    progress::Progress,
    read::{Read, Rows},
};
use crate::cli::{
    Outcome,
    line::{Line, sentence},
};

/// Rows that wait for the line.
const AHEAD: usize = 256;
/// Failed rows that are told one by one; the file of results has them all.
const MOST_TOLD: u64 = 50;

/// What became of a file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Rows that made something new.
    pub created: u64,
    /// Rows that changed something.
    pub updated: u64,
    /// Rows that were known.
    pub unchanged: u64,
    /// Rows that were refused.
    pub failed: u64,
    /// Rows that an earlier run brought through.
    pub skipped: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, unchanged, failed, skipped } = self;
        write!(f, "{created} created, {updated} updated, {unchanged} unchanged, {failed} failed")?;
        if *skipped > 0 { write!(f, "; {skipped} before them were through already") } else { Ok(()) }
    }
}

/// What was sent, or why it was not.
struct Sent {
    line: u64,
    /// The row of the file, from 1; none for what the program sends before it.
    row: Option<u64>,
    fault: Option<String>,
}

/// Sends the rows and reports what becomes of them.
pub async fn run<K: Kind>(
    line: Line,
    header: K::Header,
    rows: Rows<K::Row>,
    mut progress: Option<&mut Progress>,
    mut results: Option<&mut BufWriter<fs::File>>,
) -> Outcome<Summary> {
    let skipped = progress.as_ref().map_or(0, |progress| progress.rows());
    let mut summary = Summary { skipped, ..Summary::default() };
    let bar = ProgressBar::new(rows.count).with_position(skipped).with_style(style());
    let (to_server, outgoing) = mpsc::channel::<K::Row>(AHEAD);
    let (told, mut sent) = mpsc::unbounded_channel::<Sent>();
    // Reading files blocks.
    let reader = tokio::task::spawn_blocking(move || feed(rows, skipped, &to_server, &told));
    let mut answers = K::open(line, header, ReceiverStream::new(outgoing)).await?;
    let outcome: Outcome = async {
        while let Some(Sent { line, row, fault }) = sent.recv().await {
            let result = match fault {
                Some(fault) => Err((String::new(), "UNREADABLE".to_owned(), fault)),
                None => match answers.next().await {
                    Some(answer) => refused(answer?),
                    None => return Err("the server ended the import early; run it again to go on".into()),
                },
            };
            note(&mut summary, &result, line, &bar);
            if let Some(results) = &mut results {
                writeln!(results, "{}", json(line, &result)).map_err(|fault| fault.to_string())?;
            }
            if let Some(row) = row {
                bar.set_position(row);
                if let Some(progress) = &mut progress {
                    progress.reached(row);
                }
            }
        }
        Ok(())
    }
    .await;
    drop(answers);
    bar.finish_and_clear();
    if outcome.is_err() {
        if let Some(progress) = &mut progress {
            progress.keep();
        }
        eprintln!("interrupted: {summary}");
        outcome?;
    }
    reader.await.map_err(|fault| fault.to_string())?;
    if let Some(progress) = progress {
        progress.end();
    }
    Ok(summary)
}

fn feed<R: Send>(rows: Rows<R>, skipped: u64, to_server: &mpsc::Sender<R>, told: &mpsc::UnboundedSender<Sent>) {
    let mut count = 0;
    for Read { line, of_file, row } in rows.rows {
        let number = of_file.then(|| {
            count += 1;
            count
        });
        if number.is_some_and(|number| number <= skipped) {
            continue;
        }
        let (row, fault) = match row {
            Ok(row) => (Some(row), None),
            Err(fault) => (None, Some(fault)),
        };
        if told.send(Sent { line, row: number, fault }).is_err() {
            return;
        }
        if let Some(row) = row
            && to_server.blocking_send(row).is_err()
        {
            return;
        }
    }
}

type Refusal = (String, String, String);

/// A row's result, or its id, reason and message where it was refused.
fn refused(result: ImportResult) -> Result<ImportResult, Refusal> {
    match result.outcome() {
        import_result::Outcome::Failed | import_result::Outcome::Unspecified => {
            let error = result.error.unwrap_or_default();
            let status =
                tonic::Status::with_details(error.code.into(), error.message.clone(), error.encode_to_vec().into());
            let reason = status.get_details_error_info().map_or_else(|| sentence(&status), |info| info.reason);
            Err((result.source_id, reason, error.message))
        }
        import_result::Outcome::Created | import_result::Outcome::Updated | import_result::Outcome::Unchanged => {
            Ok(result)
        }
    }
}

fn note(summary: &mut Summary, result: &Result<ImportResult, Refusal>, line: u64, bar: &ProgressBar) {
    let counter = match result {
        Ok(result) => match result.outcome() {
            import_result::Outcome::Created => &mut summary.created,
            import_result::Outcome::Updated => &mut summary.updated,
            import_result::Outcome::Unchanged => &mut summary.unchanged,
            import_result::Outcome::Failed | import_result::Outcome::Unspecified => &mut summary.failed,
        },
        Err((id, reason, message)) => {
            if summary.failed < MOST_TOLD {
                let id = if id.is_empty() { String::new() } else { format!(" ({id})") };
                bar.suspend(|| eprintln!("line {line}{id}: {reason}: {message}"));
            } else if summary.failed == MOST_TOLD {
                bar.suspend(|| eprintln!("… and more; --results FILE has them all"));
            }
            &mut summary.failed
        }
    };
    *counter += 1;
}

fn json(line: u64, result: &Result<ImportResult, Refusal>) -> serde_json::Value {
    match result {
        Ok(result) => {
            let mut told = serde_json::json!({
                "line": line,
                "sourceId": result.source_id,
                "outcome": result.outcome().as_str_name().trim_start_matches("OUTCOME_"),
                "name": result.name,
            });
            if !result.missing_fields.is_empty() {
                told["missingFields"] = result.missing_fields.clone().into();
            }
            told
        }
        Err((id, reason, message)) => serde_json::json!({
            "line": line, "sourceId": id, "outcome": "FAILED", "reason": reason, "message": message,
        }),
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {per_sec}, {eta} to go")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
