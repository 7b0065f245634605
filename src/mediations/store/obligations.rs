//! What is owed under agreements.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{self, ExprTrait},
};
use uuid::Uuid;

use super::{Sealed, filter, known, known_some};
use crate::{
    call::Micros,
    clock::end_of_day,
    db::{Rows, Tx, sql},
    error::{Error, Result},
    filter::Expr,
    mediations::{
        entity::obligation::{ActiveModel, Column, Entity, Model},
        model::{Agreement, Detail, Obligation},
        numbers::{Numbered, ObligationState},
    },
    money::Fen,
    wire::{days, from_days},
};

const TABLE: &str = "obligations";
const TEXT: Sealed = Sealed("obligations|text");
const REASON: Sealed = Sealed("obligations|reason");
/// Rows of one statement.
const AT_ONCE: usize = 500;

/// One obligation.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, agreement: &Agreement, id: Uuid, detail: Detail) -> Result<Obligation> {
    let row = Entity::find_by_id(id).filter(Column::Agreement.eq(agreement.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(format!("{}/obligations/{id}", agreement.name())))?;
    model(rows, row, detail)
}

/// Obligations in the order in which they were added.
pub async fn list(
    rows: &impl Rows,
    agreement: &Agreement,
    wanted: Option<&Expr>,
    after: Option<Uuid>,
    limit: u64,
    detail: Detail,
) -> Result<Vec<Obligation>> {
    let mut query = Entity::find().filter(Column::Agreement.eq(agreement.id));
    if let Some(expr) = wanted {
        query = query.filter(filter::obligations(expr)?);
    }
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, row, detail)).collect()
}

/// How many an agreement has had.
pub async fn count(rows: &impl Rows, agreement: &Agreement) -> Result<u64> {
    Ok(Entity::find().filter(Column::Agreement.eq(agreement.id)).count(&rows.on()).await?)
}

/// Who is a debtor under which line of the plan, and how much of it is still owed.
pub async fn lines(rows: &impl Rows, agreement: &Agreement) -> Result<Vec<(String, Uuid, Fen)>> {
    let text = "SELECT line, debtor, CAST(SUM(CASE WHEN state IN (?, ?) THEN 0 ELSE amount - performed END) AS bigint) AS owed \
                FROM obligations WHERE agreement = ? AND line IS NOT NULL AND state <> ? GROUP BY line, debtor";
    let [performed, waived, void] =
        [ObligationState::Performed, ObligationState::Waived, ObligationState::Void].map(Numbered::number);
    let values = [performed.into(), waived.into(), agreement.id.into(), void.into()];
    let found = rows.on().query_all_raw(sql(rows.backend(), text, values)).await?;
    let one = |row: &sea_orm::QueryResult| {
        Ok((row.try_get("", "line")?, row.try_get("", "debtor")?, row.try_get("", "owed")?))
    };
    found.iter().map(one).collect()
}

/// Somebody still owes a payment under a line of the plan.
pub async fn owes_under(rows: &impl Rows, agreement: &Agreement, line: &str, debtor: Uuid) -> Result<bool> {
    let ended = [ObligationState::Performed, ObligationState::Waived, ObligationState::Void].map(Numbered::number);
    let found = Entity::find()
        .filter(Column::Agreement.eq(agreement.id))
        .filter(Column::Debtor.eq(debtor))
        .filter(Column::Line.eq(line))
        .filter(Column::State.is_not_in(ended));
    Ok(found.count(&rows.on()).await? > 0)
}

/// How much of what a participant paid under a line was paid on obligations.
pub async fn paid_under(rows: &impl Rows, agreement: &Agreement, line: &str, debtor: Uuid) -> Result<Fen> {
    let found: Option<Option<Fen>> = Entity::find()
        .select_only()
        .column_as(sea_query::Expr::cust("CAST(SUM(performed) AS bigint)"), "paid")
        .filter(Column::Agreement.eq(agreement.id))
        .filter(Column::Debtor.eq(debtor))
        .filter(Column::Line.eq(line))
        .into_tuple()
        .one(&rows.on())
        .await?;
    Ok(found.flatten().unwrap_or(0))
}

