//! Both sides' protection: compared, remembered, raised, and given up on the user's word alone.

use super::*;
use crate::model::account::ReasonKind;
use crate::model::fault::{CertificateFault, RefusedCertificate};
use crate::model::security::{
    AuthRank, CertificateFacts, Demands, Fingerprint, Floor, Guard, Least, Level, Loss, MediaLevel,
    Weaker,
};

fn open(transport: Transport, auth: &str) -> Security {
    Security { transport, tls: None, auth: auth.to_owned() }
}

fn finger(byte: u8) -> Fingerprint {
    Fingerprint::new([byte; 32])
}

fn facts(byte: u8) -> CertificateFacts {
    CertificateFacts {
        fingerprint: finger(byte),
        subject: "CN=cusax.test".to_owned(),
        names: vec!["cusax.test".to_owned()],
        issuer: "CN=cusax.test".to_owned(),
        not_before: Timestamp::from_unix_millis(0),
        not_after: Timestamp::from_unix_millis(4_000_000_000_000),
        key: "ECDSA P-256".to_owned(),
        signature: "ECDSA with SHA-256".to_owned(),
    }
}

fn refused(defect: CertificateFault, before: Option<Fingerprint>) -> Fault {
    Fault::Certificate(Box::new(RefusedCertificate { defect, facts: Some(facts(7)), before }))
}

fn lost(loss: Loss, least: Least) -> Fault {
    Fault::Downgraded(Weaker { loss, least })
}

impl World {
    fn registered(&mut self, security: Security) {
        let local = [127, 0, 0, 1].into();
        self.sip(SipEvent::Registration(Registration::Registered { local, security }));
    }

    fn phone_fails(&mut self, fault: Fault) {
        self.sip(SipEvent::Registration(Registration::Failed { fault, retry_in: None }));
    }

    fn chat_fails(&mut self, fault: Fault) {
        self.xmpp(XmppEvent::Connection(XmppConnection::Failed { fault, retry_in: None }));
    }

    fn report(&mut self) -> SecurityReport {
        match self.secure(SecurityCommand::Report).unwrap() {
            Reply::Security(report) => *report,
            other => panic!("not a report: {other:?}"),
        }
    }

    fn secure(&mut self, command: SecurityCommand) -> Result<Reply, CommandError> {
        self.ask(Command::Security(command))
    }

    fn raise(&mut self) -> Raised {
        match self.secure(SecurityCommand::Raise).unwrap() {
            Reply::Raised(raised) => raised,
            other => panic!("not that: {other:?}"),
        }
    }

    /// What is to be remembered of an account, as it was said last.
    fn kept(&self, account: &str) -> Option<Guard> {
        self.said.iter().rev().find_map(|output| match output {
            Output::Guard(id, guard) if id.as_str() == account => Some((**guard).clone()),
            _ => None,
        })
    }

    fn account(&mut self, id: &str) -> crate::model::account::Account {
        let all = self.core.snapshot().accounts;
        all.into_iter().find(|account| account.id.as_str() == id).unwrap()
    }

    fn renewed(&self, id: &str) -> bool {
        self.said.iter().any(|output| matches!(output, Output::Stop(of) if of.as_str() == id))
    }

    fn connects(&self) -> usize {
        let connect = |output: &&Output| {
            matches!(
                output,
                Output::Sip(_, SipCommand::Connect) | Output::Xmpp(_, XmppCommand::Connect)
            )
        };
        self.said.iter().filter(connect).count()
    }
}

#[test]
fn protection_is_compared() {
    let mut world = World::signed_in(None);
    let report = world.report();
    assert_eq!((report.level, report.difference), (Parity::Equal, None));
    assert_eq!(report.accounts[0].level, Some(Level::Bound));
    assert_eq!(report.accounts[1].level, Some(Level::Strong), "no binding in digest, no mismatch");
    assert_eq!(report.accounts[0].messages, Some(MediaLevel::Hops));
    assert_eq!(report.accounts[1].sound, Some(MediaLevel::Hops));
    assert!(!report.can_raise);
    world.registered(open(Transport::Udp, "DIGEST-MD5"));
    let report = world.report();
    assert_eq!(report.level, Parity::Mismatch);
    assert_eq!(report.accounts[1].level, Some(Level::NoTls));
    assert_eq!(report.accounts[1].sound, Some(MediaLevel::Open));
    assert!(report.can_raise);
    assert!(
        world.said.iter().any(|output| matches!(output, Output::Event(event)
        if matches!(&**event, Event::Security { security } if security.level == Parity::Mismatch)))
    );
}

