//! Review and re-review: asked for by the petitioner, decided by the next level (XF 35, 36).

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    execution::lapse,
    oversight::{proposals, propose},
    register::organization_place,
    step::Step,
    switch::start_handling,
    wall,
};
use crate::{
    cases::{
        clocks::rules,
        model::{Case, Execution, Outcome, Procedure, Rating, Resolution},
        oversight::Reason,
        review::{Course, Review, ReviewState, Stage},
        steps::{Opinion, OpinionKind},
        store,
    },
    catalog::Catalog,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
};

/// The petitioner asks for a review or a re-review. Too late, the request is entered and refused.
#[derive(Debug)]
pub struct RequestReview {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub stage: Stage,
    pub organization: String,
    pub request_date: NaiveDate,
    pub grounds: String,
}

impl Command for RequestReview {
    type Answer = Case;
    const NAME: &'static str = "cases.request_review";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let course = self.stage.course();
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(course.request, course.request_method)?;
        let opinion = self.complained_of(tx, &step.case, &course).await?;
        self.ensure_dates(&opinion, civil_date(now))?;
        self.ensure_organization(tx, &step.case, &opinion).await?;
        let term = step.clocks.running(course.asking).map(|clock| clock.adjusted_date);
        let late = term.is_some_and(|last| self.request_date > last);
        let review = Review {
            id: tx.call().new_id(),
            case_id: self.id,
            stage: self.stage,
            state: if late { ReviewState::Late } else { ReviewState::Pending },
            organization: self.organization.clone(),
            opinion: opinion.id,
            request_date: self.request_date,
            receive_time: now,
            grounds: Some(self.grounds.clone()),
            decision: None,
            decide_time: late.then_some(now),
        };
        store::review::insert(tx, &review).await?;
        step.note("review", review.name());
        step.note("organization", self.organization.clone());
        step.note("request_date", self.request_date.to_string());
        if let Some(last) = term.filter(|_| late) {
            step.note("last_day", last.to_string());
            step.stay();
            return step.finish(course.late).await;
        }
        step.clocks.stop(&[course.asking], course.requested, now);
        step.start_clock_for(&self.organization, course.deciding, now).await?;
        step.case.close_time = None;
        store::case::add_holder(tx, &step.case, &self.organization).await?;
        step.finish(course.requested).await
    }
}

impl RequestReview {
    async fn complained_of(&self, tx: &Tx<'_>, case: &Case, course: &Course) -> Result<Opinion> {
        let latest = store::step::latest_opinion(tx, self.id).await?;
        let condition = match self.stage {
            Stage::Review => "NO_HANDLING_OPINION",
            Stage::ReReview => "NO_REVIEW_OPINION",
        };
        let missing = || Error::Precondition { resource: case.name(), condition };
        latest.filter(|opinion| opinion.kind == course.of).ok_or_else(missing)
    }

    fn ensure_dates(&self, opinion: &Opinion, today: NaiveDate) -> Result<()> {
        if self.request_date > today {
            return Err(Error::field("request_date", "is in the future"));
        }
        if self.request_date < civil_date(opinion.issue_time) {
            return Err(Error::field("request_date", "is before the opinion was issued"));
        }
        Ok(())
    }

    /// Whoever decided does not review, nor does who is accused.
    async fn ensure_organization(&self, tx: &Tx<'_>, case: &Case, opinion: &Opinion) -> Result<()> {
        organization_place(tx, &self.organization, "organization").await?;
        let conflict = |relation| Err(Error::ConflictOfInterest { resource: self.organization.clone(), relation });
        if [&opinion.organization, &case.handling_organization].contains(&&Some(self.organization.clone())) {
            return conflict("DECIDED_BEFORE");
        }
        match wall::conflict(tx, self.id, &self.organization).await? {
            Some(relation) => conflict(relation),
            None => Ok(()),
        }
    }
}

/// The next level decides.
#[derive(Debug)]
pub struct DecideReview {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub stage: Stage,
    pub decision: ReviewState,
    /// The new outcome, where the opinion is changed.
    pub outcome: Option<Outcome>,
    pub facts: String,
    pub reasons: String,
    pub legal_basis: String,
    pub document_number: String,
}

impl Command for DecideReview {
    type Answer = Case;
    const NAME: &'static str = "cases.decide_review";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let course = self.stage.course();
        let sent_back = self.decision == ReviewState::SentBack;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(if sent_back { course.send_back } else { course.decide }, course.decide_method)?;
        if store::review::open_hearing(tx, self.id).await?.is_some() {
            return Err(Error::Precondition { resource: step.case.name(), condition: "HEARING_OPEN" });
        }
        let review = store::review::pending(tx, self.id).await?;
        let mut review = review.ok_or_else(|| Error::internal("a case under review has none"))?;
        let outcome = match self.decision {
            ReviewState::SentBack => Outcome::None,
            ReviewState::Changed => self.outcome.unwrap_or(Outcome::None),
            ReviewState::Upheld | ReviewState::Pending | ReviewState::Late | ReviewState::Ended => step.case.outcome,
        };
        let opinion = self.opinion(tx, &review, course.decides, outcome);
        store::step::insert_opinion(tx, &opinion).await?;
        review.state = self.decision;
        review.decision = Some(opinion.id);
        review.decide_time = Some(now);
        store::review::decide(tx, &review).await?;
        step.clocks.stop(&[course.deciding], course.decided, now);
        step.case.outcome = outcome;
        if sent_back {
            again(tx, &mut step, course.decided).await?;
            propose(tx, &step.case, proposals::SENT_BACK, Reason::Other).await?;
        } else if self.stage == Stage::ReReview {
            // The procedure has ended: nothing is owed any more but what was promised.
            step.clocks.cancel_all_but(&[rules::EXECUTION], course.decided, now);
        }
        step.note("review", review.name());
        step.note("decision", self.decision.word());
        step.note("opinion", opinion.name());
        step.note("document_number", self.document_number.clone());
        step.finish(course.decided).await
    }
}

impl DecideReview {
    fn opinion(&self, tx: &Tx<'_>, review: &Review, kind: OpinionKind, outcome: Outcome) -> Opinion {
        Opinion {
            id: tx.call().new_id(),
            case_id: self.id,
            kind,
            outcome,
            organization: Some(review.organization.clone()),
            document_number: Some(self.document_number.clone()),
            facts: Some(self.facts.clone()),
            reasons: Some(self.reasons.clone()),
            legal_basis: Some(self.legal_basis.clone()),
            issue_time: tx.call().now,
            serve_time: None,
        }
    }
}

/// The organ handles the matter anew, with a term of its own.
pub async fn again(tx: &Tx<'_>, step: &mut Step<'_, '_>, event: &str) -> Result<()> {
    lapse(tx, step, event).await?;
    step.case.organ_rating = Rating::None;
    step.case.outcome = Outcome::None;
    step.case.execution = Execution::None;
    step.case.answer_time = None;
    step.case.close_time = None;
    step.case.resolution = Resolution::Unknown;
    step.case.settlement = None;
    // The simplified procedure is for what comes for the first time.
    step.case.procedure = Procedure::Ordinary;
    step.case.accept_time = Some(tx.call().now);
    start_handling(step).await
}
