//! Lists of cases: a walk of one index per area of the permit, merged, so that a page costs what a page costs.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use uuid::Uuid;

use super::{
    case::{Depth, from_row},
    scope,
};
use crate::{
    auth::Permit,
    call::Micros,
    cases::{
        entity::case::{self, Column},
        model::{Case, Channel, IdentityMode, Nature, Outcome, Resolution, State},
    },
    db::Rows,
    error::Result,
    filter::{self, Field, Kind, Op, Value},
    place::{Code, Level},
    wire::days,
};

/// The documented orders.
pub const ORDERS: &[&str] = &["register_time desc", "next_due_time"];

/// An order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    Newest,
    /// The first to be late first; only cases with a running clock.
    Due,
}

const EQUAL: &[Op] = &[Op::Eq, Op::Ne];
const COMPARED: &[Op] = &[Op::Lt, Op::Le, Op::Gt, Op::Ge];

const STATES: &[&str] = &[
    "STATE_REGISTERED",
    "STATE_TRANSFERRED",
    "STATE_ASSIGNED",
    "STATE_RECEIVED",
    "STATE_DISPUTED",
    "STATE_ACCEPTED",
    "STATE_DECLINED",
    "STATE_REFUSED",
    "STATE_ANSWERED",
    "STATE_IN_REVIEW",
    "STATE_REVIEWED",
    "STATE_IN_REREVIEW",
    "STATE_CONCLUDED",
    "STATE_CLOSED",
    "STATE_WITHDRAWN",
    "STATE_MERGED",
    "STATE_OPEN",
    "STATE_FINISHED",
];
const NATURES: &[&str] = &["NATURE_UNSPECIFIED", "NATURE_SUGGESTION", "NATURE_ACCUSATION", "NATURE_CLAIM"];
const CHANNELS: &[&str] = &[
    "CHANNEL_ONLINE",
    "CHANNEL_LETTER",
    "CHANNEL_PHONE",
    "CHANNEL_FAX",
    "CHANNEL_VISIT",
    "CHANNEL_HOTLINE",
    "CHANNEL_FINDING",
    "CHANNEL_REFERRAL",
    "CHANNEL_OTHER",
];
const MODES: &[&str] = &["IDENTITY_MODE_REAL_NAME", "IDENTITY_MODE_ANONYMOUS", "IDENTITY_MODE_CONFIDENTIAL"];
const OUTCOMES: &[&str] = &["OUTCOME_UNSPECIFIED", "OUTCOME_SUPPORTED", "OUTCOME_EXPLAINED", "OUTCOME_NOT_SUPPORTED"];
const RESOLUTIONS: &[&str] = &[
    "RESOLUTION_UNSPECIFIED",
    "RESOLUTION_SUBSTANTIVE",
    "RESOLUTION_PHASED",
    "RESOLUTION_PROCEDURAL",
    "RESOLUTION_NONE",
];

/// The fields that a filter may name.
pub const FIELDS: &[Field] = &[
    Field { name: "state", kind: Kind::Enum(STATES), ops: EQUAL },
    Field { name: "nature", kind: Kind::Enum(NATURES), ops: EQUAL },
    Field { name: "channel", kind: Kind::Enum(CHANNELS), ops: EQUAL },
    Field { name: "identity_mode", kind: Kind::Enum(MODES), ops: EQUAL },
    Field { name: "outcome", kind: Kind::Enum(OUTCOMES), ops: EQUAL },
    Field { name: "resolution", kind: Kind::Enum(RESOLUTIONS), ops: EQUAL },
    Field { name: "topic", kind: Kind::Name("topics/"), ops: EQUAL },
    Field { name: "handling_organization", kind: Kind::Name("organizations/"), ops: EQUAL },
    Field { name: "registering_organization", kind: Kind::Name("organizations/"), ops: EQUAL },
    Field { name: "case_type", kind: Kind::Name("caseTypes/"), ops: EQUAL },
    Field { name: "stage", kind: Kind::Text, ops: EQUAL },
    Field { name: "external_source", kind: Kind::Text, ops: EQUAL },
    Field { name: "region", kind: Kind::Name("regions/"), ops: &[Op::Eq] },
    Field { name: "register_time", kind: Kind::Time, ops: COMPARED },
    Field { name: "next_due_time", kind: Kind::Time, ops: COMPARED },
    Field { name: "petition_date", kind: Kind::Date, ops: &[Op::Eq, Op::Lt, Op::Le, Op::Gt, Op::Ge] },
    Field { name: "urgent", kind: Kind::Bool, ops: &[Op::Eq] },
    Field { name: "historic", kind: Kind::Bool, ops: &[Op::Eq] },
    Field { name: "overdue", kind: Kind::Bool, ops: &[Op::Eq] },
];

/// What is asked for.
#[derive(Debug)]
pub struct Query<'a> {
    /// The checked filter.
    pub filter: Option<&'a filter::Expr>,
    /// Levels of the regions that the filter names.
    pub regions: &'a HashMap<String, (Level, Code)>,
    /// The order.
    pub order: Order,
    /// Sort key of the last row of the page before.
    pub after: Option<(i64, Uuid)>,
    /// Most rows.
    pub limit: u64,
    /// The time for `overdue`.
    pub now: Micros,
}

