//! MediationService.

use tonic::{Request, Streaming};
use uuid::Uuid;

use super::{Answer, read};
use crate::{
    call::Call,
    clock::civil_date,
    db::Rows,
    door::Door,
    error::{Error, Result},
    mediations::{
        model::Detail,
        ops,
        store::{self, mediations::Wanted, sessions},
        wire,
    },
    page::Page,
    pb::v1::{self, mediation_service_server::MediationService},
};

/// MediationService over a [`Door`].
#[derive(Debug, Clone)]
pub struct MediationApi(pub Door);

impl MediationApi {
    async fn get(&self, call: &Call, request: v1::GetMediationRequest) -> Result<v1::Mediation> {
        let v1::GetMediationRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let id = wire::mediation_id(&name)?;
        let db = &self.0.db;
        let found = store::mediations::find(db, &call.permit, id, detail).await?;
        let found = found.ok_or_else(|| Error::not_found(&name))?;
        if detail == Detail::Full {
            ops::disclose(db, call, &found, name, purpose).await?;
        }
        Ok(wire::mediation(found))
    }

    async fn list(&self, call: &Call, request: v1::ListMediationsRequest) -> Result<v1::ListMediationsResponse> {
        let v1::ListMediationsRequest { page_size, page_token, filter, order_by } = request;
        let db = &self.0.db;
        let (filter, canonical) = read::filter(&filter, store::filter::MEDIATIONS)?;
        let order = read::order(&order_by, &["open_time desc", "open_time"])?;
        let query = [canonical.as_str(), &order.to_string()];
        let mut page: Page<store::mediations::Key> = Page::read(call, db.keys(), page_size, &page_token, &query)?;
        let cursor = page.cursor(&self.0).await?;
        let levels = read::levels(db, filter.as_ref()).await?;
        let wanted = Wanted { filter, levels, descending: order == 0, after: page.after, limit: page.fetch() };
        let rows = store::mediations::list(db, &call.permit, &wanted).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| (row.open_time, row.id));
        Ok(v1::ListMediationsResponse {
            mediations: rows.into_iter().map(wire::mediation).collect(),
            next_page_token,
            cursor,
        })
    }

    async fn participant(&self, call: &Call, request: v1::GetParticipantRequest) -> Result<v1::Participant> {
        let v1::GetParticipantRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let (mediation, id) = wire::child_id(&name, "participants")?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, &name).await?;
        let found = store::participants::find_in(db, &mediation, id, detail).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, name, purpose).await?;
        }
        Ok(wire::participant(found, detail))
    }

    async fn participants(
        &self,
        call: &Call,
        request: v1::ListParticipantsRequest,
    ) -> Result<v1::ListParticipantsResponse> {
        let v1::ListParticipantsRequest { parent, page_size, page_token, filter, view, purpose, on_behalf_of: _ } =
            request;
        let db = &self.0.db;
        let detail = wire::detail(view, &purpose)?;
        let (filter, canonical) = read::filter(&filter, store::filter::PARTICIPANTS)?;
        let query = [parent.as_str(), &canonical];
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &query)?;
        let cursor = page.cursor(&self.0).await?;
        let mediation = read::parent(db, call, wire::mediation_id(&parent)?).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, parent, purpose).await?;
        }
        let rows = store::participants::list(db, &mediation, filter.as_ref(), page.after, page.fetch(), detail).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let participants = rows.into_iter().map(|row| wire::participant(row, detail)).collect();
        Ok(v1::ListParticipantsResponse { participants, next_page_token, cursor })
    }

    async fn agents(&self, call: &Call, request: v1::ListAgentsRequest) -> Result<v1::ListAgentsResponse> {
        let v1::ListAgentsRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = request;
        let db = &self.0.db;
        let detail = wire::detail(view, &purpose)?;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let (mediation, id) = wire::child_id(&parent, "participants")?;
        let mediation = read::mediation(db, call, mediation, &parent).await?;
        let party = store::participants::find(db, &mediation, id).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, parent, purpose).await?;
        }
        let rows = store::agents::list(db, &party, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let agents = rows.into_iter().map(|row| wire::agent(row, detail)).collect();
        Ok(v1::ListAgentsResponse { agents, next_page_token, cursor })
    }

    async fn session(&self, call: &Call, request: v1::GetSessionRequest) -> Result<v1::Session> {
        let v1::GetSessionRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let (mediation, id) = wire::child_id(&name, "sessions")?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, &name).await?;
        let found = store::sessions::find(db, &mediation, id, detail).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, name, purpose).await?;
        }
        Ok(wire::session(found, detail))
    }

    async fn sessions(&self, call: &Call, request: v1::ListSessionsRequest) -> Result<v1::ListSessionsResponse> {
        let v1::ListSessionsRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<sessions::Key> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let mediation = read::parent(db, call, wire::mediation_id(&parent)?).await?;
        let rows = sessions::list(db, &mediation, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| (row.start_time, row.id));
        let sessions = rows.into_iter().map(|row| wire::session(row, Detail::Basic)).collect();
        Ok(v1::ListSessionsResponse { sessions, next_page_token, cursor })
    }
}

