//! Publishing case types, and finding the revision that a name asks for.

use std::sync::Arc;

use super::{
    case_type::{CaseType, parse_name},
    store,
};
use crate::{
    call::{Locale, Micros},
    db::{Command, Rows, Tx},
    error::{Error, Result},
    record::Change,
    wire::etag,
};

/// A revision of a case type, and when it was published.
#[derive(Debug, Clone)]
pub struct Published {
    pub definition: Arc<CaseType>,
    pub publish_time: Micros,
}

/// The revision that a name asks for, or the newest.
///
/// # Errors
/// `NotFound`.
pub async fn case_type(rows: &impl Rows, name: &str) -> Result<Published> {
    let found = match parse_name(name) {
        Some((id, revision)) => store::find_type(rows, id, revision).await?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found(name))
}

/// Publishes a revision.
#[derive(Debug)]
pub struct PublishCaseType {
    pub definition: CaseType,
}

/// What was published, and the language to tell it in.
#[derive(Debug)]
pub struct Told {
    pub published: Published,
    pub locale: Locale,
}

impl Command for PublishCaseType {
    type Answer = Told;
    const NAME: &'static str = "catalog.publish_case_type";

    async fn run(&self, tx: &Tx<'_>) -> Result<Told> {
        let name = self.definition.name();
        tx.call().permit.ensure_everywhere(&name)?;
        let newest = store::find_type(tx, &self.definition.id, None).await?;
        let newest = newest.map_or(0, |known| known.definition.revision);
        if self.definition.revision <= newest {
            return Err(Error::AlreadyExists { resource: name });
        }
        if self.definition.revision > newest + 1 {
            return Err(Error::field("case_type.revision", format!("is not the next one, {}", newest + 1)));
        }
        let published = Published { definition: Arc::new(self.definition.clone()), publish_time: tx.call().now };
        store::add_type(tx, &published).await?;
        record(tx, &published.definition);
        Ok(Told { published, locale: tx.call().locale })
    }
}

/// The record of a publication.
pub fn record(tx: &Tx<'_>, published: &CaseType) {
    tx.record(Change {
        kind: "case_type.published",
        resource: published.name(),
        etag: etag(published.revision.into()),
        ..Change::default()
    });
}
