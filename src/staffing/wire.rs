//! Conversion from and to the messages of the contract.

use chrono::NaiveDate;

use super::{
    model::{Count, Place, Responsible, Status},
    ops::Nearby,
};
use crate::{
    cadres::Role,
    error::{Error, Result},
    pb::{google::r#type::Date, v1},
    place::{Code, Level},
    wire::{date, pb_date},
};

/// Most people shown of one place; the rest is counted.
const MOST_SHOWN: usize = 20;

/// Reads the region that a request names.
///
/// # Errors
/// `Invalid`.
pub fn region(name: &str) -> Result<Code> {
    Code::from_name(name).map_err(|fault| Error::field("region", fault))
}

/// Reads the day that a request names.
///
/// # Errors
/// `Invalid`.
pub fn day(given: Option<Date>) -> Result<Option<NaiveDate>> {
    given.map(|given| date(&given).map_err(|fault| Error::field("date", fault))).transpose()
}

/// Reads roles; the checks of form let only defined ones through.
pub fn roles(numbers: &[i32]) -> Vec<Role> {
    let mut roles: Vec<Role> = numbers.iter().filter_map(|number| Role::from_number(*number)).collect();
    roles.sort_unstable();
    roles
}

/// Roles for the wire.
pub fn pb_roles(roles: &[Role]) -> Vec<i32> {
    roles.iter().map(|role| v1::posting::Role::from(*role).into()).collect()
}

/// Roles as a part of what a page token is bound to.
pub fn bound(roles: &[Role]) -> String {
    let numbers: Vec<String> = roles.iter().map(|role| (*role as i32).to_string()).collect();
    numbers.join(",")
}

fn level(level: Level) -> i32 {
    let pb = match level {
        Level::Country => v1::region::Level::Country,
        Level::Province => v1::region::Level::Province,
        Level::City => v1::region::Level::City,
        Level::County => v1::region::Level::County,
        Level::Township => v1::region::Level::Township,
        Level::Village => v1::region::Level::Village,
    };
    pb.into()
}

/// A place on a day.
pub fn coverage(place: Place, on: NaiveDate) -> v1::RegionCoverage {
    use v1::region_coverage::Status as Pb;
    let Place { region, display_name, level: at, status, responsibles } = place;
    let since = status.since();
    let status = match status {
        Status::Covered(_) => Pb::Covered,
        Status::Lapsed(_) => Pb::Lapsed,
        Status::Never => Pb::Never,
    };
    v1::RegionCoverage {
        region: region.name(),
        display_name,
        level: level(at),
        status: status.into(),
        responsible_count: i32::try_from(responsibles.len()).unwrap_or(i32::MAX),
        responsibles: responsibles.into_iter().take(MOST_SHOWN).map(responsible).collect(),
        since_date: since.map(pb_date),
        days_since: since.map(|since| i32::try_from(on.signed_duration_since(since).num_days()).unwrap_or(i32::MAX)),
    }
}

fn responsible(person: Responsible) -> v1::Responsible {
    let Responsible { cadre, id, cadre_display_name, role, valid_from, valid_until } = person;
    v1::Responsible {
        posting: format!("cadres/{cadre}/postings/{id}"),
        cadre_display_name,
        role: v1::posting::Role::from(role).into(),
        valid_from: Some(pb_date(valid_from)),
        valid_until: valid_until.map(pb_date),
    }
}

/// The counts of a level.
pub fn count(count: Count) -> v1::CoverageCount {
    let Count { level: of, covered, lapsed, never } = count;
    let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    v1::CoverageCount {
        level: level(of),
        total_count: number(covered + lapsed + never),
        covered_count: number(covered),
        lapsed_count: number(lapsed),
        never_count: number(never),
    }
}

/// A posting in force near a place.
pub fn nearby(found: Nearby) -> v1::ResponsiblePosting {
    let Nearby { posting, region_display_name, region_level, distance } = found;
    v1::ResponsiblePosting {
        posting: Some(posting.into()),
        region_display_name,
        region_level: level(region_level),
        region_distance: distance,
    }
}
