//! Reviews, re-reviews and their hearings; which organ issued an opinion.

use sea_orm_migration::prelude::*;

use crate::columns::{
    add, big, big_or_null, bytes, bytes_or_null, id, id_or_null, key, number, run, text, text_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "case_opinions", [text_or_null("organization")]).await?;
        let reviews = Table::create()
            .table("case_reviews")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(number("stage"))
            .col(number("state"))
            .col(key(manager, "organization"))
            .col(id("opinion"))
            .col(number("request_date"))
            .col(big("receive_time"))
            .col(bytes("grounds"))
            .col(id_or_null("decision"))
            .col(big_or_null("decide_time"))
            .take();
        manager.create_table(reviews).await?;
        run(manager, "CREATE INDEX case_reviews_case ON case_reviews (case_id, id)").await?;
        let hearings = Table::create()
            .table("case_hearings")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(id("review"))
            .col(text("presider"))
            .col(big("open_time"))
            .col(big_or_null("end_time"))
            .col(bytes_or_null("minutes"))
            .take();
        manager.create_table(hearings).await?;
        run(manager, "CREATE INDEX case_hearings_case ON case_hearings (case_id, id)").await
    }
}
