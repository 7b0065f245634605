//! "Why this date?" in words: one sentence a step, from the steps of a deadline alone.

use chrono::{Datelike, NaiveDate};

use super::{DayReason, HOUR};
use super::{
    Deadline, Duty, MINUTE, Micros, PauseCause, Roll, RuleFacts, Skipped, Span, StartEvent, Step, Unit, Verification,
    Words, civil_date, start_of_day,
};

/// The language of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// zh-CN.
    Zh,
    En,
}

/// The computation of a deadline, one sentence an entry, times in Asia/Shanghai.
pub fn explain(deadline: &Deadline, lang: Lang) -> Vec<String> {
    deadline.steps.iter().map(|step| sentence(step, lang)).collect()
}

impl Lang {
    fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

fn sentence(step: &Step, lang: Lang) -> String {
    match step {
        Step::Rule(facts) => rule(facts, lang),
        Step::Start { event, at } => {
            let (event, at) = (start_event(*event, lang), instant(*at));
            lang.pick(
                format!("起算事件：{event}，{at}（北京时间）。"),
                format!("Starts with: {event}, {at} (Asia/Shanghai)."),
            )
        }
        Step::Term { article, length, unit, set, start } => {
            let by = basis(article, *set, lang);
            let term = amount(*length, *unit, lang);
            let begin = beginning(*unit, *start, lang);
            lang.pick(format!("期限{term}（{by}）；{begin}。"), format!("Term: {term} ({by}); {begin}."))
        }
        Step::TermUntil { article, due } => {
            let (by, due) = (basis(article, true, lang), day(*due, lang));
            lang.pick(format!("期限至{due}（{by}）。"), format!("Term: until {due} ({by})."))
        }
        Step::Paused { cause, from, until } => paused(*cause, *from, *until, lang),
        Step::Extended { length, unit, granted, revoked } => {
            let (term, granted) = (amount(*length, *unit, lang), instant(*granted));
            extended(&term, &granted, revoked.map(instant), lang)
        }
        Step::Skipped(what) => skipped(what, lang),
        Step::Nominal { due } => {
            let due = end(*due, lang);
            lang.pick(format!("期限届满（名义）：{due}（民法典第203条）。"), format!("Nominal end: {due} (MFD 203)."))
        }
        Step::NotRolled { date, reason } => {
            let (date, reason) = (day(*date, lang), day_reason(reason, lang));
            lang.pick(format!("{date}：{reason}，不顺延。"), format!("{date} is {reason}: not adjusted."))
        }
        Step::Rolled(roll) => rolled(roll, lang),
        Step::Late { duty, after, outer } => late(*duty, *after, *outer, lang),
        Step::Calendar { version, awaits, nominal_provisional } => {
            calendar(version, awaits, *nominal_provisional, lang)
        }
        Step::StandsStill { since } => stands_still(*since, lang),
    }
}

fn rule(facts: &RuleFacts, lang: Lang) -> String {
    let RuleFacts { id, rule_set, version, title, article, citation, verification, note } = facts;
    let title = words(title, lang);
    let checked = verification_words(*verification, lang);
    let note = note.as_ref().map_or(String::new(), |note| lang.pick("注：", " Note: ").to_owned() + words(note, lang));
    lang.pick(
        format!("规则 {rule_set}/{id} 第{version}版“{title}”（{article}）：{citation}。{checked}。{note}"),
        format!("Rule {rule_set}/{id}, version {version}, \"{title}\" ({article}): {citation}. {checked}.{note}"),
    )
}

fn basis(article: &str, set: bool, lang: Lang) -> String {
    let set_for_case = lang.pick("，本件设定", ", set for this case");
    format!("{article}{}", if set { set_for_case } else { "" })
}

fn beginning(unit: Unit, start: NaiveDate, lang: Lang) -> String {
    let start = day(start, lang);
    match unit {
        Unit::NaturalDay | Unit::WorkingDay => lang.pick(
            format!("起始当日{start}不计入（民法典第201条）"),
            format!("the day of the start, {start}, is not counted (MFD 201)"),
        ),
        Unit::HalfWorkingDay => lang.pick(
            format!("{start}起算，已开始的半日不计入，按办公时间计算"),
            format!("from {start}, by office hours, the half day already begun is not counted"),
        ),
        Unit::Hour | Unit::Minute => lang.pick(
            format!("自{start}起算时刻连续计算（民法典第201条）"),
            format!("counted from the instant on {start} without a break (MFD 201)"),
        ),
    }
}

fn paused(cause: PauseCause, from: Micros, until: Option<Micros>, lang: Lang) -> String {
    let cause = match cause {
        PauseCause::Hearing => lang.pick("听证", "hearing"),
        PauseCause::Appraisal => lang.pick("鉴定", "appraisal"),
    };
    let from = instant(from);
    let until = until.map_or_else(|| lang.pick("今", "now").to_owned(), instant);
    lang.pick(
        format!("中止（{cause}）：{from}至{until}，不计入期限。"),
        format!("Paused ({cause}) from {from} to {until}: not counted."),
    )
}

fn extended(term: &str, granted: &str, revoked: Option<String>, lang: Lang) -> String {
    match revoked {
        None => lang.pick(
            format!("{granted}批准延期{term}，自名义届满日续算。"),
            format!("Extended by {term} on {granted}, counted on from the nominal end."),
        ),
        Some(revoked) => lang.pick(
            format!("{granted}批准的延期{term}已于{revoked}撤销，不计入。"),
            format!("The extension by {term} of {granted} was revoked on {revoked} and does not count."),
        ),
    }
}

fn skipped(what: &Skipped, lang: Lang) -> String {
    let mut parts: Vec<String> = what.holidays.iter().map(|holiday| span(holiday, lang)).collect();
    if what.weekend_days > 0 {
        let days = what.weekend_days;
        parts.push(lang.pick(format!("双休日{days}天"), format!("weekend days: {days}")));
    }
    if what.paused > 0 {
        let days = what.paused;
        parts.push(lang.pick(format!("中止{days}天"), format!("paused days: {days}")));
    }
    let mut sentence = match parts.is_empty() {
        true => String::new(),
        false => lang.pick(format!("不计入：{}。", parts.join("、")), format!("Not counted: {}.", parts.join(", "))),
    };
    if !what.make_up_days.is_empty() {
        let days: Vec<String> = what.make_up_days.iter().map(|made_up| day(made_up.from, lang)).collect();
        let space = if sentence.is_empty() { "" } else { " " };
        sentence += &lang.pick(
            format!("调休上班计入：{}。", days.join("、")),
            format!("{space}Counted, being make-up working days: {}.", days.join(", ")),
        );
    }
    sentence
}

fn rolled(roll: &Roll, lang: Lang) -> String {
    let (from, to, reason) = (day(roll.from, lang), day(roll.to, lang), day_reason(&roll.reason, lang));
    lang.pick(
        format!("{from}：{reason}，顺延至下一工作日{to}二十四时（民法典第203条）。"),
        format!("{from} is {reason}: adjusted to the next working day, {to}, 24:00 (MFD 203)."),
    )
}

fn late(duty: Duty, after: Micros, outer: Option<Micros>, lang: Lang) -> String {
    let after = end(after, lang);
    let outer = outer.map_or(String::new(), |outer| {
        let outer = end(outer, lang);
        lang.pick(format!("；最迟界限为{outer}"), format!("; the outer limit is {outer}"))
    });
    match duty {
        Duty::Organ => lang.pick(
            format!("机关履职期限：以名义日期为准，{after}届满即为逾期{outer}。"),
            format!("An organ's duty: the nominal date governs, late from {after}{outer}."),
        ),
        Duty::Citizen => lang.pick(
            format!("当事人权利期限：以顺延后日期为准，至{after}届满。"),
            format!("A citizen's right: the adjusted date governs, open until {after}."),
        ),
    }
}

fn calendar(version: &str, awaits: &[i32], nominal_provisional: bool, lang: Lang) -> String {
    if awaits.is_empty() {
        return lang
            .pick(format!("节假日历：{version}；日期确定。"), format!("Calendar: {version}; the dates are settled."));
    }
    let years: Vec<String> = awaits.iter().map(i32::to_string).collect();
    let years = years.join(lang.pick("、", ", "));
    let which = match nominal_provisional {
        true => lang.pick("名义日期和顺延日期均为暂定", "both dates are provisional"),
        false => {
            lang.pick("名义日期确定，顺延日期为暂定", "the nominal date is settled, the adjusted date is provisional")
        }
    };
    lang.pick(
        format!("节假日历：{version}；{years}年放假安排尚未公布，{which}，公布后重新计算。"),
        format!("Calendar: {version}; the holidays of {years} are not published: {which}, to be computed again then."),
    )
}

fn stands_still(since: Micros, lang: Lang) -> String {
    let since = instant(since);
    lang.pick(
        format!("自{since}起中止，尚未恢复：上述日期按次日恢复推算，多中止一日顺延一日；中止期间不逾期。"),
        format!(
            "Standing still since {since}: the dates are as if it went on the day after and move on with every further \
             day; it cannot be late meanwhile."
        ),
    )
}

fn words(words: &Words, lang: Lang) -> &str {
    lang.pick(&words.zh, &words.en)
}

fn verification_words(verification: Verification, lang: Lang) -> &'static str {
    match verification {
        Verification::Source => lang.pick("已核对原文", "Verified at the source"),
        Verification::Secondary => lang.pick("据二手来源，未核对原文", "From a secondary source, text not seen"),
        Verification::Unverified => lang.pick("未经核实，使用前须确认", "UNVERIFIED: confirm before relying on it"),
    }
}

