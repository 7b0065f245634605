//! Reading and writing regions. They are public facts, the one table without a scope.

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};

use super::{
    entity::{self, Column, Entity, succession},
    model::Region,
};
use crate::{
    db::{Rows, Tx},
    error::Result,
    place::{Code, Level},
    wire::{days, from_days},
};

fn in_force(date: NaiveDate) -> Condition {
    let day = days(date);
    Condition::all()
        .add(Column::ValidFrom.lte(day))
        .add(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(day)))
}

/// The version of a code in force on a day.
pub async fn find(rows: &impl Rows, code: Code, date: NaiveDate) -> Result<Option<Region>> {
    let row = Entity::find().filter(Column::Code.eq(code.stored())).filter(in_force(date)).one(&rows.on()).await?;
    row.map(Region::try_from).transpose()
}

/// All versions of a code, oldest first.
pub async fn versions(rows: &impl Rows, code: Code) -> Result<Vec<Region>> {
    let found =
        Entity::find().filter(Column::Code.eq(code.stored())).order_by_asc(Column::Version).all(&rows.on()).await?;
    found.into_iter().map(Region::try_from).collect()
}

/// Children of a region that hold today, in code order.
pub async fn children(rows: &impl Rows, parent: Code, after: Option<i64>, limit: u64) -> Result<Vec<Region>> {
    let mut query = Entity::find().filter(Column::Parent.eq(parent.stored())).filter(Column::Current.eq(true));
    if let Some(code) = after {
        query = query.filter(Column::Code.gt(code));
    }
    let found = query.order_by_asc(Column::Code).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(Region::try_from).collect()
}

fn column_of(level: Level) -> Option<Column> {
    match level {
        Level::Country => None,
        Level::Province => Some(Column::Province),
        Level::City => Some(Column::City),
        Level::County => Some(Column::County),
        Level::Township => Some(Column::Township),
        Level::Village => Some(Column::Village),
    }
}

/// Everything below a region that holds today, in code order.
pub async fn descendants(
    rows: &impl Rows,
    root: &Region,
    level: Option<Level>,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<Region>> {
    let mut query = Entity::find().filter(Column::Current.eq(true)).filter(Column::Level.gt(root.level.stored()));
    if let Some(column) = column_of(root.level) {
        query = query.filter(column.eq(root.code.stored()));
    }
    if let Some(level) = level {
        query = query.filter(Column::Level.eq(level.stored()));
    }
    if let Some(code) = after {
        query = query.filter(Column::Code.gt(code));
    }
    let found = query.order_by_asc(Column::Code).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(Region::try_from).collect()
}

/// Regions whose stem is one of `stems`, in code order.
pub async fn by_stem(
    rows: &impl Rows,
    stems: &[&str],
    below: Option<&Region>,
    level: Option<Level>,
    date: NaiveDate,
    limit: u64,
) -> Result<Vec<Region>> {
    let mut query = Entity::find().filter(Column::Stem.is_in(stems.iter().copied())).filter(in_force(date));
    if let Some((column, code)) = below.and_then(|root| column_of(root.level).map(|column| (column, root.code))) {
        query = query.filter(column.eq(code.stored()));
    }
    if let Some(level) = level {
        query = query.filter(Column::Level.eq(level.stored()));
    }
    let found = query.order_by_asc(Column::Code).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(Region::try_from).collect()
}

/// Writes a new version and closes the one before.
pub async fn add_version(tx: &Tx<'_>, region: &Region, stem: &str, source: &str) -> Result<()> {
    close(tx, region.code, region.valid_from).await?;
    let code = |code: Option<Code>| Set(code.map(Code::stored));
    let row = entity::ActiveModel {
        code: Set(region.code.stored()),
        version: Set(region.version),
        display_name: Set(region.display_name.clone()),
        stem: Set(stem.to_owned()),
        level: Set(region.level.stored()),
        kind: Set(region.kind as i32),
        parent: code(region.parent),
        province: code(region.path.province),
        city: code(region.path.city),
        county: code(region.path.county),
        township: code(region.path.township),
        village: code(region.path.village),
        valid_from: Set(days(region.valid_from)),
        valid_until: Set(region.valid_until.map(days)),
        current: Set(region.valid_until.is_none()),
        source: Set(source.to_owned()),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Ends the present version of a code on a day.
pub async fn close(tx: &Tx<'_>, code: Code, on: NaiveDate) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Current, false.into())
        .col_expr(Column::ValidUntil, days(on).into())
        .filter(Column::Code.eq(code.stored()))
        .filter(Column::Current.eq(true))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes who followed whom.
pub async fn add_succession(tx: &Tx<'_>, predecessor: Code, successor: Code, date: NaiveDate) -> Result<()> {
    let row = succession::ActiveModel {
        predecessor: Set(predecessor.stored()),
        successor: Set(successor.stored()),
        effective_date: Set(days(date)),
    };
    succession::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// The edges at either end of a region, oldest first.
pub async fn successions(rows: &impl Rows, code: Code) -> Result<Vec<(Code, Code, NaiveDate)>> {
    use succession::Column as Edge;
    let found = succession::Entity::find()
        .filter(Condition::any().add(Edge::Predecessor.eq(code.stored())).add(Edge::Successor.eq(code.stored())))
        .order_by_asc(Edge::EffectiveDate)
        .order_by_asc(Edge::Predecessor)
        .order_by_asc(Edge::Successor)
        .all(&rows.on())
        .await?;
    let edge = |row: succession::Model| {
        (Code::from_stored(row.predecessor), Code::from_stored(row.successor), from_days(row.effective_date))
    };
    Ok(found.into_iter().map(edge).collect())
}
