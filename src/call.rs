//! What an operation knows of its call: who asks, for whom, under which key, until when, and what time it is.
//!
//! Time and ids come from here and nowhere else, so that a test can set both.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::time::Instant;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::auth::{Identity, Method, Permit};

/// Microseconds since 1970-01-01T00:00:00Z. What is sorted or compared in time is stored so on both databases.
pub type Micros = i64;

/// One call of one method.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method, with its permission.
    pub method: &'static Method,
    /// The client that calls.
    pub identity: Arc<Identity>,
    /// Where the client may do what the method does.
    pub permit: Permit,
    /// The official for whom the client acts.
    pub official: Option<Official>,
    /// Key and fingerprint of a mutation.
    pub request: Option<RequestKey>,
    /// Do everything but write.
    pub validate_only: bool,
    /// The time of the call.
    pub now: Micros,
    /// When the caller stops waiting.
    pub deadline: Instant,
    /// Language for people.
    pub locale: Locale,
    /// Id of the call in the log.
    pub call_id: Arc<str>,
    /// Where new ids come from.
    pub ids: Arc<dyn IdSource>,
}

impl Call {
    /// A new id, ordered by the time of the call.
    pub fn new_id(&self) -> Uuid {
        self.ids.next(self.now)
    }
}

/// Key of a mutation: the caller's request_id and what was asked under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestKey {
    /// The caller's request_id.
    pub id: Uuid,
    /// SHA-256 over the method and the request without its request_id.
    pub hash: [u8; 32],
}

/// The official for whom a call acts, as the client vouches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Official {
    /// Id in the client's directory.
    pub id: String,
    /// Name as in documents.
    pub display_name: String,
    /// `organizations/{id}`, or empty.
    pub organization: String,
    /// Post held there, or empty.
    pub post: String,
    /// `cadres/{id}`, or empty.
    pub cadre: String,
}

/// A language that people are answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// Simplified Chinese, the default.
    #[default]
    ZhCn,
    /// English.
    En,
}

impl Locale {
    /// The first language of an `accept-language` header that we speak.
    pub fn from_header(header: &str) -> Self {
        header
            .split(',')
            .filter_map(|part| part.split(';').next())
            .map(|tag| tag.trim().to_ascii_lowercase())
            .find_map(|tag| match tag.split('-').next() {
                Some("zh") => Some(Self::ZhCn),
                Some("en") => Some(Self::En),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// BCP-47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

/// Where the time comes from.
pub trait TimeSource: Send + Sync + std::fmt::Debug + 'static {
    /// The time now.
    fn now(&self) -> Micros;
}

/// Where new ids come from.
pub trait IdSource: Send + Sync + std::fmt::Debug + 'static {
    /// A UUIDv7 for `now`, greater than the ones before within this process and millisecond.
    fn next(&self, now: Micros) -> Uuid;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemTimeSource;

impl TimeSource for SystemTimeSource {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Micros {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands until it is set: for tests and for the made-up past of `demo`.
#[derive(Debug, Default)]
pub struct SetTimeSource(AtomicI64);

impl SetTimeSource {
    /// Stands at `now`.
    pub fn new(now: Micros) -> Self {
        Self(AtomicI64::new(now))
    }

    /// Moves to `now`.
    pub fn set(&self, now: Micros) {
        self.0.store(now, Ordering::SeqCst);
    }

    /// Moves on.
    pub fn advance(&self, by: Micros) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl TimeSource for SetTimeSource {
    fn now(&self) -> Micros {
        self.0.load(Ordering::SeqCst)
    }
}

/// UUIDv7 with a random tail, ordered within a millisecond.
#[derive(Debug)]
pub struct RandomIds(std::sync::Mutex<ContextV7>);

impl Default for RandomIds {
    fn default() -> Self {
        Self(std::sync::Mutex::new(ContextV7::new()))
    }
}

impl IdSource for RandomIds {
    fn next(&self, now: Micros) -> Uuid {
        let (seconds, nanos) = split(now);
        let context = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(&*context, seconds, nanos))
    }
}

/// Ids that are the same in each run.
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

impl IdSource for CountedIds {
    fn next(&self, now: Micros) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        let millis = u64::try_from(now / 1_000).unwrap_or(0);
        let mut tail = [0u8; 10];
        tail[2..].copy_from_slice(&count.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }
}

fn split(now: Micros) -> (u64, u32) {
    let seconds = u64::try_from(now.div_euclid(1_000_000)).unwrap_or(0);
    let nanos = u32::try_from(now.rem_euclid(1_000_000)).unwrap_or(0) * 1_000;
    (seconds, nanos)
}
