//! Who took over from an organization that has ended (XF 24: merged or abolished, its successor).

use chrono::NaiveDate;

use super::competence::upwards;
use crate::{
    catalog,
    db::Rows,
    error::Result,
    organizations::store::{self, find},
    place::Path,
};

/// Longest chain of successors that is followed; a longer one, or a ring, has no end.
const MOST_STEPS: usize = 16;

/// The organization that has a matter on a day in place of one that ended. Of several that took over it is the one that is competent for
/// the topic at the place, if there is one. Nothing where it is not clear: then the level above decides.
///
/// # Errors
/// What the database answers.
pub async fn successor(
    rows: &impl Rows,
    id: &str,
    topic: Option<&str>,
    place: &Path,
    date: NaiveDate,
) -> Result<Option<String>> {
    let mut current = id.to_owned();
    for _ in 0..MOST_STEPS {
        let Some(organization) = find(rows, &current).await? else { return Ok(None) };
        if organization.facts.exists(date) {
            return Ok((current != id).then_some(current));
        }
        let next = match organization.facts.successors.as_slice() {
            [one] => Some(one.clone()),
            several => competent_of(rows, several, topic, place, date).await?,
        };
        match next {
            Some(next) => current = next,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The one of several that is closest to topic and place.
async fn competent_of(
    rows: &impl Rows,
    several: &[String],
    topic: Option<&str>,
    place: &Path,
    date: NaiveDate,
) -> Result<Option<String>> {
    let Some(topic) = topic.filter(|_| !several.is_empty()) else { return Ok(None) };
    let (topics, codes) = (catalog::ancestors(rows, topic).await?, upwards(place));
    if topics.is_empty() {
        return Ok(None);
    }
    let limit = super::competence::MOST_CANDIDATES * topics.len() * codes.len();
    let matches = store::competent(rows, &topics, &codes, date, limit).await?;
    let mut among = matches.into_iter().filter(|found| several.contains(&found.organization));
    let Some(first) = among.next() else { return Ok(None) };
    let equal = |other: &store::Match| (other.region, other.topic) == (first.region, first.topic);
    let alone = among.take_while(equal).all(|other| other.organization == first.organization);
    Ok(alone.then_some(first.organization))
}
