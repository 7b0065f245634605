//! Files of a case: taken as a stream, checked against what was said of them, sealed, and read as a stream. In the database and in a
//! directory.

use std::path::Path;

use futures::{StreamExt, stream};
use lianbang::{
    auth::Role,
    config::Config,
    pb::v1::{
        self, attach_document_request::Message as Sent, case_service_client::CaseServiceClient, document,
        download_document_response::Message as Got,
    },
};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tonic::{Response, Status};

use super::docket::Docket;
use crate::{
    harness::{Line, Stage, assert_condition, assert_reason, request_id},
    mutations::SIBLING,
};

/// Pieces are 256 KiB: this has three, the last one not full.
const LENGTH: usize = 700_001;

fn photo() -> Vec<u8> {
    let mut content = b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec();
    content.extend((content.len()..LENGTH).map(|at| (at * 31 % 251) as u8));
    content
}

fn header(case: &v1::Case, content: &[u8]) -> v1::DocumentHeader {
    header_of(&case.name, "image/jpeg", content)
}

pub fn header_of(case: &str, media_type: &str, content: &[u8]) -> v1::DocumentHeader {
    v1::DocumentHeader {
        parent: case.into(),
        kind: document::Kind::Evidence.into(),
        title: "张某家漏水的照片".into(),
        media_type: media_type.into(),
        size_bytes: content.len() as i64,
        sha256: Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect(),
        request_id: request_id(),
        ..Default::default()
    }
}

fn sent(message: Sent) -> v1::AttachDocumentRequest {
    v1::AttachDocumentRequest { message: Some(message) }
}

/// The messages of an upload, encoded.
pub fn messages(case: &str, content: &[u8]) -> Vec<Vec<u8>> {
    use prost::Message as _;
    let messages = [Sent::Header(header_of(case, "text/plain", content)), Sent::Chunk(content.to_vec())];
    messages.map(|message| sent(message).encode_to_vec()).to_vec()
}

/// Sends a header and a content in messages of 100,000 bytes.
pub async fn attach(line: &Line, header: &v1::DocumentHeader, content: &[u8]) -> Result<v1::Document, Status> {
    let mut messages = vec![sent(Sent::Header(header.clone()))];
    messages.extend(content.chunks(100_000).map(|chunk| sent(Sent::Chunk(chunk.to_vec()))));
    CaseServiceClient::new(line.clone()).attach_document(stream::iter(messages)).await.map(Response::into_inner)
}

pub async fn withdraw(line: &Line, document: &v1::Document, reason: &str) -> Result<v1::Document, Status> {
    let request = v1::WithdrawDocumentRequest {
        name: document.name.clone(),
        etag: document.etag.clone(),
        reason: reason.into(),
        request_id: request_id(),
        ..Default::default()
    };
    CaseServiceClient::new(line.clone()).withdraw_document(request).await.map(Response::into_inner)
}

async fn download(line: &Line, name: &str, read_offset: i64) -> Result<(v1::Document, Vec<u8>), Status> {
    let request = v1::DownloadDocumentRequest {
        name: name.into(),
        purpose: "核实情况".into(),
        read_offset,
        ..Default::default()
    };
    let mut messages = CaseServiceClient::new(line.clone()).download_document(request).await?.into_inner();
    let first = messages.message().await?.and_then(|first| first.message);
    let Some(Got::Document(document)) = first else { panic!("the document comes first: {first:?}") };
    let mut content = Vec::new();
    while let Some(message) = messages.message().await? {
        let Some(Got::Chunk(chunk)) = message.message else { panic!("the document comes once") };
        content.extend(chunk);
    }
    Ok((document, content))
}

/// Where content is kept.
#[derive(Debug, Clone, Copy)]
enum Kept {
    Database,
    Directory,
}

/// A stage, a case, and the directory that uploads and contents use.
async fn stages(change: impl Fn(&mut Config)) -> Vec<(Stage, Docket, TempDir, Kept)> {
    let mut made = Vec::new();
    for kept in [Kept::Database, Kept::Directory] {
        let directory = TempDir::new().expect("a directory");
        let stage = Stage::with_regions_and(|config| {
            match kept {
                Kept::Database => config.documents.spool_directory = Some(directory.path().into()),
                Kept::Directory => config.documents.directory = Some(directory.path().into()),
            }
            change(config);
        })
        .await;
        let case = Docket::new(&stage, "漏水").await;
        made.push((stage, case, directory, kept));
    }
    made
}

/// The files below a directory.
fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}

