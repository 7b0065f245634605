//! Time limits of other ways.

use chrono::NaiveDate;

use crate::{
    error::{Error, Result},
    mediations::{
        limitation::{Limit, limits},
        numbers::{DisputeType, Numbered},
    },
    pb::v1,
    wire::{date, pb_date},
};

/// Reads the day of knowledge.
///
/// # Errors
/// `Invalid`.
pub fn knowledge_date(given: Option<crate::pb::google::r#type::Date>) -> Result<Option<NaiveDate>> {
    given.map(|given| date(&given)).transpose().map_err(|fault| Error::field("knowledge_date", fault))
}

/// The limits for the wire, as they stand on a day.
pub fn limitations(
    kind: Option<DisputeType>,
    knowledge: Option<NaiveDate>,
    today: NaiveDate,
) -> v1::CheckLimitationsResponse {
    let one = |limit: &Limit| {
        let last = knowledge.and_then(|day| limit.last_date(day));
        v1::Limitation {
            way: limit.way.number(),
            length: limit.length.to_owned(),
            article: limit.article.to_owned(),
            note: limit.note.to_owned(),
            last_date: last.map(pb_date),
            over: last.is_some_and(|last| last < today),
        }
    };
    v1::CheckLimitationsResponse { limitations: limits(kind).map(one).collect() }
}
