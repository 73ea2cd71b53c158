//! What the keys of a headset, or a keyboard's for media, do with calls. They answer a call that
//! rings, mute and hang up; they never begin one and never say yes to what it costs.

use std::hash::{Hash, Hasher};

use iced::{Subscription, Task};

use super::calls::{GRACE, has_passed};
use super::{App, Message};
use crate::desktop::desk::Desk;
use crate::desktop::media_keys::Key;
use crate::desktop::status::Board;
use crate::gui::screen::calls;
use crate::gui::widget::{call_bar, card};
use crate::model::call::{Call, CallState};
use crate::model::id::CallId;
use crate::model::time::Timestamp;

/// What is kept for them.
#[derive(Debug, Default)]
pub(super) struct MediaKeys {
    /// The call that they answer, and since when: a key on its way to another call, or to what
    /// plays music, must not take it.
    rings: Option<(CallId, Timestamp)>,
}

/// Board and desk as the identity of a subscription: there is one.
#[derive(Clone)]
struct Link(Board, Desk);

impl Hash for Link {
    fn hash<H: Hasher>(&self, state: &mut H) {
        "media keys".hash(state);
    }
}

/// The keys that the desktop hands on, while the window lives.
pub(super) fn subscription(board: &Board, desk: &Desk) -> Subscription<Key> {
    Subscription::run_with(Link(board.clone(), desk.clone()), keys)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn keys(Link(board, desk): &Link) -> futures::stream::BoxStream<'static, Key> {
    use crate::desktop::media_keys::{BusAddress, keys};
    keys(BusAddress::Session, board, desk.clone())
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn keys(_: &Link) -> futures::stream::Empty<Key> {
    futures::stream::empty()
}

impl App {
    /// The calls have changed.
    pub(super) fn follow_media_keys(&mut self) {
        let rings = self.incoming().find(|call| !call.quiet).map(|call| &call.id);
        let known = self.media_keys.rings.as_ref().map(|(call, _)| call);
        if rings != known {
            self.media_keys.rings = rings.cloned().map(|call| (call, self.clock.now));
        }
    }

    pub(super) fn media_key(&mut self, key: Key) -> Task<Message> {
        if !self.preferences.set().media_keys() {
            return Task::none();
        }
        if let Some((call, since)) = self.media_keys.rings.clone() {
            let act = match key {
                Key::PlayPause | Key::Play => card::Act::Answer,
                Key::Stop => card::Act::Decline,
                Key::Pause => return Task::none(),
            };
            return match has_passed(GRACE, since, self.clock.now) {
                true => self.on_card(call, act),
                false => Task::none(),
            };
        }
        match self.on_headset(key) {
            Some((call, act)) => self.in_calls(calls::Message::Bar(call, act)),
            None => Task::none(),
        }
    }

    /// What a key does with the call that is heard, else with the one in front.
    fn on_headset(&self, key: Key) -> Option<(CallId, call_bar::Act)> {
        let calls = &self.snapshot.calls;
        let heard = calls.iter().find(|call| call.state == CallState::Active);
        let goes_on = |call: &&Call| !matches!(call.state, CallState::Incoming | CallState::Ended);
        let call = heard.or_else(|| self.calls.front(calls).filter(goes_on))?;
        let act = match key {
            Key::Stop => call_bar::Act::HangUp,
            // Nothing is heard of it anyway.
            _ if call.state == CallState::Held => return None,
            Key::PlayPause => call_bar::Act::Mute(!call.muted),
            Key::Pause if !call.muted => call_bar::Act::Mute(true),
            Key::Play if call.muted => call_bar::Act::Mute(false),
            Key::Play | Key::Pause => return None,
        };
        Some((call.id.clone(), act))
    }
}
