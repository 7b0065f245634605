//! Who chose a mediator or consented to a body by name, who came for a party to a session, and who may come back.

use sea_orm_migration::prelude::*;

use crate::columns::{add, id_or_null, run, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "mediation_participants", [text_or_null("agreed_by")]).await?;
        add(manager, "mediation_attendances", [id_or_null("agent")]).await?;
        // Who left may come back, as another participant: not who stepped aside for not being neutral (1 and 2).
        run(manager, "DROP INDEX mediation_participants_identity").await?;
        run(
            manager,
            "CREATE UNIQUE INDEX mediation_participants_identity ON mediation_participants (mediation, identity) \
             WHERE identity IS NOT NULL AND (leave_time IS NULL OR leave_reason IN (1, 2))",
        )
        .await
    }
}
