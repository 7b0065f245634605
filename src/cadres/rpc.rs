//! CadreService.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::{
    leave::Leave,
    ops,
    store::{self, CADRE_FIELDS, CadreSearch, POSTING_FIELDS, PostingSearch},
    wire::{self, View},
};
use crate::{
    call::Call,
    db::{Rows, Written},
    door::{Door, refusal, split},
    error::{Error, Result},
    import::{self, Parsed},
    page::Page,
    pb::v1::{self, cadre_service_server::CadreService, import_cadres_request, import_postings_request},
    wire::{days, id_in, ids_in},
};

/// CadreService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service(pub Door);

type Answer<T> = std::result::Result<Response<T>, Status>;
type Results<T> = Pin<Box<dyn Stream<Item = std::result::Result<T, Status>> + Send>>;

/// Creation time, id.
type CadreKey = (i64, String);
/// First day, cadre, id.
type PostingKey = (i32, String, String);

fn cadre_id<'a>(name: &'a str, field: &str) -> Result<&'a str> {
    id_in(name, "cadres").map_err(|fault| Error::field(field, fault))
}

/// The FULL view is for an official who is named.
fn ensure_official(call: &Call, view: View) -> Result<()> {
    if view == View::Full && call.official.is_none() { Err(Error::OfficialNotAccepted) } else { Ok(()) }
}

impl Service {
    async fn shown(&self, call: &Call, request: v1::GetCadreRequest) -> Result<v1::Cadre> {
        let v1::GetCadreRequest { name, view, purpose, on_behalf_of: _ } = request;
        let (view, purpose) = wire::view(view, &purpose)?;
        ensure_official(call, view)?;
        let id = cadre_id(&name, "name")?.to_owned();
        let cadre = match view {
            View::Basic => ops::get_cadre(&self.0.db, &id).await?,
            View::Full => now(self.0.db.write(call, ops::ViewCadre { id, purpose }, |_| Vec::new()).await?)?,
        };
        Ok(cadre.shown(view))
    }

    async fn listed(&self, call: &Call, request: v1::ListCadresRequest) -> Result<v1::ListCadresResponse> {
        let v1::ListCadresRequest { page_size, page_token, filter, order_by, date, view, purpose, on_behalf_of: _ } =
            request;
        let (view, purpose) = wire::view(view, &purpose)?;
        ensure_official(call, view)?;
        let (filter, canonical) = wire::filter(filter, CADRE_FIELDS)?;
        let order = wire::order(&order_by, &["name", "create_time desc"])?;
        let date = wire::day(date)?;
        let on = date.map(|date| date.to_string()).unwrap_or_default();
        let full = if view == View::Full { "full" } else { "basic" };
        let (db, keys) = (&self.0.db, self.0.db.keys());
        let query = [canonical.as_str(), &order.to_string(), &on, full];
        let mut page: Page<CadreKey> = Page::read(call, keys, page_size, &page_token, &query)?;
        let cursor = page.cursor(&self.0).await?;
        let after = page.after.clone();
        let search = CadreSearch { filter, date, newest_first: order == 1, areas: None };
        let found = match view {
            View::Basic => store::list_cadres(db, &search, after, page.fetch()).await?,
            View::Full => {
                let view = ops::ViewCadres { search, after, size: page.size, purpose };
                now(db.write(call, view, |_| Vec::new()).await?)?
            }
        };
        let (found, next_page_token) = page.finish(keys, found, |cadre| (cadre.create_time, cadre.id.clone()));
        let cadres = found.iter().map(|cadre| cadre.shown(view)).collect();
        Ok(v1::ListCadresResponse { cadres, next_page_token, cursor })
    }
}

/// What was done now; a command without request_id is never answered from before.
fn now<T>(written: Written<T>) -> Result<T> {
    match written {
        Written::Now(answer) => Ok(answer),
        Written::Before(_) => Err(Error::internal("a call without request_id was answered from before")),
    }
}

#[tonic::async_trait]
impl CadreService for Service {
    async fn create_cadre(&self, request: Request<v1::CreateCadreRequest>) -> Answer<v1::Cadre> {
        self.0.write(request, |_, request| wire::create(request), |cadre| cadre.shown(View::Basic)).await
    }

