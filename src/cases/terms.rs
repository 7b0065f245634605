//! Text as it is searched: runs of letters and digits, cut into overlapping terms of two characters.
//!
//! Chinese is written without spaces, and words of two characters are the rule: overlapping pairs find them without a dictionary, and find
//! names that no dictionary has. What stands in the index are keyed digests of the pairs, since statements are sealed at rest.

use unicode_normalization::UnicodeNormalization;

use crate::seal::KeyRing;

/// Most words of a query.
pub const MOST_WORDS: usize = 8;

/// Signs that search languages give a meaning to. They have none here, and who writes them expects one.
const OPERATORS: &[char] =
    &['"', '*', '(', ')', ':', '^', '|', '&', '~', '!', '<', '>', '=', '{', '}', '[', ']', '\\', '?'];

/// Where a pair stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// In the title.
    Title,
    /// In the title, the summary or the statement.
    Narrative,
}

impl Part {
    fn field(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Narrative => "narrative",
        }
    }
}

/// A text in the form in which it is compared: what looks alike is alike (NFKC), letters are small, everything between letters and digits
/// is one space.
pub fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.nfkc().flat_map(char::to_lowercase) {
        if char.is_alphanumeric() {
            out.push(char);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The pairs of neighbouring characters of a normal text, each once, in order.
pub fn pairs(normal: &str) -> Vec<&str> {
    let mut found: Vec<&str> = normal.split(' ').flat_map(run).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn run(run: &str) -> impl Iterator<Item = &str> {
    let starts = run.char_indices();
    let ends = run.char_indices().skip(2).map(|(at, _)| at).chain(std::iter::once(run.len()));
    starts.zip(ends).map(|((from, _), to)| &run[from..to]).filter(|pair| pair.chars().nth(1).is_some())
}

/// The terms of a normal text, sorted.
pub fn terms(keys: &KeyRing, part: Part, normal: &str) -> Vec<u32> {
    let mut terms: Vec<u32> = pairs(normal).into_iter().map(|pair| keys.term(part.field(), pair)).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The term that marks a case for those who hold it, for a place or for a time.
pub fn mark(keys: &KeyRing, kind: &str, value: &str) -> u32 {
    keys.term(kind, value)
}

/// What is looked for: words that all must be there, as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Reads a query.
    ///
    /// # Errors
    /// A sentence that says what the query is not.
    pub fn parse(query: &str) -> Result<Self, String> {
        let query: String = query.nfkc().collect();
        if let Some(sign) = query.chars().find(|char| OPERATORS.contains(char)) {
            return Err(format!(
                "has `{sign}`: words of letters and digits are looked for, all of them, without operators"
            ));
        }
        for word in query.split_whitespace() {
            if matches!(word, "AND" | "OR" | "NOT" | "NEAR") || word.starts_with(['-', '+']) {
                return Err("has an operator: words of letters and digits are looked for, all of them".to_owned());
            }
        }
        let normal = normal(&query);
        let mut words: Vec<String> = Vec::new();
        for word in normal.split(' ').filter(|word| !word.is_empty()) {
            if word.chars().nth(1).is_none() {
                return Err("has a word of one character: words of two characters and more are looked for".to_owned());
            }
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        match words.len() {
            0 => Err("has no word".to_owned()),
            1..=MOST_WORDS => Ok(Self(words)),
            _ => Err(format!("has more than {MOST_WORDS} words")),
        }
    }

    /// The words as one text: equal queries have equal texts.
    pub fn canonical(&self) -> String {
        self.0.join(" ")
    }

    /// The terms that a text has which has the words.
    pub fn terms(&self, keys: &KeyRing, part: Part) -> Vec<u32> {
        terms(keys, part, &self.canonical())
    }

    /// All words are in a normal text.
    pub fn are_in(&self, normal: &str) -> bool {
        self.0.iter().all(|word| normal.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_cut_where_no_letter_and_no_digit_is() {
        assert_eq!(normal("  Ａ３区,锅炉 坏了！！"), "a3区 锅炉 坏了");
        assert_eq!(pairs("a3区 锅炉 坏"), ["3区", "a3", "锅炉"]);
        assert_eq!(pairs(""), Vec::<&str>::new());
        assert_eq!(normal("。，"), "");
    }

    #[test]
    fn a_query_is_words_and_nothing_else() {
        let words = |query: &str| Words::parse(query).map(|words| words.0);
        assert_eq!(words("锅炉"), Ok(vec!["锅炉".to_owned()]));
        assert_eq!(words("A3区，锅炉 锅炉"), Ok(vec!["a3区".to_owned(), "锅炉".to_owned()]));
        assert_eq!(words("金色阳光/12栋"), Ok(vec!["金色阳光".to_owned(), "12栋".to_owned()]));
        for query in [
            "",
            " 。",
            "锅",
            "锅炉 坏",
            "锅炉*",
            "\"锅炉\"",
            "锅炉 OR 供暖",
            "-锅炉",
            "title:锅炉",
            "（锅炉）",
            "锅炉？",
        ] {
            assert!(words(query).is_err(), "{query}");
        }
        assert!(words("一二 二三 三四 四五 五六 六七 七八 八九 九十").is_err());
    }

    proptest! {
        #[test]
        fn a_text_has_the_terms_of_each_of_its_words(text in "\\PC{0,60}") {
            let normal = normal(&text);
            let all = pairs(&normal);
            for word in normal.split(' ').filter(|word| word.chars().count() > 1) {
                let Ok(words) = Words::parse(word) else { continue };
                prop_assert!(words.are_in(&normal));
                prop_assert!(pairs(&words.canonical()).iter().all(|pair| all.contains(pair)), "{word}");
            }
        }

        #[test]
        fn normal_texts_stay_as_they_are(text in "\\PC{0,60}") {
            let once = normal(&text);
            prop_assert_eq!(normal(&once), once);
        }
    }
}
