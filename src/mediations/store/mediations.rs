//! Mediations themselves.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{self, ExprTrait, SimpleExpr},
};
use uuid::Uuid;

use super::{Sealed, filter, known, known_some};
use crate::{
    auth::{Area, Permit},
    call::Micros,
    cases,
    db::{Conflict, Rows, Tx},
    error::{Error, Result},
    filter::Expr,
    mediations::{
        entity::{
            mediation::{ActiveModel, Column, Entity, Model},
            mediation_case,
        },
        model::{Detail, Failure, Mediation, MediationTerm, Referral, RoutesNotice, mediation_name},
        numbers::{Numbered, Route},
    },
    place::{Code, Level, Path},
    wire::{days, from_days},
};

const TABLE: &str = "mediations";
const MATTER: Sealed = Sealed("mediations|matter");
const WITHDRAWAL: Sealed = Sealed("mediations|withdrawal_reason");
const EXPLANATION: Sealed = Sealed("mediations|failure_explanation");

/// Sort key of a list: time of opening, then id.
pub type Key = (Micros, Uuid);

/// A mediation as far as the permit reaches.
pub async fn find(rows: &impl Rows, permit: &Permit, id: Uuid, detail: Detail) -> Result<Option<Mediation>> {
    let query = Entity::find_by_id(id).filter(open_to(permit));
    let Some(row) = query.one(&rows.on()).await? else { return Ok(None) };
    let place = place_of(&row);
    if !permit.areas.iter().any(|area| area.covers(&place)) {
        return Ok(None);
    }
    let cases = cases_of(rows, &[id]).await?.remove(&id).unwrap_or_default();
    model(rows, row, cases, detail).map(Some)
}

/// A mediation of another system, as far as the permit reaches.
pub async fn by_external(rows: &impl Rows, permit: &Permit, source: &str, id: &str) -> Result<Option<Mediation>> {
    let query = Entity::find().filter(Column::ExternalSource.eq(source)).filter(Column::ExternalId.eq(id));
    match query.one(&rows.on()).await? {
        Some(row) => find(rows, permit, row.id, Detail::Basic).await,
        None => Ok(None),
    }
}

/// A mediation stands behind the walls of its cases: one that accuses somebody takes it along.
fn open_to(permit: &Permit) -> SimpleExpr {
    let of = mediation_case::Entity::find()
        .select_only()
        .expr(sea_query::Expr::value(1))
        .filter(
            sea_query::Expr::col((mediation_case::Entity, mediation_case::Column::Mediation))
                .equals((Entity, Column::Id)),
        )
        .into_query();
    sea_query::Expr::exists(cases::kept_from(permit, of, ("mediation_cases", "case_id"))).not()
}

/// Locks a mediation with all that belongs to it for a change.
///
/// # Errors
/// `NotFound`, also outside the permit.
pub async fn lock(tx: &Tx<'_>, id: Uuid) -> Result<Mediation> {
    if tx.locks_rows() {
        Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?;
    }
    let found = find(tx, &tx.call().permit, id, Detail::Basic).await?;
    found.ok_or_else(|| Error::not_found(mediation_name(id)))
}

/// What a list is asked for.
pub struct Wanted {
    /// Further conditions.
    pub filter: Option<Expr>,
    /// Levels of the regions that the filter names.
    pub levels: HashMap<Code, Level>,
    /// Newest first.
    pub descending: bool,
    /// Where the page before ended.
    pub after: Option<Key>,
    /// Most rows.
    pub limit: u64,
}

/// Mediations within the permit by the time of opening: a walk of an index for each of its areas, and their merge.
pub async fn list(rows: &impl Rows, permit: &Permit, wanted: &Wanted) -> Result<Vec<Mediation>> {
    let condition = match &wanted.filter {
        Some(expr) => filter::mediations(expr, &wanted.levels)?,
        None => Condition::all(),
    };
    let mut found: Vec<Model> = Vec::new();
    for area in walks(permit) {
        found.extend(walk(area, wanted, condition.clone().add(open_to(permit))).all(&rows.on()).await?);
    }
    let key = |row: &Model| (row.open_time, row.id);
    if wanted.descending {
        found.sort_unstable_by_key(|row| std::cmp::Reverse(key(row)));
    } else {
        found.sort_unstable_by_key(key);
    }
    found.dedup_by_key(|row| row.id);
    found.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let mut cases = cases_of(rows, &ids).await?;
    let own = |row: Model| {
        let cases = cases.remove(&row.id).unwrap_or_default();
        model(rows, row, cases, Detail::Basic)
    };
    found.into_iter().map(own).collect()
}

/// The regions to walk: one is enough where it is everywhere.
fn walks(permit: &Permit) -> Vec<(Level, Code)> {
    if permit.is_everywhere() {
        return vec![(Level::Country, Code::COUNTRY)];
    }
    let region = |area: &Area| match area {
        Area::Region { level, code } => Some((*level, *code)),
        Area::Organization { .. } | Area::Posting { .. } => None,
    };
    permit.areas.iter().filter_map(region).collect()
}

