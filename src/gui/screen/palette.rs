//! The command palette: finds people, what was said and what can be done, or calls what is
//! typed. It holds a few of each and no more.

use std::sync::Arc;

use iced::widget::{button, column, container, row, scrollable, text_input};
use iced::{Alignment, Element, Length};

use super::{Shared, call_with, contact_with, name_of, roster, sidebar};
use crate::book::search::Found;
use crate::book::text::{fold, words};
use crate::core::snapshot::Snapshot;
use crate::gui::app::shortcuts::Row;
use crate::gui::icon::{self, Icon};
use crate::gui::plain;
use crate::gui::theme::{self, Tone, measure, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::{avatar, body, button as buttons, field, heading, raised, rule, small};
use crate::model::id::BookId;
use crate::model::message::{Conversation, Entry};
use crate::model::party::Party;
use crate::tr;

/// Its field.
pub const FIELD: &str = "palette";

/// The most people that it shows.
pub const PEOPLE: usize = 6;

/// The most entries of the history.
pub const SAID: usize = 5;

/// The most things to do, once something is typed.
const DOABLE: usize = 6;

/// The longest text that is looked for, in bytes.
const LONGEST: usize = 200;

/// The height of a row in logical pixels.
const ROW: f32 = 48.0;

/// The height of a row of something to do.
const LOW: f32 = measure::CONTROL;

/// The height of a heading.
const HEADING: f32 = 24.0;

/// How high the list is at most.
const HIGH: f32 = 420.0;

/// The list below the field.
pub const LIST: &str = "palette-list";

/// Its width.
const WIDTH: f32 = 560.0;

/// What the person did to it.
#[derive(Clone)]
pub enum Message {
    /// Typed.
    Typed(String),
    /// Pressed Enter.
    Submit,
    /// Clicked on a row.
    Choose(usize),
    /// Wants to call somebody of it.
    Call(Party),
}

/// What is typed may be what was said.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Typed(_) => "Typed",
            Self::Submit => "Submit",
            Self::Choose(_) => "Choose",
            Self::Call(_) => "Call",
        })
    }
}

/// Somebody who was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// With whom a conversation is opened.
    pub with: Option<Party>,
    /// Their entry of the address book.
    pub entry: Option<BookId>,
    name: String,
    under: String,
    callable: bool,
}

/// Something that was said.
#[derive(Clone, PartialEq)]
pub struct Said {
    /// With whom.
    pub with: Party,
    /// What.
    pub entry: Arc<Entry>,
    name: String,
}

impl Said {
    /// The messages that the history found, the newest first; it gives the newest last.
    pub fn of(entries: Vec<Entry>, snapshot: &Snapshot) -> impl Iterator<Item = Self> {
        entries.into_iter().rev().filter_map(|entry| {
            let with: Party = entry.with.parse().ok()?;
            let name = name_of(snapshot, &with);
            Some(Self { with, entry: Arc::new(entry), name })
        })
    }

    /// With whom it was said.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text on one line.
    pub fn text(&self) -> String {
        plain::line(self.entry.body.as_deref().unwrap_or_default())
    }
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").field("with", &self.with).finish_non_exhaustive()
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub enum Hit {
    /// Call what was typed.
    Dial(String),
    /// Somebody.
    Person(Person),
    /// What was said.
    Said(Said),
    /// What can be done.
    Do(&'static Row),
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Nothing.
    Nothing,
    /// The book and the history are asked.
    Ask {
        /// For what.
        text: String,
        /// Which question it is.
        turn: u64,
    },
    /// What was chosen is done.
    Do(Hit),
    /// Somebody is called.
    Call(Party),
    /// The list goes so far down that the choice is in sight.
    Show {
        /// Its offset; below nought it is the top.
        offset: f32,
    },
}

/// The palette's own state.
#[derive(Default)]
pub struct Palette {
    text: String,
    turn: u64,
    doable: Vec<&'static Row>,
    recent: Vec<Person>,
    people: Vec<Person>,
    said: Vec<Said>,
    at: usize,
}

impl std::fmt::Debug for Palette {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Palette").field("turn", &self.turn).field("at", &self.at).finish()
    }
}

impl Palette {
    /// As it opens: with the newest conversations, then contacts, and all that can be done now.
    pub fn new(doable: Vec<&'static Row>, snapshot: &Snapshot) -> Self {
        let person = |one: &Arc<Conversation>| Person::of_party(&one.with, snapshot);
        let talks = snapshot.conversations.iter().map(person);
        let others = snapshot.contacts.iter().map(|contact| Party::from(&contact.jid));
        let others = others.filter(|with| snapshot.conversation(with).is_none());
        let others = others.map(|with| Person::of_party(&with, snapshot));
        let recent = talks.chain(others).take(PEOPLE).collect();
        Self { doable, recent, ..Self::default() }
    }

