//! The side panel: who we are, whether we are connected, the search field, the list.

use iced::widget::{
    button, column, container, mouse_area, opaque, pin, row, scrollable, space as spacer, stack,
    text_input,
};
use iced::{Alignment, Element, Length, Padding};

use super::roster::{self, Item};
use super::{Action, Shared, call_with, contact_with, name_of};
use crate::core::command::{Command, ContactCommand};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::{
    SHADE, avatar, body, button as buttons, chip, heading, raised, small, strong,
};
use crate::gui::words;
use crate::model::BareJid;
use crate::model::address::Aor;
use crate::model::call::Direction;
use crate::model::contact::Contact;
use crate::model::message::{ChatState, Conversation, Entry};
use crate::model::party::Party;
use crate::model::presence::Show;

/// The search field.
pub const SEARCH: &str = "search";

/// What can be chosen as presence.
const SHOWS: [Show; 4] = [Show::Online, Show::Away, Show::Dnd, Show::Offline];

/// What the person did to the panel.
#[derive(Debug, Clone)]
pub enum Message {
    /// Typed into the search field.
    Search(String),
    /// Pressed Enter there.
    Submit,
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
    /// Wants to add a contact.
    Add(BareJid),
    /// Clicked the connection chip.
    Protection,
}

/// The panel's own state.
#[derive(Debug, Default)]
pub struct Sidebar {
    search: String,
    menu: bool,
    offset: f32,
    height: f32,
    hovered: Option<Party>,
}

impl Sidebar {
    /// Takes in what the person did.
    pub fn update(&mut self, message: Message, shared: Shared<'_>) -> Action {
        match message {
            Message::Search(text) => self.search(text),
            Message::Submit => self.submit(shared),
            Message::Menu(open) => self.menu(open),
            Message::Presence(show) => self.presence(show),
            Message::Scrolled(offset, height) => self.scrolled(offset, height),
            Message::Hover(with, on) => self.hover(with, on),
            Message::Open(with) => self.open(with),
            Message::Dial(typed) => self.dial(typed),
            Message::Call(with) => {
                Action::Place { to: with.to_string(), name: name_of(shared.snapshot, &with) }
            }
            Message::Add(jid) => self.add(jid),
            Message::Protection => Action::Protection,
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
        Action::None
    }

    fn submit(&mut self, shared: Shared<'_>) -> Action {
        let items = roster::items(shared.snapshot, &self.search);
        match items.into_iter().find(|item| !matches!(item, Item::Heading(_))) {
            Some(Item::Dial(typed)) => self.dial(typed),
            Some(Item::Conversation(conversation)) => Action::Open(conversation.with.clone()),
            Some(Item::Contact(contact)) => Action::Open(Party::from(&contact.jid)),
            Some(Item::Write(aor)) => self.open(Party::Sip(aor)),
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
        Action::Place { name: typed.clone(), to: typed }
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
        let presence = button(
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
            ],
        ]
        .spacing(step::XS)
        .align_y(Alignment::Center)
        .into()
    }

    fn field(&self) -> Element<'_, Message> {
        let input = text_input("Search, or type a number", &self.search)
            .id(SEARCH)
            .on_input(Message::Search)
            .on_submit(Message::Submit)
            .font(theme::REGULAR)
            .size(14)
            .line_height(iced::widget::text::LineHeight::Absolute(20.0.into()))
            .padding(Padding::from([step::XS, step::S]).left(36.0).right(56.0))
            .style(theme::field);
        let marks = row![
            icon::SEARCH.sized(Tone::Muted, 16.0),
            spacer::horizontal(),
            small(if self.search.is_empty() { "Ctrl K" } else { "" }),
        ]
        .align_y(Alignment::Center)
        .height(Length::Fixed(measure::CONTROL))
        .padding(theme::pad(0.0, step::S));
        stack![input, marks].into()
    }

    fn list<'a>(&'a self, shared: Shared<'a>, open: Option<&Party>) -> Element<'a, Message> {
        let items = roster::items(shared.snapshot, &self.search);
        // Before the first scroll the view's height is not known; no window is higher.
        let height = if self.height > 0.0 { self.height } else { 2_160.0 };
        let slice = roster::slice(&items, self.offset, height);
        let rows = items.into_iter().take(slice.range.end).skip(slice.range.start);
        let rows = column(rows.map(|item| self.item(item, shared, open)));
        let list = column![spacer().height(slice.above), rows, spacer().height(slice.below)]
            .width(Length::Fill);
        scrollable(list)
            .direction(theme::scrollbar())
            .on_scroll(|view| Message::Scrolled(view.absolute_offset().y, view.bounds().height))
            .style(theme::scroll)
            .width(Length::Fill)
            .height(Length::Fill)
            .into()
    }

