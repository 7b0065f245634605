//! Two calls that meet at one lock: a race whose outcome is forced and not left to luck.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::Stage;

/// Runs both; on PostgreSQL each first comes as far as what the statement `lock` locks, which somebody holds until both wait there,
/// so that both have read what they read before either has written. SQLite has one writer: there they simply run.
pub async fn meet<A, B>(
    stage: &Stage,
    lock: &str,
    one: impl Future<Output = A>,
    two: impl Future<Output = B>,
) -> (A, B) {
    if !stage.database.is_postgres() {
        return tokio::join!(one, two);
    }
    let mut holder = PgConnection::connect(&stage.database.url()).await.expect("connect");
    holder.execute("BEGIN").await.expect("begin");
    holder.execute(AssertSqlSafe(lock.to_owned())).await.expect(lock);
    let release = async {
        let waiting = "SELECT COUNT(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let until = Instant::now() + Duration::from_millis(2_500);
        while stage.count(waiting).await < 2 {
            assert!(Instant::now() < until, "both should wait for: {lock}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        holder.execute("COMMIT").await.expect("commit");
    };
    let (one, two, ()) = tokio::join!(one, two, release);
    (one, two)
}
