//! The history as scripts and the command line meet it: found, written out, deleted; and told of
//! when it is not kept.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use dovetail::model::call::Direction;
use dovetail::model::message::{Entry, EntryKind, MessageState};
use dovetail::model::time::Timestamp;
use dovetail::store::Store;
use instance::Instance;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const BOB: &str = "bob@cusax.test";

fn dovetail(profile: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dovetail"));
    command.arg("--profile").arg(profile).args(arguments).env("XDG_RUNTIME_DIR", profile);
    command.env_remove("RUST_LOG").stdin(std::process::Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A profile with a history: twenty messages with bob, ten with carol, one that waits.
async fn profile() -> tempfile::TempDir {
    let profile = tempfile::tempdir().unwrap();
    std::fs::write(profile.path().join("config.toml"), "").unwrap();
    let store = Store::open(&profile.path().join("history.sqlite")).unwrap();
    for n in 0..31 {
        let direction = if n % 2 == 0 { Direction::Out } else { Direction::In };
        let state = if n == 30 { MessageState::Queued } else { MessageState::Sent };
        let entry = Entry {
            id: format!("m{n}"),
            kind: EntryKind::Message,
            with: if n % 3 == 2 { "carol@cusax.test" } else { BOB }.to_owned(),
            direction,
            at: Timestamp::from_unix_millis(1_700_000_000_000 + n * 1_000),
            body: Some(format!("Treffen im Café um {n}, 我在北京 👍")),
            state: (direction == Direction::Out).then_some(state),
            reason: None,
            call: None,
        };
        store.save(&"chat".into(), entry).await.unwrap();
    }
    store.close().await;
    profile
}

fn ids(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn it_is_searched_written_out_and_deleted_and_the_faces_follow() {
    let mut instance = Instance::start_in(profile().await).await;
    let found = instance.call("history.search", json!({ "text": "cafe 29" })).await;
    assert_eq!(ids(&found), ["m29"]);
    let asked = json!({ "text": "北京", "with": "carol@cusax.test", "limit": 2 });
    assert_eq!(ids(&instance.call("history.search", asked).await), ["m26", "m29"]);
    let odd = instance.call("history.search", json!({ "text": "\" OR NEAR( * -👎" })).await;
    assert_eq!(odd, json!([]));

    let counted = instance.call("history.count", json!({})).await;
    assert_eq!((&counted["entries"], &counted["waiting"]), (&json!(30), &json!(1)));
    assert_eq!(counted["first"], json!(Timestamp::from_unix_millis(1_700_000_000_000).to_string()));
    assert!(counted["bytes"].as_u64().unwrap() > 4_096);
    let asked = json!({ "with": BOB, "before": "2023-11-14T22:13:30.000Z" });
    let counted = instance.call("history.count", asked).await;
    assert_eq!((&counted["entries"], &counted["waiting"]), (&json!(7), &json!(0)));

    let written = instance.call("history.export", json!({ "with": BOB })).await;
    assert_eq!(written["entries"], 21);
    let path = Path::new(written["path"].as_str().unwrap());
    assert_eq!(path.parent(), Some(instance.profile()));
    let lines = std::fs::read_to_string(path).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((first["id"].as_str(), first["account"].as_str()), (Some("m0"), Some("chat")));
    for bad in [json!("out.jsonl"), written["path"].clone(), json!("/nowhere/at/all")] {
        let error = instance.try_call("history.export", json!({ "path": bad })).await.unwrap_err();
        assert_eq!(error.data["kind"], "refused", "{error:?}");
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), lines, "it was left alone");

    let unread = instance.call("conversations", json!({})).await;
    assert_eq!(unread.as_array().unwrap().len(), 2);
    let error = instance.try_call("history.delete", json!({})).await.unwrap_err();
    assert_eq!(error.code, -32602);
    let deleted = instance.call("history.delete", json!({ "with": BOB })).await;
    assert_eq!(deleted, json!({ "deleted": 20, "waiting": 1 }));
    let event = instance.wait_event(|event| event["type"] == "history.deleted", PATIENCE).await;
    assert_eq!((&event["with"], &event["deleted"]), (&json!(BOB), &json!(20)));
    let left = instance.call("history", json!({ "with": BOB })).await;
    assert_eq!(ids(&left), ["m30"], "it waits to be sent");
    let talks = instance.call("conversations", json!({})).await;
    let bob = talks.as_array().unwrap().iter().find(|talk| talk["with"] == BOB).unwrap();
    assert_eq!((&bob["unread"], &bob["last"]["id"]), (&json!(0), &json!("m30")));
    // By the command line, through the instance that runs.
    let output = dovetail(instance.profile(), &["history", "delete", "--all", "--yes"]);
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stdout).starts_with("10 entries were deleted. 1 messages wait"));
    let event = instance.wait_event(|event| event["type"] == "history.deleted", PATIENCE).await;
    assert!(event["with"].is_null());
    assert_eq!(instance.call("history.search", json!({ "text": "cafe" })).await[0]["id"], "m30");
}

