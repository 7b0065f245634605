//! Which places a coverage lists: the filter's fields, as SQL over the columns of [`super::store`].

use crate::{
    error::{Error, Result},
    filter::{self, Expr, Field, Kind as Type, Op, Value},
    place::Level,
    text,
};

/// The fields that GetCoverage documents, each at its place.
const FIELDS: &[Field] = &[
    Field {
        name: "status",
        kind: Type::Enum(&["STATUS_COVERED", "STATUS_LAPSED", "STATUS_NEVER"]),
        ops: &[Op::Eq, Op::Ne],
    },
    Field { name: "level", kind: Type::Enum(&["LEVEL_TOWNSHIP", "LEVEL_VILLAGE"]), ops: &[Op::Eq] },
];

/// What a coverage asks for.
#[derive(Debug, Clone)]
pub struct Filter(Option<Expr>);

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `InvalidFilter`.
    pub fn read(source: String) -> Result<Self> {
        filter::parse(&text::nfc(source), FIELDS)
            .map(Self)
            .map_err(|fault| Error::InvalidFilter { field: "filter", message: fault.to_string() })
    }

    /// The filter in its one spelling, which a page token is bound to.
    pub fn canonical(&self) -> String {
        self.0.as_ref().map(|tree| filter::canonical(tree, FIELDS)).unwrap_or_default()
    }

    /// The condition on a place, of the expressions for its cover and its end. It holds words of ours only, so that it needs no
    /// values.
    pub fn sql(&self, since: &str, lapsed: &str) -> Result<String> {
        self.0.as_ref().map_or_else(|| Ok("TRUE".to_owned()), |tree| translate(tree, since, lapsed))
    }
}

fn translate(tree: &Expr, since: &str, lapsed: &str) -> Result<String> {
    let joined = |parts: &[Expr], by: &str| {
        let parts: Result<Vec<String>> = parts.iter().map(|part| translate(part, since, lapsed)).collect();
        Ok(format!("({})", parts?.join(by)))
    };
    match tree {
        Expr::And(parts) => joined(parts, " AND "),
        Expr::Or(parts) => joined(parts, " OR "),
        Expr::Not(inner) => Ok(format!("NOT {}", translate(inner, since, lapsed)?)),
        Expr::Compare { field: _, op, value: Value::Text(word) } => {
            let holds = match word.as_str() {
                "STATUS_COVERED" => format!("{since} IS NOT NULL"),
                "STATUS_LAPSED" => format!("{since} IS NULL AND {lapsed} IS NOT NULL"),
                "STATUS_NEVER" => format!("{since} IS NULL AND {lapsed} IS NULL"),
                "LEVEL_TOWNSHIP" => format!("r.level = {}", Level::Township.stored()),
                "LEVEL_VILLAGE" => format!("r.level = {}", Level::Village.stored()),
                word => return Err(Error::internal(format!("a filter came with {word}"))),
            };
            Ok(if *op == Op::Ne { format!("NOT ({holds})") } else { format!("({holds})") })
        }
        Expr::Compare { .. } => Err(Error::internal("a filter came with a value of another kind")),
    }
}
