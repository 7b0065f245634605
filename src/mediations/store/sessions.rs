//! Sessions of a mediation, and who was there.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{Sealed, known, known_some};
use crate::{
    call::Micros,
    db::{Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::{
            attendance,
            session::{ActiveModel, Column, Entity, Model},
        },
        model::{Attendance, AttendanceEntry, Detail, Mediation, Session},
        numbers::{Numbered, Openness, Presence, SessionState},
    },
};

const TABLE: &str = "mediation_sessions";
const PLACE: Sealed = Sealed("mediation_sessions|place");
const MINUTES: Sealed = Sealed("mediation_sessions|minutes");
const CANCEL_REASON: Sealed = Sealed("mediation_sessions|cancel_reason");
const LATE_ENTRY: Sealed = Sealed("mediation_sessions|late_entry_reason");
const RESCHEDULE: Sealed = Sealed("mediation_sessions|reschedule_reason");
const ADJOURN: Sealed = Sealed("mediation_sessions|adjourn_reason");
const ABSENCE: Sealed = Sealed("mediation_attendances|reason");

/// Sort key of a list: planned start, then id.
pub type Key = (Micros, Uuid);

/// One session with its attendances.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, mediation: &Mediation, id: Uuid, detail: Detail) -> Result<Session> {
    let found = Entity::find_by_id(id).filter(Column::Mediation.eq(mediation.id)).all(&rows.on()).await?;
    let missing = || Error::not_found(mediation.child("sessions", id));
    models(rows, found, detail).await?.pop().ok_or_else(missing)
}

/// Sessions in the order of their planned start.
pub async fn list(rows: &impl Rows, mediation: &Mediation, after: Option<Key>, limit: u64) -> Result<Vec<Session>> {
    let mut query = Entity::find().filter(Column::Mediation.eq(mediation.id));
    if let Some((time, id)) = after {
        let later = Condition::any().add(Column::StartTime.gt(time)).add(Column::Id.gt(id));
        query = query.filter(Column::StartTime.gte(time)).filter(later);
    }
    let found = query.order_by_asc(Column::StartTime).order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    models(rows, found, Detail::Basic).await
}

/// Sessions that are planned to begin after `now`, but for those that have begun and are to go on.
pub async fn to_come(rows: &impl Rows, mediation: &Mediation, now: Micros) -> Result<Vec<Session>> {
    let found = Entity::find()
        .filter(Column::Mediation.eq(mediation.id))
        .filter(Column::StartTime.gt(now))
        .filter(Column::State.eq(SessionState::Scheduled.number()))
        .order_by_asc(Column::StartTime)
        .all(&rows.on())
        .await?;
    models(rows, found, Detail::Basic).await
}

/// Sessions that have not ended and to which the participant is asked.
pub async fn unfinished(rows: &impl Rows, mediation: &Mediation, participant: Uuid) -> Result<Vec<Session>> {
    let found = Entity::find()
        .filter(Column::Mediation.eq(mediation.id))
        .filter(Column::State.is_in(unended()))
        .order_by_asc(Column::StartTime)
        .all(&rows.on())
        .await?;
    let mut sessions = models(rows, found, Detail::Basic).await?;
    sessions.retain(|session| session.attendances.iter().any(|one| one.asked && one.participant == participant));
    Ok(sessions)
}

/// Asks participants to a session no longer. That they came, or why not, stays.
pub async fn unask(tx: &Tx<'_>, session: &Session, participants: &[Uuid]) -> Result<()> {
    use attendance::Column as Row;
    let theirs =
        Condition::all().add(Row::Session.eq(session.id)).add(Row::Participant.is_in(participants.iter().copied()));
    let unrecorded = theirs.clone().add(Row::Status.is_null());
    attendance::Entity::delete_many().filter(unrecorded).exec(tx.conn()).await?;
    let not_asked = attendance::ActiveModel { asked: Set(false), ..Default::default() };
    attendance::Entity::update_many().set(not_asked).filter(theirs).exec(tx.conn()).await?;
    Ok(())
}

/// Asks one participant to a session instead of another.
pub async fn put_in_place(tx: &Tx<'_>, session: &Session, former: Uuid, next: Uuid) -> Result<()> {
    unask(tx, session, &[former]).await?;
    put_attendances(tx, session, &[Attendance { participant: next, asked: true, entry: None }]).await
}

