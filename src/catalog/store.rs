//! Reading and writing topics and calendars. The catalogue is public: these tables have no scope.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};

use super::{
    case_type::type_name,
    entity::{calendar, calendar_day, calendar_year, case_type, topic, topic_tree},
    model::{CalendarHead, CalendarYear, ListedDay, Notice, Topic},
    publish::Published,
    shipped::TopicTree,
};
use crate::{
    call::Micros,
    clock::{Calendar, Listed, Words},
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    wire::{days, from_days},
};

/// One topic.
pub async fn find_topic(rows: &impl Rows, id: &str) -> Result<Option<Topic>> {
    Ok(topic::Entity::find_by_id(id).one(&rows.on()).await?.map(Topic::from))
}

/// A revision of a case type, or the newest.
pub async fn find_type(rows: &impl Rows, id: &str, revision: Option<i32>) -> Result<Option<Published>> {
    let mut query = case_type::Entity::find().filter(case_type::Column::Id.eq(id));
    if let Some(revision) = revision {
        query = query.filter(case_type::Column::Revision.eq(revision));
    }
    let row = query.order_by_desc(case_type::Column::Revision).one(&rows.on()).await?;
    row.map(Published::try_from).transpose()
}

/// Case types in the order of their ids, the newest revision of each first.
pub async fn list_types(rows: &impl Rows, after: Option<(String, i32)>, limit: u64) -> Result<Vec<Published>> {
    use case_type::Column;
    let mut query = case_type::Entity::find();
    if let Some((id, revision)) = after {
        let later = sea_orm::Condition::any()
            .add(Column::Id.gt(id.as_str()))
            .add(sea_orm::Condition::all().add(Column::Id.eq(id)).add(Column::Revision.lt(revision)));
        query = query.filter(later);
    }
    let found = query.order_by_asc(Column::Id).order_by_desc(Column::Revision).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(Published::try_from).collect()
}

/// Enters a revision that is not there yet.
pub async fn add_type(tx: &Tx<'_>, published: &Published) -> Result<()> {
    let Published { definition, publish_time } = published;
    let row = case_type::ActiveModel {
        id: Set(definition.id.clone()),
        revision: Set(definition.revision),
        definition: Set(serde_json::to_string(definition.as_ref()).map_err(Error::internal)?),
        publish_time: Set(*publish_time),
    };
    case_type::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await
        .or_conflict(|| Error::AlreadyExists { resource: definition.name() })?;
    Ok(())
}

impl TryFrom<case_type::Model> for Published {
    type Error = Error;

    fn try_from(row: case_type::Model) -> Result<Self> {
        let definition = serde_json::from_str(&row.definition)
            .map_err(|fault| Error::internal(format!("{}: {fault}", type_name(&row.id, row.revision))))?;
        Ok(Self { definition: Arc::new(definition), publish_time: row.publish_time })
    }
}

