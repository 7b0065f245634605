//! The index of words: what stands in it for each case. How it is searched is in [`super::search`].
//!
//! A case has terms (what is written) and marks (where it is, who holds it, when it came). On PostgreSQL both are arrays under one GIN index;
//! on SQLite they are the words of one row of an FTS5 table without content, kept beside it as bytes.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult, Value, sea_query::Expr};
use uuid::Uuid;

use super::{
    case::{holders, holders_of},
    open,
};
use crate::{
    auth::Area,
    call::Micros,
    cases::{
        entity::case,
        model::{Case, IdentityMode},
        terms::{self, Part},
    },
    db::{Rows, Tx, sql},
    error::{Error, Result},
    place::{Level, Path},
    seal::KeyRing,
};

/// Numbers that a second has for its cases.
const PER_SECOND: i64 = 1 << 10;
/// Where a full second finds room: within the day and a half that follow.
const ROOM: i64 = 1 << 27;
/// How long the spans of time are that a case is marked with on PostgreSQL, as powers of two of its number: 12 days, 97 days, two years. A common
/// word is looked for in the newest span first, since its index gives no order.
pub const SPANS: [u32; 3] = [30, 33, 36];

/// The number that cases of a time begin with.
pub fn first_of(time: Micros) -> i64 {
    time.div_euclid(1_000_000).max(0) * PER_SECOND
}

/// A number past every case that is registered by `time`.
pub fn past(time: Micros) -> i64 {
    first_of(time) + PER_SECOND + ROOM
}

/// The mark of a span of time.
pub fn span_mark(keys: &KeyRing, bits: u32, doc: i64) -> u32 {
    terms::mark(keys, "span", &format!("{bits}|{}", doc >> bits))
}

/// The mark of an area; none for everywhere.
pub fn area_mark(keys: &KeyRing, area: &Area) -> Option<u32> {
    match area {
        Area::Region { level: Level::Country, .. } => None,
        Area::Region { level, code } => Some(terms::mark(keys, "region", &format!("{}|{code}", level.stored()))),
        Area::Organization { .. } | Area::Posting { .. } => Some(holder_mark(keys, &area.holder().unwrap_or_default())),
    }
}

fn holder_mark(keys: &KeyRing, holder: &str) -> u32 {
    terms::mark(keys, "holder", holder)
}

fn place_marks(keys: &KeyRing, place: &Path) -> Vec<u32> {
    let levels = [
        (Level::Province, place.province),
        (Level::City, place.city),
        (Level::County, place.county),
        (Level::Township, place.township),
        (Level::Village, place.village),
    ];
    let known = levels.into_iter().filter_map(|(level, code)| code.map(|code| Area::Region { level, code }));
    known.filter_map(|area| area_mark(keys, &area)).collect()
}

/// The terms of a case with its texts. What is told in confidence, of what it accuses or by whom it should not be known, is not in the index: its
/// title is, which names nobody.
fn terms_of(keys: &KeyRing, case: &Case, withheld: bool) -> Vec<u32> {
    let title = terms::normal(&case.title);
    let mut all = terms::terms(keys, Part::Title, &title);
    if !withheld && !case.is_accusation() && case.identity_mode != IdentityMode::Confidential {
        all.extend(terms::terms(keys, Part::Narrative, &narrative(case)));
    }
    all.sort_unstable();
    all
}

/// All that is written of a case, in the form in which it is compared.
pub fn narrative(case: &Case) -> String {
    let texts = [Some(case.title.as_str()), case.summary.as_deref(), case.statement.as_deref()];
    texts.into_iter().flatten().map(terms::normal).collect::<Vec<_>>().join(" ")
}

