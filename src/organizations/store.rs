//! Reading and writing organizations. That they exist is public, so reading has no scope; writing is for `ops` to permit.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, Value,
};

use super::{
    entity::{self, Column, Entity, competence, successor},
    model::{Competence, Facts, Organization},
    query::{Order, Query},
};
use crate::{
    call::Micros,
    db::{Conflict, Rows, Tx, sql},
    error::{Error, Result},
    place::{Code, Path},
    wire::days,
};

/// Rows of one INSERT: SQLite takes 32,766 values in a statement.
const ROWS_AT_ONCE: usize = 500;

/// One organization, also one that has ended.
///
/// # Errors
/// What the database answers.
pub async fn find(rows: &impl Rows, id: &str) -> Result<Option<Organization>> {
    let row = Entity::find_by_id(id).one(&rows.on()).await?;
    Ok(whole(rows, row.into_iter().collect()).await?.pop())
}

/// Where an organization is, or nothing where there is none.
///
/// # Errors
/// What the database answers.
pub async fn place_of(rows: &impl Rows, id: &str) -> Result<Option<Path>> {
    let text = "SELECT province, city, county, township, village FROM organizations WHERE id = ?";
    let Some(row) = rows.on().query_one_raw(sql(rows.backend(), text, [id.into()])).await? else { return Ok(None) };
    let code = |index| row.try_get_by_index::<Option<i64>>(index).map(|code| code.map(Code::from_stored));
    Ok(Some(Path { province: code(0)?, city: code(1)?, county: code(2)?, township: code(3)?, village: code(4)? }))
}

/// Id of the organization that another register knows under that id.
///
/// # Errors
/// What the database answers.
pub async fn by_source(rows: &impl Rows, source: &str, source_id: &str) -> Result<Option<String>> {
    let row = Entity::find()
        .filter(Column::Source.eq(source))
        .filter(Column::SourceId.eq(source_id))
        .select_only()
        .column(Column::Id)
        .into_tuple::<String>()
        .one(&rows.on())
        .await?;
    Ok(row)
}

/// Locks an organization for a change and reads it.
///
/// # Errors
/// What the database answers.
pub async fn lock(tx: &Tx<'_>, id: &str) -> Result<Option<Organization>> {
    if tx.locks_rows() {
        Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?;
    }
    find(tx, id).await
}

/// The first day on which each of these organizations no longer exists, where there is one.
///
/// # Errors
/// What the database answers.
pub async fn ends(rows: &impl Rows, ids: impl Iterator<Item = &str>) -> Result<HashMap<String, NaiveDate>> {
    let query = Entity::find().filter(Column::Id.is_in(ids)).filter(Column::ValidUntil.is_not_null());
    let query = query.select_only().column(Column::Id).column(Column::ValidUntil);
    let found: Vec<(String, i32)> = query.into_tuple().all(&rows.on()).await?;
    Ok(found.into_iter().map(|(id, day)| (id, crate::wire::from_days(day))).collect())
}

/// What stands above an organization, and whether it has ended.
pub struct Held {
    /// The organization above.
    pub parent: Option<String>,
    /// The first day on which it no longer exists.
    pub valid_until: Option<NaiveDate>,
}

/// Reads an organization that a decision rests on, and keeps it as it is until the transaction ends.
///
/// # Errors
/// What the database answers.
pub async fn hold(tx: &Tx<'_>, id: &str) -> Result<Option<Held>> {
    let mut query: Select<Entity> = Entity::find_by_id(id);
    if tx.locks_rows() {
        query = query.lock_shared();
    }
    let row = query.one(tx.conn()).await?;
    Ok(row.map(|row| Held { parent: row.parent, valid_until: row.valid_until.map(crate::wire::from_days) }))
}

/// The ids of these organizations and of all that stand above them.
///
/// # Errors
/// What the database answers.
pub async fn with_ancestors(rows: &impl Rows, ids: Vec<String>) -> Result<Vec<String>> {
    let mut all = ids.clone();
    let mut level = ids;
    // A tree; each turn finds something new or is the last.
    while !level.is_empty() {
        let query = Entity::find().filter(Column::Id.is_in(level)).filter(Column::Parent.is_not_null());
        let above: Vec<Option<String>> =
            query.select_only().column(Column::Parent).into_tuple().all(&rows.on()).await?;
        level = above.into_iter().flatten().filter(|id| !all.contains(id)).collect();
        level.sort_unstable();
        level.dedup();
        all.extend(level.iter().cloned());
    }
    Ok(all)
}