fn walk((level, code): (Level, Code), wanted: &Wanted, condition: Condition) -> sea_orm::Select<Entity> {
    let mut query = Entity::find().filter(condition).limit(wanted.limit);
    if let Some(within) = within(level, code) {
        query = query.filter(within);
    }
    // The first comparison bounds the walk of the index, the second one decides among equal times.
    if let Some((time, id)) = wanted.after {
        query = if wanted.descending {
            let later = Condition::any().add(Column::OpenTime.lt(time)).add(Column::Id.lt(id));
            query.filter(Column::OpenTime.lte(time)).filter(later)
        } else {
            let later = Condition::any().add(Column::OpenTime.gt(time)).add(Column::Id.gt(id));
            query.filter(Column::OpenTime.gte(time)).filter(later)
        };
    }
    if wanted.descending {
        query.order_by_desc(Column::OpenTime).order_by_desc(Column::Id)
    } else {
        query.order_by_asc(Column::OpenTime).order_by_asc(Column::Id)
    }
}

/// The place lies within a region. The country takes in everything.
pub fn within(level: Level, code: Code) -> Option<SimpleExpr> {
    let column = match level {
        Level::Country => return None,
        Level::Province => Column::Province,
        Level::City => Column::City,
        Level::County => Column::County,
        Level::Township => Column::Township,
        Level::Village => Column::Village,
    };
    Some(column.eq(code.stored()))
}

/// Enters a mediation with its cases.
pub async fn insert(tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
    let row = mediation.id.to_string();
    let code = |code: Option<Code>| Set(code.map(Code::stored));
    let mut model = changeable(mediation);
    model.id = Set(mediation.id);
    model.source = Set(mediation.source.number());
    model.committee = Set(mediation.committee.clone());
    model.region = Set(mediation.region.stored());
    model.region_version = Set(mediation.region_version);
    model.province = code(mediation.place.province);
    model.city = code(mediation.place.city);
    model.county = code(mediation.place.county);
    model.township = code(mediation.place.township);
    model.village = code(mediation.place.village);
    model.matter = Set(MATTER.seal_some(tx.keys(), &row, mediation.matter.as_ref()));
    model.application_date = Set(mediation.application_date.map(days));
    model.referrer = Set(mediation.referral.referrer.clone());
    model.referral_number = Set(mediation.referral.number.clone());
    model.open_time = Set(mediation.open_time);
    model.create_time = Set(mediation.create_time);
    model.dispute_type = Set(mediation.dispute_type.map(Numbered::number));
    model.undated = Set(mediation.undated);
    model.external_source = Set(mediation.external.as_ref().map(|(source, _)| source.clone()));
    model.external_id = Set(mediation.external.as_ref().map(|(_, id)| id.clone()));
    let missing = mediation.missing_fields.join(",");
    model.missing_fields = Set(Some(missing).filter(|list| !list.is_empty()));
    // One of the same id that the caller may not see.
    let external = mediation.external.as_ref().map(|(source, id)| format!("{source}/{id}")).unwrap_or_default();
    let taken = || Error::AlreadyExists { resource: external };
    Entity::insert(model).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    insert_cases(tx, mediation).await
}

