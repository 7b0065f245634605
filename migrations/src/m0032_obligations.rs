//! What is owed under agreements, and what was done on it.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_or_null, bytes_or_null, flag, id, id_or_null, key_or_null, number, number_or_null, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let obligations = Table::create()
            .table("obligations")
            .col(id("id").primary_key())
            .col(id("mediation"))
            .col(id("agreement"))
            .col(number("kind"))
            .col(number("state"))
            .col(id("debtor"))
            .col(id_or_null("creditor"))
            .col(bytes_or_null("text"))
            .col(big("amount"))
            .col(big("performed"))
            .col(number_or_null("due_date"))
            .col(number("instalment"))
            .col(key_or_null(manager, "line"))
            .col(big_or_null("binding_time"))
            // When it is overdue if nothing happens; nothing where it is not bound, has no day, or is past that.
            .col(big_or_null("lapse_time"))
            .col(big_or_null("end_time"))
            .col(flag("late"))
            .col(bytes_or_null("reason"))
            .col(big("create_time"))
            .col(big("version"))
            .take();
        manager.create_table(obligations).await?;
        for sql in [
            "CREATE INDEX obligations_agreement ON obligations (agreement, id)",
            "CREATE INDEX obligations_debtor ON obligations (agreement, debtor, id)",
            "CREATE INDEX obligations_lapse ON obligations (lapse_time, id) WHERE lapse_time IS NOT NULL",
        ] {
            run(manager, sql).await?;
        }
        let performances = Table::create()
            .table("performances")
            .col(id("id").primary_key())
            .col(id("obligation"))
            .col(big("amount"))
            .col(flag("complete"))
            .col(big("perform_time"))
            .col(key_or_null(manager, "evidence"))
            .col(bytes_or_null("text"))
            .col(big("create_time"))
            .take();
        manager.create_table(performances).await?;
        run(manager, "CREATE INDEX performances_obligation ON performances (obligation, id)").await
    }
}
