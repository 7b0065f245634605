//! Case types as rows, the stage of a case whose type has its own, and what moved it.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big, bytes_or_null, id, key, key_or_null, number, run, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let types = Table::create()
            .table("case_types")
            .col(key(manager, "id"))
            .col(number("revision"))
            .col(text("definition"))
            .col(big("publish_time"))
            .primary_key(Index::create().col("id").col("revision"))
            .take();
        manager.create_table(types).await?;
        add(manager, "cases", [key_or_null(manager, "stage")]).await?;
        let advances = Table::create()
            .table("case_advances")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(key(manager, "action"))
            .col(key(manager, "stage_before"))
            .col(key(manager, "stage_after"))
            .col(key_or_null(manager, "organization"))
            .col(bytes_or_null("form"))
            .col(big("advance_time"))
            .take();
        manager.create_table(advances).await?;
        run(manager, "CREATE INDEX case_advances_case ON case_advances (case_id, id)").await
    }
}
