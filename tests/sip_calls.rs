//! Telephony accounts against a real Kamailio, over every transport.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dovetail::config::Config;
use dovetail::lab::{Cert, ConfigOptions, Digest, Lab, LabBuilder, User};
use dovetail::model::account::Transport;
use dovetail::model::address::SipTarget;
use dovetail::model::call::{EndReason, TransferState};
use dovetail::model::fault::{CertificateFault, Fault};
use dovetail::model::id::{CallId, MessageId};
use dovetail::sip::actor::{SipSettings, spawn};
use dovetail::sip::transport::{Past, Ping, TransportEvent, TransportSettings, Transports};
use dovetail::sip::{
    CallEvent, IncomingCall, OutgoingMessage, PlaceCall, ReferTo, Registration, SipCommand,
    SipEvent,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

const OFFER: &[u8] = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n";
const ANSWER: &[u8] = b"v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40002 RTP/AVP 8\r\n";

struct Phone {
    commands: mpsc::Sender<SipCommand>,
    events: mpsc::Receiver<SipEvent>,
    actor: JoinHandle<()>,
}

impl Phone {
    fn start(lab: &Lab, user: &str, transport: Transport, password: &str) -> Self {
        let options = ConfigOptions { transport, ..ConfigOptions::default() };
        let text = lab.config_toml(user, &options).unwrap();
        let config = Config::parse(&text, Path::new("/config.toml")).unwrap();
        let password = password.to_owned();
        let settings = SipSettings {
            guard: Default::default(),
            account: config.sip[0].clone(),
            instance: uuid::Uuid::new_v4(),
            password: Arc::new(move || {
                let password = Zeroizing::new(password.clone());
                Box::pin(async move { Ok(password) })
            }),
        };
        let (commands, to_actor) = mpsc::channel(16);
        let (to_core, events) = mpsc::channel(16);
        Self { commands, events, actor: spawn(settings, to_actor, to_core) }
    }

    async fn registered(lab: &Lab, user: &str, transport: Transport) -> Self {
        let mut phone = Self::start(lab, user, transport, "secret");
        phone.until_registered().await;
        phone
    }

    /// The first event that `pick` takes; what comes before is passed over.
    async fn until<T>(&mut self, pick: impl Fn(&SipEvent) -> Option<T>) -> T {
        let mut before = Vec::new();
        let found = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let event = self.events.recv().await.expect("the actor lives");
                if let Some(found) = pick(&event) {
                    return found;
                }
                before.push(event);
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("not among {before:?}"),
        }
    }

    async fn until_registered(&mut self) -> Registration {
        self.until(|event| match event {
            SipEvent::Registration(state @ Registration::Registered { .. }) => Some(state.clone()),
            _ => None,
        })
        .await
    }

    async fn failed(&mut self) -> (Fault, Option<Duration>) {
        self.until(|event| match event {
            SipEvent::Registration(Registration::Failed { fault, retry_in }) => {
                Some((fault.clone(), *retry_in))
            }
            _ => None,
        })
        .await
    }

    async fn incoming(&mut self) -> IncomingCall {
        self.until(|event| match event {
            SipEvent::Incoming(incoming) => Some(incoming.clone()),
            _ => None,
        })
        .await
    }

    async fn call_event(&mut self, wanted: impl Fn(&CallEvent) -> bool) -> CallEvent {
        self.until(|event| match event {
            SipEvent::Call(_, event) if wanted(event) => Some(event.clone()),
            _ => None,
        })
        .await
    }

    async fn end(&mut self) -> EndReason {
        match self.call_event(|event| matches!(event, CallEvent::Ended(_))).await {
            CallEvent::Ended(reason) => reason,
            _ => unreachable!(),
        }
    }

    async fn send(&self, command: SipCommand) {
        self.commands.send(command).await.unwrap();
    }

    async fn dial(&self, target: &str) -> CallId {
        self.dial_for(target, None).await
    }

    async fn dial_for(&self, target: &str, referral: Option<CallId>) -> CallId {
        let call = CallId::new(uuid::Uuid::new_v4().to_string());
        self.send(SipCommand::Invite(PlaceCall {
            call: call.clone(),
            target: target.to_owned(),
            offer: OFFER.to_vec(),
            impp: Some("alice@cusax.test".parse().unwrap()),
            anonymous: false,
            referral,
        }))
        .await;
        call
    }

    async fn quit(mut self) {
        self.send(SipCommand::Quit).await;
        self.until(|event| (*event == SipEvent::Registration(Registration::Closed)).then_some(()))
            .await;
        self.actor.await.unwrap();
    }
}

