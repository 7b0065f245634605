//! Walls: what accuses somebody does not exist for those who serve the accused (XF 30, 46).

use uuid::Uuid;

use super::{
    party::is_registered,
    step::{Step, keep_reason},
};
use crate::{
    cadres,
    cases::{
        flow::LIVE,
        model::{Case, case_name},
        party::{Party, PartyRole},
        store,
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
    wire::etag,
};

/// Walls a case off from the accused among its parties, from its beginning.
pub async fn raise(tx: &Tx<'_>, case_id: Uuid, parties: &[Party]) -> Result<()> {
    for holder in accused(tx, parties).await? {
        store::case::add_wall(tx, case_id, &holder, None).await?;
    }
    Ok(())
}

/// Walls a case off from the accused among new parties: who could see it until now is told that it left.
pub async fn raise_now(tx: &Tx<'_>, step: &mut Step<'_, '_>, parties: &[Party]) -> Result<()> {
    let holders = accused(tx, parties).await?;
    wall_off(tx, step, holders).await
}

/// Whom the accused among parties are: each cadre with its organization, each organization.
async fn accused(tx: &Tx<'_>, parties: &[Party]) -> Result<Vec<String>> {
    let mut holders = Vec::new();
    for party in parties.iter().filter(|party| party.role == PartyRole::Accused) {
        if let Some(subject) = &party.subject {
            holders.extend(with_organization(tx, subject).await?);
        }
    }
    Ok(holders)
}

/// A cadre and its organization, or an organization. Who stands below it serves it; that is seen when somebody calls.
async fn with_organization(tx: &Tx<'_>, name: &str) -> Result<Vec<String>> {
    let mut holders = vec![name.to_owned()];
    if let Some(cadre) = name.strip_prefix("cadres/") {
        holders.extend(cadres::organization_of(tx, cadre).await?);
    }
    Ok(holders)
}

async fn wall_off(tx: &Tx<'_>, step: &mut Step<'_, '_>, holders: Vec<String>) -> Result<()> {
    // The etag that the step leads to.
    let since = etag(step.case.version + 1);
    for holder in holders {
        store::case::add_wall(tx, step.case.id, &holder, Some(&since)).await?;
        step.walled.push(holder);
    }
    Ok(())
}

/// How a cadre or an organization is kept from a case, if it is: walled off itself, or by whom it serves.
pub async fn conflict(tx: &Tx<'_>, case_id: Uuid, name: &str) -> Result<Option<&'static str>> {
    if store::case::is_walled(tx, case_id, &[name.to_owned()]).await? {
        return Ok(Some("ACCUSED"));
    }
    let served = cadres::served(tx, vec![name.to_owned()]).await?;
    Ok(store::case::is_walled(tx, case_id, &served).await?.then_some("SERVES_ACCUSED"))
}

/// Walls a case off from superiors in conflict, relatives, whoever else must not learn of it.
#[derive(Debug)]
pub struct WallCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    /// Cadres and organizations.
    pub holders: Vec<String>,
    pub reason: String,
}

impl Command for WallCase {
    type Answer = Case;
    const NAME: &'static str = "cases.wall";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        if !LIVE.contains(&step.case.state) {
            return Err(Error::Precondition { resource: case_name(self.id), condition: "CASE_ENDED" });
        }
        let mut faults = crate::check::Faults::default();
        let mut holders = Vec::new();
        for (index, name) in self.holders.iter().enumerate() {
            let path = format!("holders[{index}]");
            if !is_registered(tx, name).await? {
                faults.at(&path, "is not in the register");
            } else if step.case.handling_organization.as_ref() == Some(name) {
                faults.at(&path, "handles the case: hand it on first");
            } else if tx.call().permit.conflicts.contains(name) {
                faults.at(&path, "is whom the caller serves");
            }
            holders.extend(with_organization(tx, name).await?);
        }
        faults.into_result()?;
        step.note("holders", self.holders.join(","));
        wall_off(tx, &mut step, holders).await?;
        keep_reason(tx, &mut step, &self.reason).await?;
        step.finish("case.walled").await
    }
}
