//! What an explanation says.

use super::*;

#[test]
fn an_explanation_names_the_article_and_the_dates() {
    let deadline = plain(&rule("review_request"), "2026-04-01 10:00");
    let zh = explain(&deadline, Lang::Zh).join("\n");
    let en = explain(&deadline, Lang::En).join("\n");
    for text in [&zh, &en] {
        for part in ["XF 35", "cn-2022", "2026-04-01 10:00:00", "2026-05-01", "2026-05-06", "劳动节"] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
    }
    assert!(zh.contains("第201条") && zh.contains("第203条") && zh.contains("30日") && zh.contains("顺延"), "{zh}");
    assert!(en.contains("MFD 201") && en.contains("MFD 203") && en.contains("30 natural days"), "{en}");
    assert!(en.contains("settled") && en.contains("Verified at the source"), "{en}");
}

#[test]
fn an_explanation_tells_pauses_extensions_and_doubts() {
    let english = |deadline: &Deadline| explain(deadline, Lang::En).join("\n");
    let hearings = [hearing("2026-03-10 14:00", Some("2026-03-10 17:00")), hearing("2026-03-20 09:00", None)];
    let paused = english(&run(&rule("re_review"), "2026-03-02 10:00", &hearings, &[]).unwrap());
    assert!(paused.contains("from 2026-03-10 14:00:00 to 2026-03-10 17:00:00"), "{paused}");
    assert!(paused.contains("paused days: 2") && paused.contains("Standing still since 2026-03-20"), "{paused}");
    let extensions = [extension(30, Some("2026-08-05 09:00")), extension(10, None)];
    let extended = english(&run(&rule("handling"), "2026-07-20 10:00", &[], &extensions).unwrap());
    assert!(extended.contains("by 10 natural days") && extended.contains("revoked on 2026-08-05"), "{extended}");
    let simplified = english(&plain(&rule("simplified_transfer"), "2026-02-12 10:00"));
    assert!(simplified.contains("UNVERIFIED") && simplified.contains("2026-02-14"), "{simplified}");
    let far = english(&plain(&rule("handling"), "2026-11-20 10:00"));
    assert!(far.contains("2027") && far.contains("the adjusted date is provisional"), "{far}");
}

#[test]
fn a_stored_deadline_explains_itself() {
    let deadline = run(&rule("handling"), "2026-12-21 10:00", &[], &[extension(5, None)]).unwrap();
    let stored = serde_json::to_string(&deadline).unwrap();
    let read: Deadline = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, deadline);
    assert_eq!(explain(&read, Lang::Zh), explain(&deadline, Lang::Zh));
}
