//! What stands in the way, by the name that the protos give it: a sentence for people, and the article that it rests on.

/// A condition of PRECONDITION_FAILED.
#[derive(Debug)]
pub(super) struct Condition {
    /// As in ErrorInfo.
    pub name: &'static str,
    /// As the protos name articles, `XF 20`; more than one are separated by semicolons. Empty where it is a rule of this register.
    pub article: &'static str,
    pub chinese: &'static str,
    pub english: &'static str,
}

const fn of(name: &'static str, article: &'static str, chinese: &'static str, english: &'static str) -> Condition {
    Condition { name, article, chinese, english }
}

/// In the order of their names.
#[rustfmt::skip]
pub(super) static CONDITIONS: &[Condition] = &[
    of("ACCUSATION_HAS_ITS_OWN_PROCEDURE", "XF 30", "检举控告类事项由纪检监察机关处理，不适用此程序。", "Accusations have a procedure of their own."),
    of("AGENT_WITHOUT_MANDATE", "MFD 171", "代理人在签署时没有有效的授权。", "The agent held no mandate at that time."),
    of("AGREEMENT_IN_SIGNING", "RMTJ 29", "协议正在签署，不能再增加必要当事人。", "An agreement is being signed; its text would have to name the party."),
    of("AGREEMENT_VOID", "", "协议已作废，不能再登记认缴和实缴。", "The agreement is void; nothing is paid or pledged any more."),
    of("ALREADY_APPOINTED", "", "该干部已在办理此件。", "The cadre serves already."),
    of("ALREADY_CHALLENGED", "", "该当事人的回避申请尚未决定。", "The party's challenge is still to be decided."),
    of("ALREADY_DISMISSED", "", "代理已经解除。", "The agent was dismissed before."),
    of("ALREADY_ENDED", "", "已经终止。", "It was ended before."),
    of("ALREADY_RATED", "", "已经评价过。", "It was rated before."),
    of("ALREADY_REPLACED", "", "该调解员已有人接替。", "The mediator was replaced before."),
    of("ALREADY_REVERSED", "", "该履行登记已经冲正。", "The performance was reversed before."),
    of("ALREADY_REVOKED", "", "已经撤销。", "It was revoked before."),
    of("ALREADY_SEALED", "", "协议已加盖印章。", "The agreement bears the seal already."),
    of("ALREADY_SERVED", "", "已向该收件人送达。", "It was served on that recipient before."),
    of("ALREADY_STRUCK", "", "该签署已被划去。", "The signature was struck before."),
    of("CADRE_NOT_IN_SERVICE", "", "该干部在此期间不在职。", "The cadre does not serve on that day."),
    of("CASE_ANSWERED_OR_ENDED", "", "另一事项已有答复或者已经办结。", "The other case was answered or has ended."),
    of("CASE_ENDED", "", "事项已经结束。", "The case has ended."),
    of("CASE_IS_ACCUSATION", "XF 30", "检举控告类事项不适用调解。", "An accusation is not for mediation."),
    of("CASES_STAY", "", "该事项不能从调解中去掉。", "The case cannot be taken away from the mediation."),
    of("CHALLENGE_PENDING", "", "对调解员的回避申请尚未决定。", "A challenge to the mediator is still to be decided."),
    of("CHANGED_SINCE_MERGE", "", "并案后已有变动，不能撤销并案。", "Something changed since the merge."),
    of("CHARGE_TAKEN", "", "该事项已有领导包案。", "A leader is in charge already."),
    of("CLASS_UNCHANGED", "", "类别没有变化。", "The class is the same."),
    of("CLOCK_NOT_RUNNING", "", "没有正在计算的期限。", "No such clock is running."),
    of("CLOCK_NOT_SUSPENDED", "", "期限没有中止。", "The clock does not stand still."),
    of("COMMON_SUPERIOR_DECIDES", "XF 24", "再次提出异议的，由共同上级决定。", "Where it is disputed again, the common superior decides."),
    of("COMMON_SUPERIOR_HAS_DECIDED", "XF 24", "共同上级已经作出决定。", "The common superior has decided."),
    of("CONFIDENTIAL_IDENTITY", "", "一方要求身份保密，不能并案。", "Whoever brings one of the cases is to stay confidential."),
    of("CONFIRMATION_PENDING", "", "已有司法确认申请，法院尚未决定。", "An application is before the court."),
    of("CONFIRMATION_TOO_LATE", "RMTJ 33", "调解协议生效之日起三十日内共同申请司法确认，期限已过。", "Thirty days from the effect of the agreement are over."),
    of("CONFIRMED_ALREADY", "", "协议已经司法确认。", "The agreement was confirmed before."),
    of("CONSENT_UNCHANGED", "", "意愿没有变化。", "The same is on record already."),
    of("DEBTOR_NOT_BOUND", "RMTJ 31", "债务人没有签署，尚不受协议约束。", "The debtor has not signed and is not bound."),
    of("DECIDES_ON_ONESELF", "", "调解员不得决定对本人的回避申请。", "Nobody decides on themselves."),
    of("DECISION_UNCHANGED", "", "认定没有变化。", "The same was decided before."),
    of("DIFFERENT_WALLS", "", "两件事项的回避范围不同，不能并案。", "The cases are kept from different people."),
    of("DISPUTE_TERM_OVER", "XF 23(3)", "提出管辖异议的五个工作日已过，且转送机关不同意。", "Five working days are over and the sender does not consent."),
    of("DOCUMENT_WITHDRAWN", "", "材料已被撤下。", "The document was withdrawn."),
    of("END_AFTER_TERM", "", "终止日不在已定的期限之内。", "It would end after the day that is set."),
    of("END_BEFORE_FIRST_DAY", "", "终止日早于起始日。", "It would end before its first day."),
    of("END_NOT_ON_FIRST_DAY", "", "误录的，终止日应为起始日。", "What was entered in error ends on its first day."),
    of("HEARING_OPEN", "", "听证尚未结束。", "A hearing is going on."),
    of("IN_CONTRIBUTION_PLAN", "", "该当事人在分担方案中承担费用，须先调整方案。", "The party bears a part of a contribution plan."),
    of("IS_A_PARTY", "RMTJ 23", "当事人退出以其表示为准。", "A party leaves by its own word."),
    of("LEAVE_OVERLAP", "", "与已有的请假时间重叠。", "The cadre is away on one of the days."),
    of("LINE_IN_USE", "", "该费用项目已有款项或者义务，不能去除或者减少。", "Money or an obligation stands under the line."),
    of("LINE_UNKNOWN", "", "分担方案中没有该项目。", "The contribution plan has no such line."),
    of("MANDATE_TOO_NARROW", "MFD 171; MSSF 62", "授权不包括签订调解协议，应有特别授权。", "The mandate does not reach the signing of an agreement."),
    of("MATTER_SIGNED", "RMTJ 29", "纠纷事实已载入正在签署或者已生效的协议。", "An agreement that tells the facts is being signed or in effect."),
    of("MEDIATOR_AT_CAPACITY", "", "该调解员在办的调解已满。", "The mediator takes no more mediations."),
    of("MEDIATOR_MISSING", "RMTJ 19", "没有调解员。", "There is no mediator."),
    of("MEDIATOR_NOT_PRESENT", "RMTJ 19", "没有调解员到场。", "No mediator is recorded as present."),
    of("MERGE_GIVES_TIME", "", "并案会延长期限，不予并案。", "The merge would give more time."),
    of("MORE_THAN_OWED", "", "金额超过应付数额。", "It is more than is owed."),
    of("MORE_THAN_PAID", "", "退还或者冲正的数额超过已付数额。", "It is more than was paid."),
    of("MORE_THAN_PLEDGED", "", "超过已认缴的金额。", "More than was pledged."),
    of("MUST_BE_WRITTEN", "XF 33", "信访事项的调解协议应当书面订立。", "An agreement about a petition is written."),
    of("NECESSARY_PARTIES_MISSING", "RMTJ 29", "缺少必要当事人。", "A necessary party is missing."),
    of("NEVER_SENT", "", "该事项不是转来的，没有可退回的机关。", "Nobody sent the case."),
    of("NEWER_VERSION_EXISTS", "", "已有更新的版本。", "A newer version is there."),
    of("NO_HANDLING_OPINION", "XF 35", "没有可申请复查的处理意见。", "There is no handling opinion to review."),
    of("NO_HEARING_OPEN", "", "没有正在进行的听证。", "No hearing is going on."),
    of("NO_MANDATE", "", "该代理不是依授权产生。", "The agent has no mandate to revoke."),
    of("NO_NOTICE_OWED", "", "此件无须告知。", "No notice is owed."),
    of("NO_REVIEW_OPINION", "XF 36", "没有可申请复核的复查意见。", "There is no review opinion to re-review."),
    of("NOT_A_CONTRIBUTOR", "", "该当事人不承担此项费用。", "The participant pays nothing under the line."),
    of("NOT_A_MEDIATION_COMMITTEE", "RMTJ 7", "该单位不是人民调解委员会。", "The organization is no mediation committee."),
    of("NOT_A_MEDIATOR", "RMTJ 13", "该参加人不是调解员。", "The participant is no mediator."),
    of("NOT_A_NECESSARY_PARTY", "", "该参加人不是必要当事人。", "The participant is no necessary party."),
    of("NOT_A_PARTY", "", "该参加人不是当事人。", "The participant is no party."),
    of("NOT_A_SETTLEMENT", "", "该事项的调解中没有这样的生效协议。", "No such agreement is in effect in a mediation on the case."),
    of("NOT_A_SIGNATORY", "RMTJ 29", "该参加人无须签署：既不是当事人，也不是调解员。", "The participant is neither party nor mediator."),
    of("NOT_A_VISITOR", "RMTJ 31", "回访由调解员或者受邀单位进行。", "A party does not visit."),
    of("NOT_AN_ACCEDING_PARTY", "", "该参加人不是后加入的当事人。", "The participant is no acceding party."),
    of("NOT_BEGUN", "", "尚未到开始时间。", "Its planned start is still to come."),
    of("NOT_BOUND", "RMTJ 33", "该当事人没有签署该协议，不受其约束。", "The agreement does not bind the party."),
    of("NOT_ENGAGED", "RMTJ 13; RMTJ 14", "该日不在人民调解员的聘任期或者委员任期内。", "The mediator is neither engaged nor in office on that day."),
    of("NOT_EXTENDED", "", "没有可撤销的延期。", "The term is not extended."),
    of("NOT_FOR_SIMPLIFIED", "", "该事项不适用简易办理。", "The simplified procedure is not for such a case."),
    of("NOT_IN_AUDIENCE", "", "记录人不在知悉范围内。", "The official is not in the audience."),
    of("NOT_IN_EFFECT", "RMTJ 29", "协议没有生效，或者已不再有效。", "The agreement is not in effect."),
    of("NOT_JOINT", "RMTJ 33", "应由全体必要当事人共同提出。", "All necessary parties have to ask together."),
    of("NOT_OF_THIS_VERSION", "", "该签署属于旧版本，已不计入。", "The signature is under an earlier version."),
    of("NOT_PRIVATE", "", "该记录不是保密的。", "The record is not private."),
    of("NOT_RESTRICTED", "", "没有限制处理。", "Nothing is restricted."),
    of("NOT_THE_ISSUER", "", "只有发出督办的机关可以解除。", "Only who issued it lifts it."),
    of("NOT_UNANIMOUS", "", "应由全体必要当事人同意。", "All necessary parties have to agree."),
    of("NOTHING_TO_ACCEDE_TO", "", "调解已结束，且没有生效的协议可供加入。", "The mediation has ended, and no agreement is in effect."),
    of("ORGANIZATION_ENDED", "", "该单位已经撤销。", "The organization has ended."),
    of("OWED_AS_OBLIGATION", "", "该款项是协议义务，应登记或者冲正履行。", "It is owed as an obligation: record its performance, or reverse it."),
    of("OWNERSHIP_CONFIRMATION", "MSJS 355", "确认物权、知识产权权属的协议，人民法院不予确认。", "No court confirms who owns a thing."),
    of("PARENT_HAS_ENDED", "", "上级单位已经撤销。", "The parent has ended."),
    of("PARENT_IS_BELOW", "", "上级单位不能是本单位或者其下级。", "The parent is the organization itself or below it."),
    of("PARENT_UNKNOWN", "", "上级地区不存在。", "The region above is not known."),
    of("PARTICIPANT_LEFT", "", "该参加人已经退出。", "The participant has left."),
    of("PARTICIPANT_REFUSED", "RMTJ 17", "当事人一方明确拒绝调解。", "The party refused the mediation."),
    of("PARTIES_NOT_CONSENTING", "RMTJ 20", "邀请参与调解应当征得各方当事人同意。", "A necessary party has not consented to the body."),
    of("PARTY_RESTRICTED", "", "该当事人的信息已限制处理。", "The party's data is restricted."),
    of("PLAN_MISSING", "", "协议没有分担方案。", "The agreement has no contribution plan."),
    of("POOL_EMPTY", "", "共担项目没有成员。", "Nobody is in the pool."),
    of("POSTING_BEYOND_SERVICE", "", "任职超出在职期间。", "A posting holds outside of the service."),
    of("POSTING_NOT_IN_FORCE", "", "该任职此时无效。", "The posting is not in force."),
    of("POSTING_STANDS", "", "任职一经登记不得改写。", "A posting is never overwritten."),
    of("PRIVATE_WITH_ALL", "", "单方会谈不得有全部必要当事人参加。", "A session with one side alone would be one with all necessary parties."),
    of("PROCEDURE_UNCHANGED", "", "程序没有变化。", "The procedure is the same."),
    of("PROMISE_ENDED", "", "该承诺事项已经完成或者失效。", "The promise was kept or has lapsed."),
    of("REGION_ENDED", "", "该地区已经撤销。", "The region has ended."),
    of("REGION_NOT_IN_FORCE", "", "该地区代码此时无效。", "The region is not in force then."),
    of("REGION_UNKNOWN", "", "地区不存在。", "The region is not known."),
    of("RELATED_CASE_NOT_CONCLUDED", "XF 36", "所指事项没有终结。", "The related case was not concluded."),
    of("RELATED_CASE_NOT_LIVE", "XF 19", "所指事项没有在办理。", "The related case is not under way."),
    of("RELATED_CASE_OVERDUE", "XF 19(3)", "所指事项已超过办理期限，应当受理。", "The related case is beyond its term."),
    of("ROUTES_NOT_TOLD", "RMTJ 26", "终止调解应当告知当事人其他救济途径。", "The parties are to be told of the other ways open to them."),
    of("RULE_NOT_IN_FORCE", "", "该日没有有效的期限规则。", "No version of the rule is in force on that day."),
    of("SESSION_CANCELLED", "", "该次调解已经取消。", "The session was cancelled."),
    of("SESSION_IS_PRIVATE", "", "单方调解中所说的内容，应当记为保密并写明知悉范围。", "What is said in a private session is recorded with an audience."),
    of("SIGNED_ALREADY", "RMTJ 29", "已经签署。", "It was signed before."),
    of("SIGNED_BEFORE_OPENING", "", "签署时间早于立案时间。", "It would be signed before the mediation was opened."),
    of("SOURCE_STANDS", "", "来源一经登记不得更改。", "Source and source_id stay."),
    of("SPECIAL_PROCEDURE", "MSJS 355", "属于特别程序、公示催告程序、破产程序审理的，人民法院不予确认。", "Another procedure is for the matter; no court confirms it."),
    of("STATUS_RELATION", "MSJS 355", "婚姻关系、亲子关系、收养关系等身份关系无效、有效或者解除的协议，人民法院不予确认。", "No court confirms what marriage, parentage or adoption is."),
    of("SUBSTITUTE_IS_SELF", "", "替岗人不能是本人。", "Nobody stands in for themselves."),
    of("SUBSTITUTE_NOT_IN_FORCE", "", "替岗人的任职此时无效。", "The substitute does not serve then."),
    of("TERM_OVER", "", "任期已满。", "The term is over."),
    of("TERM_OVERLAP", "RMTJ 9", "与另一届任期重叠。", "Another term holds on one of the days."),
    of("TOO_MANY_AGENTS", "", "代理人过多。", "There are too many agents."),
    of("TOO_MANY_DOCUMENTS", "", "材料过多。", "There are too many documents."),
    of("TOO_MANY_FOLLOW_UPS", "", "回访过多。", "There are too many visits."),
    of("TOO_MANY_GRANTS", "", "授权过多。", "There are too many grants."),
    of("TOO_MANY_HANDLERS", "", "承办人过多。", "There are too many handlers."),
    of("TOO_MANY_LEVELS", "", "单位层级过多。", "There are too many levels."),
    of("TOO_MANY_OBLIGATIONS", "", "义务过多。", "There are too many obligations."),
    of("TOO_MANY_PARTICIPANTS", "", "参加人过多。", "There are too many participants."),
    of("TOO_MANY_PARTIES", "", "当事人过多。", "There are too many parties."),
    of("TOO_MANY_RECORDS", "", "记录过多。", "There are too many records."),
    of("TOO_MANY_REPRESENTATIVES", "XF 20", "走访的代表不得超过五人。", "A visit has five representatives at most."),
];

