//! Reading errors as a client does.

use lianbang::{error::REASONS, server::code_name};
use tonic::Status;
use tonic_types::StatusExt;

/// Reason of an error. Checks on the way that code and metadata keys are those that the contract states.
#[track_caller]
pub fn reason(status: &Status) -> String {
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    assert_eq!(info.domain, "lianbang");
    let rule = REASONS
        .iter()
        .find(|rule| rule.name == info.reason)
        .unwrap_or_else(|| panic!("{} is not in error_reason.proto", info.reason));
    assert_eq!(rule.code, i32::from(status.code()), "{} came with {}", info.reason, code_name(status.code()));
    let mut keys: Vec<&str> = info.metadata.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let mut stated = rule.metadata_keys.to_vec();
    stated.sort_unstable();
    assert_eq!(keys, stated, "metadata keys of {}", info.reason);
    assert!(status.get_details_localized_message().is_some(), "no LocalizedMessage in {}", info.reason);
    info.reason
}

/// Fails where the call succeeded or failed for another reason. Returns the status for a closer look.
#[track_caller]
pub fn assert_reason<T: std::fmt::Debug>(outcome: Result<T, Status>, expected: &str) -> Status {
    match outcome {
        Ok(answer) => panic!("expected {expected}, got {answer:?}"),
        Err(status) => {
            assert_eq!(reason(&status), expected, "{status:?}");
            status
        }
    }
}

/// Fails unless a precondition is what the call failed for, and this one.
#[track_caller]
pub fn assert_condition<T: std::fmt::Debug>(outcome: Result<T, Status>, expected: &str) {
    let status = assert_reason(outcome, "PRECONDITION_FAILED");
    let info = status.get_details_error_info().expect("ErrorInfo");
    assert_eq!(info.metadata["condition"], expected);
}
