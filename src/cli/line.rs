//! The way to a running server: a channel that brings its token, and what its refusals say.

use std::{path::Path, time::Duration};

use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};
use tonic_types::StatusExt;

use super::Outcome;

/// A channel with its token.
pub type Line = InterceptedService<Channel, Bearer>;

/// Brings the token along.
#[derive(Debug, Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// Connects to `server`, an `http://` or `https://` address; `authority` is a PEM file with the certificate that vouches for the latter.
pub async fn connect(server: &str, token: &str, authority: Option<&Path>) -> Outcome<Line> {
    let wrong = |fault: &dyn std::fmt::Display| format!("{server}: {fault}");
    let mut endpoint = Endpoint::from_shared(server.to_owned())
        .map_err(|fault| wrong(&fault))?
        .connect_timeout(Duration::from_secs(10))
        .http2_keep_alive_interval(Duration::from_secs(30));
    if server.starts_with("https:") {
        let path = authority.ok_or("an https address needs --ca, the certificate that vouches for the server")?;
        let pem = std::fs::read(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
        endpoint = endpoint.tls_config(tls).map_err(|fault| wrong(&fault))?;
    }
    let mut bearer: MetadataValue<Ascii> =
        format!("Bearer {token}").parse().map_err(|_| "the token has characters that no token has")?;
    bearer.set_sensitive(true);
    let channel = endpoint.connect().await.map_err(|fault| wrong(&cause(&fault)))?;
    Ok(InterceptedService::new(channel, Bearer(bearer)))
}

/// The innermost cause: the outer ones say "transport error".
fn cause(fault: &dyn std::error::Error) -> String {
    let mut inner = fault;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// What a refusal says: its reason and its message.
pub fn sentence(status: &Status) -> String {
    match status.get_details_error_info() {
        Some(info) => format!("{}: {}", info.reason, status.message()),
        None => format!("{:?}: {}", status.code(), status.message()),
    }
}
