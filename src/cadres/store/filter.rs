//! The documented filters as conditions.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, Query},
};

use super::super::entity::{cadre, expertise, posting};
use crate::{
    auth::Area,
    db::Rows,
    error::{Error, Result},
    filter::{Expr as Filter, Field, Kind, Op, Value},
    place::{Code, Level},
    regions,
    wire::days,
};

const RANKS: &[&str] = &["RANK_PREFECTURE", "RANK_COUNTY", "RANK_SECTION", "RANK_STAFF", "RANK_OTHER"];
const ROLES: &[&str] = &[
    "ROLE_TOWNSHIP_LEADER",
    "ROLE_VILLAGE_HELPER",
    "ROLE_FIRST_SECRETARY",
    "ROLE_TOWNSHIP_LINK",
    "ROLE_GRID_MEMBER",
    "ROLE_RECEPTION",
    "ROLE_MEDIATOR",
    "ROLE_PETITION_AGENT",
    "ROLE_VILLAGE_DOCTOR",
];

const fn field(name: &'static str, kind: Kind, ops: &'static [Op]) -> Field {
    Field { name, kind, ops }
}

/// What cadres may be filtered by.
pub const CADRE_FIELDS: &[Field] = &[
    field("organization", Kind::Name("organizations/"), &[Op::Eq]),
    field("region", Kind::Name("regions/"), &[Op::Eq]),
    field("rank", Kind::Enum(RANKS), &[Op::Eq, Op::Ne]),
    field("topic", Kind::Name("topics/"), &[Op::Eq]),
    field("display_name", Kind::Text, &[Op::Eq]),
    field("source", Kind::Text, &[Op::Eq]),
    field("source_id", Kind::Text, &[Op::Eq]),
];

/// What postings may be filtered by.
pub const POSTING_FIELDS: &[Field] = &[
    field("region", Kind::Name("regions/"), &[Op::Eq]),
    field("role", Kind::Enum(ROLES), &[Op::Eq, Op::Ne]),
    field("source", Kind::Text, &[Op::Eq]),
    field("source_id", Kind::Text, &[Op::Eq]),
];

/// A day lies between two columns of days, of which either may be open.
pub fn on_day(from: impl ColumnTrait, until: impl ColumnTrait, date: NaiveDate) -> Condition {
    let day = days(date);
    Condition::all()
        .add(Condition::any().add(from.is_null()).add(from.lte(day)))
        .add(Condition::any().add(until.is_null()).add(until.gt(day)))
}

/// Filter of cadres. With a date only expertise that counts on it is looked at.
pub async fn cadres(rows: &impl Rows, tree: &Filter, date: Option<NaiveDate>) -> Result<Condition> {
    use cadre::Column;
    let levels = levels(rows, tree, CADRE_FIELDS).await?;
    condition(tree, &|field, op, value| {
        let text = text_of(value)?;
        Ok(match CADRE_FIELDS.get(field).map(|field| field.name) {
            Some("organization") => same(Column::Organization, after_slash(text)),
            Some("region") => organization_within(&levels, text)?,
            Some("rank") => numbered(Column::Rank, op, RANKS, text),
            Some("topic") => {
                let mut known = expertise::Entity::find()
                    .select_only()
                    .column(expertise::Column::Cadre)
                    .filter(expertise::Column::Topic.eq(after_slash(text)));
                if let Some(date) = date {
                    known = known.filter(on_day(expertise::Column::ValidFrom, expertise::Column::ValidUntil, date));
                }
                Condition::all().add(Column::Id.in_subquery(known.into_query()))
            }
            Some("display_name") => match value {
                Value::Prefix(start) => begins_with(Column::DisplayName, start),
                _ => same(Column::DisplayName, text),
            },
            Some("source") => same(Column::Source, text),
            Some("source_id") => same(Column::SourceId, text),
            _ => return Err(Error::internal("a filter by an unknown field of cadres")),
        })
    })
}

/// Filter of postings.
pub async fn postings(rows: &impl Rows, tree: &Filter) -> Result<Condition> {
    use posting::Column;
    let levels = levels(rows, tree, POSTING_FIELDS).await?;
    condition(tree, &|field, op, value| {
        let text = text_of(value)?;
        Ok(match POSTING_FIELDS.get(field).map(|field| field.name) {
            Some("region") => posting_within(&levels, text)?,
            Some("role") => numbered(Column::Role, op, ROLES, text),
            Some("source") => same(Column::Source, text),
            Some("source_id") => same(Column::SourceId, text),
            _ => return Err(Error::internal("a filter by an unknown field of postings")),
        })
    })
}

/// The cadre's organization lies in one of the areas.
pub fn within(areas: &[Area]) -> Condition {
    areas.iter().fold(Condition::any().add(nothing()), |any, area| match area {
        Area::Region { level, code } => any.add(organization_in(*level, *code)),
        Area::Organization { .. } | Area::Posting { .. } => any,
    })
}

fn organization_within(levels: &Levels, name: &str) -> Result<Condition> {
    let (level, code) = found(levels, name)?;
    Ok(organization_in(level, code))
}

/// Organizations move now and then, so no copy of their place is kept with their cadres.
fn organization_in(level: Level, code: Code) -> Condition {
    let Some(column) = level_column(level) else { return everything() };
    let mut organizations = Query::select();
    organizations
        .column(Alias::new("id"))
        .from(Alias::new("organizations"))
        .and_where(Expr::col(Alias::new(column)).eq(code.stored()));
    Condition::all().add(cadre::Column::Organization.in_subquery(organizations))
}

