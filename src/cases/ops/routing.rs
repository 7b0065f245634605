//! The way between organizations, and help.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    register::{level_of, receiver_place},
    report::Assisting,
    step::Step,
    wall,
};
use crate::{
    cadres,
    cases::{
        clocks::rules,
        flow::{Act, LIVE},
        model::{Case, Procedure, Resolution},
        steps::{Assignment, AssignmentKind, AssignmentState, HelpMeans},
        store::{self, case::Depth},
    },
    catalog::Catalog,
    clock::{SetTerm, civil_date},
    db::{Command, Tx},
    error::{Error, Result},
};

/// Sends a case to an organ: a transfer, or an assignment with a term.
#[derive(Debug)]
pub struct SendCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub organization: String,
    pub term_date: Option<NaiveDate>,
    pub note: Option<String>,
    /// Organs that assist the one that leads.
    pub assisting: Vec<Assisting>,
}

impl Command for SendCase {
    type Answer = Case;
    const NAME: &'static str = "cases.send";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        let (act, kind, event, method) = match self.term_date {
            None => (Act::Transfer, AssignmentKind::Transfer, "case.transferred", "TransferCase"),
            Some(_) => (Act::Assign, AssignmentKind::Assignment, "case.assigned", "AssignCase"),
        };
        step.act(act, method)?;
        if self.term_date.is_some_and(|date| date < civil_date(now)) {
            return Err(Error::field("term_date", "is in the past"));
        }
        let place = receiver_place(tx, &self.organization, "organization").await?;
        ensure_not_accused(tx, self.id, &self.organization).await?;
        supersede(tx, self.id).await?;
        let hop = Assignment {
            organization: Some(self.organization.clone()),
            note: self.note.clone(),
            term_date: self.term_date,
            ..Assignment::new(tx, &step.case, kind)
        };
        store::step::insert_assignment(tx, &hop).await?;
        step.case.handling_organization = Some(self.organization.clone());
        step.case.handling_level = level_of(&place);
        step.case.hop_count += 1;
        leave(tx, &mut step, event).await?;
        if let Some(date) = self.term_date {
            step.start_clock(rules::ASSIGNED_RESULT, now, Some(SetTerm::Due(date))).await?;
        }
        for (index, assisting) in self.assisting.iter().enumerate() {
            assisting.add(tx, &mut step, index).await?;
        }
        store::case::add_holder(tx, &step.case, &self.organization).await?;
        step.note("organization", self.organization.clone());
        step.note("assignment", hop.name());
        step.finish(event).await
    }
}

/// An organization that is accused in a case gets no part in it.
pub async fn ensure_not_accused(tx: &Tx<'_>, case_id: Uuid, organization: &str) -> Result<()> {
    match wall::conflict(tx, case_id, organization).await? {
        Some(relation) => Err(Error::ConflictOfInterest { resource: organization.to_owned(), relation }),
        None => Ok(()),
    }
}

/// A case goes on to another organ: what its sender owed is done, and what the organ before owed is owed no more.
pub async fn leave(tx: &Tx<'_>, step: &mut Step<'_, '_>, event: &str) -> Result<()> {
    let done = [rules::REGISTER_AND_DISPOSE, rules::NOTICE_DIRECT, rules::SIMPLIFIED_TRANSFER];
    step.clocks.stop(&done, event, tx.call().now);
    relieve(tx, step, event).await
}

/// The organ that had the case, and those that assisted it, owe nothing more.
pub async fn relieve(tx: &Tx<'_>, step: &mut Step<'_, '_>, event: &str) -> Result<()> {
    step.clocks.cancel(&RECEIVERS, event, tx.call().now);
    for mut assistance in store::step::open_assistance(tx, step.case.id).await? {
        assistance.state = AssignmentState::Superseded;
        assistance.version += 1;
        store::step::update_assignment(tx, &assistance).await?;
    }
    Ok(())
}

/// What the organ owes that received a case.
const RECEIVERS: [&str; 4] =
    [rules::NOTICE_TRANSFERRED, rules::JURISDICTION_DISPUTE, rules::ASSIGNED_RESULT, rules::SIMPLIFIED_ACCEPTANCE];

/// The hop before this one is over.
pub async fn supersede(tx: &Tx<'_>, case_id: Uuid) -> Result<()> {
    if let Some(mut hop) = store::step::current_hop(tx, case_id).await? {
        hop.state = AssignmentState::Superseded;
        hop.version += 1;
        store::step::update_assignment(tx, &hop).await?;
    }
    Ok(())
}

/// The organ has received the case.
#[derive(Debug)]
pub struct ReceiveCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
}

impl Command for ReceiveCase {
    type Answer = Case;
    const NAME: &'static str = "cases.receive";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::Receive, "ReceiveCase")?;
        if let Some(mut hop) = store::step::current_hop(tx, self.id).await? {
            hop.state = AssignmentState::Received;
            hop.receive_time = Some(now);
            hop.version += 1;
            store::step::update_assignment(tx, &hop).await?;
        }
        // No notice is owed in matters of discipline (XF 23(4)).
        if !step.case.is_accusation() {
            step.start_clock(rules::NOTICE_TRANSFERRED, now, None).await?;
        }
        step.start_clock(rules::JURISDICTION_DISPUTE, now, None).await?;
        if step.case.procedure == Procedure::Simplified {
            step.start_clock(rules::SIMPLIFIED_ACCEPTANCE, now, None).await?;
        }
        step.finish("case.received").await
    }
}

/// Asks a linked cadre for help. Never moves the state.
#[derive(Debug)]
pub struct RequestHelp {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub cadre: String,
    pub posting: String,
    pub means: HelpMeans,
    pub term_date: NaiveDate,
    pub note: Option<String>,
}

