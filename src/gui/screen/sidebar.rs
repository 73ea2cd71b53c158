//! The side panel: who we are, whether we are connected, the search field, the list.

mod rows;

use iced::widget::{
    column, container, mouse_area, opaque, pin, row, scrollable, space as spacer, stack, text_input,
};
use iced::{Alignment, Element, Length, Padding};

use super::details::Who;
use super::roster::{Item, List, Listing};
use super::settings::Section;
use super::{Action, Go, Shared, call_with, contact_with, name_of, place};
use crate::core::command::{Command, ContactCommand};
use crate::core::snapshot::Snapshot;
use crate::gui::app::{Door, Keystroke, shortcuts};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::press::press;
use crate::gui::widget::{
    SHADE, avatar, body, button as buttons, chip, heading, raised, rule, small, strong,
};
use crate::gui::words;
use crate::model::BareJid;
use crate::model::id::AccountId;
use crate::model::party::Party;
use crate::model::presence::Show;
use crate::tr;

/// The search field.
pub const SEARCH: &str = "search";

/// The list below it.
pub const LIST: &str = "list";

/// How high the list is at least, as long as it was not measured.
const LEAST: f32 = 240.0;

/// What can be chosen as presence.
const SHOWS: [Show; 4] = [Show::Online, Show::Away, Show::Dnd, Show::Offline];

/// What the person did to the panel.
#[derive(Debug, Clone)]
pub enum Message {
    /// Typed into the search field.
    Search(String),
    /// Pressed Enter there.
    Submit,
    /// Moved the choice by so many rows.
    Move(isize),
    /// Wants to call whom the choice is on.
    CallChosen,
    /// Opened or closed the presence menu.
    Menu(bool),
    /// Chose a presence.
    Presence(Show),
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
    menu: bool,
    offset: f32,
    height: f32,
    hovered: Option<Party>,
    /// The row that keys have moved to.
    at: Option<usize>,
    listing: Listing,
}

