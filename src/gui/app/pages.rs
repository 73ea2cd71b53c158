//! The pages besides the conversations: what is kept of each, and what leads to them.

use iced::{Element, Task};

use super::{App, Page};
use crate::core::command::{CommandError, Reply};
use crate::gui::screen::accounts::{self, Accounts};
use crate::gui::screen::{Go, Shared, Spot};

/// What the person did to one of them.
#[derive(Debug, Clone)]
pub enum Message {
    /// To the page of the accounts.
    Accounts(accounts::Message),
}

/// What is kept of them.
#[derive(Debug, Default)]
pub struct Pages {
    accounts: Accounts,
}

impl Pages {
    /// Closes what Escape closes within a page; false when nothing was open.
    pub(super) fn escape(&mut self, _page: &Page) -> bool {
        false
    }

    /// How a page looks; none for those that are not kept here.
    pub fn view<'a>(&'a self, page: &'a Page, shared: Shared<'a>) -> Option<Element<'a, Message>> {
        Some(match page {
            Page::Accounts => accounts::view(&self.accounts, shared).map(Message::Accounts),
            _ => return None,
        })
    }
}

impl App {
    pub(super) fn in_pages(&mut self, message: Message) -> Task<super::Message> {
        let action = match message {
            Message::Accounts(message) => self.pages.accounts.update(message, &self.snapshot),
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
        }
        Task::none()
    }

    /// The hub's answer to what a control asked.
    pub(super) fn answered_at(
        &mut self,
        spot: Spot,
        result: Result<Reply, CommandError>,
    ) -> Task<super::Message> {
        match spot {
            Spot::Accounts(control) => self.pages.accounts.answered(control, &result),
        }
        Task::none()
    }
}
