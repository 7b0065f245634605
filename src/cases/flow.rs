//! The petition procedure as a table: from which states an act is possible, and where it leads. The whole procedure stands here;
//! acts without a method are not offered yet. A golden file prints the grid.
//!
//! * Nothing is refused before it is registered.
//! * Answered, closed and concluded are different things; a close does not cut the citizen's right to review.
//! * Help of a cadre is not in the table: it never moves the state.

use super::model::State;

/// An act of the procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Sent on to another organ (转送).
    Transfer,
    /// Assigned to an organ with a term (交办).
    Assign,
    /// Received by the organ.
    Receive,
    /// The organ disputes that it is competent (异议).
    DisputeJurisdiction,
    /// The sender agrees: the papers go back.
    AgreeDispute,
    /// The sender refuses.
    RefuseDispute,
    /// Written notice, or the reason why none is owed.
    IssueNotice,
    /// Accepted (受理).
    Accept,
    /// Not accepted (不予受理).
    Decline,
    /// No longer accepted (不再受理).
    Refuse,
    /// The handling term is extended (延长办理期限).
    ExtendHandling,
    /// The extension is revoked.
    RevokeExtension,
    /// The procedure is switched, ordinary or simplified.
    SwitchProcedure,
    /// Of another nature or route.
    Reclassify,
    /// It turns out to be an accusation.
    BecomeAccusation,
    /// Answered directly.
    ReplyDirectly,
    /// Handling opinion (处理意见).
    IssueOpinion,
    /// What was promised was done, or was not.
    RecordExecution,
    /// The citizen rates an organ (满意度评价).
    Rate,
    /// A document was served (送达).
    ServeDocument,
    /// Review asked for (申请复查).
    RequestReview,
    /// Review: upheld or changed.
    DecideReview,
    /// Review: sent back.
    SendBackReview,
    /// Re-review asked for (申请复核).
    RequestReReview,
    /// A hearing is opened (听证).
    OpenHearing,
    /// The hearing has ended.
    EndHearing,
    /// Re-review: decided finally.
    DecideReReview,
    /// Re-review: sent back.
    SendBackReReview,
    /// Closed (办结).
    Close,
    /// Opened again.
    Reopen,
    /// The papers go back to the sender, before the case is accepted.
    Return,
    /// Given back while it is handled.
    ReturnHandled,
    /// Moved up a level, before it is accepted (提级).
    Escalate,
    /// Moved up while it is handled.
    EscalateHandled,
    /// Moved down a level, before it is accepted (下沉).
    Delegate,
    /// Moved down while it is handled.
    DelegateHandled,
    /// Reported to the leading body for its instruction (报请).
    ReportForInstruction,
    /// Withdrawn by the citizen (撤回).
    Withdraw,
    /// Some of those who bring it go on in a case of their own.
    Split,
    /// Merged into another.
    Merge,
    /// The merge is taken back: the case is again where it was.
    UndoMerge,
    /// Concluded by the competent level (终结).
    Conclude,
    /// An action of the case's own type, which leads to another stage or within one.
    Advance,
    /// An action of the case's own type that leads to its end.
    Finish,
}

/// One row of the table.
struct Row {
    act: Act,
    from: &'static [State],
    /// Where it leads; nothing where the state stays.
    to: Option<State>,
    /// The RPC, once there is one.
    method: Option<&'static str>,
}

use State::{
    Accepted, Answered, Assigned, Closed, Concluded, Disputed, Finished, InRereview, InReview, Merged, Open, Received,
    Refused, Registered, Reviewed, Transferred, Withdrawn,
};

/// States in which the matter is still open.
pub const LIVE: &[State] =
    &[Registered, Transferred, Assigned, Received, Disputed, Accepted, Answered, InReview, Reviewed, InRereview, Open];

/// States before an opinion or a reply.
const BEFORE_OPINION: &[State] = &[Registered, Transferred, Assigned, Received, Disputed, Accepted];

/// The method by which a case of a type with its own stages moves.
pub const ADVANCE: &str = "lianbang.v1.CaseService/AdvanceCase";

/// Live, and not accepted yet.
const NOT_ACCEPTED: &[State] = &[Registered, Transferred, Assigned, Received, Disputed];

/// Live, and accepted or answered: another organ takes over as it stands.
pub const HANDLED: &[State] = &[Accepted, Answered, InReview, Reviewed, InRereview];

const fn row(act: Act, from: &'static [State], to: Option<State>, method: Option<&'static str>) -> Row {
    Row { act, from, to, method }
}

