//! Reading challenges.

use uuid::Uuid;

use super::{MediationApi, read};
use crate::{
    call::Call,
    db::Rows,
    error::Result,
    mediations::{model::Detail, ops, store, wire},
    page::Page,
    pb::v1,
};

impl MediationApi {
    pub(super) async fn challenge(&self, call: &Call, request: v1::GetChallengeRequest) -> Result<v1::Challenge> {
        let v1::GetChallengeRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let (mediation, id) = wire::child_id(&name, "challenges")?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, &name).await?;
        let found = store::challenges::find(db, &mediation, id, detail).await?;
        if detail == Detail::Full {
            ops::disclose(db, call, &mediation, name, purpose).await?;
        }
        Ok(wire::challenge(found, detail))
    }

    pub(super) async fn challenges(
        &self,
        call: &Call,
        request: v1::ListChallengesRequest,
    ) -> Result<v1::ListChallengesResponse> {
        let v1::ListChallengesRequest { parent, page_size, page_token } = request;
        let db = &self.0.db;
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
        let cursor = page.cursor(&self.0).await?;
        let mediation = read::parent(db, call, wire::mediation_id(&parent)?).await?;
        let rows = store::challenges::list(db, &mediation, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        let challenges = rows.into_iter().map(|row| wire::challenge(row, Detail::Basic)).collect();
        Ok(v1::ListChallengesResponse { challenges, next_page_token, cursor })
    }
}
