//! Interests that a mediator discloses, and challenges.

use uuid::Uuid;

use super::change;
use crate::{
    call::Micros,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, ChallengeStep, MediationStep},
        model::{Challenge, Detail, Mediation, Participant},
        numbers::{ChallengeGround, ChallengeState, Kind, LeaveReason, Numbered},
        store,
    },
    record::Change,
    wire::ensure_etag,
};

/// Records what binds a mediator to a party or to the matter.
pub struct DiscloseInterest {
    pub mediation: Uuid,
    pub participant: Uuid,
    pub etag: String,
    pub statement: String,
}

impl Command for DiscloseInterest {
    type Answer = Participant;
    const NAME: &'static str = "mediations.disclose_interest";

    async fn run(&self, tx: &Tx<'_>) -> Result<Participant> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Disclose)?;
        let mut mediator = acting_mediator(tx, &mediation, self.participant).await?;
        ensure_etag(&self.etag, mediator.version, &mediator.name())?;
        mediator.interest_time = Some(tx.call().now);
        mediator.version += 1;
        store::participants::save_standing(tx, &mediator, Some(&self.statement)).await?;
        tx.record(change(&mediation, "interest.disclosed", mediator.name(), mediator.version));
        Ok(mediator)
    }
}

/// Records that a party wants a mediator to step aside.
pub struct ChallengeMediator {
    pub mediation: Uuid,
    pub participant: Uuid,
    pub challenger: Uuid,
    pub ground: ChallengeGround,
    pub statement: Option<String>,
    pub raise_time: Micros,
}

impl Command for ChallengeMediator {
    type Answer = Challenge;
    const NAME: &'static str = "mediations.challenge_mediator";

    async fn run(&self, tx: &Tx<'_>) -> Result<Challenge> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        flow::next(flow::MEDIATION, &mediation.name(), mediation.state, MediationStep::Challenge)?;
        let mut mediator = acting_mediator(tx, &mediation, self.participant).await?;
        let party = store::participants::find(tx, &mediation, self.challenger).await?;
        let failed = |condition| Err(Error::Precondition { resource: party.name(), condition });
        if !party.kind.is_party() {
            return failed("NOT_A_PARTY");
        }
        let pending = store::challenges::pending(tx, &mediation, mediator.id).await?;
        if pending.iter().any(|other| other.challenger == party.id) {
            return failed("ALREADY_CHALLENGED");
        }
        let challenge = Challenge {
            id: tx.call().new_id(),
            mediation: mediation.id,
            mediator: mediator.id,
            challenger: party.id,
            ground: self.ground,
            state: ChallengeState::Pending,
            statement: self.statement.clone(),
            raise_time: self.raise_time,
            decision: None,
            decide_time: None,
            create_time: tx.call().now,
            version: 1,
        };
        store::challenges::insert(tx, &challenge).await?;
        mediator.open_challenges += 1;
        mediator.version += 1;
        store::participants::save_standing(tx, &mediator, None).await?;
        record(tx, &mediation, "challenge.raised", None, &challenge);
        Ok(challenge)
    }
}

/// Decides a challenge.
pub struct DecideChallenge {
    pub mediation: Uuid,
    pub challenge: Uuid,
    pub etag: String,
    pub decision: ChallengeState,
    pub reason: Option<String>,
}

impl Command for DecideChallenge {
    type Answer = Challenge;
    const NAME: &'static str = "mediations.decide_challenge";

    async fn run(&self, tx: &Tx<'_>) -> Result<Challenge> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let before = store::challenges::find(tx, &mediation, self.challenge, Detail::Basic).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let step = match self.decision {
            ChallengeState::Upheld => ChallengeStep::Uphold,
            ChallengeState::Withdrawn => ChallengeStep::Withdraw,
            ChallengeState::Pending | ChallengeState::Rejected => ChallengeStep::Reject,
        };
        let state = flow::next(flow::CHALLENGE, &before.name(), before.state, step)?;
        let mut mediator = store::participants::find(tx, &mediation, before.mediator).await?;
        ensure_not_oneself(tx, &mediator)?;
        let challenge = decided(tx, &mediation, before, state, self.reason.clone()).await?;
        mediator.open_challenges -= 1;
        mediator.version += 1;
        if state == ChallengeState::Upheld {
            leave(tx, &mediation, &mut mediator, LeaveReason::ChallengeUpheld).await?;
        } else {
            store::participants::save_standing(tx, &mediator, None).await?;
        }
        Ok(challenge)
    }
}

/// The mediator, as long as they are one.
async fn acting_mediator(tx: &Tx<'_>, mediation: &Mediation, id: Uuid) -> Result<Participant> {
    let mediator = store::participants::find(tx, mediation, id).await?;
    let failed = |condition| Err(Error::Precondition { resource: mediator.name(), condition });
    match (mediator.kind == Kind::Mediator, mediator.left.is_some()) {
        (false, _) => failed("NOT_A_MEDIATOR"),
        (true, true) => failed("PARTICIPANT_LEFT"),
        (true, false) => Ok(mediator),
    }
}

/// Nobody judges whether they themselves are fair.
fn ensure_not_oneself(tx: &Tx<'_>, mediator: &Participant) -> Result<()> {
    let own = tx.call().official.as_ref().map(|official| official.cadre.as_str());
    if mediator.identity.as_deref().is_some_and(|identity| own == Some(identity)) {
        return Err(Error::Precondition { resource: mediator.name(), condition: "DECIDES_ON_ONESELF" });
    }
    Ok(())
}

async fn decided(
    tx: &Tx<'_>,
    mediation: &Mediation,
    before: Challenge,
    state: ChallengeState,
    reason: Option<String>,
) -> Result<Challenge> {
    let mut challenge = before.clone();
    challenge.state = state;
    challenge.decision = reason;
    challenge.decide_time = Some(tx.call().now);
    challenge.version += 1;
    store::challenges::save_decision(tx, &challenge).await?;
    record(tx, mediation, "challenge.decided", Some(&before), &challenge);
    Ok(challenge)
}

/// A mediator leaves: other challenges are settled with it, and no session takes their time any more. The version was counted already.
pub(super) async fn leave(
    tx: &Tx<'_>,
    mediation: &Mediation,
    mediator: &mut Participant,
    reason: LeaveReason,
) -> Result<()> {
    for other in store::challenges::pending(tx, mediation, mediator.id).await? {
        decided(tx, mediation, other, ChallengeState::Upheld, None).await?;
    }
    mediator.open_challenges = 0;
    mediator.left = Some((tx.call().now, reason));
    store::participants::save_standing(tx, mediator, None).await?;
    if let Some(holder) = mediator.holder() {
        for session in store::sessions::unfinished(tx, mediation, mediator.id).await? {
            store::bookings::release_holder(tx, session.id, &holder).await?;
        }
    }
    let detail = vec![("reason", reason.word().to_owned())];
    tx.record(Change { detail, ..change(mediation, "participant.left", mediator.name(), mediator.version) });
    Ok(())
}

fn record(tx: &Tx<'_>, mediation: &Mediation, kind: &'static str, before: Option<&Challenge>, after: &Challenge) {
    tx.record(Change {
        state_before: before.map(|challenge| challenge.state.word()),
        state_after: Some(after.state.word()),
        detail: vec![
            ("mediator", mediation.child("participants", after.mediator)),
            ("ground", after.ground.word().into()),
        ],
        ..change(mediation, kind, after.name(), after.version)
    });
}
