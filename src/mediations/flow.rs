//! The steps of mediations, sessions and agreements: tables, and the pure function that reads them.

use super::numbers::{
    AgreementState, ChallengeState, ConfirmationState, FollowUpState, Numbered, ObligationState, SessionState, State,
};
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
        Disclose by Some("lianbang.v1.MediationService/DiscloseInterest"),
        Challenge by Some("lianbang.v1.MediationService/ChallengeMediator"),
        Replace by Some("lianbang.v1.MediationService/ReplaceMediator"),
        Update by Some("lianbang.v1.MediationService/UpdateParticipant"),
        Reclassify by Some("lianbang.v1.MediationService/UpdateParticipant"),
        Release by Some("lianbang.v1.MediationService/ReleaseParticipant"),
        Fail by Some("lianbang.v1.MediationService/FailMediation"),
        Withdraw by Some("lianbang.v1.MediationService/WithdrawMediation"),
        Extend by Some("lianbang.v1.MediationService/ExtendMediation"),
        Agree by None,
    }
}

actions! {
    /// Steps of an application for confirmation.
    ConfirmationStep {
        Accept by Some("lianbang.v1.AgreementService/RecordCourtDecision"),
        NotAccept by Some("lianbang.v1.AgreementService/RecordCourtDecision"),
        Confirm by Some("lianbang.v1.AgreementService/RecordCourtDecision"),
        Reject by Some("lianbang.v1.AgreementService/RecordCourtDecision"),
        Withdraw by Some("lianbang.v1.AgreementService/RecordCourtDecision"),
    }
}

actions! {
    /// Steps of a visit.
    FollowUpStep {
        Record by Some("lianbang.v1.AgreementService/RecordFollowUp"),
        Cancel by Some("lianbang.v1.AgreementService/CancelFollowUp"),
    }
}

actions! {
    /// Steps of a challenge.
    ChallengeStep {
        Uphold by Some("lianbang.v1.MediationService/DecideChallenge"),
        Reject by Some("lianbang.v1.MediationService/DecideChallenge"),
        Withdraw by Some("lianbang.v1.MediationService/DecideChallenge"),
    }
}

actions! {
    /// Steps of a session.
    SessionStep {
        Attend by Some("lianbang.v1.MediationService/RecordAttendance"),
        Reschedule by Some("lianbang.v1.MediationService/RescheduleSession"),
        Start by Some("lianbang.v1.MediationService/StartSession"),
        Adjourn by Some("lianbang.v1.MediationService/AdjournSession"),
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
        Strike by Some("lianbang.v1.AgreementService/StrikeSignature"),
        StrikeLast by Some("lianbang.v1.AgreementService/StrikeSignature"),
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
        Reverse by Some("lianbang.v1.AgreementService/ReversePerformance"),
        Reopen by Some("lianbang.v1.AgreementService/ReversePerformance"),
    }
}

/// From, by, to.
pub type Table<S, A> = &'static [(S, A, S)];

