//! The window's state and what changes it. One message is one method; effects (commands,
//! focus, timers) are started here and nowhere else.

mod calls;
pub mod desktop;
mod files;
mod keys;
mod media_keys;
mod message;
mod notify;
pub mod over;
pub mod pages;
mod photos;
mod place;
mod preferences;
pub mod shortcuts;
mod standing;
mod tray;
mod watch;
mod windows;
mod work;

use std::sync::Arc;
use std::time::Duration;

use iced::advanced::widget::operate;
use iced::advanced::widget::operation::focusable::unfocus;
use iced::widget::operation;
use iced::widget::scrollable::AbsoluteOffset;
use iced::{Element, Size, Subscription, Task, Theme, event, system};
pub use keys::{Door, Keystroke, Shortcut, Step, Way};
pub use message::{Message, Notice, Origin, Page, Setting, Wish};
pub use windows::{Happened, Look};

use super::bridge::{self, FromHub};
use super::plain;
use super::preferences::Kept;
use super::screen::calls as screen_calls;
use super::screen::conversation::{self, Conversations};
use super::screen::rules::{self, Rules};
use super::screen::sidebar::{self, Sidebar};
use super::screen::{Action, Shared, protection};
use super::theme::{Mode, measure};
use super::widget::card::{Incoming, Question};
use super::widget::progress::Progress;
use super::words::Clock;
use crate::core::command::{ChatCommand, Command, CommandError, Reply, TelephonyCommand};
use crate::core::event::NoticeLevel;
use crate::core::snapshot::Snapshot;
use crate::hub::Handle;
use crate::lang::Hours;
use crate::model::account::AccountState;
use crate::model::call::{Ask, Call, CallState};
use crate::model::id::CallId;
use crate::model::party::Party;
use crate::model::time::Timestamp;

/// The window's state.
#[derive(Debug)]
pub struct App {
    link: Handle,
    setting: Setting,
    pub(super) snapshot: Arc<Snapshot>,
    clock: Clock,
    size: Size,
    windows: windows::Windows,
    mode: Mode,
    system: iced::theme::Mode,
    pub(super) preferences: Kept,
    pub(super) page: Page,
    pub(super) sidebar: Sidebar,
    pub(super) conversations: Conversations,
    pub(super) calls: screen_calls::Calls,
    pub(super) rules: Rules,
    pub(super) protection: protection::Protection,
    pub(super) pages: pages::Pages,
    pub(super) card: Option<(CallId, Incoming)>,
    pub(super) question: Option<Question>,
    asked: calls::Asked,
    /// Nothing is to move that need not.
    pub(super) over: Option<over::Over>,
    pub(super) notice: Option<Notice>,
    pub(super) progress: Progress,
    seen: Option<(Party, String)>,
    desktop: desktop::Desktop,
    media_keys: media_keys::MediaKeys,
}

impl App {
    /// The window as it opens, and its first effects.
    pub fn new(link: Handle, setting: Setting) -> (Self, Task<Message>) {
        let now = (setting.clock)();
        let snapshot = Arc::clone(&link.snapshot().borrow());
        let clock = Clock { now, sampled: now, zone: setting.zone, hours: Hours::default() };
        let preferences = setting.options.preferences.clone();
        let place = setting.options.place.clone();
        let factor = preferences.set().scale.factor();
        let (windows, opened) = windows::Windows::open(place, factor, setting.options.in_tray);
        let mut app = Self {
            mode: setting.forced.unwrap_or_default(),
            pages: pages::Pages::new(setting.options.example.clone()),
            link,
            setting,
            system: iced::theme::Mode::None,
            preferences,
            snapshot,
            clock,
            size: windows.size(factor),
            windows,
            page: Page::Welcome,
            sidebar: Sidebar::default(),
            conversations: Conversations::default(),
            calls: screen_calls::Calls::default(),
            rules: Rules::default(),
            protection: protection::Protection::default(),
            card: None,
            question: None,
            asked: calls::Asked::default(),
            over: None,
            notice: None,
            progress: Progress::default(),
            seen: None,
            desktop: desktop::Desktop::default(),
            media_keys: media_keys::MediaKeys::default(),
        };
        app.begin_preferences();
        app.post();
        app.follow_media_keys();
        app.follow_standing();
        let theme = system::theme().map(Message::SystemTheme);
        let shown = app.begin_in_tray();
        let opened = opened.chain(app.ready_to_type());
        (app, Task::batch([opened, theme, shown]))
    }

