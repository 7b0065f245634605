//! Cases of another system: entered with their own dates, once per id at their source.

use super::{
    model::{Case, State, case_name},
    ops::{procedure::reply, register::RegisterCase, step::record_part},
    store,
};
use crate::{
    call::Micros,
    db::Tx,
    error::{Error, Result},
    import::{Imported, Row},
    pb::v1::import_result::Outcome,
    wire::etag,
};

/// A case of another system, checked for form.
#[derive(Debug)]
pub struct CaseRow {
    /// The case; its external id is set.
    pub register: RegisterCase,
    /// When it was received there.
    pub receive_time: Micros,
    /// The direct reply that was given, and when.
    pub reply: Option<(String, Micros)>,
}

impl Row for CaseRow {
    const NAME: &'static str = "cases.import";

    async fn import(&self, tx: &Tx<'_>) -> Result<Imported> {
        if let Some((source, id)) = &self.register.external
            && let Some(known) = store::case::by_external(tx, &tx.call().permit, source, id).await?
        {
            return Ok(Imported { outcome: Outcome::Unchanged, name: known.name() });
        }
        if self.reply.as_ref().is_some_and(|(_, time)| *time < self.receive_time) {
            return Err(Error::field("row.reply_time", "is before the receipt"));
        }
        // What comes from another system was registered there, on the day of its receipt.
        let draft = self.register.draft(tx, self.receive_time, self.receive_time).await?;
        let case = self.register.enter(tx, draft, self.receive_time).await?;
        let name = case_name(case.id);
        if let Some((text, time)) = &self.reply {
            self.answer(tx, case, text, *time).await?;
        }
        Ok(Imported { outcome: Outcome::Created, name })
    }
}

impl CaseRow {
    async fn answer(&self, tx: &Tx<'_>, mut case: Case, text: &str, time: Micros) -> Result<()> {
        let opinion = reply(tx, case.id, text, time);
        store::step::insert_opinion(tx, &opinion).await?;
        for mut clock in store::clock::all(tx, case.id).await? {
            clock.state = super::clocks::ClockState::Stopped;
            clock.stop_time = Some(time);
            clock.stopped_by = Some("case.answered".into());
            store::clock::end(tx, &clock).await?;
        }
        case.state = State::Answered;
        case.answer_time = Some(time);
        case.next_due_time = None;
        case.version += 1;
        store::case::update(tx, &case).await?;
        let detail =
            vec![("opinion", opinion.name()), ("kind", opinion.kind.word().to_owned()), ("etag", etag(case.version))];
        record_part(tx, &case, "case.answered", case.name(), case.version, detail);
        Ok(())
    }
}
