//! Health: readiness follows the database, liveness does not. The service name `liveness` is serving as long as the process can
//! answer at all; every other name, and the empty one, follow the database.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic_health::{ServingStatus, pb::health_server::HealthServer, server::HealthReporter};

use crate::{auth::METHODS, db::Db};

/// Name under which a supervisor asks whether the process lives.
const LIVENESS: &str = "liveness";
/// How often the database is asked.
const INTERVAL: Duration = Duration::from_secs(1);
/// Longest wait for the database's answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The health service, and a task that keeps it true until the server stops.
pub fn follow(db: Db, stop: CancellationToken) -> HealthServer<impl tonic_health::pb::health_server::Health> {
    let (reporter, service) = tonic_health::server::health_reporter();
    tokio::spawn(async move {
        reporter.set_service_status(LIVENESS, ServingStatus::Serving).await;
        let mut ready = None;
        loop {
            let answers = matches!(tokio::time::timeout(PATIENCE, db.ping()).await, Ok(Ok(())));
            if ready != Some(answers) {
                tell(&reporter, answers).await;
                tracing::info!(ready = answers, "readiness");
                ready = Some(answers);
            }
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                () = stop.cancelled() => break,
            }
        }
        tell(&reporter, false).await;
    });
    service
}

async fn tell(reporter: &HealthReporter, ready: bool) {
    let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
    let mut services: Vec<&str> = METHODS.iter().filter_map(|method| method.path.split('/').nth(1)).collect();
    services.dedup();
    services.push("");
    for service in services {
        reporter.set_service_status(service, status).await;
    }
}
