//! The thirteen papers of a file, and which of them are there. The list is that of the Ministry of Justice: six have to be there, seven as needed.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::numbers::{Numbered, Paper, PaperState, RecordKind, State};

/// Most parties that are named as lacking a paper.
const MOST_LACKING: usize = 100;

/// What a file is judged by.
#[derive(Debug, Default)]
pub struct Holdings {
    /// How many records of each kind there are.
    pub records: HashMap<RecordKind, i32>,
    /// Who was told of rights and duties, and whose identity was proved.
    pub of_participants: HashMap<RecordKind, HashSet<Uuid>>,
    /// All necessary parties.
    pub necessary: Vec<Uuid>,
    /// Agents by written mandate.
    pub mandates: i32,
    /// Sessions with minutes.
    pub minutes: i32,
    /// Agreements in effect.
    pub agreements: i32,
    /// Agreements that are not, and challenges of mediators.
    pub others: i32,
    /// Performances and contributions.
    pub performances: i32,
    /// Visits that were made.
    pub visits: i32,
    /// Applications for confirmation.
    pub confirmations: i32,
}

/// A paper of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub paper: Paper,
    /// Whether it is there.
    pub state: PaperState,
    /// How many pieces.
    pub count: i32,
    /// Necessary parties for whom one is missing.
    pub lacking: Vec<Uuid>,
}

/// The papers of a file in their order. An agreement has to be there where the mediation came to one.
pub fn papers(state: State, held: &Holdings) -> Vec<Entry> {
    Paper::ALL.iter().map(|paper| held.entry(*paper, state)).collect()
}

impl Holdings {
    fn entry(&self, paper: Paper, state: State) -> Entry {
        let count = self.count(paper);
        let lacking = self.lacking(paper);
        let needed = match paper {
            Paper::Application | Paper::RightsNotice | Paper::IdentityProof | Paper::Note | Paper::BackCover => true,
            Paper::Agreement => state == State::Agreed,
            Paper::Mandate
            | Paper::Investigation
            | Paper::Evidence
            | Paper::PerformanceProof
            | Paper::FollowUp
            | Paper::Confirmation
            | Paper::FileNote => false,
        };
        let whole = count > 0 && lacking.is_empty();
        let state = match (whole, needed) {
            (true, _) => PaperState::Present,
            (false, true) => PaperState::Missing,
            (false, false) => PaperState::NotNeeded,
        };
        Entry { paper, state, count, lacking }
    }

    fn count(&self, paper: Paper) -> i32 {
        let records = |kinds: &[RecordKind]| -> i32 { kinds.iter().filter_map(|kind| self.records.get(kind)).sum() };
        match paper {
            Paper::Application => records(&[RecordKind::Application]),
            Paper::RightsNotice => records(&[RecordKind::RightsNotice]),
            Paper::IdentityProof => records(&[RecordKind::IdentityProof]),
            Paper::Mandate => self.mandates,
            Paper::Investigation => records(&[RecordKind::Investigation]),
            Paper::Evidence => records(&[RecordKind::Evidence]),
            Paper::Note => {
                use RecordKind::{Note, Proposal, Statement, UndisputedFact};
                self.minutes + records(&[Note, Statement, Proposal, UndisputedFact])
            }
            Paper::Agreement => self.agreements,
            Paper::PerformanceProof => records(&[RecordKind::PerformanceProof]) + self.performances,
            Paper::FollowUp => records(&[RecordKind::FollowUp]).max(self.visits),
            Paper::Confirmation => records(&[RecordKind::ConfirmationPaper]) + self.confirmations,
            Paper::FileNote => records(&[RecordKind::FileNote]) + self.others,
            Paper::BackCover => 1,
        }
    }

    /// Necessary parties who were not told, or whose identity is not proved.
    fn lacking(&self, paper: Paper) -> Vec<Uuid> {
        let kind = match paper {
            Paper::RightsNotice => RecordKind::RightsNotice,
            Paper::IdentityProof => RecordKind::IdentityProof,
            _ => return Vec::new(),
        };
        let nobody = HashSet::new();
        let there = self.of_participants.get(&kind).unwrap_or(&nobody);
        self.necessary.iter().copied().filter(|party| !there.contains(party)).take(MOST_LACKING).collect()
    }
}

/// The paper that a record is filed under.
pub fn paper_of(kind: RecordKind) -> Paper {
    match kind {
        RecordKind::Note | RecordKind::Statement | RecordKind::Proposal | RecordKind::UndisputedFact => Paper::Note,
        RecordKind::Investigation => Paper::Investigation,
        RecordKind::Evidence => Paper::Evidence,
        RecordKind::Application => Paper::Application,
        RecordKind::RightsNotice => Paper::RightsNotice,
        RecordKind::IdentityProof => Paper::IdentityProof,
        RecordKind::PerformanceProof => Paper::PerformanceProof,
        RecordKind::FollowUp => Paper::FollowUp,
        RecordKind::ConfirmationPaper => Paper::Confirmation,
        RecordKind::FileNote => Paper::FileNote,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(state: State, held: &Holdings) -> Vec<Paper> {
        let papers = papers(state, held);
        papers.iter().filter(|entry| entry.state == PaperState::Missing).map(|entry| entry.paper).collect()
    }

    #[test]
    fn an_empty_file_lacks_what_has_to_be_there() {
        let held = Holdings::default();
        use Paper::{Agreement, Application, IdentityProof, Note, RightsNotice};
        assert_eq!(missing(State::Failed, &held), [Application, RightsNotice, IdentityProof, Note]);
        assert_eq!(missing(State::Agreed, &held), [Application, RightsNotice, IdentityProof, Note, Agreement]);
        assert_eq!(papers(State::Open, &held).len(), 13);
    }

    #[test]
    fn each_necessary_party_is_told_of_rights_and_duties() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut held = Holdings { necessary: vec![one, two], ..Holdings::default() };
        held.records.insert(RecordKind::RightsNotice, 1);
        held.of_participants.entry(RecordKind::RightsNotice).or_default().insert(one);
        let entry = held.entry(Paper::RightsNotice, State::Open);
        assert_eq!((entry.state, entry.count, entry.lacking), (PaperState::Missing, 1, vec![two]));
        held.of_participants.entry(RecordKind::RightsNotice).or_default().insert(two);
        assert_eq!(held.entry(Paper::RightsNotice, State::Open).state, PaperState::Present);
    }
}
