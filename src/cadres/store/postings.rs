//! Postings.

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::{
    super::{
        entity::posting::{self, Column, Entity},
        model::{Document, End, EndReason, Posting, PostingFacts, Role, Source, Substitute},
    },
    cadres::briefs,
    filter,
};
use crate::{
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    filter::Expr as Filter,
    place::{Code, Level, Path},
    wire::{days, from_days},
};

/// Which postings to list.
#[derive(Debug, Clone)]
pub struct PostingSearch {
    /// Those of one cadre.
    pub cadre: Option<String>,
    /// Over [`super::POSTING_FIELDS`].
    pub filter: Option<Filter>,
    /// Only those in force on this day.
    pub date: Option<NaiveDate>,
    /// By name instead of by first day, latest first.
    pub by_name: bool,
}

/// The sort key of a posting: first day, cadre, id.
pub type PostingKey = (i32, String, String);

/// One posting.
pub async fn find_posting(rows: &impl Rows, cadre: &str, id: &str) -> Result<Option<Posting>> {
    let row = Entity::find_by_id((cadre.to_owned(), id.to_owned())).one(&rows.on()).await?;
    Ok(complete(rows, row.into_iter().collect()).await?.pop())
}

/// The posting that a register knows under that id.
pub async fn source_posting(rows: &impl Rows, source: &Source) -> Result<Option<Posting>> {
    let row = Entity::find()
        .filter(Column::Source.eq(&source.register))
        .filter(Column::SourceId.eq(&source.id))
        .one(&rows.on())
        .await?;
    Ok(complete(rows, row.into_iter().collect()).await?.pop())
}

/// Postings in the order of the search.
pub async fn list_postings(
    rows: &impl Rows,
    search: &PostingSearch,
    after: Option<PostingKey>,
    limit: u64,
) -> Result<Vec<Posting>> {
    let mut query = Entity::find();
    if let Some(cadre) = &search.cadre {
        query = query.filter(Column::Cadre.eq(cadre));
    }
    if let Some(date) = search.date {
        query = query.filter(filter::on_day(Column::ValidFrom, Column::ValidUntil, date));
    }
    if let Some(tree) = &search.filter {
        query = query.filter(filter::postings(rows, tree).await?);
    }
    let column = |column: Column| Expr::col(column);
    if search.by_name {
        if let Some((_, cadre, id)) = after {
            let key = Expr::tuple([column(Column::Cadre), column(Column::Id)]);
            query = query.filter(key.gt(Expr::tuple([Expr::value(cadre), Expr::value(id)])));
        }
        query = query.order_by_asc(Column::Cadre).order_by_asc(Column::Id);
    } else {
        if let Some((from, cadre, id)) = after {
            let key = Expr::tuple([column(Column::ValidFrom), column(Column::Cadre), column(Column::Id)]);
            query = query.filter(key.lt(Expr::tuple([Expr::value(from), Expr::value(cadre), Expr::value(id)])));
        }
        query = query.order_by_desc(Column::ValidFrom).order_by_desc(Column::Cadre).order_by_desc(Column::Id);
    }
    complete(rows, query.limit(limit).all(&rows.on()).await?).await
}

/// Postings of a cadre in one role, in no order.
pub async fn postings_as(rows: &impl Rows, cadre: &str, role: Role) -> Result<Vec<Posting>> {
    let found =
        Entity::find().filter(Column::Cadre.eq(cadre)).filter(Column::Role.eq(role as i32)).all(&rows.on()).await?;
    complete(rows, found).await
}

/// Postings to any of these regions in force on a day, in no order.
pub async fn postings_in(rows: &impl Rows, regions: &[Code], date: NaiveDate) -> Result<Vec<Posting>> {
    let found = Entity::find()
        .filter(Column::Region.is_in(regions.iter().map(|code| code.stored())))
        .filter(filter::on_day(Column::ValidFrom, Column::ValidUntil, date))
        .all(&rows.on())
        .await?;
    complete(rows, found).await
}

/// A posting that holds the same role in the same place on a day of that term. The caller has locked the cadre.
pub async fn overlapping(tx: &Tx<'_>, posting: &Posting) -> Result<Option<Posting>> {
    let from = days(posting.facts.valid_from);
    let mut query = Entity::find()
        .filter(Column::Cadre.eq(&posting.cadre))
        .filter(Column::Region.eq(posting.facts.region.stored()))
        .filter(Column::Role.eq(posting.facts.role as i32))
        // One that ended on its first day never held.
        .filter(open_or(Expr::col(Column::ValidUntil).gt(from)))
        .filter(open_or(Expr::col(Column::ValidUntil).gt(Expr::col(Column::ValidFrom))));
    if let Some(until) = posting.valid_until() {
        if until <= posting.facts.valid_from {
            return Ok(None);
        }
        query = query.filter(Column::ValidFrom.lt(days(until)));
    }
    Ok(complete(tx, query.one(tx.conn()).await?.into_iter().collect()).await?.pop())
}

fn open_or(condition: impl Into<Expr>) -> Condition {
    Condition::any().add(Column::ValidUntil.is_null()).add(condition.into())
}

/// A posting of the cadre that holds on a day outside of that service.
pub async fn beyond_service(
    tx: &Tx<'_>,
    cadre: &str,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
) -> Result<Option<Posting>> {
    let mut outside = Condition::any();
    if let Some(from) = from {
        outside = outside.add(Column::ValidFrom.lt(days(from)));
    }
    if let Some(until) = until {
        outside = outside.add(open_or(Expr::col(Column::ValidUntil).gt(days(until))));
    }
    if outside.is_empty() {
        return Ok(None);
    }
    let row = Entity::find()
        .filter(Column::Cadre.eq(cadre))
        .filter(open_or(Expr::col(Column::ValidUntil).gt(Expr::col(Column::ValidFrom))))
        .filter(outside)
        .one(tx.conn())
        .await?;
    Ok(complete(tx, row.into_iter().collect()).await?.pop())
}

