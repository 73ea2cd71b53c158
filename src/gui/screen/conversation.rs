//! A conversation: who it is, what was said and called, and the composer.

mod links;
mod protection;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use iced::keyboard::key::{Key, Named};
use iced::widget::text_editor::{Binding, Content, KeyPress};
use iced::widget::{column, container, row, scrollable, text_editor};
use iced::{Alignment, Element, Length};

use super::{Action, Shared, call_with, contact_of, contact_with, name_of, place};
use crate::core::command::{ChatCommand, Command, ContactCommand};
use crate::gui::app::Keystroke;
use crate::gui::icon;
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::widget::line::Line;
use crate::gui::widget::prose::Words;
use crate::gui::widget::{avatar, body, bubble, button, card, choice, rule, small};
use crate::gui::words;
use crate::model::BareJid;
use crate::model::account::{AccountKind, AccountState};
use crate::model::call::CallState;
use crate::model::contact::Contact;
use crate::model::message::{ChatState, Entry, EntryKind};
use crate::model::party::Party;
use crate::model::time::Timestamp;

use links::Links;
use protection::{differs, lock};

/// The composer.
pub const COMPOSER: &str = "composer";

/// Entries shown at first, and added by "Show earlier".
const PAGE: usize = 60;

/// Below this number of entries older ones are fetched when a conversation is opened.
const FEW: usize = 20;

/// The most older entries kept of one conversation.
const OLDER_LIMIT: usize = 2_000;

/// The most conversations whose drafts and older entries are kept.
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
    /// Wants to see older entries.
    ShowEarlier,
    /// Lets the contact see our presence.
    Allow,
    /// Refuses that.
    Refuse,
    /// The time after which an untouched draft is a paused one.
    Idle(u64),
    /// A link in this message was clicked on; which of them.
    Link(String, usize),
    /// What to do with the link.
    Chose(choice::Act),
}

/// What is kept of one conversation.
#[derive(Debug, Default)]
struct Kept {
    draft: Content,
    older: Vec<Arc<Entry>>,
    shown: usize,
    loading: bool,
    complete: bool,
}

/// The screen's own state, for every conversation that was opened.
#[derive(Debug, Default)]
pub struct Conversations {
    kept: HashMap<Party, Kept>,
    typing: bool,
    edits: u64,
    links: Links,
}

impl Conversations {
    /// Takes in what the person did to the conversation with `with`.
    pub fn update(&mut self, with: &Party, message: Message, shared: Shared<'_>) -> Action {
        match message {
            Message::Edit(action) => self.edit(with, action),
            Message::Send => self.send(with),
            Message::Call => place(with.to_string(), name_of(shared.snapshot, with)),
            Message::Chat(with) => Action::Open(with),
            Message::Back => Action::Back,
            Message::ShowEarlier => self.show_earlier(with, shared),
            Message::Allow => presence(with, ContactCommand::Accept),
            Message::Refuse => presence(with, ContactCommand::Deny),
            Message::Idle(edits) => self.idle(with, edits),
            Message::Link(entry, link) => self.links.clicked(entry, link, with, shared),
            Message::Chose(act) => self.links.chose(act),
        }
    }

    /// The conversation comes into sight; asks for older entries when few are known.
    pub fn opened(&mut self, with: &Party, shared: Shared<'_>) -> Action {
        if self.kept.len() >= KEPT_LIMIT && !self.kept.contains_key(with) {
            self.kept.retain(|_, kept| !kept.draft.text().trim().is_empty());
        }
        self.typing = false;
        self.links.clear();
        let kept = self.kept.entry(with.clone()).or_default();
        kept.shown = kept.shown.max(PAGE);
        let known = shared.snapshot.conversation(with).map_or(0, |c| c.entries.len());
        if known >= FEW || kept.loading || kept.complete || !kept.older.is_empty() {
            return Action::None;
        }
        self.load(with, shared)
    }

    /// Closes what is open in the timeline; false when nothing is.
    pub fn escape(&mut self) -> bool {
        self.links.escape()
    }

