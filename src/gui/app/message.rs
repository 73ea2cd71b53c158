//! What can happen to the window, and the small things its state is made of.

use iced::window;
use time::UtcOffset;

use super::{Happened, desktop, over, pages};
use crate::core::command::{CommandError, Reply, TransferTo};
use crate::core::event::NoticeLevel;
use crate::desktop::media_keys::Key;
use crate::gui::GuiOptions;
use crate::gui::bridge::FromHub;
use crate::gui::photo::{Name, Round};
use crate::gui::screen::conversation::Ask;
use crate::gui::screen::details::Who;
use crate::gui::screen::rules::{self, Rule};
use crate::gui::screen::{Spot, calls, conversation, protection, sidebar};
use crate::gui::theme::Mode;
use crate::gui::widget::card::{self, Answer};
use crate::gui::widget::progress;
use crate::model::id::{AccountId, CallId};
use crate::model::party::Party;
use crate::model::time::Timestamp;

/// What the window is opened with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The caller's wishes.
    pub options: GuiOptions,
    /// The theme that was asked for; the system's when none was.
    pub forced: Option<Mode>,
    /// The offset of local time.
    pub zone: UtcOffset,
    /// Reads the wall clock.
    pub clock: fn() -> Timestamp,
}

/// Everything that can happen to the window.
#[derive(Debug, Clone)]
pub enum Message {
    /// From the hub.
    Hub(FromHub),
    /// In the side panel.
    Sidebar(sidebar::Message),
    /// In the open conversation.
    Conversation(conversation::Message),
    /// On the page of both accounts.
    Protection(protection::Message),
    /// On the page of the rules for calls.
    Rules(rules::Message),
    /// On one of the other pages.
    Pages(pages::Message),
    /// On the call panel.
    Calls(calls::Message),
    /// On an incoming call's card.
    Card(CallId, card::Act),
    /// On a question's card.
    Question(Answer),
    /// About long work.
    Progress(progress::Message),
    /// The notice was dismissed.
    DismissNotice,
    /// A command came back.
    Done(Origin, Result<Reply, CommandError>),
    /// Something happened to one of the windows, at a moment.
    Window(window::Id, Timestamp, Happened),
    /// A key for media that the desktop handed on.
    MediaKey(Key),
    /// It is time to look how loud it is.
    Levels,
    /// On what stands above the window.
    Over(over::Message),
    /// A second went by.
    Tick(Timestamp),
    /// The system's theme.
    SystemTheme(iced::theme::Mode),
    /// From the desktop around.
    Desktop(desktop::Message),
    /// A photo was decoded, or cannot be.
    Photo(Name, Option<Round>),
}

/// A call that the person wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// What is to be called, as given.
    pub to: String,
    /// Its name for people.
    pub name: String,
    /// The account that was chosen, when one was.
    pub account: Option<AccountId>,
    /// It stood in a message: somebody else wants it called.
    pub linked: bool,
}

/// What a command was for, so that its answer finds its way.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// Nobody waits; only a failure is shown.
    Plain,
    /// A call.
    Place(Wish),
    /// What to ask before a call that another program wants.
    Prepare(Wish),
    /// Something of a conversation's history.
    History(Party, Ask),
    /// A message.
    Send {
        /// To whom.
        to: Party,
        /// Its text.
        body: String,
    },
    /// Something with a call; a failure is said there.
    OnCall(CallId),
    /// A call is to be sent on.
    Transfer {
        /// Which.
        call: CallId,
        /// To whom.
        to: TransferTo,
        /// Its name for people.
        name: String,
    },
    /// A call is held, so that its new target can be asked.
    AskFirst {
        /// Which.
        call: CallId,
        /// Who is to be called then.
        to: String,
        /// Their name for people.
        name: String,
    },
    /// A rule for calls.
    Rule(Rule),
    /// What was typed into the palette: which question.
    Palette(u64),
    /// A control of one of the other pages.
    At(Spot),
    /// Something quiet, whose failure would only be noise.
    Silent,
}

/// What stands in the place right of the side panel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Page {
    /// Nothing is chosen.
    #[default]
    Welcome,
    /// A conversation.
    Conversation(Party),
    /// Both accounts side by side.
    Protection,
    /// The rules for calls.
    Rules,
    /// The accounts.
    Accounts,
    /// The address book.
    Book,
    /// All that is known to reach somebody.
    Details(Who),
    /// The settings.
    Settings,
    /// One more account.
    NewAccount,
}

/// Something to tell, until it is dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How grave.
    pub level: NoticeLevel,
    /// In words.
    pub text: String,
}
