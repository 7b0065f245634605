//! The enums of the contract, as the register keeps them: by number, with the word of the proto's value, without its prefix.

/// A value that has a number in the database and a word in the contract.
pub trait Numbered: Copy + Eq + 'static {
    /// All values, by number.
    const ALL: &'static [Self];

    /// Its number, the same in the database and in the proto.
    fn number(self) -> i32;
    /// Its name in the proto, without the prefix of its enum.
    fn word(self) -> &'static str;

    /// The value of a number.
    fn from_number(number: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.number() == number)
    }

    /// The value of a word.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

macro_rules! numbered {
    ($(#[$about:meta])* $name:ident { $($value:ident = $number:literal $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($value = $number,)+ }

        impl Numbered for $name {
            const ALL: &'static [Self] = &[$(Self::$value,)+];

            fn number(self) -> i32 {
                self as i32
            }

            fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }
    };
}

mod file;

pub use file::{
    ChallengeGround, ChallengeState, ConfirmationState, Finding, FollowUpState, LeaveReason, Obstacle, Paper,
    PaperState, RecordKind, StrikeReason, Subject, Visibility, Way,
};

numbered! {
    /// Where a mediation stands. Every state but `Open` is final.
    State {
        Open = 1 "OPEN",
        Agreed = 2 "AGREED",
        Failed = 3 "FAILED",
        EndedByRefusal = 4 "ENDED_BY_REFUSAL",
        Withdrawn = 5 "WITHDRAWN",
    }
}

numbered! {
    /// How a mediation came about.
    Source {
        Application = 1 "APPLICATION",
        Committee = 2 "COMMITTEE",
        Court = 3 "COURT",
        Police = 4 "POLICE",
        Petition = 5 "PETITION",
        Unknown = 6 "UNKNOWN",
    }
}

numbered! {
    /// What kind of dispute it is, as the justice departments count.
    DisputeType {
        Family = 1 "FAMILY",
        Neighbour = 2 "NEIGHBOUR",
        Housing = 3 "HOUSING",
        Contract = 4 "CONTRACT",
        Production = 5 "PRODUCTION",
        Damages = 6 "DAMAGES",
        ForestAndLand = 7 "FOREST_AND_LAND",
        Demolition = 8 "DEMOLITION",
        Environment = 9 "ENVIRONMENT",
        Labour = 10 "LABOUR",
        Consumer = 11 "CONSUMER",
        Medical = 12 "MEDICAL",
        TrafficAccident = 13 "TRAFFIC_ACCIDENT",
        PropertyManagement = 14 "PROPERTY_MANAGEMENT",
        Other = 15 "OTHER",
    }
}

numbered! {
    /// Why a mediation failed.
    FailureReason {
        NoAgreement = 1 "NO_AGREEMENT",
        PartyDemand = 2 "PARTY_DEMAND",
        Absence = 3 "ABSENCE",
        TermExpired = 4 "TERM_EXPIRED",
        NotSigned = 5 "NOT_SIGNED",
        Other = 6 "OTHER",
    }
}

numbered! {
    /// A way that the law leaves open.
    Route {
        Arbitration = 1 "ARBITRATION",
        Administrative = 2 "ADMINISTRATIVE",
        Judicial = 3 "JUDICIAL",
    }
}

numbered! {
    /// How parties were told of the other ways.
    NoticeMeans {
        Spoken = 1 "SPOKEN",
        Written = 2 "WRITTEN",
    }
}

numbered! {
    /// As what someone takes part.
    Kind {
        NecessaryParty = 1 "NECESSARY_PARTY",
        AccedingParty = 2 "ACCEDING_PARTY",
        Mediator = 3 "MEDIATOR",
        InvitedBody = 4 "INVITED_BODY",
    }
}

impl Kind {
    /// A party, whose consent is asked and whose signature binds it.
    pub fn is_party(self) -> bool {
        match self {
            Self::NecessaryParty | Self::AccedingParty => true,
            Self::Mediator | Self::InvitedBody => false,
        }
    }

    /// The field by which such a participant is known to a register.
    pub fn register(self) -> &'static str {
        match self {
            Self::Mediator => "cadre",
            Self::NecessaryParty | Self::AccedingParty | Self::InvitedBody => "organization",
        }
    }
}

