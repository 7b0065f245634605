//! Supervision, recommendations with their answers, urgent reports. None of them moves the state.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    register::{level_of, organization_place},
    routing::ensure_not_accused,
    step::{Step, record_part},
};
use crate::{
    cases::{
        clocks::rules,
        model::{Case, State},
        oversight::{Adoption, Kind, Oversight, OversightState, Reason, Sort, UrgentReport, oversight_name},
        store::{self, case::Depth},
    },
    catalog::Catalog,
    clock::{SetTerm, civil_date},
    db::{Command, Tx},
    error::{Error, Result},
    place::Path,
};

/// Demands something of an organ: supervises it, or recommends something to it. An answer is owed by a day.
#[derive(Debug)]
pub struct Demand {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub sort: Sort,
    pub kind: Kind,
    pub reason: Reason,
    pub issuer: String,
    pub organization: String,
    pub content: String,
    pub answer_date: NaiveDate,
    /// The proposal of a rule that is followed.
    pub proposal: Option<Uuid>,
}

impl Command for Demand {
    type Answer = Oversight;
    const NAME: &'static str = "cases.demand";

    async fn run(&self, tx: &Tx<'_>) -> Result<Oversight> {
        let now = tx.call().now;
        let mut step = Step::begin_appending(tx, &self.catalog, self.case_id).await?;
        if matches!(step.case.state, State::Withdrawn | State::Merged) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "CASE_ENDED" });
        }
        if self.answer_date < civil_date(now) {
            return Err(Error::field("answer_date", "is in the past"));
        }
        let issuer = organization_place(tx, &self.issuer, "issuer").await?;
        let organ = organization_place(tx, &self.organization, "organization").await?;
        // A procuratorate speaks to organs of every level.
        if self.kind != Kind::Procuratorial && !covers(&issuer, &organ) {
            return Err(Error::field("issuer", "is not of the organization's place, nor of one above it"));
        }
        ensure_not_accused(tx, self.case_id, &self.organization).await?;
        let (event, note) = match self.sort {
            Sort::Supervision => ("case.supervised", "supervision"),
            Sort::Recommendation => ("case.recommendation_issued", "recommendation"),
        };
        let before = step.clocks.started().len();
        let term = Some(SetTerm::Due(self.answer_date));
        step.start_clock_set(&self.organization, rules::WRITTEN_ANSWER, now, term).await?;
        let proposed = self.proposed(tx).await?;
        let demand = Oversight {
            id: proposed.as_ref().map_or_else(|| tx.call().new_id(), |proposed| proposed.id),
            case_id: self.case_id,
            sort: self.sort,
            kind: self.kind,
            reason: self.reason,
            state: OversightState::Open,
            rule: proposed.as_ref().and_then(|proposed| proposed.rule.clone()),
            issuer: Some(self.issuer.clone()),
            organization: Some(self.organization.clone()),
            clock: step.clocks.started().get(before).map(|clock| clock.id),
            content: Some(self.content.clone()),
            answer_date: Some(self.answer_date),
            adoption: Adoption::None,
            answer: None,
            answer_time: None,
            end_reason: None,
            end_time: None,
            create_time: proposed.as_ref().map_or(now, |proposed| proposed.create_time),
            version: proposed.as_ref().map_or(1, |proposed| proposed.version + 1),
        };
        match proposed {
            Some(_) => store::oversight::update(tx, &demand).await?,
            None => store::oversight::insert(tx, &demand).await?,
        }
        store::case::add_holder(tx, &step.case, &self.organization).await?;
        step.note(note, demand.name());
        step.note("kind", self.kind.word());
        step.note("organization", self.organization.clone());
        step.finish(event).await?;
        Ok(Oversight { content: None, ..demand })
    }
}

impl Demand {
    async fn proposed(&self, tx: &Tx<'_>) -> Result<Option<Oversight>> {
        let Some(id) = self.proposal else { return Ok(None) };
        let found = store::oversight::find(tx, self.sort, self.case_id, id, Depth::Basic).await?;
        let proposed = found.filter(|found| found.state == OversightState::Proposed);
        proposed.map(Some).ok_or_else(|| Error::field("proposal", "is not an open proposal of the case"))
    }
}

