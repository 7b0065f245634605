//! Reading the file.

use uuid::Uuid;

use super::{MediationApi, read};
use crate::{
    call::Call,
    db::Rows,
    error::Result,
    mediations::{
        model::{Detail, identities},
        numbers::Visibility,
        ops, store, wire,
    },
    page::Page,
    pb::v1,
};

impl MediationApi {
    pub(super) async fn record(
        &self,
        call: &Call,
        request: v1::GetMediationRecordRequest,
    ) -> Result<v1::MediationRecord> {
        let v1::GetMediationRecordRequest { name, view, purpose, on_behalf_of: _ } = request;
        let detail = wire::detail(view, &purpose)?;
        let (mediation, id) = wire::child_id(&name, "records")?;
        let db = &self.0.db;
        let mediation = read::mediation(db, call, mediation, &name).await?;
        let found = store::records::find(db, &mediation, id, call.official.as_ref(), detail).await?;
        if detail == Detail::Full {
            let (open, private) = match found.visibility {
                Visibility::Open => (vec![name], Vec::new()),
                Visibility::Private => (Vec::new(), vec![name]),
            };
            ops::disclose_file(db, call, &mediation, open, private, purpose).await?;
        }
        Ok(wire::record(found, detail))
    }

    pub(super) async fn records(
        &self,
        call: &Call,
        request: v1::ListMediationRecordsRequest,
    ) -> Result<v1::ListMediationRecordsResponse> {
        let v1::ListMediationRecordsRequest { parent, page_size, page_token, filter, view, purpose, on_behalf_of: _ } =
            request;
        let db = &self.0.db;
        let detail = wire::detail(view, &purpose)?;
        let (filter, canonical) = read::filter(&filter, store::filter::RECORDS)?;
        let official = call.official.as_ref();
        let whose = identities(official).join(" ");
        let query = [parent.as_str(), &canonical, &whose];
        let mut page: Page<Uuid> = Page::read(call, db.keys(), page_size, &page_token, &query)?;
        let cursor = page.cursor(&self.0).await?;
        let mediation = read::parent(db, call, wire::mediation_id(&parent)?).await?;
        let place = (page.after, page.fetch());
        let rows = store::records::list(db, &mediation, official, filter.as_ref(), place, detail).await?;
        let (rows, next_page_token) = page.finish(db.keys(), rows, |row| row.id);
        if detail == Detail::Full {
            let private = rows.iter().filter(|row| row.visibility == Visibility::Private);
            let private = private.map(crate::mediations::model::MediationRecord::name).collect();
            ops::disclose_file(db, call, &mediation, vec![parent], private, purpose).await?;
        }
        let mediation_records = rows.into_iter().map(|row| wire::record(row, detail)).collect();
        Ok(v1::ListMediationRecordsResponse { mediation_records, next_page_token, cursor })
    }
}