/// Sessions with one side alone that have not ended.
pub async fn unfinished_private(rows: &impl Rows, mediation: &Mediation) -> Result<Vec<Session>> {
    let query = Entity::find().filter(Column::Mediation.eq(mediation.id)).filter(Column::State.is_in(unended()));
    let found = query.filter(Column::Openness.eq(Openness::Private.number())).all(&rows.on()).await?;
    models(rows, found, Detail::Basic).await
}

/// Ids of the sessions that have not ended.
pub async fn unfinished_ids(rows: &impl Rows, mediation: &Mediation) -> Result<Vec<Uuid>> {
    let query = Entity::find().select_only().column(Column::Id).filter(Column::Mediation.eq(mediation.id));
    Ok(query.filter(Column::State.is_in(unended())).into_tuple().all(&rows.on()).await?)
}

/// The states of a session that has neither been held nor cancelled.
fn unended() -> [i32; 3] {
    [SessionState::Scheduled, SessionState::InProgress, SessionState::Adjourned].map(Numbered::number)
}

/// The mediation of a session, whoever may see it: only to look there with a permit.
pub async fn mediation_of(rows: &impl Rows, id: Uuid) -> Result<Option<Uuid>> {
    Ok(Entity::find_by_id(id).one(&rows.on()).await?.map(|row| row.mediation))
}

/// Enters a session with those who are asked to come.
pub async fn insert(tx: &Tx<'_>, session: &Session) -> Result<()> {
    let row = session.id.to_string();
    let model = ActiveModel {
        id: Set(session.id),
        mediation: Set(session.mediation),
        state: Set(session.state.number()),
        start_time: Set(session.start_time),
        end_time: Set(session.end_time),
        venue: Set(session.venue.clone()),
        room: Set(session.room.clone()),
        place: Set(PLACE.seal_some(tx.keys(), &row, session.place.as_ref())),
        outcome: Set(None),
        minutes: Set(None),
        cancel_reason: Set(None),
        create_time: Set(session.create_time),
        version: Set(session.version),
        late_entry_reason: Set(LATE_ENTRY.seal_some(tx.keys(), &row, session.late_entry_reason.as_ref())),
        reschedule_reason: Set(None),
        reschedule_count: Set(0),
        openness: Set(session.openness.map(Numbered::number)),
        actual_start_time: Set(None),
        actual_end_time: Set(None),
        adjourn_count: Set(0),
        adjourn_reason: Set(None),
    };
    Entity::insert(model).exec_without_returning(tx.conn()).await?;
    put_attendances(tx, session, &session.attendances).await
}

/// Writes state and end of a session.
pub async fn save(tx: &Tx<'_>, session: &Session) -> Result<()> {
    let row = session.id.to_string();
    let model = ActiveModel {
        state: Set(session.state.number()),
        outcome: Set(session.outcome.map(Numbered::number)),
        minutes: Set(MINUTES.seal_some(tx.keys(), &row, session.minutes.as_ref())),
        cancel_reason: Set(CANCEL_REASON.seal_some(tx.keys(), &row, session.cancel_reason.as_ref())),
        actual_start_time: Set(session.actual_start_time),
        actual_end_time: Set(session.actual_end_time),
        adjourn_count: Set(session.adjourn_count),
        version: Set(session.version),
        ..ActiveModel::default()
    };
    Entity::update_many().set(model).filter(Column::Id.eq(session.id)).exec(tx.conn()).await?;
    Ok(())
}

/// Writes why a session was interrupted, for the first time or again.
pub async fn save_adjournment(tx: &Tx<'_>, session: &Session) -> Result<()> {
    let row = session.id.to_string();
    let reason = ADJOURN.seal_some(tx.keys(), &row, session.adjourn_reason.as_ref());
    let model = ActiveModel { adjourn_reason: Set(reason), ..ActiveModel::default() };
    Entity::update_many().set(model).filter(Column::Id.eq(session.id)).exec(tx.conn()).await?;
    save(tx, session).await
}

/// Writes when and where a session is, and why it was moved.
pub async fn save_move(tx: &Tx<'_>, session: &Session) -> Result<()> {
    let row = session.id.to_string();
    let model = ActiveModel {
        start_time: Set(session.start_time),
        end_time: Set(session.end_time),
        venue: Set(session.venue.clone()),
        room: Set(session.room.clone()),
        place: Set(PLACE.seal_some(tx.keys(), &row, session.place.as_ref())),
        reschedule_reason: Set(RESCHEDULE.seal_some(tx.keys(), &row, session.reschedule_reason.as_ref())),
        reschedule_count: Set(session.reschedule_count),
        version: Set(session.version),
        ..ActiveModel::default()
    };
    Entity::update_many().set(model).filter(Column::Id.eq(session.id)).exec(tx.conn()).await?;
    Ok(())
}

