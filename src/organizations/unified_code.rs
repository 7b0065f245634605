//! Unified social credit codes (统一社会信用代码, GB 32100-2015).

/// The characters of a unified code in the order of their values (GB 32100-2015).
const CODE_CHARACTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

fn values(code: &str) -> Option<Vec<usize>> {
    let values: Option<Vec<usize>> =
        code.bytes().map(|byte| CODE_CHARACTERS.iter().position(|known| *known == byte)).collect();
    values.filter(|values| values.len() == 18)
}

/// The last of the 18 characters is the check digit: weights are the powers of 3, modulo 31 (GB 32100-2015).
pub fn check_digit_fits(code: &str) -> bool {
    let Some(values) = values(code) else { return false };
    let (sum, _) =
        values[..17].iter().fold((0, 1), |(sum, weight), value| ((sum + value * weight) % 31, weight * 3 % 31));
    values[17] == (31 - sum) % 31
}

/// The text has the form of a code: 18 of the characters, whatever the check digit.
pub fn is_one(code: &str) -> bool {
    values(code).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_check_digit() {
        // One that ends in a digit, one in a letter.
        for code in ["91350100M000100Y43", "91110000802100433B"] {
            assert!(check_digit_fits(code), "{code}");
        }
        for code in ["91350100M000100Y44", "91350100M000100Y4", "", "91350100M000100Y4I"] {
            assert!(!check_digit_fits(code), "{code}");
        }
    }
}
