//! The steps of mediations, sessions and agreements: tables, and the pure function that reads them.

use super::numbers::{AgreementState, Numbered, ObligationState, SessionState, State};
use crate::error::{Error, Result};

/// A step, and the method by which it is asked for; steps that follow from another have none.
pub trait Action: Copy + Eq + 'static {
    /// Name of the method.
    fn method(self) -> Option<&'static str>;
    /// Name for people who read the grid.
    fn word(self) -> &'static str;
}

macro_rules! actions {
    ($(#[$about:meta])* $name:ident { $($value:ident by $method:expr,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($value,)+ }

        impl $name {
            /// All of them.
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$value,)+];
        }

        impl Action for $name {
            fn method(self) -> Option<&'static str> {
                match self {
                    $(Self::$value => $method,)+
                }
            }

            fn word(self) -> &'static str {
                match self {
                    $(Self::$value => stringify!($value),)+
                }
            }
        }
    };
}

actions! {
    /// Steps of a mediation.
    MediationStep {
        Invite by Some("lianbang.v1.MediationService/InviteParticipant"),
        Join by Some("lianbang.v1.MediationService/InviteParticipant"),
        Consent by Some("lianbang.v1.MediationService/RecordConsent"),
        Answer by Some("lianbang.v1.MediationService/RecordConsent"),
        Refuse by Some("lianbang.v1.MediationService/RecordConsent"),
        Schedule by Some("lianbang.v1.MediationService/ScheduleSession"),
        Draft by Some("lianbang.v1.AgreementService/DraftAgreement"),
        Fail by Some("lianbang.v1.MediationService/FailMediation"),
        Agree by None,
    }
}

actions! {
    /// Steps of a session.
    SessionStep {
        Attend by Some("lianbang.v1.MediationService/RecordAttendance"),
        Reschedule by Some("lianbang.v1.MediationService/RescheduleSession"),
        End by Some("lianbang.v1.MediationService/EndSession"),
        Cancel by Some("lianbang.v1.MediationService/CancelSession"),
    }
}

actions! {
    /// Steps of an agreement.
    AgreementStep {
        Revise by Some("lianbang.v1.AgreementService/ReviseAgreement"),
        Sign by Some("lianbang.v1.AgreementService/SignAgreement"),
        Seal by Some("lianbang.v1.AgreementService/SealAgreement"),
        Plan by Some("lianbang.v1.AgreementService/SetContributionPlan"),
        Oblige by Some("lianbang.v1.AgreementService/BatchAddObligations"),
        Effect by None,
        Accede by Some("lianbang.v1.AgreementService/AccedeAgreement"),
        Void by None,
    }
}

actions! {
    /// Steps of an obligation.
    ObligationStep {
        PerformPart by Some("lianbang.v1.AgreementService/RecordPerformance"),
        Perform by Some("lianbang.v1.AgreementService/RecordPerformance"),
        Lapse by None,
        Waive by Some("lianbang.v1.AgreementService/WaiveObligation"),
        Dispute by Some("lianbang.v1.AgreementService/DisputeObligation"),
        Resume by Some("lianbang.v1.AgreementService/ResumeObligation"),
        Breach by Some("lianbang.v1.AgreementService/ReportBreach"),
        Remove by Some("lianbang.v1.AgreementService/RemoveObligation"),
    }
}

/// From, by, to.
pub type Table<S, A> = &'static [(S, A, S)];

/// Mediations. The refusal of a necessary party ends it (RMTJ 17), an acceding party's does not. Acceding parties may join and answer
/// (`Join`, `Answer`) as long as there is something to accede to.
pub const MEDIATION: Table<State, MediationStep> = &[
    (State::Open, MediationStep::Invite, State::Open),
    (State::Open, MediationStep::Join, State::Open),
    (State::Open, MediationStep::Consent, State::Open),
    (State::Open, MediationStep::Answer, State::Open),
    (State::Open, MediationStep::Refuse, State::EndedByRefusal),
    (State::Open, MediationStep::Schedule, State::Open),
    (State::Open, MediationStep::Draft, State::Open),
    (State::Open, MediationStep::Fail, State::Failed),
    (State::Open, MediationStep::Agree, State::Agreed),
    (State::Agreed, MediationStep::Join, State::Agreed),
    (State::Agreed, MediationStep::Answer, State::Agreed),
];

/// Sessions. Who was there may be mended after the end.
pub const SESSION: Table<SessionState, SessionStep> = &[
    (SessionState::Scheduled, SessionStep::Attend, SessionState::Scheduled),
    (SessionState::Scheduled, SessionStep::Reschedule, SessionState::Scheduled),
    (SessionState::Scheduled, SessionStep::End, SessionState::Ended),
    (SessionState::Scheduled, SessionStep::Cancel, SessionState::Cancelled),
    (SessionState::Ended, SessionStep::Attend, SessionState::Ended),
];

/// Agreements. Elements come in any order; a new text begins again.
pub const AGREEMENT: Table<AgreementState, AgreementStep> = &[
    (AgreementState::Draft, AgreementStep::Revise, AgreementState::Draft),
    (AgreementState::Draft, AgreementStep::Sign, AgreementState::Signing),
    (AgreementState::Draft, AgreementStep::Seal, AgreementState::Signing),
    (AgreementState::Draft, AgreementStep::Plan, AgreementState::Draft),
    (AgreementState::Draft, AgreementStep::Oblige, AgreementState::Draft),
    (AgreementState::Draft, AgreementStep::Void, AgreementState::Void),
    (AgreementState::Signing, AgreementStep::Revise, AgreementState::Draft),
    (AgreementState::Signing, AgreementStep::Sign, AgreementState::Signing),
    (AgreementState::Signing, AgreementStep::Seal, AgreementState::Signing),
    (AgreementState::Signing, AgreementStep::Effect, AgreementState::Effective),
    (AgreementState::Signing, AgreementStep::Void, AgreementState::Void),
    (AgreementState::Effective, AgreementStep::Accede, AgreementState::Effective),
];