#[tonic::async_trait]
impl MediationService for MediationApi {
    async fn extend_mediation(&self, request: Request<v1::ExtendMediationRequest>) -> Answer<v1::Mediation> {
        self.0.write(request, wire::extend, |answer| wire::basic(answer.clone())).await
    }

    async fn check_limitations(
        &self,
        request: Request<v1::CheckLimitationsRequest>,
    ) -> Answer<v1::CheckLimitationsResponse> {
        let read = async |call: &Call, request: v1::CheckLimitationsRequest| {
            let v1::CheckLimitationsRequest { name, knowledge_date } = request;
            let knowledge = wire::knowledge_date(knowledge_date)?;
            let mediation = read::mediation(&self.0.db, call, wire::mediation_id(&name)?, &name).await?;
            Ok(wire::limitations(mediation.dispute_type, knowledge, civil_date(call.now)))
        };
        self.0.read(request, read).await
    }

    async fn get_dossier(&self, request: Request<v1::GetDossierRequest>) -> Answer<v1::Dossier> {
        let read = async |call: &Call, request| self.dossier(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    type ExportDossierStream = super::dossier::Export;

    async fn export_dossier(&self, request: Request<v1::ExportDossierRequest>) -> Answer<Self::ExportDossierStream> {
        self.export(request).await
    }

    type ImportMediationsStream = super::import::Results;

    async fn import_mediations(
        &self,
        request: Request<Streaming<v1::ImportMediationsRequest>>,
    ) -> Answer<Self::ImportMediationsStream> {
        self.import(request).await
    }

    async fn open_mediation(&self, request: Request<v1::OpenMediationRequest>) -> Answer<v1::Mediation> {
        let catalog = self.0.catalog.clone();
        let parse = move |call: &Call, request| wire::open(call, catalog, request);
        self.0.write(request, parse, |answer| wire::basic(answer.clone())).await
    }

    async fn update_mediation(&self, request: Request<v1::UpdateMediationRequest>) -> Answer<v1::Mediation> {
        let catalog = self.0.catalog.clone();
        self.0
            .write(request, |call, request| wire::update(call, catalog, request), |answer| wire::basic(answer.clone()))
            .await
    }

    async fn get_mediation(&self, request: Request<v1::GetMediationRequest>) -> Answer<v1::Mediation> {
        let read = async |call: &Call, request| self.get(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_mediations(&self, request: Request<v1::ListMediationsRequest>) -> Answer<v1::ListMediationsResponse> {
        let read = async |call: &Call, request| self.list(call, request).await;
        self.0.read(request, read).await
    }

    async fn invite_participant(&self, request: Request<v1::InviteParticipantRequest>) -> Answer<v1::Participant> {
        self.0.write(request, wire::invite, |answer| wire::invited(answer)).await
    }

    async fn batch_invite_participants(
        &self,
        request: Request<v1::BatchInviteParticipantsRequest>,
    ) -> Answer<v1::BatchInviteParticipantsResponse> {
        self.0.write(request, wire::batch_invite, |answer| wire::batch_invited(answer)).await
    }

    async fn appoint_agent(&self, request: Request<v1::AppointAgentRequest>) -> Answer<v1::Agent> {
        self.0.write(request, wire::appoint, |answer| wire::agent(answer.clone(), Detail::Basic)).await
    }

    async fn dismiss_agent(&self, request: Request<v1::DismissAgentRequest>) -> Answer<v1::Agent> {
        self.0.write(request, wire::dismiss, |answer| wire::agent(answer.clone(), Detail::Basic)).await
    }

    async fn list_agents(&self, request: Request<v1::ListAgentsRequest>) -> Answer<v1::ListAgentsResponse> {
        let read = async |call: &Call, request| self.agents(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn update_participant(&self, request: Request<v1::UpdateParticipantRequest>) -> Answer<v1::Participant> {
        self.0.write(request, wire::update_participant, wire::changed_participant).await
    }

    async fn release_participant(&self, request: Request<v1::ReleaseParticipantRequest>) -> Answer<v1::Participant> {
        self.0.write(request, wire::release_participant, wire::changed_participant).await
    }

    async fn record_consent(&self, request: Request<v1::RecordConsentRequest>) -> Answer<v1::Participant> {
        self.0.write(request, wire::record_consent, wire::changed_participant).await
    }

    async fn get_participant(&self, request: Request<v1::GetParticipantRequest>) -> Answer<v1::Participant> {
        let read = async |call: &Call, request| self.participant(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_participants(
        &self,
        request: Request<v1::ListParticipantsRequest>,
    ) -> Answer<v1::ListParticipantsResponse> {
        let read = async |call: &Call, request| self.participants(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn schedule_session(&self, request: Request<v1::ScheduleSessionRequest>) -> Answer<v1::Session> {
        self.0.write(request, wire::schedule, |answer| wire::session(answer.clone(), Detail::Basic)).await
    }

    async fn get_session(&self, request: Request<v1::GetSessionRequest>) -> Answer<v1::Session> {
        let read = async |call: &Call, request| self.session(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_sessions(&self, request: Request<v1::ListSessionsRequest>) -> Answer<v1::ListSessionsResponse> {
        let read = async |call: &Call, request| self.sessions(call, request).await;
        self.0.read(request, read).await
    }

    async fn reschedule_session(&self, request: Request<v1::RescheduleSessionRequest>) -> Answer<v1::Session> {
        self.0.write(request, wire::reschedule, |answer| wire::session(answer.clone(), Detail::Basic)).await
    }

    async fn cancel_session(&self, request: Request<v1::CancelSessionRequest>) -> Answer<v1::Session> {
        self.0.write(request, wire::cancel, |answer| wire::session(answer.clone(), Detail::Basic)).await
    }

    async fn record_attendance(&self, request: Request<v1::RecordAttendanceRequest>) -> Answer<v1::Session> {
        let parse = |_: &Call, request| wire::attendance(request);
        self.0.write(request, parse, |answer| wire::session(answer.clone(), Detail::Basic)).await
    }

    async fn end_session(&self, request: Request<v1::EndSessionRequest>) -> Answer<v1::Session> {
        self.0.write(request, wire::end, |answer| wire::session(answer.clone(), Detail::Basic)).await
    }

    async fn disclose_interest(&self, request: Request<v1::DiscloseInterestRequest>) -> Answer<v1::Participant> {
        self.0.write(request, wire::disclose_interest, wire::changed_participant).await
    }

    async fn challenge_mediator(&self, request: Request<v1::ChallengeMediatorRequest>) -> Answer<v1::Challenge> {
        self.0.write(request, wire::challenge_mediator, |answer| wire::challenge(answer.clone(), Detail::Basic)).await
    }

    async fn decide_challenge(&self, request: Request<v1::DecideChallengeRequest>) -> Answer<v1::Challenge> {
        self.0.write(request, wire::decide_challenge, |answer| wire::challenge(answer.clone(), Detail::Basic)).await
    }

    async fn replace_mediator(&self, request: Request<v1::ReplaceMediatorRequest>) -> Answer<v1::Participant> {
        self.0.write(request, wire::replace_mediator, wire::changed_participant).await
    }

    async fn get_challenge(&self, request: Request<v1::GetChallengeRequest>) -> Answer<v1::Challenge> {
        let read = async |call: &Call, request| self.challenge(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_challenges(&self, request: Request<v1::ListChallengesRequest>) -> Answer<v1::ListChallengesResponse> {
        let read = async |call: &Call, request| self.challenges(call, request).await;
        self.0.read(request, read).await
    }

    async fn start_session(&self, request: Request<v1::StartSessionRequest>) -> Answer<v1::Session> {
        self.0.write(request, wire::start, |answer| wire::session(answer.clone(), Detail::Basic)).await
    }

    async fn adjourn_session(&self, request: Request<v1::AdjournSessionRequest>) -> Answer<v1::Session> {
        self.0.write(request, wire::adjourn, |answer| wire::session(answer.clone(), Detail::Basic)).await
    }

    async fn add_mediation_record(
        &self,
        request: Request<v1::AddMediationRecordRequest>,
    ) -> Answer<v1::MediationRecord> {
        self.0.write(request, wire::add_record, |answer| wire::record(answer.clone(), Detail::Basic)).await
    }

    async fn widen_audience(&self, request: Request<v1::WidenAudienceRequest>) -> Answer<v1::MediationRecord> {
        self.0.write(request, wire::widen_audience, |answer| wire::record(answer.clone(), Detail::Basic)).await
    }

    async fn get_mediation_record(
        &self,
        request: Request<v1::GetMediationRecordRequest>,
    ) -> Answer<v1::MediationRecord> {
        let read = async |call: &Call, request| self.record(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn list_mediation_records(
        &self,
        request: Request<v1::ListMediationRecordsRequest>,
    ) -> Answer<v1::ListMediationRecordsResponse> {
        let read = async |call: &Call, request| self.records(call, request).await;
        self.0.read_for(request, |request| request.on_behalf_of.take(), read).await
    }

    async fn withdraw_mediation(&self, request: Request<v1::WithdrawMediationRequest>) -> Answer<v1::Mediation> {
        self.0.write(request, wire::withdraw, |answer| wire::basic(answer.clone())).await
    }

    async fn fail_mediation(&self, request: Request<v1::FailMediationRequest>) -> Answer<v1::Mediation> {
        self.0.write(request, wire::fail, |answer| wire::basic(answer.clone())).await
    }
}
