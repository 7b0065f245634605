//! The outermost layers: an id for each call, its line in the log, its metrics, and our details on every refusal, also on those
//! that the transport made.

use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;
use tonic::{Code, Status};

use super::metrics::{Labels, Metrics};
use crate::{
    auth,
    call::{IdSource, Locale, TimeSource},
    error::Error,
};

/// What is known of a call for its line in the log. Inner layers fill it in.
#[derive(Debug, Default)]
pub struct CallLog {
    /// Id of the call.
    pub call_id: String,
    /// The client, once it is known.
    pub client: OnceLock<String>,
    /// The official for whom it acts.
    pub official: OnceLock<String>,
}

/// What the layer needs.
#[derive(Debug, Clone)]
pub struct Observer {
    pub metrics: Metrics,
    pub ids: Arc<dyn IdSource>,
    pub time: Arc<dyn TimeSource>,
}

/// Writes one line and counts each call.
pub async fn observe(State(observer): State<Observer>, mut request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let path = request.uri().path().to_owned();
    let log = Arc::new(CallLog {
        call_id: observer.ids.next(observer.time.now()).simple().to_string(),
        ..CallLog::default()
    });
    request.extensions_mut().insert(log.clone());
    let labels = Labels::of(&path);
    observer.metrics.started(&labels);
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&log.call_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let end = End { metrics: observer.metrics, labels, log, path, started };
    let streams = auth::method(&end.path).is_some_and(|method| method.server_stream);
    match code_of(response.headers()) {
        None if streams => {
            // The status of a stream comes at its end, or never, when the caller leaves.
            let mut end = Some(end);
            response.map(|body| {
                Body::new(Watched {
                    body,
                    finish: move |code| {
                        if let Some(end) = end.take() {
                            end.write(code)
                        }
                    },
                    code: None,
                })
            })
        }
        code => {
            end.write(code.unwrap_or(Code::Ok));
            response
        }
    }
}

fn code_of(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()))
}

struct End {
    metrics: Metrics,
    labels: Labels,
    log: Arc<CallLog>,
    path: String,
    started: tokio::time::Instant,
}

impl End {
    fn write(self, code: Code) {
        let seconds = self.started.elapsed().as_secs_f64();
        let code = code_name(code);
        self.metrics.handled(&self.labels, code, seconds);
        // Health checks come every second and tell nothing.
        if self.path.starts_with("/grpc.health.") {
            return;
        }
        let method: String = self.path.chars().take(128).collect();
        tracing::info!(
            target: "lianbang::call",
            request_id = %self.log.call_id,
            client = self.log.client.get().map_or("", String::as_str),
            official = self.log.official.get().map_or("", String::as_str),
            method,
            code,
            duration_ms = (seconds * 1e6).round() / 1e3,
            "call"
        );
    }
}

/// Name of a code as gRPC's documents write it, `OK`, `NOT_FOUND`.
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// A body whose end is told.
struct Watched<F: FnMut(Code)> {
    body: Body,
    finish: F,
    code: Option<Code>,
}

impl<F: FnMut(Code) + Unpin> http_body::Body for Watched<F> {
    type Data = bytes::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<std::result::Result<http_body::Frame<bytes::Bytes>, axum::Error>>> {
        let polled = std::pin::Pin::new(&mut self.body).poll_frame(context);
        if let std::task::Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            self.code = code_of(trailers);
        }
        polled
    }
}

impl<F: FnMut(Code)> Drop for Watched<F> {
    fn drop(&mut self) {
        (self.finish)(self.code.unwrap_or(Code::Cancelled));
    }
}

/// Gives refusals of the transport (an oversized message, an unknown method) our reason: every error carries an ErrorInfo.
pub async fn complete(request: Request, next: Next) -> Response {
    let locale = locale(request.headers());
    let response = next.run(request).await;
    let Some(status) = Status::from_header_map(response.headers()) else { return response };
    if status.code() == Code::Ok || !status.details().is_empty() {
        return response;
    }
    let error = match status.code() {
        Code::OutOfRange | Code::ResourceExhausted => Error::MessageTooLarge,
        Code::Unimplemented => Error::MethodUnknown,
        Code::DeadlineExceeded => Error::DeadlineExceeded,
        Code::Cancelled => Error::Cancelled,
        Code::InvalidArgument => Error::MalformedMessage,
        // Compression we do not speak, a stream without a message: the transport says INTERNAL, the fault is the caller's.
        Code::Internal => Error::MalformedMessage,
        _ => return response,
    };
    let (parts, _) = error.status(locale, "").into_http::<Body>().into_parts();
    Response::from_parts(parts, Body::new(http_body_util::Empty::new().map_err(axum::Error::new)))
}

/// The caller's language.
pub fn locale(headers: &HeaderMap) -> Locale {
    headers.get("accept-language").and_then(|value| value.to_str().ok()).map(Locale::from_header).unwrap_or_default()
}
