//! One case.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{open, scope, seal};
use crate::{
    auth::Permit,
    cases::{
        entity::{case, line, wall},
        model::{
            Case, Channel, Execution, IdentityMode, Nature, Outcome, Procedure, Rating, Resolution, Route, State,
            case_name,
        },
    },
    catalog::PETITION,
    db::{Conflict, Rows, Tx, sql},
    error::{Error, Result},
    place::{Code, Path},
    wire::{days, from_days},
};

const TABLE: &str = "cases";

/// How much of a row is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Narrative stays sealed and is left out.
    Basic,
    /// Everything.
    Full,
}

/// A case within the permit, or nothing.
pub async fn find(rows: &impl Rows, permit: &Permit, id: Uuid, depth: Depth) -> Result<Option<Case>> {
    let row = case::Entity::find_by_id(id).filter(scope::seen(permit)).one(&rows.on()).await?;
    row.map(|row| from_row(rows, row, depth)).transpose()
}

/// A case within the permit, locked for a decision.
pub async fn lock(tx: &Tx<'_>, id: Uuid) -> Result<Case> {
    let mut query = case::Entity::find_by_id(id).filter(scope::seen(&tx.call().permit));
    if tx.locks_rows() {
        query = query.lock_exclusive();
    }
    let row = query.one(tx.conn()).await?.ok_or_else(|| Error::not_found(case_name(id)))?;
    from_row(tx, row, Depth::Basic)
}

/// Cases within the permit, locked in the order of their ids, with their texts.
pub async fn lock_many(tx: &Tx<'_>, ids: &[Uuid]) -> Result<Vec<Case>> {
    let mut query = case::Entity::find()
        .filter(case::Column::Id.is_in(ids.iter().copied()))
        .filter(scope::seen(&tx.call().permit))
        .order_by_asc(case::Column::Id);
    if tx.locks_rows() {
        query = query.lock_exclusive();
    }
    query.all(tx.conn()).await?.into_iter().map(|row| from_row(tx, row, Depth::Full)).collect()
}

/// Cases within the permit by their ids, in no order.
pub async fn find_many(rows: &impl Rows, permit: &Permit, ids: &[Uuid]) -> Result<Vec<Case>> {
    let found = case::Entity::find()
        .filter(case::Column::Id.is_in(ids.iter().copied()))
        .filter(scope::seen(permit))
        .all(&rows.on())
        .await?;
    found.into_iter().map(|row| from_row(rows, row, Depth::Basic)).collect()
}

/// The topics of some cases, wherever they are.
pub async fn topics(rows: &impl Rows, ids: &[Uuid]) -> Result<Vec<String>> {
    let query = case::Entity::find().select_only().column(case::Column::Topic);
    let query = query.filter(case::Column::Id.is_in(ids.iter().copied())).filter(case::Column::Topic.is_not_null());
    Ok(query.order_by_asc(case::Column::Id).into_tuple().all(&rows.on()).await?)
}

/// Those of some cases that an agreement settled, wherever they are: only to tell those who see them.
pub async fn settled_by(rows: &impl Rows, ids: &[Uuid], settlement: &str) -> Result<Vec<Case>> {
    let query = case::Entity::find()
        .filter(case::Column::Id.is_in(ids.iter().copied()))
        .filter(case::Column::Settlement.eq(settlement));
    let found = query.order_by_asc(case::Column::Id).all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row, Depth::Basic)).collect()
}

/// One of these is a petition, wherever it is.
pub async fn any_petition(rows: &impl Rows, ids: &[Uuid]) -> Result<bool> {
    let found = case::Entity::find()
        .filter(case::Column::Id.is_in(ids.iter().copied()))
        .filter(case::Column::CaseType.starts_with(format!("caseTypes/{PETITION}@")))
        .count(&rows.on())
        .await?;
    Ok(found > 0)
}

/// A case by its number.
pub async fn by_number(rows: &impl Rows, permit: &Permit, number: &str) -> Result<Option<Case>> {
    let query = case::Entity::find().filter(case::Column::Number.eq(number)).filter(scope::seen(permit));
    let row = query.one(&rows.on()).await?;
    row.map(|row| from_row(rows, row, Depth::Basic)).transpose()
}

