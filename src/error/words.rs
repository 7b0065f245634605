//! The words of each error: a plain English message for developers, and a sentence in the caller's language for people.

use super::{Error, SIGNED_BY_ALL, conditions};
use crate::{call::Locale, check::Fault};

/// The status message. Dynamic parts are in the metadata as well.
pub(super) fn plain(error: &Error) -> String {
    match error {
        Error::Invalid(faults) => {
            let list: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect();
            format!("invalid request: {}", list.join("; "))
        }
        Error::InvalidFilter { field, message } => format!("invalid {field}: {message}"),
        Error::PermissionDenied { permission } => format!("permission {permission} is not granted"),
        Error::OutOfScope { resource } => format!("{resource} lies outside the grants of the client"),
        Error::GrantExceedsOwn { role } => format!("{role} exceeds what the grantor holds there"),
        Error::NotFound { resource } => format!("{resource} not found"),
        Error::AlreadyExists { resource } => format!("{resource} exists already"),
        Error::EtagMismatch { resource, etag } => format!("{resource} changed since it was read; its etag is {etag}"),
        Error::TransitionNotAllowed { resource, state, action, allowed } => {
            format!("{action} is not allowed for {resource} in {state}; allowed now: {}", allowed.join(", "))
        }
        Error::Precondition { resource, condition } => format!("{resource}: {condition}"),
        Error::ConflictOfInterest { resource, relation } => {
            format!("{resource} has a conflict of interest: {relation}")
        }
        Error::ScheduleClash { resource, session, leave, .. } => {
            format!("{resource} is taken by {session}{leave} at that time")
        }
        Error::VersionSuperseded { resource, version } => format!("the current version of {resource} is {version}"),
        other => localized(other, Locale::En),
    }
}

/// A sentence for people, with the article that it rests on.
pub(super) fn localized(error: &Error, locale: Locale) -> String {
    let (chinese, english) = sentences(error);
    let of_faults = if let Error::Invalid(faults) = error { articles_of(faults) } else { String::new() };
    let article = match error {
        Error::Invalid(_) => of_faults.as_str(),
        Error::Precondition { condition, .. } => conditions::article(condition),
        Error::VersionSuperseded { .. } => SIGNED_BY_ALL,
        Error::TransitionNotAllowed { state, .. } => conditions::article_of_state(state),
        _ => "",
    };
    match locale {
        Locale::ZhCn if article.is_empty() => chinese.to_owned(),
        Locale::En if article.is_empty() => english.to_owned(),
        Locale::ZhCn => format!("{}（{}）。", chinese.trim_end_matches('。'), conditions::cited(article)),
        Locale::En => format!("{} ({}).", english.trim_end_matches('.'), conditions::cited_in_english(article)),
    }
}

/// The articles that the faults of a request go against, each once.
pub(super) fn articles_of(faults: &[Fault]) -> String {
    let mut articles: Vec<&str> = faults.iter().map(|fault| fault.article).filter(|one| !one.is_empty()).collect();
    articles.sort_unstable();
    articles.dedup();
    articles.join("; ")
}

fn sentences(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::Invalid(_) => {
            ("请求内容有误，请按所列字段更正。", "The request is not valid; correct the listed fields.")
        }
        Error::MalformedMessage => ("请求无法解码。", "The bytes of the request cannot be decoded."),
        Error::MessageTooLarge => ("请求超过大小限制。", "The message is larger than the limit."),
        Error::RequestIdReused { .. } => {
            ("该 request_id 已用于另一请求。", "The request_id was used before for another request.")
        }
        Error::InvalidPageToken => ("翻页标记无效。", "The page token is not valid here."),
        Error::InvalidFilter { .. } => ("筛选或排序条件有误。", "The filter or order cannot be used."),
        Error::Unauthenticated => ("未通过身份验证。", "The call carries no valid token."),
        Error::PermissionDenied { .. } => ("没有此项权限。", "The permission is not granted."),
        Error::OfficialNotAccepted => (
            "此调用须有可信的经办人信息。",
            "The official the call acts for is missing or not accepted from this client.",
        ),
        Error::OutOfScope { .. } => ("超出授权范围。", "Outside the scope of the client's grants."),
        Error::GrantExceedsOwn { .. } => {
            ("不能授予超出自身范围的权限。", "A grant cannot exceed what the grantor holds.")
        }
        Error::NotFound { .. } => ("未找到，或不在授权范围内。", "Not found, or outside the scope."),
        Error::AlreadyExists { .. } => ("已存在。", "It exists already."),
        Error::EtagMismatch { .. } => {
            ("内容已被更新，请重新读取后再提交。", "It changed since it was read; read again.")
        }
        Error::TokenAlreadyIssued { .. } => {
            ("该令牌已签发，密钥只显示一次。", "The token was issued before; its secret is shown once only.")
        }
        Error::TransitionNotAllowed { .. } => ("当前状态不允许此操作。", "The present state does not allow this step."),
        Error::Precondition { condition, .. } => {
            let known = conditions::condition(condition);
            debug_assert!(known.is_some(), "{condition} has no words");
            known.map_or(("前置条件不满足。", "A precondition does not hold."), |known| {
                (known.chinese, known.english)
            })
        }
        Error::ConflictOfInterest { .. } => ("存在利害关系，应当回避。", "A conflict of interest forbids the act."),
        Error::ScheduleClash { .. } => ("人员或场地时间冲突。", "A person or the room is taken at that time."),
        Error::PostingOverlap { .. } => ("与已有任职时间重叠。", "The posting overlaps another one."),
        Error::ClockNotPausable { .. } => ("该期限不得中止。", "This clock cannot be paused."),
        Error::ClockNotExtendable { .. } => ("该期限不得延长。", "This clock cannot be extended so."),
        Error::VersionSuperseded { .. } => ("协议已有新版本。", "The agreement has a newer version."),
        Error::TooManyAttempts { .. } => {
            ("查询码错误次数过多，请稍后再试。", "Too many wrong query codes; try again later.")
        }
        Error::RevisionCompacted => {
            ("游标已失效，请重新列表后订阅。", "The cursor's history is gone; list anew and watch from there.")
        }
        Error::SlowConsumer => {
            ("读取过慢，请从最后的游标继续。", "The watcher reads too slowly; resume from its last cursor.")
        }
        Error::InvalidCursor => ("游标无效。", "The cursor is not one of this server."),
        Error::Overloaded => ("服务繁忙，请稍后重试。", "The server has as many calls as it takes; try again soon."),
        Error::DeadlineExceeded => (
            "已超过调用时限；写入结果未知，请用同一 request_id 重试。",
            "The deadline passed; the outcome of a write is unknown, repeat with the same request_id.",
        ),
        Error::ShuttingDown => ("服务正在停止，请重新连接。", "The server is stopping; reconnect."),
        Error::DatabaseUnavailable { .. } => {
            ("数据库暂不可用，未写入任何内容。", "The database does not answer; nothing was written.")
        }
        Error::Contention => ("并发冲突，未写入，请重试。", "Colliding transactions; nothing was written, repeat."),
        Error::StorageFull => ("存储空间已满，未写入。", "The storage is full; nothing was written."),
        Error::Cancelled => ("调用已取消。", "The call was cancelled."),
        Error::MethodUnknown => ("没有此方法。", "The server does not know the method."),
        Error::OutcomeUnknown { .. } => {
            ("提交结果未知，请用同一 request_id 重试。", "The outcome is unknown; repeat with the same request_id.")
        }
        Error::Internal { .. } => ("服务内部错误。", "A fault of the server."),
    }
}
