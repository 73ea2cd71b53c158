//! What protects the way to the server, against real servers and on both sides alike: each bad
//! certificate, TLS that is too old, and less than before are refused with words of their own, and
//! before the password is so much as looked up (CUSAX C64–C66).

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::path::{Path, PathBuf};
use std::time::Duration;

use dovetail::lab::{Cert, ConfigOptions, Digest, Lab, LabBuilder, User};
use instance::Instance;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use sha2::Digest as _;
use tempfile::TempDir;

/// What a fault may take where the network answers at once.
const AT_ONCE: Duration = Duration::from_secs(10);
const BOTH: [&str; 2] = ["chat", "phone"];

fn lab() -> LabBuilder {
    Lab::builder().user(User::new("alice", "secret")).sip_digest(Digest::Sha256)
}

/// The way to alice's accounts, and a file that is there once a password was looked up.
struct Way {
    config: String,
    asked: PathBuf,
}

fn way(lab: &Lab) -> Way {
    let asked = lab.directory().join("password-was-asked-for");
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let command = "printf %s 'secret'";
    assert_eq!(config.matches(command).count(), 2, "{config}");
    let asking = format!("touch '{}'; {command}", asked.display());
    Way { config: config.replace(command, &asking), asked }
}

/// A profile for this way, with what an earlier one remembered.
fn profile(way: &Way) -> TempDir {
    let profile = tempfile::Builder::new().prefix("dovetail-profile-").tempdir().unwrap();
    write_config(&profile, way);
    profile
}

fn write_config(profile: &TempDir, way: &Way) {
    std::fs::write(profile.path().join("config.toml"), &way.config).unwrap();
}

/// The account's first failure.
async fn fault(instance: &mut Instance, account: &str) -> Value {
    let failed = |event: &Value| {
        event["type"] == "account"
            && event["account"]["id"] == account
            && event["account"]["state"] == "failed"
    };
    let event = instance.wait_event(failed, AT_ONCE).await;
    println!("{account}: {}", event["account"]["reason"].as_str().unwrap());
    event["account"].clone()
}

#[track_caller]
fn says(account: &Value, words: &str) {
    let reason = account["reason"].as_str().unwrap_or_default();
    assert!(reason.contains(words), "“{reason}” does not say “{words}”");
    assert!(reason.contains("o password was sent"), "“{reason}”");
    assert!(["not-secure", "weaker"].contains(&account["reason_kind"].as_str().unwrap()));
}

#[tokio::test]
async fn each_bad_certificate_is_refused_on_both_sides_before_a_password_is_looked_up() {
    for (kind, words) in [
        (Cert::Expired, "certificate has expired"),
        (Cert::NotYetValid, "certificate is not valid yet"),
        (Cert::WrongName, "certificate is not for “cusax.test”"),
        (Cert::SelfSigned, "signed by nobody but itself"),
        (Cert::UnknownIssuer, "comes from an unknown issuer"),
        (Cert::WeakKey, "has a key that is too weak (RSA 1024)"),
        (Cert::Sha1, "signed by a method that can be forged (SHA-1 with ECDSA)"),
    ] {
        let lab = lab().xmpp_certificate(kind).sip_certificate(kind).start().await.unwrap();
        let way = way(&lab);
        let mut alice = Instance::start(&way.config).await;
        for account in BOTH {
            says(&fault(&mut alice, account).await, words);
        }
        alice.quit().await;
        assert!(!way.asked.exists(), "{kind:?}: a password was asked for");
    }
}

#[tokio::test]
async fn tls_1_1_is_refused_on_both_sides_with_its_own_words() {
    let lab = lab().old_tls().start().await.unwrap();
    let way = way(&lab);
    let mut alice = Instance::start(&way.config).await;
    for account in BOTH {
        says(&fault(&mut alice, account).await, "offers only TLS older than 1.2");
    }
    alice.quit().await;
    assert!(!way.asked.exists());
}

