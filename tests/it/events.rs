//! EventService: the feed.

use std::time::Duration;

use lianbang::{
    auth::Role,
    db::{Command, Tx},
    error::Result,
    pb::v1::{
        self, admin_service_client::AdminServiceClient, event_service_client::EventServiceClient, feed_entry::Entry,
        grant::Scope, watch_ended::Reason, watch_events_response::Message,
    },
    place::{Code, Level, Path},
    record::{Change, Sight},
    server::Sources,
};
use tonic::{Status, Streaming};

use crate::harness::{Line, Stage, request_id};

mod list;
mod postgres;
mod scope;
mod watch;

/// Longest wait for something that must come.
const SOON: Duration = Duration::from_secs(30);

/// The villages, counties and so on that the tests speak of.
const CITY: &str = "4110";
const WEIDU: &str = "411002";
const YUZHOU: &str = "411081";

fn code(digits: &str) -> Code {
    Code::parse(digits).expect("code")
}

/// A place in a county of the city.
fn within(county: &str) -> Path {
    Path::default().with(Level::Province, code("41")).with(Level::City, code(CITY)).with(Level::County, code(county))
}

/// A change of a case there.
fn case_in(county: &str, id: &str) -> Change {
    Change { kind: "case.registered", resource: format!("cases/{id}"), place: within(county), ..Change::default() }
}

struct Note(Vec<Change>);

impl Command for Note {
    type Answer = ();
    const NAME: &'static str = "test.note";

    async fn run(&self, tx: &Tx<'_>) -> Result<()> {
        self.0.iter().cloned().for_each(|change| tx.record(change));
        Ok(())
    }
}

impl Stage {
    /// Writes changes in one transaction, as an operation would.
    async fn note(&self, changes: impl IntoIterator<Item = Change>) {
        let door = &self.running.base().door;
        let call = Sources { time: door.time.clone(), ids: door.ids.clone() }.own_call();
        let note = Note(changes.into_iter().collect());
        self.running.db().write(&call, note, |()| Vec::new()).await.expect("noted");
    }

    /// Writes `count` rows of cases in a county past the server, as another replica would.
    async fn note_elsewhere(&self, county: &str, count: usize, etag: &str) {
        let xact = if self.database.is_postgres() { "pg_current_xact_id()::text::bigint" } else { "0" };
        let county = code(county).stored();
        self.sql(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO records (xact, time, kind, resource, etag, county, restricted, client, method, body)
             SELECT {xact}, 0, 'case.registered', 'cases/elsewhere-' || i, '{etag}', {county}, FALSE, 'x', '/x', '' FROM n"
        ))
        .await;
    }

    async fn cursor_now(&self) -> String {
        self.running.base().door.cursor_now().await.expect("cursor")
    }

    /// Waits until everything that was written so far is settled: on PostgreSQL transactions of other databases hold the feed up.
    /// The line must see everything. To be called once.
    pub async fn settle(&self, line: &Line) {
        self.note([Change { kind: "test.settled", resource: "settled".into(), ..Change::default() }]).await;
        Watcher::open(line, watch_all("", "subject = \"settled\"")).await.event().await;
    }
}

/// What a watcher from the beginning is sent, up to the first event of a resource.
pub async fn watched(line: &Line, last: &str) -> Vec<Message> {
    let mut messages =
        EventServiceClient::new(line.clone()).watch_events(watch_all("", "")).await.expect("watch").into_inner();
    let mut told = Vec::new();
    while let Some(answer) = messages.message().await.expect("message") {
        let message = answer.message.expect("message");
        let ends = matches!(&message, Message::Event(event) if event.subject == last);
        told.push(message);
        if ends {
            break;
        }
    }
    told
}

fn list_all(cursor: &str, filter: &str) -> v1::ListEventsRequest {
    v1::ListEventsRequest { cursor: cursor.into(), filter: filter.into(), ..Default::default() }
}

fn watch_all(cursor: &str, filter: &str) -> v1::WatchEventsRequest {
    v1::WatchEventsRequest { cursor: cursor.into(), filter: filter.into(), ..Default::default() }
}

async fn list(line: &Line, request: v1::ListEventsRequest) -> Result<v1::ListEventsResponse, Status> {
    EventServiceClient::new(line.clone()).list_events(request).await.map(tonic::Response::into_inner)
}

