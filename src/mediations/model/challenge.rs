//! Requests that a mediator step aside.

use uuid::Uuid;

use crate::{
    call::Micros,
    mediations::numbers::{ChallengeGround, ChallengeState},
};

/// A party's request that a mediator step aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// The mediator.
    pub mediator: Uuid,
    /// The party.
    pub challenger: Uuid,
    /// Why.
    pub ground: ChallengeGround,
    /// Where it stands.
    pub state: ChallengeState,
    /// What the party said.
    pub statement: Option<String>,
    /// When it was raised.
    pub raise_time: Micros,
    /// Why it was decided so.
    pub decision: Option<String>,
    /// When it was decided.
    pub decide_time: Option<Micros>,
    /// When it was entered.
    pub create_time: Micros,
    /// Counts its changes.
    pub version: i64,
}

impl Challenge {
    /// `mediations/{id}/challenges/{id}`.
    pub fn name(&self) -> String {
        format!("mediations/{}/challenges/{}", self.mediation, self.id)
    }
}
