//! The core as a whole, on virtual time, with no socket.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod book;
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
mod transfer;

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
    Vcard { full_name: Some("Bob".to_owned()), tels: vec![tel], source: NumberSource::Vcard4 }
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

#[test]
fn each_side_has_its_own_state() {
    let mut world = World::signed_in(None);
    world.sip(SipEvent::Registration(Registration::Failed {
        fault: Fault::Refused("sip.cusax.test".to_owned()),
        retry_in: Some(Duration::from_secs(4)),
    }));
    let Reply::Status { accounts, overall } = world.ask(Command::Status).unwrap() else {
        panic!("not a status")
    };
    assert_eq!(overall, Overall::Partial);
    assert_eq!(accounts[0].state, AccountState::Online);
    assert_eq!(accounts[1].state, AccountState::Failed);
    assert!(accounts[1].reason.as_ref().unwrap().contains("sip.cusax.test"));
    // Chat goes on.
    world.ask(send("bob@cusax.test", "still here")).unwrap();
    assert_eq!(world.sent_messages(), ["still here"]);
}

#[test]
fn a_message_written_offline_goes_out_when_chat_is_back_and_only_once() {
    let mut world = World::new(&config());
    world.ask(send("bob@cusax.test", "early")).unwrap();
    assert!(world.sent_messages().is_empty());
    world.chat_online();
    assert_eq!(world.sent_messages(), ["early"]);
    let id =
        match &world.said.iter().find(|o| matches!(o, Output::Xmpp(_, XmppCommand::Message(_)))) {
            Some(Output::Xmpp(_, XmppCommand::Message(message))) => message.id.clone(),
            _ => panic!("no message"),
        };
    let with = jid("bob@cusax.test");
    world.xmpp(XmppEvent::MessageState { with, id, state: MessageState::Sent });
    world.chat_online();
    assert_eq!(world.sent_messages(), ["early"], "an acknowledged message is not sent again");
}

#[test]
fn a_message_s_state_never_goes_back() {
    let mut world = World::signed_in(None);
    let Reply::Message { id } = world.ask(send("bob@cusax.test", "hi")).unwrap() else {
        panic!("not a message")
    };
    let with = jid("bob@cusax.test");
    for state in [MessageState::Delivered, MessageState::Sent] {
        world.xmpp(XmppEvent::MessageState { with: with.clone(), id: id.clone(), state });
    }
    let snapshot = world.core.snapshot();
    let entry = snapshot.conversation(&with.into()).unwrap().entries[0].clone();
    assert_eq!(entry.state, Some(MessageState::Delivered));
}

#[test]
fn an_incoming_message_counts_as_unread_until_looked_at() {
    let mut world = World::signed_in(None);
    let message = ChatMessage {
        id: "m1".into(),
        with: jid("bob@cusax.test"),
        outgoing: false,
        body: "hello".to_owned(),
        at: None,
    };
    world.xmpp(XmppEvent::Message(message.clone()));
    // The same stanza again, as an archive or a second carbon would bring it.
    world.xmpp(XmppEvent::Message(message));
    let unread =
        |world: &mut World| world.core.snapshot().contact(&jid("bob@cusax.test")).unwrap().unread;
    assert_eq!(unread(&mut world), 1);
    world
        .ask(Command::Chat(ChatCommand::Displayed { with: jid("bob@cusax.test").into() }))
        .unwrap();
    assert_eq!(unread(&mut world), 0);
}

#[test]
fn a_card_with_a_number_makes_a_contact_callable() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let Reply::Roster(roster) = world.ask(Command::Roster).unwrap() else { panic!("no roster") };
    assert_eq!(roster[0].numbers[0].uri, "sip:bob@cusax.test");
    assert!(roster[0].can.audio);
    assert!(!roster[1].can.audio, "carol has no number");
}

