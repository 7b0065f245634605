//! Going on with a mediation until another day.

use chrono::NaiveDate;
use uuid::Uuid;

use super::record_mediation;
use crate::{
    clock::end_of_day,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, MediationStep},
        model::{Mediation, MediationTerm},
        numbers::Kind,
        store,
    },
    wire::ensure_etag,
};

/// Records that the parties agreed to go on.
pub struct Extend {
    pub mediation: Uuid,
    pub etag: String,
    pub term_date: NaiveDate,
    pub parties: Vec<Uuid>,
}

impl Command for Extend {
    type Answer = Mediation;
    const NAME: &'static str = "mediations.extend";

    async fn run(&self, tx: &Tx<'_>) -> Result<Mediation> {
        let before = store::mediations::lock(tx, self.mediation).await?;
        ensure_etag(&self.etag, before.version, &before.name())?;
        let mut mediation = before.clone();
        mediation.state = flow::next(flow::MEDIATION, &before.name(), before.state, MediationStep::Extend)?;
        if before.term.as_ref().is_some_and(|term| self.term_date <= term.date) {
            return Err(Error::field("term_date", "is not after the term as it stands"));
        }
        let parties = store::participants::find_all(tx, &before, &self.parties).await?;
        if let Some(other) = parties.iter().find(|one| !one.kind.is_party()) {
            return Err(Error::Precondition { resource: other.name(), condition: "NOT_A_PARTY" });
        }
        let necessary = parties.iter().filter(|one| one.kind == Kind::NecessaryParty).count();
        if usize::try_from(before.necessary_party_count) != Ok(necessary) {
            return Err(Error::Precondition { resource: before.name(), condition: "NOT_UNANIMOUS" });
        }
        mediation.term = Some(MediationTerm { date: self.term_date, time: end_of_day(self.term_date), rule: None });
        mediation.version += 1;
        store::mediations::save(tx, &mediation).await?;
        let detail = vec![("term_date", self.term_date.to_string())];
        record_mediation(tx, "mediation.extended", Some(&before), &mediation, detail);
        Ok(mediation)
    }
}
