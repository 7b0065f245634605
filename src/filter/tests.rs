//! What a filter means, what is refused and how.

use super::parse::{all, any, negated};
use super::*;

pub(super) const ALL: &[Op] = &[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Has];
pub(super) const SAME: &[Op] = &[Op::Eq, Op::Ne];
pub(super) const FIELDS: &[Field] = &[
    field("title", Kind::Text, ALL),
    field("state", Kind::Enum(&["ACCEPTED", "CLOSED", "OR"]), SAME),
    field("urgent", Kind::Bool, SAME),
    field("party_count", Kind::Int, ALL),
    field("register_time", Kind::Time, ALL),
    field("petition_date", Kind::Date, ALL),
    field("place.region", Kind::Name("regions/"), SAME),
    field("tags", Kind::TextList, &[Op::Has]),
];

const fn field(name: &'static str, kind: Kind, ops: &'static [Op]) -> Field {
    Field { name, kind, ops }
}

fn read(source: &str) -> Expr {
    parse(source, FIELDS).unwrap_or_else(|e| panic!("{source}: {e}")).expect("not blank")
}

fn fault(source: &str) -> FilterError {
    match parse(source, FIELDS) {
        Err(error) => error,
        Ok(expr) => panic!("{source} was read as {expr:?}"),
    }
}

fn spelled(source: &str) -> String {
    canonical(&read(source), FIELDS)
}

