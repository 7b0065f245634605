//! Metrics under the names that users of gRPC know, on a loopback port of their own.

use std::net::SocketAddr;

use axum::{Router, extract::State, routing::get};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{self, METHODS},
    error,
    worker::Turn,
};

const CALL: [&str; 3] = ["grpc_type", "grpc_service", "grpc_method"];
const CALL_AND_CODE: [&str; 4] = ["grpc_type", "grpc_service", "grpc_method", "grpc_code"];

/// Counters of calls.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    started: IntCounterVec,
    handled: IntCounterVec,
    seconds: HistogramVec,
    watchers: IntGauge,
    worker: WorkerMetrics,
}

/// What the elected worker does.
#[derive(Debug, Clone)]
pub struct WorkerMetrics {
    elected: IntGauge,
    done: IntCounterVec,
    failed: IntCounter,
}

impl WorkerMetrics {
    fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let elected = IntGauge::new("lianbang_worker_elected", "1 where this process is the elected worker.")?;
        let options = Opts::new(
            "lianbang_worker_done_total",
            "Warnings given, clocks computed again, cases gone to a successor, cases put into the index of words.",
        );
        let done = IntCounterVec::new(options, &["round"])?;
        let failed = IntCounter::new("lianbang_worker_failed_total", "Cases or turns that are tried again.")?;
        registry.register(Box::new(elected.clone()))?;
        registry.register(Box::new(done.clone()))?;
        registry.register(Box::new(failed.clone()))?;
        for round in ["warnings", "calendar", "succession", "index", "lapse"] {
            done.with_label_values(&[round]);
        }
        Ok(Self { elected, done, failed })
    }

    /// A turn ended.
    pub fn told(&self, turn: &error::Result<Option<Turn>>) {
        match turn {
            Ok(None) => self.elected.set(0),
            Ok(Some(turn)) => {
                self.elected.set(1);
                self.done.with_label_values(&["warnings"]).inc_by(turn.warnings.done);
                self.done.with_label_values(&["calendar"]).inc_by(turn.recomputed.done);
                self.done.with_label_values(&["succession"]).inc_by(turn.succeeded.done);
                self.done.with_label_values(&["index"]).inc_by(turn.indexed.done);
                self.done.with_label_values(&["lapse"]).inc_by(turn.lapsed.done);
                let tallies = [turn.warnings, turn.recomputed, turn.succeeded, turn.indexed, turn.lapsed];
                let failed = tallies.map(|tally| tally.failed);
                self.failed.inc_by(failed.iter().sum());
            }
            Err(_) => self.failed.inc(),
        }
    }
}

/// The labels of a method. Unknown methods share one set: a caller cannot make new ones.
#[derive(Debug, Clone)]
pub struct Labels {
    kind: &'static str,
    service: String,
    method: String,
}

impl Labels {
    /// Labels of a path.
    pub fn of(path: &str) -> Self {
        let known = auth::method(path);
        let infrastructure = path.starts_with("/grpc.health.") || path.starts_with("/grpc.reflection.");
        let mut parts = path.trim_start_matches('/').splitn(2, '/');
        match (parts.next(), parts.next()) {
            (Some(service), Some(method)) if known.is_some() => {
                Self { kind: known.map_or("unary", kind), service: service.to_owned(), method: method.to_owned() }
            }
            (Some(service), _) if infrastructure && service.len() < 64 => {
                let family = if path.starts_with("/grpc.health.") { "grpc.health" } else { "grpc.reflection" };
                Self { kind: "unary", service: family.to_owned(), method: "other".to_owned() }
            }
            _ => Self { kind: "unary", service: "unknown".to_owned(), method: "unknown".to_owned() },
        }
    }

    fn values(&self) -> [&str; 3] {
        [self.kind, &self.service, &self.method]
    }
}

fn kind(method: &auth::Method) -> &'static str {
    match (method.client_stream, method.server_stream) {
        (false, false) => "unary",
        (true, false) => "client_stream",
        (false, true) => "server_stream",
        (true, true) => "bidi_stream",
    }
}

impl Metrics {
    /// Every method of the contract, at zero.
    ///
    /// # Errors
    /// A name that stands twice.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let started = IntCounterVec::new(Opts::new("grpc_server_started_total", "Calls that came in."), &CALL)?;
        let handled =
            IntCounterVec::new(Opts::new("grpc_server_handled_total", "Calls that ended, by code."), &CALL_AND_CODE)?;
        let buckets = vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let options = HistogramOpts::new("grpc_server_handling_seconds", "Time to the end of a call.").buckets(buckets);
        let seconds = HistogramVec::new(options, &CALL)?;
        registry.register(Box::new(started.clone()))?;
        registry.register(Box::new(handled.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        let watchers = IntGauge::new("lianbang_watchers", "Watch streams that are open.")?;
        registry.register(Box::new(watchers.clone()))?;
        let worker = WorkerMetrics::new(&registry)?;
        let metrics = Self { registry, started, handled, seconds, watchers, worker };
        for method in METHODS {
            let labels = Labels::of(method.path);
            metrics.started.with_label_values(&labels.values());
            let [kind, service, method] = labels.values();
            metrics.handled.with_label_values(&[kind, service, method, "OK"]);
        }
        Ok(metrics)
    }

    /// A call came in.
    pub fn started(&self, labels: &Labels) {
        self.started.with_label_values(&labels.values()).inc();
    }

    /// A call ended.
    pub fn handled(&self, labels: &Labels, code: &str, seconds: f64) {
        let [kind, service, method] = labels.values();
        self.handled.with_label_values(&[kind, service, method, code]).inc();
        self.seconds.with_label_values(&[kind, service, method]).observe(seconds);
    }

    /// The watch streams that are open.
    pub fn watchers(&self) -> IntGauge {
        self.watchers.clone()
    }

    /// What the worker counts.
    pub fn worker(&self) -> WorkerMetrics {
        self.worker.clone()
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let mut buffer = Vec::new();
        match TextEncoder::new().encode(&self.registry.gather(), &mut buffer) {
            Ok(()) => String::from_utf8_lossy(&buffer).into_owned(),
            Err(fault) => format!("# {fault}\n"),
        }
    }
}

/// Serves `/metrics` until stopped. Says where.
pub async fn serve(address: SocketAddr, metrics: Metrics, stop: CancellationToken) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|fault| std::io::Error::new(fault.kind(), format!("server.metrics_listen {address}: {fault}")))?;
    let address = listener.local_addr()?;
    let router =
        Router::new().route("/metrics", get(async |State(metrics): State<Metrics>| metrics.text())).with_state(metrics);
    tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await });
    Ok(address)
}
