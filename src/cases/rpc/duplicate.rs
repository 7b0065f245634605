//! DuplicateService.

use tonic::Request;

use super::{Answer, Asked, Service};
use crate::{
    cases::{
        model::case_name,
        ops::{
            read,
            split::{LinkCases, Split, SplitCase},
        },
        relation::{Relation, RelationKind},
        store,
        wire::{self, required},
    },
    catalog::Catalog,
    check::Faults,
    error::{Error, Result},
    pb::v1::{self, duplicate_service_server::DuplicateService},
    text,
    wire::pb_time,
};

#[tonic::async_trait]
impl DuplicateService for Service {
    async fn link_cases(&self, request: Request<v1::LinkCasesRequest>) -> Answer<v1::Relation> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| link(catalog, request), relation).await
    }

    async fn split_case(&self, request: Request<v1::SplitCaseRequest>) -> Answer<v1::SplitCaseResponse> {
        let catalog = self.catalog.clone();
        self.door.write(request, |_: &_, request| split(catalog, request), both).await
    }

    async fn list_relations(&self, request: Request<v1::ListRelationsRequest>) -> Answer<v1::ListRelationsResponse> {
        let read = async |call: &crate::call::Call, request: v1::ListRelationsRequest| {
            let v1::ListRelationsRequest { parent, page_size, page_token } = request;
            let asked = Asked { parent: &parent, page_size, page_token: &page_token, view: 0, purpose: "" };
            let db = &self.door.db;
            let list = |id, after, limit, _| store::relation::list(db, id, after, limit);
            let (rows, next_page_token) = self.parts(call, asked, |row| row.id, list).await?;
            let others = rows.iter().map(|row| row.other).collect();
            let seen = read::visible_among(db, call, others).await?;
            let relations = rows.iter().filter(|row| seen.contains(&row.other)).map(relation).collect();
            Ok(v1::ListRelationsResponse { relations, next_page_token })
        };
        self.door.read(request, read).await
    }
}

fn link(catalog: Catalog, request: v1::LinkCasesRequest) -> Result<LinkCases> {
    let v1::LinkCasesRequest { parent, other_case, kind, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let other = wire::case_id(&other_case).map_err(|_| Error::field("other_case", "is not a case"))?;
    let kind = RelationKind::from_number(kind).ok_or_else(|| Error::field("kind", "is required"))?;
    Ok(LinkCases { catalog, id: wire::case_id(&parent)?, other, kind })
}

fn split(catalog: Catalog, request: v1::SplitCaseRequest) -> Result<SplitCase> {
    let v1::SplitCaseRequest { name, etag, parties, title, reason, .. } = request;
    let id = wire::case_id(&name)?;
    let mut faults = Faults::default();
    let parties = wire::party::parties_of(&mut faults, id, &parties, |index| format!("parties[{index}]"));
    let title = required(&mut faults, "title", text::label(&title));
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    Ok(SplitCase { catalog, id, etag, parties, title, reason })
}

fn both(split: &Split) -> v1::SplitCaseResponse {
    v1::SplitCaseResponse { case: Some(wire::case::basic(&split.case)), new_case: Some(wire::case::basic(&split.new)) }
}

fn relation(relation: &Relation) -> v1::Relation {
    v1::Relation {
        name: relation.name(),
        kind: relation.kind.number(),
        other_case: case_name(relation.other),
        create_time: Some(pb_time(relation.create_time)),
    }
}
