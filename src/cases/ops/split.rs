//! Splitting a case: some of those who bring it go on in a new one, from where it stands.

use uuid::Uuid;

use super::{
    joint::ensure_each,
    party::is_petitioning,
    register::county_of,
    step::{Step, keep_reason},
};
use crate::{
    cases::{
        clocks::{Clock, ClockState},
        flow::Act,
        model::Case,
        party::{Mandate, Party, PartyRole},
        relation::RelationKind,
        steps::Assignment,
        store::{self, case::Depth},
    },
    catalog::Catalog,
    check::Faults,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    record::Change,
    wire::etag,
};

/// Splits a case.
#[derive(Debug)]
pub struct SplitCase {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    /// Who goes.
    pub parties: Vec<Uuid>,
    pub title: String,
    pub reason: String,
}

/// The two cases that one became.
#[derive(Debug)]
pub struct Split {
    pub case: Case,
    pub new: Case,
}

impl Command for SplitCase {
    type Answer = Split;
    const NAME: &'static str = "cases.split";

    async fn run(&self, tx: &Tx<'_>) -> Result<Split> {
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::Split, "SplitCase")?;
        let going = self.going(tx).await?;
        let new = self.draft(tx, &step.case, &going).await?;
        store::party::insert(tx, &going.entered(tx, new.id)).await?;
        for party in going.ended(tx) {
            store::party::end(tx, &party).await?;
        }
        self.copy_standing(tx, &step, &new).await?;
        let new = self.enter(tx, new).await?;
        store::relation::insert(tx, self.id, new.id, RelationKind::SplitInto).await?;
        step.case.party_count -= i32::try_from(going.leave.len()).unwrap_or(i32::MAX);
        step.note("new_case", new.name());
        step.note("parties", self.parties.len().to_string());
        keep_reason(tx, &mut step, &self.reason).await?;
        let case = step.finish("case.split").await?;
        Ok(Split { case, new })
    }
}

/// Who goes into the new case, and how.
struct Going {
    /// Those whose part in the case ends: who was named, and the agents of nobody else.
    leave: Vec<Party>,
    /// Agents who act for all, in both from now on.
    both: Vec<Party>,
}

impl Going {
    /// The parties as they begin in the new case. Agents act there for all whom they came with.
    fn entered(&self, tx: &Tx<'_>, case_id: Uuid) -> Vec<Party> {
        let begin = |party: &Party| Party {
            id: tx.call().new_id(),
            case_id,
            mandate: party.mandate.clone().map(|mandate| Mandate { principals: Vec::new(), ..mandate }),
            create_time: tx.call().now,
            version: 1,
            ..party.clone()
        };
        self.leave.iter().chain(&self.both).map(begin).collect()
    }

    /// The parts that end.
    fn ended<'a>(&'a self, tx: &Tx<'_>) -> impl Iterator<Item = Party> + use<'a> {
        let now = tx.call().now;
        self.leave.iter().map(move |party| Party {
            end_time: Some(now),
            end_reason: Some("goes on in the case that was split off".into()),
            version: party.version + 1,
            ..party.clone()
        })
    }
}

impl SplitCase {
    async fn going(&self, tx: &Tx<'_>) -> Result<Going> {
        let mut leave = store::party::find_many(tx, self.id, &self.parties).await?;
        ensure_each(&self.parties, &leave, "parties", is_petitioning)?;
        leave.sort_by_key(|party| party.id);
        let mut faults = Faults::default();
        if store::party::count_petitioning(tx, self.id).await? <= leave.len() {
            faults.at("parties", "leaves nobody who brings the case");
        }
        let mut both = Vec::new();
        for agent in store::party::agents(tx, self.id).await? {
            let principals = agent.mandate.as_ref().map(|mandate| &mandate.principals[..]).unwrap_or_default();
            let going = principals.iter().filter(|id| self.parties.contains(id)).count();
            match (principals.len(), going) {
                (0, _) => both.push(agent),
                (_, 0) => {}
                (all, some) if all == some => leave.push(agent),
                _ => faults
                    .at("parties", format!("{} acts for some on each side: revoke that mandate first", agent.name())),
            }
        }
        // What is restricted is not opened, so that nothing of it could be copied.
        for party in leave.iter().chain(&both).filter(|party| party.restrict_time.is_some()) {
            faults.at("parties", format!("{} would go, whose data is restricted", party.name()));
        }
        faults.into_result()?;
        Ok(Going { leave, both })
    }

