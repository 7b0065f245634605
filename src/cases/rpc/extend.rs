//! Requests about the extension of the handling term, read from the wire.

use crate::{
    cases::{
        ops::{
            extend::{ExtendHandling, RevokeExtension},
            notice::Told,
        },
        steps::Ground,
        wire::{self, required},
    },
    catalog::Catalog,
    check::Faults,
    error::Result,
    pb::v1,
};

pub fn extend(catalog: Catalog, request: v1::ExtendHandlingRequest) -> Result<ExtendHandling> {
    let v1::ExtendHandlingRequest {
        name,
        etag,
        days,
        reason,
        approver,
        document_number,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let length = faults.take("days", u32::try_from(days).map_err(|_| "is less than 1".to_owned())).unwrap_or_default();
    let told = told(&mut faults, reason, approver, document_number);
    faults.into_result()?;
    Ok(ExtendHandling { catalog, id: wire::case_id(&name)?, etag, length, told })
}

pub fn revoke(catalog: Catalog, request: v1::RevokeExtensionRequest) -> Result<RevokeExtension> {
    let v1::RevokeExtensionRequest {
        name,
        etag,
        reason,
        approver,
        document_number,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let mut faults = Faults::default();
    let told = told(&mut faults, reason, approver, document_number);
    faults.into_result()?;
    Ok(RevokeExtension { catalog, id: wire::case_id(&name)?, etag, told })
}

fn told(faults: &mut Faults, reason: String, approver: String, document_number: String) -> Told {
    Told {
        ground: Ground::None,
        reason: required(faults, "reason", reason),
        approver: Some(required(faults, "approver", approver)),
        document_number: required(faults, "document_number", document_number),
    }
}
