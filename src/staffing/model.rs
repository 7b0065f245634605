//! How a place stands on a day.

use chrono::NaiveDate;

use crate::{
    cadres::Role,
    place::{Code, Level},
};

/// The roles that link a cadre to a place, which cover where the caller names none.
pub fn covering_roles() -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| role.links()).collect()
}

/// Whether a place has someone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A posting is in force since that day.
    Covered(NaiveDate),
    /// None is in force; this is the first day without.
    Lapsed(NaiveDate),
    /// None ever was.
    Never,
}

impl Status {
    /// The day since which it stands so.
    pub fn since(self) -> Option<NaiveDate> {
        match self {
            Self::Covered(day) | Self::Lapsed(day) => Some(day),
            Self::Never => None,
        }
    }
}

/// A township or a village on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its code.
    pub region: Code,
    /// Its name on the day.
    pub display_name: String,
    /// Township or village.
    pub level: Level,
    /// How it stands.
    pub status: Status,
    /// Who answers for it, or did last; the longest in place first.
    pub responsibles: Vec<Responsible>,
}

/// A posting that covers or covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsible {
    /// `{id}` of the cadre.
    pub cadre: String,
    /// `{id}` of the posting.
    pub id: String,
    /// Name of the cadre.
    pub cadre_display_name: String,
    /// As what.
    pub role: Role,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    pub valid_until: Option<NaiveDate>,
}

/// How many places of a level stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Township or village.
    pub level: Level,
    /// With a posting in force.
    pub covered: i64,
    /// Had one.
    pub lapsed: i64,
    /// Never had one.
    pub never: i64,
}
