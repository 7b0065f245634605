//! Filters of the lists as conditions. Values are bound, never spelled into the SQL.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::mediations::within;
use crate::{
    db::filtered::{compare, condition},
    error::{Error, Result},
    filter::{Expr, Field, Kind, Op, Value},
    mediations::{
        entity::{mediation, mediation_case, obligation, participant, record},
        numbers::{self, Consent, DisputeType, Numbered, ObligationKind, ObligationState, Source, State},
    },
    place::{Code, Level},
    wire::{days, id_in, uuid_in},
};

const SAME: &[Op] = &[Op::Eq];
const SAME_OR_NOT: &[Op] = &[Op::Eq, Op::Ne];
const ORDERED: &[Op] = &[Op::Eq, Op::Lt, Op::Le, Op::Gt, Op::Ge];

// As JSON has the values, with the name of their enum before them.
const STATES: &[&str] = &["STATE_OPEN", "STATE_AGREED", "STATE_FAILED", "STATE_ENDED_BY_REFUSAL", "STATE_WITHDRAWN"];
const SOURCES: &[&str] =
    &["SOURCE_APPLICATION", "SOURCE_COMMITTEE", "SOURCE_COURT", "SOURCE_POLICE", "SOURCE_PETITION", "SOURCE_UNKNOWN"];
const KINDS: &[&str] = &["KIND_NECESSARY_PARTY", "KIND_ACCEDING_PARTY", "KIND_MEDIATOR", "KIND_INVITED_BODY"];
const DISPUTE_TYPES: &[&str] = &[
    "DISPUTE_TYPE_FAMILY",
    "DISPUTE_TYPE_NEIGHBOUR",
    "DISPUTE_TYPE_HOUSING",
    "DISPUTE_TYPE_CONTRACT",
    "DISPUTE_TYPE_PRODUCTION",
    "DISPUTE_TYPE_DAMAGES",
    "DISPUTE_TYPE_FOREST_AND_LAND",
    "DISPUTE_TYPE_DEMOLITION",
    "DISPUTE_TYPE_ENVIRONMENT",
    "DISPUTE_TYPE_LABOUR",
    "DISPUTE_TYPE_CONSUMER",
    "DISPUTE_TYPE_MEDICAL",
    "DISPUTE_TYPE_TRAFFIC_ACCIDENT",
    "DISPUTE_TYPE_PROPERTY_MANAGEMENT",
    "DISPUTE_TYPE_OTHER",
];
const CONSENTS: &[&str] = &["CONSENT_PENDING", "CONSENT_GIVEN", "CONSENT_REFUSED"];

const DUTIES: &[&str] = &["KIND_ACT", "KIND_PAYMENT"];
const STANDINGS: &[&str] = &[
    "STATE_PENDING",
    "STATE_PART_PERFORMED",
    "STATE_PERFORMED",
    "STATE_OVERDUE",
    "STATE_WAIVED",
    "STATE_DISPUTED",
    "STATE_BREACHED",
    "STATE_VOID",
];

const RECORD_KINDS: &[&str] = &[
    "KIND_NOTE",
    "KIND_STATEMENT",
    "KIND_PROPOSAL",
    "KIND_UNDISPUTED_FACT",
    "KIND_INVESTIGATION",
    "KIND_EVIDENCE",
    "KIND_APPLICATION",
    "KIND_RIGHTS_NOTICE",
    "KIND_IDENTITY_PROOF",
    "KIND_PERFORMANCE_PROOF",
    "KIND_FOLLOW_UP",
    "KIND_CONFIRMATION_PAPER",
    "KIND_FILE_NOTE",
];
const VISIBILITIES: &[&str] = &["VISIBILITY_OPEN", "VISIBILITY_PRIVATE"];

/// By what mediations may be filtered.
pub const MEDIATIONS: &[Field] = &[
    Field { name: "state", kind: Kind::Enum(STATES), ops: SAME_OR_NOT },
    Field { name: "source", kind: Kind::Enum(SOURCES), ops: SAME_OR_NOT },
    Field { name: "committee", kind: Kind::Name("organizations/"), ops: SAME },
    Field { name: "region", kind: Kind::Name("regions/"), ops: SAME },
    Field { name: "cases", kind: Kind::TextList, ops: &[Op::Has] },
    Field { name: "open_time", kind: Kind::Time, ops: ORDERED },
    Field { name: "dispute_type", kind: Kind::Enum(DISPUTE_TYPES), ops: SAME },
    Field { name: "term_date", kind: Kind::Date, ops: ORDERED },
    Field { name: "mediator", kind: Kind::Name("cadres/"), ops: SAME },
];

