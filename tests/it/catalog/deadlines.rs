//! Clock rules, and what a deadline would be.

use lianbang::pb::v1::{
    self, ClockLength,
    calendar_day::Kind,
    clock_rule::{Duty, PauseCause, StartEvent, Unit, Verification},
    compute_deadline_request::SetTerm,
    deadline_step::Fact,
};

use super::{Client, english, reader};
use crate::harness::{Stage, assert_reason, date, request_id};

/// A time in China, `2026-01-30 23:59`.
fn at(text: &str) -> Option<prost_types::Timestamp> {
    let time = chrono::DateTime::parse_from_str(&format!("{text} +0800"), "%Y-%m-%d %H:%M %z").expect("time");
    Some(prost_types::Timestamp { seconds: time.timestamp(), nanos: 0 })
}

fn ask(rule: &str, start: &str) -> v1::ComputeDeadlineRequest {
    v1::ComputeDeadlineRequest {
        name: format!("clockRules/cn-2022.{rule}"),
        start_time: at(start),
        ..Default::default()
    }
}

async fn compute(client: &mut Client, request: v1::ComputeDeadlineRequest) -> v1::Deadline {
    client.compute_deadline(request).await.expect("deadline").into_inner().deadline.expect("deadline")
}

#[tokio::test]
async fn a_rule_tells_its_article_and_how_far_it_was_checked() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let get = |name: &str, on| v1::GetClockRuleRequest { name: name.into(), date: on };
    let rule = client.get_clock_rule(get("clockRules/cn-2022.handling", None)).await.expect("rule").into_inner();
    assert_eq!((rule.display_name.as_str(), rule.article.as_str()), ("办理信访事项", "XF 34"));
    assert_eq!((rule.start_event(), rule.duty()), (StartEvent::Accepted, Duty::Organ));
    assert_eq!(rule.length, Some(ClockLength { count: 60, unit: Unit::NaturalDay.into() }));
    assert_eq!(rule.extension_cap, Some(ClockLength { count: 30, unit: Unit::NaturalDay.into() }));
    assert_eq!((rule.verification(), rule.set_for_case), (Verification::Source, false));
    assert_eq!((rule.effective_from, rule.effective_until), (date(2022, 5, 1), None));
    let english = english(get("clockRules/cn-2022.re_review", None));
    let rule = client.get_clock_rule(english).await.expect("rule").into_inner();
    assert_eq!((rule.display_name.as_str(), rule.pause_causes), ("Re-review", vec![PauseCause::Hearing.into()]));
    let rule = client.get_clock_rule(get("clockRules/cn-2022.assigned_result", None)).await.expect("rule").into_inner();
    assert_eq!((rule.length, rule.set_for_case), (None, true));
    let before = get("clockRules/cn-2022.handling", date(2022, 4, 30));
    assert_reason(client.get_clock_rule(before).await, "NOT_FOUND");
    assert_reason(client.get_clock_rule(get("clockRules/cn-2022.nothing", None)).await, "NOT_FOUND");
    assert_reason(client.get_clock_rule(get("clockRules/handling", None)).await, "INVALID_REQUEST");
    assert_reason(
        client.get_clock_rule(get("clockRules/cn-2022.handling", date(2026, 2, 30))).await,
        "INVALID_REQUEST",
    );
}

#[tokio::test]
async fn rules_are_listed_filtered_and_paged() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListClockRulesRequest { page_size: 4, page_token, ..Default::default() };
        let page = client.list_clock_rules(request).await.expect("page").into_inner();
        assert!(page.clock_rules.len() <= 4);
        names.extend(page.clock_rules.into_iter().map(|rule| rule.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names.len(), 18);
    assert!(names.is_sorted());

    let list = |filter: &str| v1::ListClockRulesRequest { filter: filter.into(), page_size: 2, ..Default::default() };
    let page = client.list_clock_rules(list("verification != VERIFICATION_SOURCE")).await.expect("page").into_inner();
    assert_eq!(page.clock_rules[0].name, "clockRules/cn-2022.simplified_acceptance");
    let token = page.next_page_token;
    let other = v1::ListClockRulesRequest { page_token: token.clone(), ..list("duty = DUTY_CITIZEN") };
    assert_reason(client.list_clock_rules(other).await, "INVALID_PAGE_TOKEN");
    let next = v1::ListClockRulesRequest { page_token: token, ..list("verification!=VERIFICATION_SOURCE") };
    assert_eq!(client.list_clock_rules(next).await.expect("page").into_inner().clock_rules.len(), 1);
    assert_reason(client.list_clock_rules(list("article = \"XF 34\"")).await, "INVALID_FILTER");
    let before = v1::ListClockRulesRequest { date: date(2022, 4, 30), ..Default::default() };
    assert!(client.list_clock_rules(before).await.expect("page").into_inner().clock_rules.is_empty());
}

