//! Accounts taken over from Jitsi: shown first, added once, and good to sign in with.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::path::Path;
use std::process::{Command, Output};

use dovetail::lab::{Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;
use serde_json::json;

/// As Jitsi writes it, for this lab.
fn jitsi_file(lab: &Lab) -> String {
    let (chat, sip) = (lab.xmpp_starttls(), lab.sip(Transport::Tls));
    let of = |package: &str, node: &str, lines: &[String]| -> String {
        let prefix = format!("net.java.sip.communicator.impl.protocol.{package}.{node}");
        let lines = lines.iter().map(|line| format!("{prefix}.{line}\n")).collect::<String>();
        format!("{prefix}={node}\n{lines}")
    };
    let chat = [
        "ACCOUNT_UID=Jabber\\:alice@cusax.test@cusax.test".to_owned(),
        "USER_ID=alice@cusax.test".to_owned(),
        "ENCRYPTED_PASSWORD=aHVudGVyMg\\=\\=".to_owned(),
        "IS_SERVER_OVERRIDDEN=true".to_owned(),
        format!("SERVER_ADDRESS={}", chat.ip()),
        format!("SERVER_PORT={}", chat.port()),
    ];
    let phone = [
        "ACCOUNT_UID=SIP\\:alice@cusax.test".to_owned(),
        "USER_ID=alice@cusax.test".to_owned(),
        "SERVER_ADDRESS=cusax.test".to_owned(),
        "PROXY_AUTO_CONFIG=false".to_owned(),
        format!("PROXY_ADDRESS={}", sip.ip()),
        format!("PROXY_PORT={}", sip.port()),
        "PREFERRED_TRANSPORT=TLS".to_owned(),
        "cusax.XMPP_ACCOUNT_ID=acc1".to_owned(),
    ];
    of("jabber", "acc1", &chat) + &of("sip", "acc2", &phone)
}

fn import(profile: &Path, file: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dovetail"))
        .arg("--profile")
        .arg(profile)
        .args(["import", "jitsi"])
        .arg(file)
        .args(more)
        .output()
        .unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn jitsi_s_accounts_are_shown_added_once_and_sign_in() {
    let lab = Lab::builder().user(User::new("alice", "secret")).start().await.unwrap();
    let profile = tempfile::tempdir().unwrap();
    let file = profile.path().join("sip-communicator.properties");
    std::fs::write(&file, jitsi_file(&lab)).unwrap();
    let config = profile.path().join("config.toml");
    std::fs::write(&config, "# mine\n").unwrap();

    let shown = import(profile.path(), &file, &[]);
    assert!(shown.status.success(), "{}", words(&shown));
    for word in ["alice@cusax.test", "Would add 2 accounts", "Nothing was changed"] {
        assert!(words(&shown).contains(word), "{word}: {}", words(&shown));
    }
    assert!(!words(&shown).contains("hunter2") && !words(&shown).contains("aHVudGVyMg"));
    assert_eq!(std::fs::read_to_string(&config).unwrap(), "# mine\n");

    let added = import(profile.path(), &file, &["--add"]);
    assert!(added.status.success(), "{}", words(&added));
    let after = std::fs::read_to_string(&config).unwrap();
    assert!(after.starts_with("# mine\n") && after.contains("related_to"), "{after}");
    let again = import(profile.path(), &file, &["--add"]);
    assert!(again.status.success(), "{}", words(&again));
    assert_eq!(std::fs::read_to_string(&config).unwrap(), after, "never twice");

    // What the user adds: the password, and the lab's own authority.
    let secret = format!("password_command = \"printf secret\"\nca_file = {:?}\n", lab.ca_file());
    let mine = after.replace("\njid = ", &format!("\n{secret}jid = "));
    let mine = mine.replace("\naor = ", &format!("\n{secret}aor = "));
    let mut alice = Instance::start(&mine).await;
    let status = alice.call("status", json!({})).await;
    assert_eq!(status["accounts"][0]["related_to"], status["accounts"][1]["id"], "{status}");
    for kind in ["xmpp", "sip"] {
        let online = move |event: &serde_json::Value| {
            event["account"]["kind"] == kind && event["account"]["state"] == "online"
        };
        alice.wait_event(online, std::time::Duration::from_secs(20)).await;
    }
}

#[test]
fn a_file_that_is_none_is_told_and_nothing_changes() {
    let profile = tempfile::tempdir().unwrap();
    let file = profile.path().join("sip-communicator.properties");
    let missing = import(profile.path(), &file, &["--add"]);
    assert_eq!(missing.status.code(), Some(1), "{}", words(&missing));
    assert!(words(&missing).contains("sip-communicator.properties"), "{}", words(&missing));
    assert!(!profile.path().join("config.toml").exists());
    let usage = import(profile.path(), &file, &["--fly"]);
    assert_eq!(usage.status.code(), Some(2));
}
