//! API tokens: `lb_<id>_<secret><check>`. The id finds the row, the secret is kept as a keyed digest only, the check tells a typing
//! error from a wrong token before the database is asked, and lets secret scanners know ours.

use rand::Rng;
use uuid::Uuid;

use crate::seal::KeyRing;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET_CHARS: usize = 43;
const CHECK_CHARS: usize = 6;

/// A token as it is shown once.
#[derive(Clone)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Makes the token of a row.
    pub fn generate(id: Uuid) -> Self {
        let mut rng = rand::rng();
        let secret: String =
            (0..SECRET_CHARS).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect();
        let body = format!("lb_{}_{secret}", id.simple());
        let check = check(&body);
        Self(format!("{body}{check}"))
    }

    /// The text to hand over.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The first characters: enough to tell tokens apart.
    pub fn prefix(&self) -> String {
        self.0.chars().take(15).collect()
    }
}

/// A token as a call brings it: which row, and what must be its digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenKey {
    /// Id of the row.
    pub id: Uuid,
    /// Digest of the whole token.
    pub digest: [u8; 32],
}

impl TokenKey {
    /// Reads a token. Nothing where its form or its check is wrong.
    pub fn read(keys: &KeyRing, token: &str) -> Option<Self> {
        let id = token.strip_prefix("lb_")?.get(..32)?;
        let id = Uuid::try_parse(id).ok()?;
        let body_length = "lb_".len() + 32 + "_".len() + SECRET_CHARS;
        if token.len() != body_length + CHECK_CHARS {
            return None;
        }
        let (body, given) = token.split_at_checked(body_length)?;
        (check(body) == given).then(|| Self { id, digest: keys.digest("token", token.as_bytes()) })
    }
}

/// CRC-32 in six characters.
fn check(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes()) as usize;
    let mut text = [0u8; CHECK_CHARS];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[rest % ALPHABET.len()];
        rest /= ALPHABET.len();
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};

    #[test]
    fn reads_its_own_and_nothing_else() {
        let key = STANDARD.encode([1u8; 32]);
        let keys = KeyRing::parse(&format!("blind {key}\n1 {key}\n")).expect("keys");
        let id = Uuid::from_u128(7);
        let secret = Secret::generate(id);
        assert_eq!(TokenKey::read(&keys, secret.reveal()).map(|key| key.id), Some(id));
        let text = secret.reveal();
        for cut in 0..text.len() {
            assert_eq!(TokenKey::read(&keys, &text[..cut]), None);
        }
        let mut changed = text.to_owned();
        let last = changed.pop().expect("text");
        changed.push(if last == 'a' { 'b' } else { 'a' });
        assert_eq!(TokenKey::read(&keys, &changed), None);
        assert_eq!(TokenKey::read(&keys, "lb_张三"), None);
        assert!(!format!("{secret:?}").contains(&text[10..20]));
    }
}
