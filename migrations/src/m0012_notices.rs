//! Notices to the petitioner. A service record is of an opinion (1) or of a notice (2); the column `opinion` holds the id of either.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big, big_or_null, bytes_or_null, id, id_or_null, number, run, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("case_notices")
                    .col(id("id").primary_key())
                    .col(id("case_id"))
                    .col(number("kind"))
                    .col(text_or_null("document_number"))
                    .col(number("exemption"))
                    .col(number("ground"))
                    .col(id_or_null("related_case"))
                    .col(text_or_null("prior_document_number"))
                    .col(bytes_or_null("guidance"))
                    .col(big("issue_time"))
                    .col(big_or_null("serve_time"))
                    .take(),
            )
            .await?;
        run(manager, "CREATE INDEX case_notices_case ON case_notices (case_id, id)").await?;
        add(manager, "case_service_records", [number("document_kind").default(1).take()]).await
    }
}