    fn item<'a>(
        &self,
        item: Item,
        shared: Shared<'a>,
        open: Option<&Party>,
    ) -> Element<'a, Message> {
        let content = match &item {
            Item::Heading(name) => container(heading(*name))
                .padding(Padding::from([step::XXS, step::M]))
                .align_y(Alignment::End)
                .height(Length::Fill)
                .into(),
            Item::Note(title, text) => note(title, text),
            Item::Dial(typed) => dial_row(typed),
            Item::Add(jid) => add_row(jid),
            Item::Write(aor) => write_row(aor),
            Item::Conversation(conversation) => {
                let with = &conversation.with;
                let content = conversation_row(conversation, shared, self.hovers(with));
                hoverable(with, content, open == Some(with))
            }
            Item::Contact(contact) => {
                let with = Party::from(&contact.jid);
                let content = contact_row(contact, shared, self.hovers(&with));
                hoverable(&with, content, open == Some(&with))
            }
        };
        container(content).height(Length::Fixed(item.height())).into()
    }

    fn hovers(&self, with: &Party) -> bool {
        self.hovered.as_ref() == Some(with)
    }
}

/// A row of somebody: opens the conversation, and remembers the pointer.
fn hoverable<'a>(
    with: &Party,
    content: Element<'a, Message>,
    selected: bool,
) -> Element<'a, Message> {
    mouse_area(plain_row(content, selected, Message::Open(with.clone())))
        .on_enter(Message::Hover(with.clone(), true))
        .on_exit(Message::Hover(with.clone(), false))
        .into()
}

fn plain_row<'a>(
    content: Element<'a, Message>,
    selected: bool,
    on_press: Message,
) -> Element<'a, Message> {
    button(container(content).center_y(Length::Fill))
        .padding(theme::pad(0.0, step::M))
        .width(Length::Fill)
        .height(Length::Fill)
        .style(theme::row(selected))
        .on_press(on_press)
        .into()
}

fn conversation_row<'a>(
    conversation: &Conversation,
    shared: Shared<'a>,
    hovered: bool,
) -> Element<'a, Message> {
    let with = &conversation.with;
    let contact = contact_with(shared.snapshot, with);
    let name = name_of(shared.snapshot, with);
    let show = contact.map(|contact| contact.presence.show);
    let last = conversation.entries.last();
    let typing = contact.is_some_and(|c| c.chat_state == Some(ChatState::Composing));
    let (tone, preview) = match last {
        _ if typing => (Tone::Accent, "typing…".to_owned()),
        Some(entry) => preview(entry, &name),
        None => (Tone::Muted, with.shown()),
    };
    let when = last.map(|entry| Line::small(shared.clock.short(entry.at)).tone(Tone::Muted));
    let count = (conversation.unread > 0).then(|| unread(conversation.unread));
    let picture = avatar::person(&name, &with.to_string(), show);
    let line = |text: Line| row![text.fill()].spacing(step::XS).align_y(Alignment::Center);
    let lines = column![
        line(Line::body(name).strong()).push(when),
        line(Line::small(preview).tone(tone)).push(count),
    ]
    .width(Length::Fill);
    let mut content = row![picture, lines].spacing(step::S).align_y(Alignment::Center);
    let callable = contact.is_some_and(|contact| contact.can.audio) || with.jid().is_none();
    if callable && call_with(shared.snapshot, with).is_none() {
        content = content.push(buttons::row_call_icon(hovered, Message::Call(with.clone())));
    }
    content.into()
}

fn preview(entry: &Entry, name: &str) -> (Tone, String) {
    if let Some(call) = &entry.call {
        let (missed, text) = words::past_call(call, name);
        let text = if missed { "Missed call".to_owned() } else { text };
        return (if missed { Tone::Bad } else { Tone::Muted }, text);
    }
    let body = plain::line(entry.body.as_deref().unwrap_or_default());
    let text = match entry.direction {
        Direction::Out => format!("You: {body}"),
        Direction::In => body,
    };
    (Tone::Muted, text)
}

