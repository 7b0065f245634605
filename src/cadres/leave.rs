//! What a leave is.

use chrono::{Months, NaiveDate};

use crate::call::Micros;

/// The longest leave: three years.
pub const LONGEST_LEAVE: Months = Months::new(36);

/// Days on which a cadre is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// `{id}` of the cadre.
    pub cadre: String,
    /// `{id}` of the leave.
    pub id: String,
    /// First day away.
    pub valid_from: NaiveDate,
    /// First day back. The first day away: it was never taken.
    pub valid_until: NaiveDate,
    /// When it was entered.
    pub create_time: Micros,
    /// When it was entered or ended.
    pub update_time: Micros,
    /// Counts its changes.
    pub version: i64,
}

impl Leave {
    /// `cadres/{cadre}/leaves/{id}`.
    pub fn name(&self) -> String {
        leave_name(&self.cadre, &self.id)
    }
}

/// `cadres/{cadre}/leaves/{id}`.
pub fn leave_name(cadre: &str, id: &str) -> String {
    format!("cadres/{cadre}/leaves/{id}")
}
