//! Entering, changing and viewing cadres.

use super::super::{
    model::{Cadre, Facts, Field, cadre_name},
    store,
};
use crate::{
    auth::{Area, READ_FULL},
    clock::civil_date,
    db::{Command, Rows, Tx},
    error::{Error, Result},
    organizations::{self, organization_name},
    place::Path,
    record::{Change, Sight},
    wire::{ensure_etag, etag},
};

/// Enters a cadre.
pub struct CreateCadre {
    /// The id that the caller chose.
    pub id: Option<String>,
    pub facts: Facts,
}

impl Command for CreateCadre {
    type Answer = Cadre;
    const NAME: &'static str = "cadres.create_cadre";

    async fn run(&self, tx: &Tx<'_>) -> Result<Cadre> {
        let id = self.id.clone().unwrap_or_else(|| tx.call().new_id().to_string());
        create(tx, id, &self.facts).await
    }
}

/// Changes some fields of a cadre.
pub struct UpdateCadre {
    pub id: String,
    pub etag: String,
    pub facts: Facts,
    pub fields: Vec<Field>,
}

impl Command for UpdateCadre {
    type Answer = Cadre;
    const NAME: &'static str = "cadres.update_cadre";

    async fn run(&self, tx: &Tx<'_>) -> Result<Cadre> {
        let cadre = store::lock_cadre(tx, &self.id).await?;
        let place = ensure_in_scope(tx, &cadre).await?;
        ensure_etag(&self.etag, cadre.version, &cadre.name())?;
        let facts = cadre.facts.clone().with(&self.facts, &self.fields);
        change(tx, cadre, place, facts).await
    }
}

/// Enters a cadre under that id.
pub(super) async fn create(tx: &Tx<'_>, id: String, facts: &Facts) -> Result<Cadre> {
    let now = tx.call().now;
    let cadre = Cadre { id, facts: facts.clone(), create_time: now, update_time: now, version: 1 };
    let place = known_place(tx, &cadre.facts, None).await?;
    tx.call().permit.ensure_place(&place, &cadre.name())?;
    store::insert_cadre(tx, &cadre).await?;
    tx.record(change_of("cadre.created", &cadre, place));
    Ok(cadre)
}

/// Gives a cadre, locked and in scope at `place`, other facts.
pub(super) async fn change(tx: &Tx<'_>, mut cadre: Cadre, place: Path, facts: Facts) -> Result<Cadre> {
    if cadre.facts.source.is_some() && cadre.facts.source != facts.source {
        return Err(Error::Precondition { resource: cadre.name(), condition: "SOURCE_STANDS" });
    }
    if !facts.has_term() {
        return Err(Error::field("cadre.valid_until", "is not after valid_from"));
    }
    let moved = known_place(tx, &facts, Some(&cadre.facts)).await?;
    tx.call().permit.ensure_place(&moved, &cadre.name())?;
    if let Some(posting) = store::beyond_service(tx, &cadre.id, facts.valid_from, facts.valid_until).await? {
        return Err(Error::Precondition { resource: posting.name(), condition: "POSTING_BEYOND_SERVICE" });
    }
    cadre.facts = facts;
    cadre.update_time = tx.call().now;
    cadre.version += 1;
    store::update_cadre(tx, &cadre).await?;
    let left = (moved != place).then_some(Sight { place, restricted: false });
    tx.record(Change { left, ..change_of("cadre.updated", &cadre, moved) });
    Ok(cadre)
}

