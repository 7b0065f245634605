//! Reading the feed out of `records`, rooted in the reader's scope.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DerivePartialModel, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    cursor::Position,
    model::{Happened, Official, event_id},
};
use crate::{
    auth::{Area, Permit},
    db::{self, Rows, sql},
    error::{Error, Result},
    place::{Code, Level, Path},
    record::{
        SCOPE_LEFT,
        entity::{Column, Entity},
        moved_to, walled_off,
    },
};

/// Name of the fact that tells which history is gone.
const FLOOR: &str = "feed_floor";

/// The number of the nature ACCUSATION in the column of cases.
const ACCUSATION: i32 = 2;

/// The position up to which everything is settled: what commits from now on stands behind it.
///
/// SQLite commits one after the other. On PostgreSQL a row's number is drawn before its transaction commits, so numbers are no
/// order of commits; transactions below the oldest one under way have all ended.
pub async fn horizon(rows: &impl Rows) -> Result<Position> {
    let postgres = rows.backend() == DbBackend::Postgres;
    let text = match postgres {
        true => "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        false => "SELECT MAX(seq) FROM records",
    };
    let row = rows.on().query_one_raw(sql(rows.backend(), text, [])).await?;
    let number: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    match number {
        Some(xact) if postgres => Ok(Position { xact, seq: 0 }),
        Some(seq) => Ok(Position { xact: 0, seq }),
        None => floor(rows).await,
    }
}

/// The last position whose row was removed; the beginning where all of the history is there.
pub async fn floor(rows: &impl Rows) -> Result<Position> {
    let Some(text) = db::meta(rows, FLOOR).await? else { return Ok(Position::default()) };
    Position::parse(&text).ok_or_else(|| Error::internal(format!("{FLOOR} is not of the form xact:seq")))
}

/// The end of the next `most` rows behind `after`, whoever may see them: how far one read goes. None where fewer are left up to
/// `horizon`.
pub async fn window(rows: &impl Rows, after: Position, horizon: Position, most: u64) -> Result<Option<Position>> {
    let query = stretch(rows.backend(), after, horizon).select_only().columns([Column::Xact, Column::Seq]).limit(most);
    let found: Vec<(i64, i64)> = query.into_tuple().all(&rows.on()).await?;
    let full = u64::try_from(found.len()).is_ok_and(|count| count == most);
    Ok(found.last().filter(|_| full).map(|&(xact, seq)| Position { xact, seq }))
}

/// Rows that the permit shows, behind `after` and up to `until`, oldest first.
pub async fn find(
    rows: &impl Rows,
    permit: &Permit,
    after: Position,
    until: Position,
    limit: u64,
) -> Result<Vec<Happened>> {
    let query = stretch(rows.backend(), after, until).filter(visible(permit)).limit(limit);
    let found: Vec<Row> = query.into_partial_model().all(&rows.on()).await?;
    Ok(found.into_iter().map(Happened::from).collect())
}

/// The feed behind one position and up to another, in its order.
fn stretch(backend: DbBackend, after: Position, until: Position) -> Select<Entity> {
    if backend == DbBackend::Postgres {
        let order = || Expr::tuple([Expr::col(Column::Xact), Expr::col(Column::Seq)]);
        let at = |position: Position| Expr::tuple([Expr::value(position.xact), Expr::value(position.seq)]);
        let query = Entity::find().filter(order().gt(at(after))).filter(order().lte(at(until)));
        query.order_by_asc(Column::Xact).order_by_asc(Column::Seq)
    } else {
        let query = Entity::find().filter(Column::Seq.gt(after.seq)).filter(Column::Seq.lte(until.seq));
        query.order_by_asc(Column::Seq)
    }
}

/// What a permit shows: what lies in its areas, of accusations what lies in those where accusations are seen, and nothing of a case
/// that is walled off from whom the caller serves. What became an accusation is one from its beginning, and a mediation stands behind
/// the walls of its cases. Who could see it until then is told by the mark that it left.
fn visible(permit: &Permit) -> Condition {
    let marks = || Column::Kind.eq(SCOPE_LEFT);
    let accusation = || Expr::col(("cases", "nature")).eq(ACCUSATION);
    let ordinary = Condition::all()
        .add(Column::Restricted.eq(false))
        .add(Condition::any().add(marks()).add(none(of_root(("cases", "id")), accusation())))
        .add(Condition::any().add(marks()).add(none(of_mediation(("cases", "id")), accusation())));
    let shown = Condition::any().add(ordinary).add(within(&permit.accusations));
    let all = Condition::all().add(Column::Private.eq(false)).add(within(&permit.areas)).add(shown);
    if permit.conflicts.is_empty() {
        return all;
    }
    let before_it = || {
        let raised_here = Expr::col(("case_walls", "since")).equals((Entity, Column::Etag));
        let holders = permit.conflicts.iter().cloned();
        Expr::col(("case_walls", "holder")).is_in(holders).and(marks().and(raised_here).not())
    };
    let walls = ("case_walls", "case_id");
    all.add(none(of_root(walls), before_it())).add(none(of_mediation(walls), before_it()))
}

