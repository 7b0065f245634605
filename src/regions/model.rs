//! What a region is, and the rule by which names match.

use chrono::NaiveDate;

use crate::place::{Code, Level, Path};

/// What sort of division it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A division of the state's administration.
    Administrative = 1,
    /// A development zone and the like (开发区).
    Zone = 2,
}

impl Kind {
    /// From the database's column.
    pub fn from_stored(value: i32) -> Option<Self> {
        [Self::Administrative, Self::Zone].into_iter().find(|kind| *kind as i32 == value)
    }
}

/// One version of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its code.
    pub code: Code,
    /// Number of the version, from 1.
    pub version: i32,
    /// Name as published.
    pub display_name: String,
    /// Level in the tree.
    pub level: Level,
    /// Kind.
    pub kind: Kind,
    /// The region above.
    pub parent: Option<Code>,
    /// The chain down to and with this region.
    pub path: Path,
    /// First day of the version.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    pub valid_until: Option<NaiveDate>,
}

const COMMITTEES: &[&str] =
    &["居民委员会", "村民委员会", "居委会", "村委会", "街道办事处", "办事处", "管理委员会", "管委会"];
const KINDS: &[&str] = &["社区", "街道", "村", "镇", "乡", "街", "县", "区", "市", "省"];

/// The part of a name by which people know it: without the committee, and without one word for the kind of place.
/// 寺门社区居民委员会, 寺门社区 and 寺门村 have the stem 寺门.
pub fn stem(name: &str) -> &str {
    let name = name.trim();
    let without = |name, suffixes: &[&str]| {
        suffixes
            .iter()
            .find_map(|suffix| str::strip_suffix(name, *suffix).filter(|rest| !rest.is_empty()))
            .unwrap_or(name)
    };
    without(without(name, COMMITTEES), KINDS)
}

/// The stems that a query can stand for: its own, and itself, since 王村 may be short for 王村社区.
pub fn query_stems(query: &str) -> Vec<&str> {
    let query = query.trim();
    let mut stems = vec![stem(query), query];
    stems.dedup();
    stems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_use_share_the_stem() {
        for name in
            ["寺门社区居民委员会", "寺门社区居委会", "寺门社区", "寺门村", "寺门村委会", "寺门村民委员会", "寺门"]
        {
            assert_eq!(stem(name), "寺门", "{name}");
        }
        assert_eq!(stem("西大街道"), stem("西大街道办事处"));
        assert_eq!(stem("魏都区"), "魏都");
    }

    #[test]
    fn a_stem_is_never_empty() {
        for name in ["村", "社区", "居委会", "市", ""] {
            assert_eq!(stem(name).is_empty(), name.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_short_form_finds_the_longer_name() {
        assert!(query_stems("王村").contains(&stem("王村社区居委会")));
    }
}
