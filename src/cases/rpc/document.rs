//! Documents: content comes in and goes out as streams.

use std::{pin::Pin, sync::Arc};

use futures::{Stream, StreamExt, stream};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{Answer, Service};
use crate::{
    call::Call,
    cases::{
        document::{Document, DocumentKind, DocumentState},
        ops::{
            document::{AttachDocument, WithdrawDocument, ensure_room},
            read::record_view,
        },
        store::{self, case::Depth},
        wire::{self, optional, required},
    },
    check::Faults,
    db::Rows,
    door::{Entry, refusal, split},
    error::{Error, Result},
    pb::v1::{self, attach_document_request::Message, download_document_response},
    shelf::{Declared, PIECE, Shelf, media_types, pieces},
};

/// A stream of content to the caller.
pub type Content = Pin<Box<dyn Stream<Item = std::result::Result<v1::DownloadDocumentResponse, Status>> + Send>>;

/// Takes a document: the header, then its content, then one transaction.
pub async fn attach(service: &Service, request: Request<Streaming<v1::AttachDocumentRequest>>) -> Answer<v1::Document> {
    let (entry, mut messages) = split(request)?;
    let header = match next(&service.shelf, &mut messages).await.map_err(|error| refusal(error, &entry))? {
        Some(v1::AttachDocumentRequest { message: Some(Message::Header(header)) }) => header,
        _ => return Err(refusal(Error::field("header", "is required as the first message"), &entry)),
    };
    let id = service.door.ids.next(service.door.time.now());
    let receive = async |call: &Call, header| receive(service, call, id, header, messages).await;
    let outcome = service.door.write_stream(&entry, header, receive, wire::document::document).await;
    match &outcome {
        Ok(document) => service.shelf.settle(id, document.name.ends_with(&id.to_string())),
        Err(error) if error.is_refusal() => service.shelf.settle(id, false),
        // Nobody knows yet whether the row stands.
        Err(_) => {}
    }
    outcome.map(Response::new).map_err(|error| refusal(error, &entry))
}

async fn receive(
    service: &Service,
    call: &Call,
    id: Uuid,
    header: v1::DocumentHeader,
    mut messages: Streaming<v1::AttachDocumentRequest>,
) -> Result<AttachDocument> {
    let shelf = &service.shelf;
    let v1::DocumentHeader {
        parent,
        kind,
        title,
        media_type,
        size_bytes,
        sha256,
        subject,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = header;
    let mut faults = Faults::default();
    let title = required(&mut faults, "header.title", title);
    let size = u64::try_from(size_bytes).unwrap_or_default();
    if size > shelf.max_bytes() {
        faults.at("header.size_bytes", format!("is more than {} bytes", shelf.max_bytes()));
    }
    if !media_types().any(|known| known == media_type) {
        faults.at("header.media_type", "is none of ServerInfo.document_media_types");
    }
    faults.into_result()?;
    let (case_id, subject) = (wire::case_id(&parent)?, optional(subject));
    ensure_room(&service.door.db, call, case_id, subject.as_deref()).await?;

    let _permit = shelf.admit()?;
    let keys = service.door.db.keys();
    let mut incoming = shelf.begin(Declared { id, size, sha256: digest(&sha256)?, media_type })?;
    while let Some(message) = next(shelf, &mut messages).await? {
        let Some(Message::Chunk(chunk)) = message.message else {
            return Err(Error::field("chunk", "is required after the header"));
        };
        incoming.take(keys, &chunk).await?;
    }
    let spool = Arc::new(incoming.finish(keys).await?);
    if !call.validate_only {
        shelf.keep(&spool)?;
    }
    let kind = DocumentKind::from_number(kind).unwrap_or(DocumentKind::Other);
    Ok(AttachDocument { shelf: shelf.clone(), spool, case_id, kind, title, subject })
}

async fn next(
    shelf: &Shelf,
    messages: &mut Streaming<v1::AttachDocumentRequest>,
) -> Result<Option<v1::AttachDocumentRequest>> {
    match tokio::time::timeout(shelf.patience(), messages.message()).await {
        Ok(Ok(message)) => Ok(message),
        Ok(Err(status)) if status.code() == tonic::Code::OutOfRange => Err(Error::MessageTooLarge),
        Ok(Err(status)) if status.code() == tonic::Code::Internal => Err(Error::MalformedMessage),
        // The caller went away: nobody reads what is answered.
        Ok(Err(_)) => Err(Error::Cancelled),
        Err(_late) => Err(Error::field("chunk", "did not come in time")),
    }
}

fn digest(text: &str) -> Result<[u8; 32]> {
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(Error::internal)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| Error::field("header.sha256", "is not hexadecimal"))?;
    }
    Ok(digest)
}

/// Answers with a document and its content, after the access is on record.
pub async fn download(service: &Service, request: Request<v1::DownloadDocumentRequest>) -> Answer<Content> {
    let (entry, message) = split(request)?;
    opened(service, &entry, message).await.map(Response::new).map_err(|error| refusal(error, &entry))
}

async fn opened(service: &Service, entry: &Entry, mut message: v1::DownloadDocumentRequest) -> Result<Content> {
    let faults = Faults::of(&message);
    let call = service.door.stream_call(entry, message.on_behalf_of.take(), false).await?;
    faults.into_result()?;
    let v1::DownloadDocumentRequest { name, purpose, read_offset, on_behalf_of: _ } = message;
    let (case_id, id) = wire::child_ids(&name, "documents")?;
    service.parent(&call, case_id, &name, 0, "").await?;
    let find = || store::document::find(&service.door.db, case_id, id, Depth::Full);
    let missing = || Error::not_found(name.clone());
    let found = find().await?.ok_or_else(missing)?;
    if found.state == DocumentState::Withdrawn {
        return Err(Error::Precondition { resource: name, condition: "DOCUMENT_WITHDRAWN" });
    }
    let offset = u64::try_from(read_offset).unwrap_or_default();
    if offset > found.size {
        return Err(Error::field("read_offset", "is past the end of the content"));
    }
    record_view(&service.door.db, &call, case_id, &name, &purpose).await?;
    Ok(content(service.clone(), entry.clone(), found, offset))
}

/// The document, then its pieces from an offset on; each is read when the one before was taken, until the deadline.
fn content(service: Service, entry: Entry, found: Document, offset: u64) -> Content {
    use download_document_response::Message::{Chunk, Document};
    let first = Document(wire::document::document(&found));
    let rest = stream::iter(offset / PIECE as u64..pieces(found.size)).then(move |index| {
        let (service, entry) = (service.clone(), entry.clone());
        async move {
            if tokio::time::Instant::now() > entry.deadline {
                return Err(refusal(Error::DeadlineExceeded, &entry));
            }
            let read = service.shelf.piece(&service.door.db, found.id, found.size, index).await;
            let mut piece = read.map_err(|error| refusal(error, &entry))?;
            let begun = offset.saturating_sub(index * PIECE as u64) as usize;
            Ok(Chunk(piece.split_off(begun.min(piece.len()))))
        }
    });
    let messages = stream::once(async { Ok::<_, Status>(first) }).chain(rest);
    Box::pin(messages.map(|message| Ok(v1::DownloadDocumentResponse { message: Some(message?) })))
}

pub fn withdraw(request: v1::WithdrawDocumentRequest) -> Result<WithdrawDocument> {
    let v1::WithdrawDocumentRequest { name, etag, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    let (case_id, id) = wire::child_ids(&name, "documents")?;
    Ok(WithdrawDocument { case_id, id, etag, reason })
}
