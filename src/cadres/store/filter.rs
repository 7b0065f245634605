//! The documented filters as conditions.

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Alias, Expr},
};

use super::super::entity::{cadre, expertise, posting};
use crate::{
    auth::Area,
    db::{Rows, filtered::condition},
    error::{Error, Result},
    filter::{Expr as Filter, Field, Kind, Op, Value},
    organizations,
    place::Level,
    regions::{self, Levels},
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
    let levels = regions::levels(rows, Some(tree), CADRE_FIELDS).await?;
    condition(tree, CADRE_FIELDS, &|field, op, value| {
        let text = text_of(value)?;
        Ok(match field {
            "organization" => same(Column::Organization, after_slash(text)),
            "region" => {
                let (level, code) = levels.of(text)?;
                organizations::within(Column::Organization, level, code)
            }
            "rank" => numbered(Column::Rank, op, RANKS, text),
            "topic" => {
                let mut known = expertise::Entity::find()
                    .select_only()
                    .column(expertise::Column::Cadre)
                    .filter(expertise::Column::Topic.eq(after_slash(text)));
                if let Some(date) = date {
                    known = known.filter(on_day(expertise::Column::ValidFrom, expertise::Column::ValidUntil, date));
                }
                Condition::all().add(Column::Id.in_subquery(known.into_query()))
            }
            "display_name" => match value {
                Value::Prefix(start) => begins_with(Column::DisplayName, start),
                _ => same(Column::DisplayName, text),
            },
            "source" => same(Column::Source, text),
            "source_id" => same(Column::SourceId, text),
            _ => return Err(Error::internal("a filter by an unknown field of cadres")),
        })
    })
}

/// Filter of postings.
pub async fn postings(rows: &impl Rows, tree: &Filter) -> Result<Condition> {
    use posting::Column;
    let levels = regions::levels(rows, Some(tree), POSTING_FIELDS).await?;
    condition(tree, POSTING_FIELDS, &|field, op, value| {
        let text = text_of(value)?;
        Ok(match field {
            "region" => posting_within(&levels, text)?,
            "role" => numbered(Column::Role, op, ROLES, text),
            "source" => same(Column::Source, text),
            "source_id" => same(Column::SourceId, text),
            _ => return Err(Error::internal("a filter by an unknown field of postings")),
        })
    })
}

/// The cadre's organization lies in one of the areas.
pub fn within(areas: &[Area]) -> Condition {
    areas.iter().fold(Condition::any().add(nothing()), |any, area| match area {
        Area::Region { level, code } => any.add(organizations::within(cadre::Column::Organization, *level, *code)),
        Area::Organization { .. } | Area::Posting { .. } => any,
    })
}

fn posting_within(levels: &Levels, name: &str) -> Result<Condition> {
    let (level, code) = levels.of(name)?;
    let Some(column) = level_column(level) else { return Ok(everything()) };
    let column = || Expr::col(Alias::new(column));
    // Known besides, so that the opposite of the condition holds above the level.
    Ok(Condition::all().add(column().is_not_null()).add(column().eq(code.stored())))
}

/// The column of a table with a place that has the codes of a level.
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
