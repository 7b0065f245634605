//! The contract as a whole: each error as a client sees it, and what every RPC and field must say of itself.

use std::{collections::BTreeSet, time::Duration};

use lianbang::{
    auth::METHODS,
    call::Locale,
    check::Fault,
    error::{Error, REASONS},
    server::code_name,
};
use prost_reflect::{
    EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value,
};
use regex::Regex;
use tonic_types::StatusExt;

use crate::{
    harness::assert_golden,
    mutations::{POOL, methods},
};

/// One of each. A new variant does not compile without a line in `one_of_each`, since `counted` has no wildcard.
fn one_of_each() -> Vec<Error> {
    let (resource, cause) = (|| "cases/1".to_owned(), || "only for the log".to_owned());
    vec![
        Error::Invalid(vec![Fault { field: "case.region".into(), message: "is required".into(), article: "" }]),
        Error::MalformedMessage,
        Error::MessageTooLarge,
        Error::RequestIdReused { request_id: "6f1c".into() },
        Error::InvalidPageToken,
        Error::InvalidFilter { field: "filter", message: "does not know the field `colour`".into() },
        Error::Unauthenticated,
        Error::PermissionDenied { permission: "cases.read" },
        Error::OfficialNotAccepted,
        Error::OutOfScope { resource: resource() },
        Error::GrantExceedsOwn { role: "READER".into() },
        Error::NotFound { resource: resource() },
        Error::AlreadyExists { resource: resource() },
        Error::EtagMismatch { resource: resource(), etag: "v2".into() },
        Error::TokenAlreadyIssued { resource: "clients/a/tokens/1".into() },
        Error::TransitionNotAllowed {
            resource: resource(),
            state: "REGISTERED".into(),
            action: "CloseCase".into(),
            allowed: vec!["AcceptCase".into(), "TransferCase".into()],
        },
        Error::Precondition { resource: resource(), condition: "ALREADY_REVOKED" },
        Error::ConflictOfInterest { resource: "cadres/1".into(), relation: "ACCUSED" },
        Error::ScheduleClash {
            resource: "cadres/1".into(),
            session: "mediations/1/sessions/2".into(),
            leave: String::new(),
            free: vec![0],
        },
        Error::PostingOverlap { resource: "cadres/1/postings/1".into() },
        Error::ClockNotPausable { clock: "accept".into() },
        Error::ClockNotExtendable { clock: "accept".into() },
        Error::VersionSuperseded { resource: "mediations/1/agreements/1".into(), version: 3 },
        Error::TooManyAttempts { wait: Duration::from_secs(60) },
        Error::RevisionCompacted,
        Error::SlowConsumer,
        Error::InvalidCursor,
        Error::Overloaded,
        Error::DeadlineExceeded,
        Error::ShuttingDown,
        Error::DatabaseUnavailable { cause: cause() },
        Error::Contention,
        Error::StorageFull,
        Error::Cancelled,
        Error::MethodUnknown,
        Error::OutcomeUnknown { cause: cause() },
        Error::Internal { cause: cause() },
    ]
}

/// Variants of [`Error`].
const VARIANTS: usize = 37;

/// Does not compile when a variant comes or goes: then mend `one_of_each` and `VARIANTS`.
fn counted(error: &Error) {
    match error {
        Error::Invalid(_)
        | Error::MalformedMessage
        | Error::MessageTooLarge
        | Error::RequestIdReused { .. }
        | Error::InvalidPageToken
        | Error::InvalidFilter { .. }
        | Error::Unauthenticated
        | Error::PermissionDenied { .. }
        | Error::OfficialNotAccepted
        | Error::OutOfScope { .. }
        | Error::GrantExceedsOwn { .. }
        | Error::NotFound { .. }
        | Error::AlreadyExists { .. }
        | Error::EtagMismatch { .. }
        | Error::TokenAlreadyIssued { .. }
        | Error::TransitionNotAllowed { .. }
        | Error::Precondition { .. }
        | Error::ConflictOfInterest { .. }
        | Error::ScheduleClash { .. }
        | Error::PostingOverlap { .. }
        | Error::ClockNotPausable { .. }
        | Error::ClockNotExtendable { .. }
        | Error::VersionSuperseded { .. }
        | Error::TooManyAttempts { .. }
        | Error::RevisionCompacted
        | Error::SlowConsumer
        | Error::InvalidCursor
        | Error::Overloaded
        | Error::DeadlineExceeded
        | Error::ShuttingDown
        | Error::DatabaseUnavailable { .. }
        | Error::Contention
        | Error::StorageFull
        | Error::Cancelled
        | Error::MethodUnknown
        | Error::OutcomeUnknown { .. }
        | Error::Internal { .. } => {}
    }
}

