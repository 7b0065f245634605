//! Documents of cases, and their content where it is kept in the database.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::columns::{big, big_or_null, bytes, bytes_or_null, id, key, key_or_null, number, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let documents = Table::create()
            .table("case_documents")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(number("kind"))
            .col(number("state"))
            .col(bytes("title"))
            .col(key(manager, "media_type"))
            .col(big("size_bytes"))
            .col(bytes("sha256"))
            .col(key_or_null(manager, "subject"))
            .col(big("attach_time"))
            .col(big_or_null("withdraw_time"))
            .col(bytes_or_null("withdraw_reason"))
            .col(big("version"))
            .take();
        manager.create_table(documents).await?;
        run(manager, "CREATE INDEX case_documents_case ON case_documents (case_id, id)").await?;
        let pieces = Table::create()
            .table("document_pieces")
            .col(id("document_id"))
            .col(big("piece_index"))
            .col(bytes("content"))
            .primary_key(Index::create().col("document_id").col("piece_index"))
            .take();
        manager.create_table(pieces).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // Sealed bytes do not get shorter by compression.
            run(manager, "ALTER TABLE document_pieces ALTER COLUMN content SET STORAGE EXTERNAL").await?;
        }
        Ok(())
    }
}
