//! A conversation: who it is, what was said and called, and the composer.

mod bar;
mod composer;
mod days;
mod find;
mod head;
mod links;
mod picked;
mod protection;
mod rows;
mod span;
mod timeline;

use std::collections::HashMap;

use iced::widget::column;
use iced::widget::text_editor::{self, Content};
use iced::{Element, Length};

use super::{Action, Shared, call_with, contact_with, name_of, place};
use crate::core::command::{ChatCommand, Command, ContactCommand};
use crate::gui::widget::feed::{Key, Place, Sight, Wish};
use crate::gui::widget::{card, choice, rule};
use crate::gui::words;
use crate::model::BareJid;
use crate::model::call::Direction;
use crate::model::id::MessageId;
use crate::model::message::{ChatState, Entry, MessageState};
use crate::model::party::Party;
use crate::model::time::Timestamp;

use bar::Bar;
use links::Links;
use picked::Picked;
use protection::differs;
use span::Span;

pub use days::DATE;
pub use find::FIND;
pub use span::{PAGE, Side};

/// The composer.
pub const COMPOSER: &str = "composer";

/// The longest draft that other programs add to, in bytes.
const MOST_PROPOSED: usize = 16 << 10;

/// The most conversations whose drafts and entries are kept.
const KEPT_LIMIT: usize = 200;

/// What the person did to the conversation, and what came of it.
#[derive(Debug, Clone)]
pub enum Message {
    /// Edited the draft.
    Edit(text_editor::Action),
    /// Sent the draft.
    Send,
    /// Wants to call.
    Call,
    /// Wants the chat with whom a call was.
    Chat(Party),
    /// Went back to the list.
    Back,
    /// Lets the contact see our presence, or refuses that.
    Allow(bool),
    /// The time after which an untouched draft is a paused one.
    Idle(u64),
    /// Did something with this message.
    Text(Key, picked::Act),
    /// What to do with the link.
    Chose(choice::Act),
    /// The timeline shows another part.
    Sight(Sight),
    /// Wants to see another part.
    Jump(Jump),
    /// Wants to see a page that could not be had.
    Again(Side),
    /// Opened what leads elsewhere in the timeline.
    Open(Open),
    /// Did something there.
    Bar(bar::Act),
}

/// A way through the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// To the newest entry.
    Newest,
    /// A view up.
    PageUp,
    /// A view down.
    PageDown,
}

/// What leads elsewhere in the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// What was said is looked for.
    Find,
    /// Days, beginning with that of a moment.
    Days(Timestamp),
    /// The same, beginning with the one in sight.
    Dates,
}

/// What was asked of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// A page of the timeline, and the number of the request.
    Page(Side, u64),
    /// What answers a search, and its number.
    Find(u64),
}

/// What is kept of one conversation.
#[derive(Debug, Default)]
struct Kept {
    draft: Content,
    span: Span,
    /// Where the timeline is to be.
    wish: Option<Place>,
    /// How many views from there.
    pages: f32,
    turn: u64,
    /// What it shows; none before it said so.
    sight: Option<Sight>,
    /// The entry that is to be well in sight, once what is before it is there.
    eye: Option<u64>,
    /// Messages that came while the newest were out of sight.
    fresh: u32,
}

impl Kept {
    /// The list is the same for all conversations, and tells their wishes apart.
    fn wish(&self, with: &Party) -> Wish {
        let place = self.wish.unwrap_or(Place::End);
        Wish { place, pages: self.pages, turn: rows::turn(with, self.turn) }
    }

    fn go(&mut self, place: Place) {
        self.turn = self.turn.wrapping_add(1);
        (self.wish, self.pages) = (Some(place), 0.0);
    }

    /// Goes a part of the view up or down.
    fn page(&mut self, pages: f32) {
        self.turn = self.turn.wrapping_add(1);
        self.pages = pages;
    }

    /// The newest entries are in sight.
    fn at_end(&self) -> bool {
        self.span.is_present() && self.sight.is_none_or(|sight| sight.at_end)
    }
}

/// The screen's own state, for every conversation that was opened.
#[derive(Debug, Default)]
pub struct Conversations {
    kept: HashMap<Party, Kept>,
    typing: bool,
    edits: u64,
    links: Links,
    picked: Picked,
    bar: Option<Bar>,
    asked: u64,
}

