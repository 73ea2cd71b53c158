//! The user agent of one account, pure: messages, commands, flow changes and moments in;
//! messages, events and needs out. [`super::actor`] carries them to and from the world.

mod flow;
mod keep_alive;
mod leave;
mod probe;
mod referrals;
mod requests;
mod stack;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Instant;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::call::Call;
use super::dialog::DialogId;
use super::mailbox::Mailbox;
use super::message::{Message, Request, Response};
use super::pager::Pager;
use super::registration::Registration;
use super::transaction::{Arrival, ClientKey, Origin, Timers};
use super::transport::{FlowInfo, Hop, Ping, Source};
use super::uri::{SipUri, is_uri};
use super::wire::WireError;
use super::{CallEvent, PlaceCall, SipCommand, SipEvent};
use crate::model::account::Transport;
use crate::model::call::EndReason;
use crate::model::fault::Fault;
use crate::model::id::CallId;
use crate::model::security::{Demands, Guard};
use keep_alive::{KeepAlive, Pulse};
use leave::Leaving;
use probe::Probe;

pub(super) use stack::{ALLOW_EVENTS, DIGITS, Owner, SUPPORTED, Stack, bracketed};

/// Calls that may ring here at the same time; further ones find us busy.
const MAX_RINGING: usize = 8;
/// The same for calls that do not come by our own proxy.
const MAX_RINGING_STRANGERS: usize = 2;
/// Calls in all, ended ones that still wait for the other side's last word included.
const MAX_CALLS: usize = 64;

/// Who we are.
#[derive(Debug, Clone)]
pub struct AgentSettings {
    /// The user part of the AOR, escaped as in a URI.
    pub user: String,
    /// The domain of the AOR.
    pub domain: String,
    /// The name for authentication.
    pub username: String,
    /// What stands for this installation (`+sip.instance`, RFC 5626 §4.1).
    pub instance: Uuid,
    /// For how long to ask to be registered, in seconds.
    pub expires: u32,
    /// Instant messages are sent and taken (CUSAX C8, C10).
    pub chat: bool,
    /// What the account remembers of its server.
    pub guard: Guard,
    /// What the provider demands of it.
    pub demands: Demands,
    /// The transactions' times.
    pub timers: Timers,
}

/// What the agent asks of its shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Make the main flow; [`FlowChange`] tells how it went.
    Connect,
    /// Drop the main flow. Nothing is to be told.
    Disconnect,
    /// Fetch the password; [`Agent::handle_password`] takes it.
    Password,
    /// Drop the main flow, and try other targets of the server first from now on.
    Elsewhere,
    /// Send a keep-alive on the main flow.
    Ping(Ping),
}

/// What happened to the main flow.
#[derive(Debug)]
pub enum FlowChange {
    /// It is there.
    Up(FlowInfo),
    /// It could not be made, or broke.
    Down(Fault),
    /// Our address has changed, or the machine has slept: it is to be made anew at once.
    Moved,
}

/// See the module.
#[derive(Debug)]
pub struct Agent {
    stack: Stack,
    registration: Registration,
    calls: BTreeMap<CallId, Call>,
    mailbox: Mailbox,
    pager: Pager,
    keep_alive: KeepAlive,
    probe: Probe,
    leaving: Option<Leaving>,
    /// There is no connection, and none is wanted.
    resting: bool,
    closed: bool,
}

impl Agent {
    /// An agent that asks at once for a connection. `seed` is the root of all its randomness.
    pub fn new(settings: AgentSettings, seed: [u8; 32]) -> Self {
        let expires = settings.expires;
        let mut stack = Stack::new(settings, seed);
        let registration = Registration::start(&mut stack, expires);
        Self {
            stack,
            registration,
            calls: BTreeMap::new(),
            mailbox: Mailbox::default(),
            pager: Pager::default(),
            keep_alive: KeepAlive::default(),
            probe: Probe::default(),
            leaving: None,
            resting: false,
            closed: false,
        }
    }