impl Command for RequestHelp {
    type Answer = Assignment;
    const NAME: &'static str = "cases.request_help";

    async fn run(&self, tx: &Tx<'_>) -> Result<Assignment> {
        let now = tx.call().now;
        let mut step = Step::begin_appending(tx, &self.catalog, self.case_id).await?;
        if !LIVE.contains(&step.case.state) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "CASE_ENDED" });
        }
        if self.term_date < civil_date(now) {
            return Err(Error::field("term_date", "is in the past"));
        }
        let name = format!("cadres/{}/postings/{}", self.cadre, self.posting);
        let posting =
            cadres::posting(tx, &self.cadre, &self.posting).await?.ok_or_else(|| Error::not_found(name.clone()))?;
        if !posting.is_in_force(civil_date(now)) {
            return Err(Error::Precondition { resource: name, condition: "POSTING_NOT_IN_FORCE" });
        }
        let cadre = format!("cadres/{}", self.cadre);
        if let Some(relation) = wall::conflict(tx, self.case_id, &cadre).await? {
            return Err(Error::ConflictOfInterest { resource: cadre, relation });
        }
        let help = Assignment {
            means: self.means,
            state: AssignmentState::Received,
            posting: Some(name.clone()),
            note: self.note.clone(),
            term_date: Some(self.term_date),
            receive_time: Some(now),
            ..Assignment::new(tx, &step.case, AssignmentKind::Help)
        };
        store::step::insert_assignment(tx, &help).await?;
        store::case::add_holder(tx, &step.case, &name).await?;
        step.case.current_posting = Some(name.clone());
        step.note("posting", name);
        step.note("assignment", help.name());
        step.note("means", self.means.word());
        step.note("term_date", self.term_date.to_string());
        step.finish("assignment.created").await?;
        Ok(help)
    }
}

/// Reports a result.
#[derive(Debug)]
pub struct SubmitResult {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    pub result: String,
}

impl Command for SubmitResult {
    type Answer = Assignment;
    const NAME: &'static str = "cases.submit_result";

    async fn run(&self, tx: &Tx<'_>) -> Result<Assignment> {
        let now = tx.call().now;
        let (mut step, mut assignment) = begin(tx, &self.catalog, self.case_id, self.id, &self.etag).await?;
        let owed = matches!(
            assignment.state,
            AssignmentState::Received | AssignmentState::SentBack | AssignmentState::Submitted
        );
        if !owed || !assignment.kind.owes_result() {
            return Err(not_allowed(&assignment, "SubmitResult"));
        }
        assignment.state = AssignmentState::Submitted;
        assignment.submit_time = Some(now);
        assignment.result = Some(self.result.clone());
        assignment.version += 1;
        store::step::update_assignment(tx, &assignment).await?;
        if let Some(organ) = &assignment.organization {
            step.clocks.stop_of(rules::ASSIGNED_RESULT, organ, "assignment.result_submitted", now);
        }
        step.note("assignment", assignment.name());
        step.finish("assignment.result_submitted").await?;
        assignment.result = None;
        Ok(assignment)
    }
}

/// Confirms a result, or sends it back.
#[derive(Debug)]
pub struct ConfirmResult {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    /// How far the matter is resolved; none sends it back.
    pub resolution: Option<Resolution>,
    pub reason: String,
}

impl Command for ConfirmResult {
    type Answer = Assignment;
    const NAME: &'static str = "cases.confirm_result";

    async fn run(&self, tx: &Tx<'_>) -> Result<Assignment> {
        let (mut step, mut assignment) = begin(tx, &self.catalog, self.case_id, self.id, &self.etag).await?;
        if assignment.state != AssignmentState::Submitted {
            return Err(not_allowed(&assignment, "ConfirmResult"));
        }
        let event = match self.resolution {
            Some(resolution) => {
                assignment.state = AssignmentState::Confirmed;
                assignment.confirm_time = Some(tx.call().now);
                assignment.resolution = resolution;
                step.note("resolution", resolution.word());
                "assignment.confirmed"
            }
            None => {
                assignment.state = AssignmentState::SentBack;
                step.note("reason", self.reason.clone());
                "assignment.sent_back"
            }
        };
        assignment.version += 1;
        store::step::update_assignment(tx, &assignment).await?;
        step.note("assignment", assignment.name());
        step.finish(event).await?;
        Ok(assignment)
    }
}

async fn begin<'t, 'a>(
    tx: &'t Tx<'a>,
    catalog: &'t Catalog,
    case_id: Uuid,
    id: Uuid,
    etag: &str,
) -> Result<(Step<'t, 'a>, Assignment)> {
    let name = format!("cases/{case_id}/assignments/{id}");
    let find = || store::step::find_assignment(tx, case_id, id, Depth::Basic);
    Step::begin_part(tx, catalog, case_id, (&name, etag), |found: &Assignment| found.version, find).await
}

fn not_allowed(assignment: &Assignment, action: &'static str) -> Error {
    let allowed = match (assignment.kind, assignment.state) {
        (AssignmentKind::Transfer | AssignmentKind::Escalation | AssignmentKind::Delegation, _) => Vec::new(),
        (_, AssignmentState::Received | AssignmentState::SentBack) => vec!["SubmitResult"],
        (_, AssignmentState::Submitted) => vec!["SubmitResult", "ConfirmResult"],
        (
            _,
            AssignmentState::Sent
            | AssignmentState::Confirmed
            | AssignmentState::Superseded
            | AssignmentState::Returned,
        ) => Vec::new(),
    };
    Error::not_allowed(assignment.name(), assignment.state.word(), action, allowed)
}
