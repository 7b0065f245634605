//! Which organizations a list holds: the filter's fields and orders, and what they mean in columns.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{
    entity::{Column, Entity},
    model::Kind,
};
use crate::{
    db::{Rows, filtered},
    error::{Error, Result},
    filter::{self, Expr, Field, Kind as Type, Op, Value},
    place::{Code, Level},
    regions::{self, Levels},
    wire::days,
};

const KIND_WORDS: &[&str] = &[
    "KIND_PETITION_OFFICE",
    "KIND_PARTY_COMMITTEE",
    "KIND_GOVERNMENT",
    "KIND_DEPARTMENT",
    "KIND_TOWNSHIP_GOVERNMENT",
    "KIND_VILLAGE_COMMITTEE",
    "KIND_COURT",
    "KIND_PROCURATORATE",
    "KIND_DISCIPLINE_BODY",
    "KIND_POLICE",
    "KIND_JUDICIAL_OFFICE",
    "KIND_MEDIATION_COMMITTEE",
    "KIND_MEDIATION_CENTER",
    "KIND_ENTERPRISE",
    "KIND_SOCIAL_BODY",
    "KIND_OTHER",
];

/// The fields that ListOrganizations documents.
const FIELDS: &[Field] = &[
    Field { name: "kind", kind: Type::Enum(KIND_WORDS), ops: &[Op::Eq, Op::Ne] },
    Field { name: "region", kind: Type::Name("regions/"), ops: &[Op::Eq] },
    Field { name: "parent", kind: Type::Name("organizations/"), ops: &[Op::Eq] },
    Field { name: "display_name", kind: Type::Text, ops: &[Op::Eq] },
    Field { name: "unified_code", kind: Type::Text, ops: &[Op::Eq] },
    Field { name: "source", kind: Type::Text, ops: &[Op::Eq] },
    Field { name: "source_id", kind: Type::Text, ops: &[Op::Eq] },
];

const ORDERS: &[&str] = &["name", "create_time desc"];

/// In which order a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By name.
    Name,
    /// The newest first.
    Newest,
}

/// What a list asks for.
#[derive(Debug, Clone)]
pub struct Query {
    filter: Option<Expr>,
    /// The order.
    pub order: Order,
    /// Only those that exist on this day.
    pub date: Option<NaiveDate>,
}

impl Query {
    /// Reads filter and order.
    ///
    /// # Errors
    /// `InvalidFilter`.
    pub fn read(filter: &str, order_by: &str, date: Option<NaiveDate>) -> Result<Self> {
        let faulty =
            |field| move |fault: filter::FilterError| Error::InvalidFilter { field, message: fault.to_string() };
        let filter = filter::parse(&crate::text::nfc(filter.to_owned()), FIELDS).map_err(faulty("filter"))?;
        let order = match filter::parse_order(order_by, ORDERS).map_err(faulty("order_by"))? {
            0 => Order::Name,
            _ => Order::Newest,
        };
        Ok(Self { filter, order, date })
    }

    /// What a page token is bound to.
    pub fn binding(&self) -> [String; 3] {
        let filter = self.filter.as_ref().map(|expr| filter::canonical(expr, FIELDS)).unwrap_or_default();
        [filter, format!("{:?}", self.order), self.date.map(|date| date.to_string()).unwrap_or_default()]
    }

    /// The levels of the regions that the filter names.
    ///
    /// # Errors
    /// `InvalidFilter` where one is not of the form or not known.
    pub async fn levels(&self, rows: &impl Rows) -> Result<Levels> {
        regions::levels(rows, self.filter.as_ref(), FIELDS).await
    }

    /// The condition, with the level of each region that the filter names.
    pub fn condition(&self, levels: &Levels) -> Result<Condition> {
        let mut condition = Condition::all();
        if let Some(expr) = &self.filter {
            condition = condition
                .add(filtered::condition(expr, FIELDS, &|field, op, value| meaning(field, op, value, levels))?);
        }
        if let Some(date) = self.date {
            condition = condition.add(exists_on(date));
        }
        Ok(condition)
    }
}

