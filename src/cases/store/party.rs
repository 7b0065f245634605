//! Parties of a case, sealed, with blind indexes of what they are matched by.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{open, seal};
use crate::{
    call::Micros,
    cases::{
        citizen_number,
        entity::party::{
            self, Column, Entity,
            mandate::{self, Column as MandateColumn},
        },
        model::Outcome,
        party::{Basis, Consent, Extent, IdDocument, Identity, Mandate, Need, Party, PartyKind, PartyRole},
    },
    db::{Rows, Tx},
    error::{Error, Result},
    wire::{days, from_days},
};

/// Parties in one statement: each has a value per column, and a statement takes 32,766 values on SQLite.
const AT_ONCE: usize = 500;
const TABLE: &str = "case_parties";

fn from_row(rows: &impl Rows, row: party::Model, mandate: Option<Mandate>) -> Result<Party> {
    let broken = || Error::internal(format!("party {} has an unknown number", row.id));
    Ok(Party {
        role: PartyRole::from_number(row.role).ok_or_else(broken)?,
        kind: PartyKind::from_number(row.kind).ok_or_else(broken)?,
        outcome: Outcome::from_number(row.outcome).ok_or_else(broken)?,
        consent: Consent::from_number(row.consent).ok_or_else(broken)?,
        // What is restricted is not even opened.
        identity: if row.restrict_time.is_some() { Identity::UNKNOWN } else { identity(rows, &row)? },
        mandate,
        id: row.id,
        case_id: row.case_id,
        subject: row.subject,
        outcome_time: row.outcome_time,
        restrict_time: row.restrict_time,
        create_time: row.create_time,
        end_time: row.end_time,
        end_reason: row.end_reason,
        version: row.version,
    })
}

fn identity(rows: &impl Rows, row: &party::Model) -> Result<Identity> {
    let broken = || Error::internal(format!("party {} has an unknown document or need", row.id));
    let text = |column, sealed: &Option<Vec<u8>>| open(rows, TABLE, column, row.id, sealed.as_deref());
    let special = text("special_needs", &row.special_needs)?.unwrap_or_default();
    let need = |number: &str| number.parse().ok().and_then(Need::from_number).ok_or_else(broken);
    Ok(Identity {
        display_name: text("display_name", &row.display_name)?,
        id_document: IdDocument::from_number(row.id_document).ok_or_else(broken)?,
        id_number: text("id_number", &row.id_number)?,
        unified_code: text("unified_code", &row.unified_code)?,
        phone: text("phone", &row.phone)?,
        address: text("address", &row.address)?,
        needs: text("needs", &row.needs)?,
        special_needs: special.split(',').filter(|number| !number.is_empty()).map(need).collect::<Result<_>>()?,
        household_size: row.household_size,
    })
}

