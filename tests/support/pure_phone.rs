//! One user agent without sockets: bytes in, messages out, on a clock that the caller moves.
//! The torture tests and the fuzz targets share it.

// Each user has its own part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use dovetail::model::account::Transport;
use dovetail::model::fault::Fault;
use dovetail::model::id::CallId;
use dovetail::sip::agent::{Agent, AgentSettings, FlowChange, Need};
use dovetail::sip::message::{Message, Method, Request, Response};
use dovetail::sip::transaction::Timers;
use dovetail::sip::transport::{FlowId, FlowInfo, Source};
use dovetail::sip::wire::{Framed, StreamReader, parse_datagram, write};
use dovetail::sip::{CallEvent, SipCommand, SipEvent};

/// What one input may make the agent say at once: repetitions of every transaction it has.
pub const MOST_MESSAGES: usize = 2000;
/// What one of these may hold: the message it answers, and a little.
pub const MOST_OCTETS: usize = (1 << 20) + 16_384;

/// A registered agent.
pub struct PurePhone {
    pub agent: Agent,
    pub now: Instant,
    /// What it said since the last look; not its REGISTERs.
    pub sent: Vec<Message>,
    /// The requests it sent last, newest last; at most 16.
    pub requests: Vec<Request>,
    /// The response it sent last.
    pub answer: Option<Response>,
    /// The calls it knows of, newest last; at most 16.
    pub calls: Vec<CallId>,
    transport: Transport,
}

impl PurePhone {
    /// One that answers to `user` (escaped as in a URI), registered over `transport`, with instant
    /// messages or without.
    pub fn registered(user: &str, transport: Transport, chat: bool) -> Self {
        let settings = AgentSettings {
            expires: 600,
            user: user.to_owned(),
            domain: "cusax.test".to_owned(),
            username: "alice".to_owned(),
            instance: uuid::Uuid::from_u128(7),
            chat,
            guard: Default::default(),
            demands: Default::default(),
            timers: Timers::default(),
        };
        let mut phone = Self {
            agent: Agent::new(settings, [7; 32]),
            now: Instant::now(),
            sent: Vec::new(),
            requests: Vec::new(),
            answer: None,
            calls: Vec::new(),
            transport,
        };
        phone.settle();
        phone
    }

    /// Gives it a datagram, or a whole message of a stream, from its proxy or from a stranger.
    pub fn datagram(&mut self, bytes: &[u8], proxied: bool) {
        let source = self.source(proxied);
        match parse_datagram(bytes) {
            Ok(message) => self.agent.handle_message(self.now, &source, message),
            Err(error) => self.agent.handle_malformed(&source, &error),
        }
        self.settle();
    }

    /// Gives it what a stream reader cut. False: the stream must be closed.
    pub fn stream(&mut self, reader: &mut StreamReader, bytes: &[u8]) -> bool {
        reader.push(bytes);
        let source = self.source(true);
        while let Some(framed) = reader.next() {
            match framed {
                Ok(Framed::Message(message)) => {
                    self.agent.handle_message(self.now, &source, message);
                }
                Ok(Framed::KeepAlivePing) => {}
                Ok(Framed::KeepAlivePong) => self.agent.handle_pong(self.now, None),
                Err(error) => {
                    self.agent.handle_malformed(&source, &error);
                    if error.fatal {
                        self.settle();
                        return false;
                    }
                }
            }
            self.settle();
        }
        true
    }

    pub fn command(&mut self, command: SipCommand) {
        self.agent.handle_command(self.now, command);
        self.settle();
    }

    /// The connection breaks; the agent makes a new one.
    pub fn break_flow(&mut self) {
        let fault = Fault::Lost("cut".to_owned());
        self.agent.handle_transport(self.now, FlowChange::Down(fault));
        self.settle();
    }

