//! What the desktop around wants of the window: to come to the front, to show a conversation, to
//! ask whether to call somebody.

use std::hash::{Hash, Hasher};

use futures::StreamExt as _;
use iced::advanced::widget::operate;
use iced::advanced::widget::operation::focusable::unfocus;
use iced::{Subscription, Task};

use super::{App, Message as AppMessage, Origin, Wish};
use crate::core::command::{CallCommand, Command, CommandError};
use crate::core::snapshot::Snapshot;
use crate::desktop::desk::{Desk, Wish as Outside};
use crate::desktop::notify::{Notifier, Teller};
use crate::desktop::status::Status;
use crate::desktop::tray::{Face, Tray};
use crate::desktop::uri::Target;
use crate::gui::widget::card::Purpose;
use crate::gui::{GuiOptions, plain};
use crate::model::account::{AccountKind, AccountState};
use crate::model::party::Party;
use crate::model::presence::Show;

/// What comes from the desktop.
#[derive(Debug, Clone)]
pub enum Message {
    /// Another program, or a second start of this one, wants something.
    Wish(Outside),
    /// Whether there is a tray.
    Tray(bool),
    /// Whether the desktop shows notifications.
    Notifications(bool),
    /// There has been time enough for a tray to come up.
    TrayIsDue,
}

/// What is kept of it.
#[derive(Debug, Default)]
pub struct Desktop {
    /// A call that another program wants and that cannot be asked about yet: telephony is on its
    /// way. The newest counts.
    waiting: Option<Wish>,
    /// The desktop shows notifications.
    pub(super) notifications: bool,
    /// What was told there.
    pub(super) teller: Teller,
    /// There is a tray.
    pub(super) tray: bool,
    /// The window was closed and the program went on.
    pub(super) went_on: bool,
}

/// The desk as the identity of a subscription: there is one.
#[derive(Clone)]
struct Link(Desk, Tray, Notifier);

impl Hash for Link {
    fn hash<H: Hasher>(&self, state: &mut H) {
        "desk".hash(state);
    }
}

/// Everything from the desktop, while the window lives.
pub fn subscription(options: &GuiOptions) -> Subscription<Message> {
    let link = Link(options.desk.clone(), options.tray.clone(), options.notifier.clone());
    Subscription::run_with(link, |Link(desk, tray, notifier)| {
        let tray = tray.comes_and_goes().map(Message::Tray);
        let notifier = notifier.comes_and_goes().map(Message::Notifications);
        let there = futures::stream::select(tray, notifier);
        futures::stream::select(desk.wishes().map(Message::Wish), there)
    })
}

impl App {
    /// Tells the desktop what is so now.
    pub(super) fn post(&self) {
        let options = &self.setting.options;
        let media_keys = self.preferences.set().media_keys();
        let status = Status { media_keys, ..Status::of(&self.snapshot) };
        options.tray.show(Face::of(&status));
        options.board.show(status);
    }

    pub(super) fn in_desktop(&mut self, message: Message) -> Task<AppMessage> {
        match message {
            Message::Wish(wish) => self.wished(wish),
            Message::Tray(there) => self.tray_is(there),
            Message::Notifications(there) => {
                self.desktop.notifications = there;
                Task::none()
            }
            Message::TrayIsDue => self.tray_is_due(),
        }
    }

    fn wished(&mut self, wish: Outside) -> Task<AppMessage> {
        match wish {
            Outside::Raise => self.show_main(),
            Outside::Open(target) => {
                let shown = self.target(target);
                Task::batch([self.show_main(), shown])
            }
            Outside::Toggle => self.toggle_main(),
            Outside::OnCall(call, act) => self.on_call_outside(call, act),
            Outside::Noted(about, deed) => self.noted(about, deed),
            Outside::Presence(show) => self.be(show),
            Outside::Quit => self.quit(),
        }
    }

    fn target(&mut self, target: Target) -> Task<AppMessage> {
        match target {
            Target::Chat { with, draft } => {
                let with = Party::Jid(with);
                if let Some(draft) = draft {
                    self.conversations.propose(&with, &draft);
                }
                // Whoever types something else just now does not send these words with it.
                Task::batch([operate(unfocus()), self.show(with)])
            }
            Target::Call { to, shown } => {
                let wish = Wish { to, name: plain::line(&shown), account: None, linked: true };
                self.ask_outside(wish)
            }
        }
    }

    /// A call that somebody outside wants: it is asked about, always.
    pub(super) fn ask_outside(&mut self, wish: Wish) -> Task<AppMessage> {
        self.desktop.waiting = Some(wish);
        self.prepare_waiting()
    }

    /// Asks about the call that waits, once telephony can say what it costs, or that it cannot.
    pub(super) fn prepare_waiting(&mut self) -> Task<AppMessage> {
        // What is asked already is answered first.
        if !is_settled(&self.snapshot) || self.question.is_some() {
            return Task::none();
        }
        let Some(wish) = self.desktop.waiting.take() else { return Task::none() };
        let Wish { to, account, linked, .. } = wish.clone();
        let command = CallCommand::Prepare { to, account, linked };
        self.run(Command::Call(command), Origin::Prepare(wish))
    }

    /// The answer is a question always; what is none says why nothing can be called.
    pub(super) fn prepared(&mut self, wish: Wish, error: CommandError) -> Task<AppMessage> {
        if self.question.is_some() {
            self.desktop.waiting = Some(wish);
            return Task::none();
        }
        let Wish { to, name, account, linked } = wish;
        let asked = self.ask(Purpose::Call { to, account, linked }, name, error);
        asked.unwrap_or_else(|error| {
            self.fail(&error);
            Task::none()
        })
    }
}

/// Whether telephony has come to an end of connecting, with success or without.
fn is_settled(snapshot: &Snapshot) -> bool {
    if snapshot.accounts.is_empty() {
        return false;
    }
    let phones = snapshot.accounts.iter().filter(|account| account.kind == AccountKind::Sip);
    let is_on_its_way = |state| match state {
        AccountState::Connecting => true,
        AccountState::Offline => snapshot.presence != Show::Offline,
        AccountState::Online | AccountState::Failed | AccountState::Disabled => false,
    };
    phones.clone().any(|phone| phone.state == AccountState::Online)
        || !phones.clone().any(|phone| is_on_its_way(phone.state))
}
