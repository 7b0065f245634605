//! Requests about what was promised, and ratings.

use super::Service;
use crate::{
    cases::{
        model::Rating,
        ops::execution::{NewPromise, RateCase, Rated, RecordExecution},
        wire::{self, optional, required},
    },
    check::Faults,
    error::{Error, Result},
    pb::v1::{self, rate_case_request::RatedBody},
    wire::date,
};

/// What an opinion promises. `flag` without an item stands for one without a date.
pub fn promises(faults: &mut Faults, flag: bool, given: Vec<v1::issue_opinion_request::NewPromise>) -> Vec<NewPromise> {
    if given.is_empty() && flag {
        return vec![NewPromise { text: None, due_date: None }];
    }
    let mut promises = Vec::with_capacity(given.len());
    for (index, row) in given.into_iter().enumerate() {
        let v1::issue_opinion_request::NewPromise { text, due_date } = row;
        let field = format!("promises[{index}].due_date");
        let due_date = due_date.and_then(|given| faults.take(&field, date(&given)));
        promises.push(NewPromise { text: optional(text), due_date });
    }
    promises
}

pub fn record(service: &Service, request: v1::RecordExecutionRequest) -> Result<RecordExecution> {
    let v1::RecordExecutionRequest { name, etag, done, evidence, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let mut faults = Faults::default();
    let evidence = required(&mut faults, "evidence", evidence);
    faults.into_result()?;
    let (case_id, id) = wire::child_ids(&name, "promises")?;
    Ok(RecordExecution { catalog: service.catalog.clone(), case_id, id, etag, done, evidence })
}

pub fn rate(service: &Service, request: v1::RateCaseRequest) -> Result<RateCase> {
    let v1::RateCaseRequest { name, rated_body, rating, comment, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let rated = rated(rated_body)?;
    let rating = Rating::from_number(rating).unwrap_or(Rating::None);
    let catalog = service.catalog.clone();
    Ok(RateCase { catalog, id: wire::case_id(&name)?, rated, rating, comment: optional(comment) })
}

/// Whom a rating is about.
pub fn rated(body: i32) -> Result<Rated> {
    match RatedBody::try_from(body) {
        Ok(RatedBody::PetitionOffice) => Ok(Rated::Office),
        Ok(RatedBody::HandlingOrgan) => Ok(Rated::Organ),
        Ok(RatedBody::Unspecified) | Err(_) => Err(Error::field("rated_body", "is required")),
    }
}