/// All events behind a cursor, by pages of `page_size`, and the cursor at the end.
async fn list_to_end(line: &Line, request: v1::ListEventsRequest) -> (Vec<Entry>, String) {
    let mut entries = Vec::new();
    let mut request = request;
    loop {
        let answer = list(line, request.clone()).await.expect("list");
        entries.extend(answer.entries.into_iter().filter_map(|entry| entry.entry));
        if answer.caught_up {
            return (entries, answer.cursor);
        }
        request = v1::ListEventsRequest { cursor: answer.cursor, from_now: false, ..request };
    }
}

/// What an entry is about.
fn about(entry: &Entry) -> String {
    match entry {
        Entry::Event(event) => event.subject.clone(),
        Entry::ScopeLeft(left) => format!("left {}", left.name),
    }
}

/// An open watch, after its first bookmark.
struct Watcher {
    messages: Streaming<v1::WatchEventsResponse>,
    /// Cursor of the first bookmark.
    began: String,
}

impl Watcher {
    async fn open(line: &Line, request: v1::WatchEventsRequest) -> Self {
        Self::try_open(line, request).await.expect("watch")
    }

    async fn try_open(line: &Line, request: v1::WatchEventsRequest) -> Result<Self, Status> {
        let messages = EventServiceClient::new(line.clone()).watch_events(request).await?.into_inner();
        let mut watcher = Self { messages, began: String::new() };
        match watcher.next().await? {
            Some(Message::Bookmark(bookmark)) => watcher.began = bookmark.cursor,
            other => panic!("expected a bookmark, got {other:?}"),
        }
        Ok(watcher)
    }

    /// The next message, or the end.
    async fn next(&mut self) -> Result<Option<Message>, Status> {
        let answer = tokio::time::timeout(SOON, self.messages.message()).await.expect("a message in time")?;
        Ok(answer.map(|answer| answer.message.expect("message")))
    }

    async fn event(&mut self) -> v1::Event {
        loop {
            match self.next().await.expect("message") {
                Some(Message::Event(event)) => return event,
                Some(Message::Bookmark(_)) => {}
                other => panic!("expected an event, got {other:?}"),
            }
        }
    }

    async fn subjects<const N: usize>(&mut self) -> [String; N] {
        let mut subjects = std::array::from_fn(|_| String::new());
        for subject in &mut subjects {
            *subject = self.event().await.subject;
        }
        subjects
    }

    async fn scope_left(&mut self) -> v1::ScopeLeft {
        loop {
            match self.next().await.expect("message") {
                Some(Message::ScopeLeft(left)) => return left,
                Some(Message::Bookmark(_)) => {}
                other => panic!("expected scope_left, got {other:?}"),
            }
        }
    }

    /// Passes over everything up to the end.
    async fn ended(&mut self) -> (v1::WatchEnded, Option<Status>) {
        loop {
            match self.next().await.expect("message") {
                Some(Message::Ended(ended)) => return (ended, self.next().await.err()),
                Some(_) => {}
                None => panic!("the stream ended without a word"),
            }
        }
    }
}

/// A client of its own with grants in some areas.
struct Granted {
    line: Line,
    token: v1::Token,
    grants: Vec<v1::Grant>,
    admin: AdminServiceClient<Line>,
}

impl Granted {
    async fn enter(stage: &Stage, role: v1::Role, areas: &[&str]) -> Self {
        let mut admin = AdminServiceClient::new(stage.admin().await);
        let client = v1::CreateClientRequest {
            client: Some(v1::Client { display_name: "数据交换".into(), ..Default::default() }),
            client_id: "exchange".into(),
            request_id: request_id(),
            ..Default::default()
        };
        let parent = admin.create_client(client).await.expect("client").into_inner().name;
        let mut grants = Vec::new();
        for area in areas.iter().copied() {
            let scope = match area.starts_with("regions/") {
                true => Scope::Region(area.into()),
                false => Scope::Organization(area.into()),
            };
            let grant = v1::Grant { role: role.into(), scope: Some(scope), ..Default::default() };
            let request = v1::GrantRoleRequest {
                parent: parent.clone(),
                grant: Some(grant),
                request_id: request_id(),
                ..Default::default()
            };
            grants.push(admin.grant_role(request).await.expect("grant").into_inner());
        }
        let request = v1::IssueTokenRequest { parent, request_id: request_id(), ..Default::default() };
        let issued = admin.issue_token(request).await.expect("token").into_inner();
        Self { line: stage.holder(&issued.secret), token: issued.token.expect("token"), grants, admin }
    }

    async fn revoke_grant(&mut self, index: usize) {
        let v1::Grant { name, etag, .. } = self.grants[index].clone();
        let request = v1::RevokeGrantRequest { name, etag, request_id: request_id(), ..Default::default() };
        self.admin.revoke_grant(request).await.expect("revoked");
    }
}
