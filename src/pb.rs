//! The generated contract: messages, services, checks of form, and the descriptor set that reflection serves.
#![allow(missing_docs, clippy::all, rustdoc::all, reason = "generated code")]

mod protos {
    include!(concat!(env!("OUT_DIR"), "/protos.rs"));
}

pub use protos::google;
pub use protos::lianbang::v1;

include!(concat!(env!("OUT_DIR"), "/mutations.rs"));
include!(concat!(env!("OUT_DIR"), "/checks.rs"));

/// The descriptor set with comments and options, as compiled.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lianbang.bin"));
