//! What steps leave behind.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{case::Depth, open, seal};
use crate::{
    call::Micros,
    cases::{
        entity::{assignment, opinion, progress},
        model::{Outcome, Resolution},
        steps::{
            Assignment, AssignmentKind, AssignmentState, Decider, Dispute, DisputeDecision, HelpMeans, Opinion,
            OpinionKind, ProgressReport,
        },
    },
    db::{Rows, Tx},
    error::{Error, Result},
    wire::{days, from_days},
};

const ASSIGNMENTS: &str = "case_assignments";
const OPINIONS: &str = "case_opinions";
const PROGRESS: &str = "case_progress";

fn broken(table: &str, id: Uuid) -> impl Fn() -> Error {
    let text = format!("{table} {id} holds an unknown number");
    move || Error::internal(&text)
}

fn assignment(rows: &impl Rows, row: assignment::Model, depth: Depth) -> Result<Assignment> {
    let broken = broken(ASSIGNMENTS, row.id);
    let narrative = |column: &str, sealed: Option<&[u8]>| match depth {
        Depth::Basic => Ok(None),
        Depth::Full => open(rows, ASSIGNMENTS, column, row.id, sealed),
    };
    Ok(Assignment {
        kind: AssignmentKind::from_number(row.kind).ok_or_else(&broken)?,
        means: HelpMeans::from_number(row.means).ok_or_else(&broken)?,
        state: AssignmentState::from_number(row.state).ok_or_else(&broken)?,
        resolution: Resolution::from_number(row.resolution).ok_or_else(&broken)?,
        note: narrative("note", row.note.as_deref())?,
        result: narrative("result", row.result.as_deref())?,
        dispute: match row.dispute_time {
            None => None,
            Some(raise_time) => Some(Dispute {
                raise_time,
                raise_count: row.dispute_count,
                grounds: narrative("dispute_grounds", row.dispute_grounds.as_deref())?,
                sender_consented: row.dispute_consented,
                decision: DisputeDecision::from_number(row.dispute_decision).ok_or_else(&broken)?,
                decider: Decider::from_number(row.dispute_decider).ok_or_else(&broken)?,
                decide_time: row.dispute_decide_time,
                decision_reason: narrative("dispute_reason", row.dispute_reason.as_deref())?,
            }),
        },
        id: row.id,
        case_id: row.case_id,
        organization: row.organization,
        posting: row.posting,
        from_organization: row.from_organization,
        term_date: row.term_date.map(from_days),
        create_time: row.create_time,
        receive_time: row.receive_time,
        submit_time: row.submit_time,
        confirm_time: row.confirm_time,
        version: row.version,
    })
}

