//! Which days are worked. The State Council publishes each year's holidays and make-up working days (调休) in the autumn
//! before; a year whose notice is not there yet is *unknown*, never "Monday to Friday".

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike, Weekday};
use serde::{Deserialize, Serialize};

use super::{DataError, MINUTE, Micros, start_of_day};

/// What the calendar says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    Working,
    Off,
    /// The year's notice is not published: nobody can know.
    Unknown,
}

/// Why a day counts as worked or off. `Assumed…` is an estimate for an unknown day, good enough for a provisional date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DayReason {
    Weekday,
    Weekend,
    /// A public holiday, or a day off joined to it, by the name in the notice.
    Holiday(String),
    /// A weekend day worked in exchange for a day off, by the name of the holiday it serves.
    MakeUpDay(String),
    AssumedWorking,
    AssumedOff,
}

impl DayReason {
    /// Whether the day is worked, as far as known.
    pub fn works(&self) -> bool {
        matches!(self, Self::Weekday | Self::MakeUpDay(_) | Self::AssumedWorking)
    }
}

/// One row of the State Council's notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// True for a day off, false for a working day on a weekend.
    pub off: bool,
    /// The holiday it belongs to: 春节, 国庆节 …
    pub name: String,
}

/// The public holidays and make-up days of the published years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    version: String,
    days: BTreeMap<NaiveDate, Listed>,
    years: BTreeSet<i32>,
}

#[derive(Deserialize)]
struct Row {
    date: String,
    name: String,
    is_off_day: bool,
}

impl Calendar {
    /// A calendar of these days, for exactly these published years.
    pub fn new(version: impl Into<String>, days: BTreeMap<NaiveDate, Listed>, years: BTreeSet<i32>) -> Self {
        Self { version: version.into(), days, years }
    }

    /// Reads `date,name,is_off_day` rows.
    ///
    /// A year counts as published when both New Year's Day and National Day are listed off: the two are in every
    /// notice, and an empty or half-entered year must not look like a year without holidays. Days in December that
    /// belong to the next year's notice do not publish a year either.
    ///
    /// # Errors
    /// A faulty row, or a date that appears twice, with its line.
    pub fn parse_csv(version: impl Into<String>, text: &str) -> Result<Self, DataError> {
        let mut days = BTreeMap::new();
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        for (index, row) in reader.deserialize::<Row>().enumerate() {
            let line = index + 2; // after the heading
            let row = row.map_err(|fault| DataError::new(line, fault))?;
            let date: NaiveDate = row.date.parse().map_err(|_| DataError::new(line, "not a date YYYY-MM-DD"))?;
            if row.name.is_empty() {
                return Err(DataError::new(line, "the holiday has no name"));
            }
            if days.insert(date, Listed { off: row.is_off_day, name: row.name }).is_some() {
                return Err(DataError::new(line, format!("{date} appears twice")));
            }
        }
        let years = published_years(&days);
        Ok(Self::new(version, days, years))
    }

    /// The version that deadlines name as their ground.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The days that the notices list.
    pub fn listed(&self) -> &BTreeMap<NaiveDate, Listed> {
        &self.days
    }

    /// The years with a published notice.
    pub fn years(&self) -> &BTreeSet<i32> {
        &self.years
    }

    /// Whether a day is worked; a day of a year without a notice is unknown, whatever weekday it is.
    pub fn day(&self, date: NaiveDate) -> Day {
        match self.reason(date) {
            DayReason::AssumedWorking | DayReason::AssumedOff => Day::Unknown,
            reason if reason.works() => Day::Working,
            _ => Day::Off,
        }
    }

    /// Why a day is worked or off. For an unknown day the best guess: a row if there is one, else the weekday.
    pub fn reason(&self, date: NaiveDate) -> DayReason {
        let listed = self.days.get(&date);
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        if !self.years.contains(&date.year()) {
            let off = listed.map_or(weekend, |day| day.off);
            return if off { DayReason::AssumedOff } else { DayReason::AssumedWorking };
        }
        match listed {
            Some(day) if day.off => DayReason::Holiday(day.name.clone()),
            Some(day) => DayReason::MakeUpDay(day.name.clone()),
            None if weekend => DayReason::Weekend,
            None => DayReason::Weekday,
        }
    }

    /// The years whose notice could still change this day: its own, and for a day in December the next one, which moves
    /// working days around New Year (so far only within 29–31 December, but no rule says so). Empty for a settled day.
    pub fn awaited(&self, date: NaiveDate) -> impl Iterator<Item = i32> {
        let own = Some(date.year());
        let next = (date.month() == 12).then(|| date.year() + 1);
        own.into_iter().chain(next).filter(|year| !self.years.contains(year))
    }
}

fn published_years(days: &BTreeMap<NaiveDate, Listed>) -> BTreeSet<i32> {
    let off = |year, month| {
        let day = NaiveDate::from_ymd_opt(year, month, 1).and_then(|date| days.get(&date));
        day.is_some_and(|day| day.off)
    };
    days.keys().map(Datelike::year).filter(|year| off(*year, 1) && off(*year, 10)).collect()
}

/// The hours in which an organisation works, the same on every working day: two half days, by which half-working-day
/// terms are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeHours {
    morning: (NaiveTime, NaiveTime),
    afternoon: (NaiveTime, NaiveTime),
}

impl OfficeHours {
    /// Morning and afternoon, each from its opening to its closing; the afternoon may follow without a break.
    /// `None` when the four times are not in order.
    pub fn new(morning: (NaiveTime, NaiveTime), afternoon: (NaiveTime, NaiveTime)) -> Option<Self> {
        let ordered = morning.0 < morning.1 && morning.1 <= afternoon.0 && afternoon.0 < afternoon.1;
        ordered.then_some(Self { morning, afternoon })
    }

    /// Opening and closing of the morning, then of the afternoon.
    pub fn times(&self) -> [NaiveTime; 4] {
        [self.morning.0, self.morning.1, self.afternoon.0, self.afternoon.1]
    }

    /// The two half days of a date, as `[opening, closing)` instants.
    pub(super) fn half_days(&self, date: NaiveDate) -> [(Micros, Micros); 2] {
        let at = |time: NaiveTime| start_of_day(date) + i64::from(time.num_seconds_from_midnight()) * (MINUTE / 60);
        [self.morning, self.afternoon].map(|(opens, closes)| (at(opens), at(closes)))
    }
}

impl Default for OfficeHours {
    /// 08:30–12:00 and 14:30–18:00. No law sets them: a usual county timetable, which every organisation can replace
    /// with its own.
    fn default() -> Self {
        let at = |hour: i64, minute: i64| NaiveTime::MIN + chrono::TimeDelta::minutes(hour * 60 + minute);
        Self { morning: (at(8, 30), at(12, 0)), afternoon: (at(14, 30), at(18, 0)) }
    }
}
