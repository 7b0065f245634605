//! Neutrality of mediators: disclosed interests, challenges, and who came in whose place.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big, big_or_null, bytes_or_null, id, id_or_null, number, number_or_null, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let participants = [
            bytes_or_null("interest"),
            big_or_null("interest_time"),
            big_or_null("leave_time"),
            number_or_null("leave_reason"),
            id_or_null("replaces"),
            // Servers of before go on entering rows without it.
            number("open_challenges").default(0).take(),
        ];
        add(manager, "mediation_participants", participants).await?;
        let challenges = Table::create()
            .table("mediation_challenges")
            .col(id("id").primary_key())
            .col(id("mediation"))
            .col(id("mediator"))
            .col(id("challenger"))
            .col(number("ground"))
            .col(number("state"))
            .col(bytes_or_null("statement"))
            .col(big("raise_time"))
            .col(bytes_or_null("decision"))
            .col(big_or_null("decide_time"))
            .col(big("create_time"))
            .col(big("version"))
            .take();
        manager.create_table(challenges).await?;
        run(manager, "CREATE INDEX mediation_challenges_mediation ON mediation_challenges (mediation, id)").await
    }
}
