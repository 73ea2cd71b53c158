//! The window and the desktop's notifications: what there is to be told, and what the person does
//! with it there.

use iced::Task;

use super::{App, Message, Page, Wish};
use crate::core::command::{ChatCommand, Command};
use crate::desktop::desk::Act;
use crate::desktop::notify::{About, Deed, Looking};
use crate::gui::plain;
use crate::gui::screen::Action;
use crate::model::address::Aor;
use crate::model::party::Party;

impl App {
    /// The desktop shows notifications.
    pub fn has_notifications(&self) -> bool {
        self.desktop.notifications
    }

    /// Writes down what there is to be told now.
    pub(super) fn follow_notifications(&mut self) {
        let at = match &self.page {
            Page::Conversation(with) if self.conversations.at_end(with) => Some(with.clone()),
            _ => None,
        };
        let looking = Looking { in_front: self.is_in_front(), at };
        let set = &self.preferences.set().notifications;
        let now = self.clock.now;
        if let Some(wanted) = self.desktop.teller.follow(&self.snapshot, &looking, set, now) {
            self.setting.options.notifier.show(wanted);
        }
    }

    /// The person did something with a notification. What it was about may be over by then.
    pub(super) fn noted(&mut self, about: About, deed: Deed) -> Task<Message> {
        match (about, deed) {
            (About::Ringing(call), Deed::Answer) => self.on_call_outside(call, Act::Answer),
            (About::Ringing(call), Deed::Decline) => self.on_call_outside(call, Act::Decline),
            (About::Ringing(_), _) => self.show_main(),
            (About::Messages(with), Deed::Reply(body)) => self.replied(with, body),
            (About::Messages(with), _) => Task::batch([self.show_main(), self.open(with)]),
            (About::Missed(uri), Deed::CallBack) => {
                // A press on a notification is soon made: it is asked about always.
                let name = plain::line(uri.strip_prefix("sip:").unwrap_or(&uri));
                let asked = self.ask_outside(Wish { to: uri, name, account: None, linked: false });
                Task::batch([self.show_main(), asked])
            }
            (About::Missed(uri), _) => {
                let opened = match self.filed_under(&uri) {
                    Some(with) => self.open(with),
                    None => Task::none(),
                };
                Task::batch([self.show_main(), opened])
            }
        }
    }

    /// It goes out as from the window; what was answered was read.
    fn replied(&mut self, with: Party, body: String) -> Task<Message> {
        let sent = self.act(Action::Send { to: with.clone(), body });
        let read = self.act(Action::Run(Command::Chat(ChatCommand::Displayed { with })));
        Task::batch([sent, read])
    }

    /// The conversation where a call from an address stands.
    fn filed_under(&self, uri: &str) -> Option<Party> {
        let known = self.snapshot.calls.iter().find(|call| call.peer.uri == uri);
        let contact = known.and_then(|call| call.peer.contact()).map(Party::Jid);
        let has_call = |talk: &&std::sync::Arc<crate::model::message::Conversation>| {
            let calls = talk.entries.iter().rev().take(50).filter_map(|entry| entry.call.as_ref());
            calls.into_iter().any(|call| call.peer.uri == uri)
        };
        let filed = || self.snapshot.conversations.iter().find(has_call);
        contact
            .or_else(|| filed().map(|talk| talk.with.clone()))
            .or_else(|| Aor::parse(uri).ok().map(Party::Sip))
    }
}
