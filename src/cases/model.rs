//! What a case is: its states and facts, without any idea of wire or database.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    call::Micros,
    place::{Code, Path},
};

/// An enum whose numbers are those of the proto and of the database's column.
macro_rules! numbered {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant = $number,)+ }

        #[allow(dead_code, reason = "not every enum is asked for all of it")]
        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// From the number of the proto or the column.
            pub fn from_number(number: i32) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }

            /// The number of the proto and the column.
            pub fn number(self) -> i32 { self as i32 }

            /// The word of the proto, without its prefix.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}
pub(crate) use numbered;

numbered! {
    /// Where the petition procedure stands.
    State {
        /// Registered, not yet disposed of.
        Registered = 1 "REGISTERED",
        /// On the way to another organ.
        Transferred = 2 "TRANSFERRED",
        /// Assigned to an organ with a term.
        Assigned = 3 "ASSIGNED",
        /// Received by the organ.
        Received = 4 "RECEIVED",
        /// The organ says it is not competent.
        Disputed = 5 "DISPUTED",
        /// Accepted and being handled.
        Accepted = 6 "ACCEPTED",
        /// Not accepted.
        Declined = 7 "DECLINED",
        /// No longer accepted.
        Refused = 8 "REFUSED",
        /// Answered by opinion or direct reply.
        Answered = 9 "ANSWERED",
        /// Under review.
        InReview = 10 "IN_REVIEW",
        /// Reviewed.
        Reviewed = 11 "REVIEWED",
        /// Under re-review.
        InRereview = 12 "IN_REREVIEW",
        /// Concluded finally.
        Concluded = 13 "CONCLUDED",
        /// Closed.
        Closed = 14 "CLOSED",
        /// Withdrawn.
        Withdrawn = 15 "WITHDRAWN",
        /// Merged into another.
        Merged = 16 "MERGED",
        /// Of a type with its own stages, in one that is not final.
        Open = 17 "OPEN",
        /// Of a type with its own stages, in a final one.
        Finished = 18 "FINISHED",
    }
}

numbered! {
    /// What the citizen asks for.
    Nature {
        /// Not yet known.
        Unknown = 0 "UNSPECIFIED",
        /// Suggestion.
        Suggestion = 1 "SUGGESTION",
        /// Accusation.
        Accusation = 2 "ACCUSATION",
        /// Claim.
        Claim = 3 "CLAIM",
    }
}

numbered! {
    /// The route of a claim (XF 31).
    Route {
        /// Not yet chosen.
        None = 0 "UNSPECIFIED",
        /// Litigation.
        Litigation = 1 "LITIGATION",
        /// Arbitration.
        Arbitration = 2 "ARBITRATION",
        /// Party appeal.
        PartyAppeal = 3 "PARTY_APPEAL",
        /// Administrative procedure.
        Administrative = 4 "ADMINISTRATIVE",
        /// Request for duty.
        DutyRequest = 5 "DUTY_REQUEST",
        /// The petition procedure.
        Petition = 6 "PETITION",
    }
}

numbered! {
    /// How it came in.
    Channel {
        /// Not told.
        Unknown = 0 "UNSPECIFIED",
        /// Network.
        Online = 1 "ONLINE",
        /// Letter.
        Letter = 2 "LETTER",
        /// Telephone.
        Phone = 3 "PHONE",
        /// Fax.
        Fax = 4 "FAX",
        /// In person.
        Visit = 5 "VISIT",
        /// Hotline.
        Hotline = 6 "HOTLINE",
        /// Found by cadres.
        Finding = 7 "FINDING",
        /// Referred.
        Referral = 8 "REFERRAL",
        /// Other.
        Other = 9 "OTHER",
    }
}

numbered! {
    /// How the petitioner stands to it with the name.
    IdentityMode {
        /// Not told.
        Unknown = 0 "UNSPECIFIED",
        /// With the name.
        RealName = 1 "REAL_NAME",
        /// Without.
        Anonymous = 2 "ANONYMOUS",
        /// With the name, to be kept.
        Confidential = 3 "CONFIDENTIAL",
    }
}

