//! AgreementService.

use tonic::Request;
use uuid::Uuid;

use super::{
    Answer,
    obligation::{changed, removed},
    read,
};
use crate::{
    call::Call,
    db::Rows,
    door::Door,
    error::{Error, Result},
    mediations::{
        model::{Agreement, Detail, Mediation, Share},
        ops, store, wire,
    },
    page::Page,
    pb::v1::{self, agreement_service_server::AgreementService},
};

/// AgreementService over a [`Door`].
#[derive(Debug, Clone)]
pub struct AgreementApi(pub Door);

impl AgreementApi {
    async fn get(&self, call: &Call, request: v1::GetAgreementRequest) -> Result<v1::Agreement> {
        let v1::GetAgreementRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let (mediation, id) = wire::agreement_id(&name)?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, &name).await?;
        let found = store::agreements::find(db, &mediation, id, detail).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, name, purpose).await?;
        }
        Ok(wire::agreement(found, detail))
    }

    async fn list(&self, call: &Call, request: v1::ListAgreementsRequest) -> Result<v1::ListAgreementsResponse> {
        let v1::ListAgreementsRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let mediation = read::parent(db, call, wire::mediation_id(&parent)?).await?;
        let rows = store::agreements::list(db, &mediation, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let agreements = rows.into_iter().map(|row| wire::agreement(row, Detail::Basic)).collect();
        Ok(v1::ListAgreementsResponse { agreements, next_page_token, cursor })
    }

    /// An agreement that the caller may see, with its mediation.
    pub(super) async fn agreement(&self, call: &Call, name: &str) -> Result<(Mediation, Agreement)> {
        let (mediation, id) = wire::agreement_id(name)?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, name).await?;
        let agreement = store::agreements::find(db, &mediation, id, Detail::Basic).await?;
        Ok((mediation, agreement))
    }

    async fn plan(&self, call: &Call, request: v1::GetContributionPlanRequest) -> Result<v1::ContributionPlan> {
        let v1::GetContributionPlanRequest { name } = request;
        let parent = name.strip_suffix("/contributionPlan").ok_or_else(|| Error::not_found(&name))?;
        let (mediation, agreement) = self.agreement(call, parent).await?;
        let db = &self.0.db;
        let plan = store::plans::find(db, &agreement).await?.ok_or_else(|| Error::not_found(&name))?;
        let totals = store::contributions::totals(db, &agreement).await?;
        let bound = store::plans::bound(db, &agreement, &plan).await?;
        Ok(wire::plan(&ops::Standing { mediation: mediation.id, plan, totals, bound }))
    }

    async fn shares(
        &self,
        call: &Call,
        request: v1::ListContributionSharesRequest,
    ) -> Result<v1::ListContributionSharesResponse> {
        let v1::ListContributionSharesRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let (mediation, agreement) = self.agreement(call, &parent).await?;
        let Some(plan) = store::plans::find(db, &agreement).await? else {
            return Ok(v1::ListContributionSharesResponse { cursor, ..Default::default() });
        };
        let rows = store::plans::shares(db, &plan, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.participant);
        let parties: Vec<Uuid> = rows.iter().map(|row| row.participant).collect();
        let line = plan.pool().map(|line| line.key.as_str()).unwrap_or_default();
        let sums = store::contributions::balances_of(db, &agreement, line, parties.iter().copied()).await?;
        let signed = store::signatures::signed_among(db, &agreement, parties).await?;
        let share = |row: &Share| {
            let sums = sums.get(&row.participant).copied().unwrap_or_default();
            wire::share(mediation.id, row, sums, signed.contains(&row.participant))
        };
        let contribution_shares = rows.iter().map(share).collect();
        Ok(v1::ListContributionSharesResponse { contribution_shares, next_page_token, cursor })
    }

    async fn contributions(
        &self,
        call: &Call,
        request: v1::ListContributionsRequest,
    ) -> Result<v1::ListContributionsResponse> {
        let v1::ListContributionsRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let (_, agreement) = self.agreement(call, &parent).await?;
        let rows = store::contributions::list(db, &agreement, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let contributions = rows.iter().map(wire::contribution).collect();
        Ok(v1::ListContributionsResponse { contributions, next_page_token, cursor })
    }

    async fn signatures(&self, call: &Call, request: v1::ListSignaturesRequest) -> Result<v1::ListSignaturesResponse> {
        let v1::ListSignaturesRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let (_, agreement) = self.agreement(call, &parent).await?;
        let rows = store::signatures::list(db, &agreement, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let signatures = rows.into_iter().map(wire::signature).collect();
        Ok(v1::ListSignaturesResponse { signatures, next_page_token, cursor })
    }
}

#[tonic::async_trait]
impl AgreementService for AgreementApi {
    async fn draft_agreement(&self, request: Request<v1::DraftAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::draft, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn revise_agreement(&self, request: Request<v1::ReviseAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::revise, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn get_agreement(&self, request: Request<v1::GetAgreementRequest>) -> Answer<v1::Agreement> {
        let read = async |call: &Call, request| self.get(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_agreements(&self, request: Request<v1::ListAgreementsRequest>) -> Answer<v1::ListAgreementsResponse> {
        let read = async |call: &Call, request| self.list(call, request).await;
        self.0.read(request, read).await
    }

    async fn sign_agreement(&self, request: Request<v1::SignAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::sign, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn batch_sign_agreement(&self, request: Request<v1::BatchSignAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::batch_sign, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn strike_signature(&self, request: Request<v1::StrikeSignatureRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::strike, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn accede_agreement(&self, request: Request<v1::AccedeAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::accede, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn record_oral_agreement(&self, request: Request<v1::RecordOralAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::oral, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn set_contribution_plan(
        &self,
        request: Request<v1::SetContributionPlanRequest>,
    ) -> Answer<v1::ContributionPlan> {
        self.0.write(request, wire::set_plan, wire::plan).await
    }

    async fn get_contribution_plan(
        &self,
        request: Request<v1::GetContributionPlanRequest>,
    ) -> Answer<v1::ContributionPlan> {
        let read = async |call: &Call, request| self.plan(call, request).await;
        self.0.read(request, read).await
    }

    async fn list_contribution_shares(
        &self,
        request: Request<v1::ListContributionSharesRequest>,
    ) -> Answer<v1::ListContributionSharesResponse> {
        let read = async |call: &Call, request| self.shares(call, request).await;
        self.0.read(request, read).await
    }

    async fn record_contribution(&self, request: Request<v1::RecordContributionRequest>) -> Answer<v1::Contribution> {
        self.0.write(request, wire::contribute, wire::contribution).await
    }

    async fn list_contributions(
        &self,
        request: Request<v1::ListContributionsRequest>,
    ) -> Answer<v1::ListContributionsResponse> {
        let read = async |call: &Call, request| self.contributions(call, request).await;
        self.0.read(request, read).await
    }

    async fn batch_add_obligations(
        &self,
        request: Request<v1::BatchAddObligationsRequest>,
    ) -> Answer<v1::BatchAddObligationsResponse> {
        self.0.write(request, wire::add_obligations, wire::added_obligations).await
    }

    async fn remove_obligation(&self, request: Request<v1::RemoveObligationRequest>) -> Answer<v1::Obligation> {
        self.0.write(request, wire::remove_obligation, removed).await
    }

    async fn get_obligation(&self, request: Request<v1::GetObligationRequest>) -> Answer<v1::Obligation> {
        let read = async |call: &Call, request| self.obligation(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_obligations(
        &self,
        request: Request<v1::ListObligationsRequest>,
    ) -> Answer<v1::ListObligationsResponse> {
        let read = async |call: &Call, request| self.obligations(call, request).await;
        self.0.read(request, read).await
    }

    async fn record_performance(&self, request: Request<v1::RecordPerformanceRequest>) -> Answer<v1::Obligation> {
        let catalog = self.0.catalog.clone();
        self.0.write(request, |call, request| wire::perform(call, catalog, request), changed).await
    }

    async fn reverse_performance(&self, request: Request<v1::ReversePerformanceRequest>) -> Answer<v1::Obligation> {
        let catalog = self.0.catalog.clone();
        self.0.write(request, |call, request| wire::reverse(call, catalog, request), changed).await
    }

    async fn list_performances(
        &self,
        request: Request<v1::ListPerformancesRequest>,
    ) -> Answer<v1::ListPerformancesResponse> {
        let read = async |call: &Call, request| self.performances(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn waive_obligation(&self, request: Request<v1::WaiveObligationRequest>) -> Answer<v1::Obligation> {
        let catalog = self.0.catalog.clone();
        self.0.write(request, |call, request| wire::waive_obligation(call, catalog, request), changed).await
    }

    async fn dispute_obligation(&self, request: Request<v1::DisputeObligationRequest>) -> Answer<v1::Obligation> {
        let catalog = self.0.catalog.clone();
        self.0.write(request, |call, request| wire::dispute_obligation(call, catalog, request), changed).await
    }

    async fn resume_obligation(&self, request: Request<v1::ResumeObligationRequest>) -> Answer<v1::Obligation> {
        let catalog = self.0.catalog.clone();
        self.0.write(request, |call, request| wire::resume_obligation(call, catalog, request), changed).await
    }

    async fn report_breach(&self, request: Request<v1::ReportBreachRequest>) -> Answer<v1::Obligation> {
        let catalog = self.0.catalog.clone();
        self.0.write(request, |call, request| wire::report_breach(call, catalog, request), changed).await
    }

    async fn list_signatures(&self, request: Request<v1::ListSignaturesRequest>) -> Answer<v1::ListSignaturesResponse> {
        let read = async |call: &Call, request| self.signatures(call, request).await;
        self.0.read(request, read).await
    }

    async fn render_agreement(
        &self,
        request: Request<v1::RenderAgreementRequest>,
    ) -> Answer<v1::RenderAgreementResponse> {
        let read = async |call: &Call, request| self.rendered(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn check_confirmation(
        &self,
        request: Request<v1::CheckConfirmationRequest>,
    ) -> Answer<v1::CheckConfirmationResponse> {
        let read = async |call: &Call, request| self.eligibility(call, request).await;
        self.0.read(request, read).await
    }

    async fn request_confirmation(&self, request: Request<v1::RequestConfirmationRequest>) -> Answer<v1::Confirmation> {
        let catalog = self.0.catalog.clone();
        let parse = move |call: &Call, request| wire::request_confirmation(call, catalog, request);
        self.0.write(request, parse, |answer| wire::confirmation(answer.clone(), Detail::Basic)).await
    }

    async fn record_court_decision(
        &self,
        request: Request<v1::RecordCourtDecisionRequest>,
    ) -> Answer<v1::Confirmation> {
        self.0.write(request, wire::court_decision, |answer| wire::confirmation(answer.clone(), Detail::Basic)).await
    }

    async fn get_confirmation(&self, request: Request<v1::GetConfirmationRequest>) -> Answer<v1::Confirmation> {
        let read = async |call: &Call, request| self.confirmation(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_confirmations(
        &self,
        request: Request<v1::ListConfirmationsRequest>,
    ) -> Answer<v1::ListConfirmationsResponse> {
        let read = async |call: &Call, request| self.confirmations(call, request).await;
        self.0.read(request, read).await
    }

    async fn schedule_follow_up(&self, request: Request<v1::ScheduleFollowUpRequest>) -> Answer<v1::FollowUp> {
        self.0.write(request, wire::schedule_follow_up, wire::changed_follow_up).await
    }

    async fn record_follow_up(&self, request: Request<v1::RecordFollowUpRequest>) -> Answer<v1::FollowUp> {
        self.0.write(request, wire::record_follow_up, wire::changed_follow_up).await
    }

    async fn cancel_follow_up(&self, request: Request<v1::CancelFollowUpRequest>) -> Answer<v1::FollowUp> {
        self.0.write(request, wire::cancel_follow_up, wire::changed_follow_up).await
    }

    async fn get_follow_up(&self, request: Request<v1::GetFollowUpRequest>) -> Answer<v1::FollowUp> {
        let read = async |call: &Call, request| self.follow_up(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_follow_ups(&self, request: Request<v1::ListFollowUpsRequest>) -> Answer<v1::ListFollowUpsResponse> {
        let read = async |call: &Call, request| self.follow_ups(call, request).await;
        self.0.read(request, read).await
    }

    async fn seal_agreement(&self, request: Request<v1::SealAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::seal, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }
}