    /// Older entries arrived, or could not be had.
    pub fn loaded(&mut self, with: &Party, entries: Option<Vec<Entry>>) {
        let Some(kept) = self.kept.get_mut(with) else { return };
        kept.loading = false;
        let Some(mut entries) = entries else { return };
        kept.complete = entries.len() < PAGE;
        entries.sort_by_key(|entry| entry.at);
        let known: HashSet<&str> = kept.older.iter().map(|entry| entry.id.as_str()).collect();
        entries.retain(|entry| !known.contains(entry.id.as_str()));
        kept.shown = kept.shown.saturating_add(entries.len());
        kept.older.splice(0..0, entries.into_iter().map(Arc::new));
        if kept.older.len() >= OLDER_LIMIT {
            kept.complete = true;
        }
    }

    /// A part of the history was deleted: the older entries of it go from sight.
    pub fn forget(&mut self, with: Option<&str>, before: Option<Timestamp>) {
        let meant =
            |other: &Party| with.is_none_or(|with| other.to_string().eq_ignore_ascii_case(with));
        for (_, kept) in self.kept.iter_mut().filter(|(with, _)| meant(with)) {
            kept.older.retain(|entry| before.is_some_and(|before| entry.at >= before));
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
        let kept = self.kept.entry(with.clone()).or_default();
        let own = kept.draft.text();
        let text = match own.trim() {
            "" => body.to_owned(),
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

    fn send(&mut self, with: &Party) -> Action {
        let Some(kept) = self.kept.get_mut(with) else { return Action::None };
        let body = kept.draft.text().trim().to_owned();
        if body.is_empty() {
            return Action::None;
        }
        kept.draft = Content::new();
        self.typing = false;
        self.edits = self.edits.wrapping_add(1);
        Action::Send { to: with.clone(), body }
    }

    fn show_earlier(&mut self, with: &Party, shared: Shared<'_>) -> Action {
        let all = self.entries(with, shared).len();
        let kept = self.kept.entry(with.clone()).or_default();
        if kept.shown < all {
            kept.shown = kept.shown.saturating_add(PAGE);
            return Action::None;
        }
        self.load(with, shared)
    }

    fn load(&mut self, with: &Party, shared: Shared<'_>) -> Action {
        let before = self.entries(with, shared).first().map(|entry| entry.at);
        let kept = self.kept.entry(with.clone()).or_default();
        if kept.loading {
            return Action::None;
        }
        kept.loading = true;
        Action::Load(ChatCommand::History {
            with: with.to_string(),
            before,
            limit: u32::try_from(PAGE).ok(),
        })
    }

    /// Everything known of a conversation, oldest first.
    fn entries<'a>(&'a self, with: &Party, shared: Shared<'a>) -> Vec<&'a Arc<Entry>> {
        let newest: &[Arc<Entry>] =
            shared.snapshot.conversation(with).map_or(&[], |conversation| &conversation.entries);
        let ids: HashSet<&str> = newest.iter().map(|entry| entry.id.as_str()).collect();
        let older = self.kept.get(with).map_or(&[][..], |kept| &kept.older);
        older.iter().filter(|entry| !ids.contains(entry.id.as_str())).chain(newest).collect()
    }

    /// The screen's head: who it is, and the call button.
    pub fn header<'a>(&self, with: &Party, shared: Shared<'a>) -> Element<'a, Message> {
        let contact = contact_with(shared.snapshot, with);
        let name = name_of(shared.snapshot, with);
        let show = contact.map(|contact| contact.presence.show);
        let under = match contact {
            Some(contact) => format!("{} · {with}", words::presence(&contact.presence)),
            None if with.jid().is_none() => "Messages over telephony".to_owned(),
            None => format!("Not among your contacts · {with}"),
        };
        let mut content = row![].spacing(step::S).align_y(Alignment::Center);
        if shared.narrow {
            content = content.push(button::square(
                Button::Plain,
                &icon::BACK,
                "Back",
                Some(Message::Back),
            ));
        }
        let content = content
            .push(avatar::person(&name, &with.to_string(), show))
            .push(
                column![Line::name(name), Line::small(under).tone(Tone::Muted)].width(Length::Fill),
            )
            .push(lock(with, shared))
            .push(call_button(contact, with, shared));
        container(content)
            .padding(theme::pad(0.0, if shared.narrow { step::S } else { step::L }))
            .center_y(Length::Fixed(measure::HEAD))
            .width(Length::Fill)
            .style(theme::surface)
            .into()
    }

    /// The timeline and the composer below it.
    pub fn body<'a>(&'a self, with: &Party, shared: Shared<'a>) -> Element<'a, Message> {
        let mut page = column![];
        let name = name_of(shared.snapshot, with);
        if contact_with(shared.snapshot, with).is_some_and(|contact| contact.asks) {
            page = page.push(card::request(&name, Message::Allow, Message::Refuse));
        }
        let call = call_with(shared.snapshot, with);
        let messages = words::messages_with(shared.snapshot, with);
        page = page.push(call.and_then(|call| words::beside(messages, call)).map(differs));
        page.push(self.timeline(with, &name, shared))
            .push(rule())
            .push(self.composer(with, &name, shared))
            .into()
    }

    fn timeline<'a>(
        &'a self,
        with: &Party,
        name: &str,
        shared: Shared<'a>,
    ) -> Element<'a, Message> {
        let entries = self.entries(with, shared);
        let kept = self.kept.get(with);
        let shown = kept.map_or(PAGE, |kept| kept.shown.max(PAGE));
        let skipped = entries.len().saturating_sub(shown);
        let loading = kept.is_some_and(|kept| kept.loading);
        let mut list = column![].spacing(step::XS).width(Length::Fill);
        if loading {
            list = list.push(bubble::day("Loading earlier messages…".to_owned()));
        } else if skipped > 0 || (!entries.is_empty() && kept.is_some_and(|kept| !kept.complete)) {
            list = list.push(
                container(button::words(Button::Plain, "Show earlier", Some(Message::ShowEarlier)))
                    .center_x(Length::Fill),
            );
        }
        if entries.is_empty() && !loading {
            return nothing_yet(name);
        }
        let mut last = None;
        for entry in entries.into_iter().skip(skipped) {
            if !last.is_some_and(|last| shared.clock.same_day(last, entry.at)) {
                list = list.push(bubble::day(shared.clock.day(entry.at)));
            }
            last = Some(entry.at);
            list = list.push(match entry.kind {
                EntryKind::Message => self.message(entry, shared),
                EntryKind::Call => {
                    let other = entry.call.as_ref().and_then(contact_of);
                    let chat = other.filter(|other| other != with).map(|other| {
                        let words = match shared.narrow {
                            true => "Chat".to_owned(),
                            false => format!("Chat with {}", name_of(shared.snapshot, &other)),
                        };
                        (words, Message::Chat(other))
                    });
                    bubble::call(entry, name, &shared.snapshot.accounts, shared.clock, chat)
                }
            });
        }
        let typing = contact_with(shared.snapshot, with).and_then(|contact| contact.chat_state);
        if typing == Some(ChatState::Composing) {
            list = list.push(small(format!("{} is typing…", plain::quoted(name))));
        }
        let side = if shared.narrow { step::M } else { step::L };
        scrollable(container(list).padding(theme::pad(step::M, side)))
            .id(format!("timeline {with}"))
            .direction(theme::scrollbar())
            .anchor_bottom()
            .style(theme::scroll)
            .width(Length::Fill)
            .height(Length::Fill)
            .into()
    }

    /// A message, and below it what can be done with the link that was clicked on in it.
    fn message<'a>(&'a self, entry: &Arc<Entry>, shared: Shared<'a>) -> Element<'a, Message> {
        let id = entry.id.clone();
        let words = Words::new(self.links.prose(entry), shared.mode)
            .on_link(move |link| Message::Link(id.clone(), link));
        let side = if shared.narrow { step::M } else { step::L };
        let room = shared.width - 2.0 * side - step::XL;
        let choice = self.links.choice(entry, room, shared).map(|one| one.map(Message::Chose));
        bubble::message(entry, words, choice, shared.clock)
    }

    fn composer<'a>(
        &'a self,
        with: &Party,
        name: &str,
        shared: Shared<'a>,
    ) -> Element<'a, Message> {
        let side = if shared.narrow { step::M } else { step::L };
        let mut parts = column![].spacing(step::XS);
        if let Some(hint) = waiting(with, shared) {
            parts = parts.push(
                row![icon::CLOCK.sized(Tone::Warn, 14.0), small(hint).style(Tone::Warn.text())]
                    .spacing(step::XXS)
                    .align_y(Alignment::Center),
            );
        }
        if let Some(kept) = self.kept.get(with) {
            let empty = kept.draft.text().trim().is_empty();
            let editor = text_editor(&kept.draft)
                .id(COMPOSER)
                .placeholder(format!("Message {}", plain::quoted(name)))
                .on_action(Message::Edit)
                .key_binding(keys)
                .font(theme::REGULAR)
                .size(14)
                .line_height(iced::widget::text::LineHeight::Absolute(20.0.into()))
                .padding(theme::pad(step::XS, step::S))
                .min_height(20)
                .max_height(132)
                .style(theme::editor);
            let send = button::square(
                Button::Primary,
                &icon::SEND,
                "Send",
                (!empty).then_some(Message::Send),
            );
            parts = parts.push(row![editor, send].spacing(step::XS).align_y(Alignment::End));
        }
        container(parts)
            .padding(theme::pad(step::S, side))
            .width(Length::Fill)
            .style(theme::surface)
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