/// By what participants may be filtered.
pub const PARTICIPANTS: &[Field] = &[
    Field { name: "kind", kind: Kind::Enum(KINDS), ops: SAME_OR_NOT },
    Field { name: "consent", kind: Kind::Enum(CONSENTS), ops: SAME_OR_NOT },
];

/// By what obligations may be filtered.
pub const OBLIGATIONS: &[Field] = &[
    Field { name: "kind", kind: Kind::Enum(DUTIES), ops: SAME_OR_NOT },
    Field { name: "state", kind: Kind::Enum(STANDINGS), ops: SAME_OR_NOT },
    Field { name: "debtor", kind: Kind::Name("mediations/"), ops: SAME },
];

/// By what records may be filtered.
pub const RECORDS: &[Field] = &[
    Field { name: "kind", kind: Kind::Enum(RECORD_KINDS), ops: SAME_OR_NOT },
    Field { name: "session", kind: Kind::Name("mediations/"), ops: SAME },
    Field { name: "visibility", kind: Kind::Enum(VISIBILITIES), ops: SAME_OR_NOT },
];

/// The regions that a filter of mediations names. Their levels are needed to turn it into a condition.
pub fn regions(expr: &Expr) -> Vec<Code> {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().flat_map(regions).collect(),
        Expr::Not(inner) => regions(inner),
        Expr::Compare { value, .. } => code(value).into_iter().collect(),
    }
}

/// The condition of a filter of mediations. A region without a level is none: nothing lies in it.
///
/// # Errors
/// `Internal` where the filter is of other fields.
pub fn mediations(expr: &Expr, levels: &HashMap<Code, Level>) -> Result<Condition> {
    use mediation::Column;
    condition(expr, MEDIATIONS, &|field, op, value| match field {
        "state" => Ok(compare(Column::State, op, number::<State>(value)?)),
        "source" => Ok(compare(Column::Source, op, number::<Source>(value)?)),
        "committee" => Ok(match text(value).and_then(|name| id_in(name, "organizations").ok()) {
            Some(id) => compare(Column::Committee, op, id),
            None => nothing(),
        }),
        "region" => Ok(match code(value).and_then(|code| levels.get(&code).map(|level| (*level, code))) {
            Some((level, code)) => Condition::all().add_option(within(level, code)),
            None => nothing(),
        }),
        "cases" => Ok(of_case(value)),
        "open_time" => match value {
            Value::Time(time) => Ok(compare(Column::OpenTime, op, *time)),
            other => Err(unexpected(other)),
        },
        "dispute_type" => {
            let word = text(value).and_then(|text| text.strip_prefix("DISPUTE_TYPE_"));
            let number = word.and_then(DisputeType::from_word).map(Numbered::number);
            Ok(compare(Column::DisputeType, op, number.ok_or_else(|| unexpected(value))?)
                .add(Column::DisputeType.is_not_null()))
        }
        // One that has no term is neither before nor after a day.
        "term_date" => match value {
            Value::Date(date) => Ok(compare(Column::TermDate, op, days(*date)).add(Column::TermDate.is_not_null())),
            other => Err(unexpected(other)),
        },
        "mediator" => Ok(of_mediator(value)),
        other => Err(Error::internal(format!("no filter by {other}"))),
    })
}

/// The condition of a filter of participants.
///
/// # Errors
/// `Internal` where the filter is of other fields.
pub fn participants(expr: &Expr) -> Result<Condition> {
    use participant::Column;
    condition(expr, PARTICIPANTS, &|field, op, value| match field {
        "kind" => Ok(compare(Column::Kind, op, number::<numbers::Kind>(value)?)),
        // Whoever is no party has no consent; that is not the same as any of its values.
        "consent" => {
            let compared = compare(Column::Consent, op, number::<Consent>(value)?);
            Ok(match op {
                Op::Ne => Condition::any().add(compared).add(Column::Consent.is_null()),
                Op::Eq | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Has => {
                    Condition::all().add(compared).add(Column::Consent.is_not_null())
                }
            })
        }
        other => Err(Error::internal(format!("no filter by {other}"))),
    })
}

