//! PostgreSQL fills in a record's transaction id by itself: one statement less in every write. Programs that name it may.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::columns::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        run(manager, "ALTER TABLE records ALTER COLUMN xact SET DEFAULT (pg_current_xact_id()::text::bigint)").await
    }
}