fn start_event(event: StartEvent, lang: Lang) -> &'static str {
    use StartEvent as E;
    match event {
        E::Receipt => lang.pick("收到信访事项", "petition received"),
        E::Registered => lang.pick("登记", "registered"),
        E::TransferReceived => lang.pick("收到转送、交办", "transfer or assignment received"),
        E::Assigned => lang.pick("交办", "assigned"),
        E::Accepted => lang.pick("受理", "accepted"),
        E::OpinionReceived => {
            lang.pick("信访人收到书面处理意见", "written handling opinion received by the petitioner")
        }
        E::ReviewRequestReceived => lang.pick("收到复查请求", "request for review received"),
        E::ReviewOpinionReceived => {
            lang.pick("信访人收到书面复查意见", "written review opinion received by the petitioner")
        }
        E::ReReviewRequestReceived => lang.pick("收到复核请求", "request for re-review received"),
        E::AgreementInEffect => lang.pick("调解协议生效", "mediation agreement in effect"),
        E::MediationOpened => lang.pick("开始调解", "mediation opened"),
        E::AlarmRaised => lang.pick("报警", "alarm raised"),
        E::MaterialsComplete => lang.pick("材料齐全", "materials complete"),
        E::OpinionIssued => lang.pick("作出处理意见", "handling opinion issued"),
        E::AnswerDemanded => lang.pick("督办或建议送达", "supervision or recommendation issued"),
        E::StageEntered => lang.pick("进入本环节", "stage entered"),
    }
}

