//! Terms of mediation committees with their members, leaves of cadres, and how many mediations a mediator takes.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big, flag, key, key_or_null, number, number_or_null, run, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        terms(manager).await?;
        leaves(manager).await?;
        add(manager, "cadres", [number_or_null("mediation_capacity")]).await?;
        // Whose mediations are open is asked with each invitation of a mediator.
        run(
            manager,
            "CREATE INDEX mediation_participants_holder ON mediation_participants (identity, mediation) \
             WHERE identity IS NOT NULL",
        )
        .await
    }
}

async fn terms(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("committee_terms")
                .col(key(manager, "organization"))
                .col(key(manager, "id"))
                .col(number("valid_from"))
                // The day on which the three years are over, by which those are found that are to be chosen anew.
                .col(number("term_until"))
                .col(number_or_null("valid_until"))
                .col(number_or_null("end_reason"))
                .col(number("chosen_by"))
                .col(number("women_count"))
                .col(flag("multi_ethnic_area"))
                .col(number("minority_count"))
                .col(text_or_null("seal_inscription"))
                .col(key_or_null(manager, "seal_impression"))
                .col(number_or_null("seal_use_date"))
                .col(number_or_null("court_notify_date"))
                // Of the members as they are.
                .col(flag("court_told"))
                .col(big("create_time"))
                .col(big("update_time"))
                .col(big("version"))
                .primary_key(Index::create().col("organization").col("id"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("committee_members")
                .col(key(manager, "organization"))
                .col(key(manager, "term"))
                .col(number("position"))
                .col(key(manager, "cadre"))
                .col(number("post"))
                .col(number_or_null("valid_from"))
                .col(number_or_null("valid_until"))
                .primary_key(Index::create().col("organization").col("term").col("position"))
                .take(),
        )
        .await?;
    for sql in [
        // Two without end always overlap. Others are refused under the lock of the organization's row.
        "CREATE UNIQUE INDEX committee_terms_open ON committee_terms (organization) WHERE valid_until IS NULL",
        "CREATE INDEX committee_terms_valid_from ON committee_terms (valid_from, organization, id)",
        "CREATE INDEX committee_terms_organization ON committee_terms (organization, valid_from, id)",
        "CREATE INDEX committee_terms_term_until ON committee_terms (term_until, organization, id)",
        "CREATE INDEX committee_members_cadre ON committee_members (cadre, organization, term)",
    ] {
        run(manager, sql).await?;
    }
    Ok(())
}

async fn leaves(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("cadre_leaves")
                .col(key(manager, "cadre"))
                .col(key(manager, "id"))
                .col(number("valid_from"))
                .col(number("valid_until"))
                .col(big("create_time"))
                .col(big("update_time"))
                .col(big("version"))
                .primary_key(Index::create().col("cadre").col("id"))
                .take(),
        )
        .await?;
    for sql in [
        "CREATE INDEX cadre_leaves_cadre ON cadre_leaves (cadre, valid_from, id)",
        "CREATE INDEX cadre_leaves_valid_from ON cadre_leaves (valid_from, cadre, id)",
    ] {
        run(manager, sql).await?;
    }
    Ok(())
}
