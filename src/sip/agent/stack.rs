//! What the machines of one account share: transactions, the way to the proxy, randomness,
//! credentials, and the queues to the outside.

mod password;

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::super::body;
use super::super::call::Progress;
use super::super::dialog::with_tag;
use super::super::digest::{Authenticator, Credentials, Strength};
use super::super::message::{Headers, Method, Request, Response};
use super::super::transaction::{ClientKey, ServerKey, Transactions};
use super::super::transport::{FlowId, FlowInfo, Hop, Source};
use super::super::uri::{Host, SipUri};
use super::super::{CallEvent, Registration, SipEvent};
use super::{AgentSettings, Need};
use crate::model::account::Transport;
use crate::model::id::CallId;
use crate::model::security::Guard;

/// The methods that every account takes part in; see [`Stack::allow`].
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY";
/// The option tags that a request may require of us.
pub const SUPPORTED: &[&str] = &["100rel", "timer", "replaces", "norefersub"];
/// The event packages that others may subscribe to here (RFC 6665 §8.2.2).
pub const ALLOW_EVENTS: &str = "refer";

/// The bodies of INFO (`application/dtmf-relay` and what it came from).
pub const DIGITS: &str = "application/dtmf-relay, application/dtmf";

const USER_AGENT: &str = concat!("Dovetail/", env!("CARGO_PKG_VERSION"));

/// Whose a request of ours is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The registration's.
    Registration,
    /// A call's.
    Call(CallId),
    /// The question whether the proxy still lives.
    Probe,
    /// The mailbox's subscription's.
    Mailbox,
    /// An instant message's.
    Pager,
}

/// See the module.
#[derive(Debug)]
pub struct Stack {
    /// Who we are.
    pub settings: AgentSettings,
    /// All transactions.
    pub transactions: Transactions<Owner>,
    /// The main flow, while there is one.
    pub flow: Option<FlowInfo>,
    /// Our address as the proxy sees it (RFC 3581), when it differs.
    pub public: Option<(String, u16)>,
    /// The registrar agreed to outbound on this flow (RFC 5626 §4.2): whoever answers us comes
    /// back by it, whatever our address is.
    pub outbound: bool,
    /// A call is on.
    pub in_call: bool,
    /// The account's identities by the registrar (P-Associated-URI, RFC 7315 §4.1), the default
    /// one first.
    pub identities: Vec<String>,
    /// Routes that the registrar wants requests to take (RFC 3608).
    pub service_route: Vec<String>,
    /// Name and what proves it, once known.
    pub credentials: Option<Credentials>,
    /// Challenges that the password was not there for.
    wanted: VecDeque<Response>,
    rng: StdRng,
    events: VecDeque<SipEvent>,
    needs: VecDeque<Need>,
    password_asked: bool,
    /// The account was registered anew since [`Self::take_registered`].
    registered: bool,
    /// It could not be, since [`Self::take_failed`].
    failed: bool,
    /// What the core was told of the registration last: that it is there.
    is_registered: bool,
    /// See [`Self::elsewhere`].
    elsewhere: bool,
    /// What the servers that ask for the password were seen to know.
    strength: Strength,
    /// Calls that another call's other side asked for, and that call.
    watched: BTreeMap<CallId, CallId>,
    progress: VecDeque<(CallId, Progress)>,
}

impl Stack {
    pub fn new(settings: AgentSettings, seed: [u8; 32]) -> Self {
        let strength = Strength::new(settings.guard.with(&settings.demands));
        Self {
            transactions: Transactions::new(settings.timers),
            settings,
            flow: None,
            public: None,
            outbound: false,
            in_call: false,
            identities: Vec::new(),
            service_route: Vec::new(),
            credentials: None,
            wanted: VecDeque::new(),
            rng: StdRng::from_seed(seed),
            events: VecDeque::new(),
            needs: VecDeque::new(),
            password_asked: false,
            registered: false,
            failed: false,
            is_registered: false,
            elsewhere: false,
            strength,
            watched: BTreeMap::new(),
            progress: VecDeque::new(),
        }
    }

    /// There is no flow, and nothing under way.
    pub fn rest(&mut self) {
        self.transactions = Transactions::new(self.settings.timers);
        (self.flow, self.public, self.outbound) = (None, None, false);
        (self.in_call, self.elsewhere) = (false, false);
        self.identities.clear();
        self.service_route.clear();
        self.watched.clear();
        self.progress.clear();
    }

    /// A tag, or any other token nobody can guess: 16 hex digits.
    pub fn token(&mut self) -> String {
        format!("{:016x}", self.rng.random::<u64>())
    }

    /// A Call-ID that tells nothing about this machine.
    pub fn call_id(&mut self) -> String {
        format!("{:032x}", self.rng.random::<u128>())
    }

    /// A number drawn evenly from all `u32`.
    pub fn dice(&mut self) -> u32 {
        self.rng.random()
    }

    pub fn emit(&mut self, event: SipEvent) {
        if let SipEvent::Registration(state) = &event {
            self.is_registered = matches!(state, Registration::Registered { .. });
            self.registered |= self.is_registered;
            self.failed |= matches!(state, Registration::Failed { .. } | Registration::Closed);
        }
        self.events.push_back(event);
    }

