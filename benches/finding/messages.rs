//! The messages, and texts made of their sentences.

use std::{collections::HashMap, fs, path::Path};

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde::Deserialize;

use crate::Fault;

#[derive(Debug, Clone, Deserialize)]
pub struct Message {
    pub src_id: String,
    pub user: Option<String>,
    pub title: String,
    pub body: String,
    #[serde(default)]
    pub time: Option<String>,
}

/// How two messages were judged to belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The same text, or the same person again.
    Near,
    /// The same matter.
    Issue,
}

pub struct Messages {
    /// In the order of their times.
    pub judged: Vec<Message>,
    /// What belongs together, by the places of the later and the earlier one.
    pub pairs: HashMap<(usize, usize), Kind>,
    sentences: Vec<String>,
    titles: Vec<String>,
}

fn lines(path: &Path) -> Result<Vec<Message>, Fault> {
    fs::read_to_string(path)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

impl Messages {
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let mut judged = lines(&folder.join("a3_messages.jsonl"))?;
        judged.sort_by(|one, other| (&one.time, &one.src_id).cmp(&(&other.time, &other.src_id)));
        let places: HashMap<&str, usize> =
            judged.iter().enumerate().map(|(at, message)| (message.src_id.as_str(), at)).collect();
        let mut pairs = HashMap::new();
        let mut table = csv::Reader::from_path(folder.join("a3_related_pairs.csv"))?;
        for row in table.deserialize() {
            let row: HashMap<String, String> = row?;
            let (one, other) = (places[row["id_a"].as_str()], places[row["id_b"].as_str()]);
            let kind = if row["kind"] == "same_issue_consensus" { Kind::Issue } else { Kind::Near };
            pairs.insert((one.max(other), one.min(other)), kind);
        }
        let (mut sentences, mut titles) = (Vec::new(), Vec::new());
        for file in ["a2_labeled.jsonl", "a4_replies.jsonl", "fuzhou_12345.jsonl"] {
            for message in lines(&folder.join(file))? {
                let parts = message.body.split(['。', '！', '？', '；', '!', '?', ';', '\n']).map(str::trim);
                sentences.extend(parts.filter(|part| (6..120).contains(&part.chars().count())).map(str::to_owned));
                titles.push(message.title.trim().to_owned());
            }
        }
        Ok(Self { judged, pairs, sentences, titles })
    }

    /// An earlier message belongs to this one in that way.
    pub fn has_earlier(&self, at: usize, kind: Kind) -> bool {
        self.pairs.iter().any(|((later, _), known)| *later == at && *known == kind)
    }

    /// The title and the text of a made-up case, the same in every run.
    pub fn made_up(&self, number: usize) -> (String, String) {
        let mut random = StdRng::seed_from_u64(number as u64);
        let estate = estate(&mut random);
        let title: String = self.titles.choose(&mut random).map(String::as_str).unwrap_or_default().into();
        let title: String = title.chars().skip(4).take(40).collect();
        let count = random.random_range(4..9);
        let sentences: Vec<&str> =
            (0..count).filter_map(|_| self.sentences.choose(&mut random)).map(String::as_str).collect();
        (format!("{estate}{title}"), format!("{estate}{}号楼。{}。", random.random_range(1..40), sentences.join("。")))
    }

    /// Words of so many characters that are somewhere in the texts.
    pub fn words(&self, characters: usize, count: usize) -> Vec<String> {
        let mut random = StdRng::seed_from_u64(characters as u64);
        let mut words = Vec::new();
        while words.len() < count {
            let sentence: Vec<char> = self.sentences.choose(&mut random).expect("sentences").chars().collect();
            let from = random.random_range(0..sentence.len());
            let word: String = sentence[from..].iter().take(characters).collect();
            if word.chars().count() == characters && word.chars().all(|char| ('\u{4e00}'..'\u{a000}').contains(&char)) {
                words.push(word);
            }
        }
        words
    }
}

/// A made-up name of an estate: three characters of some hundreds, and what it is.
fn estate(random: &mut StdRng) -> String {
    let name: String =
        (0..3).map(|_| char::from_u32(0x4e00 + random.random_range(0..600) * 7).expect("a character")).collect();
    let kind = ["小区", "花园", "村", "苑", "家园", "社区"].choose(random).expect("kinds");
    format!("{name}{kind}")
}
