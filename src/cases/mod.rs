//! Cases: petitions and disputes, their parties, their procedure and its clocks. Six services stand on them: Case-, Routing-, Procedure-,
//! Supervision-, Duplicate- and PublicService.
//!
//! `model` says what a case is, `flow` where it can go, `clocks` which terms run; `ops` holds what can be done, each step of it made
//! of [`ops::step::Step`]; `store` reads and writes within the caller's scope.

mod advance;
mod alerts;
mod appointment;
mod book;
mod citizen_number;
mod clocks;
mod document;
mod entity;
pub mod flow;
mod import;
mod model;
mod ops;
mod oversight;
mod party;
mod promise;
mod public;
mod query_code;
mod relation;
mod review;
pub mod rounds;
mod rpc;
mod similar;
mod steps;
mod store;
mod terms;
mod wire;

use uuid::Uuid;

pub use import::CaseRow;
pub use ops::{
    document::settle_waiting, execution::agreement_breached, party::NewParty, register::RegisterCase, similar::Sampled,
};
pub use party::{Basis as MandateBasis, Extent as MandateExtent, Need, PartyKind, masked_name, masked_number};
pub use rpc::Service;
pub use store::scope::kept_from;

use crate::{auth::Permit, db::Rows, error::Result, place::Path};

/// What other features need of a case that the caller may see.
#[derive(Debug, Clone)]
pub struct Visible {
    /// Its id.
    pub id: Uuid,
    /// Where its problem is.
    pub place: Path,
    /// It is an accusation.
    pub restricted: bool,
    /// Its procedure has ended: nothing new can begin on it.
    pub ended: bool,
    /// What it concerns, `topics/{id}`.
    pub topic: Option<String>,
}

/// A case as far as the permit reaches, or nothing.
///
/// # Errors
/// What the database answers.
pub async fn visible(rows: &impl Rows, permit: &Permit, id: Uuid) -> Result<Option<Visible>> {
    let found = store::case::find(rows, permit, id, store::case::Depth::Basic).await?;
    Ok(found.map(|case| Visible {
        id: case.id,
        place: case.place,
        restricted: case.is_accusation(),
        ended: !flow::LIVE.contains(&case.state),
        topic: case.topic,
    }))
}

/// One of these cases is a petition, whether or not the caller may see it.
///
/// # Errors
/// What the database answers.
pub async fn any_petition(rows: &impl Rows, ids: &[Uuid]) -> Result<bool> {
    store::case::any_petition(rows, ids).await
}

/// The topics of some cases, whoever may see them.
///
/// # Errors
/// What the database answers.
pub async fn topics(rows: &impl Rows, ids: &[Uuid]) -> Result<Vec<String>> {
    store::case::topics(rows, ids).await
}

/// Who is walled off from some cases.
///
/// # Errors
/// What the database answers.
pub async fn walls(rows: &impl Rows, ids: &[Uuid]) -> Result<Vec<String>> {
    let mut walled = Vec::new();
    for id in ids {
        walled.extend(store::case::walls(rows, *id).await?);
    }
    walled.sort_unstable();
    walled.dedup();
    Ok(walled)
}
