//! All transactions of an account: finds the one a message belongs to, runs the timers.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use super::super::dialog::with_tag;
use super::super::message::{Message, Method, Request, Response};
use super::super::transport::Hop;
use super::client::Client;
use super::client_invite::ClientInvite;
use super::server::Server;
use super::server_invite::ServerInvite;
use super::{ClientKey, Reaction, ServerKey, Timers};

/// How many transactions strangers may have open with us; requests beyond it get a 503.
const MAX_SERVER: usize = 256;
/// The same for what comes by our own proxy, so that strangers cannot shut it out.
const MAX_TRUSTED: usize = 512;

/// How a message came.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Where responses to it go.
    pub answers: Hop,
    /// The way loses nothing.
    pub reliable: bool,
    /// It came by our own proxy.
    pub trusted: bool,
}

/// What a message that arrived means to the transactions' user.
#[derive(Debug)]
pub enum Arrival<T> {
    /// A request that is new. It must be answered through [`Transactions::respond`].
    Request(ServerKey, Request),
    /// A request that came by another path before: to be answered 482.
    Merged(ServerKey, Request),
    /// The ACK to a 2xx.
    Ack(Request),
    /// A response to a request of ours.
    Response(T, ClientKey, Response),
}

/// The transactions of one account. `T` says whose a request of ours is.
#[derive(Debug)]
pub struct Transactions<T> {
    timers: Timers,
    clients: BTreeMap<ClientKey, ClientEntry<T>>,
    servers: BTreeMap<ServerKey, ServerEntry>,
    out: VecDeque<(Hop, Message)>,
    failed: VecDeque<(T, ClientKey)>,
}

#[derive(Debug)]
struct ClientEntry<T> {
    owner: T,
    hop: Hop,
    machine: ClientMachine,
}

#[derive(Debug)]
enum ClientMachine {
    Invite(Box<ClientInvite>),
    Other(Box<Client>),
}

#[derive(Debug)]
struct ServerEntry {
    hop: Hop,
    merge: Option<MergeId>,
    machine: ServerMachine,
}

#[derive(Debug)]
enum ServerMachine {
    Invite(Box<ServerInvite>),
    Other(Box<Server>),
}

/// What tells that a request outside of dialogs came by two paths (RFC 3261 §8.2.2.2).
#[derive(Debug, PartialEq, Eq)]
struct MergeId {
    from_tag: String,
    call_id: String,
    cseq: u32,
    method: String,
}

impl<T: Clone> Transactions<T> {
    /// No transactions yet.
    pub fn new(timers: Timers) -> Self {
        Self {
            timers,
            clients: BTreeMap::new(),
            servers: BTreeMap::new(),
            out: VecDeque::new(),
            failed: VecDeque::new(),
        }
    }

    /// The base times in use.
    pub fn timers(&self) -> Timers {
        self.timers
    }

    /// Sends a request whose Via is in place and holds its repetitions, unless the way is
    /// `reliable`. An ACK is sent once. `None` when the request has no branch.
    pub fn request(
        &mut self,
        now: Instant,
        owner: T,
        request: Request,
        hop: Hop,
        reliable: bool,
    ) -> Option<ClientKey> {
        let key = ClientKey::of(&request)?;
        self.out.push_back((hop.clone(), request.clone().into()));
        let machine = match request.method {
            Method::Ack => return Some(key),
            Method::Invite => ClientMachine::Invite(Box::new(ClientInvite::new(
                now,
                request,
                reliable,
                self.timers,
            ))),
            _ => ClientMachine::Other(Box::new(Client::new(now, request, reliable, self.timers))),
        };
        self.clients.insert(key.clone(), ClientEntry { owner, hop, machine });
        Some(key)
    }

    /// The request of a client transaction that still lives, and where it went.
    pub fn sent(&self, key: &ClientKey) -> Option<(&Request, &Hop)> {
        let entry = self.clients.get(key)?;
        Some((entry.machine.request(), &entry.hop))
    }

