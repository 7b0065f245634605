//! What an opinion promises, and whether it was done.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_or_null, bytes, bytes_or_null, id, id_or_null, number, number_or_null, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let promises = Table::create()
            .table("case_promises")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(id("opinion"))
            .col(id_or_null("clock"))
            .col(number("state"))
            .col(bytes("promise"))
            .col(number_or_null("due_date"))
            .col(bytes_or_null("evidence"))
            .col(big_or_null("record_time"))
            .col(big("create_time"))
            .col(big("version"))
            .take();
        manager.create_table(promises).await?;
        run(manager, "CREATE INDEX case_promises_case ON case_promises (case_id, id)").await
    }
}
