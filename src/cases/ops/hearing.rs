//! The hearing of a re-review (听证). Its time does not count (XF 36).

use uuid::Uuid;

use super::step::Step;
use crate::{
    cases::{
        clocks::{Inputs, rules},
        flow::Act,
        model::Case,
        review::Hearing,
        store,
    },
    catalog::Catalog,
    clock::{Pause, PauseCause},
    db::{Command, Tx},
    error::{Error, Result},
};

/// Opens a hearing.
#[derive(Debug)]
pub struct OpenHearing {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub presider: String,
}

impl Command for OpenHearing {
    type Answer = Case;
    const NAME: &'static str = "cases.open_hearing";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::OpenHearing, "OpenHearing")?;
        if store::review::open_hearing(tx, self.id).await?.is_some() {
            return Err(Error::Precondition { resource: step.case.name(), condition: "HEARING_OPEN" });
        }
        let review = store::review::pending(tx, self.id).await?;
        let hearing = Hearing {
            id: tx.call().new_id(),
            case_id: self.id,
            review: review.ok_or_else(|| Error::internal("a case under re-review has none"))?.id,
            presider: self.presider.clone(),
            open_time: now,
            end_time: None,
            minutes: None,
        };
        store::review::insert_hearing(tx, &hearing).await?;
        let pause = Pause { from: now, until: None, cause: PauseCause::Hearing };
        change(&mut step, |inputs| inputs.pauses.push(pause)).await?;
        step.note("hearing", hearing.name());
        step.finish("case.hearing_opened").await
    }
}

/// Ends it with its record.
#[derive(Debug)]
pub struct EndHearing {
    pub catalog: Catalog,
    pub id: Uuid,
    pub etag: String,
    pub minutes: String,
}

impl Command for EndHearing {
    type Answer = Case;
    const NAME: &'static str = "cases.end_hearing";

    async fn run(&self, tx: &Tx<'_>) -> Result<Case> {
        let now = tx.call().now;
        let mut step = Step::begin(tx, &self.catalog, self.id, &self.etag).await?;
        step.act(Act::EndHearing, "EndHearing")?;
        let open = store::review::open_hearing(tx, self.id).await?;
        let none = || Error::Precondition { resource: step.case.name(), condition: "NO_HEARING_OPEN" };
        let hearing = Hearing { end_time: Some(now), minutes: Some(self.minutes.clone()), ..open.ok_or_else(none)? };
        store::review::end_hearing(tx, &hearing).await?;
        change(&mut step, |inputs| {
            for pause in inputs.pauses.iter_mut().filter(|pause| pause.until.is_none()) {
                pause.until = Some(now);
            }
        })
        .await?;
        step.note("hearing", hearing.name());
        step.finish("case.hearing_ended").await
    }
}

/// A historic case has no clock that could stand still.
async fn change(step: &mut Step<'_, '_>, change: impl FnOnce(&mut Inputs)) -> Result<()> {
    if step.case.historic {
        return Ok(());
    }
    let clock = step.change_clock(rules::RE_REVIEW, change).await?;
    let (name, date) = (clock.name(), clock.nominal_date.to_string());
    step.note("clock", name);
    step.note("nominal_date", date);
    Ok(())
}
