//! The panel's head: who we are, and the menu of what leads on from there.

use iced::widget::{
    column, container, mouse_area, opaque, pin, row, scrollable, space as spacer, stack, text_input,
};
use iced::{Alignment, Element, Length, Padding};

use super::Message as Panel;
use crate::core::command::Command;
use crate::core::snapshot::Snapshot;
use crate::gui::app::{Door, Keystroke, shortcuts};
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::screen::{Action, Go, Shared};
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::press::press;
use crate::gui::widget::{
    SHADE, avatar, body, button as buttons, field, raised, rule, small, strong,
};
use crate::gui::words;
use crate::model::account::AccountKind;
use crate::model::presence::Show;
use crate::tr;

/// The first row of the menu, where the keyboard begins.
const FIRST: &str = "menu-first";

/// The field of what we say about ourselves.
pub const STATUS: &str = "menu-status";

/// The longest that is, in bytes.
const LONGEST: usize = 256;

/// The menu's width in logical pixels.
const WIDE: f32 = measure::PANEL - 2.0 * step::M;

/// What can be chosen as presence.
const SHOWS: [Show; 4] = [Show::Online, Show::Away, Show::Dnd, Show::Offline];

/// What the person did there.
#[derive(Debug, Clone)]
pub enum Message {
    /// Opened or closed the menu.
    Menu(bool),
    /// Chose a presence.
    Presence(Show),
    /// Typed what we say about ourselves.
    Status(String),
    /// Pressed Enter there.
    Say,
    /// Chose what has a shortcut.
    Choose(Keystroke),
}

/// What is kept of it.
#[derive(Debug, Default)]
pub struct Head {
    open: bool,
    status: Option<String>,
}

impl Head {
    /// Takes in what the person did.
    pub fn update(&mut self, message: Message, snapshot: &Snapshot) -> Action {
        match message {
            Message::Menu(open) => {
                (self.open, self.status) = (open, None);
                if open { Action::Focus(Some(FIRST)) } else { Action::None }
            }
            Message::Presence(show) => self.be(show, snapshot),
            Message::Status(mut text) => {
                text.truncate(text.floor_char_boundary(LONGEST));
                self.status = Some(text);
                Action::None
            }
            Message::Say => self.be(snapshot.presence, snapshot),
            Message::Choose(does) => {
                self.close();
                Action::Key(does)
            }
        }
    }

    fn be(&mut self, show: Show, snapshot: &Snapshot) -> Action {
        self.open = false;
        let status = self.status.take().unwrap_or_else(|| snapshot.status.clone());
        Action::Run(Command::Presence { show, status: status.trim().to_owned() })
    }

    /// The menu is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Closes the menu; false when it is not open.
    pub fn close(&mut self) -> bool {
        self.status = None;
        std::mem::take(&mut self.open)
    }