/// Where the cadre's organization is. Every organization that the facts name must be there, and one to which a cadre comes must not
/// have ended before the service does. What stood already is not asked again: the world may have changed around it.
async fn known_place(tx: &Tx<'_>, facts: &Facts, before: Option<&Facts>) -> Result<Path> {
    let unknown = |id: &str| Error::not_found(organization_name(id));
    let held = |id: &str| {
        before.is_some_and(|before| before.posts.iter().any(|post| post.organization.as_deref() == Some(id)))
    };
    for id in facts.posts.iter().filter_map(|post| post.organization.as_deref()).filter(|id| !held(id)) {
        organizations::place_of(tx, id).await?.ok_or_else(|| unknown(id))?;
    }
    let id = &facts.organization;
    if before.is_none_or(|before| before.organization != *id || before.valid_until != facts.valid_until) {
        let organization = organizations::hold(tx, id).await?.ok_or_else(|| unknown(id))?;
        let today = civil_date(tx.call().now);
        let outlived = |end| end <= today && facts.valid_until.is_none_or(|until| end < until);
        if organization.valid_until.is_some_and(outlived) {
            return Err(Error::Precondition { resource: organization_name(id), condition: "ORGANIZATION_ENDED" });
        }
    }
    organizations::place_of(tx, id).await?.ok_or_else(|| unknown(id))
}

/// Where a cadre belongs: the place of the organization.
async fn place_of(rows: &impl Rows, facts: &Facts) -> Result<Path> {
    let place = organizations::place_of(rows, &facts.organization).await?;
    place.ok_or_else(|| Error::internal(format!("{} of a cadre is gone", organization_name(&facts.organization))))
}

/// Refuses a cadre who lies outside the caller's grants. Tells the place.
pub(super) async fn ensure_in_scope(tx: &Tx<'_>, cadre: &Cadre) -> Result<Path> {
    let place = place_of(tx, &cadre.facts).await?;
    tx.call().permit.ensure_place(&place, &cadre.name())?;
    Ok(place)
}

/// What of a cadre is INTERNAL and identifies nobody.
fn change_of(kind: &'static str, cadre: &Cadre, place: Path) -> Change {
    let mut detail = vec![("organization", organization_name(&cadre.facts.organization))];
    if let Some(day) = cadre.facts.valid_until {
        detail.push(("valid_until", day.to_string()));
    }
    Change { kind, resource: cadre.name(), place, etag: etag(cadre.version), detail, ..Change::default() }
}

/// Shows a cadre in the FULL view, and keeps that it was shown.
pub struct ViewCadre {
    pub id: String,
    pub purpose: String,
}

impl Command for ViewCadre {
    type Answer = Cadre;
    const NAME: &'static str = "cadres.view_cadre";

    async fn run(&self, tx: &Tx<'_>) -> Result<Cadre> {
        let areas = full_areas(tx)?;
        let cadre = super::get_cadre(tx, &self.id).await?;
        let place = place_of(tx, &cadre.facts).await?;
        if !areas.iter().any(|area| area.covers(&place)) {
            return Err(Error::OutOfScope { resource: cadre_name(&self.id) });
        }
        record_view(tx, &cadre, place, &self.purpose);
        Ok(cadre)
    }
}

/// Shows a page of cadres in the FULL view, as far as the caller may see them so, and keeps each.
pub struct ViewCadres {
    pub search: store::CadreSearch,
    pub after: Option<(i64, String)>,
    /// Cadres on the page; one more is read, which tells whether there is a next.
    pub size: u64,
    pub purpose: String,
}

impl Command for ViewCadres {
    type Answer = Vec<Cadre>;
    const NAME: &'static str = "cadres.view_cadres";

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<Cadre>> {
        let search = store::CadreSearch { areas: Some(full_areas(tx)?.to_vec()), ..self.search.clone() };
        let found = store::list_cadres(tx, &search, self.after.clone(), self.size + 1).await?;
        for cadre in found.iter().take(usize::try_from(self.size).unwrap_or(usize::MAX)) {
            record_view(tx, cadre, place_of(tx, &cadre.facts).await?, &self.purpose);
        }
        Ok(found)
    }
}

fn full_areas<'a>(tx: &Tx<'a>) -> Result<&'a [Area]> {
    match tx.call().permit.full.as_slice() {
        [] => Err(Error::PermissionDenied { permission: READ_FULL }),
        areas => Ok(areas),
    }
}

fn record_view(tx: &Tx<'_>, cadre: &Cadre, place: Path, purpose: &str) {
    let detail = vec![("purpose", purpose.to_owned())];
    tx.record(Change { detail, ..change_of("cadre.viewed", cadre, place) });
}
