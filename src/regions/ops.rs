//! What can be done with regions: read them as of a day, and take an edition of the codes.

use std::sync::{Arc, Mutex};

use chrono::NaiveDate;

use super::{
    model::{Kind, Region, query_stems, stem},
    store,
};
use crate::{
    call::Call,
    clock::civil_date,
    db::{Rows, Tx},
    error::{Error, Result},
    import::{Imported, Outcome, Row},
    place::{Code, Level, Path},
    record::Change,
    text,
};

/// Most matches of one look-up.
pub const MOST_MATCHES: usize = 100;

/// The chain of regions down to `code` on a day, its level and version. `field` is named where there is no such region.
///
/// # Errors
/// `Invalid` naming the field.
pub async fn place_of(rows: &impl Rows, code: Code, date: NaiveDate, field: &str) -> Result<Region> {
    store::find(rows, code, date)
        .await?
        .ok_or_else(|| Error::field(field, format!("{} is not a region then", code.name())))
}

/// As [`place_of`], for what may be older than the register's first edition of the codes: a day before the first version of a code
/// is placed by that version, since nothing older is known.
///
/// # Errors
/// `Invalid` naming the field.
pub async fn place_as_known(rows: &impl Rows, code: Code, date: NaiveDate, field: &str) -> Result<Region> {
    match place_of(rows, code, date, field).await {
        Err(fault @ Error::Invalid { .. }) => {
            let first = store::versions(rows, code).await?.into_iter().next();
            first.filter(|region| date < region.valid_from).ok_or(fault)
        }
        other => other,
    }
}

/// The newest version of a code, in force or not.
///
/// # Errors
/// What the database answers.
pub async fn latest(rows: &impl Rows, code: Code) -> Result<Option<Region>> {
    Ok(store::versions(rows, code).await?.pop())
}

/// One region as of a day.
pub async fn get(rows: &impl Rows, call: &Call, code: Code, date: Option<NaiveDate>) -> Result<Region> {
    let date = date.unwrap_or_else(|| civil_date(call.now));
    store::find(rows, code, date).await?.ok_or_else(|| Error::not_found(code.name()))
}

/// A look-up by name: exact names first, then matches on the stem.
pub async fn lookup(
    rows: &impl Rows,
    call: &Call,
    query: &str,
    parent: Option<Code>,
    level: Option<Level>,
    date: Option<NaiveDate>,
) -> Result<(Vec<Region>, bool)> {
    let query = text::label(query);
    if query.is_empty() {
        return Err(Error::field("query", "is required"));
    }
    let date = date.unwrap_or_else(|| civil_date(call.now));
    let below = match parent {
        Some(code) => Some(get(rows, call, code, Some(date)).await?),
        None => None,
    };
    let limit = u64::try_from(MOST_MATCHES + 1).unwrap_or(u64::MAX);
    let mut found = store::by_stem(rows, &query_stems(&query), below.as_ref(), level, date, limit).await?;
    let truncated = found.len() > MOST_MATCHES;
    found.truncate(MOST_MATCHES);
    found.sort_by_key(|region| (region.display_name != query, region.code));
    Ok((found, truncated))
}

/// All versions of a code, oldest first.
///
/// # Errors
/// `NotFound` where the code was never a region.
pub async fn versions(rows: &impl Rows, code: Code) -> Result<Vec<Region>> {
    let found = store::versions(rows, code).await?;
    if found.is_empty() { Err(Error::not_found(code.name())) } else { Ok(found) }
}

/// Regions that a dry run would have written, so that children find their parents.
pub type Planned = Arc<Mutex<std::collections::HashMap<Code, Region>>>;

