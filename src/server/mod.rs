//! The server, put together in one place and in a fixed order.
//!
//! A call passes, from the outside in: `observe` (its id, its line in the log, its metrics; every refusal below is counted under
//! the code that its caller sees), `complete` (a refusal of the transport gets our details), `admit` (how many calls at once, and
//! until when), `enter` (who calls, and whether the method is granted), then its service. A test holds the order.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::middleware::{from_fn, from_fn_with_state};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::{
    service::Routes,
    transport::{Identity as TlsIdentity, Server, ServerTlsConfig},
};

use crate::{
    admin,
    auth::{Area, Authenticator, Identity, Method, Permit},
    cadres,
    call::{Call, IdSource, Locale, RandomIds, SystemTimeSource, TimeSource},
    cases,
    catalog::{self, Catalog},
    committees,
    config::{Config, Limits},
    db::{self, Db},
    door::Door,
    error::{Error, Result},
    events, mediations, migrate, organizations, pb, regions,
    seal::KeyRing,
    shelf::Shelf,
    staffing,
    worker::Worker,
};

mod admit;
mod enter;
mod health;
mod incoming;
mod metrics;
mod observe;

pub use metrics::{Metrics, WorkerMetrics};
pub use observe::{CallLog, code_name};

/// Time and ids: the machine's, or a test's.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The time.
    pub time: Arc<dyn TimeSource>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { time: Arc::new(SystemTimeSource), ids: Arc::new(RandomIds::default()) }
    }
}

impl Sources {
    /// A call of the program itself: migrations, the first administrator, made-up data. It may do everything everywhere.
    pub fn own_call(&self) -> Call {
        static OWN: Method = Method {
            path: "lianbang",
            permission: "authenticated",
            emits: &[],
            mutation: true,
            client_stream: false,
            server_stream: false,
        };
        let identity = Identity {
            client: "lianbang".into(),
            names_officials: true,
            organization: None,
            serves: Vec::new(),
            grants: Vec::new(),
            token_expires: i64::MAX,
        };
        Call {
            method: &OWN,
            identity: Arc::new(identity),
            permit: Permit { areas: vec![Area::EVERYWHERE], accusations: vec![Area::EVERYWHERE], ..Permit::default() },
            official: None,
            request: None,
            validate_only: false,
            now: self.time.now(),
            deadline: tokio::time::Instant::now() + Duration::from_secs(60),
            locale: Locale::ZhCn,
            call_id: Arc::from("lianbang"),
            ids: self.ids.clone(),
        }
    }
}

/// What a server stands on, before it listens: the database with its schema, its keys and the way in.
#[derive(Debug, Clone)]
pub struct Base {
    /// The way of every call.
    pub door: Door,
    /// Id of the database's incarnation.
    pub incarnation: String,
    /// Content of documents.
    pub shelf: Shelf,
}

/// Opens the database: SQLite's schema is brought up here, PostgreSQL's by `lianbang migrate`.
///
/// # Errors
/// `DatabaseUnavailable`, or `Internal` where the keys are not the database's.
pub async fn open(config: &Config, keys: KeyRing, sources: &Sources) -> Result<Base> {
    if config.database.url.starts_with("sqlite:") {
        migrate::up(&config.database).await?;
    }
    let db = db::connect(&config.database, Arc::new(keys)).await?;
    let origin = Arc::new(db::claim(&db, &sources.own_call()).await?);
    catalog::seed(&db, &sources.own_call()).await?;
    let incarnation = origin.incarnation.clone();
    let authenticator = Authenticator::new(db.clone());
    let catalog = Catalog::default();
    let door = Door { db, time: sources.time.clone(), ids: sources.ids.clone(), authenticator, origin, catalog };
    let shelf = Shelf::open(&config.documents)?;
    cases::settle_waiting(&door.db, &shelf).await?;
    Ok(Base { door, incarnation, shelf })
}

