//! What the elected worker does to one case: warnings that are due, dates that a new calendar moves, words that are not indexed yet.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    oversight::{proposals, propose},
    step::{Step, record_part},
};
use crate::{
    cases::{alerts, oversight::Reason, store},
    catalog::Catalog,
    clock::Duty,
    db::{Command, Tx},
    error::Result,
};

/// Gives the warnings that the clocks of a case owe now. Looked at under the case's lock, so that two workers give each once.
#[derive(Debug)]
pub struct WarnCase {
    pub id: Uuid,
}

impl Command for WarnCase {
    type Answer = u64;
    const NAME: &'static str = "cases.warn";
    const BOOKKEEPING: bool = true;

    async fn run(&self, tx: &Tx<'_>) -> Result<u64> {
        let now = tx.call().now;
        let case = store::case::lock(tx, self.id).await?;
        let mut given = 0;
        for clock in store::clock::all(tx, self.id).await? {
            if clock.alert_time.is_none_or(|time| time > now) {
                continue;
            }
            let Some((alert, next)) = alerts::owed(&clock, now) else {
                // An earlier version of the program stopped it without taking its warning away.
                store::clock::set_alert(tx, clock.id, None).await?;
                continue;
            };
            store::clock::set_alert(tx, clock.id, next).await?;
            let Some(kind) = alert.kind() else {
                let reported = store::step::is_reported(tx, self.id, clock.start_time).await?;
                if !reported && propose(tx, &case, proposals::HALF_TERM, Reason::NoFeedback).await? {
                    given += 1;
                }
                continue;
            };
            let duty = match clock.duty {
                Duty::Organ => "ORGAN",
                Duty::Citizen => "CITIZEN",
            };
            let mut detail = vec![
                ("rule", clock.rule.clone()),
                ("article", clock.article.clone()),
                ("duty", duty.to_owned()),
                ("nominal_date", clock.nominal_date.to_string()),
                ("adjusted_date", clock.adjusted_date.to_string()),
            ];
            detail.extend(clock.holder.clone().map(|holder| ("holder", holder)));
            record_part(tx, &case, kind, clock.name(), case.version, detail);
            given += 1;
        }
        Ok(given)
    }
}

/// Computes the running clocks of a case again by the calendar as it is now. Where dates move, the case is told.
#[derive(Debug)]
pub struct RecheckCase {
    pub catalog: Catalog,
    pub id: Uuid,
}

impl Command for RecheckCase {
    type Answer = u64;
    const NAME: &'static str = "cases.recheck";
    const BOOKKEEPING: bool = true;

    async fn run(&self, tx: &Tx<'_>) -> Result<u64> {
        let mut step = Step::begin_appending(tx, &self.catalog, self.id).await?;
        let rechecked = step.clocks.recheck(tx, &self.catalog).await?;
        store::clock::set_checked(tx, &rechecked.same, rechecked.number).await?;
        let moved = rechecked.moved.len() as u64;
        if moved > 0 {
            for (clock, date) in rechecked.moved {
                step.note("clock", clock);
                step.note("nominal_date", date.to_string());
            }
            step.finish("case.clocks_recomputed").await?;
        }
        Ok(moved)
    }
}

/// Puts what is written of cases into the index of words, where a server of before has entered them.
#[derive(Debug)]
pub struct IndexCases {
    pub ids: Vec<Uuid>,
}

impl Command for IndexCases {
    type Answer = u64;
    const NAME: &'static str = "cases.index";
    const BOOKKEEPING: bool = true;

    async fn run(&self, tx: &Tx<'_>) -> Result<u64> {
        let cases = store::case::lock_many(tx, &self.ids).await?;
        let parties = store::party::of_cases(tx, &self.ids).await?;
        let sensitive: HashSet<Uuid> =
            parties.iter().filter(|party| party.is_sensitive()).map(|party| party.case_id).collect();
        store::terms::catch_up(tx, &cases, &sensitive).await?;
        Ok(u64::try_from(cases.len()).unwrap_or(0))
    }
}
