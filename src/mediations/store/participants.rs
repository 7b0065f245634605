//! Participants of a mediation.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

use super::{Sealed, filter, known, known_some};
use crate::{
    cases::{Need, PartyKind},
    db::{Rows, Tx},
    error::{Error, Result},
    filter::Expr,
    mediations::{
        entity::{
            mediation,
            participant::{ActiveModel, Column, Entity, Model},
        },
        model::{Detail, Facts, Mediation, Participant},
        numbers::{Kind, LeaveReason, Numbered, State},
    },
    text,
};

const TABLE: &str = "mediation_participants";
const DISPLAY_NAME: Sealed = Sealed("mediation_participants|display_name");
const PHONE: Sealed = Sealed("mediation_participants|phone");
const NEEDS: Sealed = Sealed("mediation_participants|needs");
const SPECIAL_NEEDS: Sealed = Sealed("mediation_participants|special_needs");
const DWELLING: Sealed = Sealed("mediation_participants|dwelling");
const INTEREST: Sealed = Sealed("mediation_participants|interest");
const STATEMENT: Sealed = Sealed("mediation_participants|consent_statement");

/// One participant.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, mediation: &Mediation, id: Uuid) -> Result<Participant> {
    find_in(rows, mediation, id, Detail::Basic).await
}

/// One participant, with as much of it as is wanted.
///
/// # Errors
/// `NotFound`.
pub async fn find_in(rows: &impl Rows, mediation: &Mediation, id: Uuid, detail: Detail) -> Result<Participant> {
    let row = Entity::find_by_id(id).filter(Column::Mediation.eq(mediation.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(mediation.child("participants", id)))?;
    model(rows, row, detail)
}

/// These participants, in the order of their invitation.
///
/// # Errors
/// `NotFound` naming the first that is none of the mediation's.
pub async fn find_all(rows: &impl Rows, mediation: &Mediation, ids: &[Uuid]) -> Result<Vec<Participant>> {
    let found = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Mediation.eq(mediation.id))
        .order_by_asc(Column::Id)
        .all(&rows.on())
        .await?;
    if let Some(missing) = ids.iter().find(|id| !found.iter().any(|row| row.id == **id)) {
        return Err(Error::not_found(mediation.child("participants", *missing)));
    }
    found.into_iter().map(|row| model(rows, row, Detail::Basic)).collect()
}

/// Participants in the order of their invitation.
pub async fn list(
    rows: &impl Rows,
    mediation: &Mediation,
    wanted: Option<&Expr>,
    after: Option<Uuid>,
    limit: u64,
    detail: Detail,
) -> Result<Vec<Participant>> {
    let mut query = Entity::find().filter(Column::Mediation.eq(mediation.id));
    if let Some(expr) = wanted {
        query = query.filter(filter::participants(expr)?);
    }
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(rows, row, detail)).collect()
}

/// Rows of one statement: SQLite takes no more than 32,766 values.
const AT_ONCE: usize = 500;

/// Who of a mediation is already the cadre, organization or household that one of these is: the name by which it is known.
pub async fn taken(tx: &Tx<'_>, mediation: &Mediation, newcomers: &[Participant]) -> Result<Option<String>> {
    let names: Vec<&String> = newcomers.iter().filter_map(|newcomer| newcomer.identity.as_ref()).collect();
    let dwellings: Vec<Vec<u8>> = newcomers.iter().filter_map(|newcomer| dwelling_index(tx, newcomer)).collect();
    if names.is_empty() && dwellings.is_empty() {
        return Ok(None);
    }
    let known_by = Condition::any().add(Column::Identity.is_in(names)).add(Column::DwellingIndex.is_in(dwellings));
    let found = Entity::find()
        .filter(Column::Mediation.eq(mediation.id))
        .filter(known_by)
        .filter(stays())
        .filter(Column::Id.is_not_in(newcomers.iter().map(|newcomer| newcomer.id)))
        .order_by_asc(Column::Id)
        .one(tx.conn())
        .await?;
    Ok(found.map(|row| row.identity.unwrap_or_else(|| mediation.child("participants", row.id))))
}

