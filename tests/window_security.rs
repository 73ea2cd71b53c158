//! The page of the protection: both sides compared, and that every control asks what it says.
#![cfg(feature = "gui")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{
    AccountCommand, Command, CommandError, Protection, Raised, Reply, SecurityCommand,
};
use dovetail::core::snapshot::Snapshot;
use dovetail::gui::app::Message;
use dovetail::gui::screen::protection;
use dovetail::gui::words;
use dovetail::model::account::{AccountState, Question, ReasonKind, Refused};
use dovetail::model::call::{CallState, Direction, MediaProtection};
use dovetail::model::id::AccountId;
use dovetail::model::security::{
    AuthRank, CertificateFacts, Fingerprint, Floor, Least, Level, Loss, MediaLevel, Pin, Weaker,
};
use dovetail::model::time::Timestamp;
use driver::Driver;
use window::{call, jid, noon, snapshot, unequal};

fn id(name: &str) -> AccountId {
    AccountId::new(name)
}

fn facts(byte: u8) -> CertificateFacts {
    CertificateFacts {
        fingerprint: Fingerprint::new([byte; 32]),
        subject: "CN=sip.example.com".to_owned(),
        names: vec!["sip.example.com".to_owned()],
        issuer: "CN=Somebody".to_owned(),
        not_before: Timestamp::parse("2026-01-01T00:00:00Z").unwrap(),
        not_after: Timestamp::parse("2031-01-01T00:00:00Z").unwrap(),
        key: "ECDSA P-256".to_owned(),
        signature: "ECDSA with SHA-256".to_owned(),
    }
}

/// The page in a window that is high enough for all of it.
fn page(snapshot: Snapshot) -> Driver {
    sized(snapshot, 1120.0)
}

fn sized(snapshot: Snapshot, width: f32) -> Driver {
    let mut window = Driver::sized(snapshot, width, 3_000.0);
    window.take([Message::Sidebar(dovetail::gui::screen::sidebar::Message::Protection)]);
    assert!(window.says("Connection and protection"));
    window
}

/// Telephony failed with this.
fn stopped(change: impl FnOnce(&mut dovetail::model::account::Account)) -> Snapshot {
    let mut snapshot = snapshot();
    let account = &mut snapshot.accounts[1];
    (account.state, account.security, account.level) = (AccountState::Failed, None, None);
    account.reason = Some("It is not secure.".to_owned());
    change(account);
    snapshot
}

fn with_certificate(can_trust: bool, before: Option<Fingerprint>) -> Snapshot {
    stopped(|account| {
        account.certificate = Some(Box::new(Refused {
            problem: "The server's certificate is signed by nobody but itself.".to_owned(),
            can_trust,
            why_not: (!can_trust).then(|| "It cannot be trusted: a weak key.".to_owned()),
            before,
            facts: facts(0xAB),
        }));
    })
}

fn with_question(least: Least, can_accept: bool) -> Snapshot {
    stopped(|account| {
        account.reason_kind = Some(ReasonKind::Weaker);
        let loss =
            Loss::Mechanism { least: AuthRank::DigestSha256, offered: Some(AuthRank::DigestMd5) };
        account.weaker = Some(Question {
            weaker: Weaker { loss, least },
            can_accept,
            why_not: (!can_accept).then(|| "Your provider demands it.".to_owned()),
        });
    })
}