/// What is known of a condition.
pub(super) fn condition(name: &str) -> Option<&'static Condition> {
    CONDITIONS.iter().find(|condition| condition.name == name)
}

/// The names of all conditions.
pub fn condition_names() -> impl Iterator<Item = &'static str> {
    CONDITIONS.iter().map(|condition| condition.name)
}

/// The article on which a condition rests; empty where it is a rule of this register.
pub fn article(name: &str) -> &'static str {
    condition(name).map_or("", |condition| condition.article)
}

/// The article for which a state knows no further step; empty where the procedure of this register does not.
pub fn article_of_state(state: &str) -> &'static str {
    match state {
        "ENDED_BY_REFUSAL" => "RMTJ 17",
        _ => "",
    }
}

/// The laws that articles are named by.
const LAWS: &[(&str, &str, &str)] = &[
    ("XF", "《信访工作条例》", "Regulations on Petition Work"),
    ("RMTJ", "《人民调解法》", "People's Mediation Law"),
    ("MFD", "《民法典》", "Civil Code"),
    ("MSSF", "《民事诉讼法》", "Civil Procedure Law"),
    ("MSJS", "《最高人民法院关于适用〈民事诉讼法〉的解释》", "Interpretation of the Civil Procedure Law"),
];

/// Articles as a Chinese text cites them: 《信访工作条例》第23条第3款.
pub(super) fn cited(articles: &str) -> String {
    let cite = |article: &str| {
        let (law, number) = article.trim().split_once(' ')?;
        let (_, law, _) = LAWS.iter().find(|(short, _, _)| *short == law)?;
        Some(match number.split_once('(') {
            Some((number, paragraph)) => format!("{law}第{number}条第{}款", paragraph.trim_end_matches(')')),
            None => format!("{law}第{number}条"),
        })
    };
    articles.split(';').filter_map(cite).collect::<Vec<_>>().join("、")
}