/// Writes attendances; those that are there are replaced, but for whether they were asked.
pub async fn put_attendances(tx: &Tx<'_>, session: &Session, attendances: &[Attendance]) -> Result<()> {
    let row = |attendance: &Attendance| {
        let Attendance { participant, asked, entry } = attendance;
        let reason = entry.as_ref().and_then(|entry| entry.reason.as_ref());
        attendance::ActiveModel {
            session: Set(session.id),
            participant: Set(*participant),
            asked: Set(*asked),
            status: Set(entry.as_ref().map(|entry| entry.presence.number())),
            reason: Set(ABSENCE.seal_some(tx.keys(), &place(session.id, *participant), reason)),
            record_time: Set(entry.as_ref().map(|entry| entry.record_time)),
            agent: Set(entry.as_ref().and_then(|entry| entry.agent)),
        }
    };
    use attendance::Column as Row;
    let replace = OnConflict::columns([Row::Session, Row::Participant])
        .update_columns([Row::Status, Row::Reason, Row::RecordTime, Row::Agent])
        .to_owned();
    attendance::Entity::insert_many(attendances.iter().map(row))
        .on_conflict(replace)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

fn place(session: Uuid, participant: Uuid) -> String {
    format!("{session}/{participant}")
}

async fn models(rows: &impl Rows, found: Vec<Model>, detail: Detail) -> Result<Vec<Session>> {
    let mut attendances: HashMap<Uuid, Vec<Attendance>> = HashMap::new();
    let ids = found.iter().map(|row| row.id);
    let present = attendance::Entity::find()
        .filter(attendance::Column::Session.is_in(ids))
        .order_by_asc(attendance::Column::Session)
        .order_by_asc(attendance::Column::Participant)
        .all(&rows.on())
        .await?;
    for row in present {
        attendances.entry(row.session).or_default().push(attendance_of(rows, &row, detail)?);
    }
    let own = |row: Model| {
        let attendances = attendances.remove(&row.id).unwrap_or_default();
        model(rows, row, attendances, detail)
    };
    found.into_iter().map(own).collect()
}

fn attendance_of(rows: &impl Rows, row: &attendance::Model, detail: Detail) -> Result<Attendance> {
    let status = known_some(row.status, "mediation_attendances", row.participant)?;
    let reason = ABSENCE.open_in(detail, rows, &place(row.session, row.participant), row.reason.as_ref())?;
    let record_time = row.record_time.unwrap_or_default();
    // A server of before that enters an absence leaves the agent.
    let agent = row.agent.filter(|_| status == Some(Presence::Present));
    let entry = status.map(|presence| AttendanceEntry { presence, agent, reason, record_time });
    Ok(Attendance { participant: row.participant, asked: row.asked, entry })
}

fn model(rows: &impl Rows, row: Model, attendances: Vec<Attendance>, detail: Detail) -> Result<Session> {
    let key = row.id.to_string();
    Ok(Session {
        id: row.id,
        mediation: row.mediation,
        state: known(row.state, TABLE, row.id)?,
        start_time: row.start_time,
        end_time: row.end_time,
        place: PLACE.open_in(detail, rows, &key, row.place.as_ref())?,
        attendances,
        outcome: known_some(row.outcome, TABLE, row.id)?,
        minutes: MINUTES.open_in(detail, rows, &key, row.minutes.as_ref())?,
        cancel_reason: CANCEL_REASON.open_in(detail, rows, &key, row.cancel_reason.as_ref())?,
        late_entry_reason: LATE_ENTRY.open_in(detail, rows, &key, row.late_entry_reason.as_ref())?,
        reschedule_reason: RESCHEDULE.open_in(detail, rows, &key, row.reschedule_reason.as_ref())?,
        reschedule_count: row.reschedule_count,
        openness: known_some(row.openness, TABLE, row.id)?,
        actual_start_time: row.actual_start_time,
        actual_end_time: row.actual_end_time,
        adjourn_count: row.adjourn_count,
        adjourn_reason: ADJOURN.open_in(detail, rows, &key, row.adjourn_reason.as_ref())?,
        create_time: row.create_time,
        version: row.version,
        venue: row.venue,
        room: row.room,
    })
}
