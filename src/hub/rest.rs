//! What long work needed is given back to the system when it is done: the allocator keeps it
//! otherwise, for as long as anything small lies above it. Reading a thousand contacts' cards
//! while their servers ask what we can leaves seventeen of twenty MiB unused.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::core::snapshot::Snapshot;

/// How long after the last work: what servers have not acknowledged yet is kept until they do.
const AFTER: Duration = Duration::from_secs(5);

/// Gives memory back whenever all work has been done for a while; ends with the hub.
pub(super) async fn follow(snapshots: watch::Receiver<Arc<Snapshot>>) {
    after_work(snapshots, || sleep(AFTER), give_back).await;
}

/// Calls `give_back` when all work is done and none began during a `pause`.
async fn after_work<Pause: Future<Output = ()>>(
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    pause: impl Fn() -> Pause,
    give_back: impl Fn() + Clone + Send + 'static,
) {
    loop {
        if snapshots.wait_for(|shown| !shown.work.is_empty()).await.is_err() {
            return;
        }
        loop {
            if snapshots.wait_for(|shown| shown.work.is_empty()).await.is_err() {
                return;
            }
            tokio::select! {
                more = snapshots.wait_for(|shown| !shown.work.is_empty()) => {
                    if more.is_err() {
                        return;
                    }
                }
                () = pause() => break,
            }
        }
        // It takes a few milliseconds, and other threads wait that need memory.
        let _ = tokio::task::spawn_blocking(give_back.clone()).await;
    }
}

/// Gives unused memory back, where the allocator has to be told.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn give_back() {
    // SAFETY: it takes no pointer, frees nothing that is in use, and any thread may call it at any
    // time (`malloc_trim(3)`).
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::sync::{mpsc, oneshot};

    use super::*;
    use crate::model::id::WorkId;
    use crate::model::work::{Work, WorkKind};

    fn shown(works: bool) -> Arc<Snapshot> {
        let work = Work {
            id: WorkId::new("cards"),
            kind: WorkKind::ContactCards,
            account: None,
            done: 0,
            total: None,
            can_cancel: true,
        };
        Arc::new(Snapshot {
            work: works.then_some(work).into_iter().collect(),
            ..Snapshot::default()
        })
    }

    #[tokio::test]
    async fn memory_is_given_back_once_after_all_work() {
        let (snapshots, seen) = watch::channel(shown(false));
        let (begun, mut pauses) = mpsc::unbounded_channel();
        let (given, mut gifts) = mpsc::unbounded_channel();
        // Each pause ends when the test says so.
        let pause = move || {
            let (end, ended) = oneshot::channel::<()>();
            begun.send(end).unwrap();
            async { drop(ended.await) }
        };
        let task = tokio::spawn(after_work(seen, pause, move || given.send(()).unwrap()));
        snapshots.send_replace(shown(true));
        tokio::task::yield_now().await;
        snapshots.send_replace(shown(false));
        let mut short = pauses.recv().await.unwrap();
        // More comes: that pause is over, and another begins after it.
        snapshots.send_replace(shown(true));
        short.closed().await;
        assert!(gifts.try_recv().is_err(), "it was done only for a moment");
        snapshots.send_replace(shown(false));
        pauses.recv().await.unwrap().send(()).unwrap();
        gifts.recv().await.unwrap();
        drop(snapshots);
        task.await.unwrap();
        assert!(gifts.recv().await.is_none(), "once");
    }

    #[test]
    fn the_allocator_can_be_told() {
        let before = vec![1_u8; 1 << 20];
        give_back();
        assert!(before.iter().all(|octet| *octet == 1));
    }
}
