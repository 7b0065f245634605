//! Organizations of another register, row by row.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    super::{
        model::{Facts, organization_name},
        store,
    },
    write,
};
use crate::{
    db::Tx,
    error::{Error, Result},
    import::{Imported, Row},
    pb::v1::import_result::Outcome,
    text,
};

/// What a dry run would have written: id at the source, and the id made for it. The rows of one import share it, so that
/// organizations find their parents.
pub type Planned = Arc<Mutex<HashMap<String, String>>>;

/// One organization of another register.
#[derive(Debug, Clone)]
pub struct OrganizationRow {
    /// The register.
    pub source: String,
    /// Id of the organization there.
    pub source_id: String,
    /// All that is entered of it; its own `source` and `source_id` do not count.
    pub facts: Facts,
    /// Id of the parent in the same register, where `facts` name none.
    pub parent_source_id: Option<String>,
    /// See [`Planned`].
    pub planned: Planned,
}

impl Row for OrganizationRow {
    const NAME: &'static str = "organizations.import";

    async fn import(&self, tx: &Tx<'_>) -> Result<Imported> {
        let (parent, planned) = self.parent(tx).await?;
        let planned = parent.as_deref().filter(|_| planned);
        let facts = Facts {
            display_name: text::label(&self.facts.display_name),
            parent: parent.clone(),
            source: Some(self.source.clone()),
            source_id: Some(self.source_id.clone()),
            ..self.facts.clone()
        };
        let present = match store::by_source(tx, &self.source, &self.source_id).await? {
            Some(id) => store::lock(tx, &id).await?,
            None => None,
        };
        let Some(present) = present else {
            let organization = write::create(tx, tx.call().new_id().to_string(), facts, planned).await?;
            if tx.call().validate_only {
                let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
                planned.insert(self.source_id.clone(), organization.id.clone());
            }
            return Ok(Imported { outcome: Outcome::Created, name: organization.name() });
        };
        let name = present.name();
        tx.call().permit.ensure_place(&present.place, &name)?;
        if present.facts == facts {
            return Ok(Imported { outcome: Outcome::Unchanged, name });
        }
        write::update(tx, present, facts, planned).await?;
        Ok(Imported { outcome: Outcome::Updated, name })
    }
}

impl OrganizationRow {
    /// `{id}` of the parent, as the row names it or as its register does, and whether it is there only in a dry run.
    async fn parent(&self, tx: &Tx<'_>) -> Result<(Option<String>, bool)> {
        let (None, Some(source_id)) = (&self.facts.parent, &self.parent_source_id) else {
            return Ok((self.facts.parent.clone(), false));
        };
        if let Some(id) = store::by_source(tx, &self.source, source_id).await? {
            return Ok((Some(id), false));
        }
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner).get(source_id).cloned();
        let id = planned.ok_or_else(|| Error::not_found(organization_name(source_id)))?;
        Ok((Some(id), true))
    }
}
