//! Holds a comparison against the allow-list: is the field there, does it take the operator, is the value of its kind.

use chrono::{DateTime, NaiveDate};

use super::lex::Literal;
use super::{Field, FilterError, Kind, MAX_QUOTED, Op, Value, list};

/// The range of `google.protobuf.Timestamp` in microseconds, 0001-01-01T00:00:00Z to the end of 9999. A time near its
/// ends can leave it through its offset.
const TIMES: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// The place of a field in the allow-list.
pub(super) fn field(fields: &[Field], name: &str, at: usize) -> Result<usize, FilterError> {
    fields.iter().position(|field| field.name == name).ok_or_else(|| FilterError::UnknownField {
        at,
        name: name.chars().take(MAX_QUOTED).collect(),
        allowed: list(fields.iter().map(|field| field.name), ", "),
    })
}

/// Refuses an operator that the field doesn't take.
pub(super) fn operator(field: &Field, op: Op, at: usize) -> Result<(), FilterError> {
    if field.ops.contains(&op) {
        return Ok(());
    }
    let allowed = list(field.ops.iter().map(|op| op.symbol()), " ");
    Err(FilterError::Operator { at, field: field.name, op, allowed })
}

/// Reads a literal as a value of the field. Quotes make no difference, except that only a bare `*` asks for presence.
pub(super) fn value(field: &Field, op: Op, literal: Literal) -> Result<Value, FilterError> {
    let Literal { at, text, wildcard, bare } = literal;
    let wrong = |wanted: String| FilterError::Value { at, field: field.name, wanted };
    if op == Op::Has && wildcard && bare && text.is_empty() {
        return Ok(Value::Present);
    }
    if op == Op::Has && !matches!(field.kind, Kind::Text | Kind::TextList) {
        return Err(wrong("* after the operator :".to_owned()));
    }
    if wildcard {
        let prefix = field.kind == Kind::Text && matches!(op, Op::Eq | Op::Ne) && !text.is_empty();
        return if prefix { Ok(Value::Prefix(text)) } else { Err(wrong(without_wildcard(field.kind))) };
    }
    typed(field.kind, text).map_err(wrong)
}

fn without_wildcard(kind: Kind) -> String {
    match kind {
        Kind::Text => "text* after = or !=, * alone after :, or without a wildcard (\"\\*\" is a star)".to_owned(),
        Kind::TextList => "* alone, or without a wildcard (\"\\*\" is a star)".to_owned(),
        kind => wanted(kind),
    }
}

/// The value, or what was expected instead.
fn typed(kind: Kind, text: String) -> Result<Value, String> {
    let value = match kind {
        Kind::Text | Kind::TextList => Some(Value::Text(text)),
        Kind::Enum(words) => words.contains(&text.as_str()).then_some(Value::Text(text)),
        Kind::Name(prefix) => text.strip_prefix(prefix).is_some_and(|id| !id.is_empty()).then_some(Value::Text(text)),
        Kind::Bool => text.parse().ok().map(Value::Bool),
        Kind::Int => int(&text).map(Value::Int),
        Kind::Time => time(&text).map(Value::Time),
        Kind::Date => date(&text).map(Value::Date),
    };
    value.ok_or_else(|| wanted(kind))
}

fn wanted(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::TextList => "text".to_owned(),
        Kind::Enum(words) => format!("one of {}", words.join(", ")),
        Kind::Bool => "true or false".to_owned(),
        Kind::Int => "a whole number of 64 bits".to_owned(),
        Kind::Time => "a time such as 2026-01-31T08:30:00Z, with an offset and no finer than microseconds".to_owned(),
        Kind::Date => "a date such as 2026-01-31".to_owned(),
        Kind::Name(prefix) => format!("a resource name that starts with {prefix}"),
    }
}

fn int(text: &str) -> Option<i64> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}

/// Finer fractions are refused and not cut: a cut would move the border of the comparison.
fn time(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    let whole = time.timestamp_subsec_nanos() % 1_000 == 0;
    Some(time.timestamp_micros()).filter(|micros| whole && TIMES.contains(micros))
}

/// The shape is checked first because the parsers of chrono also take signs, blanks and single digits.
fn date(text: &str) -> Option<NaiveDate> {
    let shape = |(i, b): (usize, u8)| {
        if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() }
    };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) || text.starts_with("0000") {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}
