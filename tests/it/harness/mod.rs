//! A server of its own for each test, with clients by role.

pub mod database;
mod errors;
mod golden;
mod hold;
mod interleave;
mod make;
mod narrow;
mod program;

use std::sync::Arc;

use lianbang::{
    auth::Role,
    call::{CountedIds, Micros, SetTimeSource},
    config::Config,
    seal::KeyRing,
    server::{self, Running, Sources},
};
use tonic::{
    Request, Status,
    metadata::MetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};
use uuid::Uuid;

pub use errors::{assert_condition, assert_reason, reason};
pub use golden::assert_golden;
pub use interleave::meet;
pub use make::*;
pub use narrow::Narrow;
pub use program::{Serving, program, told};

/// Monday 2 March 2026, 09:00 in China.
pub const MONDAY: Micros = 1_772_413_200_000_000;
/// One day.
pub const DAY: Micros = 86_400_000_000;

/// A channel that brings its client's token.
pub type Line = InterceptedService<Channel, Token>;

/// A running server and its surroundings.
pub struct Stage {
    pub running: Running,
    pub time: Arc<SetTimeSource>,
    pub config: Config,
    pub database: database::Database,
    channel: Channel,
}

/// Brings a token along.
#[derive(Clone)]
pub struct Token(Option<MetadataValue<tonic::metadata::Ascii>>);

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

/// A way to a program that serves elsewhere.
pub fn line_to(address: &str, secret: &str) -> Line {
    let channel = Endpoint::from_shared(format!("http://{address}")).expect("address").connect_lazy();
    InterceptedService::new(channel, Token(Some(format!("Bearer {secret}").parse().expect("ascii"))))
}

/// The key file of all tests.
pub const KEYS: &str =
    "blind AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";

/// The keys of all tests.
pub fn keys() -> KeyRing {
    KeyRing::parse(KEYS).expect("keys")
}

impl Stage {
    /// A server with the default settings on a database of its own.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A server with some settings changed.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let database = database::Database::create().await;
        let mut config = Config::default();
        config.database.url = database.url();
        config.database.connections = 6;
        config.server.metrics_listen = "127.0.0.1:0".into();
        // Tests make the worker's turns themselves.
        config.worker.enabled = false;
        change(&mut config);
        Self::start(config, database).await
    }

    /// Starts on a database that is there.
    pub async fn start(config: Config, database: database::Database) -> Self {
        let time = Arc::new(SetTimeSource::new(MONDAY));
        let sources = Sources { time: time.clone(), ids: Arc::new(CountedIds::default()) };
        let base = server::open(&config, keys(), &sources).await.expect("open");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let running = server::start(&config, base, listener).await.expect("start");
        let channel = Endpoint::from_shared(format!("http://{}", running.address())).expect("address").connect_lazy();
        Self { running, time, config, database, channel }
    }

    /// A line without a token.
    pub fn nobody(&self) -> Line {
        InterceptedService::new(self.channel.clone(), Token(None))
    }

    /// A line with this token.
    pub fn holder(&self, secret: &str) -> Line {
        let value = format!("Bearer {secret}").parse().expect("ascii");
        InterceptedService::new(self.channel.clone(), Token(Some(value)))
    }

    /// The same over a connection of its own.
    pub async fn holder_apart(&self, secret: &str) -> Line {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.running.address())).expect("address");
        let value = format!("Bearer {secret}").parse().expect("ascii");
        InterceptedService::new(endpoint.connect().await.expect("connection"), Token(Some(value)))
    }

    /// A line that may do everything everywhere, but see accusations.
    pub async fn admin(&self) -> Line {
        self.everywhere(Role::Administrator).await
    }

    /// A line with a role everywhere.
    pub async fn everywhere(&self, role: Role) -> Line {
        self.holder(&self.secret_of(role).await)
    }

    /// The token of a new client with a role everywhere.
    pub async fn secret_of(&self, role: Role) -> String {
        let door = &self.running.base().door;
        let sources = Sources { time: door.time.clone(), ids: door.ids.clone() };
        let id = format!("{}-everywhere", role.word().to_lowercase().replace('_', "-"));
        let made = lianbang::admin::bootstrap(&door.db, &sources.own_call(), &id, &id, role, 30 * DAY).await;
        door.authenticator.forget();
        made.expect("bootstrap").secret.reveal().to_owned()
    }

    /// A line with a role in one area: `regions/…`, `organizations/…` or `cadres/…/postings/…`.
    pub async fn within(&self, role: Role, area: &str) -> Line {
        self.within_all(role, &[area]).await
    }

    /// A line with a role in several areas.
    pub async fn within_all(&self, role: Role, areas: &[&str]) -> Line {
        self.client_of("", &[role], areas).await
    }

    /// A line of a client that an organization runs, or nobody's, with some roles in some areas.
    pub async fn client_of(&self, organization: &str, roles: &[Role], areas: &[&str]) -> Line {
        use lianbang::pb::v1::{self, admin_service_client::AdminServiceClient, grant::Scope};
        let mut admin = AdminServiceClient::new(self.admin().await);
        let id = format!("c{}", Uuid::new_v4().simple());
        let client = v1::Client {
            display_name: id.clone(),
            names_officials: true,
            organization: organization.into(),
            ..Default::default()
        };
        let create = v1::CreateClientRequest {
            client: Some(client),
            client_id: id.clone(),
            request_id: request_id(),
            ..Default::default()
        };
        admin.create_client(create).await.expect("client");
        let parent = format!("clients/{id}");
        for (area, role) in areas.iter().flat_map(|area| roles.iter().map(move |role| (area, *role))) {
            let scope = match area.split('/').next() {
                Some("regions") => Scope::Region((*area).to_owned()),
                Some("organizations") => Scope::Organization((*area).to_owned()),
                _ => Scope::Posting((*area).to_owned()),
            };
            let grant = v1::Grant { role: role as i32, scope: Some(scope), ..Default::default() };
            let grant = v1::GrantRoleRequest {
                parent: parent.clone(),
                grant: Some(grant),
                request_id: request_id(),
                ..Default::default()
            };
            admin.grant_role(grant).await.expect("grant");
        }
        let issue = v1::IssueTokenRequest { parent, request_id: request_id(), ..Default::default() };
        let issued = admin.issue_token(issue).await.expect("token").into_inner();
        self.holder(&issued.secret)
    }

    /// Runs SQL beside the server.
    pub async fn sql(&self, text: &str) {
        self.database.execute(text).await;
    }

    /// One number from the database.
    pub async fn count(&self, text: &str) -> i64 {
        self.database.number(text).await
    }
}

/// A new request_id.
pub fn request_id() -> String {
    Uuid::new_v4().to_string()
}
