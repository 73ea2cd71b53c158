//! The address book: everybody in it, one person as a form, and files of vCards in and out.
//! What was refused is said at its control, and what was typed stays.

mod form;
mod view;

use std::path::PathBuf;

use super::details::Who;
use super::{Action, Go, Shared, Spot, place};
use crate::book::import::Import;
use crate::book::vcf::Version;
use crate::core::command::{BookCommand, BookReply, CardsFrom, Command, CommandError, Reply};
use crate::gui::plain;
use crate::gui::widget::sheet::Notes;
use crate::model::book::BookEntry;
use crate::model::id::BookId;
use crate::tr;

pub use form::{Draft, Edit};
pub use view::view;

/// The field that the list is searched with.
pub const SEARCH: &str = "book-search";
/// The field for a file's path.
pub const PATH: &str = "book-path";

/// Where something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Control {
    /// Below the form.
    Save,
    /// At the question whether to remove somebody.
    Remove,
    /// Below the path: what a file would change was asked.
    Look,
    /// The same: it was to be taken in.
    TakeIn,
    /// At the head.
    Copy,
}

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Went back, from the form or from the list.
    Close,
    /// Typed into the search field.
    Search(String),
    /// Scrolled the list, to an offset in a view of a height.
    Scrolled(f32, f32),
    /// Chose somebody.
    Open(BookId),
    /// Wants to call somebody: what, and their name.
    Call(String, String),
    /// Wants to add somebody.
    New,
    /// Did something to the form.
    Form(Edit),
    /// Something with a file.
    File(OnFile),
    /// Wants everybody as text.
    Copy,
}

/// What the person did with a file of vCards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnFile {
    /// Opened or closed that part of the page.
    Show(bool),
    /// Typed a path.
    Path(String),
    /// Wants to see what it would change.
    Look,
    /// Wants it taken in.
    TakeIn,
}

/// A file that is to be taken in.
#[derive(Debug, Default)]
struct File {
    path: String,
    plan: Option<Box<Import>>,
    done: bool,
}

/// The page's own state.
#[derive(Debug, Default)]
pub struct Book {
    search: String,
    offset: f32,
    height: f32,
    draft: Option<Draft>,
    file: Option<File>,
    copied: bool,
    notes: Notes<Control>,
}

