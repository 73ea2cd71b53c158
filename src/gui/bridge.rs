//! Between the window and the hub: the newest snapshot and every event in, commands out.
//! The hub never waits for the window: a slow window skips snapshots and old events.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};
use iced::{Subscription, Task};
use tokio::sync::{broadcast, watch};

use crate::core::command::{Command, CommandError, Reply};
use crate::core::event::Event;
use crate::core::snapshot::Snapshot;
use crate::hub::Handle;

/// What comes from the hub.
#[derive(Debug, Clone)]
pub enum FromHub {
    /// The state changed.
    Snapshot(Arc<Snapshot>),
    /// Something happened.
    Event(Arc<Event>),
    /// The hub has ended; nothing comes any more.
    Gone,
}

/// The handle as the identity of a subscription: there is one hub.
#[derive(Clone)]
struct Link(Handle);

impl Hash for Link {
    fn hash<H: Hasher>(&self, state: &mut H) {
        "hub".hash(state);
    }
}

/// Everything from the hub, while the window lives.
pub fn subscription(handle: &Handle) -> Subscription<FromHub> {
    Subscription::run_with(Link(handle.clone()), |link| stream(&link.0))
}

/// The snapshots (the newest only) and the events, until the hub is gone.
pub fn stream(handle: &Handle) -> BoxStream<'static, FromHub> {
    let snapshots = stream::unfold(Some(handle.snapshot()), next_snapshot);
    let events = stream::unfold(handle.events(), next_event);
    // The handle itself keeps the event channel open: only the snapshots tell of the end.
    stream::select(snapshots.map(Some).chain(stream::once(async { None })), events.map(Some))
        .take_while(|item| std::future::ready(item.is_some()))
        .filter_map(std::future::ready)
        .chain(stream::once(async { FromHub::Gone }))
        .boxed()
}

type Snapshots = watch::Receiver<Arc<Snapshot>>;

async fn next_snapshot(receiver: Option<Snapshots>) -> Option<(FromHub, Option<Snapshots>)> {
    let mut receiver = receiver?;
    receiver.changed().await.ok()?;
    let snapshot = Arc::clone(&receiver.borrow_and_update());
    Some((FromHub::Snapshot(snapshot), Some(receiver)))
}

type Events = broadcast::Receiver<Arc<Event>>;

async fn next_event(mut receiver: Events) -> Option<(FromHub, Events)> {
    loop {
        match receiver.recv().await {
            Ok(event) => return Some((FromHub::Event(event), receiver)),
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                tracing::debug!(missed, "the window was too slow for some events");
            }
            Err(broadcast::error::RecvError::Closed) => return None,
        }
    }
}

/// Carries out a command; its answer becomes a message.
pub fn run<M: Send + 'static>(
    handle: &Handle,
    command: Command,
    done: impl FnOnce(Result<Reply, CommandError>) -> M + Send + 'static,
) -> Task<M> {
    let handle = handle.clone();
    Task::perform(async move { handle.run(command).await }, done)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::core::event::NoticeLevel;
    use futures::executor::block_on;

    #[test]
    fn the_newest_snapshot_and_every_event_arrive_until_the_hub_is_gone() {
        let (snapshots, receiver) = watch::channel(Arc::new(Snapshot::default()));
        let (events, _) = broadcast::channel(4);
        let (handle, _requests) = Handle::with_ends(receiver, events.clone());
        let mut stream = stream(&handle);
        for name in ["skipped", "alice"] {
            let me = name.to_owned();
            snapshots.send(Arc::new(Snapshot { me, ..Snapshot::default() })).unwrap();
        }
        let first = block_on(stream.next());
        assert!(matches!(first, Some(FromHub::Snapshot(snapshot)) if snapshot.me == "alice"));

        let text = "hello".to_owned();
        let _ = events.send(Arc::new(Event::Notice { level: NoticeLevel::Info, text })).unwrap();
        assert!(matches!(block_on(stream.next()), Some(FromHub::Event(_))));

        drop(snapshots);
        assert!(matches!(block_on(stream.next()), Some(FromHub::Gone)));
        assert!(block_on(stream.next()).is_none());
    }
}
