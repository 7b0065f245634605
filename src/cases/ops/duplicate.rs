//! What a person decides of a pair of cases that may be one matter.

use uuid::Uuid;

use super::{
    oversight::{proposals, propose},
    similar::{Sampled, Similar, compare},
    step::{Step, keep_reason},
};
use crate::{
    cases::{
        model::{Case, State},
        oversight::Reason,
        relation::RelationKind,
        similar::{Decision, Rule},
        store::{self, similar::Decided},
    },
    catalog::Catalog,
    db::{Command, Tx},
    error::{Error, Result},
};

/// Confirms or rejects that two cases belong together.
#[derive(Debug)]
pub struct DecideDuplicate {
    pub catalog: Catalog,
    /// How common words are, by which the pair is compared.
    pub sampled: Sampled,
    pub id: Uuid,
    pub other: Uuid,
    pub decision: Decision,
    /// What the two are; none where it is rejected.
    pub kind: Rule,
    pub reason: Option<String>,
}

impl Command for DecideDuplicate {
    type Answer = Similar;
    const NAME: &'static str = "cases.decide_duplicate";

    async fn run(&self, tx: &Tx<'_>) -> Result<Similar> {
        if self.other == self.id {
            return Err(Error::field("other_case", "is the case itself"));
        }
        let (mut step, other) = Step::begin_two(tx, &self.catalog, self.id, (self.other, "other_case")).await?;
        let other = other.case;
        let known = store::similar::decisions(tx, self.id).await?.get(&self.other).copied();
        if known.is_some_and(|known| known.decision == self.decision && known.kind == self.kind) {
            return Err(Error::Precondition { resource: step.case.name(), condition: "DECISION_UNCHANGED" });
        }
        let sample = self.sampled.get(tx, tx.call().now).await?;
        let likeness = compare(tx, &sample, &step.case, &other).await?;
        store::similar::decide(tx, (self.id, self.other), &likeness, self.decision, self.kind).await?;
        self.relate(tx, known).await?;
        step.note("other_case", other.name());
        step.note("rule", likeness.rule.word());
        if self.decision == Decision::Confirmed {
            step.note("kind", self.kind.word());
        }
        if let Some(reason) = &self.reason {
            keep_reason(tx, &mut step, reason).await?;
        }
        let event = match self.decision {
            Decision::Confirmed => "duplicate.confirmed",
            Decision::Rejected => "duplicate.rejected",
        };
        let case = step.finish(event).await?;
        if self.decision == Decision::Confirmed && self.kind == Rule::SamePersonSameMatter {
            repeated(tx, &case, &other).await?;
        }
        let decided = Decided { case_id: self.id, other: self.other, decision: self.decision, kind: self.kind };
        Ok(Similar { case: other, likeness, decided: Some(decided) })
    }
}

impl DecideDuplicate {
    /// The relation that was there by an earlier decision goes; that of this one comes.
    async fn relate(&self, tx: &Tx<'_>, known: Option<Decided>) -> Result<()> {
        if let Some(kind) = known.filter(|known| known.decision == Decision::Confirmed).and_then(|known| of(known.kind))
        {
            store::relation::remove(tx, self.id, self.other, kind).await?;
        }
        let Some(kind) = of(self.kind).filter(|_| self.decision == Decision::Confirmed) else { return Ok(()) };
        if store::relation::find(tx, self.id, self.other, kind).await?.is_none() {
            store::relation::insert(tx, self.id, self.other, kind).await?;
        }
        Ok(())
    }
}

/// How two cases stand to each other that are what a rule says.
fn of(kind: Rule) -> Option<RelationKind> {
    match kind {
        Rule::None => None,
        Rule::SamePersonSameMatter => Some(RelationKind::SamePersonSameMatter),
        Rule::OtherPersonSameMatter => Some(RelationKind::OtherPersonSameMatter),
        Rule::Related => Some(RelationKind::Related),
    }
}

/// Whoever comes again after an answer was not helped by it: supervision of the earlier case is proposed. What is concluded is no longer answered.
async fn repeated(tx: &Tx<'_>, one: &Case, other: &Case) -> Result<()> {
    let (earlier, later) = if one.register_time <= other.register_time { (one, other) } else { (other, one) };
    let answered = earlier.answer_time.is_some_and(|time| time <= later.register_time);
    if answered && earlier.state != State::Concluded {
        propose(tx, earlier, proposals::REPEATED, Reason::Other).await?;
    }
    Ok(())
}
