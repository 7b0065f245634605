//! An agreement as a document.

use std::{collections::HashMap, fmt::Write as _};

use uuid::Uuid;

use super::{Names, day, evidence, obligation, text};
use crate::{
    mediations::{
        model::{Agent, Agreement, Mediation, Obligation, Participant, Payer, Plan, Signature},
        numbers::{AgreementState, Form, Kind, SignatureMeans},
    },
    money::{Fen, yuan},
};

/// What an agreement's document is made of.
pub struct Contract<'a> {
    pub mediation: &'a Mediation,
    pub agreement: &'a Agreement,
    /// The committee, as it calls itself.
    pub committee: &'a str,
    /// Necessary parties, acceding ones, mediators.
    pub participants: &'a [Participant],
    pub agents: &'a [Agent],
    pub obligations: &'a [Obligation],
    pub plan: Option<&'a Plan>,
    /// What falls to each member of the pool.
    pub shares: &'a HashMap<Uuid, Fen>,
    /// Those under the current version.
    pub signatures: &'a [Signature],
}

/// The agreement (RMTJ 29), or the form in which an oral one is recorded (RMTJ 28).
pub fn agreement(contract: &Contract<'_>) -> String {
    let Contract { mediation, agreement, committee, participants, agents, obligations, plan, shares: _, signatures: _ } =
        contract;
    let names = Names::of(participants, agents);
    let mut out = String::new();
    let title = match agreement.form {
        Form::Written => "人民调解协议书",
        Form::Oral => "人民调解口头协议登记表",
    };
    let state = match agreement.state {
        AgreementState::Draft | AgreementState::Signing => "（尚未生效）",
        AgreementState::Void => "（未生效，已作废）",
        AgreementState::Effective => "",
    };
    let _ = writeln!(out, "{title}{state}\n\n编号：{}（第{}版）\n", agreement.id, agreement.edition);
    for (kind, word) in [(Kind::NecessaryParty, "当事人"), (Kind::AccedingParty, "加入的当事人")] {
        for one in participants.iter().filter(|one| one.kind == kind) {
            let dwelling = dwelling(one);
            // Nobody's telephone number is in what others are to sign.
            let signed = contract.signatures.iter().any(|signature| signature.participant == one.id);
            let phone = one.facts.phone.as_ref().filter(|_| kind == Kind::NecessaryParty || signed);
            let phone = phone.map(|phone| format!("，电话{phone}")).unwrap_or_default();
            let _ = writeln!(out, "{word}：{}{dwelling}{phone}", one.facts.display_name);
        }
    }
    let _ = writeln!(out, "\n纠纷主要事实、争议事项：\n{}", text(mediation.matter.as_ref()));
    let _ = writeln!(out, "\n经调解，自愿达成如下协议：\n{}", text(agreement.text.as_ref()));
    if !obligations.is_empty() {
        let _ = writeln!(out, "\n履行方式、时限：");
        for (number, owed) in (1..).zip(obligations.iter()) {
            let _ = writeln!(out, "{number}. {}", obligation(owed, &names));
        }
    }
    if let Some(plan) = plan {
        let _ = write!(out, "\n{}", sharing(plan, contract, &names));
    }
    if agreement.form == Form::Written {
        let copies = agreement.copy_count();
        let _ = writeln!(out, "\n本协议一式{copies}份，当事人、人民调解委员会各持一份。");
    }
    let _ = write!(out, "\n{}", signed(contract, &names));
    let seal = agreement.seal.as_ref();
    let scan = evidence(seal.and_then(|seal| seal.evidence.as_ref()));
    let _ = writeln!(out, "\n{committee}（人民调解委员会印章）  {}{scan}", day(seal.map(|seal| seal.time)));
    if agreement.effect_time.is_some() {
        let _ = writeln!(out, "\n本协议自{}起生效。", day(agreement.effect_time));
    }
    out
}

fn sharing(plan: &Plan, contract: &Contract<'_>, names: &Names) -> String {
    let mut out = format!("费用共计人民币{}元，分担如下：\n", yuan(plan.cost));
    for (number, line) in (1..).zip(&plan.lines) {
        let who = match line.payer {
            Payer::Party(party) => names.name(party).to_owned(),
            Payer::Pool { bearer } => format!("加入的当事人按份额承担，不足部分由{}承担", names.name(bearer)),
        };
        let _ = writeln!(out, "{number}. {}：人民币{}元，{who}", line.display_name, yuan(line.amount));
        if matches!(line.payer, Payer::Pool { .. }) {
            for one in contract.participants {
                let Some(share) = contract.shares.get(&one.id) else { continue };
                let _ = writeln!(out, "   {}{}：人民币{}元", one.facts.display_name, dwelling(one), yuan(*share));
            }
        }
    }
    out
}

fn dwelling(one: &Participant) -> String {
    one.facts.dwelling.as_ref().map(|dwelling| format!("，{dwelling}")).unwrap_or_default()
}

/// Who has signed and who has still to.
fn signed(contract: &Contract<'_>, names: &Names) -> String {
    let mut out = String::new();
    for one in contract.participants {
        let role = if one.kind == Kind::Mediator { "人民调解员" } else { "当事人" };
        let found = contract.signatures.iter().find(|signature| signature.participant == one.id);
        let mark = match found {
            None => "签名（盖章、按指印）：            ".to_owned(),
            Some(signature) => {
                let agent = signature.agent.map(|agent| format!("（代理人{}代签）", names.name(agent)));
                format!("{}{}", means(signature.means), agent.unwrap_or_default())
            }
        };
        let time = day(found.map(|signature| signature.sign_time));
        let scan = evidence(found.and_then(|signature| signature.evidence.as_ref()));
        let _ = writeln!(out, "{role} {}  {mark}  {time}{scan}", names.name(one.id));
    }
    out
}

fn means(means: SignatureMeans) -> &'static str {
    match means {
        SignatureMeans::WetInk => "已签名",
        SignatureMeans::Fingerprint => "已按指印",
        SignatureMeans::Seal => "已盖章",
        SignatureMeans::OneTimeCode => "已凭验证码确认",
        SignatureMeans::Digital => "已电子签名",
        SignatureMeans::Spoken => "已口头同意",
    }
}
