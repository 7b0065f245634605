//! A database of its own for each test: a copy of one that was migrated once.

use std::{collections::BTreeMap, path::PathBuf, sync::OnceLock};

use lianbang::{db::DatabaseConfig, migrate};
use sqlx::{Connection, Executor, PgConnection, Row, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};
use uuid::Uuid;

/// Where the data of one test is.
pub enum Database {
    Sqlite {
        dir: TempDir,
    },
    /// `side` is a connection of the test's own.
    Postgres {
        server: String,
        name: String,
        side: Mutex<Option<PgConnection>>,
    },
}

/// Every row of every table, as text and sorted.
pub type Content = BTreeMap<String, Vec<String>>;

/// Rows of each table.
pub type Counts = BTreeMap<String, i64>;

/// The server that `LIANBANG_TEST_POSTGRES` names.
fn postgres() -> Option<String> {
    std::env::var("LIANBANG_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

fn url_of(server: &str, name: &str) -> String {
    format!("{}/{name}", server.trim_end_matches('/').rsplit_once('/').map_or(server, |(server, _)| server))
}

impl Database {
    pub async fn create() -> Self {
        match postgres() {
            Some(server) => Self::create_postgres(server).await,
            None => Self::create_sqlite().await,
        }
    }

    async fn create_sqlite() -> Self {
        static TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
        let (_, template) = TEMPLATE
            .get_or_init(|| async {
                let dir = quick_folder();
                let path = dir.path().join("template.db");
                migrate_to(&format!("sqlite:{}", path.display())).await;
                (dir, path)
            })
            .await;
        let dir = quick_folder();
        std::fs::copy(template, dir.path().join("test.db")).expect("copy of the template");
        Self::Sqlite { dir }
    }

    async fn create_postgres(server: String) -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(|| async {
                let name = format!("template_{}", Uuid::new_v4().simple());
                execute_postgres(&server, &format!("CREATE DATABASE {name}")).await;
                migrate_to(&url_of(&server, &name)).await;
                name
            })
            .await;
        let name = format!("test_{}", Uuid::new_v4().simple());
        // Copies of one template wait for each other.
        static TURN: OnceLock<Mutex<()>> = OnceLock::new();
        let _turn = TURN.get_or_init(Mutex::default).lock().await;
        execute_postgres(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        // No test pulls the plug of the machine: commits need not wait for the disk.
        execute_postgres(&server, &format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
        Self::Postgres { server, name, side: Mutex::default() }
    }

    /// One without a schema, as durable as a real one.
    pub async fn empty() -> Self {
        match postgres() {
            Some(server) => {
                let name = format!("test_{}", Uuid::new_v4().simple());
                execute_postgres(&server, &format!("CREATE DATABASE {name}")).await;
                Self::Postgres { server, name, side: Mutex::default() }
            }
            None => Self::Sqlite { dir: TempDir::new().expect("folder") },
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { dir } => format!("sqlite:{}", dir.path().join("test.db").display()),
            Self::Postgres { server, name, .. } => url_of(server, name),
        }
    }

    /// All that the database holds, to tell whether anything was written.
    pub async fn content(&self) -> Content {
        // Each table, a space, and the query that shows its rows as text.
        let queries = match self {
            Self::Sqlite { .. } => {
                "SELECT m.name || ' SELECT ' || group_concat('quote(\"' || c.name || '\")', ' || ''|'' || ') || ' FROM ' || m.name
                 FROM sqlite_master m, pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' GROUP BY m.name"
            }
            Self::Postgres { .. } => {
                "SELECT tablename || ' SELECT t::text FROM ' || tablename || ' t' FROM pg_tables WHERE schemaname = 'public'"
            }
        };
        let queries = self.texts(&[queries.to_owned()]).await.remove(0);
        let split = queries.iter().map(|text| text.split_once(' ').expect("table and query"));
        let (tables, queries): (Vec<String>, Vec<String>) =
            split.map(|(table, query)| (table.into(), query.into())).unzip();
        tables.into_iter().zip(self.texts(&queries).await).collect()
    }

    /// How many rows the tables of the schema have: cheaper than all they hold.
    pub async fn counts(&self) -> Counts {
        static QUERY: OnceCell<String> = OnceCell::const_new();
        let query = QUERY.get_or_init(|| async {
            // FTS5 keeps its rows in tables of its own, whose number of rows follows its merging.
            let tables = self.content().await.into_keys().filter(|table| !table.starts_with("case_index_"));
            let counts: Vec<String> =
                tables.map(|table| format!("SELECT '{table} ' || COUNT(*) FROM {table}")).collect();
            counts.join(" UNION ALL ")
        });
        let lines = self.texts(&[query.await.clone()]).await.remove(0);
        let split = lines.iter().map(|line| line.split_once(' ').expect("table and count"));
        split.map(|(table, count)| (table.to_owned(), count.parse().expect("count"))).collect()
    }

    /// The first column of each query, sorted.
    async fn texts(&self, queries: &[String]) -> Vec<Vec<String>> {
        macro_rules! ask {
            ($conn:expr) => {{
                let mut answers = Vec::new();
                for query in queries {
                    let rows = $conn.fetch_all(sqlx::raw_sql(sqlx::AssertSqlSafe(query.clone()))).await.expect("rows");
                    let mut texts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
                    texts.sort_unstable();
                    answers.push(texts);
                }
                answers
            }};
        }
        match self {
            Self::Sqlite { .. } => {
                let mut conn = SqliteConnection::connect(&self.url()).await.expect("connect");
                ask!(conn)
            }
            Self::Postgres { side, .. } => {
                let mut side = side.lock().await;
                if side.is_none() {
                    *side = Some(PgConnection::connect(&self.url()).await.expect("connect"));
                }
                ask!(side.as_mut().expect("it was just made"))
            }
        }
    }

    pub async fn execute(&self, text: &str) {
        let text = sqlx::AssertSqlSafe(text.to_owned());
        match self {
            Self::Sqlite { .. } => {
                let mut conn = SqliteConnection::connect(&self.url()).await.expect("connect");
                conn.execute(sqlx::raw_sql(text)).await.expect("statement");
            }
            Self::Postgres { .. } => {
                let mut conn = PgConnection::connect(&self.url()).await.expect("connect");
                conn.execute(sqlx::raw_sql(text)).await.expect("statement");
            }
        }
    }

    pub async fn number(&self, text: &str) -> i64 {
        let text = sqlx::AssertSqlSafe(text.to_owned());
        match self {
            Self::Sqlite { .. } => {
                let mut conn = SqliteConnection::connect(&self.url()).await.expect("connect");
                conn.fetch_one(sqlx::raw_sql(text)).await.expect("row").get(0)
            }
            Self::Postgres { .. } => {
                let mut conn = PgConnection::connect(&self.url()).await.expect("connect");
                conn.fetch_one(sqlx::raw_sql(text)).await.expect("row").get(0)
            }
        }
    }
}

/// In memory where the machine has such a folder: no test pulls its plug.
fn quick_folder() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).expect("folder")
}

async fn migrate_to(url: &str) {
    let config = DatabaseConfig { url: url.to_owned(), ..DatabaseConfig::default() };
    migrate::up(&config).await.expect("migration");
}

async fn execute_postgres(server: &str, text: &str) {
    let mut conn = PgConnection::connect(server).await.expect("the server of LIANBANG_TEST_POSTGRES answers");
    conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned()))).await.expect("statement");
}
