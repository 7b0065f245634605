//! The services that stand on cases.

mod appoint;
mod case;
mod disclosure;
mod document;
mod duplicate;
mod ending;
mod execution;
mod extend;
mod level;
mod notice;
mod procedure;
mod public;
mod review;
mod routing;
mod serve;
mod supervision;
mod switch;

use uuid::Uuid;

use super::{
    ops::{read::record_view, similar::Sampled},
    store::case::Depth,
    wire,
};
use crate::{
    call::Call,
    catalog::Catalog,
    door::Door,
    error::{Error, Result},
    page::Page,
    pb::v1::View,
    shelf::Shelf,
};

/// CaseService, RoutingService, ProcedureService, SupervisionService, DuplicateService and PublicService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service {
    /// The way in.
    pub door: Door,
    /// Rules, calendar, topics.
    pub catalog: Catalog,
    /// Content of documents.
    pub shelf: Shelf,
    /// How common words are.
    pub sampled: Sampled,
}

/// What a List of a case's parts asks for.
struct Asked<'r> {
    parent: &'r str,
    page_size: i32,
    page_token: &'r str,
    view: i32,
    purpose: &'r str,
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

    /// One part of a case, in FULL where that is asked for. Nothing is on record where there is no such part.
    async fn one<T, F>(
        &self,
        call: &Call,
        case_id: Uuid,
        name: &str,
        (view, purpose): (i32, &str),
        find: impl Fn(Depth) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<Option<T>>>,
    {
        self.parent(call, case_id, name, 0, "").await?;
        let found = find(Depth::Basic).await?.ok_or_else(|| Error::not_found(name))?;
        if self.parent(call, case_id, name, view, purpose).await? {
            Ok(find(Depth::Full).await?.unwrap_or(found))
        } else {
            Ok(found)
        }
    }

    /// A page of the parts of a case, and the token of the next.
    async fn parts<T, F>(
        &self,
        call: &Call,
        asked: Asked<'_>,
        id_of: fn(&T) -> Uuid,
        list: impl FnOnce(Uuid, Option<Uuid>, u64, Depth) -> F,
    ) -> Result<(Vec<T>, String)>
    where
        F: Future<Output = Result<Vec<T>>>,
    {
        use crate::db::Rows;
        let Asked { parent, page_size, page_token, view, purpose } = asked;
        let page = self.page(call, page_size, page_token, parent)?;
        let id = wire::case_id(parent)?;
        let full = self.parent(call, id, parent, view, purpose).await?;
        let rows = list(id, page.after, page.fetch(), case::depth(full)).await?;
        Ok(page.finish(self.door.db.keys(), rows, id_of))
    }

    fn page(&self, call: &Call, size: i32, token: &str, parent: &str) -> Result<Page<Uuid>> {
        use crate::db::Rows;
        Page::read(call, self.door.db.keys(), size, token, &[parent])
    }
}
