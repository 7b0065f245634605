//! Settings: a TOML file, then variables `LIANBANG_…` over it (`LIANBANG_DATABASE__URL`). Unknown names are refused, and `serve`
//! refuses what is unsafe unless the unsafe flag is spelled out.

use std::{net::SocketAddr, path::PathBuf};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

use crate::db::DatabaseConfig;

/// All settings.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where calls come in.
    pub server: ServerConfig,
    /// Where the data is.
    pub database: DatabaseConfig,
    /// How far the server goes.
    pub limits: Limits,
    /// What happens without a caller.
    pub worker: WorkerConfig,
    /// Where the content of documents is.
    pub documents: DocumentsConfig,
}

/// Where calls come in.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address for gRPC. Default 127.0.0.1:50051.
    pub listen: SocketAddr,
    /// Address for Prometheus' metrics; it must be a loopback address. Default 127.0.0.1:9464; an empty text switches it off.
    pub metrics_listen: String,
    /// Certificate chain, PEM. With `tls_key` the server speaks TLS.
    pub tls_certificate: Option<PathBuf>,
    /// Private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// File of the sealing keys, mode 600. `lianbang keys` makes one.
    pub key_file: Option<PathBuf>,
    /// Reflection needs no token. Default false.
    pub open_reflection: bool,
    /// Serve without TLS on an address that others reach. Never outside a trusted network.
    pub unsafe_plaintext: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50_051)),
            metrics_listen: "127.0.0.1:9464".into(),
            tls_certificate: None,
            tls_key: None,
            key_file: None,
            open_reflection: false,
            unsafe_plaintext: false,
        }
    }
}

/// How far the server goes. Every limit is here, with its unit.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest request message, bytes. Default 1 MiB.
    pub message_bytes: usize,
    /// Largest answer, bytes. Default 4 MiB, which clients take by default.
    pub answer_bytes: usize,
    /// Largest header list of a request, bytes. Default 16 KiB.
    pub header_bytes: u32,
    /// Longest unary call, seconds; a longer deadline is cut to it. Default 10.
    pub call_seconds: u64,
    /// Calls in hand in all. Default 512.
    pub calls: usize,
    /// Calls in hand of one connection. Default 128.
    pub calls_per_connection: usize,
    /// Streams of one connection that may be open. Default 200.
    pub streams_per_connection: u32,
    /// Streams that a connection may reset by its own faults before it is closed. Default 128.
    pub local_resets_per_connection: usize,
    /// Connections. Default 10,000.
    pub connections: usize,
    /// Age at which a connection is asked to reconnect, seconds. Default 1,800.
    pub connection_seconds: u64,
    /// Idle time after which a connection is asked for a sign of life, seconds. Default 60.
    pub keepalive_seconds: u64,
    /// Time for that sign, and for a new connection's handshake, seconds. Default 20.
    pub keepalive_timeout_seconds: u64,
    /// Watch streams in all. Default 256.
    pub watchers: usize,
    /// Oldest age of a watch stream, seconds. Default 1,800.
    pub watch_seconds: u64,
    /// How long a watcher may leave its buffer full before its stream is ended, seconds. Default 10.
    pub watcher_patience_seconds: u64,
    /// How often the feed is looked at for what other replicas committed, milliseconds. Default 500.
    pub feed_poll_millis: u64,
    /// Time that calls under way get when the server stops, seconds. Default 10.
    pub drain_seconds: u64,
    /// How long a request_id is remembered at the least, hours. Default 72.
    pub request_id_hours: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 1 << 20,
            answer_bytes: 4 << 20,
            header_bytes: 16 << 10,
            call_seconds: 10,
            calls: 512,
            calls_per_connection: 128,
            streams_per_connection: 200,
            local_resets_per_connection: 128,
            connections: 10_000,
            connection_seconds: 1_800,
            keepalive_seconds: 60,
            keepalive_timeout_seconds: 20,
            watchers: 256,
            watch_seconds: 1_800,
            watcher_patience_seconds: 10,
            feed_poll_millis: 500,
            drain_seconds: 10,
            request_id_hours: 72,
        }
    }
}