#[test]
fn a_call_by_jid_goes_to_the_number_with_our_chat_address() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.place("bob@cusax.test", false).unwrap();
    let invite = world.sent_to_sip().into_iter().find_map(|command| match command {
        SipCommand::Invite(invite) => Some(invite.clone()),
        _ => None,
    });
    let invite = invite.expect("an INVITE");
    assert_eq!(invite.target, "sip:bob@cusax.test");
    assert_eq!(invite.impp, Some(jid("alice@cusax.test")));
    assert_eq!(world.call(&call).peer.display, "Bob");

    world.sip(SipEvent::Call(call.clone(), CallEvent::Ringing));
    assert_eq!(world.call(&call).state, CallState::Ringing);
    let answered = CallEvent::Answered { sdp: Some(remote_sdp()), impp: Vec::new() };
    world.sip(SipEvent::Call(call.clone(), answered));
    let active = world.call(&call);
    assert_eq!(active.state, CallState::Active);
    assert_eq!(active.media.codec, "PCMA");
    world.sip(SipEvent::Call(call.clone(), CallEvent::Ended(EndReason::RemoteHangup)));
    assert_eq!(world.call(&call).state, CallState::Ended);
    let snapshot = world.core.snapshot();
    let timeline = &snapshot.conversation(&jid("bob@cusax.test").into()).unwrap().entries;
    assert_eq!(timeline[0].kind, EntryKind::Call);
    world.later(Duration::from_secs(6));
    assert!(world.core.snapshot().calls.is_empty(), "an ended call leaves the screen");
}

#[test]
fn a_call_that_may_cost_asks_first() {
    let mut world = World::signed_in(Some("+1 303 555 1212"));
    let error = world.place("bob@cusax.test", false).unwrap_err();
    assert_eq!(error.kind(), "confirmation-needed");
    assert!(world.sent_to_sip().is_empty());
    world.place("bob@cusax.test", true).unwrap();
    let error = world.place("sip:someone@elsewhere.example", false).unwrap_err();
    assert!(matches!(error, CommandError::ConfirmationNeeded(cues)
        if cues[0].kind == CueKind::InterDomain));
}

#[test]
fn an_emergency_number_is_not_held_up() {
    let mut world = World::signed_in(None);
    world.place("112", false).unwrap();
}

#[test]
fn nonsense_is_no_address() {
    let mut world = World::signed_in(None);
    for text in ["", "   ", "hello there", "sip:", "http://x", "bob@cusax.test/\u{7}"] {
        let error = world.place(text, true).unwrap_err();
        assert_eq!(error.kind(), "invalid-address", "{text:?}");
    }
}

#[test]
fn a_contact_without_number_is_told_so() {
    let mut world = World::signed_in(None);
    let error = world.place("bob@cusax.test", false).unwrap_err();
    assert_eq!(error.kind(), "refused");
    assert!(error.to_string().contains("no number"));
}

#[test]
fn a_caller_whose_card_names_the_address_is_verified() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:bob@CUSAX.test:5060;transport=tls", &[]);
    let peer = world.call(&call).peer;
    assert_eq!(peer.binding, Binding::Verified);
    assert_eq!(peer.display, "Bob");
    assert_eq!(peer.jid.as_deref(), Some("bob@cusax.test"));
}

