//! The side panel: who we are, whether we are connected, the search field, the list.

mod head;
mod rows;

use std::rc::Rc;

use iced::widget::{column, container, row, scrollable, space as spacer, stack, text_input};
use iced::{Alignment, Element, Length, Padding};

use super::details::Who;
use super::palette::Said;
use super::roster::{Item, List, Listing};
use super::{Action, Go, Shared, Spot, call_with, contact_with, name_of, place};
use crate::core::command::{Command, ContactCommand, HistoryCommand};
use crate::core::snapshot::Snapshot;
use crate::gui::app::{Keystroke, shortcuts};
use crate::gui::icon;
use crate::gui::theme::{self, Tone, measure, step};
use crate::gui::widget::keyed::keyed;
use crate::gui::widget::{chip, field, heading, small};
use crate::gui::words;
use crate::model::BareJid;
use crate::model::account::{Account, ReasonKind};
use crate::model::history::Scope;
use crate::model::id::AccountId;
use crate::model::message::Entry;
use crate::model::party::Party;
use crate::model::vcard::Photo;
use crate::tr;

/// The search field.
pub const SEARCH: &str = "search";

/// The list below it.
pub const LIST: &str = "list";

/// The most messages that a search shows.
pub const SAID: usize = 8;

/// The shortest text that the history is asked for, in letters of the Latin alphabet.
const SHORTEST: usize = 2;

/// The longest, in bytes.
const LONGEST: usize = 200;

/// How high the list is at least, as long as it was not measured.
const LEAST: f32 = 240.0;

/// What the person did to the panel.
#[derive(Debug, Clone)]
pub enum Message {
    /// Typed into the search field.
    Search(String),
    /// Typed nothing more for a moment: since which text.
    Paused(u64),
    /// Chose what was said.
    Show(Said),
    /// Pressed Enter there.
    Submit,
    /// Moved the choice by so many rows.
    Move(isize),
    /// Wants to call whom the choice is on.
    CallChosen,
    /// In the head and its menu.
    Head(head::Message),
    /// Scrolled the list, to an offset in a view of a height.
    Scrolled(f32, f32),
    /// Moved the pointer onto a row, or off it.
    Hover(Party, bool),
    /// Chose a row.
    Open(Party),
    /// Wants to call what was typed.
    Dial(String),
    /// Wants to call somebody of the list.
    Call(Party),
    /// Wants to call a number of somebody: what, and their name.
    CallNumber(String, String),
    /// Wants to add a contact.
    Add(BareJid),
    /// Clicked the connection chip.
    Protection,
    /// Clicked on what is wrong with an account.
    Mend(AccountId),
    /// Wants to see the rules for calls.
    Rules,
    /// Wants to see another page.
    Go(Go),
    /// Wants to hear voice messages: what to call, on which account.
    Voicemail(String, AccountId),
}

/// The panel's own state.
#[derive(Debug, Default)]
pub struct Sidebar {
    search: String,
    head: head::Head,
    offset: f32,
    height: f32,
    hovered: Option<Party>,
    /// The row that keys have moved to.
    at: Option<usize>,
    listing: Listing,
    said: Rc<[Said]>,
    /// How often was typed: an answer to an earlier text says nothing.
    turn: u64,
}

/// Somebody can be called now: there is a way, and no call with them yet.
pub fn can_call(snapshot: &Snapshot, with: &Party) -> bool {
    let contact = contact_with(snapshot, with);
    let is_callable = contact.is_some_and(|contact| contact.can.audio) || with.jid().is_none();
    is_callable && call_with(snapshot, with).is_none()
}

/// Where that can be mended which keeps an account from connecting.
fn mend(account: &AccountId, snapshot: &Snapshot) -> Action {
    let account = snapshot.accounts.iter().find(|one| one.id == *account);
    let at_protection = account.is_some_and(|account| {
        let decided = account.certificate.is_some() || account.weaker.is_some();
        let of = [ReasonKind::NotSecure, ReasonKind::Weaker, ReasonKind::Disconnected];
        decided || account.reason_kind.is_some_and(|kind| of.contains(&kind))
    });
    // Passwords, tests and the way to connect again stand with the accounts.
    if at_protection { Action::Protection } else { Action::Go(Go::Accounts) }
}

/// Rows that can be opened.
fn can_be_opened(item: &Item) -> bool {
    !matches!(item, Item::Heading(_) | Item::Note(..))
}

