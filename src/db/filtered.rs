//! A documented filter as a condition of a query: how its parts are joined is the same for all, what a field means is the feature's.

use sea_orm::{ColumnTrait, Condition, Value as Bound};

use crate::{
    error::{Error, Result},
    filter::{Expr, Field, Op, Value},
};

/// What one comparison means: the name of its field, the operator, the value.
pub type Leaf<'a> = dyn Fn(&str, Op, &Value) -> Result<Condition> + 'a;

/// The condition of a filter over these fields.
///
/// # Errors
/// `Internal` where the filter is of other fields, and what `leaf` answers.
pub fn condition(expr: &Expr, fields: &[Field], leaf: &Leaf<'_>) -> Result<Condition> {
    let gather = |all: Condition, parts: &[Expr]| {
        parts.iter().try_fold(all, |all, part| Ok(all.add(condition(part, fields, leaf)?)))
    };
    match expr {
        Expr::And(parts) => gather(Condition::all(), parts),
        Expr::Or(parts) => gather(Condition::any(), parts),
        Expr::Not(inner) => Ok(condition(inner, fields, leaf)?.not()),
        Expr::Compare { field, op, value } => {
            let field = fields.get(*field).ok_or_else(|| Error::internal("a filter over other fields"))?;
            leaf(field.name, *op, value)
        }
    }
}

/// A column compared with a value.
pub fn compare(column: impl ColumnTrait, op: Op, value: impl Into<Bound>) -> Condition {
    let value = value.into();
    Condition::all().add(match op {
        Op::Eq | Op::Has => column.eq(value),
        Op::Ne => column.ne(value),
        Op::Lt => column.lt(value),
        Op::Le => column.lte(value),
        Op::Gt => column.gt(value),
        Op::Ge => column.gte(value),
    })
}
