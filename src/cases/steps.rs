//! What steps leave behind: hops and help, opinions, service records, progress reports.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{Case, Outcome, Resolution, case_name, numbered};
use crate::{call::Micros, db::Tx};

numbered! {
    /// The sort of an assignment.
    AssignmentKind {
        /// Transfer to an organ.
        Transfer = 1 "TRANSFER",
        /// Assignment to an organ.
        Assignment = 2 "ASSIGNMENT",
        /// Help of a linked cadre.
        Help = 3 "HELP",
        /// Moved up to a higher organ.
        Escalation = 4 "ESCALATION",
        /// Moved down to a lower organ.
        Delegation = 5 "DELEGATION",
        /// Reported to the leading body for its instruction.
        Report = 6 "REPORT",
        /// Assistance of another organ to the one that leads.
        Assistance = 7 "ASSISTANCE",
    }
}

impl AssignmentKind {
    /// The case itself went to the organization; the others go beside it.
    pub const HOPS: [Self; 4] = [Self::Transfer, Self::Assignment, Self::Escalation, Self::Delegation];

    /// A result is owed.
    pub fn owes_result(self) -> bool {
        match self {
            Self::Assignment | Self::Help | Self::Report | Self::Assistance => true,
            Self::Transfer | Self::Escalation | Self::Delegation => false,
        }
    }
}

numbered! {
    /// How help was asked.
    HelpMeans {
        /// Not help.
        None = 0 "UNSPECIFIED",
        /// By letter.
        Letter = 1 "LETTER",
        /// By supervision.
        Supervision = 2 "SUPERVISION",
        /// Directly.
        Direct = 3 "DIRECT",
    }
}

numbered! {
    /// Where an assignment stands.
    AssignmentState {
        /// On its way.
        Sent = 1 "SENT",
        /// Received.
        Received = 2 "RECEIVED",
        /// A result is there.
        Submitted = 3 "SUBMITTED",
        /// Confirmed.
        Confirmed = 4 "CONFIRMED",
        /// Sent back.
        SentBack = 5 "SENT_BACK",
        /// The case went on.
        Superseded = 6 "SUPERSEDED",
        /// The papers went back.
        Returned = 7 "RETURNED",
    }
}

numbered! {
    /// How a dispute of jurisdiction was decided.
    DisputeDecision {
        /// Not yet.
        Open = 0 "UNSPECIFIED",
        /// The papers go back.
        Agreed = 1 "AGREED",
        /// The organ keeps the case.
        Refused = 2 "REFUSED",
    }
}

numbered! {
    /// Who decides a dispute.
    Decider {
        /// Nobody yet.
        None = 0 "UNSPECIFIED",
        /// The sender.
        Sender = 1 "SENDER",
        /// The superior of both.
        CommonSuperior = 2 "COMMON_SUPERIOR",
    }
}

numbered! {
    /// The sort of an opinion.
    OpinionKind {
        /// Handling opinion.
        Handling = 1 "HANDLING",
        /// Direct reply.
        DirectReply = 2 "DIRECT_REPLY",
        /// Review opinion.
        Review = 3 "REVIEW",
        /// Re-review opinion.
        ReReview = 4 "RE_REVIEW",
    }
}

numbered! {
    /// What a notice tells.
    NoticeKind {
        /// What becomes of the matter.
        Disposition = 1 "DISPOSITION",
        /// Not accepted.
        Decline = 2 "DECLINE",
        /// No longer accepted.
        Refusal = 3 "REFUSAL",
        /// The term is extended.
        Extension = 4 "EXTENSION",
        /// The extension is revoked.
        ExtensionRevoked = 5 "EXTENSION_REVOKED",
        /// Taken up again.
        Reopening = 6 "REOPENING",
        /// Concluded by the competent level.
        Conclusion = 7 "CONCLUSION",
    }
}

numbered! {
    /// Why no notice is owed (XF 23).
    Exemption {
        /// One is.
        None = 0 "UNSPECIFIED",
        /// The name is not clear.
        NameUnclear = 1 "NAME_UNCLEAR",
        /// The address is not clear.
        AddressUnclear = 2 "ADDRESS_UNCLEAR",
    }
}

numbered! {
    /// Why a case is not accepted, no longer accepted, or taken up again.
    Ground {
        /// Neither.
        None = 0 "UNSPECIFIED",
        /// A court's or a procuratorate's matter.
        CourtMatter = 1 "COURT_MATTER",
        /// Another legal procedure is open.
        OtherProcedure = 2 "OTHER_PROCEDURE",
        /// The same matter is live elsewhere.
        SameMatterLive = 3 "SAME_MATTER_LIVE",
        /// A visit passed over levels.
        LevelSkipped = 4 "LEVEL_SKIPPED",
        /// A re-review decided it.
        ReReviewed = 5 "RE_REVIEWED",
        /// Ended by law.
        LegallyEnded = 6 "LEGALLY_ENDED",
        /// What was promised was not done.
        PromiseNotExecuted = 7 "PROMISE_NOT_EXECUTED",
        /// An agreement was breached.
        AgreementBreached = 8 "AGREEMENT_BREACHED",
        /// New facts.
        NewFacts = 9 "NEW_FACTS",
        /// The citizen is not satisfied.
        LowRating = 10 "LOW_RATING",
    }
}

impl Ground {
    /// A case is declined on it.
    pub fn declines(self) -> bool {
        matches!(self, Self::CourtMatter | Self::OtherProcedure | Self::SameMatterLive | Self::LevelSkipped)
    }

