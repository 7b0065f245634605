//! Mediations of other systems, and kinds of disputes.

use sea_orm_migration::prelude::*;

use crate::columns::{add, flag, key_or_null, number_or_null, run, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            number_or_null("dispute_type"),
            // Servers of before go on entering rows without it: theirs have a time.
            flag("undated").default(false).take(),
            key_or_null(manager, "external_source"),
            key_or_null(manager, "external_id"),
            text_or_null("missing_fields"),
        ];
        add(manager, "mediations", columns).await?;
        run(
            manager,
            "CREATE UNIQUE INDEX mediations_external ON mediations (external_source, external_id) \
             WHERE external_source IS NOT NULL",
        )
        .await
    }
}