async fn lab() -> Lab {
    lab_of(Lab::builder()).await
}

async fn lab_of(builder: LabBuilder) -> Lab {
    let builder = builder.sip_only();
    let users = [User::new("alice", "secret"), User::new("bob", "secret")];
    users.into_iter().fold(builder, |builder, user| builder.user(user)).start().await.unwrap()
}

/// Rings, answers, and both sides know.
async fn talk(alice: &mut Phone, bob: &mut Phone) -> (CallId, CallId) {
    let out = alice.dial("sip:bob@cusax.test").await;
    let incoming = bob.incoming().await;
    assert_eq!(incoming.from, "sip:alice@cusax.test");
    assert_eq!(incoming.impp, ["alice@cusax.test".parse::<dovetail::model::BareJid>().unwrap()]);
    assert_eq!(incoming.offer.as_deref(), Some(OFFER));
    alice.call_event(|event| *event == CallEvent::Ringing).await;
    bob.send(SipCommand::Answer { call: incoming.call.clone(), sdp: ANSWER.to_vec(), impp: None })
        .await;
    let answered = alice.call_event(|event| matches!(event, CallEvent::Answered { .. })).await;
    assert_eq!(answered, CallEvent::Answered { sdp: Some(ANSWER.to_vec()), impp: vec![] });
    bob.call_event(|event| *event == CallEvent::Confirmed { sdp: None }).await;
    (out, incoming.call)
}

#[tokio::test]
async fn calls_over_every_transport_end_on_both_sides() {
    let lab = lab().await;
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let start = std::time::Instant::now();
        let mut alice = Phone::start(&lab, "alice", transport, "secret");
        let Registration::Registered { local, security } = alice.until_registered().await else {
            unreachable!()
        };
        let registered = start.elapsed();
        assert!(local.is_loopback());
        assert_eq!((security.transport, security.auth.as_str()), (transport, "DIGEST-MD5"));
        assert_eq!(security.tls.is_some_and(|tls| tls.peer_verified), transport == Transport::Tls);
        let mut bob = Phone::registered(&lab, "bob", transport).await;

        let start = std::time::Instant::now();
        let (out, _) = talk(&mut alice, &mut bob).await;
        println!(
            "{transport:?}: registered {registered:?}, dial → confirmed {:?}",
            start.elapsed()
        );
        alice.send(SipCommand::Hangup(out)).await;
        assert_eq!(alice.end().await, EndReason::LocalHangup);
        assert_eq!(bob.end().await, EndReason::RemoteHangup);

        let (_, incoming) = talk(&mut alice, &mut bob).await;
        bob.send(SipCommand::Hangup(incoming)).await;
        assert_eq!(alice.end().await, EndReason::RemoteHangup);

        let out = alice.dial("sip:bob@cusax.test").await;
        bob.incoming().await;
        alice.call_event(|event| *event == CallEvent::Ringing).await;
        alice.send(SipCommand::Hangup(out)).await;
        loop {
            // The end of the call before this one came late on Bob's side.
            if bob.end().await == EndReason::Cancelled {
                break;
            }
        }

        alice.dial("sip:bob@cusax.test").await;
        let call = bob.incoming().await.call;
        bob.send(SipCommand::Refuse { call, status: 486 }).await;
        loop {
            if let EndReason::Refused { code, text, .. } = alice.end().await {
                assert_eq!((code, text.as_str()), (486, "Busy Here"));
                break;
            }
        }
        bob.quit().await;
        alice.dial("sip:bob@cusax.test").await;
        assert!(matches!(alice.end().await, EndReason::Refused { code: 480, .. }), "unregistered");
        alice.quit().await;
    }
}

