//! What contradicts itself, and what the law misses.

use proptest::prelude::*;

use super::*;

fn day(offset: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).expect("date") + chrono::TimeDelta::days(offset)
}

fn term(members: Vec<Member>) -> Term {
    let facts = Facts {
        chosen_by: ChosenBy::Residents,
        members,
        women_count: 1,
        multi_ethnic_area: false,
        minority_count: 0,
        seal: Some(Seal { inscription: "人民调解委员会".into(), impression_sha256: None, use_date: None }),
        court_notify_date: Some(day(0)),
    };
    Term {
        organization: "committee".into(),
        id: "term".into(),
        valid_from: day(0),
        end: None,
        facts,
        court_told: true,
        create_time: 0,
        update_time: 0,
        version: 1,
    }
}

fn member(cadre: &str, post: Post) -> Member {
    Member { cadre: cadre.into(), post, valid_from: None, valid_until: None }
}

fn lawful() -> Vec<Member> {
    vec![member("a", Post::Director), member("b", Post::DeputyDirector), member("c", Post::Member)]
}

fn faults(term: &Term) -> Vec<String> {
    let mut faults = Faults::default();
    term.facts.check(term.valid_from, &mut faults);
    match faults.into_result() {
        Err(crate::error::Error::Invalid(faults)) => faults.into_iter().map(|fault| fault.field).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_committee_as_the_law_has_it_is_warned_of_nothing() {
    let term = term(lawful());
    assert!(faults(&term).is_empty());
    assert_eq!(term.warnings(day(10), None, |_, _| false), []);
    assert_eq!(term.term_until(), NaiveDate::from_ymd_opt(2029, 1, 1).expect("date"));
}

#[test]
fn each_thing_that_is_missing_is_told() {
    let mut poor = term(vec![member("a", Post::Member)]);
    poor.facts.women_count = 0;
    poor.facts.multi_ethnic_area = true;
    poor.facts.seal = None;
    poor.court_told = false;
    use Warning as W;
    let told = poor.warnings(poor.term_until(), Some(day(0)), |_, _| true);
    let all = [
        W::TooFewMembers,
        W::NoDirector,
        W::NoWoman,
        W::NoMinorityMember,
        W::TermOver,
        W::NoSeal,
        W::CourtNotNotified,
        W::MemberNotInService,
        W::CommitteeEnded,
    ];
    assert_eq!(told, all);
    let many = (0..10).map(|number| member(&number.to_string(), Post::Member)).collect();
    assert!(term(many).warnings(day(0), None, |_, _| false).contains(&W::TooManyMembers));
}

#[test]
fn the_court_is_to_be_told_of_each_change() {
    let mut changed = term(lawful());
    let warned = |term: &Term, on| term.warnings(day(on), None, |_, _| false).contains(&Warning::CourtNotNotified);
    let mut facts = changed.facts.clone();
    facts.women_count = 2;
    changed.change(&facts, &[Field::WomenCount, Field::Members]);
    assert!(!warned(&changed, 10), "the members are the same");
    facts.members.push(Member { valid_from: Some(day(20)), ..member("d", Post::Member) });
    changed.change(&facts, &[Field::Members]);
    assert!(warned(&changed, 10));
    assert!(!warned(&changed, -1), "not before the term");
    changed.change(&facts, &[Field::CourtNotifyDate]);
    assert!(!warned(&changed, 30));
    facts.members.pop();
    changed.change(&facts, &[Field::CourtNotifyDate, Field::Members]);
    assert!(!warned(&changed, 30), "told with the change");
    facts.court_notify_date = None;
    changed.change(&facts, &[Field::CourtNotifyDate]);
    assert!(warned(&changed, 30));
}

#[test]
fn a_term_that_is_over_is_judged_by_its_last_day() {
    let mut over = term(lawful());
    over.end = Some(End { date: day(100), reason: EndReason::Renewal });
    assert_eq!(over.warnings(day(5000), Some(day(100)), |_, on| on >= day(100)), []);
    assert!(over.in_office(day(99)) && !over.in_office(day(100)) && !over.in_office(day(-1)));
}

#[test]
fn nobody_holds_two_posts_and_no_post_has_two_directors() {
    let until = |member: Member, offset| Member { valid_until: Some(day(offset)), ..member };
    let from = |member: Member, offset| Member { valid_from: Some(day(offset)), ..member };
    let succession =
        vec![until(member("a", Post::Director), 50), from(member("b", Post::Director), 50), member("c", Post::Member)];
    assert!(faults(&term(succession)).is_empty());
    let twice = vec![until(member("a", Post::Director), 50), from(member("a", Post::Director), 49)];
    assert_eq!(faults(&term(twice)), ["members[1].cadre", "members[1].post"]);
    assert_eq!(faults(&term(vec![from(member("a", Post::Member), -1)])), ["members[0].valid_from"]);
    assert_eq!(faults(&term(vec![until(member("a", Post::Member), 0)])), ["members[0].valid_until"]);
    let mut counted = term(vec![member("a", Post::Member)]);
    counted.facts.women_count = 2;
    assert_eq!(faults(&counted), ["women_count"]);
}

proptest! {
    /// What is faultless has, on each day, each cadre once at most and one director at most.
    #[test]
    fn a_faultless_list_is_one_on_each_day(
        spans in prop::collection::vec((0_u8..3, 1_i32..=3, 0_i64..8, prop::option::of(0_i64..8)), 1..6),
    ) {
        let members = spans.into_iter().map(|(cadre, post, from, until)| Member {
            cadre: cadre.to_string(),
            post: Post::from_number(post).expect("post"),
            valid_from: Some(day(from)),
            valid_until: until.map(day),
        });
        let term = term(members.collect());
        let clash = (0..9).any(|offset| {
            let on: Vec<&Member> = term.facts.members.iter().filter(|one| one.holds(&term, day(offset))).collect();
            let people: HashSet<&str> = on.iter().map(|one| one.cadre.as_str()).collect();
            people.len() < on.len() || on.iter().filter(|one| one.post == Post::Director).count() > 1
        });
        let empty = |one: &Member| one.valid_until.is_some_and(|until| Some(until) <= one.valid_from);
        let faultless = faults(&term).iter().all(|field| field == "women_count");
        prop_assert_eq!(faultless, !clash && !term.facts.members.iter().any(empty));
    }
}
