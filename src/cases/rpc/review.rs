//! Requests about reviews and hearings, read from the wire.

use crate::{
    cases::{
        model::Outcome,
        ops::{
            hearing::{EndHearing, OpenHearing},
            review::{DecideReview, RequestReview},
        },
        review::{ReviewState, Stage},
        wire::{self, required},
    },
    catalog::Catalog,
    check::Faults,
    error::{Error, Result},
    pb::{
        google::r#type::Date,
        v1::{self, review::Decision},
    },
    wire::date,
};

pub fn request(catalog: Catalog, request: v1::RequestReviewRequest) -> Result<RequestReview> {
    let v1::RequestReviewRequest {
        name,
        etag,
        organization,
        request_date,
        grounds,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    requested(catalog, &name, etag, Stage::Review, organization, request_date.unwrap_or_default(), grounds)
}

pub fn request_again(catalog: Catalog, request: v1::RequestReReviewRequest) -> Result<RequestReview> {
    let v1::RequestReReviewRequest {
        name,
        etag,
        organization,
        request_date,
        grounds,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    requested(catalog, &name, etag, Stage::ReReview, organization, request_date.unwrap_or_default(), grounds)
}

fn requested(
    catalog: Catalog,
    name: &str,
    etag: String,
    stage: Stage,
    organization: String,
    request_date: Date,
    grounds: String,
) -> Result<RequestReview> {
    let mut faults = Faults::default();
    let request_date = faults.take("request_date", date(&request_date)).unwrap_or_default();
    let grounds = required(&mut faults, "grounds", grounds);
    faults.into_result()?;
    Ok(RequestReview { catalog, id: wire::case_id(name)?, etag, stage, organization, request_date, grounds })
}

pub fn decide(catalog: Catalog, request: v1::DecideReviewRequest) -> Result<DecideReview> {
    let v1::DecideReviewRequest {
        name,
        etag,
        decision,
        outcome,
        facts,
        reasons,
        legal_basis,
        document_number,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let opinion = [facts, reasons, legal_basis, document_number];
    decided(catalog, &name, etag, Stage::Review, decision, outcome, opinion)
}

pub fn decide_again(catalog: Catalog, request: v1::DecideReReviewRequest) -> Result<DecideReview> {
    let v1::DecideReReviewRequest {
        name,
        etag,
        decision,
        outcome,
        facts,
        reasons,
        legal_basis,
        document_number,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let opinion = [facts, reasons, legal_basis, document_number];
    decided(catalog, &name, etag, Stage::ReReview, decision, outcome, opinion)
}

fn decided(
    catalog: Catalog,
    name: &str,
    etag: String,
    stage: Stage,
    decision: i32,
    outcome: i32,
    [facts, reasons, legal_basis, document_number]: [String; 4],
) -> Result<DecideReview> {
    let mut faults = Faults::default();
    let decision = match Decision::try_from(decision) {
        Ok(Decision::Upheld) => ReviewState::Upheld,
        Ok(Decision::Changed) => ReviewState::Changed,
        Ok(Decision::SentBack) => ReviewState::SentBack,
        Ok(Decision::Unspecified) | Err(_) => return Err(Error::field("decision", "is required")),
    };
    let outcome = Outcome::from_number(outcome).filter(|outcome| *outcome != Outcome::None);
    match (decision == ReviewState::Changed, outcome.is_some()) {
        (true, false) => faults.against("XF 35", "outcome", "is required where the opinion is changed"),
        (false, true) => faults.at("outcome", "is set where the opinion is changed only"),
        (true, true) | (false, false) => {}
    }
    let facts = required(&mut faults, "facts", facts);
    let reasons = required(&mut faults, "reasons", reasons);
    let legal_basis = required(&mut faults, "legal_basis", legal_basis);
    let document_number = required(&mut faults, "document_number", document_number);
    faults.into_result()?;
    let id = wire::case_id(name)?;
    Ok(DecideReview { catalog, id, etag, stage, decision, outcome, facts, reasons, legal_basis, document_number })
}

pub fn open_hearing(catalog: Catalog, request: v1::OpenHearingRequest) -> Result<OpenHearing> {
    let v1::OpenHearingRequest { name, etag, presider, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let presider = required(&mut faults, "presider", presider);
    faults.into_result()?;
    Ok(OpenHearing { catalog, id: wire::case_id(&name)?, etag, presider })
}

pub fn end_hearing(catalog: Catalog, request: v1::EndHearingRequest) -> Result<EndHearing> {
    let v1::EndHearingRequest { name, etag, minutes, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let minutes = required(&mut faults, "minutes", minutes);
    faults.into_result()?;
    Ok(EndHearing { catalog, id: wire::case_id(&name)?, etag, minutes })
}
