//! Which organizations a list holds: the filter's fields and orders, and what they mean in columns.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition};

use super::{entity::Column, model::Kind};
use crate::{
    error::{Error, Result},
    filter::{self, Expr, Field, Kind as Type, Op, Value},
    place::{Code, Level},
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

/// The fields that ListOrganizations documents, each at its place.
const FIELDS: &[Field] = &[
    Field { name: "kind", kind: Type::Enum(KIND_WORDS), ops: &[Op::Eq, Op::Ne] },
    Field { name: "region", kind: Type::Name("regions/"), ops: &[Op::Eq] },
    Field { name: "parent", kind: Type::Name("organizations/"), ops: &[Op::Eq] },
    Field { name: "display_name", kind: Type::Text, ops: &[Op::Eq] },
    Field { name: "unified_code", kind: Type::Text, ops: &[Op::Eq] },
    Field { name: "source", kind: Type::Text, ops: &[Op::Eq] },
    Field { name: "source_id", kind: Type::Text, ops: &[Op::Eq] },
];
const KIND: usize = 0;
const REGION: usize = 1;
const PARENT: usize = 2;
const TEXTS: [(usize, Column); 4] =
    [(3, Column::DisplayName), (4, Column::UnifiedCode), (5, Column::Source), (6, Column::SourceId)];

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

    /// The regions that the filter names.
    ///
    /// # Errors
    /// `InvalidFilter` where one is not of the form.
    pub fn regions(&self) -> Result<Vec<Code>> {
        let mut names = Vec::new();
        if let Some(expr) = &self.filter {
            collect(expr, &mut names);
        }
        names.into_iter().map(region_code).collect()
    }

    /// The condition, with the level of each region that the filter names.
    pub fn condition(&self, levels: &HashMap<Code, Level>) -> Result<Condition> {
        let mut condition = Condition::all();
        if let Some(expr) = &self.filter {
            condition = condition.add(translate(expr, levels)?);
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

/// The refusal of a region that a filter names and nobody knows.
pub fn unknown_region(code: &Code) -> Error {
    Error::InvalidFilter { field: "filter", message: format!("{} is not known", code.name()) }
}

fn region_code(name: &str) -> Result<Code> {
    Code::from_name(name)
        .map_err(|fault| Error::InvalidFilter { field: "filter", message: format!("the value of region {fault}") })
}

fn collect<'a>(expr: &'a Expr, names: &mut Vec<&'a str>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| collect(part, names)),
        Expr::Not(inner) => collect(inner, names),
        Expr::Compare { field, op: _, value } => {
            if let (&REGION, Value::Text(name)) = (field, value) {
                names.push(name);
            }
        }
    }
}

fn translate(expr: &Expr, levels: &HashMap<Code, Level>) -> Result<Condition> {
    let all = |parts: &[Expr], into: Condition| {
        parts.iter().try_fold(into, |condition, part| Ok::<_, Error>(condition.add(translate(part, levels)?)))
    };
    match expr {
        Expr::And(parts) => all(parts, Condition::all()),
        Expr::Or(parts) => all(parts, Condition::any()),
        Expr::Not(inner) => Ok(translate(inner, levels)?.not()),
        Expr::Compare { field, op, value } => compare(*field, *op, value, levels),
    }
}

fn compare(field: usize, op: Op, value: &Value, levels: &HashMap<Code, Level>) -> Result<Condition> {
    let broken = || Error::internal(format!("field {field} of a filter came with {op:?}"));
    let text_column = || TEXTS.iter().find(|(place, _)| *place == field).map(|(_, column)| *column).ok_or_else(broken);
    match (field, value) {
        (KIND, Value::Text(word)) => {
            let kind = word.strip_prefix("KIND_").and_then(Kind::from_word).ok_or_else(broken)? as i32;
            Ok(Condition::all().add(if op == Op::Ne { Column::Kind.ne(kind) } else { Column::Kind.eq(kind) }))
        }
        (REGION, Value::Text(name)) => {
            let code = region_code(name)?;
            Ok(within(*levels.get(&code).ok_or_else(|| unknown_region(&code))?, code))
        }
        (PARENT, Value::Text(name)) => {
            let id = name.strip_prefix("organizations/").ok_or_else(broken)?;
            Ok(known(Column::Parent).add(Column::Parent.eq(id)))
        }
        (_, Value::Text(text)) => {
            let column = text_column()?;
            Ok(known(column).add(column.eq(text.as_str())))
        }
        (_, Value::Prefix(start)) => Ok(starts_with(text_column()?, start)),
        _ => Err(broken()),
    }
}

/// Where the fact is there: an organization without it is not equal to anything, so that NOT finds it.
fn known(column: Column) -> Condition {
    Condition::all().add(column.is_not_null())
}

fn within(level: Level, code: Code) -> Condition {
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