/// Somebody can be called now: there is a way, and no call with them yet.
pub fn can_call(snapshot: &Snapshot, with: &Party) -> bool {
    let contact = contact_with(snapshot, with);
    let is_callable = contact.is_some_and(|contact| contact.can.audio) || with.jid().is_none();
    is_callable && call_with(snapshot, with).is_none()
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
            Message::Submit => self.submit(shared),
            Message::Move(by) => self.step(by, shared),
            Message::CallChosen => self.call_chosen(shared),
            Message::Menu(open) => self.menu(open),
            Message::Presence(show) => self.presence(show),
            Message::Scrolled(offset, height) => self.scrolled(offset, height),
            Message::Hover(with, on) => self.hover(with, on),
            Message::Open(with) => self.open(with),
            Message::Dial(typed) => self.dial(typed),
            Message::Call(with) => place(with.to_string(), name_of(shared.snapshot, &with)),
            Message::CallNumber(to, name) => place(to, name),
            Message::Add(jid) => self.add(jid),
            Message::Protection => Action::Protection,
            Message::Rules => {
                self.menu = false;
                Action::Rules
            }
            Message::Go(page) => {
                self.menu = false;
                Action::Go(page)
            }
            Message::Voicemail(to, account) => {
                let name = tr!("sidebar-your-voice-mail").to_owned();
                Action::Place { to, name, account: Some(account), linked: false }
            }
        }
    }

    /// Closes what Escape closes, the innermost first; false when nothing was open.
    pub fn escape(&mut self) -> bool {
        if self.menu {
            self.menu = false;
            return true;
        }
        if !self.search.is_empty() {
            self.search.clear();
            return true;
        }
        false
    }

    fn search(&mut self, text: String) -> Action {
        self.search = text;
        self.offset = 0.0;
        self.hovered = None;
        self.at = None;
        Action::None
    }

    /// Moves the choice to the next row that can be opened, and the list with it.
    fn step(&mut self, by: isize, shared: Shared<'_>) -> Action {
        let list = self.listing.of(shared.snapshot, &self.search);
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

    /// Keys have moved to a row.
    pub fn has_choice(&self) -> bool {
        self.at.is_some()
    }

    fn call_chosen(&mut self, shared: Shared<'_>) -> Action {
        let list = self.listing.of(shared.snapshot, &self.search);
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
        let list = self.listing.of(shared.snapshot, &self.search);
        let mut items = list.items().iter().skip(at.unwrap_or(0));
        match items.find(|item| can_be_opened(item)) {
            Some(Item::Dial(typed)) => self.dial(typed.clone()),
            Some(Item::Conversation(conversation)) => Action::Open(conversation.with.clone()),
            Some(Item::Contact(contact)) => Action::Open(Party::from(&contact.jid)),
            Some(Item::Write(aor)) => self.open(Party::Sip(aor.clone())),
            Some(Item::Person(entry)) => Action::Go(Go::Details(Who::Entry(entry.id.clone()))),
            _ => Action::None,
        }
    }

    fn menu(&mut self, open: bool) -> Action {
        self.menu = open;
        Action::None
    }

    fn presence(&mut self, show: Show) -> Action {
        self.menu = false;
        Action::Run(Command::Presence { show, status: String::new() })
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
            self.search.clear();
        }
        Action::Open(with)
    }

    fn dial(&mut self, typed: String) -> Action {
        self.search.clear();
        place(typed.clone(), typed)
    }

    fn add(&mut self, jid: BareJid) -> Action {
        self.search.clear();
        Action::Run(Command::Contact(ContactCommand::Add {
            account: None,
            jid,
            name: None,
            groups: Vec::new(),
        }))
    }

    /// The panel, with the open conversation marked.
    pub fn view<'a>(&'a self, shared: Shared<'a>, open: Option<&Party>) -> Element<'a, Message> {
        let me = container(self.me(shared)).padding(Padding::ZERO.bottom(step::XXS));
        let mut top = column![me].spacing(step::S);
        if !shared.snapshot.accounts.is_empty() {
            top = top.push(chip::connection(shared.snapshot, shared.clock, Message::Protection));
        }
        top = told(shared.snapshot).into_iter().fold(top, iced::widget::Column::push);
        let top = top.push(self.field()).padding(Padding::new(step::M).bottom(step::S));
        let panel = column![top, self.list(shared, open)].width(Length::Fill).height(Length::Fill);
        let panel = container(panel).style(theme::surface);
        if self.menu { stack![panel, presence_menu(shared)].into() } else { panel.into() }
    }

    fn me<'a>(&self, shared: Shared<'a>) -> Element<'a, Message> {
        let snapshot = shared.snapshot;
        let name = plain::line(&snapshot.me);
        if name.is_empty() {
            return container(strong("Dovetail")).center_y(Length::Fixed(42.0)).into();
        }
        let address = snapshot.accounts.first().map_or(name.as_str(), |first| &first.address);
        let (show, word) = words::own_presence(snapshot);
        let presence = press(
            row![Line::small(word).tone(Tone::Muted), icon::CHEVRON_DOWN.sized(Tone::Muted, 12.0)]
                .spacing(step::XXS)
                .align_y(Alignment::Center),
        )
        .padding(theme::pad(2.0, step::XXS))
        .style(Button::Plain.style())
        .on_press(Message::Menu(!self.menu));
        row![
            avatar::person(&name, address, Some(show)),
            column![
                container(Line::body(name).strong()).padding(Padding::ZERO.left(step::XXS)),
                presence
            ]
            .width(Length::Fill),
            buttons::square(
                Button::Plain,
                &icon::BOOK,
                tr!("sidebar-address-book"),
                Some(Message::Go(Go::Book))
            ),
        ]
        .spacing(step::XS)
        .align_y(Alignment::Center)
        .into()
    }

    fn field(&self) -> Element<'_, Message> {
        let input = text_input(tr!("sidebar-search"), &self.search)
            .id(SEARCH)
            .on_input(Message::Search)
            .on_submit(Message::Submit)
            .font(theme::REGULAR)
            .size(theme::type_size(14.0))
            .line_height(iced::widget::text::LineHeight::Absolute(theme::type_size(20.0).into()))
            .padding(Padding::from([step::XS, step::S]).left(36.0).right(56.0))
            .style(theme::field);
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
        let items = self.listing.of(shared.snapshot, &self.search);
        // Before the first scroll the view's height is not known; no window is higher.
        let height = if self.height > 0.0 { self.height } else { 2_160.0 };
        let slice = items.slice(self.offset, height);
        let rows = items.items().iter().enumerate();
        let rows = rows.take(slice.range.end).skip(slice.range.start);
        let rows = column(rows.map(|(at, item)| {
            let row = self.item(item, &items, shared, open);
            let ring = theme::marked(self.at == Some(at));
            stack![row, container(spacer().width(Length::Fill).height(Length::Fill)).style(ring)]
                .into()
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

fn presence_menu<'a>(shared: Shared<'a>) -> Element<'a, Message> {
    let rows = SHOWS.map(|show| {
        let chosen = show == shared.snapshot.presence;
        let content =
            row![avatar::pip(words::show_tone(show)), body(words::show(show)).width(Length::Fill),]
                .push(chosen.then(|| icon::CHECK.sized(Tone::Accent, 16.0)))
                .spacing(step::S)
                .align_y(Alignment::Center);
        press(container(content).center_y(Length::Fill))
            .padding(theme::pad(0.0, step::S))
            .width(Length::Fill)
            .height(Length::Fixed(measure::CONTROL))
            .style(Button::Plain.style())
            .on_press(Message::Presence(show))
            .into()
    });
    let page = |name, key, message| {
        let keys = shortcuts::keys_of(key);
        let words = row![body(name).width(Length::Fill), small(keys)].align_y(Alignment::Center);
        press(container(words).center_y(Length::Fill))
            .padding(theme::pad(0.0, step::S))
            .width(Length::Fill)
            .height(Length::Fixed(measure::CONTROL))
            .style(Button::Plain.style())
            .on_press(message)
    };
    let pages = column![
        page(tr!("sidebar-open-rules"), Keystroke::Open(Door::Rules), Message::Rules),
        page(tr!("sidebar-open-accounts"), Keystroke::Accounts, Message::Go(Go::Accounts)),
        page(tr!("sidebar-open-book"), Keystroke::Open(Door::Book), Message::Go(Go::Book)),
        page(
            tr!("settings-open"),
            Keystroke::Open(Door::Settings),
            Message::Go(Go::Settings(Section::default()))
        ),
    ];
    let menu = container(column(rows).push(rule()).push(pages))
        .padding(step::XXS)
        .width(Length::Fixed(208.0));
    let elsewhere = mouse_area(spacer().width(Length::Fill).height(Length::Fill))
        .on_press(Message::Menu(false));
    // Below the word that opens it, and in line with it.
    let (left, top) = (step::M + 48.0, step::M + 44.0);
    stack![elsewhere, pin(opaque(raised(menu))).x(left - SHADE).y(top - SHADE / 2.0)].into()
}
