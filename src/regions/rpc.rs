//! RegionService.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::{ops, store, wire};
use crate::{
    db::Rows,
    door::{Door, refusal, split},
    error::Error,
    import::{self, Parsed},
    page::Page,
    pb::v1::{self, import_regions_request::Message, region_service_server::RegionService},
    place::Code,
    wire::{date, pb_date},
};

/// RegionService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service(pub Door);

type Answer<T> = Result<Response<T>, Status>;

fn code(name: &str) -> crate::error::Result<Code> {
    Code::from_name(name).map_err(|fault| Error::field("name", fault))
}

fn day(given: Option<crate::pb::google::r#type::Date>) -> crate::error::Result<Option<chrono::NaiveDate>> {
    given.map(|given| date(&given).map_err(|fault| Error::field("date", fault))).transpose()
}

#[tonic::async_trait]
impl RegionService for Service {
    async fn get_region(&self, request: Request<v1::GetRegionRequest>) -> Answer<v1::Region> {
        let read = async |call: &_, request: v1::GetRegionRequest| {
            let v1::GetRegionRequest { name, date } = request;
            Ok(ops::get(&self.0.db, call, code(&name)?, day(date)?).await?.into())
        };
        self.0.read(request, read).await
    }

    async fn list_regions(&self, request: Request<v1::ListRegionsRequest>) -> Answer<v1::ListRegionsResponse> {
        let read = async |call: &_, request: v1::ListRegionsRequest| {
            let v1::ListRegionsRequest { parent, page_size, page_token } = request;
            let page: Page<i64> = Page::read(call, self.0.db.keys(), page_size, &page_token, &[&parent])?;
            let parent = if parent.is_empty() { Code::COUNTRY } else { code(&parent)? };
            ops::get(&self.0.db, call, parent, None).await?;
            let rows = store::children(&self.0.db, parent, page.after, page.fetch()).await?;
            let (rows, next_page_token) = page.finish(self.0.db.keys(), rows, |row| row.code.stored());
            Ok(v1::ListRegionsResponse { regions: rows.into_iter().map(Into::into).collect(), next_page_token })
        };
        self.0.read(request, read).await
    }

    async fn list_descendants(
        &self,
        request: Request<v1::ListDescendantsRequest>,
    ) -> Answer<v1::ListDescendantsResponse> {
        let read = async |call: &_, request: v1::ListDescendantsRequest| {
            let v1::ListDescendantsRequest { name, level, page_size, page_token } = request;
            let query = [name.as_str(), &level.to_string()];
            let page: Page<i64> = Page::read(call, self.0.db.keys(), page_size, &page_token, &query)?;
            let root = ops::get(&self.0.db, call, code(&name)?, None).await?;
            let rows = store::descendants(&self.0.db, &root, wire::level(level), page.after, page.fetch()).await?;
            let (rows, next_page_token) = page.finish(self.0.db.keys(), rows, |row| row.code.stored());
            Ok(v1::ListDescendantsResponse { regions: rows.into_iter().map(Into::into).collect(), next_page_token })
        };
        self.0.read(request, read).await
    }

    async fn lookup_regions(&self, request: Request<v1::LookupRegionsRequest>) -> Answer<v1::LookupRegionsResponse> {
        let read = async |call: &_, request: v1::LookupRegionsRequest| {
            let v1::LookupRegionsRequest { query, parent, level, date } = request;
            let parent = if parent.is_empty() { None } else { Some(code(&parent)?) };
            let (found, truncated) =
                ops::lookup(&self.0.db, call, &query, parent, wire::level(level), day(date)?).await?;
            Ok(v1::LookupRegionsResponse { regions: found.into_iter().map(Into::into).collect(), truncated })
        };
        self.0.read(request, read).await
    }

    async fn list_region_versions(
        &self,
        request: Request<v1::ListRegionVersionsRequest>,
    ) -> Answer<v1::ListRegionVersionsResponse> {
        let read = async |_: &_, request: v1::ListRegionVersionsRequest| {
            let found = ops::versions(&self.0.db, code(&request.parent)?).await?;
            Ok(v1::ListRegionVersionsResponse { regions: found.into_iter().map(Into::into).collect() })
        };
        self.0.read(request, read).await
    }

    async fn list_region_successions(
        &self,
        request: Request<v1::ListRegionSuccessionsRequest>,
    ) -> Answer<v1::ListRegionSuccessionsResponse> {
        let read = async |_: &_, request: v1::ListRegionSuccessionsRequest| {
            let code = code(&request.parent)?;
            ops::versions(&self.0.db, code).await?;
            let edge = |(predecessor, successor, day): (Code, Code, _)| v1::RegionSuccession {
                predecessor: predecessor.name(),
                successor: successor.name(),
                effective_date: Some(pb_date(day)),
            };
            let found = store::successions(&self.0.db, code).await?;
            Ok(v1::ListRegionSuccessionsResponse { region_successions: found.into_iter().map(edge).collect() })
        };
        self.0.read(request, read).await
    }

    type ImportRegionsStream = Pin<Box<dyn Stream<Item = Result<v1::ImportRegionsResponse, Status>> + Send>>;

    async fn import_regions(
        &self,
        request: Request<Streaming<v1::ImportRegionsRequest>>,
    ) -> Answer<Self::ImportRegionsStream> {
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
                Some(Message::Row(row)) => parsed(row.code.clone(), wire::row(row, &header)),
                _ => parsed(String::new(), Err(Error::field("row", "is required"))),
            }
        });
        let results = import::run(self.0.db.clone(), entry, call, rows);
        let answers = results.map(|result| Ok(v1::ImportRegionsResponse { result: Some(result?) }));
        Ok(Response::new(Box::pin(answers)))
    }
}
