//! Entering what ships with the program into the database: years that the calendar does not have, and a newer tree of topics. What
//! was imported for a year stays. Two servers that start at once do no harm: one waits for the other and finds everything there.

use std::sync::Arc;

use super::{
    case_type::CaseType,
    model::{CalendarHead, NATIONAL},
    publish::{Published, record},
    shipped::{NOTICES, TOPIC_TREE, TYPES, national_title},
    store,
};
use crate::{
    call::Call,
    db::{Command, Db, Rows, Tx},
    error::{Error, Result},
    record::Change,
    wire::etag,
};

/// Enters what is missing.
///
/// # Errors
/// What the database answers.
pub async fn seed(db: &Db, call: &Call) -> Result<()> {
    if !missing_years(db).await?.is_empty() || outdated_tree(db).await? || !missing_types(db).await?.is_empty() {
        db.write(call, Seed, |()| Vec::new()).await?;
    }
    Ok(())
}

async fn missing_years(rows: &impl Rows) -> Result<Vec<i32>> {
    let known: Vec<i32> = store::years(rows, NATIONAL).await?.into_iter().map(|year| year.year).collect();
    Ok(NOTICES.iter().map(|notice| notice.year).filter(|year| !known.contains(year)).collect())
}

async fn outdated_tree(rows: &impl Rows) -> Result<bool> {
    let version = store::tree_version(rows, &TOPIC_TREE.taxonomy).await?;
    Ok(version.is_none_or(|version| version < TOPIC_TREE.version))
}

async fn missing_types(rows: &impl Rows) -> Result<Vec<Arc<CaseType>>> {
    let mut missing = Vec::new();
    for shipped in TYPES.iter() {
        if store::find_type(rows, &shipped.id, Some(shipped.revision)).await?.is_none() {
            missing.push(shipped.clone());
        }
    }
    Ok(missing)
}

struct Seed;

impl Command for Seed {
    type Answer = ();
    const NAME: &'static str = "catalog.seed";

    async fn run(&self, tx: &Tx<'_>) -> Result<()> {
        seed_calendar(tx).await?;
        seed_topics(tx).await?;
        seed_types(tx).await
    }
}

async fn seed_calendar(tx: &Tx<'_>) -> Result<()> {
    store::add_calendar(tx, NATIONAL, &national_title()).await?;
    let present = store::lock_calendar(tx, NATIONAL).await?.ok_or_else(|| Error::internal("no national calendar"))?;
    let missing = missing_years(tx).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let notices: Vec<_> = NOTICES.iter().filter(|notice| missing.contains(&notice.year)).cloned().collect();
    store::add_notices(tx, NATIONAL, &notices, tx.call().now).await?;
    let head = CalendarHead { version: present.version + 1, update_time: tx.call().now, ..present };
    store::touch_calendar(tx, &head).await?;
    let years: Vec<String> = missing.iter().map(i32::to_string).collect();
    tx.record(Change {
        kind: "calendar.imported",
        resource: head.name(),
        etag: etag(head.version),
        detail: vec![("years", years.join(",")), ("version", head.version_name())],
        ..Change::default()
    });
    Ok(())
}

async fn seed_topics(tx: &Tx<'_>) -> Result<()> {
    let tree = &*TOPIC_TREE;
    if store::lock_tree(tx, &tree.taxonomy).await? >= tree.version {
        return Ok(());
    }
    store::replace_tree(tx, tree).await?;
    tx.record(Change {
        kind: "topics.updated",
        resource: "topics".into(),
        etag: etag(tree.version.into()),
        detail: vec![("taxonomy", tree.taxonomy.clone())],
        ..Change::default()
    });
    Ok(())
}

async fn seed_types(tx: &Tx<'_>) -> Result<()> {
    for shipped in missing_types(tx).await? {
        let published = Published { definition: shipped.clone(), publish_time: tx.call().now };
        store::add_type(tx, &published).await?;
        record(tx, &shipped);
    }
    Ok(())
}
