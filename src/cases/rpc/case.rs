//! CaseService.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::{Answer, Asked, Service, disclosure, document};
use crate::{
    cases::{
        ops::{
            read,
            search::{Match, Search, search},
        },
        store::{self, case::Depth},
        terms::Part,
        wire,
    },
    db::Rows,
    door::{refusal, split},
    error::{Error, Result},
    import::{self, Parsed},
    page::Page,
    pb::v1::{self, View, case_service_server::CaseService, import_cases_request::Message, lookup_case_request::Key},
    record,
    wire::pb_time,
};

#[tonic::async_trait]
impl CaseService for Service {
    async fn register_case(&self, request: Request<v1::RegisterCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_, request| wire::case::register(request, catalog), wire::case::basic).await
    }

    async fn amend_case(&self, request: Request<v1::AmendCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_, request| wire::case::amend(request, catalog), wire::case::basic).await
    }

    async fn get_case(&self, request: Request<v1::GetCaseRequest>) -> Answer<v1::Case> {
        let read = async |call: &_, request: v1::GetCaseRequest| {
            let v1::GetCaseRequest { name, view, purpose, on_behalf_of: _ } = request;
            let id = wire::case_id(&name)?;
            let case = if View::try_from(view) == Ok(View::Full) {
                read::record_view(&self.door.db, call, id, &name, &purpose).await?
            } else {
                read::get(&self.door.db, call, id).await?
            };
            Ok(wire::case::case(case, call.now))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn batch_get_cases(&self, request: Request<v1::BatchGetCasesRequest>) -> Answer<v1::BatchGetCasesResponse> {
        let read = async |call: &_, request: v1::BatchGetCasesRequest| {
            let ids: Vec<_> = request.names.iter().map(|name| wire::case_id(name)).collect::<Result<_>>()?;
            let cases = read::batch(&self.door.db, call, &ids).await?;
            Ok(v1::BatchGetCasesResponse {
                cases: cases.into_iter().map(|case| wire::case::case(case, call.now)).collect(),
            })
        };
        self.door.read(request, read).await
    }

    async fn list_cases(&self, request: Request<v1::ListCasesRequest>) -> Answer<v1::ListCasesResponse> {
        let read = async |call: &_, request: v1::ListCasesRequest| {
            let v1::ListCasesRequest { page_size, page_token, filter, order_by } = request;
            // The cursor is taken before the rows: what changes in between comes again in the feed, and is not missed.
            let cursor = self.door.cursor_now().await?;
            let db = &self.door.db;
            let (cases, next_page_token) = read::page(db, call, page_size, &page_token, &filter, &order_by).await?;
            let cases = cases.into_iter().map(|case| wire::case::case(case, call.now)).collect();
            Ok(v1::ListCasesResponse { cases, next_page_token, cursor })
        };
        self.door.read(request, read).await
    }

    async fn search_cases(&self, request: Request<v1::SearchCasesRequest>) -> Answer<v1::SearchCasesResponse> {
        let read = async |call: &_, request: v1::SearchCasesRequest| {
            let v1::SearchCasesRequest { query, page_size, page_token, filter, order_by } = &request;
            let asked = Search { query, filter, order_by, page_size: *page_size, page_token };
            let (found, next_page_token) = search(&self.door.db, call, asked).await?;
            let matched = |Match { case, part, .. }| v1::CaseMatch {
                case: Some(wire::case::case(case, call.now)),
                part: match part {
                    Part::Title => v1::case_match::Part::Title,
                    Part::Narrative => v1::case_match::Part::Narrative,
                }
                .into(),
            };
            Ok(v1::SearchCasesResponse { matches: found.into_iter().map(matched).collect(), next_page_token })
        };
        self.door.read(request, read).await
    }

    async fn lookup_case(&self, request: Request<v1::LookupCaseRequest>) -> Answer<v1::Case> {
        let read = async |call: &crate::call::Call, request: v1::LookupCaseRequest| {
            let (found, sought) = match request.key {
                Some(Key::Number(number)) => {
                    (store::case::by_number(&self.door.db, &call.permit, &number).await?, number)
                }
                Some(Key::External(v1::ExternalId { source, id })) => (
                    store::case::by_external(&self.door.db, &call.permit, &source, &id).await?,
                    format!("{source}/{id}"),
                ),
                None => return Err(Error::field("key", "is required")),
            };
            let case = found.ok_or_else(|| Error::not_found(sought))?;
            Ok(wire::case::case(case, call.now))
        };
        self.door.read(request, read).await
    }

    async fn list_case_history(
        &self,
        request: Request<v1::ListCaseHistoryRequest>,
    ) -> Answer<v1::ListCaseHistoryResponse> {
        let read = async |call: &_, request: v1::ListCaseHistoryRequest| {
            let v1::ListCaseHistoryRequest { parent, page_size, page_token } = request;
            let keys = self.door.db.keys();
            let page: Page<i64> = Page::read(call, keys, page_size, &page_token, &[&parent])?;
            let id = wire::case_id(&parent)?;
            self.parent(call, id, &parent, 0, "").await?;
            let rows = record::history(&self.door.db, id, page.after, page.fetch()).await?;
            let (mut rows, next_page_token) = page.finish(keys, rows, |row| row.seq);
            read::hide_others(&self.door.db, call, id, &mut rows).await?;
            Ok(v1::ListCaseHistoryResponse { entries: rows.into_iter().map(entry).collect(), next_page_token })
        };
        self.door.read(request, read).await
    }

    async fn list_allowed_actions(
        &self,
        request: Request<v1::ListAllowedActionsRequest>,
    ) -> Answer<v1::ListAllowedActionsResponse> {
        let read = async |call: &_, request: v1::ListAllowedActionsRequest| {
            let case = read::get(&self.door.db, call, wire::case_id(&request.name)?).await?;
            let actions = read::allowed(&self.door.db, &self.catalog, &case).await?;
            let action = |allowed: read::Allowed| v1::AllowedAction {
                method: allowed.method.to_owned(),
                state_after: allowed.state.map_or(0, crate::cases::model::State::number),
                action: allowed.action.unwrap_or_default(),
                stage_after: allowed.stage.unwrap_or_default(),
            };
            let actions = actions.into_iter().map(action).collect();
            Ok(v1::ListAllowedActionsResponse { actions, etag: crate::wire::etag(case.version) })
        };
        self.door.read(request, read).await
    }

    async fn advance_case(&self, request: Request<v1::AdvanceCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_, request| wire::advance::request(request, catalog), wire::case::basic).await
    }

    async fn get_advance(&self, request: Request<v1::GetAdvanceRequest>) -> Answer<v1::Advance> {
        let read = async |call: &_, request: v1::GetAdvanceRequest| {
            let v1::GetAdvanceRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "advances")?;
            let find = |depth| store::advance::find(&self.door.db, case_id, id, depth);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::advance::advance(&found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_advances(&self, request: Request<v1::ListAdvancesRequest>) -> Answer<v1::ListAdvancesResponse> {
        let read = async |call: &_, request: v1::ListAdvancesRequest| {
            let v1::ListAdvancesRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = &request;
            let asked = Asked { parent, page_size: *page_size, page_token, view: *view, purpose };
            let db = &self.door.db;
            let list = |id, after, limit, depth| store::advance::list(db, id, after, limit, depth);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            Ok(v1::ListAdvancesResponse {
                advances: rows.iter().map(wire::advance::advance).collect(),
                next_page_token,
            })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn reclassify_case(&self, request: Request<v1::ReclassifyCaseRequest>) -> Answer<v1::Case> {
        self.door.write(request, |_: &_, request| super::switch::reclassify(self, request), wire::case::basic).await
    }

    async fn wall_case(&self, request: Request<v1::WallCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| disclosure::wall(catalog, request), wire::case::basic).await
    }

    async fn list_disclosures(
        &self,
        request: Request<v1::ListDisclosuresRequest>,
    ) -> Answer<v1::ListDisclosuresResponse> {
        let read = async |call: &_, request| disclosure::list(self, call, request).await;
        self.door.read(request, read).await
    }

    async fn add_party(&self, request: Request<v1::AddPartyRequest>) -> Answer<v1::Party> {
        let catalog = self.catalog.clone();
        self.door
            .write(request, |_: &_, request| wire::party::add(catalog, request), |added| wire::party::added(added))
            .await
    }

    async fn batch_add_parties(
        &self,
        request: Request<v1::BatchAddPartiesRequest>,
    ) -> Answer<v1::BatchAddPartiesResponse> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request| wire::party::add_batch(catalog, request);
        self.door.write(request, parse, |added| wire::party::added_batch(added)).await
    }

    async fn update_party(&self, request: Request<v1::UpdatePartyRequest>) -> Answer<v1::Party> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| wire::party::update(catalog, request), wire::party::basic).await
    }

    async fn end_party(&self, request: Request<v1::EndPartyRequest>) -> Answer<v1::Party> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| wire::party::end(catalog, request), wire::party::basic).await
    }

    async fn revoke_mandate(&self, request: Request<v1::RevokeMandateRequest>) -> Answer<v1::Party> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| wire::party::revoke(catalog, request), wire::party::basic).await
    }

    async fn elect_representatives(&self, request: Request<v1::ElectRepresentativesRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| wire::party::elect(catalog, request), wire::case::basic).await
    }

    async fn record_outcomes(&self, request: Request<v1::RecordOutcomesRequest>) -> Answer<v1::RecordOutcomesResponse> {
        let catalog = self.catalog.clone();
        self.door
            .write(
                request,
                |_: &_, request| wire::party::outcomes(catalog, request),
                |decided| wire::party::decided(decided),
            )
            .await
    }

    async fn restrict_party(&self, request: Request<v1::RestrictPartyRequest>) -> Answer<v1::Party> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| wire::party::restrict(catalog, request), wire::party::basic).await
    }

    async fn unrestrict_party(&self, request: Request<v1::UnrestrictPartyRequest>) -> Answer<v1::Party> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| wire::party::unrestrict(catalog, request), wire::party::basic).await
    }

    async fn get_party(&self, request: Request<v1::GetPartyRequest>) -> Answer<v1::Party> {
        let read = async |call: &_, request: v1::GetPartyRequest| {
            let v1::GetPartyRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "parties")?;
            let find = |_| store::party::find(&self.door.db, case_id, id);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::party::shown(found, View::try_from(view) == Ok(View::Full)))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_parties(&self, request: Request<v1::ListPartiesRequest>) -> Answer<v1::ListPartiesResponse> {
        let read = async |call: &_, request: v1::ListPartiesRequest| {
            let v1::ListPartiesRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = request;
            let page = self.page(call, page_size, &page_token, &parent)?;
            let id = wire::case_id(&parent)?;
            let full = self.parent(call, id, &parent, view, &purpose).await?;
            let rows = store::party::list(&self.door.db, id, page.after, page.fetch()).await?;
            let (rows, next_page_token) = page.finish(self.door.db.keys(), rows, |row| row.id);
            let parties = rows.into_iter().map(|party| wire::party::shown(party, full)).collect();
            Ok(v1::ListPartiesResponse { parties, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn attach_document(&self, request: Request<Streaming<v1::AttachDocumentRequest>>) -> Answer<v1::Document> {
        document::attach(self, request).await
    }

    type DownloadDocumentStream = document::Content;

    async fn download_document(&self, request: Request<v1::DownloadDocumentRequest>) -> Answer<document::Content> {
        document::download(self, request).await
    }

    async fn withdraw_document(&self, request: Request<v1::WithdrawDocumentRequest>) -> Answer<v1::Document> {
        self.door.write(request, |_, request| document::withdraw(request), wire::document::document).await
    }

    async fn get_document(&self, request: Request<v1::GetDocumentRequest>) -> Answer<v1::Document> {
        let read = async |call: &_, request: v1::GetDocumentRequest| {
            let v1::GetDocumentRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "documents")?;
            let find = |depth| store::document::find(&self.door.db, case_id, id, depth);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::document::document(&found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_documents(&self, request: Request<v1::ListDocumentsRequest>) -> Answer<v1::ListDocumentsResponse> {
        let read = async |call: &_, request: v1::ListDocumentsRequest| {
            let v1::ListDocumentsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = &request;
            let asked = Asked { parent, page_size: *page_size, page_token, view: *view, purpose };
            let db = &self.door.db;
            let list = |id, after, limit, depth| store::document::list(db, id, after, limit, depth);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            Ok(v1::ListDocumentsResponse {
                documents: rows.iter().map(wire::document::document).collect(),
                next_page_token,
            })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    type ImportCasesStream = Pin<Box<dyn Stream<Item = Result<v1::ImportCasesResponse, Status>> + Send>>;

    async fn import_cases(
        &self,
        request: Request<Streaming<v1::ImportCasesRequest>>,
    ) -> Answer<Self::ImportCasesStream> {
        let (entry, mut messages) = split(request)?;
        let refuse = |error| refusal(error, &entry);
        let header = match messages.message().await?.and_then(|first| first.message) {
            Some(Message::Header(header)) => wire::import::Header::try_from(header).map_err(refuse)?,
            _ => return Err(refuse(Error::field("header", "is required as the first message"))),
        };
        let call = self.door.stream_call(&entry, header.official.clone(), header.dry_run).await.map_err(refuse)?;
        let catalog = self.catalog.clone();
        let rows = messages.map(move |message| match message?.message {
            Some(Message::Row(row)) => {
                Ok(Parsed { source_id: row.source_id.clone(), row: wire::import::row(row, &header, catalog.clone()) })
            }
            _ => Ok(Parsed { source_id: String::new(), row: Err(Error::field("row", "is required")) }),
        });
        let results = import::run(self.door.db.clone(), entry, call, rows);
        let answers = results.map(|result| Ok(v1::ImportCasesResponse { result: Some(result?) }));
        Ok(Response::new(Box::pin(answers)))
    }
}

fn entry(row: record::Recorded) -> v1::CaseHistoryEntry {
    let official = row.official.map(|official| v1::Official {
        official_id: official.id,
        display_name: official.display_name,
        organization: official.organization,
        post: official.post,
        cadre: official.cadre,
    });
    v1::CaseHistoryEntry {
        time: Some(pb_time(row.time)),
        r#type: row.kind,
        resource: row.resource,
        state_before: row.state_before.unwrap_or_default(),
        state_after: row.state_after.unwrap_or_default(),
        client: format!("clients/{}", row.client),
        on_behalf_of: official,
        facts: row.detail.into_iter().collect(),
    }
}

/// Kept in one place: how deep a row is opened for a view.
pub(super) fn depth(full: bool) -> Depth {
    if full { Depth::Full } else { Depth::Basic }
}