impl Conversations {
    /// Takes in what the person did to the conversation with `with`.
    pub fn update(&mut self, with: &Party, message: Message, shared: Shared<'_>) -> Action {
        match message {
            Message::Edit(action) => self.edit(with, action),
            Message::Send => self.send(with, shared),
            Message::Call => place(with.to_string(), name_of(shared.snapshot, with)),
            Message::Chat(with) => Action::Open(with),
            Message::Back => Action::Back,
            Message::Allow(true) => presence(with, ContactCommand::Accept),
            Message::Allow(false) => presence(with, ContactCommand::Deny),
            Message::Idle(edits) => self.idle(with, edits),
            Message::Text(entry, act) => self.on_text(with, entry, act, shared),
            Message::Chose(act) => self.links.chose(act),
            Message::Sight(sight) => self.seen(with, sight, shared),
            Message::Jump(jump) => self.jump(with, jump, shared),
            Message::Again(side) => self.again(with, side, shared),
            Message::Open(open) => self.open(with, open, shared),
            Message::Bar(act) => self.on_bar(with, act, shared),
        }
    }

    /// The conversation comes into sight: what is unread is marked, and its beginning shown;
    /// older entries are asked for when few are known.
    pub fn opened(&mut self, with: &Party, shared: Shared<'_>) -> Action {
        if self.kept.len() >= KEPT_LIMIT && !self.kept.contains_key(with) {
            self.kept.retain(|_, kept| !kept.draft.text().trim().is_empty());
        }
        self.typing = false;
        self.links.clear();
        self.picked.clear();
        self.bar = None;
        // What others have at hand is fetched again when they are opened.
        for (_, other) in self.kept.iter_mut().filter(|(other, _)| *other != with) {
            other.span.let_go();
        }
        self.follow(with, true, shared);
        let kept = self.kept.entry(with.clone()).or_default();
        kept.span.go_to_newest(shared.clock);
        (kept.sight, kept.eye, kept.fresh) = (None, None, 0);
        let unread = shared.snapshot.conversation(with).map_or(0, |known| known.unread);
        if unread > 0 {
            kept.span.mark_unread(unread, shared.clock);
        } else {
            kept.span.mark_read(shared.clock);
        }
        let line = kept.span.unread().map(|_| rows::unread());
        kept.go(line.map_or(Place::End, Place::Eye));
        if kept.span.known() < span::FEW {
            // The line goes up with the page that is fetched.
            kept.eye = line.map(|_| rows::unread());
            self.fetch(with, Side::Earlier, shared)
        } else {
            Action::None
        }
    }

    /// The snapshot has changed; `looked_at` tells that the window is in front.
    pub fn follow(&mut self, with: &Party, looked_at: bool, shared: Shared<'_>) {
        let kept = self.kept.entry(with.clone()).or_default();
        let contact = contact_with(shared.snapshot, with);
        let typing = contact.is_some_and(|c| c.chat_state == Some(ChatState::Composing));
        let newest = shared.snapshot.conversations.iter().find(|known| known.with == *with);
        let came = kept.span.follow(newest, typing, shared.clock);
        if !kept.at_end() {
            kept.fresh = kept.fresh.saturating_add(came);
        }
        // What comes while nobody looks begins below a line, as on opening.
        let marks = kept.span.is_present() && kept.span.unread().is_none();
        if came > 0 && !looked_at && marks {
            kept.span.mark_unread(came, shared.clock);
        }
    }

    /// Closes what is open in the conversation; false when nothing is.
    pub fn escape(&mut self) -> bool {
        self.links.escape() || self.bar.take().is_some() || self.picked.clear()
    }

    /// What was asked of the history arrived, or could not be had.
    pub fn answered(
        &mut self,
        with: &Party,
        ask: Ask,
        entries: Option<Vec<Entry>>,
        shared: Shared<'_>,
    ) -> Action {
        match ask {
            Ask::Page(side, turn) => self.fetched(with, side, turn, entries, shared),
            Ask::Find(turn) => self.found(with, turn, entries, shared),
        }
    }

    /// A part of the history was deleted: the entries of it go from sight.
    pub fn forget(&mut self, with: Option<&str>, before: Option<Timestamp>, clock: words::Clock) {
        let meant =
            |other: &Party| with.is_none_or(|with| other.to_string().eq_ignore_ascii_case(with));
        for (_, kept) in self.kept.iter_mut().filter(|(with, _)| meant(with)) {
            kept.span.forget(before, clock);
        }
    }

    /// A message moved on: one that the snapshot has no more, too.
    pub fn moved(
        &mut self,
        with: &str,
        id: &MessageId,
        state: (MessageState, Option<&str>),
        clock: words::Clock,
    ) {
        let Ok(with) = with.parse::<Party>() else { return };
        if let Some(kept) = self.kept.get_mut(&with) {
            kept.span.moved(id, state, clock);
        }
    }

