//! What ships with the program: the national rules, the holidays, the case types and the tree of topics. Each is read once, and a
//! test reads them all, so that a faulty file does not leave the house.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, LazyLock},
};

use chrono::Datelike;
use serde::Deserialize;

use super::{
    case_type::CaseType,
    model::{ListedDay, Notice, Topic, is_weekend},
};
use crate::clock::{CN_2022_TOML, CN_HOLIDAYS_CSV, Calendar, RuleSet, Words};

const TOPICS: &str = include_str!("../../data/topics/cn-general.toml");
const CASE_TYPES: &[&str] = &[
    include_str!("../../data/case-types/alarm.toml"),
    include_str!("../../data/case-types/petition.toml"),
    include_str!("../../data/case-types/service-window.toml"),
];

/// The national rule set.
pub static RULES: LazyLock<RuleSet> =
    LazyLock::new(|| RuleSet::parse(CN_2022_TOML).expect("invariant: a test reads the shipped rules"));

/// The case types.
pub static TYPES: LazyLock<Vec<Arc<CaseType>>> = LazyLock::new(|| {
    let types = case_types(CASE_TYPES).expect("invariant: a test reads the shipped case types");
    types.into_iter().map(Arc::new).collect()
});

/// The tree of topics.
pub static TOPIC_TREE: LazyLock<TopicTree> =
    LazyLock::new(|| topic_tree(TOPICS).expect("invariant: a test reads the shipped topics"));

/// The notices of the national calendar, by year.
pub static NOTICES: LazyLock<Vec<Notice>> =
    LazyLock::new(|| notices(CN_HOLIDAYS_CSV).expect("invariant: a test reads the shipped holidays"));

/// Name of the national calendar.
pub fn national_title() -> Words {
    Words { zh: "全国节假日历".into(), en: "National calendar of holidays".into() }
}

