//! Statements that take long, in the log: their text, never their values.

use std::time::Duration;

use sea_orm::DatabaseConnection;

/// A statement that takes as long is told.
const SLOW: Duration = Duration::from_secs(1);

/// The connection, with each statement of it looked at.
pub(super) fn watched(mut conn: DatabaseConnection) -> DatabaseConnection {
    conn.set_metric_callback(|told| {
        let (statement, failed) = (told.statement.sql.as_str(), told.failed);
        if told.elapsed >= SLOW {
            let duration_ms = told.elapsed.as_millis();
            tracing::warn!(target: "lianbang::statement", statement, failed, duration_ms, "a slow statement");
        } else {
            tracing::trace!(target: "lianbang::statement", statement, failed, "statement");
        }
    });
    conn
}