#[test]
fn both_sides_stand_in_two_columns_with_their_certificates() {
    let mut snapshot = snapshot();
    for (at, account) in snapshot.accounts.iter_mut().enumerate() {
        let tls = account.security.as_mut().unwrap().tls.as_mut().unwrap();
        tls.certificate = Some(Box::new(facts(u8::try_from(at).unwrap())));
    }
    let protection = |account: &str, messages, sound, srtp| Protection {
        account: id(account),
        level: Some(Level::Strong),
        security: None,
        messages,
        sound,
        srtp,
        floor: Floor::default(),
        raised: false,
        trusted: Vec::new(),
    };
    snapshot.security.accounts = vec![
        protection("chat", Some(MediaLevel::Hops), None, None),
        protection(
            "telephony",
            None,
            Some(MediaLevel::Hops),
            Some(dovetail::config::SrtpPolicy::Required),
        ),
    ];
    for width in [1120.0, 400.0] {
        let window = sized(snapshot.clone(), width);
        for text in [
            "Equal protection",
            "TLS 1.3",
            "Verified · sip.example.com",
            "CN=Somebody",
            "1 January 2031",
            &words::fingerprint(&facts(0).fingerprint),
            &words::fingerprint(&facts(1).fingerprint),
            "4 of 4 · encrypted, with a strong sign-in tied to the connection",
            "3 of 4 · encrypted, with a strong sign-in",
            "Messages: encrypted to your provider, who can read them",
            "Calls: always encrypted, to your provider, who could listen",
        ] {
            assert!(window.says(text), "{width}: {text}");
        }
        assert!(!window.says("Make both secure"), "there is nothing to do");
    }
}

#[test]
fn one_button_makes_both_secure_and_says_what_came_of_it() {
    let mut window = page(unequal(snapshot()));
    assert!(window.says("Telephony is not encrypted, Chat is."));
    assert!(window.says("UDP, no encryption"));
    window.click("Make both secure");
    let raised = Raised {
        changes: vec!["Telephony connects again: over TLS.".to_owned()],
        cannot: Vec::new(),
    };
    let asked = window.answer(Ok(Reply::Raised(raised)));
    assert_eq!(asked, Command::Security(SecurityCommand::Raise));
    assert!(window.says("Telephony connects again: over TLS."));
    window.click("Make both secure");
    let error = CommandError::Refused("Not now.".to_owned());
    window.answer(Err(error));
    assert!(window.says("Not now.") && !window.says("Telephony connects again: over TLS."));
}

#[test]
fn what_a_server_cannot_do_is_said_with_both_ways_on() {
    let mut window = page(with_question(Least::Wanted, true));
    assert!(window.says("Telephony cannot be made secure."));
    assert!(!window.says("Encrypted") && !window.says("Equal protection"), "half of it is not all");
    assert!(window.mentions("weak proof of the password (MD5)"));
    window.click("Connect as before");
    let accept = Command::Security(SecurityCommand::AcceptWeaker(id("telephony")));
    assert_eq!(window.commands(), [accept]);
    window.click("Disconnect");
    let disconnect = Command::Account(AccountCommand::Disconnect(id("telephony")));
    assert_eq!(window.commands(), [disconnect]);
}

#[test]
fn a_downgrade_is_a_question_with_two_answers() {
    let mut window = page(with_question(Least::Before, true));
    assert!(window.mentions("somebody on the way may want to learn it"));
    window.click("Stay disconnected");
    let disconnect = Command::Account(AccountCommand::Disconnect(id("telephony")));
    assert_eq!(window.commands(), [disconnect]);
    window.click("Connect anyway (weaker)");
    let accept = Command::Security(SecurityCommand::AcceptWeaker(id("telephony")));
    assert_eq!(window.commands(), [accept]);

    let mut window = page(with_question(Least::Before, false));
    window.click("Connect anyway (weaker)");
    assert_eq!(window.commands(), [], "the provider does not allow it");
    assert!(window.says("Your provider demands it."));
}

#[test]
fn a_refused_certificate_is_looked_at_and_trusted_with_a_second_click() {
    let mut window = page(with_certificate(true, None));
    let fingerprint = facts(0xAB).fingerprint;
    assert!(window.says(&words::fingerprint(&fingerprint)));
    assert!(window.says("1 January to 1 January 2031") || window.mentions("1 January 2031"));
    window.click("Trust this certificate");
    assert_eq!(window.commands(), [], "not yet");
    assert!(window.mentions("Trust it only if the fingerprint above is the one"));
    window.click("Do not trust it");
    assert_eq!(window.commands(), []);
    assert!(!window.says("Trust it nevertheless"));
    window.click("Trust this certificate");
    window.click("Trust it nevertheless");
    let trust = Command::Security(SecurityCommand::Trust { account: id("telephony"), fingerprint });
    assert_eq!(window.commands(), [trust]);
}

