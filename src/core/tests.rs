//! The core as a whole, on virtual time, with no socket.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod blocked;
mod book;
mod both_sides;
mod calls;
mod cards;
mod chaos;
mod cost;
mod encryption;
mod features;
mod hints;
mod history;
mod hold;
mod identity;
mod on_the_phone;
mod outbox;
mod own_card;
mod pager;
mod proof;
mod provided;
mod relations;
mod roster;
mod rules;
mod security;
mod sound;
mod strangers;
mod tones;
mod transfer;
mod work;

use super::book::KeepBook;
use super::command::*;
use super::event::Event;
use super::*;
use crate::config::{PasswordSource, SipAccount, SrtpPolicy, TlsStart, XmppAccount};
use crate::media::{MediaCommand, MediaError, MediaEvent};
use crate::model::BareJid;
use crate::model::FullJid;
use crate::model::account::{AccountState, Overall, Security, TlsFacts, Transport};
use crate::model::address::Aor;
use crate::model::call::{Binding, Call, CallState, EndReason};
use crate::model::contact::{NumberSource, Subscription};
use crate::model::fault::Fault;
use crate::model::id::{CallId, MessageId};
use crate::model::message::{Entry, EntryKind, MessageState};
use crate::model::party::Party;
use crate::model::time::Timestamp;
use crate::model::vcard::{Tel, Vcard};
use crate::sip::{CallEvent, IncomingCall, Registration};
use crate::xmpp::{ChatMessage, RosterItem, XmppCommand, XmppConnection};

const CHAT: &str = "chat";
const PHONE: &str = "phone";

/// A core with its clock and everything it has said.
struct World {
    core: Core,
    now: Now,
    said: Vec<Output>,
    next: u64,
}

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

fn config() -> Config {
    Config {
        xmpp: vec![XmppAccount {
            id: CHAT.into(),
            jid: jid("alice@cusax.test"),
            server: None,
            tls: TlsStart::StartTls,
            password: PasswordSource::Keyring,
            ca_file: None,
            demands: Default::default(),
            chat: true,
            audio: false,
            wait_for: None,
        }],
        sip: vec![SipAccount {
            id: PHONE.into(),
            aor: Aor::parse("sip:alice@cusax.test").unwrap(),
            proxy: None,
            username: None,
            password: PasswordSource::Keyring,
            ca_file: None,
            demands: Default::default(),
            srtp: SrtpPolicy::Preferred,
            related_to: Some(CHAT.into()),
            chat: false,
            chat_is_set: false,
            dtmf: crate::config::DtmfMode::Rtp,
            codecs: crate::sdp::Codec::USUAL.to_vec(),
            expires: crate::config::EXPIRES,
            voicemail: None,
            dialing: crate::model::dialing::Dialing::default(),
        }],
        audio: Audio::default(),
        provisioning: Default::default(),
    }
}

fn tls(auth: &str) -> Security {
    let tls = TlsFacts {
        version: "TLSv1.3".to_owned(),
        cipher_suite: "TLS_AES_256_GCM_SHA384".to_owned(),
        peer_verified: true,
        ..TlsFacts::default()
    };
    Security { transport: Transport::Tls, tls: Some(tls), auth: auth.to_owned() }
}

fn item(address: &str) -> RosterItem {
    RosterItem {
        jid: jid(address),
        name: None,
        groups: Vec::new(),
        subscription: Subscription::Both,
    }
}

fn card(tel: &str) -> Vcard {
    let tel = Tel { value: tel.to_owned(), types: vec!["voice".to_owned()], pref: 1 };
    let full_name = Some("Bob".to_owned());
    Vcard { full_name, tels: vec![tel], source: NumberSource::Vcard4, photo: None }
}

impl World {
    fn new(config: &Config) -> Self {
        let mut world =
            Self { core: Core::new(config, [7; 32]), now: Now::read(), said: Vec::new(), next: 0 };
        world.feed(Input::Start);
        world
    }

    /// Signed in on both sides, bob in the roster with this number.
    fn signed_in(number: Option<&str>) -> Self {
        let mut world = Self::new(&config());
        world.chat_online();
        world.phone_online();
        world.xmpp(XmppEvent::Roster(vec![item("bob@cusax.test"), item("carol@cusax.test")]));
        let cards = Ok(number.map(card).into_iter().collect());
        world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
        let cards = Ok(Vec::new());
        world.xmpp(XmppEvent::Vcards { jid: jid("carol@cusax.test"), cards });
        world
    }

    fn feed(&mut self, input: Input) {
        self.core.handle(self.now, input);
        while let Some(output) = self.core.poll_output() {
            self.said.push(output);
        }
    }

    fn xmpp(&mut self, event: XmppEvent) {
        self.feed(Input::Xmpp(CHAT.into(), event));
    }

    fn sip(&mut self, event: SipEvent) {
        self.feed(Input::Sip(PHONE.into(), event));
    }

    fn chat_online(&mut self) {
        self.xmpp(XmppEvent::Connection(XmppConnection::Online {
            bound: FullJid::new("alice@cusax.test/x").unwrap(),
            security: tls("SCRAM-SHA-256-PLUS"),
            resumed: false,
        }));
    }