/// No row of a query is so. It is counted: PostgreSQL would turn an EXISTS beneath an OR into a walk of the whole table.
fn none(mut rows: SelectStatement, are_so: Expr) -> Expr {
    rows.and_where(are_so);
    Expr::SubQuery(None, Box::new(rows.into())).eq(0)
}

/// Counts the rows of a table, by its column of cases' ids, that are of the record's case.
fn of_root((table, id): (&'static str, &'static str)) -> SelectStatement {
    Query::select()
        .expr(Expr::col((table, id)).count())
        .from(table)
        .and_where(Expr::col((table, id)).equals((Entity, Column::Root)))
        .to_owned()
}

/// Counts those of the cases of the record's mediation.
fn of_mediation((table, id): (&'static str, &'static str)) -> SelectStatement {
    let case = ("mediation_cases", "case_id");
    Query::select()
        .expr(Expr::col((table, id)).count())
        .from("mediation_cases")
        .inner_join(table, Expr::col((table, id)).equals(case))
        .and_where(Expr::col(("mediation_cases", "mediation")).equals((Entity, Column::Root)))
        .to_owned()
}

/// Rows in one of the areas. What lies nowhere (clients, the catalogue) is in the area that is everywhere, and in no other.
fn within(areas: &[Area]) -> Condition {
    // Without areas nothing is seen, whatever an empty condition would mean.
    areas.iter().fold(Condition::any().add(Expr::value(false)), |any, area| match area {
        Area::Region { level, code } => any.add(in_region(*level, *code)),
        Area::Organization { .. } | Area::Posting { .. } => any.add(held_by(area)),
    })
}

fn in_region(level: Level, code: Code) -> Expr {
    match level {
        Level::Country => Expr::value(true),
        Level::Province => Column::Province.eq(code.stored()),
        Level::City => Column::City.eq(code.stored()),
        Level::County => Column::County.eq(code.stored()),
        Level::Township => Column::Township.eq(code.stored()),
        Level::Village => Column::Village.eq(code.stored()),
    }
}

/// Rows of what an organization or a posting holds or held, by the line that is written with each assignment of a case.
fn held_by(holder: &Area) -> Expr {
    let line = Query::select()
        .expr(Expr::value(1))
        .from("case_line")
        .and_where(Expr::col(("case_line", "case_id")).equals((Entity, Column::Root)))
        .and_where(Expr::col(("case_line", "holder")).eq(holder.holder().unwrap_or_default()))
        .to_owned();
    Expr::exists(line)
}

/// The permit's organizations and postings that hold or held a case: they see it wherever it moves.
pub async fn holders(rows: &impl Rows, permit: &Permit, root: Option<Uuid>) -> Result<Vec<String>> {
    let own: Vec<String> = permit.areas.iter().chain(&permit.accusations).filter_map(Area::holder).collect();
    let Some(case) = root.filter(|_| !own.is_empty()) else { return Ok(Vec::new()) };
    let query = Query::select()
        .distinct()
        .column("holder")
        .from("case_line")
        .and_where(Expr::col("case_id").eq(case))
        .and_where(Expr::col("holder").is_in(own))
        .to_owned();
    let found = rows.on().query_all(&query).await?;
    found.into_iter().map(|row| row.try_get_by_index(0).map_err(Error::from)).collect()
}

/// The columns that the feed reads; answers and fingerprints stay where they are.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct Row {
    seq: i64,
    xact: i64,
    time: i64,
    kind: String,
    resource: String,
    state_before: Option<String>,
    state_after: Option<String>,
    etag: String,
    root: Option<Uuid>,
    province: Option<i64>,
    city: Option<i64>,
    county: Option<i64>,
    township: Option<i64>,
    village: Option<i64>,
    client: String,
    method: String,
    official_id: Option<String>,
    official_organization: Option<String>,
    official_post: Option<String>,
    body: Vec<u8>,
}

impl From<Row> for Happened {
    fn from(row: Row) -> Self {
        let code = |code: Option<i64>| code.map(Code::from_stored);
        let official = row.official_id.map(|id| Official {
            id,
            organization: row.official_organization.unwrap_or_default(),
            post: row.official_post.unwrap_or_default(),
        });
        Self {
            position: Position { xact: row.xact, seq: row.seq },
            time: row.time,
            moved_to: (row.kind == SCOPE_LEFT).then(|| moved_to(&row.body)),
            walled: if row.kind == SCOPE_LEFT { walled_off(&row.body) } else { Vec::new() },
            kind: row.kind,
            resource: row.resource,
            state_before: row.state_before.unwrap_or_default(),
            state_after: row.state_after.unwrap_or_default(),
            etag: row.etag,
            root: row.root,
            place: Path {
                province: code(row.province),
                city: code(row.city),
                county: code(row.county),
                township: code(row.township),
                village: code(row.village),
            },
            // Methods are called by clients; what the server does by itself names none.
            client: row.method.starts_with('/').then_some(row.client),
            official,
            id: event_id(row.seq, &row.body),
        }
    }
}