#[test]
fn a_certificate_that_came_in_between_is_not_trusted_by_an_old_click() {
    let mut window = page(with_certificate(true, None));
    window.click("Trust this certificate");
    let other = Fingerprint::new([1; 32]);
    let surely = protection::Message::TrustSurely(id("telephony"), other);
    window.take([Message::Protection(surely)]);
    assert_eq!(window.commands(), []);
}

#[test]
fn one_that_cannot_be_trusted_says_why() {
    let mut window = page(with_certificate(false, None));
    window.click("Trust this certificate");
    assert_eq!(window.commands(), []);
    assert!(!window.says("Trust it nevertheless"));
    assert!(window.says("It cannot be trusted: a weak key."));
}

#[test]
fn a_changed_certificate_warns_strongly() {
    let before = Fingerprint::new([0x11; 32]);
    let mut window = page(with_certificate(true, Some(before)));
    assert!(window.says("Trusted before") && window.says(&words::fingerprint(&before)));
    window.click("Trust this certificate");
    assert!(window.mentions("somebody may be between you and the server"));
}

#[test]
fn what_is_trusted_can_be_taken_back() {
    let mut snapshot = snapshot();
    let pin = Pin {
        fingerprint: Fingerprint::new([7; 32]),
        domain: "sip.example.com".to_owned(),
        since: noon(),
    };
    snapshot.security.accounts = vec![Protection {
        account: id("telephony"),
        level: None,
        security: None,
        messages: None,
        sound: None,
        srtp: None,
        floor: Floor::default(),
        raised: false,
        trusted: vec![pin.clone()],
    }];
    let mut window = page(snapshot);
    assert!(window.says("Certificates that you trust for Telephony"));
    assert!(window.says("For sip.example.com, since Today"));
    window.click("Trust no more");
    let account = id("telephony");
    let fingerprint = pin.fingerprint;
    let distrust = Command::Security(SecurityCommand::Distrust { account, fingerprint });
    assert_eq!(window.commands(), [distrust]);
}

#[test]
fn what_the_user_disconnected_connects_on_their_word() {
    let mut window = page(stopped(|account| {
        account.state = AccountState::Offline;
        account.reason_kind = Some(ReasonKind::Disconnected);
        account.reason = Some("You disconnected it.".to_owned());
    }));
    window.click("Connect");
    let connect = Command::Account(AccountCommand::Connect(id("telephony")));
    assert_eq!(window.commands(), [connect]);
}

#[test]
fn chat_and_call_have_locks_of_their_own_and_a_difference_is_said() {
    let with_call = |srtp| {
        let mut call = call(CallState::Active, Direction::Out, noon());
        call.media.srtp = srtp;
        Snapshot { calls: vec![call], ..snapshot() }
    };
    let differs = "What you write here is encrypted, this call is not.";
    let mut window = Driver::sized(with_call(MediaProtection::None), 1600.0, 900.0);
    let open = dovetail::gui::screen::sidebar::Message::Open(jid("bob").into());
    window.take([Message::Sidebar(open.clone())]);
    assert!(window.says("Chat encrypted to provider"));
    assert!(window.says("Not encrypted"), "the call's own lock");
    assert!(window.says(differs));
    window.show(with_call(MediaProtection::Sdes));
    assert!(window.says("Chat encrypted to provider") && window.says("Encrypted to provider"));
    assert!(!window.says(differs));

    // And the other way round.
    let mut snapshot = with_call(MediaProtection::Sdes);
    snapshot.accounts[0].level = Some(Level::NoTls);
    window.show(snapshot);
    assert!(window.says("Chat not encrypted"));
    assert!(window.says("This call is encrypted, what you write here is not."));
    let snapshot = snapshot_offline();
    assert_eq!(words::messages_with(&snapshot, &jid("bob").into()), None, "nothing is promised");
}

fn snapshot_offline() -> Snapshot {
    let mut snapshot = snapshot();
    snapshot.accounts[0].level = None;
    snapshot
}
