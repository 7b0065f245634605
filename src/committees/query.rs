//! Which terms a list holds.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition};

use super::entity::term::Column;
use crate::{
    db::{
        Rows,
        filtered::{compare, condition},
    },
    error::{Error, Result},
    filter::{Expr, Field, Kind, Op, Value},
    organizations, regions,
    wire::days,
};

const CHOICES: &[&str] = &["CHOSEN_BY_VILLAGERS", "CHOSEN_BY_RESIDENTS", "CHOSEN_BY_STAFF", "CHOSEN_BY_FOUNDER"];

/// What terms may be filtered by.
pub const FIELDS: &[Field] = &[
    Field { name: "region", kind: Kind::Name("regions/"), ops: &[Op::Eq] },
    Field { name: "chosen_by", kind: Kind::Enum(CHOICES), ops: &[Op::Eq, Op::Ne] },
    Field { name: "term_until", kind: Kind::Date, ops: &[Op::Lt, Op::Le, Op::Gt, Op::Ge] },
];

/// What a list of terms asks for.
#[derive(Debug, Clone)]
pub struct Query {
    /// Those of one committee.
    pub organization: Option<String>,
    /// Over [`FIELDS`].
    pub filter: Option<Expr>,
    /// Only those in office on this day.
    pub date: Option<NaiveDate>,
    /// By name instead of by first day, latest first.
    pub by_name: bool,
}

impl Query {
    /// The condition.
    ///
    /// # Errors
    /// `InvalidFilter` where a region is not known.
    pub async fn condition(&self, rows: &impl Rows) -> Result<Condition> {
        let mut all = Condition::all();
        if let Some(organization) = &self.organization {
            all = all.add(Column::Organization.eq(organization));
        }
        if let Some(date) = self.date {
            let day = days(date);
            let stays = Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(day));
            all = all.add(Column::ValidFrom.lte(day)).add(stays);
        }
        if let Some(expr) = &self.filter {
            let levels = regions::levels(rows, Some(expr), FIELDS).await?;
            let meaning = |field: &str, op, value: &Value| match (field, value) {
                ("region", Value::Text(name)) => {
                    let (level, code) = levels.of(name)?;
                    Ok(organizations::within(Column::Organization, level, code))
                }
                ("chosen_by", Value::Text(word)) => Ok(compare(Column::ChosenBy, op, number(word))),
                ("term_until", Value::Date(date)) => Ok(compare(Column::TermUntil, op, days(*date))),
                _ => Err(Error::internal(format!("the field {field} of a filter came with {op:?}"))),
            };
            all = all.add(condition(expr, FIELDS, &meaning)?);
        }
        Ok(all)
    }
}

/// Words stand in the order of their numbers, which begin with 1.
fn number(word: &str) -> i32 {
    CHOICES.iter().zip(1..).find(|(known, _)| **known == word).map_or(0, |(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{committees::model::ChosenBy, pb::v1::committee_term};

    #[test]
    fn words_stand_in_the_order_of_their_numbers() {
        for word in CHOICES {
            let number = number(word);
            assert_eq!(committee_term::ChosenBy::from_str_name(word).map(i32::from), Some(number));
            assert!(ChosenBy::from_number(number).is_some());
        }
    }
}
