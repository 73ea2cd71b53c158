//! Cards above the window: an incoming call, and a question before a call goes out.

use iced::widget::{Column, column, container, row};
use iced::{Alignment, Element, Length};

use super::line::Line;
use super::press::press;
use super::{avatar, body, button, chip, raised, sheet, small, strong, switch};
use crate::core::command::{Choice, Cue, TransferTo};
use crate::core::snapshot::Snapshot;
use crate::gui::icon::{self, Icon};
use crate::gui::plain;
use crate::gui::theme::{self, Button, Tone, measure, step};
use crate::gui::words;
use crate::model::BareJid;
use crate::model::binding::BindingState;
use crate::model::call::{Binding, Call};
use crate::model::id::{AccountId, CallId};
use crate::tr;

/// The field for words that go with a refusal.
pub const DECLINE_FIELD: &str = "decline-message";

/// What can be done with an incoming call.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Take it.
    Answer,
    /// Refuse it.
    Decline,
    /// Write some words that go with the refusal.
    WriteMessage,
    /// Those words changed.
    MessageChanged(String),
    /// Refuse it with those words.
    DeclineWithMessage,
    /// Show or hide the evidence.
    Why,
    /// Write to the contact who calls.
    Chat,
}

/// How an incoming call's card stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Incoming {
    /// The evidence is shown.
    pub why: bool,
    /// Words that go with a refusal, once they are being written.
    pub message: Option<String>,
}

/// An incoming call; `held` is the one that answering puts on hold.
pub fn incoming<'a>(
    call: &Call,
    snapshot: &Snapshot,
    state: Option<&'a Incoming>,
    held: Option<&Call>,
) -> Element<'a, Act> {
    framed(parts_of(call, snapshot, state, held))
}

/// The same without a frame, for a window of its own.
pub fn incoming_bare<'a>(
    call: &Call,
    snapshot: &Snapshot,
    state: Option<&'a Incoming>,
    held: Option<&Call>,
) -> Element<'a, Act> {
    let parts = parts_of(call, snapshot, state, held);
    container(parts).padding(step::L - step::XXS).width(Length::Fill).into()
}

fn parts_of<'a>(
    call: &Call,
    snapshot: &Snapshot,
    state: Option<&'a Incoming>,
    held: Option<&Call>,
) -> Column<'a, Act> {
    let contact = call.peer.contact();
    let mut parts = column![who(call, snapshot), proof(call)].spacing(step::M);
    if let Some(via) = call.via.as_deref().map(plain::quoted) {
        let words = tr!("calls-card-via", name = via);
        parts = parts.push(chip::fact(Tone::Muted, &icon::TRANSFER, words, None));
    }
    if call.quiet {
        let words = tr!("calls-card-quiet").to_owned();
        parts = parts.push(chip::fact(Tone::Muted, &icon::QUIET, words, None));
    }
    if state.is_some_and(|state| state.why) {
        parts = parts.push(small(plain::told(&call.peer.why)));
    }
    if let Some(held) = held {
        let name = plain::quoted(&held.peer.display);
        parts = parts.push(small(tr!("calls-card-holds", name = name)));
    }
    // A call that is only shown does not ask for attention.
    let (answer, decline) = match call.quiet {
        true => (Button::Quiet, Button::Quiet),
        false => (Button::Answer, Button::HangUp),
    };
    parts = parts.push(
        row![
            button::wide_labelled(
                answer,
                &icon::PHONE,
                tr!("calls-card-answer"),
                Some(Act::Answer)
            ),
            button::wide(decline, tr!("calls-card-decline"), Some(Act::Decline)),
        ]
        .spacing(step::XS),
    );
    let written = state.and_then(|state| state.message.as_deref());
    match (written, &contact) {
        (Some(words), Some(_)) => parts.push(refusal(words)),
        (None, Some(_)) => {
            let words = [tr!("calls-card-write"), tr!("calls-card-chat")];
            let write = button::wide(Button::Quiet, words[0], Some(Act::WriteMessage));
            let chat =
                button::wide_labelled(Button::Quiet, &icon::MESSAGE, words[1], Some(Act::Chat));
            parts.push(button::pair([write, chat], words))
        }
        (_, None) => parts.push(button::wide(Button::Quiet, no_message(call), None)),
    }
}

