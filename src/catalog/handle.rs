//! What other features hold of the catalogue: rules from memory, the calendar kept by its version, topics from the database.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::NaiveDate;

use super::{
    case_type::{CaseType, PETITION, parse_name},
    model::{COUNTRY, NATIONAL, calendar_name, topic_name},
    ops::rule_name,
    publish,
    shipped::{RULES, TYPES},
    store,
};
use crate::{
    call::Micros,
    clock::{Calendar, ClockRule},
    db::Rows,
    error::{Error, Result},
    wire::id_in,
};

/// How often a calendar is read again because it changed meanwhile.
const TRIES: usize = 4;

/// A handle on the catalogue of one server. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    kept: Arc<Mutex<Option<Kept>>>,
}

/// The calendar as it was last read. The time beside the version tells a version that was rolled back from the one that took its
/// number.
#[derive(Debug, Clone)]
struct Kept {
    version: i64,
    update_time: Micros,
    calendar: Arc<Calendar>,
}

impl Catalog {
    /// The version of a national rule (`handling`) in force on a civil day. `None`: there is no clock.
    pub fn rule(&self, id: &str, date: NaiveDate) -> Option<&'static ClockRule> {
        RULES.rule_at(id, COUNTRY, date)
    }

    /// The version of a local rule in force on a civil day: of the jurisdiction of a city, `CN-4403`. `None`: the city has none.
    pub fn local_rule(&self, id: &str, jurisdiction: &str, date: NaiveDate) -> Option<&'static ClockRule> {
        RULES.rule_at(id, jurisdiction, date)
    }

    /// The first version of a national rule, for what began before the rule set did.
    pub fn first_rule(&self, id: &str) -> Option<&'static ClockRule> {
        let versions = RULES.rules.iter().filter(|rule| rule.id == id && rule.jurisdiction == COUNTRY);
        versions.min_by_key(|rule| rule.effective_from)
    }

    /// As [`Catalog::rule`], and for a term of a case type (`alarm@1.acknowledge`) the rule that it is.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn rule_of(
        &self,
        rows: &impl Rows,
        id: &str,
        date: NaiveDate,
    ) -> Result<Option<Cow<'static, ClockRule>>> {
        let Some((case_type, term)) = id.split_once('.') else { return Ok(self.rule(id, date).map(Cow::Borrowed)) };
        match self.case_type(rows, &format!("caseTypes/{case_type}")).await {
            Ok(found) => Ok(found.rule(term).map(Cow::Owned)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// All versions of a rule by its name, `clockRules/{rule_set}.{id}`; at least one.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn rule_versions(&self, rows: &impl Rows, name: &str) -> Result<Vec<Cow<'static, ClockRule>>> {
        let national = RULES.rules.iter().filter(|rule| rule_name(rule) == name).map(Cow::Borrowed);
        let mut found: Vec<_> = national.collect();
        if let Some(id) = name.strip_prefix("clockRules/").filter(|id| id.contains('@')) {
            found.extend(self.rule_of(rows, id, NaiveDate::default()).await?);
        }
        if found.is_empty() { Err(Error::not_found(name)) } else { Ok(found) }
    }

    /// The revision of a case type that a name asks for, or the newest. The petition's ship with the program and with nothing else, so
    /// that a registration need not ask the database for it.
    ///
    /// # Errors
    /// `NotFound`; what the database answers.
    pub async fn case_type(&self, rows: &impl Rows, name: &str) -> Result<Arc<CaseType>> {
        match parse_name(name) {
            Some((PETITION, revision)) => {
                let known = TYPES.iter().filter(|known| known.id == PETITION);
                let asked = known.filter(|known| revision.is_none_or(|revision| known.revision == revision));
                asked.max_by_key(|known| known.revision).cloned().ok_or_else(|| Error::not_found(name))
            }
            _ => Ok(publish::case_type(rows, name).await?.definition),
        }
    }

    /// The national calendar, `calendars/cn`, as it stands for `rows`.
    ///
    /// # Errors
    /// What the database answers; `Contention` where the calendar is changed again and again.
    pub async fn calendar(&self, rows: &impl Rows) -> Result<Arc<Calendar>> {
        let missing = || Error::internal(format!("{} is not there", calendar_name(NATIONAL)));
        let mut head = store::find_calendar(rows, NATIONAL).await?.ok_or_else(missing)?;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| (kept.version, kept.update_time) == (head.version, head.update_time)) {
            return Ok(kept.calendar);
        }
        for _ in 0..TRIES {
            let calendar = Arc::new(store::whole(rows, &head).await?);
            // Years and days are separate statements: they belong together where the version is the same before and after.
            let again = store::find_calendar(rows, NATIONAL).await?.ok_or_else(missing)?;
            if again == head {
                let (version, update_time) = (head.version, head.update_time);
                let kept = Kept { version, update_time, calendar: calendar.clone() };
                *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
                return Ok(calendar);
            }
            head = again;
        }
        Err(Error::Contention)
    }

    /// The topic and those above it, itself first. Empty where there is no such topic.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn ancestors(&self, rows: &impl Rows, topic: &str) -> Result<Vec<String>> {
        ancestors(rows, topic).await
    }

    /// Whether there is such a topic, `topics/{id}`.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn topic_exists(&self, rows: &impl Rows, topic: &str) -> Result<bool> {
        Ok(!ancestors(rows, topic).await?.is_empty())
    }

    /// Refuses a topic that is not there; `field` is where it was named.
    ///
    /// # Errors
    /// `Invalid` naming the field.
    pub async fn ensure_topic(&self, rows: &impl Rows, topic: &str, field: &str) -> Result<()> {
        if self.topic_exists(rows, topic).await? {
            Ok(())
        } else {
            Err(Error::field(field, format!("{topic} is not a topic")))
        }
    }
}

/// A topic (`topics/{id}`) and those above it, itself first. Empty where there is no such topic.
///
/// # Errors
/// What the database answers.
pub async fn ancestors(rows: &impl Rows, topic: &str) -> Result<Vec<String>> {
    let Ok(id) = id_in(topic, "topics") else { return Ok(Vec::new()) };
    let found = store::find_topic(rows, id).await?;
    Ok(found.map(|topic| topic.path.iter().rev().map(|id| topic_name(id)).collect()).unwrap_or_default())
}
