//! What holds for every filter: nothing panics, and a tree and its canonical spelling say the same.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::parse as grammar;
use super::tests::{ALL, FIELDS, SAME};
use super::{Expr, NaiveDate, Op, Value, canonical, parse, parse_order};

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9_.:%+-]{0,8}", "\\PC{0,8}", "[\"'\\\\* ]{0,6}", Just("AND".to_owned()), Just("OR".to_owned())]
}

fn compare(field: usize, op: Op, value: Value) -> Expr {
    Expr::Compare { field, op, value }
}

/// Comparisons as the checks let them through, one strategy for each field of the list.
fn any_comparison() -> impl Strategy<Value = Expr> {
    let any_op = || select(ALL);
    let same = || select(SAME);
    let order = || select(&ALL[..6]);
    let start = any_text().prop_filter("a prefix isn't empty", |text| !text.is_empty());
    let times = -62_135_596_800_000_000..=253_402_300_799_999_999_i64;
    let dates = (1..=9999_i32, 1..=366_u32).prop_filter_map("a day", |(y, d)| NaiveDate::from_yo_opt(y, d));
    prop_oneof![
        (any_op(), any_text()).prop_map(|(op, text)| compare(0, op, Value::Text(text))),
        (same(), start).prop_map(|(op, text)| compare(0, op, Value::Prefix(text))),
        (same(), select(&["ACCEPTED", "OR"][..])).prop_map(|(op, word)| compare(1, op, Value::Text(word.to_owned()))),
        (same(), any::<bool>()).prop_map(|(op, value)| compare(2, op, Value::Bool(value))),
        (order(), any::<i64>()).prop_map(|(op, value)| compare(3, op, Value::Int(value))),
        (order(), times).prop_map(|(op, micros)| compare(4, op, Value::Time(micros))),
        (order(), dates).prop_map(|(op, date)| compare(5, op, Value::Date(date))),
        (same(), any_text()).prop_map(|(op, text)| compare(6, op, Value::Text(format!("regions/x{text}")))),
        any_text().prop_map(|text| compare(7, Op::Has, Value::Text(text))),
        select(&[0, 3, 4, 5, 7][..]).prop_map(|field| compare(field, Op::Has, Value::Present)),
    ]
}

fn any_expr() -> impl Strategy<Value = Expr> {
    any_comparison().prop_recursive(4, 16, 3, |inner| {
        let parts = || vec(inner.clone(), 1..4);
        prop_oneof![
            parts().prop_map(grammar::all),
            parts().prop_map(grammar::any),
            inner.clone().prop_map(grammar::negated)
        ]
    })
}

const COMPARISONS: &[&str] = &[
    "title = 'a b'",
    "title=\"it's \\\"\"",
    "title != 'a'",
    "title\t=\ta*",
    "title:*",
    "tags : '\\*'",
    "state=\"OR\"",
    "party_count >= -0012",
    "register_time<2026-01-31T08:00:00.120+08:00",
    "urgent = 'true'",
    "petition_date = '2026-01-31'",
];

/// Valid filters in wasteful and in tight spellings.
fn any_source() -> impl Strategy<Value = String> {
    let one = select(COMPARISONS).prop_map(str::to_owned);
    one.prop_recursive(4, 16, 2, |inner| {
        let around = select(&["(_)", "( _ )", "-(_)", "NOT (_)", "-(-(_))", "(NOT _)", "_\u{3000}"][..]);
        let joint = select(&[" ", " OR ", " AND ", "\u{3000}OR\n", "\t AND  "][..]);
        prop_oneof![
            (around, inner.clone()).prop_map(|(around, source)| around.replace('_', &source)),
            (inner.clone(), joint, inner).prop_map(|(left, joint, right)| format!("{left}{joint}{right}")),
        ]
    })
}

/// Pieces of filters in any sequence: most are wrong in some way that arbitrary strings never reach.
fn any_pieces() -> impl Strategy<Value = String> {
    let signs = ["-", "NOT ", "(", ")", " ", " OR ", " AND ", "title", "=", ":", "'", "\"", "*", "\\", "\u{3000}"];
    let piece = prop_oneof![select(COMPARISONS), select(signs.to_vec())];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn nothing_panics(source in any::<String>(), pieces in any_pieces()) {
        for source in [&source, &pieces, &format!("title={source}"), &format!("title=\"{source}\" {pieces}")] {
            if let Err(error) = parse(source, FIELDS) {
                let _ = error.to_string();
            }
            let _ = parse_order(source, &["register_time desc"]);
        }
    }

    #[test]
    fn a_tree_survives_its_spelling(expr in any_expr()) {
        let source = canonical(&expr, FIELDS);
        prop_assert_eq!(parse(&source, FIELDS), Ok(Some(expr)), "{}", source);
    }

    #[test]
    fn a_spelling_is_stable_and_no_longer_than_the_source(source in any_source()) {
        // "NOT -a" and "NOT NOT a" come up too, which the grammar doesn't have.
        if let Ok(Some(expr)) = parse(&source, FIELDS) {
            let spelled = canonical(&expr, FIELDS);
            prop_assert!(spelled.chars().count() <= source.chars().count(), "{} > {}", spelled, source);
            prop_assert_eq!(parse(&spelled, FIELDS), Ok(Some(expr)));
        }
    }
}
