//! Clients, what they were granted, and their tokens.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_or_null, bytes, flag, id, key, key_or_null, number, number_or_null, run, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("clients")
                    .col(key(manager, "id").primary_key())
                    .col(text("display_name"))
                    .col(flag("names_officials"))
                    .col(big("create_time"))
                    .col(big("version"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("grants")
                    .col(id("id").primary_key())
                    .col(key(manager, "client"))
                    .col(number("role"))
                    .col(big_or_null("region"))
                    .col(number_or_null("region_level"))
                    .col(key_or_null(manager, "organization"))
                    .col(key_or_null(manager, "cadre"))
                    .col(key_or_null(manager, "posting"))
                    .col(big("create_time"))
                    .col(big_or_null("revoke_time"))
                    .col(big("version"))
                    .take(),
            )
            .await?;
        run(manager, "CREATE INDEX grants_client ON grants (client)").await?;
        manager
            .create_table(
                Table::create()
                    .table("tokens")
                    .col(id("id").primary_key())
                    .col(key(manager, "client"))
                    .col(text("prefix"))
                    .col(bytes("digest"))
                    .col(big("create_time"))
                    .col(big("expire_time"))
                    .col(big_or_null("revoke_time"))
                    .col(big("version"))
                    .take(),
            )
            .await?;
        run(manager, "CREATE INDEX tokens_client ON tokens (client, id)").await
    }
}
