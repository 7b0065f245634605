//! StaffingService.

use tonic::{Request, Response, Status};

use super::{ops, query::Filter, store, wire};
use crate::{
    call::Call,
    clock::civil_date,
    db::Rows,
    door::Door,
    error::{Error, Result},
    page::Page,
    pb::v1::{self, staffing_service_server::StaffingService},
    wire::{micros, pb_date},
};

/// StaffingService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service(pub Door);

type Answer<T> = std::result::Result<Response<T>, Status>;

impl Service {
    async fn coverage(&self, call: &Call, request: v1::GetCoverageRequest) -> Result<v1::GetCoverageResponse> {
        let v1::GetCoverageRequest { region, date, roles, page_size, page_token, filter } = request;
        let (db, keys) = (&self.0.db, self.0.db.keys());
        let root = wire::region(&region)?;
        let date = wire::day(date)?.unwrap_or_else(|| civil_date(call.now));
        let roles = wire::roles(&roles);
        let filter = Filter::read(filter)?;
        let binding = [region, date.to_string(), wire::bound(&roles), filter.canonical()];
        let binding: Vec<&str> = binding.iter().map(String::as_str).collect();
        let mut page: Page<i64> = Page::read(call, keys, page_size, &page_token, &binding)?;
        let cursor = page.cursor(&self.0).await?;
        let question = ops::question(db, root, date, roles).await?;
        let counts = if page.after.is_none() { store::counts(db, &question).await? } else { Vec::new() };
        let rows = ops::places(db, &question, &filter, page.after, page.fetch()).await?;
        let (rows, next_page_token) = page.finish(keys, rows, |place| place.region.stored());
        Ok(v1::GetCoverageResponse {
            region_coverages: rows.into_iter().map(|place| wire::coverage(place, date)).collect(),
            next_page_token,
            counts: counts.into_iter().map(wire::count).collect(),
            date: Some(pb_date(date)),
            roles: wire::pb_roles(&question.roles),
            cursor,
        })
    }

    async fn responsible(
        &self,
        call: &Call,
        request: v1::ListResponsibleRequest,
    ) -> Result<v1::ListResponsibleResponse> {
        let v1::ListResponsibleRequest { region, as_of_time, roles, page_size, page_token } = request;
        let (db, keys) = (&self.0.db, self.0.db.keys());
        let code = wire::region(&region)?;
        let at = as_of_time.map(|time| micros(&time).map_err(|fault| Error::field("as_of_time", fault))).transpose()?;
        let roles = wire::roles(&roles);
        // A token belongs to its day, also where the request leaves the day open.
        let at = at.unwrap_or(call.now);
        let binding = [region, civil_date(at).to_string(), wire::bound(&roles)];
        let binding: Vec<&str> = binding.iter().map(String::as_str).collect();
        let mut page: Page<(i32, i32, i32, String, String)> = Page::read(call, keys, page_size, &page_token, &binding)?;
        let cursor = page.cursor(&self.0).await?;
        let mut rows = ops::responsible(db, code, at, &roles).await?;
        if let Some(after) = &page.after {
            rows.retain(|row| row.key() > *after);
        }
        let (rows, next_page_token) = page.finish(keys, rows, ops::Nearby::key);
        let responsible_postings = rows.into_iter().map(wire::nearby).collect();
        Ok(v1::ListResponsibleResponse { responsible_postings, next_page_token, cursor })
    }
}

#[tonic::async_trait]
impl StaffingService for Service {
    async fn get_coverage(&self, request: Request<v1::GetCoverageRequest>) -> Answer<v1::GetCoverageResponse> {
        self.0.read(request, async |call: &_, request| self.coverage(call, request).await).await
    }

    async fn list_responsible(
        &self,
        request: Request<v1::ListResponsibleRequest>,
    ) -> Answer<v1::ListResponsibleResponse> {
        self.0.read(request, async |call: &_, request| self.responsible(call, request).await).await
    }
}