fn marks_of(tx: &Tx<'_>, doc: i64, place: &Path, holders: &[String]) -> Vec<u32> {
    let keys = tx.keys();
    let mut marks = place_marks(keys, place);
    marks.extend(holders.iter().map(|holder| holder_mark(keys, holder)));
    if tx.locks_rows() {
        marks.extend(SPANS.map(|bits| span_mark(keys, bits, doc)));
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// Indexes a new case, with its texts. `withheld`: what it tells is too sensitive for the index.
pub async fn insert(tx: &Tx<'_>, case: &Case, withheld: bool) -> Result<()> {
    enter(tx, case, withheld, &holders(tx, case.id).await?).await
}

async fn enter(tx: &Tx<'_>, case: &Case, withheld: bool, holders: &[String]) -> Result<()> {
    let terms = terms_of(tx.keys(), case, withheld);
    let first = first_of(case.register_time);
    // Which number of its second a case gets is of no meaning; drawn from its id it is the same when the transaction runs again.
    let seed = i64::try_from(case.id.as_u128() & 0x3fff_ffff).unwrap_or(0);
    for attempt in 0..64_i64 {
        let room = if attempt < 8 { PER_SECOND } else { ROOM };
        let doc = first + (seed + attempt * 0x5_1ed3) % room;
        let marks = marks_of(tx, doc, &case.place, holders);
        if insert_as(tx, doc, case.id, withheld, &terms, &marks).await? {
            return Ok(());
        }
    }
    Err(Error::internal("no number is left for the index"))
}

async fn insert_as(tx: &Tx<'_>, doc: i64, id: Uuid, withheld: bool, terms: &[u32], marks: &[u32]) -> Result<bool> {
    let text = match tx.locks_rows() {
        true => {
            "INSERT INTO case_terms (doc, case_id, withheld, terms, marks) VALUES (?, ?, ?, CAST(? AS int[]), CAST(? AS int[])) \
             ON CONFLICT (doc) DO NOTHING"
        }
        false => {
            "INSERT INTO case_terms (doc, case_id, withheld, terms, marks) VALUES (?, ?, ?, ?, ?) ON CONFLICT (doc) DO NOTHING"
        }
    };
    let values = [doc.into(), id.into(), withheld.into(), stored(tx, terms), stored(tx, marks)];
    let done = tx.conn().execute_raw(sql(tx.backend(), text, values)).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    put_words(tx, doc, terms, marks).await?;
    Ok(true)
}

/// A row of the index.
struct Entry {
    doc: i64,
    withheld: bool,
    terms: Vec<u32>,
    marks: Vec<u32>,
}

async fn find(tx: &Tx<'_>, case_id: Uuid) -> Result<Option<Entry>> {
    let text = "SELECT doc, withheld, terms, marks FROM case_terms WHERE case_id = ?";
    let text = if tx.locks_rows() {
        text.replace("terms, marks", "CAST(terms AS text) AS terms, CAST(marks AS text) AS marks")
    } else {
        text.to_owned()
    };
    let row = tx.conn().query_one_raw(sql(tx.backend(), &text, [case_id.into()])).await?;
    row.map(|row| {
        Ok(Entry {
            doc: row.try_get("", "doc")?,
            withheld: row.try_get("", "withheld")?,
            terms: read(tx, &row, "terms")?,
            marks: read(tx, &row, "marks")?,
        })
    })
    .transpose()
}

async fn replace(tx: &Tx<'_>, entry: &Entry) -> Result<()> {
    let text = match tx.locks_rows() {
        true => "UPDATE case_terms SET withheld = ?, terms = CAST(? AS int[]), marks = CAST(? AS int[]) WHERE doc = ?",
        false => "UPDATE case_terms SET withheld = ?, terms = ?, marks = ? WHERE doc = ?",
    };
    let values = [entry.withheld.into(), stored(tx, &entry.terms), stored(tx, &entry.marks), entry.doc.into()];
    tx.conn().execute_raw(sql(tx.backend(), text, values)).await?;
    put_words(tx, entry.doc, &entry.terms, &entry.marks).await
}

/// Writes the row of the FTS5 table; PostgreSQL keeps its index by itself.
async fn put_words(tx: &Tx<'_>, doc: i64, terms: &[u32], marks: &[u32]) -> Result<()> {
    if tx.locks_rows() {
        return Ok(());
    }
    let text = "INSERT OR REPLACE INTO case_index (rowid, terms) VALUES (?, ?)";
    let words = words(terms.iter().chain(marks));
    tx.conn().execute_raw(sql(tx.backend(), text, [doc.into(), words.into()])).await?;
    Ok(())
}

/// Terms as words of an FTS5 row or query.
pub fn words<'a>(terms: impl Iterator<Item = &'a u32>) -> String {
    use std::fmt::Write as _;
    terms.fold(String::new(), |mut words, term| {
        let gap = if words.is_empty() { "" } else { " " };
        write!(words, "{gap}{term:08x}").expect("invariant: a String takes what is written");
        words
    })
}

/// Terms as a column has them: an array, or bytes.
pub fn stored(rows: &impl Rows, terms: &[u32]) -> Value {
    match rows.backend() {
        sea_orm::DbBackend::Postgres => array(terms).into(),
        _ => terms.iter().flat_map(|term| term.to_le_bytes()).collect::<Vec<u8>>().into(),
    }
}

/// Terms as the literal of an array of PostgreSQL, whose integers have a sign.
pub fn array(terms: &[u32]) -> String {
    let signed: Vec<String> = terms.iter().map(|term| term.cast_signed().to_string()).collect();
    format!("{{{}}}", signed.join(","))
}

/// Reads a column of terms; on PostgreSQL, of an array cast to text.
pub fn read(rows: &impl Rows, row: &QueryResult, column: &str) -> Result<Vec<u32>> {
    if rows.backend() == sea_orm::DbBackend::Postgres {
        let text: String = row.try_get("", column)?;
        let numbers = text.trim_matches(['{', '}']).split(',').filter(|number| !number.is_empty());
        let broken = |_| Error::internal("an array of terms has something else in it");
        return numbers.map(|number| number.parse::<i32>().map(i32::cast_unsigned).map_err(broken)).collect();
    }
    let bytes: Vec<u8> = row.try_get("", column)?;
    Ok(bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect())
}

/// The case as it is in memory, with its texts as they are stored.
async fn whole(tx: &Tx<'_>, case: &Case) -> Result<Case> {
    let row = case::Entity::find_by_id(case.id).one(tx.conn()).await?;
    let row = row.ok_or_else(|| Error::internal("a case that is indexed is gone"))?;
    let text = |column, sealed: &Option<Vec<u8>>| open(tx, "cases", column, case.id, sealed.as_deref());
    let (statement, summary) = (text("statement", &row.statement)?, text("summary", &row.summary)?);
    Ok(Case { statement, summary, ..case.clone() })
}

/// Indexes cases that a server of before has entered, with their texts. `sensitive`: those of which what they tell is kept out.
pub async fn catch_up(tx: &Tx<'_>, cases: &[Case], sensitive: &HashSet<Uuid>) -> Result<()> {
    let ids: Vec<Uuid> = cases.iter().map(|case| case.id).collect();
    let indexed = indexed_among(tx, &ids).await?;
    let mut holders = holders_of(tx, &ids).await?;
    for case in cases.iter().filter(|case| !indexed.contains(&case.id)) {
        let holders = holders.remove(&case.id).unwrap_or_default();
        enter(tx, case, sensitive.contains(&case.id), &holders).await?;
    }
    let update = case::Entity::update_many().col_expr(case::Column::Indexed, Expr::value(true));
    update.filter(case::Column::Id.is_in(ids)).exec(tx.conn()).await?;
    Ok(())
}

async fn indexed_among(tx: &Tx<'_>, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let marks = vec!["?"; ids.len()].join(", ");
    let text = format!("SELECT case_id FROM case_terms WHERE case_id IN ({marks})");
    let statement = sql(tx.backend(), &text, ids.iter().map(|id| (*id).into()));
    let found = tx.conn().query_all_raw(statement).await?;
    found.iter().map(|row| Ok(row.try_get("", "case_id")?)).collect()
}

/// Indexes a case again, as it is in memory. One that is not indexed yet is left to the worker.
pub async fn refresh(tx: &Tx<'_>, case: &Case) -> Result<()> {
    let Some(Entry { doc, withheld, .. }) = find(tx, case.id).await? else { return Ok(()) };
    let whole = whole(tx, case).await?;
    let terms = terms_of(tx.keys(), &whole, withheld);
    let marks = marks_of(tx, doc, &whole.place, &holders(tx, case.id).await?);
    replace(tx, &Entry { doc, withheld, terms, marks }).await
}

/// Marks a case for a further holder. One that is not indexed yet is marked when it is.
pub async fn hold(tx: &Tx<'_>, case_id: Uuid, holder: &str) -> Result<()> {
    let mark = holder_mark(tx.keys(), holder);
    match find(tx, case_id).await? {
        Some(mut entry) if !entry.marks.contains(&mark) => {
            entry.marks.push(mark);
            replace(tx, &entry).await
        }
        _ => Ok(()),
    }
}

/// Takes what a case tells out of the index, for good.
pub async fn withhold(tx: &Tx<'_>, case: &Case) -> Result<()> {
    match find(tx, case.id).await? {
        Some(entry) if !entry.withheld => {
            let terms = terms_of(tx.keys(), case, true);
            replace(tx, &Entry { withheld: true, terms, ..entry }).await
        }
        _ => Ok(()),
    }
}

/// What a case tells is kept out of the index.
pub async fn is_withheld(tx: &Tx<'_>, case_id: Uuid) -> Result<bool> {
    Ok(find(tx, case_id).await?.is_some_and(|entry| entry.withheld))
}