const TABLE: &[Row] = &[
    row(Act::Transfer, &[Registered, Received], Some(Transferred), Some("lianbang.v1.RoutingService/TransferCase")),
    row(Act::Assign, &[Registered, Received], Some(Assigned), Some("lianbang.v1.RoutingService/AssignCase")),
    row(Act::Receive, &[Transferred, Assigned], Some(Received), Some("lianbang.v1.RoutingService/ReceiveCase")),
    row(Act::DisputeJurisdiction, &[Received], Some(Disputed), Some("lianbang.v1.RoutingService/DisputeJurisdiction")),
    row(Act::AgreeDispute, &[Disputed], Some(Registered), Some("lianbang.v1.RoutingService/DecideDispute")),
    row(Act::RefuseDispute, &[Disputed], Some(Received), Some("lianbang.v1.RoutingService/DecideDispute")),
    row(Act::IssueNotice, &[Registered, Received, Accepted], None, Some("lianbang.v1.ProcedureService/IssueNotice")),
    row(Act::Accept, &[Registered, Received], Some(Accepted), Some("lianbang.v1.ProcedureService/AcceptCase")),
    row(Act::Decline, &[Registered, Received], Some(State::Declined), Some("lianbang.v1.ProcedureService/DeclineCase")),
    row(Act::Refuse, &[Registered, Received], Some(Refused), Some("lianbang.v1.ProcedureService/RefuseCase")),
    row(
        Act::SwitchProcedure,
        &[Registered, Transferred, Assigned, Received, Accepted],
        None,
        Some("lianbang.v1.ProcedureService/SwitchProcedure"),
    ),
    row(
        Act::Reclassify,
        &[Registered, Transferred, Assigned, Received, Disputed, Accepted],
        None,
        Some("lianbang.v1.CaseService/ReclassifyCase"),
    ),
    row(
        Act::BecomeAccusation,
        &[Registered, Transferred, Assigned, Received, Disputed, Accepted],
        Some(Registered),
        Some("lianbang.v1.CaseService/ReclassifyCase"),
    ),
    row(
        Act::ReplyDirectly,
        &[Registered, Received],
        Some(Answered),
        Some("lianbang.v1.ProcedureService/ReplyDirectly"),
    ),
    row(Act::ExtendHandling, &[Accepted], None, Some("lianbang.v1.ProcedureService/ExtendHandling")),
    row(Act::RevokeExtension, &[Accepted], None, Some("lianbang.v1.ProcedureService/RevokeExtension")),
    row(Act::IssueOpinion, &[Accepted], Some(Answered), Some("lianbang.v1.ProcedureService/IssueOpinion")),
    row(
        Act::ServeDocument,
        &[Accepted, Answered, InReview, Reviewed, InRereview, Concluded, Closed],
        None,
        Some("lianbang.v1.ProcedureService/ServeDocument"),
    ),
    row(
        Act::RecordExecution,
        &[Answered, InReview, Reviewed, InRereview, Closed, Concluded],
        None,
        Some("lianbang.v1.ProcedureService/RecordExecution"),
    ),
    row(
        Act::Rate,
        &[Answered, InReview, Reviewed, InRereview, Closed, Concluded, State::Declined, Refused, Finished],
        None,
        Some("lianbang.v1.ProcedureService/RateCase"),
    ),
    row(Act::RequestReview, &[Answered, Closed], Some(InReview), Some("lianbang.v1.ProcedureService/RequestReview")),
    row(Act::DecideReview, &[InReview], Some(Reviewed), Some("lianbang.v1.ProcedureService/DecideReview")),
    row(Act::SendBackReview, &[InReview], Some(Accepted), Some("lianbang.v1.ProcedureService/DecideReview")),
    row(
        Act::RequestReReview,
        &[Reviewed, Closed],
        Some(InRereview),
        Some("lianbang.v1.ProcedureService/RequestReReview"),
    ),
    row(Act::OpenHearing, &[InRereview], None, Some("lianbang.v1.ProcedureService/OpenHearing")),
    row(Act::EndHearing, &[InRereview], None, Some("lianbang.v1.ProcedureService/EndHearing")),
    row(Act::DecideReReview, &[InRereview], Some(Concluded), Some("lianbang.v1.ProcedureService/DecideReReview")),
    row(Act::SendBackReReview, &[InRereview], Some(Accepted), Some("lianbang.v1.ProcedureService/DecideReReview")),
    row(Act::Close, &[Answered, Reviewed], Some(Closed), Some("lianbang.v1.ProcedureService/CloseCase")),
    row(Act::Reopen, &[Closed], Some(Accepted), Some("lianbang.v1.ProcedureService/ReopenCase")),
    row(Act::Return, NOT_ACCEPTED, Some(Registered), Some("lianbang.v1.RoutingService/ReturnCase")),
    row(Act::ReturnHandled, HANDLED, None, Some("lianbang.v1.RoutingService/ReturnCase")),
    row(Act::Escalate, NOT_ACCEPTED, Some(Transferred), Some("lianbang.v1.RoutingService/EscalateCase")),
    row(Act::EscalateHandled, HANDLED, None, Some("lianbang.v1.RoutingService/EscalateCase")),
    row(Act::Delegate, NOT_ACCEPTED, Some(Transferred), Some("lianbang.v1.RoutingService/DelegateCase")),
    row(Act::DelegateHandled, HANDLED, None, Some("lianbang.v1.RoutingService/DelegateCase")),
    row(
        Act::ReportForInstruction,
        &[Registered, Received],
        None,
        Some("lianbang.v1.RoutingService/ReportForInstruction"),
    ),
    row(Act::Withdraw, LIVE, Some(Withdrawn), Some("lianbang.v1.ProcedureService/WithdrawCase")),
    row(Act::Split, &[Registered, Received, Accepted], None, Some("lianbang.v1.DuplicateService/SplitCase")),
    // After an opinion there is a right to review, which a merge would cut.
    row(Act::Merge, BEFORE_OPINION, Some(Merged), Some("lianbang.v1.DuplicateService/MergeCases")),
    row(Act::UndoMerge, &[Merged], None, Some("lianbang.v1.DuplicateService/UndoMerge")),
    row(
        Act::Conclude,
        &[Answered, InReview, Reviewed, InRereview, Closed, Concluded],
        Some(Concluded),
        Some("lianbang.v1.ProcedureService/ConcludeCase"),
    ),
    row(Act::Advance, &[Open], None, Some(ADVANCE)),
    row(Act::Finish, &[Open], Some(Finished), Some(ADVANCE)),
];