/// The condition of a filter of records.
///
/// # Errors
/// `Internal` where the filter is of other fields.
pub fn records(expr: &Expr) -> Result<Condition> {
    use record::Column;
    condition(expr, RECORDS, &|field, op, value| match field {
        "kind" => Ok(compare(Column::Kind, op, number::<numbers::RecordKind>(value)?)),
        // Records of one mediation: a session of another has none of them. What is of no session is not of this one.
        "session" => Ok(match last_id(value) {
            Some(id) => compare(Column::Session, op, id).add(Column::Session.is_not_null()),
            None => Condition::all().add(Column::Id.is_null()),
        }),
        "visibility" => {
            let private = number::<numbers::Visibility>(value)? == numbers::Visibility::Private.number();
            Ok(compare(Column::Private, op, private))
        }
        other => Err(Error::internal(format!("no filter by {other}"))),
    })
}

/// The condition of a filter of obligations.
///
/// # Errors
/// `Internal` where the filter is of other fields.
pub fn obligations(expr: &Expr) -> Result<Condition> {
    use obligation::Column;
    let nobody = || Condition::all().add(Column::Id.is_null());
    condition(expr, OBLIGATIONS, &|field, op, value| match field {
        "kind" => Ok(compare(Column::Kind, op, number::<ObligationKind>(value)?)),
        "state" => Ok(compare(Column::State, op, number::<ObligationState>(value)?)),
        // Obligations of one agreement: a participant of another mediation owes none of them.
        "debtor" => Ok(match last_id(value) {
            Some(id) => compare(Column::Debtor, op, id),
            None => nobody(),
        }),
        other => Err(Error::internal(format!("no filter by {other}"))),
    })
}

fn of_case(value: &Value) -> Condition {
    use mediation_case::{Column as Case, Entity};
    let mut matching = Entity::find().select_only().column(Case::Mediation);
    if let Some(name) = text(value) {
        let Ok(id) = uuid_in(name, "cases") else { return nothing() };
        matching = matching.filter(Case::CaseId.eq(id));
    }
    Condition::all().add(mediation::Column::Id.in_subquery(matching.into_query()))
}

/// A cadre mediates, or mediated until the end.
fn of_mediator(value: &Value) -> Condition {
    use participant::Column as One;
    let Some(name) = text(value) else { return nothing() };
    let matching = participant::Entity::find()
        .select_only()
        .column(One::Mediation)
        .filter(One::Identity.eq(name))
        .filter(One::Kind.eq(numbers::Kind::Mediator.number()))
        .filter(One::LeaveTime.is_null());
    Condition::all().add(mediation::Column::Id.in_subquery(matching.into_query()))
}

fn nothing() -> Condition {
    Condition::all().add(mediation::Column::Id.is_null())
}

fn number<T: Numbered>(value: &Value) -> Result<i32> {
    let word = |text: &str| text.split_once('_').and_then(|(_, word)| T::from_word(word));
    text(value).and_then(word).map(T::number).ok_or_else(|| unexpected(value))
}

fn code(value: &Value) -> Option<Code> {
    text(value).and_then(|name| Code::from_name(name).ok())
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Prefix(_) | Value::Bool(_) | Value::Int(_) | Value::Time(_) | Value::Date(_) | Value::Present => None,
    }
}

/// The id at the end of a name.
fn last_id(value: &Value) -> Option<Uuid> {
    text(value).and_then(|name| name.rsplit_once('/')?.1.parse().ok())
}

fn unexpected(value: &Value) -> Error {
    Error::internal(format!("a filter's value is of an unexpected kind: {}", std::any::type_name_of_val(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_word() {
        fn known<T: Numbered>(words: &[&str]) {
            let read = words.iter().filter_map(|word| word.split_once('_').and_then(|(_, word)| T::from_word(word)));
            assert!(words.len() == T::ALL.len() && read.count() == T::ALL.len(), "{words:?}");
        }
        let kinds: Vec<&str> = DISPUTE_TYPES.iter().filter_map(|word| word.strip_prefix("DISPUTE_")).collect();
        known::<DisputeType>(&kinds);
        known::<State>(STATES);
        known::<Source>(SOURCES);
        known::<numbers::Kind>(KINDS);
        known::<Consent>(CONSENTS);
        known::<ObligationKind>(DUTIES);
        known::<ObligationState>(STANDINGS);
        known::<numbers::RecordKind>(RECORD_KINDS);
        known::<numbers::Visibility>(VISIBILITIES);
    }
}
