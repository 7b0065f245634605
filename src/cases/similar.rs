//! How alike two cases are, and by which rule a pair of them is put before a person. Nothing is ever merged by text alone.

use std::collections::{HashMap, HashSet};

use super::model::numbered;

/// Cases whose words tell how common a word is.
pub const SAMPLE: usize = 16_384;
/// So many terms are followed in any case, common ones if there are no others.
const FEWEST_FOLLOWED: usize = 8;
/// A pair that is less alike, and has no person in common, is not put forward.
const FLOOR: f64 = 0.05;
/// From here on the same person speaks of the same matter.
const SAME_PERSON: f64 = 0.4;
/// From here on others speak of the same matter.
const OTHER_PERSON: f64 = 0.55;
/// From here on a text is the same but for a few words.
const NEARLY_SAME: f64 = 0.8;
/// From here on titles are alike.
const TITLE: f64 = 0.5;
/// How much more a person in common makes of what is alike in the text.
const PERSON_FACTOR: f64 = 2.0;
/// A word of the title says as much as two of the text.
const TITLE_FACTOR: f64 = 2.0;

numbered! {
    /// By which rule a pair is put forward.
    Rule {
        /// None: somebody found it otherwise.
        None = 0 "UNSPECIFIED",
        /// The same person, the same matter (重复信访).
        SamePersonSameMatter = 1 "SAME_PERSON_SAME_MATTER",
        /// Somebody else, the same matter.
        OtherPersonSameMatter = 2 "OTHER_PERSON_SAME_MATTER",
        /// They have to do with each other.
        Related = 3 "RELATED",
    }
}

numbered! {
    /// What speaks for a pair.
    Feature {
        /// Somebody with the same identity number brings both.
        SameIdNumber = 1 "SAME_ID_NUMBER",
        /// Somebody with the same telephone brings both.
        SamePhone = 2 "SAME_PHONE",
        /// An organization with the same unified code brings both.
        SameUnifiedCode = 3 "SAME_UNIFIED_CODE",
        /// The texts are the same but for a few words.
        NearlySameText = 4 "NEARLY_SAME_TEXT",
        /// The texts are alike.
        SimilarText = 5 "SIMILAR_TEXT",
        /// The titles are alike.
        SimilarTitle = 6 "SIMILAR_TITLE",
        /// The texts share rare words.
        RareWords = 7 "RARE_WORDS",
        /// The same topic.
        SameTopic = 8 "SAME_TOPIC",
        /// The same region.
        SamePlace = 9 "SAME_PLACE",
    }
}

impl Feature {
    /// Both are brought by the same one.
    pub fn is_person(self) -> bool {
        matches!(self, Self::SameIdNumber | Self::SamePhone | Self::SameUnifiedCode)
    }

    /// The feature's bit in a stored set.
    pub fn bit(self) -> i32 {
        1 << self.number()
    }
}

numbered! {
    /// What a person decided of a pair.
    Decision {
        /// It is what was said.
        Confirmed = 1 "CONFIRMED",
        /// It is not.
        Rejected = 2 "REJECTED",
    }
}

/// How many of a sample of cases have a term.
#[derive(Debug, Default)]
pub struct Sample {
    size: usize,
    counts: HashMap<u32, u16>,
}

impl Sample {
    /// Counts the terms of some cases.
    pub fn of(cases: impl Iterator<Item = Vec<u32>>) -> Self {
        let mut sample = Self::default();
        for terms in cases {
            sample.size += 1;
            for term in terms {
                let count = sample.counts.entry(term).or_default();
                *count = count.saturating_add(1);
            }
        }
        sample
    }

    /// It has as many cases as one has.
    pub fn is_full(&self) -> bool {
        self.size >= SAMPLE
    }

    /// More than one in two thousand of a full sample has it.
    fn is_common(&self, term: u32) -> bool {
        self.is_full() && usize::from(self.counts.get(&term).copied().unwrap_or(0)) > SAMPLE / 2_000
    }

    /// What a term says: the rarer, the more. One that nearly all have says nothing.
    fn weight(&self, term: u32) -> f64 {
        let count = f64::from(self.counts.get(&term).copied().unwrap_or(0));
        let size = f64::from(u32::try_from(self.size).unwrap_or(u32::MAX));
        ((size + 1.0) / (count + 0.5)).ln().max(0.0)
    }
}

/// The terms of a case, and which of them are of its title.
#[derive(Debug)]
pub struct Text {
    terms: Vec<u32>,
    title: HashSet<u32>,
}

impl Text {
    /// Of all terms, and those of the title.
    pub fn new(terms: Vec<u32>, title: &[u32]) -> Self {
        Self { terms, title: title.iter().copied().collect() }
    }

    fn weight(&self, sample: &Sample, term: u32) -> f64 {
        sample.weight(term) * if self.title.contains(&term) { TITLE_FACTOR } else { 1.0 }
    }

    fn all(&self, sample: &Sample) -> f64 {
        self.terms.iter().map(|term| self.weight(sample, *term)).sum()
    }

    /// The terms that say most, with what they say. Common ones, as words of the title often are, only where there are few others: they say
    /// little of which case it is, and following them costs the most.
    pub fn telling(&self, sample: &Sample, most: usize) -> Vec<(u32, f64)> {
        let mut weighed: Vec<(u32, f64)> = self.terms.iter().map(|term| (*term, self.weight(sample, *term))).collect();
        weighed.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let (mut rare, common): (Vec<_>, Vec<_>) = weighed.into_iter().partition(|(term, _)| !sample.is_common(*term));
        rare.truncate(most);
        let few = FEWEST_FOLLOWED.min(most).saturating_sub(rare.len());
        rare.extend(common.into_iter().take(few));
        rare
    }

