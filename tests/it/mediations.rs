//! Mediation- and AgreementService.

mod accession;
mod agreements;
mod households;
mod opening;
mod participants;
mod races;
mod reading;
pub mod scene;
mod sessions;