fn unread<'a>(count: u32) -> Element<'a, Message> {
    let text = if count > 99 { "99+".to_owned() } else { count.to_string() };
    container(heading(text).style(Tone::OnAccent.text()))
        .padding(theme::pad(0.0, step::XXS + 2.0))
        .center_x(Length::Shrink)
        .style(theme::badge)
        .into()
}

fn contact_row<'a>(contact: &Contact, shared: Shared<'_>, hovered: bool) -> Element<'a, Message> {
    let name = plain::line(&contact.name);
    let mut under = words::presence(&contact.presence);
    if contact.asks {
        "Asks to see when you are available".clone_into(&mut under);
    } else if contact.numbers.is_empty() {
        under.push_str(" · no number");
    }
    let mut content = row![
        avatar::person(&name, contact.jid.as_str(), Some(contact.presence.show)),
        column![Line::body(name).strong(), Line::small(under).tone(Tone::Muted)]
            .width(Length::Fill),
    ]
    .spacing(step::S)
    .align_y(Alignment::Center);
    let with = Party::from(&contact.jid);
    if contact.can.audio && call_with(shared.snapshot, &with).is_none() {
        content = content.push(buttons::row_call(hovered, Message::Call(with)));
    }
    content.into()
}

fn dial_row<'a>(typed: &str) -> Element<'a, Message> {
    let words = Line::body(format!("Call “{}”", plain::line(typed))).strong().tone(Tone::Accent);
    let content = row![symbol(&icon::PHONE), words].spacing(step::S).align_y(Alignment::Center);
    plain_row(content.into(), false, Message::Dial(typed.to_owned()))
}

fn add_row<'a>(jid: &BareJid) -> Element<'a, Message> {
    let words = column![
        Line::body("Add to your contacts").strong(),
        Line::small(jid.to_string()).tone(Tone::Muted),
    ];
    let content =
        row![symbol(&icon::ADD_CONTACT), words].spacing(step::S).align_y(Alignment::Center);
    plain_row(content.into(), false, Message::Add(jid.clone()))
}

fn write_row<'a>(aor: &Aor) -> Element<'a, Message> {
    let with = Party::Sip(aor.clone());
    let words = Line::body(format!("Write to “{}”", plain::line(&with.shown()))).strong();
    let content = row![symbol(&icon::SEND), words.tone(Tone::Accent)]
        .spacing(step::S)
        .align_y(Alignment::Center);
    plain_row(content.into(), false, Message::Open(with))
}

fn symbol<'a>(icon: &icon::Icon) -> Element<'a, Message> {
    container(icon.view(Tone::Accent))
        .center(Length::Fixed(40.0))
        .style(Tone::Accent.boxed(20.0))
        .into()
}

fn note<'a>(title: &'a str, text: &'a str) -> Element<'a, Message> {
    column![strong(title), body(text).style(Tone::Muted.text())]
        .spacing(step::XXS)
        .padding(theme::pad(step::S, step::M))
        .into()
}

fn presence_menu<'a>(shared: Shared<'a>) -> Element<'a, Message> {
    let rows = SHOWS.map(|show| {
        let chosen = show == shared.snapshot.presence;
        let content =
            row![avatar::pip(words::show_tone(show)), body(words::show(show)).width(Length::Fill),]
                .push(chosen.then(|| icon::CHECK.sized(Tone::Accent, 16.0)))
                .spacing(step::S)
                .align_y(Alignment::Center);
        button(container(content).center_y(Length::Fill))
            .padding(theme::pad(0.0, step::S))
            .width(Length::Fill)
            .height(Length::Fixed(measure::CONTROL))
            .style(Button::Plain.style())
            .on_press(Message::Presence(show))
            .into()
    });
    let menu = container(column(rows)).padding(step::XXS).width(Length::Fixed(208.0));
    let elsewhere = mouse_area(spacer().width(Length::Fill).height(Length::Fill))
        .on_press(Message::Menu(false));
    // Below the word that opens it, and in line with it.
    let (left, top) = (step::M + 48.0, step::M + 44.0);
    stack![elsewhere, pin(opaque(raised(menu))).x(left - SHADE).y(top - SHADE / 2.0)].into()
}
