//! Who may mediate.

use chrono::NaiveDate;

use super::store;
use crate::{
    cadres::{self, Posting, Role},
    db::Rows,
    error::Result,
    organizations,
};

/// A cadre of this register may mediate on a day of service (RMTJ 13, 14): under the posting that is named; otherwise as one who is engaged as a
/// mediator or as a member of a committee in office, where the register knows the one or the other of them at all. Who is in no register
/// here is taken at their word: committees keep their own.
///
/// # Errors
/// What the database answers.
pub async fn may_mediate(rows: &impl Rows, cadre: &str, posting: Option<&str>, day: NaiveDate) -> Result<bool> {
    let Some(known) = cadres::briefs(rows, std::iter::once(cadre)).await?.remove(cadre) else { return Ok(true) };
    if !known.serves(day) {
        return Ok(false);
    }
    let engaged = |posting: &Posting| posting.facts.role == Role::Mediator && posting.is_in_force(day);
    if let Some(id) = posting {
        return Ok(cadres::posting(rows, cadre, id).await?.is_some_and(|posting| engaged(&posting)));
    }
    // What was entered in error says nothing of anybody.
    let mut postings = cadres::postings_as(rows, cadre, Role::Mediator).await?;
    postings.retain(Posting::was_held);
    if postings.iter().any(engaged) {
        return Ok(true);
    }
    let mut memberships = store::memberships(rows, cadre).await?;
    memberships.retain(|(term, _)| term.was_held());
    if postings.is_empty() && memberships.is_empty() {
        return Ok(true);
    }
    for (term, member) in memberships {
        let in_office = term.in_office(day) && member.holds(&term, day);
        if in_office && organizations::exists(rows, &term.organization, day).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
