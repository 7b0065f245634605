//! Regions with their versions in time, and who followed whom.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_or_null, flag, key, number, number_or_null, place, run, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut regions = Table::create();
        regions
            .table("regions")
            .col(big("code"))
            .col(number("version"))
            .col(text("display_name"))
            .col(text("stem"))
            .col(number("level"))
            .col(number("kind"))
            .col(big_or_null("parent"));
        place(&mut regions);
        regions
            .col(number("valid_from"))
            .col(number_or_null("valid_until"))
            // The version in force has no successor: lists of today walk these only.
            .col(flag("current"))
            .col(key(manager, "source"))
            .primary_key(Index::create().col("code").col("version"));
        manager.create_table(regions).await?;
        for sql in [
            "CREATE INDEX regions_parent ON regions (parent, code) WHERE current",
            "CREATE INDEX regions_stem ON regions (stem, code)",
            "CREATE INDEX regions_province ON regions (province, code) WHERE current",
            "CREATE INDEX regions_city ON regions (city, code) WHERE current",
            "CREATE INDEX regions_county ON regions (county, code) WHERE current",
            "CREATE INDEX regions_township ON regions (township, code) WHERE current",
        ] {
            run(manager, sql).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("region_successions")
                    .col(big("predecessor"))
                    .col(big("successor"))
                    .col(number("effective_date"))
                    .primary_key(Index::create().col("predecessor").col("successor").col("effective_date"))
                    .take(),
            )
            .await?;
        run(manager, "CREATE INDEX region_successions_successor ON region_successions (successor)").await
    }
}
