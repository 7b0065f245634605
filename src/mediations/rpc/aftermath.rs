//! Reading what comes after an agreement: confirmation by a court, and visits.

use uuid::Uuid;

use super::{AgreementApi, read};
use crate::{
    call::Call,
    clock::civil_date,
    db::Rows,
    error::{Error, Result},
    mediations::{model::Detail, numbers::Kind, ops, store, wire},
    page::Page,
    pb::v1,
};

impl AgreementApi {
    pub(super) async fn eligibility(
        &self,
        call: &Call,
        request: v1::CheckConfirmationRequest,
    ) -> Result<v1::CheckConfirmationResponse> {
        let v1::CheckConfirmationRequest { name, participant } = request;
        let (mediation, agreement) = self.agreement(call, &name).await?;
        let db = &self.0.db;
        let acceding = match wire::participant_in(mediation.id, &participant)? {
            None => None,
            Some(id) => Some(store::participants::find(db, &mediation, id).await?),
        };
        if acceding.as_ref().is_some_and(|one| one.kind != Kind::AccedingParty) {
            return Err(Error::field("participant", "is no acceding party"));
        }
        let acceding: Vec<Uuid> = acceding.into_iter().map(|one| one.id).collect();
        let found = ops::eligibility(db, &self.0.catalog, &agreement, &acceding, call.now).await?;
        Ok(wire::eligibility(found))
    }

    pub(super) async fn confirmation(
        &self,
        call: &Call,
        request: v1::GetConfirmationRequest,
    ) -> Result<v1::Confirmation> {
        let v1::GetConfirmationRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let (mediation, agreement, id) = wire::part_id(&name, "confirmations")?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, &name).await?;
        let agreement = store::agreements::find(db, &mediation, agreement, Detail::Basic).await?;
        let found = store::confirmations::find(db, &agreement, id, detail).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, name, purpose).await?;
        }
        Ok(wire::confirmation(found, detail))
    }

    pub(super) async fn confirmations(
        &self,
        call: &Call,
        request: v1::ListConfirmationsRequest,
    ) -> Result<v1::ListConfirmationsResponse> {
        let v1::ListConfirmationsRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let (_, agreement) = self.agreement(call, &parent).await?;
        let rows = store::confirmations::list(db, &agreement, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let confirmations = rows.into_iter().map(|row| wire::confirmation(row, Detail::Basic)).collect();
        Ok(v1::ListConfirmationsResponse { confirmations, next_page_token, cursor })
    }

    pub(super) async fn follow_up(&self, call: &Call, request: v1::GetFollowUpRequest) -> Result<v1::FollowUp> {
        let v1::GetFollowUpRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let (mediation, agreement, id) = wire::part_id(&name, "followUps")?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, &name).await?;
        let agreement = store::agreements::find(db, &mediation, agreement, Detail::Basic).await?;
        let found = store::follow_ups::find(db, &agreement, id, detail).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, name, purpose).await?;
        }
        Ok(wire::follow_up(found, civil_date(call.now), detail))
    }

    pub(super) async fn follow_ups(
        &self,
        call: &Call,
        request: v1::ListFollowUpsRequest,
    ) -> Result<v1::ListFollowUpsResponse> {
        let v1::ListFollowUpsRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let (_, agreement) = self.agreement(call, &parent).await?;
        let rows = store::follow_ups::list(db, &agreement, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let today = civil_date(call.now);
        let follow_ups = rows.into_iter().map(|row| wire::follow_up(row, today, Detail::Basic)).collect();
        Ok(v1::ListFollowUpsResponse { follow_ups, next_page_token, cursor })
    }
}
