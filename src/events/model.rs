//! What the feed holds: changes, and marks where a resource left somebody's sight.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::cursor::Position;
use crate::{call::Micros, place::Path, record::Sight};

include!(concat!(env!("OUT_DIR"), "/resources.rs"));

/// A row of the feed within a reader's scope.
#[derive(Debug, Clone)]
pub struct Happened {
    /// Behind this row.
    pub position: Position,
    /// When it was written.
    pub time: Micros,
    /// Type of the event.
    pub kind: String,
    /// Name of the resource.
    pub resource: String,
    /// State before.
    pub state_before: String,
    /// State after.
    pub state_after: String,
    /// Etag after.
    pub etag: String,
    /// The case or mediation that the resource belongs to.
    pub root: Option<Uuid>,
    /// Where the resource is.
    pub place: Path,
    /// The client that called; none where the server acted by itself.
    pub client: Option<String>,
    /// For whom it called.
    pub official: Option<Official>,
    /// Id of the event.
    pub id: Uuid,
    /// For the mark of a resource that left this place: where it is now.
    pub moved_to: Option<Sight>,
    /// Whom the change behind such a mark walled off.
    pub walled: Vec<String>,
}

/// The official of an event, without the name.
#[derive(Debug, Clone)]
pub struct Official {
    /// Id in the client's directory.
    pub id: String,
    /// Organization.
    pub organization: String,
    /// Post.
    pub post: String,
}

impl Happened {
    /// Type of the resource.
    pub fn resource_type(&self) -> &'static str {
        resource_type(&self.resource)
    }
}

/// The type of a resource by its name, from the patterns of the protos; empty where the name fits none.
pub fn resource_type(name: &str) -> &'static str {
    let fits = |pattern: &str| {
        let mut parts = name.split('/');
        pattern.split('/').all(|wanted| parts.next().is_some_and(|part| wanted.starts_with('{') || wanted == part))
            && parts.next().is_none()
    };
    RESOURCES.iter().find(|(pattern, _)| fits(pattern)).map_or("", |(_, of_type)| of_type)
}

/// Id of the event of a row. It rests on what the row says and not on the database's incarnation: after a restore the same row has
/// the same id, and another row under the same number has another.
pub fn event_id(seq: i64, body: &[u8]) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(b"event");
    hash.update(seq.to_be_bytes());
    hash.update(body);
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_type() {
        for (name, expected) in [
            ("cases/1", "lianbang/Case"),
            ("cadres/1/postings/2", "lianbang/Posting"),
            ("clients/hotline/tokens/1", "lianbang/Token"),
            ("cases", ""),
            ("cases/1/nothing/2", ""),
            ("database", ""),
        ] {
            assert_eq!(resource_type(name), expected, "{name}");
        }
    }

    #[test]
    fn an_id_stands_for_one_row() {
        assert_eq!(event_id(1, b"a"), event_id(1, b"a"));
        assert_ne!(event_id(1, b"a"), event_id(2, b"a"));
        assert_ne!(event_id(1, b"a"), event_id(1, b"b"));
    }
}
