//! Who referred a mediation, under which number.

use sea_orm_migration::prelude::*;

use crate::columns::{add, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "mediations", [text_or_null("referrer"), text_or_null("referral_number")]).await
    }
}
