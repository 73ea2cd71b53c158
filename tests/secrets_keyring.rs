//! Passwords in a real keyring: gnome-keyring on a session bus of its own. The test runs
//! itself again under `dbus-run-session`, with a home of its own.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use dovetail::config::PasswordSource;
use dovetail::model::fault::Fault;
use dovetail::secrets::{
    CHAT_SERVICE, TELEPHONY_SERVICE, forget_password, password, store_password,
};
use zeroize::Zeroizing;

const STAGE: &str = "DOVETAIL_TEST_KEYRING_STAGE";

#[test]
fn passwords_are_kept_found_and_missed() {
    match std::env::var(STAGE).as_deref() {
        Ok("unlocked") => return unlocked(),
        Ok("locked") => return locked(),
        Ok("none") => return none(),
        _ => {}
    }
    let home = tempfile::tempdir().unwrap();
    again(home.path(), "unlocked", true);
    again(home.path(), "locked", true);
    again(home.path(), "none", false);
}

/// Runs this test again in a world of its own.
fn again(home: &Path, stage: &str, bus: bool) {
    let this = std::env::current_exe().unwrap();
    let mut command = if bus {
        let mut command = Command::new("dbus-run-session");
        command.arg("--").arg(this);
        command
    } else {
        Command::new(this)
    };
    let output = command
        .args(["--exact", "passwords_are_kept_found_and_missed", "--nocapture"])
        .env(STAGE, stage)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home.join(format!("run-{stage}")))
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("dbus-run-session is installed");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{stage}: {}\n{told}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// Starts the keyring; it ends with the bus.
fn start_keyring(unlock: Option<&str>) {
    std::fs::create_dir_all(std::env::var("XDG_RUNTIME_DIR").unwrap()).unwrap();
    let mut command = Command::new("gnome-keyring-daemon");
    command.args(["--components=secrets", "--daemonize"]);
    if unlock.is_some() {
        command.arg("--unlock");
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("gnome-keyring is installed");
    if let Some(password) = unlock {
        child.stdin.as_mut().unwrap().write_all(password.as_bytes()).unwrap();
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn get(service: &str, account: &str) -> Result<String, Fault> {
    password(&PasswordSource::Keyring, service, account).await.map(|found| found.to_string())
}

fn reason(result: Result<String, Fault>) -> String {
    match result {
        Err(Fault::NoPassword(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

fn unlocked() {
    start_keyring(Some("login"));
    runtime().block_on(async {
        let (alice, keep) = ("alice@cusax.test", |text: &str| Zeroizing::new(text.to_owned()));
        assert!(reason(get(CHAT_SERVICE, alice).await).contains("holds none"));
        store_password(CHAT_SERVICE, alice, keep("first")).await.unwrap();
        store_password(CHAT_SERVICE, alice, keep("sécret 1")).await.unwrap();
        store_password(TELEPHONY_SERVICE, alice, keep("other")).await.unwrap();
        assert_eq!(get(CHAT_SERVICE, alice).await.unwrap(), "sécret 1");
        assert_eq!(get(TELEPHONY_SERVICE, alice).await.unwrap(), "other");
        forget_password(TELEPHONY_SERVICE, alice).await.unwrap();
        forget_password(TELEPHONY_SERVICE, alice).await.unwrap();
        assert!(reason(get(TELEPHONY_SERVICE, alice).await).contains("holds none"));
    });
}

/// The password of the stage before is there, and the store is locked.
fn locked() {
    start_keyring(None);
    runtime().block_on(async {
        let reason = reason(get(CHAT_SERVICE, "alice@cusax.test").await);
        assert!(reason.contains("locked"), "{reason}");
    });
}

fn none() {
    runtime().block_on(async {
        let reason = reason(get(CHAT_SERVICE, "alice@cusax.test").await);
        assert!(reason.contains("no keyring service"), "{reason}");
    });
}
