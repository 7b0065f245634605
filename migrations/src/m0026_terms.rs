//! The words of cases, as keyed terms in an inverted index. Cases of before are indexed by the worker, which has the keys.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::columns::{add, flag, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Servers of before go on entering cases without it.
        add(manager, "cases", [flag("indexed").default(false).take()]).await?;
        run(manager, "CREATE INDEX cases_unindexed ON cases (register_time, id) WHERE NOT indexed").await?;
        // `doc` is the second of registration and a number within it, so that the index gives the newest first by itself.
        let statements: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "CREATE TABLE case_terms (doc bigint PRIMARY KEY, case_id uuid NOT NULL UNIQUE, withheld boolean NOT NULL, \
                 terms integer[] NOT NULL, marks integer[] NOT NULL)",
                // How often digests occur tells the planner nothing that it could use: there is one index. Reading it for each plan took
                // longer than the search.
                "ALTER TABLE case_terms ALTER COLUMN terms SET STATISTICS 0, ALTER COLUMN marks SET STATISTICS 0",
                // What waits to be merged into the index is read by each search: little may wait.
                "CREATE INDEX case_terms_index ON case_terms USING gin (terms, marks) WITH (gin_pending_list_limit = 256)",
            ],
            _ => &[
                "CREATE TABLE case_terms (doc INTEGER PRIMARY KEY, case_id BLOB NOT NULL UNIQUE, withheld BOOLEAN NOT NULL, \
                 terms BLOB NOT NULL, marks BLOB NOT NULL)",
                "CREATE VIRTUAL TABLE case_index USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')",
            ],
        };
        for statement in statements {
            run(manager, statement).await?;
        }
        Ok(())
    }
}