/// Where a list of topics begins.
#[derive(Debug, Clone, Copy)]
pub enum Branch<'a> {
    /// The topics at the top.
    Top,
    /// All topics.
    All,
    /// Those right below one.
    Below(&'a Topic),
    /// All below one.
    AllBelow(&'a Topic),
}

/// Topics of a branch in the order of the tree.
pub async fn list_topics(
    rows: &impl Rows,
    branch: Branch<'_>,
    after: Option<(String, i32)>,
    limit: u64,
) -> Result<Vec<Topic>> {
    use topic::Column;
    let query = topic::Entity::find();
    let mut query = match branch {
        Branch::Top => query.filter(Column::Parent.is_null()),
        Branch::All => query,
        Branch::Below(above) => query.filter(Column::Parent.eq(above.id.as_str())),
        Branch::AllBelow(above) => query
            .filter(Column::Taxonomy.eq(above.taxonomy.as_str()))
            .filter(Column::Position.gt(above.position))
            .filter(Column::Position.lte(above.last_position)),
    };
    if let Some((taxonomy, position)) = after {
        let later = sea_orm::Condition::any()
            .add(Column::Taxonomy.gt(taxonomy.as_str()))
            .add(sea_orm::Condition::all().add(Column::Taxonomy.eq(taxonomy)).add(Column::Position.gt(position)));
        query = query.filter(later);
    }
    let found =
        query.order_by_asc(Column::Taxonomy).order_by_asc(Column::Position).limit(limit).all(&rows.on()).await?;
    Ok(found.into_iter().map(Topic::from).collect())
}

impl From<topic::Model> for Topic {
    fn from(row: topic::Model) -> Self {
        let topic::Model { id, taxonomy, display_name, display_name_en, parent, path, position, last_position } = row;
        let path = path.split('/').map(str::to_owned).collect();
        Self {
            id,
            taxonomy,
            title: Words { zh: display_name, en: display_name_en },
            parent,
            path,
            position,
            last_position,
        }
    }
}

/// The version in which a tree of topics stands here.
pub async fn tree_version(rows: &impl Rows, taxonomy: &str) -> Result<Option<i32>> {
    Ok(topic_tree::Entity::find_by_id(taxonomy).one(&rows.on()).await?.map(|row| row.version))
}

/// Locks a tree for a change, which may be its first, and returns its version; 0 where it is new.
pub async fn lock_tree(tx: &Tx<'_>, taxonomy: &str) -> Result<i32> {
    let row = topic_tree::ActiveModel { taxonomy: Set(taxonomy.to_owned()), version: Set(0) };
    topic_tree::Entity::insert(row)
        .on_conflict(OnConflict::column(topic_tree::Column::Taxonomy).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    if tx.locks_rows() {
        topic_tree::Entity::find_by_id(taxonomy).lock_exclusive().one(tx.conn()).await?;
    }
    Ok(tree_version(tx, taxonomy).await?.unwrap_or_default())
}

/// Puts a tree in the place of its version before.
pub async fn replace_tree(tx: &Tx<'_>, tree: &TopicTree) -> Result<()> {
    topic::Entity::delete_many().filter(topic::Column::Taxonomy.eq(tree.taxonomy.as_str())).exec(tx.conn()).await?;
    let row = |topic: &Topic| topic::ActiveModel {
        id: Set(topic.id.clone()),
        taxonomy: Set(topic.taxonomy.clone()),
        display_name: Set(topic.title.zh.clone()),
        display_name_en: Set(topic.title.en.clone()),
        parent: Set(topic.parent.clone()),
        path: Set(topic.path.join("/")),
        position: Set(topic.position),
        last_position: Set(topic.last_position),
    };
    topic::Entity::insert_many(tree.topics.iter().map(row)).exec_without_returning(tx.conn()).await?;
    topic_tree::Entity::update_many()
        .col_expr(topic_tree::Column::Version, tree.version.into())
        .filter(topic_tree::Column::Taxonomy.eq(tree.taxonomy.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// One calendar.
pub async fn find_calendar(rows: &impl Rows, id: &str) -> Result<Option<CalendarHead>> {
    Ok(calendar::Entity::find_by_id(id).one(&rows.on()).await?.map(CalendarHead::from))
}

/// Calendars in the order of their ids.
pub async fn list_calendars(rows: &impl Rows, after: Option<String>, limit: u64) -> Result<Vec<CalendarHead>> {
    let mut query = calendar::Entity::find();
    if let Some(id) = after {
        query = query.filter(calendar::Column::Id.gt(id));
    }
    let found = query.order_by_asc(calendar::Column::Id).limit(limit).all(&rows.on()).await?;
    Ok(found.into_iter().map(CalendarHead::from).collect())
}

impl From<calendar::Model> for CalendarHead {
    fn from(row: calendar::Model) -> Self {
        let calendar::Model { id, display_name, display_name_en, version, update_time } = row;
        Self { id, title: Words { zh: display_name, en: display_name_en }, version, update_time }
    }
}

/// Locks a calendar for a change.
pub async fn lock_calendar(tx: &Tx<'_>, id: &str) -> Result<Option<CalendarHead>> {
    if tx.locks_rows() {
        calendar::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?;
    }
    find_calendar(tx, id).await
}

/// Enters a calendar in version 0, unless it is there.
pub async fn add_calendar(tx: &Tx<'_>, id: &str, title: &Words) -> Result<()> {
    let row = calendar::ActiveModel {
        id: Set(id.to_owned()),
        display_name: Set(title.zh.clone()),
        display_name_en: Set(title.en.clone()),
        version: Set(0),
        update_time: Set(tx.call().now),
    };
    calendar::Entity::insert(row)
        .on_conflict(OnConflict::column(calendar::Column::Id).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Counts a change of a calendar.
pub async fn touch_calendar(tx: &Tx<'_>, head: &CalendarHead) -> Result<()> {
    calendar::Entity::update_many()
        .col_expr(calendar::Column::Version, head.version.into())
        .col_expr(calendar::Column::UpdateTime, head.update_time.into())
        .filter(calendar::Column::Id.eq(head.id.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The published years of a calendar, ascending.
pub async fn years(rows: &impl Rows, calendar: &str) -> Result<Vec<CalendarYear>> {
    Ok(years_of(rows, &[calendar]).await?.remove(calendar).unwrap_or_default())
}

/// The published years of some calendars, each ascending.
pub async fn years_of(rows: &impl Rows, calendars: &[&str]) -> Result<HashMap<String, Vec<CalendarYear>>> {
    use calendar_year::Column;
    let found = calendar_year::Entity::find()
        .filter(Column::Calendar.is_in(calendars.iter().copied()))
        .order_by_asc(Column::Calendar)
        .order_by_asc(Column::Year)
        .all(&rows.on())
        .await?;
    let mut years: HashMap<String, Vec<CalendarYear>> = HashMap::new();
    for row in found {
        let calendar_year::Model { calendar, year, citation, day_count, import_time } = row;
        years.entry(calendar).or_default().push(CalendarYear { year, citation, day_count, import_time });
    }
    Ok(years)
}

/// The listed days of a calendar, or of one year of it, ascending. Where two notices list a day, the later year's has it.
pub async fn listed_days(rows: &impl Rows, calendar: &str, year: Option<i32>) -> Result<Vec<ListedDay>> {
    use calendar_day::Column;
    let mut query = calendar_day::Entity::find().filter(Column::Calendar.eq(calendar));
    if let Some(year) = year {
        let (first, last) = span(year);
        query = query.filter(Column::Date.between(first, last));
    }
    let found = query.order_by_asc(Column::Date).order_by_asc(Column::Year).all(&rows.on()).await?;
    let mut listed: Vec<ListedDay> = Vec::with_capacity(found.len());
    for row in found {
        let day = ListedDay { date: from_days(row.date), off: row.off, display_name: row.display_name };
        match listed.last_mut().filter(|last| last.date == day.date) {
            Some(last) => *last = day,
            None => listed.push(day),
        }
    }
    Ok(listed)
}

/// First and last day of a year.
fn span(year: i32) -> (i32, i32) {
    let day = |month, day| days(NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default());
    (day(1, 1), day(12, 31))
}

/// A calendar whole, as clocks count by it.
pub async fn whole(rows: &impl Rows, head: &CalendarHead) -> Result<Calendar> {
    let published: BTreeSet<i32> = years(rows, &head.id).await?.into_iter().map(|year| year.year).collect();
    let listed: BTreeMap<NaiveDate, Listed> = listed_days(rows, &head.id, None)
        .await?
        .into_iter()
        .map(|day| (day.date, Listed { off: day.off, name: day.display_name }))
        .collect();
    Ok(Calendar::new(head.version_name(), listed, published))
}

/// Puts a year's notice in the place of what stood for the year.
pub async fn put_notice(tx: &Tx<'_>, calendar: &str, notice: &Notice, now: Micros) -> Result<()> {
    let (before, _) = span(notice.year - 1);
    let (_, last) = span(notice.year);
    calendar_day::Entity::delete_many()
        .filter(calendar_day::Column::Calendar.eq(calendar))
        .filter(calendar_day::Column::Date.between(before, last))
        .filter(calendar_day::Column::Year.eq(notice.year))
        .exec(tx.conn())
        .await?;
    calendar_year::Entity::delete_by_id((calendar.to_owned(), notice.year)).exec(tx.conn()).await?;
    add_notices(tx, calendar, std::slice::from_ref(notice), now).await
}

/// Enters notices of years for which none stands.
pub async fn add_notices(tx: &Tx<'_>, calendar: &str, notices: &[Notice], now: Micros) -> Result<()> {
    let year = |notice: &Notice| calendar_year::ActiveModel {
        calendar: Set(calendar.to_owned()),
        year: Set(notice.year),
        citation: Set(notice.citation.clone()),
        day_count: Set(i32::try_from(notice.days.len()).unwrap_or(i32::MAX)),
        import_time: Set(now),
    };
    calendar_year::Entity::insert_many(notices.iter().map(year)).exec_without_returning(tx.conn()).await?;
    let rows = notices.iter().flat_map(|notice| {
        notice.days.iter().map(|day| calendar_day::ActiveModel {
            calendar: Set(calendar.to_owned()),
            date: Set(days(day.date)),
            year: Set(notice.year),
            off: Set(day.off),
            display_name: Set(day.display_name.clone()),
        })
    });
    calendar_day::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}
