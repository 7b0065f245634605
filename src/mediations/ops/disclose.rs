//! The FULL view: who looked at what for what purpose is on record before the answer leaves.

use super::{change, ensure_official};
use crate::{
    auth::READ_FULL,
    call::Call,
    db::{Command, Db, Tx},
    error::{Error, Result},
    mediations::model::Mediation,
    record::Change,
};

/// Puts a look at `resource` on record, or refuses it.
///
/// # Errors
/// `OfficialNotAccepted`, `PermissionDenied` where the grants do not reach; what the database answers.
pub async fn disclose(db: &Db, call: &Call, mediation: &Mediation, resource: String, purpose: String) -> Result<()> {
    disclose_file(db, call, mediation, vec![resource], Vec::new(), purpose).await
}

/// Puts a look at what all may see and one at each of some private records on record, or refuses both. The latter is in no feed.
///
/// # Errors
/// As [`disclose`].
pub async fn disclose_file(
    db: &Db,
    call: &Call,
    mediation: &Mediation,
    open: Vec<String>,
    private: Vec<String>,
    purpose: String,
) -> Result<()> {
    ensure_full(call, mediation)?;
    let look = Look { mediation: mediation.clone(), open, private, purpose };
    db.write(call, look, |()| Vec::new()).await.map(|_| ())
}

/// Refuses the FULL view where nobody answers for it or the grants do not reach.
///
/// # Errors
/// `OfficialNotAccepted`, `PermissionDenied`.
pub fn ensure_full(call: &Call, mediation: &Mediation) -> Result<()> {
    ensure_official(call)?;
    if call.permit.full.iter().any(|area| area.covers(&mediation.place)) {
        Ok(())
    } else {
        Err(Error::PermissionDenied { permission: READ_FULL })
    }
}

struct Look {
    mediation: Mediation,
    open: Vec<String>,
    private: Vec<String>,
    purpose: String,
}

impl Command for Look {
    type Answer = ();
    const NAME: &'static str = "mediations.disclose";

    async fn run(&self, tx: &Tx<'_>) -> Result<()> {
        let seen = |names: &[String], private: bool| {
            for name in names {
                tx.record(Change {
                    etag: String::new(),
                    private,
                    detail: vec![("purpose", self.purpose.clone())],
                    ..change(&self.mediation, "mediation.viewed", name.clone(), 0)
                });
            }
        };
        seen(&self.open, false);
        seen(&self.private, true);
        Ok(())
    }
}