    /// Lets time pass, timer by timer, at most `most` of them.
    pub fn pass(&mut self, time: Duration, most: usize) {
        let end = self.now + time;
        for _ in 0..most {
            let Some(next) = self.agent.poll_timeout().filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            self.agent.handle_timeout(self.now);
            self.settle();
        }
        self.now = end;
    }

    /// The statuses of the responses it sent since the last look, and forgets them.
    pub fn take_statuses(&mut self) -> Vec<u16> {
        let status = |message: Message| match message {
            Message::Response(response) => Some(response.status),
            Message::Request(_) => None,
        };
        self.sent.drain(..).filter_map(status).collect()
    }

    fn source(&self, proxied: bool) -> Source {
        let host = if proxied { [192, 0, 2, 1] } else { [192, 0, 2, 66] };
        Source { flow: FlowId::MAIN, address: (host, 5060).into(), transport: self.transport }
    }

    /// Serves what it needs, and takes what it says; both within bounds.
    fn settle(&mut self) {
        let (mut messages, mut events, mut needs) = (0, 0, 0);
        loop {
            let mut quiet = true;
            while let Some(event) = self.agent.poll_event() {
                quiet = false;
                events += 1;
                assert!(events <= MOST_MESSAGES, "events without end");
                self.note(&event);
            }
            while let Some((_, message)) = self.agent.poll_transmit() {
                quiet = false;
                messages += 1;
                assert!(messages <= MOST_MESSAGES, "messages without end");
                let length = write(&message).len();
                assert!(length <= MOST_OCTETS, "a message of {length} octets");
                self.say(message);
            }
            while let Some(need) = self.agent.poll_need() {
                quiet = false;
                needs += 1;
                assert!(needs <= MOST_MESSAGES, "needs without end");
                self.serve(need);
            }
            if quiet {
                break;
            }
        }
        assert!(self.agent.calls() <= 64, "{} calls", self.agent.calls());
    }

    fn note(&mut self, event: &SipEvent) {
        let call = match event {
            SipEvent::Incoming(incoming) => incoming.call.clone(),
            SipEvent::Call(call, CallEvent::Ended(_)) => {
                return self.calls.retain(|known| known != call);
            }
            SipEvent::Call(call, _) => call.clone(),
            _ => return,
        };
        if !self.calls.contains(&call) {
            self.calls.push(call);
            let excess = self.calls.len().saturating_sub(16);
            self.calls.drain(..excess);
        }
    }

    fn say(&mut self, message: Message) {
        if let Message::Response(response) = &message {
            self.answer = Some(response.clone());
        }
        if let Message::Request(request) = &message {
            if request.method == Method::Register {
                return self.bind(request);
            }
            self.requests.push(request.clone());
            let excess = self.requests.len().saturating_sub(16);
            self.requests.drain(..excess);
        }
        self.sent.push(message);
        let excess = self.sent.len().saturating_sub(64);
        self.sent.drain(..excess);
    }

    /// The registrar: 200 with the bindings of the request.
    fn bind(&mut self, register: &Request) {
        let mut response = Response::to_request(register, 200, None);
        if let Some(contact) = register.headers.get("Contact") {
            response.headers.push("Contact", format!("{contact};expires=600"));
        }
        let source = self.source(true);
        self.agent.handle_message(self.now, &source, Message::Response(response));
    }

    fn serve(&mut self, need: Need) {
        match need {
            Need::Connect => {
                let flow = FlowInfo {
                    local: SocketAddr::from(([192, 0, 2, 10], 5060)),
                    remote: SocketAddr::from(([192, 0, 2, 1], 5060)),
                    transport: self.transport,
                    tls: None,
                    alternatives: 0,
                };
                self.agent.handle_transport(self.now, FlowChange::Up(flow));
            }
            Need::Password => {
                let password = zeroize::Zeroizing::new("secret".to_owned());
                self.agent.handle_password(self.now, Ok(password));
            }
            Need::Ping(_) | Need::Disconnect | Need::Elsewhere => {}
        }
    }
}