/// A case by its id at its source.
pub async fn by_external(rows: &impl Rows, permit: &Permit, source: &str, id: &str) -> Result<Option<Case>> {
    let row = case::Entity::find()
        .filter(case::Column::ExternalSource.eq(source))
        .filter(case::Column::ExternalId.eq(id))
        .filter(scope::seen(permit))
        .one(&rows.on())
        .await?;
    row.map(|row| from_row(rows, row, Depth::Basic)).transpose()
}

/// Reads a row.
pub fn from_row(rows: &impl Rows, row: case::Model, depth: Depth) -> Result<Case> {
    let broken = |what: &str| Error::internal(format!("case {} has an unknown {what}", row.id));
    let (statement, summary) = match depth {
        Depth::Basic => (None, None),
        Depth::Full => (
            open(rows, TABLE, "statement", row.id, row.statement.as_deref())?,
            open(rows, TABLE, "summary", row.id, row.summary.as_deref())?,
        ),
    };
    let code = |code: Option<i64>| code.map(Code::from_stored);
    Ok(Case {
        state: State::from_number(row.state).ok_or_else(|| broken("state"))?,
        nature: Nature::from_number(row.nature).ok_or_else(|| broken("nature"))?,
        route: Route::from_number(row.route).ok_or_else(|| broken("route"))?,
        channel: Channel::from_number(row.channel).ok_or_else(|| broken("channel"))?,
        identity_mode: IdentityMode::from_number(row.identity_mode).ok_or_else(|| broken("identity mode"))?,
        outcome: Outcome::from_number(row.outcome).ok_or_else(|| broken("outcome"))?,
        execution: Execution::from_number(row.execution).ok_or_else(|| broken("execution"))?,
        resolution: Resolution::from_number(row.resolution).ok_or_else(|| broken("resolution"))?,
        settlement: row.settlement,
        place: Path {
            province: code(row.province),
            city: code(row.city),
            county: code(row.county),
            township: code(row.township),
            village: code(row.village),
        },
        external: row.external_source.zip(row.external_id),
        petition_date: from_days(row.petition_date),
        region: Code::from_stored(row.region),
        id: row.id,
        number: row.number,
        case_type: row.case_type,
        stage: row.stage,
        title: row.title,
        statement,
        summary,
        topic: row.topic,
        region_version: row.region_version,
        registering_organization: row.registering_organization,
        handling_organization: row.handling_organization,
        handling_level: row.handling_level,
        receive_time: row.receive_time,
        register_time: row.register_time,
        update_time: row.update_time,
        backdating_reason: row.backdating_reason,
        attendance: row.attendance,
        party_count: row.party_count,
        hop_count: row.hop_count,
        urgent: row.urgent,
        historic: row.historic,
        register_posting: row.register_posting,
        current_posting: row.current_posting,
        next_due_time: row.next_due_time,
        answer_time: row.answer_time,
        close_time: row.close_time,
        procedure: Procedure::from_number(row.procedure).ok_or_else(|| broken("procedure"))?,
        accept_time: row.accept_time,
        office_rating: Rating::from_number(row.office_rating).ok_or_else(|| broken("rating"))?,
        organ_rating: Rating::from_number(row.organ_rating).ok_or_else(|| broken("rating"))?,
        version: row.version,
    })
}

