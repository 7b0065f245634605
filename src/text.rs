//! Text as it is stored: in normal form C, so that what looks the same is the same.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The text in NFC. Words of citizens are not touched otherwise.
pub fn nfc(text: String) -> String {
    if is_nfc(&text) { text } else { text.nfc().collect() }
}

/// A short text for people, such as a name or a title: NFC, without white space around it.
pub fn label(text: &str) -> String {
    nfc(text.trim().to_owned())
}

/// The form in which what people write by hand is matched: compatible characters made one, without white space, in capitals.
pub fn matched(text: &str) -> String {
    text.nfkc().filter(|character| !character.is_whitespace()).flat_map(char::to_uppercase).collect()
}