    /// Forgets a client transaction: its responses are dropped from now on.
    pub fn forget(&mut self, key: &ClientKey) {
        self.clients.remove(key);
    }

    /// Sends a message that belongs to no transaction.
    pub fn stateless(&mut self, hop: Hop, message: Message) {
        self.out.push_back((hop, message));
    }

    /// Answers a request.
    pub fn respond(&mut self, now: Instant, key: &ServerKey, response: Response) {
        let Some(entry) = self.servers.get_mut(key) else { return };
        let reaction = match &mut entry.machine {
            ServerMachine::Invite(machine) => machine.respond(now, response),
            ServerMachine::Other(machine) => machine.respond(now, response),
        };
        let hop = entry.hop.clone();
        self.send(hop, reaction.send);
    }

    /// Whether a server transaction of this key lives.
    pub fn knows(&self, key: &ServerKey) -> bool {
        self.servers.contains_key(key)
    }

    /// Takes a message that arrived.
    pub fn receive(
        &mut self,
        now: Instant,
        origin: Origin,
        message: Message,
    ) -> Option<Arrival<T>> {
        match message {
            Message::Response(response) => self.receive_response(now, response),
            Message::Request(request) if request.method == Method::Ack => {
                self.receive_ack(now, request)
            }
            Message::Request(request) => self.receive_request(now, origin, request),
        }
    }

    fn receive_response(&mut self, now: Instant, response: Response) -> Option<Arrival<T>> {
        let branch = response.headers.via()?.branch()?.to_owned();
        let method = response.headers.cseq()?.method.as_str().to_owned();
        let key = ClientKey { branch, method };
        let entry = self.clients.get_mut(&key)?;
        let reaction = match &mut entry.machine {
            ClientMachine::Invite(machine) => machine.receive(now, &response),
            ClientMachine::Other(machine) => machine.receive(now, &response),
        };
        let (hop, owner) = (entry.hop.clone(), entry.owner.clone());
        self.send(hop, reaction.send);
        reaction.deliver.then_some(Arrival::Response(owner, key, response))
    }

    fn receive_ack(&mut self, now: Instant, request: Request) -> Option<Arrival<T>> {
        let key = ServerKey::of(&request)?;
        match self.servers.get_mut(&key) {
            Some(ServerEntry { machine: ServerMachine::Invite(machine), .. }) => {
                machine.receive_ack(now).deliver.then_some(Arrival::Ack(request))
            }
            _ => Some(Arrival::Ack(request)),
        }
    }

    fn receive_request(
        &mut self,
        now: Instant,
        origin: Origin,
        request: Request,
    ) -> Option<Arrival<T>> {
        let key = ServerKey::of(&request)?;
        if let Some(entry) = self.servers.get_mut(&key) {
            let reaction = match &mut entry.machine {
                ServerMachine::Invite(machine) => machine.receive(),
                ServerMachine::Other(machine) => machine.receive(),
            };
            let hop = entry.hop.clone();
            self.send(hop, reaction.send);
            return None;
        }
        let Origin { answers, reliable, trusted } = origin;
        if self.servers.len() >= if trusted { MAX_TRUSTED } else { MAX_SERVER } {
            let mut busy = Response::to_request(&request, 503, None);
            if let Some(to) = request.headers.get("To").filter(|_| merge_id(&request).is_some()) {
                busy.headers.set("To", with_tag(to, "busy"));
            }
            busy.headers.set("Retry-After", "10");
            self.out.push_back((answers, busy.into()));
            return None;
        }
        let merge = merge_id(&request);
        let merged = merge.is_some() && self.servers.values().any(|entry| entry.merge == merge);
        let machine = match request.method {
            Method::Invite => {
                ServerMachine::Invite(Box::new(ServerInvite::new(reliable, self.timers)))
            }
            _ => ServerMachine::Other(Box::new(Server::new(now, reliable, self.timers))),
        };
        self.servers.insert(key.clone(), ServerEntry { hop: answers, merge, machine });
        Some(if merged { Arrival::Merged(key, request) } else { Arrival::Request(key, request) })
    }

