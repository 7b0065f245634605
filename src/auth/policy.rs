//! The policy table, made by the build from the `(permission)` option of each RPC. There is no second source.

/// One RPC of the contract.
#[derive(Debug)]
pub struct Method {
    /// `/lianbang.v1.CaseService/GetCase`.
    pub path: &'static str,
    /// What a caller must be granted; `authenticated` needs a token only, `public` nothing.
    pub permission: &'static str,
    /// Types of the events it may write.
    pub emits: &'static [&'static str],
    /// It writes, under a request_id.
    pub mutation: bool,
    /// The request is a stream.
    pub client_stream: bool,
    /// The answer is a stream.
    pub server_stream: bool,
}

include!(concat!(env!("OUT_DIR"), "/policy.rs"));

/// Looks a method up by its path.
pub fn method(path: &str) -> Option<&'static Method> {
    use std::{collections::HashMap, sync::LazyLock};
    static BY_PATH: LazyLock<HashMap<&'static str, &'static Method>> =
        LazyLock::new(|| METHODS.iter().map(|method| (method.path, method)).collect());
    BY_PATH.get(path).copied()
}