    /// How alike two texts are, from 0 to 1: what the words that both have say, of what all say.
    pub fn likeness(&self, sample: &Sample, other: &Self) -> f64 {
        let theirs: HashSet<u32> = other.terms.iter().copied().collect();
        let common = self.terms.iter().filter(|term| theirs.contains(term));
        let common: f64 = common.map(|term| self.weight(sample, *term)).sum();
        let whole = (self.all(sample) * other.all(sample)).sqrt();
        if whole > 0.0 { (common / whole).min(1.0) } else { 0.0 }
    }

    /// How alike two titles are, from 0 to 1.
    fn title_likeness(&self, other: &Self) -> f64 {
        let common = self.title.intersection(&other.title).count();
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let whole = count(self.title.len() + other.title.len() - common);
        if whole > 0.0 { count(common) / whole } else { 0.0 }
    }
}

/// What speaks for a pair of cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    pub rule: Rule,
    pub features: Vec<Feature>,
    /// From 0 to 1.
    pub score: f64,
}

impl Likeness {
    /// Of two texts, and what is known besides: persons in common, topic, place.
    pub fn of(sample: &Sample, one: &Text, other: &Text, known: &[Feature]) -> Self {
        let text = one.likeness(sample, other);
        let person = known.iter().any(|feature| feature.is_person());
        let mut features = known.to_vec();
        features.extend(match text {
            text if text >= NEARLY_SAME => Some(Feature::NearlySameText),
            text if text >= SAME_PERSON => Some(Feature::SimilarText),
            text if text >= FLOOR => Some(Feature::RareWords),
            _ => None,
        });
        if one.title_likeness(other) >= TITLE {
            features.push(Feature::SimilarTitle);
        }
        features.sort_unstable_by_key(|feature| feature.number());
        let rule = match (person, text) {
            (true, text) if text >= SAME_PERSON => Rule::SamePersonSameMatter,
            (false, text) if text >= OTHER_PERSON => Rule::OtherPersonSameMatter,
            (true, _) => Rule::Related,
            (false, text) if text >= FLOOR => Rule::Related,
            _ => Rule::None,
        };
        let score = if person { (text * PERSON_FACTOR).clamp(FLOOR, 1.0) } else { text };
        Self { rule, features, score }
    }

    /// The features as a set that is stored.
    pub fn bits(&self) -> i32 {
        self.features.iter().fold(0, |bits, feature| bits | feature.bit())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(terms: &[u32], title: &[u32]) -> Text {
        Text::new(terms.iter().chain(title).copied().collect(), title)
    }

    fn sample() -> Sample {
        // 1 is in every case, 2 in half of them, the others in none.
        Sample::of((0..100).map(|number| if number % 2 == 0 { vec![1, 2] } else { vec![1] }))
    }

    #[test]
    fn rare_words_say_more_than_common_ones() {
        let sample = sample();
        assert!(sample.weight(1) < 0.01 && sample.weight(1) < sample.weight(2) && sample.weight(2) < sample.weight(3));
        let one = text(&[1, 2, 3], &[]);
        let (common, rare) = (text(&[1, 2, 4], &[]), text(&[1, 3, 4], &[]));
        assert!(one.likeness(&sample, &rare) > one.likeness(&sample, &common));
        let telling: Vec<u32> = one.telling(&sample, 2).into_iter().map(|(term, _)| term).collect();
        assert_eq!(telling, [3, 2]);
    }

    #[test]
    fn a_rule_needs_the_person_or_the_text() {
        let sample = sample();
        let one = text(&[10, 11, 12, 13], &[20, 21]);
        let same = text(&[10, 11, 12, 13], &[20, 21]);
        let other = text(&[30, 31, 32, 33], &[34]);
        let near = text(&[10, 11, 32, 33], &[34]);
        let rule = |other: &Text, known: &[Feature]| Likeness::of(&sample, &one, other, known).rule;
        assert_eq!(rule(&same, &[Feature::SamePhone]), Rule::SamePersonSameMatter);
        assert_eq!(rule(&same, &[]), Rule::OtherPersonSameMatter);
        assert_eq!(rule(&other, &[Feature::SamePhone]), Rule::Related);
        assert_eq!(rule(&near, &[]), Rule::Related);
        assert_eq!(rule(&other, &[Feature::SameTopic, Feature::SamePlace]), Rule::None);
        let found = Likeness::of(&sample, &one, &same, &[Feature::SamePlace]);
        assert_eq!(found.features, [Feature::NearlySameText, Feature::SimilarTitle, Feature::SamePlace]);
        assert!((found.score - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn likeness_is_the_same_both_ways_and_never_more_than_of_itself(
            one in prop::collection::hash_set(0_u32..40, 0..30),
            other in prop::collection::hash_set(0_u32..40, 0..30),
        ) {
            let sample = sample();
            let (one, other) = (text(&one.into_iter().collect::<Vec<_>>(), &[]), text(&other.into_iter().collect::<Vec<_>>(), &[]));
            let (there, back) = (one.likeness(&sample, &other), other.likeness(&sample, &one));
            prop_assert!((there - back).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&there));
            let own = one.likeness(&sample, &one);
            prop_assert!(own == 0.0 || (own - 1.0).abs() < 1e-9);
        }
    }
}