numbered! {
    /// Who may be at a session.
    Openness {
        Public = 1 "PUBLIC",
        Closed = 2 "CLOSED",
        Private = 3 "PRIVATE",
    }
}

numbered! {
    /// Whether a party wants the mediation.
    Consent {
        Pending = 1 "PENDING",
        Given = 2 "GIVEN",
        Refused = 3 "REFUSED",
    }
}

numbered! {
    /// Who chose a mediator.
    ChosenBy {
        Committee = 1 "COMMITTEE",
        Parties = 2 "PARTIES",
    }
}

numbered! {
    /// Where a session stands.
    SessionState {
        Scheduled = 1 "SCHEDULED",
        Ended = 2 "ENDED",
        Cancelled = 3 "CANCELLED",
        InProgress = 4 "IN_PROGRESS",
        Adjourned = 5 "ADJOURNED",
    }
}

numbered! {
    /// How a session ended.
    Outcome {
        Agreed = 1 "AGREED",
        Adjourned = 2 "ADJOURNED",
        Failed = 3 "FAILED",
    }
}

numbered! {
    /// Whether a participant came.
    Presence {
        Present = 1 "PRESENT",
        Absent = 2 "ABSENT",
    }
}

numbered! {
    /// Where an agreement stands.
    AgreementState {
        Draft = 1 "DRAFT",
        Signing = 2 "SIGNING",
        Effective = 3 "EFFECTIVE",
        Void = 4 "VOID",
    }
}

numbered! {
    /// Something without which an agreement is not in effect.
    Element {
        NecessaryParties = 1 "NECESSARY_PARTIES",
        Mediator = 2 "MEDIATOR",
        Seal = 3 "SEAL",
        AccedingParties = 4 "ACCEDING_PARTIES",
    }
}

numbered! {
    /// How much of the dispute an agreement settles.
    Extent {
        Whole = 1 "WHOLE",
        Partial = 2 "PARTIAL",
    }
}

numbered! {
    /// In which form an agreement was made.
    Form {
        Written = 1 "WRITTEN",
        Oral = 2 "ORAL",
    }
}

numbered! {
    /// By whom a participant signed.
    Capacity {
        Own = 1 "SELF",
        HouseholdHead = 2 "HOUSEHOLD_HEAD",
        OrganizationHead = 3 "ORGANIZATION_HEAD",
        Agent = 4 "AGENT",
    }
}

numbered! {
    /// What was done with money under a plan.
    ContributionKind {
        Pledged = 1 "PLEDGED",
        Paid = 2 "PAID",
        Refunded = 3 "REFUNDED",
        Reversed = 4 "REVERSED",
        PledgeWithdrawn = 5 "PLEDGE_WITHDRAWN",
    }
}

numbered! {
    /// What is owed.
    ObligationKind {
        Act = 1 "ACT",
        Payment = 2 "PAYMENT",
    }
}

numbered! {
    /// Where an obligation stands.
    ObligationState {
        Pending = 1 "PENDING",
        PartPerformed = 2 "PART_PERFORMED",
        Performed = 3 "PERFORMED",
        Overdue = 4 "OVERDUE",
        Waived = 5 "WAIVED",
        Disputed = 6 "DISPUTED",
        Breached = 7 "BREACHED",
        Void = 8 "VOID",
    }
}

numbered! {
    /// What may be done about an obligation that is not performed.
    Remedy {
        ReopenCase = 1 "REOPEN_CASE",
        RequestConfirmation = 2 "REQUEST_CONFIRMATION",
        Sue = 3 "SUE",
    }
}

numbered! {
    /// How a signature was given.
    SignatureMeans {
        WetInk = 1 "WET_INK",
        Fingerprint = 2 "FINGERPRINT",
        Seal = 3 "SEAL",
        OneTimeCode = 4 "ONE_TIME_CODE",
        Digital = 5 "DIGITAL",
        Spoken = 6 "SPOKEN",
    }
}

impl SignatureMeans {
    /// It was given before an official, who answers for it; otherwise the evidence is all there is.
    pub fn is_witnessed(self) -> bool {
        match self {
            Self::WetInk | Self::Fingerprint | Self::Seal | Self::Spoken => true,
            Self::OneTimeCode | Self::Digital => false,
        }
    }
}
