//! PublicService.

use tonic::Request;

use super::{Answer, Service, execution};
use crate::{
    call::Call,
    cases::{
        model::Rating,
        ops::public::{IssueQueryCode, Shown, SubmitRating, query},
        query_code::fits,
        wire::{self, optional},
    },
    error::{Error, Result},
    pb::v1::{self, public_service_server::PublicService},
};

#[tonic::async_trait]
impl PublicService for Service {
    async fn issue_query_code(&self, request: Request<v1::IssueQueryCodeRequest>) -> Answer<v1::QueryCode> {
        let parse = |_: &_, request: v1::IssueQueryCodeRequest| {
            let v1::IssueQueryCodeRequest { name, request_id: _, validate_only: _, on_behalf_of: _ } = request;
            Ok(IssueQueryCode { id: wire::case_id(&name)? })
        };
        let render = |(number, code): &(String, Option<String>)| v1::QueryCode {
            number: number.clone(),
            query_code: code.clone().unwrap_or_default(),
        };
        self.door.write(request, parse, render).await
    }

    async fn query_public_status(&self, request: Request<v1::QueryPublicStatusRequest>) -> Answer<v1::PublicStatus> {
        let read = async |call: &Call, request: v1::QueryPublicStatusRequest| {
            let v1::QueryPublicStatusRequest { number, query_code } = request;
            let found = query(&self.door.db, call, shown(number, query_code)?).await?;
            Ok(wire::public::status(&found))
        };
        self.door.read(request, read).await
    }

    async fn submit_rating(&self, request: Request<v1::SubmitRatingRequest>) -> Answer<v1::PublicStatus> {
        let catalog = self.catalog.clone();
        let v1::SubmitRatingRequest { number, query_code, .. } = request.get_ref();
        let tried = Shown { number: number.clone(), code: query_code.clone() };
        let parse = |_: &_, request| rate(catalog, request);
        let refused = async |call: &Call, error| match error {
            Error::NotFound { .. } => tried.failed(&self.door.db, call).await,
            error => error,
        };
        self.door.write_guarded(request, parse, wire::public::status, refused).await
    }
}

fn shown(number: String, code: String) -> Result<Shown> {
    if fits(&code) { Ok(Shown { number, code }) } else { Err(Error::field("query_code", "is mistyped")) }
}

fn rate(catalog: crate::catalog::Catalog, request: v1::SubmitRatingRequest) -> Result<SubmitRating> {
    let v1::SubmitRatingRequest {
        number,
        query_code,
        rated_body,
        rating,
        comment,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    Ok(SubmitRating {
        catalog,
        shown: shown(number, query_code)?,
        rated: execution::rated(rated_body)?,
        rating: Rating::from_number(rating).unwrap_or(Rating::None),
        comment: optional(comment),
    })
}