/// The sort key of a case.
pub fn key(case: &Case, order: Order) -> (i64, Uuid) {
    match order {
        Order::Newest => (case.register_time, case.id),
        Order::Due => (case.next_due_time.unwrap_or(i64::MAX), case.id),
    }
}

/// One page of cases within the permit.
pub async fn list(rows: &impl Rows, permit: &Permit, query: &Query<'_>) -> Result<Vec<Case>> {
    let mut found: Vec<Case> = Vec::new();
    for area in &permit.areas {
        let mut select =
            case::Entity::find().filter(scope::within(area)).filter(scope::open_to(permit)).limit(query.limit);
        if let Some(filter) = query.filter {
            select = select.filter(condition(filter, false, query));
        }
        let id = || SimpleExpr::from(Expr::col((case::Entity, Column::Id)));
        select = match query.order {
            Order::Newest => {
                if let Some((time, last)) = query.after {
                    let key = Expr::tuple([Expr::col((case::Entity, Column::RegisterTime)), id()]);
                    select = select.filter(key.lt(Expr::tuple([Expr::value(time), Expr::value(last)])));
                }
                select.order_by_desc(Column::RegisterTime).order_by_desc(Column::Id)
            }
            Order::Due => {
                select = select.filter(Column::NextDueTime.is_not_null());
                if let Some((time, last)) = query.after {
                    let key = Expr::tuple([Expr::col((case::Entity, Column::NextDueTime)), id()]);
                    select = select.filter(key.gt(Expr::tuple([Expr::value(time), Expr::value(last)])));
                }
                select.order_by_asc(Column::NextDueTime).order_by_asc(Column::Id)
            }
        };
        for row in select.all(&rows.on()).await? {
            found.push(from_row(rows, row, Depth::Basic)?);
        }
    }
    found.sort_by_key(|case| key(case, query.order));
    if query.order == Order::Newest {
        found.reverse();
    }
    found.dedup_by_key(|case| case.id);
    found.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The regions that a filter names.
pub fn regions_in(expr: &filter::Expr) -> Vec<&str> {
    match expr {
        filter::Expr::And(parts) | filter::Expr::Or(parts) => parts.iter().flat_map(regions_in).collect(),
        filter::Expr::Not(inner) => regions_in(inner),
        filter::Expr::Compare { field, op: _, value: Value::Text(name) } if FIELDS[*field].name == "region" => {
            vec![name]
        }
        filter::Expr::Compare { .. } => Vec::new(),
    }
}

/// A checked filter as SQL. Negation is pushed down to the comparisons, so that a missing value never makes a row vanish from both
/// a filter and its negation.
pub(super) fn condition(expr: &filter::Expr, negated: bool, query: &Query<'_>) -> Condition {
    let parts = |parts: &[filter::Expr], all: bool| {
        let start = if all { Condition::all() } else { Condition::any() };
        parts.iter().fold(start, |whole, part| whole.add(condition(part, negated, query)))
    };
    match expr {
        filter::Expr::And(inner) => parts(inner, !negated),
        filter::Expr::Or(inner) => parts(inner, negated),
        filter::Expr::Not(inner) => condition(inner, !negated, query),
        filter::Expr::Compare { field, op, value } => compare(FIELDS[*field].name, *op, value, negated, query),
    }
}

fn compare(name: &str, op: Op, value: &Value, negated: bool, query: &Query<'_>) -> Condition {
    let op = if negated { opposite(op) } else { op };
    let simple = |expr: SimpleExpr| Condition::all().add(expr);
    match (name, value) {
        ("overdue", Value::Bool(wanted)) => {
            let late = Column::NextDueTime.lte(query.now);
            if *wanted == (op == Op::Eq) {
                simple(late)
            } else {
                Condition::any().add(Column::NextDueTime.gt(query.now)).add(Column::NextDueTime.is_null())
            }
        }
        ("urgent", Value::Bool(wanted)) => simple(Column::Urgent.eq(*wanted == (op == Op::Eq))),
        ("historic", Value::Bool(wanted)) => simple(Column::Historic.eq(*wanted == (op == Op::Eq))),
        ("region", Value::Text(region)) => match query.regions.get(region) {
            Some((level, code)) => match (scope::column_of(*level), op == Op::Eq) {
                (Some(column), true) => simple(column.eq(code.stored())),
                (Some(column), false) => Condition::any().add(column.ne(code.stored())).add(column.is_null()),
                (None, within) => constant(within),
            },
            None => constant(op == Op::Ne),
        },
        ("register_time", Value::Time(time)) => ordered(Column::RegisterTime, op, *time, negated),
        ("next_due_time", Value::Time(time)) => ordered(Column::NextDueTime, op, *time, negated),
        ("petition_date", Value::Date(date)) => ordered(Column::PetitionDate, op, stored_day(*date), negated),
        ("topic", Value::Text(text)) => equal(Column::Topic, op, text.as_str()),
        ("handling_organization", Value::Text(text)) => equal(Column::HandlingOrganization, op, text.as_str()),
        ("registering_organization", Value::Text(text)) => equal(Column::RegisteringOrganization, op, text.as_str()),
        ("case_type", Value::Text(text)) => equal(Column::CaseType, op, text.as_str()),
        ("stage", Value::Text(text)) => equal(Column::Stage, op, text.as_str()),
        ("external_source", Value::Text(text)) => equal(Column::ExternalSource, op, text.as_str()),
        (_, Value::Text(word)) => {
            let (column, number) = numbered(name, word);
            equal(column, op, number)
        }
        // The allow-list gives no other kind to these fields; a filter that says nothing matches nothing.
        (_, Value::Prefix(_) | Value::Bool(_) | Value::Int(_) | Value::Time(_) | Value::Date(_) | Value::Present) => {
            constant(false)
        }
    }
}

fn constant(holds: bool) -> Condition {
    let never = Column::Version.lt(0);
    if holds { Condition::all() } else { Condition::all().add(never) }
}

fn stored_day(date: NaiveDate) -> i64 {
    days(date).into()
}

fn opposite(op: Op) -> Op {
    match op {
        Op::Eq => Op::Ne,
        Op::Ne => Op::Eq,
        Op::Lt => Op::Ge,
        Op::Le => Op::Gt,
        Op::Gt => Op::Le,
        Op::Ge => Op::Lt,
        Op::Has => Op::Has,
    }
}

fn equal(column: Column, op: Op, value: impl Into<sea_orm::Value> + Clone) -> Condition {
    match op {
        Op::Ne => Condition::any().add(column.ne(value.into())).add(column.is_null()),
        Op::Eq | Op::Has | Op::Lt | Op::Le | Op::Gt | Op::Ge => Condition::all().add(column.eq(value.into())),
    }
}

fn ordered(column: Column, op: Op, value: i64, negated: bool) -> Condition {
    let compared = match op {
        Op::Lt => column.lt(value),
        Op::Le => column.lte(value),
        Op::Gt => column.gt(value),
        Op::Ge => column.gte(value),
        Op::Eq | Op::Has => column.eq(value),
        Op::Ne => column.ne(value),
    };
    if negated { Condition::any().add(compared).add(column.is_null()) } else { Condition::all().add(compared) }
}

fn numbered(name: &str, word: &str) -> (Column, i32) {
    let unknown = -1;
    // Callers write values as JSON has them, `STATE_CLOSED`; the prefix is the field's name.
    let word = word.strip_prefix(&format!("{}_", name.to_uppercase())).unwrap_or(word);
    match name {
        "state" => {
            (Column::State, State::ALL.iter().find(|value| value.word() == word).map_or(unknown, |v| v.number()))
        }
        "nature" => {
            (Column::Nature, Nature::ALL.iter().find(|value| value.word() == word).map_or(unknown, |v| v.number()))
        }
        "channel" => {
            (Column::Channel, Channel::ALL.iter().find(|value| value.word() == word).map_or(unknown, |v| v.number()))
        }
        "identity_mode" => (
            Column::IdentityMode,
            IdentityMode::ALL.iter().find(|value| value.word() == word).map_or(unknown, |v| v.number()),
        ),
        "outcome" => {
            (Column::Outcome, Outcome::ALL.iter().find(|value| value.word() == word).map_or(unknown, |v| v.number()))
        }
        _ => (
            Column::Resolution,
            Resolution::ALL.iter().find(|value| value.word() == word).map_or(unknown, |v| v.number()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_filter_are_those_of_the_model() {
        let words = |field: &str| match FIELDS.iter().find(|known| known.name == field).map(|known| &known.kind) {
            Some(Kind::Enum(words)) => words.to_vec(),
            other => panic!("{field}: {other:?}"),
        };
        assert_eq!(
            words("state"),
            State::ALL.iter().map(|value| format!("STATE_{}", value.word())).collect::<Vec<_>>()
        );
        assert_eq!(
            words("nature"),
            Nature::ALL.iter().map(|value| format!("NATURE_{}", value.word())).collect::<Vec<_>>()
        );
        assert_eq!(
            words("outcome"),
            Outcome::ALL.iter().map(|value| format!("OUTCOME_{}", value.word())).collect::<Vec<_>>()
        );
        assert_eq!(
            words("resolution"),
            Resolution::ALL.iter().map(|value| format!("RESOLUTION_{}", value.word())).collect::<Vec<_>>()
        );
        assert_eq!(
            words("channel"),
            Channel::ALL[1..].iter().map(|value| format!("CHANNEL_{}", value.word())).collect::<Vec<_>>()
        );
        assert_eq!(
            words("identity_mode"),
            IdentityMode::ALL[1..].iter().map(|value| format!("IDENTITY_MODE_{}", value.word())).collect::<Vec<_>>()
        );
    }
}