/// Articles as an English text cites them: Regulations on Petition Work 23(3).
pub(super) fn cited_in_english(articles: &str) -> String {
    let cite = |article: &str| {
        let (law, number) = article.trim().split_once(' ')?;
        let (_, _, law) = LAWS.iter().find(|(short, _, _)| *short == law)?;
        Some(format!("{law} {number}"))
    };
    articles.split(';').filter_map(cite).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_stand_in_order_once_each() {
        let names: Vec<&str> = CONDITIONS.iter().map(|condition| condition.name).collect();
        let key = |name: &&str| name.replace('_', " ");
        assert!(names.is_sorted_by_key(key), "{names:?}");
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn each_article_can_be_cited() {
        for Condition { name, article, chinese, english } in CONDITIONS {
            let count = article.split(';').filter(|part| !part.is_empty()).count();
            assert_eq!(cited(article).matches('第').count(), count + article.matches('(').count(), "{name}");
            assert_eq!(cited_in_english(article).is_empty(), article.is_empty(), "{name}");
            assert!(chinese.ends_with('。') && english.ends_with('.'), "{name}");
        }
        assert_eq!(cited("XF 23(3); RMTJ 9"), "《信访工作条例》第23条第3款、《人民调解法》第9条");
        assert_eq!(
            cited_in_english("XF 23(3); RMTJ 9"),
            "Regulations on Petition Work 23(3), People's Mediation Law 9"
        );
    }
}
