//! Query codes: how one is made, and how long who guesses has to wait.

use uuid::Uuid;

use crate::{call::Micros, seal::KeyRing};

/// Digits of a code without its check digit: 11 digits keep 10,000 guesses an hour from one hit in a thousand years.
const FREE_DIGITS: usize = 11;

const MINUTE: Micros = 60_000_000;
const HOUR: Micros = 60 * MINUTE;
/// Failures are forgotten after so long without one.
pub const FORGOTTEN_AFTER: Micros = 24 * HOUR;
/// Wrong codes of one number before the next try has to wait.
const FREE_TRIES: i32 = 5;
/// Wrong codes of one client within an hour.
const TRIES_OF_CLIENT: i32 = 10_000;

/// The code of a case in a generation. It is kept nowhere.
pub fn code(keys: &KeyRing, case_id: Uuid, generation: i32) -> String {
    let mut place = case_id.as_bytes().to_vec();
    place.extend_from_slice(&generation.to_be_bytes());
    let digest = keys.digest("query code", &place);
    let number = u64::from_be_bytes(*digest.first_chunk().expect("invariant: a digest of 32 bytes"));
    let free = format!("{:0FREE_DIGITS$}", number % 10_u64.pow(FREE_DIGITS as u32));
    let check = (10 - sum(&format!("{free}0")) % 10) % 10;
    format!("{free}{check}")
}

/// The last digit fits the others (Luhn, ISO/IEC 7812-1): a slip of the hand is told as such, and costs no try.
pub fn fits(code: &str) -> bool {
    code.len() == FREE_DIGITS + 1 && code.bytes().all(|digit| digit.is_ascii_digit()) && sum(code).is_multiple_of(10)
}

/// Every second digit from the right counts twice.
fn sum(code: &str) -> u32 {
    let digits = code.bytes().rev().map(|digit| u32::from(digit - b'0'));
    digits
        .enumerate()
        .map(|(at, digit)| if at.is_multiple_of(2) { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum()
}

/// Wrong codes so far, of a number or of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    pub count: i32,
    pub first_time: Micros,
    pub last_time: Micros,
}

/// Whose failures are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guesser {
    /// All who ask for one number.
    Number(String),
    /// All who ask through one client.
    Client(String),
}

impl Guesser {
    /// Its row.
    pub fn key(&self) -> String {
        match self {
            Self::Number(number) => format!("numbers/{number}"),
            Self::Client(client) => format!("clients/{client}"),
        }
    }

    /// What is to be remembered after one more failure.
    pub fn failed(&self, before: Option<Failures>, now: Micros) -> Failures {
        match before.filter(|before| self.remembers(before, now)) {
            Some(before) => Failures { count: before.count.saturating_add(1), last_time: now, ..before },
            None => Failures { count: 1, first_time: now, last_time: now },
        }
    }

    /// When the next try is looked at.
    pub fn free_from(&self, failures: &Failures) -> Micros {
        match self {
            Self::Number(_) if failures.count < FREE_TRIES => failures.last_time,
            Self::Number(_) => {
                let doublings = (failures.count - FREE_TRIES).min(6);
                failures.last_time + (MINUTE << doublings).min(HOUR)
            }
            Self::Client(_) if failures.count < TRIES_OF_CLIENT => failures.last_time,
            Self::Client(_) => failures.first_time + HOUR,
        }
    }

    fn remembers(&self, failures: &Failures, now: Micros) -> bool {
        match self {
            Self::Number(_) => now - failures.last_time < FORGOTTEN_AFTER,
            Self::Client(_) => now - failures.first_time < HOUR,
        }
    }

    /// How long the next try has to wait; nothing where it is looked at now.
    pub fn wait(&self, failures: Option<Failures>, now: Micros) -> Option<Micros> {
        let failures = failures.filter(|failures| self.remembers(failures, now))?;
        Some(self.free_from(&failures) - now).filter(|wait| *wait > 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_waits_twice_as_long_each_time_up_to_an_hour() {
        let number = Guesser::Number("1".into());
        let mut failures = None;
        let waits: Vec<Micros> = (0..13)
            .map(|_| {
                failures = Some(number.failed(failures, 0));
                number.wait(failures, 0).unwrap_or(0) / MINUTE
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(number.wait(failures, HOUR), None);
        assert_eq!(number.failed(failures, FORGOTTEN_AFTER).count, 1);
    }

    #[test]
    fn a_client_waits_for_the_end_of_its_hour() {
        let client = Guesser::Client("a".into());
        let full = Failures { count: TRIES_OF_CLIENT, first_time: 0, last_time: HOUR / 2 };
        assert_eq!(client.wait(Some(full), HOUR / 2), Some(HOUR / 2));
        assert_eq!(client.wait(Some(full), HOUR), None);
        assert_eq!(client.failed(Some(full), HOUR).count, 1);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_never_fits(free in 0_u64..10_u64.pow(11), at in 0_usize..12, by in 1_u8..10) {
            let free = format!("{free:011}");
            let check = (10 - sum(&format!("{free}0")) % 10) % 10;
            let code = format!("{free}{check}");
            prop_assert!(fits(&code));
            let mut wrong = code.into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            prop_assert!(!fits(std::str::from_utf8(&wrong).expect("digits")));
        }
    }
}
