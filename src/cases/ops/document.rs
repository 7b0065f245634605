//! Documents of a case: attached with their content, withdrawn where they were attached by mistake.

use std::sync::Arc;

use uuid::Uuid;

use super::step::record_part;
use crate::{
    call::Call,
    cases::{
        document::{Document, DocumentKind, DocumentState, document_name},
        model::case_name,
        store::{self, case::Depth},
    },
    db::{Command, Db, Rows, Tx},
    error::{Error, Result},
    shelf::{Shelf, Spool},
    wire::ensure_etag,
};

/// Most documents of one case.
const MOST_DOCUMENTS: u64 = 1_000;

/// Refuses what the content need not be waited for.
///
/// # Errors
/// `NotFound`, `Precondition`, `Invalid`.
pub async fn ensure_room(rows: &impl Rows, call: &Call, case_id: Uuid, subject: Option<&str>) -> Result<()> {
    super::read::get(rows, call, case_id).await?;
    ensure_fits(rows, case_id, subject).await
}

async fn ensure_fits(rows: &impl Rows, case_id: Uuid, subject: Option<&str>) -> Result<()> {
    if store::document::count(rows, case_id).await? >= MOST_DOCUMENTS {
        return Err(Error::Precondition { resource: case_name(case_id), condition: "TOO_MANY_DOCUMENTS" });
    }
    let Some(subject) = subject else { return Ok(()) };
    let part = subject.strip_prefix(&format!("{}/", case_name(case_id))).and_then(|rest| rest.split_once('/'));
    let known = match part.and_then(|(collection, id)| Some((collection, Uuid::try_parse(id).ok()?))) {
        Some((collection, id)) => store::document::has_subject(rows, case_id, collection, id).await?,
        None => false,
    };
    if known {
        Ok(())
    } else {
        Err(Error::field("header.subject", "is no opinion, notice, hearing, review or service record of the case"))
    }
}

/// Attaches a document whose content was taken.
#[derive(Debug)]
pub struct AttachDocument {
    pub shelf: Shelf,
    pub spool: Arc<Spool>,
    pub case_id: Uuid,
    pub kind: DocumentKind,
    pub title: String,
    pub subject: Option<String>,
}

impl Command for AttachDocument {
    type Answer = Document;
    const NAME: &'static str = "cases.attach";

    async fn run(&self, tx: &Tx<'_>) -> Result<Document> {
        let case = store::case::lock(tx, self.case_id).await?;
        ensure_fits(tx, self.case_id, self.subject.as_deref()).await?;
        let declared = &self.spool.declared;
        let document = Document {
            id: declared.id,
            case_id: self.case_id,
            kind: self.kind,
            state: DocumentState::Attached,
            title: Some(self.title.clone()),
            media_type: declared.media_type.clone(),
            size: declared.size,
            sha256: declared.sha256,
            subject: self.subject.clone(),
            attach_time: tx.call().now,
            withdraw_time: None,
            withdraw_reason: None,
            version: 1,
        };
        store::document::insert(tx, &document).await?;
        self.shelf.put(tx, &self.spool).await?;
        let mut detail = vec![
            ("kind", document.kind.word().to_owned()),
            ("media_type", document.media_type.clone()),
            ("size_bytes", document.size.to_string()),
            ("sha256", document.sha256_text()),
        ];
        detail.extend(document.subject.clone().map(|subject| ("subject", subject)));
        record_part(tx, &case, "document.attached", document.name(), document.version, detail);
        Ok(Document { title: None, ..document })
    }
}

/// Withdraws a document that was attached by mistake.
#[derive(Debug)]
pub struct WithdrawDocument {
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    pub reason: String,
}

impl Command for WithdrawDocument {
    type Answer = Document;
    const NAME: &'static str = "cases.withdraw_document";

    async fn run(&self, tx: &Tx<'_>) -> Result<Document> {
        let name = document_name(self.case_id, self.id);
        let missing = || Error::not_found(name.clone());
        let case = store::case::lock(tx, self.case_id).await.map_err(|error| match error {
            Error::NotFound { .. } => missing(),
            other => other,
        })?;
        let found = store::document::find(tx, self.case_id, self.id, Depth::Basic).await?.ok_or_else(missing)?;
        ensure_etag(&self.etag, found.version, &name)?;
        if found.state != DocumentState::Attached {
            return Err(Error::not_allowed(name, found.state.word(), "WithdrawDocument", Vec::<String>::new()));
        }
        let document = Document {
            state: DocumentState::Withdrawn,
            withdraw_time: Some(tx.call().now),
            withdraw_reason: Some(self.reason.clone()),
            version: found.version + 1,
            ..found
        };
        store::document::withdraw(tx, &document).await?;
        record_part(tx, &case, "document.withdrawn", name, document.version, Vec::new());
        Ok(Document { withdraw_reason: None, ..document })
    }
}

/// Settles the contents whose transaction a crash cut off: those with a row go to their place, the others are removed once no call can
/// be about them any more.
///
/// # Errors
/// What the database or the directory answers.
pub async fn settle_waiting(db: &Db, shelf: &Shelf) -> Result<()> {
    for (id, abandoned) in shelf.waiting()? {
        let stands = store::document::stands(db, id).await?;
        if stands || abandoned {
            shelf.settle(id, stands);
        }
    }
    Ok(())
}
