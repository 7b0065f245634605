//! Organizations, what they are competent for, and who took over from those that ended.

use sea_orm_migration::prelude::*;

use crate::columns::{big, flag, key, key_or_null, number, number_or_null, place, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_organizations(manager).await?;
        create_competences(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("organization_successors")
                    .col(key(manager, "organization"))
                    .col(key(manager, "successor"))
                    .col(number("position"))
                    .primary_key(Index::create().col("organization").col("successor"))
                    .take(),
            )
            .await
    }
}

async fn create_organizations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut organizations = Table::create();
    organizations
        .table("organizations")
        .col(key(manager, "id").primary_key())
        // Compared byte by byte: a search for the beginning of a name is a range of the index on both databases.
        .col(key(manager, "display_name"))
        .col(number("kind"))
        .col(big("region"));
    place(&mut organizations);
    organizations
        .col(key_or_null(manager, "parent"))
        .col(key_or_null(manager, "unified_code"))
        .col(number_or_null("morning_open"))
        .col(number_or_null("morning_close"))
        .col(number_or_null("afternoon_open"))
        .col(number_or_null("afternoon_close"))
        .col(number_or_null("valid_from"))
        .col(number_or_null("valid_until"))
        .col(key_or_null(manager, "source"))
        .col(key_or_null(manager, "source_id"))
        .col(big("create_time"))
        .col(big("update_time"))
        .col(big("version"));
    manager.create_table(organizations).await?;
    for sql in [
        "CREATE UNIQUE INDEX organizations_source ON organizations (source, source_id) WHERE source IS NOT NULL",
        "CREATE INDEX organizations_parent ON organizations (parent, id) WHERE parent IS NOT NULL",
        "CREATE INDEX organizations_name ON organizations (display_name, id)",
        "CREATE INDEX organizations_unified_code ON organizations (unified_code, id) WHERE unified_code IS NOT NULL",
        "CREATE INDEX organizations_kind ON organizations (kind, id)",
        "CREATE INDEX organizations_time ON organizations (create_time, id)",
    ] {
        run(manager, sql).await?;
    }
    for level in ["province", "city", "county", "township", "village"] {
        let by_id =
            format!("CREATE INDEX organizations_{level} ON organizations ({level}, id) WHERE {level} IS NOT NULL");
        let by_time = format!(
            "CREATE INDEX organizations_{level}_time ON organizations ({level}, create_time, id) WHERE {level} IS NOT NULL"
        );
        run(manager, &by_id).await?;
        run(manager, &by_time).await?;
    }
    Ok(())
}

/// A row for each pair of topic and region, so that one look-up of the pairs above a matter finds who is competent.
async fn create_competences(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("organization_competences")
                .col(key(manager, "organization"))
                .col(key(manager, "topic"))
                .col(big("region"))
                // The region is the organization's own because none was named.
                .col(flag("own_region"))
                .col(number("position"))
                .primary_key(Index::create().col("organization").col("topic").col("region"))
                .take(),
        )
        .await?;
    run(
        manager,
        "CREATE INDEX organization_competences_topic ON organization_competences (topic, region, organization)",
    )
    .await
}