/// Digits and letters only: the form in which a telephone or a code is matched.
fn normal(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Seals an identity into a row.
fn put_identity(rows: &impl Rows, row: &mut party::Model, identity: &Identity) {
    let id = row.id;
    let sealed = |column, text: &Option<String>| seal(rows, TABLE, column, id, text.as_deref());
    let special: Vec<String> = identity.special_needs.iter().map(|need| need.number().to_string()).collect();
    row.display_name = sealed("display_name", &identity.display_name);
    row.id_document = identity.id_document.number();
    row.id_number = sealed("id_number", &identity.id_number);
    row.unified_code = sealed("unified_code", &identity.unified_code);
    row.phone = sealed("phone", &identity.phone);
    row.address = sealed("address", &identity.address);
    row.needs = sealed("needs", &identity.needs);
    row.special_needs = sealed("special_needs", &Some(special.join(",")).filter(|list| !list.is_empty()));
    row.household_size = identity.household_size;
    put_indexes(rows, row, Some(identity));
}

/// Writes what a party is matched by, or nothing where it must not be matched.
fn put_indexes(rows: &impl Rows, row: &mut party::Model, identity: Option<&Identity>) {
    let index = |field: &str, text: Option<String>| text.map(|text| rows.keys().blind_index(field, &text));
    let of = |text: fn(&Identity) -> &Option<String>, form: fn(&str) -> String| {
        identity.and_then(|identity| text(identity).as_deref()).map(form)
    };
    row.id_number_index = index("id_number", of(|identity| &identity.id_number, citizen_number::matched));
    row.unified_code_index = index("unified_code", of(|identity| &identity.unified_code, normal));
    row.phone_index = index("phone", of(|identity| &identity.phone, normal));
}

fn to_row(rows: &impl Rows, party: &Party) -> party::Model {
    let mut row = party::Model {
        id: party.id,
        case_id: party.case_id,
        role: party.role.number(),
        kind: party.kind.number(),
        display_name: None,
        id_document: 0,
        id_number: None,
        id_number_index: None,
        unified_code: None,
        unified_code_index: None,
        phone: None,
        phone_index: None,
        address: None,
        needs: None,
        special_needs: None,
        household_size: 0,
        subject: party.subject.clone(),
        outcome: party.outcome.number(),
        consent: party.consent.number(),
        outcome_time: party.outcome_time,
        restrict_time: party.restrict_time,
        create_time: party.create_time,
        end_time: party.end_time,
        end_reason: party.end_reason.clone(),
        version: party.version,
    };
    put_identity(rows, &mut row, &party.identity);
    row
}

/// Enters parties with their mandates.
pub async fn insert(tx: &Tx<'_>, parties: &[Party]) -> Result<()> {
    for parties in parties.chunks(AT_ONCE) {
        let rows = parties.iter().map(|party| to_row(tx, party).into_active_model());
        Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        let mandates: Vec<_> = parties.iter().filter_map(mandate_row).collect();
        if !mandates.is_empty() {
            mandate::Entity::insert_many(mandates).exec_without_returning(tx.conn()).await?;
        }
    }
    Ok(())
}

fn mandate_row(party: &Party) -> Option<mandate::ActiveModel> {
    let mandate = party.mandate.as_ref()?;
    let principals: Vec<String> = mandate.principals.iter().map(Uuid::to_string).collect();
    Some(mandate::ActiveModel {
        party_id: Set(party.id),
        case_id: Set(party.case_id),
        basis: Set(mandate.basis.number()),
        extent: Set(mandate.extent.number()),
        principals: Set(principals.join(",")),
        document_number: Set(mandate.document_number.clone()),
        start_date: Set(days(mandate.start_date)),
        end_date: Set(mandate.end_date.map(days)),
        revoke_time: Set(mandate.revoke_time),
    })
}

fn mandate_of(row: mandate::Model) -> Result<Mandate> {
    let broken = || Error::internal(format!("the mandate of party {} has an unknown number", row.party_id));
    let ids = row.principals.split(',').filter(|id| !id.is_empty());
    Ok(Mandate {
        basis: Basis::from_number(row.basis).ok_or_else(broken)?,
        extent: Extent::from_number(row.extent).ok_or_else(broken)?,
        principals: ids.map(|id| Uuid::try_parse(id).map_err(|_| broken())).collect::<Result<_>>()?,
        document_number: row.document_number,
        start_date: from_days(row.start_date),
        end_date: row.end_date.map(from_days),
        revoke_time: row.revoke_time,
    })
}

/// Parties of rows, with the mandates of those that are agents.
async fn with_mandates(rows: &impl Rows, found: Vec<party::Model>) -> Result<Vec<Party>> {
    let agents: Vec<Uuid> =
        found.iter().filter(|row| row.role == PartyRole::Agent.number()).map(|row| row.id).collect();
    let mut mandates = HashMap::new();
    if !agents.is_empty() {
        let held = mandate::Entity::find().filter(MandateColumn::PartyId.is_in(agents)).all(&rows.on()).await?;
        for row in held {
            mandates.insert(row.party_id, mandate_of(row)?);
        }
    }
    let own = |row: party::Model| {
        let mandate = mandates.remove(&row.id);
        from_row(rows, row, mandate)
    };
    found.into_iter().map(own).collect()
}

/// One party of a case.
pub async fn find(rows: &impl Rows, case_id: Uuid, id: Uuid) -> Result<Option<Party>> {
    let row = Entity::find_by_id(id).filter(Column::CaseId.eq(case_id)).one(&rows.on()).await?;
    Ok(with_mandates(rows, row.into_iter().collect()).await?.pop())
}

/// The parties of some cases, in no order.
pub async fn of_cases(rows: &impl Rows, ids: &[Uuid]) -> Result<Vec<Party>> {
    let found = Entity::find().filter(Column::CaseId.is_in(ids.iter().copied())).all(&rows.on()).await?;
    with_mandates(rows, found).await
}

/// Parties of a case by their ids, in no order.
pub async fn find_many(rows: &impl Rows, case_id: Uuid, ids: &[Uuid]) -> Result<Vec<Party>> {
    let query = Entity::find().filter(Column::CaseId.eq(case_id)).filter(Column::Id.is_in(ids.iter().copied()));
    with_mandates(rows, query.all(&rows.on()).await?).await
}

/// Parties in the order they were added.
pub async fn list(rows: &impl Rows, case_id: Uuid, after: Option<Uuid>, limit: u64) -> Result<Vec<Party>> {
    let query = page(Entity::find().filter(Column::CaseId.eq(case_id)), after, limit);
    with_mandates(rows, query.all(&rows.on()).await?).await
}

/// Those on whom a document has to be served, in the order they were added: who brought the case, or spoke for the others, and who acts
/// for them. Members are served through their representatives where there are any.
pub async fn recipients(
    rows: &impl Rows,
    case_id: Uuid,
    represented: bool,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Party>> {
    let mut roles = vec![PartyRole::Petitioner, PartyRole::Representative, PartyRole::Agent];
    if !represented {
        roles.push(PartyRole::Member);
    }
    let query = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Role.is_in(roles.into_iter().map(PartyRole::number)))
        .filter(Column::EndTime.is_null());
    with_mandates(rows, page(query, after, limit).all(&rows.on()).await?).await
}

fn page(mut query: Select<Entity>, after: Option<Uuid>, limit: u64) -> Select<Entity> {
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    query.order_by_asc(Column::Id).limit(limit)
}

/// Representatives whose part has not ended.
pub async fn count_representatives(rows: &impl Rows, case_id: Uuid) -> Result<usize> {
    let count = Entity::find().filter(representatives(case_id)).count(&rows.on()).await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn representatives(case_id: Uuid) -> Condition {
    Condition::all()
        .add(Column::CaseId.eq(case_id))
        .add(Column::Role.eq(PartyRole::Representative.number()))
        .add(Column::EndTime.is_null())
}

/// Those who bring a case and whose part has not ended.
pub async fn count_petitioning(rows: &impl Rows, case_id: Uuid) -> Result<usize> {
    let roles = PartyRole::ALL.iter().filter(|role| role.brings()).map(|role| role.number());
    let found = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Role.is_in(roles))
        .filter(Column::EndTime.is_null());
    Ok(usize::try_from(found.count(&rows.on()).await?).unwrap_or(usize::MAX))
}

/// Agents whose part has not ended.
pub async fn agents(rows: &impl Rows, case_id: Uuid) -> Result<Vec<Party>> {
    let found = Entity::find()
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Role.eq(PartyRole::Agent.number()))
        .filter(Column::EndTime.is_null())
        .order_by_asc(Column::Id);
    with_mandates(rows, found.all(&rows.on()).await?).await
}

