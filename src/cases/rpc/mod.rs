//! The services that stand on cases.

mod appoint;
mod case;
mod ending;
mod execution;
mod extend;
mod level;
mod notice;
mod procedure;
mod review;
mod routing;
mod supervision;
mod switch;

use uuid::Uuid;

use super::ops::read::record_view;
use crate::{
    call::Call,
    catalog::Catalog,
    door::Door,
    error::{Error, Result},
    page::Page,
    pb::v1::View,
};

/// CaseService, RoutingService, ProcedureService and SupervisionService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service {
    /// The way in.
    pub door: Door,
    /// Rules, calendar, topics.
    pub catalog: Catalog,
}

type Answer<T> = std::result::Result<tonic::Response<T>, tonic::Status>;

impl Service {
    /// The case that a sub-collection belongs to, as far as the caller sees it; in FULL after the access is on record.
    async fn parent(&self, call: &Call, id: Uuid, resource: &str, view: i32, purpose: &str) -> Result<bool> {
        if View::try_from(view) == Ok(View::Full) {
            record_view(&self.door.db, call, id, resource, purpose).await?;
            return Ok(true);
        }
        super::ops::read::get(&self.door.db, call, id).await.map_err(|error| match error {
            Error::NotFound { .. } => Error::not_found(resource),
            other => other,
        })?;
        Ok(false)
    }

    fn page(&self, call: &Call, size: i32, token: &str, parent: &str) -> Result<Page<Uuid>> {
        use crate::db::Rows;
        Page::read(call, self.door.db.keys(), size, token, &[parent])
    }
}
