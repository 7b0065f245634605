//! What is asked of staffing.

use chrono::NaiveDate;

use super::{
    model::{Place, covering_roles},
    query::Filter,
    store::{self, Question},
};
use crate::{
    cadres::{self, Posting, Role},
    call::Micros,
    clock::civil_date,
    db::Rows,
    error::{Error, Result},
    place::{Code, Level, Path},
    regions::{self, Region},
};

/// The question, once its root is known on the day.
///
/// # Errors
/// `NotFound`.
pub async fn question(rows: &impl Rows, root: Code, date: NaiveDate, roles: Vec<Role>) -> Result<Question> {
    let region = region(rows, root, date).await?;
    let roles = if roles.is_empty() { covering_roles() } else { roles };
    Ok(Question { root, root_level: region.level, date, roles })
}

async fn region(rows: &impl Rows, code: Code, date: NaiveDate) -> Result<Region> {
    regions::find(rows, code, date).await?.ok_or_else(|| Error::not_found(code.name()))
}

/// A page of places with their people.
pub async fn places(
    rows: &impl Rows,
    question: &Question,
    filter: &Filter,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<Place>> {
    let mut places = store::places(rows, question, filter, after, limit).await?;
    store::add_people(rows, question, &mut places).await?;
    Ok(places)
}

/// A posting in force, and how far above the place it is.
#[derive(Debug, Clone)]
pub struct Nearby {
    /// The posting.
    pub posting: Posting,
    /// Name of its region.
    pub region_display_name: String,
    /// Level of its region.
    pub region_level: Level,
    /// Steps up from the place.
    pub distance: i32,
}

impl Nearby {
    /// Where it stands in the list: nearest, role, longest in place.
    pub fn key(&self) -> (i32, i32, i32, String, String) {
        let Posting { cadre, id, facts, .. } = &self.posting;
        (self.distance, facts.role as i32, crate::wire::days(facts.valid_from), cadre.clone(), id.clone())
    }
}

/// Who is responsible for a place at a time, in the order of [`Nearby::key`].
///
/// # Errors
/// `NotFound`.
pub async fn responsible(rows: &impl Rows, code: Code, at: Micros, roles: &[Role]) -> Result<Vec<Nearby>> {
    let date = civil_date(at);
    let chain = chain(rows, code, date).await?;
    let path = chain.first().map_or_else(Path::default, |region| region.path);
    let mut found: Vec<Nearby> = cadres::responsible(rows, &path, at)
        .await?
        .into_iter()
        .filter(|posting| roles.is_empty() || roles.contains(&posting.facts.role))
        .filter_map(|posting| {
            let distance = chain.iter().position(|region| region.code == posting.facts.region)?;
            let region = &chain[distance];
            Some(Nearby {
                region_display_name: region.display_name.clone(),
                region_level: region.level,
                distance: i32::try_from(distance).ok()?,
                posting,
            })
        })
        .collect();
    found.sort_by_cached_key(Nearby::key);
    Ok(found)
}

/// The region and those above it, nearest first, as far up as the register knows them on the day.
async fn chain(rows: &impl Rows, code: Code, date: NaiveDate) -> Result<Vec<Region>> {
    let mut next = Some(region(rows, code, date).await?);
    let mut chain = Vec::new();
    while let Some(region) = next {
        next = match region.parent {
            Some(parent) => regions::find(rows, parent, date).await?,
            None => None,
        };
        chain.push(region);
    }
    Ok(chain)
}
