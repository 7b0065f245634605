//! What the topics of petitions are as kinds of disputes. The two lists are counted by different departments; this is where they meet.

use super::numbers::DisputeType;

/// Topics, by the kind of dispute that they are mapped onto. A topic that is not here could be anything.
const OF_TOPICS: &[(DisputeType, &[&str])] = &[
    (DisputeType::Family, &["family-disputes", "elderly-care"]),
    (DisputeType::Neighbour, &["neighbour-disputes", "noise", "parking"]),
    (DisputeType::Housing, &["homesteads", "title-deeds", "home-purchase", "building-quality", "public-housing"]),
    (DisputeType::Contract, &["prepaid-cards", "fraud"]),
    (DisputeType::ForestAndLand, &["land-contracts", "illegal-land-use", "irrigation"]),
    (DisputeType::Demolition, &["land-requisition", "demolition"]),
    (DisputeType::Environment, &["environment", "air", "water-pollution", "waste-dumping"]),
    (DisputeType::Labour, &["labour", "unpaid-wages", "labour-disputes", "work-injury"]),
    (DisputeType::Consumer, &["consumer-rights", "food-safety", "prices"]),
    (DisputeType::Medical, &["medical-disputes", "medical-services"]),
    (DisputeType::PropertyManagement, &["property-management", "old-estates", "heating"]),
];

/// The kind of dispute that a topic (`topics/{id}`) is mapped onto.
pub fn of_topic(topic: &str) -> Option<DisputeType> {
    let id = topic.rsplit('/').next()?;
    OF_TOPICS.iter().find(|(_, topics)| topics.contains(&id)).map(|(kind, _)| *kind)
}

/// The kind that all of these topics are mapped onto.
pub fn of_topics(topics: &[String]) -> Option<DisputeType> {
    let mut kinds = topics.iter().map(|topic| of_topic(topic));
    let first = kinds.next()??;
    kinds.all(|kind| kind == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_agree_or_say_nothing() {
        let of = |topics: &[&str]| of_topics(&topics.iter().map(|id| format!("topics/{id}")).collect::<Vec<_>>());
        assert_eq!(of(&["heating"]), Some(DisputeType::PropertyManagement));
        assert_eq!(of(&["unpaid-wages", "work-injury"]), Some(DisputeType::Labour));
        assert_eq!(of(&["unpaid-wages", "noise"]), None);
        assert_eq!(of(&["unpaid-wages", "pensions"]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn only_topics_that_there_are_are_mapped_and_each_once() {
        let known = include_str!("../../data/topics/cn-general.toml");
        let mut seen = std::collections::HashSet::new();
        for topic in OF_TOPICS.iter().flat_map(|(_, topics)| *topics) {
            assert!(known.contains(&format!("id = \"{topic}\"")), "{topic} is no topic");
            assert!(seen.insert(topic), "{topic} is mapped twice");
        }
    }
}
