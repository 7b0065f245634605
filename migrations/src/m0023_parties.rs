//! What is known of parties, mandates of agents, outcomes of members; a document is served once on each recipient.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big_or_null, bytes_or_null, id, number, number_or_null, run, text, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Servers of before go on entering parties without these.
        let zero = |name| number(name).default(0).take();
        let columns = [
            zero("id_document"),
            bytes_or_null("unified_code"),
            bytes_or_null("unified_code_index"),
            bytes_or_null("special_needs"),
            zero("household_size"),
            zero("outcome"),
            zero("consent"),
            big_or_null("outcome_time"),
            big_or_null("restrict_time"),
        ];
        add(manager, "case_parties", columns).await?;
        let mandates = Table::create()
            .table("case_mandates")
            .col(id("party_id").primary_key())
            .col(id("case_id"))
            .col(number("basis"))
            .col(number("extent"))
            .col(text("principals"))
            .col(text_or_null("document_number"))
            .col(number("start_date"))
            .col(number_or_null("end_date"))
            .col(big_or_null("revoke_time"))
            .take();
        manager.create_table(mandates).await?;
        run(manager, "CREATE INDEX case_mandates_case ON case_mandates (case_id, party_id)").await?;
        run(manager, "DROP INDEX case_service_records_opinion").await?;
        run(
            manager,
            "CREATE UNIQUE INDEX case_service_records_document ON case_service_records (opinion, party) WHERE party IS NOT NULL",
        )
        .await?;
        run(
            manager,
            "CREATE UNIQUE INDEX case_service_records_unnamed ON case_service_records (opinion) WHERE party IS NULL",
        )
        .await
    }
}