    /// The connections were made anew: requests that had no response yet go out again, since
    /// over a stream nothing is repeated by itself.
    pub fn flow_replaced(&mut self) {
        for entry in self.clients.values() {
            if entry.machine.awaits_first_response() {
                self.out.push_back((entry.hop.clone(), entry.machine.request().clone().into()));
            }
        }
    }

    /// A request of ours could not be sent (RFC 3261 §8.1.3.1).
    pub fn unsent(&mut self, request: &Request) {
        let Some(key) = ClientKey::of(request) else { return };
        if let Some(entry) = self.clients.remove(&key) {
            self.failed.push_back((entry.owner, key));
        }
    }

    /// The next message to send.
    pub fn poll_transmit(&mut self) -> Option<(Hop, Message)> {
        self.out.pop_front()
    }

    /// The next request that got no answer in time (a 408 to its owner).
    pub fn poll_failed(&mut self) -> Option<(T, ClientKey)> {
        self.failed.pop_front()
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let clients = self.clients.values().filter_map(|entry| entry.machine.timeout());
        let servers = self.servers.values().filter_map(|entry| entry.machine.timeout());
        clients.chain(servers).min()
    }

    /// Runs every timer that is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        for (key, entry) in &mut self.clients {
            while entry.machine.timeout().is_some_and(|at| at <= now) {
                let reaction = entry.machine.expire(now);
                if let Some(message) = reaction.send {
                    self.out.push_back((entry.hop.clone(), message));
                }
                if reaction.timed_out {
                    self.failed.push_back((entry.owner.clone(), key.clone()));
                }
            }
        }
        for entry in self.servers.values_mut() {
            while entry.machine.timeout().is_some_and(|at| at <= now) {
                if let Some(message) = entry.machine.expire(now).send {
                    self.out.push_back((entry.hop.clone(), message));
                }
            }
        }
        self.clients.retain(|_, entry| !entry.machine.is_over());
        self.servers.retain(|_, entry| !entry.machine.is_over());
    }

    fn send(&mut self, hop: Hop, message: Option<Message>) {
        if let Some(message) = message {
            self.out.push_back((hop, message));
        }
    }
}

impl ClientMachine {
    fn request(&self) -> &Request {
        match self {
            Self::Invite(machine) => machine.request(),
            Self::Other(machine) => machine.request(),
        }
    }

    fn awaits_first_response(&self) -> bool {
        match self {
            Self::Invite(machine) => machine.awaits_first_response(),
            Self::Other(machine) => machine.awaits_first_response(),
        }
    }

    fn timeout(&self) -> Option<Instant> {
        match self {
            Self::Invite(machine) => machine.timeout(),
            Self::Other(machine) => machine.timeout(),
        }
    }

    fn expire(&mut self, now: Instant) -> Reaction {
        match self {
            Self::Invite(machine) => machine.expire(now),
            Self::Other(machine) => machine.expire(now),
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::Invite(machine) => machine.is_over(),
            Self::Other(machine) => machine.is_over(),
        }
    }
}

impl ServerMachine {
    fn timeout(&self) -> Option<Instant> {
        match self {
            Self::Invite(machine) => machine.timeout(),
            Self::Other(machine) => machine.timeout(),
        }
    }

    fn expire(&mut self, now: Instant) -> Reaction {
        match self {
            Self::Invite(machine) => machine.expire(now),
            Self::Other(machine) => machine.expire(now),
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::Invite(machine) => machine.is_over(),
            Self::Other(machine) => machine.is_over(),
        }
    }
}

fn merge_id(request: &Request) -> Option<MergeId> {
    let headers = &request.headers;
    if headers.to()?.tag().is_some() || request.method == Method::Cancel {
        return None;
    }
    let cseq = headers.cseq()?;
    Some(MergeId {
        from_tag: headers.from()?.tag()?.to_owned(),
        call_id: headers.call_id()?.to_owned(),
        cseq: cseq.number,
        method: cseq.method.as_str().to_owned(),
    })
}