#[tokio::test]
async fn calls_over_ipv6_on_every_transport() {
    let lab = lab_of(Lab::builder().ipv6()).await;
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut alice = Phone::start(&lab, "alice", transport, "secret");
        let Registration::Registered { local, security } = alice.until_registered().await else {
            unreachable!()
        };
        assert!(local.is_ipv6() && local.is_loopback(), "{local}");
        assert_eq!(security.transport, transport);
        let mut bob = Phone::registered(&lab, "bob", transport).await;
        let (out, _) = talk(&mut alice, &mut bob).await;
        alice.send(SipCommand::Hangup(out)).await;
        assert_eq!(alice.end().await, EndReason::LocalHangup);
        assert_eq!(bob.end().await, EndReason::RemoteHangup);
        alice.quit().await;
        bob.quit().await;
    }
}

/// Kamailio's own STUN on its SIP port: the keep-alive is answered and the flow stays.
#[tokio::test]
async fn a_server_that_knows_stun_is_kept_alive_by_it() {
    let lab = lab_of(Lab::builder().sip_stun()).await;
    let server = lab.sip(Transport::Udp);
    let settings = TransportSettings {
        domain: "cusax.test".to_owned(),
        proxy: Some(SipTarget {
            secure: false,
            host: server.ip().to_string(),
            port: Some(server.port()),
            transport: Some(Transport::Udp),
        }),
        ca_file: None,
        demands: Default::default(),
        guard: Default::default(),
    };
    let (mut transports, info) = Transports::open(&settings, &Past::default()).await.unwrap();
    for _ in 0..2 {
        transports.keep_alive(Ping::Binding).await.unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(10), transports.next()).await;
        let event = answer.expect("an answer within the limit of RFC 5626");
        let TransportEvent::Pong { mapped } = event else { panic!("{event:?}") };
        assert_eq!(mapped, Some(info.local));
    }
}

#[tokio::test]
async fn an_account_over_udp_reaches_one_over_tls() {
    let lab = lab().await;
    let mut alice = Phone::registered(&lab, "alice", Transport::Udp).await;
    let mut bob = Phone::registered(&lab, "bob", Transport::Tls).await;
    let (_, incoming) = talk(&mut alice, &mut bob).await;
    bob.send(SipCommand::Hangup(incoming)).await;
    assert_eq!(alice.end().await, EndReason::RemoteHangup);
    let out = bob.dial("sip:alice@cusax.test").await;
    let incoming = alice.incoming().await;
    alice.send(SipCommand::Answer { call: incoming.call, sdp: ANSWER.to_vec(), impp: None }).await;
    bob.call_event(|event| matches!(event, CallEvent::Answered { .. })).await;
    bob.send(SipCommand::Hangup(out)).await;
    assert_eq!(alice.end().await, EndReason::RemoteHangup);
}

#[tokio::test]
async fn messages_go_through_the_proxy() {
    let lab = lab().await;
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut alice = Phone::registered(&lab, "alice", transport).await;
        let mut bob = Phone::registered(&lab, "bob", transport).await;
        let start = std::time::Instant::now();
        for (id, to, body) in
            [("1", "sip:bob@cusax.test", "Grüße"), ("2", "sip:nobody@cusax.test", "x")]
        {
            let id = MessageId::new(id);
            let message = OutgoingMessage { id: id.clone(), to: to.into(), body: body.into() };
            alice.send(SipCommand::Message(message)).await;
            let sent = alice
                .until(|event| match event {
                    SipEvent::MessageState { id: of, sent } if *of == id => Some(sent.clone()),
                    _ => None,
                })
                .await;
            if to.contains("bob") {
                assert_eq!(sent, Ok(()));
                println!("{transport:?}: taken after {:?}", start.elapsed());
            } else {
                let Err(Fault::Rejected(words)) = sent else { panic!("{sent:?}") };
                assert!(words.starts_with("480 "), "{words}");
            }
        }
        let message = bob
            .until(|event| match event {
                SipEvent::Message(message) => Some(message.clone()),
                _ => None,
            })
            .await;
        assert_eq!(message.body, "Grüße");
        assert_eq!(message.from, "sip:alice@cusax.test");
        alice.quit().await;
        bob.quit().await;
    }
}