    /// A case is refused on it.
    pub fn refuses(self) -> bool {
        matches!(self, Self::ReReviewed | Self::LegallyEnded)
    }

    /// A case is reopened on it.
    pub fn reopens(self) -> bool {
        matches!(self, Self::PromiseNotExecuted | Self::AgreementBreached | Self::NewFacts | Self::LowRating)
    }
}

numbered! {
    /// How a document is served.
    ServiceMeans {
        /// Handed over.
        Direct = 1 "DIRECT",
        /// By post.
        Mail = 2 "MAIL",
        /// Electronically.
        Electronic = 3 "ELECTRONIC",
        /// Left with witnesses.
        Left = 4 "LEFT",
        /// Through another body.
        Entrusted = 5 "ENTRUSTED",
        /// By public notice.
        PublicNotice = 6 "PUBLIC_NOTICE",
    }
}

/// A hop to an organ, or help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub id: Uuid,
    pub case_id: Uuid,
    pub kind: AssignmentKind,
    pub means: HelpMeans,
    pub state: AssignmentState,
    pub organization: Option<String>,
    pub posting: Option<String>,
    pub from_organization: Option<String>,
    pub note: Option<String>,
    pub term_date: Option<NaiveDate>,
    pub create_time: Micros,
    pub receive_time: Option<Micros>,
    pub submit_time: Option<Micros>,
    pub result: Option<String>,
    pub confirm_time: Option<Micros>,
    pub resolution: Resolution,
    pub dispute: Option<Dispute>,
    pub version: i64,
}

/// A dispute of jurisdiction over a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    pub raise_time: Micros,
    pub raise_count: i32,
    pub grounds: Option<String>,
    pub sender_consented: bool,
    pub decision: DisputeDecision,
    pub decider: Decider,
    pub decide_time: Option<Micros>,
    pub decision_reason: Option<String>,
}

impl Assignment {
    /// A new one, on its way from the organization that handles the case.
    pub fn new(tx: &Tx<'_>, case: &Case, kind: AssignmentKind) -> Self {
        Self {
            id: tx.call().new_id(),
            case_id: case.id,
            kind,
            means: HelpMeans::None,
            state: AssignmentState::Sent,
            organization: None,
            posting: None,
            from_organization: case.handling_organization.clone(),
            note: None,
            term_date: None,
            create_time: tx.call().now,
            receive_time: None,
            submit_time: None,
            result: None,
            confirm_time: None,
            resolution: Resolution::Unknown,
            dispute: None,
            version: 1,
        }
    }

    /// `cases/{uuid}/assignments/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/assignments/{}", case_name(self.case_id), self.id)
    }
}

/// A handling opinion or a direct reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    pub id: Uuid,
    pub case_id: Uuid,
    pub kind: OpinionKind,
    pub outcome: Outcome,
    pub organization: Option<String>,
    pub document_number: Option<String>,
    pub facts: Option<String>,
    pub reasons: Option<String>,
    pub legal_basis: Option<String>,
    pub issue_time: Micros,
    pub serve_time: Option<Micros>,
}

impl Opinion {
    /// `cases/{uuid}/opinions/{uuid}`.
    pub fn name(&self) -> String {
        Document::Opinion(self.id).name(self.case_id)
    }
}

/// A written notice to the petitioner, or the record that none was owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: Uuid,
    pub case_id: Uuid,
    pub kind: NoticeKind,
    pub document_number: Option<String>,
    pub exemption: Exemption,
    pub ground: Ground,
    pub related_case: Option<Uuid>,
    pub prior_document_number: Option<String>,
    pub guidance: Option<String>,
    pub approver: Option<String>,
    pub issue_time: Micros,
    pub serve_time: Option<Micros>,
}

impl Notice {
    /// A notice of now that says nothing yet.
    pub fn blank(tx: &Tx<'_>, case_id: Uuid, kind: NoticeKind) -> Self {
        Self {
            id: tx.call().new_id(),
            case_id,
            kind,
            document_number: None,
            exemption: Exemption::None,
            ground: Ground::None,
            related_case: None,
            prior_document_number: None,
            guidance: None,
            approver: None,
            issue_time: tx.call().now,
            serve_time: None,
        }
    }

    /// `cases/{uuid}/notices/{uuid}`.
    pub fn name(&self) -> String {
        Document::Notice(self.id).name(self.case_id)
    }
}

/// What can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// An opinion.
    Opinion(Uuid),
    /// A notice.
    Notice(Uuid),
}

impl Document {
    /// Its name in a case.
    pub fn name(self, case_id: Uuid) -> String {
        match self {
            Self::Opinion(id) => format!("{}/opinions/{id}", case_name(case_id)),
            Self::Notice(id) => format!("{}/notices/{id}", case_name(case_id)),
        }
    }
}

/// Who received a document, when and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRecord {
    pub id: Uuid,
    pub case_id: Uuid,
    pub document: Document,
    pub means: ServiceMeans,
    pub receive_time: Micros,
    pub party: Option<Uuid>,
    pub create_time: Micros,
}

impl ServiceRecord {
    /// `cases/{uuid}/serviceRecords/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/serviceRecords/{}", case_name(self.case_id), self.id)
    }
}

/// A report of progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressReport {
    pub id: Uuid,
    pub case_id: Uuid,
    pub text: Option<String>,
    pub occur_time: Micros,
    pub create_time: Micros,
}
