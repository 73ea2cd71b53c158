//! A profile belongs to one user and one instance.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use dovetail::lab::{ConfigOptions, Lab, User};
use instance::Instance;
use serde_json::json;

/// Everything below a directory that others may read, write or list.
fn open_to_others(directory: &Path) -> Vec<PathBuf> {
    let mut all = vec![directory.to_path_buf()];
    let mut open = Vec::new();
    while let Some(path) = all.pop() {
        let meta = std::fs::symlink_metadata(&path).unwrap();
        if meta.is_dir() {
            all.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        // What the test's own shell writes beside.
        let own = path.file_name().is_some_and(|name| name == "stderr.log");
        if !own && meta.permissions().mode() & 0o077 != 0 {
            open.push(path);
        }
    }
    open
}

fn again(profile: &Path) -> String {
    let second = Command::new(env!("CARGO_BIN_EXE_dovetail"))
        .arg("--profile")
        .arg(profile)
        .arg("--headless")
        .output()
        .unwrap();
    assert!(!second.status.success());
    String::from_utf8(second.stderr).unwrap()
}

/// What is said when an address cannot be opened.
fn refused(profile: &Path, uri: &str, status: i32) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    let second = command.arg("--profile").arg(profile).arg(uri).output().unwrap();
    assert_eq!(second.status.code(), Some(status), "{second:?}");
    String::from_utf8(second.stderr).unwrap()
}

#[tokio::test]
async fn a_profile_is_the_user_s_alone_and_one_instance_s_at_a_time() {
    let lab =
        Lab::builder().user(User::new("alice", "secret").contact("bob")).start().await.unwrap();
    let config = lab.config_toml("alice", &ConfigOptions::default()).unwrap();
    let mut alice = Instance::start(&config).await;
    alice.online("chat").await;
    alice.online("phone").await;
    alice.call("message.send", json!({ "to": "bob@cusax.test", "body": "hi" })).await;
    alice.call("history", json!({ "with": "bob@cusax.test" })).await;
    assert_eq!(open_to_others(alice.profile()), Vec::<PathBuf>::new());
    let said = again(alice.profile());
    assert!(said.contains("already runs with this profile"), "{said}");
    let said = refused(alice.profile(), "tel:+13035551212", 1);
    assert!(said.contains("has no window"), "{said}");
    assert!(refused(alice.profile(), "https://cusax.test/", 2).contains("begins with sip:"));
    let error = alice.try_call("window.raise", json!({})).await.unwrap_err();
    assert_eq!((error.code, &error.data["kind"]), (10, &json!("no-window")));
    let error = alice.try_call("open", json!({ "uri": "xmpp:" })).await.unwrap_err();
    assert_eq!((error.code, &error.data["kind"]), (7, &json!("invalid-address")));
    // What was left open, by a copy or a backup, is closed at the next start; so is a profile
    // whose instance was killed started again.
    let profile = alice.kill().await;
    for name in ["config.toml", "history.sqlite", "security.json", "."] {
        let path = profile.path().join(name);
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    assert!(!open_to_others(profile.path()).is_empty());
    let mut alice = Instance::start_in(profile).await;
    alice.online("chat").await;
    assert_eq!(open_to_others(alice.profile()), Vec::<PathBuf>::new());
    assert!(alice.log().contains("others could read this"), "{}", alice.log());
}
