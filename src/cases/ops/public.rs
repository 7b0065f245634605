//! What petitioners do themselves, by the number of their case and its query code.

use std::{collections::HashMap, time::Duration};

use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    execution::{Rated, rate},
    step::{Step, record_part},
};
use crate::{
    call::Call,
    cases::{
        model::{Case, Rating},
        public::{PublicStatus, PublicStep, Sources, StepKind, shown, status},
        query_code::{Guesser, code},
        store::{self, case::Depth},
    },
    catalog::Catalog,
    db::{Command, Db, Rows, Tx},
    error::{Error, Result},
    organizations,
};

/// Parts of a case that a status is made of: more than any has.
const MOST: u64 = 500;

/// Gives a case a new query code.
#[derive(Debug)]
pub struct IssueQueryCode {
    pub id: Uuid,
}

impl Command for IssueQueryCode {
    /// The number of the case and its code; nothing in place of the code where it was only tried.
    type Answer = (String, Option<String>);
    const NAME: &'static str = "cases.issue_query_code";

    async fn run(&self, tx: &Tx<'_>) -> Result<Self::Answer> {
        let case = store::case::lock(tx, self.id).await?;
        let generation = store::query_code::issue(tx, case.id).await?;
        record_part(tx, &case, "case.query_code_issued", case.name(), case.version, Vec::new());
        let code = code(tx.keys(), case.id, generation);
        Ok((case.number, Some(code).filter(|_| !tx.call().validate_only)))
    }
}

/// What a petitioner shows.
#[derive(Debug, Clone)]
pub struct Shown {
    pub number: String,
    pub code: String,
}

impl Shown {
    fn guessers(&self, call: &Call) -> [Guesser; 2] {
        [Guesser::Number(self.number.clone()), Guesser::Client(call.identity.client.clone())]
    }

    /// The case, to whom shows the right code.
    ///
    /// # Errors
    /// `TooManyAttempts`; `NotFound`, whatever is not right.
    async fn open(&self, rows: &impl Rows, call: &Call) -> Result<Case> {
        for guesser in self.guessers(call) {
            let failures = store::query_code::failures(rows, &guesser).await?;
            guesser.wait(failures, call.now).map_or(Ok(()), |wait| Err(too_many(wait)))?;
        }
        let case = store::case::by_number(rows, &call.permit, &self.number).await?;
        // As much is done for a number that is not there.
        let id = case.as_ref().map_or(Uuid::nil(), |case| case.id);
        let generation = store::query_code::generation(rows, id).await?;
        let right = code(rows.keys(), id, generation.unwrap_or_default());
        let same = bool::from(right.as_bytes().ct_eq(self.code.as_bytes()));
        case.filter(|_| same && generation.is_some()).ok_or_else(|| Error::not_found(&self.number))
    }

    /// Counts a wrong code: what the caller is told of it.
    pub async fn failed(self, db: &Db, call: &Call) -> Error {
        let number = self.number.clone();
        let call = Call { request: None, validate_only: false, ..call.clone() };
        match db.write(&call, CountFailure(self), |()| Vec::new()).await {
            Ok(_) => Error::not_found(number),
            Err(error) => error,
        }
    }
}

fn too_many(wait: i64) -> Error {
    Error::TooManyAttempts { wait: Duration::from_micros(wait.unsigned_abs()) }
}

struct CountFailure(Shown);

impl Command for CountFailure {
    type Answer = ();
    const NAME: &'static str = "cases.count_failure";
    const BOOKKEEPING: bool = true;

    async fn run(&self, tx: &Tx<'_>) -> Result<()> {
        let now = tx.call().now;
        store::query_code::forget(tx, now).await?;
        for guesser in self.0.guessers(tx.call()) {
            let before = store::query_code::lock_failures(tx, &guesser).await?;
            guesser.wait(before, now).map_or(Ok(()), |wait| Err(too_many(wait)))?;
            store::query_code::remember(tx, &guesser, guesser.failed(before, now)).await?;
        }
        Ok(())
    }
}

/// Where a case stands, to whom shows the right code.
pub async fn query(db: &Db, call: &Call, shown: Shown) -> Result<PublicStatus> {
    match shown.open(db, call).await {
        Ok(case) => whole(db, call, case).await,
        Err(Error::NotFound { .. }) => Err(shown.failed(db, call).await),
        Err(error) => Err(error),
    }
}

/// Enters a petitioner's own rating.
#[derive(Debug)]
pub struct SubmitRating {
    pub catalog: Catalog,
    pub shown: Shown,
    pub rated: Rated,
    pub rating: Rating,
    pub comment: Option<String>,
}

impl Command for SubmitRating {
    type Answer = PublicStatus;
    const NAME: &'static str = "cases.submit_rating";

    async fn run(&self, tx: &Tx<'_>) -> Result<PublicStatus> {
        let case = self.shown.open(tx, tx.call()).await?;
        let step = Step::begin_appending(tx, &self.catalog, case.id).await?;
        let rated = rate(tx, step, "SubmitRating", (self.rated, self.rating), self.comment.as_deref()).await;
        let case = rated.map_err(|error| for_petitioner(error, &case))?;
        whole(tx, tx.call(), case).await
    }
}

/// A refusal that names the case by its number, and no step that organs may take.
fn for_petitioner(error: Error, case: &Case) -> Error {
    match error {
        Error::TransitionNotAllowed { action, .. } => {
            Error::not_allowed(&case.number, shown(case.state).word(), action, Vec::<String>::new())
        }
        Error::Precondition { condition, .. } => Error::Precondition { resource: case.number.clone(), condition },
        error => error,
    }
}

/// Where a case stands; of a merged one, what became of it.
async fn whole(rows: &impl Rows, call: &Call, case: Case) -> Result<PublicStatus> {
    let mut whole = status(&case, sources(rows, case.id).await?);
    let mut id = case.id;
    // Each is merged into an earlier one, so that this ends.
    while let Some(merge) = store::merge::of(rows, id).await?
        && let Some(into) = store::case::find(rows, &call.permit, merge.into, Depth::Basic).await?
    {
        let on = status(&into, sources(rows, into.id).await?);
        whole.steps.push(PublicStep::plain(StepKind::Merged, merge.merge_time));
        whole.steps.extend(on.steps.into_iter().filter(|step| step.time > merge.merge_time));
        whole = PublicStatus { number: whole.number, steps: whole.steps, continued_in: Some(on.number), ..on };
        id = into.id;
    }
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for step in &mut whole.steps {
        let Some(organization) = step.organization.take() else { continue };
        if !names.contains_key(&organization) {
            let id = organization.strip_prefix("organizations/").unwrap_or(&organization);
            let found = organizations::find(rows, id).await?;
            names.insert(organization.clone(), found.map(|found| found.facts.display_name));
        }
        step.organization = names.get(&organization).cloned().flatten();
    }
    Ok(whole)
}

async fn sources(rows: &impl Rows, id: Uuid) -> Result<Sources> {
    Ok(Sources {
        assignments: store::step::list_assignments(rows, id, None, MOST).await?,
        notices: store::notice::list(rows, id, None, MOST).await?,
        opinions: store::step::list_opinions(rows, id, None, MOST).await?,
        reviews: store::review::list(rows, id, None, MOST, Depth::Basic).await?,
        clocks: store::clock::all(rows, id).await?,
    })
}
