//! Query codes, and what was tried in vain.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    call::Micros,
    cases::{
        entity::query_code::{self, Column, Entity, failure},
        query_code::{FORGOTTEN_AFTER, Failures, Guesser},
    },
    db::{Rows, Tx},
    error::Result,
};

/// The generation of a case's code; nothing where it has none.
pub async fn generation(rows: &impl Rows, case_id: Uuid) -> Result<Option<i32>> {
    let row = Entity::find_by_id(case_id).one(&rows.on()).await?;
    Ok(row.map(|row| row.generation))
}

/// Gives a case, which is locked, its next generation.
pub async fn issue(tx: &Tx<'_>, case_id: Uuid) -> Result<i32> {
    let generation = generation(tx, case_id).await?.unwrap_or(0).saturating_add(1);
    let row = query_code::Model { case_id, generation, issue_time: tx.call().now };
    let replace = OnConflict::column(Column::CaseId).update_columns([Column::Generation, Column::IssueTime]).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(tx.conn()).await?;
    Ok(generation)
}

/// What was tried in vain.
pub async fn failures(rows: &impl Rows, guesser: &Guesser) -> Result<Option<Failures>> {
    let row = failure::Entity::find_by_id(guesser.key()).one(&rows.on()).await?;
    Ok(row.map(of_row))
}

fn of_row(row: failure::Model) -> Failures {
    let failure::Model { key: _, count, first_time, last_time } = row;
    Failures { count, first_time, last_time }
}

/// As [`failures`], locked: who guesses in many calls at once is counted in all of them.
pub async fn lock_failures(tx: &Tx<'_>, guesser: &Guesser) -> Result<Option<Failures>> {
    let key = guesser.key();
    // The row is there before it is locked, so that two first failures wait for each other, too.
    let first = failure::ActiveModel {
        key: Set(key.clone()),
        count: Set(0),
        first_time: Set(tx.call().now),
        last_time: Set(tx.call().now),
    };
    let keep = OnConflict::column(failure::Column::Key).do_nothing().to_owned();
    failure::Entity::insert(first).on_conflict(keep).exec_without_returning(tx.conn()).await?;
    let mut query = failure::Entity::find_by_id(key);
    if tx.locks_rows() {
        query = query.lock_exclusive();
    }
    let row = query.one(tx.conn()).await?;
    Ok(row.map(of_row).filter(|failures| failures.count > 0))
}

/// Writes what is to be remembered.
pub async fn remember(tx: &Tx<'_>, guesser: &Guesser, failures: Failures) -> Result<()> {
    use failure::Column;
    let Failures { count, first_time, last_time } = failures;
    let row = failure::Model { key: guesser.key(), count, first_time, last_time };
    let replace =
        OnConflict::column(Column::Key).update_columns([Column::Count, Column::FirstTime, Column::LastTime]).to_owned();
    failure::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Forgets what lies far back.
pub async fn forget(tx: &Tx<'_>, now: Micros) -> Result<()> {
    let old = failure::Entity::delete_many().filter(failure::Column::LastTime.lt(now - FORGOTTEN_AFTER));
    old.exec(tx.conn()).await?;
    Ok(())
}