/// Adds the cadres' names.
async fn complete(rows: &impl Rows, found: Vec<posting::Model>) -> Result<Vec<Posting>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<&str> = found.iter().map(|row| row.cadre.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = briefs(rows, ids.into_iter()).await?;
    let whole = |row: posting::Model| {
        let name = known.get(&row.cadre).map(|cadre| cadre.display_name.clone()).unwrap_or_default();
        posting(row, name)
    };
    found.into_iter().map(whole).collect()
}

fn posting(row: posting::Model, cadre_display_name: String) -> Result<Posting> {
    let broken = || Error::internal(format!("posting {}/{} is of no known form", row.cadre, row.id));
    let code = |code: Option<i64>| code.map(Code::from_stored);
    let place = Path {
        province: code(row.province),
        city: code(row.city),
        county: code(row.county),
        township: code(row.township),
        village: code(row.village),
    };
    let end = match (row.end_reason, row.valid_until) {
        (None, _) => None,
        (Some(_), None) => return Err(broken()),
        (Some(reason), Some(date)) => Some(End {
            date: from_days(date),
            reason: EndReason::from_number(reason).ok_or_else(broken)?,
            explanation: row.end_explanation.unwrap_or_default(),
            document: Document {
                number: row.ending_number,
                title: row.ending_title,
                issuer: row.ending_issuer,
                date: row.ending_date.map(from_days),
            },
        }),
    };
    let facts = PostingFacts {
        region: Code::from_stored(row.region),
        role: Role::from_number(row.role).ok_or_else(|| Error::internal("a posting with an unknown role"))?,
        valid_from: from_days(row.valid_from),
        term_until: row.term_until.map(from_days),
        document: Document {
            number: row.appointing_number,
            title: row.appointing_title,
            issuer: row.appointing_issuer,
            date: row.appointing_date.map(from_days),
        },
        substitute: row.substitute_cadre.map(|cadre| Substitute { cadre, posting: row.substitute_posting }),
    };
    Ok(Posting {
        cadre: row.cadre,
        id: row.id,
        cadre_display_name,
        facts,
        region_version: row.region_version,
        region_level: Level::from_stored(row.region_level)
            .ok_or_else(|| Error::internal("a posting with an unknown level"))?,
        place,
        end,
        source: row.source.zip(row.source_id).map(|(register, id)| Source { register, id }),
        create_time: row.create_time,
        update_time: row.update_time,
        version: row.version,
    })
}

/// Enters a posting. The caller has locked the cadre and looked for overlaps.
pub async fn insert_posting(tx: &Tx<'_>, posting: &Posting) -> Result<()> {
    let code = |code: Option<Code>| Set(code.map(Code::stored));
    let PostingFacts { region, role, valid_from, term_until, document, substitute } = &posting.facts;
    let ending = posting.end.as_ref().map(|end| end.document.clone()).unwrap_or_default();
    let row = posting::ActiveModel {
        cadre: Set(posting.cadre.clone()),
        id: Set(posting.id.clone()),
        region: Set(region.stored()),
        region_version: Set(posting.region_version),
        region_level: Set(posting.region_level.stored()),
        province: code(posting.place.province),
        city: code(posting.place.city),
        county: code(posting.place.county),
        township: code(posting.place.township),
        village: code(posting.place.village),
        role: Set(*role as i32),
        valid_from: Set(days(*valid_from)),
        term_until: Set(term_until.map(days)),
        valid_until: Set(posting.valid_until().map(days)),
        appointing_number: Set(document.number.clone()),
        appointing_title: Set(document.title.clone()),
        appointing_issuer: Set(document.issuer.clone()),
        appointing_date: Set(document.date.map(days)),
        substitute_cadre: Set(substitute.as_ref().map(|other| other.cadre.clone())),
        substitute_posting: Set(substitute.as_ref().and_then(|other| other.posting.clone())),
        end_reason: Set(posting.end.as_ref().map(|end| end.reason as i32)),
        end_explanation: Set(posting.end.as_ref().map(|end| end.explanation.clone())),
        ending_number: Set(ending.number),
        ending_title: Set(ending.title),
        ending_issuer: Set(ending.issuer),
        ending_date: Set(ending.date.map(days)),
        source: Set(posting.source.as_ref().map(|source| source.register.clone())),
        source_id: Set(posting.source.as_ref().map(|source| source.id.clone())),
        create_time: Set(posting.create_time),
        update_time: Set(posting.update_time),
        version: Set(posting.version),
    };
    let taken = || match posting.source {
        Some(_) => Error::AlreadyExists { resource: posting.name() },
        None => Error::PostingOverlap { resource: posting.name() },
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    Ok(())
}

/// Writes the end of a posting, and nothing else of it.
pub async fn end_posting(tx: &Tx<'_>, posting: &Posting, end: &End) -> Result<()> {
    let row = posting::ActiveModel {
        cadre: Set(posting.cadre.clone()),
        id: Set(posting.id.clone()),
        valid_until: Set(Some(days(end.date))),
        end_reason: Set(Some(end.reason as i32)),
        end_explanation: Set(Some(end.explanation.clone())),
        ending_number: Set(end.document.number.clone()),
        ending_title: Set(end.document.title.clone()),
        ending_issuer: Set(end.document.issuer.clone()),
        ending_date: Set(end.document.date.map(days)),
        update_time: Set(posting.update_time),
        version: Set(posting.version),
        ..Default::default()
    };
    Entity::update(row).exec(tx.conn()).await?;
    Ok(())
}