async fn insert_cases(tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
    let cases: Vec<mediation_case::ActiveModel> = (0..)
        .zip(&mediation.cases)
        .map(|(position, case)| mediation_case::ActiveModel {
            mediation: Set(mediation.id),
            position: Set(position),
            case_id: Set(*case),
        })
        .collect();
    if !cases.is_empty() {
        mediation_case::Entity::insert_many(cases).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Writes what can be corrected of a mediation that was read in full, with its cases where they changed.
pub async fn correct(tx: &Tx<'_>, mediation: &Mediation, cases: bool) -> Result<()> {
    let mut model = changeable(mediation);
    model.matter = Set(MATTER.seal_some(tx.keys(), &mediation.id.to_string(), mediation.matter.as_ref()));
    model.application_date = Set(mediation.application_date.map(days));
    model.dispute_type = Set(mediation.dispute_type.map(Numbered::number));
    model.referrer = Set(mediation.referral.referrer.clone());
    model.referral_number = Set(mediation.referral.number.clone());
    Entity::update_many().set(model).filter(Column::Id.eq(mediation.id)).exec(tx.conn()).await?;
    if cases {
        let own = mediation_case::Column::Mediation.eq(mediation.id);
        mediation_case::Entity::delete_many().filter(own).exec(tx.conn()).await?;
        insert_cases(tx, mediation).await?;
    }
    Ok(())
}

/// Writes state, counts and end of a mediation that is locked.
pub async fn save(tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
    let mut model = changeable(mediation);
    if let Some(reason) = &mediation.withdrawal_reason {
        model.withdrawn_by = Set(mediation.withdrawn_by);
        model.withdrawal_reason = Set(Some(WITHDRAWAL.seal(tx.keys(), &mediation.id.to_string(), reason)));
    }
    if let Some(Failure { reason, explanation }) = &mediation.failure {
        let row = mediation.id.to_string();
        model.failure_reason = Set(Some(reason.number()));
        // A mediation that was read in part has no explanation, and keeps the one that is stored.
        if explanation.is_some() {
            model.failure_explanation = Set(EXPLANATION.seal_some(tx.keys(), &row, explanation.as_ref()));
        }
    }
    if let Some(RoutesNotice { routes, means }) = &mediation.notice {
        model.notice_routes = Set(Some(routes.iter().fold(0, |bits, route| bits | 1 << route.number())));
        model.notice_means = Set(Some(means.number()));
    }
    Entity::update_many().set(model).filter(Column::Id.eq(mediation.id)).exec(tx.conn()).await?;
    Ok(())
}

fn changeable(mediation: &Mediation) -> ActiveModel {
    ActiveModel {
        term_date: Set(mediation.term.as_ref().map(|term| days(term.date))),
        term_time: Set(mediation.term.as_ref().map(|term| term.time)),
        term_rule: Set(mediation.term.as_ref().and_then(|term| term.rule.clone())),
        state: Set(mediation.state.number()),
        participant_count: Set(mediation.participant_count),
        necessary_party_count: Set(mediation.necessary_party_count),
        necessary_consent_count: Set(mediation.necessary_consent_count),
        session_count: Set(mediation.session_count),
        settlement: Set(mediation.settlement),
        end_time: Set(mediation.end_time),
        version: Set(mediation.version),
        ..ActiveModel::default()
    }
}

async fn cases_of(rows: &impl Rows, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    use mediation_case::Column as Case;
    let found = mediation_case::Entity::find()
        .filter(Case::Mediation.is_in(ids.iter().copied()))
        .order_by_asc(Case::Mediation)
        .order_by_asc(Case::Position)
        .all(&rows.on())
        .await?;
    let mut cases: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in found {
        cases.entry(row.mediation).or_default().push(row.case_id);
    }
    Ok(cases)
}

fn place_of(row: &Model) -> Path {
    let code = |code: Option<i64>| code.map(Code::from_stored);
    Path {
        province: code(row.province),
        city: code(row.city),
        county: code(row.county),
        township: code(row.township),
        village: code(row.village),
    }
}

fn model(rows: &impl Rows, row: Model, cases: Vec<Uuid>, detail: Detail) -> Result<Mediation> {
    let key = row.id.to_string();
    Ok(Mediation {
        id: row.id,
        state: known(row.state, TABLE, row.id)?,
        source: known(row.source, TABLE, row.id)?,
        region: Code::from_stored(row.region),
        region_version: row.region_version,
        place: place_of(&row),
        cases,
        matter: MATTER.open_in(detail, rows, &key, row.matter.as_ref())?,
        application_date: row.application_date.map(from_days),
        open_time: row.open_time,
        participant_count: row.participant_count,
        necessary_party_count: row.necessary_party_count,
        necessary_consent_count: row.necessary_consent_count,
        session_count: row.session_count,
        settlement: row.settlement,
        end_time: row.end_time,
        failure: failure(rows, &row, &key, detail)?,
        notice: notice(&row)?,
        referral: Referral { referrer: row.referrer.clone(), number: row.referral_number.clone() },
        withdrawn_by: row.withdrawn_by,
        dispute_type: known_some(row.dispute_type, TABLE, row.id)?,
        undated: row.undated,
        term: term(&row),
        external: row.external_source.zip(row.external_id),
        missing_fields: row
            .missing_fields
            .into_iter()
            .flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>())
            .collect(),
        withdrawal_reason: WITHDRAWAL.open_in(detail, rows, &key, row.withdrawal_reason.as_ref())?,
        create_time: row.create_time,
        version: row.version,
        committee: row.committee,
    })
}

fn term(row: &Model) -> Option<MediationTerm> {
    let (date, time) = row.term_date.zip(row.term_time)?;
    Some(MediationTerm { date: from_days(date), time, rule: row.term_rule.clone() })
}

fn failure(rows: &impl Rows, row: &Model, key: &str, detail: Detail) -> Result<Option<Failure>> {
    let Some(reason) = known_some(row.failure_reason, TABLE, row.id)? else { return Ok(None) };
    let explanation = EXPLANATION.open_in(detail, rows, key, row.failure_explanation.as_ref())?;
    Ok(Some(Failure { reason, explanation }))
}

fn notice(row: &Model) -> Result<Option<RoutesNotice>> {
    let Some(means) = known_some(row.notice_means, TABLE, row.id)? else { return Ok(None) };
    let bits = row.notice_routes.unwrap_or_default();
    let named = |route: &Route| bits & 1 << route.number() != 0;
    Ok(Some(RoutesNotice { routes: Route::ALL.iter().copied().filter(named).collect(), means }))
}