/// Enter sends, Shift and Enter break the line; Ctrl and a letter are not typed.
fn keys(press: KeyPress) -> Option<Binding<Message>> {
    let focused = matches!(press.status, text_editor::Status::Focused { .. });
    match press.key.as_ref() {
        Key::Named(Named::Enter) if focused && !press.modifiers.shift() => {
            Some(Binding::Custom(Message::Send))
        }
        Key::Named(Named::Enter) if focused => Some(Binding::Enter),
        Key::Character(key) if Keystroke::is_of_the_window(key, press.modifiers) => None,
        _ => Binding::from_key_press(press),
    }
}

fn call_button<'a>(
    contact: Option<&Contact>,
    with: &Party,
    shared: Shared<'_>,
) -> Element<'a, Message> {
    if let Some(call) = call_with(shared.snapshot, with) {
        let word = match call.state {
            CallState::Incoming => "Is calling",
            CallState::Dialing | CallState::Ringing => "Calling…",
            _ => "In call",
        };
        return button::labelled(Button::Quiet, &icon::PHONE, word, None);
    }
    let callable = contact.is_some_and(|contact| contact.can.audio) || with.jid().is_none();
    let hint = match contact {
        _ if callable => {
            let press = Some(Message::Call);
            return button::labelled(Button::Primary, &icon::PHONE, "Call", press);
        }
        None => "Only contacts can be called from here. Type a number into the search field.",
        Some(contact) if contact.numbers.is_empty() => "This contact's card names no number.",
        Some(_) => "Telephony is not connected.",
    };
    button::hinted(button::labelled(Button::Quiet, &icon::PHONE, "Call", None), hint)
}

/// Why a message that is sent now would wait.
fn waiting(with: &Party, shared: Shared<'_>) -> Option<&'static str> {
    let contact = contact_with(shared.snapshot, with);
    let (kind, hint) = match with {
        Party::Jid(_) => {
            (AccountKind::Xmpp, "Chat is not connected. What you write now is sent once it is.")
        }
        Party::Sip(_) => {
            (AccountKind::Sip, "Telephony is not connected. What you write now is sent once it is.")
        }
    };
    let mut accounts = shared
        .snapshot
        .accounts
        .iter()
        .filter(|account| account.kind == kind)
        .filter(|account| contact.is_none_or(|contact| contact.account == account.id));
    (!accounts.any(|account| account.state == AccountState::Online)).then_some(hint)
}

fn nothing_yet<'a>(name: &str) -> Element<'a, Message> {
    let words = body(format!("Nothing was said yet. Write to {}, or call.", plain::quoted(name)))
        .style(Tone::Muted.text());
    container(words).padding(step::L).center(Length::Fill).into()
}
