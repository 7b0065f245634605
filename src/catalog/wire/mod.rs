//! The catalogue on the wire.

mod case_type;
mod deadline;
mod rule;

use chrono::{NaiveTime, Timelike};

use super::{
    model::{CalendarHead, CalendarView, CalendarYear, ListedDay, Notice, Topic, topic_name, words},
    ops::ImportCalendar,
};
use crate::{
    call::Locale,
    check::Faults,
    clock::OfficeHours,
    error::Result,
    pb::v1::{self, calendar_day},
    text,
    wire::{date, etag, id_in, pb_date, pb_time},
};

pub use case_type::{case_type, publish};
pub use deadline::{answer, question};
pub use rule::{clock_rule, pb_duty, pb_verification};

/// A topic, in a language.
pub fn topic(topic: Topic, locale: Locale) -> v1::Topic {
    let (level, leaf) = (topic.level(), topic.is_leaf());
    let Topic { id, taxonomy, title, parent, path: _, position: _, last_position: _ } = topic;
    v1::Topic {
        name: topic_name(&id),
        display_name: words(&title, locale).to_owned(),
        parent: parent.map(|id| topic_name(&id)).unwrap_or_default(),
        level,
        leaf,
        taxonomy,
    }
}

/// A calendar, in a language.
pub fn calendar(view: CalendarView, locale: Locale) -> v1::Calendar {
    let CalendarView { head, years, days } = view;
    let (name, version) = (head.name(), head.version_name());
    let CalendarHead { id: _, title, version: changes, update_time } = head;
    let year = |CalendarYear { year, citation, day_count, import_time }| v1::CalendarYear {
        year,
        citation,
        day_count,
        import_time: Some(pb_time(import_time)),
    };
    v1::Calendar {
        name,
        display_name: words(&title, locale).to_owned(),
        version,
        years: years.into_iter().map(year).collect(),
        days: days.into_iter().map(pb_day).collect(),
        office_hours: Some(pb_hours(OfficeHours::default())),
        update_time: Some(pb_time(update_time)),
        etag: etag(changes),
    }
}

fn pb_day(day: ListedDay) -> v1::CalendarDay {
    let ListedDay { date, off, display_name } = day;
    let kind = if off { calendar_day::Kind::Holiday } else { calendar_day::Kind::MakeUpDay };
    v1::CalendarDay { date: Some(pb_date(date)), kind: kind.into(), display_name }
}

fn pb_hours(hours: OfficeHours) -> v1::OfficeHours {
    let [morning_open, morning_close, afternoon_open, afternoon_close] =
        hours.times().map(|time| format!("{:02}:{:02}", time.hour(), time.minute()));
    v1::OfficeHours { morning_open, morning_close, afternoon_open, afternoon_close }
}

fn hours(given: &v1::OfficeHours) -> std::result::Result<OfficeHours, String> {
    let v1::OfficeHours { morning_open, morning_close, afternoon_open, afternoon_close } = given;
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "has a time that is none".to_owned());
    OfficeHours::new((time(morning_open)?, time(morning_close)?), (time(afternoon_open)?, time(afternoon_close)?))
        .ok_or_else(|| "has times that are not in order".to_owned())
}

/// Reads a year's notice.
pub fn import(request: v1::ImportCalendarRequest) -> Result<ImportCalendar> {
    let v1::ImportCalendarRequest {
        name,
        year,
        days,
        citation,
        etag,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let id = faults.take("name", id_in(&name, "calendars").map(str::to_owned));
    let mut listed = Vec::with_capacity(days.len());
    faults.field("days", |faults| {
        for (index, day) in days.into_iter().enumerate() {
            faults.index(index, |faults| listed.extend(listed_day(day, faults)));
        }
    });
    let citation = text::label(&citation);
    if citation.is_empty() {
        faults.at("citation", "is required");
    }
    let notice = Notice { year, citation, days: listed };
    if faults.is_empty() {
        notice.check(&mut faults);
    }
    faults.into_result()?;
    Ok(ImportCalendar { id: id.unwrap_or_default(), notice, etag })
}

fn listed_day(day: v1::CalendarDay, faults: &mut Faults) -> Option<ListedDay> {
    let off = day.kind() == calendar_day::Kind::Holiday;
    let v1::CalendarDay { date: given, kind: _, display_name } = day;
    let display_name = text::label(&display_name);
    if display_name.is_empty() {
        faults.at("display_name", "is required");
    }
    let date = faults.take("date", date(&given.unwrap_or_default()))?;
    Some(ListedDay { date, off, display_name })
}
