//! Money, counted in fen. On the wire it is in yuan: [`crate::wire::fen`].

/// Hundredths of a yuan.
pub type Fen = i64;

/// As people write it: 1234.50.
pub fn yuan(fen: Fen) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_with_two_places() {
        assert_eq!((yuan(123_450), yuan(-5)), ("1234.50".into(), "-0.05".into()));
    }
}
