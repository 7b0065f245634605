//! AgreementService.

use tonic::Request;
use uuid::Uuid;

use super::{Answer, read};
use crate::{
    call::Call,
    db::Rows,
    door::Door,
    error::Result,
    mediations::{model::Detail, ops, store, wire},
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
        let (mediation, id) = wire::child_id(&name, "agreements")?;
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

    async fn signatures(&self, call: &Call, request: v1::ListSignaturesRequest) -> Result<v1::ListSignaturesResponse> {
        let v1::ListSignaturesRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let (mediation, id) = wire::child_id(&parent, "agreements")?;
        let mediation = read::mediation(db, call, mediation, &parent).await?;
        let agreement = store::agreements::find(db, &mediation, id, Detail::Basic).await?;
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

    async fn accede_agreement(&self, request: Request<v1::AccedeAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::accede, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn record_oral_agreement(&self, request: Request<v1::RecordOralAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::oral, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }

    async fn list_signatures(&self, request: Request<v1::ListSignaturesRequest>) -> Answer<v1::ListSignaturesResponse> {
        let read = async |call: &Call, request| self.signatures(call, request).await;
        self.0.read(request, read).await
    }

    async fn seal_agreement(&self, request: Request<v1::SealAgreementRequest>) -> Answer<v1::Agreement> {
        self.0.write(request, wire::seal, |answer| wire::agreement(answer.clone(), Detail::Basic)).await
    }
}
