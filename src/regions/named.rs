//! The regions that a filter names, with the level of each: by it the filter finds the column to look in.

use std::collections::HashMap;

use super::latest;
use crate::{
    db::Rows,
    error::{Error, Result},
    filter::{Expr, Field, Kind, Value},
    place::{Code, Level},
};

/// Level and code of regions by name.
#[derive(Debug, Default)]
pub struct Levels(HashMap<String, (Level, Code)>);

impl Levels {
    /// Level and code of a region that the filter names.
    ///
    /// # Errors
    /// `Internal` where it does not.
    pub fn of(&self, name: &str) -> Result<(Level, Code)> {
        self.0.get(name).copied().ok_or_else(|| Error::internal("a region of a filter was not looked up"))
    }
}

/// Looks up each region that a filter over these fields names.
///
/// # Errors
/// `InvalidFilter` where one is not of the form or not known.
pub async fn levels(rows: &impl Rows, expr: Option<&Expr>, fields: &[Field]) -> Result<Levels> {
    let mut names = Vec::new();
    if let Some(expr) = expr {
        collect(expr, fields, &mut names);
    }
    let mut levels = HashMap::new();
    for name in names {
        let refuse = |message: String| Error::InvalidFilter { field: "filter", message };
        let code = Code::from_name(name).map_err(|fault| refuse(format!("the value of region {fault}")))?;
        let level = match code {
            Code::COUNTRY => Level::Country,
            code => {
                let region = latest(rows, code).await?;
                region.ok_or_else(|| refuse(format!("{} is not known", code.name())))?.level
            }
        };
        levels.insert(name.to_owned(), (level, code));
    }
    Ok(Levels(levels))
}

fn collect<'a>(expr: &'a Expr, fields: &[Field], names: &mut Vec<&'a str>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| collect(part, fields, names)),
        Expr::Not(inner) => collect(inner, fields, names),
        Expr::Compare { field, op: _, value: Value::Text(name) } => {
            if fields.get(*field).is_some_and(|field| field.kind == Kind::Name("regions/")) {
                names.push(name);
            }
        }
        Expr::Compare { .. } => {}
    }
}
