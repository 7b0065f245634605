//! What of the feed a reader gets: the filter, and the judgement whether a resource left the reader's sight.
//!
//! The scope is a predicate in SQL (`store`). The filter is judged here, since a resource that moved must be judged at two places,
//! the old one in the row's columns and the new one in its bytes, and by one rule.

use super::model::{Happened, resource_type};
use crate::{
    auth::{Area, Permit},
    error::{Error, Result},
    filter::{self, Expr, Field, Kind, Op, Value},
    place::{Code, Level, Path},
    record::Sight,
};

const TYPE: usize = 0;
const RESOURCE_TYPE: usize = 1;
const REGION: usize = 2;

/// What the feed may be filtered by.
const FIELDS: &[Field] = &[
    Field { name: "type", kind: Kind::Text, ops: &[Op::Eq, Op::Ne] },
    Field { name: "resource_type", kind: Kind::Text, ops: &[Op::Eq, Op::Ne] },
    Field { name: "region", kind: Kind::Name("regions/"), ops: &[Op::Eq] },
    Field { name: "subject", kind: Kind::Text, ops: &[Op::Eq] },
];

/// A reader's filter.
#[derive(Debug, Clone, Default)]
pub struct Filter(Option<Expr>);

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `InvalidFilter`.
    pub fn read(source: &str) -> Result<Self> {
        let fault = |message: String| Error::InvalidFilter { field: "filter", message };
        let expr = filter::parse(source, FIELDS).map_err(|refused| fault(refused.to_string()))?;
        if let Some(expr) = &expr {
            regions(expr).map_err(|refused| fault(format!("a region {refused}")))?;
        }
        Ok(Self(expr))
    }

    /// The event is asked for.
    fn takes(&self, event: &Happened) -> bool {
        self.allows(Some(&event.kind), &event.resource, &event.place)
    }

    /// Something of the resource at this place could be asked for. Without a type every type is possible.
    fn allows(&self, kind: Option<&str>, resource: &str, place: &Path) -> bool {
        self.0.as_ref().is_none_or(|expr| holds(expr, kind, resource, place) != Some(false))
    }
}

/// Refuses a region whose code is none.
fn regions(expr: &Expr) -> std::result::Result<(), String> {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().try_for_each(regions),
        Expr::Not(inner) => regions(inner),
        Expr::Compare { field: REGION, op: _, value: Value::Text(name) } => Code::from_name(name).map(|_| ()),
        Expr::Compare { .. } => Ok(()),
    }
}

/// The truth of a filter, or nothing where it hangs on a type that is not known.
fn holds(expr: &Expr, kind: Option<&str>, resource: &str, place: &Path) -> Option<bool> {
    let part = |part: &Expr| holds(part, kind, resource, place);
    match expr {
        Expr::And(parts) => parts
            .iter()
            .map(part)
            .try_fold(Some(true), |all, one| match (all, one) {
                (_, Some(false)) => Err(()),
                (Some(true), one) => Ok(one),
                (all, _) => Ok(all),
            })
            .unwrap_or(Some(false)),
        Expr::Or(parts) => parts
            .iter()
            .map(part)
            .try_fold(Some(false), |any, one| match (any, one) {
                (_, Some(true)) => Err(()),
                (Some(false), one) => Ok(one),
                (any, _) => Ok(any),
            })
            .unwrap_or(Some(true)),
        Expr::Not(inner) => part(inner).map(|truth| !truth),
        Expr::Compare { field, op, value } => {
            let equal = match *field {
                TYPE => matches(value, kind?),
                RESOURCE_TYPE => matches(value, resource_type(resource)),
                REGION => {
                    matches!(value, Value::Text(name) if Code::from_name(name).is_ok_and(|code| lies_in(place, code)))
                }
                _ => matches(value, resource),
            };
            Some(equal == (*op == Op::Eq))
        }
    }
}

fn matches(value: &Value, text: &str) -> bool {
    match value {
        Value::Text(whole) => text == whole,
        Value::Prefix(start) => text.starts_with(start.as_str()),
        Value::Bool(_) | Value::Int(_) | Value::Time(_) | Value::Date(_) | Value::Present => false,
    }
}

/// The place is that region or lies below it. What has no place lies nowhere, not even in the country.
fn lies_in(place: &Path, code: Code) -> bool {
    *place != Path::default() && Level::ALL.into_iter().any(|level| place.is_within(level, code))
}