impl Sidebar {
    /// Takes in what the person did.
    pub fn update(&mut self, message: Message, shared: Shared<'_>) -> Action {
        match message {
            Message::Search(text) => self.search(text),
            Message::Paused(turn) => self.look(turn),
            Message::Show(said) => Action::Show(said),
            Message::Submit => self.submit(shared),
            Message::Move(by) => self.step(by, shared),
            Message::CallChosen => self.call_chosen(shared),
            Message::Head(message) => self.head.update(message, shared.snapshot),
            Message::Scrolled(offset, height) => self.scrolled(offset, height),
            Message::Hover(with, on) => self.hover(with, on),
            Message::Open(with) => self.open(with),
            Message::Dial(typed) => self.dial(typed),
            Message::Call(with) => place(with.to_string(), name_of(shared.snapshot, &with)),
            Message::CallNumber(to, name) => place(to, name),
            Message::Add(jid) => self.add(jid),
            Message::Protection => Action::Protection,
            Message::Mend(account) => mend(&account, shared.snapshot),
            Message::Rules => Action::Rules,
            Message::Go(page) => Action::Go(page),
            Message::Voicemail(to, account) => {
                let name = tr!("sidebar-your-voice-mail").to_owned();
                Action::Place { to, name, account: Some(account), linked: false }
            }
        }
    }

    /// Closes what Escape closes, the innermost first; false when nothing was open.
    pub fn escape(&mut self) -> bool {
        if self.head.close() {
            return true;
        }
        if !self.search.is_empty() {
            self.clear();
            return true;
        }
        false
    }

    fn search(&mut self, text: String) -> Action {
        self.search = text;
        self.offset = 0.0;
        self.hovered = None;
        self.at = None;
        self.turn = self.turn.wrapping_add(1);
        // Of the text before: it stays until there is another answer, so that nothing flickers.
        match self.wanted() {
            Some(_) => Action::WatchSearch(self.turn),
            None => {
                self.said = Rc::default();
                Action::None
            }
        }
    }

    /// What the history is asked for.
    fn wanted(&self) -> Option<&str> {
        let text = self.search.trim();
        let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
        (text.chars().count() >= SHORTEST || !text.is_ascii()).then_some(text)
    }

    fn look(&self, turn: u64) -> Action {
        let Some(text) = self.wanted().filter(|_| turn == self.turn) else { return Action::None };
        let search = HistoryCommand::Search {
            text: text.to_owned(),
            scope: Scope::default(),
            limit: u32::try_from(SAID).ok(),
        };
        Action::At(Spot::Search(turn), Command::History(search))
    }

    /// The history's answer.
    pub fn answered(&mut self, turn: u64, entries: Vec<Entry>, snapshot: &Snapshot) {
        if turn != self.turn || self.wanted().is_none() {
            return;
        }
        // What stands below the people changes: a choice there is none any more.
        let before = self.listed(snapshot);
        let chosen = self.at.and_then(|at| before.items().get(at));
        if matches!(chosen, Some(Item::Said(_))) {
            self.at = None;
        }
        self.said = Said::of(entries, snapshot).take(SAID).collect();
    }

    fn listed(&self, snapshot: &Snapshot) -> Rc<List> {
        self.listing.of(snapshot, &self.search, &self.said)
    }

    /// What was looked for is done with.
    fn clear(&mut self) {
        self.search.clear();
        self.turn = self.turn.wrapping_add(1);
        self.said = Rc::default();
    }

    /// Moves the choice to the next row that can be opened, and the list with it.
    fn step(&mut self, by: isize, shared: Shared<'_>) -> Action {
        let list = self.listed(shared.snapshot);
        let items = list.items();
        let mut to = self.at.map_or(Some(0), |at| at.checked_add_signed(by));
        while let Some(at) = to.filter(|at| items.get(*at).is_some_and(|one| !can_be_opened(one))) {
            to = at.checked_add_signed(if by < 0 { -1 } else { 1 });
        }
        let Some(at) = to.filter(|at| *at < items.len()) else { return Action::None };
        self.at = Some(at);
        let height = if self.height > 0.0 { self.height } else { LEAST };
        let (top, bottom) = list.place(at);
        let offset = self.offset.min(top).max(bottom - height);
        if (offset - self.offset).abs() < 0.5 {
            return Action::None;
        }
        self.offset = offset;
        Action::Scroll(LIST, offset)
    }

