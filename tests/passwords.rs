//! An account without its password asks for it, and signs in with what it is given: for this
//! time, or by the keyring, a real gnome-keyring on a bus of its own.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dovetail::lab::{ConfigOptions, Lab, User};
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const PASSWORD: &str = "correct horse battery";

/// A lab, and Alice's configuration with no password source: the keyring.
async fn lab() -> (Lab, String) {
    let lab = Lab::builder().user(User::new("alice", PASSWORD)).start().await.unwrap();
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let command = format!("password_command = \"printf %s '{PASSWORD}'\"\n");
    assert_eq!(config.matches(&command).count(), 2, "{config}");
    let config = config.replace(&command, "");
    (lab, config)
}

fn is(account: &'static str, kind: &'static str) -> impl Fn(&Value) -> bool {
    move |event| {
        event["account"]["id"] == account
            && event["account"]["state"] == "failed"
            && event["account"]["reason_kind"] == kind
    }
}

fn bus_at(address: &str) -> Vec<(&'static str, OsString)> {
    vec![("DBUS_SESSION_BUS_ADDRESS", address.into())]
}

fn password(account: &str, password: &str, keep: &str) -> Value {
    json!({ "account": account, "password": password, "keep": keep })
}

#[tokio::test]
async fn without_a_keyring_the_user_is_asked_each_time() {
    let (_lab, config) = lab().await;
    let nowhere = "unix:path=/nonexistent/bus";
    let mut alice = Instance::start_with(&config, bus_at(nowhere)).await;
    for account in ["chat", "phone"] {
        let needed = alice.wait_event(is(account, "password-needed"), PATIENCE).await;
        let reason = needed["account"]["reason"].as_str().unwrap().to_owned();
        for choice in ["no keyring service", "each time", "password_command"] {
            assert!(reason.contains(choice), "{reason}");
        }
        // Refused by the server: forgotten, and asked again.
        alice.call("account.password", password(account, "wrong", "session")).await;
        alice.wait_event(is(account, "password-wrong"), PATIENCE).await;
        alice.call("account.connect", json!({ "account": account })).await;
        alice.wait_event(is(account, "password-needed"), PATIENCE).await;
        // The keyring is wanted, and there is none: said, and used this time.
        let kept = alice.call("account.password", password(account, PASSWORD, "keyring")).await;
        assert_eq!(kept["kept"], "session");
        assert!(kept["why"].as_str().unwrap().contains("no keyring service"), "{kept}");
        let notice = alice.wait_event(|event| event["type"] == "notice", PATIENCE).await;
        assert!(notice["text"].as_str().unwrap().contains("asked for again"), "{notice}");
        let online = alice.online(account).await;
        assert_eq!(online["account"]["reason_kind"], Value::Null);
    }
    for (params, part) in [
        (password("nobody", "x", "session"), "no account"),
        (password("chat", "", "session"), "empty"),
    ] {
        let error = alice.try_call("account.password", params).await.unwrap_err();
        assert_eq!(error.data["kind"], "refused");
        assert!(error.message.contains(part), "{error:?}");
    }
    assert!(!alice.log().contains(PASSWORD));
    // The next run knows nothing of it.
    let (_, profile) = alice.quit().await;
    let mut alice = Instance::start_in_with(profile, bus_at(nowhere)).await;
    alice.wait_event(is("chat", "password-needed"), PATIENCE).await;
    // The command line gives it to the instance that runs.
    let said = set_password(alice.profile(), "chat", "--session", nowhere);
    assert!(said.contains("until Dovetail ends"), "{said}");
    alice.online("chat").await;
}

#[tokio::test]
async fn what_the_keyring_is_given_is_there_at_the_next_start() {
    let (_lab, config) = lab().await;
    let bus = Keyring::start();
    let mut alice = Instance::start_with(&config, bus_at(&bus.address)).await;
    alice.wait_event(is("phone", "password-needed"), PATIENCE).await;
    let kept = alice.call("account.password", password("phone", PASSWORD, "keyring")).await;
    assert_eq!(kept, json!({ "kept": "keyring" }));
    alice.online("phone").await;
    // Another program's line, by the socket of the instance that runs.
    alice.wait_event(is("chat", "password-needed"), PATIENCE).await;
    let said = set_password(alice.profile(), "chat", "", &bus.address);
    assert!(said.contains("is in the keyring"), "{said}");
    alice.online("chat").await;
    let (_, profile) = alice.quit().await;
    let mut alice = Instance::start_in_with(profile, bus_at(&bus.address)).await;
    for account in ["chat", "phone"] {
        alice.online(account).await;
    }
    assert!(!alice.log().contains(PASSWORD));
}

#[tokio::test]
async fn a_command_s_account_takes_one_for_this_time_only() {
    let (_lab, config) = lab().await;
    let config = config.replace("[[xmpp]]\n", "[[xmpp]]\npassword_command = \"false\"\n");
    let nowhere = "unix:path=/nonexistent/bus";
    let mut alice = Instance::start_with(&config, bus_at(nowhere)).await;
    alice.wait_event(is("chat", "password-needed"), PATIENCE).await;
    let keyring = password("chat", PASSWORD, "keyring");
    let error = alice.try_call("account.password", keyring).await.unwrap_err();
    assert!(error.message.contains("password_command"), "{error:?}");
    let kept = alice.call("account.password", password("chat", PASSWORD, "session")).await;
    assert_eq!(kept, json!({ "kept": "session" }));
    alice.online("chat").await;
}

/// `dovetail set-password`, with the password on its standard input.
fn set_password(profile: &Path, account: &str, option: &str, bus: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dovetail"))
        .arg("--profile")
        .arg(profile)
        .args(["set-password", account])
        .args(Some(option).filter(|option| !option.is_empty()))
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env("XDG_RUNTIME_DIR", profile)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{told}");
    assert!(!said.contains(PASSWORD) && !told.contains(PASSWORD));
    said
}

/// An unlocked keyring on a bus of its own; both end with it.
struct Keyring {
    address: String,
    bus: Child,
    keyring: Child,
    _home: tempfile::TempDir,
}

impl Keyring {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .env("XDG_RUNTIME_DIR", home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus is installed");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let mut keyring = Command::new("gnome-keyring-daemon")
            .args(["--components=secrets", "--foreground", "--unlock"])
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_RUNTIME_DIR", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring is installed");
        keyring.stdin.take().unwrap().write_all(b"login").unwrap();
        // It says where it is once it is there.
        let mut said = String::new();
        BufReader::new(keyring.stdout.take().unwrap()).read_line(&mut said).unwrap();
        Self { address, bus, keyring, _home: home }
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        for child in [&mut self.keyring, &mut self.bus] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
