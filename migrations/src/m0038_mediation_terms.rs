//! Terms of mediations, and the agreement by which a case was closed.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big_or_null, number_or_null, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [number_or_null("term_date"), big_or_null("term_time"), text_or_null("term_rule")];
        add(manager, "mediations", columns).await?;
        add(manager, "cases", [text_or_null("settlement")]).await
    }
}
