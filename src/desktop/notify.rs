//! Notifications: what is told outside of the window. `decide` says which there are to be (pure),
//! `words` what they say, `pace` how often, `bus` carries them to the desktop and the answers back.
//!
//! The window writes down which notifications there are to be now, and never waits; whoever is at
//! the other end makes the desktop show just those.

#[cfg(all(feature = "gui", unix, not(target_os = "macos")))]
mod bus;
#[cfg(feature = "gui")]
mod decide;
#[cfg(feature = "gui")]
mod pace;
#[cfg(feature = "gui")]
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::watch;

use crate::model::id::CallId;
use crate::model::party::Party;

#[cfg(feature = "gui")]
pub use decide::{Looking, Teller};

/// The most characters of a reply.
pub const MAX_REPLY: usize = 10_000;

/// What a notification is about; there is one of each. What rings comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// A call that rings.
    Ringing(CallId),
    /// Missed calls from an address.
    Missed(String),
    /// Messages of somebody.
    Messages(Party),
}

/// What the person did with a notification.
#[derive(Clone, PartialEq, Eq)]
pub enum Deed {
    /// Clicked on it: wants to see what it is about.
    Open,
    /// Wrote back in place.
    Reply(String),
    /// Wants to write back.
    Write,
    /// Takes the call.
    Answer,
    /// Refuses it.
    Decline,
    /// Wants to call back.
    CallBack,
}

/// A reply is private.
impl fmt::Debug for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Reply(_) => "Reply",
            Self::Write => "Write",
            Self::Answer => "Answer",
            Self::Decline => "Decline",
            Self::CallBack => "CallBack",
        })
    }
}

/// What a button of a notification does, or the notification itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// [`Deed::Open`].
    Open,
    /// [`Deed::Reply`] where the desktop takes words, else [`Deed::Write`].
    Reply,
    /// [`Deed::Answer`].
    Answer,
    /// [`Deed::Decline`].
    Decline,
    /// [`Deed::CallBack`].
    CallBack,
}

/// A notification.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// Which edition of it: a later one takes its place.
    pub edition: u64,
    /// Its heading: from whom.
    pub title: String,
    /// What there is to say.
    pub body: String,
    /// What can be done at once, with its words.
    pub offers: Vec<(Offer, &'static str)>,
}

/// Its words are private.
impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Note").field("edition", &self.edition).finish_non_exhaustive()
    }
}

/// All notifications that there are to be.
pub type Wanted = BTreeMap<About, Arc<Note>>;

/// The window's end. Cheap to clone; without anybody at the other one nothing is shown.
#[derive(Debug, Clone)]
pub struct Notifier(Arc<Ends>);

#[derive(Debug)]
struct Ends {
    wanted: watch::Sender<Wanted>,
    there: watch::Sender<bool>,
}

impl Default for Notifier {
    fn default() -> Self {
        let (wanted, there) = (watch::Sender::new(Wanted::new()), watch::Sender::new(false));
        Self(Arc::new(Ends { wanted, there }))
    }
}

impl Notifier {
    /// These are to be there from now on, and no others.
    pub fn show(&self, wanted: Wanted) {
        let _ = self.0.wanted.send_if_modified(|known| {
            let changed = *known != wanted;
            *known = wanted;
            changed
        });
    }

    /// Those that are to be there.
    pub fn wanted(&self) -> Wanted {
        self.0.wanted.borrow().clone()
    }

    /// Whether the desktop shows notifications, now and whenever that changes, for ever.
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

#[cfg(all(feature = "gui", unix, not(target_os = "macos")))]
pub use bus::run;

/// Nothing: this platform's notifications are others.
#[cfg(not(all(feature = "gui", unix, not(target_os = "macos"))))]
pub async fn run(
    _: Notifier,
    _: super::desk::Desk,
    _: Option<String>,
    _: tokio_util::sync::CancellationToken,
) {
}
