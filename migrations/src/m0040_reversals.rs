//! Performances that were entered wrongly.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big_or_null, bytes_or_null, number_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Where the obligation stood before: unknown of what was entered earlier.
        let columns = [number_or_null("state_before"), big_or_null("reverse_time"), bytes_or_null("reverse_reason")];
        add(manager, "performances", columns).await
    }
}