    /// Takes in what the person did.
    pub fn update(&mut self, message: Message) -> Next {
        match message {
            Message::Typed(text) => self.typed(&text),
            Message::Submit => self.choose(self.at),
            Message::Choose(at) => self.choose(at),
            Message::Call(with) => Next::Call(with),
        }
    }

    /// Moves the choice, round the corner.
    pub fn step(&mut self, by: isize) -> Next {
        let count = self.hits().len();
        if count > 0 {
            let to = self.at.min(count - 1).checked_add_signed(by);
            self.at = to.map_or(count - 1, |to| if to < count { to } else { 0 });
        }
        Next::Show { offset: self.bottom_of_choice() - HIGH }
    }

    /// Where the chosen row ends, from the top of the list.
    fn bottom_of_choice(&self) -> f32 {
        let mut section = None;
        let mut bottom = 2.0 * step::XXS;
        for hit in self.hits().iter().take(self.at + 1) {
            if section != Some(hit.section()) {
                section = Some(hit.section());
                bottom += HEADING;
            }
            bottom += hit.height();
        }
        bottom
    }

    /// Whom the chosen row is about.
    pub fn chosen_party(&self) -> Option<Party> {
        match self.hits().into_iter().nth(self.at)? {
            Hit::Person(person) => person.with,
            Hit::Said(said) => Some(said.with),
            Hit::Dial(_) | Hit::Do(_) => None,
        }
    }

    /// The book's answer to a question; an old one's says nothing.
    pub fn people(&mut self, turn: u64, found: Vec<Found>, snapshot: &Snapshot) {
        if turn == self.turn {
            let person = |one: Found| Person::of_found(one, snapshot);
            self.keep_choice(|palette| {
                palette.people = found.into_iter().take(PEOPLE).map(person).collect();
            });
        }
    }

    /// The history's answer.
    pub fn said(&mut self, turn: u64, entries: Vec<Entry>, snapshot: &Snapshot) {
        if turn == self.turn {
            let said = Said::of(entries, snapshot).take(SAID).collect();
            self.keep_choice(|palette| palette.said = said);
        }
    }

    /// An answer that arrives late leaves a choice that was moved on what it was on: Enter then
    /// never takes what came under it a moment ago.
    fn keep_choice(&mut self, change: impl FnOnce(&mut Self)) {
        let chosen = self.hits().into_iter().nth(self.at);
        change(self);
        if self.at > 0
            && let Some(chosen) = chosen
        {
            self.at = self.hits().iter().position(|hit| *hit == chosen).unwrap_or(0);
        }
    }

    fn typed(&mut self, text: &str) -> Next {
        self.text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text).to_owned();
        self.turn = self.turn.wrapping_add(1);
        self.at = 0;
        let text = self.text.trim();
        if text.is_empty() {
            (self.people, self.said) = (Vec::new(), Vec::new());
            return Next::Nothing;
        }
        Next::Ask { text: text.to_owned(), turn: self.turn }
    }

    fn choose(&mut self, at: usize) -> Next {
        self.hits().into_iter().nth(at).map_or(Next::Nothing, Next::Do)
    }

    /// All rows, as they stand.
    pub fn hits(&self) -> Vec<Hit> {
        let text = self.text.trim();
        if text.is_empty() {
            let recent = self.recent.iter().cloned().map(Hit::Person);
            return recent.chain(self.doable.iter().copied().map(Hit::Do)).collect();
        }
        let mut hits = Vec::new();
        if roster::dialable(text) {
            hits.push(Hit::Dial(text.to_owned()));
        }
        hits.extend(self.people.iter().cloned().map(Hit::Person));
        let asked = fold(text);
        let fits = |row: &&&'static Row| fits(&asked, &fold((row.name)()));
        hits.extend(self.doable.iter().filter(fits).take(DOABLE).copied().map(Hit::Do));
        hits.extend(self.said.iter().cloned().map(Hit::Said));
        hits
    }

    /// The palette.
    pub fn view<'a>(&'a self, shared: Shared<'a>) -> Element<'a, Message> {
        let input = field::padded(
            text_input(tr!("keys-palette-field"), &self.text)
                .id(FIELD)
                .on_input(Message::Typed)
                .on_submit(Message::Submit),
            theme::pad(step::S, step::S),
        );
        let hits = self.hits();
        let mut rows = column![].padding(theme::pad(step::XXS, step::XXS).right(step::S));
        if hits.is_empty() {
            let nothing = body(tr!("keys-palette-nothing")).style(Tone::Muted.text());
            rows = rows.push(container(nothing).padding(step::S));
        }
        let mut section = None;
        for (at, hit) in hits.into_iter().enumerate() {
            if section != Some(hit.section()) {
                section = Some(hit.section());
                let name = heading(hit.section().name());
                rows = rows.push(
                    container(name)
                        .padding(theme::pad(0.0, step::XS))
                        .center_y(Length::Fixed(HEADING)),
                );
            }
            rows = rows.push(self.row(at, hit, shared));
        }
        let list = scrollable(rows)
            .id(LIST)
            .direction(theme::scrollbar())
            .style(theme::scroll)
            .height(Length::Shrink);
        let card =
            column![container(input).padding(step::XS), rule(), container(list).max_height(HIGH),];
        // As wide as it may be: what draws its shade fills what it is given.
        container(raised(container(card).width(Length::Fill))).max_width(WIDTH).into()
    }

