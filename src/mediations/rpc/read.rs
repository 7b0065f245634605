//! What the reads of both services share.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    call::Call,
    db::{Db, Rows},
    error::{Error, Result},
    filter::{self, Expr, Field},
    mediations::{
        model::{Detail, Mediation, mediation_name},
        store,
    },
    place::{Code, Level},
    regions, text,
};

/// A mediation that the caller may see. `asked` is the name that is not found otherwise.
pub async fn mediation(db: &Db, call: &Call, id: Uuid, asked: &str) -> Result<Mediation> {
    let found = store::mediations::find(db, &call.permit, id, Detail::Basic).await?;
    found.ok_or_else(|| Error::not_found(asked))
}

/// The mediation that is the parent of a list.
pub async fn parent(db: &Db, call: &Call, id: Uuid) -> Result<Mediation> {
    mediation(db, call, id, &mediation_name(id)).await
}

/// Reads a filter, and spells it in the one way that a page token is bound to.
pub fn filter(source: &str, fields: &[Field]) -> Result<(Option<Expr>, String)> {
    let fault = |fault: filter::FilterError| Error::InvalidFilter { field: "filter", message: fault.to_string() };
    let expr = filter::parse(&text::nfc(source.to_owned()), fields).map_err(fault)?;
    let canonical = expr.as_ref().map(|expr| filter::canonical(expr, fields)).unwrap_or_default();
    Ok((expr, canonical))
}

/// Reads an order as its place among the documented ones.
pub fn order(source: &str, orders: &[&'static str]) -> Result<usize> {
    let fault = |fault: filter::FilterError| Error::InvalidFilter { field: "order_by", message: fault.to_string() };
    filter::parse_order(source, orders).map_err(fault)
}

/// Levels of the regions that a filter names.
pub async fn levels(rows: &impl Rows, expr: Option<&Expr>) -> Result<HashMap<Code, Level>> {
    let mut levels = HashMap::new();
    for code in expr.map(store::filter::regions).unwrap_or_default() {
        if let Some(region) = regions::latest(rows, code).await? {
            levels.insert(code, region.level);
        }
    }
    Ok(levels)
}
