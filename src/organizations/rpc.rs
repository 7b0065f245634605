//! OrganizationService.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::{ops, query::Query, wire};
use crate::{
    db::Rows,
    door::{Door, refusal, split},
    error::Error,
    import::{self, Parsed},
    page::Page,
    pb::v1::{self, import_organizations_request::Message, organization_service_server::OrganizationService},
    place::Code,
    wire::{date, id_in},
};

/// OrganizationService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service(pub Door);

type Answer<T> = Result<Response<T>, Status>;

fn day(given: Option<crate::pb::google::r#type::Date>) -> crate::error::Result<Option<chrono::NaiveDate>> {
    given.map(|given| date(&given).map_err(|fault| Error::field("date", fault))).transpose()
}

#[tonic::async_trait]
impl OrganizationService for Service {
    async fn create_organization(&self, request: Request<v1::CreateOrganizationRequest>) -> Answer<v1::Organization> {
        let parse = |_: &_, request| wire::create(request);
        self.0.write(request, parse, |organization| organization.clone().into()).await
    }

    async fn get_organization(&self, request: Request<v1::GetOrganizationRequest>) -> Answer<v1::Organization> {
        let read = async |_: &_, request: v1::GetOrganizationRequest| {
            let id = id_in(&request.name, "organizations").map_err(|fault| Error::field("name", fault))?;
            Ok(ops::get(&self.0.db, id).await?.into())
        };
        self.0.read(request, read).await
    }

    async fn list_organizations(
        &self,
        request: Request<v1::ListOrganizationsRequest>,
    ) -> Answer<v1::ListOrganizationsResponse> {
        let read = async |call: &_, request: v1::ListOrganizationsRequest| {
            let v1::ListOrganizationsRequest { page_size, page_token, filter, order_by, date } = request;
            let query = Query::read(&filter, &order_by, day(date)?)?;
            let binding = query.binding();
            let page: Page<ops::Key> =
                Page::read(call, self.0.db.keys(), page_size, &page_token, &binding.each_ref().map(String::as_str))?;
            let cursor = match &page.after {
                Some((cursor, _, _)) => cursor.clone(),
                None => self.0.cursor_now().await?,
            };
            let (found, next_page_token) = ops::list(&self.0.db, &query, page, &cursor).await?;
            let organizations = found.into_iter().map(Into::into).collect();
            Ok(v1::ListOrganizationsResponse { organizations, next_page_token, cursor })
        };
        self.0.read(request, read).await
    }

    async fn update_organization(&self, request: Request<v1::UpdateOrganizationRequest>) -> Answer<v1::Organization> {
        let parse = |_: &_, request| wire::update(request);
        self.0.write(request, parse, |organization| organization.clone().into()).await
    }

    type ImportOrganizationsStream =
        Pin<Box<dyn Stream<Item = Result<v1::ImportOrganizationsResponse, Status>> + Send>>;

    async fn import_organizations(
        &self,
        request: Request<Streaming<v1::ImportOrganizationsRequest>>,
    ) -> Answer<Self::ImportOrganizationsStream> {
        let (entry, mut messages) = split(request)?;
        let refuse = |error| refusal(error, &entry);
        let header = match messages.message().await?.and_then(|first| first.message) {
            Some(Message::Header(header)) => wire::Header::try_from(header).map_err(refuse)?,
            _ => return Err(refuse(Error::field("header", "is required as the first message"))),
        };
        let call = self.0.stream_call(&entry, header.official.clone(), header.dry_run).await.map_err(refuse)?;
        let rows = messages.map(move |message| {
            let parsed = |source_id, row| Ok(Parsed { source_id, row });
            match message?.message {
                Some(Message::Row(row)) => parsed(row.source_id.clone(), wire::row(row, &header)),
                _ => parsed(String::new(), Err(Error::field("row", "is required"))),
            }
        });
        let results = import::run(self.0.db.clone(), entry, call, rows);
        let answers = results.map(|result| Ok(v1::ImportOrganizationsResponse { result: Some(result?) }));
        Ok(Response::new(Box::pin(answers)))
    }

    async fn resolve_competence(
        &self,
        request: Request<v1::ResolveCompetenceRequest>,
    ) -> Answer<v1::ResolveCompetenceResponse> {
        let read = async |call: &crate::call::Call, request: v1::ResolveCompetenceRequest| {
            let v1::ResolveCompetenceRequest { topic, region, date } = request;
            let region = Code::from_name(&region).map_err(|fault| Error::field("region", fault))?;
            let (found, truncated) = ops::resolve(&self.0.db, call, &topic, region, day(date)?).await?;
            let candidates = found.into_iter().map(|found| wire::candidate(found, call.locale)).collect();
            Ok(v1::ResolveCompetenceResponse { candidates, truncated })
        };
        self.0.read(request, read).await
    }
}
