//! Serving documents: requests read from the wire, and who has to receive.

use std::collections::HashMap;

use uuid::Uuid;

use super::Service;
use crate::{
    call::Call,
    cases::{
        ops::serve::ServeDocument,
        party::Party,
        steps::{Document, ServiceMeans, ServiceRecord},
        store::{self, case::Depth},
        wire,
    },
    catalog::Catalog,
    check::Faults,
    clock::civil_date,
    db::Rows,
    error::{Error, Result},
    pb::v1,
    wire::{micros, pb_time},
};

/// The case and the document that a name names.
fn document_of(name: &str) -> Result<(Uuid, Document)> {
    match wire::child_ids(name, "notices") {
        Ok((of, notice)) => Ok((of, Document::Notice(notice))),
        Err(_) => wire::child_ids(name, "opinions").map(|(of, opinion)| (of, Document::Opinion(opinion))),
    }
}

/// A service.
pub fn request(catalog: Catalog, request: v1::ServeDocumentRequest) -> Result<ServeDocument> {
    let v1::ServeDocumentRequest {
        name,
        etag,
        document,
        means,
        receive_time,
        party,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let id = wire::case_id(&name)?;
    let mut faults = Faults::default();
    let receive_time = faults.take("receive_time", micros(&receive_time.unwrap_or_default()));
    let (of, document) = document_of(&document)?;
    if of != id {
        faults.at("document", "is of another case");
    }
    let party = match party.as_str() {
        "" => None,
        party => match wire::child_ids(party, "parties") {
            Ok((of, party)) if of == id => Some(party),
            Ok(_) | Err(_) => {
                faults.at("party", "is not a party of the case");
                None
            }
        },
    };
    faults.into_result()?;
    Ok(ServeDocument {
        catalog,
        id,
        etag,
        document,
        means: ServiceMeans::from_number(means).unwrap_or(ServiceMeans::Direct),
        receive_time: receive_time.unwrap_or_default(),
        party,
    })
}

/// A page of those on whom a document has to be served.
pub async fn recipients(
    service: &Service,
    call: &Call,
    request: v1::ListRecipientsRequest,
) -> Result<v1::ListRecipientsResponse> {
    let v1::ListRecipientsRequest { parent, page_size, page_token } = request;
    let db = &service.door.db;
    let page = service.page(call, page_size, &page_token, &parent)?;
    let (case_id, document) = document_of(&parent)?;
    service.parent(call, case_id, &parent, 0, "").await?;
    let known = match document {
        Document::Opinion(id) => store::step::find_opinion(db, case_id, id, Depth::Basic).await?.is_some(),
        Document::Notice(id) => store::notice::find(db, case_id, id, Depth::Basic).await?.is_some(),
    };
    if !known {
        return Err(Error::not_found(parent));
    }
    let represented = store::party::count_representatives(db, case_id).await? > 0;
    let found = store::party::recipients(db, case_id, represented, page.after, page.fetch()).await?;
    let (found, next_page_token) = page.finish(db.keys(), found, |party| party.id);
    let ids: Vec<Uuid> = found.iter().map(|party| party.id).collect();
    let served = store::service::of_document(db, document, &ids).await?;
    let served: HashMap<Uuid, ServiceRecord> =
        served.into_iter().filter_map(|record| record.party.map(|party| (party, record))).collect();
    let today = civil_date(call.now);
    let acts = |party: &Party| party.mandate.as_ref().is_none_or(|mandate| mandate.is_in_force(today));
    let shown = found.into_iter().filter(|party| acts(party) || served.contains_key(&party.id));
    let recipients = shown.map(|party| recipient(&party, served.get(&party.id))).collect();
    Ok(v1::ListRecipientsResponse { recipients, next_page_token })
}

fn recipient(party: &Party, served: Option<&ServiceRecord>) -> v1::Recipient {
    v1::Recipient {
        party: party.name(),
        role: party.role.number(),
        service_record: served.map(ServiceRecord::name).unwrap_or_default(),
        receive_time: served.map(|record| pb_time(record.receive_time)),
    }
}
