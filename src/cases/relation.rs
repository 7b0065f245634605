//! How a case stands to another one.

use uuid::Uuid;

use super::model::{State, case_name, numbered};
use crate::call::Micros;

numbered! {
    /// How.
    RelationKind {
        /// They have to do with each other.
        Related = 1 "RELATED",
        /// One brings new facts to the other.
        NewFacts = 2 "NEW_FACTS",
        /// The other was split off.
        SplitInto = 3 "SPLIT_INTO",
        /// It was split off from the other.
        SplitFrom = 4 "SPLIT_FROM",
        /// The same person, the same matter.
        SamePersonSameMatter = 5 "SAME_PERSON_SAME_MATTER",
        /// Somebody else, the same matter.
        OtherPersonSameMatter = 6 "OTHER_PERSON_SAME_MATTER",
        /// It was merged into the other.
        MergedInto = 7 "MERGED_INTO",
        /// The other was merged into it.
        MergedFrom = 8 "MERGED_FROM",
    }
}

impl RelationKind {
    /// How the other case stands to this one.
    pub fn mirrored(self) -> Self {
        match self {
            Self::SplitInto => Self::SplitFrom,
            Self::SplitFrom => Self::SplitInto,
            Self::MergedInto => Self::MergedFrom,
            Self::MergedFrom => Self::MergedInto,
            Self::Related | Self::NewFacts | Self::SamePersonSameMatter | Self::OtherPersonSameMatter => self,
        }
    }
}

/// One side of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub id: Uuid,
    pub case_id: Uuid,
    pub other: Uuid,
    pub kind: RelationKind,
    pub create_time: Micros,
}

impl Relation {
    /// `cases/{uuid}/relations/{uuid}`.
    pub fn name(&self) -> String {
        format!("{}/relations/{}", case_name(self.case_id), self.id)
    }
}

/// One case in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    pub id: Uuid,
    pub case_id: Uuid,
    pub into: Uuid,
    /// Where the case stood.
    pub state_before: State,
    pub merge_time: Micros,
}
