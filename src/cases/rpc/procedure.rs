//! ProcedureService.

use tonic::Request;

use super::{Answer, Asked, Service, ending, execution, extend, notice, review, serve, switch};
use crate::{
    cases::{
        model::{Nature, Outcome, Resolution, Route},
        ops::{
            procedure::{AcceptCase, CloseCase, IssueOpinion, ReplyDirectly, ReportProgress},
            read,
        },
        store,
        wire::{self, optional, required},
    },
    check::Faults,
    db::Rows,
    error::Error,
    pb::v1::{self, procedure_service_server::ProcedureService},
    wire::micros,
};

#[tonic::async_trait]
impl ProcedureService for Service {
    async fn issue_notice(&self, request: Request<v1::IssueNoticeRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| notice::issue(catalog, request), wire::case::basic).await
    }

    async fn decline_case(&self, request: Request<v1::DeclineCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| notice::decline(catalog, request), wire::case::basic).await
    }

    async fn refuse_case(&self, request: Request<v1::RefuseCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| notice::refuse(catalog, request), wire::case::basic).await
    }

    async fn accept_case(&self, request: Request<v1::AcceptCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::AcceptCaseRequest| {
            let v1::AcceptCaseRequest { name, etag, nature, route, request_id: _, validate_only: _, on_behalf_of: _ } =
                request;
            let nature = Nature::from_number(nature).unwrap_or(Nature::Unknown);
            let route = Route::from_number(route).unwrap_or(Route::None);
            match (nature, route) {
                (Nature::Claim, Route::None) => {
                    return Err(Error::against("XF 31", "route", "is required for a claim"));
                }
                (Nature::Claim, _) | (Nature::Suggestion, Route::None) => {}
                (Nature::Suggestion | Nature::Accusation | Nature::Unknown, _) => {
                    return Err(Error::against("XF 31", "route", "is for claims only"));
                }
            }
            Ok(AcceptCase { catalog, id: wire::case_id(&name)?, etag, nature, route })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn switch_procedure(&self, request: Request<v1::SwitchProcedureRequest>) -> Answer<v1::Case> {
        self.door.write(request, |_: &_, request| switch::procedure(self, request), wire::case::basic).await
    }

    async fn suspend_clock(&self, request: Request<v1::SuspendClockRequest>) -> Answer<v1::Clock> {
        self.door.write(request, |_: &_, request| switch::suspend(self, request), wire::clock::changed).await
    }

    async fn resume_clock(&self, request: Request<v1::ResumeClockRequest>) -> Answer<v1::Clock> {
        self.door.write(request, |_: &_, request| switch::resume(self, request), wire::clock::changed).await
    }

    async fn extend_handling(&self, request: Request<v1::ExtendHandlingRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| extend::extend(catalog, request), wire::case::basic).await
    }

    async fn revoke_extension(&self, request: Request<v1::RevokeExtensionRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| extend::revoke(catalog, request), wire::case::basic).await
    }

    async fn reply_directly(&self, request: Request<v1::ReplyDirectlyRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::ReplyDirectlyRequest| {
            let v1::ReplyDirectlyRequest { name, etag, reply, request_id: _, validate_only: _, on_behalf_of: _ } =
                request;
            let mut faults = Faults::default();
            let reply = required(&mut faults, "reply", reply);
            faults.into_result()?;
            Ok(ReplyDirectly { catalog, id: wire::case_id(&name)?, etag, reply })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn report_progress(&self, request: Request<v1::ReportProgressRequest>) -> Answer<v1::ProgressReport> {
        let parse = |_: &_, request: v1::ReportProgressRequest| {
            let v1::ReportProgressRequest {
                parent,
                text,
                occur_time,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
            } = request;
            let mut faults = Faults::default();
            let text = required(&mut faults, "text", text);
            let occur_time = occur_time.and_then(|given| faults.take("occur_time", micros(&given)));
            faults.into_result()?;
            Ok(ReportProgress { id: wire::case_id(&parent)?, text, occur_time })
        };
        self.door.write(request, parse, wire::step::progress).await
    }

    async fn issue_opinion(&self, request: Request<v1::IssueOpinionRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::IssueOpinionRequest| {
            let v1::IssueOpinionRequest {
                name,
                etag,
                outcome,
                facts,
                reasons,
                legal_basis,
                document_number,
                execution_promised,
                promises,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
            } = request;
            let mut faults = Faults::default();
            let outcome = Outcome::from_number(outcome).unwrap_or(Outcome::None);
            let facts = required(&mut faults, "facts", facts);
            let reasons = required(&mut faults, "reasons", reasons);
            let document_number = required(&mut faults, "document_number", document_number);
            let legal_basis = optional(legal_basis);
            let promises = execution::promises(&mut faults, execution_promised, promises);
            if legal_basis.is_none() && outcome != Outcome::Explained {
                faults.against("XF 32", "legal_basis", "is required unless the outcome is EXPLAINED");
            }
            faults.into_result()?;
            Ok(IssueOpinion {
                catalog,
                id: wire::case_id(&name)?,
                etag,
                outcome,
                facts,
                reasons,
                legal_basis,
                document_number,
                promises,
            })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn serve_document(&self, request: Request<v1::ServeDocumentRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| serve::request(catalog, request), wire::case::basic).await
    }

    async fn request_review(&self, request: Request<v1::RequestReviewRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| review::request(catalog, request), wire::case::basic).await
    }

    async fn decide_review(&self, request: Request<v1::DecideReviewRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| review::decide(catalog, request), wire::case::basic).await
    }

    async fn request_re_review(&self, request: Request<v1::RequestReReviewRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| review::request_again(catalog, request), wire::case::basic).await
    }

    async fn open_hearing(&self, request: Request<v1::OpenHearingRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| review::open_hearing(catalog, request), wire::case::basic).await
    }

    async fn end_hearing(&self, request: Request<v1::EndHearingRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| review::end_hearing(catalog, request), wire::case::basic).await
    }

    async fn decide_re_review(&self, request: Request<v1::DecideReReviewRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| review::decide_again(catalog, request), wire::case::basic).await
    }

    async fn close_case(&self, request: Request<v1::CloseCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        let parse = |_: &_, request: v1::CloseCaseRequest| {
            let v1::CloseCaseRequest {
                name,
                etag,
                evidence,
                resolution,
                request_id: _,
                validate_only: _,
                on_behalf_of: _,
                settlement,
            } = request;
            let mut faults = Faults::default();
            let evidence = required(&mut faults, "evidence", evidence);
            faults.into_result()?;
            let resolution = Resolution::from_number(resolution).unwrap_or(Resolution::Unknown);
            let settlement = wire::settlement(&settlement)?;
            Ok(CloseCase { catalog, id: wire::case_id(&name)?, etag, evidence, resolution, settlement })
        };
        self.door.write(request, parse, wire::case::basic).await
    }

    async fn record_execution(&self, request: Request<v1::RecordExecutionRequest>) -> Answer<v1::Promise> {
        self.door.write(request, |_: &_, request| execution::record(self, request), wire::promise::changed).await
    }

    async fn rate_case(&self, request: Request<v1::RateCaseRequest>) -> Answer<v1::Case> {
        self.door.write(request, |_: &_, request| execution::rate(self, request), wire::case::basic).await
    }

    async fn withdraw_case(&self, request: Request<v1::WithdrawCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| ending::withdraw(catalog, request), wire::case::basic).await
    }

    async fn reopen_case(&self, request: Request<v1::ReopenCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| ending::reopen(catalog, request), wire::case::basic).await
    }

    async fn conclude_case(&self, request: Request<v1::ConcludeCaseRequest>) -> Answer<v1::Case> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| ending::conclude(catalog, request), wire::case::basic).await
    }

    async fn get_opinion(&self, request: Request<v1::GetOpinionRequest>) -> Answer<v1::Opinion> {
        let read = async |call: &_, request: v1::GetOpinionRequest| {
            let v1::GetOpinionRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "opinions")?;
            let find = |depth| store::step::find_opinion(&self.door.db, case_id, id, depth);
            let found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            Ok(wire::step::opinion(found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_opinions(&self, request: Request<v1::ListOpinionsRequest>) -> Answer<v1::ListOpinionsResponse> {
        let read = async |call: &_, request: v1::ListOpinionsRequest| {
            let v1::ListOpinionsRequest { parent, page_size, page_token } = request;
            let page = self.page(call, page_size, &page_token, &parent)?;
            let id = wire::case_id(&parent)?;
            self.parent(call, id, &parent, 0, "").await?;
            let rows = store::step::list_opinions(&self.door.db, id, page.after, page.fetch()).await?;
            let (rows, next_page_token) = page.finish(self.door.db.keys(), rows, |row| row.id);
            let opinions = rows.into_iter().map(wire::step::opinion).collect();
            Ok(v1::ListOpinionsResponse { opinions, next_page_token })
        };
        self.door.read(request, read).await
    }

    async fn get_notice(&self, request: Request<v1::GetNoticeRequest>) -> Answer<v1::Notice> {
        let read = async |call: &_, request: v1::GetNoticeRequest| {
            let v1::GetNoticeRequest { name, view, purpose, on_behalf_of: _ } = request;
            let (case_id, id) = wire::child_ids(&name, "notices")?;
            let find = |depth| store::notice::find(&self.door.db, case_id, id, depth);
            let mut found = self.one(call, case_id, &name, (view, &purpose), find).await?;
            read::hide_related(&self.door.db, call, std::slice::from_mut(&mut found)).await?;
            Ok(wire::step::notice(found))
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_notices(&self, request: Request<v1::ListNoticesRequest>) -> Answer<v1::ListNoticesResponse> {
        let read = async |call: &_, request: v1::ListNoticesRequest| {
            let v1::ListNoticesRequest { parent, page_size, page_token } = request;
            let page = self.page(call, page_size, &page_token, &parent)?;
            let id = wire::case_id(&parent)?;
            self.parent(call, id, &parent, 0, "").await?;
            let rows = store::notice::list(&self.door.db, id, page.after, page.fetch()).await?;
            let (mut rows, next_page_token) = page.finish(self.door.db.keys(), rows, |row| row.id);
            read::hide_related(&self.door.db, call, &mut rows).await?;
            let notices = rows.into_iter().map(wire::step::notice).collect();
            Ok(v1::ListNoticesResponse { notices, next_page_token })
        };
        self.door.read(request, read).await
    }

    async fn list_recipients(&self, request: Request<v1::ListRecipientsRequest>) -> Answer<v1::ListRecipientsResponse> {
        let read = async |call: &_, request| serve::recipients(self, call, request).await;
        self.door.read(request, read).await
    }

    async fn list_service_records(
        &self,
        request: Request<v1::ListServiceRecordsRequest>,
    ) -> Answer<v1::ListServiceRecordsResponse> {
        let read = async |call: &_, request: v1::ListServiceRecordsRequest| {
            let v1::ListServiceRecordsRequest { parent, page_size, page_token } = request;
            let page = self.page(call, page_size, &page_token, &parent)?;
            let id = wire::case_id(&parent)?;
            self.parent(call, id, &parent, 0, "").await?;
            let rows = store::service::list(&self.door.db, id, page.after, page.fetch()).await?;
            let (rows, next_page_token) = page.finish(self.door.db.keys(), rows, |row| row.id);
            let service_records = rows.into_iter().map(wire::step::service).collect();
            Ok(v1::ListServiceRecordsResponse { service_records, next_page_token })
        };
        self.door.read(request, read).await
    }

    async fn list_reviews(&self, request: Request<v1::ListReviewsRequest>) -> Answer<v1::ListReviewsResponse> {
        let read = async |call: &_, request: v1::ListReviewsRequest| {
            let v1::ListReviewsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view, purpose: &purpose };
            let list = |id, after, limit, depth| store::review::list(&self.door.db, id, after, limit, depth);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let reviews = rows.into_iter().map(wire::review::review).collect();
            Ok(v1::ListReviewsResponse { reviews, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_promises(&self, request: Request<v1::ListPromisesRequest>) -> Answer<v1::ListPromisesResponse> {
        let read = async |call: &_, request: v1::ListPromisesRequest| {
            let v1::ListPromisesRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view, purpose: &purpose };
            let list = |id, after, limit, depth| store::promise::list(&self.door.db, id, after, limit, depth);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let promises = rows.into_iter().map(wire::promise::promise).collect();
            Ok(v1::ListPromisesResponse { promises, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_hearings(&self, request: Request<v1::ListHearingsRequest>) -> Answer<v1::ListHearingsResponse> {
        let read = async |call: &_, request: v1::ListHearingsRequest| {
            let v1::ListHearingsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view, purpose: &purpose };
            let list = |id, after, limit, depth| store::review::list_hearings(&self.door.db, id, after, limit, depth);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let hearings = rows.into_iter().map(wire::review::hearing).collect();
            Ok(v1::ListHearingsResponse { hearings, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_progress_reports(
        &self,
        request: Request<v1::ListProgressReportsRequest>,
    ) -> Answer<v1::ListProgressReportsResponse> {
        let read = async |call: &_, request: v1::ListProgressReportsRequest| {
            let v1::ListProgressReportsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } =
                request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view, purpose: &purpose };
            let list = |id, after, limit, depth| store::step::list_progress(&self.door.db, id, after, limit, depth);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let progress_reports = rows.iter().map(wire::step::progress).collect();
            Ok(v1::ListProgressReportsResponse { progress_reports, next_page_token })
        };
        self.door.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn get_clock(&self, request: Request<v1::GetClockRequest>) -> Answer<v1::Clock> {
        let read = async |call: &crate::call::Call, request: v1::GetClockRequest| {
            let clock = self.clock(call, &request.name).await?;
            Ok(wire::clock::clock(&clock, call.now))
        };
        self.door.read(request, read).await
    }

    async fn list_clocks(&self, request: Request<v1::ListClocksRequest>) -> Answer<v1::ListClocksResponse> {
        let read = async |call: &crate::call::Call, request: v1::ListClocksRequest| {
            let v1::ListClocksRequest { parent, page_size, page_token } = request;
            let page = self.page(call, page_size, &page_token, &parent)?;
            let id = wire::case_id(&parent)?;
            self.parent(call, id, &parent, 0, "").await?;
            let rows = store::clock::list(&self.door.db, id, page.after, page.fetch()).await?;
            let (rows, next_page_token) = page.finish(self.door.db.keys(), rows, |row| row.id);
            let clocks = rows.iter().map(|clock| wire::clock::clock(clock, call.now)).collect();
            Ok(v1::ListClocksResponse { clocks, next_page_token })
        };
        self.door.read(request, read).await
    }

    async fn explain_clock(&self, request: Request<v1::ExplainClockRequest>) -> Answer<v1::ExplainClockResponse> {
        let read = async |call: &crate::call::Call, request: v1::ExplainClockRequest| {
            let clock = self.clock(call, &request.name).await?;
            wire::clock::explained(&clock, call.now, call.locale)
        };
        self.door.read(request, read).await
    }
}

impl Service {
    async fn clock(&self, call: &crate::call::Call, name: &str) -> crate::error::Result<crate::cases::clocks::Clock> {
        let (case_id, id) = wire::child_ids(name, "clocks")?;
        self.parent(call, case_id, name, 0, "").await?;
        store::clock::find(&self.door.db, case_id, id).await?.ok_or_else(|| Error::not_found(name))
    }
}
