#![allow(clippy::unwrap_used)]
use super::super::{CertificateFacts, TlsVersion, Transport};
use super::*;

fn print(byte: u8) -> Fingerprint {
    Fingerprint::new([byte; 32])
}

fn facts(byte: u8) -> TlsFacts {
    let at = Timestamp::from_unix_millis(0);
    let certificate = CertificateFacts {
        fingerprint: print(byte),
        subject: String::new(),
        names: Vec::new(),
        issuer: String::new(),
        not_before: at,
        not_after: at,
        key: String::new(),
        signature: String::new(),
    };
    TlsFacts { certificate: Some(Box::new(certificate)), ..TlsFacts::default() }
}

fn secure(auth: &str) -> Security {
    Security { transport: Transport::Tls, tls: Some(facts(1)), auth: auth.to_owned() }
}

fn open(auth: &str) -> Security {
    Security { transport: Transport::Udp, tls: None, auth: auth.to_owned() }
}

#[test]
fn a_new_account_takes_what_there_is() {
    let guard = Guard::default();
    assert_eq!(guard.floor(), Floor::default());
    assert_eq!(guard.without_tls(), None);
    assert_eq!(guard.mechanism(Some(AuthRank::Plain)), None);
    assert_eq!(guard.mechanism(None), None);
    assert_eq!(guard.unbound(), None);
    assert_eq!(guard.old_tls(), None);
}

#[test]
fn what_was_seen_is_the_least_from_then_on() {
    let mut guard = Guard::default();
    assert_eq!(guard.learn(&secure("SCRAM-SHA-256-PLUS")), None);
    let lost = |loss| Some(Weaker { loss, least: Least::Before });
    assert_eq!(guard.without_tls(), lost(Loss::Tls));
    assert_eq!(guard.unbound(), lost(Loss::Binding));
    for offered in [Some(AuthRank::ScramSha1), Some(AuthRank::Plain), None] {
        let loss = Loss::Mechanism { least: AuthRank::ScramSha256, offered };
        assert_eq!(guard.mechanism(offered), lost(loss));
    }
    assert_eq!(guard.mechanism(Some(AuthRank::ScramSha256)), None);
    assert_eq!(guard.mechanism(Some(AuthRank::ScramSha512)), None);
    // It only rises.
    let before = guard.clone();
    assert_eq!(guard.learn(&secure("SCRAM-SHA-1")), None);
    assert_eq!(guard, before);
}

#[test]
fn the_hash_that_nobody_breaks_is_not_asked_for_again() {
    let mut guard = Guard::default();
    guard.learn(&secure("SCRAM-SHA-512"));
    assert_eq!(guard.mechanism(Some(AuthRank::ScramSha256)), None);
    guard.learn(&secure("DIGEST-SHA-512-256"));
    assert_eq!(guard.mechanism(Some(AuthRank::DigestSha256)), None);
    assert!(guard.mechanism(Some(AuthRank::DigestMd5)).is_some());
}

#[test]
fn what_is_wanted_is_told_apart_from_what_was_lost() {
    let wanted = Floor {
        tls: true,
        version: TlsVersion::V13,
        auth: Some(AuthRank::DigestSha256),
        bound: false,
    };
    let mut guard = Guard { wanted, ..Guard::default() };
    let loss =
        Loss::Mechanism { least: AuthRank::DigestSha256, offered: Some(AuthRank::DigestMd5) };
    let short = guard.mechanism(Some(AuthRank::DigestMd5)).unwrap();
    assert_eq!(short, Weaker { loss, least: Least::Wanted });
    let version = Weaker { loss: Loss::Version { least: TlsVersion::V13 }, least: Least::Wanted };
    assert_eq!(guard.old_tls(), Some(version));
    // Seen as well: that is the alarm.
    guard.learn(&secure("DIGEST-SHA-256"));
    assert_eq!(guard.mechanism(Some(AuthRank::DigestMd5)).unwrap().least, Least::Before);
}

