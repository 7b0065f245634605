//! What can be done with cases, one file an idea.

pub mod advance;
pub mod amend;
pub mod appoint;
pub mod dispute;
pub mod document;
pub mod ending;
pub mod execution;
pub mod extend;
pub mod hearing;
pub mod hold;
pub mod level;
pub mod notice;
pub mod oversight;
pub mod party;
pub mod procedure;
pub mod read;
pub mod reclassify;
pub mod register;
pub mod report;
pub mod review;
pub mod rounds;
pub mod routing;
pub mod serve;
pub mod step;
pub mod succession;
pub mod switch;
