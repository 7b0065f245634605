//! Supervision and recommendations, and urgent reports upward.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_or_null, bytes, bytes_or_null, id, id_or_null, key, key_or_null, number, number_or_null, run, text,
    text_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let supervisions = Table::create()
            .table("case_supervisions")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(number("sort"))
            .col(number("kind"))
            .col(number("reason"))
            .col(number("state"))
            .col(text_or_null("rule"))
            .col(key_or_null(manager, "issuer"))
            .col(key_or_null(manager, "organization"))
            .col(id_or_null("clock"))
            .col(bytes("content"))
            .col(number_or_null("answer_date"))
            .col(number("adoption"))
            .col(bytes_or_null("answer"))
            .col(big_or_null("answer_time"))
            .col(bytes_or_null("end_reason"))
            .col(big_or_null("end_time"))
            .col(big("create_time"))
            .col(big("version"))
            .take();
        manager.create_table(supervisions).await?;
        run(manager, "CREATE INDEX case_supervisions_case ON case_supervisions (case_id, sort, id)").await?;
        let reports = Table::create()
            .table("case_urgent_reports")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(text("organizations"))
            .col(key(manager, "reporter"))
            .col(bytes("content"))
            .col(big("report_time"))
            .take();
        manager.create_table(reports).await?;
        run(manager, "CREATE INDEX case_urgent_reports_case ON case_urgent_reports (case_id, id)").await
    }
}
