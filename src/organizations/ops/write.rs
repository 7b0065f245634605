//! Entering and changing organizations, and the rules that both and the import share.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::super::{
    model::{Edit, Facts, Organization, organization_name},
    store,
};
use crate::{
    catalog,
    check::Faults,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    place::{Code, Path},
    record::{Change, Sight},
    regions,
    wire::{ensure_etag, etag},
};

/// How far up the parents are followed.
const MOST_LEVELS: usize = 32;

/// Enters an organization.
pub struct CreateOrganization {
    /// The id that the client chose.
    pub id: Option<String>,
    pub facts: Facts,
}

impl Command for CreateOrganization {
    type Answer = Organization;
    const NAME: &'static str = "organizations.create";

    async fn run(&self, tx: &Tx<'_>) -> Result<Organization> {
        let id = self.id.clone().unwrap_or_else(|| tx.call().new_id().to_string());
        create(tx, id, self.facts.clone(), None).await
    }
}

/// Changes an organization.
pub struct UpdateOrganization {
    pub id: String,
    pub etag: String,
    pub edits: Vec<Edit>,
}

impl Command for UpdateOrganization {
    type Answer = Organization;
    const NAME: &'static str = "organizations.update";

    async fn run(&self, tx: &Tx<'_>) -> Result<Organization> {
        let name = organization_name(&self.id);
        let present = store::lock(tx, &self.id).await?.ok_or_else(|| Error::not_found(name.clone()))?;
        tx.call().permit.ensure_place(&present.place, &name)?;
        ensure_etag(&self.etag, present.version, &name)?;
        let mut facts = present.facts.clone();
        self.edits.iter().cloned().for_each(|edit| facts.apply(edit));
        if present.facts.source.is_some()
            && (&facts.source, &facts.source_id) != (&present.facts.source, &present.facts.source_id)
        {
            return Err(Error::Precondition { resource: name, condition: "SOURCE_STANDS" });
        }
        update(tx, present, facts, None).await
    }
}

/// Enters a new organization in a transaction under way. `planned` is the id of a parent that counts as there: a dry run made it in
/// a transaction that is undone.
pub(super) async fn create(tx: &Tx<'_>, id: String, facts: Facts, planned: Option<&str>) -> Result<Organization> {
    let place = settle(tx, &id, &facts, None, planned).await?;
    let now = tx.call().now;
    let organization = Organization { id, facts, place, create_time: now, update_time: now, version: 1 };
    store::insert(tx, &organization).await?;
    let detail = vec![
        ("display_name", organization.facts.display_name.clone()),
        ("kind", organization.facts.kind.word().to_owned()),
        ("region", organization.facts.region.name()),
    ];
    record(tx, "organization.created", &organization, None, detail);
    Ok(organization)
}

/// Changes an organization that is locked to new facts. `planned` as in [`create`].
pub(super) async fn update(
    tx: &Tx<'_>,
    present: Organization,
    facts: Facts,
    planned: Option<&str>,
) -> Result<Organization> {
    let place = settle(tx, &present.id, &facts, Some(&present), planned).await?;
    let Organization { id, facts: before, place: was, create_time, update_time: _, version } = present;
    let organization = Organization { id, facts, place, create_time, update_time: tx.call().now, version: version + 1 };
    store::update(tx, &organization, &before).await?;
    let detail = vec![
        ("display_name", organization.facts.display_name.clone()),
        ("region", organization.facts.region.name()),
        ("fields", organization.facts.differences(&before).join(",")),
    ];
    record(tx, "organization.updated", &organization, (was != place).then_some(was), detail);
    Ok(organization)
}