    async fn get_cadre(&self, request: Request<v1::GetCadreRequest>) -> Answer<v1::Cadre> {
        let official = |request: &mut v1::GetCadreRequest| request.on_behalf_of.take();
        self.0.read_for(request, official, async |call: &_, request| self.shown(call, request).await).await
    }

    async fn list_cadres(&self, request: Request<v1::ListCadresRequest>) -> Answer<v1::ListCadresResponse> {
        let official = |request: &mut v1::ListCadresRequest| request.on_behalf_of.take();
        self.0.read_for(request, official, async |call: &_, request| self.listed(call, request).await).await
    }

    async fn update_cadre(&self, request: Request<v1::UpdateCadreRequest>) -> Answer<v1::Cadre> {
        self.0.write(request, |_, request| wire::update(request), |cadre| cadre.shown(View::Basic)).await
    }

    async fn create_posting(&self, request: Request<v1::CreatePostingRequest>) -> Answer<v1::Posting> {
        self.0.write(request, |_, request| wire::create_posting(request), |posting| posting.clone().into()).await
    }

    async fn get_posting(&self, request: Request<v1::GetPostingRequest>) -> Answer<v1::Posting> {
        let read = async |_: &_, request: v1::GetPostingRequest| {
            let ids = ids_in(&request.name, "cadres", "postings").map_err(|fault| Error::field("name", fault));
            let (cadre, id) = ids?;
            Ok(ops::get_posting(&self.0.db, cadre, id).await?.into())
        };
        self.0.read(request, read).await
    }

    async fn list_postings(&self, request: Request<v1::ListPostingsRequest>) -> Answer<v1::ListPostingsResponse> {
        let read = async |call: &_, request: v1::ListPostingsRequest| {
            let v1::ListPostingsRequest { parent, page_size, page_token, filter, order_by, date } = request;
            let (filter, canonical) = wire::filter(filter, POSTING_FIELDS)?;
            let order = wire::order(&order_by, &["valid_from desc", "name"])?;
            let date = wire::day(date)?;
            let on = date.map(|date| date.to_string()).unwrap_or_default();
            let (db, keys) = (&self.0.db, self.0.db.keys());
            let query = [parent.as_str(), &canonical, &order.to_string(), &on];
            let mut page: Page<PostingKey> = Page::read(call, keys, page_size, &page_token, &query)?;
            let cadre = match cadre_id(&parent, "parent")? {
                "-" => None,
                id => Some(ops::get_cadre(db, id).await?.id),
            };
            let cursor = page.cursor(&self.0).await?;
            let search = PostingSearch { cadre, filter, date, by_name: order == 1 };
            let found = store::list_postings(db, &search, page.after.clone(), page.fetch()).await?;
            let (found, next_page_token) = page.finish(keys, found, |posting| {
                (days(posting.facts.valid_from), posting.cadre.clone(), posting.id.clone())
            });
            Ok(v1::ListPostingsResponse {
                postings: found.into_iter().map(Into::into).collect(),
                next_page_token,
                cursor,
            })
        };
        self.0.read(request, read).await
    }

    async fn end_posting(&self, request: Request<v1::EndPostingRequest>) -> Answer<v1::Posting> {
        self.0.write(request, |_, request| wire::end(request), |posting| posting.clone().into()).await
    }

    async fn create_leave(&self, request: Request<v1::CreateLeaveRequest>) -> Answer<v1::Leave> {
        self.0.write(request, |_, request| wire::create_leave(request), |leave| leave.clone().into()).await
    }

    async fn get_leave(&self, request: Request<v1::GetLeaveRequest>) -> Answer<v1::Leave> {
        let read = async |_: &_, request: v1::GetLeaveRequest| {
            let ids = ids_in(&request.name, "cadres", "leaves").map_err(|fault| Error::field("name", fault));
            let (cadre, id) = ids?;
            Ok(ops::get_leave(&self.0.db, cadre, id).await?.into())
        };
        self.0.read(request, read).await
    }

