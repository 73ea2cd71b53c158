//! Where wishes for the window are left by whoever has one: a second start of the program, the
//! remote control, the tray, a notification. They wait there until a window takes them.

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::{Mutex, mpsc};

use super::notify::{About, Deed};
use super::uri::{Target, UriError};
use crate::model::id::CallId;
use crate::model::presence::Show;

/// Wishes that wait at once; more come from nobody who can see the window.
const WAITING: usize = 16;

/// What somebody outside wants of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To be in front.
    Raise,
    /// To be in front, and to show this.
    Open(Target),
    /// To go away when it is in front, else to be there.
    Toggle,
    /// Something with a call.
    OnCall(CallId, Act),
    /// What the person did with a notification.
    Noted(About, Deed),
    /// Our presence.
    Presence(Show),
    /// That the program ends.
    Quit,
}

/// What can be done with a call from outside of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Take it.
    Answer,
    /// Refuse it.
    Decline,
    /// End it.
    HangUp,
    /// Mute the microphone, or unmute it.
    Mute(bool),
}

/// Why a wish cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// It runs headless, or as a build without a window.
    #[error(
        "The Dovetail that runs with this profile has no window. End it first, or drive it with \
         “dovetail rpc”."
    )]
    NoWindow,
    /// The window does not take its wishes in.
    #[error("The window is busy and takes nothing more in. Try again in a moment.")]
    Busy,
    /// What is to be opened is no address, or none for here.
    #[error(transparent)]
    Uri(#[from] UriError),
}

/// The place itself. Cheap to clone; whoever has it may leave a wish, and one takes them.
#[derive(Debug, Clone)]
pub struct Desk {
    leave: mpsc::Sender<Wish>,
    take: Arc<Mutex<mpsc::Receiver<Wish>>>,
}

impl Default for Desk {
    fn default() -> Self {
        let (leave, take) = mpsc::channel(WAITING);
        Self { leave, take: Arc::new(Mutex::new(take)) }
    }
}

impl Desk {
    /// Leaves a wish. Never waits.
    ///
    /// # Errors
    /// When too many wait already.
    pub fn leave(&self, wish: Wish) -> Result<(), DeskError> {
        self.leave.try_send(wish).map_err(|_| DeskError::Busy)
    }

    /// Leaves one that must not be lost: waits for room.
    pub async fn leave_in_turn(&self, wish: Wish) {
        // The taker lives as long as this: there is nobody to tell of it.
        let _ = self.leave.send(wish).await;
    }

    /// The wishes, in order, for ever.
    pub fn wishes(&self) -> BoxStream<'static, Wish> {
        let next = |take: Arc<Mutex<mpsc::Receiver<Wish>>>| async move {
            let wish = take.lock().await.recv().await?;
            Some((wish, take))
        };
        stream::unfold(Arc::clone(&self.take), next).boxed()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use futures::FutureExt as _;
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn wishes_wait_for_the_window_and_are_not_without_end() {
        let desk = Desk::default();
        for _ in 0..WAITING {
            desk.leave(Wish::Raise).unwrap();
        }
        assert_eq!(desk.leave(Wish::Raise), Err(DeskError::Busy));
        let mut wishes = desk.wishes();
        // What must not be lost waits for room.
        let mut patient = Box::pin(desk.leave_in_turn(Wish::Toggle));
        assert_eq!((&mut patient).now_or_never(), None);
        assert_eq!(block_on(wishes.next()), Some(Wish::Raise));
        assert_eq!(patient.now_or_never(), Some(()));
        let left: Vec<Wish> = block_on(wishes.by_ref().take(WAITING).collect());
        assert_eq!(left.last(), Some(&Wish::Toggle));
        let open = Wish::Open(Target::read("tel:+13035551212").unwrap());
        desk.leave(open.clone()).unwrap();
        drop(wishes);
        // A window that is opened anew goes on where the last one stopped.
        assert_eq!(block_on(desk.wishes().next()), Some(open));
    }
}
