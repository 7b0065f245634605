//! Joint petitions: who speaks for the others, and what was decided for each.

use uuid::Uuid;

use super::{
    party::{ensure_live, is_petitioning},
    step::Step,
};
use crate::{
    cases::{
        model::{
            Case, Channel, Outcome,
            State::{Merged, Withdrawn},
        },
        party::{Consent, MOST_REPRESENTATIVES, Party, party_name},
        store,
    },
    catalog::Catalog,
    check::Faults,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Says who speaks for the others.
#[derive(Debug)]
pub struct ElectRepresentatives {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub representatives: Vec<Uuid>,
}

impl Command for ElectRepresentatives {
    type Answer = Case;
    const NAME: &'static str = "cases.elect_representatives";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        ensure_live(&step.case)?;
        if step.case.channel == Channel::Visit && self.representatives.len() > MOST_REPRESENTATIVES {
            return Err(Error::Precondition { resource: step.case.name(), condition: "TOO_MANY_REPRESENTATIVES" });
        }
        let found = store::party::find_many(tx, self.id, &self.representatives).await?;
        ensure_each(&self.representatives, &found, "representatives", is_petitioning)?;
        store::party::elect(tx, self.id, &self.representatives).await?;
        let names: Vec<String> = self.representatives.iter().map(|id| party_name(self.id, *id)).collect();
        step.note("representatives", names.join(","));
        step.finish("party.elected").await
    }
}

/// Each that was named was found, and is as it must be; all that are not are told.
pub(super) fn ensure_each(ids: &[Uuid], found: &[Party], field: &str, is_fit: fn(&Party) -> bool) -> Result<()> {
    let mut faults = Faults::default();
    for (index, id) in ids.iter().enumerate() {
        let path = format!("{field}[{index}]");
        if ids[..index].contains(id) {
            faults.at(&path, "stands there twice");
        } else if !found.iter().any(|party| party.id == *id && is_fit(party)) {
            faults.at(&path, "is nobody who brings the case, or one whose part has ended");
        }
    }
    faults.into_result()
}

/// Keeps what was decided for parties, and whether they agree.
#[derive(Debug)]
pub struct RecordOutcomes {
    pub catalog: Catalog,
    pub case_id: Uuid,
    pub outcomes: Vec<(Uuid, Option<Outcome>, Option<Consent>)>,
}

impl Command for RecordOutcomes {
    type Answer = Vec<Party>;
    const NAME: &'static str = "cases.record_outcomes";

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<Party>> {
        let mut step = Step::begin_appending(tx, &self.catalog, self.case_id).await?;
        if matches!(step.case.state, Merged | Withdrawn) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "CASE_ENDED" });
        }
        let ids: Vec<Uuid> = self.outcomes.iter().map(|(id, ..)| *id).collect();
        let found = store::party::find_many(tx, self.case_id, &ids).await?;
        ensure_each(&ids, &found, "outcomes", is_petitioning)?;
        // A batch says few different things: one statement for each.
        let mut said: Vec<(Option<Outcome>, Option<Consent>)> = Vec::new();
        for (_, outcome, consent) in &self.outcomes {
            if !said.contains(&(*outcome, *consent)) {
                said.push((*outcome, *consent));
            }
        }
        for what in said {
            let alike = self.outcomes.iter().filter(|(_, outcome, consent)| (*outcome, *consent) == what);
            let alike: Vec<Uuid> = alike.map(|(id, ..)| *id).collect();
            store::party::set_outcomes(tx, self.case_id, &alike, what, tx.call().now).await?;
        }
        for (fact, outcome) in [
            ("supported", Outcome::Supported),
            ("explained", Outcome::Explained),
            ("not_supported", Outcome::NotSupported),
        ] {
            let count = self.outcomes.iter().filter(|(_, decided, _)| *decided == Some(outcome)).count();
            step.note(fact, count.to_string());
        }
        step.note("count", ids.len().to_string());
        step.finish("party.outcomes_recorded").await?;
        let mut now = store::party::find_many(tx, self.case_id, &ids).await?;
        now.sort_by_key(|party| ids.iter().position(|id| *id == party.id));
        Ok(now)
    }
}
