//! Judicial confirmation: until when and whether the parties may ask, the application, and what the court decides.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Facts, change};
use crate::{
    call::Micros,
    catalog::Catalog,
    clock::{self, Deadline, Input, OfficeHours, civil_date},
    db::{Command, Rows, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, ConfirmationStep},
        model::{Agreement, Confirmation, Detail, Mediation, Participant},
        numbers::{AgreementState, ConfirmationState, Kind, Numbered, Obstacle},
        store,
    },
    record::Change,
    wire::ensure_etag,
};

/// The rule of the term (RMTJ 33).
const RULE: &str = "judicial_confirmation";

/// Whether the parties may ask.
#[derive(Debug)]
pub struct Eligibility {
    /// What stands in the way.
    pub obstacles: Vec<Obstacle>,
    /// Until when they may, once the agreement is in effect.
    pub deadline: Option<Deadline>,
}

/// Judges whether the parties may ask at a time. With acceding parties among those who ask, the term runs from the day on which the first of them is
/// bound: who accedes later has an agreement of its own with the others. No party asks twice for the same.
///
/// # Errors
/// What the database answers.
pub async fn eligibility(
    rows: &impl Rows,
    catalog: &Catalog,
    agreement: &Agreement,
    acceding: &[Uuid],
    time: Micros,
) -> Result<Eligibility> {
    let effect = match (agreement.state, acceding) {
        (AgreementState::Effective, []) => agreement.effect_time.map(|effect| (effect, effect)),
        (AgreementState::Effective, acceding) => store::signatures::effects(rows, agreement, acceding).await?,
        (AgreementState::Draft | AgreementState::Signing | AgreementState::Void, _) => None,
    };
    let Some((effect, last)) = effect else {
        return Ok(Eligibility { obstacles: vec![Obstacle::NotInEffect], deadline: None });
    };
    let deadline = deadline(rows, catalog, effect).await?;
    let mut obstacles: Vec<Obstacle> = agreement.excluded_subjects.iter().copied().map(Obstacle::from).collect();
    if deadline.late_after <= time {
        obstacles.insert(0, Obstacle::ConfirmationTooLate);
    }
    if time < last {
        obstacles.insert(0, Obstacle::NotInEffect);
    }
    let live = store::confirmations::live(rows, agreement).await?;
    let same = |other: &&Confirmation| acceding.is_empty() || other.applicants.iter().any(|id| acceding.contains(id));
    let states: Vec<ConfirmationState> = live.iter().filter(same).map(|other| other.state).collect();
    if states.contains(&ConfirmationState::Confirmed) {
        obstacles.push(Obstacle::ConfirmedAlready);
    } else if !states.is_empty() {
        obstacles.push(Obstacle::ConfirmationPending);
    }
    Ok(Eligibility { obstacles, deadline: Some(deadline) })
}

/// The term from the effect on. The thirty days are those of 2011; what took effect before the rule set began is judged by its first version.
async fn deadline(rows: &impl Rows, catalog: &Catalog, effect: Micros) -> Result<Deadline> {
    let missing = || Error::internal(format!("there is no rule {RULE}"));
    let today = civil_date(effect);
    let rule = catalog.rule(RULE, today).or_else(|| catalog.first_rule(RULE)).ok_or_else(missing)?;
    let calendar = catalog.calendar(rows).await?;
    let office_hours = OfficeHours::default();
    let input =
        Input { rule, start: effect, set: None, pauses: &[], extensions: &[], calendar: &calendar, office_hours };
    clock::compute(&input).map_err(Error::internal)
}

/// Records that the parties asked.
pub struct RequestConfirmation {
    pub catalog: Catalog,
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub applicants: Vec<Uuid>,
    pub court: String,
    pub request_time: Micros,
    pub evidence: Option<String>,
}

impl Command for RequestConfirmation {
    type Answer = Confirmation;
    const NAME: &'static str = "agreements.request_confirmation";

