//! The steps of the petition procedure.

use uuid::Uuid;

use super::{
    execution::{NewPromise, promise},
    oversight::{proposals, propose},
    step::{Step, record_part},
    switch::{simple, start_handling},
};
use crate::{
    call::Micros,
    cases::{
        clocks::rules,
        flow::{Act, LIVE},
        model::{Case, Execution, Nature, Outcome, Procedure, Resolution, Route},
        oversight::Reason,
        steps::{Opinion, OpinionKind, ProgressReport},
        store,
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Accepts a case for handling.
#[derive(Debug)]
pub struct AcceptCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub nature: Nature,
    pub route: Route,
}

impl Command for AcceptCase {
    type Answer = Case;
    const NAME: &'static str = "cases.accept";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::Accept, "AcceptCase")?;
        if step.case.is_accusation() {
            return Err(Error::Precondition {
                resource: step.case.name(),
                condition: "ACCUSATION_HAS_ITS_OWN_PROCEDURE",
            });
        }
        step.case.nature = self.nature;
        step.case.route = self.route;
        step.clocks.stop(&[rules::REGISTER_AND_DISPOSE], "case.accepted", now);
        step.clocks.cancel(&[rules::JURISDICTION_DISPUTE], "case.accepted", now);
        step.clocks.stop(&[rules::SIMPLIFIED_ACCEPTANCE], "case.accepted", now);
        step.clocks.cancel(&[rules::SIMPLIFIED_TRANSFER], "case.accepted", now);
        step.case.accept_time = Some(now);
        if step.case.procedure == Procedure::Simplified && !simple(&step.case) {
            step.case.procedure = Procedure::Ordinary;
            step.note("procedure", Procedure::Ordinary.word());
        }
        start_handling(&mut step).await?;
        step.note("nature", self.nature.word());
        step.note("route", self.route.word());
        step.finish("case.accepted").await
    }
}

/// Answers without handling procedure.
#[derive(Debug)]
pub struct ReplyDirectly {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub reply: String,
}

impl Command for ReplyDirectly {
    type Answer = Case;
    const NAME: &'static str = "cases.reply_directly";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::ReplyDirectly, "ReplyDirectly")?;
        let opinion = reply(tx, self.id, &self.reply, now);
        store::step::insert_opinion(tx, &opinion).await?;
        step.case.answer_time = Some(now);
        let answered = [
            rules::REGISTER_AND_DISPOSE,
            rules::NOTICE_DIRECT,
            rules::NOTICE_TRANSFERRED,
            rules::SIMPLIFIED_TRANSFER,
            rules::SIMPLIFIED_ACCEPTANCE,
        ];
        step.clocks.stop(&answered, "case.answered", now);
        step.clocks.cancel(&[rules::JURISDICTION_DISPUTE], "case.answered", now);
        step.note("opinion", opinion.name());
        step.note("kind", opinion.kind.word());
        step.finish("case.answered").await
    }
}

/// A direct reply.
pub fn reply(tx: &Tx<'_>, case_id: Uuid, text: &str, time: Micros) -> Opinion {
    Opinion {
        id: tx.call().new_id(),
        case_id,
        kind: OpinionKind::DirectReply,
        outcome: Outcome::None,
        organization: None,
        document_number: None,
        facts: Some(text.to_owned()),
        reasons: None,
        legal_basis: None,
        issue_time: time,
        serve_time: None,
    }
}

/// Reports progress. Appends.
#[derive(Debug)]
pub struct ReportProgress {
    pub id: Uuid,
    pub text: String,
    pub occur_time: Option<Micros>,
}

impl Command for ReportProgress {
    type Answer = ProgressReport;
    const NAME: &'static str = "cases.report_progress";