/// Why no message can go with a refusal.
fn no_message(call: &Call) -> &'static str {
    match call.peer.binding {
        Binding::Verified => tr!("calls-card-no-address"),
        Binding::Claimed | Binding::None => tr!("calls-card-not-verified"),
    }
}

fn who<'a>(call: &Call, snapshot: &Snapshot) -> Element<'a, Act> {
    let shown = plain::line(&call.peer.display);
    let uri = plain::line(&call.peer.uri);
    let jid = call.peer.jid.as_deref().and_then(|jid| jid.parse::<BareJid>().ok());
    let (picture, under) = match (call.peer.binding, jid) {
        (Binding::Verified, jid) => {
            let show = jid.as_ref().and_then(|jid| snapshot.contact(jid)).map(|c| c.presence.show);
            let address = jid.map_or_else(|| uri.clone(), |jid| jid.to_string());
            (avatar::person(&shown, &address, show), uri)
        }
        _ if call.anonymous => (avatar::unknown(), tr!("calls-card-anonymous").to_owned()),
        _ => (avatar::unknown(), tr!("calls-card-unknown").to_owned()),
    };
    row![picture, column![Line::name(shown), Line::body(under).tone(Tone::Muted)]]
        .spacing(step::S)
        .align_y(Alignment::Center)
        .into()
}

fn proof<'a>(call: &Call) -> Element<'a, Act> {
    let name = plain::quoted(&call.peer.display);
    let claim = call.peer.jid.as_deref().map(plain::quoted);
    match (call.peer.binding, claim) {
        (Binding::Verified, _) => chip::fact(
            Tone::Good,
            &icon::CHECK,
            match call.peer.proof.as_ref().map(|proof| proof.state) {
                Some(BindingState::Book) => tr!("calls-card-by-book").to_owned(),
                Some(BindingState::Directory) => tr!("calls-card-by-directory").to_owned(),
                _ => tr!("calls-card-by-card", name = name),
            },
            Some(Act::Why),
        ),
        (Binding::Claimed, Some(claim)) => chip::fact(
            Tone::Warn,
            &icon::WARNING,
            tr!("calls-card-claims", claim = claim),
            Some(Act::Why),
        ),
        _ if call.anonymous => {
            let words = tr!("calls-card-hides").to_owned();
            chip::fact(Tone::Muted, &icon::INFO, words, None)
        }
        _ => chip::fact(
            Tone::Muted,
            &icon::INFO,
            tr!("calls-card-nothing").to_owned(),
            (!call.peer.why.is_empty()).then_some(Act::Why),
        ),
    }
}

fn refusal<'a>(words: &'a str) -> Element<'a, Act> {
    let send = Some(Act::DeclineWithMessage);
    // Below each other: a sentence is longer than half a card.
    column![
        sheet::field(DECLINE_FIELD, tr!("calls-card-message"), words, Act::MessageChanged, send),
        button::wide(Button::HangUp, tr!("calls-card-send"), Some(Act::DeclineWithMessage)),
    ]
    .spacing(step::XS)
    .into()
}

/// A question that must be answered before a call goes out.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What it is about.
    pub purpose: Purpose,
    /// The target's name for people.
    pub name: String,
    /// What is asked.
    pub ask: Ask,
    /// Whether the answer is to hold always; where that can be said.
    pub always: Option<bool>,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// A call of ours.
    Call {
        /// What was to be called, as given.
        to: String,
        /// The account that was chosen before, when one was.
        account: Option<AccountId>,
        /// It stood in a message.
        linked: bool,
    },
    /// A call of ours that is to be sent on.
    Transfer {
        /// Which.
        call: CallId,
        /// To whom.
        to: TransferTo,
    },
}

/// What is asked before a call goes out.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Which way.
    Choose(Vec<Choice>),
    /// Whether at all, with what to know.
    Confirm(Vec<Cue>),
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// This way.
    Choose(Choice),
    /// What is answered then is to hold always, or not.
    Always(bool),
    /// Go ahead.
    Confirm,
    /// Leave it.
    Cancel,
}

