//! The record of a change: audit row, event of the feed and stored answer in one row, and the only code that writes it.
//!
//! The row keeps canonical bytes with a version, so that a chain can be laid over them. They, the event's columns and the detail
//! hold what the contract classes PUBLIC or INTERNAL; the stored answer is sealed.

mod query;

use std::fmt::Write as _;

use sea_orm::{
    ActiveValue::{self, NotSet, Set},
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

pub use query::{Disclosed, disclosures, last_act};

use crate::{
    call::{Call, Official, RequestKey},
    db::{Conflict, Rows, sql},
    error::{Error, Result},
    place::{Code, Level, Path},
    seal::KeyRing,
};

/// The table behind audit and feed.
pub mod entity {
    use sea_orm::entity::prelude::*;

    /// One change.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "records")]
    pub struct Model {
        /// Position among all changes; on PostgreSQL within its transaction.
        #[sea_orm(primary_key)]
        pub seq: i64,
        /// PostgreSQL: id of the transaction, by which commits are ordered. SQLite: 0, commits are serial.
        pub xact: i64,
        /// Time of the call, µs.
        pub time: i64,
        /// Type of the event, `case.accepted`.
        pub kind: String,
        /// Name of the resource.
        pub resource: String,
        /// The case or mediation that the resource belongs to.
        pub root: Option<Uuid>,
        /// State before.
        pub state_before: Option<String>,
        /// State after.
        pub state_after: Option<String>,
        /// Etag after.
        pub etag: String,
        /// The place of the resource, level by level.
        pub province: Option<i64>,
        /// City.
        pub city: Option<i64>,
        /// County.
        pub county: Option<i64>,
        /// Township.
        pub township: Option<i64>,
        /// Village.
        pub village: Option<i64>,
        /// The resource is part of an accusation.
        pub restricted: bool,
        /// It is in no feed: what it tells of exists for an audience only.
        pub private: bool,
        /// Client that called.
        pub client: String,
        /// Method that was called.
        pub method: String,
        /// Official the client acted for, and in which organization and post.
        pub official_id: Option<String>,
        /// Name of the official.
        pub official_name: Option<String>,
        /// Organization of the official.
        pub official_organization: Option<String>,
        /// Post of the official.
        pub official_post: Option<String>,
        /// Canonical bytes of the change, see `canonical`.
        pub body: Vec<u8>,
        /// The caller's request_id.
        pub request_id: Option<Uuid>,
        /// Fingerprint of the request.
        pub request_hash: Option<Vec<u8>>,
        /// The first answer, sealed.
        pub answer: Option<Vec<u8>>,
    }

    /// Has no relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A change as an operation notes it.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Type of the event, one that the method's `emits` names.
    pub kind: &'static str,
    /// Name of the resource.
    pub resource: String,
    /// The case or mediation that the resource belongs to: its history.
    pub root: Option<Uuid>,
    /// Where the resource is; decides who sees the event.
    pub place: Path,
    /// The resource is part of an accusation.
    pub restricted: bool,
    /// It is in no feed: what it tells of exists for an audience only.
    pub private: bool,
    /// State before, where it has states.
    pub state_before: Option<&'static str>,
    /// State after, where it has states.
    pub state_after: Option<&'static str>,
    /// Etag after.
    pub etag: String,
    /// Who could see the resource before, where the change may take it out of somebody's sight: a move to another region, a case
    /// that becomes an accusation.
    pub left: Option<Sight>,
    /// Whom the change walls off: who serves them and could see the resource is told that it left.
    pub walled: Vec<String>,
    /// Further facts, PUBLIC or INTERNAL only: grounds, names of resources, dates.
    pub detail: Vec<(&'static str, String)>,
}

/// What decides who sees a resource: where it is, and whether it is part of an accusation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sight {
    /// Where it is.
    pub place: Path,
    /// It is part of an accusation.
    pub restricted: bool,
}

/// Kind of the rows that stand where a resource was before a change took it from there. They are no events: a watcher who saw it
/// there and cannot see it now is told that it left.
pub const SCOPE_LEFT: &str = "scope.left";

/// The answer that a repetition gets.
#[derive(Debug)]
pub(crate) struct Reply {
    pub key: RequestKey,
    pub answer: Vec<u8>,
}

/// Version of the canonical bytes.
const CANONICAL_VERSION: u8 = 1;

/// Rows of one statement: SQLite takes no more than 32,766 values.
const ROWS_AT_ONCE: usize = 500;

/// Writes the rows of a call's changes; the first carries the reply.
pub(crate) async fn write(
    conn: &impl ConnectionTrait,
    backend: DbBackend,
    keys: &KeyRing,
    call: &Call,
    changes: Vec<Change>,
    mut reply: Option<Reply>,
) -> Result<()> {
    // PostgreSQL fills in the id of the transaction by itself.
    let xact = if backend == DbBackend::Postgres { NotSet } else { Set(0) };
    let rows: Vec<entity::ActiveModel> = changes
        .into_iter()
        .flat_map(|change| {
            debug_assert!(
                call.method.emits.is_empty() || call.method.emits.contains(&change.kind),
                "{} does not declare {}",
                call.method.path,
                change.kind
            );
            let marker = marker(&change).map(|marker| row(keys, call, marker, None, xact.clone()));
            std::iter::once(row(keys, call, change, reply.take(), xact.clone())).chain(marker)
        })
        .collect();
    let answered =
        || Error::RequestIdReused { request_id: call.request.map(|key| key.id.to_string()).unwrap_or_default() };
    for some in rows.chunks(ROWS_AT_ONCE) {
        let insert = entity::Entity::insert_many(some.to_vec());
        insert.exec_without_returning(conn).await.or_conflict(answered)?;
    }
    Ok(())
}

/// The row at the place that a resource left. Where it is now stands in the detail.
fn marker(change: &Change) -> Option<Change> {
    let stays = Sight { place: change.place, restricted: change.restricted };
    let left = change.left.or((!change.walled.is_empty()).then_some(stays))?;
    let restricted = if change.restricted { "true" } else { "false" };
    Some(Change {
        kind: SCOPE_LEFT,
        resource: change.resource.clone(),
        root: change.root,
        place: left.place,
        restricted: left.restricted,
        // By this a wall is known as one that was raised here.
        etag: change.etag.clone(),
        detail: vec![
            ("place", codes(&change.place)),
            ("restricted", restricted.to_owned()),
            ("walled", change.walled.join(",")),
        ],
        ..Change::default()
    })
}

/// Where the resource of a [`SCOPE_LEFT`] row went, by the row's canonical bytes.
pub fn moved_to(body: &[u8]) -> Sight {
    let mut sight = Sight::default();
    for (key, value) in detail(body) {
        match key.as_str() {
            "place" => {
                for (level, digits) in LEVELS.into_iter().zip(value.split('/')) {
                    if let Ok(code) = Code::parse(digits) {
                        sight.place = sight.place.with(level, code);
                    }
                }
            }
            "restricted" => sight.restricted = value == "true",
            _ => {}
        }
    }
    sight
}

/// Whom the change behind a [`SCOPE_LEFT`] row walled off.
pub fn walled_off(body: &[u8]) -> Vec<String> {
    let walled = detail(body).into_iter().find(|(key, _)| key == "walled").map(|(_, names)| names).unwrap_or_default();
    walled.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The levels of a place, in the order of the row's columns.
const LEVELS: [Level; 5] = [Level::Province, Level::City, Level::County, Level::Township, Level::Village];

/// The codes of a place, level by level, each with a stroke behind it.
fn codes(place: &Path) -> String {
    let mut codes = String::new();
    for level in LEVELS {
        let _ = write!(codes, "{}/", place.at(level).map(|code| code.to_string()).unwrap_or_default());
    }
    codes
}

fn row(
    keys: &KeyRing,
    call: &Call,
    change: Change,
    reply: Option<Reply>,
    xact: ActiveValue<i64>,
) -> entity::ActiveModel {
    let body = canonical(call, &change);
    let official = call.official.clone();
    let at = |code: Option<Code>| Set(code.map(Code::stored));
    let (id, hash, answer) = match reply {
        Some(Reply { key, answer }) => {
            let sealed = keys.seal(&answer_place(&call.identity.client, key.id), &answer);
            (Some(key.id), Some(key.hash.to_vec()), Some(sealed))
        }
        None => (None, None, None),
    };
    entity::ActiveModel {
        seq: NotSet,
        xact,
        time: Set(call.now),
        kind: Set(change.kind.to_owned()),
        resource: Set(change.resource),
        root: Set(change.root),
        state_before: Set(change.state_before.map(str::to_owned)),
        state_after: Set(change.state_after.map(str::to_owned)),
        etag: Set(change.etag),
        province: at(change.place.province),
        city: at(change.place.city),
        county: at(change.place.county),
        township: at(change.place.township),
        village: at(change.place.village),
        restricted: Set(change.restricted),
        private: Set(change.private),
        client: Set(call.identity.client.clone()),
        method: Set(call.method.path.to_owned()),
        official_id: Set(official.as_ref().map(|official| official.id.clone())),
        official_name: Set(official.as_ref().map(|official| official.display_name.clone())),
        official_organization: Set(official.as_ref().map(|official| official.organization.clone())),
        official_post: Set(official.map(|official| official.post)),
        body: Set(body),
        request_id: Set(id),
        request_hash: Set(hash),
        answer: Set(answer),
    }
}

fn answer_place(client: &str, id: Uuid) -> String {
    format!("records|answer|{client}|{id}")
}

/// The answer that was given under this key before.
pub(crate) async fn answer(
    conn: &impl ConnectionTrait,
    keys: &KeyRing,
    call: &Call,
    key: RequestKey,
) -> Result<Option<Vec<u8>>> {
    let client = call.identity.client.as_str();
    let text = "SELECT request_hash, answer FROM records WHERE request_id = ? AND client = ?";
    let statement = sql(conn.get_database_backend(), text, [key.id.into(), client.into()]);
    let Some(row) = conn.query_one_raw(statement).await? else { return Ok(None) };
    let hash: Vec<u8> = row.try_get_by_index(0)?;
    if hash != key.hash {
        return Err(Error::RequestIdReused { request_id: key.id.to_string() });
    }
    let sealed: Vec<u8> = row.try_get_by_index(1)?;
    let place = answer_place(client, key.id);
    keys.open(&place, &sealed).map(Some).ok_or_else(|| Error::internal(format!("{place} does not open")))
}

/// The bytes that an audit chain rests on: a version, then each field with its length, in this order for ever.
fn canonical(call: &Call, change: &Change) -> Vec<u8> {
    let official = call.official.as_ref();
    let codes = codes(&change.place);
    let time = call.now.to_string();
    let request = call.request.map(|key| key.id.to_string()).unwrap_or_default();
    let fields = [
        time.as_str(),
        change.kind,
        &change.resource,
        change.state_before.unwrap_or_default(),
        change.state_after.unwrap_or_default(),
        &change.etag,
        &codes,
        if change.restricted { "restricted" } else { "" },
        &call.identity.client,
        call.method.path,
        &request,
        official.map_or("", |official| &official.id),
        official.map_or("", |official| &official.display_name),
        official.map_or("", |official| &official.organization),
        official.map_or("", |official| &official.post),
        official.map_or("", |official| &official.cadre),
    ];
    let mut bytes = vec![CANONICAL_VERSION];
    let mut push = |text: &str| {
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    fields.into_iter().for_each(&mut push);
    for (key, value) in &change.detail {
        push(key);
        push(value);
    }
    bytes
}

/// A change as it is read back.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of `entity::Model`")]
pub struct Recorded {
    pub seq: i64,
    pub time: crate::call::Micros,
    pub kind: String,
    pub resource: String,
    pub state_before: Option<String>,
    pub state_after: Option<String>,
    pub client: String,
    pub official: Option<Official>,
    pub detail: Vec<(String, String)>,
}

impl From<entity::Model> for Recorded {
    fn from(row: entity::Model) -> Self {
        let official = row.official_id.map(|id| Official {
            id,
            display_name: row.official_name.unwrap_or_default(),
            organization: row.official_organization.unwrap_or_default(),
            post: row.official_post.unwrap_or_default(),
            cadre: String::new(),
        });
        Self {
            detail: detail(&row.body),
            seq: row.seq,
            time: row.time,
            kind: row.kind,
            resource: row.resource,
            state_before: row.state_before,
            state_after: row.state_after,
            client: row.client,
            official,
        }
    }
}

/// What happened to a case or mediation, oldest first.
///
/// # Errors
/// What the database answers.
pub async fn history(rows: &impl Rows, root: Uuid, after: Option<i64>, limit: u64) -> Result<Vec<Recorded>> {
    use entity::Column;
    let mut query = entity::Entity::find().filter(Column::Root.eq(root)).filter(Column::Kind.ne(SCOPE_LEFT));
    if let Some(seq) = after {
        query = query.filter(Column::Seq.gt(seq));
    }
    let found = query.order_by_asc(Column::Seq).limit(limit).all(&rows.on()).await?;
    Ok(found.into_iter().map(Recorded::from).collect())
}

/// Something of this kind is on record about a root since a time.
pub async fn is_told(rows: &impl Rows, root: Uuid, kind: &str, since: crate::call::Micros) -> Result<bool> {
    use entity::Column;
    let told = entity::Entity::find().filter(Column::Root.eq(root)).filter(Column::Kind.eq(kind));
    Ok(told.filter(Column::Time.gte(since)).one(&rows.on()).await?.is_some())
}

/// The further facts of a change, read back from its canonical bytes.
pub fn detail(body: &[u8]) -> Vec<(String, String)> {
    const FIXED: usize = 16;
    let mut texts = Vec::new();
    let mut rest = body.get(1..).unwrap_or_default();
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let Some(text) = tail.get(..length) else { break };
        texts.push(String::from_utf8_lossy(text).into_owned());
        rest = &tail[length..];
    }
    let facts = texts.split_off(FIXED.min(texts.len()));
    facts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}
