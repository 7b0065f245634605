//! Signatures that are struck before the agreement takes effect.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big_or_null, number_or_null, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "agreement_signatures", [big_or_null("strike_time"), number_or_null("strike_reason")]).await?;
        // Whose signature was struck may sign the same text again.
        run(manager, "DROP INDEX agreement_signatures_once").await?;
        run(
            manager,
            "CREATE UNIQUE INDEX agreement_signatures_once ON agreement_signatures (participant, agreement, edition) \
             WHERE strike_time IS NULL",
        )
        .await
    }
}
