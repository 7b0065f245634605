//! Cadres and their postings: who is linked to which village, since when, by which document.
//!
//! Other features ask [`posting`] whether there is such a posting, [`responsible`] who answers for a place at a time, [`exists`] and
//! [`organization_of`] for a cadre. Imports and made-up data are written as [`CadreRow`] and [`PostingRow`].

mod entity;
mod model;
mod ops;
mod rpc;
mod store;
mod wire;

pub use model::{
    Cadre, Document, End, EndReason, Expertise, Facts, Post, Posting, PostingFacts, Rank, Role, Source, Substitute,
};
pub use ops::{
    CadreRef, CadreRow, OrganizationRef, PostingRow, exists, may_mediate, organization_of, posting, responsible, served,
};
pub use rpc::Service;
