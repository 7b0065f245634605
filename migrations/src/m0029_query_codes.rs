//! Query codes of cases, and what was tried in vain.

use sea_orm_migration::prelude::*;

use crate::columns::{big, id, key, number, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The code itself is nowhere: it follows from the case, the generation and a key outside the database.
        let codes = Table::create()
            .table("case_query_codes")
            .col(id("case_id").primary_key())
            .col(number("generation"))
            .col(big("issue_time"))
            .take();
        manager.create_table(codes).await?;
        let failures = Table::create()
            .table("query_failures")
            .col(key(manager, "key").primary_key())
            .col(number("count"))
            .col(big("first_time"))
            .col(big("last_time"))
            .take();
        manager.create_table(failures).await?;
        run(manager, "CREATE INDEX query_failures_last ON query_failures (last_time)").await
    }
}
