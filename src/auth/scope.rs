//! Where a client may act: the root of every query. There is no unscoped find.

use crate::{
    error::{Error, Result},
    place::{Code, Level, Path},
};

/// Where a grant holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Area {
    /// A region and everything below it.
    Region {
        /// Its level, as it stood when the grant was given.
        level: Level,
        /// Its code.
        code: Code,
    },
    /// What an organization registered, holds or held.
    Organization {
        /// `{id}` of `organizations/{id}`.
        id: String,
    },
    /// What a posting was asked to help with or is linked to.
    Posting {
        /// `{id}` of `cadres/{id}`.
        cadre: String,
        /// `{id}` of the posting.
        id: String,
    },
}

impl Area {
    /// Everywhere.
    pub const EVERYWHERE: Self = Self::Region { level: Level::Country, code: Code::COUNTRY };

    /// The area takes in that place. Organizations and postings hold cases, not places.
    pub fn covers(&self, place: &Path) -> bool {
        match self {
            Self::Region { level, code } => place.is_within(*level, *code),
            Self::Organization { .. } | Self::Posting { .. } => false,
        }
    }

    /// Key of the holder in `case_line`, for an organization or a posting.
    pub fn holder(&self) -> Option<String> {
        match self {
            Self::Region { .. } => None,
            Self::Organization { id } => Some(format!("organizations/{id}")),
            Self::Posting { cadre, id } => Some(format!("cadres/{cadre}/postings/{id}")),
        }
    }

    /// The resource that the area is.
    pub fn name(&self) -> String {
        match self {
            Self::Region { code, .. } => code.name(),
            Self::Organization { .. } | Self::Posting { .. } => self.holder().unwrap_or_default(),
        }
    }
}

/// The areas in which a client may do what a method does, and those in which it also sees accusations.
///
/// `conflicts` are the resources (a cadre, an organization) whom the caller serves: what accuses one of them does not exist for
/// the caller, whatever the grants say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permit {
    /// Areas of the grants that carry the method's permission; at most 16.
    pub areas: Vec<Area>,
    /// Areas in which accusations are seen.
    pub accusations: Vec<Area>,
    /// Areas in which the FULL view may be asked for.
    pub full: Vec<Area>,
    /// Whom the caller serves.
    pub conflicts: Vec<String>,
}

impl Permit {
    /// Refuses a place outside every area. `resource` is named in the error.
    ///
    /// # Errors
    /// `OutOfScope`.
    pub fn ensure_place(&self, place: &Path, resource: &str) -> Result<()> {
        if self.areas.iter().any(|area| area.covers(place)) {
            Ok(())
        } else {
            Err(Error::OutOfScope { resource: resource.to_owned() })
        }
    }

    /// Refuses to enter a case at a place outside every area, unless it is entered for an organization that the client acts for.
    /// `field` is named in the error.
    ///
    /// # Errors
    /// `OutOfScope`.
    pub fn ensure_register(&self, place: &Path, organization: Option<&str>, field: &str) -> Result<()> {
        let for_organization =
            organization.is_some_and(|name| self.areas.iter().any(|area| area.holder().as_deref() == Some(name)));
        if for_organization { Ok(()) } else { self.ensure_place(place, field) }
    }

    /// Refuses where the permit is not for everywhere: what belongs to no region.
    ///
    /// # Errors
    /// `OutOfScope`.
    pub fn ensure_everywhere(&self, resource: &str) -> Result<()> {
        if self.is_everywhere() { Ok(()) } else { Err(Error::OutOfScope { resource: resource.to_owned() }) }
    }

    /// One of the areas is everywhere.
    pub fn is_everywhere(&self) -> bool {
        self.areas.contains(&Area::EVERYWHERE)
    }
}