#[tokio::test]
async fn transfers_go_through_the_proxy() {
    let builder = Lab::builder().sip_only();
    let users = ["alice", "bob", "carol"].map(|name| User::new(name, "secret"));
    let lab = users.into_iter().fold(builder, |lab, user| lab.user(user)).start().await.unwrap();
    for (transport, attended) in [
        (Transport::Udp, false),
        (Transport::Udp, true),
        (Transport::Tls, false),
        (Transport::Tls, true),
    ] {
        let mut alice = Phone::registered(&lab, "alice", transport).await;
        let mut bob = Phone::registered(&lab, "bob", transport).await;
        let mut carol = Phone::registered(&lab, "carol", transport).await;
        let (out, at_bob) = talk(&mut alice, &mut bob).await;
        let mut to = ReferTo::Uri("sip:carol@cusax.test".to_owned());
        let mut old = None;
        let answer = |call: CallId| SipCommand::Answer { call, sdp: ANSWER.to_vec(), impp: None };
        if attended {
            to = ReferTo::Call(alice.dial("sip:carol@cusax.test").await);
            let call = carol.incoming().await.call;
            carol.send(answer(call.clone())).await;
            alice.call_event(|event| matches!(event, CallEvent::Answered { .. })).await;
            carol.call_event(|event| matches!(event, CallEvent::Confirmed { .. })).await;
            old = Some(call);
        }
        let start = std::time::Instant::now();
        alice.send(SipCommand::Refer { call: out.clone(), to }).await;
        let asked = bob.call_event(|event| matches!(event, CallEvent::Referral { .. })).await;
        let target = "sip:carol@cusax.test".to_owned();
        assert_eq!(asked, CallEvent::Referral { to: target.clone(), attended });
        bob.dial_for(&target, Some(at_bob)).await;
        let incoming = carol.incoming().await;
        assert_eq!(incoming.referred_by.as_deref(), Some("sip:alice@cusax.test"));
        assert_eq!(incoming.replaces, old);
        carol.send(answer(incoming.call)).await;
        bob.call_event(|event| matches!(event, CallEvent::Answered { .. })).await;
        alice.call_event(|event| *event == CallEvent::Transfer(TransferState::Done)).await;
        println!("{transport:?}, attended {attended}: transferred after {:?}", start.elapsed());
        alice.send(SipCommand::Hangup(out)).await;
        assert_eq!(bob.end().await, EndReason::RemoteHangup);
        for phone in [alice, bob, carol] {
            phone.quit().await;
        }
    }
}

#[tokio::test]
async fn a_wrong_password_needs_the_user() {
    let lab = lab().await;
    let mut alice = Phone::start(&lab, "alice", Transport::Tls, "wrong");
    assert_eq!(alice.failed().await, (Fault::WrongPassword, None));
    alice.quit().await;
}

#[tokio::test]
async fn a_stronger_digest_is_used_when_asked_for() {
    let lab = Lab::builder()
        .sip_only()
        .sip_digest(Digest::Sha256)
        .user(User::new("alice", "secret"))
        .start()
        .await
        .unwrap();
    let mut alice = Phone::start(&lab, "alice", Transport::Tls, "secret");
    let Registration::Registered { security, .. } = alice.until_registered().await else {
        unreachable!()
    };
    assert_eq!(security.auth, "DIGEST-SHA-256");
}

#[tokio::test]
async fn a_bad_certificate_is_a_fault_and_nothing_is_sent() {
    let lab = Lab::builder()
        .sip_only()
        .sip_certificate(Cert::UnknownIssuer)
        .user(User::new("alice", "secret"))
        .start()
        .await
        .unwrap();
    let mut alice = Phone::start(&lab, "alice", Transport::Tls, "secret");
    let (fault, retry_in) = alice.failed().await;
    let refused = fault.certificate().map(|refused| &refused.defect);
    assert_eq!(refused, Some(&CertificateFault::UnknownIssuer));
    assert!(retry_in.is_some());
}

