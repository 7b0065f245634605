//! Performances that were entered wrongly.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big_or_null, bytes_or_null, number_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "performances", [big_or_null("reverse_time"), bytes_or_null("reverse_reason")]).await?;
        // Where it stood before all of it was done: unknown of those that earlier programs brought to an end.
        add(manager, "obligations", [number_or_null("state_before")]).await
    }
}