    /// Whether the core was told of a new registration since this was asked last.
    pub fn take_registered(&mut self) -> bool {
        std::mem::take(&mut self.registered)
    }

    /// Whether the core was told of a failure to register since this was asked last.
    pub fn take_failed(&mut self) -> bool {
        std::mem::take(&mut self.failed)
    }

    /// Takes what the user said about the least that the account is to have.
    pub fn guard(&mut self, guard: Guard) {
        self.strength.guard(guard.with(&self.settings.demands));
    }

    /// Asks for the server's next target (RFC 3263 §4.3), because the one in use failed a
    /// request. `false` when there is none; else what comes next is a new registration there or
    /// its failure.
    pub fn elsewhere(&mut self) -> bool {
        let others = self.flow.as_ref().is_some_and(|flow| flow.alternatives > 0);
        self.elsewhere |= others && self.is_registered;
        self.elsewhere
    }

    /// Whether [`Self::elsewhere`] was asked for since this was asked last.
    pub fn take_elsewhere(&mut self) -> bool {
        std::mem::take(&mut self.elsewhere)
    }

    /// The other side of `referral` wants to know how `call` goes.
    pub fn watch(&mut self, call: CallId, referral: CallId) {
        self.watched.insert(call, referral);
    }

    /// What is to be told next, and the call whose other side wants to know.
    pub fn poll_progress(&mut self) -> Option<(CallId, Progress)> {
        self.progress.pop_front()
    }

    pub fn emit_call(&mut self, call: &CallId, event: CallEvent) {
        if let Some(progress) = Progress::of(&event).filter(|_| self.watched.contains_key(call)) {
            let last = progress != Progress::Ringing;
            let referral =
                if last { self.watched.remove(call) } else { self.watched.get(call).cloned() };
            self.progress.extend(referral.map(|referral| (referral, progress)));
        }
        self.events.push_back(SipEvent::Call(call.clone(), event));
    }

    pub fn poll_event(&mut self) -> Option<SipEvent> {
        self.events.pop_front()
    }

    /// Asks the shell for something.
    pub fn need(&mut self, need: Need) {
        if need == Need::Password {
            if self.password_asked {
                return;
            }
            self.password_asked = true;
        }
        self.needs.push_back(need);
    }

    /// The password was given or refused: it may be asked for again.
    pub fn password_answered(&mut self) {
        self.password_asked = false;
    }

    pub fn poll_need(&mut self) -> Option<Need> {
        self.needs.pop_front()
    }

    /// The methods we take part in. MESSAGE only where the account chats; never PUBLISH
    /// (CUSAX C8).
    pub fn allow(&self) -> String {
        format!("{ALLOW}{}", if self.settings.chat { ", MESSAGE" } else { "" })
    }

    /// The bodies we understand.
    pub fn accept(&self) -> String {
        let text = if self.settings.chat { ", text/plain" } else { "" };
        format!("{}, {DIGITS}{text}", body::SDP)
    }

    /// Our address-of-record as a URI.
    pub fn aor_uri(&self) -> String {
        format!("sip:{}@{}", self.settings.user, self.settings.domain)
    }

    /// The Contact that makes dialogs (RFC 3261 §8.1.1.8), as `<uri>`: with outbound marked so
    /// that requests in them take this flow (RFC 5626 §4.3).
    pub fn contact(&self) -> String {
        self.contact_as(&self.settings.user)
    }

    /// The same under another user part.
    pub fn contact_as(&self, user: &str) -> String {
        let binding = self.binding_as(user);
        match binding.strip_suffix('>').filter(|_| self.outbound) {
            Some(open) => format!("{open};ob>"),
            None => binding,
        }
    }

    /// Where we are reached now, as `<uri>`: what is registered.
    pub fn binding(&self) -> String {
        self.binding_as(&self.settings.user)
    }

    fn binding_as(&self, user: &str) -> String {
        let (host, port) = self.public_address();
        let transport = match self.flow.as_ref().map(|flow| flow.transport) {
            Some(Transport::Tls) => ";transport=tls",
            Some(Transport::Tcp) => ";transport=tcp",
            _ => "",
        };
        format!("<sip:{user}@{host}:{port}{transport}>")
    }

    /// Host (IPv6 in brackets) and port that others reach us at.
    pub fn public_address(&self) -> (String, u16) {
        self.public.clone().unwrap_or_else(|| self.local_address())
    }

    /// Host (IPv6 in brackets) and port of our end of the main flow.
    pub fn local_address(&self) -> (String, u16) {
        match &self.flow {
            Some(flow) => (bracketed(flow.local.ip()), flow.local.port()),
            None => ("localhost".to_owned(), 5060),
        }
    }

    /// The start of a request outside of dialogs, to our own provider.
    pub fn out_of_dialog(
        &mut self,
        method: Method,
        uri: String,
        call_id: &str,
        seq: u32,
    ) -> Request {
        let mut headers = Headers::default();
        headers.push("Max-Forwards", "70");
        headers.push("Call-ID", call_id);
        headers.push("CSeq", format!("{seq} {}", method.as_str()));
        Request { method, uri, headers, body: Vec::new() }
    }

