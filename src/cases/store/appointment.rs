//! Appointments.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{case::Depth, open, seal};
use crate::{
    cases::{
        appointment::{Appointment, AppointmentState, Recusal, Role, Trigger},
        entity::appointment::{Column, Entity, Model},
    },
    db::{Rows, Tx},
    error::{Error, Result},
};

const TABLE: &str = "case_appointments";

fn from_row(rows: &impl Rows, row: Model, depth: Depth) -> Result<Appointment> {
    let broken = || Error::internal(format!("{TABLE} {} holds an unknown number", row.id));
    let (plan, end_reason) = match depth {
        Depth::Basic => (None, None),
        Depth::Full => (
            open(rows, TABLE, "plan", row.id, row.plan.as_deref())?,
            open(rows, TABLE, "end_reason", row.id, row.end_reason.as_deref())?,
        ),
    };
    let trigger = Trigger::from_number(row.recusal_trigger).ok_or_else(broken)?;
    Ok(Appointment {
        role: Role::from_number(row.role).ok_or_else(broken)?,
        state: AppointmentState::from_number(row.state).ok_or_else(broken)?,
        recusal: row.recusal_time.map(|time| Recusal {
            trigger,
            granted: row.recusal_granted,
            decider: row.recusal_decider.unwrap_or_default(),
            time,
        }),
        id: row.id,
        case_id: row.case_id,
        cadre: row.cadre,
        plan,
        appoint_time: row.appoint_time,
        end_time: row.end_time,
        end_reason,
        replacement: row.replacement,
        version: row.version,
    })
}

/// Enters an appointment.
pub async fn insert(tx: &Tx<'_>, new: &Appointment) -> Result<()> {
    let row = Model {
        id: new.id,
        case_id: new.case_id,
        role: new.role.number(),
        state: new.state.number(),
        cadre: new.cadre.clone(),
        plan: seal(tx, TABLE, "plan", new.id, new.plan.as_deref()),
        appoint_time: new.appoint_time,
        end_time: None,
        end_reason: None,
        recusal_trigger: Trigger::None.number(),
        recusal_granted: false,
        recusal_decider: None,
        recusal_time: None,
        replacement: None,
        version: new.version,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes how an appointment goes on or ended. The plan stays.
pub async fn update(tx: &Tx<'_>, changed: &Appointment) -> Result<()> {
    let recusal = changed.recusal.clone();
    let mut update = Entity::update_many()
        .col_expr(Column::State, Expr::value(changed.state.number()))
        .col_expr(Column::EndTime, Expr::value(changed.end_time))
        .col_expr(Column::Replacement, Expr::value(changed.replacement))
        .col_expr(Column::Version, Expr::value(changed.version));
    if let Some(Recusal { trigger, granted, decider, time }) = recusal {
        update = update
            .col_expr(Column::RecusalTrigger, Expr::value(trigger.number()))
            .col_expr(Column::RecusalGranted, Expr::value(granted))
            .col_expr(Column::RecusalDecider, Expr::value(decider))
            .col_expr(Column::RecusalTime, Expr::value(time));
    }
    if let Some(reason) = &changed.end_reason {
        let sealed = seal(tx, TABLE, "end_reason", changed.id, Some(reason));
        update = update.col_expr(Column::EndReason, Expr::value(sealed));
    }
    update.filter(Column::Id.eq(changed.id)).exec(tx.conn()).await?;
    Ok(())
}

/// One of a case.
pub async fn find(rows: &impl Rows, case_id: Uuid, id: Uuid, depth: Depth) -> Result<Option<Appointment>> {
    let row = Entity::find_by_id(id).filter(Column::CaseId.eq(case_id)).one(&rows.on()).await?;
    row.map(|row| from_row(rows, row, depth)).transpose()
}

/// Those of a case, oldest first.
pub async fn list(
    rows: &impl Rows,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
    depth: Depth,
) -> Result<Vec<Appointment>> {
    let mut query = Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| from_row(rows, row, depth)).collect()
}

/// Who serves in a case in this role.
pub async fn serving(rows: &impl Rows, case_id: Uuid, role: Role) -> Result<Vec<Appointment>> {
    let found = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Role.eq(role.number()))
        .filter(Column::State.eq(AppointmentState::Serving.number()))
        .order_by_asc(Column::Id)
        .all(&rows.on())
        .await?;
    found.into_iter().map(|row| from_row(rows, row, Depth::Basic)).collect()
}

/// The cadre was recused from the case.
pub async fn is_recused(rows: &impl Rows, case_id: Uuid, cadre: &str) -> Result<bool> {
    let found = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Cadre.eq(cadre))
        .filter(Column::State.eq(AppointmentState::Recused.number()))
        .one(&rows.on())
        .await?;
    Ok(found.is_some())
}
