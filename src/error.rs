//! The one error of the service, and the one place where it becomes a gRPC status.
//!
//! A variant stands for what a program must tell apart; its reason, code and metadata keys are part of the contract
//! (`error_reason.proto`). What only an operator may see travels as `cause` and goes to the log, never to the caller.

use std::{collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};

use crate::{
    call::{Locale, Micros},
    check::Fault,
};

mod conditions;
mod words;

use conditions::article_of_state;
pub use conditions::{article, condition_names};
use words::articles_of;

/// The `domain` of every ErrorInfo.
pub const DOMAIN: &str = "lianbang";

/// Everybody signs one and the same agreement.
const SIGNED_BY_ALL: &str = "RMTJ 29";

/// How long a caller should wait before it tries again.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// Code and metadata keys of a reason, from the protos.
#[derive(Debug)]
pub struct ReasonRule {
    /// Name without the prefix `ERROR_REASON_`.
    pub name: &'static str,
    /// Canonical code as a number.
    pub code: i32,
    /// Keys of ErrorInfo.metadata.
    pub metadata_keys: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/reasons.rs"));

/// Why a call failed. Each variant is documented by its reason in `error_reason.proto`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the reasons in error_reason.proto say what each variant means")]
pub enum Error {
    Invalid(Vec<Fault>),
    MalformedMessage,
    MessageTooLarge,
    RequestIdReused { request_id: String },
    InvalidPageToken,
    InvalidFilter { field: &'static str, message: String },
    Unauthenticated,
    PermissionDenied { permission: &'static str },
    OfficialNotAccepted,
    OutOfScope { resource: String },
    GrantExceedsOwn { role: String },
    NotFound { resource: String },
    AlreadyExists { resource: String },
    EtagMismatch { resource: String, etag: String },
    TokenAlreadyIssued { resource: String },
    TransitionNotAllowed { resource: String, state: String, action: String, allowed: Vec<String> },
    Precondition { resource: String, condition: &'static str },
    ConflictOfInterest { resource: String, relation: &'static str },
    ScheduleClash { resource: String, session: String, leave: String, free: Vec<Micros> },
    PostingOverlap { resource: String },
    ClockNotPausable { clock: String },
    ClockNotExtendable { clock: String },
    VersionSuperseded { resource: String, version: i32 },
    TooManyAttempts { wait: Duration },
    RevisionCompacted,
    SlowConsumer,
    InvalidCursor,
    Overloaded,
    DeadlineExceeded,
    ShuttingDown,
    DatabaseUnavailable { cause: String },
    Contention,
    StorageFull,
    Cancelled,
    MethodUnknown,
    OutcomeUnknown { cause: String },
    Internal { cause: String },
}

/// Result of everything that can fail towards a caller.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One field that an article forbids.
    pub fn against(article: &'static str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault { field: field.into(), message: message.into(), article }])
    }

    /// One faulty field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault { field: field.into(), message: message.into(), article: "" }])
    }

    /// A resource that is not there for the caller.
    pub fn not_found(resource: impl Into<String>) -> Self {
        Self::NotFound { resource: resource.into() }
    }

    /// A step that is not possible now, and those that are.
    pub fn not_allowed<A: Into<String>>(
        resource: impl Into<String>,
        state: impl Into<String>,
        action: impl Into<String>,
        allowed: impl IntoIterator<Item = A>,
    ) -> Self {
        Self::TransitionNotAllowed {
            resource: resource.into(),
            state: state.into(),
            action: action.into(),
            allowed: allowed.into_iter().map(Into::into).collect(),
        }
    }

    /// A fault of ours; `cause` goes to the log.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal { cause: cause.to_string() }
    }

    /// Name of the reason, without the prefix of the enum.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "INVALID_REQUEST",
            Self::MalformedMessage => "MALFORMED_MESSAGE",
            Self::MessageTooLarge => "MESSAGE_TOO_LARGE",
            Self::RequestIdReused { .. } => "REQUEST_ID_REUSED",
            Self::InvalidPageToken => "INVALID_PAGE_TOKEN",
            Self::InvalidFilter { .. } => "INVALID_FILTER",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied { .. } => "PERMISSION_DENIED",
            Self::OfficialNotAccepted => "OFFICIAL_NOT_ACCEPTED",
            Self::OutOfScope { .. } => "OUT_OF_SCOPE",
            Self::GrantExceedsOwn { .. } => "GRANT_EXCEEDS_OWN",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::AlreadyExists { .. } => "ALREADY_EXISTS",
            Self::EtagMismatch { .. } => "ETAG_MISMATCH",
            Self::TokenAlreadyIssued { .. } => "TOKEN_ALREADY_ISSUED",
            Self::TransitionNotAllowed { .. } => "TRANSITION_NOT_ALLOWED",
            Self::Precondition { .. } => "PRECONDITION_FAILED",
            Self::ConflictOfInterest { .. } => "CONFLICT_OF_INTEREST",
            Self::ScheduleClash { .. } => "SCHEDULE_CLASH",
            Self::PostingOverlap { .. } => "POSTING_OVERLAP",
            Self::ClockNotPausable { .. } => "CLOCK_NOT_PAUSABLE",
            Self::ClockNotExtendable { .. } => "CLOCK_NOT_EXTENDABLE",
            Self::VersionSuperseded { .. } => "VERSION_SUPERSEDED",
            Self::TooManyAttempts { .. } => "TOO_MANY_ATTEMPTS",
            Self::RevisionCompacted => "REVISION_COMPACTED",
            Self::SlowConsumer => "SLOW_CONSUMER",
            Self::InvalidCursor => "INVALID_CURSOR",
            Self::Overloaded => "OVERLOADED",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::ShuttingDown => "SHUTTING_DOWN",
            Self::DatabaseUnavailable { .. } => "DATABASE_UNAVAILABLE",
            Self::Contention => "CONTENTION",
            Self::StorageFull => "STORAGE_FULL",
            Self::Cancelled => "CANCELLED",
            Self::MethodUnknown => "METHOD_UNKNOWN",
            Self::OutcomeUnknown { .. } => "OUTCOME_UNKNOWN",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    /// The rule of the reason: its code and metadata keys.
    pub fn rule(&self) -> &'static ReasonRule {
        let name = self.reason();
        REASONS.iter().find(|rule| rule.name == name).expect("invariant: a test compares the enum with the protos")
    }

