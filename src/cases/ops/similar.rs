//! Finding cases that are like one: by rare words in common and by the people who bring them.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::read;
use crate::{
    call::{Call, Micros},
    cases::{
        model::Case,
        similar::{Decision, Feature, Likeness, Rule, Sample, Text},
        store::{
            self,
            similar::{Decided, Indexed},
        },
        terms::{self, Part},
    },
    db::Rows,
    error::Result,
    seal::KeyRing,
};

/// Terms that are followed, and in a register that is smaller than a sample, where following costs little and little is known of how rare they are.
const FOLLOWED: usize = 20;
const FOLLOWED_IN_FEW: usize = 60;
/// Cases that are compared, of those with such terms.
const COMPARED: usize = 24;
/// How long a sample holds; a register that is smaller than a sample grows faster than one that is not.
const HOLDS: Micros = 3_600_000_000;
const SMALL_HOLDS: Micros = 10_000_000;

/// How common terms are, as this process last looked.
#[derive(Debug, Clone, Default)]
pub struct Sampled(Arc<Mutex<Taken>>);

/// When a sample was taken, and what it is.
type Taken = Option<(Micros, Arc<Sample>)>;

impl Sampled {
    /// The sample, taken anew where it is too old.
    pub async fn get(&self, rows: &impl Rows, now: Micros) -> Result<Arc<Sample>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((taken, sample)) = known
            && now - taken < if sample.is_full() { HOLDS } else { SMALL_HOLDS }
        {
            return Ok(sample);
        }
        let sample = Arc::new(store::similar::sample(rows).await?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, sample.clone()));
        Ok(sample)
    }
}

/// A case that is like another one.
#[derive(Debug)]
pub struct Similar {
    pub case: Case,
    pub likeness: Likeness,
    pub decided: Option<Decided>,
}

/// The cases in scope that are most like one, the likest first. Pairs that were rejected are left out unless they are asked for.
pub async fn find(
    rows: &impl Rows,
    call: &Call,
    sample: &Sample,
    id: Uuid,
    (most, with_rejected): (usize, bool),
) -> Result<Vec<Similar>> {
    let case = read::get(rows, call, id).await?;
    let text = text_of(rows, &case).await?;
    let people = store::similar::of_the_same_people(rows, id).await?;
    let mut found = with_rare_terms(rows, sample, &text, id).await?;
    let known: HashSet<Uuid> = found.iter().map(|indexed| indexed.case_id).collect();
    let others: Vec<Uuid> = people.keys().copied().filter(|other| !known.contains(other)).collect();
    found.extend(store::similar::by_ids(rows, &others).await?);
    let mut texts: HashMap<Uuid, Vec<u32>> =
        found.into_iter().map(|indexed| (indexed.case_id, indexed.terms)).collect();
    let ids: HashSet<Uuid> = texts.keys().chain(people.keys()).copied().collect();
    let decisions = store::similar::decisions(rows, id).await?;
    let mut similar = Vec::new();
    for other in store::case::find_many(rows, &call.permit, &ids.into_iter().collect::<Vec<_>>()).await? {
        let decided = decisions.get(&other.id).copied();
        if !with_rejected && decided.is_some_and(|decided| decided.decision == Decision::Rejected) {
            continue;
        }
        let theirs = text_with(rows.keys(), &other, texts.remove(&other.id));
        let met = people.get(&other.id).map(Vec::as_slice).unwrap_or_default();
        let likeness = Likeness::of(sample, &text, &theirs, &known_of(&case, &other, met));
        if likeness.rule != Rule::None {
            similar.push(Similar { case: other, likeness, decided });
        }
    }
    // The likest first; of equal ones the newer.
    similar.sort_by(|one, other| {
        let key = |similar: &Similar| (similar.case.register_time, similar.case.id);
        other.likeness.score.total_cmp(&one.likeness.score).then_with(|| key(other).cmp(&key(one)))
    });
    similar.truncate(most);
    Ok(similar)
}

/// How alike two cases are.
pub async fn compare(rows: &impl Rows, sample: &Sample, case: &Case, other: &Case) -> Result<Likeness> {
    let people = store::similar::of_the_same_people(rows, case.id).await?;
    let met = people.get(&other.id).map(Vec::as_slice).unwrap_or_default();
    let (one, theirs) = (text_of(rows, case).await?, text_of(rows, other).await?);
    Ok(Likeness::of(sample, &one, &theirs, &known_of(case, other, met)))
}

/// The cases that share the most of what is rare in a text.
async fn with_rare_terms(rows: &impl Rows, sample: &Sample, text: &Text, id: Uuid) -> Result<Vec<Indexed>> {
    let telling = text.telling(sample, if sample.is_full() { FOLLOWED } else { FOLLOWED_IN_FEW });
    let sought: Vec<u32> = telling.iter().map(|(term, _)| *term).collect();
    let mut shared: HashMap<i64, f64> = HashMap::new();
    for (at, doc) in store::similar::having(rows, &sought).await? {
        *shared.entry(doc).or_default() += telling.get(at).map_or(0.0, |(_, weight)| *weight);
    }
    let mut shared: Vec<(i64, f64)> = shared.into_iter().collect();
    shared.sort_by(|one, other| other.1.total_cmp(&one.1).then(other.0.cmp(&one.0)));
    // The case itself is among them.
    shared.truncate(COMPARED + 1);
    let docs: Vec<i64> = shared.into_iter().map(|(doc, _)| doc).collect();
    let mut found = store::similar::by_docs(rows, &docs).await?;
    found.retain(|indexed| indexed.case_id != id);
    Ok(found)
}

async fn text_of(rows: &impl Rows, case: &Case) -> Result<Text> {
    let indexed = store::similar::by_ids(rows, &[case.id]).await?.pop();
    Ok(text_with(rows.keys(), case, indexed.map(|indexed| indexed.terms)))
}

/// The text of a case; its title where the index does not have it yet.
fn text_with(keys: &KeyRing, case: &Case, terms: Option<Vec<u32>>) -> Text {
    let title = terms::terms(keys, Part::Title, &terms::normal(&case.title));
    Text::new(terms.unwrap_or_else(|| title.clone()), &title)
}

/// What speaks for a pair besides its texts.
fn known_of(case: &Case, other: &Case, met: &[Feature]) -> Vec<Feature> {
    let mut known = met.to_vec();
    if case.topic.is_some() && case.topic == other.topic {
        known.push(Feature::SameTopic);
    }
    if case.region == other.region {
        known.push(Feature::SamePlace);
    }
    known
}