    async fn run(&self, tx: &Tx<'_>) -> Result<ProgressReport> {
        let now = tx.call().now;
        let case = store::case::lock(tx, self.id).await?;
        if !LIVE.contains(&case.state) {
            return Err(Error::Precondition { resource: case.name(), condition: "CASE_ENDED" });
        }
        let occur_time = self.occur_time.unwrap_or(now);
        if occur_time > now {
            return Err(Error::field("occur_time", "is in the future"));
        }
        let report = ProgressReport {
            id: tx.call().new_id(),
            case_id: self.id,
            text: Some(self.text.clone()),
            occur_time,
            create_time: now,
        };
        store::step::insert_progress(tx, &report).await?;
        let name = format!("{}/progressReports/{}", case.name(), report.id);
        record_part(tx, &case, "case.progressed", name, case.version, Vec::new());
        Ok(ProgressReport { text: None, ..report })
    }
}

/// Issues the handling opinion.
#[derive(Debug)]
pub struct IssueOpinion {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub outcome: Outcome,
    pub facts: String,
    pub reasons: String,
    pub legal_basis: Option<String>,
    pub document_number: String,
    pub promises: Vec<NewPromise>,
}

impl Command for IssueOpinion {
    type Answer = Case;
    const NAME: &'static str = "cases.issue_opinion";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::IssueOpinion, "IssueOpinion")?;
        let opinion = Opinion {
            id: tx.call().new_id(),
            case_id: self.id,
            kind: OpinionKind::Handling,
            outcome: self.outcome,
            organization: step.case.handling_organization.clone(),
            document_number: Some(self.document_number.clone()),
            facts: Some(self.facts.clone()),
            reasons: Some(self.reasons.clone()),
            legal_basis: self.legal_basis.clone(),
            issue_time: now,
            serve_time: None,
        };
        store::step::insert_opinion(tx, &opinion).await?;
        let terms = [rules::HANDLING, rules::SIMPLIFIED_OPINION].map(|rule| step.clocks.running(rule));
        if terms.into_iter().flatten().any(|clock| clock.is_overdue(now)) {
            propose(tx, &step.case, proposals::ANSWERED_LATE, Reason::Overdue).await?;
        }
        step.case.outcome = self.outcome;
        step.case.execution = if self.promises.is_empty() { Execution::None } else { Execution::Pending };
        promise(tx, &mut step, &opinion, &self.promises).await?;
        step.case.answer_time = Some(now);
        step.clocks.stop(&[rules::HANDLING, rules::SIMPLIFIED_OPINION], "case.answered", now);
        step.note("opinion", opinion.name());
        step.note("kind", opinion.kind.word());
        step.note("outcome", self.outcome.word());
        step.note("document_number", self.document_number.clone());
        step.finish("case.answered").await
    }
}

/// Closes a case with evidence.
#[derive(Debug)]
pub struct CloseCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub evidence: String,
    pub resolution: Resolution,
    /// The mediation and the agreement that settles the matter.
    pub settlement: Option<(Uuid, Uuid)>,
}

impl Command for CloseCase {
    type Answer = Case;
    const NAME: &'static str = "cases.close";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::Close, "CloseCase")?;
        store::case::set_evidence(tx, self.id, &self.evidence).await?;
        step.case.resolution = self.resolution;
        step.case.settlement = self.settled(tx).await?;
        step.case.close_time = Some(now);
        // The citizen's clock runs on: a close does not cut the right to review.
        let organs = [rules::NOTICE_DIRECT, rules::NOTICE_TRANSFERRED, rules::ASSIGNED_RESULT, rules::HANDLING];
        step.clocks.cancel(&organs, "case.closed", now);
        step.note("resolution", self.resolution.word());
        if let Some(settlement) = step.case.settlement.clone() {
            step.note("settlement", settlement);
        }
        step.finish("case.closed").await
    }
}

impl CloseCase {
    /// Name of the agreement, which is one in effect on this case.
    async fn settled(&self, tx: &Tx<'_>) -> Result<Option<String>> {
        let Some((mediation, agreement)) = self.settlement else { return Ok(None) };
        let resource = format!("mediations/{mediation}/agreements/{agreement}");
        if store::case::is_settled_by(tx, self.id, mediation, agreement).await? {
            Ok(Some(resource))
        } else {
            Err(Error::Precondition { resource, condition: "NOT_A_SETTLEMENT" })
        }
    }
}
