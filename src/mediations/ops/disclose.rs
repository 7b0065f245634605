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
    ensure_official(call)?;
    if !call.permit.full.iter().any(|area| area.covers(&mediation.place)) {
        return Err(Error::PermissionDenied { permission: READ_FULL });
    }
    let look = Look { mediation: mediation.clone(), resource, purpose };
    db.write(call, look, |()| Vec::new()).await.map(|_| ())
}

struct Look {
    mediation: Mediation,
    resource: String,
    purpose: String,
}

impl Command for Look {
    type Answer = ();
    const NAME: &'static str = "mediations.disclose";

    async fn run(&self, tx: &Tx<'_>) -> Result<()> {
        tx.record(Change {
            etag: String::new(),
            detail: vec![("purpose", self.purpose.clone())],
            ..change(&self.mediation, "mediation.viewed", self.resource.clone(), 0)
        });
        Ok(())
    }
}
