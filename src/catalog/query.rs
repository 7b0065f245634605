//! Which clock rules a list holds. They are in memory, and so is the filter's meaning.

use chrono::NaiveDate;

use super::{
    ops::rule_name,
    shipped::RULES,
    wire::{pb_duty, pb_verification},
};
use crate::{
    clock::ClockRule,
    error::{Error, Result},
    filter::{self, Expr, Field, Kind, Op, Value},
    text,
};

/// The fields that ListClockRules documents, each at its place.
const FIELDS: &[Field] = &[
    Field { name: "rule_set", kind: Kind::Text, ops: &[Op::Eq] },
    Field { name: "jurisdiction", kind: Kind::Text, ops: &[Op::Eq] },
    Field {
        name: "verification",
        kind: Kind::Enum(&["VERIFICATION_SOURCE", "VERIFICATION_SECONDARY", "VERIFICATION_UNVERIFIED"]),
        ops: &[Op::Eq, Op::Ne],
    },
    Field { name: "duty", kind: Kind::Enum(&["DUTY_ORGAN", "DUTY_CITIZEN"]), ops: &[Op::Eq] },
];

/// Place of a rule in the list: name, version.
pub type Key = (String, u32);

/// Key of a rule.
pub fn key(rule: &ClockRule) -> Key {
    (rule_name(rule), rule.version)
}

/// What a list was asked for.
#[derive(Debug)]
pub struct Query {
    filter: Option<Expr>,
    date: Option<NaiveDate>,
}

impl Query {
    /// Reads the filter.
    ///
    /// # Errors
    /// `InvalidFilter`.
    pub fn read(source: &str, date: Option<NaiveDate>) -> Result<Self> {
        let filter = filter::parse(&text::nfc(source.to_owned()), FIELDS)
            .map_err(|fault| Error::InvalidFilter { field: "filter", message: fault.to_string() })?;
        Ok(Self { filter, date })
    }

    /// What a page token is bound to.
    pub fn binding(&self) -> [String; 2] {
        let filter = self.filter.as_ref().map(|expr| filter::canonical(expr, FIELDS)).unwrap_or_default();
        [filter, self.date.map(|date| date.to_string()).unwrap_or_default()]
    }

    /// The rules after a place, by name, the newest version of each first.
    pub fn run(&self, after: Option<&Key>, limit: u64) -> Vec<&'static ClockRule> {
        let mut found: Vec<(Key, &ClockRule)> = RULES
            .rules
            .iter()
            .filter(|rule| self.date.is_none_or(|date| rule.in_force(date)))
            .filter(|rule| self.filter.as_ref().is_none_or(|filter| holds(filter, rule)))
            .map(|rule| (key(rule), rule))
            .filter(|((name, version), _)| after.is_none_or(|(last, at)| name > last || (name == last && version < at)))
            .collect();
        found.sort_by(|((one, first), _), ((other, second), _)| one.cmp(other).then(second.cmp(first)));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        found.into_iter().map(|(_, rule)| rule).collect()
    }
}

fn holds(filter: &Expr, rule: &ClockRule) -> bool {
    match filter {
        Expr::And(parts) => parts.iter().all(|part| holds(part, rule)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, rule)),
        Expr::Not(part) => !holds(part, rule),
        Expr::Compare { field, op, value } => {
            let fact = match FIELDS.get(*field).map(|field| field.name) {
                Some("rule_set") => rule.rule_set.as_str(),
                Some("jurisdiction") => rule.jurisdiction.as_str(),
                Some("verification") => pb_verification(rule.verification).as_str_name(),
                Some("duty") => pb_duty(rule.duty).as_str_name(),
                _ => return false,
            };
            let same = match value {
                Value::Text(text) => fact == text,
                Value::Prefix(start) => fact.starts_with(start.as_str()),
                Value::Present => !fact.is_empty(),
                Value::Bool(_) | Value::Int(_) | Value::Time(_) | Value::Date(_) => false,
            };
            same != (*op == Op::Ne)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let query = Query::read(source, None).expect("filter");
        query.run(None, 500).into_iter().map(|rule| rule.id.clone()).collect()
    }

    #[test]
    fn a_filter_says_what_it_means() {
        assert_eq!(found("").len(), RULES.rules.len());
        assert!(found("").is_sorted());
        assert_eq!(found("verification = VERIFICATION_UNVERIFIED"), ["simplified_acceptance", "simplified_transfer"]);
        assert_eq!(found("verification != VERIFICATION_SOURCE").len(), 3);
        assert_eq!(found("duty = DUTY_CITIZEN rule_set = cn-2022").len(), 3);
        assert_eq!(found("verification = VERIFICATION_SECONDARY OR duty = DUTY_CITIZEN").len(), 4);
        assert_eq!(found("NOT jurisdiction = CN"), ["mediation"]);
        assert!(Query::read("article = \"XF 34\"", None).is_err());
    }

    #[test]
    fn a_day_before_the_rules_has_none() {
        let query = Query::read("", NaiveDate::from_ymd_opt(2022, 4, 30)).expect("filter");
        assert!(query.run(None, 500).is_empty());
    }
}
