//! Mediation- and AgreementService.

mod agreements;
mod opening;
mod participants;
mod races;
mod reading;
pub mod scene;
mod sessions;