/// A page of organizations, from where the page before ended.
pub async fn list(
    rows: &impl Rows,
    query: &Query,
    after: Option<&(Micros, String)>,
    limit: u64,
) -> Result<Vec<Organization>> {
    let levels = query.levels(rows).await?;
    let mut select = Entity::find().filter(query.condition(&levels)?);
    select = match query.order {
        Order::Name => {
            let rest = after.map(|(_, id)| Column::Id.gt(id.as_str()));
            rest.into_iter().fold(select, Select::filter).order_by_asc(Column::Id)
        }
        Order::Newest => {
            let rest = after.map(|(time, id)| {
                let same_time = Condition::any().add(Column::CreateTime.lt(*time)).add(Column::Id.lt(id.as_str()));
                Condition::all().add(Column::CreateTime.lte(*time)).add(same_time)
            });
            rest.into_iter().fold(select, Select::filter).order_by_desc(Column::CreateTime).order_by_desc(Column::Id)
        }
    };
    let found = select.limit(limit).all(&rows.on()).await?;
    whole(rows, found).await
}

/// Organizations by their ids, in no order.
pub async fn all_of(rows: &impl Rows, ids: &[&str]) -> Result<Vec<Organization>> {
    let found = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(&rows.on()).await?;
    whole(rows, found).await
}

/// Reads the lists of the organizations beside their rows.
async fn whole(rows: &impl Rows, found: Vec<entity::Model>) -> Result<Vec<Organization>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || found.iter().map(|row| row.id.as_str());
    let mut competences: HashMap<String, Vec<Competence>> = HashMap::new();
    let pairs = competence::Entity::find()
        .filter(competence::Column::Organization.is_in(ids()))
        .order_by_asc(competence::Column::Organization)
        .order_by_asc(competence::Column::Position);
    for pair in pairs.all(&rows.on()).await? {
        let competence::Model { organization, topic, region, own_region, position: _ } = pair;
        let list = competences.entry(organization).or_default();
        if list.last().is_none_or(|last| last.topic != topic) {
            list.push(Competence { topic, regions: Vec::new() });
        }
        if let (false, Some(last)) = (own_region, list.last_mut()) {
            last.regions.push(Code::from_stored(region));
        }
    }
    let mut successors: HashMap<String, Vec<String>> = HashMap::new();
    let edges = successor::Entity::find()
        .filter(successor::Column::Organization.is_in(ids()))
        .order_by_asc(successor::Column::Organization)
        .order_by_asc(successor::Column::Position);
    for edge in edges.all(&rows.on()).await? {
        successors.entry(edge.organization).or_default().push(edge.successor);
    }
    let take = |row: entity::Model| {
        let competences = competences.remove(&row.id).unwrap_or_default();
        let successors = successors.remove(&row.id).unwrap_or_default();
        row.with(competences, successors)
    };
    found.into_iter().map(take).collect()
}

/// Enters an organization.
pub async fn insert(tx: &Tx<'_>, organization: &Organization) -> Result<()> {
    Entity::insert(row(organization)).exec_without_returning(tx.conn()).await.or_conflict(|| taken(organization))?;
    insert_competences(tx, organization).await?;
    insert_successors(tx, organization).await
}

/// Writes an organization as it is now, over what it was.
pub async fn update(tx: &Tx<'_>, organization: &Organization, before: &Facts) -> Result<()> {
    let id = organization.id.as_str();
    Entity::update(row(organization)).exec_without_returning(tx.conn()).await.or_conflict(|| taken(organization))?;
    let facts = &organization.facts;
    // A competence without regions stands under the region of its organization.
    if facts.competences != before.competences || facts.region != before.region {
        competence::Entity::delete_many().filter(competence::Column::Organization.eq(id)).exec(tx.conn()).await?;
        insert_competences(tx, organization).await?;
    }
    if facts.successors != before.successors {
        successor::Entity::delete_many().filter(successor::Column::Organization.eq(id)).exec(tx.conn()).await?;
        insert_successors(tx, organization).await?;
    }
    Ok(())
}

/// The id is taken, or source and source_id are.
fn taken(organization: &Organization) -> Error {
    Error::AlreadyExists { resource: organization.name() }
}

fn row(organization: &Organization) -> entity::ActiveModel {
    let Organization { id, facts, place, create_time, update_time, version } = organization;
    let times = facts.office_hours.map(|hours| hours.times().map(i32::from));
    let code = |code: Option<Code>| Set(code.map(Code::stored));
    entity::ActiveModel {
        id: Set(id.clone()),
        display_name: Set(facts.display_name.clone()),
        kind: Set(facts.kind as i32),
        region: Set(facts.region.stored()),
        province: code(place.province),
        city: code(place.city),
        county: code(place.county),
        township: code(place.township),
        village: code(place.village),
        parent: Set(facts.parent.clone()),
        unified_code: Set(facts.unified_code.clone()),
        morning_open: Set(times.map(|times| times[0])),
        morning_close: Set(times.map(|times| times[1])),
        afternoon_open: Set(times.map(|times| times[2])),
        afternoon_close: Set(times.map(|times| times[3])),
        valid_from: Set(facts.valid_from.map(days)),
        valid_until: Set(facts.valid_until.map(days)),
        source: Set(facts.source.clone()),
        source_id: Set(facts.source_id.clone()),
        create_time: Set(*create_time),
        update_time: Set(*update_time),
        version: Set(*version),
    }
}

