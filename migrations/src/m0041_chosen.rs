//! Who chose a mediator or consented to a body by name, and who came for a party to a session.

use sea_orm_migration::prelude::*;

use crate::columns::{add, id_or_null, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "mediation_participants", [text_or_null("agreed_by")]).await?;
        add(manager, "mediation_attendances", [id_or_null("agent")]).await
    }
}