#[test]
fn each_error_and_each_reason_have_each_other() {
    let errors = one_of_each();
    errors.iter().for_each(counted);
    assert_eq!(errors.len(), VARIANTS);
    let of_code: BTreeSet<&str> = errors.iter().map(Error::reason).collect();
    let of_protos: BTreeSet<&str> = REASONS.iter().map(|rule| rule.name).collect();
    assert_eq!(of_code.len(), VARIANTS, "two variants share a reason");
    assert_eq!(of_code, of_protos);
}

#[test]
fn errors_are_what_the_catalogue_says() {
    let mut text = String::new();
    for error in one_of_each() {
        let rule = error.rule();
        let keys: Vec<&str> = error.metadata().iter().map(|(key, _)| *key).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>(), rule.metadata_keys.iter().collect(), "{}", error.reason());
        text += &format!("{} {}\n", error.reason(), code_name(error.code()));
        let status = error.status(Locale::En, "call-1");
        text += &format!("  message: {}\n", status.message());
        for (key, value) in error.metadata() {
            text += &format!("  {key}: {value}\n");
        }
        for locale in [Locale::ZhCn, Locale::En] {
            let words = error.status(locale, "call-1").get_details_localized_message().expect("words");
            assert!(!words.message.is_empty());
            text += &format!("  {}: {}\n", words.locale, words.message);
        }
        let details = status.get_error_details();
        let further = [
            ("BadRequest", details.bad_request().is_some()),
            ("PreconditionFailure", details.precondition_failure().is_some()),
            ("RetryInfo", details.retry_info().is_some()),
            ("RequestInfo", details.request_info().is_some()),
        ];
        for (name, _) in further.into_iter().filter(|(_, there)| *there) {
            text += &format!("  with {name}\n");
        }
        assert!(!format!("{status:?}").contains("only for the log"), "{} tells its cause", error.reason());
    }
    assert_golden("errors.txt", &text);
}

/// What the RPCs say of PRECONDITION_FAILED has words and an article, and whatever has them is said of some RPC.
#[test]
fn each_condition_is_documented_and_has_words() {
    let named = Regex::new("[A-Z]{2,}(?:_[A-Z]+)+").expect("pattern");
    let comments: Vec<String> = methods().iter().map(method_comment).collect();
    let known: BTreeSet<&str> = lianbang::error::condition_names().collect();
    let told: BTreeSet<&str> =
        comments.iter().flat_map(|text| named.find_iter(text)).map(|found| found.as_str()).collect();
    let mut faults: Vec<String> =
        known.difference(&told).map(|name| format!("{name} is documented of no RPC")).collect();
    for text in &comments {
        for (start, head) in text.match_indices("PRECONDITION_FAILED (") {
            let inner = inside(&text[start + head.len()..]);
            let unknown = named.find_iter(inner).filter(|found| !known.contains(found.as_str()));
            faults.extend(unknown.map(|found| format!("{} has no words", found.as_str())));
        }
    }
    assert_none("conditions", &faults);
}

/// What stands before the parenthesis is closed.
fn inside(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        depth == 0
    });
    &text[..end.unwrap_or(text.len())]
}

