//! After the agreement: judicial confirmation and visits. Mediations whose application was taken back need nothing new.

use sea_orm_migration::prelude::*;

use crate::columns::{
    add, big, big_or_null, bytes_or_null, id, id_or_null, key_or_null, number, number_or_null, run, text, text_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "agreements", [text_or_null("excluded_subjects")]).await?;
        add(manager, "mediations", [id_or_null("withdrawn_by"), bytes_or_null("withdrawal_reason")]).await?;
        let confirmations = Table::create()
            .table("agreement_confirmations")
            .col(id("id").primary_key())
            .col(id("agreement"))
            .col(number("state"))
            .col(text("applicants"))
            .col(text("court"))
            .col(big("request_time"))
            .col(key_or_null(manager, "evidence"))
            .col(number("deadline_date"))
            .col(text_or_null("document_number"))
            .col(big_or_null("accept_time"))
            .col(big_or_null("decide_time"))
            .col(bytes_or_null("reason"))
            .col(big("create_time"))
            .col(big("version"))
            .take();
        manager.create_table(confirmations).await?;
        run(manager, "CREATE INDEX agreement_confirmations_agreement ON agreement_confirmations (agreement, id)")
            .await?;
        let visits = Table::create()
            .table("agreement_follow_ups")
            .col(id("id").primary_key())
            .col(id("agreement"))
            .col(number("state"))
            .col(number("due_date"))
            .col(id("visitor"))
            .col(number_or_null("finding"))
            .col(id_or_null("record"))
            .col(big_or_null("visit_time"))
            .col(bytes_or_null("cancel_reason"))
            .col(big("create_time"))
            .col(big("version"))
            .take();
        manager.create_table(visits).await?;
        run(manager, "CREATE INDEX agreement_follow_ups_agreement ON agreement_follow_ups (agreement, id)").await
    }
}
