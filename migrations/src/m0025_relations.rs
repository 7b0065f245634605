//! How cases stand to each other: a row for each of the two.

use sea_orm_migration::prelude::*;

use crate::columns::{big, id, number, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let relations = Table::create()
            .table("case_relations")
            .col(id("id").primary_key())
            .col(id("case_id"))
            .col(id("other_id"))
            .col(number("kind"))
            .col(big("create_time"))
            .take();
        manager.create_table(relations).await?;
        run(manager, "CREATE INDEX case_relations_case ON case_relations (case_id, id)").await?;
        run(manager, "CREATE UNIQUE INDEX case_relations_pair ON case_relations (case_id, other_id, kind)").await
    }
}
