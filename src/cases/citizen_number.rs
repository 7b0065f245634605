//! Citizen's identity numbers (公民身份号码, GB 11643).

use chrono::NaiveDate;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";
/// Characters of a number, and of one that was given before 1999.
const LENGTH: usize = 18;
const OLD_LENGTH: usize = 15;

/// It has the form of a number: what it says must then be right.
pub fn looks_like_one(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.len() == LENGTH
        && bytes[..17].iter().all(u8::is_ascii_digit)
        && matches!(bytes[17], b'0'..=b'9' | b'x' | b'X')
}

/// A number with a day of birth and the right check digit, or one of the older form.
pub fn is_one(number: &str) -> bool {
    if looks_like_one(number) {
        return is_day(&number[6..14]) && check_digit(number.as_bytes()) == number.as_bytes()[17].to_ascii_uppercase();
    }
    is_old(number) && is_day(&format!("19{}", &number[6..12]))
}

/// The day of birth that a right number tells.
pub fn birth(number: &str) -> Option<NaiveDate> {
    let number = matched(number);
    if looks_like_one(&number) && is_one(&number) { day(&number[6..14]) } else { None }
}

/// The form in which a number is matched: one of before 1999 as what it became, since both are of the same person.
pub fn matched(number: &str) -> String {
    let mut text: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    text.make_ascii_uppercase();
    if !is_old(&text) || !is_one(&text) {
        return text;
    }
    text.insert_str(6, "19");
    let check = check_digit(text.as_bytes());
    text.push(char::from(check));
    text
}

fn is_old(number: &str) -> bool {
    number.len() == OLD_LENGTH && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_day(digits: &str) -> bool {
    day(digits).is_some()
}

fn day(digits: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(digits, "%Y%m%d").ok()
}

fn check_digit(bytes: &[u8]) -> u8 {
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS[usize::try_from(sum % 11).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_wrong_digit_is_found() {
        for number in ["11010519491231002X", "11010519491231002x", "440524188001010014", "110105491231002"] {
            assert!(is_one(number), "{number}");
        }
        // A wrong check digit, the thirtieth of February, a letter in between, another document.
        for number in
            ["110105194912310021", "110105194902300023", "1101051949123A0021", "E12345678", "", "110105491331002"]
        {
            assert!(!is_one(number), "{number}");
        }
        assert!(looks_like_one("110105194912310021") && !looks_like_one("E12345678"));
    }

    #[test]
    fn a_number_tells_the_day_of_birth() {
        let day = NaiveDate::from_ymd_opt(1949, 12, 31);
        assert_eq!([birth("11010519491231002X"), birth("110105491231002")], [day, day]);
        assert_eq!([birth("110105194912310021"), birth("E12345678"), birth("")], [None, None, None]);
    }

    #[test]
    fn an_old_number_is_matched_with_the_new_one() {
        assert_eq!(matched("110105491231002"), "11010519491231002X");
        assert_eq!(matched("110105 19491231 002x"), "11010519491231002X");
        assert_eq!(matched("E1234-5678"), "E12345678");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,24}") {
            let _ = (is_one(&text), looks_like_one(&text), matched(&text));
        }

        #[test]
        fn one_wrong_digit_is_always_found(place in 0usize..17, by in 1u8..10) {
            let mut digits = b"440524188001010014".to_vec();
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            let text = String::from_utf8(digits).expect("digits");
            prop_assert!(!is_one(&text), "{text}");
        }
    }
}