/// How many necessary parties were there before a participant.
pub async fn necessary_before(rows: &impl Rows, mediation: &Mediation, id: Uuid) -> Result<i32> {
    let query = Entity::find()
        .filter(Column::Mediation.eq(mediation.id))
        .filter(Column::Kind.eq(Kind::NecessaryParty.number()))
        .filter(Column::Id.lt(id));
    Ok(i32::try_from(query.count(&rows.on()).await?).unwrap_or(i32::MAX))
}

/// Who left may come back; not who was found not to be neutral.
fn stays() -> Condition {
    let partial = [LeaveReason::ChallengeUpheld, LeaveReason::Recusal].map(Numbered::number);
    Condition::any().add(Column::LeaveTime.is_null()).add(Column::LeaveReason.is_in(partial))
}

/// In how many open mediations a cadre takes part as a mediator.
pub async fn open_mediations(rows: &impl Rows, cadre: &str) -> Result<i64> {
    let open = mediation::Entity::find()
        .select_only()
        .column(mediation::Column::Id)
        .filter(mediation::Column::State.eq(State::Open.number()));
    let query = Entity::find()
        .filter(Column::Identity.eq(cadre))
        .filter(Column::Kind.eq(Kind::Mediator.number()))
        .filter(Column::LeaveTime.is_null())
        .filter(Column::Mediation.in_subquery(open.into_query()));
    Ok(i64::try_from(query.count(&rows.on()).await?).unwrap_or(i64::MAX))
}

