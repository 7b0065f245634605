//! Cadres with their posts and expertise.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Expr,
};

use super::{
    super::{
        entity::{
            cadre::{self, Column, Entity},
            expertise, post,
        },
        model::{Cadre, Expertise, Facts, Post, Rank, Source, cadre_name},
    },
    filter,
};
use crate::{
    auth::Area,
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    filter::Expr as Filter,
    seal::KeyRing,
    wire::{days, from_days},
};

/// Which cadres to list.
#[derive(Debug, Clone)]
pub struct CadreSearch {
    /// Over [`super::CADRE_FIELDS`].
    pub filter: Option<Filter>,
    /// Only those who serve on this day.
    pub date: Option<NaiveDate>,
    /// Newest first instead of by name.
    pub newest_first: bool,
    /// Only those whose organization lies in one of these areas.
    pub areas: Option<Vec<Area>>,
}

/// One cadre.
pub async fn find_cadre(rows: &impl Rows, id: &str) -> Result<Option<Cadre>> {
    let Some(row) = Entity::find_by_id(id).one(&rows.on()).await? else { return Ok(None) };
    Ok(complete(rows, vec![row]).await?.pop())
}

/// `{id}` of the organization of a cadre, or nothing where there is no such cadre.
pub async fn organization_id(rows: &impl Rows, id: &str) -> Result<Option<String>> {
    let found = Entity::find_by_id(id).select_only().column(Column::Organization).into_tuple().one(&rows.on()).await?;
    Ok(found)
}

/// Locks a cadre, the root of its postings, and reads it.
pub async fn lock_cadre(tx: &Tx<'_>, id: &str) -> Result<Cadre> {
    if tx.locks_rows() {
        Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?;
    }
    find_cadre(tx, id).await?.ok_or_else(|| Error::not_found(cadre_name(id)))
}

/// How many open mediations a cadre takes, kept as it is until the transaction ends; nothing where there is no limit or no such cadre.
///
/// # Errors
/// What the database answers.
pub async fn hold_capacity(tx: &Tx<'_>, id: &str) -> Result<Option<i64>> {
    let capacity = |row: Option<cadre::Model>| row.and_then(|row| row.mediation_capacity).map(i64::from);
    let seen = capacity(Entity::find_by_id(id).one(tx.conn()).await?);
    if seen.is_none() || !tx.locks_rows() {
        return Ok(seen);
    }
    Ok(capacity(Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?))
}

/// Keeps these cadres, and with them their leaves, as they are until the transaction ends.
///
/// # Errors
/// What the database answers.
pub async fn hold_cadres(tx: &Tx<'_>, ids: &[&str]) -> Result<()> {
    if tx.locks_rows() && !ids.is_empty() {
        let known = Entity::find().select_only().column(Column::Id).filter(Column::Id.is_in(ids.iter().copied()));
        known.order_by_asc(Column::Id).lock_shared().into_tuple::<String>().all(tx.conn()).await?;
    }
    Ok(())
}

/// Id of the cadre that a register knows under that id.
async fn cadre_id_of(rows: &impl Rows, source: &Source) -> Result<Option<String>> {
    let found = of_source(source).select_only().column(Column::Id).into_tuple().one(&rows.on()).await?;
    Ok(found)
}

/// The cadre that a register knows under that id, locked.
pub async fn source_cadre(tx: &Tx<'_>, source: &Source) -> Result<Option<Cadre>> {
    match cadre_id_of(tx, source).await? {
        Some(id) => lock_cadre(tx, &id).await.map(Some),
        None => Ok(None),
    }
}

fn of_source(source: &Source) -> Select<Entity> {
    Entity::find().filter(Column::Source.eq(&source.register)).filter(Column::SourceId.eq(&source.id))
}

/// Cadres in the order of the search. `after` is (create_time, id) of the last one of the page before.
pub async fn list_cadres(
    rows: &impl Rows,
    search: &CadreSearch,
    after: Option<(i64, String)>,
    limit: u64,
) -> Result<Vec<Cadre>> {
    let mut query = Entity::find();
    if let Some(date) = search.date {
        query = query.filter(filter::on_day(Column::ValidFrom, Column::ValidUntil, date));
    }
    if let Some(areas) = &search.areas {
        query = query.filter(filter::within(areas));
    }
    if let Some(tree) = &search.filter {
        query = query.filter(filter::cadres(rows, tree, search.date).await?);
    }
    if search.newest_first {
        if let Some((time, id)) = after {
            let key = Expr::tuple([Expr::col(Column::CreateTime), Expr::col(Column::Id)]);
            query = query.filter(key.lt(Expr::tuple([Expr::value(time), Expr::value(id)])));
        }
        query = query.order_by_desc(Column::CreateTime).order_by_desc(Column::Id);
    } else {
        if let Some((_, id)) = after {
            query = query.filter(Column::Id.gt(id));
        }
        query = query.order_by_asc(Column::Id);
    }
    let found = query.limit(limit).all(&rows.on()).await?;
    complete(rows, found).await
}

