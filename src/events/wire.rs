//! The feed on the wire.

use super::{
    cursor::Position,
    model::{Happened, Official},
    sight::Told,
};
use crate::{
    db::Rows,
    door::Door,
    pb::v1::{self, feed_entry, watch_events_response::Message},
    place::{Code, Level},
    wire::pb_time,
};

/// Version of CloudEvents whose attributes events have.
const SPEC_VERSION: &str = "1.0";

/// The cursor of a position.
pub fn cursor(door: &Door, position: Position) -> String {
    position.seal(door.db.keys(), &door.origin.incarnation)
}

/// An entry for a poller.
pub fn entry(door: &Door, told: Told, row: Happened) -> v1::FeedEntry {
    let entry = match told {
        Told::Event => feed_entry::Entry::Event(event(door, row)),
        Told::ScopeLeft => feed_entry::Entry::ScopeLeft(scope_left(door, row)),
    };
    v1::FeedEntry { entry: Some(entry) }
}

/// A message for a watcher.
pub fn message(door: &Door, told: Told, row: Happened) -> Message {
    match told {
        Told::Event => Message::Event(event(door, row)),
        Told::ScopeLeft => Message::ScopeLeft(scope_left(door, row)),
    }
}

/// How far a watcher was served.
pub fn bookmark(door: &Door, position: Position) -> Message {
    Message::Bookmark(v1::Bookmark { cursor: cursor(door, position), time: Some(pb_time(door.time.now())) })
}

fn scope_left(door: &Door, row: Happened) -> v1::ScopeLeft {
    v1::ScopeLeft { cursor: cursor(door, row.position), name: row.resource }
}

fn event(door: &Door, row: Happened) -> v1::Event {
    let resource_type = row.resource_type().to_owned();
    let Happened {
        position,
        time,
        kind,
        resource,
        state_before,
        state_after,
        etag,
        root: _,
        place,
        client,
        official,
        id,
        moved_to: _,
        walled: _,
    } = row;
    let region = match place.lowest() {
        (Level::Country, _) => String::new(),
        (_, code) => Code::name(code),
    };
    v1::Event {
        id: id.to_string(),
        source: format!("/registers/{}", door.origin.register),
        spec_version: SPEC_VERSION.to_owned(),
        r#type: kind,
        subject: resource,
        resource_type,
        time: Some(pb_time(time)),
        state_before,
        state_after,
        etag,
        region,
        client: client.map(|id| format!("clients/{id}")).unwrap_or_default(),
        official: official.map(|official| {
            let Official { id, organization, post } = official;
            v1::EventOfficial { official_id: id, organization, post }
        }),
        cursor: cursor(door, position),
    }
}