/// The most ways that are offered at once.
const MOST_CHOICES: usize = 6;

/// The card of a question.
pub fn question<'a>(question: &Question) -> Element<'a, Answer> {
    let name = plain::quoted(&question.name);
    let call = matches!(question.purpose, Purpose::Call { .. });
    let mut parts = column![].spacing(step::M);
    match &question.ask {
        Ask::Choose(choices) => {
            parts = parts.push(strong(if call {
                tr!("calls-question-way", name = name)
            } else {
                tr!("calls-question-where", name = name)
            }));
            let ways = choices.iter().take(MOST_CHOICES).map(way);
            parts = parts.push(column(ways).spacing(step::XS));
            parts = parts.push(question.always.map(|on| {
                let hint = tr!("calls-question-always-hint");
                switch::row_of(tr!("calls-question-always"), hint, on, Answer::Always)
            }));
            parts = parts.push(button::wide(
                Button::Quiet,
                tr!("calls-question-cancel"),
                Some(Answer::Cancel),
            ));
        }
        Ask::Confirm(cues) => {
            parts = parts.push(strong(if call {
                tr!("calls-question-call", name = name)
            } else {
                tr!("calls-question-transfer", name = name)
            }));
            for cue in cues.iter().take(MOST_CHOICES) {
                parts = parts.push(chip::fact(
                    Tone::Warn,
                    &icon::WARNING,
                    plain::told(&cue.text),
                    None,
                ));
            }
            let class = cues.iter().find_map(|cue| cue.class);
            parts = parts.push(question.always.map(|on| {
                let hint = words::not_asked_about(class);
                switch::row_of(tr!("calls-question-settle"), hint, on, Answer::Always)
            }));
            let (glyph, word): (&Icon, _) = if call {
                (&icon::PHONE, tr!("calls-question-call-anyway"))
            } else {
                (&icon::TRANSFER, tr!("calls-question-transfer-anyway"))
            };
            let call = button::wide_labelled(Button::Primary, glyph, word, Some(Answer::Confirm));
            let cancel =
                button::wide(Button::Quiet, tr!("calls-question-cancel"), Some(Answer::Cancel));
            let words = [word, tr!("calls-question-cancel")];
            parts = parts.push(button::pair([call, cancel], words));
        }
    }
    framed(parts)
}

fn way<'a>(choice: &Choice) -> Element<'a, Answer> {
    let (tone, glyph) = match choice.available {
        true => (Tone::Text, Tone::Accent),
        false => (Tone::Muted, Tone::Muted),
    };
    let uri = plain::quoted(&choice.uri);
    let under = match choice.available {
        true => uri,
        false => tr!("calls-question-unavailable", address = uri),
    };
    // Whole: two ways may differ only in their last word.
    let label = strong(plain::told(&choice.label)).style(tone.text());
    let words = column![sheet::long(label), sheet::long(small(under))];
    press(row![icon::PHONE.view(glyph), words].spacing(step::S).align_y(Alignment::Center))
        .padding(theme::pad(step::XS, step::S))
        .width(Length::Fill)
        .style(Button::Quiet.style())
        .on_press_maybe(choice.available.then(|| Answer::Choose(choice.clone())))
        .into()
}

/// A request to see our presence.
pub fn request<'a, Message: Clone + 'a>(
    name: &str,
    allow: Message,
    deny: Message,
) -> Element<'a, Message> {
    let words = body(tr!("calls-request", name = plain::quoted(name)));
    container(
        row![
            words.width(Length::Fill),
            button::words(Button::Primary, tr!("calls-request-allow"), Some(allow)),
            button::words(Button::Quiet, tr!("calls-request-refuse"), Some(deny)),
        ]
        .spacing(step::XS)
        .align_y(Alignment::Center),
    )
    .padding(theme::pad(step::XS, step::L))
    .style(Tone::Accent.boxed(0.0))
    .into()
}

fn framed<'a, Message: 'a>(parts: Column<'a, Message>) -> Element<'a, Message> {
    let card =
        container(parts).padding(step::L - step::XXS).width(Length::Fill).max_width(measure::CARD);
    raised(card).into()
}
