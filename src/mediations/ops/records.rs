//! Adding to the file of a mediation.

use uuid::Uuid;

use super::change;
use crate::{
    call::{Call, Micros, Official},
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        model::{Detail, MOST_RECORDS, Mediation, MediationRecord, Participant, RecordItem, identities},
        numbers::{Kind, Numbered, RecordKind, SessionState, Visibility},
        store,
    },
    record::Change,
    wire::ensure_etag,
};

/// Adds a record, checked for form.
pub struct AddRecord {
    pub mediation: Uuid,
    pub kind: RecordKind,
    pub visibility: Visibility,
    pub session: Option<Uuid>,
    pub participant: Option<Uuid>,
    pub audience: Vec<Uuid>,
    pub title: Option<String>,
    pub text: Option<String>,
    pub items: Vec<RecordItem>,
    pub event_time: Option<Micros>,
    pub place: Option<String>,
    pub acknowledged_by: Vec<Uuid>,
}

impl Command for AddRecord {
    type Answer = MediationRecord;
    const NAME: &'static str = "mediations.add_record";

    async fn run(&self, tx: &Tx<'_>) -> Result<MediationRecord> {
        let official = official(tx.call())?;
        // After the end, too: performance and follow-up come later.
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        self.ensure_session(tx, &mediation).await?;
        let audience = self.audience(tx, &mediation, official).await?;
        self.ensure_parties(tx, &mediation).await?;
        let record = self.record(tx, audience, official);
        if store::records::count(tx, &record, official).await? >= MOST_RECORDS {
            return Err(Error::Precondition { resource: mediation.name(), condition: "TOO_MANY_RECORDS" });
        }
        store::records::insert(tx, &record, official).await?;
        let detail = vec![("kind", record.kind.word().to_owned())];
        tx.record(Change { detail, ..record_change(&mediation, "mediation_record.added", &record) });
        Ok(record)
    }
}

impl AddRecord {
    async fn ensure_session(&self, tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
        let Some(session) = self.session else { return Ok(()) };
        let session = store::sessions::find(tx, mediation, session, Detail::Basic).await?;
        match session.state {
            SessionState::Cancelled => {
                Err(Error::Precondition { resource: session.name(), condition: "SESSION_CANCELLED" })
            }
            SessionState::Scheduled | SessionState::InProgress | SessionState::Adjourned | SessionState::Ended => {
                Ok(())
            }
        }
    }

    /// Those who may know it: the one who said it with those named. Whoever records it and a mediator are among them.
    async fn audience(&self, tx: &Tx<'_>, mediation: &Mediation, official: &Official) -> Result<Vec<Uuid>> {
        if self.visibility == Visibility::Open {
            return Ok(Vec::new());
        }
        let mut ids: Vec<Uuid> = self.audience.iter().copied().chain(self.participant).collect();
        ids.sort_unstable();
        ids.dedup();
        let known = store::participants::find_all(tx, mediation, &ids).await?;
        let failed = |condition| Err(Error::Precondition { resource: mediation.name(), condition });
        if !known.iter().any(|one| one.kind == Kind::Mediator) {
            return failed("MEDIATOR_MISSING");
        }
        let own = identities(Some(official));
        let is_own = |one: &Participant| {
            one.left.is_none() && one.identity.as_ref().is_some_and(|identity| own.contains(identity))
        };
        if known.iter().any(is_own) { Ok(ids) } else { failed("NOT_IN_AUDIENCE") }
    }

    async fn ensure_parties(&self, tx: &Tx<'_>, mediation: &Mediation) -> Result<()> {
        if let Some(id) = self.participant {
            store::participants::find(tx, mediation, id).await?;
        }
        let known = store::participants::find_all(tx, mediation, &self.acknowledged_by).await?;
        match known.iter().find(|one| !one.kind.is_party()) {
            Some(other) => Err(Error::Precondition { resource: other.name(), condition: "NOT_A_PARTY" }),
            None => Ok(()),
        }
    }

    fn record(&self, tx: &Tx<'_>, audience: Vec<Uuid>, official: &Official) -> MediationRecord {
        MediationRecord {
            id: tx.call().new_id(),
            mediation: self.mediation,
            kind: self.kind,
            visibility: self.visibility,
            session: self.session,
            participant: self.participant,
            audience,
            title: self.title.clone(),
            text: self.text.clone(),
            items: self.items.clone(),
            event_time: self.event_time,
            place: self.place.clone(),
            acknowledged_by: self.acknowledged_by.clone(),
            recorder: official.display_name.clone(),
            create_time: tx.call().now,
            version: 1,
        }
    }
}

/// Lets others know a private record.
pub struct WidenAudience {
    pub mediation: Uuid,
    pub record: Uuid,
    pub etag: String,
    pub participants: Vec<Uuid>,
    pub consent_time: Micros,
}

impl Command for WidenAudience {
    type Answer = MediationRecord;
    const NAME: &'static str = "mediations.widen_audience";

    async fn run(&self, tx: &Tx<'_>) -> Result<MediationRecord> {
        let official = official(tx.call())?;
        let mediation = store::mediations::lock(tx, self.mediation).await?;
        let mut record = store::records::find(tx, &mediation, self.record, Some(official), Detail::Basic).await?;
        ensure_etag(&self.etag, record.version, &record.name())?;
        if record.visibility != Visibility::Private {
            return Err(Error::Precondition { resource: record.name(), condition: "NOT_PRIVATE" });
        }
        store::participants::find_all(tx, &mediation, &self.participants).await?;
        let further: Vec<Uuid> =
            self.participants.iter().copied().filter(|participant| !record.audience.contains(participant)).collect();
        store::records::insert_audience(tx, record.id, &further, Some(self.consent_time)).await?;
        record.audience.extend(further);
        record.audience.sort_unstable();
        record.version += 1;
        store::records::save_version(tx, &record).await?;
        tx.record(record_change(&mediation, "mediation_record.audience_widened", &record));
        Ok(record)
    }
}

fn official(call: &Call) -> Result<&Official> {
    call.official.as_ref().ok_or(Error::OfficialNotAccepted)
}

/// A change of a record. What is private is in no feed.
fn record_change(mediation: &Mediation, kind: &'static str, record: &MediationRecord) -> Change {
    Change {
        private: record.visibility == Visibility::Private,
        ..change(mediation, kind, record.name(), record.version)
    }
}
