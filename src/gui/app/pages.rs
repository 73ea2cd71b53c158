//! The pages besides the conversations: what is kept of each, and what leads to them.

use iced::widget::operation;
use iced::{Element, Task};

use super::{App, Page};
use crate::core::command::{CommandError, Reply};
use crate::core::snapshot::Snapshot;
use crate::demo::Example;
use crate::gui::screen::accounts::{self, Accounts};
use crate::gui::screen::book::{self, Book};
use crate::gui::screen::settings::{self, Act, Lent, Prefs, Settings};
use crate::gui::screen::sign_in::{self, SignIn};
use crate::gui::screen::{Action, Go, Shared, Spot, details};
use crate::gui::widget::sheet;

/// What the person did to one of them.
#[derive(Debug, Clone)]
pub enum Message {
    /// To the page of the accounts.
    Accounts(accounts::Message),
    /// To the address book.
    Book(book::Message),
    /// To what is known of somebody.
    Details(details::Message),
    /// To the page of the first run.
    SignIn(sign_in::Message),
    /// To the settings.
    Settings(settings::Message),
}

/// What is kept of them.
#[derive(Debug, Default)]
pub struct Pages {
    accounts: Accounts,
    book: Book,
    sign_in: SignIn,
    settings: Settings,
}

impl Pages {
    /// As they are when nobody did anything yet; in the demonstration with what is typed there.
    pub fn new(example: Option<Example>) -> Self {
        Self { sign_in: SignIn::new(example), ..Self::default() }
    }

    /// What is kept of the page of the accounts.
    pub(super) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// What is kept of the settings.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The same, to change it.
    pub(super) fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// What Escape does within a page; none when nothing is open there.
    pub(super) fn escape(&mut self, page: &Page) -> Option<Action> {
        match page {
            Page::Book => self.book.escape(),
            _ => None,
        }
    }

    /// What Enter does within a page.
    pub(super) fn enter(&mut self, page: &Page, snapshot: &Snapshot) -> Action {
        match page {
            Page::Welcome if snapshot.accounts.is_empty() => self.sign_in.enter(),
            Page::NewAccount => self.sign_in.enter(),
            _ => Action::None,
        }
    }

    /// How a page looks; none for those that are not kept here.
    pub fn view<'a>(
        &'a self,
        page: &'a Page,
        prefs: Prefs<'a>,
        shared: Shared<'a>,
    ) -> Option<Element<'a, Message>> {
        Some(match page {
            Page::Accounts => accounts::view(&self.accounts, shared).map(Message::Accounts),
            Page::Book => book::view(&self.book, shared).map(Message::Book),
            Page::Settings => settings::view(&self.settings, prefs, shared).map(Message::Settings),
            Page::Details(who) => details::view(who, shared).map(Message::Details),
            Page::NewAccount => sign_in::view(&self.sign_in, shared).map(Message::SignIn),
            Page::Welcome if shared.snapshot.accounts.is_empty() => {
                sign_in::view(&self.sign_in, shared).map(Message::SignIn)
            }
            _ => return None,
        })
    }
}

impl App {
    pub(super) fn in_pages(&mut self, message: Message) -> Task<super::Message> {
        let action = match message {
            Message::Accounts(message) => self.pages.accounts.update(message, &self.snapshot),
            Message::Book(message) => self.pages.book.update(message),
            Message::SignIn(message) => self.pages.sign_in.update(message),
            Message::Settings(message) => {
                match &message {
                    settings::Message::Written(result) => self.preferences_written(result),
                    settings::Message::Act(Act::NoFolder(error)) => self.folder_not_shown(error),
                    _ => {}
                }
                match message {
                    settings::Message::Features(message) => {
                        self.pages.accounts.update(message, &self.snapshot)
                    }
                    message => {
                        let lent = Lent { files: &self.setting.options.files, clock: self.clock };
                        self.pages.settings.update(message, lent)
                    }
                }
            }
            Message::Details(message) => match &self.page {
                Page::Details(who) => details::update(who, message, &self.snapshot),
                _ => Action::None,
            },
        };
        self.act(action)
    }

    /// Shows a page, as it is when nobody did anything to it yet.
    pub(super) fn go(&mut self, to: Go) -> Task<super::Message> {
        match to {
            Go::Accounts => {
                self.pages.accounts = Accounts::default();
                self.page = Page::Accounts;
            }
            Go::NewRule(contact) => {
                self.pages.accounts = Accounts::with_rule_for(contact);
                self.page = Page::Accounts;
                return operation::snap_to_end(sheet::PAGE);
            }
            Go::Book => {
                self.pages.book.opened();
                self.page = Page::Book;
            }
            Go::Person(draft) => {
                self.pages.book.edit(draft);
                self.page = Page::Book;
            }
            Go::Details(who) => self.page = Page::Details(who),
            Go::NewAccount => {
                self.pages.sign_in.begin_again();
                self.page = Page::NewAccount;
                return self.ready_to_type();
            }
            Go::Settings(section) => {
                self.pages.accounts = Accounts::default();
                self.page = Page::Settings;
                let lent = Lent { files: &self.setting.options.files, clock: self.clock };
                let action = self.pages.settings.opened(section, lent);
                return self.act(action);
            }
        }
        Task::none()
    }

    /// Puts the cursor where a page begins with a field.
    pub(super) fn ready_to_type(&self) -> Task<super::Message> {
        match self.page {
            Page::NewAccount => operation::focus(sign_in::ADDRESS),
            Page::Welcome if self.snapshot.accounts.is_empty() => {
                operation::focus(sign_in::ADDRESS)
            }
            _ => Task::none(),
        }
    }

    /// The hub's answer to what a control asked.
    pub(super) fn answered_at(
        &mut self,
        spot: Spot,
        result: Result<Reply, CommandError>,
    ) -> Task<super::Message> {
        match spot {
            Spot::Accounts(control) => {
                self.pages.accounts.answered(control, &result);
                Task::none()
            }
            Spot::Settings(control) => {
                let action = self.pages.settings.answered(control, result);
                self.act(action)
            }
            Spot::SignIn(control) => {
                let is_there = control == sign_in::Control::Apply && result.is_ok();
                self.pages.sign_in.answered(control, result);
                if is_there && self.page == Page::NewAccount {
                    return self.go(Go::Settings(settings::Section::Accounts));
                }
                Task::none()
            }
            Spot::Search(turn) => self.said(turn, result),
            Spot::Protection(control) => {
                self.protection.answered(control, result);
                Task::none()
            }
            Spot::Calls(control) => {
                let action = self.calls.answered(control, result);
                self.act(action)
            }
            Spot::Book(control) => {
                let action = self.pages.book.answered(control, result);
                self.act(action)
            }
        }
    }
}
