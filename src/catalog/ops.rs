//! What can be done with the catalogue: read topics and calendars, take a year's notice, compute a deadline.

use std::borrow::Cow;

use super::{
    handle::Catalog,
    model::{CalendarHead, CalendarView, NATIONAL, Notice, Topic, calendar_name, topic_name},
    store::{self, Branch},
};
use crate::{
    call::Locale,
    clock::{self, ClockError, ClockRule, Deadline, Extension, Input, Micros, OfficeHours, Pause, SetTerm, civil_date},
    db::{Command, Rows, Tx},
    error::{Error, Result},
    record::Change,
    wire::{ensure_etag, etag},
};

/// Place of a topic among all: its tree, and where it stands there.
pub type TopicKey = (String, i32);

/// One topic.
pub async fn topic(rows: &impl Rows, id: &str) -> Result<Topic> {
    store::find_topic(rows, id).await?.ok_or_else(|| Error::not_found(topic_name(id)))
}

/// The topics right below one, or from the top; with `descendants` those below them too.
pub async fn topics(
    rows: &impl Rows,
    parent: Option<&str>,
    descendants: bool,
    after: Option<TopicKey>,
    limit: u64,
) -> Result<Vec<Topic>> {
    let above = match parent {
        Some(id) => Some(topic(rows, id).await?),
        None => None,
    };
    let branch = match (&above, descendants) {
        (None, false) => Branch::Top,
        (None, true) => Branch::All,
        (Some(above), false) => Branch::Below(above),
        (Some(above), true) => Branch::AllBelow(above),
    };
    store::list_topics(rows, branch, after, limit).await
}

/// One calendar, with the days of a year where one is asked for.
pub async fn calendar(rows: &impl Rows, id: &str, year: Option<i32>) -> Result<CalendarView> {
    let head = store::find_calendar(rows, id).await?.ok_or_else(|| Error::not_found(calendar_name(id)))?;
    let years = store::years(rows, id).await?;
    let days = match year {
        Some(year) => store::listed_days(rows, id, Some(year)).await?,
        None => Vec::new(),
    };
    Ok(CalendarView { head, years, days })
}

/// Calendars with their years, without days.
pub async fn calendars(rows: &impl Rows, after: Option<String>, limit: u64) -> Result<Vec<CalendarView>> {
    let heads = store::list_calendars(rows, after, limit).await?;
    let ids: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    let mut years = store::years_of(rows, &ids).await?;
    let view = |head: CalendarHead| {
        let years = years.remove(&head.id).unwrap_or_default();
        CalendarView { head, years, days: Vec::new() }
    };
    Ok(heads.into_iter().map(view).collect())
}

/// Enters a year's notice.
pub struct ImportCalendar {
    pub id: String,
    pub notice: Notice,
    pub etag: String,
}

/// The calendar after an import, and the language to tell it in.
pub struct Imported {
    pub view: CalendarView,
    pub locale: Locale,
}

impl Command for ImportCalendar {
    type Answer = Imported;
    const NAME: &'static str = "catalog.import_calendar";

    async fn run(&self, tx: &Tx<'_>) -> Result<Imported> {
        let name = calendar_name(&self.id);
        tx.call().permit.ensure_everywhere(&name)?;
        let present = store::lock_calendar(tx, &self.id).await?.ok_or_else(|| Error::not_found(name.clone()))?;
        ensure_etag(&self.etag, present.version, &name)?;
        let now = tx.call().now;
        store::put_notice(tx, &self.id, &self.notice, now).await?;
        let head = CalendarHead { version: present.version + 1, update_time: now, ..present };
        store::touch_calendar(tx, &head).await?;
        tx.record(Change {
            kind: "calendar.imported",
            resource: name,
            etag: etag(head.version),
            detail: vec![("years", self.notice.year.to_string()), ("version", head.version_name())],
            ..Change::default()
        });
        let view = CalendarView { head, years: store::years(tx, &self.id).await?, days: Vec::new() };
        Ok(Imported { view, locale: tx.call().locale })
    }
}

/// `clockRules/{rule_set}.{id}`.
pub fn rule_name(rule: &ClockRule) -> String {
    format!("clockRules/{}.{}", rule.rule_set, rule.id)
}

/// A question of what a deadline would be.
#[derive(Debug, Clone)]
pub struct Question {
    /// Name of the rule.
    pub rule: String,
    /// When the clock starts.
    pub start: Micros,
    /// The term, where the rule leaves it open.
    pub set: Option<SetTerm>,
    /// In any order.
    pub pauses: Vec<Pause>,
    /// In any order.
    pub extensions: Vec<Extension>,
    /// For terms in half working days.
    pub office_hours: OfficeHours,
}

/// The deadline, and the version of the rule that was taken.
pub async fn compute(
    rows: &impl Rows,
    catalog: &Catalog,
    question: &Question,
) -> Result<(Deadline, Cow<'static, ClockRule>)> {
    let started = civil_date(question.start);
    let rule = catalog
        .rule_versions(rows, &question.rule)
        .await?
        .into_iter()
        .find(|rule| rule.in_force(started))
        .ok_or_else(|| Error::Precondition { resource: question.rule.clone(), condition: "RULE_NOT_IN_FORCE" })?;
    let calendar = catalog.calendar(rows).await?;
    let input = Input {
        rule: &rule,
        start: question.start,
        set: question.set,
        pauses: &question.pauses,
        extensions: &question.extensions,
        calendar: &calendar,
        office_hours: question.office_hours,
    };
    let deadline = clock::compute(&input).map_err(|fault| refusal(&fault, &question.rule))?;
    Ok((deadline, rule))
}

/// What the engine does not compute, as the contract tells it.
fn refusal(fault: &ClockError, rule: &str) -> Error {
    let field = match fault {
        ClockError::NotPausable { .. } => return Error::ClockNotPausable { clock: rule.to_owned() },
        ClockError::NotExtendable { .. } | ClockError::ExtensionOverCap { .. } | ClockError::ExtendedTwice { .. } => {
            return Error::ClockNotExtendable { clock: rule.to_owned() };
        }
        ClockError::TermMissing { .. } | ClockError::TermFixed { .. } => "set_term",
        ClockError::ZeroLength => "set_length",
        ClockError::DueBeforeStart { .. } => "set_due_date",
        ClockError::PauseReversed => "pauses",
        ClockError::OutOfRange => "start_time",
    };
    Error::field(field, fault.to_string())
}

/// The calendar that deadlines are counted by.
pub fn national_calendar() -> String {
    calendar_name(NATIONAL)
}
