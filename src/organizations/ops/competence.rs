//! Who is competent for a matter: the nearest region first, in it the nearest topic.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::super::{model::Organization, store};
use crate::{
    call::{Call, Locale},
    catalog,
    clock::civil_date,
    db::Rows,
    error::{Error, Result},
    place::{Code, Level, Path},
    regions,
};

/// Most candidates of one answer.
pub const MOST_CANDIDATES: usize = 100;

/// An organization that is competent, and why.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The organization.
    pub organization: Organization,
    /// `topics/{id}` of the competence.
    pub topic: String,
    /// Steps up to it from the topic asked for.
    pub topic_distance: usize,
    /// Region of the competence.
    pub region: Code,
    /// Name of that region.
    pub region_name: String,
    /// Steps up to it from the region asked for.
    pub region_distance: usize,
}

/// The candidates for a topic in a region on a day, and whether there are more than are told.
pub async fn resolve(
    rows: &impl Rows,
    call: &Call,
    topic: &str,
    region: Code,
    date: Option<NaiveDate>,
) -> Result<(Vec<Candidate>, bool)> {
    let date = date.unwrap_or_else(|| civil_date(call.now));
    let topics = catalog::ancestors(rows, topic).await?;
    if topics.is_empty() {
        return Err(Error::not_found(topic));
    }
    let place = regions::find(rows, region, date).await?.ok_or_else(|| Error::not_found(region.name()))?.path;
    let codes = upwards(&place);
    // An organization may stand there for each pair; only the first of them is told.
    let limit = (MOST_CANDIDATES + 1) * topics.len() * codes.len();
    let mut matches = store::competent(rows, &topics, &codes, date, limit).await?;
    let mut seen = HashSet::new();
    matches.retain(|found| seen.insert(found.organization.clone()));
    let truncated = matches.len() > MOST_CANDIDATES;
    matches.truncate(MOST_CANDIDATES);

    let ids: Vec<&str> = matches.iter().map(|found| found.organization.as_str()).collect();
    let found = store::all_of(rows, &ids).await?;
    let mut organizations: HashMap<String, Organization> = found.into_iter().map(|row| (row.id.clone(), row)).collect();
    let mut names = HashMap::new();
    let mut candidates = Vec::with_capacity(matches.len());
    for found in matches {
        let (Some(topic), Some(code)) = (topics.get(found.topic), codes.get(found.region)) else { continue };
        let Some(organization) = organizations.remove(&found.organization) else { continue };
        if !names.contains_key(code) {
            let region = regions::find(rows, *code, date).await?;
            names.insert(*code, region.map_or_else(|| code.to_string(), |region| region.display_name));
        }
        candidates.push(Candidate {
            organization,
            topic: topic.clone(),
            topic_distance: found.topic,
            region: *code,
            region_name: names[code].clone(),
            region_distance: found.region,
        });
    }
    Ok((candidates, truncated))
}

/// The regions from a place up to the country.
pub(super) fn upwards(place: &Path) -> Vec<Code> {
    Level::ALL.into_iter().rev().filter_map(|level| place.at(level)).collect()
}

impl Candidate {
    /// Why, in a sentence.
    pub fn explanation(&self, locale: Locale) -> String {
        let Self { organization, topic, topic_distance, region: _, region_name, region_distance } = self;
        let name = &organization.facts.display_name;
        match locale {
            Locale::ZhCn => {
                let topic_part = match topic_distance {
                    0 => format!("所问事项（{topic}）"),
                    steps => format!("所问事项的上 {steps} 级事项（{topic}）"),
                };
                let region_part = match region_distance {
                    0 => format!("所问地区（{region_name}）"),
                    steps => format!("所问地区的上 {steps} 级（{region_name}）"),
                };
                format!("{name}主管{topic_part}，范围为{region_part}。")
            }
            Locale::En => {
                let steps = |steps: &usize| match steps {
                    0 => String::new(),
                    1 => ", one step above what was asked".to_owned(),
                    more => format!(", {more} steps above what was asked"),
                };
                format!(
                    "{name} is competent for {topic}{} in {region_name}{}.",
                    steps(topic_distance),
                    steps(region_distance)
                )
            }
        }
    }
}