    /// Code of the status.
    pub fn code(&self) -> Code {
        Code::from_i32(self.rule().code)
    }

    /// ErrorInfo.metadata.
    pub fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Invalid(faults) => {
                let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
                vec![("fields", fields.join(",")), ("article", articles_of(faults))]
            }
            Self::RequestIdReused { request_id } => vec![("request_id", request_id.clone())],
            Self::InvalidFilter { field, message: _ } => vec![("field", (*field).to_owned())],
            Self::PermissionDenied { permission } => vec![("permission", (*permission).to_owned())],
            Self::OutOfScope { resource }
            | Self::NotFound { resource }
            | Self::AlreadyExists { resource }
            | Self::TokenAlreadyIssued { resource }
            | Self::PostingOverlap { resource } => vec![("resource", resource.clone())],
            Self::GrantExceedsOwn { role } => vec![("role", role.clone())],
            Self::EtagMismatch { resource, etag } => vec![("resource", resource.clone()), ("etag", etag.clone())],
            Self::TransitionNotAllowed { resource, state, action, allowed } => vec![
                ("resource", resource.clone()),
                ("state", state.clone()),
                ("action", action.clone()),
                ("allowed", allowed.join(",")),
                ("article", article_of_state(state).to_owned()),
            ],
            Self::Precondition { resource, condition } => {
                let article = conditions::article(condition).to_owned();
                vec![("resource", resource.clone()), ("condition", (*condition).to_owned()), ("article", article)]
            }
            Self::ConflictOfInterest { resource, relation } => {
                vec![("resource", resource.clone()), ("relation", (*relation).to_owned())]
            }
            Self::ScheduleClash { resource, session, leave, free } => {
                let free: Vec<String> = free.iter().map(|time| crate::clock::rfc3339(*time)).collect();
                vec![
                    ("resource", resource.clone()),
                    ("session", session.clone()),
                    ("leave", leave.clone()),
                    ("free_start_times", free.join(",")),
                ]
            }
            Self::ClockNotPausable { clock } | Self::ClockNotExtendable { clock } => vec![("clock", clock.clone())],
            Self::VersionSuperseded { resource, version } => {
                let article = SIGNED_BY_ALL.to_owned();
                vec![("resource", resource.clone()), ("version", version.to_string()), ("article", article)]
            }
            Self::MalformedMessage
            | Self::MessageTooLarge
            | Self::InvalidPageToken
            | Self::Unauthenticated
            | Self::OfficialNotAccepted
            | Self::TooManyAttempts { .. }
            | Self::RevisionCompacted
            | Self::SlowConsumer
            | Self::InvalidCursor
            | Self::Overloaded
            | Self::DeadlineExceeded
            | Self::ShuttingDown
            | Self::DatabaseUnavailable { .. }
            | Self::Contention
            | Self::StorageFull
            | Self::Cancelled
            | Self::MethodUnknown
            | Self::OutcomeUnknown { .. }
            | Self::Internal { .. } => Vec::new(),
        }
    }

    /// When the same call may succeed, where it may.
    fn retry(&self) -> Option<Duration> {
        match self {
            Self::Overloaded
            | Self::ShuttingDown
            | Self::DatabaseUnavailable { .. }
            | Self::Contention
            | Self::StorageFull => Some(RETRY_AFTER),
            Self::TooManyAttempts { wait } => Some(*wait),
            _ => None,
        }
    }

    /// True where the call was refused for what it asks: nothing of it was written, now or later.
    pub fn is_refusal(&self) -> bool {
        matches!(self.code(), Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition | Code::AlreadyExists)
            || matches!(self, Self::EtagMismatch { .. } | Self::Contention)
    }

    /// What only an operator may read.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::DatabaseUnavailable { cause } | Self::OutcomeUnknown { cause } | Self::Internal { cause } => {
                Some(cause)
            }
            _ => None,
        }
    }

    /// The status as the caller sees it. `call_id` is told with faults of ours, so that the log can be asked.
    pub fn status(&self, locale: Locale, call_id: &str) -> Status {
        if let Some(cause) = self.cause() {
            tracing::error!(reason = self.reason(), call_id, cause, "call failed");
        }
        let metadata: HashMap<String, String> =
            self.metadata().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut details = ErrorDetails::new();
        details.set_error_info(self.reason(), DOMAIN, metadata);
        details.set_localized_message(locale.tag(), words::localized(self, locale));
        match self {
            Self::Invalid(faults) => {
                details.set_bad_request(
                    faults.iter().map(|fault| FieldViolation::new(&fault.field, &fault.message)).collect::<Vec<_>>(),
                );
            }
            Self::InvalidFilter { field, message } => {
                details.set_bad_request(vec![FieldViolation::new(*field, message)]);
            }
            Self::TransitionNotAllowed { resource, state, action, allowed } => {
                details.set_precondition_failure(vec![PreconditionViolation::new(
                    "STATE",
                    resource,
                    format!("{action} is not allowed in {state}; allowed now: {}", allowed.join(", ")),
                )]);
            }
            Self::Precondition { resource, condition } => {
                let told = format!("{condition}: {}", words::localized(self, Locale::En));
                details.set_precondition_failure(vec![PreconditionViolation::new("STATE", resource, told)]);
            }
            _ => {}
        }
        if let Some(wait) = self.retry() {
            details.set_retry_info(Some(wait));
        }
        if self.cause().is_some() && !call_id.is_empty() {
            details.set_request_info(call_id, "");
        }
        Status::with_error_details(self.code(), words::plain(self), details)
    }
}

impl From<Error> for Status {
    /// For the places that know no caller: the language is Chinese.
    fn from(error: Error) -> Self {
        error.status(Locale::ZhCn, "")
    }
}