/// Everything under one head, so that a run tells all there is to mend.
#[track_caller]
fn assert_none(head: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{head}:\n{}", faults.join("\n"));
}

/// The comment before an element of a file.
fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref().expect("comments are compiled in");
    let place = info.location.iter().find(|place| place.path == path);
    place.and_then(|place| place.leading_comments.clone()).unwrap_or_default()
}

fn method_comment(method: &MethodDescriptor) -> String {
    comment(&method.parent_service().parent_file(), method.path())
}

fn extension(options: &prost_reflect::DynamicMessage, name: &str) -> Option<Value> {
    let extension = POOL.get_extension_by_name(name).unwrap_or_else(|| panic!("no extension {name}"));
    options.has_extension(&extension).then(|| options.get_extension(&extension).into_owned())
}

fn own_messages() -> Vec<MessageDescriptor> {
    POOL.all_messages().filter(|message| message.package_name() == "lianbang.v1" && !message.is_map_entry()).collect()
}

fn own_enums() -> Vec<EnumDescriptor> {
    POOL.all_enums().filter(|found| found.package_name() == "lianbang.v1").collect()
}

#[test]
fn every_rpc_says_who_may_call_it_and_how() {
    let mut faults = Vec::new();
    for method in methods() {
        let options = method.options();
        let name = method.full_name();
        if extension(&options, "lianbang.v1.permission").is_none() {
            faults.push(format!("{name} has no (permission)"));
        }
        // JSON over HTTP has no streams in both directions.
        if extension(&options, "google.api.http").is_none() && !method.is_client_streaming() {
            faults.push(format!("{name} has no (google.api.http)"));
        }
    }
    assert_none("options are missing", &faults);
}

#[test]
fn what_writes_has_a_request_id_and_says_which_events_it_writes() {
    let mut faults = Vec::new();
    for method in METHODS {
        let writes = method.mutation || method.client_stream;
        // A look at what is kept from most eyes leaves a trace, and changes nothing.
        let traces = method.emits.iter().all(|event| event.ends_with(".viewed"));
        let fits = if writes { !method.emits.is_empty() } else { traces };
        if !fits {
            faults.push(format!("{}: writes {writes}, emits {:?}", method.path, method.emits));
        }
    }
    assert_none("(emits) stands where something is written, and nowhere else", &faults);
}

