//! Enums of the file of mediations, of mediators who step aside, and of what comes after agreements.

use super::Numbered;

numbered! {
    /// What no court confirms.
    Subject {
        StatusRelation = 1 "STATUS_RELATION",
        OwnershipConfirmation = 2 "OWNERSHIP_CONFIRMATION",
        SpecialProcedure = 3 "SPECIAL_PROCEDURE",
    }
}

numbered! {
    /// Why an agreement cannot be confirmed.
    Obstacle {
        NotInEffect = 1 "NOT_IN_EFFECT",
        ConfirmationTooLate = 2 "CONFIRMATION_TOO_LATE",
        StatusRelation = 3 "STATUS_RELATION",
        OwnershipConfirmation = 4 "OWNERSHIP_CONFIRMATION",
        SpecialProcedure = 5 "SPECIAL_PROCEDURE",
        ConfirmationPending = 6 "CONFIRMATION_PENDING",
        ConfirmedAlready = 7 "CONFIRMED_ALREADY",
    }
}

impl Obstacle {
    /// The article that it rests on: RMTJ the Mediation Law, MSJS the Judicial Interpretation of the Civil Procedure Law.
    pub fn article(self) -> &'static str {
        match self {
            // What binds, and since when, is asked for here by the article on confirmation.
            Self::NotInEffect => "RMTJ 33",
            Self::ConfirmationTooLate
            | Self::StatusRelation
            | Self::OwnershipConfirmation
            | Self::SpecialProcedure
            | Self::ConfirmationPending
            | Self::ConfirmedAlready => crate::error::article(self.word()),
        }
    }
}

impl From<Subject> for Obstacle {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::StatusRelation => Self::StatusRelation,
            Subject::OwnershipConfirmation => Self::OwnershipConfirmation,
            Subject::SpecialProcedure => Self::SpecialProcedure,
        }
    }
}

numbered! {
    /// Where an application for confirmation stands.
    ConfirmationState {
        Requested = 1 "REQUESTED",
        Accepted = 2 "ACCEPTED",
        NotAccepted = 3 "NOT_ACCEPTED",
        Confirmed = 4 "CONFIRMED",
        Rejected = 5 "REJECTED",
        Withdrawn = 6 "WITHDRAWN",
    }
}

numbered! {
    /// Where a visit stands.
    FollowUpState {
        Planned = 1 "PLANNED",
        Made = 2 "MADE",
        Cancelled = 3 "CANCELLED",
    }
}

numbered! {
    /// What a visit found.
    Finding {
        Performed = 1 "PERFORMED",
        PartPerformed = 2 "PART_PERFORMED",
        NotPerformed = 3 "NOT_PERFORMED",
        Relapse = 4 "RELAPSE",
    }
}

numbered! {
    /// Why a mediator left.
    LeaveReason {
        ChallengeUpheld = 1 "CHALLENGE_UPHELD",
        Recusal = 2 "RECUSAL",
        PartyWish = 3 "PARTY_WISH",
        Unavailable = 4 "UNAVAILABLE",
        EnteredInError = 5 "ENTERED_IN_ERROR",
    }
}

numbered! {
    /// Why a signature was struck.
    StrikeReason {
        EnteredInError = 1 "ENTERED_IN_ERROR",
        Withdrawn = 2 "WITHDRAWN",
    }
}

numbered! {
    /// Why a mediator is to step aside.
    ChallengeGround {
        Kin = 1 "KIN",
        Interest = 2 "INTEREST",
        OtherRelation = 3 "OTHER_RELATION",
        Conduct = 4 "CONDUCT",
        PartyWish = 5 "PARTY_WISH",
    }
}

numbered! {
    /// Where a challenge stands.
    ChallengeState {
        Pending = 1 "PENDING",
        Upheld = 2 "UPHELD",
        Rejected = 3 "REJECTED",
        Withdrawn = 4 "WITHDRAWN",
    }
}

numbered! {
    /// One of the thirteen papers of a file.
    Paper {
        Application = 1 "APPLICATION",
        RightsNotice = 2 "RIGHTS_NOTICE",
        IdentityProof = 3 "IDENTITY_PROOF",
        Mandate = 4 "MANDATE",
        Investigation = 5 "INVESTIGATION",
        Evidence = 6 "EVIDENCE",
        Note = 7 "NOTE",
        Agreement = 8 "AGREEMENT",
        PerformanceProof = 9 "PERFORMANCE_PROOF",
        FollowUp = 10 "FOLLOW_UP",
        Confirmation = 11 "CONFIRMATION",
        FileNote = 12 "FILE_NOTE",
        BackCover = 13 "BACK_COVER",
    }
}

impl Paper {
    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Application => "调解申请书或受理登记表",
            Self::RightsNotice => "权利义务告知书",
            Self::IdentityProof => "当事人身份证明",
            Self::Mandate => "授权委托书",
            Self::Investigation => "调查记录",
            Self::Evidence => "证据材料",
            Self::Note => "调解记录",
            Self::Agreement => "调解协议书或口头协议登记表",
            Self::PerformanceProof => "履行凭证",
            Self::FollowUp => "回访记录",
            Self::Confirmation => "司法确认材料",
            Self::FileNote => "卷宗情况说明",
            Self::BackCover => "封底",
        }
    }
}

numbered! {
    /// Whether a paper is there.
    PaperState {
        Present = 1 "PRESENT",
        Missing = 2 "MISSING",
        NotNeeded = 3 "NOT_NEEDED",
    }
}

numbered! {
    /// What a record of the file is.
    RecordKind {
        Note = 1 "NOTE",
        Statement = 2 "STATEMENT",
        Proposal = 3 "PROPOSAL",
        UndisputedFact = 4 "UNDISPUTED_FACT",
        Investigation = 5 "INVESTIGATION",
        Evidence = 6 "EVIDENCE",
        Application = 7 "APPLICATION",
        RightsNotice = 8 "RIGHTS_NOTICE",
        IdentityProof = 9 "IDENTITY_PROOF",
        PerformanceProof = 10 "PERFORMANCE_PROOF",
        FollowUp = 11 "FOLLOW_UP",
        ConfirmationPaper = 12 "CONFIRMATION_PAPER",
        FileNote = 13 "FILE_NOTE",
    }
}

impl RecordKind {
    /// Such a record is of a session.
    pub fn is_of_session(self) -> bool {
        matches!(self, Self::Note | Self::Statement | Self::Proposal | Self::UndisputedFact)
    }

    /// Such a record says who said it or was told.
    pub fn names_participant(self) -> bool {
        matches!(self, Self::Statement | Self::RightsNotice | Self::IdentityProof)
    }

    /// Such a record says when it was.
    pub fn names_time(self) -> bool {
        matches!(self, Self::Investigation | Self::FollowUp)
    }

    /// Such a record can have an audience.
    pub fn can_be_private(self) -> bool {
        matches!(self, Self::Note | Self::Statement | Self::Proposal | Self::Investigation | Self::Evidence)
    }
}

numbered! {
    /// Who may read a record.
    Visibility {
        Open = 1 "OPEN",
        Private = 2 "PRIVATE",
    }
}

numbered! {
    /// Another way to one's rights that has a time limit.
    Way {
        CivilSuit = 1 "CIVIL_SUIT",
        LabourArbitration = 2 "LABOUR_ARBITRATION",
        LandArbitration = 3 "LAND_ARBITRATION",
        Reconsideration = 4 "RECONSIDERATION",
        AdministrativeSuit = 5 "ADMINISTRATIVE_SUIT",
    }
}