fn to_row(rows: &impl Rows, case: &Case) -> case::Model {
    let code = |code: Option<Code>| code.map(Code::stored);
    let (external_source, external_id) = case.external.clone().unzip();
    case::Model {
        id: case.id,
        number: case.number.clone(),
        case_type: case.case_type.clone(),
        stage: case.stage.clone(),
        state: case.state.number(),
        nature: case.nature.number(),
        route: case.route.number(),
        channel: case.channel.number(),
        title: case.title.clone(),
        statement: seal(rows, TABLE, "statement", case.id, case.statement.as_deref()),
        summary: seal(rows, TABLE, "summary", case.id, case.summary.as_deref()),
        topic: case.topic.clone(),
        region: case.region.stored(),
        region_version: case.region_version,
        province: code(case.place.province),
        city: code(case.place.city),
        county: code(case.place.county),
        township: code(case.place.township),
        village: code(case.place.village),
        registering_organization: case.registering_organization.clone(),
        handling_organization: case.handling_organization.clone(),
        handling_level: case.handling_level,
        petition_date: days(case.petition_date),
        receive_time: case.receive_time,
        register_time: case.register_time,
        update_time: case.update_time,
        backdating_reason: case.backdating_reason.clone(),
        external_source,
        external_id,
        identity_mode: case.identity_mode.number(),
        attendance: case.attendance,
        party_count: case.party_count,
        hop_count: case.hop_count,
        urgent: case.urgent,
        historic: case.historic,
        outcome: case.outcome.number(),
        execution: case.execution.number(),
        resolution: case.resolution.number(),
        settlement: case.settlement.clone(),
        register_posting: case.register_posting.clone(),
        current_posting: case.current_posting.clone(),
        next_due_time: case.next_due_time,
        answer_time: case.answer_time,
        close_time: case.close_time,
        close_evidence: None,
        procedure: case.procedure.number(),
        accept_time: case.accept_time,
        office_rating: case.office_rating.number(),
        organ_rating: case.organ_rating.number(),
        indexed: true,
        version: case.version,
    }
}

/// Enters a case, whose holders and parties stand already. `withheld`: what it tells is too sensitive for the index.
pub async fn insert(tx: &Tx<'_>, case: &Case, withheld: bool) -> Result<()> {
    let row = to_row(tx, case).into_active_model();
    let taken = || Error::AlreadyExists {
        resource: match &case.external {
            Some((source, id)) => format!("{} or {source}/{id}", case.name()),
            None => case.name(),
        },
    };
    case::Entity::insert(row).exec_without_returning(tx.conn()).await.or_conflict(taken)?;
    super::terms::insert(tx, case, withheld).await
}

/// Columns that a step never writes: what was said and fixed on registration, and what is written elsewhere.
fn is_fixed(column: case::Column) -> bool {
    use case::Column::{
        CaseType, CloseEvidence, ExternalId, ExternalSource, Id, Indexed, Number, PetitionDate, ReceiveTime,
        RegisterPosting, RegisterTime, RegisteringOrganization, Statement, Summary,
    };
    matches!(
        column,
        Id | Number
            | CaseType
            | Statement
            | Summary
            | PetitionDate
            | ReceiveTime
            | RegisterTime
            | ExternalSource
            | ExternalId
            | RegisteringOrganization
            | RegisterPosting
            | CloseEvidence
            | Indexed
    )
}

/// Writes a case back that was read at `case.version - 1`.
pub async fn update(tx: &Tx<'_>, case: &Case) -> Result<()> {
    use sea_orm::Iterable;
    let mut row = to_row(tx, case).into_active_model();
    for column in case::Column::iter() {
        if is_fixed(column) {
            row.not_set(column);
        } else {
            row.reset(column);
        }
    }
    let seen = case.version - 1;
    let done = case::Entity::update_many()
        .set(row)
        .filter(case::Column::Id.eq(case.id))
        .filter(case::Column::Version.eq(seen))
        .exec(tx.conn())
        .await?;
    match done.rows_affected {
        1 => Ok(()),
        _ => Err(Error::Contention),
    }
}

/// Writes the official's summary.
pub async fn set_summary(tx: &Tx<'_>, id: Uuid, summary: Option<&str>) -> Result<()> {
    set_sealed(tx, id, case::Column::Summary, "summary", summary).await
}

/// The number of the state of an agreement in effect, in the column of agreements.
const IN_EFFECT: i32 = 3;

/// There is such an agreement in effect, in a mediation on this case.
pub async fn is_settled_by(rows: &impl Rows, id: Uuid, mediation: Uuid, agreement: Uuid) -> Result<bool> {
    let text = "SELECT COUNT(*) FROM agreements a JOIN mediation_cases m ON m.mediation = a.mediation \
                WHERE a.id = ? AND a.mediation = ? AND a.state = ? AND m.case_id = ?";
    let values = [agreement.into(), mediation.into(), IN_EFFECT.into(), id.into()];
    let statement = sql(rows.backend(), text, values);
    let row = rows.on().query_one_raw(statement).await?;
    let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(count.unwrap_or(0) > 0)
}

