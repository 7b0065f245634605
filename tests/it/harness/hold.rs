//! A writer that is kept busy: mutations wait, and whoever must be caught waiting is.

use std::sync::Arc;

use lianbang::{
    db::{Command, Tx},
    error::Result,
    server::Sources,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
};

use super::Stage;

/// Keeps the writer busy until it is released or dropped. PostgreSQL has one writer where `database.connections` is 2.
pub struct Hold {
    gate: Option<OwnedSemaphorePermit>,
    task: JoinHandle<()>,
}

struct Busy {
    begun: Arc<Semaphore>,
    gate: Arc<Semaphore>,
}

impl Command for Busy {
    type Answer = ();
    const NAME: &'static str = "test.busy";

    async fn run(&self, _: &Tx<'_>) -> Result<()> {
        self.begun.add_permits(1);
        drop(self.gate.acquire().await);
        Ok(())
    }
}

impl Stage {
    /// Takes the writer, for 5 seconds at most.
    pub async fn hold_writer(&self) -> Hold {
        let (begun, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(1)));
        let permit = gate.clone().try_acquire_owned().expect("permit");
        let door = &self.running.base().door;
        let call = Sources { time: door.time.clone(), ids: door.ids.clone() }.own_call();
        let (db, busy) = (door.db.clone(), Busy { begun: begun.clone(), gate });
        let task = tokio::spawn(async move { drop(db.write(&call, busy, |()| Vec::new()).await) });
        drop(begun.acquire().await);
        Hold { gate: Some(permit), task }
    }
}

impl Hold {
    /// Lets the writer go on.
    pub async fn release(mut self) {
        self.gate = None;
        self.task.await.expect("writer");
    }
}
