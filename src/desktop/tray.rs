//! The tray of the desktop (StatusNotifierItem): what the icon shows, and whether there is a tray
//! that shows it. A session's tray may come up after its programs, go, and come again.

mod face;
#[cfg(all(unix, not(target_os = "macos")))]
mod item;
#[cfg(all(unix, not(target_os = "macos")))]
mod pixels;

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::watch;

pub use face::{Entry, Face, Mark};

/// The window's end of the tray. Cheap to clone; without anybody at the other end there is none.
#[derive(Debug, Clone)]
pub struct Tray(Arc<Ends>);

#[derive(Debug)]
struct Ends {
    face: watch::Sender<Face>,
    there: watch::Sender<bool>,
}

impl Default for Tray {
    fn default() -> Self {
        let (face, there) = (watch::Sender::new(Face::default()), watch::Sender::new(false));
        Self(Arc::new(Ends { face, there }))
    }
}

impl Tray {
    /// What the icon is to show from now on.
    pub fn show(&self, face: Face) {
        let _ = self.0.face.send_if_modified(|shown| {
            let changed = *shown != face;
            *shown = face;
            changed
        });
    }

    /// What it is to show now.
    pub fn face(&self) -> Face {
        self.0.face.borrow().clone()
    }

    /// Whether there is a tray, now and whenever that changes, for ever.
    pub fn comes_and_goes(&self) -> BoxStream<'static, bool> {
        let there = self.0.there.subscribe();
        let next = |(mut there, first): (watch::Receiver<bool>, bool)| async move {
            if !first {
                there.changed().await.ok()?;
            }
            let now = *there.borrow_and_update();
            Some((now, (there, false)))
        };
        stream::unfold((there, true), next).boxed()
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
pub use item::run;

/// Nothing: this platform's tray is another one.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub async fn run(_: Tray, _: super::desk::Desk, _: tokio_util::sync::CancellationToken) {}
