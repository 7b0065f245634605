//! Warnings before and at the due date, the calendar that a clock was last compared with, and the lease of the elected worker.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::columns::{add, big, big_or_null, key, run, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let checked = big("checked_calendar").default(0).take();
        add(manager, "case_clocks", [big_or_null("alert_time"), checked]).await?;
        // Three days before the due time, or when three quarters of the term are over: as `cases::alerts` has it.
        let least = if manager.get_database_backend() == DbBackend::Postgres { "LEAST" } else { "MIN" };
        let first = format!(
            "UPDATE case_clocks SET alert_time = due_time - {least}((due_time - start_time) / 4, 259200000000) WHERE state = 1"
        );
        run(manager, &first).await?;
        run(
            manager,
            "CREATE INDEX case_clocks_alert ON case_clocks (alert_time, id, case_id) WHERE alert_time IS NOT NULL",
        )
        .await?;
        run(
            manager,
            "CREATE INDEX case_clocks_checked ON case_clocks (checked_calendar, id, case_id) WHERE state IN (1, 2)",
        )
        .await?;
        let leases = Table::create()
            .table("leases")
            .col(key(manager, "name").primary_key())
            .col(text("holder"))
            .col(big("expire_time"))
            .take();
        manager.create_table(leases).await
    }
}
