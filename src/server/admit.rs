//! How many calls at once, and until when.
//!
//! tonic turns an expired deadline into CANCELLED and sheds load without a hint when to come back; this layer answers before it.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use tokio::{
    sync::{Semaphore, TryAcquireError},
    time::{Instant, timeout_at},
};

use super::{incoming::Connection, observe::locale};
use crate::{
    auth,
    config::Limits,
    error::{Error, Result},
};

/// Answer this much before the caller's own deadline, so that our answer arrives first.
const MARGIN: Duration = Duration::from_millis(5);

/// What the layer needs.
#[derive(Debug, Clone)]
pub struct Admission {
    calls: Arc<Semaphore>,
    longest_call: Duration,
    longest_stream: Duration,
}

/// When the caller stops waiting; in the request's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Instant);

impl Admission {
    pub fn new(limits: &Limits) -> Self {
        Self {
            calls: Arc::new(Semaphore::new(limits.calls)),
            longest_call: Duration::from_secs(limits.call_seconds),
            longest_stream: Duration::from_secs(limits.watch_seconds),
        }
    }
}

/// Lets a call in, or tells when to come back; ends it in time.
pub async fn admit(State(admission): State<Admission>, mut request: Request, next: Next) -> Response {
    let locale = locale(request.headers());
    let refuse = |error: Error| error.status(locale, "").into_http::<axum::body::Body>().into_response();
    // Health must answer when nothing else does.
    if request.uri().path().starts_with("/grpc.health.") {
        return next.run(request).await;
    }
    let permits = (|| {
        let connection = request.extensions().get::<Connection>().map(|connection| connection.calls.clone());
        Ok::<_, TryAcquireError>((
            connection.map(Semaphore::try_acquire_owned).transpose()?,
            admission.calls.clone().try_acquire_owned()?,
        ))
    })();
    let Ok(_permits) = permits else { return refuse(Error::Overloaded) };
    let method = auth::method(request.uri().path());
    let streams = method.is_some_and(|method| method.client_stream || method.server_stream);
    let longest = if streams { admission.longest_stream } else { admission.longest_call };
    let wanted = match grpc_timeout(request.headers()) {
        Ok(wanted) => wanted,
        Err(error) => return refuse(error),
    };
    let margin = wanted.map_or(MARGIN, |wanted| MARGIN.min(wanted / 10));
    let deadline = Instant::now() + wanted.unwrap_or(longest).min(longest).saturating_sub(margin);
    request.extensions_mut().insert(Deadline(deadline));
    match timeout_at(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_late) => refuse(Error::DeadlineExceeded),
    }
}

/// The caller's `grpc-timeout`: up to eight digits and a unit. A malformed one is refused, not ignored.
fn grpc_timeout(headers: &HeaderMap) -> Result<Option<Duration>> {
    let Some(value) = headers.get("grpc-timeout") else { return Ok(None) };
    let fault = || Error::field("grpc-timeout", "is not a number of at most 8 digits and a unit of H, M, S, m, u, n");
    let text = value.to_str().map_err(|_| fault())?;
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(fault)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(fault());
    }
    let count: u64 = digits.parse().map_err(|_| fault())?;
    let duration = match unit {
        "H" => Duration::from_secs(count * 3_600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return Err(fault()),
    };
    Ok(Some(duration))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn read(text: &'static str) -> Result<Option<Duration>> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", HeaderValue::from_static(text));
        grpc_timeout(&headers)
    }

    #[test]
    fn reads_each_unit_and_refuses_the_rest() {
        assert_eq!(read("2S"), Ok(Some(Duration::from_secs(2))));
        assert_eq!(read("99999999H"), Ok(Some(Duration::from_secs(99_999_999 * 3_600))));
        assert_eq!(read("150m"), Ok(Some(Duration::from_millis(150))));
        for text in ["", "S", "5", "5s", "-5S", "123456789S", "5 S", "1.5S"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
