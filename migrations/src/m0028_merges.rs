//! Merges of cases, with the parties that each brought along: what an undo takes back.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_or_null, id, number, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let merges = Table::create()
            .table("case_merges")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(id("into_id"))
            .col(number("state_before"))
            .col(big("merge_time"))
            .col(big_or_null("undo_time"))
            .take();
        manager.create_table(merges).await?;
        // A case is in one other at a time.
        run(manager, "CREATE UNIQUE INDEX case_merges_case ON case_merges (case_id) WHERE undo_time IS NULL").await?;
        let parties = Table::create()
            .table("case_merge_parties")
            .col(id("merge_id"))
            .col(id("party_id"))
            .primary_key(Index::create().col("merge_id").col("party_id"))
            .take();
        manager.create_table(parties).await
    }
}
