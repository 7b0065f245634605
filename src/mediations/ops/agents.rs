//! Who acts for a party.

use chrono::NaiveDate;
use uuid::Uuid;

use super::change;
use crate::{
    call::Micros,
    cases::{MandateBasis, MandateExtent},
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        model::{Agent, MOST_AGENTS, Mediation},
        store,
    },
    record::Change,
    wire::ensure_etag,
};

/// Records that somebody acts for a party.
pub struct Appoint {
    pub mediation: Uuid,
    pub participant: Uuid,
    pub display_name: String,
    pub phone: Option<String>,
    pub basis: MandateBasis,
    pub extent: MandateExtent,
    pub document_number: Option<String>,
    pub evidence: Option<String>,
    /// The day of entry where there is none.
    pub start_date: Option<NaiveDate>,
    pub end_date: Option<NaiveDate>,
}

impl Command for Appoint {
    type Answer = Agent;
    const NAME: &'static str = "mediations.appoint_agent";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agent> {
        // After the end, too: obligations are performed and agreements acceded to by agents.
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let party = store::participants::find(tx, &mediation, self.participant).await?;
        let failed = |condition| Err(Error::Precondition { resource: party.name(), condition });
        if !party.kind.is_party() {
            return failed("NOT_A_PARTY");
        }
        if store::agents::count(tx, &party).await? >= MOST_AGENTS {
            return failed("TOO_MANY_AGENTS");
        }
        let now = tx.call().now;
        let agent = Agent {
            id: tx.call().new_id(),
            mediation: mediation.id,
            participant: party.id,
            display_name: self.display_name.clone(),
            phone: self.phone.clone(),
            basis: self.basis,
            extent: self.extent,
            document_number: self.document_number.clone(),
            evidence: self.evidence.clone(),
            start_date: self.start_date.unwrap_or_else(|| civil_date(now)),
            end_date: self.end_date,
            revoke_time: None,
            create_time: now,
            version: 1,
        };
        if agent.end_date.is_some_and(|last| last < agent.start_date) {
            return Err(Error::field("agent.end_date", "lies before start_date"));
        }
        store::agents::insert(tx, &agent).await?;
        record(tx, &mediation, "agent.appointed", &agent);
        Ok(agent)
    }
}

fn record(tx: &Tx<'_>, mediation: &Mediation, kind: &'static str, agent: &Agent) {
    let detail = vec![("basis", agent.basis.word().to_owned()), ("extent", agent.extent.word().to_owned())];
    tx.record(Change { detail, ..change(mediation, kind, agent.name(), agent.version) });
}

/// Records that a mandate was revoked.
pub struct Dismiss {
    pub mediation: Uuid,
    pub participant: Uuid,
    pub agent: Uuid,
    pub etag: String,
    pub revoke_time: Micros,
}

impl Command for Dismiss {
    type Answer = Agent;
    const NAME: &'static str = "mediations.dismiss_agent";

    async fn run(&self, tx: &Tx<'_>) -> Result<Agent> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let party = store::participants::find(tx, &mediation, self.participant).await?;
        let mut agent = store::agents::find(tx, &party, self.agent).await?;
        ensure_etag(&self.etag, agent.version, &agent.name())?;
        if agent.revoke_time.is_some() {
            return Err(Error::Precondition { resource: agent.name(), condition: "ALREADY_DISMISSED" });
        }
        agent.revoke_time = Some(self.revoke_time);
        agent.version += 1;
        store::agents::save_end(tx, &agent).await?;
        record(tx, &mediation, "agent.dismissed", &agent);
        Ok(agent)
    }
}