/// Enters a hop or help.
pub async fn insert_assignment(tx: &Tx<'_>, entered: &Assignment) -> Result<()> {
    let row = assignment::Model {
        id: entered.id,
        case_id: entered.case_id,
        kind: entered.kind.number(),
        means: entered.means.number(),
        state: entered.state.number(),
        organization: entered.organization.clone(),
        posting: entered.posting.clone(),
        from_organization: entered.from_organization.clone(),
        note: seal(tx, ASSIGNMENTS, "note", entered.id, entered.note.as_deref()),
        term_date: entered.term_date.map(days),
        create_time: entered.create_time,
        receive_time: entered.receive_time,
        submit_time: entered.submit_time,
        result: seal(tx, ASSIGNMENTS, "result", entered.id, entered.result.as_deref()),
        confirm_time: entered.confirm_time,
        resolution: entered.resolution.number(),
        // A hop begins without a dispute.
        dispute_time: None,
        dispute_count: 0,
        dispute_grounds: None,
        dispute_consented: false,
        dispute_decision: DisputeDecision::Open.number(),
        dispute_decider: Decider::None.number(),
        dispute_decide_time: None,
        dispute_reason: None,
        version: entered.version,
    };
    assignment::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes where an assignment stands; what was told, where something new was.
pub async fn update_assignment(tx: &Tx<'_>, changed: &Assignment) -> Result<()> {
    use assignment::Column;
    let mut update = assignment::Entity::update_many()
        .col_expr(Column::State, Expr::value(changed.state.number()))
        .col_expr(Column::ReceiveTime, Expr::value(changed.receive_time))
        .col_expr(Column::SubmitTime, Expr::value(changed.submit_time))
        .col_expr(Column::ConfirmTime, Expr::value(changed.confirm_time))
        .col_expr(Column::Resolution, Expr::value(changed.resolution.number()))
        .col_expr(Column::Version, Expr::value(changed.version));
    if let Some(result) = seal(tx, ASSIGNMENTS, "result", changed.id, changed.result.as_deref()) {
        update = update.col_expr(Column::Result, Expr::value(result));
    }
    if let Some(dispute) = &changed.dispute {
        update = update
            .col_expr(Column::DisputeTime, Expr::value(dispute.raise_time))
            .col_expr(Column::DisputeCount, Expr::value(dispute.raise_count))
            .col_expr(Column::DisputeConsented, Expr::value(dispute.sender_consented))
            .col_expr(Column::DisputeDecision, Expr::value(dispute.decision.number()))
            .col_expr(Column::DisputeDecider, Expr::value(dispute.decider.number()))
            .col_expr(Column::DisputeDecideTime, Expr::value(dispute.decide_time));
        for (column, name, text) in [
            (Column::DisputeGrounds, "dispute_grounds", &dispute.grounds),
            (Column::DisputeReason, "dispute_reason", &dispute.decision_reason),
        ] {
            if let Some(sealed) = seal(tx, ASSIGNMENTS, name, changed.id, text.as_deref()) {
                update = update.col_expr(column, Expr::value(sealed));
            }
        }
    }
    update.filter(Column::Id.eq(changed.id)).exec(tx.conn()).await?;
    Ok(())
}

/// One assignment of a case.
pub async fn find_assignment(rows: &impl Rows, case_id: Uuid, id: Uuid, depth: Depth) -> Result<Option<Assignment>> {
    let query = assignment::Entity::find_by_id(id).filter(assignment::Column::CaseId.eq(case_id));
    query.one(&rows.on()).await?.map(|row| assignment(rows, row, depth)).transpose()
}

/// The hop that the case is on: the newest transfer or assignment that was neither superseded nor sent back to where it came from.
pub async fn current_hop(rows: &impl Rows, case_id: Uuid) -> Result<Option<Assignment>> {
    use assignment::Column;
    let row = assignment::Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Kind.is_in(AssignmentKind::HOPS.map(AssignmentKind::number)))
        .filter(Column::State.is_not_in([AssignmentState::Superseded.number(), AssignmentState::Returned.number()]))
        .order_by_desc(Column::Id)
        .one(&rows.on())
        .await?;
    row.map(|row| assignment(rows, row, Depth::Basic)).transpose()
}

/// The assistances that are still owed.
pub async fn open_assistance(rows: &impl Rows, case_id: Uuid) -> Result<Vec<Assignment>> {
    use assignment::Column;
    let ended = [AssignmentState::Superseded, AssignmentState::Returned, AssignmentState::Confirmed];
    let found = assignment::Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Kind.eq(AssignmentKind::Assistance.number()))
        .filter(Column::State.is_not_in(ended.map(AssignmentState::number)))
        .order_by_asc(Column::Id)
        .all(&rows.on())
        .await?;
    found.into_iter().map(|row| assignment(rows, row, Depth::Basic)).collect()
}

/// The latest hop by which a case came to an organization and from which it was not returned.
pub async fn hop_to(rows: &impl Rows, case_id: Uuid, organization: &str) -> Result<Option<Assignment>> {
    use assignment::Column;
    let row = assignment::Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Kind.is_in(AssignmentKind::HOPS.map(AssignmentKind::number)))
        .filter(Column::Organization.eq(organization))
        .filter(Column::State.ne(AssignmentState::Returned.number()))
        .order_by_desc(Column::Id)
        .one(&rows.on())
        .await?;
    row.map(|row| assignment(rows, row, Depth::Basic)).transpose()
}

/// Assignments of a case, oldest first.
pub async fn list_assignments(
    rows: &impl Rows,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Assignment>> {
    use assignment::Column;
    let mut query = assignment::Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| assignment(rows, row, Depth::Basic)).collect()
}