fn posting_within(levels: &Levels, name: &str) -> Result<Condition> {
    let (level, code) = found(levels, name)?;
    let Some(column) = level_column(level) else { return Ok(everything()) };
    let column = || Expr::col(Alias::new(column));
    // Known besides, so that the opposite of the condition holds above the level.
    Ok(Condition::all().add(column().is_not_null()).add(column().eq(code.stored())))
}

fn found(levels: &Levels, name: &str) -> Result<(Level, Code)> {
    levels.get(name).copied().ok_or_else(|| Error::internal("a region of a filter was not looked up"))
}

fn level_column(level: Level) -> Option<&'static str> {
    match level {
        Level::Country => None,
        Level::Province => Some("province"),
        Level::City => Some("city"),
        Level::County => Some("county"),
        Level::Township => Some("township"),
        Level::Village => Some("village"),
    }
}

/// Level and code of regions by name.
type Levels = HashMap<String, (Level, Code)>;

/// Level and code of each region that a filter names.
async fn levels(rows: &impl Rows, tree: &Filter, fields: &[Field]) -> Result<Levels> {
    let mut named = Vec::new();
    regions_of(tree, fields, &mut named);
    let mut levels = HashMap::new();
    for name in named {
        let refuse = |message: String| Error::InvalidFilter { field: "filter", message };
        let code = Code::from_name(name).map_err(|fault| refuse(format!("region {fault}")))?;
        let level = match code {
            Code::COUNTRY => Level::Country,
            code => {
                let region = regions::latest(rows, code).await?;
                region.ok_or_else(|| refuse(format!("{} is not a region", code.name())))?.level
            }
        };
        levels.insert(name.to_owned(), (level, code));
    }
    Ok(levels)
}

fn regions_of<'a>(tree: &'a Filter, fields: &[Field], named: &mut Vec<&'a str>) {
    match tree {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| regions_of(part, fields, named)),
        Filter::Not(part) => regions_of(part, fields, named),
        Filter::Compare { field, op: _, value: Value::Text(name) } => {
            if fields.get(*field).is_some_and(|field| field.kind == Kind::Name("regions/")) {
                named.push(name);
            }
        }
        Filter::Compare { .. } => {}
    }
}

fn condition(tree: &Filter, leaf: &impl Fn(usize, Op, &Value) -> Result<Condition>) -> Result<Condition> {
    match tree {
        Filter::And(parts) => parts.iter().try_fold(Condition::all(), |all, part| Ok(all.add(condition(part, leaf)?))),
        Filter::Or(parts) => parts.iter().try_fold(Condition::any(), |any, part| Ok(any.add(condition(part, leaf)?))),
        Filter::Not(part) => Ok(Condition::all().add(condition(part, leaf)?).not()),
        Filter::Compare { field, op, value } => leaf(*field, *op, value),
    }
}

fn text_of(value: &Value) -> Result<&str> {
    match value {
        Value::Text(text) | Value::Prefix(text) => Ok(text),
        Value::Bool(_) | Value::Int(_) | Value::Time(_) | Value::Date(_) | Value::Present => {
            Err(Error::internal("a filter with a value that is no text"))
        }
    }
}

fn after_slash(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, id)| id)
}

fn same(column: impl ColumnTrait, text: &str) -> Condition {
    Condition::all().add(column.is_not_null()).add(column.eq(text))
}

fn numbered(column: impl ColumnTrait, op: Op, words: &[&str], word: &str) -> Condition {
    // Words stand in the order of their numbers, which begin with 1.
    let number = words.iter().zip(1..).find(|(known, _)| **known == word).map_or(0, |(_, number)| number);
    Condition::all().add(if op == Op::Ne { column.ne(number) } else { column.eq(number) })
}

/// A prefix as a range, which any index that compares bytes serves.
fn begins_with(column: impl ColumnTrait, start: &str) -> Condition {
    let from = Condition::all().add(column.gte(start));
    match successor(start) {
        Some(end) => from.add(column.lt(end)),
        None => from,
    }
}

/// The first text after all that begin so.
fn successor(start: &str) -> Option<String> {
    let mut chars: Vec<char> = start.chars().collect();
    while let Some(last) = chars.pop() {
        // Between U+D7FF and U+E000 there are no characters.
        let next = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

fn nothing() -> Condition {
    Condition::all().add(Expr::value(1).eq(0))
}

fn everything() -> Condition {
    Condition::all().add(Expr::value(1).eq(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cadres::{Rank, Role};

    #[test]
    fn a_prefix_ends_before_its_successor() {
        assert_eq!(successor("李").as_deref(), Some("杏"));
        assert_eq!(successor("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10FFFF}"), None);
        assert!("李\u{10FFFF}" < successor("李").expect("successor").as_str());
    }

    #[test]
    fn words_stand_in_the_order_of_their_numbers() {
        use crate::pb::v1::{cadre, posting};
        for (word, number) in RANKS.iter().zip(1..) {
            assert_eq!(cadre::Rank::from_str_name(word).map(i32::from), Some(number));
            assert!(Rank::from_number(number).is_some());
        }
        for (word, number) in ROLES.iter().zip(1..) {
            assert_eq!(posting::Role::from_str_name(word).map(i32::from), Some(number));
            assert!(Role::from_number(number).is_some());
        }
    }
}
