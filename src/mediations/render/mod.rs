//! What is stored, as documents that can be printed: plain text in Chinese.

use std::{collections::HashMap, fmt::Write as _};

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::{
    dossier::Entry,
    model::{
        Agent, Challenge, Confirmation, Contribution, Mediation, MediationRecord, Obligation, Participant, Performance,
        RoutesNotice, Session,
    },
    numbers::{
        ChallengeGround, ChallengeState, ConfirmationState, ContributionKind, NoticeMeans, Numbered, ObligationKind,
        Outcome, PaperState, Presence, RecordKind, Route, State,
    },
};
use crate::{
    call::Micros,
    cases::MandateExtent,
    clock::{civil_date, start_of_day},
    money::yuan,
};

mod agreement;

pub use agreement::{Contract, agreement};

/// Everybody by id, so that documents call people by their names.
pub struct Names {
    people: HashMap<Uuid, String>,
    /// Organizations whose rooms were used, by their ids.
    venues: HashMap<String, String>,
}

impl Names {
    /// Of these participants, and of those who act for parties.
    pub fn of(participants: &[Participant], agents: &[Agent]) -> Self {
        let participants = participants.iter().map(|one| (one.id, one.facts.display_name.clone()));
        let agents = agents.iter().map(|one| (one.id, one.display_name.clone()));
        Self { people: participants.chain(agents).collect(), venues: HashMap::new() }
    }

    /// With the names of the organizations at which sessions are held.
    pub fn with_venues(self, venues: HashMap<String, String>) -> Self {
        Self { venues, ..self }
    }

    fn name(&self, id: Uuid) -> &str {
        self.people.get(&id).map_or("（未登记）", String::as_str)
    }

    fn list(&self, ids: &[Uuid]) -> String {
        let names: Vec<&str> = ids.iter().map(|id| self.name(*id)).collect();
        names.join("、")
    }
}

/// 2026年3月2日, or a blank to be filled in.
fn day(time: Option<Micros>) -> String {
    time.map_or_else(
        || "    年  月  日".to_owned(),
        |time| {
            let date = civil_date(time);
            format!("{}年{}月{}日", date.year(), date.month(), date.day())
        },
    )
}

/// 2026年3月2日 09:00.
fn moment(time: Micros) -> String {
    let minutes = (time - start_of_day(civil_date(time))) / 60_000_000;
    format!("{} {:02}:{:02}", day(Some(time)), minutes / 60, minutes % 60)
}

fn text(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

fn obligation(owed: &Obligation, names: &Names) -> String {
    let what = match owed.kind {
        ObligationKind::Act => text(owed.text.as_ref()).to_owned(),
        ObligationKind::Payment => {
            let about = owed.text.as_ref().map(|text| format!("（{text}）")).unwrap_or_default();
            format!("支付人民币{}元{about}", yuan(owed.amount))
        }
    };
    let to = owed.creditor.map(|id| format!("向{}", names.name(id))).unwrap_or_default();
    let until = owed.due_date.map(|date| format!("{}年{}月{}日前", date.year(), date.month(), date.day()));
    format!("{}{}{to}：{what}", names.name(owed.debtor), until.unwrap_or_default())
}

/// The hash by which a scan or a signature file is known.
fn evidence(hash: Option<&String>) -> String {
    hash.map(|hash| format!("  凭证：{hash}")).unwrap_or_default()
}

/// A record of the file.
pub fn record(record: &MediationRecord, names: &Names) -> String {
    let mut out = format!("{}\n\n编号：{}\n", kind(record.kind), record.id);
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "{label}：{value}");
        }
    };
    line("标题", text(record.title.as_ref()));
    line("时间", &record.event_time.map(|time| day(Some(time))).unwrap_or_default());
    line("地点", text(record.place.as_ref()));
    line("陈述人（提交人、被告知人）", &record.participant.map(|id| names.name(id).to_owned()).unwrap_or_default());
    line("确认人", &names.list(&record.acknowledged_by));
    line("仅限", &names.list(&record.audience));
    line("记录人", &record.recorder);
    if let Some(text) = &record.text {
        let _ = writeln!(out, "\n{text}");
    }
    for (number, item) in (1..).zip(&record.items) {
        let original = if item.original { "原件" } else { "复印件" };
        let pages = if item.page_count > 0 { format!("，{}页", item.page_count) } else { String::new() };
        let _ = writeln!(out, "{number}. {}（{original}{pages}）{}", item.title, item.sha256);
    }
    out
}