/// Mediations. The refusal of a necessary party ends it (RMTJ 17), an acceding party's does not. Acceding parties may join and answer
/// (`Join`, `Answer`) also after the end, as long as there is something to accede to. What is known of participants may be corrected at any time
/// (`Update`), but for what they are (`Reclassify`).
pub const MEDIATION: Table<State, MediationStep> = &[
    (State::Open, MediationStep::Invite, State::Open),
    (State::Open, MediationStep::Join, State::Open),
    (State::Open, MediationStep::Consent, State::Open),
    (State::Open, MediationStep::Answer, State::Open),
    (State::Open, MediationStep::Refuse, State::EndedByRefusal),
    (State::Open, MediationStep::Schedule, State::Open),
    (State::Open, MediationStep::Draft, State::Open),
    (State::Open, MediationStep::Disclose, State::Open),
    (State::Open, MediationStep::Challenge, State::Open),
    (State::Open, MediationStep::Replace, State::Open),
    (State::Open, MediationStep::Fail, State::Failed),
    (State::Open, MediationStep::Withdraw, State::Withdrawn),
    (State::Open, MediationStep::Extend, State::Open),
    (State::Open, MediationStep::Agree, State::Agreed),
    (State::Open, MediationStep::Update, State::Open),
    (State::Open, MediationStep::Reclassify, State::Open),
    (State::Open, MediationStep::Release, State::Open),
    (State::Agreed, MediationStep::Join, State::Agreed),
    (State::Agreed, MediationStep::Answer, State::Agreed),
    (State::Agreed, MediationStep::Update, State::Agreed),
    (State::Failed, MediationStep::Join, State::Failed),
    (State::Failed, MediationStep::Answer, State::Failed),
    (State::Failed, MediationStep::Update, State::Failed),
    (State::EndedByRefusal, MediationStep::Join, State::EndedByRefusal),
    (State::EndedByRefusal, MediationStep::Answer, State::EndedByRefusal),
    (State::EndedByRefusal, MediationStep::Update, State::EndedByRefusal),
    (State::Withdrawn, MediationStep::Join, State::Withdrawn),
    (State::Withdrawn, MediationStep::Answer, State::Withdrawn),
    (State::Withdrawn, MediationStep::Update, State::Withdrawn),
];

/// Sessions. Who was there may be mended after the end. One that nobody started can be ended as well; one that was adjourned may get another
/// time.
pub const SESSION: Table<SessionState, SessionStep> = &[
    (SessionState::Scheduled, SessionStep::Attend, SessionState::Scheduled),
    (SessionState::Scheduled, SessionStep::Reschedule, SessionState::Scheduled),
    (SessionState::Scheduled, SessionStep::Start, SessionState::InProgress),
    (SessionState::Scheduled, SessionStep::End, SessionState::Ended),
    (SessionState::Scheduled, SessionStep::Cancel, SessionState::Cancelled),
    (SessionState::InProgress, SessionStep::Attend, SessionState::InProgress),
    (SessionState::InProgress, SessionStep::Adjourn, SessionState::Adjourned),
    (SessionState::InProgress, SessionStep::End, SessionState::Ended),
    (SessionState::Adjourned, SessionStep::Attend, SessionState::Adjourned),
    (SessionState::Adjourned, SessionStep::Reschedule, SessionState::Adjourned),
    (SessionState::Adjourned, SessionStep::Start, SessionState::InProgress),
    (SessionState::Adjourned, SessionStep::End, SessionState::Ended),
    (SessionState::Ended, SessionStep::Attend, SessionState::Ended),
];

/// Applications for confirmation. A ruling may come without word of the acceptance before.
pub const CONFIRMATION: Table<ConfirmationState, ConfirmationStep> = &[
    (ConfirmationState::Requested, ConfirmationStep::Accept, ConfirmationState::Accepted),
    (ConfirmationState::Requested, ConfirmationStep::NotAccept, ConfirmationState::NotAccepted),
    (ConfirmationState::Requested, ConfirmationStep::Confirm, ConfirmationState::Confirmed),
    (ConfirmationState::Requested, ConfirmationStep::Reject, ConfirmationState::Rejected),
    (ConfirmationState::Requested, ConfirmationStep::Withdraw, ConfirmationState::Withdrawn),
    (ConfirmationState::Accepted, ConfirmationStep::Confirm, ConfirmationState::Confirmed),
    (ConfirmationState::Accepted, ConfirmationStep::Reject, ConfirmationState::Rejected),
    (ConfirmationState::Accepted, ConfirmationStep::Withdraw, ConfirmationState::Withdrawn),
];

/// Visits after the agreement.
pub const FOLLOW_UP: Table<FollowUpState, FollowUpStep> = &[
    (FollowUpState::Planned, FollowUpStep::Record, FollowUpState::Made),
    (FollowUpState::Planned, FollowUpStep::Cancel, FollowUpState::Cancelled),
];

