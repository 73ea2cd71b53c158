//! The network, the clock, and a registrar.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::super::{Agent, AgentSettings, FlowChange, Need};
use super::forking::Proxy;
use super::registrar::Registrar;
use crate::model::account::Transport;
use crate::model::call::EndReason;
use crate::model::fault::Fault;
use crate::model::id::CallId;
use crate::sip::message::{Headers, Message, Method, Request, Response};
use crate::sip::transaction::Timers;
use crate::sip::transport::{FlowId, FlowInfo, Source};
use crate::sip::{CallEvent, PlaceCall, SipCommand, SipEvent, wire};

pub const ALICE: usize = 0;
pub const BOB: usize = 1;
pub const CAROL: usize = 2;
pub const OFFER: &[u8] = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n";
pub const ANSWER: &[u8] = b"v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\n";

/// How bad the network is.
#[derive(Clone, Copy)]
pub struct Weather {
    pub transport: Transport,
    pub loss: f64,
    pub jitter: Duration,
}

pub const FAIR: Weather = Weather { transport: Transport::Udp, loss: 0.0, jitter: Duration::ZERO };

pub struct World {
    pub now: Instant,
    pub agents: Vec<Agent>,
    pub events: Vec<Vec<SipEvent>>,
    pub registrar: Registrar,
    /// Everything that was sent, in order: from whom, and what.
    pub sent: Vec<(usize, Message)>,
    /// Agents whose password is `Err`.
    pub password: Result<String, Fault>,
    /// How a connection attempt ends.
    pub connect: Result<(), Fault>,
    pub pings: usize,
    /// How many targets the server has beside the one in use.
    pub alternatives: usize,
    /// Answers to what cannot be read may be no better.
    pub spoilt: bool,
    /// An agent that this script speaks for: messages to it are kept here instead.
    pub scripted: Option<usize>,
    /// The provider has mailboxes: the script answers each SUBSCRIBE for one.
    pub mailboxes: bool,
    pub inbox: Vec<Message>,
    /// On the way, an INVITE learns to insist on reliable responses.
    pub insist: bool,
    /// How many of the datagrams arrive twice.
    pub echo: f64,
    /// What stands between the agents when it is more than a wire.
    pub proxy: Option<Proxy>,
    weather: Weather,
    dice: StdRng,
    wire: BTreeMap<(Instant, u64), (usize, usize, Vec<u8>)>,
    serial: u64,
}

pub fn address(agent: usize) -> SocketAddr {
    ([192, 0, 2, 10 + agent as u8], 5060).into()
}

/// The proxy in between: everything comes from there.
pub fn proxy() -> SocketAddr {
    ([192, 0, 2, 1], 5060).into()
}

impl World {
    pub fn new(seed: u64, weather: Weather) -> Self {
        Self::of(seed, weather, &["alice", "bob"], false)
    }

    /// Alice, and Bob with two devices behind a proxy that forks; all registered.
    pub fn forking(seed: u64, weather: Weather) -> Self {
        let mut world = Self::of(seed, weather, &["alice", "bob", "bob"], false);
        world.proxy = Some(Proxy::default());
        world.run(Duration::from_secs(20));
        world.events.iter_mut().for_each(Vec::clear);
        world.sent.clear();
        world
    }

