//! What others are told of us, and who reaches us.

use iced::Element;
use iced::widget::{column, container};
use serde_json::{Map, Value, json};

use super::asked::Asked;
use super::blocked;
use crate::core::command::{
    ChatCommand, Command, CommandError, ContactCommand, Reply, TelephonyCommand,
};
use crate::gui::screen::{Action, Shared};
use crate::gui::theme::step;
use crate::gui::widget::{body, sheet, switch};
use crate::model::BareJid;
use crate::model::account::AccountKind;
use crate::model::signals::SignalsPatch;
use crate::model::telephony::Strangers;
use crate::tr;

/// The longest address that can be typed, in bytes: a JID is no longer (RFC 7622 §3.1).
const LONGEST: usize = 3_071;

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Turned something that others are told, or who reaches us.
    Turn(Told, bool),
    /// Chose what becomes of calls from strangers.
    Strangers(Strangers),
    /// Wants what a control asked although it has cues.
    Confirm(Control),
    /// Typed an address to block.
    Address(String),
    /// Wants it blocked.
    Block,
    /// Wants somebody blocked no more.
    Unblock(BareJid),
}

/// Something that others are told, or that keeps them away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    /// That a message has come.
    Delivered,
    /// That it was looked at.
    Displayed,
    /// That we write.
    Typing,
    /// Calls say our chat address.
    ChatAddress,
    /// That a call is on.
    OnThePhone,
    /// Our telephony address.
    Address,
    /// Calls of who hides who they are are refused.
    RejectAnonymous,
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Control {
    /// A switch.
    Told(Told),
    /// What becomes of calls from strangers.
    Strangers,
    /// The address to block.
    Block,
    /// Somebody who is blocked.
    Unblock(BareJid),
}

impl From<Control> for super::Control {
    fn from(control: Control) -> Self {
        Self::Privacy(control)
    }
}

/// The section's own state.
#[derive(Debug, Default)]
pub(super) struct Privacy {
    pub(super) asked: Asked<Control>,
    /// An address to block, as typed.
    pub(super) address: String,
}

impl Privacy {
    /// The hub's answer to what a control asked.
    pub(super) fn answered(
        &mut self,
        control: Control,
        result: &Result<Reply, CommandError>,
    ) -> Action {
        let done = self.asked.answered(control.clone(), result);
        if done && control == Control::Block {
            self.address.clear();
        }
        Action::None
    }

    fn block(&mut self) -> Action {
        let typed = self.address.trim();
        let typed = typed.strip_prefix("xmpp:").unwrap_or(typed);
        match BareJid::new(typed) {
            Ok(jid) => {
                let block = Command::Contact(ContactCommand::Block(jid));
                self.asked.ask(Control::Block, block)
            }
            Err(_) => {
                self.asked.say(Control::Block, tr!("settings-block-no-address"));
                Action::None
            }
        }
    }

    /// Takes in what the person did.
    pub(super) fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Turn(told, on) => self.asked.ask(Control::Told(told), command(told, on)),
            Message::Strangers(wish) => {
                self.asked.ask(Control::Strangers, telephony(json!({ "strangers": wish })))
            }
            Message::Confirm(control) => match self.asked.last(&control) {
                Some(Command::Telephony(TelephonyCommand::Set(mut wish))) => {
                    wish.insert("confirm".to_owned(), json!(true));
                    self.asked.ask(control, Command::Telephony(TelephonyCommand::Set(wish)))
                }
                _ => Action::None,
            },
            Message::Address(text) => {
                self.asked.hush(&Control::Block);
                let end = text.floor_char_boundary(LONGEST);
                self.address = text.get(..end).unwrap_or_default().to_owned();
                Action::None
            }
            Message::Block if self.asked.waits(&Control::Block) => Action::None,
            Message::Block => self.block(),
            Message::Unblock(jid) => {
                let unblock = Command::Contact(ContactCommand::Unblock(jid.clone()));
                self.asked.ask(Control::Unblock(jid), unblock)
            }
        }
    }
}