#[tokio::test]
async fn a_deadline_says_how_it_comes_about() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    // The examples of the regulation's clocks in 2026.
    for (rule, start, due) in [
        ("register_and_dispose", "2026-01-30 09:00", date(2026, 2, 14)),
        ("jurisdiction_dispute", "2026-02-12 09:00", date(2026, 2, 26)),
        ("simplified_opinion", "2026-02-10 09:00", date(2026, 3, 2)),
        ("handling", "2026-07-20 23:59", date(2026, 9, 18)),
    ] {
        let deadline = compute(&mut client, ask(rule, start)).await;
        assert_eq!((deadline.nominal_date, deadline.provisional), (due, false), "{rule}");
    }

    let deadline = compute(&mut client, ask("jurisdiction_dispute", "2026-02-12 09:00")).await;
    assert_eq!(deadline.late_time, at("2026-02-27 00:00"));
    assert_eq!((deadline.calendar.as_str(), deadline.calendar_version.as_str()), ("calendars/cn", "cn@1"));
    assert!(deadline.steps.iter().all(|step| !step.text.is_empty() && step.fact.is_some()));
    let skipped = deadline.steps.iter().find_map(|step| match &step.fact {
        Some(Fact::Skipped(skipped)) => Some((step.text.clone(), skipped.clone())),
        _ => None,
    });
    let (text, skipped) = skipped.expect("the Spring Festival is passed over");
    assert_eq!(skipped.holidays[0].display_name, "春节");
    assert!(text.contains("春节"), "{text}");
    assert!(matches!(&deadline.steps[0].fact, Some(Fact::Rule(rule)) if rule.article == "XF 23(3)"));

    let request = english(ask("review_request", "2026-01-22 09:00"));
    let answer = client.compute_deadline(request).await.expect("deadline").into_inner();
    assert_eq!(answer.clock_rule.expect("rule").display_name, "Asking for review");
    let deadline = answer.deadline.expect("deadline");
    // A citizen's right lasts over the holiday: the 21st is a day off.
    assert_eq!((deadline.nominal_date, deadline.adjusted_date), (date(2026, 2, 21), date(2026, 2, 24)));
    assert_eq!(deadline.late_time, deadline.adjusted_due_time);
    assert!(deadline.steps.iter().any(|step| step.text.contains("adjusted to the next working day")));
}

#[tokio::test]
async fn an_unpublished_year_is_provisional_until_it_is_imported() {
    let stage = Stage::new().await;
    let mut client = Client::new(stage.admin().await);
    let asked = ask("jurisdiction_dispute", "2026-12-21 10:00");
    let deadline = compute(&mut client, asked.clone()).await;
    assert_eq!((deadline.nominal_date, deadline.provisional), (date(2026, 12, 28), true));
    assert_eq!((deadline.nominal_provisional, deadline.awaited_years), (true, vec![2027]));
    let day = |year, month, day, kind: Kind| v1::CalendarDay {
        date: date(year, month, day),
        kind: kind.into(),
        display_name: "元旦".into(),
    };
    let import = v1::ImportCalendarRequest {
        name: "calendars/cn".into(),
        year: 2027,
        days: vec![day(2026, 12, 26, Kind::MakeUpDay), day(2027, 1, 1, Kind::Holiday), day(2027, 10, 1, Kind::Holiday)],
        citation: "国办发明电〔2026〕1号".into(),
        etag: "v1".into(),
        request_id: request_id(),
        ..Default::default()
    };
    client.import_calendar(import).await.expect("import");
    let deadline = compute(&mut client, asked).await;
    assert_eq!((deadline.nominal_date, deadline.provisional), (date(2026, 12, 26), false));
    assert_eq!(deadline.calendar_version, "cn@2");
}

