//! Indexes that the plans of the lists were found to lack.

use sea_orm_migration::prelude::*;

use crate::columns::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Coverage asks for the places of a past day too: every version of a region, not only the present ones.
        for level in ["province", "city", "county", "township"] {
            run(manager, &format!("CREATE INDEX regions_{level}_code ON regions ({level}, code, version)")).await?;
            run(manager, &format!("DROP INDEX regions_{level}")).await?;
        }
        // Which cases are walled off from a holder.
        run(manager, "CREATE INDEX case_walls_holder ON case_walls (holder, case_id)").await
    }
}
