//! The end of the feed, watched for all watchers by one task: it looks after each commit of this process, and now and then for what
//! other replicas committed.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{cursor::Position, store};
use crate::db::Db;

/// Commits within this time are told together.
const BREATH: Duration = Duration::from_millis(5);

/// Tells where the settled part of the feed ends.
#[derive(Debug, Clone)]
pub struct Tail(Arc<watch::Sender<Position>>);

impl Tail {
    /// Follows the feed until stopped, looking at least each `poll` while somebody listens.
    pub fn follow(db: Db, poll: Duration, stop: CancellationToken) -> Self {
        let sender = Arc::new(watch::Sender::new(Position::default()));
        let told = sender.clone();
        tokio::spawn(stop.run_until_cancelled_owned(async move {
            let mut commits = db.commits();
            loop {
                tokio::select! {
                    _ = commits.changed() => {}
                    () = tokio::time::sleep(poll) => {}
                }
                if told.is_closed() {
                    continue;
                }
                match store::horizon(&db).await {
                    Ok(horizon) => {
                        told.send_if_modified(|known| {
                            let moved = *known < horizon;
                            *known = horizon.max(*known);
                            moved
                        });
                    }
                    // Watchers find out by themselves when they read.
                    Err(error) => {
                        tracing::warn!(reason = error.reason(), cause = error.cause(), "looking at the feed's end")
                    }
                }
                tokio::time::sleep(BREATH).await;
            }
        }));
        Self(sender)
    }

    /// The end as it moves. It may be behind what a read of one's own finds.
    pub fn listen(&self) -> watch::Receiver<Position> {
        self.0.subscribe()
    }
}
