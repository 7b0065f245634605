//! What an opinion promises, and whether it was done: execution is a fact of its own, beside the state of the procedure.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{Execution, case_name, numbered};
use crate::call::Micros;

numbered! {
    /// Where a promise stands.
    PromiseState {
        /// To be done.
        Pending = 1 "PENDING",
        /// Done.
        Done = 2 "DONE",
        /// Not done though due, or refused.
        Refused = 3 "REFUSED",
        /// The matter is handled anew: what was promised is no longer owed.
        Lapsed = 4 "LAPSED",
    }
}

/// Something that an opinion promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    pub id: Uuid,
    pub case_id: Uuid,
    /// The opinion.
    pub opinion: Uuid,
    /// The clock of its due date.
    pub clock: Option<Uuid>,
    pub state: PromiseState,
    /// What is promised.
    pub text: Option<String>,
    pub due_date: Option<NaiveDate>,
    /// What shows that it was done, or why it was not.
    pub evidence: Option<String>,
    pub record_time: Option<Micros>,
    pub create_time: Micros,
    pub version: i64,
}

impl Promise {
    /// `cases/{uuid}/promises/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/promises/{}", case_name(self.case_id), self.id)
    }
}

/// The execution of a case by its promises: refused where one is, done where all are.
pub fn execution(promises: &[Promise]) -> Execution {
    let has = |state| promises.iter().any(|promise| promise.state == state);
    if has(PromiseState::Refused) {
        Execution::Refused
    } else if has(PromiseState::Pending) {
        Execution::Pending
    } else if has(PromiseState::Done) {
        Execution::Done
    } else {
        Execution::None
    }
}
