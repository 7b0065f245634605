//! The file of a mediation: open and private records; sessions that are begun and interrupted; changes that are in no feed.

use sea_orm_migration::prelude::*;

use crate::columns::{
    add, big, big_or_null, bytes_or_null, flag, id, id_or_null, number, number_or_null, run, text, text_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Servers of before go on entering rows without these.
        add(manager, "records", [flag("private").default(false).take()]).await?;
        let sessions = [
            number_or_null("openness"),
            big_or_null("actual_start_time"),
            big_or_null("actual_end_time"),
            number("adjourn_count").default(0).take(),
            bytes_or_null("adjourn_reason"),
        ];
        add(manager, "mediation_sessions", sessions).await?;
        let records = Table::create()
            .table("mediation_records")
            .col(id("id").primary_key())
            .col(id("mediation"))
            .col(number("kind"))
            .col(flag("private"))
            .col(id_or_null("session"))
            .col(id_or_null("participant"))
            .col(bytes_or_null("title"))
            .col(bytes_or_null("text"))
            .col(bytes_or_null("items"))
            .col(bytes_or_null("place"))
            .col(text_or_null("acknowledged_by"))
            .col(big_or_null("event_time"))
            .col(text("recorder_id"))
            .col(text("recorder"))
            .col(big("create_time"))
            .col(big("version"))
            .take();
        manager.create_table(records).await?;
        run(manager, "CREATE INDEX mediation_records_mediation ON mediation_records (mediation, id)").await?;
        let audience = Table::create()
            .table("mediation_record_audience")
            .col(id("record"))
            .col(id("participant"))
            .col(big_or_null("consent_time"))
            .primary_key(Index::create().col("record").col("participant"))
            .take();
        manager.create_table(audience).await
    }
}