#[tokio::test]
async fn a_call_outlives_the_proxy_and_is_ended_through_its_successor() {
    let mut lab = lab().await;
    let mut alice = Phone::registered(&lab, "alice", Transport::Tcp).await;
    let mut bob = Phone::registered(&lab, "bob", Transport::Udp).await;
    let (out, _) = talk(&mut alice, &mut bob).await;
    lab.stop_sip().await;
    let (fault, retry_in) = alice.failed().await;
    assert!(fault.can_pass() && retry_in.is_some(), "{fault:?}");
    lab.start_sip().await.unwrap();
    alice.until_registered().await;
    alice.send(SipCommand::Hangup(out)).await;
    assert_eq!(bob.end().await, EndReason::RemoteHangup);
}

#[tokio::test]
async fn an_account_that_rests_is_not_registered_and_comes_back() {
    let lab = lab().await;
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut alice = Phone::registered(&lab, "alice", transport).await;
        let mut bob = Phone::registered(&lab, "bob", transport).await;
        talk(&mut alice, &mut bob).await;
        bob.send(SipCommand::Disconnect).await;
        assert_eq!(bob.end().await, EndReason::LocalHangup);
        assert_eq!(alice.end().await, EndReason::RemoteHangup);
        let closed = SipEvent::Registration(Registration::Closed);
        bob.until(|event| (*event == closed).then_some(())).await;
        alice.dial("sip:bob@cusax.test").await;
        assert!(matches!(alice.end().await, EndReason::Refused { code: 480, .. }), "{transport:?}");
        bob.dial("sip:alice@cusax.test").await;
        assert_eq!(bob.end().await, EndReason::NotConnected);

        // Said twice, done once: the next that happens is the way back.
        for command in [SipCommand::Disconnect, SipCommand::Connect, SipCommand::Connect] {
            bob.send(command).await;
        }
        let next = tokio::time::timeout(Duration::from_secs(20), bob.events.recv()).await;
        let connecting = SipEvent::Registration(Registration::Connecting);
        assert_eq!(next.unwrap(), Some(connecting));
        bob.until_registered().await;
        let (out, _) = talk(&mut alice, &mut bob).await;
        alice.send(SipCommand::Hangup(out)).await;
        assert_eq!(bob.end().await, EndReason::RemoteHangup);
        bob.send(SipCommand::Disconnect).await;
        bob.quit().await;
        alice.quit().await;
    }
}

#[tokio::test]
async fn messages_can_be_switched_off_and_on_again() {
    let lab = lab().await;
    let mut alice = Phone::registered(&lab, "alice", Transport::Tcp).await;
    let mut bob = Phone::registered(&lab, "bob", Transport::Tcp).await;
    for (id, chat) in [("1", true), ("2", false), ("3", true)] {
        bob.send(SipCommand::SetChat(chat)).await;
        // Nothing tells that it is done: whatever Bob answers next came after it.
        let call = bob.dial("sip:nobody@cusax.test").await;
        bob.until(|event| matches!(event, SipEvent::Call(id, _) if *id == call).then_some(()))
            .await;
        let to = "sip:bob@cusax.test".to_owned();
        let id = MessageId::new(id);
        let message = OutgoingMessage { id: id.clone(), to, body: "hello".to_owned() };
        alice.send(SipCommand::Message(message)).await;
        let sent = alice
            .until(|event| match event {
                SipEvent::MessageState { id: known, sent } if *known == id => Some(sent.clone()),
                _ => None,
            })
            .await;
        match sent {
            Ok(()) => assert!(chat, "taken while it is off"),
            Err(fault) => assert!(!chat && fault.to_string().contains("405"), "{fault}"),
        }
    }
    alice.quit().await;
    bob.quit().await;
}