/// Challenges of mediators. What is decided is not decided again.
pub const CHALLENGE: Table<ChallengeState, ChallengeStep> = &[
    (ChallengeState::Pending, ChallengeStep::Uphold, ChallengeState::Upheld),
    (ChallengeState::Pending, ChallengeStep::Reject, ChallengeState::Rejected),
    (ChallengeState::Pending, ChallengeStep::Withdraw, ChallengeState::Withdrawn),
];

/// Agreements. Elements come in any order; a new text begins again. What bears nothing any more is a draft again (`StrikeLast`).
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
    (AgreementState::Signing, AgreementStep::Strike, AgreementState::Signing),
    (AgreementState::Signing, AgreementStep::StrikeLast, AgreementState::Draft),
    (AgreementState::Effective, AgreementStep::Accede, AgreementState::Effective),
];

/// Obligations. What is overdue, disputed or breached stays so until all of it is done. One that is resumed is owed as before: what was done on it
/// and its day say whether it is in part performed or overdue. So it is when it turns out that not all of it was done (`Reopen`).
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
    (ObligationState::PartPerformed, ObligationStep::Reverse, ObligationState::PartPerformed),
    (ObligationState::Overdue, ObligationStep::PerformPart, ObligationState::Overdue),
    (ObligationState::Overdue, ObligationStep::Perform, ObligationState::Performed),
    (ObligationState::Overdue, ObligationStep::Waive, ObligationState::Waived),
    (ObligationState::Overdue, ObligationStep::Dispute, ObligationState::Disputed),
    (ObligationState::Overdue, ObligationStep::Breach, ObligationState::Breached),
    (ObligationState::Overdue, ObligationStep::Reverse, ObligationState::Overdue),
    (ObligationState::Disputed, ObligationStep::PerformPart, ObligationState::Disputed),
    (ObligationState::Disputed, ObligationStep::Perform, ObligationState::Performed),
    (ObligationState::Disputed, ObligationStep::Waive, ObligationState::Waived),
    (ObligationState::Disputed, ObligationStep::Resume, ObligationState::Pending),
    (ObligationState::Disputed, ObligationStep::Breach, ObligationState::Breached),
    (ObligationState::Disputed, ObligationStep::Reverse, ObligationState::Disputed),
    (ObligationState::Breached, ObligationStep::PerformPart, ObligationState::Breached),
    (ObligationState::Breached, ObligationStep::Perform, ObligationState::Performed),
    (ObligationState::Breached, ObligationStep::Waive, ObligationState::Waived),
    (ObligationState::Breached, ObligationStep::Resume, ObligationState::Pending),
    (ObligationState::Breached, ObligationStep::Reverse, ObligationState::Breached),
    (ObligationState::Performed, ObligationStep::Reverse, ObligationState::Performed),
    (ObligationState::Performed, ObligationStep::Reopen, ObligationState::Pending),
    (ObligationState::Waived, ObligationStep::Reopen, ObligationState::Pending),
    (ObligationState::Void, ObligationStep::Reverse, ObligationState::Void),
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
        text.push('\n');
        grid(&mut text, CHALLENGE, ChallengeStep::ALL);
        text.push('\n');
        grid(&mut text, CONFIRMATION, ConfirmationStep::ALL);
        text.push('\n');
        grid(&mut text, FOLLOW_UP, FollowUpStep::ALL);
        assert!(text == GOLDEN, "flow.golden.txt should be:\n{text}");
    }

    #[test]
    fn a_refusal_names_what_is_possible() {
        let refused = next(SESSION, "s", SessionState::Ended, SessionStep::Cancel).expect_err("refused");
        let allowed = ["lianbang.v1.MediationService/RecordAttendance"];
        let expected = Error::not_allowed("s", "ENDED", "lianbang.v1.MediationService/CancelSession", allowed);
        assert_eq!(refused, expected);
        let ended = next(AGREEMENT, "a", AgreementState::Void, AgreementStep::Sign).expect_err("refused");
        assert!(matches!(ended, Error::TransitionNotAllowed { allowed, .. } if allowed.is_empty()));
    }
}
