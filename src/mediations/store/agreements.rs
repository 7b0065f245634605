//! Agreements and their texts.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Sealed, known};
use crate::{
    call::Micros,
    db::{Rows, Tx},
    error::{Error, Result},
    mediations::{
        entity::{
            agreement::{ActiveModel, Column, Entity, Model},
            agreement_text,
        },
        model::{Agreement, Detail, Mediation, Seal},
        numbers::{AgreementState, Numbered},
    },
};

const TEXT: Sealed = Sealed("agreement_texts|text");

/// One agreement, with its current text in FULL.
///
/// # Errors
/// `NotFound`.
pub async fn find(rows: &impl Rows, mediation: &Mediation, id: Uuid, detail: Detail) -> Result<Agreement> {
    let row = Entity::find_by_id(id).filter(Column::Mediation.eq(mediation.id)).one(&rows.on()).await?;
    let row = row.ok_or_else(|| Error::not_found(mediation.child("agreements", id)))?;
    let mut agreement = model(mediation, row)?;
    if detail == Detail::Full {
        let edition = agreement.edition;
        let text = agreement_text::Entity::find_by_id((id, edition)).one(&rows.on()).await?;
        agreement.text = TEXT.open_some(rows, &place(id, edition), text.map(|row| row.text).as_ref())?;
    }
    Ok(agreement)
}

/// Agreements in the order in which they were drafted.
pub async fn list(rows: &impl Rows, mediation: &Mediation, after: Option<Uuid>, limit: u64) -> Result<Vec<Agreement>> {
    let mut query = Entity::find().filter(Column::Mediation.eq(mediation.id));
    if let Some(id) = after {
        query = query.filter(Column::Id.gt(id));
    }
    let found = query.order_by_asc(Column::Id).limit(limit).all(&rows.on()).await?;
    found.into_iter().map(|row| model(mediation, row)).collect()
}

/// Agreements that are not in effect and may still come to be.
pub async fn pending(rows: &impl Rows, mediation: &Mediation) -> Result<Vec<Agreement>> {
    in_states(rows, mediation, &[AgreementState::Draft, AgreementState::Signing]).await
}

/// Agreements that are in effect or may still come to be.
pub async fn alive(rows: &impl Rows, mediation: &Mediation) -> Result<Vec<Agreement>> {
    in_states(rows, mediation, &[AgreementState::Draft, AgreementState::Signing, AgreementState::Effective]).await
}

/// Some agreement of the mediation is in effect.
pub async fn any_effective(rows: &impl Rows, mediation: &Mediation) -> Result<bool> {
    Ok(!in_states(rows, mediation, &[AgreementState::Effective]).await?.is_empty())
}

async fn in_states(rows: &impl Rows, mediation: &Mediation, states: &[AgreementState]) -> Result<Vec<Agreement>> {
    let found = Entity::find()
        .filter(Column::Mediation.eq(mediation.id))
        .filter(Column::State.is_in(states.iter().map(|state| state.number())))
        .order_by_asc(Column::Id)
        .all(&rows.on())
        .await?;
    found.into_iter().map(|row| model(mediation, row)).collect()
}

/// Enters an agreement without its text.
pub async fn insert(tx: &Tx<'_>, agreement: &Agreement) -> Result<()> {
    let mut model = changeable(agreement);
    model.id = Set(agreement.id);
    model.mediation = Set(agreement.mediation);
    model.create_time = Set(agreement.create_time);
    model.form = Set(agreement.form.number());
    Entity::insert(model).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Enters the text of the present edition.
pub async fn insert_text(tx: &Tx<'_>, agreement: &Agreement, text: &str, time: Micros) -> Result<()> {
    let row = agreement_text::ActiveModel {
        agreement: Set(agreement.id),
        edition: Set(agreement.edition),
        text: Set(TEXT.seal(tx.keys(), &place(agreement.id, agreement.edition), text)),
        create_time: Set(time),
    };
    agreement_text::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Writes all that can change but the texts.
pub async fn save(tx: &Tx<'_>, agreement: &Agreement) -> Result<()> {
    Entity::update_many().set(changeable(agreement)).filter(Column::Id.eq(agreement.id)).exec(tx.conn()).await?;
    Ok(())
}

fn place(agreement: Uuid, edition: i32) -> String {
    format!("{agreement}/{edition}")
}

fn changeable(agreement: &Agreement) -> ActiveModel {
    let subjects: Vec<String> =
        agreement.excluded_subjects.iter().map(|subject| subject.number().to_string()).collect();
    ActiveModel {
        extent: Set(agreement.extent.number()),
        excluded_subjects: Set((!subjects.is_empty()).then(|| subjects.join(","))),
        state: Set(agreement.state.number()),
        edition: Set(agreement.edition),
        necessary_signature_count: Set(agreement.necessary_signature_count),
        acceding_signature_count: Set(agreement.acceding_signature_count),
        mediator_signature_count: Set(agreement.mediator_signature_count),
        last_party_time: Set(agreement.last_party_time),
        first_mediator_time: Set(agreement.first_mediator_time),
        seal_time: Set(agreement.seal.as_ref().map(|seal| seal.time)),
        seal_evidence: Set(agreement.seal.as_ref().and_then(|seal| seal.evidence.clone())),
        effect_time: Set(agreement.effect_time),
        version: Set(agreement.version),
        acceding_threshold: Set(agreement.acceding_threshold),
        plan: Set(agreement.plan),
        ..ActiveModel::default()
    }
}

fn model(mediation: &Mediation, row: Model) -> Result<Agreement> {
    let evidence = row.seal_evidence;
    let subjects = row.excluded_subjects.unwrap_or_default();
    let subject = |number: &str| known(number.parse().unwrap_or_default(), "agreements", row.id);
    Ok(Agreement {
        id: row.id,
        mediation: row.mediation,
        committee: mediation.committee.clone(),
        state: known(row.state, "agreements", row.id)?,
        edition: row.edition,
        text: None,
        // In effect it binds those who signed it; who is invited later changes nothing of it.
        necessary_party_count: match row.effect_time {
            Some(_) => row.necessary_signature_count,
            None => mediation.necessary_party_count,
        },
        necessary_signature_count: row.necessary_signature_count,
        acceding_signature_count: row.acceding_signature_count,
        mediator_signature_count: row.mediator_signature_count,
        last_party_time: row.last_party_time,
        first_mediator_time: row.first_mediator_time,
        seal: row.seal_time.map(|time| Seal { time, evidence }),
        effect_time: row.effect_time,
        create_time: row.create_time,
        version: row.version,
        extent: known(row.extent, "agreements", row.id)?,
        form: known(row.form, "agreements", row.id)?,
        acceding_threshold: row.acceding_threshold,
        plan: row.plan,
        excluded_subjects: subjects
            .split(',')
            .filter(|number| !number.is_empty())
            .map(subject)
            .collect::<Result<_>>()?,
    })
}
