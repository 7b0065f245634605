//! What can be done with organizations.

use super::{
    model::{Organization, organization_name},
    query::Query,
    store,
};
use crate::{
    call::Micros,
    db::Rows,
    error::{Error, Result},
    page::Page,
};

mod competence;
mod import;
mod succession;
mod write;

pub use competence::{Candidate, resolve};
pub use import::{OrganizationRow, Planned};
pub use succession::successor;
pub use write::{CreateOrganization, UpdateOrganization};

/// Sort key of a list, with the cursor that all of its pages tell.
pub type Key = (String, Micros, String);

/// Most competences and successors on one page, so that an answer keeps within the limit of messages.
const MOST_ITEMS: usize = 20_000;

/// One organization.
pub async fn get(rows: &impl Rows, id: &str) -> Result<Organization> {
    store::find(rows, id).await?.ok_or_else(|| Error::not_found(organization_name(id)))
}

/// A page of organizations and the token of the next one.
pub async fn list(
    rows: &impl Rows,
    query: &Query,
    mut page: Page<Key>,
    cursor: &str,
) -> Result<(Vec<Organization>, String)> {
    let after = page.after.as_ref().map(|(_, time, id)| (*time, id.clone()));
    let found = store::list(rows, query, after.as_ref(), page.fetch()).await?;
    page.size = page.size.min(fitting(&found));
    let key = |row: &Organization| (cursor.to_owned(), row.create_time, row.id.clone());
    Ok(page.finish(rows.keys(), found, key))
}

/// How many of the organizations fit into one answer, at least one.
fn fitting(found: &[Organization]) -> u64 {
    let mut items = 0;
    let fits = |organization: &&Organization| {
        let pairs = organization.facts.competences.iter().map(|competence| competence.regions.len() + 1);
        items += pairs.sum::<usize>() + organization.facts.successors.len();
        items <= MOST_ITEMS
    };
    u64::try_from(found.iter().take_while(fits).count().max(1)).unwrap_or(u64::MAX)
}