    /// Takes a message from the network.
    pub fn handle_message(&mut self, now: Instant, source: &Source, message: Message) {
        // Of a flow that is just being dropped.
        if self.resting {
            return;
        }
        let trusted = self.stack.is_main(source);
        if trusted {
            self.keep_alive.alive();
        }
        let reliable = source.transport != Transport::Udp;
        let origin = Origin { answers: self.answers_to(source), reliable, trusted };
        match self.stack.transactions.receive(now, origin, message) {
            Some(Arrival::Request(key, request)) => self.on_request(now, source, key, request),
            Some(Arrival::Merged(key, request)) => {
                self.stack.respond(now, &key, Response::to_request(&request, 482, None));
            }
            Some(Arrival::Ack(ack)) => self.on_ack(now, &ack),
            Some(Arrival::Response(owner, key, mut response)) => {
                if !trusted && owner != Owner::Registration {
                    // Whoever we talk to must not get an answer to a nonce of his choice.
                    response.headers.remove("WWW-Authenticate");
                    response.headers.remove("Proxy-Authenticate");
                    if response.status < 300 {
                        // Only our own service tells the user something of a call that goes on.
                        response.headers.remove("Warning");
                        response.headers.remove("Reason");
                    }
                }
                self.on_response(now, &owner, &key, &response);
            }
            None => {}
        }
        self.settle(now);
    }

    /// Takes something from the network that is no proper message, and answers it if it can.
    pub fn handle_malformed(&mut self, source: &Source, error: &WireError) {
        tracing::debug!(%error, "malformed message");
        if let Some(response) = error.answer() {
            let hop = self.answers_to(source);
            self.stack.transactions.stateless(hop, response.into());
        }
    }

    /// Takes a command of the core.
    pub fn handle_command(&mut self, now: Instant, command: SipCommand) {
        let call = match &command {
            SipCommand::Invite(place) => {
                self.place(now, place.clone());
                self.settle(now);
                return;
            }
            SipCommand::Quit
            | SipCommand::Disconnect
            | SipCommand::Connect
            | SipCommand::SetChat(_) => {
                self.account_command(now, &command);
                self.settle(now);
                return;
            }
            SipCommand::Guard(guard) => {
                self.stack.guard(guard.as_ref().clone());
                return;
            }
            SipCommand::Message(message) => {
                self.pager.send(now, &mut self.stack, message.clone());
                return;
            }
            SipCommand::Refer { call, to } => {
                self.refer(now, call, to);
                self.settle(now);
                return;
            }
            SipCommand::RefuseReferral { call } => {
                if let Some(call) = self.calls.get_mut(call) {
                    call.refuse_referral(now, &mut self.stack);
                }
                self.settle(now);
                return;
            }
            SipCommand::Reoffer { call, .. }
            | SipCommand::Follow { call, .. }
            | SipCommand::Redirect { call, .. }
            | SipCommand::Digit { call, .. }
            | SipCommand::Answer { call, .. }
            | SipCommand::Acknowledge { call, .. }
            | SipCommand::Refuse { call, .. }
            | SipCommand::AnswerReoffer { call, .. }
            | SipCommand::Hangup(call) => call.clone(),
        };
        match self.calls.get_mut(&call) {
            Some(call) => call.command(now, &mut self.stack, command),
            None => tracing::debug!(%call, "a command for a call that is over"),
        }
        self.settle(now);
    }

    /// Takes the password, or why there is none. It is wiped once what waited for it is answered.
    pub fn handle_password(&mut self, now: Instant, password: Result<Zeroizing<String>, Fault>) {
        self.stack.password_answered();
        let fault = match password {
            Ok(password) => {
                self.stack.open(password);
                None
            }
            Err(fault) => Some(fault),
        };
        self.pager.on_password(now, &mut self.stack, fault.as_ref());
        self.registration.on_password(now, &mut self.stack, fault);
        self.mailbox.on_password(now, &mut self.stack);
        for call in self.calls.values_mut() {
            call.on_password(now, &mut self.stack);
        }
        self.stack.seal();
        self.settle(now);
    }

