//! What stands over the procedure: supervision (督办), recommendations (建议), and urgent reports upward (XF 25, 39, 40).

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{case_name, numbered};
use crate::call::Micros;

numbered! {
    /// The sort.
    Sort {
        /// Supervision of an organ in one case.
        Supervision = 1 "SUPERVISION",
        /// A recommendation to an organ.
        Recommendation = 2 "RECOMMENDATION",
    }
}

numbered! {
    /// How an organ is supervised, or what is recommended.
    Kind {
        /// Not said: a proposal.
        None = 0 "UNSPECIFIED",
        /// Reminder (提醒).
        Reminder = 1 "REMINDER",
        /// Order (督办).
        Order = 2 "ORDER",
        /// Listed publicly (挂牌督办).
        Listed = 3 "LISTED",
        /// To improve the work.
        Improvement = 11 "IMPROVEMENT",
        /// To improve a policy.
        Policy = 12 "POLICY",
        /// To discipline somebody.
        Discipline = 13 "DISCIPLINE",
        /// A procuratorate's.
        Procuratorial = 14 "PROCURATORIAL",
    }
}

numbered! {
    /// Why an organ is supervised.
    Reason {
        /// Not supervision.
        None = 0 "UNSPECIFIED",
        /// Overdue.
        Overdue = 1 "OVERDUE",
        /// Nothing was fed back.
        NoFeedback = 2 "NO_FEEDBACK",
        /// The procedure was not kept.
        Procedure = 3 "PROCEDURE",
        /// Shirked, perfunctory, delayed.
        Shirking = 4 "SHIRKING",
        /// The opinion is not executed.
        NotExecuted = 5 "NOT_EXECUTED",
        /// Something was falsified.
        Falsified = 6 "FALSIFIED",
        /// Another.
        Other = 7 "OTHER",
    }
}

numbered! {
    /// Where it stands.
    OversightState {
        /// Proposed by a rule; a person decides.
        Proposed = 1 "PROPOSED",
        /// An answer is owed.
        Open = 2 "OPEN",
        /// Answered.
        Answered = 3 "ANSWERED",
        /// Lifted.
        Lifted = 4 "LIFTED",
        /// A proposal that was not followed.
        Dismissed = 5 "DISMISSED",
    }
}

numbered! {
    /// Whether a recommendation is adopted.
    Adoption {
        /// Not answered, or no recommendation.
        None = 0 "UNSPECIFIED",
        /// Adopted.
        Adopted = 1 "ADOPTED",
        /// Adopted in part.
        Partly = 2 "PARTLY",
        /// Not adopted.
        Not = 3 "NOT_ADOPTED",
    }
}

/// Supervision of an organ, or a recommendation to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oversight {
    pub id: Uuid,
    pub case_id: Uuid,
    pub sort: Sort,
    pub kind: Kind,
    pub reason: Reason,
    pub state: OversightState,
    /// The rule that proposed it.
    pub rule: Option<String>,
    pub issuer: Option<String>,
    pub organization: Option<String>,
    /// The clock of the answer.
    pub clock: Option<Uuid>,
    pub content: Option<String>,
    pub answer_date: Option<NaiveDate>,
    pub adoption: Adoption,
    pub answer: Option<String>,
    pub answer_time: Option<Micros>,
    /// Why it was lifted or dismissed.
    pub end_reason: Option<String>,
    pub end_time: Option<Micros>,
    pub create_time: Micros,
    pub version: i64,
}

impl Oversight {
    /// `cases/{uuid}/supervisions/{uuid}` or `cases/{uuid}/recommendations/{uuid}`.
    pub fn name(&self) -> String {
        oversight_name(self.sort, self.case_id, self.id)
    }
}

/// Name of a supervision or a recommendation.
pub fn oversight_name(sort: Sort, case_id: Uuid, id: Uuid) -> String {
    let collection = match sort {
        Sort::Supervision => "supervisions",
        Sort::Recommendation => "recommendations",
    };
    format!("{}/{collection}/{id}", case_name(case_id))
}

/// A report of an urgent or major matter to levels above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgentReport {
    pub id: Uuid,
    pub case_id: Uuid,
    /// Who was told.
    pub organizations: Vec<String>,
    /// Who told them.
    pub reporter: String,
    pub content: Option<String>,
    pub report_time: Micros,
}

impl UrgentReport {
    /// `cases/{uuid}/urgentReports/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/urgentReports/{}", case_name(self.case_id), self.id)
    }
}