/// Enters participants.
pub async fn insert(tx: &Tx<'_>, participants: &[Participant]) -> Result<()> {
    for some in participants.chunks(AT_ONCE) {
        let rows = some.iter().map(|participant| row(tx, participant));
        Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Dwellings are the same however they are spaced and whichever width their characters have.
fn dwelling_index(tx: &Tx<'_>, participant: &Participant) -> Option<Vec<u8>> {
    participant.facts.dwelling.as_ref().map(|dwelling| tx.keys().blind_index("dwelling", &text::matched(dwelling)))
}

/// Writes what is known of a participant that was read in full.
pub async fn save_facts(tx: &Tx<'_>, participant: &Participant) -> Result<()> {
    let row = ActiveModel { version: Set(participant.version), ..facts(tx, participant) };
    Entity::update_many().set(row).filter(Column::Id.eq(participant.id)).exec(tx.conn()).await?;
    Ok(())
}

/// Several values in one column.
fn joined<T: ToString>(values: impl IntoIterator<Item = T>) -> Option<String> {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    Some(values.join(",")).filter(|list| !list.is_empty())
}

/// What can be corrected.
fn facts(tx: &Tx<'_>, participant: &Participant) -> ActiveModel {
    let (key, told) = (participant.id.to_string(), &participant.facts);
    let needs = joined(told.special_needs.iter().map(|need| need.number()));
    ActiveModel {
        kind: Set(participant.kind.number()),
        display_name: Set(DISPLAY_NAME.seal(tx.keys(), &key, &told.display_name)),
        phone: Set(PHONE.seal_some(tx.keys(), &key, told.phone.as_ref())),
        needs: Set(NEEDS.seal_some(tx.keys(), &key, told.needs.as_ref())),
        special_needs: Set(SPECIAL_NEEDS.seal_some(tx.keys(), &key, needs.as_ref())),
        party_kind: Set(told.party_kind.map(PartyKind::number)),
        dwelling: Set(DWELLING.seal_some(tx.keys(), &key, told.dwelling.as_ref())),
        dwelling_index: Set(dwelling_index(tx, participant)),
        household_size: Set(told.household_size),
        chosen_by: Set(told.chosen_by.map(Numbered::number)),
        agreed_by: Set(joined(&told.agreed_by)),
        invitation_consent_time: Set(told.invitation_consent_time),
        ..ActiveModel::default()
    }
}

fn row(tx: &Tx<'_>, participant: &Participant) -> ActiveModel {
    ActiveModel {
        id: Set(participant.id),
        mediation: Set(participant.mediation),
        identity: Set(participant.identity.clone()),
        posting: Set(participant.posting.clone()),
        consent: Set(participant.consent.map(Numbered::number)),
        consent_time: Set(participant.consent_time),
        consent_statement: Set(None),
        create_time: Set(participant.create_time),
        version: Set(participant.version),
        interest: Set(None),
        interest_time: Set(None),
        leave_time: Set(None),
        leave_reason: Set(None),
        replaces: Set(participant.replaces),
        open_challenges: Set(0),
        ..facts(tx, participant)
    }
}

/// Writes what became of a mediator: a disclosed interest, challenges, that it left. `interest` where it was disclosed just now.
pub async fn save_standing(tx: &Tx<'_>, mediator: &Participant, interest: Option<&String>) -> Result<()> {
    let row = mediator.id.to_string();
    let mut model = ActiveModel {
        leave_time: Set(mediator.left.map(|(time, _)| time)),
        leave_reason: Set(mediator.left.map(|(_, reason)| reason.number())),
        open_challenges: Set(mediator.open_challenges),
        version: Set(mediator.version),
        ..ActiveModel::default()
    };
    if interest.is_some() {
        model.interest = Set(INTEREST.seal_some(tx.keys(), &row, interest));
        model.interest_time = Set(mediator.interest_time);
    }
    Entity::update_many().set(model).filter(Column::Id.eq(mediator.id)).exec(tx.conn()).await?;
    Ok(())
}

/// Who came in the place of a mediator.
pub async fn successor(rows: &impl Rows, mediator: &Participant) -> Result<Option<Uuid>> {
    let query =
        Entity::find().filter(Column::Mediation.eq(mediator.mediation)).filter(Column::Replaces.eq(mediator.id));
    Ok(query.one(&rows.on()).await?.map(|row| row.id))
}

/// Writes what a party said to the mediation.
pub async fn save_consent(tx: &Tx<'_>, participant: &Participant) -> Result<()> {
    let row = participant.id.to_string();
    let model = ActiveModel {
        consent: Set(participant.consent.map(Numbered::number)),
        consent_time: Set(participant.consent_time),
        consent_statement: Set(STATEMENT.seal_some(tx.keys(), &row, participant.consent_statement.as_ref())),
        version: Set(participant.version),
        ..ActiveModel::default()
    };
    Entity::update_many().set(model).filter(Column::Id.eq(participant.id)).exec(tx.conn()).await?;
    Ok(())
}

fn model(rows: &impl Rows, row: Model, detail: Detail) -> Result<Participant> {
    let key = row.id.to_string();
    let unknown = || Error::internal(format!("{TABLE} {} has an unknown number", row.id));
    let special = SPECIAL_NEEDS.open_in(detail, rows, &key, row.special_needs.as_ref())?.unwrap_or_default();
    let need = |number: &str| number.parse().ok().and_then(Need::from_number).ok_or_else(unknown);
    let kind: Kind = known(row.kind, TABLE, row.id)?;
    let agreed_by = row.agreed_by.iter().flat_map(|list| list.split(',')).map(Uuid::parse_str);
    let party_kind = row.party_kind.map(|number| PartyKind::from_number(number).ok_or_else(unknown)).transpose()?;
    let mut facts = Facts {
        display_name: DISPLAY_NAME.open(rows, &key, &row.display_name)?,
        phone: PHONE.open_some(rows, &key, row.phone.as_ref())?,
        needs: NEEDS.open_in(detail, rows, &key, row.needs.as_ref())?,
        special_needs: special.split(',').filter(|number| !number.is_empty()).map(need).collect::<Result<_>>()?,
        party_kind,
        dwelling: DWELLING.open_in(detail, rows, &key, row.dwelling.as_ref())?,
        household_size: row.household_size,
        chosen_by: known_some(row.chosen_by, TABLE, row.id)?,
        agreed_by: agreed_by.collect::<std::result::Result<_, _>>().map_err(Error::internal)?,
        invitation_consent_time: row.invitation_consent_time,
    };
    facts.sort(kind, row.identity.is_some());
    Ok(Participant {
        id: row.id,
        mediation: row.mediation,
        kind,
        facts,
        consent: known_some(row.consent, TABLE, row.id)?,
        consent_time: row.consent_time,
        consent_statement: STATEMENT.open_in(detail, rows, &key, row.consent_statement.as_ref())?,
        interest: INTEREST.open_in(detail, rows, &key, row.interest.as_ref())?,
        interest_time: row.interest_time,
        left: row.leave_time.zip(known_some(row.leave_reason, TABLE, row.id)?),
        replaces: row.replaces,
        open_challenges: row.open_challenges,
        create_time: row.create_time,
        version: row.version,
        identity: row.identity,
        posting: row.posting,
    })
}
