//! Sealed columns: personal data is stored as AES-256-GCM-SIV with the id of its key, bound to the place it stands in, and found
//! by a keyed blind index.
//!
//! The algorithm tolerates a repeated nonce; the associated data (`table|column|row`) keeps a sealed value from being moved to
//! another row. Page tokens, cursors and stored answers are sealed with the same ring.

use std::{collections::BTreeMap, fs, hash::Hasher as _, io::Write as _, path::Path};

use aes_gcm_siv::{
    Aes256GcmSiv, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::Sha256;
use siphasher::sip::SipHasher24;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

const NONCE_BYTES: usize = 12;
/// How much longer a sealed text is than the plain one: the key's id, the nonce, the tag.
pub const SEAL_BYTES: usize = 1 + NONCE_BYTES + 16;

/// The keys: the primary one seals, all of them open.
pub struct KeyRing {
    primary: u8,
    ciphers: BTreeMap<u8, Aes256GcmSiv>,
    /// Root of the blind indexes. It does not rotate with the sealing keys: an index must find what older keys sealed.
    blind: Zeroizing<[u8; 32]>,
    /// Key of the search terms, from the same root.
    terms: SipHasher24,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing(primary {}, {} keys)", self.primary, self.ciphers.len())
    }
}

impl KeyRing {
    /// Reads a key file: a line `blind <base64>`, and one `<id> <base64>` per sealing key; the last one is the primary.
    ///
    /// # Errors
    /// A sentence that says what is wrong and never repeats a key.
    pub fn read(path: &Path) -> std::result::Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        refuse_open_to_others(path)?;
        Self::parse(&text).map_err(|fault| format!("{}: {fault}", path.display()))
    }

    /// Writes a new key file, mode 600, that must not exist yet.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn create(path: &Path) -> std::result::Result<(), String> {
        let line = |name: &str| {
            let mut key = Zeroizing::new([0u8; 32]);
            rand::rng().fill_bytes(&mut *key);
            format!("{name} {}\n", STANDARD.encode(*key))
        };
        let text = format!(
            "# Sealing keys of Lianbang. Without this file the sealed columns of the database cannot be read: keep a copy apart.\n{}{}",
            line("blind"),
            line("1")
        );
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|fault| format!("{}: {fault}", path.display()))
    }

    /// Reads the text of a key file.
    ///
    /// # Errors
    /// As [`KeyRing::read`].
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let mut blind = None;
        let mut ciphers = BTreeMap::new();
        let mut primary = None;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = |what: &str| format!("line {}: {what}", index + 1);
            let (name, key) = line.split_once(' ').ok_or_else(|| at("expected a name and a key"))?;
            let key = Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| at("the key is not base64"))?);
            let key: Zeroizing<[u8; 32]> =
                Zeroizing::new(key.as_slice().try_into().map_err(|_| at("the key has not 32 bytes"))?);
            if name == "blind" {
                blind = Some(key);
                continue;
            }
            let id: u8 = name.parse().map_err(|_| at("a key's name is a number from 0 to 255, or blind"))?;
            let cipher = Aes256GcmSiv::new(Key::<Aes256GcmSiv>::from_slice(&*key));
            if ciphers.insert(id, cipher).is_some() {
                return Err(at("the id is there twice"));
            }
            primary = Some(id);
        }
        let blind = blind.ok_or("no blind key")?;
        let root = mac(&blind, &[b"search terms"]);
        let terms = SipHasher24::new_with_key(root.first_chunk().expect("invariant: a digest of 32 bytes"));
        Ok(Self { primary: primary.ok_or("no sealing key")?, ciphers, blind, terms })
    }

    /// Seals `plain` for one place, named by `place` (`table|column|row`).
    pub fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0u8; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let cipher = &self.ciphers[&self.primary];
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let body = cipher.encrypt(Nonce::from_slice(&nonce), payload).expect("invariant: the text is far below 64 GiB");
        let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + body.len());
        sealed.push(self.primary);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        sealed
    }

    /// Opens what was sealed for the same place, or nothing: a wrong key, place or byte cannot be told apart.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (id, rest) = sealed.split_first()?;
        if rest.len() < NONCE_BYTES {
            return None;
        }
        let (nonce, body) = rest.split_at(NONCE_BYTES);
        let payload = Payload { msg: body, aad: place.as_bytes() };
        self.ciphers.get(id)?.decrypt(Nonce::from_slice(nonce), payload).ok()
    }

    /// Opens a sealed text column; a value that does not open is a fault of ours, not an empty field.
    ///
    /// # Errors
    /// `Internal` naming the place.
    pub fn open_text(&self, place: &str, sealed: &[u8]) -> Result<String> {
        let plain = self.open(place, sealed).ok_or_else(|| Error::internal(format!("{place} does not open")))?;
        String::from_utf8(plain).map_err(|_| Error::internal(format!("{place} is not text")))
    }

    /// Blind index of a normalised value: equal values of one field have equal indexes, and nothing else can be learnt.
    pub fn blind_index(&self, field: &str, value: &str) -> Vec<u8> {
        mac(&self.blind, &[field.as_bytes(), &[0], value.as_bytes()])[..16].to_vec()
    }

    /// Keyed digest for tokens' secrets at rest.
    pub fn digest(&self, field: &str, value: &[u8]) -> [u8; 32] {
        mac(&self.blind, &[b"digest\0", field.as_bytes(), &[0], value])
    }

    /// Keyed digest of a search term. A case has hundreds of them: SipHash is made for short inputs under a secret key. What is found by so short
    /// a digest is compared with the text itself.
    pub fn term(&self, field: &str, value: &str) -> u32 {
        let mut hasher = self.terms;
        hasher.write(field.as_bytes());
        hasher.write_u8(0);
        hasher.write(value.as_bytes());
        let digest = hasher.finish().to_be_bytes();
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("invariant: HMAC takes any key");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(unix)]
fn refuse_open_to_others(path: &Path) -> std::result::Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|fault| format!("{}: {fault}", path.display()))?.permissions().mode();
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(format!("{} can be read by others (mode {:o}); run chmod 600", path.display(), mode & 0o777)),
    }
}