numbered! {
    /// What the opinion says.
    Outcome {
        /// None yet.
        None = 0 "UNSPECIFIED",
        /// Supported.
        Supported = 1 "SUPPORTED",
        /// Explained.
        Explained = 2 "EXPLAINED",
        /// Not supported.
        NotSupported = 3 "NOT_SUPPORTED",
    }
}

numbered! {
    /// Whether what was promised was done.
    Execution {
        /// Nothing promised.
        None = 0 "UNSPECIFIED",
        /// To be done.
        Pending = 1 "PENDING",
        /// Done.
        Done = 2 "DONE",
        /// Refused.
        Refused = 3 "REFUSED",
    }
}

numbered! {
    /// By which procedure the case is handled.
    Procedure {
        /// The ordinary one.
        Ordinary = 1 "ORDINARY",
        /// The simplified one (简易办理).
        Simplified = 2 "SIMPLIFIED",
    }
}

numbered! {
    /// How the citizen rates an organ. Unrated is not satisfied.
    Rating {
        /// Not rated.
        None = 0 "UNSPECIFIED",
        /// Satisfied.
        Satisfied = 1 "SATISFIED",
        /// Basically satisfied.
        Basically = 2 "BASICALLY_SATISFIED",
        /// Not satisfied.
        Not = 3 "NOT_SATISFIED",
    }
}

numbered! {
    /// Whether the matter is settled.
    Resolution {
        /// Not judged.
        Unknown = 0 "UNSPECIFIED",
        /// In substance.
        Substantive = 1 "SUBSTANTIVE",
        /// For a time or in part.
        Phased = 2 "PHASED",
        /// The procedure only.
        Procedural = 3 "PROCEDURAL",
        /// Not.
        None = 4 "NONE",
    }
}

/// A petition or dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub id: Uuid,
    pub number: String,
    pub case_type: String,
    pub state: State,
    /// Where a case stands whose type has stages of its own.
    pub stage: Option<String>,
    pub nature: Nature,
    pub route: Route,
    pub channel: Channel,
    pub title: String,
    pub statement: Option<String>,
    pub summary: Option<String>,
    pub topic: Option<String>,
    pub region: Code,
    pub region_version: i32,
    pub place: Path,
    pub registering_organization: Option<String>,
    pub handling_organization: Option<String>,
    pub handling_level: i32,
    pub petition_date: NaiveDate,
    pub receive_time: Micros,
    pub register_time: Micros,
    pub update_time: Micros,
    pub backdating_reason: Option<String>,
    pub external: Option<(String, String)>,
    pub identity_mode: IdentityMode,
    pub attendance: i32,
    pub party_count: i32,
    pub hop_count: i32,
    pub urgent: bool,
    pub historic: bool,
    pub outcome: Outcome,
    pub execution: Execution,
    pub resolution: Resolution,
    /// `mediations/{id}/agreements/{id}` that settled the matter.
    pub settlement: Option<String>,
    pub register_posting: Option<String>,
    pub current_posting: Option<String>,
    pub next_due_time: Option<Micros>,
    pub answer_time: Option<Micros>,
    pub close_time: Option<Micros>,
    pub procedure: Procedure,
    pub accept_time: Option<Micros>,
    pub office_rating: Rating,
    pub organ_rating: Rating,
    pub version: i64,
}

impl Case {
    /// `cases/{uuid}`.
    pub fn name(&self) -> String {
        case_name(self.id)
    }

    /// It is an accusation: it exists only for those who may see accusations.
    pub fn is_accusation(&self) -> bool {
        self.nature == Nature::Accusation
    }
}

/// `cases/{uuid}`.
pub fn case_name(id: Uuid) -> String {
    format!("cases/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_leads_back_to_its_value() {
        for state in State::ALL {
            assert_eq!(State::from_number(state.number()), Some(*state));
        }
        assert_eq!(State::from_number(0), None);
        assert_eq!(Nature::from_number(0), Some(Nature::Unknown));
    }
}