    /// Opens the menu, or closes it.
    pub fn toggle_menu(&mut self, snapshot: &Snapshot) -> Action {
        let message = head::Message::Menu(!self.head.is_open());
        self.head.update(message, snapshot)
    }

    /// The menu is open: keys move within it.
    pub fn has_menu(&self) -> bool {
        self.head.is_open()
    }

    /// The photos of who is in sight.
    pub fn photos(&self, shared: Shared<'_>) -> Vec<Photo> {
        let list = self.listed(shared.snapshot);
        let slice = list.slice(self.offset, self.seen());
        let seen = list.items().get(slice.range).unwrap_or_default().iter();
        let photo = |item: &Item| match item {
            Item::Conversation(talk) => list.contact(&talk.with)?.photo.clone(),
            Item::Contact(contact) => contact.photo.clone(),
            _ => None,
        };
        seen.filter_map(photo).collect()
    }

    /// How high the list is. Before the first scroll that is not known; no window is higher.
    fn seen(&self) -> f32 {
        if self.height > 0.0 { self.height } else { 2_160.0 }
    }

    /// Keys have moved to a row.
    pub fn has_choice(&self) -> bool {
        self.at.is_some()
    }

    fn call_chosen(&mut self, shared: Shared<'_>) -> Action {
        let list = self.listed(shared.snapshot);
        let with = match self.at.and_then(|at| list.items().get(at)) {
            Some(Item::Conversation(conversation)) => conversation.with.clone(),
            Some(Item::Contact(contact)) => Party::from(&contact.jid),
            Some(Item::Dial(typed)) => return self.dial(typed.clone()),
            _ => return Action::None,
        };
        if !can_call(shared.snapshot, &with) {
            return Action::None;
        }
        place(with.to_string(), name_of(shared.snapshot, &with))
    }

    fn submit(&mut self, shared: Shared<'_>) -> Action {
        let at = self.at.take();
        // A key that is held down goes on after what was typed has been dialled.
        if self.search.trim().is_empty() && at.is_none() {
            return Action::None;
        }
        let list = self.listed(shared.snapshot);
        let mut items = list.items().iter().skip(at.unwrap_or(0));
        match items.find(|item| can_be_opened(item)) {
            Some(Item::Dial(typed)) => self.dial(typed.clone()),
            Some(Item::Conversation(conversation)) => Action::Open(conversation.with.clone()),
            Some(Item::Contact(contact)) => Action::Open(Party::from(&contact.jid)),
            Some(Item::Write(aor)) => self.open(Party::Sip(aor.clone())),
            Some(Item::Person(entry)) => Action::Go(Go::Details(Who::Entry(entry.id.clone()))),
            Some(Item::Said(said)) => Action::Show(said.clone()),
            _ => Action::None,
        }
    }

    /// The window is a new one: its lists stand at their beginning.
    pub fn anew(&mut self) {
        self.offset = 0.0;
    }

    fn scrolled(&mut self, offset: f32, height: f32) -> Action {
        (self.offset, self.height) = (offset, height);
        self.hovered = None;
        Action::None
    }

    fn hover(&mut self, with: Party, on: bool) -> Action {
        if on {
            self.hovered = Some(with);
        } else if self.hovered.as_ref() == Some(&with) {
            self.hovered = None;
        }
        Action::None
    }

    /// One that was typed is searched for no more.
    fn open(&mut self, with: Party) -> Action {
        if with.to_string().eq_ignore_ascii_case(self.search.trim()) {
            self.clear();
        }
        Action::Open(with)
    }

    fn dial(&mut self, typed: String) -> Action {
        self.clear();
        place(typed.clone(), typed)
    }

    fn add(&mut self, jid: BareJid) -> Action {
        self.clear();
        Action::Run(Command::Contact(ContactCommand::Add {
            account: None,
            jid,
            name: None,
            groups: Vec::new(),
        }))
    }

