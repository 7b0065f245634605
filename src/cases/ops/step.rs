//! One step of a case: lock it, check what the decision rests on, move it by the table, write it back with its clocks and its
//! record. Every operation that moves a case is made of this.

use uuid::Uuid;

use crate::{
    cases::{
        book::ClockBook,
        clocks::{Clock, Inputs},
        flow::{self, Act},
        model::{Case, State, case_name},
        steps::ProgressReport,
        store,
    },
    catalog::Catalog,
    clock::SetTerm,
    db::Tx,
    error::{Error, Result},
    record::{Change, Sight},
    wire::{ensure_etag, etag},
};

/// A case under a step.
pub struct Step<'t, 'a> {
    tx: &'t Tx<'a>,
    catalog: &'t Catalog,
    /// The case, as the step changes it.
    pub case: Case,
    /// Its clocks.
    pub clocks: ClockBook,
    /// The place that the step takes the case away from: its watchers are told.
    pub left: Option<Sight>,
    /// Whom the step walls the case off from.
    pub walled: Vec<String>,
    before: State,
    detail: Vec<(&'static str, String)>,
}

impl<'t, 'a> Step<'t, 'a> {
    /// Locks the case within the caller's scope and checks the etag.
    pub async fn begin(tx: &'t Tx<'a>, catalog: &'t Catalog, id: Uuid, given: &str) -> Result<Self> {
        let step = Self::begin_appending(tx, catalog, id).await?;
        ensure_etag(given, step.case.version, &case_name(id))?;
        Ok(step)
    }

    /// Locks the case for something that only appends and rests on nothing that was read.
    pub async fn begin_appending(tx: &'t Tx<'a>, catalog: &'t Catalog, id: Uuid) -> Result<Self> {
        let case = store::case::lock(tx, id).await?;
        let clocks = ClockBook::new(store::clock::all(tx, id).await?);
        let before = case.state;
        Ok(Self { tx, catalog, case, clocks, left: None, walled: Vec::new(), before, detail: Vec::new() })
    }

    /// Locks two cases for something that concerns both, in the order of their ids, so that two who take them the other way round do not wait for each
    /// other. The second one is named by a field. Nobody learns of it where the first is not there.
    pub async fn begin_two(
        tx: &'t Tx<'a>,
        catalog: &'t Catalog,
        id: Uuid,
        (other, field): (Uuid, &str),
    ) -> Result<(Self, Self)> {
        let find = store::case::find(tx, &tx.call().permit, id, store::case::Depth::Basic).await?;
        find.ok_or_else(|| Error::not_found(case_name(id)))?;
        let second = async || {
            Self::begin_appending(tx, catalog, other).await.map_err(|error| match error {
                Error::NotFound { .. } => Error::field(field, "is not a case"),
                error => error,
            })
        };
        if id < other {
            let first = Self::begin_appending(tx, catalog, id).await?;
            Ok((first, second().await?))
        } else {
            let second = second().await?;
            Ok((Self::begin_appending(tx, catalog, id).await?, second))
        }
    }

    /// Locks the case that a part belongs to, finds the part and checks its etag. A case that the caller does not see has no parts.
    pub async fn begin_part<P, F>(
        tx: &'t Tx<'a>,
        catalog: &'t Catalog,
        case_id: Uuid,
        (name, given): (&str, &str),
        version: fn(&P) -> i64,
        find: impl FnOnce() -> F,
    ) -> Result<(Self, P)>
    where
        F: Future<Output = Result<Option<P>>>,
    {
        let step = match Self::begin_appending(tx, catalog, case_id).await {
            Err(Error::NotFound { .. }) => return Err(Error::not_found(name)),
            other => other?,
        };
        let part = find().await?.ok_or_else(|| Error::not_found(name))?;
        ensure_etag(given, version(&part), name)?;
        Ok((step, part))
    }

    /// Moves the case as the table says, or refuses with what is allowed.
    pub fn act(&mut self, act: Act, method: &'static str) -> Result<()> {
        let state = self.case.state;
        self.case.state = flow::next(state, act)
            .map_err(|refusal| Error::not_allowed(self.case.name(), state.word(), method, refusal.allowed))?;
        Ok(())
    }

