//! Cases of a type with its own stages: moved by the actions of the revision they are pinned to.

use uuid::Uuid;

use super::{
    register::{level_of, receiver_place},
    routing::ensure_not_accused,
    step::Step,
};
use crate::{
    cases::{
        advance::{Advance, Form, check_form},
        flow::Act,
        model::Case,
        store,
    },
    catalog::{Action, CaseType, Catalog},
    check::Faults,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Takes an action.
#[derive(Debug)]
pub struct AdvanceCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub action: String,
    pub form: Form,
    /// Who takes the case over.
    pub organization: Option<String>,
}

impl Command for AdvanceCase {
    type Answer = Case;
    const NAME: &'static str = "cases.advance";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::Advance, "AdvanceCase")?;
        let stage = step.case.stage.clone().ok_or_else(|| Error::internal(format!("{} has no stage", self.id)))?;
        let case_type = self.catalog.case_type(tx, &step.case.case_type).await?;
        let action = self.action(&case_type, &step.case, &stage)?;
        if let Some(organization) = &self.organization {
            take_over(tx, &mut step, organization).await?;
        }
        if action.to != stage {
            enter(&mut step, &case_type, action, now).await?;
        }
        let advance = Advance {
            id: tx.call().new_id(),
            case_id: self.id,
            action: action.id.clone(),
            stage_before: stage,
            stage_after: action.to.clone(),
            organization: self.organization.clone(),
            form: (!self.form.is_empty()).then(|| self.form.clone()),
            time: now,
        };
        store::advance::insert(tx, &advance).await?;
        step.note("advance", advance.name());
        step.note("action", advance.action);
        step.note("stage_before", advance.stage_before);
        step.note("stage_after", advance.stage_after);
        if let Some(organization) = &self.organization {
            step.note("organization", organization.clone());
        }
        step.finish("case.advanced").await
    }
}

impl AdvanceCase {
    /// The action, where it is possible now and rightly filled in.
    fn action<'t>(&self, case_type: &'t CaseType, case: &Case, stage: &str) -> Result<&'t Action> {
        let Some(action) = case_type.action(&self.action) else {
            return Err(Error::field("action", format!("is no action of {}", case_type.name())));
        };
        if !action.from.iter().any(|from| from == stage) {
            let allowed = case_type.allowed(stage).map(|action| action.id.as_str());
            return Err(Error::not_allowed(case.name(), stage, self.action.as_str(), allowed));
        }
        let mut faults = Faults::default();
        check_form(action, &self.form, &mut faults);
        match (action.hands_on, &self.organization) {
            (true, None) => faults.at("organization", "is required: who takes the case over"),
            (false, Some(_)) => faults.at("organization", "is named where an action hands a case on only"),
            (true, Some(_)) | (false, None) => {}
        }
        faults.into_result()?;
        Ok(action)
    }
}

/// Another organization takes the case over, with the clocks that run.
async fn take_over(tx: &Tx<'_>, step: &mut Step<'_, '_>, organization: &str) -> Result<()> {
    let place = receiver_place(tx, organization, "organization").await?;
    ensure_not_accused(tx, step.case.id, organization).await?;
    let before = step.case.handling_organization.replace(organization.to_owned());
    if before.as_deref() == Some(organization) {
        return Err(Error::field("organization", "has the case already"));
    }
    step.clocks.hand_over(before.as_deref(), Some(organization));
    step.case.handling_level = level_of(&place);
    step.case.hop_count += 1;
    store::case::add_holder(tx, &step.case, organization).await
}

/// The case comes to another stage. A term that runs still is not begun anew.
async fn enter(step: &mut Step<'_, '_>, case_type: &CaseType, action: &Action, now: i64) -> Result<()> {
    let stopped = case_type.rules_until(&action.to);
    let stopped: Vec<&str> = stopped.iter().map(String::as_str).collect();
    step.clocks.stop(&stopped, &action.id, now);
    for rule in case_type.rules_from(&action.to) {
        if step.clocks.running(&rule).is_none() {
            step.start_clock(&rule, now, None).await?;
        }
    }
    step.case.stage = Some(action.to.clone());
    if case_type.stage(&action.to).is_some_and(|stage| stage.is_final) {
        step.act(Act::Finish, "AdvanceCase")?;
        step.clocks.cancel_all(&action.id, now);
        step.case.close_time = Some(now);
    }
    Ok(())
}
