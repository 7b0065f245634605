//! Writes a checked filter in the one spelling that all filters of the same tree share, so that a page token can be
//! bound to what was asked and not to how it was typed. The order of the parts is kept.

use std::fmt::Write;

use chrono::DateTime;

use super::lex::{KEYWORDS, in_value};
use super::{Expr, Field, Value};

/// The shortest spelling of a tree that [`super::parse`] gave over the same fields; parsing it gives the tree again. It
/// is never longer than the source, so it keeps within the limits.
pub fn canonical(expr: &Expr, fields: &[Field]) -> String {
    let mut out = String::new();
    write_expr(&mut out, expr, fields);
    out
}

fn write_expr(out: &mut String, expr: &Expr, fields: &[Field]) {
    match expr {
        Expr::And(parts) => write_parts(out, parts, " ", fields),
        Expr::Or(parts) => write_parts(out, parts, " OR ", fields),
        Expr::Not(inner) => {
            out.push('-');
            write_part(out, inner, matches!(**inner, Expr::And(_) | Expr::Or(_)), fields);
        }
        Expr::Compare { field, op, value } => {
            // A tree over other fields is a fault of the caller, but no reason to panic while serving.
            out.push_str(fields.get(*field).map_or("?", |field| field.name));
            out.push_str(op.symbol());
            write_value(out, value);
        }
    }
}

/// OR binds tighter than AND, so only an AND within something needs parentheses.
fn write_parts(out: &mut String, parts: &[Expr], between: &str, fields: &[Field]) {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        write_part(out, part, matches!(part, Expr::And(_)), fields);
    }
}

fn write_part(out: &mut String, part: &Expr, parentheses: bool, fields: &[Field]) {
    if parentheses {
        out.push('(');
    }
    write_expr(out, part, fields);
    if parentheses {
        out.push(')');
    }
}

fn write_value(out: &mut String, value: &Value) {
    // Writing to a string can't fail.
    let _ = match value {
        Value::Text(text) => return write_text(out, text, false),
        Value::Prefix(text) => return write_text(out, text, true),
        Value::Bool(value) => write!(out, "{value}"),
        Value::Int(value) => write!(out, "{value}"),
        Value::Time(micros) => return write_time(out, *micros),
        Value::Date(date) => write!(out, "{}", date.format("%Y-%m-%d")),
        Value::Present => write!(out, "*"),
    };
}

/// Bare where possible, otherwise in the quotes that need fewer escapes.
fn write_text(out: &mut String, text: &str, wildcard: bool) {
    let star = if wildcard { "*" } else { "" };
    let reserved = !wildcard && KEYWORDS.contains(&text);
    if !text.is_empty() && !reserved && text.chars().all(|c| c != '*' && in_value(c)) {
        out.push_str(text);
        out.push_str(star);
        return;
    }
    let quote = if text.matches('"').count() > text.matches('\'').count() { '\'' } else { '"' };
    out.push(quote);
    for c in text.chars() {
        if c == quote || matches!(c, '\\' | '*') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push_str(star);
    out.push(quote);
}

/// In UTC, with as many digits of the fraction as it needs.
fn write_time(out: &mut String, micros: i64) {
    let Some(time) = DateTime::from_timestamp_micros(micros) else {
        let _ = write!(out, "{micros}");
        return;
    };
    let text = time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
    out.push_str(text.trim_end_matches('0').trim_end_matches('.'));
    out.push('Z');
}