#[test]
fn a_mismatch_is_told_in_words_at_sign_in_and_once() {
    let words = "Telephony is not encrypted, Chat is.";
    let mut world = World::new(&config());
    world.registered(open(Transport::Udp, "DIGEST-SHA-256"));
    assert!(!world.notices().iter().any(|text| text == words), "chat is not there yet");
    world.chat_online();
    let told = |world: &World| world.notices().iter().filter(|text| *text == words).count();
    assert_eq!(told(&world), 1);
    assert_eq!(world.report().difference.as_deref(), Some(words));
    // A break of the line is no change.
    let fault = Fault::Lost("x".to_owned());
    world.sip(SipEvent::Registration(Registration::Failed { fault, retry_in: None }));
    world.registered(open(Transport::Udp, "DIGEST-SHA-256"));
    assert_eq!(told(&world), 1);
    world.phone_online();
    assert_eq!(world.report().level, Parity::Equal);
    world.registered(open(Transport::Udp, "DIGEST-SHA-256"));
    assert_eq!(told(&world), 2, "it was well, and is not again");
}

#[test]
fn sound_that_is_never_encrypted_is_a_difference() {
    let mut config = config();
    config.sip[0].srtp = SrtpPolicy::Off;
    let mut world = World::new(&config);
    world.chat_online();
    world.phone_online();
    let report = world.report();
    assert_eq!(report.level, Parity::Mismatch);
    assert!(report.findings[0].what.contains("the sound of calls is not encrypted"));
    let raised = world.raise();
    assert_eq!(raised.changes.len(), 2, "{raised:?}");
    assert_eq!(world.report().level, Parity::Equal);
    assert_eq!(world.report().accounts[1].srtp, Some(SrtpPolicy::Required));
    assert!(!world.renewed(PHONE), "the connection is as it is to be");
}

#[test]
fn what_was_seen_is_remembered_and_given_back() {
    let mut world = World::signed_in(None);
    let chat = world.kept(CHAT).unwrap();
    let phone = world.kept(PHONE).unwrap();
    assert!(chat.seen.tls && chat.seen.bound && chat.seen.auth == Some(AuthRank::ScramSha256));
    assert!(phone.seen.tls && phone.seen.auth == Some(AuthRank::DigestSha256));
    world.said.clear();
    world.phone_online();
    assert_eq!(world.kept(PHONE), None, "no news");

    let mut world =
        World { core: Core::new(&config(), [7; 32]), now: Now::read(), said: Vec::new(), next: 0 };
    let guards = [(PHONE.into(), phone.clone())].into();
    world.feed(Input::Kept(Kept { guards, ..Kept::default() }));
    world.feed(Input::Start);
    assert_eq!(world.report().accounts[1].floor, phone.seen);
}

#[test]
fn a_downgrade_stops_with_a_question() {
    let mut world = World::signed_in(None);
    let loss = Loss::Mechanism { least: AuthRank::ScramSha256, offered: Some(AuthRank::Plain) };
    world.chat_fails(lost(loss, Least::Before));
    let account = world.account(CHAT);
    assert_eq!(account.reason_kind, Some(ReasonKind::Weaker));
    assert!(account.reason.unwrap().contains("the password itself (PLAIN)"));
    assert!(account.weaker.unwrap().can_accept);
    assert_eq!(account.level, None);
    assert_eq!(world.connects(), 0, "not by itself");
    assert!(world.report().findings[0].advice.contains("Stay disconnected"));

    world.secure(SecurityCommand::AcceptWeaker(CHAT.into())).unwrap();
    assert_eq!(world.kept(CHAT).unwrap().seen.auth, Some(AuthRank::Plain));
    assert!(world.kept(CHAT).unwrap().seen.tls, "only what was asked is given up");
    assert_eq!(world.connects(), 1);
    let again = world.secure(SecurityCommand::AcceptWeaker(CHAT.into())).unwrap_err();
    assert_eq!(again.kind(), "refused", "there is no question any more");
}