    /// The new case, but for its number: the same matter as it stands, with a title of its own.
    async fn draft(&self, tx: &Tx<'_>, case: &Case, going: &Going) -> Result<Case> {
        let whole = store::case::find(tx, &tx.call().permit, case.id, Depth::Full).await?;
        let whole = whole.ok_or_else(|| Error::not_found(case.name()))?;
        let count = i32::try_from(going.leave.len() + going.both.len()).unwrap_or(i32::MAX);
        let attendance = going.leave.iter().filter(|party| party.role != PartyRole::Agent).count();
        Ok(Case {
            id: tx.call().new_id(),
            number: String::new(),
            title: self.title.clone(),
            statement: whole.statement,
            summary: whole.summary,
            register_time: tx.call().now,
            update_time: tx.call().now,
            backdating_reason: None,
            external: None,
            attendance: i32::try_from(attendance).unwrap_or(i32::MAX),
            party_count: count,
            version: 1,
            ..case.clone()
        })
    }

    /// Clocks that run, the organ that has it, whoever has it in the lists, and the walls.
    async fn copy_standing(&self, tx: &Tx<'_>, step: &Step<'_, '_>, new: &Case) -> Result<()> {
        let runs = |clock: &&Clock| matches!(clock.state, ClockState::Running | ClockState::Paused);
        let clocks = store::clock::all(tx, self.id).await?;
        let copy = |clock: &Clock| Clock { id: tx.call().new_id(), case_id: new.id, ..clock.clone() };
        let clocks: Vec<Clock> = clocks.iter().filter(runs).map(copy).collect();
        store::clock::insert(tx, &clocks).await?;
        if let Some(hop) = store::step::current_hop(tx, self.id).await? {
            let hop = Assignment { id: tx.call().new_id(), case_id: new.id, version: 1, ..hop };
            store::step::insert_assignment(tx, &hop).await?;
        }
        for holder in store::case::holders(tx, step.case.id).await? {
            store::case::add_holder(tx, new, &holder).await?;
        }
        for holder in store::case::walls(tx, step.case.id).await? {
            store::case::add_wall(tx, new.id, &holder, None).await?;
        }
        Ok(())
    }

    async fn enter(&self, tx: &Tx<'_>, mut new: Case) -> Result<Case> {
        let day = civil_date(new.register_time);
        new.number = store::case::next_number(tx, county_of(&new.place), day, new.is_accusation()).await?;
        let withheld = store::terms::is_withheld(tx, self.id).await?;
        store::case::insert(tx, &new, withheld).await?;
        tx.record(Change {
            kind: "case.registered",
            resource: new.name(),
            root: Some(new.id),
            place: new.place,
            restricted: new.is_accusation(),
            state_after: Some(new.state.word()),
            etag: etag(new.version),
            detail: vec![("number", new.number.clone()), ("split_from", crate::cases::model::case_name(self.id))],
            ..Change::default()
        });
        Ok(new)
    }
}

/// Says that two cases have to do with each other.
#[derive(Debug)]
pub struct LinkCases {
    pub catalog: Catalog,
    pub id: Uuid,
    pub other: Uuid,
    pub kind: RelationKind,
}

impl Command for LinkCases {
    type Answer = crate::cases::relation::Relation;
    const NAME: &'static str = "cases.link";

    async fn run(&self, tx: &Tx<'_>) -> Result<Self::Answer> {
        if self.other == self.id {
            return Err(Error::field("other_case", "is the case itself"));
        }
        let mut step = Step::begin_appending(tx, &self.catalog, self.id).await?;
        let other = store::case::find(tx, &tx.call().permit, self.other, Depth::Basic).await?;
        let other = other.ok_or_else(|| Error::field("other_case", "is not a case"))?;
        let relation = match store::relation::find(tx, self.id, self.other, self.kind).await? {
            Some(relation) => relation,
            None => store::relation::insert(tx, self.id, self.other, self.kind).await?,
        };
        step.note("other_case", other.name());
        step.note("kind", self.kind.word());
        step.finish("case.linked").await?;
        Ok(relation)
    }
}