/// A server that listens.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    base: Base,
    stop: CancellationToken,
    drain: Duration,
    task: JoinHandle<std::result::Result<(), tonic::transport::Error>>,
    worker: Option<JoinHandle<()>>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its metrics are.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// What it stands on.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Stops: no new calls, time for those under way, streams end with their cursor, what is written stays written.
    pub async fn stop(self) {
        self.stop.cancel();
        let abort = self.task.abort_handle();
        let drained = tokio::time::timeout(self.drain, async {
            let _ = self.task.await;
            if let Some(worker) = self.worker {
                let _ = worker.await;
            }
        });
        if drained.await.is_err() {
            tracing::warn!(
                seconds = self.drain.as_secs(),
                "calls were still under way when the time to drain was over"
            );
            abort.abort();
        }
        self.base.door.db.close().await;
    }
}

/// Listens and serves until stopped.
///
/// # Errors
/// `Internal` with what is wrong with certificates or addresses.
pub async fn start(config: &Config, base: Base, listener: TcpListener) -> Result<Running> {
    let address = listener.local_addr().map_err(Error::internal)?;
    let stop = CancellationToken::new();
    let metrics = Metrics::new().map_err(Error::internal)?;
    let metrics_address = match config.metrics_address().map_err(Error::internal)? {
        Some(address) => Some(metrics::serve(address, metrics.clone(), stop.clone()).await.map_err(Error::internal)?),
        None => None,
    };
    let routes = assemble(config, &base, &metrics, &stop)?;
    let incoming = incoming::accept(listener, &config.limits);
    let server = transport(config)?.add_routes(routes);
    let task = tokio::spawn(server.serve_with_incoming_shutdown(incoming, stop.clone().cancelled_owned()));
    let drain = Duration::from_secs(config.limits.drain_seconds);
    let worker = config.worker.enabled.then(|| {
        let worker = Worker::new(base.door.clone(), &config.worker, stop.clone());
        let every = Duration::from_millis(config.worker.interval_millis.max(1));
        tokio::spawn(worker.run(every, metrics.worker()))
    });
    Ok(Running { address, metrics_address, base, stop, drain, task, worker })
}

/// HTTP/2 with every limit set: tonic's defaults leave streams and resets without one.
fn transport(config: &Config) -> Result<Server> {
    let limits = &config.limits;
    let mut server = Server::builder()
        .max_concurrent_streams(limits.streams_per_connection)
        .http2_max_local_error_reset_streams(Some(limits.local_resets_per_connection))
        .http2_max_header_list_size(limits.header_bytes)
        .initial_stream_window_size(256 << 10)
        .initial_connection_window_size(1 << 20)
        .http2_keepalive_interval(Some(Duration::from_secs(limits.keepalive_seconds)))
        .http2_keepalive_timeout(Some(Duration::from_secs(limits.keepalive_timeout_seconds)))
        .max_connection_age(Duration::from_secs(limits.connection_seconds));
    if let (Some(certificate), Some(key)) = (&config.server.tls_certificate, &config.server.tls_key) {
        let read = |path: &std::path::Path| {
            std::fs::read(path).map_err(|fault| Error::internal(format!("{}: {fault}", path.display())))
        };
        let identity = TlsIdentity::from_pem(read(certificate)?, read(key)?);
        server = server.tls_config(ServerTlsConfig::new().identity(identity)).map_err(Error::internal)?;
    }
    Ok(server)
}

/// Services inside their layers. The last layer is the outermost.
fn assemble(config: &Config, base: &Base, metrics: &Metrics, stop: &CancellationToken) -> Result<Routes> {
    let routes = services(config, base, metrics, stop)?.into_axum_router();
    let gate = enter::Gate { door: base.door.clone(), open_reflection: config.server.open_reflection };
    let admission = admit::Admission::new(&config.limits);
    let observer =
        observe::Observer { metrics: metrics.clone(), ids: base.door.ids.clone(), time: base.door.time.clone() };
    let routes = routes
        .layer(from_fn_with_state(gate, enter::enter))
        .layer(from_fn_with_state(admission, admit::admit))
        .layer(from_fn(observe::complete))
        .layer(from_fn_with_state(observer, observe::observe));
    Ok(Routes::from(routes))
}