    /// Puts a text that could not be sent back into an empty composer.
    pub fn restore(&mut self, with: &Party, body: &str) {
        let kept = self.kept.entry(with.clone()).or_default();
        if kept.draft.text().trim().is_empty() {
            kept.draft = Content::with_text(body);
            kept.draft.perform(text_editor::Action::Move(text_editor::Motion::DocumentEnd));
        }
    }

    /// Puts words of another program's into the composer, below what the person wrote there.
    pub fn propose(&mut self, with: &Party, body: &str) {
        if self.kept.len() >= KEPT_LIMIT && !self.kept.contains_key(with) {
            return;
        }
        let kept = self.kept.entry(with.clone()).or_default();
        let own = kept.draft.text();
        let text = match own.trim() {
            "" => body.to_owned(),
            // Said again, or again and again: other programs cannot fill the draft.
            own if own.ends_with(body) || own.len() + body.len() > MOST_PROPOSED => return,
            own => format!("{own}\n{body}"),
        };
        kept.draft = Content::with_text(&text);
        kept.draft.perform(text_editor::Action::Move(text_editor::Motion::DocumentEnd));
    }

    fn edit(&mut self, with: &Party, action: text_editor::Action) -> Action {
        let is_edit = action.is_edit();
        let kept = self.kept.entry(with.clone()).or_default();
        kept.draft.perform(action);
        if !is_edit {
            return Action::None;
        }
        self.edits = self.edits.wrapping_add(1);
        let typing = !kept.draft.text().trim().is_empty();
        let began = typing && !self.typing;
        let stopped = !typing && self.typing;
        self.typing = typing;
        match (began, stopped) {
            (true, _) => state(with, ChatState::Composing),
            (_, true) => state(with, ChatState::Active),
            _ if typing => Action::WatchTyping(self.edits),
            _ => Action::None,
        }
    }

    fn idle(&mut self, with: &Party, edits: u64) -> Action {
        if !self.typing || self.edits != edits {
            return Action::None;
        }
        self.typing = false;
        state(with, ChatState::Paused)
    }

    fn send(&mut self, with: &Party, shared: Shared<'_>) -> Action {
        let Some(kept) = self.kept.get_mut(with) else { return Action::None };
        let body = kept.draft.text().trim().to_owned();
        if body.is_empty() {
            return Action::None;
        }
        kept.draft = Content::new();
        kept.span.mark_read(shared.clock);
        kept.go_to_newest(shared.clock);
        self.typing = false;
        self.edits = self.edits.wrapping_add(1);
        Action::Send { to: with.clone(), body }
    }

    fn send_again(&mut self, with: &Party, of: Key, shared: Shared<'_>) -> Action {
        let Some(kept) = self.kept.get_mut(with) else { return Action::None };
        // Words of ours that were not sent, and nothing else.
        let ours = kept.span.entry(of).filter(|entry| {
            entry.direction == Direction::Out && entry.state == Some(MessageState::Failed)
        });
        let Some(body) = ours.and_then(|entry| entry.body.clone()) else { return Action::None };
        kept.go_to_newest(shared.clock);
        Action::Send { to: with.clone(), body }
    }

    /// The screen's head: who it is, and the call button.
    pub fn header<'a>(&self, with: &Party, shared: Shared<'a>) -> Element<'a, Message> {
        head::view(with, shared)
    }

    /// The timeline and the composer below it.
    pub fn body<'a>(&'a self, with: &Party, shared: Shared<'a>) -> Element<'a, Message> {
        let mut page = column![];
        let name = name_of(shared.snapshot, with);
        if contact_with(shared.snapshot, with).is_some_and(|contact| contact.asks) {
            page = page.push(card::request(&name, Message::Allow(true), Message::Allow(false)));
        }
        let call = call_with(shared.snapshot, with);
        let messages = words::messages_with(shared.snapshot, with);
        page = page.push(call.and_then(|call| words::beside(messages, call)).map(differs));
        page = page.push(self.bar.as_ref().map(|bar| bar.view(shared).map(Message::Bar)));
        let draft = self.kept.get(with).map(|kept| &kept.draft);
        let composer = composer::view(draft, self.picked.entry(), with, &name, shared);
        page.push(self.timeline(with, name, shared))
            .push(rule())
            .push(composer)
            .height(Length::Fill)
            .into()
    }
}

/// An answer to the contact's wish to see our presence.
fn presence(with: &Party, answer: fn(BareJid) -> ContactCommand) -> Action {
    with.jid().map_or(Action::None, |jid| Action::Run(Command::Contact(answer(jid.clone()))))
}

fn state(with: &Party, state: ChatState) -> Action {
    Action::Run(Command::Chat(ChatCommand::State { to: with.clone(), state }))
}
