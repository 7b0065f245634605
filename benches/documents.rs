//! What it costs to attach a document and to read it back, in the database and in a directory.
//!
//! ```sh
//! cargo bench --bench documents
//! ```
//!
//! One caller on the same machine, one document after the other, in messages of 256 KiB. The time of an attachment is that of the whole
//! call, to the committed row; that of a download ends with the last byte. The directory stands beside SQLite's file.

#[path = "load/postgres.rs"]
#[expect(dead_code, reason = "the other measurement uses more of it")]
mod postgres;
#[path = "load/stage.rs"]
mod stage;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use lianbang::{
    call::{RandomIds, SetTimeSource},
    pb::v1::{
        self, attach_document_request::Message, case_service_client::CaseServiceClient,
        download_document_response::Message as Got,
    },
    server::Sources,
};
use sha2::{Digest, Sha256};
use stage::{Fault, Line};

/// Monday 2 March 2026, 09:00 in China.
const START: i64 = 1_772_413_200_000_000;
const MIB: usize = 1 << 20;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let cluster = postgres::Cluster::start("")?;
    let sqlite = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    println!("| kept in | length | documents | attached | downloaded |\n|---|---|---|---|---|");
    on("SQLite", &sqlite("content.db"), None).await?;
    on("PostgreSQL", &cluster.url(&cluster.create("content")?), None).await?;
    on("a directory", &sqlite("rows.db"), Some(folder.path().join("documents"))).await
}

async fn on(kept: &str, url: &str, directory: Option<PathBuf>) -> Result<(), Fault> {
    let sources = Sources { time: Arc::new(SetTimeSource::new(START)), ids: Arc::new(RandomIds::default()) };
    let (running, line, case) = stage::begun(url, &sources, |config| config.documents.directory = directory).await?;
    for (length, count) in [(MIB / 5, 100), (20 * MIB, 10)] {
        let (mut attached, mut downloaded) = (Duration::ZERO, Duration::ZERO);
        for number in 0..count {
            let content = content(length, number);
            let started = Instant::now();
            let name = attach(&line, &case.name, &content).await?;
            attached += started.elapsed();
            let started = Instant::now();
            let read = download(&line, &name).await?;
            downloaded += started.elapsed();
            if read != content.len() {
                return Err("another length came back".into());
            }
        }
        let told = |time: Duration| {
            let each = time.as_secs_f64() / f64::from(count);
            format!("{:.1} ms, {:.0} MiB/s", each * 1e3, length as f64 / MIB as f64 / each)
        };
        let size = if length < MIB { format!("{} KiB", length >> 10) } else { format!("{} MiB", length / MIB) };
        println!("| {kept} | {size} | {count} | {} | {} |", told(attached), told(downloaded));
    }
    running.stop().await;
    Ok(())
}

/// A picture by its first bytes, and noise.
fn content(length: usize, number: i32) -> Vec<u8> {
    let mut content = b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec();
    let mut state = 88_172_645_463_325_252_u64 ^ u64::from(number.unsigned_abs());
    content.extend((content.len()..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    }));
    content
}

async fn attach(line: &Line, case: &str, content: &[u8]) -> Result<String, Fault> {
    let header = v1::DocumentHeader {
        parent: case.into(),
        kind: v1::document::Kind::Evidence.into(),
        title: "照片".into(),
        media_type: "image/jpeg".into(),
        size_bytes: i64::try_from(content.len())?,
        sha256: Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect(),
        request_id: uuid::Uuid::new_v4().to_string(),
        ..Default::default()
    };
    let pieces = content.chunks(256 << 10).map(|piece| Message::Chunk(piece.to_vec()));
    let messages: Vec<_> = std::iter::once(Message::Header(header))
        .chain(pieces)
        .map(|message| v1::AttachDocumentRequest { message: Some(message) })
        .collect();
    let document = CaseServiceClient::new(line.clone()).attach_document(futures::stream::iter(messages)).await?;
    Ok(document.into_inner().name)
}

async fn download(line: &Line, name: &str) -> Result<usize, Fault> {
    let request = v1::DownloadDocumentRequest { name: name.into(), purpose: "测量".into(), ..Default::default() };
    let mut messages = CaseServiceClient::new(line.clone()).download_document(request).await?.into_inner();
    let mut length = 0;
    while let Some(message) = messages.message().await? {
        if let Some(Got::Chunk(chunk)) = message.message {
            length += chunk.len();
        }
    }
    Ok(length)
}