#[tokio::test]
async fn a_document_is_read_as_it_was_attached_and_each_read_is_on_record() {
    for (stage, case, directory, kept) in stages(|_| {}).await {
        let content = photo();
        let header = header(&case.case, &content);
        let document = attach(&case.line, &header, &content).await.expect("attached");
        assert_eq!((document.size_bytes, document.state()), (LENGTH as i64, document::State::Attached));
        assert_eq!((&document.sha256, &document.title), (&header.sha256, &String::new()));
        let left = usize::from(matches!(kept, Kept::Directory));
        // What waited goes with the command, which the writer drops when it has answered.
        for _ in 0..100_000 {
            if files(directory.path()).len() == left {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(files(directory.path()).len(), left, "{kept:?}");

        let mut client = CaseServiceClient::new(case.line.clone());
        let get = v1::GetDocumentRequest { name: document.name.clone(), ..Default::default() };
        assert_eq!(client.get_document(get.clone()).await.expect("read").into_inner(), document);
        let full = v1::GetDocumentRequest { view: v1::View::Full.into(), purpose: "核实".into(), ..get };
        let titled = client.get_document(full).await.expect("read in full").into_inner();
        assert_eq!(titled, v1::Document { title: header.title.clone(), ..document.clone() });
        let list = v1::ListDocumentsRequest { parent: case.case.name.clone(), ..Default::default() };
        assert_eq!(
            client.list_documents(list).await.expect("listed").into_inner().documents,
            std::slice::from_ref(&document)
        );

        // From the beginning, inside a piece, at its edge, and at the end.
        for offset in [0, 1, 300_000, 2 * 256 * 1024, LENGTH] {
            let (told, read) = download(&case.line, &document.name, offset as i64).await.expect("content");
            assert_eq!(told, titled, "{kept:?}");
            assert!(read == content[offset..], "{kept:?}, from {offset}");
        }
        assert_reason(download(&case.line, &document.name, LENGTH as i64 + 1).await, "INVALID_REQUEST");
        let history = case.history().await;
        assert_eq!(history.iter().filter(|(kind, _)| kind == "document.attached").count(), 1);
        let reads = "SELECT count(*) FROM records WHERE kind = 'case.viewed'";
        assert_eq!(stage.count(reads).await, 6, "five downloads and one FULL view");
    }
}

#[tokio::test]
async fn what_is_not_as_its_header_says_leaves_nothing_behind() {
    for (stage, case, directory, kept) in stages(|config| config.documents.max_bytes = 1 << 20).await {
        let content = photo();
        let good = header(&case.case, &content);
        let before = stage.database.content().await;
        let mut other = content.clone();
        other[LENGTH - 1] ^= 1;
        let longer = [&content[..], b"x"].concat();
        let png = v1::DocumentHeader { media_type: "image/png".into(), ..good.clone() };
        let program = b"\x7fELF\x02\x01\x01";
        let text = v1::DocumentHeader { media_type: "text/plain".into(), ..header(&case.case, program) };
        for (header, content, field) in [
            (&good, &other[..], "chunk"),
            (&good, &longer, "chunk"),
            (&good, &content[..LENGTH - 1], "chunk"),
            (&good, &[], "chunk"),
            (&png, &content, "chunk"),
            (&text, program, "chunk"),
            (&v1::DocumentHeader { media_type: "text/html".into(), ..good.clone() }, &[], "header.media_type"),
            (&v1::DocumentHeader { size_bytes: (1 << 20) + 1, ..good.clone() }, &[], "header.size_bytes"),
            (&v1::DocumentHeader { size_bytes: 0, ..good.clone() }, &[], "header.size_bytes"),
            (&v1::DocumentHeader { sha256: "0".repeat(63), ..good.clone() }, &[], "header.sha256"),
            (&v1::DocumentHeader { kind: 99, ..good.clone() }, &[], "header.kind"),
            (&v1::DocumentHeader { title: " ".into(), ..good.clone() }, &[], "header.title"),
            (&v1::DocumentHeader { subject: "cases/x".into(), ..good.clone() }, &[], "header.subject"),
            (
                &v1::DocumentHeader {
                    subject: format!("{}/opinions/{}", case.case.name, request_id()),
                    ..good.clone()
                },
                &content[..],
                "header.subject",
            ),
        ] {
            let status = assert_reason(attach(&case.line, header, content).await, "INVALID_REQUEST");
            let details = tonic_types::StatusExt::get_details_bad_request(&status).expect("fields");
            let fields: Vec<_> = details.field_violations.into_iter().map(|fault| fault.field).collect();
            assert_eq!(fields, [field], "{kept:?} {header:?}");
        }
        // Two faults are told at once.
        let faulty = v1::DocumentHeader { media_type: "a/b".into(), size_bytes: 1 << 30, ..good.clone() };
        let status = assert_reason(attach(&case.line, &faulty, &[]).await, "INVALID_REQUEST");
        let details = tonic_types::StatusExt::get_details_bad_request(&status).expect("fields");
        assert_eq!(details.field_violations.len(), 2);

        let mut client = CaseServiceClient::new(case.line.clone());
        let odd = [vec![], vec![sent(Sent::Chunk(content.clone()))], vec![v1::AttachDocumentRequest { message: None }]];
        for messages in odd {
            assert_reason(client.attach_document(stream::iter(messages)).await, "INVALID_REQUEST");
        }
        let twice = vec![sent(Sent::Header(good.clone())), sent(Sent::Header(good.clone()))];
        assert_reason(client.attach_document(stream::iter(twice)).await, "INVALID_REQUEST");
        let large = vec![sent(Sent::Header(good.clone())), sent(Sent::Chunk(vec![0; 2 << 20]))];
        assert_reason(client.attach_document(stream::iter(large)).await, "MESSAGE_TOO_LARGE");
        let missing = v1::DocumentHeader { parent: format!("cases/{}", request_id()), ..good.clone() };
        assert_reason(attach(&case.line, &missing, &content).await, "NOT_FOUND");
        let checked = v1::DocumentHeader { validate_only: true, ..good.clone() };
        attach(&case.line, &checked, &content).await.expect("checked");
        assert_reason(attach(&case.line, &checked, &other).await, "INVALID_REQUEST");

        assert!(stage.database.content().await == before, "{kept:?}: rows were left behind");
        assert_eq!(files(directory.path()), Vec::<std::path::PathBuf>::new(), "{kept:?}");
    }
}

#[tokio::test]
async fn an_upload_that_stops_half_way_leaves_nothing_behind() {
    for (stage, case, directory, kept) in stages(|_| {}).await {
        let content = photo();
        let before = stage.database.content().await;
        let (hold, held) = futures::channel::mpsc::unbounded();
        for message in [Sent::Header(header(&case.case, &content)), Sent::Chunk(content[..300_000].to_vec())] {
            hold.unbounded_send(sent(message)).expect("open");
        }
        let line = case.line.clone();
        let upload = tokio::spawn(async move { CaseServiceClient::new(line).attach_document(held).await });
        let until = async |empty: bool| {
            while files(directory.path()).is_empty() != empty {
                tokio::task::yield_now().await;
            }
        };
        until(false).await;
        upload.abort();
        until(true).await;
        assert!(stage.database.content().await == before, "{kept:?}: rows were left behind");
        drop(hold);
    }
}

#[tokio::test]
async fn a_silent_upload_and_one_too_many_are_refused() {
    let stage = Stage::with_regions_and(|config| config.documents.patience_seconds = 0).await;
    let case = Docket::new(&stage, "漏水").await;
    let begun = stream::iter([sent(Sent::Header(header(&case.case, b"x")))]).chain(stream::pending());
    assert_reason(CaseServiceClient::new(case.line.clone()).attach_document(begun).await, "INVALID_REQUEST");

    let stage = Stage::with_regions_and(|config| config.documents.uploads = 0).await;
    let case = Docket::new(&stage, "漏水").await;
    let content = photo();
    assert_reason(attach(&case.line, &header(&case.case, &content), &content).await, "OVERLOADED");
}

#[tokio::test]
async fn a_repetition_is_one_document() {
    for (stage, case, directory, kept) in stages(|_| {}).await {
        let content = photo();
        let header = header(&case.case, &content);
        // Two at once, under one request_id: whoever is second gets the first one's answer.
        let (one, two) = tokio::join!(attach(&case.line, &header, &content), attach(&case.line, &header, &content));
        let document = one.expect("attached");
        assert_eq!(two.expect("the same"), document, "{kept:?}");
        // The header is enough.
        assert_eq!(attach(&case.line, &header, &[]).await.expect("answered"), document);
        let changed = v1::DocumentHeader { title: "别的".into(), ..header.clone() };
        assert_reason(attach(&case.line, &changed, &content).await, "REQUEST_ID_REUSED");
        assert_eq!(stage.count("SELECT count(*) FROM case_documents").await, 1);
        let kept_files = files(directory.path());
        match kept {
            Kept::Database => assert_eq!(stage.count("SELECT count(*) FROM document_pieces").await, 3),
            Kept::Directory => {
                assert_eq!(kept_files.len(), 1, "{kept_files:?}");
                assert!(!kept_files[0].starts_with(directory.path().join("incoming")));
            }
        }
        let (_, read) = download(&case.line, &document.name, 0).await.expect("content");
        assert!(read == content);
    }
}

#[tokio::test]
async fn only_who_sees_the_case_attaches_and_only_who_may_read_it_in_full_downloads() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "漏水").await;
    let content = photo();
    let document = attach(&case.line, &header(&case.case, &content), &content).await.expect("attached");
    let sibling = stage.within(Role::Coordinator, SIBLING).await;
    assert_reason(attach(&sibling, &header(&case.case, &content), &content).await, "NOT_FOUND");
    assert_reason(download(&sibling, &document.name, 0).await, "NOT_FOUND");
    assert_reason(withdraw(&sibling, &document, "附错").await, "NOT_FOUND");
    let get = v1::GetDocumentRequest { name: document.name.clone(), ..Default::default() };
    assert_reason(CaseServiceClient::new(sibling).get_document(get.clone()).await, "NOT_FOUND");

    // A cadre's app attaches photographs of a visit, and reads nobody's.
    let cadre = stage.everywhere(Role::Cadre).await;
    attach(&cadre, &header(&case.case, &content), &content).await.expect("attached by an app");
    assert_reason(download(&cadre, &document.name, 0).await, "PERMISSION_DENIED");
    CaseServiceClient::new(cadre).get_document(get).await.expect("seen without its title");
    let reader = stage.everywhere(Role::Reader).await;
    assert_reason(attach(&reader, &header(&case.case, &content), &content).await, "PERMISSION_DENIED");
    let asked = v1::DownloadDocumentRequest { name: document.name, ..Default::default() };
    assert_reason(CaseServiceClient::new(case.line.clone()).download_document(asked).await, "INVALID_REQUEST");
}

