//! Where a password is after a full run: in no file of the profile, in no log, and in no core
//! dump of the process that goes on running. The real program signs in to real servers, writes,
//! calls, and its memory is read as a debugger would.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/figures.rs"]
mod figures;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/memory.rs"]
mod memory;

use std::path::Path;
use std::time::Duration;

use dovetail::lab::{ConfigOptions, Digest, Lab, User};
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
/// Long, so that a fragment that something overwrote by half is found as well.
const PASSWORD: &str = "the-quick-brown-fox-jumps-over-13-lazy-dogs";

async fn lab(digest: Digest) -> Lab {
    Lab::builder()
        .sip_digest(digest)
        .user(User::new("alice", PASSWORD).contact("bob").tel("sip:alice@cusax.test"))
        .user(User::new("bob", "another").contact("alice").tel("sip:bob@cusax.test"))
        .start()
        .await
        .unwrap()
}

/// Alice's configuration with the password in a file of its own, outside the profile, as a
/// password manager would have it.
fn by_command(lab: &Lab, vault: &Path) -> String {
    std::fs::write(vault, format!("{PASSWORD}\n")).unwrap();
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let command = format!("cat {}", vault.display());
    let config = config.replace(&format!("printf %s '{PASSWORD}'"), &command);
    assert!(config.contains(&command) && !config.contains(PASSWORD), "{config}");
    config
}

fn call_is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["call"]["state"] == state
}

/// A message and a call.
async fn talk(alice: &mut Instance, bob: &mut Instance) {
    let callable = |event: &Value| event["contact"]["can"]["audio"] == true;
    alice.wait_event(callable, PATIENCE).await;
    alice.call("message.send", json!({ "to": "bob@cusax.test", "body": "hello" })).await;
    bob.wait_event(|event| event["entry"]["body"] == "hello", PATIENCE).await;
    let placed = alice.call("call", json!({ "to": "sip:bob@cusax.test" })).await;
    let incoming = bob.wait_event(call_is("incoming"), PATIENCE).await;
    bob.call("call.answer", json!({ "call": incoming["call"]["id"] })).await;
    alice.wait_event(call_is("active"), PATIENCE).await;
    alice.call("call.hangup", json!({ "call": placed["call"] })).await;
    bob.wait_event(call_is("ended"), PATIENCE).await;
}

/// Parts that tell the password as well as the whole of it.
fn parts() -> [&'static str; 3] {
    [PASSWORD, &PASSWORD[..24], &PASSWORD[19..]]
}

fn assert_not_in_memory(instance: &Instance, when: &str) {
    let process = instance.id().expect("it runs");
    let control = memory::found(process, "alice@cusax.test").expect("this process may be read");
    assert!(!control.is_empty(), "the search finds what is there");
    for part in parts() {
        let found = memory::found(process, part).unwrap();
        assert!(found.is_empty(), "{when}: “{part}” is in memory: {found:?}");
    }
}

fn assert_not_in_files(folder: &Path) -> u64 {
    let mut searched = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            searched += assert_not_in_files(&path);
        } else if let Ok(bytes) = std::fs::read(&path) {
            searched += bytes.len() as u64;
            for (coding, needle) in parts().into_iter().flat_map(memory::encodings) {
                assert_eq!(memory::count(&bytes, &needle), 0, "{coding} in {}", path.display());
            }
        }
    }
    searched
}

#[tokio::test]
async fn after_a_full_run_the_password_is_nowhere() {
    for digest in [Digest::Md5, Digest::Sha256] {
        let mut lab = lab(digest).await;
        let vault = tempfile::NamedTempFile::new().unwrap();
        let mut alice = Instance::start(&by_command(&lab, vault.path())).await;
        let bob = lab.config_toml("bob", &ConfigOptions::default()).unwrap();
        let mut bob = Instance::start(&bob).await;
        for account in ["chat", "phone"] {
            alice.online(account).await;
        }
        assert_not_in_memory(&alice, "just signed in");
        bob.online("phone").await;
        talk(&mut alice, &mut bob).await;
        sign_in_again(&mut lab, &mut alice).await;
        assert_not_in_memory(&alice, "after a message, a call and another sign-in");
        assert!(!alice.log().contains(PASSWORD));
        let (ended, profile) = alice.quit().await;
        assert!(ended.success());
        let searched = assert_not_in_files(profile.path());
        figures::tell(&format!(
            "passwords: not in memory after sign-in and after a day, not in {searched} octets of \
             the profile ({digest:?})"
        ));
    }
}

/// The telephony server goes and comes back: signing in again needs the password again.
async fn sign_in_again(lab: &mut Lab, alice: &mut Instance) {
    let phone_is = |state: &'static str| {
        move |event: &Value| event["account"]["id"] == "phone" && event["account"]["state"] == state
    };
    alice.forget_events();
    lab.stop_sip().await;
    alice.wait_event(phone_is("failed"), PATIENCE).await;
    lab.start_sip().await.unwrap();
    alice.call("account.connect", json!({ "account": "phone" })).await;
    alice.wait_event(phone_is("online"), PATIENCE).await;
}

/// What the user gives for this time has to be somewhere: in one place, so that connections that
/// break are made again, and gone once it is refused.
#[tokio::test]
async fn a_password_for_this_time_is_in_memory_and_nowhere_else() {
    let lab = lab(Digest::Sha256).await;
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let printing = format!("password_command = \"printf %s '{PASSWORD}'\"\n");
    let config = config.replace(&printing, "");
    assert!(!config.contains(PASSWORD), "{config}");
    let no_bus = ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus".into());
    let mut alice = Instance::start_with(&config, vec![no_bus]).await;
    for account in ["chat", "phone"] {
        let needed = move |event: &Value| {
            event["account"]["id"] == account
                && event["account"]["reason_kind"] == "password-needed"
        };
        alice.wait_event(needed, PATIENCE).await;
    }
    let socket = alice.profile().join("dovetail.sock");
    for account in ["chat", "phone"] {
        // By the socket: what comes by standard input passes a buffer that is not ours.
        let params = json!({ "account": account, "password": PASSWORD });
        let socket = socket.clone();
        let answer = tokio::task::spawn_blocking(move || {
            dovetail::rpc::client::call(&socket, "account.password", Some(&params.to_string()))
        });
        let answer = answer.await.unwrap().unwrap();
        let kept = dovetail::rpc::client::Outcome::Result(json!({ "kept": "session" }));
        assert_eq!(answer, kept);
        alice.online(account).await;
    }
    let process = alice.id().unwrap();
    let found = memory::found(process, PASSWORD).unwrap();
    let times: usize = found.iter().map(|(.., times)| times).sum();
    // Once an account.
    assert_eq!(times, 2, "{found:?}");
    assert!(!alice.log().contains(PASSWORD));
    let (ended, profile) = alice.quit().await;
    assert!(ended.success());
    assert_not_in_files(profile.path());
}
