//! The settings, in sections: a list of them beside what is set in one, or before it where there
//! is no room. What was refused is said at its control.

mod accounts;
mod appearance;
mod privacy;
mod sound;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Action, Go, Spot};
use crate::core::command::{
    ChatCommand, Command, CommandError, Device, DeviceCommand, Reply, TelephonyCommand,
};
use crate::gui::preferences::{Kept, WriteError};
use crate::gui::widget::sheet::Notes;
use crate::model::preferences::Change;
use crate::model::signals::SignalsPatch;
use crate::model::telephony::Strangers;
use crate::tr;

pub use view::view;

/// A part of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// The accounts, and what belongs to them.
    #[default]
    Accounts,
    /// Which way things go.
    Features,
    /// What others are told, and who reaches us.
    Privacy,
    /// Microphone and loudspeaker.
    Sound,
    /// How the window looks.
    Appearance,
}

impl Section {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 5] =
        [Self::Accounts, Self::Features, Self::Privacy, Self::Sound, Self::Appearance];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => tr!("settings-accounts"),
            Self::Features => tr!("settings-features"),
            Self::Privacy => tr!("settings-privacy"),
            Self::Sound => tr!("settings-sound"),
            Self::Appearance => tr!("settings-appearance"),
        }
    }
}

/// What the person did to the page.
#[derive(Debug, Clone)]
pub enum Message {
    /// Went back.
    Close,
    /// Went back to the list of sections.
    List,
    /// Chose a section.
    Show(Section),
    /// In the table of features: the page of the accounts keeps it.
    Features(super::accounts::Message),
    /// Turned something that others are told, or who reaches us.
    Turn(Told, bool),
    /// Chose what becomes of calls from strangers.
    Strangers(Strangers),
    /// Wants what a control asked although it has cues.
    Confirm(Control),
    /// Picked a device.
    Device(Way, String),
    /// Set how the window looks or behaves.
    Prefer(Change),
    /// Wants the file of that out of the way.
    SetAside,
    /// It was written, or was not.
    Written(Result<(), Arc<WriteError>>),
    /// Goes to another page.
    Leave(Other),
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

/// A direction of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// The microphone.
    In,
    /// The loudspeaker.
    Out,
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Control {
    /// A switch.
    Told(Told),
    /// What becomes of calls from strangers.
    Strangers,
    /// The list of devices.
    Devices,
    /// The choice of a device.
    Device(Way),
}

/// Where the page leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// The accounts.
    Accounts,
    /// Both accounts' protection.
    Protection,
    /// The rules for calls.
    Rules,
    /// One more account.
    NewAccount,
}

/// What is lent besides what all screens are lent.
#[derive(Debug, Clone, Copy)]
pub struct Prefs<'a> {
    /// What is set, and whether it is kept.
    pub kept: &'a Kept,
    /// What the person did to the table of features.
    pub accounts: &'a super::accounts::Accounts,
    /// Light or dark was told to the program when it was started.
    pub theme_is_told: bool,
}

/// The page's own state.
#[derive(Debug, Default)]
pub struct Settings {
    section: Section,
    /// Where there is no room for both: the list is shown.
    listed: bool,
    notes: Notes<Control>,
    /// What a control asked last, so that it can be asked again with the user's word.
    asked: HashMap<Control, Command>,
    /// Microphones and loudspeakers, once they were listed.
    devices: Option<(Vec<Device>, Vec<Device>)>,
}

impl Settings {
    /// Shows a section.
    pub fn opened(&mut self, section: Section) -> Action {
        *self = Self { section, ..Self::default() };
        self.begin()
    }

    /// What a section needs to know.
    fn begin(&mut self) -> Action {
        match self.section {
            Section::Sound => self.list(),
            _ => Action::None,
        }
    }

    fn list(&mut self) -> Action {
        self.ask(Control::Devices, Command::Devices(DeviceCommand::List))
    }

    fn ask(&mut self, control: Control, command: Command) -> Action {
        self.notes.hush(&control);
        self.asked.insert(control.clone(), command.clone());
        Action::At(Spot::Settings(control), command)
    }

    /// The hub's answer to what a control asked.
    pub fn answered(&mut self, control: Control, result: Result<Reply, CommandError>) -> Action {
        let done = self.notes.answered(control.clone(), &result);
        if done {
            self.asked.remove(&control);
        }
        if let Ok(Reply::Devices { inputs, outputs }) = result {
            self.devices = Some((inputs, outputs));
        } else if done && matches!(control, Control::Device(_)) {
            return self.list();
        }
        Action::None
    }

    /// Takes in what the person did. What was written is its parent's business.
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Close => Action::Back,
            Message::List => {
                self.listed = true;
                Action::None
            }
            Message::Show(section) => {
                (self.section, self.listed) = (section, false);
                self.begin()
            }
            // Its parent hands it on.
            Message::Features(_) => Action::None,
            Message::Turn(told, on) => self.ask(Control::Told(told), turned(told, on)),
            Message::Strangers(wish) => {
                self.ask(Control::Strangers, telephony(json!({ "strangers": wish })))
            }
            Message::Confirm(control) => match self.asked.get(&control).cloned() {
                Some(Command::Telephony(TelephonyCommand::Set(mut wish))) => {
                    wish.insert("confirm".to_owned(), json!(true));
                    self.ask(control, Command::Telephony(TelephonyCommand::Set(wish)))
                }
                _ => Action::None,
            },
            Message::Device(way, name) => {
                let (input, output) = match way {
                    Way::In => (Some(name), None),
                    Way::Out => (None, Some(name)),
                };
                let pick = DeviceCommand::Use { input, output };
                self.ask(Control::Device(way), Command::Devices(pick))
            }
            Message::Prefer(change) => Action::Prefer(change),
            Message::SetAside => Action::SetPreferencesAside,
            Message::Written(_) => Action::None,
            Message::Leave(Other::Accounts) => Action::Go(Go::Accounts),
            Message::Leave(Other::Protection) => Action::Protection,
            Message::Leave(Other::Rules) => Action::Rules,
            Message::Leave(Other::NewAccount) => Action::Go(Go::NewAccount),
        }
    }
}

/// What a switch asks.
fn turned(told: Told, on: bool) -> Command {
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