#[test]
fn the_user_s_word_lowers_exactly_what_it_is_about() {
    let mut guard = Guard::default();
    guard.learn(&secure("SCRAM-SHA-256-PLUS"));
    guard.accept(&guard.unbound().unwrap());
    assert_eq!(guard.unbound(), None);
    let short = guard.mechanism(Some(AuthRank::ScramSha1)).unwrap();
    guard.accept(&short);
    assert_eq!(guard.mechanism(Some(AuthRank::ScramSha1)), None);
    assert!(guard.mechanism(Some(AuthRank::Plain)).is_some());
    guard.accept(&guard.without_tls().unwrap());
    assert_eq!(guard.without_tls(), None);
}

#[test]
fn a_configuration_without_tls_is_a_change_and_no_attack() {
    let mut guard = Guard::default();
    guard.learn(&secure("DIGEST-SHA-256"));
    assert_eq!(guard.learn(&open("DIGEST-SHA-256")), Some(Change::TlsGivenUp));
    assert_eq!(guard.without_tls(), None);
    assert_eq!(guard.learn(&open("DIGEST-SHA-256")), None);
}

#[test]
fn a_certificate_is_trusted_for_one_domain_and_its_change_is_seen() {
    let mut guard = Guard::default();
    let now = Timestamp::from_unix_millis(5);
    guard.trust(print(1), "Chat.example", now).unwrap();
    guard.trust(print(1), "chat.EXAMPLE", now).unwrap();
    assert_eq!(guard.pins.len(), 1);
    assert!(guard.is_trusted(&print(1), "chat.example"));
    assert!(!guard.is_trusted(&print(1), "other.example"));
    assert!(!guard.is_trusted(&print(2), "chat.example"));
    assert_eq!(guard.trusted("chat.example"), [print(1)]);
    assert_eq!(guard.learn(&secure("SCRAM-SHA-1")), None);
    let other =
        Security { transport: Transport::Tls, tls: Some(facts(2)), auth: "SCRAM-SHA-1".into() };
    let change = Change::Certificate { before: print(1), was_pinned: true };
    assert_eq!(guard.learn(&other), Some(change));
    assert_eq!(guard.learn(&other), None);
    assert!(guard.distrust(&print(1)));
    assert!(!guard.distrust(&print(1)));
    for byte in 0..u8::try_from(MOST_PINS).unwrap() {
        guard.trust(print(byte), "chat.example", now).unwrap();
    }
    assert_eq!(guard.trust(print(99), "chat.example", now), Err(TooManyPins));
}

#[test]
fn it_comes_back_from_its_file() {
    let mut guard = Guard::default();
    guard.learn(&secure("SCRAM-SHA-256-PLUS"));
    guard.trust(print(7), "chat.example", Timestamp::from_unix_millis(5)).unwrap();
    guard.wanted.version = TlsVersion::V13;
    let text = serde_json::to_string(&guard).unwrap();
    assert_eq!(serde_json::from_str::<Guard>(&text).unwrap(), guard);
    assert_eq!(serde_json::from_str::<Guard>("{}").unwrap(), Guard::default());
}

#[test]
fn each_loss_has_its_words() {
    let words = |loss, least| Weaker { loss, least }.to_string();
    let md5 = Loss::Mechanism { least: AuthRank::DigestSha256, offered: Some(AuthRank::DigestMd5) };
    assert_eq!(
        words(md5, Least::Before),
        "The server asks for a weak proof of the password (MD5), though it knew SHA-256 digest \
         before. No password was sent: somebody on the way may want to learn it."
    );
    assert_eq!(
        words(Loss::Tls, Least::Before),
        "The server offers no encrypted connection, though it did before. No password was sent: \
         somebody on the way may want to learn it."
    );
    assert_eq!(
        words(Loss::Version { least: TlsVersion::V13 }, Least::Wanted),
        "The server does not offer TLS 1.3, and this account is not to go without. No password \
         was sent. Ask the provider for it."
    );
}