/// Organizations that exist on a day.
pub fn exists_on(date: NaiveDate) -> Condition {
    let day = days(date);
    Condition::all()
        .add(Condition::any().add(Column::ValidFrom.is_null()).add(Column::ValidFrom.lte(day)))
        .add(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(day)))
}

fn meaning(field: &str, op: Op, value: &Value, levels: &Levels) -> Result<Condition> {
    let broken = || Error::internal(format!("the field {field} of a filter came with {op:?}"));
    let column = || match field {
        "display_name" => Ok(Column::DisplayName),
        "unified_code" => Ok(Column::UnifiedCode),
        "source" => Ok(Column::Source),
        "source_id" => Ok(Column::SourceId),
        _ => Err(broken()),
    };
    match (field, value) {
        ("kind", Value::Text(word)) => {
            let kind = word.strip_prefix("KIND_").and_then(Kind::from_word).ok_or_else(broken)?;
            Ok(filtered::compare(Column::Kind, op, kind as i32))
        }
        ("region", Value::Text(name)) => {
            let (level, code) = levels.of(name)?;
            Ok(inside(level, code))
        }
        ("parent", Value::Text(name)) => {
            let id = name.strip_prefix("organizations/").ok_or_else(broken)?;
            Ok(known(Column::Parent).add(Column::Parent.eq(id)))
        }
        (_, Value::Text(text)) => {
            let column = column()?;
            Ok(known(column).add(column.eq(text.as_str())))
        }
        (_, Value::Prefix(start)) => Ok(starts_with(column()?, start)),
        _ => Err(broken()),
    }
}

/// Where the fact is there: an organization without it is not equal to anything, so that NOT finds it.
fn known(column: Column) -> Condition {
    Condition::all().add(column.is_not_null())
}

/// What belongs to an organization in a region: that of the column, which is never empty. Organizations move now and then, so no copy of their
/// place is kept with what is theirs.
pub fn within(column: impl ColumnTrait, level: Level, code: Code) -> Condition {
    if level == Level::Country {
        return Condition::all().add(column.is_not_null());
    }
    let found = Entity::find().select_only().column(Column::Id).filter(inside(level, code));
    Condition::all().add(column.in_subquery(found.into_query()))
}

fn inside(level: Level, code: Code) -> Condition {
    let column = match level {
        Level::Country => return Condition::all().add(Column::Id.is_not_null()),
        Level::Province => Column::Province,
        Level::City => Column::City,
        Level::County => Column::County,
        Level::Township => Column::Township,
        Level::Village => Column::Village,
    };
    known(column).add(column.eq(code.stored()))
}

/// A range of the index: these columns are compared byte by byte on both databases, and UTF-8 keeps the order of characters.
fn starts_with(column: Column, start: &str) -> Condition {
    let condition = known(column).add(column.gte(start));
    match after_all_with(start) {
        Some(end) => condition.add(column.lt(end)),
        None => condition,
    }
}

/// The first text behind all that begin with `start`.
fn after_all_with(start: &str) -> Option<String> {
    let mut characters: Vec<char> = start.chars().collect();
    while let Some(last) = characters.pop() {
        // A range of characters leaves out the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_filter_are_the_kinds() {
        let words: Vec<String> = Kind::ALL.iter().map(|kind| format!("KIND_{}", kind.word())).collect();
        assert_eq!(words, KIND_WORDS);
    }

    #[test]
    fn a_prefix_ends_before_the_next_text() {
        assert_eq!(after_all_with("许昌"), Some("许昍".into()));
        assert_eq!(after_all_with("a\u{d7ff}"), Some("a\u{e000}".into()));
        assert_eq!(after_all_with("a\u{10ffff}"), Some("b".into()));
        assert_eq!(after_all_with("\u{10ffff}"), None);
    }
}