#[test]
fn what_a_provider_demands_is_not_given_up() {
    let mut config = config();
    let floor = Floor { tls: true, ..Floor::default() };
    config.sip[0].demands = Demands { floor, ..Demands::default() };
    let mut world = World::new(&config);
    world.phone_fails(lost(Loss::Tls, Least::Wanted));
    let question = world.account(PHONE).weaker.unwrap();
    assert!(!question.can_accept && question.why_not.unwrap().contains("provider"));
    assert!(world.secure(SecurityCommand::AcceptWeaker(PHONE.into())).is_err());
    assert!(world.account(PHONE).weaker.is_some(), "the question stands");
    assert_eq!(world.connects(), 0);
}

#[test]
fn both_sides_are_raised_with_one_word() {
    let mut world = World::signed_in(None);
    world.registered(open(Transport::Udp, "DIGEST-MD5"));
    world.said.clear();
    let raised = world.raise();
    assert!(raised.changes[1].starts_with("Telephony connects again"), "{raised:?}");
    assert_eq!(raised.cannot, []);
    let phone = world.kept(PHONE).unwrap();
    assert!(phone.srtp && phone.wanted.tls);
    assert_eq!(phone.wanted.auth, Some(AuthRank::DigestSha256));
    let chat = world.kept(CHAT).unwrap();
    assert!(chat.wanted.tls && chat.wanted.bound, "binding was offered");
    assert!(world.renewed(PHONE) && !world.renewed(CHAT), "chat is as it is to be");
    world.feed(Input::Stopped(PHONE.into()));
    assert!(world.said.iter().any(|o| matches!(o, Output::Start(id) if id.as_str() == PHONE)));
    world.phone_online();
    assert!(world.notices().iter().any(|text| text == "Telephony is secure now."));
    let report = world.report();
    assert_eq!((report.level, report.can_raise), (Parity::Equal, false));
    assert!(report.accounts[1].raised);
    assert_eq!(world.raise().changes, Vec::<String>::new(), "there is nothing left");
}

#[test]
fn calls_go_on_until_an_account_is_raised() {
    let mut world = World::signed_in(None);
    world.registered(open(Transport::Udp, "DIGEST-MD5"));
    let call = world.talking("sip:bob@cusax.test");
    let raised = world.raise();
    assert!(raised.changes[1].contains("when the call is over"), "{raised:?}");
    assert!(!world.renewed(PHONE));
    world.says(&call, CallEvent::Ended(EndReason::RemoteHangup));
    assert!(world.renewed(PHONE));
}

#[test]
fn what_a_server_cannot_do_is_told_and_connecting_as_before_is_offered() {
    let mut world = World::signed_in(None);
    world.registered(open(Transport::Udp, "DIGEST-MD5"));
    world.raise();
    world.feed(Input::Stopped(PHONE.into()));
    world.phone_fails(lost(Loss::Tls, Least::Wanted));
    let report = world.report();
    assert_eq!(report.cannot.len(), 1);
    assert!(report.cannot[0].what.starts_with("Telephony cannot be made secure."));
    assert!(report.cannot[0].advice.contains("Disconnect it, or connect as before"));
    assert!(world.notices().iter().any(|text| text.contains("cannot be made secure")));
    assert_eq!(world.connects(), 0, "nothing is lowered by itself");

    world.secure(SecurityCommand::AcceptWeaker(PHONE.into())).unwrap();
    let guard = world.kept(PHONE).unwrap();
    assert_eq!((guard.wanted, guard.srtp), (Floor::default(), false), "as before");
    assert_eq!(world.connects(), 1);
}

