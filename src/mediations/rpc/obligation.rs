//! Reading obligations.

use uuid::Uuid;

use super::{AgreementApi, read};
use crate::{
    call::Call,
    db::Rows,
    error::Result,
    mediations::{
        model::{Detail, Obligation, Ways},
        ops, store, wire,
    },
    page::Page,
    pb::v1,
};

/// An obligation for the wire, after a change.
pub fn changed(performed: &ops::Performed) -> v1::Obligation {
    wire::obligation(performed.obligation.clone(), performed.ways, Detail::Basic)
}

/// An obligation that was taken out of a draft: nobody needs a way out of it.
pub fn removed(obligation: &Obligation) -> v1::Obligation {
    wire::obligation(obligation.clone(), Ways { on_case: false, may_confirm: false }, Detail::Basic)
}

impl AgreementApi {
    pub(super) async fn obligation(&self, call: &Call, request: v1::GetObligationRequest) -> Result<v1::Obligation> {
        let v1::GetObligationRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let (mediation, agreement, id) = wire::obligation_id(&name)?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, &name).await?;
        let agreement = store::agreements::find(db, &mediation, agreement, Detail::Basic).await?;
        let found = store::obligations::find(db, &agreement, id, detail).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, name, purpose).await?;
        }
        let ways = ops::ways(db, &self.0.catalog, &mediation, &agreement, &found, call.now).await?;
        Ok(wire::obligation(found, ways, detail))
    }

    pub(super) async fn obligations(
        &self,
        call: &Call,
        request: v1::ListObligationsRequest,
    ) -> Result<v1::ListObligationsResponse> {
        let v1::ListObligationsRequest { parent, page_size, page_token, filter } = request;
        let db = &self.0.db;
        let (filter, canonical) = read::filter(&filter, store::filter::OBLIGATIONS)?;
        let query = [parent.as_str(), &canonical];
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &query)?;
        let cursor = page.cursor(&self.0).await?;
        let (mediation, agreement) = self.agreement(call, &parent).await?;
        let rows =
            store::obligations::list(db, &agreement, filter.as_ref(), page.after, page.fetch(), Detail::Basic).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let mut obligations = Vec::with_capacity(rows.len());
        let mut of_all: Option<Ways> = None;
        for row in rows {
            // Those that bind since the effect are judged together.
            let alone = !row.is_failing() || row.binds_later_than(agreement.effect_time);
            let ways = match of_all.filter(|_| !alone) {
                Some(ways) => ways,
                None => ops::ways(db, &self.0.catalog, &mediation, &agreement, &row, call.now).await?,
            };
            if !alone {
                of_all = Some(ways);
            }
            obligations.push(wire::obligation(row, ways, Detail::Basic));
        }
        Ok(v1::ListObligationsResponse { obligations, next_page_token, cursor })
    }

    pub(super) async fn performances(
        &self,
        call: &Call,
        request: v1::ListPerformancesRequest,
    ) -> Result<v1::ListPerformancesResponse> {
        let v1::ListPerformancesRequest { parent, page_size, page_token, view, purpose, on_behalf_of: _ } = request;
        let db = &self.0.db;
        let detail = wire::detail(view, &purpose)?;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let (mediation, agreement, id) = wire::obligation_id(&parent)?;
        let mediation = read::mediation(db, call, mediation, &parent).await?;
        let agreement = store::agreements::find(db, &mediation, agreement, Detail::Basic).await?;
        let obligation = store::obligations::find(db, &agreement, id, Detail::Basic).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, parent, purpose).await?;
        }
        let rows = store::performances::list(db, &obligation, page.after, page.fetch(), detail).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let performances = rows.into_iter().map(|row| wire::performance(&obligation, row)).collect();
        Ok(v1::ListPerformancesResponse { performances, next_page_token, cursor })
    }
}