#[test]
fn a_spoofed_hint_is_a_claim_and_shows_the_bare_address() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:eve@evil.example", &["bob@cusax.test"]);
    // One look at bob's card decides.
    let asked = world.said.iter().any(|output| {
        matches!(output, Output::Xmpp(_, XmppCommand::FetchVcards(who)) if *who == jid("bob@cusax.test"))
    });
    assert!(asked);
    let cards = Ok(vec![card("sip:bob@cusax.test")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    let peer = world.call(&call).peer;
    assert_eq!(peer.binding, Binding::Claimed);
    assert!(peer.display.contains("eve@evil.example"), "{}", peer.display);
    assert!(!peer.display.contains("Bob"));
    // Nor is the missed call filed under bob.
    world.sip(SipEvent::Call(call, CallEvent::Ended(EndReason::Cancelled)));
    assert!(world.core.snapshot().conversation(&jid("bob@cusax.test").into()).is_none());
}

#[test]
fn a_stranger_s_hint_fetches_nothing() {
    let mut world = World::signed_in(None);
    world.said.clear();
    let call = world.incoming("sip:eve@evil.example", &["mallory@evil.example"]);
    assert!(!world.said.iter().any(|o| matches!(o, Output::Xmpp(_, XmppCommand::FetchVcards(_)))));
    assert_ne!(world.call(&call).peer.binding, Binding::Verified);
}

#[test]
fn a_hint_is_confirmed_by_a_card_fetched_for_it() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:b.smith@pbx.example", &["bob@cusax.test"]);
    assert_eq!(world.call(&call).peer.binding, Binding::None, "not even a claim before the card");
    let cards = Ok(vec![card("sip:b.smith@pbx.example")]);
    world.xmpp(XmppEvent::Vcards { jid: jid("bob@cusax.test"), cards });
    assert_eq!(world.call(&call).peer.binding, Binding::Verified);
}

#[test]
fn no_card_in_time_leaves_a_claim() {
    let mut world = World::signed_in(None);
    let call = world.incoming("sip:b.smith@pbx.example", &["bob@cusax.test"]);
    world.later(Duration::from_secs(3));
    assert_eq!(world.call(&call).peer.binding, Binding::Claimed);
}

#[test]
fn answering_sends_the_answer_and_runs_the_sound() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let call = world.incoming("sip:bob@cusax.test", &[]);
    let taking = world.begin(Command::Call(CallCommand::Answer(call.clone())));
    world.media_ready();
    world.reply(taking).expect("an answer").unwrap();
    assert!(world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::Answer { .. })));
    assert!(world.said.iter().any(|o| matches!(o, Output::Media(_, MediaCommand::Run(_)))));
    assert_eq!(world.call(&call).state, CallState::Active);
    let again = world.ask(Command::Call(CallCommand::Answer(call))).unwrap_err();
    assert_eq!(again.kind(), "refused");
}

#[test]
fn declining_with_words_needs_a_proven_caller() {
    let mut world = World::signed_in(Some("sip:bob@cusax.test"));
    let decline = |call: &CallId| {
        let message = Some("later".to_owned());
        Command::Call(CallCommand::Decline { call: call.clone(), message })
    };
    let eve = world.incoming("sip:eve@evil.example", &["bob@cusax.test"]);
    assert_eq!(world.ask(decline(&eve)).unwrap_err().kind(), "refused");
    assert!(world.sent_messages().is_empty());
    let bob = world.incoming("sip:bob@cusax.test", &[]);
    world.ask(decline(&bob)).unwrap();
    assert_eq!(world.sent_messages(), ["later"]);
    assert_eq!(world.call(&bob).state, CallState::Ended);
}

#[test]
fn an_offer_that_cannot_be_met_is_refused_with_488() {
    let mut world = World::signed_in(None);
    world.incoming_as("sip:eve@evil.example", |incoming| {
        incoming.offer = Some(b"v=0\r\nnonsense".to_vec());
    });
    assert!(
        world.sent_to_sip().iter().any(|c| matches!(c, SipCommand::Refuse { status: 488, .. }))
    );
}

#[test]
fn a_thousand_contacts_are_not_fetched_at_once() {
    let mut world = World::new(&config());
    world.chat_online();
    let items = (0..1_000).map(|n| item(&format!("c{n}@cusax.test"))).collect();
    world.xmpp(XmppEvent::Roster(items));
    let fetches = |world: &World| {
        let of_contact = |o: &&Output| matches!(o, Output::Xmpp(_, XmppCommand::FetchVcards(who)) if *who != jid("alice@cusax.test"));
        world.said.iter().filter(of_contact).count()
    };
    assert!(fetches(&world) <= 4, "{}", fetches(&world));
    world.xmpp(XmppEvent::Vcards { jid: jid("c0@cusax.test"), cards: Ok(Vec::new()) });
    assert!(fetches(&world) <= 5);
}