/// What happens without a caller: warnings of clocks, dates that a new calendar moves.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerConfig {
    /// This process takes part in the election. Default true.
    pub enabled: bool,
    /// Time between two looks, milliseconds, at least 1. Default 5,000.
    pub interval_millis: u64,
    /// How long the elected one stays elected without a sign of life, seconds. Default 30.
    pub lease_seconds: u64,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self { enabled: true, interval_millis: 5_000, lease_seconds: 30 }
    }
}

/// Where the content of documents is, and how much of it there may be.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentsConfig {
    /// Directory for the content; replicas share it. Default none: the content is in the database.
    pub directory: Option<PathBuf>,
    /// Where uploads wait, sealed, until they are complete, when there is no `directory`. Default the system's temporary directory.
    pub spool_directory: Option<PathBuf>,
    /// Longest document, bytes. Default 20 MiB; at most 64 MiB in the database, 2 GiB in a directory.
    pub max_bytes: u64,
    /// Uploads at once. Default 32.
    pub uploads: usize,
    /// How long an upload may be silent, seconds. Default 30.
    pub patience_seconds: u64,
}

impl Default for DocumentsConfig {
    fn default() -> Self {
        Self { directory: None, spool_directory: None, max_bytes: 20 << 20, uploads: 32, patience_seconds: 30 }
    }
}

impl DocumentsConfig {
    /// Most that `max_bytes` may be.
    fn most_bytes(&self) -> u64 {
        if self.directory.is_some() { 2 << 30 } else { 64 << 20 }
    }
}

impl Config {
    /// Reads the file, if one is named, and the environment.
    ///
    /// # Errors
    /// A sentence naming the setting that is wrong.
    pub fn load(file: Option<&std::path::Path>) -> Result<Self, String> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(path) = file {
            if !path.is_file() {
                return Err(format!("there is no configuration file {}", path.display()));
            }
            figment = figment.merge(Toml::file_exact(path));
        }
        // Two names belong to tools around the server and are no settings.
        let env = Env::prefixed("LIANBANG_").ignore(&["config", "sample_data", "test_postgres"]).split("__");
        figment.merge(env).extract().map_err(|fault| fault.to_string())
    }

    /// Refuses what `serve` must not do.
    ///
    /// # Errors
    /// A sentence for each thing that is unsafe, and what to do about it.
    pub fn ensure_safe(&self) -> Result<(), String> {
        let mut faults = Vec::new();
        let server = &self.server;
        if server.tls_certificate.is_some() != server.tls_key.is_some() {
            faults.push("server.tls_certificate and server.tls_key go together".to_owned());
        }
        if server.tls_certificate.is_none() && !server.listen.ip().is_loopback() && !server.unsafe_plaintext {
            faults.push(format!(
                "{} can be reached by others without TLS: set server.tls_certificate and server.tls_key, or server.unsafe_plaintext = true",
                server.listen
            ));
        }
        if server.key_file.is_none() {
            faults.push("server.key_file is not set: `lianbang keys FILE` makes one".to_owned());
        }
        if self.documents.max_bytes > self.documents.most_bytes() {
            faults.push(format!("documents.max_bytes is more than {}", self.documents.most_bytes()));
        }
        match self.metrics_address() {
            Ok(Some(address)) if !address.ip().is_loopback() => {
                faults.push("server.metrics_listen must be a loopback address".to_owned());
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }

    /// The address for metrics, if any.
    ///
    /// # Errors
    /// A sentence where it is no address.
    pub fn metrics_address(&self) -> Result<Option<SocketAddr>, String> {
        match self.server.metrics_listen.as_str() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| format!("server.metrics_listen: {text} is not an address")),
        }
    }
}