/// One row of an edition, checked for form.
#[derive(Debug, Clone)]
pub struct RegionRow {
    /// The region's code.
    pub code: Code,
    /// Name as published.
    pub display_name: String,
    /// Level.
    pub level: Level,
    /// Kind.
    pub kind: Kind,
    /// Code of the region above.
    pub parent: Option<Code>,
    /// It ends with this edition.
    pub ended: bool,
    /// Codes it follows.
    pub predecessors: Vec<Code>,
    /// The day as of which the edition holds.
    pub effective_date: NaiveDate,
    /// Where the edition comes from.
    pub source: String,
    /// See [`Planned`].
    pub planned: Planned,
}

impl Row for RegionRow {
    const NAME: &'static str = "regions.import";

    async fn import(&self, tx: &Tx<'_>) -> Result<Imported> {
        let present = store::versions(tx, self.code).await?.pop();
        tx.call().permit.ensure_everywhere(&self.code.name())?;
        if self.ended {
            return self.end(tx, present).await;
        }
        let path = self.path(tx).await?;
        let same = present.as_ref().is_some_and(|region| {
            region.valid_until.is_none()
                && region.display_name == self.display_name
                && region.level == self.level
                && region.kind == self.kind
                && region.parent == self.parent
                && region.path == path
        });
        let outcome = match &present {
            _ if same => Outcome::Unchanged,
            None => Outcome::Created,
            Some(region) if region.valid_from >= self.effective_date => return Err(self.newer_version()),
            Some(_) => Outcome::Updated,
        };
        if outcome != Outcome::Unchanged {
            let version = present.map_or(1, |region| region.version + 1);
            let region = self.region(path, version);
            store::add_version(tx, &region, stem(&self.display_name), &self.source).await?;
            for predecessor in &self.predecessors {
                store::add_succession(tx, *predecessor, self.code, self.effective_date).await?;
            }
            self.record(
                tx,
                if outcome == Outcome::Created { "region.created" } else { "region.updated" },
                path,
                version,
            );
            if tx.call().validate_only {
                self.planned.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(self.code, region);
            }
        }
        Ok(Imported { outcome, name: self.code.name() })
    }
}

impl RegionRow {
    async fn end(&self, tx: &Tx<'_>, present: Option<Region>) -> Result<Imported> {
        let name = self.code.name();
        let Some(region) = present else {
            return Err(Error::Precondition { resource: name, condition: "REGION_UNKNOWN" });
        };
        if region.valid_until.is_some() {
            return Ok(Imported { outcome: Outcome::Unchanged, name });
        }
        if region.valid_from >= self.effective_date {
            return Err(self.newer_version());
        }
        store::close(tx, self.code, self.effective_date).await?;
        self.record(tx, "region.updated", region.path, region.version);
        Ok(Imported { outcome: Outcome::Updated, name })
    }

    fn newer_version(&self) -> Error {
        Error::Precondition { resource: self.code.name(), condition: "NEWER_VERSION_EXISTS" }
    }

    async fn path(&self, tx: &Tx<'_>) -> Result<Path> {
        let Some(parent) = self.parent else { return Ok(Path::default().with(self.level, self.code)) };
        let known = store::find(tx, parent, self.effective_date).await?;
        let planned = || self.planned.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&parent).cloned();
        let above = known
            .or_else(planned)
            .ok_or_else(|| Error::Precondition { resource: parent.name(), condition: "PARENT_UNKNOWN" })?;
        if above.level >= self.level {
            return Err(Error::field("row.level", "is not below the level of the parent"));
        }
        Ok(above.path.with(self.level, self.code))
    }

    fn region(&self, path: Path, version: i32) -> Region {
        Region {
            code: self.code,
            version,
            display_name: self.display_name.clone(),
            level: self.level,
            kind: self.kind,
            parent: self.parent,
            path,
            valid_from: self.effective_date,
            valid_until: None,
        }
    }

    fn record(&self, tx: &Tx<'_>, kind: &'static str, place: Path, version: i32) {
        tx.record(Change {
            kind,
            resource: self.code.name(),
            place,
            etag: crate::wire::etag(version.into()),
            detail: vec![("display_name", self.display_name.clone())],
            ..Change::default()
        });
    }
}
