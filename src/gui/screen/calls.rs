//! The call panel: the call in front with its controls, a row for every further call, and what
//! is open for one: the keypad, where it is sent on, its devices, whom to call besides.

mod panels;

use iced::Element;
use iced::widget::column;

use super::{Action, Shared, contact_of, name_of, place};
use crate::core::command::{CallCommand, TransferTo};
use crate::gui::widget::call_bar::{self, Join, Kit, Look, Tell};
use crate::gui::widget::call_more::{self, Opened};
use crate::gui::widget::keypad::{self, Pressed};
use crate::gui::widget::{ask, devices, rule, transfer};
use crate::media::meter::Levels;
use crate::model::account::AccountKind;
use crate::model::call::{Call, CallState, Direction, TransferState};
use crate::model::id::CallId;
use crate::model::party::Party;

/// Below this width in logical pixels a bar has its buttons on a line of their own.
const TIGHT: f32 = 700.0;

/// Below this width that line is full.
const SMALL: f32 = 480.0;

/// From this width on there is room for words on protection.
const WIDE: f32 = 760.0;

/// From this width on there is room to say in words what protects a call.
const ROOMY: f32 = 960.0;

/// How much more it has to be where a name stands in the bar.
const NAME: f32 = 180.0;

/// What the person did to calls that are on.
#[derive(Debug, Clone)]
pub enum Message {
    /// On a call's bar or row.
    Bar(CallId, call_bar::Act),
    /// On the keypad.
    Keypad(keypad::Act),
    /// On the panel of a transfer or of a further call.
    Transfer(transfer::Act),
    /// On the panel of the devices.
    Devices(devices::Act),
    /// On the card of something the other side of a call wants.
    Ask(CallId, ask::Act),
}

/// What is open for a call.
#[derive(Debug, Clone, PartialEq)]
enum Tool {
    Keypad(Pressed),
    Transfer(transfer::Draft),
    Devices,
    Add(transfer::Draft),
}

/// What of the call panel waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// What devices there are.
    Devices,
    /// Others are to be used.
    UseDevices,
}

impl Tool {
    fn kit(&self) -> Kit {
        match self {
            Self::Keypad(_) => Kit::Keypad,
            Self::Transfer(_) => Kit::Transfer,
            Self::Devices => Kit::Devices,
            Self::Add(_) => Kit::Add,
        }
    }
}

/// The panel's own state.
#[derive(Debug, Default)]
pub struct Calls {
    known: Vec<CallId>,
    chosen: Option<CallId>,
    tool: Option<(CallId, Tool)>,
    /// The call that waits while its new target is asked.
    asking: Option<CallId>,
    failures: Vec<(CallId, String)>,
    /// The call of which something is told.
    told: Option<(CallId, Tell)>,
    /// The call of which it is shown what else can be done.
    more: Option<CallId>,
    devices: devices::Known,
    levels: Levels,
    /// Ends of transfers that were read.
    read: Vec<(CallId, TransferState)>,
}

/// The call was answered and goes on.
fn talks(call: &Call) -> bool {
    call.answered.is_some() && call.state != CallState::Ended
}

/// How much a call belongs to the front.
fn rank(call: &Call) -> u8 {
    match call.state {
        CallState::Incoming => 0,
        CallState::Ended => 1,
        CallState::Held => 2,
        CallState::HeldByPeer => 3,
        CallState::Dialing | CallState::Ringing => 4,
        CallState::Active => 5,
    }
}

impl Calls {
    /// Takes in what the person did.
    pub fn update(&mut self, message: Message, shared: Shared<'_>) -> Action {
        match message {
            Message::Bar(call, act) => self.on_bar(call, &act, shared),
            Message::Keypad(keypad::Act::Press(digit)) => self.press(digit),
            Message::Keypad(keypad::Act::Close) | Message::Transfer(transfer::Act::Close) => {
                self.tool = None;
                Action::None
            }
            Message::Transfer(act) => self.on_transfer(act, shared),
            Message::Devices(act) => self.on_devices(act),
            Message::Ask(call, act) => {
                let accept = act == ask::Act::Call;
                on_call(&call, CallCommand::Consent { call: call.clone(), accept })
            }
        }
    }

