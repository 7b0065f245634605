//! EventService.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures::Stream;
use prometheus::IntGauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::{
    ops,
    sight::Filter,
    tail::Tail,
    watch::{Pace, Watch},
    wire,
};
use crate::{
    call::Call,
    check::Faults,
    config::Limits,
    door::{Door, Entry, refusal, split},
    error::{Error, Result},
    page,
    pb::v1::{self, event_service_server::EventService},
    text,
};

/// The longest silence of a watch that asks for none.
const BOOKMARK_INTERVAL: Duration = Duration::from_secs(30);

/// EventService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service {
    door: Door,
    tail: Tail,
    places: Arc<Semaphore>,
    open: IntGauge,
    pace: Pace,
    stop: CancellationToken,
}

impl Service {
    /// Begins to follow the feed. Watches end when `stop` is cancelled; `open` counts them.
    pub fn new(door: Door, limits: &Limits, open: IntGauge, stop: CancellationToken) -> Self {
        let pace = Pace {
            poll: Duration::from_millis(limits.feed_poll_millis),
            patience: Duration::from_secs(limits.watcher_patience_seconds),
        };
        let tail = Tail::follow(door.db.clone(), pace.poll, stop.clone());
        Self { door, tail, places: Arc::new(Semaphore::new(limits.watchers)), open, pace, stop }
    }

    async fn list(&self, call: &Call, request: v1::ListEventsRequest) -> Result<v1::ListEventsResponse> {
        let v1::ListEventsRequest { cursor, from_now, page_size, filter } = request;
        let filter = Filter::read(&text::nfc(filter))?;
        let size = page::size(page_size)?;
        let start = ops::start(&self.door.db, &self.door.origin.incarnation, &cursor, from_now).await?;
        let stretch = ops::read(&self.door.db, &call.permit, &filter, start, size).await?;
        Ok(v1::ListEventsResponse {
            entries: stretch.items.into_iter().map(|(told, row)| wire::entry(&self.door, told, row)).collect(),
            cursor: wire::cursor(&self.door, stretch.until),
            caught_up: stretch.until >= start.horizon,
        })
    }

    async fn watch(&self, entry: &Entry, request: v1::WatchEventsRequest) -> Result<Watch<Place>> {
        let call = self.door.stream_call(entry, None, false).await?;
        Faults::of(&request).into_result()?;
        let v1::WatchEventsRequest { cursor, from_now, filter, bookmark_interval } = request;
        let filter = Filter::read(&text::nfc(filter))?;
        let place = Place::take(&self.places, &self.open)?;
        // Listening begins before the first look, so that no move of the end falls between.
        let tail = self.tail.listen();
        let start = ops::start(&self.door.db, &self.door.origin.incarnation, &cursor, from_now).await?;
        let interval = bookmark_interval.and_then(|given| Duration::try_from(given).ok());
        Ok(Watch {
            door: self.door.clone(),
            entry: entry.clone(),
            permit: call.permit,
            filter,
            start,
            bookmark_interval: interval.unwrap_or(BOOKMARK_INTERVAL),
            pace: self.pace,
            tail,
            stop: self.stop.clone(),
            place,
        })
    }
}

/// One of the places that watchers have, counted while it is held.
struct Place {
    _held: OwnedSemaphorePermit,
    open: IntGauge,
}

impl Place {
    fn take(places: &Arc<Semaphore>, open: &IntGauge) -> Result<Self> {
        let held = places.clone().try_acquire_owned().map_err(|_| Error::Overloaded)?;
        open.inc();
        Ok(Self { _held: held, open: open.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.dec();
    }
}

type Answer<T> = std::result::Result<Response<T>, Status>;

#[tonic::async_trait]
impl EventService for Service {
    async fn list_events(&self, request: Request<v1::ListEventsRequest>) -> Answer<v1::ListEventsResponse> {
        self.door.read(request, async |call: &Call, request| self.list(call, request).await).await
    }

    type WatchEventsStream = Pin<Box<dyn Stream<Item = std::result::Result<v1::WatchEventsResponse, Status>> + Send>>;

    async fn watch_events(&self, request: Request<v1::WatchEventsRequest>) -> Answer<Self::WatchEventsStream> {
        let (entry, request) = split(request)?;
        let watch = self.watch(&entry, request).await.map_err(|error| refusal(error, &entry))?;
        Ok(Response::new(Box::pin(watch.stream())))
    }
}
