//! The extension of the handling term and its revocation (XF 34): once, at most thirty days, approved by the head of the organ, told
//! to the petitioner.

use uuid::Uuid;

use super::{
    notice::{Told, tell},
    step::Step,
};
use crate::{
    call::Micros,
    cases::{
        clocks::{Inputs, rules},
        flow::Act,
        model::Case,
        steps::NoticeKind,
    },
    catalog::Catalog,
    clock::Extension,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Extends the handling term.
#[derive(Debug)]
pub struct ExtendHandling {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub length: u32,
    pub told: Told,
}

/// Takes the extension back. The date is what it would have been without.
#[derive(Debug)]
pub struct RevokeExtension {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub told: Told,
}

impl Command for ExtendHandling {
    type Answer = Case;
    const NAME: &'static str = "cases.extend_handling";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::ExtendHandling, "ExtendHandling")?;
        if step.clocks.running(rules::HANDLING).is_some_and(|clock| clock.is_overdue(now)) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "TERM_OVER" });
        }
        let extension = Extension { length: self.length, granted: now, revoked: None };
        compute(&mut step, |inputs| inputs.extensions.push(extension)).await?;
        step.note("length", self.length.to_string());
        tell(tx, &mut step, NoticeKind::Extension, &self.told).await?;
        step.finish("case.extended").await
    }
}

impl Command for RevokeExtension {
    type Answer = Case;
    const NAME: &'static str = "cases.revoke_extension";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::RevokeExtension, "RevokeExtension")?;
        let extended = step.clocks.running(rules::HANDLING).is_some_and(|clock| in_force(&clock.inputs));
        if !extended {
            return Err(Error::Precondition { resource: step.case.name(), condition: "NOT_EXTENDED" });
        }
        compute(&mut step, |inputs| revoke(inputs, now)).await?;
        tell(tx, &mut step, NoticeKind::ExtensionRevoked, &self.told).await?;
        step.finish("case.extension_revoked").await
    }
}

fn in_force(inputs: &Inputs) -> bool {
    inputs.extensions.iter().any(|extension| extension.revoked.is_none())
}

fn revoke(inputs: &mut Inputs, now: Micros) {
    for extension in inputs.extensions.iter_mut().filter(|extension| extension.revoked.is_none()) {
        extension.revoked = Some(now);
    }
}

async fn compute(step: &mut Step<'_, '_>, change: impl FnOnce(&mut Inputs)) -> Result<()> {
    let clock = step.change_clock(rules::HANDLING, change).await?;
    let (name, date) = (clock.name(), clock.nominal_date.to_string());
    step.note("clock", name);
    step.note("nominal_date", date);
    Ok(())
}
