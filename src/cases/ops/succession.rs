//! An organization that handles a case has ended: its successor has the case, as it stands (XF 24).

use uuid::Uuid;

use super::{
    dispute::held_by,
    routing::supersede,
    step::{Step, record_part},
    wall,
};
use crate::{
    call::Micros,
    cases::{
        flow::LIVE,
        steps::Assignment,
        store::{self, case::Depth},
    },
    catalog::Catalog,
    clock::civil_date,
    db::{Command, Tx},
    error::Result,
    organizations::{self, organization_name},
    record,
};

const UNCLEAR: &str = "case.succession_unclear";

/// Gives a case to the successor of the organization that handles it; where it is not clear who that is, says so, and the level above
/// decides. Looked at under the case's lock, so that two workers do it once.
#[derive(Debug)]
pub struct SucceedCase {
    pub catalog: Catalog,
    pub id: Uuid,
    /// The organization that has ended: `organizations/{id}`.
    pub ended: String,
    /// When that organization last changed: what was told since need not be told again.
    pub since: Micros,
}

impl Command for SucceedCase {
    type Answer = u64;
    const NAME: &'static str = "cases.succeed";
    const BOOKKEEPING: bool = true;

    async fn run(&self, tx: &Tx<'_>) -> Result<u64> {
        let mut step = Step::begin_appending(tx, &self.catalog, self.id).await?;
        if !LIVE.contains(&step.case.state) || step.case.handling_organization.as_ref() != Some(&self.ended) {
            return Ok(0);
        }
        let id = self.ended.trim_start_matches("organizations/");
        let (topic, today) = (step.case.topic.as_deref(), civil_date(tx.call().now));
        let found = organizations::successor(tx, id, topic, &step.case.place, today).await?;
        let Some(heir) = self.heir(tx, found).await? else {
            if !record::is_told(tx, self.id, UNCLEAR, self.since).await? {
                let detail = vec![("organization", self.ended.clone())];
                record_part(tx, &step.case, UNCLEAR, step.case.name(), step.case.version, detail);
            }
            return Ok(0);
        };
        self.take_over_hop(tx, &heir).await?;
        held_by(tx, &mut step, Some(&heir)).await?;
        step.clocks.hand_over(Some(&self.ended), Some(&heir));
        store::case::add_holder(tx, &step.case, &heir).await?;
        step.note("organization_before", self.ended.clone());
        step.note("organization", heir);
        step.finish("case.succeeded").await?;
        Ok(1)
    }
}

impl SucceedCase {
    /// The successor, unless it is accused in the case: then it does not get it.
    async fn heir(&self, tx: &Tx<'_>, found: Option<String>) -> Result<Option<String>> {
        let Some(heir) = found.map(|id| organization_name(&id)) else { return Ok(None) };
        let kept_away = wall::conflict(tx, self.id, &heir).await?.is_some();
        Ok(Some(heir).filter(|_| !kept_away))
    }

    /// The successor stands where the organization stood: what was sent, received or submitted stays so, and goes back to who sent it.
    async fn take_over_hop(&self, tx: &Tx<'_>, heir: &str) -> Result<()> {
        let Some(hop) = store::step::current_hop(tx, self.id).await? else { return Ok(()) };
        if hop.organization.as_ref() != Some(&self.ended) {
            return Ok(());
        }
        let whole = store::step::find_assignment(tx, self.id, hop.id, Depth::Full).await?.unwrap_or(hop);
        let taken = Assignment { id: tx.call().new_id(), organization: Some(heir.to_owned()), version: 1, ..whole };
        supersede(tx, self.id).await?;
        store::step::insert_assignment(tx, &taken).await?;
        store::step::update_assignment(tx, &taken).await
    }
}