/// Message limits and compression of one service.
macro_rules! mount {
    ($routes:ident, $limits:expr, $server:path, $service:expr) => {{
        type Mounted<T> = $server;
        $routes.add_service(
            <Mounted<_>>::new($service)
                .max_decoding_message_size($limits.message_bytes)
                .max_encoding_message_size($limits.answer_bytes)
                .accept_compressed(tonic::codec::CompressionEncoding::Gzip)
                .send_compressed(tonic::codec::CompressionEncoding::Gzip),
        );
    }};
}

fn services(config: &Config, base: &Base, metrics: &Metrics, stop: &CancellationToken) -> Result<Routes> {
    use pb::v1::{
        admin_service_server::AdminServiceServer, agreement_service_server::AgreementServiceServer,
        cadre_service_server::CadreServiceServer, case_service_server::CaseServiceServer,
        catalog_service_server::CatalogServiceServer, committee_service_server::CommitteeServiceServer,
        duplicate_service_server::DuplicateServiceServer, event_service_server::EventServiceServer,
        mediation_service_server::MediationServiceServer, organization_service_server::OrganizationServiceServer,
        procedure_service_server::ProcedureServiceServer, public_service_server::PublicServiceServer,
        region_service_server::RegionServiceServer, routing_service_server::RoutingServiceServer,
        staffing_service_server::StaffingServiceServer, supervision_service_server::SupervisionServiceServer,
    };

    let limits: &Limits = &config.limits;
    let door = &base.door;
    let info = admin::Info {
        incarnation: base.incarnation.clone(),
        max_message_bytes: limits.message_bytes,
        max_call: Duration::from_secs(limits.call_seconds),
        max_watch: Duration::from_secs(limits.watch_seconds),
        request_id_retention: Duration::from_secs(limits.request_id_hours * 3_600),
        max_document_bytes: base.shelf.max_bytes(),
    };
    let mut routes = tonic::service::RoutesBuilder::default();
    mount!(routes, limits, AdminServiceServer<T>, admin::Service { door: door.clone(), info });
    mount!(routes, limits, CatalogServiceServer<T>, catalog::Service(door.clone()));
    mount!(routes, limits, RegionServiceServer<T>, regions::Service(door.clone()));
    let cases = cases::Service {
        door: door.clone(),
        catalog: door.catalog.clone(),
        shelf: base.shelf.clone(),
        sampled: cases::Sampled::default(),
    };
    mount!(routes, limits, CaseServiceServer<T>, cases.clone());
    mount!(routes, limits, RoutingServiceServer<T>, cases.clone());
    mount!(routes, limits, ProcedureServiceServer<T>, cases.clone());
    mount!(routes, limits, SupervisionServiceServer<T>, cases.clone());
    mount!(routes, limits, DuplicateServiceServer<T>, cases.clone());
    mount!(routes, limits, PublicServiceServer<T>, cases);
    mount!(routes, limits, OrganizationServiceServer<T>, organizations::Service(door.clone()));
    mount!(routes, limits, CadreServiceServer<T>, cadres::Service(door.clone()));
    mount!(routes, limits, CommitteeServiceServer<T>, committees::Service(door.clone()));
    mount!(routes, limits, StaffingServiceServer<T>, staffing::Service(door.clone()));
    let events = events::Service::new(door.clone(), limits, metrics.watchers(), stop.clone());
    mount!(routes, limits, EventServiceServer<T>, events);
    mount!(routes, limits, MediationServiceServer<T>, mediations::MediationApi(door.clone()));
    mount!(routes, limits, AgreementServiceServer<T>, mediations::AgreementApi(door.clone()));

    routes.add_service(health::follow(door.db.clone(), stop.clone()));
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(pb::DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    routes.add_service(reflection().build_v1().map_err(Error::internal)?);
    routes.add_service(reflection().build_v1alpha().map_err(Error::internal)?);
    Ok(routes.routes())
}

/// Handle for tests and tools that need the database of a running server.
impl Running {
    /// The database.
    pub fn db(&self) -> &Db {
        &self.base.door.db
    }
}