#[tokio::test]
async fn a_withdrawn_document_is_answered_to_nobody() {
    let stage = Stage::with_regions().await;
    let case = Docket::new(&stage, "漏水").await;
    let content = "他人的身份证复印件说明".as_bytes();
    let header = v1::DocumentHeader { media_type: "text/plain".into(), ..header(&case.case, content) };
    let document = attach(&case.line, &header, content).await.expect("attached");
    let stale = v1::Document { etag: "\"0\"".into(), ..document.clone() };
    assert_reason(withdraw(&case.line, &stale, "附错了人").await, "ETAG_MISMATCH");
    let withdrawn = withdraw(&case.line, &document, "附错了人").await.expect("withdrawn");
    assert_eq!(withdrawn.state(), document::State::Withdrawn);
    assert_eq!(withdrawn.withdraw_reason, "");
    assert_condition(download(&case.line, &document.name, 0).await, "DOCUMENT_WITHDRAWN");
    assert_reason(withdraw(&case.line, &withdrawn, "再次").await, "TRANSITION_NOT_ALLOWED");
}

#[tokio::test]
async fn what_a_crash_left_is_settled_when_the_server_starts() {
    let (stage, case, directory, _) = stages(|_| {}).await.pop().expect("the stage with a directory");
    let content = photo();
    let document = attach(&case.line, &header(&case.case, &content), &content).await.expect("attached");
    let incoming = directory.path().join("incoming");
    // As it was before the content went to its place, beside two whose rows never came: one just now, one long ago.
    let id = document.name.rsplit('/').next().expect("an id");
    std::fs::rename(&files(directory.path())[0], incoming.join(id)).expect("moved back");
    let (_, read) = download(&case.line, &document.name, 0).await.expect("content");
    assert!(read == content, "what waits is read where it is");
    let (young, old) = (incoming.join(request_id()), incoming.join(request_id()));
    std::fs::write(&young, b"x").expect("written");
    std::fs::write(&old, b"x").expect("written");
    let past = std::time::UNIX_EPOCH;
    std::fs::File::options().write(true).open(&old).and_then(|file| file.set_modified(past)).expect("dated back");

    let Stage { running, config, database, .. } = stage;
    running.stop().await;
    let stage = Stage::start(config, database).await;
    assert!(young.exists() && !old.exists() && !incoming.join(id).exists());
    let (_, read) = download(&stage.admin().await, &document.name, 0).await.expect("content");
    assert!(read == content);
}
