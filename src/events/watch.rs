//! One watcher's stream: replay, then follow.
//!
//! A task reads and puts messages into a bounded buffer, from which the transport takes them. The buffer is what a slow reader may
//! be behind; the last message and the status wait beside it, so that they reach also a reader whose buffer is full.

use std::{convert::Infallible, time::Duration};

use futures::{Stream, StreamExt, stream};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::{
    cursor::Position,
    ops::{self, Start},
    sight::Filter,
    wire,
};
use crate::{
    auth::Permit,
    door::{Door, Entry, refusal},
    error::{Error, Result},
    pb::v1::{self, WatchEventsResponse, watch_ended::Reason, watch_events_response::Message},
};

/// Messages that wait for a slow reader.
const BUFFER: usize = 64;
/// Most rows of one read.
const ROWS: u64 = 100;

/// How fast a watch goes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How often an idle watch looks whether its client may still read.
    pub poll: Duration,
    /// How long the buffer may stay full.
    pub patience: Duration,
}

/// A watch that is to run.
pub struct Watch<G> {
    pub door: Door,
    pub entry: Entry,
    pub permit: Permit,
    pub filter: Filter,
    /// Where it begins.
    pub start: Start,
    /// The longest silence.
    pub bookmark_interval: Duration,
    pub pace: Pace,
    /// The end of the feed as it moves.
    pub tail: watch::Receiver<Position>,
    /// Ends the stream when the server stops.
    pub stop: CancellationToken,
    /// Held while the watch runs.
    pub place: G,
}

/// Why a watch ended.
#[derive(Debug)]
enum End {
    /// It reached its greatest age.
    MaxAge,
    /// The reader left.
    Gone,
    /// Something failed.
    Failed(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

type Answer = std::result::Result<WatchEventsResponse, Status>;

impl<G: Send + 'static> Watch<G> {
    /// Runs the watch in a task of its own.
    pub fn stream(self) -> impl Stream<Item = Answer> + Send + 'static {
        let (out, messages) = mpsc::channel(BUFFER);
        let (last, end) = oneshot::channel();
        tokio::spawn(async move {
            // The reader may be gone; then nobody asks why.
            let _ = last.send(self.run(out).await);
        });
        let messages = ReceiverStream::new(messages).map(Ok);
        let last = stream::once(end).flat_map(|end| {
            stream::iter(end.unwrap_or_else(|_| vec![Err(Error::internal("a watch ended without a word").into())]))
        });
        messages.chain(last)
    }

    async fn run(self, out: mpsc::Sender<WatchEventsResponse>) -> Vec<Answer> {
        let Self { door, entry, permit, filter, start, bookmark_interval, pace, tail, stop, place } = self;
        let gone = out.clone();
        let deadline = entry.deadline;
        let (position, known) = (start.after, start.horizon);
        let mut reader = Reader {
            door,
            entry,
            permit,
            filter,
            position,
            known,
            bookmark_interval,
            pace,
            tail,
            out,
            said: Instant::now(),
        };
        let end = tokio::select! {
            biased;
            () = stop.cancelled() => End::Failed(Error::ShuttingDown),
            () = sleep_until(deadline) => End::MaxAge,
            () = gone.closed() => End::Gone,
            Err(end) = reader.follow() => end,
        };
        drop(place);
        reader.last_words(end)
    }
}

/// What of the watch moves.
struct Reader {
    door: Door,
    entry: Entry,
    permit: Permit,
    filter: Filter,
    /// Everything before it was sent.
    position: Position,
    /// The end of the feed as this watch found it.
    known: Position,
    bookmark_interval: Duration,
    pace: Pace,
    tail: watch::Receiver<Position>,
    out: mpsc::Sender<WatchEventsResponse>,
    /// When the last message was sent.
    said: Instant,
}

impl Reader {
    async fn follow(&mut self) -> std::result::Result<Infallible, End> {
        self.bookmark().await?;
        loop {
            self.known = self.known.max(*self.tail.borrow_and_update());
            if self.position < self.known {
                self.read_on().await?;
                continue;
            }
            tokio::select! {
                moved = self.tail.changed() => moved.map_err(|_| Error::ShuttingDown)?,
                () = sleep(self.pace.poll) => self.permit = self.permit_kept().await?,
                () = sleep_until(self.said + self.bookmark_interval) => self.bookmark().await?,
            }
        }
    }

    /// Sends one stretch. The grants are looked at between reading and sending: what was committed after they ended is not sent.
    async fn read_on(&mut self) -> std::result::Result<(), End> {
        let start = Start { after: self.position, horizon: self.known };
        let stretch = ops::read(&self.door.db, &self.permit, &self.filter, start, ROWS).await?;
        let permit = if stretch.items.is_empty() { self.permit_kept().await? } else { self.permit_anew().await? };
        if permit != self.permit {
            // Read again under what holds now.
            self.permit = permit;
            return Ok(());
        }
        for (told, row) in stretch.items {
            let position = row.position;
            self.send(wire::message(&self.door, told, row)).await?;
            self.position = position;
        }
        self.position = stretch.until;
        Ok(())
    }

    async fn permit_kept(&self) -> Result<Permit> {
        let identity = self.door.authenticator.identify(&self.entry.token, self.door.time.now()).await?;
        self.door.permit(&identity, &self.entry, None).await
    }

    async fn permit_anew(&self) -> Result<Permit> {
        let identity = self.door.authenticator.identify_anew(&self.entry.token, self.door.time.now()).await?;
        self.door.permit(&identity, &self.entry, None).await
    }

    async fn bookmark(&mut self) -> std::result::Result<(), End> {
        self.send(wire::bookmark(&self.door, self.position)).await
    }

    async fn send(&mut self, message: Message) -> std::result::Result<(), End> {
        let message = WatchEventsResponse { message: Some(message) };
        match timeout(self.pace.patience, self.out.send(message)).await {
            Ok(Ok(())) => {
                self.said = Instant::now();
                Ok(())
            }
            Ok(Err(_closed)) => Err(End::Gone),
            Err(_late) => Err(End::Failed(Error::SlowConsumer)),
        }
    }

    /// The message `ended` and the status behind it.
    fn last_words(self, end: End) -> Vec<Answer> {
        let (reason, error) = match end {
            End::Gone => return Vec::new(),
            End::MaxAge => (Some(Reason::MaxAge), None),
            End::Failed(error) => {
                let error = unavailable(error);
                // The reasons bear the names of the errors; where there is none, the status says it all.
                (Reason::from_str_name(&format!("REASON_{}", error.reason())), Some(error))
            }
        };
        let cursor = wire::cursor(&self.door, self.position);
        let ended = reason.map(|reason| Message::Ended(v1::WatchEnded { cursor, reason: reason.into() }));
        let ended = ended.map(|message| Ok(WatchEventsResponse { message: Some(message) }));
        ended.into_iter().chain(error.map(|error| Err(refusal(error, &self.entry)))).collect()
    }
}

/// To a watcher a database that is too busy is one that does not answer.
fn unavailable(error: Error) -> Error {
    match error {
        Error::Overloaded | Error::Contention | Error::DeadlineExceeded => {
            Error::DatabaseUnavailable { cause: format!("{} while watching", error.reason()) }
        }
        other => other,
    }
}
