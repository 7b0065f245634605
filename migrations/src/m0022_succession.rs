//! Which version of an organization that has ended its cases were last looked through for.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big_or_null, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "organizations", [big_or_null("succeeded_version")]).await?;
        let ended = "CREATE INDEX organizations_ended ON organizations (valid_until, id) WHERE valid_until IS NOT NULL";
        run(manager, ended).await
    }
}