/// The value of a filter that is one comparison.
fn value(source: &str) -> Value {
    match read(source) {
        Expr::Compare { value, .. } => value,
        other => panic!("{source} was read as {other:?}"),
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn count(n: i64) -> Expr {
    Expr::Compare { field: 3, op: Op::Eq, value: Value::Int(n) }
}

/// Writes `party_count=` in short.
fn counts(source: &str) -> String {
    source.replace('n', "party_count=")
}

#[test]
fn blank_is_no_filter() {
    for source in ["", " ", "\t\n\u{3000}"] {
        assert_eq!(parse(source, FIELDS), Ok(None));
    }
}

#[test]
fn or_binds_tighter_than_and_and_a_sequence_is_and() {
    let wanted = all(vec![count(1), any(vec![count(2), count(3)]), count(4)]);
    for source in ["n1 AND n2 OR n3 AND n4", "n1 n2 OR n3 n4", "n1 (n2 OR n3) AND n4", "((n1 AND(n2 OR n3)) n4)"] {
        let source = counts(source).replace("AND(", "AND (");
        assert_eq!(read(&source), wanted, "{source}");
    }
    assert_eq!(read(&counts("(n1 AND n2) OR n3")), any(vec![all(vec![count(1), count(2)]), count(3)]));
}

#[test]
fn not_and_minus_negate_the_next_term_only() {
    let wanted = any(vec![negated(count(1)), count(2)]);
    for source in ["NOT n1 OR n2", "-n1 OR n2", "(-(n1)) OR (NOT (NOT (n2)))"] {
        assert_eq!(read(&counts(source)), wanted, "{source}");
    }
    assert_eq!(read(&counts("-(n1 OR n2)")), negated(any(vec![count(1), count(2)])));
}

#[test]
fn one_spelling_for_one_meaning() {
    assert_eq!(spelled(&counts("(n1  AND (n2)) OR NOT (n3 OR n4)")), counts("(n1 n2) OR -(n3 OR n4)"));
    assert_eq!(spelled("party_count\n>=\t007"), "party_count>=7");
    assert_eq!(spelled("register_time < '2026-01-31T08:00:00.500+08:00'"), "register_time<2026-01-31T00:00:00.5Z");
    assert_eq!(spelled("title = \"a\""), "title=a");
    assert_eq!(spelled(r#"title="say \"hi\"""#), r#"title='say "hi"'"#);
    assert_eq!(spelled("title = 'OR'"), "title=\"OR\"");
    assert_eq!(spelled("state = 'OR'"), "state=\"OR\"");
}

#[test]
fn values_take_the_kind_of_their_field() {
    assert_eq!(value("title = 123"), text("123"));
    assert_eq!(value("title = 信访事项"), text("信访事项"));
    assert_eq!(value("state != CLOSED"), text("CLOSED"));
    assert_eq!(value("urgent = true"), Value::Bool(true));
    assert_eq!(value("party_count > -5"), Value::Int(-5));
    assert_eq!(value("party_count=-9223372036854775808"), Value::Int(i64::MIN));
    assert_eq!(value("register_time>=1970-01-01T08:00:00.000001+08:00"), Value::Time(1));
    assert_eq!(value("register_time>=\"1969-12-31T23:59:59Z\""), Value::Time(-1_000_000));
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a leap day");
    assert_eq!(value("petition_date = 2024-02-29"), Value::Date(date));
    assert_eq!(value("petition_date = '2024-02-29'"), Value::Date(date));
    assert_eq!(value("place.region = regions/411002"), text("regions/411002"));
    assert_eq!(value("tags:欠薪"), text("欠薪"));
}

#[test]
fn a_value_of_another_kind_is_refused() {
    let wrong = [
        "state = OPEN",
        "state = closed",
        "urgent = 1",
        "party_count = 1.5",
        "party_count = +5",
        "party_count = 9223372036854775808",
        "party_count = 20s",
        "register_time > 2026-01-31",
        "register_time > 2026-01-31T08:00:00",
        "register_time > 2026-01-31T08:00:00.1234567Z",
        "register_time > 0001-01-01T00:00:00+08:00",
        "register_time > 9999-12-31T23:59:59-08:00",
        "petition_date = 2026-02-29",
        "petition_date = 2026-1-01",
        "petition_date = 0000-01-01",
        "petition_date = ' 2026-1-1'",
        "petition_date = 2026-01-31T08:00:00Z",
        "petition_date = 年26-1-1",
        "place.region = organizations/1",
        "place.region = regions/",
        "place.region = regions/41*",
        "party_count:1",
        "register_time:2026-01-31T08:00:00Z",
        "party_count = *",
        "title = *",
        "title > a*",
        "title:a*",
        "title:'*'",
        "tags:a*",
    ];
    for source in wrong {
        assert!(matches!(fault(source), FilterError::Value { .. }), "{source}");
    }
}

#[test]
fn a_trailing_star_is_a_prefix_and_a_lone_one_asks_for_presence() {
    assert_eq!(value("title = 拖欠*"), Value::Prefix("拖欠".to_owned()));
    assert_eq!(value("title != 'a b*'"), Value::Prefix("a b".to_owned()));
    assert_eq!(value(r#"title = "a\*""#), text("a*"));
    for source in ["title:*", "register_time:*", "party_count : *", "tags:*"] {
        assert_eq!(value(source), Value::Present, "{source}");
    }
    for source in ["title=a*b", "title=*a", "title='a**'", r"title='a*\*'", "title='*'x"] {
        let error = fault(source);
        assert!(matches!(error, FilterError::Syntax { .. } | FilterError::Value { .. }), "{source}: {error}");
    }
}

#[test]
fn quotes_escapes_and_patterns_are_literal() {
    assert_eq!(value(r#"title = "a \"b\" \\ 'c'""#), text(r#"a "b" \ 'c'"#));
    assert_eq!(value(r"title = 'it\'s'"), text("it's"));
    assert_eq!(value("title = ''"), text(""));
    assert_eq!(value("title = 50%_off"), text("50%_off"));
    assert_eq!(value("title = '%_*'"), Value::Prefix("%_".to_owned()));
    assert_eq!(value("title = '“引号”（括号）'"), text("“引号”（括号）"));
    assert_eq!(value("title = \"'; DROP TABLE cases; --\""), text("'; DROP TABLE cases; --"));
    assert_eq!(value("title = \"' OR 1=1 --\""), text("' OR 1=1 --"));
}

#[test]
fn what_is_no_comparison_is_refused_where_it_stands() {
    let wrong = [
        ("' OR 1=1 --", 1),
        ("title = '' title", 12),
        ("title", 1),
        ("欠薪", 1),
        ("title = a and title = b", 11),
        ("title = “a”", 9),
        ("title ＝ a", 1),
        ("（title = a）", 1),
        ("title = 'a", 9),
        ("title = 'a\\", 11),
        (r"title = 'a\n'", 11),
        ("title = 'a\0'", 11),
        ("title = \0", 9),
        ("title =", 8),
        ("title = )", 9),
        ("title = (a OR b)", 9),
        ("title = AND", 9),
        ("title == a", 8),
        ("title ! a", 1),
        ("= a", 1),
        ("now() > title", 1),
        ("title = lower(a)", 14),
        ("title = a=b", 10),
        ("title = 'a''b'", 12),
        ("()", 2),
        ("(title = a", 1),
        ("title = a)", 10),
        ("title = a AND", 14),
        ("title = a OR", 13),
        ("AND title = a", 1),
        ("title = a OR OR title = b", 14),
        ("NOT", 4),
        ("-", 2),
        ("- title = a", 2),
        ("(title = a)(title = b)", 12),
        ("(title = a) OR(title = b)", 15),
    ];
    for (source, position) in wrong {
        match fault(source) {
            FilterError::Syntax { at, .. } => assert_eq!(at, position, "{source}"),
            other => panic!("{source}: {other}"),
        }
    }
}

#[test]
fn an_injection_after_a_closed_quote_is_an_unknown_field() {
    let error = fault("title = '' OR 1=1 --");
    assert!(matches!(&error, FilterError::UnknownField { at: 15, name, .. } if name == "1"), "{error}");
}

#[test]
fn an_unknown_field_names_the_known_ones_and_hides_the_rest() {
    let error = fault("urgent = true AND citizen_id = 1");
    let names = "title, state, urgent, party_count, register_time, petition_date, place.region, tags";
    assert_eq!(error.to_string(), format!("no filter by 'citizen_id' at character 19; allowed: {names}"));
    // A field that this caller may not see answers like one that never was.
    let hidden = parse("title = a", &FIELDS[1..2]).expect_err("hidden").to_string();
    let unknown = parse("thing = a", &FIELDS[1..2]).expect_err("unknown").to_string();
    assert_eq!(hidden.replace("title", "thing"), unknown);
    // Names are exact.
    for source in ["Title=a", "place=regions/1", "place.region.x=regions/1", "ti.tle=a", "--title=a", "a/b=1"] {
        assert!(matches!(fault(source), FilterError::UnknownField { .. }), "{source}");
    }
}

#[test]
fn an_operator_outside_the_list_names_those_inside() {
    assert_eq!(fault("state < CLOSED").to_string(), "state doesn't take < at character 7; allowed: = !=");
    assert_eq!(fault("urgent:*").to_string(), "urgent doesn't take : at character 7; allowed: = !=");
}

#[test]
fn errors_repeat_no_values_and_little_else() {
    let long = "字".repeat(1_000);
    let message = fault(&format!("{long} = 1")).to_string();
    assert_eq!(message.matches('字').count(), MAX_QUOTED);
    for source in ["state = 张三丰", "party_count = '张三丰'", "张三丰", "title = 张三丰(x)", "title = '张三丰"]
    {
        assert!(!fault(source).to_string().contains("张三丰"), "{source}");
    }
}

#[test]
fn each_limit_has_its_error_and_its_edge() {
    let padded = |chars: usize| format!("title={}", "字".repeat(chars - 6));
    read(&padded(MAX_CHARS));
    assert_eq!(fault(&padded(MAX_CHARS + 1)), FilterError::TooLong);

    let nested = |depth: usize| format!("{}party_count=1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(read(&nested(MAX_DEPTH)), count(1));
    assert_eq!(fault(&nested(MAX_DEPTH + 1)), FilterError::TooDeep { at: MAX_DEPTH + 1 });
    read(&format!("{} {}", nested(MAX_DEPTH), nested(MAX_DEPTH)));

    let many = |n: usize| vec!["party_count=1"; n].join(" ");
    read(&many(MAX_COMPARISONS));
    assert_eq!(fault(&many(MAX_COMPARISONS + 1)), FilterError::TooMany { at: MAX_COMPARISONS * 14 + 1 });
}

#[test]
fn thousands_of_parentheses_are_refused_and_overflow_nothing() {
    assert_eq!(fault(&"(".repeat(10_000)), FilterError::TooLong);
    assert_eq!(fault(&"(".repeat(MAX_CHARS)), FilterError::TooDeep { at: MAX_DEPTH + 1 });
    assert_eq!(fault(&"-(".repeat(MAX_CHARS / 2)), FilterError::TooDeep { at: 2 * MAX_DEPTH + 2 });
    // Neither negation recurses by itself.
    assert!(matches!(fault(&"NOT ".repeat(MAX_CHARS / 4)), FilterError::Syntax { at: 5, .. }));
    fault(&"-".repeat(MAX_CHARS));
}

#[test]
fn orders_are_a_fixed_list() {
    let orders = ["register_time desc", "next_due_time", "level, name desc"];
    assert_eq!(parse_order("", &orders), Ok(0));
    assert_eq!(parse_order(" \t", &orders), Ok(0));
    assert_eq!(parse_order("  register_time   desc ", &orders), Ok(0));
    assert_eq!(parse_order("next_due_time", &orders), Ok(1));
    assert_eq!(parse_order("level ,name  desc", &orders), Ok(2));
    for source in ["register_time", "register_timedesc", "next_due_time desc", "next_due_time,", ",", "id; DROP"] {
        let message = parse_order(source, &orders).expect_err(source).to_string();
        assert!(message.ends_with("allowed: register_time desc; next_due_time; level, name desc"), "{message}");
    }
    assert!(matches!(parse_order("", &[]), Err(FilterError::UnknownOrder { .. })));
    assert_eq!(parse_order(&" ".repeat(MAX_CHARS + 1), &orders), Err(FilterError::TooLong));
}
