//! CommitteeService.

use tonic::{Request, Response, Status};

use super::{
    model::Term,
    ops,
    query::{FIELDS, Query},
    store, wire,
};
use crate::{
    call::Call,
    clock::civil_date,
    db::Rows,
    door::Door,
    error::{Error, Result},
    filter,
    organizations::{self, organization_name},
    page::Page,
    pb::v1::{self, committee_service_server::CommitteeService},
    text,
    wire::{date, days, id_in, ids_in},
};

/// CommitteeService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service(pub Door);

type Answer<T> = std::result::Result<Response<T>, Status>;

impl Service {
    async fn listed(
        &self,
        call: &Call,
        request: v1::ListCommitteeTermsRequest,
    ) -> Result<v1::ListCommitteeTermsResponse> {
        let v1::ListCommitteeTermsRequest { parent, page_size, page_token, filter, order_by, date: given } = request;
        let faulty =
            |field| move |fault: filter::FilterError| Error::InvalidFilter { field, message: fault.to_string() };
        let filter = filter::parse(&text::nfc(filter), FIELDS).map_err(faulty("filter"))?;
        let order = filter::parse_order(&order_by, &["valid_from desc", "name"]).map_err(faulty("order_by"))?;
        let day = given.map(|given| date(&given).map_err(|fault| Error::field("date", fault))).transpose()?;
        let canonical = filter.as_ref().map(|filter| filter::canonical(filter, FIELDS)).unwrap_or_default();
        let on = day.map(|day| day.to_string()).unwrap_or_default();
        let (db, keys) = (&self.0.db, self.0.db.keys());
        let binding = [parent.as_str(), &canonical, &order.to_string(), &on];
        let mut page: Page<store::Key> = Page::read(call, keys, page_size, &page_token, &binding)?;
        let organization = match id_in(&parent, "organizations").map_err(|fault| Error::field("parent", fault))? {
            "-" => None,
            id => {
                let missing = || Error::not_found(organization_name(id));
                Some(organizations::find(db, id).await?.ok_or_else(missing)?.id)
            }
        };
        let cursor = page.cursor(&self.0).await?;
        let query = Query { organization, filter, date: day, by_name: order == 1 };
        let found = store::list(db, &query, page.after.clone(), page.fetch()).await?;
        let key = |term: &Term| (days(term.valid_from), term.organization.clone(), term.id.clone());
        let (found, next_page_token) = page.finish(keys, found, key);
        let shown = ops::show_all(db, found, civil_date(call.now)).await?;
        let committee_terms = shown.into_iter().map(Into::into).collect();
        Ok(v1::ListCommitteeTermsResponse { committee_terms, next_page_token, cursor })
    }
}

#[tonic::async_trait]
impl CommitteeService for Service {
    async fn create_committee_term(
        &self,
        request: Request<v1::CreateCommitteeTermRequest>,
    ) -> Answer<v1::CommitteeTerm> {
        self.0.write(request, |_, request| wire::create(request), |shown| shown.clone().into()).await
    }

    async fn get_committee_term(&self, request: Request<v1::GetCommitteeTermRequest>) -> Answer<v1::CommitteeTerm> {
        let read = async |call: &Call, request: v1::GetCommitteeTermRequest| {
            let ids = ids_in(&request.name, "organizations", "committeeTerms");
            let (organization, id) = ids.map_err(|fault| Error::field("name", fault))?;
            Ok(ops::get(&self.0.db, organization, id, civil_date(call.now)).await?.into())
        };
        self.0.read(request, read).await
    }

    async fn list_committee_terms(
        &self,
        request: Request<v1::ListCommitteeTermsRequest>,
    ) -> Answer<v1::ListCommitteeTermsResponse> {
        self.0.read(request, async |call: &_, request| self.listed(call, request).await).await
    }

    async fn update_committee_term(
        &self,
        request: Request<v1::UpdateCommitteeTermRequest>,
    ) -> Answer<v1::CommitteeTerm> {
        self.0.write(request, |_, request| wire::update(request), |shown| shown.clone().into()).await
    }

    async fn end_committee_term(&self, request: Request<v1::EndCommitteeTermRequest>) -> Answer<v1::CommitteeTerm> {
        self.0.write(request, |_, request| wire::end(request), |shown| shown.clone().into()).await
    }
}