async fn insert_competences(tx: &Tx<'_>, organization: &Organization) -> Result<()> {
    let mut rows = Vec::new();
    for Competence { topic, regions } in &organization.facts.competences {
        let own = regions.is_empty().then_some(organization.facts.region);
        for region in regions.iter().copied().chain(own) {
            rows.push(competence::ActiveModel {
                organization: Set(organization.id.clone()),
                topic: Set(topic.clone()),
                region: Set(region.stored()),
                own_region: Set(own.is_some()),
                position: Set(position(rows.len())),
            });
        }
    }
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        competence::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

async fn insert_successors(tx: &Tx<'_>, organization: &Organization) -> Result<()> {
    let edge = |(index, successor): (usize, &String)| successor::ActiveModel {
        organization: Set(organization.id.clone()),
        successor: Set(successor.clone()),
        position: Set(position(index)),
    };
    let rows: Vec<_> = organization.facts.successors.iter().enumerate().map(edge).collect();
    if !rows.is_empty() {
        successor::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

fn position(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

/// A competence that applies: the organization, and which of the topics and regions that were asked for.
pub struct Match {
    /// `{id}` of the organization.
    pub organization: String,
    /// Place in the list of topics.
    pub topic: usize,
    /// Place in the list of regions.
    pub region: usize,
}

/// Who is competent for one of the topics in one of the regions on a day, by the place of the region, then of the topic, then by
/// name. An organization stands there once for each competence that applies.
pub async fn competent(
    rows: &impl Rows,
    topics: &[String],
    regions: &[Code],
    date: NaiveDate,
    limit: usize,
) -> Result<Vec<Match>> {
    let marks = |count: usize| vec!["?"; count].join(", ");
    let ranks = |column: &str, count: usize| {
        let arms: String = (0..count).map(|index| format!(" WHEN ? THEN {index}")).collect();
        format!("CASE {column}{arms} END")
    };
    let text = format!(
        "SELECT c.organization, {topic_rank} AS topic_rank, {region_rank} AS region_rank \
         FROM organization_competences c JOIN organizations o ON o.id = c.organization \
         WHERE c.topic IN ({topics}) AND c.region IN ({regions}) \
         AND (o.valid_from IS NULL OR o.valid_from <= ?) AND (o.valid_until IS NULL OR o.valid_until > ?) \
         ORDER BY region_rank, topic_rank, c.organization LIMIT {limit}",
        topic_rank = ranks("c.topic", topics.len()),
        region_rank = ranks("c.region", regions.len()),
        topics = marks(topics.len()),
        regions = marks(regions.len()),
    );
    let names = || topics.iter().map(|topic| Value::from(topic.as_str()));
    let codes = || regions.iter().map(|code| Value::from(code.stored()));
    let day = || Value::from(days(date));
    let values: Vec<Value> = names().chain(codes()).chain(names()).chain(codes()).chain([day(), day()]).collect();
    let found = rows.on().query_all_raw(sql(rows.backend(), &text, values)).await?;
    let rank = |number: i32| usize::try_from(number).map_err(Error::internal);
    found
        .into_iter()
        .map(|row| {
            Ok(Match {
                organization: row.try_get_by_index(0)?,
                topic: rank(row.try_get_by_index(1)?)?,
                region: rank(row.try_get_by_index(2)?)?,
            })
        })
        .collect()
}

/// An organization that has ended, and whose cases have not gone to its successors yet.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its id.
    pub id: String,
    /// The version in which it was found.
    pub version: i64,
    /// When it last changed.
    pub update_time: Micros,
}

/// Those that have ended by a day with successors named, unless their cases were looked through since they last changed.
pub async fn ended(rows: &impl Rows, date: NaiveDate, limit: u64) -> Result<Vec<Ended>> {
    let text = "SELECT o.id, o.version, o.update_time FROM organizations o \
                WHERE o.valid_until <= ? AND (o.succeeded_version IS NULL OR o.succeeded_version < o.version) \
                AND EXISTS (SELECT 1 FROM organization_successors s WHERE s.organization = o.id) ORDER BY o.valid_until, o.id LIMIT ?";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = rows.on().query_all_raw(sql(rows.backend(), text, [days(date).into(), limit.into()])).await?;
    found
        .into_iter()
        .map(|row| {
            let (id, version) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            Ok(Ended { id, version, update_time: row.try_get_by_index(2)? })
        })
        .collect()
}

/// Notes that the cases of an organization that has ended were looked through.
pub async fn mark_succeeded(tx: &Tx<'_>, ended: &Ended) -> Result<()> {
    let text = "UPDATE organizations SET succeeded_version = ? WHERE id = ?";
    let values = [ended.version.into(), ended.id.as_str().into()];
    tx.conn().execute_raw(sql(tx.backend(), text, values)).await?;
    Ok(())
}
