//! Supervision, recommendations and urgent reports.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{case::Depth, open, seal};
use crate::{
    cases::{
        entity::oversight::{
            supervision::{self, Column, Entity},
            urgent,
        },
        oversight::{Adoption, Kind, Oversight, OversightState, Reason, Sort, UrgentReport},
    },
    db::{Rows, Tx},
    error::{Error, Result},
    wire::{days, from_days},
};

const TABLE: &str = "case_supervisions";
const REPORTS: &str = "case_urgent_reports";

fn from_row(rows: &impl Rows, row: supervision::Model, depth: Depth) -> Result<Oversight> {
    let broken = || Error::internal(format!("{TABLE} {} holds an unknown number", row.id));
    let opened = |column: &str, sealed: Option<&[u8]>| match depth {
        Depth::Basic => Ok(None),
        Depth::Full => open(rows, TABLE, column, row.id, sealed),
    };
    Ok(Oversight {
        sort: Sort::from_number(row.sort).ok_or_else(broken)?,
        kind: Kind::from_number(row.kind).ok_or_else(broken)?,
        reason: Reason::from_number(row.reason).ok_or_else(broken)?,
        state: OversightState::from_number(row.state).ok_or_else(broken)?,
        adoption: Adoption::from_number(row.adoption).ok_or_else(broken)?,
        content: opened("content", Some(&row.content))?,
        answer: opened("answer", row.answer.as_deref())?,
        end_reason: opened("end_reason", row.end_reason.as_deref())?,
        id: row.id,
        case_id: row.case_id,
        rule: row.rule,
        issuer: row.issuer,
        organization: row.organization,
        clock: row.clock,
        answer_date: row.answer_date.map(from_days),
        answer_time: row.answer_time,
        end_time: row.end_time,
        create_time: row.create_time,
        version: row.version,
    })
}

/// Enters one.
pub async fn insert(tx: &Tx<'_>, new: &Oversight) -> Result<()> {
    let content = new.content.as_deref().unwrap_or_default();
    let row = supervision::Model {
        id: new.id,
        case_id: new.case_id,
        sort: new.sort.number(),
        kind: new.kind.number(),
        reason: new.reason.number(),
        state: new.state.number(),
        rule: new.rule.clone(),
        issuer: new.issuer.clone(),
        organization: new.organization.clone(),
        clock: new.clock,
        content: seal(tx, TABLE, "content", new.id, Some(content)).unwrap_or_default(),
        answer_date: new.answer_date.map(days),
        adoption: new.adoption.number(),
        answer: seal(tx, TABLE, "answer", new.id, new.answer.as_deref()),
        answer_time: new.answer_time,
        end_reason: seal(tx, TABLE, "end_reason", new.id, new.end_reason.as_deref()),
        end_time: new.end_time,
        create_time: new.create_time,
        version: new.version,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes what became of one. Texts that are not given stay as they are.
pub async fn update(tx: &Tx<'_>, changed: &Oversight) -> Result<()> {
    let mut update = Entity::update_many()
        .col_expr(Column::Kind, Expr::value(changed.kind.number()))
        .col_expr(Column::Reason, Expr::value(changed.reason.number()))
        .col_expr(Column::State, Expr::value(changed.state.number()))
        .col_expr(Column::Issuer, Expr::value(changed.issuer.clone()))
        .col_expr(Column::Organization, Expr::value(changed.organization.clone()))
        .col_expr(Column::Clock, Expr::value(changed.clock))
        .col_expr(Column::AnswerDate, Expr::value(changed.answer_date.map(days)))
        .col_expr(Column::Adoption, Expr::value(changed.adoption.number()))
        .col_expr(Column::AnswerTime, Expr::value(changed.answer_time))
        .col_expr(Column::EndTime, Expr::value(changed.end_time))
        .col_expr(Column::Version, Expr::value(changed.version));
    for (column, name, text) in [
        (Column::Content, "content", &changed.content),
        (Column::Answer, "answer", &changed.answer),
        (Column::EndReason, "end_reason", &changed.end_reason),
    ] {
        if text.is_some() {
            update = update.col_expr(column, Expr::value(seal(tx, TABLE, name, changed.id, text.as_deref())));
        }
    }
    update.filter(Column::Id.eq(changed.id)).exec(tx.conn()).await?;
    Ok(())
}

/// One of a case.
pub async fn find(rows: &impl Rows, sort: Sort, case_id: Uuid, id: Uuid, depth: Depth) -> Result<Option<Oversight>> {
    let found = Entity::find_by_id(id).filter(Column::CaseId.eq(case_id)).filter(Column::Sort.eq(sort.number()));
    let row = found.one(&rows.on()).await?;
    row.map(|row| from_row(rows, row, depth)).transpose()
}

/// Those of a case, oldest first.
pub async fn list(
    rows: &impl Rows,
    sort: Sort,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
    depth: Depth,
) -> Result<Vec<Oversight>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id)).filter(Column::Sort.eq(sort.number()));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row, depth)).collect()
}

/// A rule has proposed supervision of the case, and what it proposed is not over.
pub async fn is_proposed(rows: &impl Rows, case_id: Uuid, rule: &str) -> Result<bool> {
    let open = [OversightState::Proposed, OversightState::Open].map(OversightState::number);
    let found = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Sort.eq(Sort::Supervision.number()))
        .filter(Column::Rule.eq(rule))
        .filter(Column::State.is_in(open))
        .one(&rows.on())
        .await?;
    Ok(found.is_some())
}

/// Enters an urgent report.
pub async fn insert_report(tx: &Tx<'_>, report: &UrgentReport) -> Result<()> {
    let content = report.content.as_deref().unwrap_or_default();
    let row = urgent::Model {
        id: report.id,
        case_id: report.case_id,
        organizations: report.organizations.join(","),
        reporter: report.reporter.clone(),
        content: seal(tx, REPORTS, "content", report.id, Some(content)).unwrap_or_default(),
        report_time: report.report_time,
    };
    urgent::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Urgent reports of a case, oldest first.
pub async fn list_reports(
    rows: &impl Rows,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
    depth: Depth,
) -> Result<Vec<UrgentReport>> {
    let mut query = urgent::Entity::find().filter(urgent::Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(urgent::Column::Id.gt(id));
    }
    let found = query.order_by_asc(urgent::Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| report(rows, row, depth)).collect()
}

/// One urgent report of a case.
pub async fn find_report(rows: &impl Rows, case_id: Uuid, id: Uuid, depth: Depth) -> Result<Option<UrgentReport>> {
    let row = urgent::Entity::find_by_id(id).filter(urgent::Column::CaseId.eq(case_id)).one(&rows.on()).await?;
    row.map(|row| report(rows, row, depth)).transpose()
}

fn report(rows: &impl Rows, row: urgent::Model, depth: Depth) -> Result<UrgentReport> {
    let content = match depth {
        Depth::Basic => None,
        Depth::Full => open(rows, REPORTS, "content", row.id, Some(&row.content))?,
    };
    Ok(UrgentReport {
        id: row.id,
        case_id: row.case_id,
        organizations: row.organizations.split(',').map(str::to_owned).collect(),
        reporter: row.reporter,
        content,
        report_time: row.report_time,
    })
}
