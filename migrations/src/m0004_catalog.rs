//! Topics and calendars. What ships with the program is entered by the server when it starts.

use sea_orm_migration::prelude::*;

use crate::columns::{big, flag, key, key_or_null, number, run, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        topics(manager).await?;
        calendars(manager).await
    }
}

async fn topics(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut trees = Table::create();
    trees.table("topic_trees").col(key(manager, "taxonomy").primary_key()).col(number("version"));
    manager.create_table(trees).await?;
    let mut topics = Table::create();
    topics
        .table("topics")
        .col(key(manager, "id").primary_key())
        .col(key(manager, "taxonomy"))
        .col(text("display_name"))
        .col(text("display_name_en"))
        .col(key_or_null(manager, "parent"))
        // The ids from the top down to this one, so that everything above a topic is one read.
        .col(key(manager, "path"))
        // Where the topic stands in its tree, and the last one below it: a branch is a range.
        .col(number("position"))
        .col(number("last_position"));
    manager.create_table(topics).await?;
    run(manager, "CREATE UNIQUE INDEX topics_position ON topics (taxonomy, position)").await?;
    run(manager, "CREATE INDEX topics_parent ON topics (parent, taxonomy, position)").await
}

async fn calendars(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut calendars = Table::create();
    calendars
        .table("calendars")
        .col(key(manager, "id").primary_key())
        .col(text("display_name"))
        .col(text("display_name_en"))
        .col(big("version"))
        .col(big("update_time"));
    manager.create_table(calendars).await?;
    let mut years = Table::create();
    years
        .table("calendar_years")
        .col(key(manager, "calendar"))
        .col(number("year"))
        .col(text("citation"))
        .col(number("day_count"))
        .col(big("import_time"))
        .primary_key(Index::create().col("calendar").col("year"));
    manager.create_table(years).await?;
    let mut days = Table::create();
    days.table("calendar_days")
        .col(key(manager, "calendar"))
        .col(number("date"))
        // The year whose notice lists the day: in December that may be the next.
        .col(number("year"))
        .col(flag("off"))
        .col(text("display_name"))
        .primary_key(Index::create().col("calendar").col("date").col("year"));
    manager.create_table(days).await
}
