//! What a clock rests on beside its rule, as JSON, and who approved what a notice tells.

use sea_orm_migration::prelude::*;

use crate::columns::{add, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "case_clocks", [text_or_null("inputs")]).await?;
        add(manager, "case_notices", [text_or_null("approver")]).await
    }
}