/// The words after `head` in a comment, up to the next full stop at a word's end.
fn words_after<'a>(comment: &'a str, head: &str) -> Option<Vec<&'a str>> {
    let (_, rest) = comment.split_once(head)?;
    let words = rest.split(|sign: char| !(sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.')));
    Some(words.map(|word| word.trim_matches('.')).filter(|word| !word.is_empty()).collect())
}

#[test]
fn comments_of_rpcs_name_their_events_and_reasons() {
    let mut faults = Vec::new();
    for method in methods() {
        let (name, comment) = (method.full_name().to_owned(), method_comment(&method));
        if comment.trim().is_empty() {
            faults.push(format!("{name} has no comment"));
            continue;
        }
        // A stream has `Errors of the stream` and `Errors of a row`.
        match words_after(&comment, "Errors") {
            None => faults.push(format!("{name}: the comment does not tell its errors")),
            Some(words) => {
                let reasons = words.into_iter().filter(|word| word.len() > 4 && word.contains('_'));
                let unknown = reasons.filter(|word| *word == word.to_uppercase()).filter(|word| {
                    !REASONS.iter().any(|rule| rule.name == *word) && !mentions_condition(&comment, word)
                });
                faults.extend(unknown.map(|word| format!("{name}: {word} is not in error_reason.proto")));
            }
        }
        let events: Vec<String> = match extension(&method.options(), "lianbang.v1.emits") {
            Some(Value::List(events)) => events.iter().filter_map(|event| event.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let told =
            comment.split_once("Emits:").map_or("", |(_, rest)| rest.split("Errors:").next().unwrap_or_default());
        for event in events.iter().filter(|event| !told.contains(event.as_str())) {
            faults.push(format!("{name}: the comment does not say that it emits {event}"));
        }
    }
    assert_none("comments of RPCs", &faults);
}

/// Conditions of PRECONDITION_FAILED stand in brackets behind it.
fn mentions_condition(comment: &str, word: &str) -> bool {
    comment.split('(').skip(1).any(|rest| rest.split(')').next().is_some_and(|inside| inside.contains(word)))
}

#[test]
fn everything_has_a_comment() {
    let mut faults = Vec::new();
    let mut look = |name: &str, file: &FileDescriptor, path: &[i32]| {
        if comment(file, path).trim().is_empty() {
            faults.push(name.to_owned());
        }
    };
    for message in own_messages() {
        look(message.full_name(), &message.parent_file(), message.path());
        for field in message.fields() {
            look(field.full_name(), &message.parent_file(), field.path());
        }
    }
    for found in own_enums() {
        look(found.full_name(), &found.parent_file(), found.path());
        for value in found.values() {
            look(value.full_name(), &found.parent_file(), value.path());
        }
    }
    assert_none("no comment", &faults);
}

#[test]
fn every_field_of_a_request_says_what_is_expected_of_it() {
    let mut faults = Vec::new();
    for message in own_messages().iter().filter(|message| message.name().ends_with("Request")) {
        for field in message.fields() {
            // One of a oneof is required or not as a whole.
            let alone = field.containing_oneof().is_none_or(|group| group.is_synthetic());
            if alone && extension(&field.options(), "google.api.field_behavior").is_none() {
                faults.push(field.full_name().to_owned());
            }
        }
    }
    assert_none("no (google.api.field_behavior)", &faults);
}

/// Names of fields that hold what people are called, how they are reached, or what they told.
const PERSONAL: [&str; 24] = [
    "address",
    "consent_statement",
    "end_explanation",
    "evidence",
    "failure_explanation",
    "id_number",
    "matter",
    "minutes",
    "note",
    "obligee",
    "obligor",
    "office_hours",
    "official_id",
    "petitioner_name",
    "petitioner_phone",
    "phone",
    "post",
    "reply",
    "settlement",
    "statement",
    "summary",
    "text",
    "title",
    "venue",
];

/// The field is free text or a message of our own: what a class can be said of.
fn is_text(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::String)
}

#[test]
fn what_may_be_personal_says_its_class() {
    let mut faults = Vec::new();
    for message in own_messages() {
        // What a resource is called may be what a person is called.
        let resource = extension(&message.options(), "google.api.resource").is_some();
        let may_be = |name: &str| PERSONAL.contains(&name) || (resource && name.ends_with("display_name"));
        for field in message.fields().filter(|field| may_be(field.name()) && is_text(field)) {
            // A name of a resource is a reference, and no content.
            let reference = extension(&field.options(), "google.api.resource_reference").is_some();
            if !reference && extension(&field.options(), "lianbang.v1.data_class").is_none() {
                faults.push(field.full_name().to_owned());
            }
        }
    }
    assert_none("no (data_class)", &faults);
}

#[test]
fn what_reaches_or_names_a_person_has_the_class_for_it() {
    // A phone, an identity number or an address of a person is CONTACT or IDENTITY, and a statement NARRATIVE.
    let expected = [
        ("phone", &[3, 4][..]),
        ("id_number", &[3]),
        ("petitioner_name", &[3]),
        ("petitioner_phone", &[4]),
        ("statement", &[5]),
    ];
    let mut faults = Vec::new();
    for message in own_messages() {
        for field in message.fields() {
            let Some((_, classes)) = expected.iter().find(|(name, _)| *name == field.name()) else { continue };
            let class = extension(&field.options(), "lianbang.v1.data_class").and_then(|class| class.as_enum_number());
            if is_text(&field) && !class.is_some_and(|class| classes.contains(&class)) {
                faults.push(format!("{} is of class {class:?}", field.full_name()));
            }
        }
    }
    assert_none("classes", &faults);
}
