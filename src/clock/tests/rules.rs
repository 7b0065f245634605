//! The rules that ship, and what a rule file must not say.

use super::*;

#[test]
fn the_national_rules_are_complete() {
    let rules = rules();
    let ids: Vec<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    let expected = [
        "register_and_dispose",
        "notice_direct",
        "notice_transferred",
        "jurisdiction_dispute",
        "assigned_result",
        "execution",
        "written_answer",
        "handling",
        "review_request",
        "review",
        "re_review_request",
        "re_review",
        "simplified_transfer",
        "simplified_acceptance",
        "simplified_opinion",
        "judicial_confirmation",
        "labour_mediation",
        "mediation",
    ];
    assert_eq!(ids, expected);
    let that = |wanted: fn(&ClockRule) -> bool| -> Vec<String> {
        rules.rules.iter().filter(|rule| wanted(rule)).map(|rule| rule.id.clone()).collect()
    };
    assert_eq!(that(|rule| rule.jurisdiction != "CN"), ["mediation"], "what holds in one city only");
    assert_eq!(that(|rule| rule.extension.is_some()), ["handling"]);
    assert_eq!(that(|rule| !rule.pausable.is_empty()), ["re_review"]);
    assert_eq!(
        that(|rule| rule.duty == Duty::Citizen),
        ["review_request", "re_review_request", "judicial_confirmation"]
    );
    let unverified = that(|rule| rule.verification == Verification::Unverified);
    assert_eq!(unverified, ["simplified_transfer", "simplified_acceptance"]);
}

#[test]
fn no_rule_in_force_is_no_clock() {
    let rules = rules();
    assert!(rules.rule_at("handling", "CN", date("2022-04-30")).is_none());
    assert!(rules.rule_at("handling", "CN", date("2022-05-01")).is_some());
    assert!(rules.rule_at("handling", "410000", date("2026-01-01")).is_none());
    assert!(rules.rule_at("unheard_of", "CN", date("2026-01-01")).is_none());
}

#[test]
fn contradictory_rules_are_refused() {
    let head = "rule_set = \"x\"\njurisdiction = \"CN\"\ntitle = { zh = \"甲\", en = \"A\" }\n";
    let row = "[[rule]]\nid = \"a\"\nversion = 1\ntitle = { zh = \"甲\", en = \"A\" }\narticle = \"A 1\"\n\
               citation = \"c\"\neffective_from = 2022-05-01\nstarts_at = \"RECEIPT\"\nstops_at = [\"TRANSFERRED\"]\n\
               unit = \"NATURAL_DAY\"\nlength = 15\nduty = \"ORGAN\"\nverification = \"SOURCE\"\n";
    let parse = |rows: &str| RuleSet::parse(&format!("{head}{rows}"));
    let next = row.replace("2022-05-01", "2026-01-01").replace("version = 1", "version = 2").replace("15", "10");
    let ended = row.replace("starts_at", "effective_until = 2026-01-01\nstarts_at");
    let versions = parse(&format!("{ended}{next}")).unwrap();
    assert_eq!(versions.rule_at("a", "CN", date("2025-12-31")).unwrap().version, 1);
    assert_eq!(versions.rule_at("a", "CN", date("2026-01-01")).unwrap().version, 2);
    assert!(parse(&format!("{row}{next}")).is_err(), "two in force");
    for (good, bad) in
        [("length = 15", "length = 0"), ("2022-05-01", "\"today\""), ("\"ORGAN\"", "\"NOBODY\""), ("15", "\"LONG\"")]
    {
        assert!(parse(&row.replace(good, bad)).is_err(), "{bad}");
    }
    assert!(parse(&row.replace("[\"TRANSFERRED\"]", "[]")).is_err());
    assert!(parse(&row.replace("duty", "mood = \"bad\"\nduty")).is_err());
}