/// Adds posts and expertise.
async fn complete(rows: &impl Rows, found: Vec<cadre::Model>) -> Result<Vec<Cadre>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || found.iter().map(|row| row.id.as_str());
    let mut posts: HashMap<String, Vec<Post>> = HashMap::new();
    let of = post::Column::Cadre.is_in(ids());
    for row in post::Entity::find().filter(of).order_by_asc(post::Column::Position).all(&rows.on()).await? {
        let post::Model { cadre, position: _, display_name, organization } = row;
        posts.entry(cadre).or_default().push(Post { display_name, organization });
    }
    let mut expertises: HashMap<String, Vec<Expertise>> = HashMap::new();
    let of = expertise::Column::Cadre.is_in(ids());
    let topics = expertise::Entity::find().filter(of).order_by_asc(expertise::Column::Position);
    for row in topics.all(&rows.on()).await? {
        let expertise::Model { cadre, position: _, topic, valid_from, valid_until } = row;
        let (valid_from, valid_until) = (valid_from.map(from_days), valid_until.map(from_days));
        expertises.entry(cadre).or_default().push(Expertise { topic, valid_from, valid_until });
    }
    let whole = |row: cadre::Model| {
        let (posts, expertises) = (posts.remove(&row.id), expertises.remove(&row.id));
        cadre(rows.keys(), row, posts.unwrap_or_default(), expertises.unwrap_or_default())
    };
    found.into_iter().map(whole).collect()
}

fn cadre(keys: &KeyRing, row: cadre::Model, posts: Vec<Post>, expertises: Vec<Expertise>) -> Result<Cadre> {
    let cadre::Model {
        id,
        display_name,
        rank,
        organization,
        phone,
        valid_from,
        valid_until,
        source,
        source_id,
        create_time,
        update_time,
        version,
        mediation_capacity,
    } = row;
    let facts = Facts {
        display_name,
        rank: Rank::from_number(rank).ok_or_else(|| Error::internal(format!("cadre {id} has an unknown rank")))?,
        organization,
        posts,
        expertises,
        phone: phone.map(|sealed| keys.open_text(&phone_place(&id), &sealed)).transpose()?,
        mediation_capacity,
        valid_from: valid_from.map(from_days),
        valid_until: valid_until.map(from_days),
        source: source.zip(source_id).map(|(register, id)| Source { register, id }),
    };
    Ok(Cadre { id, facts, create_time, update_time, version })
}

fn phone_place(id: &str) -> String {
    format!("cadres|phone|{id}")
}

fn row(tx: &Tx<'_>, cadre: &Cadre) -> cadre::ActiveModel {
    let Cadre { id, facts, create_time, update_time, version } = cadre;
    let Facts {
        display_name,
        rank,
        organization,
        posts: _,
        expertises: _,
        phone,
        mediation_capacity,
        valid_from,
        valid_until,
        source,
    } = facts;
    let (source, source_id) = source.clone().map(|Source { register, id }| (register, id)).unzip();
    cadre::ActiveModel {
        id: Set(id.clone()),
        display_name: Set(display_name.clone()),
        rank: Set(*rank as i32),
        organization: Set(organization.clone()),
        phone: Set(phone.as_ref().map(|phone| tx.keys().seal(&phone_place(id), phone.as_bytes()))),
        valid_from: Set(valid_from.map(days)),
        valid_until: Set(valid_until.map(days)),
        source: Set(source),
        source_id: Set(source_id),
        create_time: Set(*create_time),
        update_time: Set(*update_time),
        version: Set(*version),
        mediation_capacity: Set(*mediation_capacity),
    }
}

/// Enters a cadre.
pub async fn insert_cadre(tx: &Tx<'_>, cadre: &Cadre) -> Result<()> {
    let taken = || Error::AlreadyExists { resource: cadre.name() };
    Entity::insert(row(tx, cadre)).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    insert_parts(tx, cadre).await
}

/// Writes a cadre anew, whom the caller has locked.
pub async fn update_cadre(tx: &Tx<'_>, cadre: &Cadre) -> Result<()> {
    let taken = || Error::AlreadyExists { resource: cadre.name() };
    Entity::update(row(tx, cadre)).exec(tx.conn()).await.or_conflict(taken)?;
    post::Entity::delete_many().filter(post::Column::Cadre.eq(&cadre.id)).exec(tx.conn()).await?;
    expertise::Entity::delete_many().filter(expertise::Column::Cadre.eq(&cadre.id)).exec(tx.conn()).await?;
    insert_parts(tx, cadre).await
}

async fn insert_parts(tx: &Tx<'_>, cadre: &Cadre) -> Result<()> {
    let posts = cadre.facts.posts.iter().zip(0..).map(|(part, position)| post::ActiveModel {
        cadre: Set(cadre.id.clone()),
        position: Set(position),
        display_name: Set(part.display_name.clone()),
        organization: Set(part.organization.clone()),
    });
    if !cadre.facts.posts.is_empty() {
        post::Entity::insert_many(posts).exec_without_returning(tx.conn()).await?;
    }
    let expertises = cadre.facts.expertises.iter().zip(0..).map(|(part, position)| expertise::ActiveModel {
        cadre: Set(cadre.id.clone()),
        position: Set(position),
        topic: Set(part.topic.clone()),
        valid_from: Set(part.valid_from.map(days)),
        valid_until: Set(part.valid_until.map(days)),
    });
    if !cadre.facts.expertises.is_empty() {
        expertise::Entity::insert_many(expertises).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// A cadre's name and time of service, all that is needed where one is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// Name under which the cadre serves.
    pub display_name: String,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
}

impl Brief {
    /// The cadre serves on a day.
    pub fn serves(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_until.is_none_or(|until| day < until)
    }
}

/// Cadres by id, in brief. Who is not known is not among them.
///
/// # Errors
/// What the database answers.
pub async fn briefs(rows: &impl Rows, ids: impl Iterator<Item = &str>) -> Result<HashMap<String, Brief>> {
    let found: Vec<(String, String, Option<i32>, Option<i32>)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::DisplayName, Column::ValidFrom, Column::ValidUntil])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(&rows.on())
        .await?;
    let brief = |(id, display_name, from, until): (String, String, Option<i32>, Option<i32>)| {
        (id, Brief { display_name, valid_from: from.map(from_days), valid_until: until.map(from_days) })
    };
    Ok(found.into_iter().map(brief).collect())
}
