//! Cadres, their expertise, and postings that are never overwritten.

use sea_orm_migration::prelude::*;

use crate::columns::{big, bytes_or_null, key, key_or_null, number, number_or_null, place, run, text, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        cadres(manager).await?;
        postings(manager).await
    }
}

async fn cadres(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("cadres")
                .col(key(manager, "id").primary_key())
                // Compared byte by byte, so that a prefix is a range of the index.
                .col(key(manager, "display_name"))
                .col(number("rank"))
                .col(key(manager, "organization"))
                .col(bytes_or_null("phone"))
                .col(number_or_null("valid_from"))
                .col(number_or_null("valid_until"))
                .col(key_or_null(manager, "source"))
                .col(key_or_null(manager, "source_id"))
                .col(big("create_time"))
                .col(big("update_time"))
                .col(big("version"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("cadre_posts")
                .col(key(manager, "cadre"))
                .col(number("position"))
                .col(text("display_name"))
                .col(key_or_null(manager, "organization"))
                .primary_key(Index::create().col("cadre").col("position"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("cadre_expertises")
                .col(key(manager, "cadre"))
                .col(number("position"))
                .col(key(manager, "topic"))
                .col(number_or_null("valid_from"))
                .col(number_or_null("valid_until"))
                .primary_key(Index::create().col("cadre").col("position"))
                .take(),
        )
        .await?;
    for sql in [
        "CREATE UNIQUE INDEX cadres_source ON cadres (source, source_id) WHERE source IS NOT NULL",
        "CREATE INDEX cadres_organization ON cadres (organization, id)",
        "CREATE INDEX cadres_display_name ON cadres (display_name, id)",
        "CREATE INDEX cadres_create_time ON cadres (create_time, id)",
        "CREATE INDEX cadre_expertises_topic ON cadre_expertises (topic, cadre)",
    ] {
        run(manager, sql).await?;
    }
    Ok(())
}

async fn postings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut postings = Table::create();
    postings
        .table("postings")
        .col(key(manager, "cadre"))
        .col(key(manager, "id"))
        .col(big("region"))
        .col(number("region_version"))
        .col(number("region_level"));
    place(&mut postings);
    postings
        .col(number("role"))
        .col(number("valid_from"))
        // The set term stays; `valid_until` is the earlier day where the posting was ended.
        .col(number_or_null("term_until"))
        .col(number_or_null("valid_until"))
        .col(text("appointing_number"))
        .col(text("appointing_title"))
        .col(text("appointing_issuer"))
        .col(number_or_null("appointing_date"))
        .col(key_or_null(manager, "substitute_cadre"))
        .col(key_or_null(manager, "substitute_posting"))
        .col(number_or_null("end_reason"))
        .col(text_or_null("end_explanation"))
        .col(text("ending_number"))
        .col(text("ending_title"))
        .col(text("ending_issuer"))
        .col(number_or_null("ending_date"))
        .col(key_or_null(manager, "source"))
        .col(key_or_null(manager, "source_id"))
        .col(big("create_time"))
        .col(big("update_time"))
        .col(big("version"))
        .primary_key(Index::create().col("cadre").col("id"));
    manager.create_table(postings).await?;
    for sql in [
        "CREATE UNIQUE INDEX postings_source ON postings (source, source_id) WHERE source IS NOT NULL",
        // Two without end always overlap. Terms that overlap are refused under the lock of the cadre's row: an exclusion
        // constraint over (cadre, region, role, term) needs an extension that not every cluster has.
        "CREATE UNIQUE INDEX postings_open ON postings (cadre, region, role) WHERE valid_until IS NULL",
        "CREATE INDEX postings_region ON postings (region, valid_from, valid_until, role)",
        "CREATE INDEX postings_cadre ON postings (cadre, valid_from, id)",
        "CREATE INDEX postings_valid_from ON postings (valid_from, cadre, id)",
        "CREATE INDEX postings_province ON postings (province, valid_from, cadre, id)",
        "CREATE INDEX postings_city ON postings (city, valid_from, cadre, id)",
        "CREATE INDEX postings_county ON postings (county, valid_from, cadre, id)",
        "CREATE INDEX postings_township ON postings (township, valid_from, cadre, id)",
        "CREATE INDEX postings_village ON postings (village, valid_from, cadre, id)",
    ] {
        run(manager, sql).await?;
    }
    Ok(())
}