    /// Starts a clock of the case.
    pub async fn start_clock(&mut self, rule: &str, start: i64, set: Option<SetTerm>) -> Result<()> {
        self.clocks.start(self.tx, self.catalog, &self.case, rule, start, set).await
    }

    /// Starts a clock of a step that another organ than the handling one owes.
    pub async fn start_clock_for(&mut self, holder: &str, rule: &str, start: i64) -> Result<()> {
        self.start_clock_set(holder, rule, start, None).await
    }

    /// As [`Step::start_clock_for`], with a term that is set.
    pub async fn start_clock_set(&mut self, holder: &str, rule: &str, start: i64, set: Option<SetTerm>) -> Result<()> {
        self.clocks.start_for(self.tx, self.catalog, &self.case, Some(holder), rule, start, set).await
    }

    /// Changes what a running clock rests on, and computes it again.
    pub async fn change_clock(&mut self, rule: &str, change: impl FnOnce(&mut Inputs)) -> Result<&Clock> {
        self.clocks.change(self.tx, self.catalog, &self.case, rule, change).await
    }

    /// As [`Step::change_clock`], for one clock.
    pub async fn change_clock_by_id(&mut self, id: Uuid, change: impl FnOnce(&mut Inputs)) -> Result<&Clock> {
        self.clocks.change_by_id(self.tx, self.catalog, &self.case, id, change).await
    }

    /// Goes back to the state before: the step is on record and moves nothing.
    pub fn stay(&mut self) {
        self.case.state = self.before;
    }

    /// A further fact for the record: PUBLIC or INTERNAL only.
    pub fn note(&mut self, key: &'static str, value: impl Into<String>) {
        self.detail.push((key, value.into()));
    }

    /// Writes the case, its clocks and its record.
    pub async fn finish(mut self, kind: &'static str) -> Result<Case> {
        let tx = self.tx;
        let now = tx.call().now;
        self.case.next_due_time = self.clocks.next_due();
        self.case.version += 1;
        self.case.update_time = now;
        for clock in self.clocks.computed() {
            store::clock::recompute(tx, clock).await?;
        }
        for clock in self.clocks.ended() {
            store::clock::end(tx, clock).await?;
        }
        store::clock::insert(tx, self.clocks.started()).await?;
        store::case::update(tx, &self.case).await?;
        let moved = self.before != self.case.state;
        tx.record(Change {
            kind,
            resource: self.case.name(),
            root: Some(self.case.id),
            place: self.case.place,
            restricted: self.case.is_accusation(),
            private: false,
            state_before: moved.then_some(self.before.word()),
            state_after: Some(self.case.state.word()),
            etag: etag(self.case.version),
            detail: self.detail,
            left: self.left,
            walled: self.walled,
        });
        Ok(self.case)
    }
}

/// Keeps a reason among the reports of the case, sealed; the record names it.
pub async fn keep_reason(tx: &Tx<'_>, step: &mut Step<'_, '_>, reason: &str) -> Result<()> {
    let report = keep_report(tx, step.case.id, reason).await?;
    step.note("report", report);
    Ok(())
}

/// Keeps a text among the reports of a case, sealed, and gives the report's name.
pub async fn keep_report(tx: &Tx<'_>, case_id: Uuid, text: &str) -> Result<String> {
    let now = tx.call().now;
    let report = ProgressReport {
        id: tx.call().new_id(),
        case_id,
        text: Some(text.to_owned()),
        occur_time: now,
        create_time: now,
    };
    store::step::insert_progress(tx, &report).await?;
    Ok(format!("{}/progressReports/{}", case_name(case_id), report.id))
}

/// The record of a part of a case that does not move it.
pub fn record_part(
    tx: &Tx<'_>,
    case: &Case,
    kind: &'static str,
    resource: String,
    version: i64,
    detail: Vec<(&'static str, String)>,
) {
    tx.record(Change {
        kind,
        resource,
        root: Some(case.id),
        place: case.place,
        restricted: case.is_accusation(),
        etag: etag(version),
        detail,
        ..Change::default()
    });
}