/// What a switch asks.
fn command(told: Told, on: bool) -> Command {
    let none = SignalsPatch::default();
    let signals = |patch| Command::Chat(ChatCommand::Signals(patch));
    match told {
        Told::Delivered => signals(SignalsPatch { delivered: Some(on), ..none }),
        Told::Displayed => signals(SignalsPatch { displayed: Some(on), ..none }),
        Told::Typing => signals(SignalsPatch { typing: Some(on), ..none }),
        Told::ChatAddress => telephony(json!({ "send_chat_address": on })),
        Told::OnThePhone => telephony(json!({ "on_the_phone": on })),
        Told::Address => telephony(json!({ "publish_address": on })),
        Told::RejectAnonymous => telephony(json!({ "reject_anonymous": on })),
    }
}

fn telephony(wish: Value) -> Command {
    let wish = match wish {
        Value::Object(wish) => wish,
        _ => Map::new(),
    };
    Command::Telephony(TelephonyCommand::Set(wish))
}

/// The section.
pub(super) fn view<'a>(page: &'a Privacy, shared: Shared<'a>) -> Vec<Element<'a, Message>> {
    let (signals, set) = (shared.snapshot.signals, &shared.snapshot.telephony);
    let turn = |told, name, hint, on| turned(page, told, name, hint, on);
    let messages = vec![
        turn(
            Told::Delivered,
            tr!("settings-delivered"),
            tr!("settings-delivered-hint"),
            signals.delivered,
        ),
        turn(
            Told::Displayed,
            tr!("settings-displayed"),
            tr!("settings-displayed-hint"),
            signals.displayed,
        ),
        turn(Told::Typing, tr!("settings-typing"), tr!("settings-typing-hint"), signals.typing),
    ];
    let calls = vec![
        turn(
            Told::ChatAddress,
            tr!("settings-chat-address"),
            tr!("settings-chat-address-hint"),
            set.send_chat_address,
        ),
        turn(
            Told::OnThePhone,
            tr!("settings-on-the-phone"),
            tr!("settings-on-the-phone-hint"),
            set.on_the_phone,
        ),
        turn(
            Told::Address,
            tr!("settings-address"),
            tr!("settings-address-hint"),
            set.publish_address,
        ),
    ];
    let callers = vec![
        strangers(page, set.strangers),
        turn(
            Told::RejectAnonymous,
            tr!("settings-anonymous"),
            tr!("settings-anonymous-hint"),
            set.reject_anonymous,
        ),
    ];
    let has = |kind| shared.snapshot.accounts.iter().any(|account| account.kind == kind);
    let mut parts = Vec::new();
    if has(AccountKind::Xmpp) {
        parts.push(sheet::section(tr!("settings-told-in-chat"), messages));
    }
    if has(AccountKind::Sip) {
        parts.push(sheet::section(tr!("settings-told-of-calls"), calls));
        parts.push(sheet::section(tr!("settings-callers"), callers));
    }
    parts.extend(blocked::view(page, shared));
    if parts.is_empty() {
        parts.push(sheet::boxed(vec![sheet::remark(tr!("settings-no-account"))]));
    }
    parts
}

fn turned<'a>(
    page: &'a Privacy,
    told: Told,
    name: &'a str,
    hint: &'a str,
    on: bool,
) -> Element<'a, Message> {
    let control = Control::Told(told);
    let line = switch::row_of(name, hint, on, move |on| Message::Turn(told, on));
    sheet::told(line, page.asked.at(&control), Message::Confirm(control.clone()))
}

fn strangers<'a>(page: &'a Privacy, set: Strangers) -> Element<'a, Message> {
    let ways = [
        (Strangers::Accept, tr!("settings-strangers-ring"), tr!("settings-strangers-ring-hint")),
        (Strangers::Ask, tr!("settings-strangers-shown"), tr!("settings-strangers-shown-hint")),
        (
            Strangers::Refuse,
            tr!("settings-strangers-refused"),
            tr!("settings-strangers-refused-hint"),
        ),
    ];
    let ways = ways
        .map(|(way, name, hint)| switch::choice(name, hint, set == way, Message::Strangers(way)));
    let name = container(body(tr!("settings-strangers")))
        .padding(iced::Padding::from([step::XXS, step::S]).top(step::S));
    let control = Control::Strangers;
    let told = page.asked.at(&control);
    sheet::told(column![name].extend(ways), told, Message::Confirm(Control::Strangers))
}