    /// Who we are.
    pub fn view<'a>(&self, shared: Shared<'a>) -> Element<'a, Panel> {
        let snapshot = shared.snapshot;
        let name = plain::line(&snapshot.me);
        let toggle = Panel::Head(Message::Menu(!self.open));
        let kind = if self.open { Button::Quiet } else { Button::Plain };
        let menu = buttons::square(kind, &icon::MENU, tr!("sidebar-menu"), Some(toggle.clone()));
        if name.is_empty() {
            let name = container(strong("Dovetail")).center_y(Length::Fixed(42.0));
            return row![name.width(Length::Fill), menu].align_y(Alignment::Center).into();
        }
        let address = snapshot.accounts.first().map_or(name.as_str(), |first| &first.address);
        let photo = snapshot.own_cards.iter().find_map(|card| card.photo.as_ref());
        let (show, word) = words::own_presence(snapshot);
        let said = plain::line(&snapshot.status);
        let word = match said.is_empty() {
            true => word.to_owned(),
            false => tr!("sidebar-presence-and-status", presence = word, status = said),
        };
        let presence = press(Line::small(word).tone(Tone::Muted))
            .padding(theme::pad(2.0, step::XXS))
            .style(Button::Plain.style())
            .on_press(toggle);
        let book = tr!("sidebar-address-book");
        row![
            avatar::pictured(photo, &name, address, Some(show)),
            column![
                container(Line::body(name).strong()).padding(Padding::ZERO.left(step::XXS)),
                presence
            ]
            .width(Length::Fill),
            row![
                buttons::square(Button::Plain, &icon::BOOK, book, Some(Panel::Go(Go::Book))),
                menu
            ],
        ]
        .spacing(step::XS)
        .align_y(Alignment::Center)
        .into()
    }

    /// What can be done from there, above the panel; nothing while it is closed.
    pub fn menu<'a>(&'a self, shared: Shared<'a>) -> Option<Element<'a, Panel>> {
        if !self.open {
            return None;
        }
        let has_presence = !shared.snapshot.accounts.is_empty();
        let mut rows = column![].padding(step::XXS);
        if has_presence {
            // Only the chat side tells others.
            let mut accounts = shared.snapshot.accounts.iter();
            let tells = accounts.any(|account| account.kind == AccountKind::Xmpp);
            rows = rows.push(presences(shared.snapshot));
            rows = rows.push(tells.then(|| self.status(shared.snapshot))).push(rule());
        }
        let rows = rows.push(pages(!has_presence));
        let menu = scrollable(rows)
            .direction(theme::scrollbar())
            .style(theme::scroll)
            .height(Length::Shrink);
        let menu = raised(container(menu).width(Length::Fixed(WIDE)));
        let elsewhere = mouse_area(spacer().width(Length::Fill).height(Length::Fill))
            .on_press(Panel::Head(Message::Menu(false)));
        let (left, top) = (step::M, step::M + 44.0);
        Some(stack![elsewhere, pin(opaque(menu)).x(left - SHADE).y(top - SHADE / 2.0)].into())
    }

    fn status<'a>(&'a self, snapshot: &'a Snapshot) -> Element<'a, Panel> {
        let text = self.status.as_deref().unwrap_or(&snapshot.status);
        let field = field::padded(
            text_input(tr!("sidebar-status"), text)
                .id(STATUS)
                .on_input(|text| Panel::Head(Message::Status(text)))
                .on_submit(Panel::Head(Message::Say)),
            theme::pad(step::XXS + 2.0, step::S),
        );
        container(field).padding(step::XXS).into()
    }
}

fn presences<'a>(snapshot: &Snapshot) -> Element<'a, Panel> {
    let rows = SHOWS.into_iter().enumerate().map(|(at, show)| {
        let chosen = show == snapshot.presence;
        let content =
            row![avatar::pip(words::show_tone(show)), body(words::show(show)).width(Length::Fill),]
                .push(chosen.then(|| icon::CHECK.sized(Tone::Accent, 16.0)))
                .push(small(shortcuts::keys_of(Keystroke::Presence(show))))
                .spacing(step::S)
                .align_y(Alignment::Center);
        choice(content.into(), at == 0, Panel::Head(Message::Presence(show)))
    });
    column(rows).into()
}

fn pages<'a>(begins: bool) -> Element<'a, Panel> {
    let page = |name, does, first| {
        let words = row![Line::body(name).fill(), small(shortcuts::keys_of(does))];
        let words = words.spacing(step::XS).align_y(Alignment::Center);
        choice(words.into(), first, Panel::Head(Message::Choose(does)))
    };
    column![
        page(tr!("sidebar-open-accounts"), Keystroke::Accounts, begins),
        page(tr!("sidebar-open-protection"), Keystroke::Open(Door::Protection), false),
        page(tr!("sidebar-open-book"), Keystroke::Open(Door::Book), false),
        page(tr!("sidebar-open-rules"), Keystroke::Open(Door::Rules), false),
        page(tr!("settings-open"), Keystroke::Open(Door::Settings), false),
        page(tr!("sidebar-open-shortcuts"), Keystroke::Open(Door::Sheet), false),
        rule(),
        page(tr!("keys-quit"), Keystroke::Open(Door::Quit), false),
    ]
    .into()
}

fn choice<'a>(content: Element<'a, Panel>, first: bool, on_press: Panel) -> Element<'a, Panel> {
    let choice = press(container(content).center_y(Length::Fill))
        .padding(theme::pad(0.0, step::S))
        .width(Length::Fill)
        .height(Length::Fixed(measure::CONTROL))
        .edge_to_edge()
        .style(Button::Plain.style())
        .on_press(on_press);
    if first { choice.id(FIRST).into() } else { choice.into() }
}
