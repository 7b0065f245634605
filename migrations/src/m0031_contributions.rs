//! Who bears the cost of a plan, and what was pledged, paid and paid back.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big, id, id_or_null, key, key_or_null, number, run, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The plan of the current version; earlier ones stay.
        add(manager, "agreements", [id_or_null("plan")]).await?;
        let plans = Table::create()
            .table("contribution_plans")
            .col(id("id").primary_key())
            .col(id("agreement"))
            .col(big("cost"))
            .col(big("create_time"))
            .take();
        manager.create_table(plans).await?;
        let lines = Table::create()
            .table("contribution_lines")
            .col(id("plan"))
            .col(number("position"))
            .col(key(manager, "key"))
            .col(text("display_name"))
            .col(big("amount"))
            .col(id_or_null("payer"))
            // Of a pool.
            .col(id_or_null("bearer"))
            .primary_key(Index::create().col("plan").col("position"))
            .take();
        manager.create_table(lines).await?;
        let shares = Table::create()
            .table("contribution_shares")
            .col(id("plan"))
            .col(id("participant"))
            .col(number("weight"))
            .col(big("amount"))
            .primary_key(Index::create().col("plan").col("participant"))
            .take();
        manager.create_table(shares).await?;
        let entries = Table::create()
            .table("contributions")
            .col(id("id").primary_key())
            .col(id("agreement"))
            .col(key(manager, "line"))
            .col(id("participant"))
            .col(number("kind"))
            .col(big("amount"))
            .col(key_or_null(manager, "evidence"))
            .col(big("contribute_time"))
            .col(big("create_time"))
            .take();
        manager.create_table(entries).await?;
        run(manager, "CREATE INDEX contributions_agreement ON contributions (agreement, id)").await?;
        // Sums of the entries, so that entering one does not read the others.
        let balances = Table::create()
            .table("contribution_balances")
            .col(id("agreement"))
            .col(key(manager, "line"))
            .col(id("participant"))
            .col(big("pledged"))
            .col(big("paid"))
            .primary_key(Index::create().col("agreement").col("line").col("participant"))
            .take();
        manager.create_table(balances).await?;
        let totals = Table::create()
            .table("contribution_totals")
            .col(id("agreement"))
            .col(key(manager, "line"))
            .col(big("pledged"))
            .col(big("paid"))
            .primary_key(Index::create().col("agreement").col("line"))
            .take();
        manager.create_table(totals).await
    }
}