#[tokio::test]
async fn less_than_at_the_last_sign_in_is_refused_after_a_restart_as_well() {
    let strong = lab().start().await.unwrap();
    let good = way(&strong);
    let mut alice = Instance::start(&good.config).await;
    for account in BOTH {
        let online = alice.online(account).await;
        let auth = online["account"]["security"]["auth"].as_str().unwrap();
        assert!(auth.contains("SHA-256"), "{auth}");
    }
    let (_, profile) = alice.quit().await;
    let kept = std::fs::read_to_string(profile.path().join("security.json")).unwrap();
    assert!(!kept.contains("secret\"") && kept.contains("\"chat\""), "{kept}");
    drop(strong);

    // The same domain and a good certificate, but somebody who asks for less.
    let weak = lab().xmpp_plain_only().sip_digest(Digest::Md5).start().await.unwrap();
    let less = way(&weak);
    write_config(&profile, &less);
    let mut alice = Instance::start_in(profile).await;
    let chat = fault(&mut alice, "chat").await;
    says(&chat, "asks for the password itself (PLAIN), though it knew SCRAM-SHA-256 before");
    let phone = fault(&mut alice, "phone").await;
    says(&phone, "weak proof of the password (MD5), though it knew SHA-256 digest before");
    for account in [&chat, &phone] {
        assert!(account["retry_in"].is_null(), "it is not tried again by itself: {account}");
    }
    let (_, profile) = alice.quit().await;
    assert!(!less.asked.exists(), "nothing can have been made of a password");

    // A new profile knows nothing of it: that is what the memory is for.
    let fresh = self::profile(&less);
    let mut alice = Instance::start_in(fresh).await;
    for account in BOTH {
        alice.online(account).await;
    }
    alice.quit().await;

    // Without a word about it, a damaged memory would be the same.
    std::fs::write(profile.path().join("security.json"), "{").unwrap();
    let mut alice = Instance::start_in(profile).await;
    let told = |event: &Value| {
        event["type"] == "notice"
            && event["text"].as_str().is_some_and(|text| text.contains("security.json.damaged"))
    };
    alice.wait_event(told, AT_ONCE).await;
    let (_, profile) = alice.quit().await;
    assert!(profile.path().join("security.json.damaged").exists());
}

fn fingerprint(file: &Path) -> String {
    let certificate = CertificateDer::from_pem_file(file).unwrap();
    let hash = sha2::Sha256::digest(&certificate);
    hash.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[tokio::test]
async fn a_certificate_that_the_user_trusts_signs_in_and_its_change_is_told() {
    let self_signed =
        || lab().xmpp_certificate(Cert::SelfSigned).sip_certificate(Cert::SelfSigned).start();
    let known = self_signed().await.unwrap();
    let way = self::way(&known);
    let profile = profile(&way);
    let pins = |name: &str| {
        let fingerprint = fingerprint(&known.directory().join(name));
        json!([{ "fingerprint": fingerprint, "domain": "cusax.test",
                 "since": "2026-01-01T00:00:00.000Z" }])
    };
    let file = json!({ "version": 1, "accounts": {
        "chat": { "address": known.jid("alice").unwrap(), "pins": pins("xmpp.pem") },
        "phone": { "address": known.aor("alice").unwrap(), "pins": pins("sip.pem") },
    }});
    std::fs::write(profile.path().join("security.json"), file.to_string()).unwrap();
    let mut alice = Instance::start_in(profile).await;
    for account in BOTH {
        let online = alice.online(account).await;
        let tls = &online["account"]["security"]["tls"];
        assert_eq!((&tls["pinned"], &tls["peer_verified"]), (&json!(true), &json!(false)));
        assert_eq!(tls["certificate"]["key"], "ECDSA P-256");
    }
    let (_, profile) = alice.quit().await;
    drop(known);

    // As if somebody were in between, with a certificate of their own making.
    let other = self_signed().await.unwrap();
    let way = self::way(&other);
    write_config(&profile, &way);
    let mut alice = Instance::start_in(profile).await;
    for account in BOTH {
        let account = fault(&mut alice, account).await;
        says(&account, "The server's certificate changed: it is not the one that you trusted");
    }
    alice.quit().await;
    assert!(!way.asked.exists());
}