    /// A message could not be sent.
    pub fn handle_unsent(&mut self, now: Instant, message: &Message) {
        if let Message::Request(request) = message {
            self.stack.transactions.unsent(request);
        }
        self.settle(now);
    }

    /// The next message to send. While there is no main flow nothing can be: transactions
    /// repeat themselves on the next one.
    pub fn poll_transmit(&mut self) -> Option<(Hop, Message)> {
        loop {
            let (hop, message) = self.stack.transactions.poll_transmit()?;
            if self.stack.flow.is_some() {
                return Some((hop, message));
            }
        }
    }

    /// The next event for the core.
    pub fn poll_event(&mut self) -> Option<SipEvent> {
        self.stack.poll_event()
    }

    /// The next thing the shell is to do.
    pub fn poll_need(&mut self) -> Option<Need> {
        self.stack.poll_need()
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let own = [
            self.stack.transactions.poll_timeout(),
            self.registration.poll_timeout(),
            self.keep_alive.poll_timeout(),
            self.probe.poll_timeout(),
            self.mailbox.poll_timeout(),
            self.leaving.as_ref().map(|leaving| leaving.until),
        ];
        own.into_iter().flatten().chain(self.calls.values().filter_map(Call::poll_timeout)).min()
    }

    /// Runs what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.stack.transactions.handle_timeout(now);
        self.registration.handle_timeout(now, &mut self.stack);
        self.mailbox.handle_timeout(now, &mut self.stack);
        for call in self.calls.values_mut() {
            call.handle_timeout(now, &mut self.stack);
        }
        match self.keep_alive.handle_timeout(now, self.stack.dice()) {
            Some(Pulse::Ping(ping)) => self.stack.need(Need::Ping(ping)),
            Some(Pulse::Dead) => return self.flow_died(now),
            None => {}
        }
        self.run_probe(now);
        self.settle(now);
    }

    /// Everything is said; the shell may stop.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many calls the core knows to be on.
    pub fn calls(&self) -> usize {
        self.calls.values().filter(|call| !call.is_ended()).count()
    }

    /// On a stream from the proxy responses take whatever stream leads there by then.
    fn answers_to(&self, source: &Source) -> Hop {
        match self.stack.is_main(source) && source.transport != Transport::Udp {
            true => Hop::Flow,
            false => Hop::Source(*source),
        }
    }

    fn place(&mut self, now: Instant, place: PlaceCall) {
        if self.calls.contains_key(&place.call) {
            return tracing::debug!(call = %place.call, "placed twice");
        }
        let flow = self.stack.flow.as_ref().map(|flow| flow.transport);
        let refusal = match (flow, target(&place.target)) {
            (None, _) => EndReason::NotConnected,
            _ if self.leaving.is_some() || self.calls.len() >= MAX_CALLS => EndReason::NotConnected,
            (Some(flow), Some(target)) if flow == Transport::Tls || !is_secure(&target) => {
                let Some(referred) = self.consent(&place) else { return };
                let place = PlaceCall { target, ..place };
                let call = Call::place(now, &mut self.stack, place, referred);
                self.calls.insert(call.id().clone(), call);
                return;
            }
            (Some(_), target) => EndReason::Refused {
                code: 416,
                retry_after: None,
                text: match target {
                    Some(_) => {
                        "This address needs an account that is connected over TLS".to_owned()
                    }
                    None => "This is no SIP or telephone address".to_owned(),
                },
            },
        };
        self.stack.emit_call(&place.call, CallEvent::Ended(refusal));
    }

    /// A command about the account as a whole.
    fn account_command(&mut self, now: Instant, command: &SipCommand) {
        match command {
            SipCommand::Disconnect => self.disconnect(now),
            SipCommand::Connect => self.connect(now),
            SipCommand::SetChat(on) => self.stack.settings.chat = *on,
            _ => self.quit(now),
        }
    }

    fn on_ack(&mut self, now: Instant, ack: &Request) {
        let Some(id) = DialogId::of_request(ack) else { return };
        if let Some(call) = self.calls.values_mut().find(|call| call.is_in(&id)) {
            call.on_ack(now, &mut self.stack, ack);
        }
    }

    fn on_response(&mut self, now: Instant, owner: &Owner, key: &ClientKey, response: &Response) {
        match owner {
            Owner::Registration => {
                self.registration.on_response(now, &mut self.stack, key, response);
            }
            Owner::Call(id) => {
                if let Some(call) = self.calls.get_mut(id) {
                    call.on_response(now, &mut self.stack, key, response);
                }
            }
            Owner::Probe => self.probe.answered(now),
            Owner::Mailbox => self.mailbox.on_response(now, &mut self.stack, key, response),
            Owner::Pager => self.pager.on_response(now, &mut self.stack, key, response),
        }
    }

    fn on_no_answer(&mut self, now: Instant, owner: &Owner, key: &ClientKey) {
        match owner {
            Owner::Registration => {
                self.registration.on_no_answer(now, &mut self.stack, key);
            }
            Owner::Call(id) => {
                if let Some(call) = self.calls.get_mut(id) {
                    call.on_no_answer(now, &mut self.stack, key);
                }
                // Whether the other side or the proxy was silent is for the registrar to say.
                if self.is_udp() {
                    self.registration.verify(now, &mut self.stack);
                }
            }
            Owner::Probe => {}
            Owner::Mailbox => self.mailbox.on_no_answer(now, &mut self.stack, key),
            Owner::Pager => self.pager.on_no_answer(&mut self.stack, key),
        }
    }

    /// What waits for the registration hears of it, and of another target that is wanted.
    fn settle_registration(&mut self, now: Instant) {
        if self.stack.take_registered() && self.leaving.is_none() {
            self.mailbox.registered(now, &mut self.stack);
            self.pager.registered(now, &mut self.stack);
            for call in self.calls.values_mut() {
                call.on_registered(now, &mut self.stack);
            }
        }
        if self.stack.take_failed() {
            self.pager.not_registered(&mut self.stack);
            for call in self.calls.values_mut() {
                call.on_not_registered(now, &mut self.stack);
            }
        }
        if self.stack.take_elsewhere() {
            self.registration.elsewhere(&mut self.stack);
        }
    }

    /// After every input: failures go to their owners, what is over is forgotten.
    fn settle(&mut self, now: Instant) {
        while let Some((owner, key)) = self.stack.transactions.poll_failed() {
            self.on_no_answer(now, &owner, &key);
        }
        for call in self.calls.values_mut() {
            call.watch_contact(now, &mut self.stack);
        }
        self.settle_registration(now);
        while let Some((referral, progress)) = self.stack.poll_progress() {
            if let Some(call) = self.calls.get_mut(&referral) {
                call.on_progress(now, &mut self.stack, progress);
            }
        }
        let stack = &self.stack;
        self.calls.retain(|_, call| !call.is_over(stack));
        self.stack.in_call = self.calls() > 0;
        self.registration.settle(now, &mut self.stack);
        if self.stack.flow.is_none() {
            self.keep_alive = KeepAlive::default();
        }
        if let Some(flow_timer) = self.registration.take_outbound() {
            self.keep_alive.outbound(now, flow_timer, self.stack.dice());
        }
        let probing = self.stack.in_call && self.is_udp() && self.registration.is_registered();
        self.probe.want(now, probing);
        self.settle_leaving(now);
    }
}

/// A Request-URI from what the core dials: without the parts that RFC 3261 §19.1.5 wants left
/// out. `None` for what is no `sip:`, `sips:` or `tel:` URI.
pub(super) fn target(text: &str) -> Option<String> {
    if let Ok(mut uri) = text.parse::<SipUri>() {
        uri.headers = None;
        uri.params.remove("method");
        return Some(uri.to_string());
    }
    (is_uri(text) && requests::has_known_scheme(text)).then(|| text.to_owned())
}

fn is_secure(target: &str) -> bool {
    target.parse::<SipUri>().is_ok_and(|uri| uri.secure)
}
