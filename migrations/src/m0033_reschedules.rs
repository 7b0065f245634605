//! Sessions that are moved, or entered after they have begun.

use sea_orm_migration::prelude::*;

use crate::columns::{add, bytes_or_null, number};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            bytes_or_null("late_entry_reason"),
            bytes_or_null("reschedule_reason"),
            number("reschedule_count").default(0).take(),
        ];
        add(manager, "mediation_sessions", columns).await
    }
}
