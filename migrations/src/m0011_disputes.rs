//! Disputes of jurisdiction, on the hop that they are about.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big_or_null, bytes_or_null, flag, number};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The defaults are for the rows that are there and for programs that do not know the columns yet.
        let columns = [
            big_or_null("dispute_time"),
            number("dispute_count").default(0).take(),
            bytes_or_null("dispute_grounds"),
            flag("dispute_consented").default(false).take(),
            number("dispute_decision").default(0).take(),
            number("dispute_decider").default(0).take(),
            big_or_null("dispute_decide_time"),
            bytes_or_null("dispute_reason"),
        ];
        add(manager, "case_assignments", columns).await
    }
}
