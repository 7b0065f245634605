//! Cadres and their postings: who is linked to which village, since when, by which document.
//!
//! Other features ask [`posting`] whether there is such a posting, [`responsible`] who answers for a place at a time, [`exists`] and
//! [`organization_of`] for a cadre. Imports and made-up data are written as [`CadreRow`] and [`PostingRow`].

mod entity;
mod leave;
mod model;
mod ops;
mod rpc;
mod store;
mod wire;

pub use leave::Leave;
pub use model::{
    Cadre, Document, End, EndReason, Expertise, Facts, Post, Posting, PostingFacts, Rank, Role, Source, Substitute,
    cadre_name,
};
pub use ops::{
    CadreRef, CadreRow, OrganizationRef, PostingRow, away, exists, organization_of, posting, responsible, served,
};
pub use rpc::Service;
pub use store::{Brief, briefs, hold_cadres, hold_capacity, postings_as};