    fn row<'a>(&self, at: usize, hit: Hit, shared: Shared<'a>) -> Element<'a, Message> {
        let height = hit.height();
        let content = match hit {
            Hit::Dial(typed) => {
                let call = tr!("sidebar-call-typed", typed = plain::quoted(&typed));
                line(symbol(&icon::PHONE), Line::body(call).strong().tone(Tone::Accent), None)
            }
            Hit::Person(person) => person.row(shared),
            Hit::Said(said) => {
                let text = said.text();
                let when = small(shared.clock.short(said.entry.at)).width(Length::Shrink);
                let name = row![Line::small(said.name).tone(Tone::Muted).fill(), when];
                let words = column![Line::body(text), name.spacing(step::XS)];
                row![symbol(&icon::MESSAGE), words.width(Length::Fill)]
                    .spacing(step::S)
                    .align_y(Alignment::Center)
                    .into()
            }
            Hit::Do(action) => {
                let keys = small(action.chord.words()).width(Length::Shrink);
                row![Line::body((action.name)()).fill(), keys]
                    .spacing(step::XS)
                    .align_y(Alignment::Center)
                    .into()
            }
        };
        button(container(content).center_y(Length::Fill))
            .padding(theme::pad(0.0, step::XS))
            .width(Length::Fill)
            .height(Length::Fixed(height))
            .style(theme::choice(at == self.at))
            .on_press(Message::Choose(at))
            .into()
    }
}

/// Every word that is asked begins one of the others.
fn fits(asked: &str, name: &str) -> bool {
    words(asked).all(|word| words(name).any(|known| known.starts_with(word)))
}

/// What a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Dial,
    People,
    Doable,
    Said,
}

impl Section {
    fn name(self) -> &'static str {
        match self {
            Self::Dial => tr!("keys-palette-call"),
            Self::People => tr!("keys-palette-people"),
            Self::Doable => tr!("keys-palette-doable"),
            Self::Said => tr!("keys-palette-said"),
        }
    }
}

impl Hit {
    fn height(&self) -> f32 {
        if matches!(self, Self::Do(_)) { LOW } else { ROW }
    }

    fn section(&self) -> Section {
        match self {
            Self::Dial(_) => Section::Dial,
            Self::Person(_) => Section::People,
            Self::Said(_) => Section::Said,
            Self::Do(_) => Section::Doable,
        }
    }
}

impl Person {
    fn of_party(with: &Party, snapshot: &Snapshot) -> Self {
        Self {
            name: name_of(snapshot, with),
            under: with.shown(),
            callable: sidebar::can_call(snapshot, with),
            with: Some(with.clone()),
            entry: None,
        }
    }

    fn of_found(found: Found, snapshot: &Snapshot) -> Self {
        let contact = found.jid.as_ref().map(Party::from);
        if let Some(with) = contact.filter(|with| contact_with(snapshot, with).is_some()) {
            return Self::of_party(&with, snapshot);
        }
        let number = found.numbers.first().map(|number| plain::line(&number.display));
        let under = match (found.jid, number) {
            (_, Some(number)) => number,
            (Some(jid), None) => jid.to_string(),
            (None, None) => String::new(),
        };
        let name = plain::line(&found.name);
        Self { with: None, entry: found.id, name, under, callable: false }
    }

    fn row<'a>(self, shared: Shared<'_>) -> Element<'a, Message> {
        let contact = self.with.as_ref().and_then(|with| contact_with(shared.snapshot, with));
        let show = contact.map(|contact| contact.presence.show);
        let address = self.with.as_ref().map_or_else(|| self.under.clone(), Party::to_string);
        let words = column![
            Line::body(self.name.clone()).strong(),
            Line::small(self.under).tone(Tone::Muted)
        ];
        let on = self.with.as_ref().is_some_and(|with| call_with(shared.snapshot, with).is_some());
        let call = self
            .with
            .filter(|_| self.callable && !on)
            .map(|with| buttons::row_call_icon(false, Message::Call(with)));
        let photo = contact.and_then(|contact| contact.photo.as_ref());
        row![avatar::pictured(photo, &self.name, &address, show), words.width(Length::Fill)]
            .push(call)
            .spacing(step::S)
            .align_y(Alignment::Center)
            .into()
    }
}

fn line<'a>(
    symbol: Element<'a, Message>,
    words: Line,
    end: Option<Element<'a, Message>>,
) -> Element<'a, Message> {
    row![symbol, words.fill()].push(end).spacing(step::S).align_y(Alignment::Center).into()
}

fn symbol<'a>(icon: &Icon) -> Element<'a, Message> {
    container(icon.view(Tone::Accent)).center(Length::Fixed(40.0)).into()
}
