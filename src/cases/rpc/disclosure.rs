//! Walls, and who has seen a case.

use super::Service;
use crate::{
    call::Call,
    cases::{
        ops::wall::WallCase,
        store,
        wire::{self, required},
    },
    catalog::Catalog,
    check::Faults,
    db::Rows,
    error::Result,
    page::Page,
    pb::v1,
    record,
    wire::pb_time,
};

/// A wall.
pub fn wall(catalog: Catalog, request: v1::WallCaseRequest) -> Result<WallCase> {
    let v1::WallCaseRequest { name, etag, holders, reason, request_id: _, validate_only: _, on_behalf_of: _ } = request;
    let mut faults = Faults::default();
    let reason = required(&mut faults, "reason", reason);
    faults.into_result()?;
    Ok(WallCase { catalog, id: wire::case_id(&name)?, etag, holders, reason })
}

/// A page of those who have seen a case.
pub async fn list(
    service: &Service,
    call: &Call,
    request: v1::ListDisclosuresRequest,
) -> Result<v1::ListDisclosuresResponse> {
    let v1::ListDisclosuresRequest { parent, page_size, page_token } = request;
    let db = &service.door.db;
    let page: Page<i64> = Page::read(call, db.keys(), page_size, &page_token, &[&parent])?;
    let id = wire::case_id(&parent)?;
    service.parent(call, id, &parent, 0, "").await?;
    let found = record::disclosures(db, id, page.after, page.fetch()).await?;
    let (found, next_page_token) = page.finish(db.keys(), found, |row| row.first_seq);
    Ok(v1::ListDisclosuresResponse {
        disclosures: found.into_iter().map(disclosure).collect(),
        holders: store::case::holders(db, id).await?,
        next_page_token,
    })
}

fn disclosure(row: record::Disclosed) -> v1::Disclosure {
    let official = (!row.official.id.is_empty()).then_some(row.official);
    v1::Disclosure {
        client: format!("clients/{}", row.client),
        on_behalf_of: official.map(|official| v1::Official {
            official_id: official.id,
            display_name: official.display_name,
            organization: official.organization,
            post: official.post,
            cadre: official.cadre,
        }),
        first_time: Some(pb_time(row.first_time)),
        last_time: Some(pb_time(row.last_time)),
        view_count: i32::try_from(row.views).unwrap_or(i32::MAX),
        act_count: i32::try_from(row.acts).unwrap_or(i32::MAX),
    }
}
