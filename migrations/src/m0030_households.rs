//! Households and agents in mediations; agreements in part, by word of mouth, and with a threshold.

use sea_orm_migration::prelude::*;

use crate::columns::{
    add, big, big_or_null, bytes, bytes_or_null, id, id_or_null, key_or_null, number, number_or_null, run, text_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Servers of before go on entering rows without these.
        let first = |name, value: i32| number(name).default(value).take();
        let participants = [
            number_or_null("party_kind"),
            bytes_or_null("dwelling"),
            bytes_or_null("dwelling_index"),
            first("household_size", 0),
            bytes_or_null("special_needs"),
        ];
        add(manager, "mediation_participants", participants).await?;
        run(
            manager,
            "CREATE UNIQUE INDEX mediation_participants_dwelling ON mediation_participants (mediation, dwelling_index) \
             WHERE dwelling_index IS NOT NULL",
        )
        .await?;
        let agents = Table::create()
            .table("mediation_agents")
            .col(id("id").primary_key())
            .col(id("participant"))
            .col(bytes("display_name"))
            .col(bytes_or_null("phone"))
            .col(number("basis"))
            .col(number("extent"))
            .col(text_or_null("document_number"))
            .col(key_or_null(manager, "evidence"))
            .col(number("start_date"))
            .col(number_or_null("end_date"))
            .col(big_or_null("revoke_time"))
            .col(big("create_time"))
            .col(big("version"))
            .take();
        manager.create_table(agents).await?;
        run(manager, "CREATE INDEX mediation_agents_participant ON mediation_agents (participant, id)").await?;
        add(manager, "agreements", [first("extent", 1), first("form", 1), first("acceding_threshold", 0)]).await?;
        add(manager, "agreement_signatures", [first("capacity", 1), id_or_null("agent")]).await?;
        // Which signature reached a threshold is read in this order.
        run(
            manager,
            "CREATE INDEX agreement_signatures_kind ON agreement_signatures (agreement, edition, kind, sign_time)",
        )
        .await
    }
}