/// The organ answers in writing.
#[derive(Debug)]
pub struct AnswerDemand {
    pub catalog: Catalog,
    pub sort: Sort,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    pub adoption: Adoption,
    pub answer: String,
}

impl Command for AnswerDemand {
    type Answer = Oversight;
    const NAME: &'static str = "cases.answer_demand";

    async fn run(&self, tx: &Tx<'_>) -> Result<Oversight> {
        let now = tx.call().now;
        let (mut step, mut demand) = begin(tx, &self.catalog, self.sort, self.case_id, self.id, &self.etag).await?;
        let (event, action, note) = match self.sort {
            Sort::Supervision => ("case.supervision_answered", "AnswerSupervision", "supervision"),
            Sort::Recommendation => ("case.recommendation_answered", "AnswerRecommendation", "recommendation"),
        };
        if demand.state != OversightState::Open {
            return Err(not_allowed(&demand, action));
        }
        demand.state = OversightState::Answered;
        demand.adoption = self.adoption;
        demand.answer = Some(self.answer.clone());
        demand.answer_time = Some(now);
        demand.version += 1;
        store::oversight::update(tx, &demand).await?;
        if let Some(clock) = demand.clock {
            step.clocks.stop_one(clock, event, now);
        }
        step.note(note, demand.name());
        if self.adoption != Adoption::None {
            step.note("adoption", self.adoption.word());
        }
        step.finish(event).await?;
        Ok(Oversight { answer: None, ..demand })
    }
}

/// Supervision ends: lifted by the one who ordered it or above, or a proposal that is not followed.
#[derive(Debug)]
pub struct LiftSupervision {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    pub organization: String,
    pub reason: String,
}

impl Command for LiftSupervision {
    type Answer = Oversight;
    const NAME: &'static str = "cases.lift_supervision";

    async fn run(&self, tx: &Tx<'_>) -> Result<Oversight> {
        const EVENT: &str = "case.supervision_lifted";
        let now = tx.call().now;
        let (mut step, mut demand) =
            begin(tx, &self.catalog, Sort::Supervision, self.case_id, self.id, &self.etag).await?;
        let lifter = organization_place(tx, &self.organization, "organization").await?;
        demand.state = match demand.state {
            OversightState::Proposed => OversightState::Dismissed,
            OversightState::Open | OversightState::Answered => {
                if demand.issuer.as_ref() != Some(&self.organization) {
                    let issuer = demand.issuer.clone().unwrap_or_default();
                    let issuer = organization_place(tx, &issuer, "organization").await?;
                    if level_of(&lifter) >= level_of(&issuer) || !covers(&lifter, &issuer) {
                        return Err(Error::Precondition { resource: demand.name(), condition: "NOT_THE_ISSUER" });
                    }
                }
                OversightState::Lifted
            }
            OversightState::Lifted | OversightState::Dismissed => return Err(not_allowed(&demand, "LiftSupervision")),
        };
        demand.end_reason = Some(self.reason.clone());
        demand.end_time = Some(now);
        demand.version += 1;
        store::oversight::update(tx, &demand).await?;
        if let Some(clock) = demand.clock {
            step.clocks.cancel_one(clock, EVENT, now);
        }
        step.note("supervision", demand.name());
        step.note("supervision_state", demand.state.word());
        step.finish(EVENT).await?;
        Ok(Oversight { end_reason: None, ..demand })
    }
}

/// The second place is the first, or lies within it.
fn covers(above: &Path, below: &Path) -> bool {
    let (level, code) = above.lowest();
    below.is_within(level, code)
}

async fn begin<'t, 'a>(
    tx: &'t Tx<'a>,
    catalog: &'t Catalog,
    sort: Sort,
    case_id: Uuid,
    id: Uuid,
    etag: &str,
) -> Result<(Step<'t, 'a>, Oversight)> {
    let name = oversight_name(sort, case_id, id);
    let find = || store::oversight::find(tx, sort, case_id, id, Depth::Basic);
    Step::begin_part(tx, catalog, case_id, (&name, etag), |found: &Oversight| found.version, find).await
}