/// A tree of topics in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicTree {
    /// Which tree.
    pub taxonomy: String,
    /// Number of the version, from 1.
    pub version: i32,
    /// The topics, each before those below it.
    pub topics: Vec<Topic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TreeFile {
    taxonomy: String,
    version: i32,
    topic: Vec<TopicEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicEntry {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    below: Vec<Self>,
}

fn topic_tree(text: &str) -> Result<TopicTree, String> {
    let file: TreeFile = toml::from_str(text).map_err(|fault| fault.to_string())?;
    let mut topics = Vec::new();
    grow(&file.taxonomy, &[], file.topic, &mut topics);
    let ids: HashSet<&str> = topics.iter().map(|topic| topic.id.as_str()).collect();
    if ids.len() < topics.len() {
        return Err("an id stands twice".into());
    }
    let fits = |id: &str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    if let Some(id) = ids.into_iter().find(|id| !fits(id)) {
        return Err(format!("{id} is no id"));
    }
    Ok(TopicTree { taxonomy: file.taxonomy, version: file.version, topics })
}

/// Adds topics in the order of the tree; each gets the position after all before it.
fn grow(taxonomy: &str, above: &[String], entries: Vec<TopicEntry>, topics: &mut Vec<Topic>) {
    for TopicEntry { id, zh, en, below } in entries {
        let mut path = above.to_vec();
        path.push(id.clone());
        let index = topics.len();
        let position = i32::try_from(index + 1).unwrap_or(i32::MAX);
        topics.push(Topic {
            id,
            taxonomy: taxonomy.to_owned(),
            title: Words { zh, en },
            parent: above.last().cloned(),
            path: path.clone(),
            position,
            last_position: position,
        });
        grow(taxonomy, &path, below, topics);
        topics[index].last_position = i32::try_from(topics.len()).unwrap_or(i32::MAX);
    }
}

fn case_types(files: &[&str]) -> Result<Vec<CaseType>, String> {
    files.iter().map(|text| toml::from_str(text).map_err(|fault| fault.to_string())).collect()
}

/// The file has days, not notices: a day in December belongs to the notice of the year after, since what is moved around New Year
/// is all that a December has had. A weekday that is listed as worked (2020-02-03, when a holiday was prolonged up to it) is a
/// weekday like others, not one made up for.
fn notices(text: &str) -> Result<Vec<Notice>, String> {
    let calendar = Calendar::parse_csv("shipped", text).map_err(|fault| fault.to_string())?;
    let mut by_year: BTreeMap<i32, Vec<ListedDay>> = BTreeMap::new();
    for (date, listed) in calendar.listed() {
        let year = if date.month() == 12 { date.year() + 1 } else { date.year() };
        if !listed.off && !is_weekend(*date) {
            continue;
        }
        let day = ListedDay { date: *date, off: listed.off, display_name: listed.name.clone() };
        by_year.entry(year).or_default().push(day);
    }
    let notice = |(year, days)| Notice { year, citation: citation(year), days };
    Ok(by_year.into_iter().map(notice).collect())
}

fn citation(year: i32) -> String {
    format!("国务院办公厅关于{year}年部分节假日安排的通知（据 holiday-cn 整理）")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Faults;

    #[test]
    fn every_year_of_the_file_is_a_whole_notice() {
        let notices = notices(CN_HOLIDAYS_CSV).expect("holidays");
        let years: Vec<i32> = notices.iter().map(|notice| notice.year).collect();
        assert_eq!(years, (2004..=2026).collect::<Vec<_>>());
        for notice in &notices {
            let mut faults = Faults::default();
            notice.check(&mut faults);
            assert_eq!(faults.into_result(), Ok(()), "{}", notice.year);
        }
        let rows: usize = notices.iter().map(|notice| notice.days.len()).sum();
        assert_eq!(rows, CN_HOLIDAYS_CSV.lines().count() - 2, "but for the heading and one weekday");
    }

    #[test]
    fn the_tree_is_numbered_branch_by_branch() {
        let tree = topic_tree(TOPICS).expect("topics");
        let top: Vec<&Topic> = tree.topics.iter().filter(|topic| topic.parent.is_none()).collect();
        assert_eq!(top.len(), 12);
        assert!(top.iter().all(|topic| !topic.is_leaf()));
        for (index, topic) in tree.topics.iter().enumerate() {
            assert_eq!(topic.position, i32::try_from(index + 1).expect("small"));
            let below = tree
                .topics
                .iter()
                .filter(|other| other.path.len() > topic.path.len() && other.path.starts_with(&topic.path));
            assert!(below.clone().all(|other| (topic.position..=topic.last_position).contains(&other.position)));
            assert_eq!(i32::try_from(below.count()).expect("small"), topic.last_position - topic.position);
        }
        let heating = tree.topics.iter().find(|topic| topic.id == "heating").expect("heating");
        assert_eq!(heating.path, ["utilities", "heating"]);
        assert!(topic_tree(&format!("{TOPICS}[[topic]]\nid = \"heating\"\nzh = \"x\"\nen = \"x\"\n")).is_err());
        assert!(topic_tree(&format!("{TOPICS}[[topic]]\nid = \"Heat\"\nzh = \"x\"\nen = \"x\"\n")).is_err());
    }

    #[test]
    fn the_petition_has_the_states_of_the_contract_and_rules_that_exist() {
        use crate::pb::v1::case::State;
        let types = case_types(CASE_TYPES).expect("case types");
        let petition = types.iter().find(|known| known.id == "petition").expect("the petition");
        assert_eq!(petition.name(), "caseTypes/petition@1");
        let stages: Vec<&str> = petition.stages.iter().map(|stage| stage.id.as_str()).collect();
        let states: Vec<&str> = (1..=State::Merged.into())
            .map_while(|number| State::try_from(number).ok())
            .map(|state| state.as_str_name())
            .collect();
        assert_eq!(stages, states);
        let known: HashSet<String> =
            RULES.rules.iter().map(|rule| format!("clockRules/{}.{}", rule.rule_set, rule.id)).collect();
        assert!(petition.clock_rules.iter().all(|rule| known.contains(rule)));
    }
    #[test]
    fn the_other_types_are_as_publishing_demands() {
        for known in case_types(CASE_TYPES).expect("case types").iter().filter(|known| known.id != "petition") {
            let mut faults = Faults::default();
            known.check(&mut faults);
            assert_eq!(faults.into_result(), Ok(()), "{}", known.name());
            assert!(known.clocks.iter().all(|term| known.rule(&term.id).is_some()));
        }
    }
}
