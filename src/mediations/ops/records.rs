//! Adding to the file of a mediation.

use uuid::Uuid;

use super::change;
use crate::{
    call::{Call, Micros, Official},
    db::{Command, Tx},
    error::{Error, Result},
    mediations::{
        model::{Detail, MOST_RECORDS, Mediation, MediationRecord, Participant, RecordItem, identities},
        numbers::{Kind, Numbered, Openness, RecordKind, SessionState, Visibility},
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
        let failed = |condition| Err(Error::Precondition { resource: session.name(), condition });
        if session.state == SessionState::Cancelled {
            return failed("SESSION_CANCELLED");
        }
        let private = session.openness == Some(Openness::Private);
        if private && self.visibility == Visibility::Open && self.kind.is_of_session() {
            return failed("SESSION_IS_PRIVATE");
        }
        Ok(())
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
        if !known.iter().any(|one| one.kind == Kind::Mediator && one.left.is_none()) {
            return failed("MEDIATOR_MISSING");
        }
        if known.iter().any(|one| is_own(one, official)) { Ok(ids) } else { failed("NOT_IN_AUDIENCE") }
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
        let audience = store::participants::find_all(tx, &mediation, &record.audience).await?;
        if !audience.iter().any(|one| one.kind == Kind::Mediator && is_own(one, official)) {
            return Err(Error::Precondition { resource: record.name(), condition: "NOT_A_MEDIATOR" });
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

/// The official is this participant, who takes part.
fn is_own(participant: &Participant, official: &Official) -> bool {
    let own = identities(Some(official));
    participant.left.is_none() && participant.identity.as_ref().is_some_and(|identity| own.contains(identity))
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
