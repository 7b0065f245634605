//! The file of a mediation. Each read says for whom it is: a private record exists for the participants of its audience only.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{Sealed, filter, known};
use crate::{
    call::Official,
    db::{Rows, Tx},
    error::{Error, Result},
    filter::Expr as Wanted,
    mediations::{
        entity::{
            audience,
            record::{ActiveModel, Column, Entity, Model},
        },
        model::{Detail, Mediation, MediationRecord, RecordItem, identities},
        numbers::{Numbered, Visibility},
    },
};

const TABLE: &str = "mediation_records";
const TITLE: Sealed = Sealed("mediation_records|title");
const TEXT: Sealed = Sealed("mediation_records|text");
const ITEMS: Sealed = Sealed("mediation_records|items");
const PLACE: Sealed = Sealed("mediation_records|place");

/// One record that the official may know.
///
/// # Errors
/// `NotFound`, for a private record of others as for one that is not there.
pub async fn find(
    rows: &impl Rows,
    mediation: &Mediation,
    id: Uuid,
    official: Option<&Official>,
    detail: Detail,
) -> Result<MediationRecord> {
    let found = Entity::find_by_id(id)
        .filter(Column::Mediation.eq(mediation.id))
        .filter(known_to(official))
        .all(&rows.on())
        .await?;
    let missing = || Error::not_found(mediation.child("records", id));
    models(rows, found, detail).await?.pop().ok_or_else(missing)
}

/// The records that the official may know, in the order of their entry.
pub async fn list(
    rows: &impl Rows,
    mediation: &Mediation,
    official: Option<&Official>,
    wanted: Option<&Wanted>,
    page: (Option<Uuid>, u64),
    detail: Detail,
) -> Result<Vec<MediationRecord>> {
    let (after, limit) = page;
    let mut query = Entity::find().filter(Column::Mediation.eq(mediation.id)).filter(known_to(official));
    if let Some(expr) = wanted {
        query = query.filter(filter::records(expr)?);
    }
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    models(rows, found, detail).await
}

/// Open records, and private ones that the official is in the audience of.
fn known_to(official: Option<&Official>) -> Condition {
    let open = Condition::any().add(Column::Private.eq(false));
    let identities = identities(official);
    if identities.is_empty() {
        return open;
    }
    let own = Query::select()
        .expr(Expr::value(1))
        .from("mediation_record_audience")
        .inner_join(
            "mediation_participants",
            Expr::col(("mediation_participants", "id")).equals(("mediation_record_audience", "participant")),
        )
        .and_where(Expr::col(("mediation_record_audience", "record")).equals((Entity, Column::Id)))
        .and_where(Expr::col(("mediation_participants", "identity")).is_in(identities))
        .and_where(Expr::col(("mediation_participants", "leave_time")).is_null())
        .to_owned();
    open.add(Expr::exists(own))
}

/// How many open records a mediation has, or how many private ones there the official knows.
pub async fn count(rows: &impl Rows, record: &MediationRecord, official: &Official) -> Result<u64> {
    let private = record.visibility == Visibility::Private;
    let mut query = Entity::find().filter(Column::Mediation.eq(record.mediation)).filter(Column::Private.eq(private));
    if private {
        query = query.filter(known_to(Some(official)));
    }
    Ok(query.count(&rows.on()).await?)
}

/// Enters a record with its audience.
pub async fn insert(tx: &Tx<'_>, record: &MediationRecord, official: &Official) -> Result<()> {
    let row = record.id.to_string();
    let items = (!record.items.is_empty()).then(|| serde_json::to_string(&record.items)).transpose();
    let items = items.map_err(Error::internal)?;
    let acknowledged: Vec<String> = record.acknowledged_by.iter().map(Uuid::to_string).collect();
    let model = ActiveModel {
        id: Set(record.id),
        mediation: Set(record.mediation),
        kind: Set(record.kind.number()),
        private: Set(record.visibility == Visibility::Private),
        session: Set(record.session),
        participant: Set(record.participant),
        title: Set(TITLE.seal_some(tx.keys(), &row, record.title.as_ref())),
        text: Set(TEXT.seal_some(tx.keys(), &row, record.text.as_ref())),
        items: Set(ITEMS.seal_some(tx.keys(), &row, items.as_ref())),
        place: Set(PLACE.seal_some(tx.keys(), &row, record.place.as_ref())),
        acknowledged_by: Set((!acknowledged.is_empty()).then(|| acknowledged.join(","))),
        event_time: Set(record.event_time),
        recorder_id: Set(official.id.clone()),
        recorder: Set(record.recorder.clone()),
        create_time: Set(record.create_time),
        version: Set(record.version),
    };
    Entity::insert(model).exec_without_returning(tx.conn()).await?;
    insert_audience(tx, record.id, &record.audience, None).await
}

/// Adds participants to an audience, those who are in it already left out.
pub async fn insert_audience(tx: &Tx<'_>, record: Uuid, participants: &[Uuid], consent: Option<i64>) -> Result<()> {
    if participants.is_empty() {
        return Ok(());
    }
    let row = |participant: &Uuid| audience::ActiveModel {
        record: Set(record),
        participant: Set(*participant),
        consent_time: Set(consent),
    };
    audience::Entity::insert_many(participants.iter().map(row)).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes that the audience changed.
pub async fn save_version(tx: &Tx<'_>, record: &MediationRecord) -> Result<()> {
    let model = ActiveModel { version: Set(record.version), ..ActiveModel::default() };
    Entity::update_many().set(model).filter(Column::Id.eq(record.id)).exec(tx.conn()).await?;
    Ok(())
}

async fn models(rows: &impl Rows, found: Vec<Model>, detail: Detail) -> Result<Vec<MediationRecord>> {
    let private: Vec<Uuid> = found.iter().filter(|row| row.private).map(|row| row.id).collect();
    let mut audiences: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    if !private.is_empty() {
        let query = audience::Entity::find().filter(audience::Column::Record.is_in(private));
        for row in query.order_by_asc(audience::Column::Participant).all(&rows.on()).await? {
            audiences.entry(row.record).or_default().push(row.participant);
        }
    }
    let own = |row: Model| {
        let audience = audiences.remove(&row.id).unwrap_or_default();
        model(rows, row, audience, detail)
    };
    found.into_iter().map(own).collect()
}

fn model(rows: &impl Rows, row: Model, audience: Vec<Uuid>, detail: Detail) -> Result<MediationRecord> {
    let key = row.id.to_string();
    let items = ITEMS.open_in(detail, rows, &key, row.items.as_ref())?;
    let items: Option<Vec<RecordItem>> =
        items.map(|items| serde_json::from_str(&items)).transpose().map_err(Error::internal)?;
    let acknowledged = row.acknowledged_by.unwrap_or_default();
    let ids = acknowledged.split(',').filter(|id| !id.is_empty()).map(Uuid::parse_str);
    Ok(MediationRecord {
        id: row.id,
        mediation: row.mediation,
        kind: known(row.kind, TABLE, row.id)?,
        visibility: if row.private { Visibility::Private } else { Visibility::Open },
        session: row.session,
        participant: row.participant,
        audience,
        title: TITLE.open_in(detail, rows, &key, row.title.as_ref())?,
        text: TEXT.open_in(detail, rows, &key, row.text.as_ref())?,
        items: items.unwrap_or_default(),
        event_time: row.event_time,
        place: PLACE.open_in(detail, rows, &key, row.place.as_ref())?,
        acknowledged_by: ids.collect::<std::result::Result<_, _>>().map_err(Error::internal)?,
        recorder: row.recorder,
        create_time: row.create_time,
        version: row.version,
    })
}
