//! What was decided of pairs of cases that looked alike, and indexes by which people are met again.

use sea_orm_migration::prelude::*;

use crate::columns::{big, id, number, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A pair stands once, the smaller id first.
        let duplicates = Table::create()
            .table("case_duplicates")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(id("other_id"))
            .col(number("rule"))
            .col(number("features"))
            .col(number("score"))
            .col(number("decision"))
            .col(number("kind"))
            .col(big("decide_time"))
            .take();
        manager.create_table(duplicates).await?;
        run(manager, "CREATE UNIQUE INDEX case_duplicates_pair ON case_duplicates (case_id, other_id)").await?;
        run(manager, "CREATE INDEX case_duplicates_other ON case_duplicates (other_id)").await?;
        run(manager, "CREATE INDEX case_duplicates_time ON case_duplicates (decide_time, id)").await?;
        for column in ["id_number_index", "unified_code_index", "phone_index"] {
            let index = format!(
                "CREATE INDEX case_parties_{column} ON case_parties ({column}, create_time) WHERE {column} IS NOT NULL"
            );
            run(manager, &index).await?;
        }
        Ok(())
    }
}