    /// The panel, with the open conversation marked.
    pub fn view<'a>(&'a self, shared: Shared<'a>, open: Option<&Party>) -> Element<'a, Message> {
        let me = container(self.head.view(shared)).padding(Padding::ZERO.bottom(step::XXS));
        let mut top = column![me].spacing(step::S);
        if !shared.snapshot.accounts.is_empty() {
            let mend = |account: &Account| Message::Mend(account.id.clone());
            let whole = Message::Protection;
            top = top.push(chip::connection(shared.snapshot, shared.clock, whole, mend));
        }
        top = told(shared.snapshot).into_iter().fold(top, iced::widget::Column::push);
        let top = top.push(self.field()).padding(Padding::new(step::M).bottom(step::S));
        let panel = column![top, self.list(shared, open)].width(Length::Fill).height(Length::Fill);
        let panel = container(panel).style(theme::surface);
        stack![panel].push(self.head.menu(shared)).into()
    }

    fn field(&self) -> Element<'_, Message> {
        let input = field::padded(
            text_input(tr!("sidebar-search"), &self.search)
                .id(SEARCH)
                .on_input(Message::Search)
                .on_submit(Message::Submit),
            Padding::from([step::XS, step::S]).left(36.0).right(56.0),
        );
        let keys = match self.search.is_empty() {
            true => shortcuts::keys_of(Keystroke::Search),
            false => String::new(),
        };
        let marks = row![icon::SEARCH.sized(Tone::Muted, 16.0), spacer::horizontal(), small(keys),]
            .align_y(Alignment::Center)
            .height(Length::Fixed(measure::CONTROL))
            .padding(theme::pad(0.0, step::S));
        stack![input, marks].into()
    }

    fn list<'a>(&'a self, shared: Shared<'a>, open: Option<&Party>) -> Element<'a, Message> {
        let items = self.listed(shared.snapshot);
        let slice = items.slice(self.offset, self.seen());
        let rows = items.items().iter().enumerate();
        let rows = rows.take(slice.range.end).skip(slice.range.start);
        let rows = keyed(rows.map(|(at, item)| {
            let row = self.item(item, &items, shared, open);
            let ring = theme::marked(self.at == Some(at));
            let ring = container(spacer().width(Length::Fill).height(Length::Fill)).style(ring);
            (item.key(), stack![row, ring].into())
        }));
        let list = column![spacer().height(slice.above), rows, spacer().height(slice.below)]
            .width(Length::Fill);
        scrollable(list)
            .direction(theme::scrollbar())
            .id(LIST)
            .on_scroll(|view| Message::Scrolled(view.absolute_offset().y, view.bounds().height))
            .style(theme::scroll)
            .width(Length::Fill)
            .height(Length::Fill)
            .into()
    }

    fn item<'a>(
        &self,
        item: &Item,
        list: &List,
        shared: Shared<'a>,
        open: Option<&Party>,
    ) -> Element<'a, Message> {
        let content = match item {
            Item::Heading(name) => container(heading(*name))
                .padding(Padding::from([step::XXS, step::M]))
                .align_y(Alignment::End)
                .height(Length::Fill)
                .into(),
            Item::Note(title, text) => rows::note(title, text),
            Item::Dial(typed) => rows::dial_row(typed),
            Item::Add(jid) => rows::add_row(jid),
            Item::Write(aor) => rows::write_row(aor),
            Item::Conversation(conversation) => {
                let with = &conversation.with;
                let contact = list.contact(with);
                let hovered = self.hovers(with);
                let content = rows::conversation_row(conversation, contact, shared, hovered);
                rows::hoverable(with, content, open == Some(with))
            }
            Item::Contact(contact) => {
                let with = Party::from(&contact.jid);
                let content = rows::contact_row(contact, shared, self.hovers(&with));
                rows::hoverable(&with, content, open == Some(&with))
            }
            Item::Person(entry) => rows::person_row(entry, shared),
            Item::Said(said) => rows::said_row(said, shared),
        };
        container(content).height(Length::Fixed(item.height())).into()
    }

    fn hovers(&self, with: &Party) -> bool {
        self.hovered.as_ref() == Some(with)
    }
}

/// What waits, and what keeps calls from ringing here.
fn told<'a>(snapshot: &Snapshot) -> Vec<Element<'a, Message>> {
    let mut told = Vec::new();
    for account in &snapshot.accounts {
        let Some(mailbox) = account.mailbox.as_ref().filter(|mailbox| mailbox.waiting) else {
            continue;
        };
        let call = mailbox.uri.clone().map(|uri| Message::Voicemail(uri, account.id.clone()));
        told.push(chip::mailbox(words::mailbox(mailbox), call));
    }
    for (glyph, words) in words::rules_in_force(&snapshot.telephony) {
        told.push(chip::rule(glyph, words, Message::Rules));
    }
    told
}