/// Why an act is not possible now: what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAllowed {
    /// Methods that are possible now.
    pub allowed: Vec<&'static str>,
}

/// The state after an act.
///
/// # Errors
/// `NotAllowed` where the table does not know the act from this state.
pub fn next(state: State, act: Act) -> Result<State, NotAllowed> {
    TABLE.iter().find(|row| row.act == act && row.from.contains(&state)).map(|row| row.to.unwrap_or(state)).ok_or_else(
        || {
            // One method may lead to several states.
            let mut methods: Vec<_> = allowed(state).into_iter().map(|(method, _)| method).collect();
            methods.dedup();
            NotAllowed { allowed: methods }
        },
    )
}

/// The methods that the procedure allows from a state, and where each leads (nothing where the state stays).
pub fn allowed(state: State) -> Vec<(&'static str, Option<State>)> {
    TABLE
        .iter()
        .filter(|row| row.from.contains(&state))
        .filter_map(|row| row.method.map(|method| (method, row.to)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// The whole grid, what is refused included, each act with the method that offers it. A change here is a change of the contract.
    const GOLDEN: &str = include_str!("flow.golden.txt");

    #[test]
    fn the_grid_is_as_written_down() {
        let mut text = String::new();
        for row in TABLE {
            let _ = writeln!(text, "{:?}: {}", row.act, row.method.unwrap_or("not offered yet"));
            for state in State::ALL {
                let _ = writeln!(text, "  {} {}", state.word(), next(*state, row.act).map_or("-", State::word));
            }
        }
        assert!(text == GOLDEN, "flow.golden.txt should be:\n{text}");
    }

    #[test]
    fn nothing_leads_out_of_an_ended_case_but_the_rights_that_outlive_it() {
        for state in [State::Declined, Refused, Withdrawn, Merged] {
            assert!(TABLE.iter().all(|row| row.to.is_none() || !row.from.contains(&state)), "{state:?}");
        }
    }

    #[test]
    fn a_refusal_names_what_is_possible() {
        let refusal = next(Registered, Act::Close).expect_err("not from there");
        assert!(refusal.allowed.contains(&"lianbang.v1.ProcedureService/AcceptCase"));
        assert_eq!(next(Registered, Act::Accept), Ok(Accepted));
    }

    #[test]
    fn an_act_stands_in_the_table_once() {
        for (index, row) in TABLE.iter().enumerate() {
            assert!(TABLE[index + 1..].iter().all(|other| other.act != row.act), "{:?}", row.act);
        }
    }
}
