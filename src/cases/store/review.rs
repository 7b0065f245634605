//! Reviews and hearings.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{case::Depth, open, seal};
use crate::{
    cases::{
        entity::{hearing, review},
        review::{Hearing, Review, ReviewState, Stage},
    },
    db::{Rows, Tx},
    error::{Error, Result},
    wire::{days, from_days},
};

const REVIEWS: &str = "case_reviews";
const HEARINGS: &str = "case_hearings";

fn review_of(rows: &impl Rows, row: review::Model, depth: Depth) -> Result<Review> {
    let broken = || Error::internal(format!("{REVIEWS} {} holds an unknown number", row.id));
    Ok(Review {
        stage: Stage::from_number(row.stage).ok_or_else(broken)?,
        state: ReviewState::from_number(row.state).ok_or_else(broken)?,
        grounds: match depth {
            Depth::Basic => None,
            Depth::Full => open(rows, REVIEWS, "grounds", row.id, Some(&row.grounds))?,
        },
        id: row.id,
        case_id: row.case_id,
        organization: row.organization,
        opinion: row.opinion,
        request_date: from_days(row.request_date),
        receive_time: row.receive_time,
        decision: row.decision,
        decide_time: row.decide_time,
    })
}

/// Enters a request for review.
pub async fn insert(tx: &Tx<'_>, entered: &Review) -> Result<()> {
    let grounds = entered.grounds.as_deref().unwrap_or_default();
    let row = review::Model {
        id: entered.id,
        case_id: entered.case_id,
        stage: entered.stage.number(),
        state: entered.state.number(),
        organization: entered.organization.clone(),
        opinion: entered.opinion,
        request_date: days(entered.request_date),
        receive_time: entered.receive_time,
        grounds: seal(tx, REVIEWS, "grounds", entered.id, Some(grounds)).unwrap_or_default(),
        decision: entered.decision,
        decide_time: entered.decide_time,
    };
    review::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes how a review was decided.
pub async fn decide(tx: &Tx<'_>, decided: &Review) -> Result<()> {
    use review::Column;
    review::Entity::update_many()
        .col_expr(Column::State, Expr::value(decided.state.number()))
        .col_expr(Column::Decision, Expr::value(decided.decision))
        .col_expr(Column::DecideTime, Expr::value(decided.decide_time))
        .filter(Column::Id.eq(decided.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Ends what is pending on a case that ends: its review, and the hearing in it.
pub async fn end_pending(tx: &Tx<'_>, case_id: Uuid, now: i64) -> Result<()> {
    if let Some(review) = pending(tx, case_id).await? {
        decide(tx, &Review { state: ReviewState::Ended, decide_time: Some(now), ..review }).await?;
    }
    if let Some(hearing) = open_hearing(tx, case_id).await? {
        end_hearing(tx, &Hearing { end_time: Some(now), ..hearing }).await?;
    }
    Ok(())
}

/// The review of a case that is not decided yet.
pub async fn pending(rows: &impl Rows, case_id: Uuid) -> Result<Option<Review>> {
    use review::Column;
    let row = review::Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::State.eq(ReviewState::Pending.number()))
        .order_by_desc(Column::Id)
        .one(&rows.on())
        .await?;
    row.map(|row| review_of(rows, row, Depth::Basic)).transpose()
}

/// Reviews of a case, oldest first.
pub async fn list(
    rows: &impl Rows,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
    depth: Depth,
) -> Result<Vec<Review>> {
    use review::Column;
    let mut query = review::Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| review_of(rows, row, depth)).collect()
}

fn hearing_of(rows: &impl Rows, row: hearing::Model, depth: Depth) -> Result<Hearing> {
    Ok(Hearing {
        minutes: match depth {
            Depth::Basic => None,
            Depth::Full => open(rows, HEARINGS, "minutes", row.id, row.minutes.as_deref())?,
        },
        id: row.id,
        case_id: row.case_id,
        review: row.review,
        presider: row.presider,
        open_time: row.open_time,
        end_time: row.end_time,
    })
}

/// Enters a hearing.
pub async fn insert_hearing(tx: &Tx<'_>, entered: &Hearing) -> Result<()> {
    let row = hearing::Model {
        id: entered.id,
        case_id: entered.case_id,
        review: entered.review,
        presider: entered.presider.clone(),
        open_time: entered.open_time,
        end_time: entered.end_time,
        minutes: seal(tx, HEARINGS, "minutes", entered.id, entered.minutes.as_deref()),
    };
    hearing::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes how a hearing ended.
pub async fn end_hearing(tx: &Tx<'_>, ended: &Hearing) -> Result<()> {
    use hearing::Column;
    hearing::Entity::update_many()
        .col_expr(Column::EndTime, Expr::value(ended.end_time))
        .col_expr(Column::Minutes, Expr::value(seal(tx, HEARINGS, "minutes", ended.id, ended.minutes.as_deref())))
        .filter(Column::Id.eq(ended.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The hearing of a case that has not ended.
pub async fn open_hearing(rows: &impl Rows, case_id: Uuid) -> Result<Option<Hearing>> {
    use hearing::Column;
    let query = hearing::Entity::find().filter(Column::CaseId.eq(case_id)).filter(Column::EndTime.is_null());
    let row = query.order_by_desc(Column::Id).one(&rows.on()).await?;
    row.map(|row| hearing_of(rows, row, Depth::Basic)).transpose()
}

/// Hearings of a case, oldest first.
pub async fn list_hearings(
    rows: &impl Rows,
    case_id: Uuid,
    after: Option<Uuid>,
    limit: u64,
    depth: Depth,
) -> Result<Vec<Hearing>> {
    use hearing::Column;
    let mut query = hearing::Entity::find().filter(Column::CaseId.eq(case_id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| hearing_of(rows, row, depth)).collect()
}
