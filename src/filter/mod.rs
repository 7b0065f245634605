//! Filters and orders of list calls: the AIP-160 grammar over an allow-list of typed fields, and AIP-132 `order_by`.
//!
//! [`parse`] turns the text of a `filter` into a checked tree: every field of it is in the caller's allow-list, every
//! operator is allowed for that field and every value has the type of the field, so a store only has to translate.
//! Nothing here knows a database; values are data and stay data (`%`, `_` and quotes mean themselves).
//!
//! `lex` reads characters, `parse` the grammar, `check` the types; `canonical` writes a tree back.
//!
//! What differs from the full grammar of AIP-160: no bare literals, no functions, no lists of values after an
//! operator, no durations, `*` only at the end of a text.

mod canonical;
mod check;
mod lex;
mod parse;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

pub use canonical::canonical;

/// The longest `filter` or `order_by`, in code points.
pub const MAX_CHARS: usize = 2_048;
/// The deepest nesting of parentheses. It bounds the recursion of everything that walks a tree.
pub const MAX_DEPTH: usize = 8;
/// The most comparisons in a filter. It bounds the conditions of a query.
pub const MAX_COMPARISONS: usize = 32;
/// The most code points of a caller's text that an error repeats.
pub const MAX_QUOTED: usize = 64;

/// The type of a field, which decides how its values are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text; after `=` and `!=` a trailing `*` asks for a prefix.
    Text,
    /// One of these words, in capitals as the proto spells them.
    Enum(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// An instant in RFC 3339 with its offset, to the microsecond.
    Time,
    /// A civil date, `yyyy-mm-dd`.
    Date,
    /// A resource name that starts with this collection, such as `regions/`. What follows it is the store's to judge.
    Name(&'static str),
    /// A list of texts, asked by `:`.
    TextList,
}

/// A field that may be filtered.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The path as callers write it, with dots into nested messages.
    pub name: &'static str,
    /// How its values are read.
    pub kind: Kind,
    /// The operators that its store can translate.
    pub ops: &'static [Op],
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `:`, "has": a list has the element, a text contains the value, and `field:*` asks whether anything is there.
    Has,
}

impl Op {
    /// The operator as a filter writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            Op::Eq => "=",
            Op::Ne => "!=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
            Op::Has => ":",
        }
    }
}

/// A checked filter in normal form: `And` and `Or` have two or more parts, none of their own kind, and a `Not` holds no
/// `Not`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// All of these.
    And(Vec<Expr>),
    /// Any of these.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// A comparison of one field.
    Compare {
        /// Its place in the allow-list.
        field: usize,
        /// One of the operators the field allows.
        op: Op,
        /// A value of the field's kind.
        value: Value,
    },
}

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A whole text, a word of an enum, a resource name, or the element of a list.
    Text(String),
    /// The start of a text, never empty: the caller wrote `start*`. Only for [`Kind::Text`] with `=` and `!=`. It is
    /// literal, so a store that matches by pattern escapes it.
    Prefix(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Time(i64),
    /// A civil date.
    Date(NaiveDate),
    /// `field:*`: the field is set, or the list isn't empty.
    Present,
}

/// Why a filter or an order is refused. Positions count code points from 1. No variant repeats a value, because values
/// may be personal data and errors are logged; only the name of an unknown field comes back, cut to [`MAX_QUOTED`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Longer than [`MAX_CHARS`].
    #[error("longer than {MAX_CHARS} characters: character {} is one too many", MAX_CHARS + 1)]
    TooLong,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("parentheses nest deeper than {MAX_DEPTH} at character {at}")]
    TooDeep {
        /// Where the parenthesis stands that is one too many.
        at: usize,
    },
    /// More comparisons than [`MAX_COMPARISONS`].
    #[error("more than {MAX_COMPARISONS} comparisons at character {at}")]
    TooMany {
        /// Where the comparison starts that is one too many.
        at: usize,
    },
    /// The text doesn't follow the grammar.
    #[error("{what} at character {at}")]
    Syntax {
        /// Where.
        at: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The field isn't in the allow-list, whether it exists or not.
    #[error("no filter by '{name}' at character {at}; allowed: {allowed}")]
    UnknownField {
        /// Where the name starts.
        at: usize,
        /// The name as written, cut to [`MAX_QUOTED`] code points.
        name: String,
        /// The fields of the allow-list.
        allowed: String,
    },
    /// The field is known but not with this operator.
    #[error("{field} doesn't take {} at character {at}; allowed: {allowed}", .op.symbol())]
    Operator {
        /// Where the operator stands.
        at: usize,
        /// The field.
        field: &'static str,
        /// The operator as written.
        op: Op,
        /// The operators of the field.
        allowed: String,
    },
    /// The value isn't of the field's kind.
    #[error("the value of {field} at character {at} must be {wanted}")]
    Value {
        /// Where the value starts.
        at: usize,
        /// The field.
        field: &'static str,
        /// What is expected.
        wanted: String,
    },
    /// The order isn't one of the documented ones.
    #[error("no such order; allowed: {allowed}")]
    UnknownOrder {
        /// The documented orders.
        allowed: String,
    },
}

/// Reads a filter over the fields a caller may use; `None` when it is blank. White space is any Unicode white space.
///
/// The source is taken as it is: bring it to NFC before, as stored texts are.
///
/// # Errors
/// The first fault in reading order, but [`FilterError::TooLong`] before everything else. Leave a field that a caller
/// may not see out of `fields`: it then answers like one that doesn't exist.
pub fn parse(source: &str, fields: &[Field]) -> Result<Option<Expr>, FilterError> {
    if too_long(source) {
        return Err(FilterError::TooLong);
    }
    parse::Parser::new(source, fields).filter()
}

/// Finds an `order_by` among the documented orders, whole strings such as `"register_time desc"` or
/// `"level, name desc"`, and returns its index. Blank means the first; white space is free as in AIP-132.
///
/// # Errors
/// [`FilterError::UnknownOrder`] for anything else, and whenever `orders` is empty; [`FilterError::TooLong`].
pub fn parse_order(source: &str, orders: &[&'static str]) -> Result<usize, FilterError> {
    if too_long(source) {
        return Err(FilterError::TooLong);
    }
    let wanted = order_terms(source);
    let found = if source.trim().is_empty() {
        (!orders.is_empty()).then_some(0)
    } else {
        orders.iter().position(|order| order_terms(order) == wanted)
    };
    found.ok_or_else(|| FilterError::UnknownOrder { allowed: list(orders.iter().copied(), "; ") })
}

/// The words of each term, so that two spellings of an order compare equal.
fn order_terms(order: &str) -> Vec<Vec<&str>> {
    order.split(',').map(|term| term.split_whitespace().collect()).collect()
}

/// Stops counting at the limit, so a huge text costs no more than a long one.
fn too_long(source: &str) -> bool {
    source.chars().nth(MAX_CHARS).is_some()
}

fn list<'a>(items: impl Iterator<Item = &'a str>, between: &str) -> String {
    let items: Vec<&str> = items.collect();
    if items.is_empty() { "none".to_owned() } else { items.join(between) }
}
