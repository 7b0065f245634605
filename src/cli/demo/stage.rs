//! A server on the register that is being made up, with a clock of its own: what happened last winter is entered last winter.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use lianbang::{
    auth::Role,
    call::{Micros, RandomIds, SetTimeSource},
    config::{Config, WorkerConfig},
    pb::v1,
    seal::KeyRing,
    server::{self, Running, Sources},
};
use tokio::net::TcpListener;

use super::city;
use crate::cli::{
    Outcome,
    import::kinds::Kind,
    line::{self, Line},
};

/// The server and the way to it.
pub struct Stage {
    running: Running,
    time: Arc<SetTimeSource>,
    /// The way to it, as an administrator.
    pub line: Line,
}

impl Stage {
    /// Starts it at `from`, with a token that holds a little longer than until `until`.
    pub async fn open(config: &Config, keys: KeyRing, from: Micros, until: Micros) -> Outcome<Self> {
        let time = Arc::new(SetTimeSource::new(from));
        let sources = Sources { time: time.clone(), ids: Arc::new(RandomIds::default()) };
        // The made-up past has no warnings: they would come at the clock's jumps.
        let config = &Config { worker: WorkerConfig { enabled: false, ..WorkerConfig::default() }, ..config.clone() };
        let base = server::open(config, keys, &sources).await?;
        let ttl = until - from + i64::try_from(Duration::from_secs(600).as_micros()).unwrap_or(0);
        let (call, name) = (sources.own_call(), "信访业务系统（演示数据）");
        let made = lianbang::admin::bootstrap(&base.door.db, &call, "casework", name, Role::Administrator, ttl).await?;
        let secret = made.secret;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|fault| fault.to_string())?;
        let running = server::start(config, base, listener).await?;
        let line = line::connect(&format!("http://{}", running.address()), secret.reveal(), None).await?;
        Ok(Self { running, time, line })
    }

    /// Sets the clock.
    pub fn set(&self, now: Micros) {
        self.time.set(now);
    }

    /// Sends rows through an import and returns the names of what they became, in order.
    pub async fn bulk<K: Kind>(&self, header: K::Header, rows: Vec<K::Row>) -> Outcome<Vec<String>> {
        let wanted = rows.len();
        let mut results = K::open(self.line.clone(), header, futures::stream::iter(rows)).await?;
        let mut names = Vec::with_capacity(wanted);
        while let Some(result) = results.next().await {
            names.push(city::accepted(result?)?);
        }
        if names.len() == wanted { Ok(names) } else { Err("the import ended early".into()) }
    }

    /// Ends the server and closes the database.
    pub async fn close(self) {
        let Self { running, time: _, line } = self;
        drop(line);
        running.stop().await;
    }
}

/// The official of an organization whom the made-up clients name.
pub fn official(organization: &str, id: &str, name: &str, post: &str) -> Option<v1::Official> {
    Some(v1::Official {
        official_id: id.to_owned(),
        display_name: name.to_owned(),
        organization: organization.to_owned(),
        post: post.to_owned(),
        cadre: String::new(),
    })
}

/// A key for one mutation.
pub fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
