//! Reading coverage: regions of a day beside the postings that hold or held there. Public facts and duties, without a scope.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::{
    model::{Count, Place, Responsible, Status},
    query::Filter,
};
use crate::{
    cadres::Role,
    db::{Rows, sql},
    error::{Error, Result},
    place::{Code, Level},
    wire::{days, from_days},
};

/// Whose coverage, on which day, by whom.
#[derive(Debug, Clone)]
pub struct Question {
    /// The region at the root.
    pub root: Code,
    /// Its level on the day.
    pub root_level: Level,
    /// The day.
    pub date: NaiveDate,
    /// The roles that cover.
    pub roles: Vec<Role>,
}

impl Question {
    fn role_list(&self) -> String {
        let numbers: Vec<String> = self.roles.iter().map(|role| (*role as i32).to_string()).collect();
        numbers.join(", ")
    }

    /// The first day of the oldest posting in force, of the postings of a place.
    fn since(&self) -> String {
        let day = days(self.date);
        format!("MIN(CASE WHEN p.valid_until IS NULL OR p.valid_until > {day} THEN p.valid_from END)")
    }

    /// The last day on which one ended.
    fn lapsed(&self) -> String {
        format!("MAX(CASE WHEN p.valid_until <= {} THEN p.valid_until END)", days(self.date))
    }

    /// One row a place, in code order by the index. A posting that ended on its first day never held. Days and roles are numbers of
    /// ours and stand in the text, since the filter needs the days again.
    fn places(&self, columns: &str, after: Option<i64>) -> (String, Vec<Value>) {
        let (root, column) = match self.root_level {
            Level::Country => (None, ""),
            Level::Province => (Some(self.root), " AND r.province = ?"),
            Level::City => (Some(self.root), " AND r.city = ?"),
            Level::County => (Some(self.root), " AND r.county = ?"),
            Level::Township => (Some(self.root), " AND r.township = ?"),
            Level::Village => (Some(self.root), " AND r.code = ?"),
        };
        let text = format!(
            "SELECT {columns}, {since} AS since, {lapsed} AS lapsed \
             FROM regions r LEFT JOIN postings p ON p.region = r.code AND p.role IN ({roles}) AND p.valid_from <= {day} \
             AND (p.valid_until IS NULL OR p.valid_until > p.valid_from) \
             WHERE r.level IN ({township}, {village}) AND r.valid_from <= {day} \
             AND (r.valid_until IS NULL OR r.valid_until > {day}){column}{after} GROUP BY r.code, r.version",
            since = self.since(),
            lapsed = self.lapsed(),
            roles = self.role_list(),
            day = days(self.date),
            township = Level::Township.stored(),
            village = Level::Village.stored(),
            after = if after.is_some() { " AND r.code > ?" } else { "" },
        );
        (text, root.map(Code::stored).into_iter().chain(after).map(Value::from).collect())
    }
}

/// A page of places in code order, without their people.
pub async fn places(
    rows: &impl Rows,
    question: &Question,
    filter: &Filter,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<Place>> {
    let (mut text, mut values) = question.places("r.code, r.level, r.display_name", after);
    text.push_str(" HAVING ");
    text.push_str(&filter.sql(&question.since(), &question.lapsed())?);
    text.push_str(" ORDER BY r.code, r.version LIMIT ?");
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let found = rows.on().query_all_raw(sql(rows.backend(), &text, values)).await?;
    found.iter().map(place).collect()
}

fn place(row: &QueryResult) -> Result<Place> {
    let since: Option<i32> = row.try_get("", "since")?;
    let lapsed: Option<i32> = row.try_get("", "lapsed")?;
    Ok(Place {
        region: Code::from_stored(row.try_get("", "code")?),
        display_name: row.try_get("", "display_name")?,
        level: level(row.try_get("", "level")?)?,
        status: match (since, lapsed) {
            (Some(day), _) => Status::Covered(from_days(day)),
            (None, Some(day)) => Status::Lapsed(from_days(day)),
            (None, None) => Status::Never,
        },
        responsibles: Vec::new(),
    })
}

fn level(number: i32) -> Result<Level> {
    Level::from_stored(number).ok_or_else(|| Error::internal(format!("a region has the level {number}")))
}

/// The counts of both levels, whatever the filter.
pub async fn counts(rows: &impl Rows, question: &Question) -> Result<Vec<Count>> {
    let (places, values) = question.places("r.level", None);
    let text = format!(
        "SELECT level, COUNT(since) AS covered, COUNT(CASE WHEN since IS NULL THEN lapsed END) AS lapsed, \
         COUNT(*) AS total FROM ({places}) places GROUP BY level"
    );
    let found = rows.on().query_all_raw(sql(rows.backend(), &text, values)).await?;
    let mut counts = [Level::Township, Level::Village].map(|level| Count { level, covered: 0, lapsed: 0, never: 0 });
    for row in found {
        let of = level(row.try_get("", "level")?)?;
        let (covered, lapsed): (i64, i64) = (row.try_get("", "covered")?, row.try_get("", "lapsed")?);
        let total: i64 = row.try_get("", "total")?;
        if let Some(count) = counts.iter_mut().find(|count| count.level == of) {
            *count = Count { level: of, covered, lapsed, never: total - covered - lapsed };
        }
    }
    Ok(counts.into())
}

/// Gives each place its people: those in force, or all whose postings ended on the last day of cover.
pub async fn add_people(rows: &impl Rows, question: &Question, places: &mut [Place]) -> Result<()> {
    let codes: Vec<Value> =
        places.iter().filter(|place| place.status != Status::Never).map(|place| place.region.stored().into()).collect();
    if codes.is_empty() {
        return Ok(());
    }
    let text = format!(
        "SELECT p.region, p.cadre, p.id, p.role, p.valid_from, p.valid_until, c.display_name \
         FROM postings p JOIN cadres c ON c.id = p.cadre \
         WHERE p.region IN ({}) AND p.role IN ({}) AND p.valid_from <= ? \
         AND (p.valid_until IS NULL OR p.valid_until > p.valid_from) \
         ORDER BY p.valid_from, p.cadre, p.id",
        vec!["?"; codes.len()].join(", "),
        question.role_list(),
    );
    let values = codes.into_iter().chain([days(question.date).into()]);
    let found = rows.on().query_all_raw(sql(rows.backend(), &text, values)).await?;
    let at: HashMap<i64, usize> =
        places.iter().enumerate().map(|(index, place)| (place.region.stored(), index)).collect();
    for row in found {
        let (region, person) = person(&row)?;
        let Some(place) = at.get(&region).and_then(|index| places.get_mut(*index)) else { continue };
        let counts = match place.status {
            Status::Covered(_) => person.valid_until.is_none_or(|until| until > question.date),
            Status::Lapsed(day) => person.valid_until == Some(day),
            Status::Never => false,
        };
        if counts {
            place.responsibles.push(person);
        }
    }
    Ok(())
}

fn person(row: &QueryResult) -> Result<(i64, Responsible)> {
    let role: i32 = row.try_get("", "role")?;
    let valid_until: Option<i32> = row.try_get("", "valid_until")?;
    let person = Responsible {
        cadre: row.try_get("", "cadre")?,
        id: row.try_get("", "id")?,
        cadre_display_name: row.try_get("", "display_name")?,
        role: Role::from_number(role).ok_or_else(|| Error::internal(format!("a posting has the role {role}")))?,
        valid_from: from_days(row.try_get("", "valid_from")?),
        valid_until: valid_until.map(from_days),
    };
    Ok((row.try_get("", "region")?, person))
}