impl Book {
    /// Takes in what the person did.
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Close => self.close(),
            Message::Search(text) => {
                (self.search, self.offset) = (text, 0.0);
                Action::None
            }
            Message::Scrolled(offset, height) => {
                (self.offset, self.height) = (offset, height);
                Action::None
            }
            Message::Open(id) => Action::Go(Go::Details(Who::Entry(id))),
            Message::Call(to, name) => place(to, name),
            Message::New => {
                self.edit(Draft::default());
                Action::Focus(Some(form::NAME))
            }
            Message::Form(edit) => self.form(edit),
            Message::File(act) => self.file(act),
            Message::Copy => {
                self.copied = false;
                let command = BookCommand::Export { version: Version::V3, ids: None };
                self.ask(Control::Copy, command)
            }
        }
    }

    /// Shows the list.
    pub fn opened(&mut self) {
        (self.draft, self.file, self.copied) = (None, None, false);
        self.notes = Notes::default();
    }

    /// Shows a form.
    pub fn edit(&mut self, draft: Draft) {
        self.opened();
        self.draft = Some(draft);
    }

    /// Closes what Escape closes; none when nothing was open.
    pub fn escape(&mut self) -> Option<Action> {
        if let Some(draft) = &mut self.draft
            && draft.removing
        {
            draft.removing = false;
            return Some(Action::None);
        }
        (self.draft.is_some() || self.file.is_some()).then(|| self.close())
    }

    /// The hub's answer to what a control asked.
    pub fn answered(&mut self, control: Control, result: Result<Reply, CommandError>) -> Action {
        if !self.notes.answered(control, &result) {
            return Action::None;
        }
        match (control, result) {
            (Control::Save, _) => self.close(),
            (Control::Remove, _) => {
                self.opened();
                Action::None
            }
            (Control::Look, Ok(Reply::Book(BookReply::Import(plan)))) => {
                if let Some(file) = &mut self.file {
                    file.plan = Some(plan);
                }
                Action::None
            }
            (Control::TakeIn, Ok(_)) => {
                if let Some(file) = &mut self.file {
                    file.done = true;
                }
                Action::None
            }
            (Control::Copy, Ok(Reply::Book(BookReply::Export { text }))) => {
                self.copied = true;
                Action::Copy(text)
            }
            _ => Action::None,
        }
    }

    fn ask(&mut self, control: Control, command: BookCommand) -> Action {
        self.notes.hush(&control);
        Action::At(Spot::Book(control), Command::Book(command))
    }

    /// Closes the form or the file, the page when neither is open.
    fn close(&mut self) -> Action {
        match self.draft.take() {
            Some(draft) => {
                self.opened();
                draft.from.map_or(Action::None, |who| Action::Go(Go::Details(who)))
            }
            None if self.file.is_some() => {
                self.opened();
                Action::None
            }
            None => Action::Back,
        }
    }

    fn form(&mut self, edit: Edit) -> Action {
        let Some(draft) = &mut self.draft else { return Action::None };
        match edit {
            Edit::Save => match draft.patch() {
                Ok(patch) => self.ask(Control::Save, BookCommand::Set(Box::new(patch))),
                Err(words) => {
                    self.notes.say(Control::Save, &words);
                    Action::None
                }
            },
            Edit::Remove => match draft.id.clone() {
                Some(id) => self.ask(Control::Remove, BookCommand::Remove(id)),
                None => Action::None,
            },
            edit => {
                draft.change(edit);
                self.notes.hush(&Control::Save);
                Action::None
            }
        }
    }

    fn file(&mut self, act: OnFile) -> Action {
        let file = match act {
            OnFile::Show(open) => {
                self.opened();
                self.file = open.then(File::default);
                return if open { Action::Focus(Some(PATH)) } else { Action::None };
            }
            _ => self.file.get_or_insert_with(File::default),
        };
        let typed = || CardsFrom::File(PathBuf::from(file.path.trim()));
        match act {
            OnFile::Show(_) => Action::None,
            OnFile::Path(path) => {
                *file = File { path, ..File::default() };
                self.notes.hush(&Control::Look);
                self.notes.hush(&Control::TakeIn);
                Action::None
            }
            OnFile::Look => {
                let from = typed();
                (file.plan, file.done) = (None, false);
                self.ask(Control::Look, BookCommand::Import { from, apply: false })
            }
            OnFile::TakeIn => {
                let from = typed();
                self.ask(Control::TakeIn, BookCommand::Import { from, apply: true })
            }
        }
    }
}

/// Whether somebody is found by what was typed, in lower case.
pub fn found(entry: &BookEntry, search: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(search);
    search.is_empty()
        || holds(&entry.name)
        || entry.organisation.as_deref().is_some_and(holds)
        || entry.jids.iter().any(|jid| holds(jid.as_str()))
        || entry.addresses.iter().any(|address| holds(&address.value))
}

/// What can be called of somebody, when it is one thing only.
pub fn only_number(entry: &BookEntry) -> Option<&str> {
    match entry.addresses.as_slice() {
        [only] => Some(&only.value),
        _ => None,
    }
}

/// What stands below somebody's name.
pub fn under(entry: &BookEntry) -> String {
    let (numbers, jid) = (entry.addresses.as_slice(), entry.jids.first());
    let reach = match (numbers, jid) {
        ([], Some(jid)) => jid.to_string(),
        ([], None) => tr!("book-no-number").to_owned(),
        ([only], _) => plain::line(&only.value),
        (all, _) => tr!("book-numbers", count = all.len()),
    };
    match entry.organisation.as_deref().map(plain::line).filter(|name| !name.is_empty()) {
        Some(organisation) => format!("{reach} · {organisation}"),
        None => reach,
    }
}

/// An account is there that calls can be made on.
pub fn can_call(shared: Shared<'_>) -> bool {
    use crate::model::account::AccountState;
    let online = |state| state == AccountState::Online;
    shared.snapshot.accounts.iter().any(|account| account.features.audio && online(account.state))
}