#[cfg(not(unix))]
fn refuse_open_to_others(_path: &Path) -> std::result::Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(lines: &str) -> KeyRing {
        let blind = STANDARD.encode([7u8; 32]);
        KeyRing::parse(&format!("blind {blind}\n{lines}")).expect("keys")
    }

    fn key(id: u8) -> String {
        format!("{id} {}\n", STANDARD.encode([id; 32]))
    }

    #[test]
    fn opens_only_in_its_place() {
        let ring = ring(&key(1));
        let sealed = ring.seal("party|name|1", "张三".as_bytes());
        assert_eq!(ring.open("party|name|1", &sealed).as_deref(), Some("张三".as_bytes()));
        assert_eq!(ring.open("party|name|2", &sealed), None);
    }

    #[test]
    fn any_changed_byte_closes_it() {
        let ring = ring(&key(1));
        let sealed = ring.seal("p", b"text");
        for index in 0..sealed.len() {
            let mut other = sealed.clone();
            other[index] ^= 1;
            assert_eq!(ring.open("p", &other), None, "byte {index}");
        }
        assert_eq!(ring.open("p", &sealed[..5]), None);
        assert_eq!(ring.open("p", &[]), None);
    }

    #[test]
    fn an_older_key_still_opens() {
        let old = ring(&key(1)).seal("p", b"text");
        let rotated = ring(&format!("{}{}", key(1), key(2)));
        assert_eq!(rotated.open("p", &old).as_deref(), Some(&b"text"[..]));
        assert_eq!(rotated.seal("p", b"text")[0], 2);
    }

    #[test]
    fn a_blind_index_depends_on_the_field() {
        let ring = ring(&key(1));
        assert_eq!(ring.blind_index("phone", "139"), ring.blind_index("phone", "139"));
        assert_ne!(ring.blind_index("phone", "139"), ring.blind_index("id_number", "139"));
    }

    #[test]
    fn a_faulty_file_is_refused_without_repeating_keys() {
        for text in ["", "1 AAAA", "blind AAAA", "x y z"] {
            let fault = KeyRing::parse(text).expect_err("faulty");
            assert!(!fault.contains("AAAA"), "{fault}");
        }
    }
}