    /// Adds what we know of credentials, when a challenge asked for them.
    pub fn authorize(&mut self, authenticator: &mut Authenticator, request: &mut Request) {
        if let Some(credentials) = &mut self.credentials {
            authenticator.authorize(request, credentials, self.rng.random());
        }
    }

    /// Whether a message came from our proxy by the main flow: only then is what a proxy vouches
    /// for believed (P-Asserted-Identity, RFC 3325). Over TLS the flow's other end was verified.
    /// Over TCP and UDP it is as good as the network in between; anyone may write to our UDP
    /// socket, so there the address counts as well.
    pub fn is_main(&self, source: &Source) -> bool {
        source.flow == FlowId::MAIN
            && self.flow.as_ref().is_some_and(|flow| flow.remote == source.address)
    }

    /// Sends a request of ours, with a Via of its own branch. The Via is that of the main flow;
    /// the transports correct it for requests that take another.
    pub fn send(
        &mut self,
        now: Instant,
        owner: Owner,
        mut request: Request,
        next_hop: Option<&str>,
    ) -> Option<ClientKey> {
        let hop = self.hop(next_hop);
        let transport = self.flow.as_ref().map_or(Transport::Udp, |flow| flow.transport);
        let (host, port) = self.local_address();
        let branch = self.token();
        let name = match transport {
            Transport::Tls => "TLS",
            Transport::Tcp => "TCP",
            Transport::Udp => "UDP",
        };
        request.headers.remove("Via");
        request.headers.push_front(
            "Via",
            format!("SIP/2.0/{name} {host}:{port};branch=z9hG4bK{branch};rport"),
        );
        request.headers.set("User-Agent", USER_AGENT);
        let reliable = self.is_reliable(&hop);
        self.transactions.request(now, owner, request, hop, reliable)
    }

    /// Sends the CANCEL of one of our INVITEs, the same way and with the same Via.
    pub fn cancel(&mut self, now: Instant, owner: Owner, invite: &ClientKey) {
        let Some((request, hop)) = self.transactions.sent(invite) else { return };
        let (cancel, hop) = (super::super::transaction::cancel_for(request), hop.clone());
        let reliable = self.is_reliable(&hop);
        self.transactions.request(now, owner, cancel, hop, reliable);
    }

    /// Answers a request; a To without a tag gets one (RFC 3261 §8.2.6.2).
    pub fn respond(&mut self, now: Instant, key: &ServerKey, mut response: Response) {
        let to = response.headers.to().filter(|to| response.status > 100 && to.tag().is_none());
        if to.is_some()
            && let Some(to) = response.headers.get("To").map(str::to_owned)
        {
            response.headers.set("To", with_tag(&to, &self.token()));
        }
        response.headers.set("Server", USER_AGENT);
        self.transactions.respond(now, key, response);
    }

    /// Whether a request came by the way that our requests to `next_hop` take.
    pub fn is_way(&self, source: &Source, next_hop: &str) -> bool {
        self.is_main(source)
            || match self.hop(Some(next_hop)) {
                Hop::Uri(SipUri { host: Host::Ip(address), .. }) => source.address.ip() == address,
                Hop::Uri(_) => true,
                Hop::Flow | Hop::Source(_) => false,
            }
    }

    /// The main flow for everything that leads to its other end.
    fn hop(&self, next_hop: Option<&str>) -> Hop {
        let uri = next_hop.and_then(|uri| uri.parse::<SipUri>().ok());
        match uri {
            Some(uri) if !self.leads_to_proxy(&uri) => Hop::Uri(uri),
            _ => Hop::Flow,
        }
    }

    fn leads_to_proxy(&self, uri: &SipUri) -> bool {
        let Some(flow) = &self.flow else { return false };
        let port = uri.port.unwrap_or(if uri_transport(uri) == Some(Transport::Tls) {
            5061
        } else {
            5060
        });
        let same_host = uri.host.to_string() == bracketed(flow.remote.ip());
        same_host && port == flow.remote.port()
    }

    /// Whether nothing needs to be repeated on the way. In doubt it is repeated.
    fn is_reliable(&self, hop: &Hop) -> bool {
        let main = self.flow.as_ref().map_or(Transport::Udp, |flow| flow.transport);
        let asked = match hop {
            Hop::Uri(uri) => uri_transport(uri),
            Hop::Flow | Hop::Source(_) => None,
        };
        main != Transport::Udp || asked.is_some_and(|transport| transport != Transport::Udp)
    }
}

fn uri_transport(uri: &SipUri) -> Option<Transport> {
    if uri.secure {
        return Some(Transport::Tls);
    }
    let name = uri.params.get("transport")?;
    [("tls", Transport::Tls), ("tcp", Transport::Tcp), ("udp", Transport::Udp)]
        .into_iter()
        .find_map(|(known, transport)| name.eq_ignore_ascii_case(known).then_some(transport))
}

/// An address as it stands in URIs and Via.
pub fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