/// Makes these parties the representatives of a case, and the earlier ones members.
pub async fn elect(tx: &Tx<'_>, case_id: Uuid, elected: &[Uuid]) -> Result<()> {
    let turn = |role: PartyRole| {
        Entity::update_many()
            .col_expr(Column::Role, Expr::value(role.number()))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
    };
    let ids = || elected.iter().copied();
    turn(PartyRole::Member)
        .filter(representatives(case_id))
        .filter(Column::Id.is_not_in(ids()))
        .exec(tx.conn())
        .await?;
    turn(PartyRole::Representative)
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Id.is_in(ids()))
        .filter(Column::Role.ne(PartyRole::Representative.number()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Ends a party's part, and its mandate where that was revoked.
pub async fn end(tx: &Tx<'_>, party: &Party) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::EndTime, Expr::value(party.end_time))
        .col_expr(Column::EndReason, Expr::value(party.end_reason.clone()))
        .col_expr(Column::Version, Expr::value(party.version))
        .filter(Column::Id.eq(party.id))
        .exec(tx.conn())
        .await?;
    if let Some(time) = party.mandate.as_ref().and_then(|mandate| mandate.revoke_time) {
        mandate::Entity::update_many()
            .col_expr(MandateColumn::RevokeTime, Expr::value(time))
            .filter(MandateColumn::PartyId.eq(party.id))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Ends the part of many at once.
pub async fn end_all(tx: &Tx<'_>, ids: &[Uuid], time: Micros, reason: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::EndTime, Expr::value(time))
        .col_expr(Column::EndReason, Expr::value(reason))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Writes who a party is.
pub async fn correct(tx: &Tx<'_>, party: &Party) -> Result<()> {
    let row = to_row(tx, party).into_active_model().reset_all();
    Entity::update_many().set(row).filter(Column::Id.eq(party.id)).exec(tx.conn()).await?;
    Ok(())
}

/// Restricts a party's personal data, or lifts that, as the party says: what is restricted is matched with nothing.
pub async fn restrict(tx: &Tx<'_>, party: &Party) -> Result<()> {
    let Some(mut row) = Entity::find_by_id(party.id).one(tx.conn()).await? else { return Ok(()) };
    let known = if party.restrict_time.is_some() { None } else { Some(identity(tx, &row)?) };
    put_indexes(tx, &mut row, known.as_ref());
    row.restrict_time = party.restrict_time;
    row.version = party.version;
    Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(Column::Id.eq(party.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Keeps what was decided for some parties, and whether they agree; what is none stays.
pub async fn set_outcomes(
    tx: &Tx<'_>,
    case_id: Uuid,
    ids: &[Uuid],
    (outcome, consent): (Option<Outcome>, Option<Consent>),
    at: Micros,
) -> Result<()> {
    let mut update = Entity::update_many()
        .col_expr(Column::OutcomeTime, Expr::value(at))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1));
    if let Some(outcome) = outcome {
        update = update.col_expr(Column::Outcome, Expr::value(outcome.number()));
    }
    if let Some(consent) = consent {
        update = update.col_expr(Column::Consent, Expr::value(consent.number()));
    }
    update.filter(Column::CaseId.eq(case_id)).filter(Column::Id.is_in(ids.iter().copied())).exec(tx.conn()).await?;
    Ok(())
}