fn kind(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Note => "调解笔录",
        RecordKind::Statement => "陈述",
        RecordKind::Proposal => "调解方案",
        RecordKind::UndisputedFact => "无争议事实",
        RecordKind::Investigation => "调查记录",
        RecordKind::Evidence => "证据材料",
        RecordKind::Application => "调解申请书（受理登记表）",
        RecordKind::RightsNotice => "权利义务告知书",
        RecordKind::IdentityProof => "当事人身份证明",
        RecordKind::PerformanceProof => "履行凭证",
        RecordKind::FollowUp => "回访记录",
        RecordKind::ConfirmationPaper => "司法确认材料",
        RecordKind::FileNote => "卷宗情况说明",
    }
}

/// The minutes of a session.
pub fn session(session: &Session, names: &Names) -> String {
    let venue = session.venue.as_ref().and_then(|id| names.venues.get(id)).map_or("", String::as_str);
    let place = session.room.as_ref().or(session.place.as_ref());
    let (start, end) =
        (session.actual_start_time.unwrap_or(session.start_time), session.actual_end_time.unwrap_or(session.end_time));
    let mut out = format!("调解记录\n\n编号：{}\n时间：{} 至 {}\n", session.id, moment(start), moment(end));
    let _ = writeln!(out, "地点：{venue}{}", text(place));
    for one in &session.attendances {
        let mark = match one.entry.as_ref().map(|entry| entry.presence) {
            Some(Presence::Present) => "到场",
            Some(Presence::Absent) => "缺席",
            None => "未登记",
        };
        let agent = one.entry.as_ref().and_then(|entry| entry.agent);
        let agent = agent.map(|agent| format!("（代理人{}）", names.name(agent))).unwrap_or_default();
        let reason = one.entry.as_ref().and_then(|entry| entry.reason.as_ref());
        let reason = reason.map(|reason| format!("（{reason}）")).unwrap_or_default();
        let _ = writeln!(out, "{}：{mark}{agent}{reason}", names.name(one.participant));
    }
    if let Some(minutes) = &session.minutes {
        let _ = writeln!(out, "\n{minutes}");
    }
    if let Some(outcome) = session.outcome {
        let word = match outcome {
            Outcome::Agreed => "达成一致",
            Outcome::Adjourned => "择日再调",
            Outcome::Failed => "未达成一致",
        };
        let _ = writeln!(out, "\n结果：{word}");
    }
    out
}

/// A written mandate.
pub fn mandate(agent: &Agent, names: &Names) -> String {
    let date = |date: NaiveDate| format!("{}年{}月{}日", date.year(), date.month(), date.day());
    let until = agent.end_date.map_or_else(|| "止期未定".to_owned(), |last| format!("至{}", date(last)));
    let extent = match agent.extent {
        MandateExtent::General => "一般授权",
        MandateExtent::Special => "特别授权（可以签订调解协议）",
    };
    let mut out = format!("授权委托书\n\n编号：{}\n委托人：{}\n", agent.id, names.name(agent.participant));
    let _ =
        writeln!(out, "代理人：{}\n权限：{extent}\n期限：自{}起{until}", agent.display_name, date(agent.start_date));
    let _ = writeln!(out, "文号：{}", text(agent.document_number.as_ref()));
    if let Some(revoked) = agent.revoke_time {
        let _ = writeln!(out, "撤销：{}", day(Some(revoked)));
    }
    if let Some(evidence) = &agent.evidence {
        let _ = writeln!(out, "扫描件：{evidence}");
    }
    out
}

/// What was done on the obligations of an agreement.
pub fn performances(done: &[(Obligation, Vec<Performance>)], names: &Names) -> String {
    let mut out = "履行情况\n".to_owned();
    for (owed, performances) in done {
        let _ = writeln!(out, "\n{}（{}）", obligation(owed, names), owed.id);
        for one in performances {
            let what = match owed.kind {
                ObligationKind::Payment => format!("人民币{}元", yuan(one.amount)),
                ObligationKind::Act if one.complete => "已完成".to_owned(),
                ObligationKind::Act => "部分完成".to_owned(),
            };
            let (time, words) = (day(Some(one.perform_time)), text(one.text.as_ref()));
            let _ = writeln!(out, "{time}  {what}  {words}{}", evidence(one.evidence.as_ref()));
        }
    }
    out
}

/// What was pledged, paid and paid back under the plan of an agreement.
pub fn contributions(entries: &[Contribution], names: &Names) -> String {
    let mut out = "出资情况\n\n".to_owned();
    for entry in entries {
        let kind = match entry.kind {
            ContributionKind::Pledged => "认缴",
            ContributionKind::Paid => "实缴",
            ContributionKind::Refunded => "退还",
            ContributionKind::Reversed => "冲正",
            ContributionKind::PledgeWithdrawn => "撤回认缴",
        };
        let (who, amount) = (names.name(entry.participant), yuan(entry.amount));
        let scan = evidence(entry.evidence.as_ref());
        let (time, line) = (day(Some(entry.contribute_time)), &entry.line);
        let _ = writeln!(out, "{time}  {who}  {kind}人民币{amount}元  项目：{line}{scan}");
    }
    out
}