fn opinion_of(rows: &impl Rows, row: opinion::Model, depth: Depth) -> Result<Opinion> {
    let broken = broken(OPINIONS, row.id);
    let narrative = |column: &str, sealed: Option<&[u8]>| match depth {
        Depth::Basic => Ok(None),
        Depth::Full => open(rows, OPINIONS, column, row.id, sealed),
    };
    Ok(Opinion {
        kind: OpinionKind::from_number(row.kind).ok_or_else(&broken)?,
        outcome: Outcome::from_number(row.outcome).ok_or_else(&broken)?,
        facts: narrative("facts", Some(&row.facts))?,
        reasons: narrative("reasons", row.reasons.as_deref())?,
        legal_basis: narrative("legal_basis", row.legal_basis.as_deref())?,
        id: row.id,
        case_id: row.case_id,
        organization: row.organization,
        document_number: row.document_number,
        issue_time: row.issue_time,
        serve_time: row.serve_time,
    })
}

/// Enters an opinion or a direct reply.
pub async fn insert_opinion(tx: &Tx<'_>, entered: &Opinion) -> Result<()> {
    let row = opinion::Model {
        id: entered.id,
        case_id: entered.case_id,
        kind: entered.kind.number(),
        outcome: entered.outcome.number(),
        organization: entered.organization.clone(),
        document_number: entered.document_number.clone(),
        facts: seal(tx, OPINIONS, "facts", entered.id, Some(entered.facts.as_deref().unwrap_or_default()))
            .unwrap_or_default(),
        reasons: seal(tx, OPINIONS, "reasons", entered.id, entered.reasons.as_deref()),
        legal_basis: seal(tx, OPINIONS, "legal_basis", entered.id, entered.legal_basis.as_deref()),
        issue_time: entered.issue_time,
        serve_time: entered.serve_time,
    };
    opinion::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// One opinion of a case.
pub async fn find_opinion(rows: &impl Rows, case_id: Uuid, id: Uuid, depth: Depth) -> Result<Option<Opinion>> {
    let query = opinion::Entity::find_by_id(id).filter(opinion::Column::CaseId.eq(case_id));
    query.one(&rows.on()).await?.map(|row| opinion_of(rows, row, depth)).transpose()
}

/// The newest opinion of a case. Direct replies are none.
pub async fn latest_opinion(rows: &impl Rows, case_id: Uuid) -> Result<Option<Opinion>> {
    use opinion::Column;
    let row = opinion::Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Kind.ne(OpinionKind::DirectReply.number()))
        .order_by_desc(Column::Id)
        .one(&rows.on())
        .await?;
    row.map(|row| opinion_of(rows, row, Depth::Basic)).transpose()
}

/// Opinions of a case, oldest first.
pub async fn list_opinions(rows: &impl Rows, case_id: Uuid, after: Option<Uuid>, limit: u64) -> Result<Vec<Opinion>> {
    use opinion::Column;
    let mut query = opinion::Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| opinion_of(rows, row, Depth::Basic)).collect()
}

/// Enters a progress report.
pub async fn insert_progress(tx: &Tx<'_>, report: &ProgressReport) -> Result<()> {
    let text = report.text.as_deref().unwrap_or_default();
    let row = progress::Model {
        id: report.id,
        case_id: report.case_id,
        report: seal(tx, PROGRESS, "report", report.id, Some(text)).unwrap_or_default(),
        occur_time: report.occur_time,
        create_time: report.create_time,
    };
    progress::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Somebody has reported since.
pub async fn is_reported(rows: &impl Rows, case_id: Uuid, since: Micros) -> Result<bool> {
    use progress::Column;
    let found = progress::Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::CreateTime.gte(since))
        .one(&rows.on())
        .await?;
    Ok(found.is_some())
}

/// Progress reports of a case, oldest first.
pub async fn list_progress(
    rows: &impl Rows,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
    depth: Depth,
) -> Result<Vec<ProgressReport>> {
    use progress::Column;
    let mut query = progress::Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    let report = |row: progress::Model| {
        let text = match depth {
            Depth::Basic => None,
            Depth::Full => open(rows, PROGRESS, "report", row.id, Some(&row.report))?,
        };
        Ok(ProgressReport {
            id: row.id,
            case_id: row.case_id,
            text,
            occur_time: row.occur_time,
            create_time: row.create_time,
        })
    };
    found.into_iter().map(report).collect()
}