fn amount(length: u32, unit: Unit, lang: Lang) -> String {
    let (zh, en) = match unit {
        Unit::NaturalDay => ("日", "natural day"),
        Unit::WorkingDay => ("个工作日", "working day"),
        Unit::HalfWorkingDay => ("个工作半日", "half working day"),
        Unit::Hour => ("小时", "hour"),
        Unit::Minute => ("分钟", "minute"),
    };
    let plural = if length == 1 { "" } else { "s" };
    lang.pick(format!("{length}{zh}"), format!("{length} {en}{plural}"))
}

fn day_reason(reason: &DayReason, lang: Lang) -> String {
    match reason {
        DayReason::Weekday => lang.pick("工作日", "a working day").to_owned(),
        DayReason::Weekend => lang.pick("双休日", "a day off (weekend)").to_owned(),
        DayReason::Holiday(name) => lang.pick(format!("{name}放假"), format!("a day off ({name})")),
        DayReason::MakeUpDay(name) => lang.pick(format!("{name}调休上班"), format!("a make-up working day ({name})")),
        DayReason::AssumedWorking => {
            lang.pick("放假安排未公布，暂按工作日", "taken for a working day (holidays not published)").to_owned()
        }
        DayReason::AssumedOff => {
            lang.pick("放假安排未公布，暂按休息日", "taken for a day off (holidays not published)").to_owned()
        }
    }
}

fn span(span: &Span, lang: Lang) -> String {
    let Span { from, to, name } = span;
    match from == to {
        true => format!("{name} {from}"),
        false => lang.pick(format!("{name} {from}至{to}"), format!("{name} {from} to {to}")),
    }
}

fn day(date: NaiveDate, lang: Lang) -> String {
    let weekday = date.weekday();
    let zh = ["一", "二", "三", "四", "五", "六", "日"][weekday.num_days_from_monday() as usize % 7];
    lang.pick(format!("{date}（周{zh}）"), format!("{date} ({weekday})"))
}

/// The end of a term; midnight belongs to the day before it, as 24:00.
fn end(due: Micros, lang: Lang) -> String {
    let last = civil_date(due.saturating_sub(1));
    if civil_date(due) == last {
        return instant(due);
    }
    lang.pick(format!("{}二十四时", day(last, lang)), format!("{} 24:00", day(last, lang)))
}

fn instant(at: Micros) -> String {
    let date = civil_date(at);
    let time = at.saturating_sub(start_of_day(date));
    let (hours, minutes, seconds) = (time / HOUR, time % HOUR / MINUTE, time % MINUTE / 1_000_000);
    format!("{date} {hours:02}:{minutes:02}:{seconds:02}")
}
