//! Since when a wall stands, and which organization runs a client.

use sea_orm_migration::prelude::*;

use crate::columns::{add, key, key_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The etag of the case by the change that raised the wall; a stroke where it stood from the beginning, which no etag is.
        add(manager, "case_walls", [key(manager, "since").default("-").take()]).await?;
        add(manager, "clients", [key_or_null(manager, "organization")]).await
    }
}