fn record(
    tx: &Tx<'_>,
    kind: &'static str,
    organization: &Organization,
    left: Option<Path>,
    detail: Vec<(&'static str, String)>,
) {
    tx.record(Change {
        kind,
        resource: organization.name(),
        place: organization.place,
        left: left.map(|place| Sight { place, restricted: false }),
        etag: etag(organization.version),
        detail,
        ..Change::default()
    });
}

/// The rules for what an organization is to be: the facts agree, what they name is there, and it is all within the permit. Returns
/// the place. What stood already is not asked again: the world may have changed around it.
async fn settle(
    tx: &Tx<'_>,
    id: &str,
    facts: &Facts,
    present: Option<&Organization>,
    planned: Option<&str>,
) -> Result<Path> {
    let mut faults = Faults::default();
    faults.field("organization", |faults| facts.check(faults));
    if facts.successors.iter().any(|successor| successor == id) {
        faults.field("organization", |faults| faults.at("successors", "have the organization itself"));
    }
    faults.into_result()?;
    let today = civil_date(tx.call().now);
    let before = present.map(|present| &present.facts);
    let revived = before.is_some_and(|before| before.has_ended(today) && !facts.has_ended(today));
    let place = match present {
        Some(present) if present.facts.region == facts.region && !revived => present.place,
        _ => place_in(tx, facts, today).await?,
    };
    if facts.parent.is_some() && (revived || before.is_none_or(|before| before.parent != facts.parent)) {
        ensure_parent(tx, id, facts, today, planned).await?;
    }
    ensure_successors(tx, facts, before).await?;
    ensure_competences(tx, facts, before, today).await?;
    ensure_source_free(tx, id, facts).await?;
    Ok(place)
}

/// The place of the region. One that has ended takes only what has ended.
async fn place_in(tx: &Tx<'_>, facts: &Facts, today: NaiveDate) -> Result<Path> {
    let name = facts.region.name();
    let place = match regions::find(tx, facts.region, today).await? {
        Some(region) => region.path,
        None => {
            let last = regions::latest(tx, facts.region).await?.ok_or_else(|| Error::not_found(name.clone()))?;
            if !facts.has_ended(today) {
                return Err(Error::Precondition { resource: name, condition: "REGION_NOT_IN_FORCE" });
            }
            last.path
        }
    };
    tx.call().permit.ensure_place(&place, &name)?;
    Ok(place)
}

/// The parent is there, goes on as long as what it stands above, and does not stand below it. All that stand above are held until
/// the end: two calls that would close a circle between them wait for each other, and one is told.
async fn ensure_parent(tx: &Tx<'_>, id: &str, facts: &Facts, today: NaiveDate, planned: Option<&str>) -> Result<()> {
    let refused = |id: &str, condition| Error::Precondition { resource: organization_name(id), condition };
    let mut above = facts.parent.clone();
    for level in 0..MOST_LEVELS {
        let Some(parent) = above else { return Ok(()) };
        if parent == id {
            return Err(refused(&parent, "PARENT_IS_BELOW"));
        }
        let Some(held) = store::hold(tx, &parent).await? else {
            let found = planned == Some(parent.as_str());
            return if found { Ok(()) } else { Err(Error::not_found(organization_name(&parent))) };
        };
        let ended = held.valid_until.is_some_and(|until| until <= today);
        if level == 0 && ended && !facts.has_ended(today) {
            return Err(refused(&parent, "PARENT_HAS_ENDED"));
        }
        above = held.parent;
    }
    Err(refused(id, "TOO_MANY_LEVELS"))
}

async fn ensure_successors(tx: &Tx<'_>, facts: &Facts, before: Option<&Facts>) -> Result<()> {
    for successor in &facts.successors {
        if before.is_some_and(|before| before.successors.contains(successor)) {
            continue;
        }
        store::hold(tx, successor).await?.ok_or_else(|| Error::not_found(organization_name(successor)))?;
    }
    Ok(())
}

/// Each topic and region is there, and nobody makes an organization competent beyond the own grants.
async fn ensure_competences(tx: &Tx<'_>, facts: &Facts, before: Option<&Facts>, today: NaiveDate) -> Result<()> {
    let regions_of = |facts: &Facts| -> BTreeSet<Code> {
        facts.competences.iter().flat_map(|competence| competence.regions.iter().copied()).collect()
    };
    let topics_of = |facts: &Facts| -> BTreeSet<String> {
        facts.competences.iter().map(|competence| competence.topic.clone()).collect()
    };
    let stood = before.map(topics_of).unwrap_or_default();
    for topic in topics_of(facts).difference(&stood) {
        if catalog::ancestors(tx, topic).await?.is_empty() {
            return Err(Error::not_found(topic));
        }
    }
    let stood = before.map(regions_of).unwrap_or_default();
    for code in regions_of(facts).difference(&stood) {
        let region = match regions::find(tx, *code, today).await? {
            Some(region) => Some(region),
            None => regions::latest(tx, *code).await?,
        };
        let region = region.ok_or_else(|| Error::not_found(code.name()))?;
        tx.call().permit.ensure_place(&region.path, &code.name())?;
    }
    Ok(())
}

/// The constraint of the schema holds in any case; asked before, the answer can name who has the id of the other register.
async fn ensure_source_free(tx: &Tx<'_>, id: &str, facts: &Facts) -> Result<()> {
    let (Some(source), Some(source_id)) = (&facts.source, &facts.source_id) else { return Ok(()) };
    match store::by_source(tx, source, source_id).await? {
        Some(holder) if holder != id => Err(Error::AlreadyExists { resource: organization_name(&holder) }),
        _ => Ok(()),
    }
}
