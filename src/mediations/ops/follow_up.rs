//! Visits after an agreement.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{AddRecord, change};
use crate::{
    call::Micros,
    clock::civil_date,
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        flow::{self, FollowUpStep},
        model::{Agreement, Detail, FollowUp, MOST_FOLLOW_UPS, Mediation},
        numbers::{AgreementState, Finding, FollowUpState, Numbered, RecordKind, Visibility},
        store,
    },
    record::Change,
    wire::ensure_etag,
};

/// Plans a visit.
pub struct ScheduleFollowUp {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub due_date: NaiveDate,
    pub visitor: Uuid,
}

impl Command for ScheduleFollowUp {
    type Answer = FollowUp;
    const NAME: &'static str = "agreements.schedule_follow_up";

    async fn run(&self, tx: &Tx<'_>) -> Result<FollowUp> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let failed = |resource, condition| Err(Error::Precondition { resource, condition });
        let effect = agreement.effect_time.filter(|_| agreement.state == AgreementState::Effective);
        let Some(effect) = effect else { return failed(agreement.name(), "NOT_IN_EFFECT") };
        if self.due_date < civil_date(effect) {
            return Err(Error::field("follow_up.due_date", "lies before the effect of the agreement"));
        }
        let visitor = store::participants::find(tx, &mediation, self.visitor).await?;
        if visitor.kind.is_party() {
            return failed(visitor.name(), "NOT_A_VISITOR");
        }
        if visitor.left.is_some() {
            return failed(visitor.name(), "PARTICIPANT_LEFT");
        }
        if store::follow_ups::count(tx, &agreement).await? >= MOST_FOLLOW_UPS {
            return failed(agreement.name(), "TOO_MANY_FOLLOW_UPS");
        }
        let visit = FollowUp {
            id: tx.call().new_id(),
            mediation: mediation.id,
            agreement: agreement.id,
            state: FollowUpState::Planned,
            due_date: self.due_date,
            visitor: self.visitor,
            finding: None,
            record: None,
            visit_time: None,
            cancel_reason: None,
            create_time: tx.call().now,
            version: 1,
        };
        store::follow_ups::insert(tx, &visit).await?;
        record(tx, &mediation, "follow_up.scheduled", None, &visit);
        Ok(visit)
    }
}

/// Records a visit that was made.
pub struct RecordFollowUp {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub follow_up: Uuid,
    pub etag: String,
    pub finding: Finding,
    pub text: String,
    pub visit_time: Micros,
}

impl Command for RecordFollowUp {
    type Answer = FollowUp;
    const NAME: &'static str = "agreements.record_follow_up";

    async fn run(&self, tx: &Tx<'_>) -> Result<FollowUp> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let before = planned(tx, &agreement, self.follow_up, &self.etag).await?;
        let mut visit = before.clone();
        visit.state = flow::next(flow::FOLLOW_UP, &before.name(), before.state, FollowUpStep::Record)?;
        if agreement.effect_time.is_some_and(|effect| self.visit_time < effect) {
            return Err(Error::field("visit_time", "lies before the effect of the agreement"));
        }
        visit.record = Some(self.paper(&before).run(tx).await?.id);
        visit.finding = Some(self.finding);
        visit.visit_time = Some(self.visit_time);
        visit.version += 1;
        store::follow_ups::save(tx, &visit).await?;
        record(tx, &mediation, "follow_up.made", Some(&before), &visit);
        Ok(visit)
    }
}

impl RecordFollowUp {
    /// What was seen, as the file keeps it.
    fn paper(&self, visit: &FollowUp) -> AddRecord {
        AddRecord {
            mediation: self.mediation,
            kind: RecordKind::FollowUp,
            visibility: Visibility::Open,
            session: None,
            participant: Some(visit.visitor),
            audience: Vec::new(),
            title: None,
            text: Some(self.text.clone()),
            items: Vec::new(),
            event_time: Some(self.visit_time),
            place: None,
            acknowledged_by: Vec::new(),
        }
    }
}

/// Takes a visit off the plan.
pub struct CancelFollowUp {
    pub mediation: Uuid,
    pub agreement: Uuid,
    pub follow_up: Uuid,
    pub etag: String,
    pub reason: String,
}

impl Command for CancelFollowUp {
    type Answer = FollowUp;
    const NAME: &'static str = "agreements.cancel_follow_up";

    async fn run(&self, tx: &Tx<'_>) -> Result<FollowUp> {
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let agreement = store::agreements::find(tx, &mediation, self.agreement, Detail::Basic).await?;
        let before = planned(tx, &agreement, self.follow_up, &self.etag).await?;
        let mut visit = before.clone();
        visit.state = flow::next(flow::FOLLOW_UP, &before.name(), before.state, FollowUpStep::Cancel)?;
        visit.cancel_reason = Some(self.reason.clone());
        visit.version += 1;
        store::follow_ups::save(tx, &visit).await?;
        record(tx, &mediation, "follow_up.cancelled", Some(&before), &visit);
        Ok(visit)
    }
}

async fn planned(tx: &Tx<'_>, agreement: &Agreement, id: Uuid, etag: &str) -> Result<FollowUp> {
    let visit = store::follow_ups::find(tx, agreement, id, Detail::Basic).await?;
    ensure_etag(etag, visit.version, &visit.name())?;
    Ok(visit)
}

fn record(tx: &Tx<'_>, mediation: &Mediation, kind: &'static str, before: Option<&FollowUp>, after: &FollowUp) {
    let finding = after.finding.map(|finding| ("finding", finding.word().to_owned()));
    tx.record(Change {
        state_before: before.map(|visit| visit.state.word()),
        state_after: Some(after.state.word()),
        detail: finding.into_iter().collect(),
        ..change(mediation, kind, after.name(), after.version)
    });
}
