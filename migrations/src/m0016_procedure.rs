//! By which procedure a case is handled, when it was accepted, and how the citizen rates the two organs.

use sea_orm_migration::prelude::*;

use crate::columns::{add, big_or_null, number, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let zero = |name| number(name).default(0).take();
        let procedure = number("procedure").default(1).take();
        add(manager, "cases", [procedure, big_or_null("accept_time"), zero("office_rating"), zero("organ_rating")])
            .await?;
        // A case of before was accepted when its latest handling clock began.
        run(
            manager,
            "UPDATE cases SET accept_time = (SELECT MAX(start_time) FROM case_clocks WHERE case_id = cases.id AND rule LIKE '%.handling')",
        )
        .await
    }
}