    /// An agent for each of the users, with instant messages or without.
    pub fn of(seed: u64, weather: Weather, users: &[&str], chat: bool) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let agents = users.iter().map(|user| {
            let settings = AgentSettings {
                user: (*user).to_owned(),
                domain: "cusax.test".to_owned(),
                username: (*user).to_owned(),
                instance: Uuid::from_u128(7),
                expires: 600,
                chat,
                guard: Default::default(),
                demands: Default::default(),
                timers: Timers::default(),
            };
            Agent::new(settings, dice.random())
        });
        let agents: Vec<Agent> = agents.collect();
        Self {
            now: Instant::now(),
            events: vec![Vec::new(); agents.len()],
            agents,
            registrar: Registrar::default(),
            sent: Vec::new(),
            password: Ok("secret".to_owned()),
            connect: Ok(()),
            pings: 0,
            alternatives: 0,
            spoilt: false,
            scripted: None,
            mailboxes: false,
            inbox: Vec::new(),
            insist: false,
            echo: 0.0,
            proxy: None,
            weather,
            dice,
            wire: BTreeMap::new(),
            serial: 0,
        }
    }

    /// Both agents, registered on a network that works.
    pub fn ready(seed: u64, weather: Weather) -> Self {
        Self::new(seed, weather).registered()
    }

    /// The same once all are registered.
    pub fn registered(self) -> Self {
        let mut world = self;
        world.run(Duration::from_secs(20));
        world.events.iter_mut().for_each(Vec::clear);
        world.sent.clear();
        world
    }

    pub fn command(&mut self, agent: usize, command: SipCommand) {
        let now = self.now;
        self.agents[agent].handle_command(now, command);
        self.pump();
    }

    pub fn call(&mut self, from: usize, to: &str) -> CallId {
        let call = CallId::new(format!("call-{}", self.serial));
        self.command(
            from,
            SipCommand::Invite(PlaceCall {
                call: call.clone(),
                target: format!("sip:{to}@cusax.test"),
                offer: OFFER.to_vec(),
                impp: Some("alice@cusax.test".parse().unwrap()),
                anonymous: false,
                referral: None,
            }),
        );
        call
    }

    pub fn flow(&mut self, agent: usize, change: Result<(), Fault>) {
        let now = self.now;
        let change = match change {
            Ok(()) => FlowChange::Up(self.flow_info(agent)),
            Err(fault) => FlowChange::Down(fault),
        };
        self.agents[agent].handle_transport(now, change);
        self.pump();
    }

    /// Lets `time` pass.
    pub fn run(&mut self, time: Duration) {
        self.pump();
        let end = self.now + time;
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps < 100_000, "the machines never come to rest");
            let wire = self.wire.keys().next().map(|(at, _)| *at);
            let timers = self.agents.iter().filter_map(Agent::poll_timeout);
            let Some(next) = timers.chain(wire).min().filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            self.deliver();
            for agent in 0..self.agents.len() {
                let now = self.now;
                if self.agents[agent].poll_timeout().is_some_and(|at| at <= now) {
                    self.agents[agent].handle_timeout(now);
                }
            }
            self.pump();
        }
        self.now = end;
    }

    pub fn run_secs(&mut self, seconds: u64) {
        self.run(Duration::from_secs(seconds));
    }

    /// Runs in small steps until an event is there.
    pub fn until(&mut self, agent: usize, what: impl Fn(&SipEvent) -> bool) -> SipEvent {
        for _ in 0..4000 {
            if let Some(event) = self.events[agent].iter().find(|event| what(event)) {
                return event.clone();
            }
            self.run(Duration::from_millis(10));
        }
        panic!("no such event in {:?}", self.events[agent]);
    }

    pub fn incoming(&mut self, agent: usize) -> CallId {
        match self.until(agent, |event| matches!(event, SipEvent::Incoming(_))) {
            SipEvent::Incoming(incoming) => incoming.call,
            _ => unreachable!(),
        }
    }

    pub fn answered(&mut self, agent: usize) {
        self.until(agent, |event| matches!(event, SipEvent::Call(_, CallEvent::Answered { .. })));
    }

    pub fn confirmed(&mut self, agent: usize) {
        self.until(agent, |event| matches!(event, SipEvent::Call(_, CallEvent::Confirmed { .. })));
    }

    /// Why the calls of an agent ended, in order.
    pub fn ends(&self, agent: usize) -> Vec<EndReason> {
        let reason = |event: &SipEvent| match event {
            SipEvent::Call(_, CallEvent::Ended(reason)) => Some(reason.clone()),
            _ => None,
        };
        self.events[agent].iter().filter_map(reason).collect()
    }

    /// The requests that an agent sent with this method, repetitions included.
    pub fn requests(&self, from: usize, method: &Method) -> Vec<&Request> {
        let request = |(sender, message): &'_ (usize, Message)| {
            *sender == from
                && matches!(message, Message::Request(request) if request.method == *method)
        };
        self.sent
            .iter()
            .filter(|sent| request(sent))
            .filter_map(|(_, message)| match message {
                Message::Request(request) => Some(request),
                Message::Response(_) => None,
            })
            .collect()
    }

    /// The statuses that an agent sent for this method, repetitions included.
    pub fn statuses(&self, from: usize, method: &Method) -> Vec<u16> {
        self.sent
            .iter()
            .filter(|(sender, _)| *sender == from)
            .filter_map(|(_, message)| match message {
                Message::Response(response) => Some(response),
                Message::Request(_) => None,
            })
            .filter(|response| response.headers.cseq().is_some_and(|cseq| cseq.method == *method))
            .map(|response| response.status)
            .collect()
    }

    /// Gives an agent a message as if its proxy had sent it.
    pub fn inject(&mut self, to: usize, message: &Message) {
        self.inject_from(to, message, true);
    }

    pub fn inject_from(&mut self, to: usize, message: &Message, main: bool) {
        let message = wire::parse_datagram(&wire::write(message)).expect("well formed");
        let source = self.source((to + 1) % self.agents.len(), main);
        let now = self.now;
        self.agents[to].handle_message(now, &source, message);
        self.pump();
    }

    /// Nothing is left of any call.
    pub fn assert_at_rest(&self) {
        for agent in &self.agents {
            assert!(agent.calls.is_empty(), "calls left: {:?}", agent.calls);
        }
    }

    /// The agent knows how to answer challenges of the realm `cusax.test`, as after a registration
    /// there.
    pub fn give_password(&mut self, agent: usize) {
        let now = self.now;
        let mut headers = Headers::default();
        headers.push("Proxy-Authenticate", "Digest realm=\"cusax.test\", nonce=\"n\"");
        let challenge = Response { status: 407, reason: String::new(), headers, body: Vec::new() };
        assert!(self.agents[agent].stack.needs_password(&challenge));
        let password = self.password.clone().map(Zeroizing::new);
        self.agents[agent].handle_password(now, password);
        self.pump();
    }

    /// The same of one agent: the other is only spoken for.
    pub fn assert_at_rest_of(&self, agent: usize) {
        assert!(self.agents[agent].calls.is_empty(), "calls left: {:?}", self.agents[agent].calls);
    }

    pub fn flow_info(&self, agent: usize) -> FlowInfo {
        FlowInfo {
            local: address(agent),
            remote: proxy(),
            transport: self.weather.transport,
            tls: None,
            alternatives: self.alternatives,
        }
    }

    pub fn source(&self, from: usize, main: bool) -> Source {
        let address = if main { proxy() } else { address(from) };
        Source { flow: FlowId::MAIN, address, transport: self.weather.transport }
    }

    pub fn pump(&mut self) {
        for agent in 0..self.agents.len() {
            while let Some(event) = self.agents[agent].poll_event() {
                self.events[agent].push(event);
            }
            while let Some((_, message)) = self.agents[agent].poll_transmit() {
                self.send(agent, message);
            }
            while let Some(need) = self.agents[agent].poll_need() {
                self.serve(agent, need);
            }
        }
    }

    fn serve(&mut self, agent: usize, need: Need) {
        let now = self.now;
        match need {
            Need::Connect => self.flow(agent, self.connect.clone()),
            Need::Password => {
                let password = self.password.clone().map(Zeroizing::new);
                self.agents[agent].handle_password(now, password);
                self.pump();
            }
            Need::Ping(_) => self.pings += 1,
            Need::Disconnect => {}
            Need::Elsewhere => self.alternatives = self.alternatives.saturating_sub(1),
        }
    }

    fn send(&mut self, from: usize, mut message: Message) {
        self.sent.push((from, message.clone()));
        if let Message::Request(request) = &mut message
            && self.insist
            && request.method == Method::Invite
        {
            request.headers.set("Require", "100rel");
        }
        let bytes = wire::write(&message);
        let register = message.headers().cseq().is_some_and(|cseq| cseq.method == Method::Register);
        if let (true, Message::Request(request)) = (register, &message) {
            if let Some(response) = self.registrar.answer(from, request) {
                self.carry(from, from, wire::write(&Message::Response(response)));
            }
            return;
        }
        if let Message::Request(request) = &message
            && request.method == Method::Options
            && request.uri == "sip:cusax.test"
        {
            if !self.registrar.silent {
                let mut response = Response::to_request(request, 200, None);
                let to = format!("{};tag=proxy", request.headers.get("To").unwrap_or_default());
                response.headers.set("To", to);
                self.carry(from, from, wire::write(&Message::Response(response)));
            }
            return;
        }
        if let Message::Request(request) = &message
            && request.headers.get("Event") == Some("message-summary")
            && request.method == Method::Subscribe
        {
            if !self.mailboxes {
                let mut response = Response::to_request(request, 489, None);
                let to = format!("{};tag=registrar", request.headers.get("To").unwrap_or_default());
                response.headers.set("To", to);
                self.carry(from, from, wire::write(&Message::Response(response)));
            }
            return;
        }
        let Some(proxy) = &mut self.proxy else {
            return self.carry(from, self.receiver(from, &message), bytes);
        };
        for (to, message) in proxy.route(from, message) {
            self.carry(from, to, wire::write(&message));
        }
    }

    /// Who is meant: by the name or the address in the Request-URI, or in the Via of what is
    /// answered.
    fn receiver(&self, from: usize, message: &Message) -> usize {
        let text = match message {
            Message::Request(request) => request.uri.clone(),
            Message::Response(response) => {
                response.headers.via().map(|via| via.host.to_string()).unwrap_or_default()
            }
        };
        let is_meant = |agent: &usize| {
            let name = ["alice", "bob", "carol"][*agent];
            text.contains(&format!(":{name}@")) || text.contains(&address(*agent).ip().to_string())
        };
        (0..self.agents.len()).find(is_meant).unwrap_or((from + 1) % self.agents.len())
    }

    fn carry(&mut self, from: usize, to: usize, bytes: Vec<u8>) {
        let datagram = self.weather.transport == Transport::Udp;
        if datagram && self.dice.random_bool(self.weather.loss) {
            return;
        }
        if datagram && self.echo > 0.0 && self.dice.random_bool(self.echo) {
            self.put(from, to, bytes.clone());
        }
        self.put(from, to, bytes);
    }

    fn put(&mut self, from: usize, to: usize, bytes: Vec<u8>) {
        let datagram = self.weather.transport == Transport::Udp;
        let jitter = self.weather.jitter.mul_f64(self.dice.random::<f64>());
        let delay = Duration::from_millis(20) + if datagram { jitter } else { Duration::ZERO };
        self.serial += 1;
        self.wire.insert((self.now + delay, self.serial), (from, to, bytes));
    }

    fn deliver(&mut self) {
        while let Some(entry) = self.wire.first_entry().filter(|entry| entry.key().0 <= self.now) {
            let (from, to, bytes) = entry.remove();
            let message = match wire::parse_datagram(&bytes) {
                Err(_) if self.spoilt => continue,
                message => message.expect("what we write can be read"),
            };
            if self.scripted == Some(to) && from != to {
                self.inbox.push(message);
                continue;
            }
            let source = self.source(from, true);
            let now = self.now;
            self.agents[to].handle_message(now, &source, message);
            self.pump();
        }
    }
}
