//! Mediation- and AgreementService.

mod accession;
mod aftermath;
mod agreements;
mod asking;
mod batches;
mod challenges;
mod corrections;
mod doorstep;
mod engaged;
mod heating;
mod households;
mod kept;
mod leaving;
mod making;
mod obligations;
mod opening;
mod participants;
mod plans;
mod races;
mod reading;
mod records;
mod reversals;
pub mod scene;
mod sessions;
mod terms;
mod updating;
mod walks;
