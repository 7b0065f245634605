//! `lianbang serve`.

use std::path::Path;

use lianbang::{
    config::Config,
    server::{self, Running, Sources},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{Outcome, keys};

/// Serves until stopped.
pub async fn run(file: Option<&Path>) -> Outcome {
    let config = Config::load(file)?;
    config.ensure_safe()?;
    let base = server::open(&config, keys(&config)?, &Sources::default()).await?;
    let listener =
        TcpListener::bind(config.server.listen).await.map_err(|fault| format!("{}: {fault}", config.server.listen))?;
    let running = server::start(&config, base, listener).await?;
    tracing::info!(address = %running.address(), "serving");
    until_stopped(running).await
}

/// Waits for SIGTERM or SIGINT and lets the calls under way end. A second signal does not wait.
pub async fn until_stopped(running: Running) -> Outcome {
    let mut terminate = signal(SignalKind::terminate()).map_err(|fault| fault.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|fault| fault.to_string())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    tokio::select! {
        () = running.stop() => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