#[test]
fn exactly_the_certificate_that_was_refused_can_be_trusted() {
    let mut world = World::new(&config());
    world.chat_fails(refused(CertificateFault::SelfSigned, None));
    let shown = world.account(CHAT).certificate.unwrap();
    assert!(shown.can_trust && shown.before.is_none());
    assert_eq!(shown.facts, facts(7));
    let trust = |fingerprint| SecurityCommand::Trust { account: CHAT.into(), fingerprint };
    assert!(world.secure(trust(finger(8))).is_err(), "another one");
    assert_eq!(world.connects(), 0);
    world.secure(trust(finger(7))).unwrap();
    let guard = world.kept(CHAT).unwrap();
    assert!(guard.is_trusted(&finger(7), "cusax.test"));
    assert_eq!(world.connects(), 1);
    assert!(world.secure(trust(finger(7))).is_err(), "it is not refused any more");

    let mut security = tls("SCRAM-SHA-256");
    let facts = security.tls.as_mut().unwrap();
    (facts.peer_verified, facts.pinned) = (false, true);
    facts.certificate = Some(Box::new(self::facts(7)));
    world.xmpp(XmppEvent::Connection(XmppConnection::Online {
        bound: FullJid::new("alice@cusax.test/x").unwrap(),
        security,
        resumed: false,
    }));
    assert_eq!(world.account(CHAT).level, Some(Level::Strong));
    assert_eq!(world.report().accounts[0].trusted.len(), 1);
    let distrust = SecurityCommand::Distrust { account: CHAT.into(), fingerprint: finger(7) };
    world.secure(distrust.clone()).unwrap();
    assert!(world.renewed(CHAT), "what rests on it ends");
    assert!(world.secure(distrust).is_err());
}

#[test]
fn a_certificate_that_anybody_could_have_made_is_never_trusted() {
    let mut world = World::new(&config());
    world.chat_fails(refused(CertificateFault::WeakKey("RSA 1024".to_owned()), None));
    let shown = world.account(CHAT).certificate.unwrap();
    assert!(!shown.can_trust && shown.why_not.is_some());
    let trust = SecurityCommand::Trust { account: CHAT.into(), fingerprint: finger(7) };
    assert!(world.secure(trust).is_err());
    assert_eq!(world.connects(), 0);
}

#[test]
fn a_changed_certificate_replaces_the_old_one_on_the_user_s_word() {
    let mut world = World::new(&config());
    let mut guard = Guard::default();
    guard.trust(finger(1), "cusax.test", Timestamp::from_unix_millis(0)).unwrap();
    let guards = [(CHAT.into(), guard)].into();
    world.feed(Input::Kept(Kept { guards, ..Kept::default() }));
    world.chat_fails(refused(CertificateFault::SelfSigned, Some(finger(1))));
    let shown = world.account(CHAT).certificate.unwrap();
    assert_eq!(shown.before, Some(finger(1)));
    assert!(shown.problem.contains("changed"), "{}", shown.problem);
    let trust = SecurityCommand::Trust { account: CHAT.into(), fingerprint: finger(7) };
    world.secure(trust).unwrap();
    assert_eq!(world.kept(CHAT).unwrap().trusted("cusax.test"), [finger(7)]);
}

#[test]
fn an_account_rests_until_the_user_wants_it_back() {
    let mut world = World::signed_in(None);
    let disconnect = || Command::Account(AccountCommand::Disconnect(PHONE.into()));
    world.ask(disconnect()).unwrap();
    let rests = |o: &Output| matches!(o, Output::Sip(_, SipCommand::Disconnect));
    assert!(world.said.iter().any(rests));
    world.sip(SipEvent::Registration(Registration::Closed));
    let account = world.account(PHONE);
    assert_eq!(account.state, AccountState::Offline);
    assert_eq!(account.reason.as_deref(), Some("You disconnected it."));
    world.later(Duration::from_secs(60));
    assert_eq!(world.connects(), 0);
    world.ask(Command::Account(AccountCommand::Connect(PHONE.into()))).unwrap();
    assert_eq!(world.connects(), 1);

    world.phone_online();
    let call = world.talking("sip:bob@cusax.test");
    assert!(world.ask(disconnect()).is_err(), "a call is on");
    world.says(&call, CallEvent::Ended(EndReason::RemoteHangup));
    world.ask(disconnect()).unwrap();
}

#[test]
fn a_call_that_is_on_has_its_own_level() {
    let mut world = World::signed_in(None);
    assert_eq!(world.report().calls, []);
    let call = world.talking("sip:bob@cusax.test");
    let calls = world.report().calls;
    assert_eq!((calls[0].call.clone(), calls[0].level), (call, MediaLevel::Open));
}