/// A request that a mediator step aside, and what was decided.
pub fn challenge(challenge: &Challenge, names: &Names) -> String {
    let ground = match challenge.ground {
        ChallengeGround::Kin => "近亲属关系",
        ChallengeGround::Interest => "利害关系",
        ChallengeGround::OtherRelation => "其他可能影响公正调解的关系",
        ChallengeGround::Conduct => "行为不当",
        ChallengeGround::PartyWish => "当事人意愿",
    };
    let state = match challenge.state {
        ChallengeState::Pending => "尚未决定",
        ChallengeState::Upheld => "准予回避",
        ChallengeState::Rejected => "驳回申请",
        ChallengeState::Withdrawn => "已撤回",
    };
    let mut out = format!("回避申请\n\n编号：{}\n申请人：{}\n", challenge.id, names.name(challenge.challenger));
    let _ = writeln!(out, "调解员：{}\n申请日：{}", names.name(challenge.mediator), day(Some(challenge.raise_time)));
    let _ = writeln!(out, "理由：{ground}  {}", text(challenge.statement.as_ref()));
    let _ = writeln!(out, "决定：{state}  {}", text(challenge.decision.as_ref()));
    if challenge.decide_time.is_some() {
        let _ = writeln!(out, "决定日：{}", day(challenge.decide_time));
    }
    out
}

/// An application for confirmation and what became of it.
pub fn confirmation(confirmation: &Confirmation, names: &Names) -> String {
    let state = match confirmation.state {
        ConfirmationState::Requested => "已申请",
        ConfirmationState::Accepted => "已受理",
        ConfirmationState::NotAccepted => "不予受理",
        ConfirmationState::Confirmed => "裁定有效",
        ConfirmationState::Rejected => "裁定驳回",
        ConfirmationState::Withdrawn => "已撤回",
    };
    let mut out = format!("司法确认\n\n编号：{}\n法院：{}\n", confirmation.id, confirmation.court);
    let _ = writeln!(
        out,
        "申请人：{}\n申请日：{}",
        names.list(&confirmation.applicants),
        day(Some(confirmation.request_time))
    );
    let _ = writeln!(out, "结果：{state}  {}", day(confirmation.decide_time.or(confirmation.accept_time)));
    let _ =
        writeln!(out, "文号：{}\n{}", text(confirmation.document_number.as_ref()), text(confirmation.reason.as_ref()));
    out
}

/// The list of contents.
pub fn contents(mediation: &Mediation, committee: &str, papers: &[Entry]) -> String {
    let mut out =
        format!("人民调解卷宗\n\n{committee}\n编号：{}\n立卷：{}\n\n卷内目录\n", mediation.id, day(mediation.opened()));
    for entry in papers {
        let state = match entry.state {
            PaperState::Present => "有",
            PaperState::Missing => "缺",
            PaperState::NotNeeded => "无",
        };
        let _ = writeln!(out, "{:02} {}  {state}  {}件", entry.paper.number(), entry.paper.title(), entry.count);
    }
    out
}

/// The back cover: how it ended, and what the parties were told then of the other ways (RMTJ 26).
pub fn back_cover(mediation: &Mediation, taken: Micros, by: &str) -> String {
    let state = match mediation.state {
        State::Open => "尚未结案",
        State::Agreed => "达成协议",
        State::Failed => "调解不成",
        State::EndedByRefusal => "当事人明确拒绝调解",
        State::Withdrawn => "撤回申请",
    };
    let mut out = format!("封底\n\n编号：{}\n结案：{}\n结案方式：{state}\n", mediation.id, day(mediation.end_time));
    if let Some(notice) = &mediation.notice {
        let _ = writeln!(out, "已告知其他途径：{}", told(notice));
    }
    let _ = write!(out, "导出：{}\n经手人：{by}\n", day(Some(taken)));
    out
}

fn told(notice: &RoutesNotice) -> String {
    let route = |route: &Route| match route {
        Route::Arbitration => "仲裁",
        Route::Administrative => "行政",
        Route::Judicial => "司法",
    };
    let means = match notice.means {
        NoticeMeans::Spoken => "口头",
        NoticeMeans::Written => "书面",
    };
    let routes: Vec<&str> = notice.routes.iter().map(route).collect();
    format!("{}（{means}）", routes.join("、"))
}