    /// Forgets what belongs to calls that are over; a call that is new comes to the front.
    pub fn follow(&mut self, calls: &[Call]) {
        let talking = |id: &CallId| calls.iter().any(|call| call.id == *id && talks(call));
        if self.tool.as_ref().is_some_and(|(id, _)| !talking(id)) {
            self.tool = None;
        }
        if self.asking.as_ref().is_some_and(|id| !talking(id)) {
            self.asking = None;
        }
        self.failures.retain(|(id, _)| calls.iter().any(|call| call.id == *id));
        let is_on =
            |id: &CallId| calls.iter().any(|call| call.id == *id && call.state != CallState::Ended);
        self.told = self.told.take().filter(|(id, _)| is_on(id));
        self.more = self.more.take().filter(is_on);
        self.read.retain(|(id, state)| {
            calls.iter().any(|call| call.id == *id && call.transfer.as_ref() == Some(state))
        });
        let outgoing = |call: &&Call| call.state != CallState::Incoming;
        let known: Vec<CallId> =
            calls.iter().filter(outgoing).map(|call| call.id.clone()).collect();
        if known.iter().any(|id| !self.known.contains(id)) {
            self.chosen = None;
        }
        self.known = known;
        self.put_away(calls);
    }

    /// Closes what is open for a call that is not in front any more: typed keys must not go
    /// to somebody else than the one in sight.
    fn put_away(&mut self, calls: &[Call]) {
        let front = self.front(calls).map(|call| &call.id);
        if self.tool.as_ref().is_some_and(|(id, _)| Some(id) != front) {
            self.tool = None;
        }
    }

