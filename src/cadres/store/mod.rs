//! Reading and writing cadres and postings.

mod cadres;
mod filter;
mod leaves;
mod postings;

pub use cadres::{
    Brief, CadreSearch, briefs, find_cadre, hold_cadres, hold_capacity, insert_cadre, list_cadres, lock_cadre,
    organization_id, source_cadre, update_cadre,
};
pub use filter::{CADRE_FIELDS, POSTING_FIELDS};
pub use leaves::{LeaveKey, find_leave, insert_leave, leaves_within, list_leaves, update_leave};
pub use postings::{
    PostingSearch, beyond_service, end_posting, find_posting, insert_posting, list_postings, overlapping, postings_as,
    postings_in, source_posting,
};