/// Enters obligations.
pub async fn insert(tx: &Tx<'_>, obligations: &[Obligation]) -> Result<()> {
    for some in obligations.chunks(AT_ONCE) {
        let rows = some.iter().map(|obligation| {
            let key = obligation.id.to_string();
            ActiveModel {
                id: Set(obligation.id),
                mediation: Set(obligation.mediation),
                agreement: Set(obligation.agreement),
                kind: Set(obligation.kind.number()),
                debtor: Set(obligation.debtor),
                creditor: Set(obligation.creditor),
                text: Set(TEXT.seal_some(tx.keys(), &key, obligation.text.as_ref())),
                amount: Set(obligation.amount),
                due_date: Set(obligation.due_date.map(days)),
                instalment: Set(obligation.instalment),
                line: Set(obligation.line.clone()),
                binding_time: Set(obligation.binding_time),
                create_time: Set(obligation.create_time),
                ..changeable(tx, obligation)
            }
        });
        Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Writes all that can change.
pub async fn save(tx: &Tx<'_>, obligation: &Obligation) -> Result<()> {
    let row = changeable(tx, obligation);
    Entity::update_many().set(row).filter(Column::Id.eq(obligation.id)).exec(tx.conn()).await?;
    Ok(())
}

fn changeable(tx: &Tx<'_>, obligation: &Obligation) -> ActiveModel {
    // What was not opened is not written.
    let sealed = REASON.seal_some(tx.keys(), &obligation.id.to_string(), obligation.reason.as_ref());
    let reason = sealed.map_or(NotSet, |sealed| Set(Some(sealed)));
    ActiveModel {
        state: Set(obligation.state.number()),
        state_before: Set(obligation.state_before.map(Numbered::number)),
        performed: Set(obligation.performed),
        lapse_time: Set(obligation.lapse_time()),
        end_time: Set(obligation.end_time),
        late: Set(obligation.late),
        reason,
        version: Set(obligation.version),
        ..ActiveModel::default()
    }
}

/// Binds the debtors who signed the version that is in effect since a time; only one of them where one is named. Each is bound by its own
/// signature, not before the effect.
pub async fn bind(tx: &Tx<'_>, agreement: &Agreement, effect: Micros, only: Option<Uuid>) -> Result<()> {
    let binding = "UPDATE obligations SET binding_time = (SELECT CASE WHEN g.sign_time > ? THEN g.sign_time ELSE ? END \
                   FROM agreement_signatures g WHERE g.agreement = obligations.agreement AND g.edition = ? \
                   AND g.participant = obligations.debtor AND g.strike_time IS NULL) WHERE agreement = ?";
    let own = if only.is_some() { " AND debtor = ?" } else { "" };
    let mut values: Vec<sea_orm::Value> =
        vec![effect.into(), effect.into(), agreement.edition.into(), agreement.id.into()];
    values.extend(only.map(Into::into));
    tx.conn().execute_raw(sql(tx.backend(), &format!("{binding}{own}"), values)).await?;
    // When they are overdue: the end of their day, or at once where they bind later.
    let lapse = "UPDATE obligations SET lapse_time = CASE WHEN binding_time > CAST(due_date AS bigint) * ? + ? THEN binding_time \
                 ELSE CAST(due_date AS bigint) * ? + ? END \
                 WHERE agreement = ? AND due_date IS NOT NULL AND binding_time IS NOT NULL AND state IN (1, 2)";
    let (day, first) = (end_of_day(from_days(1)) - end_of_day(from_days(0)), end_of_day(from_days(0)));
    let mut values: Vec<sea_orm::Value> = vec![day.into(), first.into(), day.into(), first.into(), agreement.id.into()];
    values.extend(only.map(Into::into));
    tx.conn().execute_raw(sql(tx.backend(), &format!("{lapse}{own}"), values)).await?;
    Ok(())
}

/// What is void takes along what was owed under it.
pub async fn void(tx: &Tx<'_>, agreement: &Agreement, time: Micros) -> Result<()> {
    let ended = [ObligationState::Performed, ObligationState::Waived, ObligationState::Void].map(Numbered::number);
    let row = ActiveModel {
        state: Set(ObligationState::Void.number()),
        lapse_time: Set(None),
        end_time: Set(Some(time)),
        ..ActiveModel::default()
    };
    Entity::update_many()
        .set(row)
        .col_expr(Column::Version, ExprTrait::add(sea_query::Expr::col(Column::Version), 1))
        .filter(Column::Agreement.eq(agreement.id))
        .filter(Column::State.is_not_in(ended))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// An obligation whose day may have passed.
#[derive(Debug, Clone, Copy)]
pub struct Lapsing {
    pub lapse_time: Micros,
    pub id: Uuid,
    pub agreement: Uuid,
    pub mediation: Uuid,
}

/// Obligations whose day has passed, in the order of their days.
pub async fn lapsing(rows: &impl Rows, now: Micros, after: Option<(Micros, Uuid)>, limit: u64) -> Result<Vec<Lapsing>> {
    let (time, id) = after.unwrap_or((i64::MIN, Uuid::nil()));
    let text = "SELECT lapse_time, id, agreement, mediation FROM obligations WHERE lapse_time <= ? AND (lapse_time, id) > (?, ?) \
                ORDER BY lapse_time, id LIMIT ?";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [now.into(), time.into(), id.into(), limit.into()];
    let found = rows.on().query_all_raw(sql(rows.backend(), text, values)).await?;
    let one = |row: &sea_orm::QueryResult| {
        Ok(Lapsing {
            lapse_time: row.try_get("", "lapse_time")?,
            id: row.try_get("", "id")?,
            agreement: row.try_get("", "agreement")?,
            mediation: row.try_get("", "mediation")?,
        })
    };
    found.iter().map(one).collect()
}

fn model(rows: &impl Rows, row: Model, detail: Detail) -> Result<Obligation> {
    let key = row.id.to_string();
    Ok(Obligation {
        id: row.id,
        mediation: row.mediation,
        agreement: row.agreement,
        kind: known(row.kind, TABLE, row.id)?,
        state: known(row.state, TABLE, row.id)?,
        debtor: row.debtor,
        creditor: row.creditor,
        text: TEXT.open_in(detail, rows, &key, row.text.as_ref())?,
        amount: row.amount,
        performed: row.performed,
        due_date: row.due_date.map(from_days),
        instalment: row.instalment,
        line: row.line,
        binding_time: row.binding_time,
        state_before: known_some(row.state_before, TABLE, row.id)?,
        end_time: row.end_time,
        late: row.late,
        reason: REASON.open_in(detail, rows, &key, row.reason.as_ref())?,
        create_time: row.create_time,
        version: row.version,
    })
}
