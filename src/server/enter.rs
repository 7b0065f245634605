//! Who calls, and whether the method is granted. Default deny: what the policy table does not know is refused.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use http::HeaderMap;
use prost::Message;

use super::{
    admit::Deadline,
    observe::{CallLog, locale},
};
use crate::{
    auth::{self, Identity},
    check::Faults,
    door::{Door, Entry, vouch},
    error::{Error, Result},
    pb::v1,
};

/// The metadata that name an official.
pub const OFFICIAL: &str = "on-behalf-of-bin";

/// The permission that reflection needs where it is not open.
pub const REFLECT: &str = "server.reflect";

/// What the layer needs.
#[derive(Debug, Clone)]
pub struct Gate {
    pub door: Door,
    pub open_reflection: bool,
}

/// Lets a call through to its service.
pub async fn enter(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match gate.check(&mut request).await {
        Ok(()) => next.run(request).await,
        Err((error, call_id)) => error.status(locale(request.headers()), &call_id).into_http::<Body>().into_response(),
    }
}

impl Gate {
    async fn check(&self, request: &mut Request) -> std::result::Result<(), (Error, String)> {
        let log = request.extensions().get::<Arc<CallLog>>().cloned().unwrap_or_default();
        self.admit(request, &log).await.map_err(|error| (error, log.call_id.clone()))
    }

    async fn admit(&self, request: &mut Request, log: &Arc<CallLog>) -> Result<()> {
        let path = request.uri().path().to_owned();
        let reflection = path.starts_with("/grpc.reflection.");
        if path.starts_with("/grpc.health.") || (reflection && self.open_reflection) {
            return Ok(());
        }
        let token = bearer(request.headers())?;
        let token = self.door.authenticator.read(token)?;
        let identity = self.door.authenticator.identify(&token, self.door.time.now()).await?;
        let _ = log.client.set(identity.client.clone());
        if reflection {
            return held(&identity, REFLECT);
        }
        let method = auth::method(&path).ok_or(Error::MethodUnknown)?;
        identity.permit(method, &[])?;
        let official = official(request.headers())?.map(|official| vouch(&identity, log, official)).transpose()?;
        let deadline =
            request.extensions().get::<Deadline>().ok_or_else(|| Error::internal("a call without deadline"))?;
        let entry = Entry {
            method,
            identity,
            token,
            deadline: deadline.0,
            locale: locale(request.headers()),
            call_id: Arc::from(log.call_id.as_str()),
            log: log.clone(),
            official,
        };
        request.extensions_mut().insert(entry);
        Ok(())
    }
}

fn held(identity: &Identity, permission: &'static str) -> Result<()> {
    if identity.areas(permission).is_empty() { Err(Error::PermissionDenied { permission }) } else { Ok(()) }
}

/// The official whom the metadata name, for calls whose message has no place for one: an `Official` of the contract, in binary.
fn official(headers: &HeaderMap) -> Result<Option<v1::Official>> {
    let Some(value) = headers.get(OFFICIAL) else { return Ok(None) };
    let fault = || Error::field(OFFICIAL, "is not an Official in base64");
    // Clients may pad the value of binary metadata or not.
    let text = value.as_bytes().trim_ascii_end();
    let unpadded = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let bytes = STANDARD_NO_PAD.decode(&text[..unpadded]).map_err(|_| fault())?;
    let official = v1::Official::decode(bytes.as_slice()).map_err(|_| fault())?;
    Faults::of(&official).into_result()?;
    Ok(Some(official))
}

/// The token of a call. Two of them are as good as none.
fn bearer(headers: &HeaderMap) -> Result<&str> {
    let mut values = headers.get_all(http::header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Error::Unauthenticated) };
    let text = value.to_str().map_err(|_| Error::Unauthenticated)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Error::Unauthenticated),
    }
}