    /// The window's theme.
    pub fn theme(&self) -> Theme {
        self.mode.theme()
    }

    /// The main window's view.
    pub fn view(&self) -> Element<'_, Message> {
        super::view::main(self)
    }

    /// What the window listens to.
    pub fn subscription(&self) -> Subscription<Message> {
        let mut all = vec![
            bridge::subscription(&self.link).map(Message::Hub),
            desktop::subscription(&self.setting.options).map(Message::Desktop),
            media_keys::subscription(&self.setting.options.board, &self.setting.options.desk)
                .map(Message::MediaKey),
            event::listen_with(windows::listen),
            system::theme_changes().map(Message::SystemTheme),
        ];
        if self.has_window() && self.counts() {
            let second = iced::time::every(Duration::from_secs(1));
            all.push(second.map(|_| Message::Tick(super::read_clock())));
        }
        if let Some(every) = self.looks_at_levels() {
            all.push(iced::time::every(every).map(|_| Message::Levels));
        }
        Subscription::batch(all)
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        let tries = self.tries_sound();
        let task = self.take_in(message);
        self.follow_standing();
        self.follow_notifications();
        if tries && !self.tries_sound() {
            return Task::batch([task, self.stop_trying()]);
        }
        task
    }

    fn take_in(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Hub(from) => self.hub(from),
            Message::Sidebar(message) => self.in_sidebar(message),
            Message::Conversation(message) => self.in_conversation(message),
            Message::Protection(message) => {
                let action = self.protection.update(message);
                self.act(action)
            }
            Message::Rules(message) => self.in_rules(message),
            Message::Pages(message) => self.in_pages(message),
            Message::Calls(message) => self.press_calls(message),
            Message::Card(call, act) => self.press_card(call, act),
            Message::Question(answer) => self.press_question(answer),
            Message::Progress(message) => self.in_progress(message),
            Message::DismissNotice => self.dismiss(),
            Message::Done(origin, result) => self.done(origin, result),
            Message::MediaKey(key) => {
                self.clock.now = self.read_clock();
                self.media_key(key)
            }
            Message::Levels => self.hear(),
            Message::Over(message) => self.in_over(message),
            Message::Tick(now) => self.tick(now),
            Message::Window(id, at, happened) => self.in_window(id, at, happened),
            Message::SystemTheme(mode) => self.system_theme(mode),
            Message::Desktop(message) => self.in_desktop(message),
            Message::Photo(name, round) => self.photo(name, round),
        }
    }

    /// What screens are lent.
    pub(super) fn shared(&self) -> Shared<'_> {
        self.lent(&self.snapshot)
    }

    /// The same, while a screen's own state changes.
    fn lent<'a>(&self, snapshot: &'a Snapshot) -> Shared<'a> {
        let narrow = self.narrow();
        let panel = if narrow { 0.0 } else { measure::PANEL };
        let width = self.size.width - panel;
        Shared { snapshot, clock: self.clock, narrow, mode: self.mode, width }
    }

    /// There is room for one column only.
    pub(super) fn narrow(&self) -> bool {
        self.size.width < measure::NARROW
    }

    /// The calls that ring here.
    pub(super) fn incoming(&self) -> impl Iterator<Item = &Call> {
        self.snapshot.calls.iter().filter(|call| call.state == CallState::Incoming)
    }

    /// The call that has been ringing here for longest; one that rings before one that is
    /// only shown.
    fn ringing(&self) -> Option<CallId> {
        self.incoming().min_by_key(|call| call.quiet).map(|call| call.id.clone())
    }

    /// The first call whose other side wants something.
    fn asking(&self) -> Option<CallId> {
        self.asks().next().map(|(call, _)| call.id.clone())
    }

    /// What other sides want, with the calls.
    pub(super) fn asks(&self) -> impl Iterator<Item = (&Call, &Ask)> {
        let calls = self.snapshot.calls.iter().filter(|call| call.state != CallState::Ended);
        calls.filter_map(|call| call.ask.as_ref().map(|ask| (call, ask)))
    }

    /// Something on the screen counts seconds.
    fn counts(&self) -> bool {
        let talking = |call: &Call| call.answered.is_some() && call.state != CallState::Ended;
        self.snapshot.calls.iter().any(talking)
            || self
                .snapshot
                .accounts
                .iter()
                .any(|account| account.retry_in.is_some() && account.state != AccountState::Online)
    }

    fn hub(&mut self, from: FromHub) -> Task<Message> {
        match from {
            FromHub::Snapshot(snapshot) => {
                self.snapshot = snapshot;
                self.clock.now = self.read_clock();
                self.clock.sampled = self.clock.now;
                self.after_snapshot()
            }
            FromHub::Event(event) => {
                match event.as_ref() {
                    crate::core::event::Event::Notice { level, text } => {
                        self.notice = Some(Notice { level: *level, text: plain::told(text) });
                    }
                    crate::core::event::Event::HistoryDeleted { with, before, .. } => {
                        self.conversations.forget(with.as_deref(), *before, self.clock);
                    }
                    crate::core::event::Event::MessageState { with, id, state, reason } => {
                        let reason = reason.as_deref();
                        self.conversations.moved(with, id, (*state, reason), self.clock);
                    }
                    _ => {}
                }
                Task::none()
            }
            FromHub::Gone => self.quit(),
        }
    }

    fn after_snapshot(&mut self) -> Task<Message> {
        let ringing = self.incoming().map(|call| call.id.clone()).collect::<Vec<_>>();
        if self.card.as_ref().is_some_and(|(call, _)| !ringing.contains(call)) {
            self.card = None;
        }
        self.post();
        self.calls.follow(&self.snapshot.calls);
        let asked = self.show_for_ask();
        self.follow_media_keys();
        if let Page::Conversation(with) = &self.page {
            let snapshot = Arc::clone(&self.snapshot);
            let shared = self.lent(&snapshot);
            self.conversations.follow(with, self.is_in_front(), shared);
        }
        Task::batch([
            asked,
            self.follow_ringing(),
            self.look(),
            self.prepare_waiting(),
            self.follow_work(),
            self.fetch_photos(),
        ])
    }

    /// Tells the hub that what is new in the open conversation was looked at.
    fn look(&mut self) -> Task<Message> {
        let Page::Conversation(with) = &self.page else { return Task::none() };
        let Some(conversation) = self.snapshot.conversation(with) else { return Task::none() };
        let Some(last) = conversation.entries.last() else { return Task::none() };
        let mark = (with.clone(), last.id.clone());
        if !self.conversations.at_end(with) {
            return Task::none();
        }
        if !self.is_in_front() || conversation.unread == 0 || self.seen.as_ref() == Some(&mark) {
            return Task::none();
        }
        let with = with.clone();
        self.seen = Some(mark);
        self.run(Command::Chat(ChatCommand::Displayed { with }), Origin::Silent)
    }

    fn in_sidebar(&mut self, message: sidebar::Message) -> Task<Message> {
        let snapshot = Arc::clone(&self.snapshot);
        let shared = self.lent(&snapshot);
        let action = self.sidebar.update(message, shared);
        let task = self.act(action);
        Task::batch([task, self.fetch_photos()])
    }

    fn in_calls(&mut self, message: screen_calls::Message) -> Task<Message> {
        let snapshot = Arc::clone(&self.snapshot);
        let shared = self.lent(&snapshot);
        let action = self.calls.update(message, shared);
        self.act(action)
    }

    fn in_rules(&mut self, message: rules::Message) -> Task<Message> {
        let action = self.rules.update(message, &self.snapshot.telephony);
        self.act(action)
    }

    fn in_conversation(&mut self, message: conversation::Message) -> Task<Message> {
        let Page::Conversation(with) = &self.page else { return Task::none() };
        let snapshot = Arc::clone(&self.snapshot);
        let shared = self.lent(&snapshot);
        let action = self.conversations.update(with, message, shared);
        let task = self.act(action);
        // The end may have come into sight.
        Task::batch([task, self.look()])
    }

    fn act(&mut self, action: Action) -> Task<Message> {
        match action {
            Action::None => Task::none(),
            Action::Run(command @ Command::Chat(_)) => self.run(command, Origin::Silent),
            Action::Run(command) => self.run(command, Origin::Plain),
            Action::Send { to, body } => {
                let command = ChatCommand::Send { to: to.clone(), body: body.clone() };
                self.run(Command::Chat(command), Origin::Send { to, body })
            }
            Action::Place { to, name, account, linked } => {
                self.place(Wish { to, name, account, linked }, false)
            }
            Action::Copy(text) => iced::clipboard::write(text),
            Action::OnCall(call, command) => self.run(Command::Call(command), Origin::OnCall(call)),
            Action::Transfer { call, to, name } => self.transfer(call, to, name, false),
            Action::AskFirst { call, to, name } => self.ask_first(call, to, name),
            Action::Set(rule, wish) => {
                self.run(Command::Telephony(TelephonyCommand::Set(wish)), Origin::Rule(rule))
            }
            Action::Rules => {
                self.rules.opened();
                self.page = Page::Rules;
                Task::none()
            }
            Action::Go(page) => self.go(page),
            Action::Key(does) => self.key(does),
            Action::Prefer(change) => self.prefer(change),
            Action::SetPreferencesAside => self.set_preferences_aside(),
            Action::SaveReport(path) => self.save_report(path),
            Action::Autostart(wish) => self.autostart(wish),
            Action::Folder(path) => files::show(path),
            Action::At(spot, command) => self.run(command, Origin::At(spot)),
            Action::Focus(Some(field)) => operation::focus(field),
            Action::Scroll(list, y) => operation::scroll_to(list, AbsoluteOffset { x: 0.0, y }),
            Action::Focus(None) => operate(unfocus()),
            Action::Load(command, ask) => match &self.page {
                Page::Conversation(with) => self.run(command, Origin::History(with.clone(), ask)),
                _ => Task::none(),
            },
            Action::Open(with) => self.open(with),
            Action::Protection => {
                self.protection.opened();
                self.page = Page::Protection;
                Task::none()
            }
            Action::Back => {
                self.page = Page::Welcome;
                Task::none()
            }
            Action::Show(said) => self.show_said(&said),
            Action::WatchSearch(turn) => watch::search(turn),
            Action::WatchTyping(edits) => watch::typing(edits),
        }
    }

    /// Shows a conversation, with the cursor where one writes.
    pub(super) fn open(&mut self, with: Party) -> Task<Message> {
        Task::batch([self.show(with), operation::focus(conversation::COMPOSER)])
    }

    /// Shows a conversation.
    pub(super) fn show(&mut self, with: Party) -> Task<Message> {
        self.page = Page::Conversation(with.clone());
        let snapshot = Arc::clone(&self.snapshot);
        let shared = self.lent(&snapshot);
        let action = self.conversations.opened(&with, shared);
        Task::batch([self.act(action), self.look(), self.fetch_photos()])
    }

    fn run(&self, command: Command, origin: Origin) -> Task<Message> {
        bridge::run(&self.link, command, move |result| Message::Done(origin, result))
    }

    fn done(&mut self, origin: Origin, result: Result<Reply, CommandError>) -> Task<Message> {
        match (origin, result) {
            (Origin::History(with, ask), answer) => return self.of_history(&with, ask, answer),
            (Origin::Place(wish), result) => return self.placed(wish, result),
            (Origin::Prepare(wish), Err(error)) => return self.prepared(wish, error),
            (Origin::Send { to, body }, Err(error)) => {
                self.conversations.restore(&to, &body);
                self.fail(&error);
            }
            (Origin::AskFirst { call, to, name }, result) => {
                return self.asked_first(&call, to, name, result);
            }
            (Origin::Transfer { call, .. }, Ok(_)) => self.calls.transferred(&call),
            (Origin::Transfer { call, to, name }, Err(error)) => {
                return self.not_transferred(call, to, name, error);
            }
            (Origin::OnCall(call), Err(error)) => self.fail_at(&call, &error),
            (Origin::Rule(rule), result) => self.rules.answered(rule, &result),
            (Origin::Palette(turn), result) => self.found_for(turn, result),
            (Origin::At(spot), result) => return self.answered_at(spot, result),
            (Origin::Plain, Err(error)) => self.fail(&error),
            (Origin::Silent, Err(error)) => tracing::debug!(%error, "a quiet command failed"),
            (_, Ok(_)) => {}
        }
        Task::none()
    }

    fn fail(&mut self, error: &CommandError) {
        self.notice =
            Some(Notice { level: NoticeLevel::Error, text: plain::told(&error.to_string()) });
    }

    fn dismiss(&mut self) -> Task<Message> {
        self.notice = None;
        Task::none()
    }

    fn tick(&mut self, now: Timestamp) -> Task<Message> {
        self.clock.now = now;
        Task::none()
    }
}