#[tokio::test]
async fn the_command_line_shows_before_it_deletes_and_writes_out() {
    let profile = profile().await;
    let path = profile.path();
    let output = dovetail(path, &["history", "export"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout).lines().count(), 31);
    let file = path.join("out.jsonl");
    let with = ["history", "export", "--with", BOB, file.to_str().unwrap()];
    assert!(text(&dovetail(path, &with).stdout).starts_with("21 entries were written"));
    let again = dovetail(path, &with);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("is there already and was left alone"));

    let look = dovetail(path, &["history", "delete", "--older-than", "1"]);
    assert!(text(&look.stdout).contains("30 entries would be deleted."), "{look:?}");
    assert!(text(&look.stdout).contains("Nothing was changed."));
    assert_eq!(text(&dovetail(path, &["history", "export"]).stdout).lines().count(), 31);
    for usage in [&["history", "delete"][..], &["history", "delete", "--all", "--with", BOB]] {
        assert_eq!(dovetail(path, usage).status.code(), Some(2), "{usage:?}");
    }
    let done = dovetail(path, &["history", "delete", "--older-than", "1", "--yes"]);
    assert!(text(&done.stdout).starts_with("30 entries were deleted. 1 messages wait"));
    let left = dovetail(path, &["history", "export"]);
    assert_eq!(text(&left.stdout).lines().count(), 1);
    let none = tempfile::tempdir().unwrap();
    let output = dovetail(none.path(), &["history", "export"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no history in this profile"));
}

#[tokio::test]
async fn a_damaged_or_newer_history_is_told_to_the_first_face() {
    let profile = profile().await;
    let path = profile.path().join("history.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    let (middle, end) = (bytes.len() / 2, bytes.len());
    bytes[middle..end - 4096].fill(0x5a);
    std::fs::write(&path, &bytes).unwrap();
    let mut instance = Instance::start_in(profile).await;
    let notice = |event: &Value| event["type"] == "notice";
    let told = instance.wait_event(notice, PATIENCE).await;
    let words = told["text"].as_str().unwrap();
    assert!(words.starts_with("The history was damaged.") && words.contains("kept as"), "{words}");
    let (_, profile) = instance.quit().await;

    // Where the form stands in the file.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&path, bytes).unwrap();
    let before = std::fs::read(&path).unwrap();
    let mut instance = Instance::start_in(profile).await;
    let told = instance.wait_event(notice, PATIENCE).await;
    assert_eq!(told["level"], "error");
    assert!(told["text"].as_str().unwrap().contains("Update Dovetail"), "{told}");
    instance.call("status", json!({})).await;
    let error = instance.try_call("history.delete", json!({ "all": true })).await.unwrap_err();
    assert_eq!(error.data["kind"], "refused");
    let (_, _profile) = instance.quit().await;
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// Everything that the program makes in its profile, while it runs and after.
#[tokio::test]
async fn all_that_is_kept_is_the_users_alone() {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("profile");
    // Made by the program itself.
    let output = dovetail(&inner, &["rpc", "status"]);
    assert_eq!(output.status.code(), Some(2));
    let mode = |path: &Path| std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);

    let mut instance = Instance::start_in(profile().await).await;
    instance.call("status", json!({})).await;
    instance.call("history.export", json!({})).await;
    let walk = |dir: &Path| {
        let mut seen = Vec::new();
        for file in std::fs::read_dir(dir).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // What this test made itself.
            if ["config.toml", "stderr.log"].contains(&name.as_str()) {
                continue;
            }
            let wanted = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(&path), wanted, "{name} is {:o}", mode(&path));
            seen.push(name);
        }
        seen
    };
    let seen = walk(instance.profile());
    for name in [
        "history.sqlite",
        "history.sqlite-wal",
        "history.sqlite-shm",
        "dovetail.sock",
        "dovetail.lock",
        "installation",
    ] {
        assert!(seen.iter().any(|seen| seen == name), "{name} of {seen:?}");
    }
    let (_, profile) = instance.quit().await;
    walk(profile.path());
}