    async fn list_leaves(&self, request: Request<v1::ListLeavesRequest>) -> Answer<v1::ListLeavesResponse> {
        let read = async |call: &_, request: v1::ListLeavesRequest| {
            let v1::ListLeavesRequest { parent, page_size, page_token, date } = request;
            let date = wire::day(date)?;
            let on = date.map(|date| date.to_string()).unwrap_or_default();
            let (db, keys) = (&self.0.db, self.0.db.keys());
            let mut page: Page<store::LeaveKey> = Page::read(call, keys, page_size, &page_token, &[&parent, &on])?;
            let cadre = match cadre_id(&parent, "parent")? {
                "-" => None,
                id => Some(ops::get_cadre(db, id).await?.id),
            };
            let cursor = page.cursor(&self.0).await?;
            let found = store::list_leaves(db, cadre.as_deref(), date, page.after.clone(), page.fetch()).await?;
            let key = |leave: &Leave| (days(leave.valid_from), leave.cadre.clone(), leave.id.clone());
            let (found, next_page_token) = page.finish(keys, found, key);
            Ok(v1::ListLeavesResponse { leaves: found.into_iter().map(Into::into).collect(), next_page_token, cursor })
        };
        self.0.read(request, read).await
    }

    async fn end_leave(&self, request: Request<v1::EndLeaveRequest>) -> Answer<v1::Leave> {
        self.0.write(request, |_, request| wire::end_leave(request), |leave| leave.clone().into()).await
    }

    type ImportCadresStream = Results<v1::ImportCadresResponse>;

    async fn import_cadres(
        &self,
        request: Request<Streaming<v1::ImportCadresRequest>>,
    ) -> Answer<Self::ImportCadresStream> {
        use import_cadres_request::Message;
        let (entry, mut messages) = split(request)?;
        let refuse = |error| refusal(error, &entry);
        let header = match messages.message().await?.and_then(|first| first.message) {
            Some(Message::Header(header)) => wire::header(header).map_err(refuse)?,
            Some(Message::Row(_)) | None => {
                return Err(refuse(Error::field("header", "is required as the first message")));
            }
        };
        let call = self.0.stream_call(&entry, header.official.clone(), header.dry_run).await.map_err(refuse)?;
        let rows = messages.map(move |message| match message?.message {
            Some(Message::Row(row)) => {
                Ok(Parsed { source_id: row.source_id.clone(), row: wire::cadre_row(row, &header) })
            }
            Some(Message::Header(_)) | None => {
                Ok(Parsed { source_id: String::new(), row: Err(Error::field("row", "is required")) })
            }
        });
        let results = import::run(self.0.db.clone(), entry, call, rows);
        let answers = results.map(|result| Ok(v1::ImportCadresResponse { result: Some(result?) }));
        Ok(Response::new(Box::pin(answers)))
    }

    type ImportPostingsStream = Results<v1::ImportPostingsResponse>;

    async fn import_postings(
        &self,
        request: Request<Streaming<v1::ImportPostingsRequest>>,
    ) -> Answer<Self::ImportPostingsStream> {
        use import_postings_request::Message;
        let (entry, mut messages) = split(request)?;
        let refuse = |error| refusal(error, &entry);
        let header = match messages.message().await?.and_then(|first| first.message) {
            Some(Message::Header(header)) => wire::header(header).map_err(refuse)?,
            Some(Message::Row(_)) | None => {
                return Err(refuse(Error::field("header", "is required as the first message")));
            }
        };
        let call = self.0.stream_call(&entry, header.official.clone(), header.dry_run).await.map_err(refuse)?;
        let rows = messages.map(move |message| match message?.message {
            Some(Message::Row(row)) => {
                Ok(Parsed { source_id: row.source_id.clone(), row: wire::posting_row(row, &header) })
            }
            Some(Message::Header(_)) | None => {
                Ok(Parsed { source_id: String::new(), row: Err(Error::field("row", "is required")) })
            }
        });
        let results = import::run(self.0.db.clone(), entry, call, rows);
        let answers = results.map(|result| Ok(v1::ImportPostingsResponse { result: Some(result?) }));
        Ok(Response::new(Box::pin(answers)))
    }
}
