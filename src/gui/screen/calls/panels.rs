//! The panels that can be opened for a call: its keys, where it is sent on, its devices, whom to
//! call besides.

use iced::Element;

use super::{Calls, Control, Message, Tool, on_call, talks};
use crate::core::command::{CallCommand, Command, CommandError, DeviceCommand, Reply, TransferTo};
use crate::gui::plain;
use crate::gui::screen::{Action, Shared, Spot, contact_of, name_of};
use crate::gui::widget::call_bar::Kit;
use crate::gui::widget::keypad::{self, Digit, Pressed};
use crate::gui::widget::{devices, transfer};
use crate::model::BareJid;
use crate::model::call::Call;
use crate::model::id::CallId;

impl Calls {
    /// The hub's answer to what a control asked.
    pub fn answered(&mut self, control: Control, result: Result<Reply, CommandError>) -> Action {
        match (control, result) {
            (_, Err(error)) => self.devices.trouble = Some(error.to_string()),
            (Control::Devices, Ok(Reply::Devices { inputs, outputs, .. })) => {
                self.devices.inputs = inputs;
                self.devices.outputs = outputs;
                self.devices.listed = true;
            }
            (Control::Devices, Ok(_)) => {}
            (Control::UseDevices, Ok(_)) => return list_devices(),
        }
        Action::None
    }

    pub(super) fn on_devices(&mut self, act: devices::Act) -> Action {
        let (input, output) = match act {
            devices::Act::Input(name) => (Some(name), None),
            devices::Act::Output(name) => (None, Some(name)),
            devices::Act::Close => {
                self.tool = None;
                return Action::None;
            }
        };
        self.devices.trouble = None;
        let command = Command::Devices(DeviceCommand::Use { input, output, ringer: None });
        Action::At(Spot::Calls(Control::UseDevices), command)
    }

    pub(super) fn open(&mut self, call: &Call, kit: Kit) -> Action {
        let except = contact_of(call).and_then(|with| with.jid().cloned());
        let draft = || transfer::Draft { except, ..transfer::Draft::default() };
        self.toggle(
            call,
            match kit {
                Kit::Keypad => Tool::Keypad(Pressed::default()),
                Kit::Transfer => Tool::Transfer(draft()),
                Kit::Devices => Tool::Devices,
                Kit::Add => Tool::Add(draft()),
            },
        )
    }

    fn toggle(&mut self, call: &Call, tool: Tool) -> Action {
        let same = |open: &(CallId, Tool)| {
            open.0 == call.id && std::mem::discriminant(&open.1) == std::mem::discriminant(&tool)
        };
        if !talks(call) || self.tool.as_ref().is_some_and(same) {
            self.tool = None;
            return Action::None;
        }
        let (kit, id) = (tool.kit(), call.id.clone());
        self.tool = Some((id, tool));
        match kit {
            Kit::Keypad => Action::Focus(None),
            Kit::Transfer | Kit::Add => Action::Focus(Some(transfer::FIELD)),
            Kit::Devices => {
                // A headset may have come since.
                self.devices.trouble = None;
                list_devices()
            }
        }
    }

    /// A key of the keypad that is open.
    pub fn press(&mut self, digit: Digit) -> Action {
        let Some((id, Tool::Keypad(pressed))) = &mut self.tool else { return Action::None };
        pressed.push(digit);
        self.failures.retain(|(of, _)| of != id);
        let digits = digit.character().to_string();
        on_call(id, CallCommand::Digits { call: id.clone(), digits })
    }

    pub(super) fn on_transfer(&mut self, act: transfer::Act, shared: Shared<'_>) -> Action {
        use transfer::Act;
        let (id, draft, adds) = match &mut self.tool {
            Some((id, Tool::Transfer(draft))) => (id, draft, false),
            Some((id, Tool::Add(draft))) => (id, draft, true),
            _ => return Action::None,
        };
        let call = id.clone();
        match act {
            Act::Typed(text) => (draft.text, draft.chosen) = (text, None),
            Act::Enter => {
                let first = transfer::matching(shared.snapshot, draft).next();
                match first.filter(|_| !draft.text.trim().is_empty()) {
                    Some(contact) => choose(draft, &contact.jid, shared),
                    None if adds => return self.add(),
                    None => {}
                }
            }
            Act::Choose(jid) => choose(draft, &jid, shared),
            Act::Now if adds => return self.add(),
            Act::Now => {
                let Some((to, name)) = draft.target() else { return Action::None };
                self.failures.retain(|(of, _)| *of != call);
                return Action::Transfer { call, to: TransferTo::Address(to), name };
            }
            Act::AskFirst => {
                let Some((to, name)) = draft.target() else { return Action::None };
                self.failures.retain(|(of, _)| *of != call);
                self.tool = None;
                self.asking = Some(call.clone());
                return Action::AskFirst { call, to, name };
            }
            Act::Close => self.tool = None,
        }
        Action::None
    }

    /// Calls whom the panel says; the call that is on is held for it.
    fn add(&mut self) -> Action {
        let Some((call, Tool::Add(draft))) = &self.tool else { return Action::None };
        let Some((to, name)) = draft.target() else { return Action::None };
        let call = call.clone();
        self.failures.retain(|(of, _)| *of != call);
        self.tool = None;
        Action::AskFirst { call, to, name }
    }

    /// The panel that is open.
    pub fn tool<'a>(&'a self, shared: Shared<'a>) -> Option<Element<'a, Message>> {
        let (id, tool) = self.tool.as_ref()?;
        let call = shared.snapshot.calls.iter().find(|call| call.id == *id)?;
        let name = plain::line(&call.peer.display);
        Some(match tool {
            Tool::Keypad(pressed) => keypad::view(pressed).map(Message::Keypad),
            Tool::Devices => devices::view(&self.devices).map(Message::Devices),
            Tool::Add(draft) => {
                transfer::further(draft, &name, shared.snapshot).map(Message::Transfer)
            }
            Tool::Transfer(draft) => {
                transfer::view(draft, &name, shared.snapshot).map(Message::Transfer)
            }
        })
    }
}

fn list_devices() -> Action {
    Action::At(Spot::Calls(Control::Devices), Command::Devices(DeviceCommand::List))
}

fn choose(draft: &mut transfer::Draft, jid: &BareJid, shared: Shared<'_>) {
    draft.text = name_of(shared.snapshot, &jid.into());
    draft.chosen = Some(jid.clone());
}
