//! What was promised and whether it was done, and how the citizen rates the organs.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    oversight::{proposals, propose},
    step::{Step, keep_reason, record_part},
};
use crate::{
    cases::{
        clocks::rules,
        flow::Act,
        model::{Case, Rating, State, case_name},
        oversight::Reason,
        promise::{Promise, PromiseState, execution},
        steps::{Ground, Opinion},
        store,
    },
    catalog::Catalog,
    clock::{SetTerm, civil_date},
    db::{Command, Tx},
    error::{Error, Result},
};

/// Something that an opinion promises.
#[derive(Debug)]
pub struct NewPromise {
    pub text: Option<String>,
    pub due_date: Option<NaiveDate>,
}

/// Enters what an opinion promises, each with the clock of its due date.
pub async fn promise(tx: &Tx<'_>, step: &mut Step<'_, '_>, opinion: &Opinion, promised: &[NewPromise]) -> Result<()> {
    let now = tx.call().now;
    for (index, new) in promised.iter().enumerate() {
        let before = step.clocks.started().len();
        if let Some(date) = new.due_date {
            if date < civil_date(now) {
                return Err(Error::field(format!("promises[{index}].due_date"), "is in the past"));
            }
            step.start_clock(rules::EXECUTION, now, Some(SetTerm::Due(date))).await?;
        }
        let promise = Promise {
            id: tx.call().new_id(),
            case_id: step.case.id,
            opinion: opinion.id,
            clock: step.clocks.started().get(before).map(|clock| clock.id),
            state: PromiseState::Pending,
            text: new.text.clone(),
            due_date: new.due_date,
            evidence: None,
            record_time: None,
            create_time: now,
            version: 1,
        };
        store::promise::insert(tx, &promise).await?;
        step.note("promise", promise.name());
    }
    Ok(())
}

/// The matter is handled anew: what the opinion before promised is no longer owed.
pub async fn lapse(tx: &Tx<'_>, step: &mut Step<'_, '_>, event: &str) -> Result<()> {
    for mut promise in store::promise::present(tx, step.case.id).await? {
        promise.state = PromiseState::Lapsed;
        promise.version += 1;
        store::promise::update(tx, &promise).await?;
    }
    step.clocks.cancel(&[rules::EXECUTION], event, tx.call().now);
    Ok(())
}

/// Says whether a promise was kept.
#[derive(Debug)]
pub struct RecordExecution {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub id: Uuid,
    pub etag: String,
    pub done: bool,
    pub evidence: String,
}

impl Command for RecordExecution {
    type Answer = Promise;
    const NAME: &'static str = "cases.record_execution";

    async fn run(&self, tx: &Tx<'_>) -> Result<Promise> {
        const EVENT: &str = "case.execution_recorded";
        let now = tx.call().now;
        let name = format!("{}/promises/{}", case_name(self.case_id), self.id);
        let find = || store::promise::find(tx, self.case_id, self.id);
        let (mut step, mut promise) = Step::begin_part(
            tx,
            &self.catalog,
            self.case_id,
            (&name, &self.etag),
            |found: &Promise| found.version,
            find,
        )
        .await?;
        step.act(Act::RecordExecution, "RecordExecution")?;
        if matches!(promise.state, PromiseState::Done | PromiseState::Lapsed) {
            return Err(Error::Precondition { resource: name, condition: "PROMISE_ENDED" });
        }
        promise.state = if self.done { PromiseState::Done } else { PromiseState::Refused };
        promise.evidence = Some(self.evidence.clone());
        promise.record_time = Some(now);
        promise.version += 1;
        store::promise::update(tx, &promise).await?;
        if let Some(clock) = promise.clock.filter(|_| self.done) {
            step.clocks.stop_one(clock, EVENT, now);
        }
        step.case.execution = execution(&store::promise::present(tx, self.case_id).await?);
        step.note("promise", name);
        step.note("execution", promise.state.word());
        let proposed = (!self.done).then_some(Ground::PromiseNotExecuted);
        if !self.done {
            propose(tx, &step.case, proposals::NOT_EXECUTED, Reason::NotExecuted).await?;
        }
        let case = step.finish(EVENT).await?;
        propose_reopening(tx, &case, proposed);
        promise.evidence = None;
        Ok(promise)
    }
}

/// The organ that a citizen rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rated {
    /// The petition office.
    Office,
    /// The organ that handled the case.
    Organ,
}

/// Enters how the citizen rates an organ.
#[derive(Debug)]
pub struct RateCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub rated: Rated,
    pub rating: Rating,
    pub comment: Option<String>,
}

impl Command for RateCase {
    type Answer = Case;
    const NAME: &'static str = "cases.rate";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let step = Step::begin_appending(tx, &self.catalog, self.id).await?;
        rate(tx, step, "RateCase", (self.rated, self.rating), self.comment.as_deref()).await
    }
}

/// Enters a rating, whoever brings it.
pub async fn rate(
    tx: &Tx<'_>,
    mut step: Step<'_, '_>,
    method: &'static str,
    (rated, rating): (Rated, Rating),
    comment: Option<&str>,
) -> Result<Case> {
    step.act(Act::Rate, method)?;
    let (known, body) = match rated {
        Rated::Office => (&mut step.case.office_rating, "PETITION_OFFICE"),
        Rated::Organ => (&mut step.case.organ_rating, "HANDLING_ORGAN"),
    };
    if *known != Rating::None {
        return Err(Error::Precondition { resource: step.case.name(), condition: "ALREADY_RATED" });
    }
    *known = rating;
    step.note("rated_body", body);
    step.note("rating", rating.word());
    if let Some(comment) = comment {
        keep_reason(tx, &mut step, comment).await?;
    }
    let low = rated == Rated::Organ && rating == Rating::Not;
    let case = step.finish("case.rated").await?;
    propose_reopening(tx, &case, low.then_some(Ground::LowRating));
    Ok(case)
}

/// Proposes that the cases which an agreement settled are taken up again, since it is not kept. It is told to those who see each case, whether the
/// caller does or not.
pub async fn agreement_breached(tx: &Tx<'_>, cases: &[Uuid], settlement: &str) -> Result<()> {
    for case in store::case::settled_by(tx, cases, settlement).await? {
        propose_reopening(tx, &case, Some(Ground::AgreementBreached));
    }
    Ok(())
}

/// Proposes that a closed case is taken up again; a person decides.
fn propose_reopening(tx: &Tx<'_>, case: &Case, ground: Option<Ground>) {
    if let Some(ground) = ground.filter(|_| case.state == State::Closed) {
        let detail = vec![("ground", ground.word().to_owned())];
        record_part(tx, case, "case.reopening_proposed", case.name(), case.version, detail);
    }
}
