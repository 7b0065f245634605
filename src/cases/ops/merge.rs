//! Merging: a later case of the same matter goes on in an earlier one (合并办理), and back again.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    party::is_petitioning,
    step::{Step, keep_reason},
};
use crate::{
    cases::{
        clocks::{Clock, ClockState, rules},
        flow::Act,
        model::{Case, IdentityMode, State},
        party::{MOST_PARTIES, Mandate, Party, PartyRole},
        relation::{Merge, RelationKind},
        store,
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
    record,
    wire::ensure_etag,
};

const MERGED: &str = "case.merged";
const MERGED_FROM: &str = "case.merged_from";
const UNDONE: &str = "case.merge_undone";

/// Merges a case into another one.
#[derive(Debug)]
pub struct MergeCases {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub into: Uuid,
    pub into_etag: String,
    pub reason: String,
}

/// A case that was merged, or is no longer, and the other one.
#[derive(Debug)]
pub struct Pair {
    pub case: Case,
    pub into: Case,
}

impl Command for MergeCases {
    type Answer = Pair;
    const NAME: &'static str = "cases.merge";

    async fn run(&self, tx: &Tx<'_>) -> Result<Pair> {
        if self.into == self.id {
            return Err(Error::field("into_case", "is the case itself"));
        }
        let (mut step, mut into) = Step::begin_two(tx, &self.catalog, self.id, (self.into, "into_case")).await?;
        ensure_etag(&self.etag, step.case.version, &step.case.name())?;
        ensure_etag(&self.into_etag, into.case.version, &into.case.name())?;
        let state_before = step.case.state;
        step.act(Act::Merge, "MergeCases")?;
        ensure_fit(tx, state_before, &step.case, &into.case).await?;
        let parties = brought(tx, &step.case, self.into).await?;
        let count = i32::try_from(parties.len()).unwrap_or(i32::MAX);
        if usize::try_from(into.case.party_count).unwrap_or(0) + parties.len() > MOST_PARTIES {
            return Err(Error::Precondition { resource: into.case.name(), condition: "TOO_MANY_PARTIES" });
        }
        store::party::insert(tx, &parties).await?;
        into.case.party_count += count;
        if parties.iter().any(Party::is_sensitive) {
            store::terms::withhold(tx, &into.case).await?;
        }
        // What supervision demands in writing is still owed.
        step.clocks.cancel_all_but(&[rules::WRITTEN_ANSWER], MERGED, tx.call().now);
        let merge = Merge {
            id: tx.call().new_id(),
            case_id: self.id,
            into: self.into,
            state_before,
            merge_time: tx.call().now,
        };
        let ids: Vec<Uuid> = parties.iter().map(|party| party.id).collect();
        store::merge::insert(tx, &merge, &ids).await?;
        store::relation::insert(tx, self.id, self.into, RelationKind::MergedInto).await?;
        step.note("into_case", into.case.name());
        keep_reason(tx, &mut step, &self.reason).await?;
        into.note("merged_case", step.case.name());
        into.note("parties", parties.len().to_string());
        Ok(Pair { case: step.finish(MERGED).await?, into: into.finish(MERGED_FROM).await? })
    }
}

/// How far a case has come before its opinion.
fn stage(state: State) -> Option<u8> {
    match state {
        State::Registered => Some(0),
        State::Transferred | State::Assigned => Some(1),
        State::Received | State::Disputed => Some(2),
        State::Accepted => Some(3),
        State::Declined
        | State::Refused
        | State::Answered
        | State::InReview
        | State::Reviewed
        | State::InRereview
        | State::Concluded
        | State::Closed
        | State::Withdrawn
        | State::Merged
        | State::Open
        | State::Finished => None,
    }
}

/// The other case can take this one in: nobody gets more time by it, and nobody learns what was kept from them.
async fn ensure_fit(tx: &Tx<'_>, stood: State, case: &Case, other: &Case) -> Result<()> {
    let refused = |resource: &Case, condition| Err(Error::Precondition { resource: resource.name(), condition });
    let Some(reached) = stage(other.state) else { return refused(other, "CASE_ANSWERED_OR_ENDED") };
    if case.is_accusation() != other.is_accusation()
        || store::case::walls(tx, case.id).await? != store::case::walls(tx, other.id).await?
    {
        return refused(case, "DIFFERENT_WALLS");
    }
    if case.identity_mode == IdentityMode::Confidential && other.identity_mode != IdentityMode::Confidential {
        return refused(case, "CONFIDENTIAL_IDENTITY");
    }
    let due_later = match (case.next_due_time, other.next_due_time) {
        (Some(due), Some(others)) => others > due,
        (due, None) => due.is_some(),
        (None, Some(_)) => false,
    };
    let behind = stage(stood).is_some_and(|own| reached < own || (reached == own && due_later));
    if other.receive_time > case.receive_time || behind {
        return refused(other, "MERGE_GIVES_TIME");
    }
    Ok(())
}

/// Those who bring a case and their agents, as they begin in the other one. Who speaks for others there does so for those of that case.
async fn brought(tx: &Tx<'_>, case: &Case, into: Uuid) -> Result<Vec<Party>> {
    let all = store::party::of_cases(tx, &[case.id]).await?;
    let goes = |party: &&Party| is_petitioning(party) || (party.role == PartyRole::Agent && party.end_time.is_none());
    let mut going: Vec<&Party> = all.iter().filter(goes).collect();
    going.sort_by_key(|party| party.id);
    if let Some(party) = going.iter().find(|party| party.restrict_time.is_some()) {
        // What is restricted is not opened, so that nothing of it could be copied.
        return Err(Error::Precondition { resource: party.name(), condition: "PARTY_RESTRICTED" });
    }
    let ids: HashMap<Uuid, Uuid> = going.iter().map(|party| (party.id, tx.call().new_id())).collect();
    let petitioners: Vec<Uuid> =
        going.iter().filter(|party| party.role.brings()).filter_map(|party| ids.get(&party.id).copied()).collect();
    let begin = |party: &&Party| Party {
        id: ids[&party.id],
        case_id: into,
        role: if party.role == PartyRole::Representative { PartyRole::Member } else { party.role },
        // An agent of all acts for all whom it came with.
        mandate: party.mandate.clone().map(|mandate| Mandate {
            principals: match mandate.principals.is_empty() {
                true => petitioners.clone(),
                false => mandate.principals.iter().filter_map(|id| ids.get(id).copied()).collect(),
            },
            ..mandate
        }),
        create_time: tx.call().now,
        version: 1,
        ..(*party).clone()
    };
    Ok(going.iter().map(begin).collect())
}

/// Takes a merge back.
#[derive(Debug)]
pub struct UndoMerge {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub reason: String,
}

impl Command for UndoMerge {
    type Answer = Pair;
    const NAME: &'static str = "cases.undo_merge";

    async fn run(&self, tx: &Tx<'_>) -> Result<Pair> {
        let now = tx.call().now;
        let known = store::merge::of(tx, self.id).await?;
        let Some(merge) = known else {
            // It is not merged: the table says what is possible.
            let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
            step.act(Act::UndoMerge, "UndoMerge")?;
            return Err(Error::internal("a merged case has no merge"));
        };
        let (mut step, mut into) = Step::begin_two(tx, &self.catalog, self.id, (merge.into, "into_case")).await?;
        ensure_etag(&self.etag, step.case.version, &step.case.name())?;
        step.act(Act::UndoMerge, "UndoMerge")?;
        let parties = store::merge::parties(tx, merge.id).await?;
        let parties = store::party::find_many(tx, merge.into, &parties).await?;
        ensure_unchanged(tx, (&step.case, &into.case), &parties).await?;
        step.case.state = merge.state_before;
        step.clocks.revive(|clock| is_of(clock, &merge), now);
        let ids: Vec<Uuid> = parties.iter().map(|party| party.id).collect();
        store::party::end_all(tx, &ids, now, "the merge was undone").await?;
        into.case.party_count -= i32::try_from(parties.len()).unwrap_or(i32::MAX);
        store::merge::undo(tx, merge.id, now).await?;
        store::relation::remove(tx, self.id, merge.into, RelationKind::MergedInto).await?;
        step.note("into_case", into.case.name());
        keep_reason(tx, &mut step, &self.reason).await?;
        into.note("merged_case", step.case.name());
        Ok(Pair { case: step.finish(UNDONE).await?, into: into.finish(UNDONE).await? })
    }
}

/// The merge ended the clock.
fn is_of(clock: &Clock, merge: &Merge) -> bool {
    clock.state == ClockState::Cancelled
        && clock.stop_time == Some(merge.merge_time)
        && clock.stopped_by.as_deref() == Some(MERGED)
}

/// Nobody did anything but look at both cases since the merge, nor anything to the parties it brought.
async fn ensure_unchanged(tx: &Tx<'_>, (case, into): (&Case, &Case), parties: &[Party]) -> Result<()> {
    let changed = |resource: String| Err(Error::Precondition { resource, condition: "CHANGED_SINCE_MERGE" });
    for (root, kind, fact) in
        [(case, MERGED, ("into_case", into.name())), (into, MERGED_FROM, ("merged_case", case.name()))]
    {
        let last = record::last_act(tx, root.id).await?;
        let same = |(name, value): &(String, String)| (name.as_str(), value) == (fact.0, &fact.1);
        if !last.is_some_and(|last| last.kind == kind && last.detail.iter().any(same)) {
            return changed(root.name());
        }
    }
    match parties.iter().find(|party| party.version != 1) {
        Some(party) => changed(party.name()),
        None => Ok(()),
    }
}
