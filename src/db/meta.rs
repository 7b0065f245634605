//! What the database knows of itself: which register it holds, its incarnation, and whether our keys are its keys.

use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Command, Db, Rows, Tx, sql};
use crate::{
    call::{Call, Micros},
    error::{Error, Result},
};

const CANARY: &str = "lianbang";

/// Which database it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Id of the register: it stays when the database is restored.
    pub register: String,
    /// Id of the incarnation: a restore starts a new one.
    pub incarnation: String,
}

/// Writes what is missing in a fresh database, and refuses keys that are not the database's.
///
/// # Errors
/// `Internal` where the key ring does not open what this database's ring sealed.
pub async fn claim(db: &Db, call: &Call) -> Result<Origin> {
    if read(db, "incarnation").await?.is_none() {
        db.write(call, Claim { register: call.new_id(), incarnation: call.new_id() }, |()| Vec::new()).await?;
    }
    if is_ours(db).await? != Some(true) {
        return Err(Error::internal("the key file is not the one that this database was sealed with"));
    }
    let own = async |key| read(db, key).await?.ok_or_else(|| Error::internal(format!("the database has no {key}")));
    Ok(Origin { register: own("register").await?, incarnation: own("incarnation").await? })
}

/// Whether these keys sealed what the database holds; none where it has never been claimed. Writes nothing.
///
/// # Errors
/// What the database answers.
pub async fn is_ours(db: &Db) -> Result<Option<bool>> {
    let Some(text) = read(db, "canary").await? else { return Ok(None) };
    let opened = STANDARD.decode(text).ok().and_then(|sealed| db.keys().open("meta|canary", &sealed));
    Ok(Some(opened.as_deref() == Some(CANARY.as_bytes())))
}

/// The clock of the database's server; none where the database is a file of this machine.
///
/// # Errors
/// What the database answers.
pub async fn server_time(db: &Db) -> Result<Option<Micros>> {
    if db.backend() != sea_orm::DbBackend::Postgres {
        return Ok(None);
    }
    let text = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    let row = db.on().query_one_raw(sql(db.backend(), text, [])).await?;
    row.map(|row| row.try_get_by_index(0).map_err(Error::from)).transpose()
}

/// One of the database's own facts.
pub(crate) async fn read(rows: &impl Rows, key: &str) -> Result<Option<String>> {
    let statement = sql(rows.backend(), "SELECT value FROM meta WHERE key = ?", [key.into()]);
    let row = rows.on().query_one_raw(statement).await?;
    row.map(|row| row.try_get_by_index(0).map_err(Error::from)).transpose()
}

struct Claim {
    register: Uuid,
    incarnation: Uuid,
}

impl Command for Claim {
    type Answer = ();
    const NAME: &'static str = "db.claim";

    async fn run(&self, tx: &Tx<'_>) -> Result<()> {
        let canary = STANDARD.encode(tx.keys().seal("meta|canary", CANARY.as_bytes()));
        let (register, incarnation) = (self.register.simple().to_string(), self.incarnation.simple().to_string());
        for (key, value) in [("register", register), ("incarnation", incarnation), ("canary", canary)] {
            // Two processes may start at once: the first one's values stand.
            let text = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING";
            tx.conn().execute_raw(sql(tx.backend(), text, [key.into(), value.into()])).await?;
        }
        tx.record(crate::record::Change {
            kind: "database.claimed",
            resource: "database".into(),
            ..crate::record::Change::default()
        });
        Ok(())
    }
}
