//! Looking words up in the index of [`super::terms`]: cases by their terms, the newest first.

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    list::{Query, condition},
    scope,
    terms::{SPANS, array, span_mark, words},
};
use crate::{
    auth::Permit,
    cases::{
        entity::case::{self, Column},
        model::Case,
        store::case::{Depth, from_row},
    },
    db::{Rows, sql},
    error::Result,
};

/// A case in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doc {
    /// Its number there: the newer, the greater.
    pub doc: i64,
    /// The case.
    pub case_id: Uuid,
}

/// Cases that have all of some terms, and a mark where one is given, below a number, the newest first. Fewer than `limit` are all there are.
pub async fn docs(rows: &impl Rows, terms: &[u32], mark: Option<u32>, before: i64, limit: usize) -> Result<Vec<Doc>> {
    if rows.backend() == DbBackend::Postgres {
        by_spans(rows, terms, mark, before, limit).await
    } else {
        let text = "SELECT f.rowid AS doc, d.case_id AS case_id FROM case_index f CROSS JOIN case_terms d ON d.doc = f.rowid \
                    WHERE f.case_index MATCH ? AND f.rowid < ? ORDER BY f.rowid DESC LIMIT ?";
        let sought = words(terms.iter().chain(&mark));
        run(rows, text, [sought.into(), before.into(), bounded(limit).into()]).await
    }
}

/// PostgreSQL's index finds every case that matches before the first can be given in order, so a word that many cases have is looked for in the
/// newest span of time first, and in longer ones as long as there is too little: the parts of one statement, which are run one after the other
/// until there is enough.
async fn by_spans(rows: &impl Rows, terms: &[u32], mark: Option<u32>, before: i64, limit: usize) -> Result<Vec<Doc>> {
    let (mut parts, mut values, mut before) = (Vec::new(), Vec::new(), before);
    for bits in SPANS.into_iter().map(Some).chain([None]) {
        let span = bits.map(|bits| (span_mark(rows.keys(), bits, before - 1), ((before - 1) >> bits) << bits));
        let marks: Vec<u32> = mark.into_iter().chain(span.map(|(mark, _)| mark)).collect();
        values.push(array(terms).into());
        // To have all of no marks is true of every case: the index would be read from end to end for it.
        let marked = if marks.is_empty() { "" } else { "AND marks @> CAST(? AS int[])" };
        values.extend((!marks.is_empty()).then(|| array(&marks).into()));
        values.extend([before.into(), bounded(limit).into()]);
        // Written so that no index but the one of terms serves: the planner takes every word for a common one and would walk through all cases.
        parts.push(format!(
            "(SELECT doc, case_id FROM case_terms WHERE terms @> CAST(? AS int[]) {marked} AND doc + 0 < ? ORDER BY doc + 0 DESC LIMIT ?)"
        ));
        before = span.map_or(0, |(_, start)| start);
    }
    values.push(bounded(limit).into());
    let text = format!("SELECT doc, case_id FROM ({}) parts LIMIT ?", parts.join(" UNION ALL "));
    run(rows, &text, values).await
}

async fn run(rows: &impl Rows, text: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Result<Vec<Doc>> {
    let found = rows.on().query_all_raw(sql(rows.backend(), text, values)).await?;
    let read = |row: &sea_orm::QueryResult| -> Result<Doc> {
        Ok(Doc { doc: row.try_get("", "doc")?, case_id: row.try_get("", "case_id")? })
    };
    found.iter().map(read).collect()
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Those of some cases that all permits reach, and that a filter lets through, in no order.
pub async fn among(
    rows: &impl Rows,
    permits: &[&Permit],
    found: &[Doc],
    query: &Query<'_>,
    depth: Depth,
) -> Result<Vec<Case>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = case::Entity::find().filter(Column::Id.is_in(found.iter().map(|doc| doc.case_id)));
    for permit in permits {
        select = select.filter(scope::seen(permit));
    }
    if let Some(filter) = query.filter {
        select = select.filter(condition(filter, false, query));
    }
    let found = select.all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row, depth)).collect()
}