    async fn run(&self, tx: &Tx<'_>) -> Result<Confirmation> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let applicants = store::participants::find_all(tx, &mediation, &self.applicants).await?;
        let bound = store::signatures::signed_among(tx, &agreement, self.applicants.clone()).await?;
        let joins = |one: &&Participant| one.kind == Kind::AccedingParty;
        let acceding: Vec<Uuid> = applicants.iter().filter(joins).map(|one| one.id).collect();
        // Of an agreement that is in effect nobody asks whom it does not bind: no term has begun for them.
        if agreement.state == AgreementState::Effective {
            ensure_bound(&applicants, &bound)?;
        }
        let Eligibility { obstacles, deadline } =
            eligibility(tx, &self.catalog, &agreement, &acceding, self.request_time).await?;
        let resource = agreement.name();
        if let Some(obstacle) = obstacles.first() {
            return Err(Error::Precondition { resource, condition: obstacle.word() });
        }
        ensure_joint(&agreement, &applicants)?;
        let deadline = deadline.ok_or_else(|| Error::internal("an agreement in effect has no term"))?;
        let confirmation = Confirmation {
            id: tx.call().new_id(),
            mediation: mediation.id,
            agreement: agreement.id,
            state: ConfirmationState::Requested,
            applicants: self.applicants.clone(),
            court: self.court.clone(),
            request_time: self.request_time,
            evidence: self.evidence.clone(),
            deadline_date: deadline.adjusted_date,
            document_number: None,
            accept_time: None,
            decide_time: None,
            reason: None,
            create_time: tx.call().now,
            version: 1,
        };
        store::confirmations::insert(tx, &confirmation).await?;
        let detail = vec![("court", self.court.clone())];
        record(tx, &mediation, "confirmation.requested", None, &confirmation, detail);
        Ok(confirmation)
    }
}

/// Nobody asks whom the agreement does not bind.
fn ensure_bound(applicants: &[Participant], bound: &HashSet<Uuid>) -> Result<()> {
    match applicants.iter().find(|one| !one.kind.is_party() || !bound.contains(&one.id)) {
        Some(stranger) => Err(Error::Precondition { resource: stranger.name(), condition: "NOT_BOUND" }),
        None => Ok(()),
    }
}

/// All necessary parties whom the agreement binds ask.
fn ensure_joint(agreement: &Agreement, applicants: &[Participant]) -> Result<()> {
    let necessary = applicants.iter().filter(|one| one.kind == Kind::NecessaryParty).count();
    if usize::try_from(agreement.necessary_party_count) == Ok(necessary) {
        return Ok(());
    }
    Err(Error::Precondition { resource: agreement.name(), condition: "NOT_JOINT" })
}

/// Records what the court decided.
pub struct RecordCourtDecision {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub confirmation: Uuid,
    pub etag: String,
    pub decision: ConfirmationState,
    pub document_number: Option<String>,
    pub decide_time: Micros,
    pub reason: Option<String>,
}

impl Command for RecordCourtDecision {
    type Answer = Confirmation;
    const NAME: &'static str = "agreements.record_court_decision";

    async fn run(&self, tx: &Tx<'_>) -> Result<Confirmation> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let before = store::confirmations::find(tx, &agreement, self.confirmation, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut confirmation = before.clone();
        confirmation.state = flow::next(flow::CONFIRMATION, &before.name(), before.state, self.step())?;
        if self.decide_time < before.accept_time.unwrap_or(before.request_time) {
            return Err(Error::field("decide_time", "lies before the step before"));
        }
        if confirmation.state == ConfirmationState::Accepted {
            confirmation.accept_time = Some(self.decide_time);
        } else {
            confirmation.decide_time = Some(self.decide_time);
        }
        confirmation.document_number = self.document_number.clone().or(before.document_number.clone());
        confirmation.reason = self.reason.clone();
        confirmation.version += 1;
        store::confirmations::save_decision(tx, &confirmation).await?;
        record(tx, &mediation, "confirmation.decided", Some(&before), &confirmation, Vec::new());
        Ok(confirmation)
    }
}

impl RecordCourtDecision {
    fn step(&self) -> ConfirmationStep {
        match self.decision {
            ConfirmationState::Requested | ConfirmationState::Accepted => ConfirmationStep::Accept,
            ConfirmationState::NotAccepted => ConfirmationStep::NotAccept,
            ConfirmationState::Confirmed => ConfirmationStep::Confirm,
            ConfirmationState::Rejected => ConfirmationStep::Reject,
            ConfirmationState::Withdrawn => ConfirmationStep::Withdraw,
        }
    }
}

fn record(
    tx: &Tx<'_>,
    mediation: &Mediation,
    kind: &'static str,
    before: Option<&Confirmation>,
    after: &Confirmation,
    detail: Facts,
) {
    tx.record(Change {
        state_before: before.map(|confirmation| confirmation.state.word()),
        state_after: Some(after.state.word()),
        detail,
        ..change(mediation, kind, after.name(), after.version)
    });
}