fn not_allowed(demand: &Oversight, action: &'static str) -> Error {
    let allowed = match (demand.sort, demand.state) {
        (Sort::Supervision, OversightState::Proposed) => vec!["SuperviseCase", "LiftSupervision"],
        (Sort::Supervision, OversightState::Open) => vec!["AnswerSupervision", "LiftSupervision"],
        (Sort::Supervision, OversightState::Answered) => vec!["LiftSupervision"],
        (Sort::Recommendation, OversightState::Open) => vec!["AnswerRecommendation"],
        (Sort::Supervision | Sort::Recommendation, _) => Vec::new(),
    };
    Error::not_allowed(demand.name(), demand.state.word(), action, allowed)
}

/// A rule proposes supervision, unless it did so already and that is not over; tells which. A person follows or dismisses it.
pub async fn propose(tx: &Tx<'_>, case: &Case, rule: &'static str, reason: Reason) -> Result<bool> {
    if store::oversight::is_proposed(tx, case.id, rule).await? {
        return Ok(false);
    }
    let proposal = Oversight {
        id: tx.call().new_id(),
        case_id: case.id,
        sort: Sort::Supervision,
        kind: Kind::None,
        reason,
        state: OversightState::Proposed,
        rule: Some(rule.to_owned()),
        issuer: None,
        organization: None,
        clock: None,
        content: None,
        answer_date: None,
        adoption: Adoption::None,
        answer: None,
        answer_time: None,
        end_reason: None,
        end_time: None,
        create_time: tx.call().now,
        version: 1,
    };
    store::oversight::insert(tx, &proposal).await?;
    let detail = vec![("rule", rule.to_owned()), ("reason", reason.word().to_owned())];
    record_part(tx, case, "case.supervision_proposed", proposal.name(), proposal.version, detail);
    Ok(true)
}

/// Rules that propose supervision.
pub mod proposals {
    /// Half of the handling term has passed without a report.
    pub const HALF_TERM: &str = "half_term_without_report";
    /// The opinion came after its term.
    pub const ANSWERED_LATE: &str = "answered_late";
    /// The matter was sent back by a review.
    pub const SENT_BACK: &str = "sent_back";
    /// A promise was not kept.
    pub const NOT_EXECUTED: &str = "not_executed";
    /// The same person came with the same matter again, after the answer.
    pub const REPEATED: &str = "repeated_after_answer";
}

/// Tells levels above of an urgent or major matter.
#[derive(Debug)]
pub struct ReportUrgent {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub reporter: String,
    pub organizations: Vec<String>,
    pub content: String,
}

impl Command for ReportUrgent {
    type Answer = UrgentReport;
    const NAME: &'static str = "cases.report_urgent";

    async fn run(&self, tx: &Tx<'_>) -> Result<UrgentReport> {
        let mut step = Step::begin_appending(tx, &self.catalog, self.case_id).await?;
        let reporter = organization_place(tx, &self.reporter, "reporter").await?;
        for (index, organization) in self.organizations.iter().enumerate() {
            let field = format!("organizations[{index}]");
            let above = organization_place(tx, organization, &field).await?;
            if !covers(&above, &reporter) {
                return Err(Error::field(field, "is not of the reporter's place, nor of one above it"));
            }
            ensure_not_accused(tx, self.case_id, organization).await?;
            store::case::add_holder(tx, &step.case, organization).await?;
        }
        let report = UrgentReport {
            id: tx.call().new_id(),
            case_id: self.case_id,
            organizations: self.organizations.clone(),
            reporter: self.reporter.clone(),
            content: Some(self.content.clone()),
            report_time: tx.call().now,
        };
        store::oversight::insert_report(tx, &report).await?;
        step.case.urgent = true;
        step.note("urgent_report", report.name());
        for organization in &self.organizations {
            step.note("organization", organization.clone());
        }
        step.finish("case.reported_urgent").await?;
        Ok(UrgentReport { content: None, ..report })
    }
}
