//! What comes after an agreement: judicial confirmation, and visits.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    call::Micros,
    mediations::numbers::{ConfirmationState, Finding, FollowUpState},
};

/// A joint application to a court.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// The agreement.
    pub agreement: Uuid,
    /// Where it stands.
    pub state: ConfirmationState,
    /// Who asks.
    pub applicants: Vec<Uuid>,
    /// The court.
    pub court: String,
    /// When it reached the court.
    pub request_time: Micros,
    /// SHA-256 of the application in hexadecimal digits.
    pub evidence: Option<String>,
    /// The last day on which the parties could ask.
    pub deadline_date: NaiveDate,
    /// Number of the court's last paper.
    pub document_number: Option<String>,
    /// When the court accepted it.
    pub accept_time: Option<Micros>,
    /// When the court decided.
    pub decide_time: Option<Micros>,
    /// What the court said.
    pub reason: Option<String>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts its changes.
    pub version: i64,
}

impl Confirmation {
    /// `mediations/{id}/agreements/{id}/confirmations/{id}`.
    pub fn name(&self) -> String {
        format!("mediations/{}/agreements/{}/confirmations/{}", self.mediation, self.agreement, self.id)
    }
}

/// Most visits that are planned for one agreement.
pub const MOST_FOLLOW_UPS: u64 = 100;

/// A visit after the agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// The agreement.
    pub agreement: Uuid,
    /// Where it stands.
    pub state: FollowUpState,
    /// The day by which it is to be made.
    pub due_date: NaiveDate,
    /// Who makes it.
    pub visitor: Uuid,
    /// What it found.
    pub finding: Option<Finding>,
    /// The record of it.
    pub record: Option<Uuid>,
    /// When it was made.
    pub visit_time: Option<Micros>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// When it was planned.
    pub create_time: Micros,
    /// Counts its changes.
    pub version: i64,
}

impl FollowUp {
    /// `mediations/{id}/agreements/{id}/followUps/{id}`.
    pub fn name(&self) -> String {
        format!("mediations/{}/agreements/{}/followUps/{}", self.mediation, self.agreement, self.id)
    }

    /// It was to be made before that day.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.state == FollowUpState::Planned && self.due_date < today
    }
}