/// Writes what shows that a case is done.
pub async fn set_evidence(tx: &Tx<'_>, id: Uuid, evidence: &str) -> Result<()> {
    set_sealed(tx, id, case::Column::CloseEvidence, "close_evidence", Some(evidence)).await
}

async fn set_sealed(tx: &Tx<'_>, id: Uuid, column: case::Column, name: &str, text: Option<&str>) -> Result<()> {
    case::Entity::update_many()
        .col_expr(column, Expr::value(seal(tx, TABLE, name, id, text)))
        .filter(case::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes that an organization or a posting holds a case: it is in their scope from now on.
pub async fn add_holder(tx: &Tx<'_>, case: &Case, holder: &str) -> Result<()> {
    let row = line::ActiveModel {
        holder: Set(holder.to_owned()),
        register_time: Set(case.register_time),
        case_id: Set(case.id),
    };
    let added = line::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    if added > 0 { super::terms::hold(tx, case.id, holder).await } else { Ok(()) }
}

/// Walls a case off from whoever serves `holder`, from its beginning or since the change that leads to an etag.
pub async fn add_wall(tx: &Tx<'_>, case_id: Uuid, holder: &str, since: Option<&str>) -> Result<()> {
    let since = since.unwrap_or("-").to_owned();
    let row = wall::ActiveModel { case_id: Set(case_id), holder: Set(holder.to_owned()), since: Set(since) };
    wall::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Whom a case is walled off from.
pub async fn walls(rows: &impl Rows, case_id: Uuid) -> Result<Vec<String>> {
    let query = wall::Entity::find().filter(wall::Column::CaseId.eq(case_id)).order_by_asc(wall::Column::Holder);
    Ok(query.all(&rows.on()).await?.into_iter().map(|row| row.holder).collect())
}

/// The organizations and postings that hold or held a case.
pub async fn holders(rows: &impl Rows, case_id: Uuid) -> Result<Vec<String>> {
    let query = line::Entity::find().filter(line::Column::CaseId.eq(case_id)).order_by_asc(line::Column::Holder);
    Ok(query.all(&rows.on()).await?.into_iter().map(|row| row.holder).collect())
}

/// The organizations and postings that hold or held some cases, by case.
pub async fn holders_of(rows: &impl Rows, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>> {
    let query = line::Entity::find().filter(line::Column::CaseId.is_in(ids.iter().copied()));
    let mut holders: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in query.all(&rows.on()).await? {
        holders.entry(row.case_id).or_default().push(row.holder);
    }
    Ok(holders)
}

/// The case is walled off from one of these.
pub async fn is_walled(rows: &impl Rows, case_id: Uuid, holders: &[String]) -> Result<bool> {
    let found = wall::Entity::find()
        .filter(wall::Column::CaseId.eq(case_id))
        .filter(wall::Column::Holder.is_in(holders))
        .one(&rows.on())
        .await?;
    Ok(found.is_some())
}

/// The next number of a county and day. Taken last: on PostgreSQL its row stays locked until the commit. Accusations count apart, with a J
/// (检举): the row of the other numbers has no holes that tell of them.
pub async fn next_number(tx: &Tx<'_>, county: Code, day: chrono::NaiveDate, accusation: bool) -> Result<String> {
    let text = "INSERT INTO case_numbers (county, day, last) VALUES (?, ?, 1) \
                ON CONFLICT (county, day) DO UPDATE SET last = case_numbers.last + 1 RETURNING last";
    let (series, mark) = if accusation { (-county.stored(), "J") } else { (county.stored(), "") };
    let statement = sql(tx.backend(), text, [series.into(), days(day).into()]);
    let row = tx.conn().query_one_raw(statement).await?.ok_or_else(|| Error::internal("no number was returned"))?;
    let last: i32 = row.try_get_by_index(0)?;
    let digits = county.to_string();
    Ok(format!("{}-{}-{mark}{last:04}", &digits[..6], day.format("%Y%m%d")))
}
