//! Restriction of a party's personal data: it is kept, and neither shown nor matched (PIPL 44, 47).

use uuid::Uuid;

use super::{
    party::begin,
    step::{keep_report, record_part},
};
use crate::{
    cases::{party::Party, store},
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Restricts a party's data, or lifts the restriction.
#[derive(Debug)]
pub struct RestrictParty {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    pub reason: String,
    /// Restricted from now on, or no longer.
    pub restricted: bool,
}

impl Command for RestrictParty {
    type Answer = Party;
    const NAME: &'static str = "cases.restrict_party";

    async fn run(&self, tx: &Tx<'_>) -> Result<Party> {
        let (step, mut party) = begin(tx, &self.catalog, self.case_id, self.id, &self.etag).await?;
        let (kind, condition) = match self.restricted {
            true => ("party.restricted", "PARTY_RESTRICTED"),
            false => ("party.unrestricted", "NOT_RESTRICTED"),
        };
        if party.restrict_time.is_some() == self.restricted {
            return Err(Error::Precondition { resource: party.name(), condition });
        }
        party.restrict_time = self.restricted.then_some(tx.call().now);
        party.version += 1;
        store::party::restrict(tx, &party).await?;
        let report = keep_report(tx, step.case.id, &self.reason).await?;
        record_part(tx, &step.case, kind, party.name(), party.version, vec![("report", report)]);
        // What was known before is read again, or not any more.
        let known = store::party::find(tx, self.case_id, self.id).await?;
        known.ok_or_else(|| Error::internal("a party that was just written is gone"))
    }
}
