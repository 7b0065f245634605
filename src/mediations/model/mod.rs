//! What mediations are made of.

use chrono::NaiveDate;
use uuid::Uuid;

use super::numbers::{DisputeType, FailureReason, NoticeMeans, Numbered, Route, Source, State};
use crate::{
    call::Micros,
    check::Faults,
    place::{Code, Path},
};

mod aftermath;
mod agreement;
mod challenge;
mod facts;
mod obligation;
mod participant;
mod plan;
mod record;
mod session;

pub use aftermath::{Confirmation, FollowUp, MOST_FOLLOW_UPS};
pub use agreement::{Agreement, Seal, Signature};
pub use challenge::Challenge;
pub use facts::{Facts, needed};
pub use obligation::{MOST_OBLIGATIONS, Obligation, Performance, Ways};
pub use participant::{Agent, MOST_AGENTS, Participant, agent_name, participant_name};
pub use plan::{Bound, Contribution, Line, Payer, Plan, Share, Sums, share_out};
pub use record::{MOST_RECORDS, MediationRecord, RecordItem, identities, record_name};
pub use session::{Attendance, AttendanceEntry, Session, session_name};

/// Most participants of one mediation.
pub const MOST_PARTICIPANTS: i32 = 5_000;
/// Longest session, µs.
pub const LONGEST_SESSION: Micros = 24 * 3_600 * 1_000_000;
/// Fewest parties that can agree on anything.
pub const FEWEST_PARTIES: i32 = 2;

/// How much of what people told is opened. What is not opened is `None` in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Names and telephones only, which the wire masks.
    Basic,
    /// Everything.
    Full,
}

/// The mediation of one dispute before one committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mediation {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub state: State,
    /// How it came about.
    pub source: Source,
    /// `{id}` of `organizations/{id}`.
    pub committee: String,
    /// Region of the dispute.
    pub region: Code,
    /// Version of the region's code on the day of opening.
    pub region_version: i32,
    /// The regions above and with it.
    pub place: Path,
    /// The cases that it is to settle, in the order given.
    pub cases: Vec<Uuid>,
    /// What the dispute is about.
    pub matter: Option<String>,
    /// Day of the application or referral.
    pub application_date: Option<NaiveDate>,
    /// Who referred it.
    pub referral: Referral,
    /// When it was opened.
    pub open_time: Micros,
    /// Participants of any kind.
    pub participant_count: i32,
    /// Parties without whom nothing is agreed.
    pub necessary_party_count: i32,
    /// How many of them consented.
    pub necessary_consent_count: i32,
    /// Sessions that were not cancelled.
    pub session_count: i32,
    /// The agreement that settled it.
    pub settlement: Option<Uuid>,
    /// When it ended.
    pub end_time: Option<Micros>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What the parties were told of the other ways.
    pub notice: Option<RoutesNotice>,
    /// Who took the application back, where that was a party, and why.
    pub withdrawn_by: Option<Uuid>,
    /// Why the application was taken back.
    pub withdrawal_reason: Option<String>,
    /// What kind of dispute it is.
    pub dispute_type: Option<DisputeType>,
    /// It was imported and nobody knows when it was opened: `open_time` is when it was entered.
    pub undated: bool,
    /// Its source and its id there.
    pub external: Option<(String, String)>,
    /// What its source does not tell.
    pub missing_fields: Vec<String>,
    /// Until when it is to last.
    pub term: Option<MediationTerm>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts its changes; those of the counts alone are not counted.
    pub version: i64,
}

impl Mediation {
    /// `mediations/{id}`.
    pub fn name(&self) -> String {
        mediation_name(self.id)
    }

    /// When it was opened, if anybody knows.
    pub fn opened(&self) -> Option<Micros> {
        (!self.undated).then_some(self.open_time)
    }

    /// Name of something that belongs to it.
    pub fn child(&self, collection: &str, id: Uuid) -> String {
        format!("mediations/{}/{collection}/{id}", self.id)
    }
}

/// Who referred a mediation, and under which number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Referral {
    /// Id of the organization.
    pub referrer: Option<String>,
    /// Number of its letter.
    pub number: Option<String>,
}

impl Referral {
    /// Nobody refers what was applied for.
    pub fn check(&self, faults: &mut Faults, source: Source) {
        let referred = matches!(source, Source::Court | Source::Police | Source::Petition);
        for (name, given) in [("referrer", &self.referrer), ("referral_number", &self.number)] {
            if given.is_some() && !referred {
                faults.at(name, "is taken for COURT, POLICE and PETITION only");
            }
        }
    }
}

/// Until when a mediation is to last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediationTerm {
    /// The last day.
    pub date: NaiveDate,
    /// When it is over.
    pub time: Micros,
    /// `clockRules/{rule_set}.{id}`; nothing where the parties set it.
    pub rule: Option<String>,
}

/// `mediations/{id}`.
pub fn mediation_name(id: Uuid) -> String {
    format!("mediations/{id}")
}

/// Why a mediation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: FailureReason,
    /// Why, in words.
    pub explanation: Option<String>,
}

/// What the parties were told of the other ways (RMTJ 26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutesNotice {
    /// The other ways that were named.
    pub routes: Vec<Route>,
    /// How the parties were told.
    pub means: NoticeMeans,
}

impl RoutesNotice {
    /// The ways by their names, for an event.
    pub fn words(&self) -> String {
        let words: Vec<&str> = self.routes.iter().map(|route| route.word()).collect();
        words.join(",")
    }
}