    fn phone_online(&mut self) {
        self.sip(SipEvent::Registration(Registration::Registered {
            local: [127, 0, 0, 1].into(),
            security: tls("DIGEST-SHA-256"),
        }));
    }

    fn ask(&mut self, command: Command) -> Result<Reply, CommandError> {
        let id = self.begin(command);
        self.reply(id).expect("an answer at once")
    }

    fn begin(&mut self, command: Command) -> RequestId {
        let id = RequestId(self.next);
        self.next += 1;
        self.feed(Input::Command(id, command));
        id
    }

    fn reply(&mut self, id: RequestId) -> Option<Result<Reply, CommandError>> {
        let place =
            self.said.iter().position(|o| matches!(o, Output::Reply(of, _) if *of == id))?;
        match self.said.remove(place) {
            Output::Reply(_, reply) => Some(reply),
            _ => None,
        }
    }

    /// Begins a call and lets its sockets be there.
    fn place(&mut self, to: &str, confirm: bool) -> Result<CallId, CommandError> {
        let place = CallCommand::Place {
            to: to.to_owned(),
            account: None,
            confirm,
            remember: false,
            linked: false,
            anonymous: false,
        };
        let id = self.begin(Command::Call(place));
        self.media_ready();
        match self.reply(id).expect("an answer")? {
            Reply::Call { call } => Ok(call),
            other => panic!("not a call: {other:?}"),
        }
    }

    fn media_ready(&mut self) {
        self.media_says(MediaEvent::Prepared("127.0.0.1:20000".parse().unwrap()));
    }

    fn media_fails(&mut self) {
        let error = MediaError::Device("No microphone was found.".to_owned());
        self.media_says(MediaEvent::Failed(error));
    }

    /// From the session that was prepared last.
    fn media_says(&mut self, event: MediaEvent) {
        let prepared = self.said.iter().rev().find_map(|output| match output {
            Output::Media(call, MediaCommand::Prepare { .. }) => Some(call.clone()),
            _ => None,
        });
        if let Some(call) = prepared {
            self.feed(Input::Media(call, event));
        }
    }

    fn incoming(&mut self, from: &str, impp: &[&str]) -> CallId {
        self.incoming_as(from, |incoming| {
            incoming.from_display = Some("Bob".to_owned());
            incoming.impp = impp.iter().map(|text| jid(text)).collect();
        })
    }

    /// As `incoming`, with whatever `change` makes of it.
    fn incoming_as(&mut self, from: &str, change: impl FnOnce(&mut IncomingCall)) -> CallId {
        let call = CallId::new(format!("in-{}", self.next));
        self.next += 1;
        let mut incoming = IncomingCall {
            call: call.clone(),
            by_proxy: true,
            from: from.to_owned(),
            from_proxy: false,
            from_display: None,
            asserted: Vec::new(),
            impp: Vec::new(),
            offer: Some(remote_sdp()),
            anonymous: false,
            replaces: None,
            referred_by: None,
            forwarded_by: None,
        };
        change(&mut incoming);
        self.sip(SipEvent::Incoming(incoming));
        call
    }

    fn says(&mut self, call: &CallId, event: CallEvent) {
        self.sip(SipEvent::Call(call.clone(), event));
    }

    fn run(&mut self, command: CallCommand) -> Result<Reply, CommandError> {
        self.ask(Command::Call(command))
    }

    /// A call that was placed and answered.
    fn talking(&mut self, to: &str) -> CallId {
        let call = self.place(to, true).unwrap();
        let answered = CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() };
        self.says(&call, answered);
        call
    }

    /// A call that came in and was answered and acknowledged.
    fn taken(&mut self, from: &str) -> CallId {
        let call = self.incoming(from, &[]);
        self.begin(Command::Call(CallCommand::Answer(call.clone())));
        self.media_ready();
        self.says(&call, CallEvent::Confirmed { sdp: None });
        call
    }

    fn notices(&self) -> Vec<String> {
        let notice = |output: &Output| match output {
            Output::Event(event) => match &**event {
                Event::Notice { text, .. } => Some(text.clone()),
                _ => None,
            },
            _ => None,
        };
        self.said.iter().filter_map(notice).collect()
    }

    fn call(&mut self, id: &CallId) -> Call {
        let calls = match self.ask(Command::Call(CallCommand::List)).unwrap() {
            Reply::Calls(calls) => calls,
            other => panic!("not calls: {other:?}"),
        };
        calls.into_iter().find(|call| call.id == *id).expect("the call")
    }

    fn later(&mut self, by: Duration) {
        self.now = self.now.plus(by);
        self.feed(Input::Timeout);
    }

    fn sent_to_sip(&self) -> Vec<&SipCommand> {
        self.said
            .iter()
            .filter_map(|output| match output {
                Output::Sip(_, command) => Some(command),
                _ => None,
            })
            .collect()
    }

    fn sent_messages(&self) -> Vec<String> {
        let message = |output: &Output| match output {
            Output::Xmpp(_, XmppCommand::Message(message)) => Some(message.body.clone()),
            _ => None,
        };
        self.said.iter().filter_map(message).collect()
    }
}

fn remote_sdp() -> Vec<u8> {
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
      m=audio 30000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        .to_vec()
}

fn send(to: &str, body: &str) -> Command {
    Command::Chat(ChatCommand::Send { to: to.parse().unwrap(), body: body.to_owned() })
}