    /// The call in front: the one that was chosen, else the one that is on.
    pub fn front<'a>(&self, calls: &'a [Call]) -> Option<&'a Call> {
        let chosen = self.chosen.as_ref();
        let chosen = calls.iter().find(|call| Some(&call.id) == chosen);
        chosen
            .filter(|call| call.state != CallState::Ended)
            .or_else(|| calls.iter().filter(|call| rank(call) > 0).max_by_key(|call| rank(call)))
    }

    /// Says at its call that something failed.
    pub fn failed(&mut self, call: &CallId, words: String) {
        self.failures.retain(|(id, _)| id != call);
        self.failures.push((call.clone(), words));
    }

    /// A transfer is under way: its panel has done its part.
    pub fn transferred(&mut self, call: &CallId) {
        self.failures.retain(|(id, _)| id != call);
        if self.tool.as_ref().is_some_and(|(id, _)| id == call) {
            self.tool = None;
        }
    }

    /// The call that waits while its new target is asked.
    pub fn asking(&self) -> Option<&CallId> {
        self.asking.as_ref()
    }

    /// The target is not asked after all.
    pub fn not_asking(&mut self) {
        self.asking = None;
    }

    /// Closes the panel that is open, else what is shown of a call; false when nothing was open.
    pub fn escape(&mut self) -> bool {
        self.tool.take().is_some() || self.told.take().is_some() || self.more.take().is_some()
    }

    /// How loud it is now.
    pub fn hear(&mut self, levels: Levels) {
        self.levels = levels;
    }

    /// Whether keys that are typed go to a call.
    pub fn takes_digits(&self) -> bool {
        matches!(self.tool, Some((_, Tool::Keypad(_))))
    }

    fn on_bar(&mut self, id: CallId, act: &call_bar::Act, shared: Shared<'_>) -> Action {
        use call_bar::Act;
        let calls = &shared.snapshot.calls;
        let Some(call) = calls.iter().find(|call| call.id == id) else { return Action::None };
        self.failures.retain(|(of, _)| *of != id);
        match act {
            Act::Mute(on) => on_call(&id, CallCommand::Mute { call: id.clone(), on: *on }),
            Act::Hold => on_call(&id, CallCommand::Hold(id.clone())),
            Act::Resume => on_call(&id, CallCommand::Resume(id.clone())),
            Act::HangUp => on_call(&id, CallCommand::Hangup(id.clone())),
            Act::Tool(kit) => self.open(call, *kit),
            Act::More => {
                self.more = (self.more.as_ref() != Some(&id)).then_some(id);
                Action::None
            }
            Act::Again => again(call, shared),
            Act::Connect => self.connect(call, calls),
            Act::Tell(tell) => {
                let open = (id, *tell);
                self.told = (self.told.as_ref() != Some(&open)).then_some(open);
                Action::None
            }
            Act::Open => contact_of(call).map_or(Action::None, Action::Open),
            Act::Front => {
                self.chosen = Some(id);
                self.put_away(calls);
                Action::None
            }
            Act::Dismiss => Action::None,
            Act::Read => {
                self.read.extend(call.transfer.clone().map(|state| (id, state)));
                Action::None
            }
        }
    }

    /// Brings the other sides of `further` and of the call in front together.
    fn connect(&mut self, further: &Call, calls: &[Call]) -> Action {
        let Some(front) = self.front(calls).filter(|front| front.id != further.id) else {
            return Action::None;
        };
        // The one that was asked first is the target; else the one in front is.
        let (call, to) = match &self.asking {
            Some(asking) if *asking == front.id => (front, further),
            _ => (further, front),
        };
        Action::Transfer {
            call: call.id.clone(),
            to: TransferTo::Call(to.id.clone()),
            name: to.peer.display.clone(),
        }
    }

    /// The bars of all calls that do not ring here; `open` is the conversation below them.
    pub fn bars<'a>(
        &'a self,
        shared: Shared<'a>,
        open: Option<&Party>,
    ) -> Option<Element<'a, Message>> {
        let calls = &shared.snapshot.calls;
        let front = self.front(calls)?;
        let tight = shared.width < TIGHT;
        let further = calls.iter().filter(|call| rank(call) > 0 && call.id != front.id);
        let mut bars = column![];
        for call in std::iter::once(front).chain(further) {
            let bar = if call.id == front.id {
                call_bar::bar(call, self.look(call, shared, open, tight), several(call, shared))
            } else {
                let join = self.join(call, front);
                call_bar::further(call, shared.clock, join, tight)
            };
            let failure = self.failures.iter().find(|(id, _)| *id == call.id);
            let opened = self.opened(call);
            let more = (self.more.as_ref() == Some(&call.id))
                .then(|| call_more::more(call, opened, tight));
            let whole = column![bar]
                .push(more)
                .push(opened.tell.map(|tell| match tell {
                    Tell::Why => call_bar::why(call, account(call, shared), tight),
                    Tell::Line => call_more::figures(call, tight),
                    Tell::Lock => call_more::lock(call, tight),
                }))
                .push(self.transfer(call, tight))
                .push(failure.map(|(_, words)| call_bar::failure(words, tight)));
            let id = call.id.clone();
            bars = bars
                .push(Element::from(whole).map(move |act| Message::Bar(id.clone(), act)))
                .push(rule());
        }
        Some(bars.into())
    }

    fn look(&self, call: &Call, shared: Shared<'_>, open: Option<&Party>, tight: bool) -> Look {
        let named = open.is_none() || contact_of(call).as_ref() != open;
        Look {
            clock: shared.clock,
            named,
            tight,
            small: shared.width < SMALL,
            wide: shared.width >= WIDE,
            roomy: shared.width >= if named { ROOMY + NAME / 2.0 } else { ROOMY },
            opened: self.opened(call),
            more: self.more.as_ref() == Some(&call.id),
            levels: self.levels,
        }
    }

    fn opened(&self, call: &Call) -> Opened {
        let tool = self.tool.as_ref().filter(|(id, _)| *id == call.id);
        let told = self.told.as_ref().filter(|(id, _)| *id == call.id);
        Opened { kit: tool.map(|(_, tool)| tool.kit()), tell: told.map(|(_, tell)| *tell) }
    }

    /// How a transfer goes, until its end was read.
    fn transfer<'a>(&self, call: &Call, tight: bool) -> Option<Element<'a, call_bar::Act>> {
        let state = call.transfer.as_ref()?;
        let read = self.read.iter().any(|(id, read)| *id == call.id && read == state);
        (!read).then(|| call_bar::transfer(state, tight))
    }

    fn join(&self, call: &Call, front: &Call) -> Join {
        let asked = self.asking.as_ref().is_some_and(|id| *id == call.id || *id == front.id);
        match (talks(call) && talks(front), asked) {
            (false, _) => Join::No,
            (true, false) => Join::Two,
            (true, true) => Join::Complete,
        }
    }
}

/// The address of the account that a call runs on; its identifier when it is gone.
fn account<'a>(call: &'a Call, shared: Shared<'a>) -> &'a str {
    let account = shared.snapshot.accounts.iter().find(|account| account.id == call.account);
    account.map_or_else(|| call.account.as_str(), |account| &account.address)
}

/// The account that a call of ours goes out on, where there are several.
fn several(call: &Call, shared: Shared<'_>) -> Option<String> {
    let phones = shared.snapshot.accounts.iter().filter(|a| a.kind == AccountKind::Sip);
    let chosen = call.direction == Direction::Out && phones.count() > 1;
    chosen.then(|| account(call, shared).to_owned())
}

/// A call to the other side of one that is over: to the contact where one is proven, else to the
/// address, on the account that it was on.
fn again(call: &Call, shared: Shared<'_>) -> Action {
    match contact_of(call) {
        Some(with) => place(with.to_string(), name_of(shared.snapshot, &with)),
        None => Action::Place {
            to: call.peer.uri.clone(),
            name: call.peer.display.clone(),
            account: Some(call.account.clone()),
            linked: false,
        },
    }
}

fn on_call(id: &CallId, command: CallCommand) -> Action {
    Action::OnCall(id.clone(), command)
}
