//! `dovetail check`: each configured account by itself, against real servers.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/checks.rs"]
mod checks;
#[path = "support/instance.rs"]
mod instance;

use std::time::{Duration, Instant};

use checks::Said;
use dovetail::lab::{Cert, ConfigOptions, Digest, Lab, LabBuilder, User};
use instance::Instance;
use serde_json::{Value, json};
use tempfile::TempDir;

async fn start(plan: LabBuilder) -> (Lab, TempDir) {
    let alice = User::new("alice", "secret").tel("sip:alice@cusax.test");
    let lab = plan.user(alice).start().await.unwrap();
    let profile = TempDir::new().unwrap();
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    std::fs::write(profile.path().join("config.toml"), config).unwrap();
    (lab, profile)
}

async fn check(profile: &TempDir, options: &[&str]) -> Said {
    let profile = profile.path().to_owned();
    let mut all = vec!["check".to_owned()];
    all.extend(options.iter().map(|option| (*option).to_owned()));
    let run = move || {
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        checks::run(&profile, &all, "")
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test]
async fn each_account_has_a_table_of_its_own() {
    let (_lab, profile) = start(Lab::builder().sip_digest(Digest::Sha256)).await;
    let said = check(&profile, &[]).await;
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    for words in
        ["alice@cusax.test\n", "sip:alice@cusax.test\n", "signed in with SCRAM", "DIGEST-SHA-256"]
    {
        assert!(said.out.contains(words), "{words} in\n{}", said.out);
    }
    let said = check(&profile, &["phone", "--json"]).await;
    let reports: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(reports.as_array().unwrap().len(), 1);
    assert_eq!(reports[0]["subject"], "sip:alice@cusax.test");
    let said = check(&profile, &["nobody"]).await;
    assert_eq!(said.status, 2, "{}", said.err);
}

#[tokio::test]
async fn a_side_that_is_broken_leaves_the_other_alone() {
    let (mut lab, profile) = start(Lab::builder().sip_certificate(Cert::Expired)).await;
    let phone = check(&profile, &["phone", "--json"]).await;
    assert_eq!(phone.status, 1);
    assert_eq!(phone.verdicts("telephony", "tls"), ["problem"], "{}", phone.out);
    let chat = check(&profile, &["chat", "--json"]).await;
    assert_eq!((chat.status, chat.complaints()), (0, Vec::new()), "{}", chat.out);
    assert_eq!(chat.verdicts("together", "card"), ["ok"]);
    lab.stop_xmpp().await;
    let chat = check(&profile, &["chat", "--json"]).await;
    assert_eq!(chat.verdicts("chat", "port"), ["problem"], "{}", chat.out);
    assert_eq!(chat.verdicts("chat", "tls"), ["not-tested"]);
    assert_eq!(chat.status, 1);
}

#[tokio::test]
async fn an_account_without_a_password_is_looked_at_all_the_same() {
    let (_lab, profile) = start(Lab::builder().xmpp_only()).await;
    let path = profile.path().join("config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let without: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("password_command")).collect();
    std::fs::write(&path, without.join("\n")).unwrap();
    let said = check(&profile, &["chat", "--json"]).await;
    assert_eq!(said.verdicts("chat", "tls"), ["ok"], "{}", said.out);
    assert_eq!(said.verdicts("chat", "sign-in"), ["problem"], "{}", said.out);
    assert!(said.out.contains("There is no password"), "{}", said.out);
}

#[tokio::test]
async fn a_running_instance_tests_its_accounts_and_stays_connected() {
    let alice = User::new("alice", "secret").tel("sip:alice@cusax.test");
    let lab = Lab::builder().sip_digest(Digest::Sha256).user(alice).start().await.unwrap();
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let mut instance = Instance::start(&config).await;
    instance.online("chat").await;
    instance.online("phone").await;
    let report = instance.call("check", json!({ "account": "chat" })).await;
    assert_eq!(report["subject"], "alice@cusax.test");
    let has = |report: &Value, item: &str| {
        let mut lines = report["lines"].as_array().unwrap().iter();
        lines.any(|line| line["item"] == item && line["verdict"] == "ok")
    };
    for item in ["port", "tls", "sign-in", "card"] {
        assert!(has(&report, item), "{item}: {report}");
    }
    let report = instance.call("check", json!({ "account": "phone" })).await;
    assert!(has(&report, "sign-in"), "{report}");
    let error = instance.try_call("check", json!({ "account": "nobody" })).await.unwrap_err();
    assert!(error.message.contains("nobody"), "{error:?}");
    let status = instance.call("status", json!({})).await;
    assert_eq!(status["overall"], "online", "{status}");
}

#[tokio::test]
async fn a_test_of_a_server_that_says_nothing_is_called_off() {
    // It takes connections and never speaks.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let config = format!(
        "[[sip]]\nid = \"phone\"\naor = \"sip:alice@cusax.test\"\n\
         proxy = \"sip:127.0.0.1:{port};transport=tls\"\npassword_command = \"echo x\"\n"
    );
    let mut instance = Instance::start(&config).await;
    instance.call("status", json!({})).await;
    // By another connection, as a line is answered before the next is read.
    let profile = instance.profile().to_owned();
    let cancel = tokio::task::spawn_blocking(move || {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let all = checks::run(&profile, &["rpc", "work"], "").out;
            let all: Value = serde_json::from_str(&all).unwrap_or_default();
            if let Some(work) = all.get(0) {
                let said = (&work["kind"], &work["account"], &work["can_cancel"]);
                assert_eq!(said, (&json!("account-check"), &json!("phone"), &json!(true)));
                let which = json!({ "work": work["id"] }).to_string();
                let said = checks::run(&profile, &["rpc", "work.cancel", &which], "");
                if said.status == 0 {
                    return;
                }
            }
            assert!(Instant::now() < end, "nothing was to be called off");
        }
    });
    // On a machine under load it may be over before somebody looks.
    let mut called_off = None;
    for _ in 0..6 {
        called_off = instance.try_call("check", json!({ "account": "phone" })).await.err();
        if called_off.is_some() {
            break;
        }
    }
    assert_eq!(called_off.unwrap().data["kind"], "cancelled");
    cancel.await.unwrap();
    let ended = |event: &Value| event["type"] == "work" && event["ended"] == true;
    instance.wait_event(ended, Duration::from_secs(30)).await;
}
