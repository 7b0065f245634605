//! What goes beside the case: a report for instruction (报请), and the assistance of other organs (协办).

use chrono::NaiveDate;
use uuid::Uuid;

use super::{register::receiver_place, routing::ensure_not_accused, step::Step};
use crate::{
    cases::{
        clocks::rules,
        flow::Act,
        model::Case,
        steps::{Assignment, AssignmentKind, AssignmentState},
        store,
    },
    catalog::Catalog,
    clock::{SetTerm, civil_date},
    db::{Command, Tx},
    error::{Error, Result},
};

/// Reports an important matter to the leading body, with a proposal. Its instruction is the result of the assignment.
#[derive(Debug)]
pub struct ReportForInstruction {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub organization: String,
    pub proposal: String,
}

impl Command for ReportForInstruction {
    type Answer = Case;
    const NAME: &'static str = "cases.report_for_instruction";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::ReportForInstruction, "ReportForInstruction")?;
        receiver_place(tx, &self.organization, "organization").await?;
        ensure_not_accused(tx, self.id, &self.organization).await?;
        let report = Assignment {
            state: AssignmentState::Received,
            organization: Some(self.organization.clone()),
            note: Some(self.proposal.clone()),
            receive_time: Some(now),
            ..Assignment::new(tx, &step.case, AssignmentKind::Report)
        };
        store::step::insert_assignment(tx, &report).await?;
        store::case::add_holder(tx, &step.case, &self.organization).await?;
        step.clocks.stop(&[rules::REGISTER_AND_DISPOSE], "case.reported_for_instruction", now);
        step.note("organization", self.organization.clone());
        step.note("assignment", report.name());
        step.finish("case.reported_for_instruction").await
    }
}

/// An organ that assists the one that leads, with a term of its own.
#[derive(Debug)]
pub struct Assisting {
    pub organization: String,
    pub term_date: NaiveDate,
    pub note: Option<String>,
}

impl Assisting {
    /// Adds the `index`th of a request to the step of an assignment.
    pub async fn add(&self, tx: &Tx<'_>, step: &mut Step<'_, '_>, index: usize) -> Result<()> {
        let now = tx.call().now;
        let field = |name: &str| format!("assisting[{index}].{name}");
        if self.term_date < civil_date(now) {
            return Err(Error::field(field("term_date"), "is in the past"));
        }
        receiver_place(tx, &self.organization, &field("organization")).await?;
        ensure_not_accused(tx, step.case.id, &self.organization).await?;
        let assistance = Assignment {
            state: AssignmentState::Received,
            organization: Some(self.organization.clone()),
            note: self.note.clone(),
            term_date: Some(self.term_date),
            receive_time: Some(now),
            ..Assignment::new(tx, &step.case, AssignmentKind::Assistance)
        };
        store::step::insert_assignment(tx, &assistance).await?;
        store::case::add_holder(tx, &step.case, &self.organization).await?;
        let term = Some(SetTerm::Due(self.term_date));
        step.start_clock_set(&self.organization, rules::ASSIGNED_RESULT, now, term).await?;
        step.note("assisting", assistance.name());
        Ok(())
    }
}