#[tokio::test]
async fn terms_pauses_and_extensions_are_asked_what_if() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let extension = |count| v1::ClockExtension { count, grant_time: at("2026-03-01 10:00"), ..Default::default() };
    let hearing = v1::ClockPause {
        cause: PauseCause::Hearing.into(),
        start_time: at("2026-03-10 09:00"),
        end_time: at("2026-03-11 12:00"),
    };
    let plain = compute(&mut client, ask("handling", "2026-02-01 10:00")).await;
    assert_eq!(plain.nominal_date, date(2026, 4, 2));
    let extended =
        v1::ComputeDeadlineRequest { extensions: vec![extension(30)], ..ask("handling", "2026-02-01 10:00") };
    assert_eq!(compute(&mut client, extended).await.nominal_date, date(2026, 5, 2));
    let revoked = v1::ClockExtension { revoke_time: at("2026-03-02 10:00"), ..extension(30) };
    let revoked = v1::ComputeDeadlineRequest { extensions: vec![revoked], ..ask("handling", "2026-02-01 10:00") };
    assert_eq!(compute(&mut client, revoked).await.nominal_date, plain.nominal_date);

    let paused = v1::ComputeDeadlineRequest { pauses: vec![hearing], ..ask("re_review", "2026-03-01 10:00") };
    assert_eq!(compute(&mut client, paused).await.nominal_date, date(2026, 4, 2));
    let open = v1::ClockPause { end_time: None, ..hearing };
    let open = v1::ComputeDeadlineRequest { pauses: vec![open], ..ask("re_review", "2026-03-01 10:00") };
    assert_eq!(compute(&mut client, open).await.pause_start_time, at("2026-03-10 09:00"));

    let set = |term| v1::ComputeDeadlineRequest { set_term: Some(term), ..ask("assigned_result", "2026-03-02 10:00") };
    let half = ClockLength { count: 3, unit: Unit::HalfWorkingDay.into() };
    let deadline = compute(&mut client, set(SetTerm::SetLength(half))).await;
    assert_eq!(deadline.nominal_due_time, at("2026-03-03 18:00"));
    let short = v1::OfficeHours {
        morning_open: "09:00".into(),
        morning_close: "12:00".into(),
        afternoon_open: "13:00".into(),
        afternoon_close: "17:00".into(),
    };
    let own = v1::ComputeDeadlineRequest { office_hours: Some(short), ..set(SetTerm::SetLength(half)) };
    assert_eq!(compute(&mut client, own).await.nominal_due_time, at("2026-03-03 17:00"));
    let due = date(2026, 3, 20).map(SetTerm::SetDueDate).expect("date");
    assert_eq!(compute(&mut client, set(due)).await.nominal_date, date(2026, 3, 20));
}

#[tokio::test]
async fn what_a_rule_does_not_allow_is_refused() {
    let stage = Stage::new().await;
    let mut client = reader(&stage).await;
    let extension = |count| v1::ClockExtension { count, grant_time: at("2026-03-01 10:00"), ..Default::default() };
    let pause = |cause: PauseCause, from, until| v1::ClockPause {
        cause: cause.into(),
        start_time: at(from),
        end_time: at(until),
    };
    let start = "2026-02-01 10:00";
    let due = |year, month, day| date(year, month, day).map(SetTerm::SetDueDate);
    let length = |count, unit: Unit| Some(SetTerm::SetLength(ClockLength { count, unit: unit.into() }));
    let hearing = pause(PauseCause::Hearing, "2026-02-03 09:00", "2026-02-04 09:00");
    let reversed = pause(PauseCause::Hearing, "2026-02-04 09:00", "2026-02-03 09:00");
    let lunch = v1::OfficeHours {
        morning_open: "09:00".into(),
        morning_close: "12:00".into(),
        afternoon_open: "11:00".into(),
        afternoon_close: "17:00".into(),
    };
    type Request = v1::ComputeDeadlineRequest;
    let cases: Vec<(Request, &str)> = vec![
        (Request { extensions: vec![extension(31)], ..ask("handling", start) }, "CLOCK_NOT_EXTENDABLE"),
        (Request { extensions: vec![extension(1), extension(1)], ..ask("handling", start) }, "CLOCK_NOT_EXTENDABLE"),
        (Request { extensions: vec![extension(1)], ..ask("review", start) }, "CLOCK_NOT_EXTENDABLE"),
        (Request { pauses: vec![hearing], ..ask("handling", start) }, "CLOCK_NOT_PAUSABLE"),
        (Request { pauses: vec![reversed], ..ask("re_review", start) }, "INVALID_REQUEST"),
        (Request { set_term: length(10, Unit::NaturalDay), ..ask("handling", start) }, "INVALID_REQUEST"),
        (Request { set_term: length(0, Unit::NaturalDay), ..ask("assigned_result", start) }, "INVALID_REQUEST"),
        (Request { set_term: length(3, Unit::Unspecified), ..ask("assigned_result", start) }, "INVALID_REQUEST"),
        (Request { set_term: due(2026, 1, 31), ..ask("assigned_result", start) }, "INVALID_REQUEST"),
        (ask("assigned_result", start), "INVALID_REQUEST"),
        (Request { office_hours: Some(lunch), ..ask("handling", start) }, "INVALID_REQUEST"),
        (Request { start_time: None, ..ask("handling", start) }, "INVALID_REQUEST"),
        (Request { start_time: at("9999-12-31 10:00"), ..ask("handling", start) }, "INVALID_REQUEST"),
        (ask("handling", "2022-04-30 23:59"), "PRECONDITION_FAILED"),
        (ask("nothing", start), "NOT_FOUND"),
    ];
    for (request, expected) in cases {
        assert_reason(client.compute_deadline(request).await, expected);
    }
}