/// Obligations. What is overdue, disputed or breached stays so until all of it is done. One that is resumed is owed as before: what was done on it
/// and its day say whether it is in part performed or overdue.
pub const OBLIGATION: Table<ObligationState, ObligationStep> = &[
    (ObligationState::Pending, ObligationStep::PerformPart, ObligationState::PartPerformed),
    (ObligationState::Pending, ObligationStep::Perform, ObligationState::Performed),
    (ObligationState::Pending, ObligationStep::Lapse, ObligationState::Overdue),
    (ObligationState::Pending, ObligationStep::Waive, ObligationState::Waived),
    (ObligationState::Pending, ObligationStep::Dispute, ObligationState::Disputed),
    (ObligationState::Pending, ObligationStep::Breach, ObligationState::Breached),
    (ObligationState::Pending, ObligationStep::Remove, ObligationState::Void),
    (ObligationState::PartPerformed, ObligationStep::PerformPart, ObligationState::PartPerformed),
    (ObligationState::PartPerformed, ObligationStep::Perform, ObligationState::Performed),
    (ObligationState::PartPerformed, ObligationStep::Lapse, ObligationState::Overdue),
    (ObligationState::PartPerformed, ObligationStep::Waive, ObligationState::Waived),
    (ObligationState::PartPerformed, ObligationStep::Dispute, ObligationState::Disputed),
    (ObligationState::PartPerformed, ObligationStep::Breach, ObligationState::Breached),
    (ObligationState::Overdue, ObligationStep::PerformPart, ObligationState::Overdue),
    (ObligationState::Overdue, ObligationStep::Perform, ObligationState::Performed),
    (ObligationState::Overdue, ObligationStep::Waive, ObligationState::Waived),
    (ObligationState::Overdue, ObligationStep::Dispute, ObligationState::Disputed),
    (ObligationState::Overdue, ObligationStep::Breach, ObligationState::Breached),
    (ObligationState::Disputed, ObligationStep::PerformPart, ObligationState::Disputed),
    (ObligationState::Disputed, ObligationStep::Perform, ObligationState::Performed),
    (ObligationState::Disputed, ObligationStep::Waive, ObligationState::Waived),
    (ObligationState::Disputed, ObligationStep::Resume, ObligationState::Pending),
    (ObligationState::Disputed, ObligationStep::Breach, ObligationState::Breached),
    (ObligationState::Breached, ObligationStep::PerformPart, ObligationState::Breached),
    (ObligationState::Breached, ObligationStep::Perform, ObligationState::Performed),
    (ObligationState::Breached, ObligationStep::Waive, ObligationState::Waived),
    (ObligationState::Breached, ObligationStep::Resume, ObligationState::Pending),
];

/// The state after a step.
///
/// # Errors
/// `TransitionNotAllowed` with the methods that are possible now.
pub fn next<S: Numbered, A: Action>(table: Table<S, A>, resource: &str, from: S, by: A) -> Result<S> {
    let found = table.iter().find(|(state, step, _)| *state == from && *step == by);
    found.map(|(_, _, to)| *to).ok_or_else(|| {
        let mut allowed: Vec<&'static str> =
            table.iter().filter(|(state, ..)| *state == from).filter_map(|(_, step, _)| step.method()).collect();
        allowed.dedup();
        Error::not_allowed(resource, from.word(), by.method().unwrap_or_else(|| by.word()), allowed)
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn grid<S: Numbered, A: Action>(text: &mut String, table: Table<S, A>, steps: &[A]) {
        for from in S::ALL {
            for by in steps {
                let to = next(table, "", *from, *by).map_or("-", S::word);
                let _ = writeln!(text, "{} {} {to}", from.word(), by.word());
            }
        }
    }

    /// The whole tables, what is refused included. A change here is a change of the contract.
    const GOLDEN: &str = include_str!("flow.golden.txt");

    #[test]
    fn the_grid_is_as_written_down() {
        let mut text = String::new();
        grid(&mut text, MEDIATION, MediationStep::ALL);
        text.push('\n');
        grid(&mut text, SESSION, SessionStep::ALL);
        text.push('\n');
        grid(&mut text, AGREEMENT, AgreementStep::ALL);
        text.push('\n');
        grid(&mut text, OBLIGATION, ObligationStep::ALL);
        assert!(text == GOLDEN, "flow.golden.txt should be:\n{text}");
    }

    #[test]
    fn a_refusal_names_what_is_possible() {
        let refused = next(SESSION, "s", SessionState::Ended, SessionStep::Cancel).expect_err("refused");
        let allowed = ["lianbang.v1.MediationService/RecordAttendance"];
        let expected = Error::not_allowed("s", "ENDED", "lianbang.v1.MediationService/CancelSession", allowed);
        assert_eq!(refused, expected);
        let ended = next(MEDIATION, "m", State::Failed, MediationStep::Invite).expect_err("refused");
        assert!(matches!(ended, Error::TransitionNotAllowed { allowed, .. } if allowed.is_empty()));
    }
}
