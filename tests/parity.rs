//! Both sides' protection against real servers: a difference is told in words, both are made secure
//! with one word, what a server cannot do is said, and nothing is given up but on the user's word
//! (CUSAX C61–C63, C65).

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::net::SocketAddr;
use std::time::Duration;

use dovetail::lab::{Cert, ConfigOptions, Digest, Lab, LabBuilder, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(20);
const DIFFERS: &str = "Telephony is not encrypted, Chat is.";

/// Who has the port of SIP over TLS on this machine.
static TLS_PORT: Mutex<()> = Mutex::const_new(());

fn lab() -> LabBuilder {
    Lab::builder()
        .sip_digest(Digest::Sha256)
        .user(User::new("alice", "secret").contact("bob"))
        .user(User::new("bob", "secret").contact("alice").tel("sip:bob@cusax.test"))
}

/// The telephony server's TLS at the port that has it everywhere: lab servers listen elsewhere.
async fn usual_port(to: SocketAddr) -> JoinHandle<()> {
    let listener = TcpListener::bind("127.0.0.1:5061").await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                if let Ok(mut server) = TcpStream::connect(to).await {
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    })
}

fn over_udp(lab: &Lab) -> String {
    let options = ConfigOptions { transport: Transport::Udp, ..ConfigOptions::default() };
    lab.config_toml("alice", &options).unwrap()
}

async fn state(instance: &mut Instance, account: &'static str, state: &'static str) -> Value {
    let is_so = move |event: &Value| {
        event["account"]["id"] == account && event["account"]["state"] == state
    };
    instance.wait_event(is_so, PATIENCE).await["account"].clone()
}

async fn notice(instance: &mut Instance, words: &'static str) -> Value {
    let says = move |event: &Value| {
        event["type"] == "notice" && event["text"].as_str().is_some_and(|text| text.contains(words))
    };
    instance.wait_event(says, PATIENCE).await
}

fn first_contact(lab: &Lab, user: &str) -> String {
    lab.config_toml(user, &ConfigOptions::default()).unwrap()
}

#[tokio::test]
async fn a_difference_is_told_and_both_sides_are_made_secure_with_one_word() {
    let _port = TLS_PORT.lock().await;
    let lab = lab().start().await.unwrap();
    let relay = usual_port(lab.sip(Transport::Tls)).await;
    let config = over_udp(&lab);
    let mut alice = Instance::start(&config).await;
    notice(&mut alice, DIFFERS).await;
    let report = alice.call("security", json!({})).await;
    assert_eq!(report["level"], "mismatch");
    assert_eq!(report["difference"], DIFFERS);
    assert_eq!(report["can_raise"], true);
    assert!(report["accounts"][0]["level"].as_u64().unwrap() >= 3, "{report}");
    assert_eq!(report["accounts"][1]["level"], 0);
    assert_eq!(report["accounts"][1]["sound"], 0);
    let certificate = &report["accounts"][0]["security"]["tls"]["certificate"];
    assert_eq!(certificate["fingerprint"].as_str().unwrap().len(), 95, "{report}");

    alice.forget_events();
    let raised = alice.call("security.raise", json!({})).await;
    let changes = raised["changes"].to_string();
    assert!(changes.contains("Telephony connects again: over TLS"), "{raised}");
    notice(&mut alice, "Telephony is secure now.").await;
    let report = alice.call("security", json!({})).await;
    assert_eq!(report["level"], "equal", "{report}");
    assert_eq!(report["can_raise"], false);
    assert_eq!(report["accounts"][1]["level"], 3);
    assert_eq!(report["accounts"][1]["srtp"], "required");
    assert_eq!(report["accounts"][1]["security"]["transport"], "tls");

    // What is said is encrypted now as well.
    let mut bob = Instance::start(&first_contact(&lab, "bob")).await;
    bob.online("phone").await;
    let call = alice.call("call", json!({ "to": "sip:bob@cusax.test" })).await["call"].clone();
    let incoming = |event: &Value| event["call"]["state"] == "incoming";
    let incoming = bob.wait_event(incoming, PATIENCE).await["call"]["id"].clone();
    bob.call("call.answer", json!({ "call": incoming })).await;
    let active = |event: &Value| event["call"]["state"] == "active";
    let active = alice.wait_event(active, PATIENCE).await;
    assert_eq!(active["call"]["media"]["srtp"], "sdes", "{active}");
    assert_eq!(alice.call("security", json!({})).await["calls"][0]["level"], 1);
    alice.call("call.hangup", json!({ "call": call })).await;

    // It lasts, and the configuration is as it was.
    let (_, profile) = alice.quit().await;
    assert_eq!(std::fs::read_to_string(profile.path().join("config.toml")).unwrap(), config);
    let mut alice = Instance::start_in(profile).await;
    let phone = state(&mut alice, "phone", "online").await;
    assert_eq!((&phone["security"]["transport"], &phone["level"]), (&json!("tls"), &json!(3)));
    relay.abort();
}

