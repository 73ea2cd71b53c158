//! What the desktop shows of the program's state: in the tray, to keys for media, to whatever puts
//! the machine to sleep. Reading it out of a snapshot is pure; [`Board`] is where it stands.

use std::sync::Arc;

use tokio::sync::watch;

use crate::core::snapshot::Snapshot;
use crate::gui::plain;
use crate::lang::{self, Language};
use crate::model::account::Overall;
use crate::model::call::{Call, CallState};
use crate::model::id::CallId;
use crate::model::presence::Show;

/// The most calls that are shown.
pub const CALLS: usize = 4;
/// The most characters of a name: panels cut where they like, or not at all.
const NAME: usize = 60;

/// The state, as far as the desktop shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The language of the window.
    pub language: Language,
    /// Messages not yet looked at.
    pub unread: u32,
    /// The presence that the user set.
    pub presence: Show,
    /// There is an account at all.
    pub has_account: bool,
    /// All accounts in one word.
    pub overall: Overall,
    /// The calls that are not over, those that ring first; at most [`CALLS`].
    pub calls: Vec<OnCall>,
    /// Some call, shown or not, was answered and is not over: the machine is to stay awake.
    pub talks: bool,
    /// Keys for media are wanted for calls.
    pub media_keys: bool,
}

/// A call that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Which.
    pub id: CallId,
    /// With whom, as the window shows it: a name on proof only. One line without controls.
    pub with: String,
    /// Where it stands.
    pub phase: Phase,
    /// The microphone is muted.
    pub muted: bool,
    /// It was answered: somebody can be heard, or will be.
    pub answered: bool,
}

/// Where a call stands. The first is what the desktop shows first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It rings here.
    Rings,
    /// It is talked on.
    On,
    /// It is on its way to the other side.
    Out,
    /// One side holds it.
    Rests,
    /// It would ring, but whoever calls is a stranger: it is shown and makes no sound.
    Quiet,
}

impl Default for Status {
    fn default() -> Self {
        Self::of(&Snapshot::default())
    }
}

impl Status {
    /// What is so now, in the language of this thread.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut calls: Vec<OnCall> = snapshot.calls.iter().filter_map(OnCall::of).collect();
        let talks = calls.iter().any(|call| call.answered);
        // What began first stays first.
        calls.sort_by_key(|call| call.phase);
        calls.truncate(CALLS);
        Self {
            language: lang::spoken(),
            unread: snapshot.conversations.iter().fold(0, |sum, c| sum.saturating_add(c.unread)),
            presence: snapshot.presence,
            has_account: !snapshot.accounts.is_empty(),
            overall: snapshot.overall,
            calls,
            talks,
            media_keys: true,
        }
    }

    /// The call that matters most: one that rings, else the one that is talked on.
    pub fn call(&self) -> Option<&OnCall> {
        self.calls.first()
    }
}

impl OnCall {
    fn of(call: &Call) -> Option<Self> {
        let phase = match call.state {
            CallState::Ended => return None,
            CallState::Incoming if call.quiet => Phase::Quiet,
            CallState::Incoming => Phase::Rings,
            CallState::Active => Phase::On,
            CallState::Dialing | CallState::Ringing => Phase::Out,
            CallState::Held | CallState::HeldByPeer => Phase::Rests,
        };
        Some(Self {
            id: call.id.clone(),
            with: short(&plain::line(&call.peer.display)),
            phase,
            muted: call.muted,
            answered: call.answered.is_some(),
        })
    }

    /// It can be answered or declined.
    pub fn comes_in(&self) -> bool {
        matches!(self.phase, Phase::Rings | Phase::Quiet)
    }
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let kept: String = name.chars().take(NAME).collect();
    format!("{kept}…")
}

/// Where the window writes what is so, for all that shows it outside. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Board(Arc<watch::Sender<Status>>);

impl Default for Board {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Status::default())))
    }
}

impl Board {
    /// Writes what is so; nobody is woken when nothing changed.
    pub fn show(&self, status: Status) {
        let _ = self.0.send_if_modified(|known| {
            let changed = *known != status;
            *known = status;
            changed
        });
    }

    /// What stands there, from now on.
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn short_of(text: &str) -> String {
        short(&plain::line(text))
    }

    #[test]
    fn a_name_of_the_network_is_short_and_turns_nothing() {
        assert_eq!(short_of("Bob"), "Bob");
        assert_eq!(short_of("Eve\u{202E}\nrewsnA"), "Eve rewsnA");
        assert_eq!(short_of(&"x".repeat(500)).chars().count(), NAME + 1);
    }

    #[test]
    fn the_board_wakes_nobody_for_nothing() {
        let board = Board::default();
        let watch = board.watch();
        board.show(Status::default());
        assert!(!watch.has_changed().unwrap());
        board.show(Status { unread: 1, ..Status::default() });
        assert!(watch.has_changed().unwrap());
        assert_eq!(watch.borrow().unread, 1);
    }
}
