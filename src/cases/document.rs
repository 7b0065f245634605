//! Documents of a case (信访材料, 文书): what is known of a file, and where its content stands.

use uuid::Uuid;

use super::model::{case_name, numbered};
use crate::call::Micros;

numbered! {
    /// What the file is.
    DocumentKind {
        /// The petition's own material.
        PetitionMaterial = 1 "PETITION_MATERIAL",
        /// Evidence.
        Evidence = 2 "EVIDENCE",
        /// A proof of identity.
        IdentityProof = 3 "IDENTITY_PROOF",
        /// A notice as it was issued.
        Notice = 4 "NOTICE",
        /// An opinion as it was issued.
        Opinion = 5 "OPINION",
        /// The record of a hearing.
        HearingRecord = 6 "HEARING_RECORD",
        /// The proof of a service.
        ServiceProof = 7 "SERVICE_PROOF",
        /// The record of a visit, an inquiry or a talk.
        InquiryRecord = 8 "INQUIRY_RECORD",
        /// A mandate or a decision of another organ.
        Decision = 9 "DECISION",
        /// An agreement.
        Agreement = 10 "AGREEMENT",
        /// Something else.
        Other = 11 "OTHER",
    }
}

numbered! {
    /// Where a document stands.
    DocumentState {
        /// Part of the file.
        Attached = 1 "ATTACHED",
        /// Attached by mistake.
        Withdrawn = 2 "WITHDRAWN",
    }
}

/// A file of a case, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: Uuid,
    pub case_id: Uuid,
    pub kind: DocumentKind,
    pub state: DocumentState,
    pub title: Option<String>,
    pub media_type: String,
    pub size: u64,
    pub sha256: [u8; 32],
    /// The part of the case that it is the file of.
    pub subject: Option<String>,
    pub attach_time: Micros,
    pub withdraw_time: Option<Micros>,
    pub withdraw_reason: Option<String>,
    pub version: i64,
}

impl Document {
    /// `cases/{uuid}/documents/{uuid}`.
    pub fn name(&self) -> String {
        document_name(self.case_id, self.id)
    }

    /// SHA-256 in lower case.
    pub fn sha256_text(&self) -> String {
        self.sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Name of a document.
pub fn document_name(case_id: Uuid, id: Uuid) -> String {
    format!("{}/documents/{id}", case_name(case_id))
}
