//! One task that owns the core and every handle: pumps events in, carries outputs out.
//! A face holds a [`Handle`]; [`Hub`] is the running task.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::core::command::{Command, CommandError, Reply};
use crate::core::event::Event;
use crate::core::snapshot::Snapshot;
use crate::media::meter::{Levels, Meter};

mod actors;
mod cards;
mod devices;
pub mod keep;
mod pump;
mod rest;
#[cfg(test)]
mod tests;
mod trace;

pub use pump::Hub;

/// A face's way to the hub. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: mpsc::Sender<Request>,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    events: broadcast::Sender<Arc<Event>>,
    meter: Arc<Meter>,
}

/// A command with the place for its answer.
#[derive(Debug)]
pub struct Request {
    /// What is asked.
    pub command: Command,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Result<Reply, CommandError>>,
}

impl Handle {
    /// Carries out a command. Never waits for room in a queue.
    ///
    /// # Errors
    /// The command's own; `Internal` when the hub is gone or has no room.
    pub async fn run(&self, command: Command) -> Result<Reply, CommandError> {
        let (reply, answer) = oneshot::channel();
        self.commands.try_send(Request { command, reply }).map_err(|error| {
            CommandError::Internal(match error {
                mpsc::error::TrySendError::Full(_) => "too much at once".to_owned(),
                mpsc::error::TrySendError::Closed(_) => "shutting down".to_owned(),
            })
        })?;
        answer.await.unwrap_or_else(|_| Err(CommandError::Internal("shutting down".to_owned())))
    }

    /// The state to show, and its changes.
    pub fn snapshot(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshot.clone()
    }

    /// Every event from now on, in order.
    pub fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    /// How loud the call is that has the sound, since this was last asked.
    pub fn levels(&self) -> Levels {
        self.meter.take()
    }

    /// What the calls' sessions raise for [`Handle::levels`].
    pub fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    /// A handle with its other ends, for a hub or for the test of a face.
    pub fn with_ends(
        snapshot: watch::Receiver<Arc<Snapshot>>,
        events: broadcast::Sender<Arc<Event>>,
    ) -> (Self, mpsc::Receiver<Request>) {
        let (commands, requests) = mpsc::channel(256);
        (Self { commands, snapshot, events, meter: Arc::default() }, requests)
    }
}