#[tokio::test]
async fn what_a_server_cannot_do_is_said_and_disconnecting_is_offered() {
    let _port = TLS_PORT.lock().await;
    let lab = lab().start().await.unwrap();
    let mut alice = Instance::start(&over_udp(&lab)).await;
    notice(&mut alice, DIFFERS).await;
    alice.call("security.raise", json!({})).await;
    notice(&mut alice, "Telephony cannot be made secure.").await;
    let failed = state(&mut alice, "phone", "failed").await;
    assert_eq!(failed["reason_kind"], "weaker", "{failed}");
    assert_eq!(
        (&failed["weaker"]["what"], &failed["weaker"]["least"]),
        (&json!("tls"), &json!("wanted"))
    );
    let report = alice.call("security", json!({})).await;
    assert_eq!(report["cannot"][0]["account"], "phone", "{report}");
    assert!(report["cannot"][0]["advice"].as_str().unwrap().contains("Disconnect it"));

    // As before, on the user's word.
    alice.forget_events();
    alice.call("account.accept_weaker", json!({ "account": "phone" })).await;
    let online = state(&mut alice, "phone", "online").await;
    assert_eq!(online["security"]["transport"], "udp");

    // Or not at all.
    alice.call("security.raise", json!({})).await;
    state(&mut alice, "phone", "failed").await;
    alice.forget_events();
    alice.call("account.disconnect", json!({ "account": "phone" })).await;
    let rests = state(&mut alice, "phone", "offline").await;
    assert_eq!(rests["reason_kind"], "disconnected", "{rests}");
    assert_eq!(alice.call("status", json!({})).await["overall"], "partial");
    alice.call("account.connect", json!({ "account": "phone" })).await;
    let failed = state(&mut alice, "phone", "failed").await;
    assert_eq!(failed["reason_kind"], "weaker", "what is wanted was not given up: {failed}");
}

#[tokio::test]
async fn a_server_that_asks_for_the_password_now_gets_it_on_the_user_s_word_alone() {
    let strong = lab().start().await.unwrap();
    let mut alice = Instance::start(&first_contact(&strong, "alice")).await;
    alice.online("chat").await;
    let (_, profile) = alice.quit().await;
    drop(strong);
    let weak = lab().xmpp_plain_only().start().await.unwrap();
    std::fs::write(profile.path().join("config.toml"), first_contact(&weak, "alice")).unwrap();
    let mut alice = Instance::start_in(profile).await;
    let failed = state(&mut alice, "chat", "failed").await;
    assert_eq!(failed["reason_kind"], "weaker", "{failed}");
    assert_eq!(failed["weaker"]["least"], "before", "{failed}");
    assert!(failed["reason"].as_str().unwrap().contains("No password was sent"), "{failed}");
    assert_eq!(failed["retry_in"], Value::Null, "it is not tried by itself");
    alice.call("account.accept_weaker", json!({ "account": "chat" })).await;
    let online = state(&mut alice, "chat", "online").await;
    assert_eq!((&online["security"]["auth"], &online["level"]), (&json!("PLAIN"), &json!(2)));
    notice(&mut alice, "Chat signs in with a weak method, Telephony with a strong one.").await;
}

#[tokio::test]
async fn a_certificate_is_looked_at_trusted_and_trusted_no_more() {
    let lab = lab().xmpp_certificate(Cert::SelfSigned).start().await.unwrap();
    let mut alice = Instance::start(&first_contact(&lab, "alice")).await;
    let failed = state(&mut alice, "chat", "failed").await;
    let shown = &failed["certificate"];
    assert_eq!(shown["can_trust"], true, "{failed}");
    let fingerprint = shown["facts"]["fingerprint"].clone();
    let other = format!("{}00", &fingerprint.as_str().unwrap()[..93]);
    let other = json!({ "account": "chat", "fingerprint": other });
    if other["fingerprint"] != fingerprint {
        assert!(alice.try_call("account.trust", other).await.is_err());
    }
    let this = json!({ "account": "chat", "fingerprint": fingerprint });
    alice.call("account.trust", this.clone()).await;
    let online = state(&mut alice, "chat", "online").await;
    assert_eq!(online["security"]["tls"]["pinned"], true, "{online}");
    assert!(online["level"].as_u64().unwrap() >= 3, "{online}");
    // It lasts.
    let (_, profile) = alice.quit().await;
    let mut alice = Instance::start_in(profile).await;
    state(&mut alice, "chat", "online").await;
    alice.forget_events();
    alice.call("account.distrust", this).await;
    let failed = state(&mut alice, "chat", "failed").await;
    assert_eq!(failed["certificate"]["facts"]["fingerprint"], fingerprint);
}
