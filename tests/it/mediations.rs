//! Mediation- and AgreementService.

mod accession;
mod agreements;
mod heating;
mod households;
mod making;
mod obligations;
mod opening;
mod participants;
mod plans;
mod races;
mod reading;
pub mod scene;
mod sessions;
mod walks;
