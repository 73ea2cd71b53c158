//! The call panel: the call in front with its controls, a row for every further call, and the
//! keypad or the transfer panel when one is open.

use iced::Element;
use iced::widget::column;

use super::{Action, Shared, contact_of, name_of};
use crate::core::command::{CallCommand, TransferTo};
use crate::gui::plain;
use crate::gui::widget::call_bar::{self, Join, Look};
use crate::gui::widget::keypad::{self, Digit, Pressed};
use crate::gui::widget::{ask, rule, transfer};
use crate::model::BareJid;
use crate::model::account::AccountKind;
use crate::model::call::{Call, CallState, Direction, TransferState};
use crate::model::id::CallId;
use crate::model::party::Party;

/// Below this width in logical pixels a bar has its buttons on a line of their own.
const TIGHT: f32 = 620.0;

/// From this width on there is room for words on protection.
const WIDE: f32 = 760.0;

/// How much more it has to be where a name stands in the bar.
const NAME: f32 = 180.0;

/// What the person did to calls that are on.
#[derive(Debug, Clone)]
pub enum Message {
    /// On a call's bar or row.
    Bar(CallId, call_bar::Act),
    /// On the keypad.
    Keypad(keypad::Act),
    /// On the transfer panel.
    Transfer(transfer::Act),
    /// On the card of something the other side of a call wants.
    Ask(CallId, ask::Act),
}

/// What is open for a call.
#[derive(Debug, Clone, PartialEq)]
enum Tool {
    Keypad(Pressed),
    Transfer(transfer::Draft),
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
    /// The call of which it is shown why this name and this account.
    why: Option<CallId>,
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
        self.why = self.why.take().filter(|id| calls.iter().any(|call| call.id == *id));
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

    /// Closes the keypad or the transfer panel, else what is shown of a call; false when
    /// nothing was open.
    pub fn escape(&mut self) -> bool {
        self.tool.take().is_some() || self.why.take().is_some()
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
            Act::Keypad => self.toggle(call, Tool::Keypad(Pressed::default())),
            Act::Transfer => {
                let except = contact_of(call).and_then(|with| with.jid().cloned());
                let draft = transfer::Draft { except, ..transfer::Draft::default() };
                self.toggle(call, Tool::Transfer(draft))
            }
            Act::Connect => self.connect(call, calls),
            Act::Why => {
                self.why = (self.why.as_ref() != Some(&id)).then_some(id);
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

    fn toggle(&mut self, call: &Call, tool: Tool) -> Action {
        let same = |open: &(CallId, Tool)| {
            open.0 == call.id && std::mem::discriminant(&open.1) == std::mem::discriminant(&tool)
        };
        if !talks(call) || self.tool.as_ref().is_some_and(same) {
            self.tool = None;
            return Action::None;
        }
        let field = matches!(tool, Tool::Transfer(_)).then_some(transfer::FIELD);
        self.tool = Some((call.id.clone(), tool));
        Action::Focus(field)
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

    /// A key of the keypad that is open.
    pub fn press(&mut self, digit: Digit) -> Action {
        let Some((id, Tool::Keypad(pressed))) = &mut self.tool else { return Action::None };
        pressed.push(digit);
        self.failures.retain(|(of, _)| of != id);
        let digits = digit.character().to_string();
        on_call(id, CallCommand::Digits { call: id.clone(), digits })
    }

    fn on_transfer(&mut self, act: transfer::Act, shared: Shared<'_>) -> Action {
        use transfer::Act;
        let Some((id, Tool::Transfer(draft))) = &mut self.tool else { return Action::None };
        let call = id.clone();
        match act {
            Act::Typed(text) => (draft.text, draft.chosen) = (text, None),
            Act::Enter => {
                let first = transfer::matching(shared.snapshot, draft).next();
                if let Some(contact) = first.filter(|_| !draft.text.trim().is_empty()) {
                    choose(draft, &contact.jid, shared);
                }
            }
            Act::Choose(jid) => choose(draft, &jid, shared),
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
            let why = (self.why.as_ref() == Some(&call.id))
                .then(|| call_bar::why(call, account(call, shared), tight));
            let whole = column![bar]
                .push(why)
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
        let tool = self.tool.as_ref().filter(|(id, _)| *id == call.id).map(|(_, tool)| tool);
        let named = open.is_none() || contact_of(call).as_ref() != open;
        Look {
            clock: shared.clock,
            named,
            tight,
            wide: shared.width >= WIDE,
            roomy: shared.width >= if named { WIDE + NAME } else { WIDE },
            keypad: matches!(tool, Some(Tool::Keypad(_))),
            transfer: matches!(tool, Some(Tool::Transfer(_))),
            why: self.why.as_ref() == Some(&call.id),
        }
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

    /// The keypad or the transfer panel.
    pub fn tool<'a>(&'a self, shared: Shared<'a>) -> Option<Element<'a, Message>> {
        let (id, tool) = self.tool.as_ref()?;
        let call = shared.snapshot.calls.iter().find(|call| call.id == *id)?;
        let name = plain::line(&call.peer.display);
        Some(match tool {
            Tool::Keypad(pressed) => keypad::view(pressed).map(Message::Keypad),
            Tool::Transfer(draft) => {
                transfer::view(draft, &name, shared.snapshot).map(Message::Transfer)
            }
        })
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

fn on_call(id: &CallId, command: CallCommand) -> Action {
    Action::OnCall(id.clone(), command)
}

fn choose(draft: &mut transfer::Draft, jid: &BareJid, shared: Shared<'_>) {
    draft.text = name_of(shared.snapshot, &jid.into());
    draft.chosen = Some(jid.clone());
}
