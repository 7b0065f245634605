//! What the database knows of itself, and the record of every change: audit, feed and stored answers in one row.

use sea_orm_migration::prelude::*;

use crate::columns::{big, bytes, bytes_or_null, flag, id_or_null, key, key_or_null, place, run, text, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create().table("meta").col(key(manager, "key").primary_key()).col(text("value")).take(),
            )
            .await?;

        let mut records = Table::create();
        records
            .table("records")
            .col(ColumnDef::new("seq").big_integer().not_null().auto_increment().primary_key())
            .col(big("xact"))
            .col(big("time"))
            .col(key(manager, "kind"))
            .col(key(manager, "resource"))
            .col(id_or_null("root"))
            .col(text_or_null("state_before"))
            .col(text_or_null("state_after"))
            .col(text("etag"));
        place(&mut records);
        records
            .col(flag("restricted"))
            .col(key(manager, "client"))
            .col(text("method"))
            .col(text_or_null("official_id"))
            .col(text_or_null("official_name"))
            .col(key_or_null(manager, "official_organization"))
            .col(text_or_null("official_post"))
            .col(bytes("body"))
            .col(id_or_null("request_id"))
            .col(bytes_or_null("request_hash"))
            .col(bytes_or_null("answer"));
        manager.create_table(records).await?;

        run(
            manager,
            "CREATE UNIQUE INDEX records_request ON records (request_id, client) WHERE request_id IS NOT NULL",
        )
        .await?;
        run(manager, "CREATE INDEX records_root ON records (root, seq) WHERE root IS NOT NULL").await?;
        if manager.get_database_backend() == sea_orm_migration::sea_orm::DbBackend::Postgres {
            // A sequence is not commit order: the feed walks (transaction, sequence) below the oldest open transaction.
            run(manager, "CREATE INDEX records_feed ON records (xact, seq)").await?;
        }
        Ok(())
    }
}
