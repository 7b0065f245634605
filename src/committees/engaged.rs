//! Who may mediate.

use chrono::NaiveDate;

use super::store;
use crate::{
    cadres::{self, Posting, Role},
    db::Rows,
    error::Result,
};

/// A cadre of this register may mediate on a day (RMTJ 13, 14): under the posting that is named; otherwise as one who is engaged as a mediator or as
/// a member of a committee in office, where the register knows the one or the other of them at all. Who is in no register here is taken
/// at their word: committees keep their own.
///
/// # Errors
/// What the database answers.
pub async fn may_mediate(rows: &impl Rows, cadre: &str, posting: Option<&str>, day: NaiveDate) -> Result<bool> {
    if !cadres::exists(rows, cadre).await? {
        return Ok(true);
    }
    let engaged = |posting: &Posting| posting.facts.role == Role::Mediator && posting.is_in_force(day);
    if let Some(id) = posting {
        return Ok(cadres::posting(rows, cadre, id).await?.is_some_and(|posting| engaged(&posting)));
    }
    let postings = cadres::postings_as(rows, cadre, Role::Mediator).await?;
    if postings.iter().any(engaged) {
        return Ok(true);
    }
    let memberships = store::memberships(rows, cadre).await?;
    Ok(match (postings.as_slice(), memberships.as_slice()) {
        ([], []) => true,
        _ => memberships.iter().any(|(term, member)| term.in_office(day) && member.holds(term, day)),
    })
}
