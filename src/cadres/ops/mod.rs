//! What can be done with cadres and postings.

mod cadre;
mod import;
mod leave;
mod posting;

pub use cadre::{CreateCadre, UpdateCadre, ViewCadre, ViewCadres};
pub use import::{CadreRef, CadreRow, OrganizationRef, PostingRow};
pub use leave::{CreateLeave, EndLeave, away, get_leave};
pub use posting::{CreatePosting, EndPosting};

use super::{
    model::{Cadre, Posting, cadre_name, posting_name},
    store,
};
use crate::{
    call::Micros,
    clock::civil_date,
    db::Rows,
    error::{Error, Result},
    organizations::organization_name,
    place::{Level, Path},
};

/// One posting, also one that is over, or nothing where there is none.
///
/// # Errors
/// What the database answers.
pub async fn posting(rows: &impl Rows, cadre_id: &str, posting_id: &str) -> Result<Option<Posting>> {
    store::find_posting(rows, cadre_id, posting_id).await
}

/// There is such a cadre, also one who has left.
///
/// # Errors
/// What the database answers.
pub async fn exists(rows: &impl Rows, cadre_id: &str) -> Result<bool> {
    Ok(store::organization_id(rows, cadre_id).await?.is_some())
}

/// The organization to which a cadre belongs, `organizations/{id}`, or nothing where there is no such cadre.
///
/// # Errors
/// What the database answers.
pub async fn organization_of(rows: &impl Rows, cadre_id: &str) -> Result<Option<String>> {
    Ok(store::organization_id(rows, cadre_id).await?.map(|id| organization_name(&id)))
}

/// Whom these cadres and organizations serve: themselves, the organizations of the cadres, and all that stand above those. What accuses
/// one of them must not reach them.
///
/// # Errors
/// What the database answers.
pub async fn served(rows: &impl Rows, names: Vec<String>) -> Result<Vec<String>> {
    let mut organizations = Vec::new();
    let mut served = Vec::new();
    for name in names {
        match name.split_once('/') {
            Some(("cadres", id)) => {
                organizations.extend(store::organization_id(rows, id).await?);
                served.push(name);
            }
            Some(("organizations", id)) => organizations.push(id.to_owned()),
            _ => {}
        }
    }
    organizations.sort_unstable();
    organizations.dedup();
    let all = crate::organizations::with_ancestors(rows, organizations).await?;
    served.extend(all.iter().map(|id| organization_name(id)));
    served.sort_unstable();
    served.dedup();
    Ok(served)
}

/// Who is responsible for a place at a time: the postings in force there and in each region above it, the nearest region first,
/// then by role, then the longest in place. Postings hold for whole days in Asia/Shanghai.
///
/// # Errors
/// What the database answers.
pub async fn responsible(rows: &impl Rows, place: &Path, at: Micros) -> Result<Vec<Posting>> {
    let chain: Vec<_> = Level::ALL.into_iter().rev().filter_map(|level| place.at(level)).collect();
    let mut found = store::postings_in(rows, &chain, civil_date(at)).await?;
    let distance = |posting: &Posting| chain.iter().position(|code| *code == posting.facts.region);
    found.sort_by_cached_key(|posting| {
        let facts = &posting.facts;
        (distance(posting), facts.role, facts.valid_from, posting.cadre.clone(), posting.id.clone())
    });
    Ok(found)
}

/// One cadre.
pub async fn get_cadre(rows: &impl Rows, id: &str) -> Result<Cadre> {
    store::find_cadre(rows, id).await?.ok_or_else(|| Error::not_found(cadre_name(id)))
}

/// One posting.
pub async fn get_posting(rows: &impl Rows, cadre: &str, id: &str) -> Result<Posting> {
    posting(rows, cadre, id).await?.ok_or_else(|| Error::not_found(posting_name(cadre, id)))
}