/// What a reader is told of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The event.
    Event,
    /// That the resource left.
    ScopeLeft,
}

/// Judges a row of the reader's scope: what is told of it, if anything. `held` are the permit's holders whose line the row's case
/// is in.
pub fn judge(permit: &Permit, filter: &Filter, row: &Happened, held: &[String]) -> Option<Told> {
    let Some(now) = &row.moved_to else { return filter.takes(row).then_some(Told::Event) };
    let before = filter.allows(None, &row.resource, &row.place);
    let walled = row.walled.iter().any(|holder| permit.conflicts.contains(holder));
    let after = !walled && sees(permit, now, held) && filter.allows(None, &row.resource, &now.place);
    (before && !after).then_some(Told::ScopeLeft)
}

/// The permit takes in what is there, or what is held wherever it is.
fn sees(permit: &Permit, sight: &Sight, held: &[String]) -> bool {
    let takes_in =
        |area: &Area| area.covers(&sight.place) || area.holder().is_some_and(|holder| held.contains(&holder));
    let covered = |areas: &[Area]| areas.iter().any(takes_in);
    covered(&permit.areas) && (!sight.restricted || covered(&permit.accusations))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(codes: [&str; 2]) -> Path {
        let code = |digits| Code::parse(digits).expect("code");
        Path::default().with(Level::City, code(codes[0])).with(Level::County, code(codes[1]))
    }

    fn allows(source: &str, kind: Option<&str>) -> bool {
        Filter::read(source).expect("filter").allows(kind, "cases/1", &place(["4110", "411002"]))
    }

    #[test]
    fn a_filter_takes_what_it_says() {
        for (source, expected) in [
            ("", true),
            ("type = \"case.registered\"", true),
            ("type = \"case.*\"", true),
            ("type != \"case.*\"", false),
            ("type = \"mediation.*\" OR type = \"case.*\"", true),
            ("resource_type = \"lianbang/Case\"", true),
            ("resource_type != \"lianbang/Case\"", false),
            ("subject = \"cases/1\"", true),
            ("subject = \"cases/1/*\"", false),
            ("region = \"regions/411000000000\"", true),
            ("region = \"regions/411002000000\" AND type = \"case.*\"", true),
            ("region = \"regions/411081000000\"", false),
            ("region = \"regions/000000000000\"", true),
        ] {
            assert_eq!(allows(source, Some("case.registered")), expected, "{source}");
        }
    }

    #[test]
    fn without_a_type_only_the_rest_decides() {
        for (source, expected) in [
            ("type = \"case.accepted\"", true),
            ("NOT type = \"case.accepted\"", true),
            ("type = \"case.accepted\" AND region = \"regions/411081000000\"", false),
            ("type = \"case.accepted\" OR region = \"regions/411081000000\"", true),
            ("NOT (type = \"case.accepted\" OR region = \"regions/411002000000\")", false),
        ] {
            assert_eq!(allows(source, None), expected, "{source}");
        }
    }

    #[test]
    fn other_fields_and_broken_regions_are_refused() {
        for source in ["client = \"x\"", "region != \"regions/411002000000\"", "region = \"regions/x\"", "type >"] {
            assert!(matches!(Filter::read(source), Err(Error::InvalidFilter { field: "filter", .. })), "{source}");
        }
    }

    #[test]
    fn who_sees_both_places_is_not_told_of_a_move() {
        let county = |digits| Area::Region { level: Level::County, code: Code::parse(digits).expect("code") };
        let permit = |areas: Vec<Area>| Permit { areas: areas.clone(), accusations: Vec::new(), ..Permit::default() };
        let there = Sight { place: place(["4110", "411081"]), restricted: false };
        assert!(!sees(&permit(vec![county("411002")]), &there, &[]));
        assert!(sees(&permit(vec![county("411002"), county("411081")]), &there, &[]));
        assert!(sees(&permit(vec![Area::EVERYWHERE]), &there, &[]));
        let holder = Area::Organization { id: "xfj".into() };
        assert!(sees(&permit(vec![holder.clone()]), &there, &["organizations/xfj".into()]));
        assert!(!sees(&permit(vec![holder]), &there, &["organizations/other".into()]));
        assert!(!sees(&permit(vec![Area::EVERYWHERE]), &Sight { restricted: true, ..there }, &[]));
    }
}
